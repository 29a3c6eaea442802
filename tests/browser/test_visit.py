"""A whole visit, from the first page to a result: to no other computer, under any path, over plain http, offline."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from .classroom import Classroom
from .conftest import PLAIN_HOST, NewContext, Server, Watch

FIRST = "first-steps/1-hello.ipynb"


def visit(page: Page, url: str) -> Classroom:
    """From the catalogue to a first result, by clicking."""
    page.goto(url)
    page.get_by_role("link", name="First steps in Python").first.click()
    page.get_by_role("link", name="Start on my own").click()
    classroom = Classroom(page, url).wait_for_cells()
    assert classroom.run(0, "print(6 * 7)") == "42"
    return classroom


def test_a_whole_visit_asks_no_other_host_and_breaks_no_policy(page: Page, site_url: str, watch: Watch) -> None:
    classroom = visit(page, site_url)
    assert classroom.run(1, "import sys\nsys.version_info >= (3, 13)") == "True"
    classroom.open(FIRST, app="lab")
    page.goto(f"{site_url}tree/index.html?path=first-steps")
    page.get_by_text("1-hello.ipynb").first.wait_for()
    assert watch.outside("localhost") == []
    assert watch.violations == []
    assert watch.failed == []


def test_a_visit_under_a_path_of_a_schools_web_server(page: Page, school_server: Server, watch: Watch) -> None:
    visit(page, school_server.url())
    assert all("/school/py/" in url for url in watch.requests if url.startswith("http"))
    assert watch.violations == []


def test_a_visit_over_plain_http_says_what_is_missing_and_works(new_context: NewContext, server: Server) -> None:
    context = new_context()
    watch = Watch(context)
    page = context.new_page()
    classroom = visit(page, server.url(PLAIN_HOST))
    assert page.evaluate("isSecureContext") is False
    assert classroom.run(1, "open('note.txt', 'w').write('kept')\nprint(open('note.txt').read())") == "kept"
    # A browser that can pause Python asks; one that cannot is told why, and what to write instead (test_kernel.py).
    classroom.write(1, "name = input('Name? ')\nprint('Hello', name)")
    classroom.start(1)
    page.locator(".jp-Stdin-input").fill("Ada")
    page.keyboard.press("Enter")
    classroom.wait_for_end(1)
    assert "Hello Ada" in classroom.output(1)
    assert watch.outside(PLAIN_HOST) == []


def test_who_came_once_works_with_the_server_off(context: BrowserContext, own_server: Server) -> None:
    page = context.new_page()
    classroom = visit(page, own_server.url())
    classroom.expect_words("Python is ready")
    expect(page.locator("[data-pb-offline=ready]")).to_have_count(1, timeout=60_000)
    own_server.stop()
    watch = Watch(context)
    classroom.reload()
    assert classroom.run(0, "print('still here')") == "still here"
    assert watch.failed == []


def test_nothing_of_python_is_fetched_before_somebody_runs_something(
    page: Page, site_url: str, watch: Watch, site: Path
) -> None:
    classroom = Classroom(page, site_url).open(FIRST)
    classroom.expect_words("Python starts when you run something")
    page.wait_for_timeout(1500)  # long enough for what is fetched behind the scenes to show itself
    python = [url for url in watch.requests if "/static/pyodide/" in url or "/static/environment/" in url]
    assert python == []
    assert classroom.run(0, "1 + 1") == "2"
    assert [url for url in watch.requests if "/static/pyodide/" in url]
