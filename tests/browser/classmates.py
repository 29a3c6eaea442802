"""People in a class in bare pages: the page's own connections and engine, one text that all write, no JupyterLab."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from signaling.settings import Settings

from .bare import build_bare_page
from .conftest import NewContext, Server, serving
from .founded import found

WITHOUT_WEBRTC = "delete window.RTCPeerConnection; delete window.webkitRTCPeerConnection;"
LIVE = "me.links.length && me.links.every(link => link.startsWith('open'))"


def build_classmates(folder: Path, signaling: str = "signal") -> Path:
    """A folder to serve, as a site is: a page, and `peerbook.json` with the server's address."""
    build_bare_page(folder, "src/class/classmate.ts")
    (folder / "peerbook.json").write_text(json.dumps({"signaling": signaling}), encoding="utf-8")
    return folder


class ClassOf:
    """One class on one server. Errors that reach a page's console uncaught are in ``errors``."""

    def __init__(self, server: Server, new_context: NewContext) -> None:
        self.server, self._new_context = server, new_context
        self.founded = found()
        self.errors: list[str] = []
        self.pages: list[Page] = []

    def join(self, name: str, script: str = "", beside: Page | None = None, address: str | None = None) -> Page:
        """A page of its own, on a device of its own or in another tab ``beside``; ``address`` of another site."""
        context = beside.context if beside else self._new_context()
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(f"{name}: {error}"))
        page.add_init_script(script)
        page.goto(address or self.server.url())
        # Who comes first is the owner.
        fragment = self.founded.everyones if self.pages else self.founded.owners
        page.evaluate("async words => { window.me = await bare.Classmate.join(...words) }", [fragment, name])
        self.pages.append(page)
        return page

    def join_all(self, *names: str, script: str = "") -> list[Page]:
        """Everybody, each with everybody else on the other end of an open link (up to seven people)."""
        pages = [self.join(name, script) for name in names]
        for page in pages:
            wait_until(page, f"me.links.length === {len(names) - 1} && {LIVE}")
        return pages

    def agree(self, pages: list[Page] | None = None, seconds: float = 30) -> str:
        """All stop writing, and soon all have the same text: every word of everybody, once. The text."""
        pages = pages or self.pages
        said = {page.evaluate("me.joined.me.name"): page.evaluate("me.stop()") for page in pages}
        wanted = {f"{name}-{number + 1}" for name, count in said.items() for number in range(count)}
        deadline = time.monotonic() + seconds
        while True:
            texts = [page.evaluate("me.text") for page in pages]
            words = texts[0].split()
            if len(set(texts)) == 1 and wanted <= set(words):
                assert len(words) == len(set(words)), f"doubled: {sorted(words)}"
                return str(texts[0])
            assert time.monotonic() < deadline, [
                (sorted(wanted - set(text.split()))[:5], page.evaluate("[me.links, me.words]"))
                for text, page in zip(texts, pages, strict=True)
            ]
            time.sleep(0.1)


@contextmanager
def a_class(folder: Path, new_context: NewContext, settings: Settings | None = None) -> Iterator[ClassOf]:
    """A class on a server of its own. The test fails when an error reached a console uncaught."""
    with serving(folder, settings=settings) as server:
        together = ClassOf(server, new_context)
        yield together
        assert together.errors == []


def wait_until(page: Page, condition: str, seconds: float = 20) -> float:
    """Until it is so in the page; how many seconds it took."""
    began = time.monotonic()
    try:
        page.wait_for_function(condition, timeout=seconds * 1000, polling=20)
    except Exception as error:
        state = page.evaluate("JSON.stringify([me.links, me.words, me.here, me.joined.summary, me.text.slice(-100)])")
        raise AssertionError(f"in {seconds} s not: {condition}; there is {state}") from error
    return time.monotonic() - began
