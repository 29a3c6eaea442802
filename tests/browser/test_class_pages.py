"""A class before its notebook: started from a workshop's page, its link handed on, joined by a name."""

from __future__ import annotations

import json
import re
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from signaling.settings import Settings

from .classroom import Classroom
from .conftest import PLAIN_HOST, NewContext, Server, Watch, serving
from .test_pages import a_workshop, serious, too_small

CLASSROOM = re.compile(r"/notebooks/index\.html\?path=")
TEACHER = re.compile(r"/class\.html\?workshop=[\w-]+#class=[\w-]{46}$")
CODE = "IS2A8_v_ql7bcEmyFySllhMTExMTExMTExMTExMTExMvng"
"""A whole one: `a class` of tests/protocol/class.json, where nobody is who could let anybody in."""


def a_class(page: Page, site_url: str) -> str:
    """Starts a class from a workshop's page; the invite link, as the teacher reads it."""
    a_workshop(page, site_url)
    page.get_by_role("link", name="Start a class").click()
    page.wait_for_url(TEACHER)
    link = page.locator("#class-link")
    expect(link).to_be_visible()
    return str(link.text_content())


def join(page: Page, link: str, name: str) -> None:
    """Opens an invite link and joins by name."""
    page.goto(link)
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join the class").click()
    page.wait_for_url(CLASSROOM)


def people_kept(page: Page) -> list[str]:
    keys = page.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('peerbook:people:'))")
    return [person["name"] for _, text in keys for person in json.loads(text)]


def test_a_class_is_started_its_link_copied_and_joined_by_a_name(new_context: NewContext, site_url: str) -> None:
    teachers = new_context(permissions=["clipboard-read", "clipboard-write"])
    teacher = teachers.new_page()
    link = a_class(teacher, site_url)
    assert re.search(r"/workshops/[\w-]+/index\.html#class=[\w-]{46}$", link)
    teacher.get_by_role("button", name="Copy the link").click()
    expect(teacher.get_by_text("The link is copied.")).to_be_visible()
    assert teacher.evaluate("navigator.clipboard.readText()") == link
    expect(teacher.get_by_role("img", name="The invite link as a QR code")).to_be_visible()
    student = new_context().new_page()
    student.goto(link)
    expect(student.get_by_role("heading", name="Join the class")).to_be_visible()
    expect(student.get_by_text("whoever runs the server cannot read it")).to_be_visible()
    join(student, link, "Ada")
    assert student.url.endswith(link.partition("#")[2])
    assert people_kept(student) == ["Ada"]


def test_starting_on_my_own_stays_and_leads_into_no_class(page: Page, site_url: str) -> None:
    address = a_workshop(page, site_url)
    page.goto("about:blank")
    page.goto(f"{address}#class={CODE}")
    expect(page.get_by_role("button", name="Join the class")).to_be_visible()
    page.get_by_role("link", name="Start on my own").click()
    page.wait_for_url(CLASSROOM)
    assert "class=" not in page.url
    page.goto("about:blank")
    page.goto(f"{address}#class={CODE}")
    alone = page.get_by_role("link", name="Go on alone with step 1")
    assert "class=" not in str(alone.evaluate("link => link.href"))
    assert people_kept(page) == []


def in_a_new_tab(page: Page, site_url: str, link: str) -> None:
    """Opens a link as in a tab that knows nothing of the ones before."""
    # Where no script runs: a classroom that is still opening notes who is there whenever it has come so far.
    page.goto(f"{site_url}workshops.json")
    page.evaluate("sessionStorage.clear()")
    page.goto(link)


def test_who_was_here_is_asked_is_this_you_and_others_can_be_chosen(page: Page, site_url: str) -> None:
    link = f"{a_workshop(page, site_url)}#class={CODE}"
    for name in ("Ada", "Ben"):
        in_a_new_tab(page, site_url, link)
        if name == "Ben":
            expect(page.get_by_role("button", name="Join as Ada")).to_be_visible()
            expect(page.get_by_label("Your name")).to_be_hidden()
            page.get_by_role("button", name="Somebody else").click()
            expect(page.get_by_label("Your name")).to_be_focused()
        page.get_by_label("Your name").fill(name)
        page.keyboard.press("Enter")
        page.wait_for_url(CLASSROOM)
    in_a_new_tab(page, site_url, link)
    expect(page.get_by_role("button", name="Join as")).to_have_text(["Join as Ben", "Join as Ada"])
    page.get_by_role("button", name="Join as Ada").click()
    page.wait_for_url(CLASSROOM)
    assert people_kept(page) == ["Ada", "Ben"]


def test_who_comes_back_in_the_same_tab_goes_on_in_the_class(page: Page, site_url: str) -> None:
    link = f"{a_workshop(page, site_url)}#class={CODE}"
    page.goto("about:blank")
    join(page, link, "Ada")
    page.goto(link)
    expect(page.get_by_text("You are in this class as Ada.")).to_be_visible()
    second = page.locator(".steps a").nth(1)
    assert str(second.evaluate("link => link.href")).endswith(f"#class={CODE}")
    page.get_by_role("link", name="Go on with the class").click()
    page.wait_for_url(re.compile(rf"/notebooks/.*#class={CODE}"))
    page.goto(link)
    page.get_by_role("button", name="I am somebody else").click()
    expect(page.get_by_role("button", name="Join as Ada")).to_be_focused()


def test_several_people_of_one_device_are_each_themselves_on_the_workshops_page_and_in_the_notebook(
    new_context: NewContext, site_url: str
) -> None:
    teacher = new_context().new_page()
    link = a_class(teacher, site_url)
    context = new_context(viewport={"width": 1280, "height": 900})
    ben, cem = context.new_page(), context.new_page()
    for page, name in ((ben, "Ben"), (cem, "Cem")):
        page.goto(link)
        if name == "Cem":
            page.get_by_role("button", name="Somebody else").click()
        page.get_by_label("Your name").fill(name)
        page.keyboard.press("Enter")
        page.wait_for_url(CLASSROOM)
        expect(page.get_by_text(f"The class sees you as {name}.")).to_be_visible()
    expect(teacher.locator("#class-people > li")).to_have_count(3)

    # Each tab is one of them, on both pages, after a reload too; the other came last on the device.
    ben.reload()
    expect(ben.get_by_text("The class sees you as Ben.")).to_be_visible()
    ben.goto(link)
    expect(ben.get_by_text("You are in this class as Ben.")).to_be_visible()
    ben.locator(".steps a").nth(1).click()
    ben.wait_for_url(CLASSROOM)
    expect(ben.get_by_text("The class sees you as Ben.")).to_be_visible()

    # Somebody else goes on in the notebook: the workshop's page knows.
    ben.get_by_role("button", name="Somebody else").click()
    ben.get_by_role("button", name="Join as Cem").click()
    expect(ben.get_by_text("The class sees you as Cem.")).to_be_visible()
    ben.goto(link)
    expect(ben.get_by_text("You are in this class as Cem.")).to_be_visible()
    # And the other way round.
    ben.get_by_role("button", name="I am somebody else").click()
    ben.get_by_role("button", name="Join as Ben").click()
    ben.wait_for_url(CLASSROOM)
    expect(ben.get_by_text("The class sees you as Ben.")).to_be_visible()
    cem.reload()
    expect(cem.get_by_text("The class sees you as Cem.")).to_be_visible()


def test_a_step_is_opened_by_somebody_and_not_by_who_was_here_before(page: Page, site_url: str) -> None:
    link = f"{a_workshop(page, site_url)}#class={CODE}"
    page.goto("about:blank")
    page.goto(link)
    second = page.locator(".steps a").nth(1)
    path = str(second.get_attribute("data-path"))
    second.click()
    expect(page.get_by_text("First say who you are")).to_be_visible()
    expect(page.get_by_label("Your name")).to_be_focused()
    page.keyboard.type("Ada")
    page.keyboard.press("Enter")
    page.wait_for_url(CLASSROOM)
    assert path in page.url
    assert page.url.endswith(CODE)


@pytest.mark.parametrize("fragment", [f"#class={CODE[:-3]}", f"#class={CODE[:-1]}A", "#class=", "#class=%F0%9F%98%80"])
def test_a_damaged_link_is_said_with_what_to_do_and_breaks_nothing(
    page: Page, watch: Watch, site_url: str, fragment: str
) -> None:
    address = a_workshop(page, site_url)
    page.goto("about:blank")
    page.goto(address + fragment)
    expect(page.get_by_role("alert").filter(has_text="This invite link is not whole.")).to_be_visible()
    expect(page.get_by_role("heading", name="Join the class")).to_be_hidden()
    start = page.get_by_role("link", name="Start on my own")
    assert "class=" not in str(start.evaluate("link => link.href"))
    slug = address.split("/")[-2]
    page.goto(f"{site_url}class.html?workshop={slug}{fragment}")
    expect(page.get_by_role("alert").filter(has_text="This link is not whole.")).to_be_visible()
    expect(page.get_by_role("button", name="Start a class")).to_be_visible()
    assert watch.errors == []


def test_no_name_is_said_and_a_name_of_markup_stays_text(page: Page, site_url: str) -> None:
    link = f"{a_workshop(page, site_url)}#class={CODE}"
    page.goto("about:blank")
    page.goto(link)
    page.get_by_role("button", name="Join the class").click()
    expect(page.get_by_text("A name is needed")).to_be_visible()
    expect(page.get_by_label("Your name")).to_be_focused()
    name = '<img src=x onerror=alert(1)>"&' + "x" * 1000
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join the class").click()
    page.wait_for_url(CLASSROOM)
    assert people_kept(page) == [name[:64]]
    page.goto(link)
    expect(page.get_by_text(f"You are in this class as {name[:64]}.")).to_be_visible()


def test_another_link_pasted_over_the_page_is_taken(page: Page, site_url: str) -> None:
    address = a_workshop(page, site_url)
    page.goto(f"{address}#class={CODE}")
    expect(page.get_by_role("heading", name="Join the class")).to_be_visible()
    page.goto(f"{address}#class={CODE[:-1]}")
    expect(page.get_by_text("This invite link is not whole.")).to_be_visible()
    expect(page.get_by_role("heading", name="Join the class")).to_be_hidden()


def test_the_way_past_the_navigation_keeps_the_invitation(page: Page, site_url: str) -> None:
    address = a_workshop(page, site_url)
    page.goto("about:blank")
    page.goto(f"{address}#class={CODE}")
    page.get_by_role("button", name="Join the class").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith(f"#class={CODE}")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_teachers_page_asks_for_a_workshop_where_none_or_an_unknown_one_is_named(page: Page, site_url: str) -> None:
    page.goto(f"{site_url}class.html#class={CODE}")
    page.get_by_role("list").get_by_role("link").nth(1).click()
    page.wait_for_url(re.compile(rf"class\.html\?workshop=[\w-]+#class={CODE}"))
    expect(page.get_by_role("button", name="Copy the link")).to_be_visible()
    page.goto(f"{site_url}class.html?workshop=%3Cb%3Enothing%3C/b%3E")
    expect(page.get_by_text("There is no workshop “<b>nothing</b>” here.")).to_be_visible()
    expect(page.get_by_role("heading", name="Which workshop?")).to_be_visible()


def test_a_class_started_on_this_device_is_found_again(page: Page, site_url: str) -> None:
    link = a_class(page, site_url)
    address = page.url
    page.goto(address.partition("#")[0])
    page.get_by_role("link", name=", started ").click()
    page.wait_for_url(address)
    expect(page.locator("#class-link")).to_have_text(link)


def test_the_teacher_opens_everyones_page_beside_this_one_and_is_known(
    context: BrowserContext, page: Page, site_url: str
) -> None:
    link = a_class(page, site_url)
    page.get_by_label("Your name, as the class sees it").fill("Ms Diaz")
    with context.expect_page() as opened:
        page.keyboard.press("Enter")
    opened.value.wait_for_url(re.compile(r"/notebooks/index\.html\?path="))
    assert opened.value.url.partition("#")[2] == link.partition("#")[2]
    expect(page.get_by_role("button", name="Open it as Ms Diaz")).to_be_visible()


def test_large_for_the_wall_and_escape_closes(page: Page, site_url: str) -> None:
    link = a_class(page, site_url)
    page.get_by_role("button", name="Show large").click()
    dialog = page.get_by_role("dialog", name="Join the class")
    expect(dialog.get_by_text(link)).to_be_visible()
    code = dialog.get_by_role("img").bounding_box()
    assert code is not None
    assert min(code["width"], code["height"]) > 500
    assert code["y"] + code["height"] <= 800
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Show large")).to_be_focused()


def test_a_link_for_this_computer_only_is_said(new_context: NewContext, server: Server) -> None:
    said = "This link works on this computer only."
    page = new_context().new_page()
    page.goto(f"{server.url()}class.html?workshop=first-steps#class={CODE}")
    expect(page.get_by_text(said)).to_be_visible()
    page.goto(f"{server.url(PLAIN_HOST)}class.html?workshop=first-steps#class={CODE}")
    expect(page.get_by_role("button", name="Copy the link")).to_be_visible()
    expect(page.get_by_text(said)).to_be_hidden()


def test_under_a_path_a_class_is_the_same(page: Page, watch: Watch, school_server: Server) -> None:
    link = a_class(page, school_server.url())
    assert link.startswith(f"{school_server.url()}workshops/")
    expect(page.locator("#class-connection")).to_have_text("Just you")
    assert watch.errors == []
    page.goto("about:blank")
    join(page, link, "Ada")
    assert page.url.startswith(f"{school_server.url()}notebooks/")


def test_over_plain_http_a_class_is_started_copied_and_joined(new_context: NewContext, server: Server) -> None:
    page = new_context().new_page()
    link = a_class(page, server.url(PLAIN_HOST))
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_text("The link is copied.")).to_be_visible()
    page.goto("about:blank")
    join(page, link, "Ada")
    assert PLAIN_HOST in page.url


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ('{"signaling": ["x"]}', "says “object”, which is no address of a server"),
        ('{"signaling": "mailto:a@b.c"}', "says “mailto:a@b.c”, which is no address of a server"),
        ('{"signaling": ', "which is no address of a server"),
        (None, "It cannot be said whether others can join."),
    ],
)
def test_what_is_wrong_with_peerbook_json_is_said_to_the_teacher(
    page: Page, site_url: str, named: str | None, words: str
) -> None:
    answer = {"status": 503} if named is None else {"status": 200, "body": named}
    page.route("**/peerbook.json", lambda route: route.fulfill(**answer))  # type: ignore[arg-type]
    page.goto(f"{site_url}class.html?workshop=first-steps#class={CODE}")
    expect(page.get_by_text(words)).to_be_visible()
    expect(page.get_by_text("Nobody can join yet")).to_be_hidden()


def test_a_site_that_names_no_server_says_so_to_the_teacher_and_to_who_wants_to_join(page: Page, site_url: str) -> None:
    page.route("**/peerbook.json", lambda route: route.fulfill(body='{"signaling": ""}'))
    page.goto(f"{site_url}class.html?workshop=first-steps#class={CODE}")
    expect(page.get_by_text("Nobody can join yet: this site names no server.")).to_be_visible()
    page.goto(f"{site_url}workshops/first-steps/index.html#class={CODE}")
    expect(page.get_by_text("This site leads to no class yet.")).to_be_visible()


def test_a_server_named_after_the_build_is_read_at_the_next_load(
    new_context: NewContext, site: Path, tmp_path: Path
) -> None:
    copytree(site, tmp_path / "site", copy_function=lambda a, b: Path(b).hardlink_to(a))
    file = tmp_path / "site" / "peerbook.json"
    file.unlink()
    file.write_text('{"signaling": "javascript:x"}')
    with serving(tmp_path / "site") as server:
        page = new_context().new_page()
        address = f"{server.url()}class.html?workshop=first-steps#class={CODE}"
        page.goto(f"{server.url()}notebooks/index.html?path=first-steps/1-hello.ipynb")
        page.evaluate(
            """() => new Promise(done => navigator.serviceWorker.controller
                ? done() : navigator.serviceWorker.addEventListener('controllerchange', () => done()))"""
        )
        page.goto(address)
        expect(page.get_by_text("which is no address of a server")).to_be_visible()
        file.write_text('{"signaling": ""}')
        page.reload()
        expect(page.get_by_role("button", name="Copy the link")).to_be_visible()
        expect(page.get_by_text("which is no address of a server")).to_be_hidden()
        expect(page.get_by_text("Nobody can join yet")).to_be_hidden()


def line(page: Page, name: str) -> Locator:
    """Somebody's line in the list of who is here."""
    return page.locator("#class-people > li").filter(
        has=page.locator(".name", has_text=re.compile(f"^{re.escape(name)}$"))
    )


def test_the_teacher_sees_who_is_here_since_when_and_in_which_notebook(
    new_context: NewContext, own_server: Server
) -> None:
    teacher = new_context().new_page()
    link = a_class(teacher, own_server.url())
    expect(line(teacher, "Teacher")).to_contain_text("you")
    expect(teacher.get_by_text("Nobody has joined yet.").first).to_be_visible()
    connection = teacher.locator("#class-connection")
    expect(connection).to_have_text("Just you")
    students = new_context()
    ada = students.new_page()
    join(ada, link, "Ada <b>L</b>")
    first = teacher.locator(".name", has_text="Ada <b>L</b>")
    expect(first).to_be_visible()
    expect(connection).to_have_text("Live with 1")
    expect(line(teacher, "Ada <b>L</b>")).to_contain_text("Hello, Python")
    expect(line(teacher, "Ada <b>L</b>")).to_contain_text("since")
    # A second tab is the same person, and Ben, who comes later, stands behind them.
    second = students.new_page()
    second.goto(ada.url.replace("1-hello", "2-loops"))
    expect(line(teacher, "Ada <b>L</b>")).to_contain_text("Hello, Python, Again and again")
    assert teacher.locator("#class-people > li").count() == 2
    ben = new_context().new_page()
    join(ben, link, "A first by name")
    expect(teacher.locator("#class-people .name")).to_have_text(["Teacher", "Ada <b>L</b>", "A first by name"])
    teacher.get_by_label("Your name, as the class sees it").fill("Ms Diaz")
    with teacher.context.expect_page() as opened:
        teacher.keyboard.press("Enter")
    expect(line(teacher, "Ms Diaz")).to_contain_text("Hello, Python")
    assert teacher.locator("#class-people > li").count() == 3
    opened.value.close()
    teacher.get_by_role("button", name="Show large").click()
    dialog = teacher.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_have_text(["Ada <b>L</b>", "A first by name"])
    expect(dialog.get_by_text("2 people are here.")).to_be_visible()
    assert serious(teacher) == []
    teacher.keyboard.press("Escape")
    ben.close()
    expect(line(teacher, "A first by name")).to_contain_text("was here")
    expect(connection).to_have_text("Live with 1")
    own_server.stop()
    expect(connection).to_have_text("Live with 1. The server is away: nobody new can join for now")
    assert serious(teacher) == []


def test_a_server_that_does_not_answer_is_said_with_what_to_look_at(page: Page, site_url: str) -> None:
    page.route("**/peerbook.json", lambda route: route.fulfill(body='{"signaling": "http://localhost:9/signal"}'))
    page.goto(f"{site_url}class.html?workshop=first-steps#class={CODE}")
    expect(page.get_by_text("The server does not answer: nobody new can join for now.")).to_be_visible()
    expect(page.get_by_text("PEERBOOK_SIGNALING_ORIGINS")).to_be_visible()


def test_a_server_on_another_host_named_after_the_build_is_reached(
    new_context: NewContext, site: Path, server: Server
) -> None:
    with serving(site, settings=Settings(origins=(f"http://{PLAIN_HOST}:{server.port}",))) as other:
        context = new_context()
        watch = Watch(context)
        page = context.new_page()
        named = json.dumps({"signaling": f"{other.url()}signal"})
        page.route("**/peerbook.json", lambda route: route.fulfill(body=named))
        page.goto(f"{server.url(PLAIN_HOST)}class.html?workshop=first-steps#class={CODE}")
        expect(page.locator("#class-connection")).to_have_text("Just you")
        assert watch.violations == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_serious_in_any_state_and_nothing_sticks_out(
    new_context: NewContext, site_url: str, scheme: str, width: int
) -> None:
    # Without motion: a colour on its way to another has another contrast.
    context = new_context(color_scheme=scheme, viewport={"width": width, "height": 800}, reduced_motion="reduce")
    watch = Watch(context)
    page = context.new_page()
    workshop, teacher = f"{site_url}workshops/first-steps/index.html", f"{site_url}class.html"

    def look(state: str) -> None:
        assert serious(page) == [], state
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        assert too_small(page) == [], state

    for address in (f"{workshop}#class=cut", f"{workshop}#class={CODE}"):
        page.goto("about:blank")
        page.goto(address)
        page.locator("#join, #link-damaged").filter(visible=True).wait_for()
        look(address)
    page.get_by_role("button", name="Join the class").click()
    look("no name")
    join(page, f"{workshop}#class={CODE}", "Ada " + "W" * 60)
    page.goto(f"{workshop}#class={CODE}")
    look("joined")
    page.get_by_role("button", name="I am somebody else").click()
    look("is this you")
    page.get_by_role("button", name="Somebody else", exact=True).click()
    look("somebody else")
    for address in (teacher, f"{teacher}?workshop=first-steps", f"{teacher}?workshop=none#class=cut"):
        page.goto("about:blank")
        page.goto(address)
        look(address)
    page.goto(f"{teacher}?workshop=first-steps#class={CODE}")
    page.get_by_role("button", name="Copy the link").click()
    look("the teacher's page")
    page.get_by_role("button", name="Show large").click()
    look("large")
    assert watch.violations == []
    assert watch.outside("localhost") == []


def test_without_javascript_the_class_is_explained_and_the_workshop_read(
    new_context: NewContext, site_url: str
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{site_url}workshops/first-steps/index.html#class={CODE}")
    expect(page.get_by_role("link", name="Start on my own")).to_be_visible()
    # By their element: texts are not looked for in what browsers with scripts do not show.
    expect(page.locator("noscript p").filter(has_text="To join a class, switch JavaScript on")).to_be_visible()
    page.get_by_role("link", name="Start a class").click()
    expect(page.locator("noscript p").filter(has_text="A class needs JavaScript.")).to_be_visible()


AS_BEFORE = """async () => {
  const opening = indexedDB.open('Peerbook - /');
  const database = await new Promise(then => (opening.onsuccess = () => then(opening.result)));
  const writing = database.transaction(['log'], 'readwrite');
  const log = writing.objectStore('log');
  // That version kept a class's notebook as one's own is kept.
  log.getAll().onsuccess = ({ target }) => target.result.forEach(({ id, document, ...record }) => {
    const [genesis, branch] = document.split('.');
    if (branch === 'mine' && !document.includes('/')) {
      log.add({ ...record, document: `${genesis}.team.${'0b'.repeat(16)}` });
    }
  });
  await new Promise(then => (writing.oncomplete = then));
  database.close();
}"""


def test_what_the_version_before_kept_of_its_classes_is_saved_as_files(
    page: Page, site_url: str, tmp_path: Path
) -> None:
    alone = Classroom(page, site_url).open("first-steps/1-hello.ipynb")
    alone.write(0, "print('as it was')")
    alone.expect_words("Kept on this device")
    page.goto(f"{site_url}class.html")
    title = page.get_by_role("heading", name="Kept from earlier classes")
    expect(page.get_by_role("heading", name="Which workshop?")).to_be_visible()
    expect(title).to_be_hidden()
    page.evaluate(AS_BEFORE)
    for address in ("class.html", "workshops/first-steps/index.html"):
        page.goto(site_url + address)
        expect(title).to_be_visible()
        assert serious(page) == []
        with page.expect_download() as saving:
            page.get_by_role("button", name="Save 1-hello.class-0b0b0b0b.ipynb").click()
        saved = tmp_path / saving.value.suggested_filename
        saving.value.save_as(saved)
        assert saved.name == "1-hello.class-0b0b0b0b.ipynb"
        assert "print('as it was')" in saved.read_text(encoding="utf-8")
        expect(page.get_by_text("It stays here as well.")).to_be_visible()
