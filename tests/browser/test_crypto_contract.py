"""A real browser's cryptography, held to the vectors and to each case of `crypto/contract.ts`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from .bare import EXTENSION, ROOT, build_bare_page
from .conftest import serving

CONTRACT = EXTENSION / "src" / "crypto" / "contract.ts"
TITLES = re.findall(r"^    title: '(.+)',$", CONTRACT.read_text(encoding="utf-8"), re.MULTILINE)
assert TITLES, f"no cases found in {CONTRACT}"


@pytest.fixture(scope="module")
def bare_page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = build_bare_page(tmp_path_factory.mktemp("crypto"), "src/crypto/bare.ts")
    with serving(folder) as server:
        context = browser.new_context()
        page = context.new_page()
        page.goto(server.url())
        yield page
        context.close()


def test_cry7_this_browser_verifies_agrees_and_opens_itself(bare_page: Page) -> None:
    assert bare_page.evaluate("bare.can()") == {"verify": True, "agree": True, "open": True}


@pytest.mark.parametrize("title", TITLES)
def test_contract(bare_page: Page, title: str) -> None:
    failure = bare_page.evaluate("title => bare.runContract(title)", title)
    assert failure == "", failure


def test_cry1_signatures_on_the_edge_are_the_same_in_the_browser(bare_page: Page) -> None:
    vectors = json.loads((ROOT / "tests/protocol/ed25519.json").read_text("utf-8"))
    assert bare_page.evaluate("vectors => bare.runSignatures(vectors)", vectors) == []


def test_cry4_the_vectors_hold_in_the_browser(bare_page: Page) -> None:
    vectors = json.loads((ROOT / "tests/protocol/crypto.json").read_text("utf-8"))
    assert bare_page.evaluate("vectors => bare.runVectors(vectors)", vectors) == ""
