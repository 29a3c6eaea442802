"""Teams in real pages: made by the teacher, written together, read by nobody else, and somebody who changes sides."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from .people import WORKSHOP, AClassWith, ClassOfPeople, Person, as_read
from .test_class_lecture import EVERYTHING_KEPT, SHARED, line, notices, panel

SOON = 45_000
Teams = dict[str, list[str]]


def teachers_page(together: ClassOfPeople, teacher: Person) -> Page:
    """The page of the class, beside the teacher's notebook."""
    page = teacher.page.context.new_page()
    page.add_init_script("window.open = () => ({})")
    page.goto(f"{together.site_url}class.html?workshop={WORKSHOP}{together.founded.fragment}")
    page.get_by_role("button", name=f"Open it as {teacher.name}").click()
    return page


def part(page: Page) -> Locator:
    return page.get_by_role("region", name="Teams", exact=True)


def teams(page: Page) -> Teams:
    """Names of those who are in each."""
    found = part(page).locator(".pb-Teams-one").all()
    return {
        str(one.get_by_role("heading").text_content()): one.locator(".pb-Teams-member bdi").all_text_contents()
        for one in found
    }


def goes_to_their_team(person: Person) -> None:
    reads_page_of(person, "Your team")


def reads_page_of(person: Person, link: str) -> None:
    """Follow the link beside the lecture's."""
    found = panel(person).get_by_role("link", name=link, exact=True)
    # The panel is drawn at intervals: until then the link of somebody who changed sides leads to where they are.
    expect(found).not_to_have_attribute("aria-current", "page", timeout=SOON)
    team = str(found.get_attribute("href")).partition("team=")[2]
    found.click()
    person.page.wait_for_url(re.compile(f"team={team}"))
    expect(panel(person).get_by_role("link", name=link, exact=True)).to_have_attribute(
        "aria-current", "page", timeout=SOON
    )
    person.wait_for_cells()


def test_two_teams_write_together_and_neither_reads_the_other(a_class_with: AClassWith) -> None:
    together = a_class_with()
    diaz = together.comes("Ms Diaz", branch="lecture")
    students = {name: together.comes(name, branch="lecture") for name in ("Ada", "Ben", "Cem")}
    together.are_connected()
    assert "Your team" not in panel(students["Ada"]).inner_text()
    page = teachers_page(together, diaz)
    expect(part(page)).to_be_visible(timeout=SOON)
    for name in students:
        expect(page.locator("#class-people")).to_contain_text(name, timeout=SOON)

    # Three students in teams of two, by keyboard alone.
    part(page).get_by_label("In teams of").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(part(page)).to_contain_text("2 teams are made.")
    expect(part(page).locator(".pb-Teams-one")).to_have_count(2, timeout=SOON)
    made = teams(page)
    assert sorted(name for members in made.values() for name in members) == sorted(students)
    assert sorted(map(len, made.values())) == [1, 2]
    large, small = sorted(made, key=lambda name: -len(made[name]))
    one, two = (students[name] for name in made[large])
    third = students[made[small][0]]
    # Each hears of it when it reaches them: one of them, that it has, says nothing of the others.
    for person, said in (
        (one, f"You are in {large}, with {two.name}."),
        (two, f"You are in {large}, with {one.name}."),
        (third, f"You are in {small}, for now alone."),
    ):
        person.wait(lambda: said in notices(person), "it is said")  # noqa: B023

    # Two write together in theirs.
    for person in (one, two, third):
        goes_to_their_team(person)
    expect(panel(one)).to_contain_text(f"{large}'s page. You write here with {two.name}", timeout=SOON)
    hello = one.index_of("Hello, world")
    one.types(hello, "  # firstsecret")
    two.sees("# firstsecret")
    two.types(hello, " secondsecret")
    one.sees("# firstsecret secondsecret")
    third.types(hello, "  # alone")

    # Who teaches reads both.
    for team, words in ((large, "secondsecret"), (small, "# alone")):
        reads_page_of(diaz, team)
        diaz.sees(words)

    # The third, whose page leads to the others', neither reads nor writes there, whatever their console does.
    of_third, theirs = third.page.url, one.page.url
    third.page.goto("about:blank")
    third.opens(theirs)
    third.wait(lambda: "You are not in this team" in line(third), "it says whose page it is")
    third.page.wait_for_timeout(3000)
    held = third.page.evaluate(EVERYTHING_KEPT)
    assert len(held) > 1000
    assert not re.search("firstsecret|secondsecret", "".join(third.texts) + held)
    before = as_read(one.notebook)
    third.page.evaluate(f"(text => text.insert(0, 'forged '))({SHARED})")
    third.wait(lambda: "You may not change this page" in notices(third), "it is said in words")
    third.page.wait_for_timeout(2000)
    assert as_read(one.notebook) == as_read(two.notebook) == before
    third.page.goto("about:blank")
    third.opens(of_third)

    # Somebody changes sides: they read what was there, and nothing of what their old team writes from now on.
    part(page).get_by_role("button", name=f"Move {two.name}").press("ArrowDown")
    page.keyboard.press("Enter")
    expect(part(page)).to_contain_text(f"{two.name} is in {small} now.")
    two.wait(lambda: "You are not in this team" in line(two), "their page says it")
    two.wait(lambda: f"You are in {small}, with {third.name}" in notices(two), "and where they are")
    one.types(hello, " thirdsecret")
    reads_page_of(diaz, large)
    diaz.sees("thirdsecret")
    goes_to_their_team(two)
    two.sees("# alone")
    two.types(hello, " nomore")
    third.sees("# alone nomore")
    assert "thirdsecret" not in "".join(two.texts + third.texts) + two.page.evaluate(EVERYTHING_KEPT)
    # What they wrote in the team before is still there.
    assert "secondsecret" in "".join(one.texts)

    # And back.
    part(page).get_by_role("button", name="Undo").click()
    two.wait(lambda: "You are not in this team" in line(two), "the page says it again")
    goes_to_their_team(two)
    two.sees("thirdsecret")
    assert teams(page) == made
    together.check()
