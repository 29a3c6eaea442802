"""Two people in one notebook see each other's cursors, selections and names, and undo takes back one's own."""

from __future__ import annotations

import hashlib
import json

import pytest
from playwright.sync_api import BrowserContext, FloatRect, Locator, expect

from .classroom import Classroom
from .conftest import NewContext, Watch
from .founded import found

NOTEBOOK = "first-steps/1-hello.ipynb"
LINES = "print(7 + 3 * 2)\nprint((7 + 3) * 2)\nprint(2 ** 10)"
"""Code cell 1 of it."""
PLACE = """([cell, at]) => {
  // Where the text's character `at` begins, by the browser's own measure.
  const lines = [...(document.querySelectorAll('.jp-CodeCell')[cell]?.querySelectorAll('.cm-line') ?? [])];
  if (lines.length === 0) return null;
  const line = lines.find(each => (at -= each.textContent.length + 1) < 0);
  at += line.textContent.length + 1;
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  let node;
  while ((node = walker.nextNode()) && at > node.length) at -= node.length;
  const range = document.createRange();
  range.setStart(node, at);
  range.setEnd(node, at);
  const box = range.getBoundingClientRect();
  return [box.left, box.top];
}"""


class Student(Classroom):
    """Somebody in the class, who has been here before."""

    def __init__(self, context: BrowserContext, site_url: str, name: str, fragment: str) -> None:
        known = json.dumps([{"participant": hashlib.sha256(name.encode()).hexdigest()[:32], "name": name}])
        # Frames without an origin have no storage.
        put = f"localStorage.setItem('peerbook:people:/', {json.dumps(known)})"
        context.add_init_script(f"if (window.origin !== 'null') {put}")
        context.route("**/peerbook.json", lambda route: route.fulfill(json={"signaling": "signal"}))
        super().__init__(context.new_page(), site_url)
        self.fragment = fragment

    def come(self, app: str = "notebooks") -> Student:
        self.page.goto(f"{self.site_url}{app}/index.html?path={NOTEBOOK}{self.fragment}")
        self.wait_for_cells()
        return self

    def put(self, index: int, at: int, *, select: int = 0) -> None:
        """Put the cursor before character ``at`` of code cell ``index``, and select ``select`` characters."""
        self.focus(index)
        self.page.keyboard.press("ControlOrMeta+Home")
        for _ in range(at):
            self.page.keyboard.press("ArrowRight")
        for _ in range(select):
            self.page.keyboard.press("Shift+ArrowRight")

    def carets(self, index: int) -> Locator:
        return self.code_cell(index).locator(".pb-Caret")

    def expect_caret(self, index: int, at: int) -> None:
        """Wait until the only other cursor in code cell ``index`` stands before character ``at``."""

        def holds() -> bool:
            place = self.page.evaluate(PLACE, [index, at])
            box = self.carets(index).bounding_box() if self.carets(index).count() == 1 else None
            # The line is drawn two pixels wide, around the place.
            return (
                box is not None
                and place is not None
                and abs(box["x"] + 1 - place[0]) < 2
                and abs(box["y"] - place[1]) < 4
            )

        self.wait(holds, f"a cursor stands before character {at} of code cell {index}")


@pytest.fixture
def two(new_context: NewContext, site_url: str) -> tuple[Student, Student, list[Watch]]:
    """Ada by day and Ben by night, in one notebook."""
    contexts = [
        new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme) for scheme in ("light", "dark")
    ]
    watches, founded = [Watch(context) for context in contexts], found()
    links = (founded.owners, founded.everyones)
    ada, ben = (Student(each, site_url, *who) for each, *who in zip(contexts, ("Ada", "Ben"), links, strict=True))
    return ada.come(), ben.come(), watches


Two = tuple[Student, Student, list[Watch]]


def box_of(locator: Locator) -> FloatRect:
    box = locator.bounding_box()
    assert box is not None
    return box


def size_of(locator: Locator) -> tuple[float, float]:
    box = box_of(locator)
    return box["width"], box["height"]


def test_a_cursor_and_a_selection_stand_where_the_other_put_them_also_while_one_writes_before_them(two: Two) -> None:
    ada, ben, watches = two
    ben.code_cell(1).locator(".cm-line").first.wait_for()
    before = [size_of(ben.code_cell(1)), size_of(ben.code_cell(1).locator(".cm-line").nth(1))]
    ada.put(1, 20, select=5)
    ben.expect_caret(1, 25)
    expect(ben.code_cell(1).locator(".pb-Flag")).to_have_text("Ada")
    start = ben.page.evaluate(PLACE, [1, 20])
    selection = box_of(ben.code_cell(1).locator(".pb-Selection"))
    assert abs(selection["x"] - start[0]) < 2
    assert abs(selection["x"] + selection["width"] - ben.page.evaluate(PLACE, [1, 25])[0]) < 2
    # Nothing in the text moved for it.
    assert [size_of(ben.code_cell(1)), size_of(ben.code_cell(1).locator(".cm-line").nth(1))] == before
    expect(ben.code_cell(1).locator(".pb-HereMark")).to_have_attribute("aria-label", "Ada is here")
    # The name goes when she rests, and comes back where one points.
    expect(ben.code_cell(1).locator(".pb-Flag")).to_have_count(0)
    caret = box_of(ben.carets(1))
    ben.page.mouse.move(caret["x"] + 1, caret["y"] + caret["height"] / 2)
    expect(ben.code_cell(1).locator(".pb-Flag")).to_have_text("Ada")

    ben.put(1, 0)
    ben.page.keyboard.type("# ten\n")
    ben.expect_caret(1, 31)
    ada.expect_caret(1, 6)
    ada.page.keyboard.press("ArrowRight")
    ada.page.keyboard.type("00")
    ben.expect_caret(1, 33)
    ada.page.locator(".jp-Notebook .jp-MarkdownCell").first.click()
    expect(ben.carets(1)).to_have_count(0)
    expect(ben.page.locator(".pb-HereMark")).to_have_count(0)
    assert [watch.errors for watch in watches] == [[], []]


def test_undo_takes_back_ones_own_words_while_the_other_writes_in_the_same_cell(two: Two) -> None:
    ada, ben, _ = two
    ada.put(1, 0)
    # All at once: keys more than half a second apart are undone one by one.
    ada.page.keyboard.insert_text("ada = 1\n")
    ada.put(1, 8)
    ben.expect_caret(1, 8)
    ben.put(1, 5)
    ben.page.keyboard.insert_text("= 0 ")
    ada.expect_caret(1, 9)
    ada.page.keyboard.press("ControlOrMeta+z")
    both = f"= 0 {LINES}"
    for student in (ada, ben):
        student.wait(lambda each=student: each.source(1) == both, "only Ada's words are gone")  # type: ignore[misc]
    ada.expect_caret(1, 4)
    ben.page.keyboard.press("ControlOrMeta+z")
    for student in (ada, ben):
        student.wait(lambda each=student: each.source(1) == LINES, "Ben's are gone as well")  # type: ignore[misc]
    ada.focus(1)
    ada.page.keyboard.press("ControlOrMeta+Shift+z")
    for student in (ada, ben):
        student.wait(lambda each=student: each.source(1) == f"ada = 1\n{LINES}", "hers are back")  # type: ignore[misc]


def test_who_writes_goes_on_writing_while_the_other_moves_changes_and_deletes_the_cell(two: Two) -> None:
    ada, ben, _ = two
    ada.put(1, 6)
    ben.expect_caret(1, 6)
    ben.code_cell(1).locator(".jp-InputPrompt").click()
    for command in ("Control+Shift+ArrowUp", "m", "y", "d"):
        ada.page.keyboard.type("(", delay=20)
        ben.page.keyboard.press(command)
        ada.page.keyboard.type("1) + ", delay=40)
    ben.page.keyboard.press("d")
    ada.page.keyboard.type("(1) + ", delay=40)
    written = LINES.replace("print(", "print(" + "(1) + " * 5, 1)
    for student in (ada, ben):
        read: list[str] = []

        def holds(each: Student = student, read: list[str] = read) -> bool:
            read.append(each.source(1))
            return read[-1] == written

        try:
            student.wait(holds, "the cell is there with all words")
        except AssertionError as error:
            raise AssertionError(f"{read[-1:]} and not {written!r}") from error
    ben.expect_caret(1, 6 + 5 * 6)
    # Nobody's words got into another cell.
    assert ben.source(0) == ada.source(0) == 'print("Hello, world!")\n'.rstrip()


def test_a_cursor_goes_with_its_owner_and_a_deleted_cell_takes_no_keys(two: Two) -> None:
    ada, ben, _ = two
    ada.put(1, 6)
    ben.expect_caret(1, 6)
    cell = ada.page.locator(".jp-CodeCell", has_text="2 ** 10")
    # She only looks: it goes, and what she types next is no order to another cell.
    ben.code_cell(1).locator(".jp-InputPrompt").click()
    ben.page.keyboard.press("d")
    ben.page.keyboard.press("d")
    expect(cell).to_have_count(0)
    expect(ben.page.locator(".pb-Caret, .pb-HereMark")).to_have_count(0)
    before = [ada.source(index) for index in range(3)]
    ada.page.keyboard.type("abdd")
    assert [ada.source(index) for index in range(3)] == before
    ada.put(0, 2)
    ben.expect_caret(0, 2)
    assert [ben.source(index) for index in range(3)] == before
    ada.page.close()
    expect(ben.page.locator(".pb-Caret, .pb-HereMark, .pb-Flag")).to_have_count(0)


@pytest.mark.parametrize("app", ["notebooks", "lab"])
def test_who_is_in_a_cell_out_of_sight_is_there_when_one_comes_to_it(
    new_context: NewContext, site_url: str, app: str
) -> None:
    founded = found()
    links = {"Ada": founded.owners, "Ben": founded.everyones}
    ada, ben = (Student(new_context(), site_url, *who).come(app) for who in links.items())
    last = ada.code_cells.count() - 1
    ada.code_cell(last).scroll_into_view_if_needed()
    ada.put(last, 3)
    ben.page.wait_for_timeout(500)
    ben.code_cell(last).scroll_into_view_if_needed()
    ben.expect_caret(last, 3)
    expect(ben.code_cell(last).locator(".pb-HereMark")).to_have_count(1)
