"""Reading workshops: what is right is read whole, what is wrong is said with file, line, field and remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from peerbook.errors import PeerbookError
from peerbook.workshop import find_workshops, read_workshop
from tests.conftest import MakeWorkshop, cell, notebook


def refusal(folder: Path) -> str:
    with pytest.raises(PeerbookError) as caught:
        read_workshop(folder)
    assert caught.value.remedy, "every error says what to do"
    return str(caught.value)


def test_a_workshop_is_read_whole(a_workshop: MakeWorkshop) -> None:
    workshop = read_workshop(a_workshop())
    assert (workshop.slug, workshop.title, workshop.minutes, workshop.data) == ("loops", "Loops", 20, ("names.csv",))
    assert [(one.path, one.title) for one in workshop.notebooks] == [("1-loops.ipynb", "Loops, again")]
    assert workshop.optional is False


@pytest.mark.parametrize(
    ("replace", "words"),
    [
        (("minutes = 20", 'minutes = "20"'), ["workshop.toml, line 5, field 'minutes'", "whole number"]),
        (("minutes = 20\n", ""), ["field 'minutes'", "whole number"]),
        (('title = "Loops"\n', ""), ["field 'title'", "is missing"]),
        (('level = "beginner"', 'level = "easy"'), ["line 4, field 'level'", "'easy' is not a level", "beginner"]),
        (('language = "en"', 'language = "english please"'), ["field 'language'", "language code"]),
        (('"names.csv"', '"nombres.csv"'), ["line 10, field 'data'", "there is no file 'nombres.csv'"]),
        (('"names.csv"', '"../secret.csv"'), ["field 'data'", "'../secret.csv' leads out of the workshop's folder"]),
        (('"names.csv"', '"/etc/passwd"'), ["field 'data'", "leads out of the workshop's folder"]),
        (('"1-loops.ipynb"', '"names.csv"'), ["field 'notebooks'", "'names.csv' is not a notebook"]),
        (('"1-loops.ipynb"', '"1-loops.ipynb", "1-loops.ipynb"'), ["field 'notebooks'", "twice"]),
        (("packages = []", 'packages = "leather"'), ["field 'packages'", "must be a list"]),
        (('summary = "', 'sumary = "x"\nsummary = "'), ["line 2, field 'sumary'", "is not a field of a workshop"]),
        (('title = "Loops"', 'title = "Loops'), ["workshop.toml", "is not valid TOML", "line 1"]),
    ],
)
def test_a_wrong_field_is_named_with_its_line_and_remedy(
    a_workshop: MakeWorkshop, replace: tuple[str, str], words: list[str]
) -> None:
    said = refusal(a_workshop(replace=replace))
    assert [word for word in words if word not in said] == [], said


def test_a_link_out_of_the_folder_is_refused(a_workshop: MakeWorkshop, tmp_path: Path) -> None:
    folder = a_workshop()
    (tmp_path / "secret.csv").write_text("secret")
    (folder / "names.csv").unlink()
    (folder / "names.csv").symlink_to(tmp_path / "secret.csv")
    assert "is a link to a file outside" in refusal(folder)


def test_a_folder_name_that_is_no_address_is_refused(a_workshop: MakeWorkshop) -> None:
    assert "Rename it" in refusal(a_workshop("My Workshop"))


def test_a_notebook_that_is_not_json_is_named_with_line_and_column(a_workshop: MakeWorkshop) -> None:
    folder = a_workshop()
    (folder / "1-loops.ipynb").write_text('{\n "cells": [,]\n}')
    assert "1-loops.ipynb, line 2, column" in refusal(folder)


def test_a_notebook_of_format_3_is_told_how_to_become_4(a_workshop: MakeWorkshop) -> None:
    folder = a_workshop()
    (folder / "1-loops.ipynb").write_text('{"nbformat": 3, "worksheets": []}')
    said = refusal(folder)
    assert "format 4 (it says: 3)" in said
    assert "nbconvert" in said


def test_two_cells_of_one_id_are_named(a_workshop: MakeWorkshop) -> None:
    said = refusal(a_workshop(cells=[cell("one", "1"), cell("two", "2"), cell("one", "3")]))
    assert "cells 1 and 3 have the same id 'one'" in said


def test_outputs_trust_and_counts_do_not_enter_and_missing_ids_are_always_the_same(a_workshop: MakeWorkshop) -> None:
    folder = a_workshop()
    old = {"cell_type": "code", "metadata": {"trusted": True, "tags": ["x"]}, "source": ["a\n", "b"]}
    old |= {"execution_count": 7, "outputs": [{"output_type": "stream", "name": "stdout", "text": "hi"}]}
    content = {**notebook(), "nbformat_minor": 4, "cells": [old, old]}
    (folder / "1-loops.ipynb").write_text(json.dumps(content))
    first, second = (read_workshop(folder).notebooks[0].content for _ in range(2))
    assert first == second
    one, two = first["cells"]
    assert one["id"] != two["id"]
    assert one == {
        "id": one["id"],
        "cell_type": "code",
        "metadata": {"tags": ["x"]},
        "source": "a\nb",
        "outputs": [],
        "execution_count": None,
    }


def test_a_folder_may_be_one_workshop_or_hold_several(a_workshop: MakeWorkshop) -> None:
    one, two = a_workshop("one"), a_workshop("two")
    assert find_workshops(one.parent) == [one, two]
    assert find_workshops(one) == [one]


def test_a_folder_of_bare_notebooks_is_told_of_new(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("{}")
    with pytest.raises(PeerbookError) as caught:
        find_workshops(tmp_path)
    assert "build.py new" in caught.value.remedy
