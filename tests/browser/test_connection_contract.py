"""Every road that only a browser has, held to the contract of connections: one test for each case and road.

Through the real signaling server; the cases are those of `connection/contract.ts`, which says what each means.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from .bare import build_bare_page, contract_titles
from .conftest import Server, serving


@pytest.fixture(scope="module")
def bare_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(build_bare_page(tmp_path_factory.mktemp("bare"))) as server:
        yield server


@pytest.fixture(scope="module")
def bare_page(browser: Browser, bare_server: Server) -> Iterator[Page]:
    """One page for all cases: each makes its own pair, and a page is given 500 connections."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(bare_server.url())
    yield page
    context.close()


@pytest.mark.parametrize("road", ["direct", "relay", "tab"])
@pytest.mark.parametrize("title", contract_titles())
def test_contract(bare_page: Page, bare_server: Server, road: str, title: str) -> None:
    signal = bare_server.url().replace("http", "ws", 1) + "signal"
    failure = bare_page.evaluate(
        "([road, title, signal]) => bare.runContract(road, title, signal)", [road, title, signal]
    )
    assert failure == "", failure
