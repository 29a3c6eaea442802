"""One notebook together: two people, and five, in real pages; whatever they do at once, no word is lost or doubled."""

from __future__ import annotations

from pathlib import Path

from .conftest import Server
from .people import AClassWith, Cells, ClassOfPeople, Person, as_read
from .test_notebook import DROP


def fill(together: ClassOfPeople, *cells: str) -> None:
    """The first writes these cells, one under the other; all see them."""
    ada = together.people[0]
    index = ada.index_of("Hello, world")
    for cell in cells:
        ada.adds_below(index, cell)
        index += 1
        ada.wait(lambda cell=cell, at=index: ada.texts[at] == cell, f"{cell!r} is written")  # type: ignore[misc]
    together.agree_on(*(cell.splitlines()[0] for cell in cells))


def texts(cells: Cells) -> list[str]:
    return [text for _, text in cells]


def test_two_who_are_apart_do_everything_at_once_and_nothing_is_lost_or_doubled(a_class_with: AClassWith) -> None:
    together = a_class_with("Ada", "Ben")
    ada, ben = together.people
    three = "split1\nsplit2\nsplit3"
    fill(
        together,
        "movedcell",
        "racedcell",
        "deletedcell",
        "placecell",
        three,
        "merge1",
        "merge2",
        "parted1\nparted2",
        "nextcell",
        "kindcell",
    )
    for person in together.people:
        person.goes_offline()

    ada.moves(ada.index_of("movedcell"), "Up")
    ben.types(ben.index_of("movedcell"), " by ada")

    ada.moves(ada.index_of("racedcell"), "Up")
    ben.moves(ben.index_of("racedcell"), "Down")

    ada.deletes(ada.index_of("deletedcell"))
    ben.types(ben.index_of("deletedcell"), " but kept")

    ada.adds_below(ada.index_of("placecell"), "here ada")
    ben.adds_below(ben.index_of("placecell"), "here ben")

    ada.splits(ada.index_of("split2"), 1)
    ben.splits(ben.index_of("split2"), 2)

    ada.merges_below(ada.index_of("merge1"))
    ben.merges_below(ben.index_of("merge1"))

    ada.splits(ada.index_of("parted1"), 1)
    ben.merges_below(ben.index_of("parted1"))

    ada.makes(ada.index_of("kindcell"), "text")
    ben.types(ben.index_of("kindcell"), " changed")

    assert ada.index_of("here ada") >= 0
    assert not any("here ben" in text for text in ada.texts)
    for person in together.people:
        person.comes_online()

    found = together.agree_on(
        "movedcell by ada", "racedcell", "deletedcell but kept", "here ada", "here ben", "kindcell changed"
    )
    cells = texts(found)
    # The cell that Ada moved stands where she put it, with what Ben wrote in it.
    assert cells.index("movedcell by ada") < cells.index('print("Hello, world!")')
    assert abs(cells.index("here ada") - cells.index("here ben")) == 1
    # Both parts above it, the rest once: one cell more than either wanted, and no word less.
    assert sorted(text for text in cells if "split1" in text) == ["split1", "split1\nsplit2"]
    assert [text for text in cells if "split3" in text] == ["split3"]
    # One cell, not two; who merged second has their text of the second one in it as well.
    assert [text for text in cells if "merge" in text] == ["merge1\n\nmerge2\n\nmerge2"]
    assert [text for text in cells if "parted" in text] == ["parted1", "parted2\n\nnextcell"]
    assert ("Markdown", "kindcell changed") in found


def test_two_write_in_one_cell_and_undo_each_their_own(a_class_with: AClassWith) -> None:
    together = a_class_with("Ada", "Ben")
    ada, ben = together.people
    fill(together, "middling")
    index = ada.index_of("middling")
    ada.writes_in(index, "end")
    ben.writes_in(index, "start")
    for left, right in zip("nettirw", "written", strict=True):
        ada.page.keyboard.type(right)
        ben.page.keyboard.type(left)
        ben.page.keyboard.press("ArrowLeft")
    together.agree_on("writtenmiddlingwritten")

    ada.adds_below(index, "ada = 1")
    together.agree_on("ada = 1")
    ben.types(ben.index_of("ada = 1"), "; ben = 2")
    together.agree_on("ada = 1; ben = 2")
    count = len(ada.notebook)
    ada.undoes()
    # What Ben wrote in it keeps the cell.
    together.agree(lambda cells: len(cells) == count and any("; ben = 2" in text for _, text in cells), "it stays")
    ben.moves(ben.index_of("; ben = 2"), "Up")
    together.agree(lambda cells: texts(cells).index("writtenmiddlingwritten") > index, "Ben moved it")
    ada.undoes()
    ben.undoes()
    together.agree(lambda cells: texts(cells).index("writtenmiddlingwritten") == index, "and took it back")


def is_equal_after(together: ClassOfPeople, *words: str) -> None:
    together.are_connected()
    together.agree_on(*words)


def test_a_class_goes_on_through_reloads_tabs_late_comers_and_a_server_that_forgets(
    a_class_with: AClassWith, own_server: Server
) -> None:
    together = a_class_with("Ada", "Ben", on=own_server)
    ada, ben = together.people
    fill(together, "storycell")
    index = ada.index_of("storycell")
    ada.types(index, " one")
    together.agree_on("storycell one")
    ada.reloads()
    is_equal_after(together, "storycell one")

    ada.writes_in(index, "end")
    ben.writes_in(index, "start")
    for number, (right, left) in enumerate(zip(" without_", "server_  ", strict=True)):
        ada.page.keyboard.type(right)
        ben.page.keyboard.type(left)
        # It goes in the middle of a word, with all it knew, and they reach each other without it.
        if number == 3:
            own_server.stop()
    together.agree_on("server_  storycell one without_")
    own_server.start()
    ada.types(index, " anew_")
    together.agree_on("anew_")

    cem = together.comes("Cem")
    is_equal_after(together, "without_", "server_", "anew_")
    cem.types(index, " late_")
    together.agree_on("late_")
    tab = together.second_tab(ben)
    is_equal_after(together, "late_")
    tab.types(index, " tab_")
    ben.types(index, " first_")
    together.agree(lambda cells: all(word in texts(cells)[index] for word in (" tab_", " first_")), "both tabs write")

    # Everybody goes; what is kept on one device is the class's for who comes next.
    for person in (ada, ben, tab):
        together.leaves(person)
    cem.types(index, " alone_")
    expect_kept(cem)
    together.leaves(cem)
    again = together.second_tab(cem)
    again.sees(" alone_")
    ada = together.second_tab(ada)
    is_equal_after(together, "storycell one", "without_", "server_", "anew_", "late_", "alone_")


def test_the_last_key_before_a_page_is_left_is_kept_with_nobody_there(a_class_with: AClassWith) -> None:
    together = a_class_with("Ada")
    (ada,) = together.people
    for turn in range(4):
        ada.types(1, f"\n# turn {turn}: the last one is z", delay=15)
        ada.reloads()
        ada.sees(f"# turn {turn}: the last one is z")


def expect_kept(person: Person) -> None:
    person.page.wait_for_timeout(400)
    person.expect_words("Kept on this device")


def test_each_has_their_own_result_and_a_restored_file_is_a_notebook_of_its_own(a_class_with: AClassWith) -> None:
    together = a_class_with("Ada", "Ben")
    ada, ben = together.people
    code = "import random\nprint('lucky', random.random())"
    fill(together, code)
    index = [text for kind, text in ada.notebook if kind == "Code"].index(code)
    results = [person.run(index) for person in together.people]
    assert all(result.startswith("lucky 0.") for result in results)
    assert results[0] != results[1]
    assert [person.output(index) for person in together.people] == results

    ada.page.keyboard.press("Escape")
    ada.page.keyboard.press("Control+S")
    with ada.page.expect_download() as download:
        ada.page.get_by_role("button", name="Download").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    before = together.agree()
    ben.types(ben.index_of("lucky"), "\n# after the file")
    after = together.agree_on("# after the file")
    ada.page.evaluate(DROP, [["1-hello.ipynb", text]])
    ada.page.wait_for_url("**1-hello%20(2).ipynb**")
    ada.wait(lambda: as_read(ada.notebook) == as_read(before), "the file is open beside")
    ada.types(1, "# only mine\n", "start")
    expect_kept(ada)
    ada.opens(together.address())
    assert as_read(together.agree()) == as_read(after)


def test_five_write_move_and_leave_and_have_one_notebook(a_class_with: AClassWith) -> None:
    together = a_class_with("Ada", "Ben", "Cem", "Dia", "Eva")
    ada, ben, cem, dia, eva = together.people
    fill(together, "allofus", "secondcell", "thirdcell")
    index = ada.index_of("allofus")
    for person in together.people:
        person.types(index, f" {person.name}.")
    for person in together.people:
        person.adds_below(index, f"of {person.name}")
    cells = together.agree_on(*(f"of {person.name}" for person in together.people))
    assert all(f" {person.name}." in texts(cells)[index] for person in together.people)

    ben.moves(ben.index_of("secondcell"), "Up", times=2)
    # By their words: Ben's moves arrive meanwhile.
    cem.types("secondcell", " edited")
    dia.deletes("thirdcell")
    eva.makes("of Eva", "text")
    together.agree_on("secondcell edited")
    together.leaves(eva)
    ada.types(index, " Bye.")
    cells = together.agree_on("Bye.", "secondcell edited", "of Ada", "of Ben", "of Cem", "of Dia", "of Eva")
    assert not any("thirdcell" in text for text in texts(cells))
    assert ("Markdown", "of Eva") in cells
