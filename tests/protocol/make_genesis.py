"""Writes `genesis.json`, the golden vectors of genesis: run only when a rule of SPEC.md's DOC section changes.

A changed hash is a new edition of every notebook ever published: a failing vector is wrong code until proven otherwise.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from peerbook.genesis import genesis, genesis_hash, read_genesis

KERNEL = {"kernelspec": {"name": "python", "display_name": "Python (Pyodide)"}, "language_info": {"name": "python"}}


def cell(cell_id: str, source: Any, cell_type: str = "code", **more: Any) -> dict[str, Any]:
    return {"id": cell_id, "cell_type": cell_type, "source": source, "metadata": {}, **more}


def notebook(cells: list[dict[str, Any]], metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": KERNEL if metadata is None else metadata, "cells": cells}


STREAM = {"output_type": "stream", "name": "stdout", "text": "1\n"}
PICTURE = {"dot.png": {"image/png": "iVBORw0KGgo="}}
ODD_METADATA = {
    "10": "ten",
    "9": "nine",
    "z": 1,
    "a": -0.0,
    "big": 2**40,
    "huge": 1e300,
    "half": 0.5,
    "third": 1 / 3,
    "most": 2**31 - 1,
    "over": 2**31,
    "less": -70,
    "deep": {"b": [1, [True, None], {"10": 1, "9": 2, "x": "y"}], "a": ""},
    "\U00010000": "astral sorts before",
    "\uffee": "this in UTF-16",
    "__proto__": {"dropped": 1},
}

NOTEBOOKS: dict[str, dict[str, Any]] = {
    "blank": notebook([cell("a", "")]),
    "no cells, no metadata": notebook([], {}),
    "text, code and raw": notebook(
        [
            cell("title", "# First steps", "markdown"),
            cell("hello", ["print('hello')\n", "1 + 1"], outputs=[], execution_count=None),
            cell("raw-1", "as it is", "raw", metadata={"format": "text/html"}),
        ]
    ),
    "outputs, counts and trust are dropped": notebook(
        [
            cell("x", "print(1)", outputs=[STREAM], execution_count=7, metadata={"trusted": True, "tags": ["a", "b"]}),
            cell("y", "t", "markdown", metadata={"trusted": True, "execution": {"a": 1}}, attachments=PICTURE),
            cell("z", "t", "markdown", attachments={}),
        ],
        {**KERNEL, "trusted": True, "signature": "abc", "orig_nbformat": 3, "widgets": {"state": {}}},
    ),
    "numbers, key order and nesting": notebook([cell("n", "", metadata=dict(ODD_METADATA))], dict(ODD_METADATA)),
    "line ends and characters": notebook(
        [
            cell("l", "a\r\nb\rc\n"),
            cell("u", "naïve 日本 \U0001f9ee end"),
            cell("s", "lone \ud800 and \udc00\ud800 end"),
        ]
    ),
    "seventy cells": notebook([cell(f"c-{number}", f"x = {number}") for number in range(70)]),
}


def main() -> None:
    vectors = []
    for title, content in NOTEBOOKS.items():
        update = genesis(content)
        entry = {"title": title, "notebook": content, "bytes": update.hex(), "hash": genesis_hash(update)}
        vectors.append({**entry, "reads": read_genesis(update)})
    text = json.dumps(vectors, indent=1)
    Path(__file__).with_name("genesis.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
