"""A real browser against a real build: the site on a port of its own, pages that fail the test on what went wrong.

`PEERBOOK_SITE` names the built site, `PEERBOOK_BROWSER` the Chromium; `python3 build.py test browser` sets both.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, expect

from signaling.app import create_app
from signaling.server import uvicorn_options
from signaling.settings import Settings

from .ending import EndingServer
from .people import AClassWith, ClassOfPeople

OWN_WINDOW = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
"""Two pages of Chromium's own for each window, loaded for an address bar that nobody sees: 0.75 s of work each time."""
LEFT_OUT = (
    *("AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"),
    *("DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay"),
    *("MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch"),
    *("TcpPortRandomizationWin", "ThirdPartyStoragePartitioning"),
)
"""What Playwright leaves out of Chromium: of two such lists the last counts, which is ours."""
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--disable-quic"),
    f"--disable-features={','.join((*OWN_WINDOW, *LEFT_OUT))}",
    # A story runs a few lines of Python, and Python is 9 MB of WebAssembly: a function of it is compiled when it is
    # called first, and not compiled again to be quicker later, which takes longer than it saves.
    "--js-flags=--wasm-lazy-compilation --liftoff-only",
]
PLAIN_HOST = "school.test"
"""A name that is not localhost, led to this machine: plain http there is no secure context."""
TIMEOUT_MS = 60_000
"""Generous: two shared cores may be busy with other things. Tests wait for what they see, never for time to pass."""

expect.set_options(timeout=TIMEOUT_MS / 2)


class Server:
    """A built site on a free port, on loopback, in this process; can be stopped and started on the same port."""

    def __init__(self, site: Path, prefix: str = "", settings: Settings | None = None) -> None:
        self._site, self._prefix, self._settings = site, prefix, settings or Settings()
        self._server: EndingServer | None = None
        self._thread: threading.Thread | None = None
        self.port = 0
        self.start()

    def start(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(128)
        self.port = int(listener.getsockname()[1])
        self.app = create_app(self._site, version="test", prefix=self._prefix, settings=self._settings)
        config = uvicorn.Config(
            self.app, **{**uvicorn_options(self._settings), "log_level": "error", "timeout_graceful_shutdown": 1}
        )
        self._server = EndingServer(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            assert time.monotonic() < deadline, "the server did not start within 10 s"
            time.sleep(0.01)

    def stop(self) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.should_exit = True
        self._thread.join(timeout=10)

    def url(self, host: str = "localhost") -> str:
        """The site's address, with the slash at the end."""
        return f"http://{host}:{self.port}{self._prefix}/"


@pytest.fixture(scope="session")
def site() -> Path:
    folder = Path(os.environ.get("PEERBOOK_SITE", "dist")).resolve()
    assert (folder / "index.html").is_file(), f"no built site in {folder}: run python3 build.py build first"
    return folder


@contextmanager
def serving(site: Path, prefix: str = "", settings: Settings | None = None) -> Iterator[Server]:
    server = Server(site, prefix, settings)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[Server]:
    """One server for the tests that leave it running."""
    with serving(site) as server:
        yield server


@pytest.fixture
def own_server(site: Path) -> Iterator[Server]:
    """A server for a test that stops it."""
    with serving(site) as server:
        yield server


@pytest.fixture(scope="session")
def school_server(site: Path) -> Iterator[Server]:
    """The same site under `/school/py/`."""
    with serving(site, "/school/py") as server:
        yield server


@pytest.fixture(scope="session")
def site_url(server: Server) -> str:
    return server.url()


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = os.environ.get("PEERBOOK_BROWSER", "/usr/bin/chromium")
    arguments = [*ARGUMENTS, f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1"]
    browser = playwright.chromium.launch(executable_path=path, args=arguments)
    yield browser
    browser.close()


class Watch:
    """What a browser context asked for and complained of, while a test went on."""

    def __init__(self, context: BrowserContext) -> None:
        self.requests: list[str] = []
        self.failed: list[str] = []
        self.errors: list[str] = []
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("requestfailed", self._note_failed)
        context.on("console", lambda message: self._note(message.type, message.text))
        context.on("weberror", lambda error: self.errors.append(str(error.error)))

    def _note_failed(self, request: Request) -> None:
        # What a page had not fetched yet when it was left is no failure: on a busy machine stories are quicker than it.
        if request.failure != "net::ERR_ABORTED":
            self.failed.append(f"{request.url} {request.failure}")

    def _note(self, kind: str, text: str) -> None:
        if kind == "error":
            self.errors.append(text)

    @property
    def violations(self) -> list[str]:
        """Complaints about the content security policy."""
        return [text for text in self.errors if "Content Security Policy" in text or "violates" in text]

    def outside(self, *hosts: str) -> list[str]:
        """Requests to anybody but ``hosts``."""
        allowed = tuple(f"{scheme}://{host}:" for host in hosts for scheme in ("http", "ws"))
        return [url for url in self.requests if not url.startswith((*allowed, "data:", "blob:", "about:"))]


NewContext = Callable[..., BrowserContext]


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Makes browser contexts (a fresh device each), closed at the end."""
    contexts: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def context(new_context: NewContext) -> BrowserContext:
    return new_context(viewport={"width": 1280, "height": 800})


@pytest.fixture
def watch(context: BrowserContext) -> Watch:
    return Watch(context)


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:
    return context.new_page()


@pytest.fixture
def a_class_with(new_context: NewContext, server: Server) -> Iterator[AClassWith]:
    """Makes classes of people in full notebook pages; the test fails when one of their pages threw something."""
    made: list[ClassOfPeople] = []

    def make(*names: str, on: Server | None = None) -> ClassOfPeople:
        together = ClassOfPeople(new_context, on or server, Watch)
        made.append(together)
        for name in names:
            together.comes(name)
        if len(names) > 1:
            together.are_connected()
        return together

    yield make
    for together in made:
        together.check()
