"""Who may write where, in real pages: the lecture, one's own page, everyone's page, and what no page can do."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .people import AClassWith, Person, as_read

SHARED = """
(() => {
  const text = document.querySelectorAll('.jp-CodeCell .cm-content')[0];
  const view = (text.cmTile ?? text.cmView).view;
  return view.plugins.map(({ value }) => value?.conf?.ytext ?? value?.ytext).find(each => each);
})()
"""
"""The shared text of the first code cell, taken out of its editor: `doc` is the whole notebook's document."""


def line(person: Person) -> str:
    """What stands above a notebook that is only to be read; '' above others."""
    found = person.page.locator(".pb-ReadingLine:visible")
    return found.inner_text() if found.count() else ""


def notices(person: Person) -> str:
    """What the page says in passing."""
    return "\n".join(person.page.locator(".Toastify__toast").all_inner_texts())


def menu(teacher: Person, name: str, choice: str) -> None:
    """Choose from what whoever teaches can make of somebody."""
    panel = teacher.page.get_by_role("region", name="Class", exact=True)
    panel.get_by_role("button", name=f"More for {name}").click()
    panel.get_by_role("menuitem", name=choice).click()


def test_the_lecture_is_read_and_run_by_all_and_written_by_who_teaches(a_class_with: AClassWith) -> None:
    together = a_class_with()
    ada = together.comes("Ada", branch="lecture")
    ben = together.comes("Ben", branch="lecture")
    together.are_connected()

    # The teacher types, and it is there; who is taught reads, and says so.
    assert line(ada) == ""
    ben.wait(lambda: "The teacher writes here" in line(ben), "a line says who writes")
    hello = ada.index_of("Hello, world")
    ada.types(hello, "  # seen by all")
    together.all_see("# seen by all")
    ben.types(hello, "unheard")
    ben.presses(hello, "b", "d", "d", "m")
    assert as_read(ben.notebook) == as_read(ada.notebook)
    # Running is for everybody, and what comes out is one's own.
    at = [text for kind, text in ben.notebook if kind == "Code"].index(ben.texts[hello])
    assert ben.run(at) == "Hello, world!"
    assert ada.output(at) == ""

    # What a page's own console can do to its own document reaches nobody, and is taken back, in words.
    before = as_read(ada.notebook)
    for trick in (
        "text => text.insert(0, 'forged ')",
        "text => text.doc.transact(() => text.doc.getMap('cells').clear())",
        "text => { text.doc.clientID = 5; text.insert(0, 'forged '); }",
        "text => text.doc.getMap('cells').set('forged', 'nothing')",
        "text => text.doc.getMap('other').set('forged', 'nothing')",
    ):
        ben.page.evaluate(f"({trick})({SHARED})")
        ben.wait(lambda: "You may not change this page" in notices(ben), "it is said in words")
        ben.wait(lambda: as_read(ben.notebook) == before, f"it reads as before: {ben.texts[:3]}")
        ben.page.get_by_role("button", name="Dismiss").or_(
            ben.page.locator(".Toastify__close-button")
        ).first.click()
    assert as_read(ada.notebook) == before
    ada.types(hello, " still")
    together.all_see("# seen by all still")
    assert "forged" not in "".join(ada.texts + ben.texts)
    # Python went on meanwhile, and so did what was run.
    assert ben.output(at) == "Hello, world!"

    # A co-teacher writes, until they are one no more.
    menu(ada, "Ben", "Make a co-teacher")
    ben.wait(lambda: line(ben) == "", "nothing is only to be read")
    ben.types(hello, " by Ben")
    together.all_see("still by Ben")
    expect(ada.page.locator(".pb-Person", has_text="Ben")).to_contain_text("teaches")
    menu(ada, "Ben", "Make a student")
    ben.wait(lambda: "The teacher writes here" in line(ben), "the line is back")
    ben.types(hello, " in vain")
    ada.types(hello, " and Ada")
    together.all_see("still by Ben and Ada")
    assert not re.search("in vain", "".join(ada.texts + ben.texts))
