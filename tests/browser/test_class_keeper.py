"""`peerbook peer` in a class with browsers: what is typed is on disk, whole at any moment, and the class is kept while
nobody is there. Bare pages, the real server.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from peerbook.genesis import genesis, genesis_hash
from peerbook.peer.founding import link_of, read_link

from .bare import build_bare_page
from .conftest import NewContext, Server, serving
from .founded import Founded, found
from .keeping import Keeping, assert_all_whole, keeping
from .odd import Odd, an_odd_one

FIRST, SECOND = "odd/1.ipynb", "odd/2.ipynb"
NO_WEBRTC = "delete window.RTCPeerConnection; delete window.webkitRTCPeerConnection;"
Join = Callable[..., Page]


def a_genesis(*ids: str) -> bytes:
    cells = [{"id": id_, "cell_type": "code", "source": f"{id_} = 'ä😀'", "metadata": {}} for id_ in ids]
    return genesis({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


GENESES = {FIRST: a_genesis("one", "two", "three"), SECOND: a_genesis("four"), "more/1.ipynb": a_genesis("five")}
UNPUBLISHED = a_genesis("nobody", "has", "this")


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Server]:
    """A site of two workshops and a bare page."""
    folder = build_bare_page(tmp_path, "src/class/bare.ts")
    workshops: dict[str, list[object]] = {}
    for path, data in GENESES.items():
        slug, name = path.split("/")
        (folder / f"{slug}-{name}.genesis").write_bytes(data)
        entry = {"path": name, "genesis": {"hash": genesis_hash(data), "url": f"{slug}-{name}.genesis"}}
        workshops.setdefault(slug, []).append(entry)
    catalogue = {"workshops": [{"slug": slug, "notebooks": entries} for slug, entries in workshops.items()]}
    (folder / "workshops.json").write_text(json.dumps(catalogue))
    (folder / "peerbook.json").write_text('{"signaling": "signal"}')
    with serving(folder) as server:
        yield server


@pytest.fixture
def founded() -> Founded:
    return found()


@pytest.fixture
def link(bare: Server, founded: Founded) -> str:
    return f"{bare.url()}workshops/odd/index.html{founded.fragment}"


@pytest.fixture
def join(bare: Server, founded: Founded, new_context: NewContext) -> Join:
    """Whoever comes first is the owner; the others are let in."""
    owner = [founded.owner]

    def join(name: str, genesis: bytes = GENESES[FIRST], script: str = "") -> Page:
        page = new_context().new_page()
        page.add_init_script(script)
        page.goto(bare.url())
        words = [founded.code, name, genesis.hex(), owner.pop() if owner else ""]
        page.evaluate("async words => { window.me = await bare.Member.join(...words) }", words)
        return page

    return join


def wait_for(page: Page, condition: str, seconds: float = 30) -> None:
    try:
        page.wait_for_function(condition, timeout=seconds * 1000, polling=20)
    except Exception as error:
        raise AssertionError(f"not in {seconds} s: {condition}; {page.evaluate('[me.state(), me.cells()]')}") from error


@pytest.mark.parametrize("road", ["--relay", "--direct"])
def test_what_is_typed_is_on_disk_and_the_class_is_kept_while_nobody_is_there(
    bare: Server, link: str, join: Join, tmp_path: Path, road: str
) -> None:
    with keeping(link, tmp_path / "kept", "--follow", "--name", "Clara", road) as clara:
        clara.hears("Nobody else is here")
        for file in (FIRST, SECOND):
            clara.hears(file)
        page = join("Ada")
        clara.hears("Ada came.")
        clara.hears("Connected through the server." if road == "--relay" else "Connected directly")
        wait_for(page, "me.names().includes('Clara')")
        page.evaluate("me.type(0, 0, 'of Ada: ')")
        page.evaluate("me.add(1, 'a cell of hers')")
        clara.keeps("of Ada: one = 'ä😀'", FIRST)
        clara.keeps("a cell of hers", FIRST)

        # Everybody goes; who comes then gets all of it, from Clara alone.
        page.evaluate("me.type(0, 0, 'the last word; ')")
        clara.keeps("the last word; of Ada: ", FIRST)
        page.context.close()
        clara.hears("Ada left.")
        late = join("Ben")
        wait_for(late, "me.cells().some(each => each.source === `the last word; of Ada: one = 'ä😀'`)")
        wait_for(late, "me.cells().some(each => each.source === 'a cell of hers')")
        assert [cell["source"] for cell in late.evaluate("me.cells()")] == clara.sources(FIRST)
        assert clara.ends(signal.SIGINT) == 0
        assert "Everything is written: 2 notebooks" in clara.said[-1]
        wait_for(late, "!me.names().includes('Clara')")
    assert_all_whole(tmp_path / "kept")


def test_killed_while_it_writes_nothing_is_half_and_a_restart_goes_on(
    bare: Server, link: str, join: Join, tmp_path: Path
) -> None:
    """Again and again, at any moment, with a notebook that takes a while to write."""
    kept, chance = tmp_path / "kept", random.Random(4)
    page = join("Ada", script=NO_WEBRTC)
    page.evaluate("me.add(3, 'x'.repeat(2000000))")
    page.evaluate("window.typing = setInterval(() => me.type(0, 0, 'k'), 40)")
    for turn in range(4):
        with keeping(link, kept, "--follow", "--relay") as keeper:
            page.evaluate("turn => me.add(0, `before ${turn}`)", turn)
            keeper.keeps(f"before {turn}", FIRST, 60)
            time.sleep(chance.uniform(0, 1.5))
            keeper.kill()
        assert_all_whole(kept)
    page.evaluate("clearInterval(typing)")
    typed = page.evaluate("me.cells()")
    with keeping(link, kept, "--follow", "--relay") as keeper:
        keeper.hears("2 notebooks kept from before")
        keeper.wait(lambda: keeper.sources(FIRST) == [cell["source"] for cell in typed], "all that was typed is there")
        assert not list(kept.glob(".peerbook/writing-*"))
        keeper.kill()

    # The page goes, and with it all but what is on disk: that is what the next one gets.
    page.context.close()
    with keeping(link, kept, "--follow", "--relay") as keeper:
        keeper.hears("Nobody else is here")
        late = join("Ben")
        wait_for(late, "me.cells().length === 8")
        wait_for(late, f"me.cells().some(each => each.source.length === {2_000_000})", 60)
        assert late.evaluate("me.cells()") == typed


def test_it_goes_on_without_a_network_and_the_two_meet_again(
    bare: Server, link: str, join: Join, tmp_path: Path
) -> None:
    """The server is away when it is started again; a page that was cut off wrote meanwhile."""
    page = join("Ada", script=NO_WEBRTC)
    with keeping(link, tmp_path / "kept", "--follow", "--relay") as keeper:
        page.evaluate("me.type(0, 0, 'early ')")
        keeper.keeps("early ", FIRST)
        bare.stop()
        keeper.hears("The server does not answer; trying again")
        page.evaluate("me.type(0, 0, 'meanwhile ')")
        bare.start()
        keeper.hears("The server answers again", 60)
        keeper.keeps("meanwhile early ", FIRST, 60)
        assert keeper.ends(signal.SIGTERM) == 0
    bare.stop()
    with keeping(link, tmp_path / "kept", "--follow", "--relay") as keeper:
        keeper.hears("the site cannot be reached")
        keeper.hears("2 notebooks kept from before")
        page.evaluate("me.type(0, 0, 'and later ')")
        bare.start()
        keeper.hears("Ada came.", 60)
        keeper.keeps("and later meanwhile early ", FIRST, 60)


def test_notebooks_of_other_workshops_and_of_none_are_kept_when_somebody_has_them(
    bare: Server, link: str, join: Join, tmp_path: Path
) -> None:
    """Of one that the site does not have only those who have its beginning can make a notebook: they get its words."""
    with keeping(link, tmp_path / "kept", "--follow", "--relay") as keeper:
        for file in (FIRST, SECOND):
            keeper.hears(file)
        assert not (tmp_path / "kept" / "more").exists()
        join("Ada", GENESES["more/1.ipynb"], NO_WEBRTC).evaluate("me.type(0, 0, 'more ')")
        ben = join("Ben", UNPUBLISHED, NO_WEBRTC)
        ben.evaluate("me.type(0, 0, 'none ')")
        keeper.keeps("more five", "more/1.ipynb")
        logs = tmp_path / "kept" / ".peerbook"
        keeper.wait(lambda: sum(file.stat().st_size > 300 for file in logs.glob("*.log")) == 2, "both logs are kept")
        keeper.kill()
        ben.context.close()
    with keeping(link, tmp_path / "kept", "--follow", "--relay"):
        late = join("Cleo", UNPUBLISHED, NO_WEBRTC)
        wait_for(late, "me.cells().some(each => each.source.startsWith('none nobody'))")
    assert_all_whole(tmp_path / "kept")


def test_one_copy_now_of_a_class_or_one_sentence_why_not(bare: Server, link: str, join: Join, tmp_path: Path) -> None:
    with keeping(link, tmp_path / "nobody", "--relay") as alone:
        assert alone.ends(None) == 1
        assert any("nobody is in this class at the moment" in line for line in alone.said)
        assert any("--follow" in line for line in alone.said)
    page = join("Ada", script=NO_WEBRTC)
    page.evaluate("me.type(0, 0, 'in the copy ')")
    with keeping(link, tmp_path / "kept", "--relay") as once:
        assert once.ends(None, 90) == 0
        assert "in the copy one" in "".join(once.sources(FIRST))


def test_a_folder_is_kept_by_one_at_a_time(bare: Server, link: str, tmp_path: Path) -> None:
    with keeping(link, tmp_path / "kept", "--follow", "--relay") as first:
        first.hears("Nobody else is here")
        second = Keeping(link, tmp_path / "kept", "--follow", "--relay")
        assert second.ends(None) == 1
        assert any("another 'peer' is keeping a class there" in line for line in second.said)


def test_ctrl_c_ends_it_while_it_waits_for_a_site_that_says_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        link = f"http://127.0.0.1:{silent.getsockname()[1]}/index.html{link_of(bytes(16), os.urandom(16)).fragment}"
        with keeping(link, tmp_path / "kept", "--follow", "--relay") as keeper:
            keeper.hears("Joining the class")
            assert keeper.ends(signal.SIGINT, 10) == 0
            assert "Stopped before the class was reached." in keeper.said[-1]


def test_a_class_with_keys_and_a_door_is_kept_and_the_keeper_lets_others_in(bare: Server, tmp_path: Path) -> None:
    """Python alone: who founded the class goes, the keeper is killed and comes back, and lets in who has the link."""
    founded = found()
    link = f"{bare.url()}workshops/odd/index.html{founded.fragment}"
    kept = tmp_path / "kept"
    with an_odd_one(link, "Ada", own=founded.own) as ada:
        ada.follow(FIRST)
        ada.do(lambda followed: followed.notebook.insert("one", 0, "of Ada: "))
        with keeping(link, kept, "--follow", "--relay") as keeper:
            keeper.hears("Ada came.")
            keeper.keeps("of Ada: one", FIRST)
            ada.do(lambda followed: followed.notebook.insert("one", 0, "and sealed "))
            keeper.keeps("and sealed of Ada: one", FIRST)
            keeper.kill()
    assert b"and sealed" not in b"".join(file.read_bytes() for file in kept.glob(".peerbook/*"))
    with keeping(link, kept, "--follow", "--relay") as keeper:
        keeper.hears("Nobody else is here")
        with an_odd_one(link, "Ben", direct=False) as ben:
            ben.follow(FIRST)
            ben.wait(lambda peer: "and sealed of Ada: " in text_of(ben), "Ben has what Ada wrote")
            ben.do(lambda followed: followed.notebook.insert("one", 0, "of Ben; "))
            keeper.keeps("of Ben; and sealed of Ada: one", FIRST)
            keeper.hears("Ben came.")
        assert keeper.ends() == 0
    place = read_link(founded.code)
    assert place
    wrong = link.replace(founded.code, link_of(place.id, os.urandom(16)).code)
    with keeping(wrong, tmp_path / "wrong", "--relay") as stranger:
        assert stranger.ends(None, 90) == 1


def test_a_closed_door_and_a_removal_are_said_and_the_lecture_is_kept(bare: Server, tmp_path: Path) -> None:
    """Python alone: who teaches closes the door, lets the keeper in, teaches, and puts it out."""
    founded = found()
    link = f"{bare.url()}workshops/odd/index.html{founded.fragment}"
    kept = tmp_path / "kept"
    with an_odd_one(link, "Ada", own=founded.own) as ada:
        ada.follow(FIRST, "lecture")
        ada.do(lambda followed: followed.notebook.insert("one", 0, "taught "))
        assert ada.look(lambda peer: peer.society.stating.begin_epoch("closed"))
        with keeping(link, kept, "--follow", "--relay", "--name", "Clara") as keeper:
            keeper.hears("The door of the class is closed: waiting until whoever teaches opens it.")
            assert not (kept / "odd" / "1.lecture.ipynb").exists()
            clara = ada.look(lambda peer: peer.society.doorway.waiting[0].participant)
            ada.look(lambda peer: peer.society.admit(clara, peer.engine.reached_by(clara)))
            keeper.hears("Let in.")
            keeper.keeps("taught one", "odd/1.lecture.ipynb")
            reached = ada.look(lambda peer: peer.engine.reached_by(clara))
            assert ada.look(lambda peer: peer.society.stating.give(clara, "removed", reached))
            keeper.hears("Whoever teaches has put us out of the class.")
            ada.do(lambda followed: followed.notebook.insert("one", 0, "not for everybody "))
            time.sleep(3)
            assert keeper.ends() == 0
        assert "not for everybody" not in "".join(Path(file).read_text() for file in kept.rglob("*.ipynb"))
        with keeping(link, kept, "--relay") as once:
            assert once.ends(None, 90) == 1
            assert any("has put us out of this class" in line for line in once.said)
    assert_all_whole(kept)


def test_a_keeper_that_teaches_keeps_what_students_write_for_themselves(bare: Server, tmp_path: Path) -> None:
    founded = found()
    link = f"{bare.url()}workshops/odd/index.html{founded.fragment}"
    kept = tmp_path / "kept"
    with an_odd_one(link, "Ada", own=founded.own) as ada, an_odd_one(link, "Ben") as ben:
        ben.follow(FIRST, "mine")
        ben.wait(lambda peer: peer.door == "inside" and len(peer.roads) == 1, "Ben is in")
        ben.do(lambda followed: followed.notebook.insert("one", 0, "for my teacher "))
        with keeping(link, kept, "--follow", "--relay", "--name", "Clara") as keeper:
            keeper.hears("Ada and Ben came.")
            file = f"odd/1.of-{ben.look(lambda peer: peer.participant)[:8]}.ipynb"
            assert not (kept / file).exists()
            clara = ada.look(lambda peer: next(each.participant for each in peer.people() if each.name == "Clara"))
            assert ada.look(lambda peer: peer.society.stating.give(clara, "instructor", ()))
            keeper.keeps("for my teacher one", file)
            ben.do(lambda followed: followed.notebook.insert("one", 0, "and more "))
            keeper.keeps("and more for my teacher one", file)
            assert keeper.ends() == 0
    assert_all_whole(kept)


def text_of(odd: Odd) -> str:
    assert odd.followed
    return "".join(cell.source for cell in odd.followed.notebook.cells)
