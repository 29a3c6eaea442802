"""A workshop: a folder with a `workshop.toml`, notebooks and data. Read and checked here, used everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Notebook:
    """One notebook of a workshop, in the order in which they are worked through."""

    path: str
    """Relative to the workshop's folder, with forward slashes."""
    title: str
    """The first heading in it, else its file name without number and ending."""
    content: dict[str, Any]
    """The parsed file, valid nbformat 4, every cell with an id."""


@dataclass(frozen=True)
class Workshop:
    """What `workshop.toml` says, with the notebooks read."""

    slug: str
    """The folder's name; lower-case letters, digits and hyphens."""
    folder: Path
    title: str
    summary: str
    language: str
    """BCP 47: `en`, `es`, `pt-BR`."""
    level: str
    """`beginner`, `intermediate` or `advanced`."""
    minutes: int
    authors: tuple[str, ...]
    licence: str
    learn: tuple[str, ...]
    """What somebody will be able to do, one sentence each."""
    notebooks: tuple[Notebook, ...]
    data: tuple[str, ...]
    """Data files relative to the folder."""
    packages: tuple[str, ...]
    """PEP 508 requirements of `[environment] packages`."""
    optional: bool
    """True: what cannot be had leaves this workshop out, in words, instead of failing the build."""
    picture: str | None
    """An SVG or PNG relative to the folder, made by the workshop's own notebooks."""
    picture_alt: str
