"""Who owns a class: whoever starts it, under whatever name; who takes up its recovery file; whom its link makes so."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Download, Page, expect

from .conftest import NewContext, Server
from .founded import Founded, found
from .test_class_pages import CLASSROOM, TEACHER, a_class, join, line
from .test_pages import a_workshop, serious

NAME = "Your name, as the class sees it"
NO_POWER = "This device has no power over the class."


def teachers_page(site_url: str, founded: Founded) -> str:
    """What `serve` prints for the teacher."""
    return f"{site_url}class.html?workshop=first-steps{founded.fragment}&owner={founded.owner}"


def owns(page: Page) -> None:
    """The page can do what only an owner can."""
    expect(page.get_by_role("button", name="Close the door")).to_be_visible()
    expect(page.get_by_role("heading", name="The recovery file")).to_be_visible()
    expect(page.get_by_text(NO_POWER)).to_be_hidden()


def recovery_file(page: Page, folder: Path) -> Path:
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save the recovery file").click()
    saved: Download = saving.value
    assert saved.suggested_filename == "peerbook-recovery-first-steps.txt"
    path = folder / saved.suggested_filename
    saved.save_as(path)
    return path


def typed(text: str) -> str:
    """A recovery file as somebody types it off paper."""
    return re.sub(r"(?m)^ ?(\d+)  (.*)$", lambda row: f"{row[1]}) {row[2].lower().replace('0', 'o')}", text)


def opens_the_lecture(page: Page, name: str | None = None) -> Page:
    """Its notebook, opened from the teacher's page by who types a name, or is known."""
    with page.context.expect_page() as opened:
        if name:
            page.get_by_label(NAME).fill(name)
            page.keyboard.press("Enter")
        else:
            page.get_by_role("button", name=re.compile("^Open it as ")).first.click()
    opened.value.wait_for_url(CLASSROOM)
    return opened.value


def test_who_starts_a_class_owns_it_from_both_pages_and_under_a_name_that_was_known_before(
    new_context: NewContext, site_url: str
) -> None:
    page = new_context().new_page()
    page.goto(f"{site_url}class.html?workshop=first-steps")
    page.get_by_role("button", name="Start a class").click()
    page.wait_for_url(TEACHER)
    owns(page)
    lecture = opens_the_lecture(page, "Ms Diaz")
    owns(page)
    expect(line(page, "Ms Diaz")).to_contain_text("teacher")
    lecture.close()

    first = page.url
    a_class(page, site_url)
    assert page.url != first
    owns(page)
    # She is known on this device, and owns the class that nobody with a name owned yet.
    lecture = opens_the_lecture(page)
    owns(page)
    expect(line(page, "Ms Diaz")).to_contain_text("teacher")
    assert page.locator("#class-people > li").count() == 1
    lecture.close()
    page.reload()
    owns(page)
    assert serious(page) == []


def test_a_browser_that_keeps_nothing_starts_no_class_and_says_why(new_context: NewContext, site_url: str) -> None:
    context = new_context()
    context.add_init_script("Object.defineProperty(window, 'indexedDB', { get() { throw new Error('refused'); } })")
    page = context.new_page()
    a_workshop(page, site_url)
    page.get_by_role("link", name="Start a class").click()
    expect(page.get_by_text("The class could not be started: this browser keeps nothing")).to_be_visible()


def test_the_owners_link_makes_an_owner_and_is_not_left_in_the_address(new_context: NewContext, site_url: str) -> None:
    founded = found()
    context = new_context()
    page = context.new_page()
    # Somebody who is known on the device, and was in the class as everybody.
    invite = f"{site_url}workshops/first-steps/index.html{founded.fragment}"
    join(page, invite, "Ms Diaz")
    page.goto(teachers_page(site_url, founded))
    owns(page)
    assert "owner" not in page.url
    opens_the_lecture(page).close()
    owns(page)
    expect(line(page, "Ms Diaz")).to_contain_text("teacher")
    page.reload()
    owns(page)
    # Pasted over the page that it leads to, it is read and taken out, too.
    page.goto(teachers_page(site_url, founded))
    owns(page)
    expect(page).to_have_url(TEACHER)
    # Another device with the link as it is copied from the address has no power.
    student = new_context().new_page()
    student.goto(page.url)
    expect(student.get_by_text(NO_POWER)).to_be_visible()


def test_a_class_is_taken_over_with_its_recovery_file_and_the_old_device_says_that_it_has_no_power(
    new_context: NewContext, server: Server, tmp_path: Path
) -> None:
    old = new_context(accept_downloads=True).new_page()
    link = a_class(old, server.url())
    owns(old)
    expect(old.get_by_text("Not saved yet.")).to_be_visible()
    text = recovery_file(old, tmp_path)
    expect(old.get_by_text("Not saved yet.")).to_be_hidden()
    assert text.read_text("utf-8").startswith("Peerbook recovery file 1\n")
    lecture = opens_the_lecture(old, "Ms Diaz")
    cell = lecture.locator(".jp-CodeCell .cm-content").first
    cell.click()
    lecture.keyboard.press("ControlOrMeta+End")
    lecture.keyboard.type("\n# said on Monday")
    ada = new_context().new_page()
    join(ada, link, "Ada")
    expect(ada.get_by_text("# said on Monday")).to_be_visible()

    new = new_context(accept_downloads=True).new_page()
    new.goto(f"{server.url()}class.html")
    new.get_by_text("Take the class over with a recovery file").click()
    new.get_by_label("The file", exact=True).set_input_files(text)
    new.get_by_role("button", name="Take the class over").click()
    new.wait_for_url(TEACHER)
    assert new.url.partition("#")[2] == link.partition("#")[2]
    owns(new)
    expect(new.get_by_text("Not saved yet.")).to_be_visible()
    expect(new.get_by_text("The class will be yours.")).to_be_hidden()

    expect(old.get_by_text("This class was taken over with its recovery file.")).to_be_visible()
    expect(old.get_by_text(NO_POWER)).to_be_hidden()
    expect(old.get_by_role("heading", name="The recovery file")).to_be_hidden()
    assert serious(old) == []
    assert serious(new) == []
    # What was said in the lecture stays, and is the new owner's to go on with.
    again = opens_the_lecture(new, "Ms Diaz")
    expect(again.get_by_text("# said on Monday")).to_be_visible()
    expect(ada.get_by_text("# said on Monday")).to_be_visible()
    new.reload()
    owns(new)


def test_a_class_that_nobody_is_in_is_taken_over_when_somebody_comes(
    new_context: NewContext, server: Server, tmp_path: Path
) -> None:
    olds = new_context(accept_downloads=True)
    old = olds.new_page()
    link = a_class(old, server.url())
    text = recovery_file(old, tmp_path).read_text("utf-8")
    students = new_context()
    ada = students.new_page()
    join(ada, link, "Ada")
    ada.locator(".jp-CodeCell").first.wait_for()
    ada.goto("about:blank")
    olds.close()

    new = new_context().new_page()
    new.goto(f"{server.url()}class.html?workshop=first-steps")
    new.get_by_text("Take the class over with a recovery file").click()
    new.get_by_label("Or typed from paper").fill(typed(text))
    new.get_by_role("button", name="Take the class over").click()
    new.wait_for_url(TEACHER)
    expect(new.get_by_text("The class will be yours.")).to_be_visible()
    new.reload()
    expect(new.get_by_text("The class will be yours.")).to_be_visible()
    assert serious(new) == []
    expect(new.get_by_text("Nobody of your class is here, and this device knows nothing of it yet")).to_be_visible()
    anyway = new.get_by_role("button", name="Take the class over anyway")
    expect(anyway).to_be_hidden()
    # Somebody comes who has nothing of the lecture: nothing is cut before it is said that it may be.
    ada.goto(link)
    ada.get_by_role("link", name="Go on with the class").click()
    expect(new.get_by_text("nobody who is here has anything of what you wrote in the lecture")).to_be_visible()
    expect(new.get_by_text(NO_POWER)).to_be_hidden()
    assert serious(new) == []
    anyway.click()
    owns(new)
    expect(new.get_by_text("The class will be yours.")).to_be_hidden()


def test_taken_over_behind_a_closed_door_with_an_empty_device_there_first_the_lecture_is_kept(
    new_context: NewContext, server: Server, tmp_path: Path
) -> None:
    olds = new_context(accept_downloads=True)
    old = olds.new_page()
    link = a_class(old, server.url())
    text = recovery_file(old, tmp_path)
    students, empty = new_context(), new_context()
    ada, ben = students.new_page(), empty.new_page()
    join(ada, link, "Ada")
    join(ben, link, "Ben")
    ben.locator(".jp-CodeCell").first.wait_for()
    # Ben's device has nothing of the lecture: it goes before a word is written.
    ben.goto("about:blank")
    lecture = opens_the_lecture(old, "Ms Diaz")
    cell = lecture.locator(".jp-CodeCell .cm-content").first
    cell.click()
    lecture.keyboard.press("ControlOrMeta+End")
    lecture.keyboard.type("\n# said on Monday")
    expect(ada.get_by_text("# said on Monday")).to_be_visible()
    old.get_by_role("button", name="Close the door").click()
    expect(old.get_by_role("button", name="Open the door")).to_be_visible()
    expect(ada.get_by_text("The door is closed: who comes with the link now waits")).to_be_attached()
    ada.goto("about:blank")
    lecture.close()
    olds.close()

    ben.goto(link)
    ben.get_by_role("link", name="Go on with the class").click()
    new = new_context(accept_downloads=True).new_page()
    new.goto(f"{server.url()}class.html?workshop=first-steps")
    new.get_by_text("Take the class over with a recovery file").click()
    new.get_by_label("The file", exact=True).set_input_files(text)
    new.get_by_role("button", name="Take the class over").click()
    new.wait_for_url(TEACHER)
    # Only Ben is there: the lecture would be cut, and that is said.
    anyway = new.get_by_role("button", name="Take the class over anyway")
    expect(anyway).to_be_visible()
    expect(new.get_by_text("Whoever teaches sees your name and can let you in")).to_be_hidden()
    # Ada comes, who has it: it goes on by itself.
    ada.goto(link)
    ada.get_by_role("link", name="Go on with the class").click()
    owns_behind_the_door(new)
    again = opens_the_lecture(new, "Ms Diaz")
    for page in (again, ada):
        expect(page.get_by_text("# said on Monday")).to_be_visible()
    expect(ben.get_by_text("# said on Monday")).to_be_visible()

    late = new_context().new_page()
    late.goto(link)
    late.get_by_label("Your name").fill("Cem")
    late.keyboard.press("Enter")
    expect(late.get_by_text("The door is closed. Whoever teaches sees your name")).to_be_visible()
    expect(new.get_by_role("button", name="Let in Cem")).to_be_visible()


def owns_behind_the_door(page: Page) -> None:
    expect(page.get_by_role("button", name="Open the door")).to_be_visible()
    expect(page.get_by_role("heading", name="The recovery file")).to_be_visible()
    expect(page.get_by_text("The class will be yours.")).to_be_hidden()
