"""The roads of a class in real browsers: who cannot connect directly is relayed, who leaves is gone at once, a server
that is away stops nobody. Bare pages, the real signaling server.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from .bare import build_bare_page
from .conftest import NewContext, Server, serving

REMOVED = "delete window.RTCPeerConnection; delete window.webkitRTCPeerConnection;"
FORBIDDEN = "window.RTCPeerConnection = class { constructor() { throw new DOMException('no', 'NotAllowedError'); } };"
NO_CANDIDATES = """
const real = window.RTCPeerConnection;
window.RTCPeerConnection = function (options) { return new real({ ...options, iceTransportPolicy: 'relay' }); };
"""
"""As on a network that lets no UDP through: tests/network has the real one."""

Join = Callable[..., Page]


@pytest.fixture
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(build_bare_page(tmp_path_factory.mktemp("bare"))) as server:
        yield server


@pytest.fixture
def join(bare: Server, new_context: NewContext) -> Join:
    """Opens a bare page, on a device of its own, in one class with the others of the test."""
    room = secrets.token_urlsafe(16)

    def join(script: str = "", options: dict[str, Any] | None = None, beside: Page | None = None) -> Page:
        page = (beside.context if beside else new_context()).new_page()
        page.add_init_script(script)
        page.goto(bare.url())
        signal = bare.url().replace("http", "ws", 1) + "signal"
        page.evaluate("words => { window.me = new bare.Member(...words) }", [signal, room, options or {}])
        return page

    return join


def roads(page: Page) -> list[str]:
    return sorted(page.evaluate("Object.values(me.links())"))


def wait_for(page: Page, condition: str, seconds: float = 20) -> float:
    """Until it is so in the page; how many seconds it took."""
    began = time.monotonic()
    try:
        page.wait_for_function(condition, timeout=seconds * 1000, polling=20)
    except Exception as error:
        state = page.evaluate("JSON.stringify([me.links(), me.words, me.log, me.opened.signaling.state])")
        raise AssertionError(f"in {seconds} s not: {condition}; there is {state}") from error
    return time.monotonic() - began


def wait_for_roads(page: Page, *wanted: str, seconds: float = 20) -> float:
    return wait_for(page, f"String(Object.values(me.links()).sort()) === '{','.join(sorted(wanted))}'", seconds)


def everything_arrived(page: Page, other: Page) -> None:
    """What ``other`` said to ``page`` has arrived, once and in order."""
    said = other.evaluate("session => me.saidTo(session)", page.evaluate("me.session"))
    assert said > 0
    name = other.evaluate("me.session")
    wait_for(page, f"(me.heard['{name}'] ?? []).length >= {said}")
    assert page.evaluate("session => me.heard[session]", name) == list(range(said))


def test_two_pages_connect_directly_and_say_so(join: Join) -> None:
    """[CON15] The server introduces them, the direct road is taken, and all that was said is heard."""
    ada, alan = join(), join()
    for page in (ada, alan):
        wait_for_roads(page, "open direct")
        page.evaluate("me.talk(20)")
    time.sleep(0.5)
    for page, other in ((ada, alan), (alan, ada)):
        other.evaluate("me.stop()")
        everything_arrived(page, other)
        assert page.evaluate("me.words.at(-1)") == "direct"


@pytest.mark.parametrize("script", [REMOVED, FORBIDDEN, NO_CANDIDATES], ids=["removed", "forbidden", "no candidates"])
def test_who_cannot_connect_directly_is_relayed_within_seconds(join: Join, script: str) -> None:
    """[CON15] Nobody does anything for it, and it is said in words."""
    ada, alan = join(), join(script)
    seconds = max(wait_for_roads(page, "open relay", seconds=5) for page in (ada, alan))
    print(f"relayed after {seconds:.2f} s")
    for page, other in ((ada, alan), (alan, ada)):
        page.evaluate("me.say(50000)")
        everything_arrived(other, page)
        assert page.evaluate("me.words.at(-1)") == "relayed"


def test_a_class_may_be_relayed_only(join: Join) -> None:
    """[CON15] Nobody learns another's address."""
    ada, alan = join(options={"direct": False}), join(options={"direct": False})
    for page in (ada, alan):
        wait_for_roads(page, "open relay")
        assert page.evaluate("me.budget.left(performance.now())") == 40


def test_tabs_of_one_browser_talk_without_the_network(join: Join) -> None:
    """[CON8] The tab's road is taken, also where the server introduces them."""
    ada = join()
    tab = join(beside=ada)
    for page in (ada, tab):
        wait_for_roads(page, "open tab")
    tab.close(run_before_unload=False)
    wait_for(ada, "Object.keys(me.links()).length === 0", 5)


def test_who_closes_the_page_is_gone_at_once(join: Join) -> None:
    """[CON16] Closed is not vanished: nobody waits for a timeout."""
    ada, alan = join(), join()
    wait_for_roads(ada, "open direct")
    alan.goto("about:blank")
    assert wait_for(ada, "Object.keys(me.links()).length === 0", 5) < 2


def test_twelve_people_hold_at_most_eight_links_each(join: Join) -> None:
    """[CON16] An overlay and not a mesh; one is killed, and nobody is left alone."""
    pages = [join() for _ in range(12)]
    calm = "Object.values(me.links()).length >= 5 && Object.values(me.links()).every(link => link === 'open direct')"
    for page in pages:
        wait_for(page, f"{calm} && Object.values(me.links()).length <= 8", 40)
    gone = pages.pop()
    name = gone.evaluate("me.session")
    gone.close(run_before_unload=False)
    for page in pages:
        wait_for(page, f"!('{name}' in me.links()) && {calm}", 40)
    spent = [40 - page.evaluate("me.budget.left(performance.now())") for page in pages]
    print(f"connections opened by each: {sorted(spent)}")
    assert max(spent) <= 16


def test_the_server_goes_and_comes_back(join: Join, bare: Server) -> None:
    """[CON11] Direct links go on without the server; the relayed return with it; nothing said is lost."""
    ada, alan, grace = join(), join(), join(REMOVED)
    for page in (ada, alan):
        wait_for_roads(page, "open direct", "open relay")
    wait_for_roads(grace, "open relay", "open relay")
    pages = (ada, alan, grace)
    for page in pages:
        page.evaluate("me.talk(50)")
    bare.stop()
    wait_for(ada, "me.words.at(-1) === 'server-away'")
    wait_for(grace, "me.words.at(-1) === 'offline'")
    heard = ada.evaluate("me.heard[Object.keys(me.heard)[0]].length")
    time.sleep(1)
    assert ada.evaluate("me.heard[Object.keys(me.heard)[0]].length") >= heard
    assert "open direct" in roads(ada)
    bare.start()
    wait_for(grace, "me.words.at(-1) === 'relayed'", 25)
    wait_for_roads(ada, "open direct", "open relay")
    wait_for_roads(alan, "open direct", "open relay")
    for page in pages:
        page.evaluate("me.stop()")
    for page in pages:
        for other in pages:
            if other is not page:
                everything_arrived(page, other)


def test_a_refused_websocket_is_a_state_and_no_exception(bare: Server, new_context: NewContext) -> None:
    """[CON11] No server, a wrong address, a scheme that may not be: words, and a page that goes on."""
    page = new_context().new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(bare.url())
    for address, state in (("ws://127.0.0.1:9/signal", "unreachable"), ("ftp://nowhere", "address")):
        page.evaluate("words => { window.me = new bare.Member(...words) }", [address, secrets.token_urlsafe(16), {}])
        wait_for(page, f"me.opened.signaling.state.reason === '{state}'", 10)
    assert errors == []
