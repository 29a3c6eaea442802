"""The notebook in a document: its cells in their order, and every change a participant can make to them [DOC2 to
DOC11].

Each change is one transaction, an ordinary own edit. Text is counted in Python's characters, not in bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pycrdt import Doc, Map, Text

from ...genesis import CELL_ID
from .position import Below, position_of, positions_between

CellType = Literal["code", "markdown", "raw"]
_TYPES: tuple[CellType, ...] = ("code", "markdown", "raw")
_TOMBSTONE = "deleted:"
_BORN = "born"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is now."""

    id: str
    cell_type: CellType
    source: str
    position: str


class Notebook:
    """A view of a document that can also write it."""

    def __init__(self, doc: Doc[Any], below: Below, new_id: Callable[[], str]) -> None:
        """``new_id`` gives ids for new cells, unlike any other."""
        self._doc = doc
        self._below = below
        self._new_id = new_id
        self._cells: Map[Any] = doc.get("cells", type=Map)
        self._meta: Map[Any] = doc.get("meta", type=Map)

    @property
    def cells(self) -> list[Cell]:
        """The cells that are in the notebook, in their order."""
        with self._doc.transaction():
            placed = [
                cell for id_ in list(self._cells.keys()) if (cell := self._read(id_)) and not self._is_deleted(cell)
            ]
        return sorted(placed, key=lambda cell: (cell.position, cell.id))

    @property
    def metadata(self) -> dict[str, Any]:
        """The notebook's own metadata, as JSON."""
        metadata = self._meta.get("metadata")
        return (metadata.to_py() or {}) if isinstance(metadata, Map) else {}

    def cell(self, id_: str) -> Cell:
        """One cell that is in the notebook; KeyError when it is not."""
        cell = self._read(id_)
        if cell is None or self._is_deleted(cell):
            raise KeyError(f"no cell {id_!r} in this notebook")
        return cell

    def insert(self, id_: str, index: int, text: str) -> None:
        """Puts ``text`` into a cell, before its character ``index``."""
        source = self.cell(id_).source
        if not 0 <= index <= len(source):
            raise IndexError(f"cell {id_!r} has {len(source)} characters: {index} is not in it")
        shared: Text = self._cells[id_]["source"]
        # pycrdt counts a text in bytes of UTF-8.
        shared.insert(len(source[:index].encode()), text)
        # Turning back to a text that somebody once deleted does not delete it again [DOC8].
        self.restore(id_)

    def append(self, id_: str, text: str) -> None:
        """Puts ``text`` at the end of a cell."""
        self.insert(id_, len(self.cell(id_).source), text)

    def add(self, index: int, source: str, cell_type: CellType = "code") -> str:
        """Puts a new cell before the one at ``index``; its id."""
        id_ = self._new_id()
        if not CELL_ID.fullmatch(id_) or id_ in self._cells:
            raise ValueError(f"not a new cell's id: {id_!r}")
        with self._doc.transaction():
            position = self._make_room(index)
            self._cells[id_] = Map()
            cell = self._cells[id_]
            cell["cell_type"] = cell_type
            cell["metadata"] = Map()
            cell["pos"] = position
            cell["source"] = Text(source)
            cell[_BORN] = True
        return id_

    def move(self, id_: str, to: int) -> None:
        """Moves a cell to stand at ``to`` of the notebook without it; writes its place and nothing else."""
        self.cell(id_)
        with self._doc.transaction():
            self._cells[id_]["pos"] = self._make_room(to, leaving=id_)

    def delete(self, id_: str) -> None:
        """Takes a cell out of the notebook: its text stays, and an edit made without knowing brings it back."""
        self._cells[id_][_tombstone(self.cell(id_).source)] = True

    def restore(self, id_: str) -> None:
        """Puts a deleted cell back."""
        map_ = self._cells.get(id_)
        if not isinstance(map_, Map):
            raise KeyError(f"no cell {id_!r} in this document")
        with self._doc.transaction():
            for key in [key for key in map_.keys() if key.startswith(_TOMBSTONE)]:  # noqa: SIM118 (a Map is no dict)
                del map_[key]

    def to_file(self) -> dict[str, Any]:
        """The notebook as an nbformat 4.5 file, without outputs."""
        rows = []
        for cell in self.cells:
            fields = self._cells[cell.id].to_py() or {}
            row = {"id": cell.id, "cell_type": cell.cell_type, "metadata": fields.get("metadata") or {}}
            row["source"] = cell.source
            if cell.cell_type == "code":
                row |= {"outputs": [], "execution_count": None}
            elif isinstance(fields.get("attachments"), dict):
                row["attachments"] = fields["attachments"]
            rows.append(row)
        return {"nbformat": 4, "nbformat_minor": 5, "metadata": self.metadata, "cells": rows}

    def _read(self, id_: str) -> Cell | None:
        """An entry of `cells`, or None when it has not what a cell needs."""
        map_ = self._cells.get(id_)
        if not CELL_ID.fullmatch(id_) or not isinstance(map_, Map):
            return None
        source, metadata, cell_type = map_.get("source"), map_.get("metadata"), map_.get("cell_type")
        if not isinstance(source, Text) or not isinstance(metadata, Map):
            return None
        return Cell(id_, cell_type if cell_type in _TYPES else "raw", str(source), position_of(map_.get("pos")))

    def _is_deleted(self, cell: Cell) -> bool:
        return _tombstone(cell.source) in self._cells[cell.id]

    def _make_room(self, index: int, leaving: str = "") -> str:
        """A position before the cell at ``index``; where there is none, who stands in the way is moved first."""
        order = [cell for cell in self.cells if cell.id != leaving]
        at = max(0, min(index, len(order)))
        low = order[at - 1].position if at else ""
        end = at
        while end < len(order) and order[end].position <= low:
            end += 1
        high = order[end].position if end < len(order) else None
        places = positions_between(low, high, 1 + end - at, self._below)
        if places is None:
            raise ValueError("the cells of this notebook are out of order")
        for cell, position in zip(order[at:end], places[1:], strict=True):
            self._cells[cell.id]["pos"] = position
        return places[0]


def _tombstone(source: str) -> str:
    return _TOMBSTONE + hashlib.sha256(source.encode()).hexdigest()[:16]
