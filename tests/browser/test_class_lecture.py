"""Who may write where, in real pages: the lecture, one's own page, everyone's page, and what no page can do."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from .people import AClassWith, Person, as_read

SHARED = """
(() => {
  const text = document.querySelectorAll('.jp-CodeCell .cm-content')[0];
  const view = (text.cmTile ?? text.cmView).view;
  return view.plugins.map(({ value }) => value?.conf?.ytext ?? value?.ytext).find(each => each);
})()
"""
"""The shared text of the first code cell, taken out of its editor: `doc` is the whole notebook's document."""


EVERYTHING_KEPT = """
async () => {
  const found = [];
  const read = value => {
    if (value instanceof ArrayBuffer) {
      read(new Uint8Array(value));
    } else if (ArrayBuffer.isView(value)) {
      found.push(new TextDecoder('latin1').decode(value));
    } else if (value && typeof value === 'object') {
      Object.entries(value).forEach(([key, each]) => (found.push(key), read(each)));
    } else {
      found.push(String(value));
    }
  };
  const asked = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  read({ ...localStorage });
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store);
      (await asked(all.getAll())).forEach(read);
      (await asked(database.transaction(store).objectStore(store).getAllKeys())).forEach(read);
    }
    database.close();
  }
  return found.join(' ');
}
"""
"""All that a browser keeps of this site, as text."""


def panel(person: Person) -> Locator:
    return person.page.get_by_role("region", name="Class", exact=True)


def line(person: Person) -> str:
    """What stands above a notebook that is only to be read; '' above others."""
    lines = person.page.locator(".pb-ReadingLine:not(.lm-mod-hidden)").all_inner_texts()
    return "\n".join(lines)


def notices(person: Person) -> str:
    """What the page says in passing."""
    return "\n".join(person.page.locator(".Toastify__toast").all_inner_texts())


def looks_at(person: Person, name: str) -> None:
    """Choose whose outputs to see."""
    person.page.get_by_role("button", name=re.compile("^Outputs: ")).click()
    person.page.get_by_role("listbox", name="Whose outputs to show").get_by_role("option", name=name).click()


def menu(teacher: Person, name: str, choice: str) -> None:
    """Choose from what whoever teaches can make of somebody."""
    panel(teacher).get_by_role("button", name=f"More for {name}").click()
    panel(teacher).get_by_role("menuitem", name=choice).click()


def test_the_lecture_is_read_and_run_by_all_and_written_by_who_teaches(a_class_with: AClassWith) -> None:
    together = a_class_with()
    ada = together.comes("Ada", branch="lecture")
    ben = together.comes("Ben", branch="lecture")
    together.are_connected()

    # The teacher types, and it is there; who is taught reads, and says so.
    assert line(ada) == ""
    ben.wait(lambda: "The teacher writes here" in line(ben), "a line says who writes")
    way = ben.page.locator(".pb-ReadingLine").get_by_role("link", name="Your page")
    expect(way).to_have_attribute("href", re.compile(r"path=first-steps/1-hello.ipynb#class=[\w-]{46}&branch=mine$"))
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
        ben.page.get_by_role("button", name="Hide notification").click()
        ben.wait(lambda: notices(ben) == "", "nothing is said any more")
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


def test_ones_own_page_is_read_by_who_teaches_and_by_nobody_else(a_class_with: AClassWith) -> None:
    together = a_class_with()
    ada = together.comes("Ada", branch="lecture")
    ben = together.comes("Ben", branch="lecture")
    cem = together.comes("Cem", branch="mine")
    together.are_connected()

    # One click beside the lecture.
    expect(ben.page.locator(".pb-ClassSlot-where")).to_be_hidden()
    panel(ben).get_by_role("link", name="Your page").click()
    ben.page.wait_for_url(re.compile("branch=mine"))
    ben.wait(lambda: "You write here." in panel(ben).inner_text(), "the panel says whose page it is")
    # Folded away, the bar says it instead, on a phone too.
    where = ben.page.locator(".pb-ClassSlot-where")
    expect(where).to_be_hidden()
    panel(ben).get_by_role("button", name="Fold away").click()
    expect(where).to_be_visible()
    expect(where).to_have_text("Your page")
    wide = ben.page.viewport_size
    assert wide
    ben.page.set_viewport_size({"width": 390, "height": 844})
    expect(where).to_be_visible()
    ben.wait(lambda: ben.page.evaluate("document.scrollingElement.scrollWidth <= 390"), "nothing is cut off")
    ben.page.set_viewport_size(wide)
    ben.page.locator(".pb-ClassSlot-button").click()
    expect(where).to_be_hidden()
    hello = ben.index_of("Hello, world")
    assert line(ben) == ""
    ben.types(hello, "; print('an' + 'swer')  # unshownword")
    at = [text for kind, text in ben.notebook if kind == "Code"].index(ben.texts[hello])
    assert ben.run(at) == "Hello, world!\nanswer"
    expect(panel(ben)).to_contain_text("Only you and the teachers see what you run here.")

    # Whoever teaches looks at it from the list of people, and changes nothing in it.
    menu(ada, "Ben", "Look at their page")
    ada.page.wait_for_url(re.compile("of="))
    ada.wait_for_cells()
    ada.sees("unshownword")
    of_ben = ada.page.url.partition("#")[2]
    ada.wait(lambda: "Ben's page" in line(ada), "the line says whose page it is")
    ada.types(hello, "not hers")
    ada.reload()
    ada.sees("unshownword")
    assert "not hers" not in "".join(ada.texts + ben.texts)
    looks_at(ada, "Ben")
    expect(ada.code_cell(at).locator(".pb-Others")).to_contain_text("answer")

    # A classmate's page has nothing of it, wherever it looks.
    cem.page.get_by_role("button", name=re.compile("^Outputs: ")).click()
    options = cem.page.get_by_role("listbox", name="Whose outputs to show")
    expect(options.get_by_role("option")).to_have_count(1)
    cem.page.keyboard.press("Escape")
    own = cem.page.url
    cem.page.goto("about:blank")
    cem.opens(f"{together.address().partition('#')[0]}#{of_ben}")
    cem.wait(lambda: "Live with 2" in cem.said(), "Cem is connected")
    cem.page.wait_for_timeout(3000)
    held = cem.page.evaluate(EVERYTHING_KEPT)
    assert len(held) > 1000
    assert "unshownword" not in "".join(cem.texts) + held
    cem.page.goto("about:blank")
    cem.opens(own)

    # The teacher shows outputs to the class: it is said, and then they are seen, and the words are not.
    panel(ada).get_by_role("switch").check()
    ben.wait(lambda: "sees what you run on your own page" in notices(ben), "a notice says so")
    expect(panel(ben)).to_contain_text("The class sees what you run here.")
    looks_at(cem, "Ben")
    expect(cem.code_cell(at).locator(".pb-Others")).to_contain_text("answer")
    assert "unshownword" not in "".join(cem.texts) + cem.page.evaluate(EVERYTHING_KEPT)
