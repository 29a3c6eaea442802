"""One visit in a real browser: open a notebook, run its first cell as soon as it shows, see what that took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright

from .machine import renderer_bytes
from .server import Request, Server

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--disable-quic"),
    # Memory is otherwise measured with the next garbage collection, within 20 s.
    "--enable-blink-features=ForceEagerMeasureMemory",
]
WATCH = (Path(__file__).resolve().parent / "watch.js").read_text(encoding="utf-8")
NOTEBOOK = "first-steps/1-hello.ipynb"
OUTPUT = "Hello, world!"
"""What the notebook's first code cell prints."""
CELL = ".jp-Notebook .jp-CodeCell .cm-content"
VISIT_SECONDS = 120
"""Ten times what a visit took on two busy cores: past it something is broken."""
QUIET_SECONDS = 3
"""No request for so long means that the visit has all it wants."""
PRESS_AGAIN_SECONDS = 2
"""A page may show a cell before it can run it; a person presses again."""
POLL_SECONDS = 0.2


@dataclass
class Visit:
    """What one visit took. Times in seconds from the navigation on."""

    site: str
    kind: str
    """`fresh` (a new profile) or `returning` (the page closed and opened again)."""
    cell: float
    """Until the first code cell was seen."""
    pressed: float
    output: float
    """Until what the cell printed was seen."""
    presses: int
    requests: list[Request]
    isolated: bool
    outside: list[str]
    """Requests to other hosts."""
    failed: list[str]
    """Requests that the browser or the server says failed."""
    marks: list[tuple[str, float]]
    """The page's own `peerbook:` performance marks, and what the browser says of its loading."""
    tab_bytes: int = 0
    """What the page says of its memory, workers included; 0 when it is not isolated."""
    renderer_bytes: int = 0
    """Memory of the browser's process that holds the tab."""
    started: float = field(default=0.0, repr=False)

    def bytes_sent(self, *, until_output: bool = False) -> int:
        """Bodies on the wire: all of them, or those that had been answered when the output was seen."""
        end = self.started + self.output if until_output else float("inf")
        return sum(request.sent for request in self.requests if request.ended <= end)


class Complaints:
    """Requests of a browser context that went elsewhere or nowhere."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.outside: list[str] = []
        self.failed: list[str] = []
        self._own = (url, "data:", "blob:", "about:", "chrome-extension:")
        context.on("request", lambda request: self._note(request.url))
        context.on("requestfailed", lambda request: self.failed.append(f"{request.url} {request.failure}"))

    def _note(self, url: str) -> None:
        if not url.startswith(self._own):
            self.outside.append(url)


@contextmanager
def profile(playwright: Playwright, browser: Path, folder: Path) -> Iterator[BrowserContext]:
    """A browser of its own with an empty profile in ``folder``."""
    context = playwright.chromium.launch_persistent_context(
        folder, executable_path=browser, args=ARGUMENTS, headless=True, viewport={"width": 1280, "height": 800}
    )
    context.set_default_timeout(VISIT_SECONDS * 1000)
    context.add_init_script(WATCH)
    try:
        yield context
    finally:
        context.close()


def visit(context: BrowserContext, server: Server, folder: Path, site: str, kind: str, keep: Path | None) -> Visit:
    """Open the notebook in ``context``, run the first cell, wait for quiet, close the page."""
    server.take()
    complaints = Complaints(context, server.url)
    page = context.new_page()
    probe = context.new_cdp_session(page)
    started = time.time()
    page.goto(f"{server.url}notebooks/index.html?path={NOTEBOOK}", wait_until="commit")
    presses = _run_first_cell(page, probe)
    seen = _look(probe)
    assert OUTPUT in seen["text"], f"{site}: the cell printed {seen['text']!r} instead of {OUTPUT!r}"
    if keep:
        page.screenshot(path=keep / f"{site}-{kind}-{int(started)}.png")
    requests = _until_quiet(page, server)
    measured = Visit(
        site=site,
        kind=kind,
        cell=seen["cell"] / 1000 - started,
        pressed=seen["pressed"] / 1000 - started,
        output=seen["output"] / 1000 - started,
        presses=presses,
        requests=requests,
        isolated=_ask(probe, "crossOriginIsolated"),
        outside=complaints.outside,
        failed=complaints.failed + [f"{entry.path} {entry.status}" for entry in requests if entry.status >= 400],
        marks=[(name, at / 1000 - started) for name, at in seen["marks"]],
        tab_bytes=_ask(probe, "performance.measureUserAgentSpecificMemory?.().then(found => found.bytes) ?? 0"),
        renderer_bytes=renderer_bytes(folder),
        started=started,
    )
    page.close()
    return measured


def _run_first_cell(page: Page, probe: CDPSession) -> int:
    """Press Ctrl+Enter in the first code cell, again while nothing comes of it; the number of times it took."""
    deadline = time.monotonic() + VISIT_SECONDS
    page.locator(CELL).first.click()
    presses = 0
    pressed = 0.0
    taken = False
    while not (seen := _look(probe))["output"]:
        taken = taken or seen["busy"]
        if not taken and time.monotonic() - pressed > PRESS_AGAIN_SECONDS:
            page.locator(CELL).first.click()
            page.keyboard.press("Control+Enter")
            presses, pressed = presses + 1, time.monotonic()
        assert time.monotonic() < deadline, f"no output within {VISIT_SECONDS} s; {presses} times Ctrl+Enter"
        page.wait_for_timeout(POLL_SECONDS * 1000)
    return presses


def _until_quiet(page: Page, server: Server) -> list[Request]:
    """All requests of the visit, once there have been none for a while."""
    deadline = time.monotonic() + VISIT_SECONDS
    requests, under_way = server.take()
    since = time.monotonic()
    while time.monotonic() - since < QUIET_SECONDS and time.monotonic() < deadline:
        page.wait_for_timeout(POLL_SECONDS * 1000)
        more, under_way = server.take()
        requests += more
        if more or under_way:
            since = time.monotonic()
    return requests


def _look(probe: CDPSession) -> dict[str, Any]:
    """What `watch.js` has seen so far, with the page's marks."""
    return dict(
        _ask(
            probe,
            """({
              ...globalThis.benchmark,
              busy: document.querySelector('.jp-Notebook .jp-CodeCell .jp-InputPrompt')?.textContent.includes('*'),
              marks: [
                ...performance.getEntriesByType('paint').map(paint => [paint.name, paint.startTime]),
                ...performance.getEntriesByType('navigation').map(page => ['page parsed', page.domInteractive]),
                ...performance.getEntriesByType('mark').filter(mark => mark.name.startsWith('peerbook:'))
                  .map(mark => [mark.name.slice('peerbook:'.length), mark.startTime])
              ].map(([name, at]) => [name, performance.timeOrigin + at])
            })""",
        )
    )


def _ask(probe: CDPSession, expression: str) -> Any:
    """The value of ``expression`` in the page. By the debugger's own road: a page with a strict CSP allows no other."""
    answer = probe.send(
        "Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True, "timeout": 60_000}
    )
    if "exceptionDetails" in answer:
        raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
    return answer["result"].get("value")
