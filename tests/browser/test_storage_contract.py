"""IndexedDB in a real browser, held to the contract of storages: one test for each case of `storage/contract.ts`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from .bare import EXTENSION, build_bare_page
from .conftest import serving

CONTRACT = EXTENSION / "src" / "storage" / "contract.ts"
TITLES = re.findall(r"^    title: '(.+)',$", CONTRACT.read_text(encoding="utf-8"), re.MULTILINE)
assert TITLES, f"no cases found in {CONTRACT}"


@pytest.fixture(scope="module")
def bare_page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = build_bare_page(tmp_path_factory.mktemp("storage"), "src/storage/bare.ts")
    with serving(folder) as server:
        context = browser.new_context()
        page = context.new_page()
        page.goto(server.url())
        yield page
        context.close()


@pytest.mark.parametrize("title", TITLES)
def test_contract(bare_page: Page, title: str) -> None:
    failure = bare_page.evaluate("title => bare.runContract(title)", title)
    assert failure == "", failure
