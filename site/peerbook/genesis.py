"""Genesis: the Yjs state a notebook's documents start from, the same bytes on every machine.

The update is written struct by struct here and read back by pycrdt: an encoder's habits (the order of a hash map,
numbers as floats) would be in the bytes otherwise, and with them in the hash that every document of the notebook is
named by. The same is written by `site/extension/src/core/document/genesis.ts`; golden vectors in `tests/protocol` hold
both.
"""

from __future__ import annotations

import hashlib
import math
import re
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from pycrdt import Doc, Map

from .errors import PeerbookError

Json = None | bool | int | float | str | list[Any] | dict[str, Any]
"""What a JSON file holds."""

CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What nbformat 4.5 allows as a cell's id."""
LOCAL_CELL_METADATA = frozenset({"trusted", "execution"})
"""Cell metadata that is one browser's alone: who trusts what, and when it ran there."""
DROPPED_METADATA = frozenset({"trusted", "signature", "orig_nbformat", "widgets"})
"""Notebook metadata that is about outputs, about trust, or about an older file."""
POSITION_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SPACING = 64
"""Places between two cells: enough that a class's inserts stay short, few enough that a position has 2-3 digits."""
LARGEST_VARINT = 2**31 - 1
"""lib0 writes whole numbers up to here as integers and larger ones as floats."""


def genesis(notebook: Mapping[str, Any]) -> bytes:
    """The genesis of an nbformat 4 notebook: a Yjs update (version 1).

    Outputs, execution counts and trust are left out. Raises `PeerbookError` naming the cell when the notebook is not
    nbformat 4 or a cell has no id of its own.
    """
    cells = _cells(notebook)
    metadata = _normal_object(notebook.get("metadata") or {}, DROPPED_METADATA)
    digest = hashlib.sha256(_update(cells, metadata, 0)).digest()
    update = _update(cells, metadata, int.from_bytes(digest[:7], "big") % 2**53)
    _check(update, cells)
    return update


def genesis_hash(update: bytes) -> str:
    """What a genesis is called: the hex SHA-256 of its bytes."""
    return hashlib.sha256(update).hexdigest()


def read_genesis(update: bytes) -> dict[str, Any]:
    """A genesis read by pycrdt, as a notebook: cells in order of (`pos`, id)."""
    doc = Doc[Any]()
    cells, meta = doc.get("cells", type=Map), doc.get("meta", type=Map)
    doc.apply_update(update)
    rows = [({"id": key, **(value or {})}) for key, value in (cells.to_py() or {}).items()]
    rows.sort(key=lambda row: (row["pos"], row["id"]))
    return {**(meta.to_py() or {}), "cells": rows}


def even_positions(count: int) -> list[str]:
    """Fractional indexes for `count` cells, evenly spaced, in base 62 without trailing zeros."""
    width = 1
    while 62**width < SPACING * (count + 1):
        width += 1
    step = 62**width // (count + 1)
    return [_base62((index + 1) * step, width) for index in range(count)]


def _base62(value: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        value, digit = divmod(value, 62)
        digits = POSITION_DIGITS[digit] + digits
    return digits.rstrip("0")


# What of a notebook enters a document.


def _cells(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    if notebook.get("nbformat") != 4 or not isinstance(notebook.get("cells"), list):
        raise PeerbookError(
            "this is not a notebook of format 4",
            where=f"field 'nbformat' ({notebook.get('nbformat')!r})",
            remedy="Open it in Jupyter and save it again, or run: jupyter nbconvert --to notebook --nbformat 4",
        )
    taken: set[str] = set()
    return [_cell(cell, number, taken) for number, cell in enumerate(notebook["cells"], start=1)]


def _cell(cell: Any, number: int, taken: set[str]) -> dict[str, Any]:
    where = f"cell {number}"
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        raise PeerbookError("the cell has no known 'cell_type'", where=where, remedy="Use code, markdown or raw.")
    cell_id = cell.get("id")
    if not isinstance(cell_id, str) or not CELL_ID.fullmatch(cell_id):
        raise PeerbookError(
            f"the cell's id is {cell_id!r}",
            where=f"{where}, field 'id'",
            remedy="Every cell needs an id of letters, digits, - and _. Saving the notebook in Jupyter makes them.",
        )
    if cell_id in taken:
        raise PeerbookError(f"another cell has the id {cell_id!r}", where=where, remedy="Give each cell its own id.")
    taken.add(cell_id)
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(part, str) for part in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise PeerbookError("the source is no text", where=f"{where}, field 'source'", remedy="Use a string.")
    normal: dict[str, Any] = {
        "id": cell_id,
        "cell_type": cell["cell_type"],
        "source": _well_formed(source).replace("\r\n", "\n").replace("\r", "\n"),
        "metadata": _normal_object(cell.get("metadata") or {}, LOCAL_CELL_METADATA),
    }
    attachments = cell.get("attachments")
    if cell["cell_type"] != "code" and isinstance(attachments, dict) and attachments:
        normal["attachments"] = _normal_object(attachments)
    return normal


def _well_formed(text: str) -> str:
    """Lone surrogates become U+FFFD: they cannot be written as UTF-8."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def _normal_object(value: Mapping[str, Any], without: frozenset[str] = frozenset()) -> dict[str, Any]:
    keys = [key for key in sorted(value, key=_utf16) if key != "__proto__" and key not in without]
    return {_well_formed(key): _normal(value[key]) for key in keys}


def _normal(value: Json) -> Json:
    if isinstance(value, str):
        return _well_formed(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        number = float(value)
        if not math.isfinite(number):
            raise PeerbookError(f"{value} is not JSON", where="metadata", remedy="Take it out of the metadata.")
        return int(number) if number.is_integer() and abs(number) <= LARGEST_VARINT else number
    if isinstance(value, Mapping):
        return _normal_object(value)
    return [_normal(item) for item in value]


# The update, written.


def _update(cells: Sequence[Mapping[str, Any]], metadata: Mapping[str, Any], client: int) -> bytes:
    structs = _Structs(client)
    for cell, position in zip(cells, even_positions(len(cells)), strict=True):
        place = structs.map_in("cells", cell["id"])
        if "attachments" in cell:
            structs.value(place, "attachments", cell["attachments"])
        structs.value(place, "cell_type", cell["cell_type"])
        structs.values(structs.map_in(place, "metadata"), cell["metadata"])
        structs.value(place, "pos", position)
        structs.text_in(place, "source", cell["source"])
    structs.values(structs.map_in("meta", "metadata"), metadata)
    structs.value("meta", "nbformat", 4)
    structs.value("meta", "nbformat_minor", 5)
    return structs.update()


Parent = str | int
"""A root type's name, or the clock of the struct that holds a type."""

_STRING, _TYPE, _ANY = 4, 7, 8
_HAS_KEY = 0x20
_Y_MAP, _Y_TEXT = 1, 2


class _Structs:
    """The structs of one client from clock 0, each the first and only one at its place."""

    def __init__(self, client: int) -> None:
        self._client = client
        self._clock = 0
        self._count = 0
        self._bytes = bytearray()

    def values(self, parent: Parent, values: Mapping[str, Any]) -> None:
        for key in sorted(values, key=_utf16):
            self.value(parent, key, values[key])

    def value(self, parent: Parent, key: str, value: Json) -> None:
        self._item(_ANY, parent, key, _varuint(1) + _any(value), 1)

    def map_in(self, parent: Parent, key: str) -> int:
        return self._item(_TYPE, parent, key, _varuint(_Y_MAP), 1)

    def text_in(self, parent: Parent, key: str, text: str) -> None:
        place = self._item(_TYPE, parent, key, _varuint(_Y_TEXT), 1)
        if text:
            self._item(_STRING, place, None, _string(text), len(text.encode("utf-16-le")) // 2)

    def _item(self, kind: int, parent: Parent, key: str | None, content: bytes, length: int) -> int:
        clock = self._clock
        self._bytes.append(kind | (0 if key is None else _HAS_KEY))
        if isinstance(parent, str):
            self._bytes += _varuint(1) + _string(parent)
        else:
            self._bytes += _varuint(0) + _varuint(self._client) + _varuint(parent)
        if key is not None:
            self._bytes += _string(key)
        self._bytes += content
        self._clock += length
        self._count += 1
        return clock

    def update(self) -> bytes:
        """One client's structs and no deletions."""
        head = _varuint(1) + _varuint(self._count) + _varuint(self._client) + _varuint(0)
        return head + bytes(self._bytes) + _varuint(0)


def _varuint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(0x80 | (number & 0x7F))
        number >>= 7
    out.append(number)
    return bytes(out)


def _varint(number: int) -> bytes:
    sign = 0x40 if number < 0 else 0
    number = abs(number)
    first, number = number & 0x3F, number >> 6
    return bytes([(0x80 if number else 0) | sign | first]) + (_varuint(number) if number else b"")


def _string(text: str) -> bytes:
    data = text.encode("utf-8")
    return _varuint(len(data)) + data


def _any(value: Json) -> bytes:
    """A JSON value as lib0 writes it."""
    if value is None:
        return b"\x7e"
    if isinstance(value, bool):
        return b"\x78" if value else b"\x79"
    if isinstance(value, int):
        return b"\x7d" + _varint(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        return b"\x77" + _string(value)
    if isinstance(value, Mapping):
        keys = sorted(value, key=_object_key)
        return b"\x76" + _varuint(len(keys)) + b"".join(_string(key) + _any(value[key]) for key in keys)
    return b"\x75" + _varuint(len(value)) + b"".join(_any(item) for item in value)


def _float(value: float) -> bytes:
    try:
        short = struct.pack(">f", value)
    except OverflowError:
        return b"\x7b" + struct.pack(">d", value)
    return b"\x7c" + short if struct.unpack(">f", short)[0] == value else b"\x7b" + struct.pack(">d", value)


def _object_key(key: str) -> tuple[int, int, bytes]:
    """JavaScript lists keys that are array indexes first, in number order, whatever order they were set in."""
    if key.isascii() and key.isdigit() and (key == "0" or not key.startswith("0")) and int(key) < 2**32 - 1:
        return 0, int(key), b""
    return 1, 0, _utf16(key)


def _check(update: bytes, cells: Sequence[Mapping[str, Any]]) -> None:
    """pycrdt, which did not write the bytes, must read the same cells out of them."""
    read = read_genesis(update)["cells"]
    if [(row["id"], row["cell_type"], row["source"]) for row in read] != [
        (cell["id"], cell["cell_type"], cell["source"]) for cell in cells
    ]:
        raise PeerbookError("the notebook's genesis does not read back as the notebook", where="genesis")
