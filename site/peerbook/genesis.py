"""The CRDT state that a notebook's documents start from: the same structs on every machine, made here by pycrdt.

Keys are set one at a time, sorted, on types that are already part of the document: handed over as one dict they would
come out in an order that changes from run to run, and equal client ids with different structs corrupt documents.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pycrdt import Doc, Map, Text

NOT_SHARED = {"trusted", "execution"}
"""Metadata that is about one device and never enters a document."""


def genesis(notebook: dict[str, Any]) -> bytes:
    """The Yjs update (format 1) of a normalized nbformat-4 ``notebook``; every cell needs an id."""
    text = json.dumps(notebook, sort_keys=True, ensure_ascii=False)
    # 53 bits: what JavaScript's numbers hold. Derived from the content, so two genesis states never share structs.
    client = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 11
    document = Doc[Any](client_id=client)
    with document.transaction():
        meta = document.get("meta", type=Map[Any])
        meta["nbformat"] = 4
        meta["nbformat_minor"] = 5
        meta["metadata"] = Map[Any]()
        _fill(meta["metadata"], notebook["metadata"])
        cells = document.get("cells", type=Map[Any])
        for cell, position in zip(notebook["cells"], positions(len(notebook["cells"])), strict=True):
            cells[cell["id"]] = Map[Any]()
            entry = cells[cell["id"]]
            entry["id"] = cell["id"]
            entry["cell_type"] = cell["cell_type"]
            entry["pos"] = position
            entry["source"] = Text()
            if cell["source"]:
                entry["source"].insert(0, cell["source"])
            entry["metadata"] = Map[Any]()
            _fill(entry["metadata"], cell["metadata"])
            if cell.get("attachments"):
                entry["attachments"] = cell["attachments"]
    return document.get_update()


def genesis_hash(update: bytes) -> str:
    """Hex SHA-256 of a genesis: part of the name of every document that starts from it."""
    return hashlib.sha256(update).hexdigest()


def _fill(target: Map[Any], values: dict[str, Any]) -> None:
    for key in sorted(values):
        if key not in NOT_SHARED:
            target[key] = values[key]


DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def positions(count: int) -> list[str]:
    """``count`` keys in rising order, evenly apart, none ending in the lowest digit, so that there is room before each."""
    width = 1
    while len(DIGITS) ** width < 2 * (count + 1):
        width += 1
    step = len(DIGITS) ** width // (count + 1)
    return [_key(step * (index + 1), width) + "V" for index in range(count)]


def _key(value: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        value, digit = divmod(value, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits
