"""The pages before Python: read without script, by keyboard, on a phone, in the dark, from any address."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .conftest import NewContext, Server, Watch

AXE = Path(__file__).parents[2] / "site/extension/node_modules/axe-core/axe.min.js"
PAGES = ("index.html", "teach.html", "404.html", "offline.html", "unsupported.html", "storage.html")
CLASSROOM = re.compile(r"/notebooks/index\.html\?path=")
TARGET_PX = 44
"""The least side of what a finger is to hit. Links within a sentence are exempt, as in WCAG."""


def a_workshop(page: Page, site_url: str) -> str:
    """The address of the first workshop in the catalogue."""
    page.goto(site_url)
    page.get_by_role("listitem").get_by_role("heading", level=3).get_by_role("link").first.click()
    page.wait_for_url("**/workshops/*/**")
    return page.url


def serious(page: Page) -> list[str]:
    """What axe finds serious or worse on the page as it is now."""
    page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate("axe.run().then(result => result.violations)")
    return [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def too_small(page: Page) -> list[str]:
    """Targets, outside of sentences, that are lower than a finger needs."""
    small: list[str] = page.evaluate(
        """least => [...document.querySelectorAll('a, button, summary')]
            .filter(one => one.checkVisibility() && !one.closest('p:not(.actions, .up, .place), dd, .skip, h3'))
            .filter(one => one.getBoundingClientRect().height < least)
            .map(one => `${one.textContent.trim()} ${one.getBoundingClientRect().height}`)""",
        TARGET_PX,
    )
    return small


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_no_page_asks_for_anything_elsewhere(
    new_context: NewContext, site_url: str, scheme: str
) -> None:
    context = new_context(color_scheme=scheme)
    watch = Watch(context)
    page = context.new_page()
    for address in (a_workshop(page, site_url), *(site_url + name for name in PAGES)):
        page.goto(address)
        assert serious(page) == [], address
    assert watch.violations == []
    assert watch.outside("localhost") == []


@pytest.mark.parametrize("width", [320, 390, 768])
def test_on_a_narrow_screen_nothing_sticks_out_and_fingers_hit(
    new_context: NewContext, site_url: str, width: int
) -> None:
    page = new_context(viewport={"width": width, "height": 800}, has_touch=True).new_page()
    for address in (a_workshop(page, site_url), *(site_url + name for name in PAGES)):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert too_small(page) == [], address


def test_without_javascript_everything_is_read_and_leads_on(new_context: NewContext, site_url: str) -> None:
    page = new_context(java_script_enabled=False).new_page()
    a_workshop(page, site_url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    start = page.get_by_role("link", name="Start on my own").get_attribute("href")
    assert start is not None
    assert start.startswith("../../notebooks/index.html?path=")
    expect(page.get_by_text("to download when you first run something")).to_be_visible()
    expect(page.get_by_text("This browser cannot run Python")).to_be_hidden()


def test_by_keyboard_the_content_is_one_key_away_and_focus_is_seen(page: Page, site_url: str) -> None:
    page.goto(site_url)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    blank = page.get_by_role("link", name="Start with a blank notebook")
    expect(blank).to_be_focused()
    assert blank.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"


def test_who_comes_back_goes_on_where_they_were(page: Page, site_url: str) -> None:
    address = a_workshop(page, site_url)
    steps = page.get_by_role("list").filter(has=page.locator("[data-path]")).get_by_role("link")
    last = steps.count()
    leads_to = steps.last.evaluate("link => link.href")
    steps.last.click()
    page.wait_for_url(CLASSROOM)
    page.goto(address)
    go_on = page.get_by_role("link", name=f"Go on with step {last}")
    assert go_on.evaluate("link => link.href") == leads_to
    expect(steps.last).to_contain_text("You were here")
    expect(page.locator(".here:visible")).to_have_count(1)
    page.goto(site_url)
    assert page.get_by_role("link", name=f"Go on with step {last}").evaluate("link => link.href") == leads_to


def test_a_place_is_kept_under_the_name_of_its_site(page: Page, school_server: Server) -> None:
    a_workshop(page, school_server.url())
    page.get_by_role("link", name="Start on my own").click()
    page.wait_for_url(CLASSROOM)
    keys = page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('peerbook:places:'))")
    assert keys == ["peerbook:places:/school/py/"]


@pytest.mark.parametrize("path", ["nothing", "workshops/nothing/", "a/b/c.html"])
def test_a_wrong_address_at_any_depth_leads_home(page: Page, school_server: Server, path: str) -> None:
    response = page.goto(school_server.url() + path)
    assert response is not None
    assert response.status == 404
    expect(page.get_by_role("heading", name="Nothing is at this address")).to_be_visible()
    page.get_by_role("link", name="See all workshops").click()
    expect(page).to_have_url(f"{school_server.url()}index.html")


def test_a_browser_without_webassembly_is_told_on_the_pages_and_why(context: BrowserContext, site_url: str) -> None:
    context.add_init_script("delete globalThis.WebAssembly")
    page = context.new_page()
    a_workshop(page, site_url)
    expect(page.get_by_text("This browser cannot run Python.")).to_be_visible()
    page.get_by_role("link", name="Why, and what to do").click()
    expect(page.get_by_text("Missing in this browser: WebAssembly.")).to_be_visible()
    expect(page.get_by_text("Firefox")).to_be_visible()


def test_a_browser_that_has_everything_is_told_nothing(page: Page, watch: Watch, site_url: str) -> None:
    a_workshop(page, site_url)
    expect(page.get_by_text("This browser cannot run Python.")).to_be_hidden()
    page.goto(site_url + "unsupported.html")
    expect(page.get_by_text("This browser has everything that is needed now.")).to_be_visible()
    assert watch.errors == []
