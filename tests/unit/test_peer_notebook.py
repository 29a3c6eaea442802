"""A notebook's document in Python, by the DOC rules: what several do at once leaves one notebook with all the words."""

from __future__ import annotations

from random import Random
from typing import Any

import nbformat
import pytest
from pycrdt import Doc, Map, Text

from peerbook.genesis import genesis
from peerbook.peer.document.notebook import Notebook
from peerbook.peer.document.position import position_of, positions_between

GENESIS = genesis(
    {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"title": "t"},
        "cells": [
            {"id": "a", "cell_type": "code", "source": "a ä😀z", "metadata": {}},
            {"id": "b", "cell_type": "markdown", "source": "b", "metadata": {"k": 1}, "attachments": {"x": {"y": "z"}}},
            {"id": "c", "cell_type": "code", "source": "", "metadata": {}},
        ],
    }
)


class Desk:
    """Somebody with the notebook."""

    def __init__(self, client: int) -> None:
        self.doc: Doc[Any] = Doc(client_id=client)
        self.doc.apply_update(GENESIS)
        chance = Random(client)
        self.notebook = Notebook(self.doc, chance.randrange, lambda: f"n{client}-{chance.randrange(10**9)}")

    @property
    def ids(self) -> list[str]:
        return [cell.id for cell in self.notebook.cells]

    def source(self, id_: str) -> str:
        return self.notebook.cell(id_).source


def exchange(*desks: Desk) -> None:
    for one in desks:
        for other in desks:
            other.doc.apply_update(one.doc.get_update())
    assert len({str([(cell.id, cell.source, cell.cell_type) for cell in desk.notebook.cells]) for desk in desks}) == 1


def test_doc2_characters_are_counted_as_people_do() -> None:
    desk = Desk(1)
    desk.notebook.insert("a", 4, "!")
    assert desk.source("a") == "a ä😀!z"
    desk.notebook.append("c", "ö")
    desk.notebook.append("c", "x")
    assert desk.source("c") == "öx"
    for index in (-1, 7):
        with pytest.raises(IndexError, match="characters"):
            desk.notebook.insert("a", index, "?")
    with pytest.raises(KeyError, match="no cell 'x'"):
        desk.notebook.insert("x", 0, "")


def test_doc10_moving_a_cell_while_another_writes_in_it_keeps_both() -> None:
    one, other = Desk(1), Desk(2)
    one.notebook.move("a", 2)
    other.notebook.insert("a", 0, "new ")
    exchange(one, other)
    assert one.ids == ["b", "c", "a"]
    assert one.source("a") == "new a ä😀z"


def test_doc10_two_who_move_one_cell_leave_one() -> None:
    one, other = Desk(1), Desk(2)
    one.notebook.move("a", 2)
    other.notebook.move("a", 1)
    exchange(one, other)
    assert sorted(one.ids) == ["a", "b", "c"]


def test_doc7_deleting_a_cell_another_writes_in_brings_it_back() -> None:
    one, other = Desk(1), Desk(2)
    one.notebook.delete("b")
    assert one.ids == ["a", "c"]
    other.notebook.append("b", " more")
    exchange(one, other)
    assert one.ids == ["a", "b", "c"]
    assert one.source("b") == "b more"
    with pytest.raises(KeyError):
        Desk(3).notebook.delete("gone")


def test_doc8_turning_back_to_the_deleted_text_does_not_delete_it_again() -> None:
    one, other = Desk(1), Desk(2)
    one.notebook.delete("b")
    other.notebook.append("b", "!")
    exchange(one, other)
    other.notebook.append("b", "?")
    source = other.doc.get("cells", type=Map)["b"]["source"]
    del source[1:3]
    exchange(one, other)
    assert one.source("b") == "b"
    assert one.ids == ["a", "b", "c"]


def test_doc8_what_is_put_back_is_there_for_all() -> None:
    one, other = Desk(1), Desk(2)
    one.notebook.delete("b")
    exchange(one, other)
    assert other.ids == ["a", "c"]
    other.notebook.restore("b")
    exchange(one, other)
    assert one.ids == ["a", "b", "c"]


def test_doc10_two_inserting_at_one_place_keep_both() -> None:
    one, other = Desk(1), Desk(2)
    mine, yours = one.notebook.add(1, "mine"), other.notebook.add(1, "yours", "markdown")
    exchange(one, other)
    assert one.ids[0] == "a"
    assert set(one.ids[1:3]) == {mine, yours}
    assert other.notebook.cell(yours).cell_type == "markdown"


def test_doc4_between_two_cells_on_one_position_there_is_room_after_all() -> None:
    desk = Desk(1)
    cells = desk.doc.get("cells", type=Map)
    cells["b"]["pos"] = cells["a"]["pos"]
    assert desk.ids == ["a", "b", "c"]
    new = desk.notebook.add(1, "between")
    assert desk.ids == ["a", new, "b", "c"]
    assert len({cell.position for cell in desk.notebook.cells}) == 4


def test_doc4_positions_are_between_and_short() -> None:
    chance = Random(4)
    order = ["V"]
    for _ in range(500):
        at = chance.randrange(len(order) + 1)
        high = order[at] if at < len(order) else None
        places = positions_between(order[at - 1] if at else "", high, 2, chance.randrange)
        assert places
        order[at:at] = places
    assert order == sorted(set(order))
    assert all(position_of(position) == position for position in order)
    assert max(map(len, order)) < 16
    assert positions_between("V", "V", 1, chance.randrange) is None
    assert positions_between("W", "V", 1, chance.randrange) is None


def test_doc2_what_is_no_cell_is_not_shown_and_what_is_odd_in_one_does_no_harm() -> None:
    desk = Desk(1)
    cells: Map[Any] = desk.doc.get("cells", type=Map)
    cells["no map"] = 1
    cells["x"] = Map({"source": "no text", "metadata": Map()})
    cells["y"] = Map({"source": Text("no metadata")})
    cells["bad id!"] = Map({"source": Text(""), "metadata": Map()})
    cells["z"] = Map({"source": Text("z"), "metadata": Map(), "pos": 5, "cell_type": "sketch"})
    assert desk.ids == ["z", "a", "b", "c"]
    assert desk.notebook.cell("z").cell_type == "raw"


def test_doc11_a_new_cell_never_takes_a_taken_id() -> None:
    desk = Desk(1)
    notebook = Notebook(desk.doc, Random(1).randrange, lambda: "a")
    with pytest.raises(ValueError, match="not a new cell's id"):
        notebook.add(0, "")


def test_the_notebook_as_a_file_is_valid() -> None:
    desk = Desk(1)
    desk.notebook.add(0, "first")
    desk.doc.get("cells", type=Map)["c"]["cell_type"] = "raw"
    file = desk.notebook.to_file()
    nbformat.validate(nbformat.from_dict(file))  # type: ignore[no-untyped-call]
    assert [cell["source"] for cell in file["cells"]] == ["first", "a ä😀z", "b", ""]
    assert file["metadata"] == {"title": "t"}
    assert file["cells"][2]["attachments"] == {"x": {"y": "z"}}


@pytest.mark.parametrize("seed", range(20))
def test_doc10_random_mixtures_leave_one_notebook_with_all_words(seed: int) -> None:
    chance = Random(seed)
    desks = [Desk(client) for client in (1, 2, 3)]
    words: set[str] = set()
    for turn in range(60):
        desk, word = chance.choice(desks), f"<{turn}>"
        if act(desk.notebook, chance, word):
            words.add(word)
        if chance.random() < 0.2:
            exchange(*chance.sample(desks, 2))
    exchange(*desks)
    exchange(*desks)
    everything = str(desks[0].doc.get("cells", type=Map).to_py())
    assert all(word in everything for word in words)


def act(notebook: Notebook, chance: Random, word: str) -> bool:
    """Does something a user does; whether the word was written."""
    cells = notebook.cells
    deed = chance.choice(["add", "insert", "insert", "insert", "move", "delete"]) if cells else "add"
    if deed == "add":
        notebook.add(chance.randrange(4), word)
    elif deed == "insert":
        notebook.insert(chance.choice(cells).id, 0, word)
    elif deed == "move":
        notebook.move(chance.choice(cells).id, chance.randrange(4))
    else:
        notebook.delete(chance.choice(cells).id)
    return deed in ("add", "insert")
