"""A notebook file: read, checked, and brought into the one form that everything after relies on."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat

from peerbook.errors import PeerbookError

HEADING = re.compile(r"^\s{0,3}#\s+(.+?)\s*#*\s*$", re.MULTILINE)
NUMBER = re.compile(r"^\d+[-_.: ]+")


@dataclass(frozen=True)
class Notebook:
    """One notebook of a workshop, in the order in which they are worked through."""

    path: str
    """Relative to the workshop's folder, with forward slashes."""
    title: str
    """The first heading in it, else its file name without number and ending."""
    content: dict[str, Any]
    """Valid nbformat 4.5: every cell with an id, sources as one string, no outputs, no trust."""


def read_notebook(path: Path, name: str) -> Notebook:
    """Read ``path`` and normalize it; ``name`` is its path within the workshop.

    Raises :class:`PeerbookError` naming the file and the line or the cell.
    """
    where = str(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise PeerbookError(f"is not UTF-8 text (byte {error.start})", where=where, remedy="Save it again.") from None
    except json.JSONDecodeError as error:
        raise PeerbookError(
            f"is not JSON: {error.msg}",
            where=f"{where}, line {error.lineno}, column {error.colno}",
            remedy="Open it in Jupyter and save it again, or take it out of 'notebooks' in workshop.toml.",
        ) from None
    if not isinstance(content, dict) or content.get("nbformat") != 4:
        version = content.get("nbformat", "none") if isinstance(content, dict) else "none"
        raise PeerbookError(
            f"is not a notebook of format 4 (it says: {version})",
            where=where,
            remedy="Convert it: jupyter nbconvert --to notebook --nbformat 4, or save it from a current Jupyter.",
        )
    normalized = normalize(content)
    _refuse_doubled_ids(normalized, where)
    try:
        nbformat.validate(nbformat.from_dict(normalized))  # type: ignore[no-untyped-call]
    except nbformat.ValidationError as error:
        place = "/".join(str(part) for part in error.absolute_path)
        raise PeerbookError(
            f"is not a valid notebook: {error.message.splitlines()[0][:200]}",
            where=f"{where}, at {place or 'the top'}",
            remedy="Open it in Jupyter and save it again.",
        ) from None
    return Notebook(path=name, title=title_of(normalized, name), content=normalized)


def normalize(content: dict[str, Any]) -> dict[str, Any]:
    """The notebook as format 4.5 without outputs, execution counts or `trusted`; cells without an id get one.

    A made-up id depends on the cell's place and text alone, so every build gives the same.
    """
    cells = []
    for index, cell in enumerate(content.get("cells", [])):
        source = cell.get("source", "")
        source = source if isinstance(source, str) else "".join(source)
        kind = cell.get("cell_type", "raw")
        metadata = {
            key: value for key, value in cell.get("metadata", {}).items() if key not in ("trusted", "execution")
        }
        made_up = hashlib.sha256(f"{index}\0{kind}\0{source}".encode()).hexdigest()[:8]
        neat = {"id": cell.get("id") or made_up, "cell_type": kind, "metadata": metadata, "source": source}
        if kind == "code":
            neat |= {"outputs": [], "execution_count": None}
        elif cell.get("attachments"):
            neat["attachments"] = cell["attachments"]
        cells.append(neat)
    metadata = {
        "kernelspec": {"name": "python", "display_name": "Python", "language": "python"},
        "language_info": {"name": "python"},
    }
    kept = {key: value for key, value in content.get("metadata", {}).items() if key not in (*metadata, "trusted")}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {**kept, **metadata}, "cells": cells}


def title_of(content: dict[str, Any], name: str) -> str:
    """The first top heading of the notebook's texts without its number, else a readable form of its file name."""
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown" and (match := HEADING.search(cell["source"])):
            return NUMBER.sub("", re.sub(r"[*_`]", "", match[1])) or match[1]
    stem = NUMBER.sub("", PurePosixPath(name).stem) or PurePosixPath(name).stem
    return stem.replace("-", " ").replace("_", " ").strip().capitalize()


def _refuse_doubled_ids(content: dict[str, Any], where: str) -> None:
    seen: dict[str, int] = {}
    for number, cell in enumerate(content["cells"], 1):
        first = seen.setdefault(cell["id"], number)
        if first != number:
            raise PeerbookError(
                f"cells {first} and {number} have the same id '{cell['id']}'",
                where=where,
                remedy='Give one of them another id (in a text editor: the cell\'s "id" field), or copy its text '
                "into a new cell and delete it.",
            )
