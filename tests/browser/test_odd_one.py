"""Python as the odd one out among browsers: bare pages, the real server, over the relay and directly."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page

from peerbook.genesis import genesis, genesis_hash
from peerbook.peer.document.notebook import Notebook
from peerbook.peer.encoding import number_bytes, text_bytes
from peerbook.peer.log.segments import COMPACT_ENVELOPES
from peerbook.peer.peer import Followed

from .bare import build_bare_page
from .conftest import NewContext, Server, serving
from .founded import Founded, found
from .odd import Odd, an_odd_one

PATH = "odd/1.ipynb"
GENESIS = genesis(
    {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {"id": id_, "cell_type": "code", "source": f"{id_} = 'ä😀'", "metadata": {}}
            for id_ in ("one", "two", "three")
        ],
    }
)
NO_WEBRTC = "delete window.RTCPeerConnection; delete window.webkitRTCPeerConnection;"
Join = Callable[..., Page]


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Server]:
    """A site of three files and a bare page."""
    folder = build_bare_page(tmp_path, "src/class/bare.ts")
    entry = {"path": "1.ipynb", "genesis": {"hash": genesis_hash(GENESIS), "url": "1.genesis"}}
    (folder / "1.genesis").write_bytes(GENESIS)
    (folder / "workshops.json").write_text(json.dumps({"workshops": [{"slug": "odd", "notebooks": [entry]}]}))
    (folder / "peerbook.json").write_text('{"signaling": "signal"}')
    with serving(folder) as server:
        yield server


@pytest.fixture
def founded() -> Founded:
    return found()


@pytest.fixture
def code(founded: Founded) -> str:
    return founded.code


@pytest.fixture
def join(bare: Server, founded: Founded, new_context: NewContext) -> Join:
    """Whoever comes first is the owner; the others are let in."""
    owner = [founded.owner]

    def join(name: str, script: str = "") -> Page:
        page = new_context().new_page()
        page.add_init_script(script)
        page.goto(bare.url())
        words = [founded.code, name, GENESIS.hex(), owner.pop() if owner else ""]
        page.evaluate("async words => { window.me = await bare.Member.join(...words) }", words)
        return page

    return join


def link(bare: Server, code: str) -> str:
    return f"{bare.url()}workshops/odd/index.html#class={code}"


def wait_for(page: Page, condition: str, seconds: float = 20) -> None:
    try:
        page.wait_for_function(condition, timeout=seconds * 1000, polling=20)
    except Exception as error:
        raise AssertionError(
            f"not in {seconds} s: {condition}; {page.evaluate('[me.state(), me.names(), me.cells()]')}"
        ) from error


def wait_until_equal(odd: Odd, *pages: Page, seconds: float = 20) -> None:
    """By canonical digest, and by what is seen."""
    deadline = time.monotonic() + seconds
    while True:
        digests = [odd.digest(), *(page.evaluate("me.digest()") for page in pages)]
        if len(set(digests)) == 1:
            break
        assert time.monotonic() < deadline, (digests, odd.cells(), [page.evaluate("me.cells()") for page in pages])
        time.sleep(0.05)
    for page in pages:
        assert odd.cells() == page.evaluate("me.cells()")


@pytest.mark.parametrize("road", ["relay", "direct"])
@pytest.mark.parametrize("first", ["Python", "browser"])
def test_syn9_python_and_a_browser_write_one_notebook(
    bare: Server, code: str, join: Join, road: str, first: str
) -> None:
    """Whoever came first, and so whoever calls."""
    early = join("Ada") if first == "browser" else None
    if early:
        wait_for(early, "me.joined.summary.server?.kind === 'open'")
    with an_odd_one(link(bare, code), "Py", direct=road == "direct") as odd:
        odd.follow(PATH)
        odd.wait(lambda peer: peer.server.kind == "open", "the server is reached")
        page = early or join("Ada")
        odd.wait(lambda peer: list(peer.roads.values()) == [road], f"the road is {road}")
        wait_for(page, f"me.state() === '{'relayed' if road == 'relay' else 'direct'}'")
        for turn in range(10):
            page.evaluate("turn => me.type(0, 0, `<b${turn}>`)", turn)
            odd.do(lambda followed, turn=turn: followed.notebook.append("one", f"<p{turn} 😀>"))
        page.evaluate("me.add(1, 'of the browser')")
        odd.do(lambda followed: followed.notebook.add(0, "of Python"))
        page.evaluate("me.move(3, 0)")
        wait_until_equal(odd, page)
        text = next(cell["source"] for cell in odd.cells() if cell["id"] == "one")
        assert all(f"<b{turn}>" in text and f"<p{turn} 😀>" in text for turn in range(10))
        wait_for(page, "me.names().includes('Py')")
        odd.wait(lambda peer: [each.name for each in peer.people()] == ["Py", "Ada"], "Ada is in the roster")
        odd.wait(lambda peer: [each.notebooks for each in peer.people()] == [(PATH,), (PATH,)], "both have it open", 10)
    wait_for(page, "!me.names().includes('Py')", 5)


def test_syn9_equal_after_the_server_was_away(bare: Server, code: str, join: Join) -> None:
    """Over the relay: each writes alone meanwhile, deletes too, and they meet again."""
    page, other = join("Ada", NO_WEBRTC), join("Ben")
    with an_odd_one(link(bare, code), "Py", direct=False) as odd:
        odd.follow(PATH)
        odd.wait(lambda peer: len(peer.roads) == 2, "both are reached")
        bare.stop()
        odd.wait(lambda peer: not peer.roads and peer.server.kind == "away", "nobody is reached")
        odd.do(lambda followed: followed.notebook.delete("two"))
        odd.do(lambda followed: followed.notebook.insert("three", 0, "py "))
        page.evaluate("me.type(1, 0, 'not deleted: ')")
        other.evaluate("me.bury(2)")
        bare.start()
        odd.wait(lambda peer: len(peer.roads) == 2, "they are back", 40)
        wait_until_equal(odd, page, other)
        assert [cell["id"] for cell in odd.cells()] == ["one", "two", "three"]


def test_syn6_a_late_python_gets_a_large_notebook(bare: Server, code: str, join: Join) -> None:
    """Parts, pulls and states above every limit: 400 KB typed before and 100 KB while it is here, each way."""
    page = join("Ada")
    page.evaluate("me.add(0, 'x'.repeat(400000))")
    with an_odd_one(link(bare, code), "Py") as odd:
        odd.follow(PATH)
        odd.wait(lambda peer: bool(peer.roads), "somebody is reached")
        wait_until_equal(odd, page)
        page.evaluate("me.add(0, 'y'.repeat(100000))")
        odd.do(lambda followed: followed.notebook.add(0, "z" * 100_000))
        wait_until_equal(odd, page)
        assert sorted(map(len, odd.sources()))[-3:] == [100_000, 100_000, 400_000]


def test_syn9_several_in_python_beside_one_browser_end_equal(bare: Server, code: str, join: Join) -> None:
    """Three programs and a page, each connected to all: what each writes, all have, and who comes last as well."""
    page = join("Ada")
    with ExitStack() as stack:
        odds = [
            stack.enter_context(an_odd_one(link(bare, code), name, direct=name != "Relayed"))
            for name in ("Py", "Thon", "Relayed")
        ]
        for odd in odds:
            odd.follow(PATH)
            odd.wait(lambda peer: len(peer.roads) == 3, "all are reached")
        for turn in range(8):
            for odd in odds:
                odd.do(lambda followed, turn=turn: followed.notebook.append("two", f"<{turn} ä😀>"))
            page.evaluate("turn => me.type(1, 0, `<b${turn}>`)", turn)
        odds[0].do(lambda followed: followed.notebook.move("three", 0))
        odds[1].do(lambda followed: followed.notebook.delete("one"))
        for odd in odds:
            wait_until_equal(odd, page)
        sources = "".join(odds[0].sources())
        assert [sources.count(f"<{turn} ä😀>") for turn in range(8)] == [3] * 8
        with an_odd_one(link(bare, code), "Late") as late:
            late.follow(PATH)
            wait_until_equal(late, page)
        wait_for(page, "['Py', 'Thon', 'Relayed'].every(name => me.names().includes(name))")


def test_log13_a_browser_reads_what_python_compacts_and_python_what_a_browser_does(
    bare: Server, code: str, join: Join
) -> None:
    """Each types so long that its envelopes become a segment; all have both, and who comes late is given them."""
    page = join("Ada")
    with an_odd_one(link(bare, code), "Py") as odd:
        odd.follow(PATH)
        odd.wait(lambda peer: len(peer.roads) == 1, "Ada is reached")
        wait_until_equal(odd, page)
        mine, hers = odd.peer.session, page.evaluate("me.joined.engine.options.own.session")
        # Ten a second: each is an envelope of its own.
        page.evaluate("window.typing = setInterval(() => me.type(0, 0, 'b'), 105); 0")
        for _ in range(COMPACT_ENVELOPES + 24):
            odd.do(lambda followed: followed.notebook.append("two", "p"))
            time.sleep(0.105)
        wait_for(page, f"me.log()['{hers}'].length && me.log()['{hers}'][0][0] === 'segment'")
        page.evaluate("clearInterval(typing)")
        segments = "Object.values(me.log()).filter(pieces => pieces[0][0] === 'segment').length"
        wait_for(page, f"{segments} === 2")
        odd.wait(lambda peer: set(segments_of(odd)) == {mine, hers}, "Python has both segments")
        wait_until_equal(odd, page)
        late = join("Late")
        wait_for(late, f"{segments} === 2")
        wait_until_equal(odd, page, late)
        page.close()
        # Whoever comes now is given them by those who did not make them.
        with an_odd_one(link(bare, code), "Thon") as other:
            other.follow(PATH)
            wait_until_equal(other, late)
            assert set(segments_of(other)) == {mine, hers}
            assert segments_of(other) == segments_of(odd)
            # Before the class let them in nothing could be judged.
            assert {*odd.peer.engine.refusals, *other.peer.engine.refusals} <= {"too-early"}


def test_per6_a_browser_and_python_given_crafted_letters_in_two_orders_come_to_one_text(
    bare: Server, code: str, join: Join
) -> None:
    """Two letters between places that no editor gives: which stands first depends on which came first."""
    page = join("Ada")
    with an_odd_one(link(bare, code), "Py") as odd:
        with ExitStack() as stack:
            forgers = [stack.enter_context(an_odd_one(link(bare, code), name)) for name in ("Mallory", "Eve")]
            for each in (odd, *forgers):
                each.follow(PATH)
                each.wait(lambda peer: len(peer.roads) == 3, "all are reached")
            page.evaluate("me.type(0, 0, 'abc')")
            for each in (odd, *forgers):
                wait_until_equal(each, page)
            hers, session = page.evaluate("[me.doc.clientID, me.joined.engine.options.own.session]")
            first, second = (
                crafted_letter(forger.do(client_of), (hers, at), (hers, at), word)
                for forger, at, word in zip(forgers, (0, 1), ("<P>", "<Q>"), strict=True)
            )

            def hear(followed: Followed) -> None:
                # Meanwhile Python hears nothing, and the page hears of the first alone.
                forgers[0].forge(first, to=session)
                time.sleep(1)
                for forger, change in ((forgers[1], second), (forgers[0], first)):
                    for envelope in forger.seal(change):
                        odd.peer.engine.hear(forger.peer.session, "control", envelope)

            odd.do(hear)
            wait_for(page, "me.cells()[0].source.includes('<P>') && me.cells()[0].source.includes('<Q>')")
            assert odd.digest() == page.evaluate("me.digest()")
            assert odd.cells() != page.evaluate("me.cells()"), "the letters were not crafted well enough"
        # Of several neighbours one is compared with at a time, by lot: how long it takes with three has no end.
        odd.wait(lambda peer: len(peer.roads) == 1, "the forgers are gone")
        deadline = time.monotonic() + 60
        while odd.cells() != page.evaluate("me.cells()"):
            assert time.monotonic() < deadline, (odd.sources(), page.evaluate("me.cells()"))
            time.sleep(0.2)
        page.evaluate("me.type(0, 0, 'and on ')")
        wait_until_equal(odd, page)


def client_of(followed: Followed) -> int:
    doc = followed.replica.doc
    assert doc is not None
    return doc.client_id


def crafted_letter(client: int, left: tuple[int, int], right: tuple[int, int], text: str) -> bytes:
    """The first change of a client: text between two places, whatever they are."""
    places = b"".join(map(number_bytes, (*left, *right)))
    return b"".join(map(number_bytes, (1, 1, client, 0))) + b"\xc4" + places + text_bytes(text) + b"\x00"


def segments_of(odd: Odd) -> dict[str, list[tuple[int, int]]]:
    """By session, from where and to where the segments of its log are."""
    followed = odd.followed
    assert followed
    log = followed.replica.log
    spans = {each: [(one.first, one.end) for one in log.pieces(each) if one.form == "segment"] for each in log.sessions}
    return {session: found for session, found in spans.items() if found}


@pytest.mark.parametrize("seed", [1, 2])
def test_syn9_a_random_lesson_ends_equal(bare: Server, code: str, join: Join, seed: int) -> None:
    """Two browsers and Python do what users do, at once; nothing is lost, nothing is there twice."""
    chance = random.Random(seed)
    pages = [join("Ada"), join("Ben")]
    with an_odd_one(link(bare, code), "Py") as odd:
        odd.follow(PATH)
        odd.wait(lambda peer: len(peer.roads) == 2, "both are reached")
        for turn in range(120):
            who = chance.choice([*pages, odd])
            at = chance.randrange(3)
            kind = chance.choice(["type", "type", "type", "add", "move", "bury"])
            word = f"<{turn}>"
            if isinstance(who, Page):
                script = {"type": f"me.type({at}, 0, '{word}')", "add": f"me.add({at}, '{word}')"}
                script |= {"move": f"me.move({at}, {chance.randrange(3)})", "bury": f"me.bury({at})"}
                who.evaluate(f"me.cells().length > 3 || '{kind}' === 'add' ? {script[kind]} : 0")
            else:
                odd.do(lambda followed, do=(kind, at, word): act(followed.notebook, *do))
        wait_until_equal(odd, *pages)
        ids = [cell["id"] for cell in odd.cells()]
        assert len(ids) == len(set(ids))


def act(notebook: Notebook, kind: str, at: int, word: str) -> None:
    cells = notebook.cells
    if kind == "add" or len(cells) < 4:
        notebook.add(at, word)
    elif kind == "type":
        notebook.insert(cells[at].id, 0, word)
    elif kind == "move":
        notebook.move(cells[at].id, at + 1)
    else:
        notebook.delete(cells[at].id)
