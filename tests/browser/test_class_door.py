"""Who comes in and who is out, in real pages: the door, removal, and what those who were removed still have."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .conftest import Watch
from .people import AClassWith, ClassOfPeople, Person
from .test_class_lecture import line, menu, panel
from .test_class_panel import axe


def announced(person: Person) -> str:
    """What the page says about coming in, on its card."""
    return "\n".join(person.page.get_by_role("dialog").all_inner_texts())


def knocks(together: ClassOfPeople, name: str) -> Person:
    """Somebody new opens a link into the class, and is not in it yet."""
    context = together.device()
    person = Person(context.new_page(), together.site_url, name, Watch(context))
    person.page.goto(together.address())
    person.page.get_by_label("Your name").fill(name)
    person.page.keyboard.press("Enter")
    return person


def test_one_who_was_removed_is_out_and_what_they_wrote_before_counts(a_class_with: AClassWith) -> None:
    together = a_class_with("Ada", "Ben", "Cem")
    ada, ben, cem = together.people
    hello = ada.index_of("Hello, world")
    ben.types(hello, "  # by Ben")
    together.agree_on("# by Ben")

    # Asked once, in words; and the door is closed behind him.
    menu(ada, "Ben", "Remove from the class...")
    card = ada.page.get_by_role("dialog")
    expect(card).to_contain_text("The door is open: with the link they can come back under another name.")
    assert axe(ada.page, ".pb-Card") == []
    card.get_by_role("button", name="Remove and close the door").click()
    ben.wait(lambda: "A teacher removed you from this class." in line(ben), "his page says it in words")
    expect(ben.bar).to_contain_text("You are not in this class")
    ben.types(hello, " unheard")
    cem.types(hello, " and Cem")
    ada.sees("# by Ben and Cem")
    cem.sees("# by Ben and Cem")
    ada.types(hello, " and Ada")
    cem.sees("# by Ben and Cem and Ada")
    assert "unheard" not in "".join(ada.texts + ben.texts + cem.texts)
    # Nobody else notices anything.
    assert line(cem) == line(ada) == ""
    expect(cem.bar).to_contain_text("Live with")
    # What comes after does not reach him.
    assert not any("and Ada" in text for text in ben.texts)

    # Under another name one stands at the door, and is let in, or is not.
    together.leaves(ben)
    ann, dan = [knocks(together, name) for name in ("Ann", "Dan")]
    for waiting in (ann, dan):
        waiting.wait(lambda each=waiting: "The door is closed." in announced(each), "a card says why one waits")  # type: ignore[misc]
    assert axe(ann.page, ".pb-Card") == []
    expect(panel(ada)).to_contain_text("At the door (2)")
    assert axe(ada.page, ".pb-Class") == []
    panel(ada).get_by_role("button", name="Not now: Dan").click()
    dan.wait(lambda: "The teacher said: not now." in announced(dan), "the answer is said")
    panel(ada).get_by_role("button", name="Let in Ann").click()
    ann.wait_for_cells()
    ann.sees("# by Ben and Cem and Ada")
    dan.closes()

    # The door open again: it is said what that means.
    panel(ada).get_by_role("button", name="Open the door").click()
    expect(panel(ada)).to_contain_text("Somebody you removed could come back, too, under another name.")
    # Who was removed can be let back in, also after a reload.
    ada.reload()
    panel(ada).get_by_text("Removed (1)").click()
    panel(ada).get_by_role("button", name="Let back in: Ben").click()
    expect(panel(ada).get_by_text(re.compile("Removed"))).to_be_hidden()


def test_one_who_only_watches_writes_nowhere_and_one_who_teaches_has_the_panel(a_class_with: AClassWith) -> None:
    together = a_class_with("Ada", "Ben")
    ada, ben = together.people
    hello = ada.index_of("Hello, world")
    menu(ada, "Ben", "Only watch")
    ben.wait(lambda: "The class writes here, and you watch." in line(ben), "a line says so")
    ben.types(hello, "unheard")
    ada.types(hello, " # heard")
    ben.sees("# heard")
    assert "unheard" not in "".join(ada.texts + ben.texts)
    # What is run stays on the screen of who ran it.
    at = [text for kind, text in ben.notebook if kind == "Code"].index(ben.texts[hello])
    assert ben.run(at) == "Hello, world!"
    ben.page.wait_for_timeout(500)
    assert ben.output(at) == "Hello, world!"
    # No other page says that he writes there, or leads to one where he would.
    panel(ben).get_by_role("link", name="Lecture").click()
    ben.wait(lambda: "The teacher writes here, and you watch." in line(ben), "the lecture's line says so")
    expect(ben.page.locator(".pb-ReadingLine").get_by_role("link")).to_have_count(0)
    panel(ben).get_by_role("link", name="Your page").click()
    ben.wait(lambda: "You watch in this class" in line(ben), "his own page's line says so")
    assert "You write here" not in panel(ben).inner_text()
    panel(ben).get_by_role("link", name="Everyone's page").click()
    ben.wait(lambda: "The class writes here, and you watch." in line(ben), "he is back")
    ben.sees("# heard")
    menu(ada, "Ben", "Make a student")
    ben.wait(lambda: line(ben) == "", "he writes again")
    ben.types(hello, " by all")
    together.all_see("# heard by all")

    # A co-teacher sees the door and gives roles; a student sees neither.
    expect(panel(ben).get_by_role("button", name="Close the door")).to_be_hidden()
    menu(ada, "Ben", "Make a co-teacher")
    panel(ben).get_by_role("button", name="Close the door").click()
    expect(panel(ada)).to_contain_text("Door: closed - you let in who knocks")
    for person in together.people:
        person.page.emulate_media(color_scheme="dark")
        person.page.set_viewport_size({"width": 320, "height": 800})
    ben.wait(lambda: ben.page.evaluate("document.scrollingElement.scrollWidth <= 320"), "nothing is cut off")
    assert axe(ben.page, ".pb-Class") == []


def test_one_who_was_removed_reads_it_after_a_reload_and_is_back_at_once_behind_a_closed_door(
    a_class_with: AClassWith,
) -> None:
    together = a_class_with("Ada", "Ben")
    ada, ben = together.people
    hello = ada.index_of("Hello, world")
    ben.types(hello, "  # by Ben")
    together.agree_on("# by Ben")
    menu(ada, "Ben", "Remove from the class...")
    ada.page.get_by_role("dialog").get_by_role("button", name="Remove and close the door").click()
    ben.wait(lambda: "A teacher removed you from this class." in line(ben), "his page says it in words")
    ada.types(hello, " and Ada")

    # The same page after a reload: what he had, why it goes no further, and nothing that is not so.
    ben.reload()
    ben.sees("# by Ben")
    ben.wait(lambda: "A teacher removed you from this class." in line(ben), "it still says so")
    expect(ben.bar).to_contain_text("You are not in this class")
    said = panel(ben).inner_text()
    assert "If it was a mistake, tell them: they can let you back in." in said
    assert said.count("A teacher removed you") == 1
    for untrue in ("The class sees what you run here", "Copy the invite link", "Whoever has the link can come in"):
        assert untrue not in said
    assert not any("and Ada" in text for text in ben.texts)
    for width in (320, 1100):
        ben.page.set_viewport_size({"width": width, "height": 800})
        ben.wait(lambda: is_whole(ben), f"the line is not cut off at {width}")
    assert axe(ben.page, ".pb-ReadingLine") == []

    panel(ada).get_by_text("Removed (1)").click()
    panel(ada).get_by_role("button", name="Let back in: Ben").click()
    ben.wait(lambda: line(ben) == "", "he may write again")
    ben.sees("# by Ben and Ada")
    assert "not now" not in panel(ben).inner_text()
    ben.types(hello, " and Ben again")
    ada.sees("# by Ben and Ada and Ben again")


def is_whole(person: Person) -> bool:
    """Whether all that the line says is seen."""
    return bool(
        person.page.locator(".pb-ReadingLine:not(.lm-mod-hidden)").evaluate(
            "line => line.scrollHeight <= line.clientHeight + 1 && line.clientHeight >= 20"
        )
    )
