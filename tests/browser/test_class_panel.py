"""What the class sees: who is here, how one is connected, coming in by a name, leaving, one's own copy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from .classroom import Classroom
from .conftest import NewContext
from .founded import Founded, found
from .people import AClassWith
from .test_pages import AXE

NOTEBOOK = "first-steps/1-hello.ipynb"
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 800}
OPENED: list[Founded] = []
"""Classes that somebody came into."""


class Student(Classroom):
    """Somebody with a link to everyone's page, on a device of their own. Whoever comes first owns the class."""

    def __init__(self, context: BrowserContext, site_url: str, founded: Founded, code: str = "") -> None:
        context.route("**/peerbook.json", lambda route: route.fulfill(json={"signaling": "signal"}))
        super().__init__(context.new_page(), site_url)
        self.founded = founded
        self.code = code or founded.code

    def knock(self, app: str = "notebooks") -> Student:
        owner = "" if self.founded in OPENED else f"&owner={self.founded.owner}"
        OPENED.append(self.founded)
        self.page.goto(f"{self.site_url}{app}/index.html?path={NOTEBOOK}#class={self.code}&branch=team{owner}")
        return self

    def come(self, name: str, app: str = "notebooks") -> Student:
        """Open the link and say one's name, by keyboard alone."""
        self.knock(app)
        expect(self.card.get_by_label("Your name")).to_be_focused()
        self.page.keyboard.type(name)
        self.page.keyboard.press("Enter")
        self.wait_for_cells()
        return self

    @property
    def card(self) -> Locator:
        return self.page.get_by_role("dialog", name="Join the class")

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("region", name="Class", exact=True)

    @property
    def slot(self) -> Locator:
        """The class in the bar."""
        return self.page.locator(".pb-ClassSlot-button")

    @property
    def people(self) -> Locator:
        return self.panel.locator(".pb-Person-first")

    def press(self, name: str) -> None:
        self.panel.get_by_role("button", name=name, exact=True).click()


def axe(page: Page, *parts: str) -> list[str]:
    """What axe finds serious or worse in these parts of the page; in all of it when none is named."""
    page.evaluate(AXE.read_text("utf-8"))
    include = {"include": [[part] for part in parts or ("html",)]}
    found = page.evaluate("parts => axe.run(parts).then(result => result.violations)", include)
    return [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.fixture
def founded() -> Founded:
    return found()


@pytest.fixture
def ada(new_context: NewContext, site_url: str, founded: Founded) -> Student:
    return Student(new_context(viewport=WIDE), site_url, founded).come("Ada")


@pytest.mark.parametrize("app", ["notebooks", "lab"])
def test_two_come_in_by_a_name_and_see_each_other_come_rename_and_go(
    new_context: NewContext, site_url: str, founded: Founded, app: str
) -> None:
    ada = Student(new_context(viewport=WIDE), site_url, founded).come("Ada", app)
    expect(ada.slot).to_contain_text("Just you")
    expect(ada.panel).to_contain_text("All in the class may write here.")
    ben = Student(new_context(viewport=WIDE, color_scheme="dark"), site_url, founded).come("Ben")
    expect(ada.slot).to_contain_text("Live with 1")
    expect(ada.people).to_have_text(["Ada (you) teacher", "Ben"])
    expect(ben.people).to_have_text(["Ben (you)", "Ada teacher"])
    expect(ada.panel.locator(".pb-Person-where")).to_have_text([re.compile(r"^in this notebook, since \d")] * 2)
    for student in (ada, ben):
        # The lab's own list of files is not ours.
        parts = ("#pb-class-panel", ".pb-ClassSlot") if student is ada and app == "lab" else ()
        assert axe(student.page, *parts) == []

    ben.press("Change your name")
    expect(ben.panel.get_by_label("Your name in this class")).to_be_focused()
    ben.page.keyboard.insert_text("Benjamin <b>")
    ben.page.keyboard.press("Enter")
    expect(ada.people).to_have_text(["Ada (you) teacher", "Benjamin <b>"])

    ben.press("Leave the class")
    expect(ada.slot).to_contain_text("Live with 1")
    ben.press("Leave")
    expect(ada.slot).to_contain_text("Just you")
    expect(ada.panel.get_by_text("Were here (1)")).to_be_visible()
    ben.wait_for_cells()
    assert "#" not in ben.page.url
    expect(ben.slot).to_have_count(0)


def test_the_panel_folds_by_keyboard_stays_folded_and_gives_the_notebook_its_room(ada: Student) -> None:
    expect(ada.panel).to_be_visible()
    narrow = ada.page.locator(".jp-NotebookPanel").bounding_box()
    ada.slot.focus()
    ada.page.keyboard.press("Enter")
    expect(ada.panel).to_be_hidden()
    expect(ada.slot).to_have_attribute("aria-expanded", "false")
    wide = ada.page.locator(".jp-NotebookPanel").bounding_box()
    assert narrow is not None
    assert wide is not None
    assert wide["width"] == WIDE["width"] > narrow["width"]
    ada.reload()
    expect(ada.slot).to_contain_text("Just you")
    expect(ada.panel).to_be_hidden()

    ada.slot.focus()
    ada.page.keyboard.press("Enter")
    expect(ada.panel).to_be_focused()
    ada.page.keyboard.press("Tab")
    expect(ada.panel.get_by_role("button", name="Fold away")).to_be_focused()
    ada.page.keyboard.press("Escape")
    expect(ada.panel).to_be_hidden()
    expect(ada.slot).to_be_focused()


def test_on_a_phone_the_panel_is_a_sheet_that_makes_way_for_writing(
    new_context: NewContext, site_url: str, founded: Founded
) -> None:
    ada = Student(new_context(viewport=PHONE, has_touch=True, is_mobile=True), site_url, founded)
    ada.knock()
    expect(ada.card).to_be_visible()
    assert axe(ada.page, "#pb-class-join") == []
    ada.come("Ada")
    expect(ada.slot).to_contain_text("Just you")
    expect(ada.panel).to_be_hidden()
    ada.slot.tap()
    expect(ada.panel).to_be_visible()
    sheet = ada.panel.bounding_box()
    assert sheet is not None
    assert (sheet["x"], sheet["width"], sheet["y"] + sheet["height"]) == (0, PHONE["width"], PHONE["height"])
    assert sheet["height"] < 0.7 * PHONE["height"]
    assert ada.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = ada.panel.evaluate(
        """panel => [...panel.querySelectorAll('button, a, input')].filter(one => one.checkVisibility())
            .map(one => one.closest('label') ?? one)
            .map(one => [one.textContent, one.getBoundingClientRect().height]).filter(([_, height]) => height < 44)"""
    )
    assert small == []
    ada.code_cell(0).locator(".cm-content").focus()
    expect(ada.panel).to_be_hidden()
    ada.page.keyboard.type("1")
    expect(ada.code_cell(0)).to_contain_text("1")


def test_ones_own_copy_is_a_link_away_while_nobody_lets_one_in_and_leads_back(
    new_context: NewContext, site_url: str, founded: Founded
) -> None:
    OPENED.append(founded)  # and the owner has gone
    ada = Student(new_context(viewport=WIDE), site_url, founded).knock()
    expect(ada.card.get_by_label("Your name")).to_be_focused()
    ada.page.keyboard.type("Ada")
    ada.page.keyboard.press("Enter")
    waiting = ada.page.get_by_role("dialog", name="Coming into the class")
    expect(waiting).to_contain_text("Nobody who could let you in is here yet.")
    waiting.get_by_role("link", name="Work alone meanwhile").click()
    ada.page.wait_for_url(lambda url: "#" not in url)
    ada.wait_for_cells()
    assert ada.source(0) == 'print("Hello, world!")'
    expect(ada.bar).to_contain_text("Your copy")
    ada.bar.get_by_role("link", name="Back to the class").click()
    ada.page.wait_for_url(f"**#class={ada.code}*")
    expect(waiting).to_be_visible()
    expect(ada.card).to_be_hidden()


def test_from_step_to_step_and_into_the_lab_and_out_one_stays_in_the_class(ada: Student) -> None:
    class_ = re.compile(rf"#class={ada.code}&branch=team$")
    ada.bar.get_by_role("link", name="Next step: 2").click()
    ada.page.wait_for_url(re.compile(rf"path=first-steps/2.*#class={ada.code}&branch=team$"))
    ada.wait_for_cells()
    expect(ada.people).to_have_text(["Ada (you) teacher"])
    workshop = ada.bar.locator(".pb-Where-workshop")
    expect(workshop).to_have_attribute("href", class_)
    ada.button("More").click()
    ada.page.get_by_role("menuitem", name="Open in the lab").click()
    ada.page.wait_for_url("**/lab/**")
    ada.wait_for_cells()
    expect(ada.slot).to_contain_text("Just you")
    # The lab writes its address anew once it stands.
    expect(ada.page).to_have_url(re.compile(rf"/lab/index.html#class={ada.code}&branch=team$"))
    ada.page.wait_for_timeout(3000)  # and remembers what is open some time after that, which nothing tells
    ada.reload()
    expect(ada.slot).to_contain_text("Just you")
    ada.button("More").click()
    ada.page.get_by_role("menuitem", name="Open by itself").click()
    ada.page.wait_for_url(re.compile(rf"/notebooks/.*#class={ada.code}&branch=team$"))


def test_a_damaged_link_says_so_and_opens_ones_own_copy(
    new_context: NewContext, site_url: str, founded: Founded
) -> None:
    ada = Student(new_context(viewport=WIDE), site_url, founded, founded.code[:-1]).knock()
    card = ada.page.get_by_role("dialog", name="This invite link is damaged")
    expect(card).to_contain_text("Nothing is lost")
    assert axe(ada.page, "#pb-class-damaged") == []
    ada.wait_for_cells()
    card.get_by_label("The whole link, or its code").fill("something else")
    ada.page.keyboard.press("Enter")
    expect(card.get_by_role("alert")).to_contain_text("names no class either")
    ada.page.keyboard.press("Escape")
    ada.page.wait_for_url(lambda url: "#" not in url)
    ada.wait_for_cells()
    expect(card).to_be_hidden()
    ada.knock()
    card.get_by_label("The whole link, or its code").fill(f"{site_url}x{founded.fragment}")
    ada.page.keyboard.press("Enter")
    expect(ada.card).to_be_visible()


def test_somebody_else_goes_on_at_the_same_device_under_their_own_name(
    ada: Student, new_context: NewContext, site_url: str, founded: Founded
) -> None:
    # Who lets Ben in: keys are handed on by members.
    Student(new_context(viewport=WIDE), site_url, founded).come("Cleo")
    ada.press("Somebody else")
    expect(ada.card).to_contain_text("Is this you?")
    expect(ada.card.get_by_role("button", name="Join as Ada")).to_be_focused()
    ada.card.get_by_role("button", name="Somebody else").click()
    expect(ada.card.get_by_label("Your name")).to_be_focused()
    ada.page.keyboard.type("Ben")
    ada.page.keyboard.press("Enter")
    ada.wait_for_cells()
    expect(ada.people.first).to_have_text("Ben (you)")
    ada.reload()
    expect(ada.people.first).to_have_text("Ben (you)")


def test_without_a_server_the_panel_says_why_one_is_alone(
    new_context: NewContext, site_url: str, founded: Founded
) -> None:
    ada = Student(new_context(viewport=WIDE), site_url, founded)
    ada.page.context.unroute_all()
    ada.page.context.route("**/peerbook.json", lambda route: route.fulfill(json={"signaling": ""}))
    ada.come("Ada")
    expect(ada.panel).to_contain_text("This site names no server")


@pytest.mark.parametrize("width", [1280, 1100, 1024])
def test_the_bar_keeps_to_one_line_beside_a_folded_panel(a_class_with: AClassWith, width: int) -> None:
    ada = a_class_with("Ada", "Ben").people[0]
    slot = ada.page.locator(".pb-ClassSlot-button")
    ada.page.set_viewport_size({"width": width, "height": 700})
    if slot.get_attribute("aria-expanded") == "true":
        ada.page.get_by_role("button", name="Fold away").click()
    expect(slot).to_contain_text("Everyone's page")
    expect(slot).to_contain_text("Live with 1")
    ada.expect_words("Python starts when you run something")
    ada.wait(lambda: ada.bar.bounding_box()["height"] < 56, "it is one line")  # type: ignore[index]
    # The title is read whole.
    here = ada.page.locator(".pb-Where-here")
    assert here.evaluate("each => each.scrollWidth <= each.clientWidth")
    # What the bar has no room for, the panel says.
    slot.click()
    panel = ada.page.get_by_role("region", name="Class", exact=True)
    expect(panel.get_by_text("Kept on this device", exact=True)).to_be_visible()


FULL = """
for (const name of ['add', 'put']) {
  const write = IDBObjectStore.prototype[name];
  IDBObjectStore.prototype[name] = function (...given) {
    if (window.full) throw new DOMException('no room', 'QuotaExceededError');
    return write.apply(this, given);
  };
}
"""


def test_sto8_a_full_device_goes_on_in_the_class_and_says_what_is_safe(a_class_with: AClassWith) -> None:
    together = a_class_with("Ada")
    ben = together.comes("Ben", FULL)
    together.are_connected()
    ben.page.set_viewport_size(WIDE)
    slot = ben.page.locator(".pb-ClassSlot-button")
    if slot.get_attribute("aria-expanded") == "false":
        slot.click()
    kept = ben.page.locator(".pb-Class-kept")
    expect(kept).to_have_text("Kept on this device")
    ben.page.evaluate("window.full = true")
    ben.types(ben.index_of("Hello, world"), "  # while full")
    expect(kept).to_contain_text("Storage is full: save your notebook as a file")
    expect(kept).to_contain_text("The class still gets what you write here while you are live.")
    together.people[0].sees("# while full")
    with ben.page.expect_download() as download:
        ben.bar.get_by_role("button", name="Save as a file").click()
    assert "# while full" in Path(download.value.path()).read_text(encoding="utf-8")
    ben.page.evaluate("window.full = false")
    expect(kept).to_have_text("Kept on this device")


def test_behind_the_card_of_one_who_came_before_the_teacher_nothing_says_that_the_network_is_at_fault(
    context: BrowserContext, site_url: str
) -> None:
    founded = found()
    OPENED.append(founded)
    early = Student(context, site_url, founded).knock()
    early.page.get_by_label("Your name").fill("Ben")
    early.page.keyboard.press("Enter")
    expect(early.page.get_by_text("Nobody who could let you in is here yet.")).to_be_visible()
    slow = early.page.locator("#peerbook-opening .slow")
    assert slow.evaluate_all("all => all.map(each => getComputedStyle(each).display)") == ["none"]
