"""What was written meanwhile, in real pages: by somebody who was away while others were removed, and by the removed."""

from __future__ import annotations

from playwright.sync_api import expect

from .people import AClassWith
from .test_class_lecture import line, menu, notices, panel


def test_nothing_is_lost_of_one_who_was_away_while_keys_were_made_twice(a_class_with: AClassWith) -> None:
    together = a_class_with("Ada", "Ben", "Cem")
    ada, ben, cem = together.people
    hello = ada.index_of("Hello, world")
    ben.types(hello, "  # first")
    together.agree_on("# first")
    address = ben.page.url
    ben.page.goto("about:blank")

    # Two removals meanwhile: new keys each time.
    for _ in range(2):
        menu(ada, "Cem", "Remove from the class...")
        ada.page.get_by_role("dialog").get_by_role("button", name="Remove, and leave the door open").click()
        cem.wait(lambda: "A teacher removed you from this class." in line(cem), "Cem is out")
        expect(panel(ada).get_by_text("Removed (1)")).to_be_visible()
        # Open already, the second time.
        panel(ada).locator(".pb-Removed").evaluate("list => { list.open = true; }")
        panel(ada).get_by_role("button", name="Let back in: Cem").click()
        cem.wait(lambda: line(cem) == "", "Cem is back")
    calculate = ada.index_of("7 + 3 * 2")
    ada.types(calculate, "\n# meanwhile")
    cem.sees("# meanwhile")

    # He opens it again and writes before anybody of the class can be reached.
    ben.page.context.route("**/peerbook.json", lambda route: route.abort())
    ben.opens(address)
    ben.sees("# first")
    assert not any("# meanwhile" in text for text in ben.texts)
    ben.types(hello, " second")
    ben.adds_below(hello, "a whole cell")
    ben.wait(lambda: "a whole cell" in ben.texts, "it is written")
    ben.page.context.unroute("**/peerbook.json")
    ben.page.context.route("**/peerbook.json", lambda route: route.fulfill(json={"signaling": "signal"}))
    together.agree_on("# first second", "a whole cell", "# meanwhile")
    ben.types(calculate + 1, " and after")
    together.agree_on("# meanwhile and after")
    for person in together.people:
        assert "does not count" not in notices(person)


def test_what_one_wrote_while_being_removed_is_given_back_in_words(a_class_with: AClassWith) -> None:
    together = a_class_with("Ada", "Ben")
    ada, ben = together.people
    hello = ada.index_of("Hello, world")
    ben.types(hello, "  # counts")
    together.agree_on("# counts")
    at = [text for kind, text in ben.notebook if kind == "Code"].index(ben.texts[hello])
    ben.run(at)
    ben.goes_offline()
    ben.types(hello, " in vain")
    ben.selects(hello)
    menu(ada, "Ben", "Remove from the class...")
    ada.page.get_by_role("dialog").get_by_role("button", name="Remove, and leave the door open").click()
    ben.comes_online()
    ben.wait(lambda: "A teacher removed you from this class." in line(ben), "his page says it", 60)
    ben.wait(lambda: "does not count in the class any more" in notices(ben), "what is lost is said", 60)
    assert '" in vain"' in notices(ben) or '"in vain"' in notices(ben)
    assert ben.page.get_by_role("button", name="Copy it").is_visible()
    # His page reads as the class has it; where he was, and what he ran, is as before.
    ben.wait(lambda: any(text.endswith("# counts") for text in ben.texts), "it reads as the class has it")
    assert "Hello, world!" in ben.output(at)
    assert "jp-mod-active" in (ben.cell(hello).get_attribute("class") or "")
    assert not any("in vain" in text for text in ada.texts)


def test_what_leaned_on_somebody_who_was_removed_is_put_back_with_one_press(a_class_with: AClassWith) -> None:
    together = a_class_with("Ada", "Ben", "Cem")
    ada, ben, cem = together.people
    hello = ada.index_of("Hello, world")
    ada.goes_offline()
    cem.adds_below(hello, "a cell of Cem")
    ben.sees("a cell of Cem")
    at = ben.index_of("a cell of Cem")
    ben.types(at, "  # and of Ben")
    cem.sees("# and of Ben")
    # She has heard of neither: what Cem wrote counts as far as she knows it, and the cell is Cem's.
    menu(ada, "Cem", "Remove from the class...")
    ada.page.get_by_role("dialog").get_by_role("button", name="Remove, and leave the door open").click()
    ada.comes_online()
    ben.wait(lambda: "does not count in the class any more" in notices(ben), "what is lost is said", 60)
    assert '"# and of Ben"' in notices(ben)
    assert not any("of Cem" in text for text in ben.texts)
    ben.page.get_by_role("button", name="Put it back").click()
    ben.sees("# and of Ben")
    ada.sees("# and of Ben")
    assert not any("of Cem" in text for text in ada.texts + ben.texts)
    # It is his own now, and is written on like everything else.
    ben.types(ben.index_of("# and of Ben"), " still")
    ada.sees("# and of Ben still")
