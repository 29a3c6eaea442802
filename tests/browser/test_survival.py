"""What a class survives: sleep, the browser's memory, a server that goes, a proxy that cuts. In real browsers, with the
page's own connections and engine: every word arrives, once, and what is said of the connection is true.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from signaling.settings import Settings

from .classmates import LIVE, WITHOUT_WEBRTC, a_class, build_classmates, wait_until
from .conftest import ARGUMENTS, NewContext, serving
from .processes import find_process
from .proxy import CuttingProxy

IMPATIENT = Settings(ping_seconds=1, silence_seconds=3, grace_seconds=2)
"""An hour's sleep in seconds: the server asks after 1 s, gives up after 3, the place after 5."""
CLOCK = "const wall = Date.now; window.slept = 0; Date.now = () => wall() + window.slept;"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_classmates(tmp_path_factory.mktemp("classmates"))


@contextmanager
def asleep(page: Page) -> Iterator[None]:
    """Stops the page's process: its scripts, timers and WebRTC, as a closed lid does.

    DevTools' own "frozen" leaves the timers of a visible page running.
    """
    process = find_process(page)
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@pytest.mark.parametrize("script", ["", WITHOUT_WEBRTC], ids=["direct", "relayed"])
def test_a_laptop_that_slept_is_back_within_seconds(folder: Path, new_context: NewContext, script: str) -> None:
    """[CON19] The others see it go, it says nothing false, comes back without being asked, and nothing is lost."""
    with a_class(folder, new_context, IMPATIENT) as together:
        ada = together.join("Ada")
        ben = together.join("Ben", CLOCK + script)
        for page in (ada, ben):
            wait_until(page, f"me.links.length === 1 && {LIVE} && me.here.length === 2")
            page.evaluate("me.talk(100)")
        time.sleep(1)
        with asleep(ben):
            gone = wait_until(ada, "me.here.length === 1 && me.links.length === 0 && me.words.at(-1) === 'alone'", 60)
        ben.evaluate("slept = 3_600_000")
        seen = wait_until(ada, f"me.here.includes('Ben') && me.links.length === 1 && {LIVE}")
        print(f"gone after {gone:.1f} s; awake, seen again after {seen:.2f} s")
        assert seen < 8
        # It is relayed first, and may be told so, before the direct road is there.
        said = "relayed" if script else "direct"
        wait_until(ben, f"me.words.at(-1) === '{said}' && me.joined.summary.server.kind === 'open' && {LIVE}")
        together.agree()


def test_a_socket_that_died_in_sleep_is_opened_anew_without_asking(folder: Path, new_context: NewContext) -> None:
    """[CON19] Nothing tells the page: the lid opens, and only the wall's clock has gone on."""
    with a_class(folder, new_context) as together:
        ada, ben = together.join_all("Ada", "Ben", script=CLOCK + WITHOUT_WEBRTC)
        sockets: list[str] = []
        ben.on("websocket", lambda socket: sockets.append(socket.url))
        # What is over within a moment is not told: that it was offline is seen by the socket alone.
        with ben.expect_websocket(timeout=10_000):
            ben.evaluate("slept = 3_600_000")
        wait_until(ben, "me.words.at(-1) === 'relayed' && me.joined.summary.server.kind === 'open'", 10)
        assert len(sockets) == 1
        for page in (ada, ben):
            page.evaluate("me.talk(50)")
        time.sleep(0.5)
        together.agree()


@pytest.fixture
def remembering_context(playwright: Playwright) -> Iterator[NewContext]:
    """A browser that keeps pages one has left, as people's browsers do; Playwright's does not."""
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=ARGUMENTS, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield lambda: browser.new_context()
    browser.close()


def test_a_page_from_the_browsers_memory_is_in_the_class_again(folder: Path, remembering_context: NewContext) -> None:
    """[CON19] Away to another page and back: the same page load, its Python too, so the same session goes on."""
    with a_class(folder, remembering_context) as together:
        ada, ben = together.join_all("Ada", "Ben")
        for page in (ada, ben):
            page.evaluate("me.write(me.joined.me.name + '-before')")
        session = ben.evaluate("window.mark = me.joined.engine.options.session")
        ben.goto(f"{together.server.url()}peerbook.json")
        assert wait_until(ada, "me.here.length === 1", 5) < 3
        ada.evaluate("me.write('meanwhile')")
        ben.evaluate("history.back()")
        wait_until(ben, "window.me")
        assert ben.evaluate("window.mark") == session, "the browser did not keep the page"
        back = wait_until(ben, f"me.links.length === 1 && {LIVE} && me.text.includes('meanwhile')")
        seen = wait_until(ada, "me.here.length === 2")
        print(f"back after {back:.2f} s, seen after {seen:.2f} s more")
        for page in (ada, ben):
            page.evaluate("me.write(me.joined.me.name + '-after')")
        text = together.agree()
        assert sorted(text.split()) == ["Ada-after", "Ada-before", "Ben-after", "Ben-before", "meanwhile"]


def test_the_server_is_killed_and_restarted_and_nobody_loses_a_word(folder: Path, new_context: NewContext) -> None:
    """[CON11] Four people, two of them relayed, all writing; the server forgets everything and comes back."""
    with a_class(folder, new_context) as together:
        pages = [together.join("Ada"), together.join("Ben")]
        pages += [together.join(name, WITHOUT_WEBRTC) for name in ("Cyd", "Dan")]
        for page in pages:
            wait_until(page, f"me.links.length === 3 && {LIVE}")
            page.evaluate("me.talk(100)")
        time.sleep(1)
        together.server.stop()
        wait_until(pages[0], "me.words.at(-1) === 'server-away'")
        wait_until(pages[2], "me.words.at(-1) === 'offline'")
        ben = pages[1].evaluate("me.stop()")
        wait_until(pages[0], f"me.text.includes('Ben-{ben} ')", 3)  # between those who are linked directly it goes on
        time.sleep(2)
        together.server.start()
        back = [wait_until(page, f"me.links.length === 3 && {LIVE}", 30) for page in pages]
        print(f"all back {sum(back):.2f} s after the server")
        time.sleep(0.5)
        text = together.agree()
        assert len(text.split()) > 60
        assert [page.evaluate("me.here.length") for page in pages] == [4] * 4


def test_a_proxy_that_cuts_websockets_loses_nobody_a_word(folder: Path, new_context: NewContext) -> None:
    """[CON11] After a minute in the world, after 2 s here, so that it happens four times; it is said in words."""
    with serving(folder) as server, CuttingProxy(server.port, seconds=2) as proxy:
        address = f"http://localhost:{proxy.port}/"
        with a_class(folder, new_context) as together:
            ada, ben = (together.join(name, WITHOUT_WEBRTC, address=address) for name in ("Ada", "Ben"))
            for page in (ada, ben):
                wait_until(page, f"me.links.length === 1 && {LIVE}")
                page.evaluate("me.talk(50)")
            wait_until(ada, "(window.cuts ??= me.joined.summary.server?.reason === 'cut' || undefined)", 20)
            deadline = time.monotonic() + 30
            while proxy.cuts < 6:  # three for each of the two; how soon a page comes back is drawn by chance
                assert time.monotonic() < deadline, f"the proxy cut {proxy.cuts} connections only"
                time.sleep(0.1)
            together.agree()


def test_a_server_that_refuses_the_page_leaves_it_usable(folder: Path, new_context: NewContext, tmp_path: Path) -> None:
    """[SIG7] Another site's page is answered with 403: it says offline and why, goes on, and works with its tabs."""
    with serving(folder) as server:
        elsewhere = build_classmates(tmp_path, f"ws://127.0.0.1:{server.port}/signal")
        with a_class(elsewhere, new_context) as together:
            ada = together.join("Ada")
            wait_until(ada, "me.words.at(-1) === 'offline' && me.joined.summary.server.reason === 'unreachable'")
            tab = together.join("Ada", beside=ada)
            wait_until(ada, "me.links.join() === 'open tab'")
            wait_until(ada, "me.words.at(-1) === 'server-away'")
            for page in (ada, tab):
                page.evaluate("me.write('said')")
            wait_until(ada, "me.text === 'said said '")


def test_a_page_opened_twice_is_one_person_who_writes_in_two_tabs(folder: Path, new_context: NewContext) -> None:
    """[CLS4] Over three roads at once nothing is doubled, and closing one tab leaves the person here."""
    with a_class(folder, new_context) as together:
        ada, ben = together.join_all("Ada", "Ben")
        tab = together.join("Ada", beside=ada)
        for page in (ada, ben, tab):
            wait_until(page, f"me.links.length === 2 && {LIVE}")
            wait_until(page, "me.here.length === 2")
        ben.evaluate("me.talk(20)")
        for count in range(20):
            ada.evaluate(f"me.write('one-{count}')")
            tab.evaluate(f"me.write('two-{count}')")
        time.sleep(0.5)
        words = together.agree([ben, ada, tab]).split()
        assert {f"one-{count}" for count in range(20)} | {f"two-{count}" for count in range(20)} <= set(words)
        tab.close(run_before_unload=False)
        wait_until(ben, "me.links.length === 1")
        assert ben.evaluate("me.here") == ["Ben", "Ada"]
