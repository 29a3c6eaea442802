"""A server that cheats: it rewrites signals, drops and delays them, stops. Bare pages, the real engine."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page

from .bare import build_bare_page
from .classmates import LIVE, ClassOf, a_class, build_classmates, wait_until
from .conftest import NewContext, serving
from .lying import LyingHub, Told, make_lie

SPY = """
(() => {
  const Real = window.RTCPeerConnection;
  const all = [];
  window.described = 0;
  window.RTCPeerConnection = class extends Real {
    constructor(...words) {
      super(...words);
      all.push(this);
    }
    setRemoteDescription(...words) {
      window.described += 1;
      return super.setRemoteDescription(...words);
    }
  };
  window.reached = () => all.filter(each => each.connectionState === 'connected').length;
})();
"""
"""Counts what the browser's WebRTC was told of another end, and the connections that came of it."""
OFFER = """async () => {
  const connection = new RTCPeerConnection();
  connection.createDataChannel('control', { negotiated: true, id: 0 });
  return (await connection.createOffer()).sdp;
}"""
SEVERAL = 6
"""Signals rewritten: each page has tried, one of them again after the first time came to nothing."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_classmates(tmp_path_factory.mktemp("classmates"))


def text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def honest(told: Told) -> Iterable[Told]:
    return [told]


class Flips:
    """One bit, each time of another byte: of the salt, of what is sealed, of its end."""

    def __init__(self) -> None:
        self._random = Random(1)

    def __call__(self, told: Told) -> Iterable[Told]:
        data = bytearray(bytes_of(told.data))
        data[self._random.choice((0, 20, len(data) // 2, -1))] ^= 1 << self._random.randrange(8)
        return [Told(told.sender, told.receiver, text_of(data))]


class Swaps:
    """What one says is said to come from another, and goes to another."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def __call__(self, told: Told) -> Iterable[Told]:
        self._names |= {told.sender, told.receiver}
        for other in self._names - {told.sender, told.receiver}:
            yield Told(other, told.receiver, told.data)
            yield Told(told.sender, other, told.data)
        yield Told(told.receiver, told.sender, told.data)


class Replays:
    """Whatever ``old`` there is, in the place of anything."""

    def __init__(self, old: list[Told]) -> None:
        self._old = old

    def __call__(self, told: Told) -> Iterable[Told]:
        return [Told(told.sender, told.receiver, each.data) for each in self._old]


class MakesUp:
    """The server's own offer, with its own fingerprint, in the form that signals have before they are sealed."""

    def __init__(self, sdp: str) -> None:
        self._sdp = {"offer": sdp, "answer": sdp.replace("a=setup:actpass", "a=setup:active")}

    def __call__(self, told: Told) -> Iterable[Told]:
        for kind, sdp in self._sdp.items():
            said = {"mine": 7, "yours": 0, "description": {"type": kind, "sdp": sdp}}
            yield Told(told.sender, told.receiver, text_of(json.dumps(said).encode()))


def an_offer(new_context: NewContext) -> str:
    page = new_context().new_page()
    sdp: str = page.evaluate(OFFER)
    assert "a=fingerprint:sha-256" in sdp
    page.close()
    return sdp


def write_and_agree(together: ClassOf, pages: list[Page]) -> None:
    for page in pages:
        page.evaluate("me.talk(100)")
    for page in pages:
        wait_until(page, "me.written >= 5")
    together.agree(pages)


def wait_for_signals(hub: LyingHub, page: Page, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(hub.carried) < count:
        assert time.monotonic() < deadline, f"{len(hub.carried)} signals in a minute"
        page.wait_for_timeout(100)


def test_an_honest_server_introduces_pages_that_connect_directly(folder: Path, new_context: NewContext) -> None:
    """[KEY10] What the other tests here compare with: two and two described, and connected."""
    with a_class(folder, new_context) as together:
        hub = make_lie(together.server, honest)
        pages = [together.join(name, SPY) for name in ("Ada", "Ben")]
        for page in pages:
            wait_until(page, "me.links.length === 1 && me.links[0] === 'open direct'")
            assert page.evaluate("[described > 0, reached()]") == [True, 1]
        assert hub.carried


def test_what_is_not_sealed_a_server_can_rewrite(
    new_context: NewContext, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Pages without a class, whose signals are plain: they take the server's fingerprint for the other's."""
    with serving(build_bare_page(tmp_path_factory.mktemp("bare"))) as server:
        make_lie(server, MakesUp(an_offer(new_context)))
        room, signal = secrets.token_urlsafe(16), server.url().replace("http", "ws", 1) + "signal"
        pages = [new_context().new_page() for _ in range(2)]
        for page in pages:
            page.add_init_script(SPY)
            page.goto(server.url())
            page.evaluate("words => { window.me = new bare.Member(...words, {}) }", [signal, room])
        for page in pages:
            page.wait_for_function("described > 0", polling=20)


def flips(new_context: NewContext) -> Any:
    return Flips()


def swaps(new_context: NewContext) -> Any:
    return Swaps()


def makes_up(new_context: NewContext) -> Any:
    return MakesUp(an_offer(new_context))


@pytest.mark.parametrize("make", [flips, swaps, makes_up], ids=["flips a bit", "swaps", "makes up its own"])
def test_a_server_that_rewrites_signals_gets_no_connection(
    folder: Path, new_context: NewContext, make: Callable[[NewContext], Any]
) -> None:
    """[KEY10] Not one description of its reaches WebRTC in a page; the class goes on over the relay, all read all."""
    with a_class(folder, new_context) as together:
        hub = make_lie(together.server, make(new_context))
        pages = [together.join(name, SPY) for name in ("Ada", "Ben", "Cem")]
        for page in pages:
            wait_until(page, f"me.links.length === 2 && {LIVE}")
        wait_for_signals(hub, pages[0], SEVERAL)
        write_and_agree(together, pages)
        for page in pages:
            assert page.evaluate("[described, reached(), me.links]") == [0, 0, ["open relay"] * 2]


def test_a_server_that_replays_signals_gets_no_connection(folder: Path, new_context: NewContext) -> None:
    """[KEY10] Said again to the same pages they change nothing, to who comes back they are none."""
    with a_class(folder, new_context) as together:
        hub = make_lie(together.server, lambda told: [told, told])
        ada, ben = (together.join(name, SPY) for name in ("Ada", "Ben"))
        for page in (ada, ben):
            wait_until(page, "me.links.length === 1 && me.links[0] === 'open direct'")
        old = list(hub.carried)
        assert len(old) >= 2
        hub.lie = Replays(old)
        for told in old:
            hub.say_again(told)
        write_and_agree(together, [ada, ben])
        assert [page.evaluate("me.links") for page in (ada, ben)] == [["open direct"]] * 2
        described = ada.evaluate("described")

        # Ben comes again, a new page load: another session of the same person.
        ben.close()
        together.pages.remove(ben)
        again = together.join("Ben", SPY, beside=ben)
        for page in (ada, again):
            wait_until(page, f"me.links.length === 1 && {LIVE}")
        wait_for_signals(hub, ada, len(old) + 2)
        for page, other, word in ((ada, again, "welcome"), (again, ada, "thanks")):
            page.evaluate("word => me.write(word)", word)
            wait_until(other, f"me.text.includes('{word}')")
        assert again.evaluate("[described, reached(), me.links]") == [0, 0, ["open relay"]]
        assert ada.evaluate("[described, reached(), me.links]") == [described, 0, ["open relay"]]


class SlowAndHalf:
    def __init__(self) -> None:
        self._random = Random(3)

    def __call__(self, told: Told) -> Iterable[Told]:
        if self._random.random() < 0.5:
            yield Told(told.sender, told.receiver, told.data, 1 + self._random.random())


def test_a_server_that_drops_delays_and_stops_does_not_end_the_class(folder: Path, new_context: NewContext) -> None:
    """[CON15, CON11] Half of the signals, late: all are together. It stops: who is direct goes on."""
    with a_class(folder, new_context) as together:
        hub = make_lie(together.server, SlowAndHalf())
        pages = [together.join(name, SPY) for name in ("Ada", "Ben", "Cem", "Dee")]
        for page in pages:
            wait_until(page, f"me.links.length === 3 && {LIVE}")
        write_and_agree(together, pages)
        # What is lost is tried again, until somebody is connected directly.
        one, other = wait_for_pair(pages)
        print(f"{len(hub.carried)} signals; {[page.evaluate('me.links') for page in pages]}")
        together.server.stop()
        for page in (one, other):
            wait_until(page, "me.words.at(-1) === 'server-away'")
        write_and_agree(together, [one, other])
        together.server.start()  # for who ends this test


def wait_for_pair(pages: list[Page]) -> tuple[Page, Page]:
    """Two that are connected directly."""
    links = "[...me.joined.connections.roads.links.values()]"
    direct = f"{links}.filter(link => link.state.kind === 'open' && link.road === 'direct').map(link => link.peer)"
    deadline = time.monotonic() + 90
    while True:
        peers = {page.evaluate("me.joined.own.session"): (page, page.evaluate(direct)) for page in pages}
        for session, (page, found) in peers.items():
            for peer in found:
                if session in peers[peer][1]:
                    return page, peers[peer][0]
        assert time.monotonic() < deadline, "nobody is connected directly after 90 s"
        pages[0].wait_for_timeout(100)
