"""The page around the notebooks, on hosts good and bad: isolation, the policy, waiting, editions, without a network."""

from __future__ import annotations

import functools
import http.server
import json
import re
import shutil
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import BrowserContext, Page, expect
from starlette.types import Message, Receive, Scope, Send

from peerbook.shell import write_service_worker
from signaling.app import create_app

from .classroom import Classroom
from .conftest import NewContext, Watch
from .ending import EndingServer

FIRST = "first-steps/1-hello.ipynb"
READY_MS = 60_000

HEAVY = re.compile(r"/(build|extensions|static/(pyodide|environment))/")

LISTEN = """
window.violations = [];
addEventListener('securitypolicyviolation', e => violations.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


class BareHost:
    """A static host that sends no header of ours. Remembers what was asked; can go away and come back."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self.broken: set[str] = set()
        self._folder = folder
        self._server: http.server.ThreadingHTTPServer | None = None
        self.port = 0
        self.start()

    def start(self) -> None:
        host = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def guess_type(self, path: object) -> str:
                kinds = {".mjs": "text/javascript", ".wasm": "application/wasm"}
                return kinds.get(Path(str(path)).suffix) or super().guess_type(str(path))

            def do_GET(self) -> None:
                host.asked.append(self.path)
                if any(part in self.path for part in host.broken):
                    self.send_error(503)
                else:
                    super().do_GET()

            def log_message(self, *arguments: object) -> None:
                return None

        self._server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", self.port), functools.partial(Handler, directory=str(self._folder))
        )
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/"


@contextmanager
def bare_host(folder: Path) -> Iterator[BareHost]:
    host = BareHost(folder)
    try:
        yield host
    finally:
        host.stop()


@contextmanager
def serving_counted(site: Path) -> Iterator[tuple[str, Counter[str]]]:
    """Our own server, which isolates by itself, and how many answers with a body it gave for each path."""
    sent: Counter[str] = Counter()
    inner = create_app(site, version="test")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                sent[scope["path"]] += 1
            await send(message)

        await inner(scope, receive, counted if scope["type"] == "http" else send)

    listener = socket.create_server(("127.0.0.1", 0))
    server = EndingServer(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{listener.getsockname()[1]}/", sent
    finally:
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture
def own_site(site: Path, tmp_path: Path) -> Path:
    """A copy of the built site that a test may change."""
    return Path(shutil.copytree(site, tmp_path / "site"))


@pytest.fixture
def host(own_site: Path) -> Iterator[BareHost]:
    with bare_host(own_site) as host:
        yield host


def wait_until_offline_ready(page: Page) -> None:
    expect(page.locator("[data-pb-offline=ready]")).to_have_count(1, timeout=READY_MS)


def wait_until_kept(page: Page, path: str) -> None:
    """Until the service worker keeps ``path``."""
    page.wait_for_function(
        """async path => {
            for (const name of await caches.keys()) {
                const keys = await (await caches.open(name)).keys();
                if (keys.some(key => new URL(key.url).pathname.endsWith(path))) return true;
            }
            return false;
        }""",
        arg=path,
        timeout=READY_MS,
    )


def test_a_host_without_headers_is_isolated_after_one_reload_and_never_two(
    context: BrowserContext, page: Page, host: BareHost
) -> None:
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    classroom = Classroom(page, host.url).open(FIRST)
    assert page.evaluate("crossOriginIsolated") is True
    assert len(loads) == 2
    classroom.start(0)
    classroom.expect_words("Python is ready", timeout=90)
    loads.clear()
    page.goto(f"{host.url}lab/index.html?path={FIRST}")
    classroom.wait_for_cells()
    assert len(loads) >= 1
    assert page.evaluate("crossOriginIsolated") is True


def test_a_browser_that_refuses_service_workers_gets_the_notebook_all_the_same(
    new_context: NewContext, host: BareHost
) -> None:
    context = new_context(service_workers="block")
    page = context.new_page()
    Classroom(page, host.url).open(FIRST)
    assert page.evaluate("crossOriginIsolated") is False
    expect(page.locator("[data-pb-offline=refused]")).to_have_count(1, timeout=30_000)


def test_no_script_of_any_app_breaks_the_policy(
    context: BrowserContext, page: Page, site_url: str, watch: Watch
) -> None:
    context.add_init_script(LISTEN)
    classroom = Classroom(page, site_url).open(FIRST)
    classroom.focus(0)
    page.keyboard.type("# typing, with (brackets\n")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="All menus").click()
    page.get_by_role("menuitem", name="Edit", exact=True).click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+F")
    page.keyboard.type("print")
    page.keyboard.press("Escape")
    assert page.evaluate("violations") == []
    classroom.open(FIRST, app="lab")
    page.keyboard.press("ControlOrMeta+,")
    page.locator("#json-setting-editor").first.wait_for()
    page.keyboard.press("ControlOrMeta+Shift+C")
    page.keyboard.press("Escape")
    assert page.evaluate("violations") == []
    page.goto(f"{site_url}tree/index.html?path=first-steps")
    page.get_by_text("1-hello.ipynb").first.wait_for()
    assert page.evaluate("violations") == []
    page.goto(f"{site_url}edit/index.html?path=first-steps/tiles.py")
    page.locator(".jp-FileEditor .cm-content").wait_for()
    assert page.evaluate("violations") == []
    assert watch.violations == []


def test_a_script_that_does_not_arrive_is_said_in_words_with_a_way_on(page: Page, host: BareHost) -> None:
    host.broken.add("build/jlab_core")
    page.goto(f"{host.url}notebooks/index.html?path={FIRST}")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("check the connection")
    host.broken.clear()
    alert.get_by_role("link", name="Try again").click()
    Classroom(page, host.url).wait_for_cells()
    expect(page.locator("#peerbook-opening")).to_have_count(0)


def test_who_waits_sees_what_opens_before_any_script_of_jupyterlab_is_there(
    new_context: NewContext, host: BareHost
) -> None:
    page = new_context(service_workers="block").new_page()
    page.route("**/bundle.js*", lambda route: None)
    page.goto(f"{host.url}notebooks/index.html?path={FIRST}", wait_until="commit")
    opening = page.locator("#peerbook-opening")
    expect(opening).to_contain_text("Opening your notebook...")
    expect(opening.get_by_role("heading")).to_have_text("First steps in Python")
    expect(opening.get_by_text("This takes longer than usual")).to_be_hidden()
    expect(opening.get_by_text("This takes longer than usual")).to_be_visible(timeout=15_000)


def test_a_class_that_came_once_works_when_the_host_is_gone(
    context: BrowserContext, page: Page, host: BareHost
) -> None:
    classroom = Classroom(page, host.url).open(FIRST)
    classroom.run(0)
    wait_until_offline_ready(page)
    host.stop()
    watch = Watch(context)
    try:
        classroom.reload()
        assert classroom.run(0, "print('still here')") == "still here"
        classroom.open("first-steps/2-loops.ipynb")
        assert watch.failed == []
        page.goto(f"{host.url}workshops/first-steps/index.html")
        expect(page.get_by_role("heading", name="First steps in Python").first).to_be_visible()
        page.goto(f"{host.url}workshops/no-such/index.html")
        expect(page.get_by_text("You are offline").first).to_be_visible()
    finally:
        host.start()


def test_no_file_is_sent_twice_in_a_first_visit(page: Page, host: BareHost) -> None:
    classroom = Classroom(page, host.url).open(FIRST)
    classroom.run(0)
    wait_until_offline_ready(page)
    heavy = [path.split("?")[0] for path in host.asked if HEAVY.search(path)]
    assert sorted(set(heavy)) == sorted(heavy)


def test_what_the_page_had_before_the_service_worker_came_is_not_sent_again(own_site: Path, page: Page) -> None:
    with serving_counted(own_site) as (url, sent):
        classroom = Classroom(page, url).open(FIRST)
        assert page.evaluate("crossOriginIsolated") is True
        classroom.run(0)
        wait_until_offline_ready(page)
        assert {path: times for path, times in sent.items() if times > 1 and HEAVY.search(path)} == {}


def change(site: Path, summary: str) -> None:
    """Publish another edition: one page and the catalogue differ."""
    catalogue = json.loads((site / "workshops.json").read_text(encoding="utf-8"))
    catalogue["workshops"][0]["summary"] = summary
    (site / "workshops.json").write_text(json.dumps(catalogue), encoding="utf-8")
    write_service_worker(site)


SUMMARY = "fetch('../workshops.json').then(r => r.json()).then(c => c.workshops[0].summary)"


def test_a_new_edition_is_taken_whole_at_the_next_visit(page: Page, own_site: Path, host: BareHost) -> None:
    classroom = Classroom(page, host.url).open(FIRST)
    wait_until_kept(page, "/workshops.json")
    old = page.evaluate(SUMMARY)
    change(own_site, "another edition")
    page.evaluate("navigator.serviceWorker.ready.then(r => r.update())")
    page.wait_for_function("navigator.serviceWorker.getRegistration().then(r => Boolean(r.waiting))")
    assert page.evaluate(SUMMARY) == old
    classroom.reload()
    page.wait_for_function(f"{SUMMARY}.then(s => s === 'another edition')")


def test_an_edition_that_is_half_there_is_not_taken(page: Page, own_site: Path, host: BareHost) -> None:
    classroom = Classroom(page, host.url).open(FIRST)
    wait_until_kept(page, "/workshops.json")
    old = page.evaluate(SUMMARY)
    before = (own_site / "workshops.json").read_bytes()
    change(own_site, "another edition")
    (own_site / "workshops.json").write_bytes(before)  # the upload of the list came first, and the line broke
    page.evaluate(
        """navigator.serviceWorker.ready.then(async registration => {
            await registration.update().catch(() => undefined);
            const worker = registration.installing;
            if (worker) await new Promise(done => worker.addEventListener('statechange', done, {once: true}));
        })"""
    )
    classroom.reload()
    assert page.evaluate("navigator.serviceWorker.getRegistration().then(r => r.waiting === null)")
    assert page.evaluate(SUMMARY) == old
