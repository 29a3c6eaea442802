"""`new`: a first `workshop.toml` for a folder of notebooks, for its teacher to fill in."""

from __future__ import annotations

import json
from pathlib import Path

from peerbook.errors import PeerbookError
from peerbook.notebook import read_notebook
from peerbook.progress import Progress
from peerbook.workshop import FILE_NAME, PICTURE_SUFFIXES

MINUTES_A_NOTEBOOK = 20
"""A guess to be corrected: what the sample workshops take."""


def new(folder: Path, progress: Progress) -> None:
    """Write ``folder/workshop.toml`` for the notebooks and data files in it.

    Raises :class:`PeerbookError` when there is one already, or no notebook.
    """
    path = folder / FILE_NAME
    if path.exists():
        raise PeerbookError("is there already", where=str(path), remedy="Change it in a text editor.")
    names = sorted(file.name for file in folder.glob("*.ipynb"))
    if not names:
        raise PeerbookError("no notebooks (*.ipynb) in it", where=str(folder), remedy="Put your notebooks there first.")
    title = read_notebook(folder / names[0], names[0]).title
    others = sorted(file.name for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    data = [name for name in others if name not in names and not name.endswith((*PICTURE_SUFFIXES, ".lock", ".toml"))]
    path.write_text(skeleton(title, names, data), encoding="utf-8")
    progress.say(f"Wrote {path}. Change its texts, then: python3 build.py serve {folder}")


def skeleton(title: str, notebooks: list[str], data: list[str]) -> str:
    """The text of a `workshop.toml` that is valid as it stands."""
    quoted = json.dumps  # TOML's basic strings and arrays of them are written as JSON writes them
    return f"""\
title = {quoted(title, ensure_ascii=False)}
summary = "One sentence that makes somebody want to begin."
language = "en"
level = "beginner"            # beginner, intermediate or advanced
minutes = {MINUTES_A_NOTEBOOK * len(notebooks)}
authors = ["Your name"]
licence = "CC-BY-4.0"
learn = ["What you will be able to do, one sentence each."]
notebooks = {quoted(notebooks, ensure_ascii=False)}
data = {quoted(data, ensure_ascii=False)}
# picture = "picture.svg"     # an SVG or PNG made by your notebooks, for the catalogue
# picture_alt = "What is to be seen in it."

[environment]
packages = []                 # for example ["leather>=0.4"]
"""
