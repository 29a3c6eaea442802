"""Chromium processes at desks of their own, a server at another: real networks, broken on purpose."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.browser.bare import ROOT, build_bare_page
from tests.browser.conftest import ARGUMENTS, TIMEOUT_MS

from .lab import Desk, Lab, NoNamespacesError

Seat = Callable[[Desk], Page]


@pytest.fixture(scope="session")
def bare_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_bare_page(tmp_path_factory.mktemp("bare"))


@pytest.fixture
def lab() -> Iterator[Lab]:
    try:
        lab = Lab()
    except NoNamespacesError as error:
        pytest.skip(str(error))
    yield lab
    lab.close()


@pytest.fixture
def site_address(lab: Lab, bare_folder: Path) -> Iterator[str]:
    """The address of a server at a desk of its own, as the other desks see it."""
    desk = lab.desk("server")
    serve = str(Path(__file__).with_name("serve.py"))
    command = ["ip", "netns", "exec", desk.name, sys.executable, serve, str(bare_folder), desk.address]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        assert port, "the server did not start"
        yield f"{desk.address}:{port}"
        server.terminate()


@pytest.fixture
def seat(lab: Lab, playwright: Playwright, site_address: str, tmp_path: Path) -> Iterator[Seat]:
    """Starts a browser at a desk and opens the class in it."""
    room = secrets.token_urlsafe(16)
    chromium = os.environ.get("PEERBOOK_BROWSER", "/usr/bin/chromium")
    browsers = []

    def seat(desk: Desk) -> Page:
        browser = playwright.chromium.launch(executable_path=desk.wrapper(chromium, tmp_path), args=ARGUMENTS)
        browsers.append(browser)
        page = browser.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.goto(f"http://{site_address}/")
        page.evaluate("words => { window.me = new bare.Member(...words) }", [f"ws://{site_address}/signal", room, {}])
        return page

    yield seat
    for browser in browsers:
        browser.close()
