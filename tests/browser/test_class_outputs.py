"""Whose outputs: another's run as it comes, one's own behind it, what is left of who has gone, hostile outputs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from signaling.settings import Settings

from .classroom import Classroom
from .conftest import NewContext, Watch, serving
from .founded import found
from .processes import find_process, kill

NOTEBOOK = "first-steps/1-hello.ipynb"

LOOP = "import time\nfor n in range(60):\n    print('line', n)\n    time.sleep(0.2)"


class Student(Classroom):
    """Somebody in a class, by name, at one notebook."""

    @property
    def whose(self) -> Locator:
        return self.page.get_by_role("button", name=re.compile("^Outputs: "))

    def look_at(self, name: str) -> None:
        """Choose whose outputs to see, with the keyboard alone."""
        self.whose.focus()
        self.page.keyboard.press("Enter")
        options = self.page.get_by_role("listbox", name="Whose outputs to show")
        expect(options.get_by_role("option", name=name)).to_be_visible()
        self.page.keyboard.type(name[:3].lower())
        expect(options.get_by_role("option", name=name)).to_have_class(re.compile("pb-mod-active"))
        self.page.keyboard.press("Enter")
        expect(options).to_be_hidden()
        expect(self.whose).to_be_focused()

    def others(self, index: int) -> Locator:
        """Somebody else's run of code cell ``index``."""
        return self.code_cell(index).locator(".pb-Others")

    def own_output(self, index: int) -> Locator:
        return self.code_cell(index).locator(".jp-Cell-outputWrapper .jp-OutputArea-output")

    def shown_prompt(self, index: int) -> str:
        """The number or star beside the cell, whoever's it is."""
        prompt = self.code_cell(index).locator(".jp-InputPrompt").first
        return str(prompt.evaluate("node => node.dataset.others ?? node.textContent")).strip()


Joining = Callable[..., Student]


@pytest.fixture
def joining(new_context: NewContext, site_url: str) -> Iterator[Joining]:
    """Brings somebody into the one class of this test, which fails when a page of theirs threw something."""
    founded, came = found(), list[str]()
    errors: list[str] = []

    def join(name: str, path: str = NOTEBOOK, on: str = site_url) -> Student:
        context = new_context(viewport={"width": 1280, "height": 800})
        context.on("weberror", lambda error: errors.append(f"{name}: {error.error}"))
        participant = os.urandom(16).hex()
        people = f'[{{"participant": "{participant}", "name": "{name}"}}]'
        # Not in frames that have no storage: those in which outputs run.
        context.add_init_script(f"if (origin !== 'null') localStorage.setItem('peerbook:people:/', {people!r})")
        watch = Watch(context)
        student = Student(context.new_page(), on)
        fragment = founded.everyones if came else founded.owners
        came.append(name)
        student.page.goto(f"{on}notebooks/index.html?path={path}{fragment}")
        student.wait_for_cells()
        expect(student.whose).to_be_visible()
        student.watch = watch  # type: ignore[attr-defined]
        return student

    yield join
    assert errors == []


def test_another_s_loop_appears_as_it_comes_and_one_s_own_goes_on_behind_it(joining: Joining) -> None:
    ada, ben = joining("Ada"), joining("Ben")
    assert "own" in ben.run(0, "print('own', 1)")
    own_prompt = ben.shown_prompt(0)
    ben.look_at("Ada")
    expect(ben.whose).to_have_text("Outputs: Ada's")
    expect(ben.page.get_by_text("Ada has not run anything in this notebook yet.")).to_be_visible()
    expect(ben.own_output(0).first).to_be_hidden()
    assert ben.shown_prompt(0) == "[ ]:"
    ada.write(0, LOOP)
    ada.start(0)
    expect(ben.others(0)).to_contain_text("line 3", timeout=90_000)
    # As it comes: what is there grows while it runs.
    expect(ben.others(0)).not_to_contain_text("line 59")
    expect(ben.others(0)).to_contain_text("running")
    assert ben.shown_prompt(0) == "[*]:"
    expect(ben.others(0).get_by_text("Ada", exact=True)).to_be_visible()
    expect(ben.page.get_by_text("These are Ada's outputs.")).to_be_visible()
    # One's own run goes into one's own outputs, and is told of without taking the place of what is shown.
    ben.focus(1)
    ben.write(1, "print('mine, behind')")
    ben.start(1)
    expect(ben.others(1)).to_contain_text("You ran this.")
    expect(ben.others(1)).not_to_contain_text("mine, behind")
    expect(ben.own_output(1).first).to_be_hidden()
    expect(ben.others(0)).to_contain_text("line 59", timeout=60_000)
    expect(ben.others(0)).not_to_contain_text("running")
    assert ben.shown_prompt(0) == ada.shown_prompt(0)
    ben.page.get_by_role("button", name="Back to yours").click()
    expect(ben.whose).to_have_text("Outputs: yours")
    expect(ben.own_output(0).first).to_have_text("own 1")
    expect(ben.own_output(1).first).to_have_text("mine, behind")
    assert ben.shown_prompt(0) == own_prompt
    # And Ada saw nothing of it.
    assert "own 1" not in ada.page.locator(".jp-Notebook").inner_text()


@pytest.fixture
def impatient_url(site: Path) -> Iterator[str]:
    """A server that keeps the place of somebody whose page died for 2 s, not for 30."""
    with serving(site, settings=Settings(grace_seconds=2)) as server:
        yield server.url()


def test_what_ran_when_its_page_died_is_idle_and_late_joiners_get_it(joining: Joining, impatient_url: str) -> None:
    ada, ben = joining("Ada", on=impatient_url), joining("Ben", on=impatient_url)
    ada.run(0, "print('left by Ada')")
    ada.write(1, "import time\nprint('begun')\ntime.sleep(600)")
    ada.start(1)
    ben.look_at("Ada")
    expect(ben.others(1)).to_contain_text("running", timeout=90_000)
    ben.look_at("Yours")
    expect(ben.page.get_by_role("button", name="Outputs: yours")).to_be_visible()
    kill(ada.page, find_process(ada.page))
    late = joining("Cem", on=impatient_url)
    late.whose.click()
    expect(late.page.get_by_role("option", name=re.compile("Ada.*was here"))).to_be_visible()
    late.page.keyboard.press("Escape")
    expect(late.whose).to_be_focused()
    late.look_at("Ada")
    expect(late.others(0)).to_contain_text("left by Ada")
    expect(late.others(1)).to_contain_text("begun")
    expect(late.others(1)).not_to_contain_text("running", timeout=60_000)
    expect(late.page.get_by_text("These are the outputs Ada left here.")).to_be_visible()
    # The choice is remembered, and what was looked at is kept here.
    late.reload()
    expect(late.whose).to_have_text("Outputs: Ada's")
    expect(late.others(0)).to_contain_text("left by Ada")


def test_a_second_tab_shows_what_the_first_one_runs(joining: Joining) -> None:
    ada = joining("Ada")
    second = Student(ada.page.context.new_page(), ada.site_url)
    second.page.goto(ada.page.url)
    second.wait_for_cells()
    expect(second.whose).to_be_visible()
    ada.write(0, LOOP.replace("60", "30"))
    ada.start(0)
    expect(second.own_output(0).first).to_contain_text("line 3", timeout=90_000)
    assert "*" in second.shown_prompt(0)
    expect(second.own_output(0).first).to_contain_text("line 29", timeout=60_000)
    second.wait(lambda: second.shown_prompt(0) == ada.shown_prompt(0), "both show the same number")
    # What is its own tab's is not written twice.
    assert second.own_output(0).first.inner_text().count("line 29") == 1


HOSTILE = """
from IPython.display import display, HTML, Javascript, Markdown, SVG
code = "window.hostile = (window.hostile || 0) + 1"
for html in (
    f"<p>kept</p><script>{code}</script>", f"<img src=x onerror='{code}'>", "<style>body{display:none}</style>",
    "<div class='jp-Dialog lm-Widget' id='jp-main-dock-panel' style='position:fixed;inset:0;z-index:99999'>over</div>",
    "<form action='/x'><button data-commandlinker-command='notebook:run-all-cells'>Go</button></form>",
    f"<iframe srcdoc='<script>parent.{code}</script>'></iframe>", f"<a href='javascript:{code}'>a</a>",
):
    display(HTML(html))
display(Javascript(code))
svg = "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='20'>"
display(SVG(f"{svg}<script>{code}</script><rect width='9' height='9'/></svg>"))
display(Markdown(f"**strong** <img src=x onerror='{code}'> [a](javascript:{code})"))
print("\\x1b[31mred\\x1b[0m" * 5000)
print("x" * 1_000_000)
"""


def test_hostile_outputs_of_others_are_inert_and_the_page_stays_usable(joining: Joining) -> None:
    ada, ben = joining("Ada"), joining("Ben")
    ben.look_at("Ada")
    ada.run(0, HOSTILE)
    theirs = ben.others(0)
    expect(theirs).to_contain_text("kept")
    expect(theirs.locator("strong")).to_have_text("strong")
    expect(theirs).to_contain_text("This output is interactive.")
    expect(theirs.locator("img[src^='data:image/svg+xml']")).to_have_count(1)
    assert theirs.locator("script, style, form, button[data-commandlinker-command], iframe, svg script").count() == 0
    assert theirs.locator("[onerror], [onload], [id], [class*='jp-Dialog'], a[href^='javascript']").count() == 0
    assert ben.page.evaluate("window.hostile === undefined")
    # Nothing lies over the page: it goes on.
    ben.write(1, "print('still here')")
    ben.start(1)
    expect(ben.others(1)).to_contain_text("You ran this.", timeout=90_000)
    ben.page.get_by_role("button", name="Back to yours").click()
    expect(ben.own_output(1).first).to_have_text("still here")
    # Nothing of it was even tried.
    assert ben.watch.violations == []  # type: ignore[attr-defined]


def test_a_question_of_one_s_own_program_is_seen_and_another_s_cannot_be_answered(joining: Joining) -> None:
    ada, ben = joining("Ada"), joining("Ben")
    ada.write(0, "print('hello', input('Your name? '))")
    ada.start(0)
    ben.look_at("Ada")
    expect(ada.code_cell(0).locator("input.jp-Stdin-input")).to_be_visible(timeout=90_000)
    expect(ben.others(0)).to_contain_text("running")
    assert ben.others(0).locator("input").count() == 0
    ben.focus(0)
    ben.start(0)
    expect(ben.others(0)).to_contain_text("Your program asks you something.", timeout=90_000)
    box = ben.code_cell(0).locator("input.jp-Stdin-input")
    expect(box).to_be_visible()
    box.fill("Ben")
    box.press("Enter")
    expect(ben.others(0)).to_contain_text("You ran this.")
    ben.others(0).get_by_role("button", name="Show yours").click()
    expect(ben.own_output(0).last).to_contain_text("hello Ben")


HOLD_FRAMES = """() => {
  const [real, waiting] = [requestAnimationFrame.bind(window), []];
  window.requestAnimationFrame = each => waiting.push(each);
  window.goOn = () => {
    window.requestAnimationFrame = real;
    waiting.splice(0).forEach(each => real(each));
    return new Promise(done => setTimeout(done, 500));
  };
}"""


def test_an_open_list_stays_open_while_the_cell_one_wrote_in_is_moved_by_another(joining: Joining) -> None:
    """The keyboard goes back to that cell, but not from something that one has gone to meanwhile."""
    ada, ben = joining("Ada"), joining("Ben")
    ben.write(1, "print('Ben writes here')")
    expect(ada.code_cell(1)).to_contain_text("Ben writes here")
    place = 3
    expect(ben.cells.nth(place)).to_contain_text("Ben writes here")
    ben.page.evaluate(HOLD_FRAMES)
    ada.code_cell(1).locator(".jp-InputPrompt").click()
    ada.page.keyboard.press("Control+Shift+ArrowUp")
    expect(ben.cells.nth(place)).to_have_class(re.compile("jp-MarkdownCell"))
    ben.whose.click()
    options = ben.page.get_by_role("listbox", name="Whose outputs to show")
    expect(options).to_be_focused()
    ben.page.evaluate("goOn()")
    expect(options).to_be_focused()
    # Nor when something takes the focus away from everything.
    ben.page.evaluate("document.activeElement.blur()")
    expect(options).to_be_focused()
    ben.page.keyboard.press("Escape")
    expect(options).to_be_hidden()
    expect(ben.whose).to_be_focused()
    ben.whose.click()
    ben.focus(0)
    expect(options).to_be_hidden()
    expect(ben.code_cell(0).locator(".cm-content")).to_be_focused()


def test_the_place_in_the_notebook_stays_when_whose_outputs_are_shown_changes(joining: Joining) -> None:
    ada, ben = joining("Ada"), joining("Ben")
    ada.run(0, "for n in range(40):\n    print(n)")
    last = last_code_cell(ben)
    ben.code_cell(last).scroll_into_view_if_needed()
    before = top(ben.page, last)
    ben.look_at("Ada")
    expect(ben.others(0)).to_contain_text("39")
    assert abs(top(ben.page, last) - before) < 60
    ben.look_at("Yours")
    assert abs(top(ben.page, last) - before) < 60


def test_the_place_stays_when_the_outputs_come_long_after_they_were_chosen(joining: Joining) -> None:
    ada, ben = joining("Ada"), joining("Ben")
    last = last_code_cell(ben)
    ben.code_cell(last).scroll_into_view_if_needed()
    ben.look_at("Ada")
    before = top(ben.page, last)
    ada.run(0, "print('\\n'.join(map(str, range(40))))")
    expect(ben.others(0)).to_contain_text("39")
    assert abs(top(ben.page, last) - before) < 60


def last_code_cell(student: Student) -> int:
    """Its number, once the page has all that were published: they come one after the other."""
    cells = student.page.request.get(f"{student.site_url}files/{NOTEBOOK}").json()["cells"]
    expect(student.cells).to_have_count(len(cells))
    return sum(cell["cell_type"] == "code" for cell in cells) - 1


AT_REST = """node => new Promise(tell => {
  let top, since, frames;
  const look = () => {
    const now = node.getBoundingClientRect().top;
    if (now !== top) {
      [top, since, frames] = [now, performance.now(), 0];
    }
    frames += 1;
    if (frames > 20 && performance.now() - since > 700) {
      tell(top);
    } else {
      requestAnimationFrame(look);
    }
  };
  look();
})"""


def top(page: Page, index: int) -> float:
    """Of code cell ``index``, on the screen, in pixels, once it is at rest: cells are drawn as they come into view."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(index)
    return float(cell.evaluate(AT_REST))
