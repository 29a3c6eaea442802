"""Work is kept: what a student types, runs, moves and deletes is there again, in words that say so."""

from __future__ import annotations

import json
import re
import string
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from .classroom import Classroom
from .conftest import NewContext, Watch
from .processes import find_process, kill

FIRST = "first-steps/1-hello.ipynb"
DROP = """files => {
  const data = new DataTransfer();
  files.forEach(([name, text]) => data.items.add(new File([text], name)));
  const editor = document.querySelector('.jp-Notebook .cm-content');
  const options = {dataTransfer: data, bubbles: true, cancelable: true};
  ['dragover', 'drop'].forEach(kind => editor.dispatchEvent(new DragEvent(kind, options)));
}"""
"""What a browser does when files are dropped onto a cell."""


@pytest.fixture
def context(new_context: NewContext) -> BrowserContext:
    """Without the service worker, so that tests may stand in for the site's files."""
    return new_context(viewport={"width": 1280, "height": 800}, service_workers="block", accept_downloads=True)


@pytest.fixture
def classroom(page: Page, site_url: str) -> Classroom:
    return Classroom(page, site_url).open(FIRST)


def count_cells(classroom: Classroom) -> int:
    """How many cells the published notebook has, once all of them are on the page."""
    file = classroom.page.request.get(f"{classroom.site_url}files/{FIRST}").json()
    expect(classroom.cells).to_have_count(len(file["cells"]))
    return len(file["cells"])


def source_of(classroom: Classroom, index: int) -> str:
    """What stands in a code cell that is not blank, whether or not the page shows it yet."""
    editor = classroom.code_cell(index).locator(".cm-content")
    expect(editor).to_have_text(re.compile(r"\S"))
    return "\n".join(editor.locator(".cm-line").all_text_contents())


def keeping(page: Page) -> Locator:
    return page.locator(".pb-Sentence-keeping")


def notices(page: Page) -> Locator:
    return page.locator(".Toastify__toast-body")


def type_at_start(classroom: Classroom, text: str, index: int = 0) -> None:
    classroom.focus(index)
    classroom.page.keyboard.press("Control+Home")
    classroom.page.keyboard.type(text)


def settle(page: Page) -> None:
    """Everything typed is written: twice the time between two writes."""
    page.wait_for_timeout(400)
    expect(keeping(page)).to_contain_text("Kept on this device")


def notebook_file(*cells: dict[str, Any]) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)})


def test_a_reload_brings_text_and_outputs_back(classroom: Classroom) -> None:
    assert classroom.run(0, "print(6 * 7)") == "42"
    classroom.write(1, "kept = True")
    settle(classroom.page)
    prompt = classroom.prompt(0)
    classroom.reload()
    assert source_of(classroom, 0) == "print(6 * 7)"
    assert source_of(classroom, 1) == "kept = True"
    assert classroom.output(0) == "42"
    assert classroom.prompt(0) == prompt


@pytest.mark.parametrize("index", [0, 1])
def test_a_killed_tab_loses_less_than_a_second(
    classroom: Classroom, context: BrowserContext, site_url: str, index: int
) -> None:
    """The process of the tab is killed while somebody types ten letters a second."""
    before = source_of(classroom, index)
    process = find_process(classroom.page)
    text = (string.ascii_lowercase * 3)[:60]
    classroom.focus(index)
    classroom.page.keyboard.press("Control+Home")
    times: list[float] = []
    for letter in text:
        classroom.page.keyboard.type(letter)
        times.append(time.monotonic())
        classroom.page.wait_for_timeout(80)
    end = time.monotonic()
    kill(classroom.page, process)
    again = Classroom(context.new_page(), site_url).open(FIRST)
    expect(again.code_cell(index).locator(".cm-content")).to_contain_text(before.splitlines()[-1])
    now = source_of(again, index)
    kept = next((place for place, letter in enumerate(text) if now[place : place + 1] != letter), len(text))
    lost_seconds = end - times[kept - 1] if kept < len(text) else 0.0
    print(f"kept {kept} of {len(text)} letters, lost {lost_seconds:.2f} s")
    assert now == text[:kept] + before
    assert lost_seconds < 1


def test_two_tabs_show_one_text_and_nothing_is_doubled(
    classroom: Classroom, context: BrowserContext, site_url: str
) -> None:
    count = count_cells(classroom)
    other = Classroom(context.new_page(), site_url).open(FIRST)
    expect(notices(other.page)).to_contain_text("open in another tab too")
    type_at_start(classroom, "# from one\n")
    expect(other.code_cell(0)).to_contain_text("# from one")
    type_at_start(other, "# from two\n")
    expect(classroom.code_cell(0)).to_contain_text("# from two")
    settle(classroom.page)
    classroom.page.close()
    other.reload()
    expect(other.code_cell(0)).to_contain_text("# from two")
    expect(other.code_cell(0)).to_contain_text("# from one")
    expect(other.cells).to_have_count(count)


def test_saving_says_it_is_kept_and_gives_the_file(classroom: Classroom) -> None:
    classroom.run(0, "print('in the file')")
    page = classroom.page
    page.keyboard.press("Control+S")
    expect(notices(page)).to_contain_text("Kept on this device, as always")
    assert page.locator(".jp-Dialog").count() == 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "1-hello.ipynb"
    text = Path(download.value.path()).read_text(encoding="utf-8")
    nbformat.validate(nbformat.reads(text, as_version=4))  # type: ignore[no-untyped-call]
    assert "in the file" in text
    assert '"trusted"' not in text


def test_a_changed_cell_is_compared_reset_and_undone(classroom: Classroom) -> None:
    page, original = classroom.page, source_of(classroom, 0)
    assert page.locator(".pb-OriginalCorner").count() == 0
    type_at_start(classroom, "# mine\n")
    page.get_by_role("button", name="Compare this cell with the original").click()
    comparison = page.get_by_role("region", name="The original and your cell")
    expect(comparison.locator("ins")).to_have_text("# mine")
    page.keyboard.press("Escape")
    expect(comparison).to_have_count(0)
    page.get_by_role("button", name="Reset this cell to the original").click()
    expect(page.locator(".pb-OriginalCorner")).to_have_count(0)
    assert source_of(classroom, 0) == original
    page.get_by_role("button", name="Undo").click()
    assert source_of(classroom, 0) == f"# mine\n{original}"


def test_deleted_cells_of_the_original_come_back(classroom: Classroom) -> None:
    page, count = classroom.page, count_cells(classroom)
    classroom.focus(0)
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.keyboard.press("d")
    expect(page.locator(".pb-Sentence-original")).to_contain_text("A cell of the original is gone")
    settle(page)
    classroom.reload()
    expect(classroom.cells).to_have_count(count - 1)
    page.locator(".pb-Sentence-original").get_by_role("button", name="Bring back").click()
    expect(classroom.cells).to_have_count(count)


def test_undo_takes_back_deleting_inserting_moving_and_changing_a_cells_kind(classroom: Classroom) -> None:
    page, count = classroom.page, count_cells(classroom)
    classroom.focus(1)
    page.keyboard.press("Escape")
    for keys, expected in [(["d", "d"], count - 1), (["b"], count + 1), (["m"], count)]:
        for key in keys:
            page.keyboard.press(key)
        expect(classroom.cells).to_have_count(expected)
        # Two steps within half a second are one to undo.
        page.wait_for_timeout(600)
        page.keyboard.press("z")
        expect(classroom.cells).to_have_count(count)
        page.wait_for_timeout(600)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("broken.ipynb", '{"cells": [', "it is not JSON"),
        ("list.ipynb", "[1, 2]", "not a notebook"),
        ("old.ipynb", '{"nbformat": 3, "worksheets": []}', "it is of format 3"),
        ("odd.ipynb", notebook_file({"cell_type": "sketch", "source": ""}), "cell 1 is damaged"),
    ],
)
def test_a_file_that_is_no_notebook_is_refused_in_words(classroom: Classroom, name: str, text: str, words: str) -> None:
    classroom.page.evaluate(DROP, [[name, text]])
    expect(notices(classroom.page)).to_contain_text(words)
    expect(notices(classroom.page)).to_contain_text(name)


def test_a_dropped_notebook_is_a_new_one_beside_the_old_and_runs_nothing(classroom: Classroom, watch: Watch) -> None:
    page = classroom.page
    type_at_start(classroom, "# mine\n")
    html = "<img src=x onerror='window.hacked = 1'><script>window.hacked = 2</script><b>shown</b>"
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": html, "text/plain": "shown"}}
    trusted = {"trusted": True}
    code = {"id": "same", "cell_type": "code", "source": "1", "metadata": trusted, "execution_count": 1}
    words = {"id": "same", "cell_type": "markdown", "source": f"# Dropped\n{html}", "metadata": trusted}
    page.evaluate(DROP, [["1-hello.ipynb", notebook_file({**code, "outputs": [output]}, words)]])
    page.wait_for_url("**1-hello%20(2).ipynb")
    classroom.wait_for_cells()
    expect(classroom.cells).to_have_count(2)
    expect(classroom.cells.nth(1)).to_contain_text("Dropped")
    page.wait_for_timeout(500)
    assert page.evaluate("window.hacked") is None
    classroom.open(FIRST)
    assert source_of(classroom, 0).startswith("# mine")


def test_a_new_notebook_is_kept_like_any_other(classroom: Classroom) -> None:
    page = classroom.page
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="New notebook").click()
    page.wait_for_url("**My%20notebook.ipynb")
    classroom.wait_for_cells()
    expect(classroom.cells).to_have_count(1)
    classroom.write(0, "x = 1")
    settle(page)
    classroom.reload()
    assert source_of(classroom, 0) == "x = 1"
    classroom.open(FIRST)
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="New notebook").click()
    page.wait_for_url("**My%20notebook%20(2).ipynb")
    classroom.wait_for_cells()
    assert classroom.source(0) == ""


def publish_another_edition(context: BrowserContext, site_url: str, as_hello: str) -> None:
    """From now on the site says that the first notebook is what another one was."""
    catalogue = context.request.get(f"{site_url}workshops.json").json()
    workshop = next(each for each in catalogue["workshops"] if each["slug"] == "first-steps")
    by_path = {notebook["path"]: notebook for notebook in workshop["notebooks"]}
    by_path["1-hello.ipynb"]["genesis"] = by_path[as_hello]["genesis"]
    context.route("**/workshops.json", lambda route: route.fulfill(json=catalogue))


def test_a_new_edition_replaces_an_untouched_copy_and_asks_beside_a_touched_one(
    classroom: Classroom, context: BrowserContext, site_url: str
) -> None:
    page = classroom.page
    first = classroom.cells.first.inner_text()
    publish_another_edition(context, site_url, "2-loops.ipynb")
    classroom.reload()
    expect(classroom.cells.first).not_to_have_text(first)
    assert notices(page).count() == 0
    type_at_start(classroom, "# mine\n")
    settle(page)
    context.unroute("**/workshops.json")
    classroom.reload()
    expect(notices(page)).to_contain_text("There is a newer edition of this notebook. Yours stays as it is.")
    assert source_of(classroom, 0).startswith("# mine")
    page.get_by_role("button", name="Open the new one beside mine").click()
    page.wait_for_url("**new%20edition**")
    classroom.wait_for_cells()
    assert not source_of(classroom, 0).startswith("# mine")
    classroom.open(FIRST)
    assert source_of(classroom, 0).startswith("# mine")
    page.wait_for_timeout(500)
    assert notices(page).count() == 0


BLOCKED = """
Object.defineProperty(window, 'indexedDB', {get() { throw new DOMException('blocked', 'SecurityError'); }});
"""
SILENT = """
const open = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (name, ...rest) {
  return String(name).startsWith('Peerbook') ? {} : open.call(this, name, ...rest);
};
"""


@pytest.mark.parametrize("script", [BLOCKED, SILENT], ids=["blocked", "never answers"])
def test_a_browser_that_keeps_nothing_says_so_and_gives_the_file(
    context: BrowserContext, site_url: str, script: str
) -> None:
    context.add_init_script(script)
    classroom = Classroom(context.new_page(), site_url).open(FIRST)
    page = classroom.page
    words = "This browser keeps nothing: save your notebook as a file before you close"
    expect(keeping(page)).to_contain_text(words)
    expect(notices(page)).to_contain_text(words)
    classroom.write(0, "unkept = 1")
    with page.expect_download() as download:
        keeping(page).get_by_role("button", name="Save as a file").click()
    assert "unkept = 1" in Path(download.value.path()).read_text(encoding="utf-8")


def test_a_full_device_is_said_at_once_and_taken_back_when_there_is_room(
    context: BrowserContext, site_url: str
) -> None:
    context.add_init_script(
        """
        const add = IDBObjectStore.prototype.add;
        IDBObjectStore.prototype.add = function (...given) {
          if (window.full && this.name === 'log') throw new DOMException('no room', 'QuotaExceededError');
          return add.apply(this, given);
        };
        """
    )
    classroom = Classroom(context.new_page(), site_url).open(FIRST)
    page = classroom.page
    page.evaluate("window.full = true")
    type_at_start(classroom, "# while full\n")
    expect(keeping(page)).to_contain_text("Storage is full: save your notebook as a file")
    page.evaluate("window.full = false")
    expect(keeping(page)).to_contain_text("Kept on this device", timeout=15_000)
    classroom.reload()
    assert source_of(classroom, 0).startswith("# while full")
