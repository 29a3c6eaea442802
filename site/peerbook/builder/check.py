"""Is a built site whole? Looked at before it takes the old one's place, and by `check` at any time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from peerbook.errors import PeerbookError

NEEDED = (
    *("index.html", "404.html", "unsupported.html", "workshops.json", "peerbook.json", "headers.json"),
    *("class.html", "static/peerbook/class.js", "static/peerbook/workshop.js"),
    "static/peerbook/founding.js",
    *("service-worker.js", "manifest.webmanifest", "notebooks/index.html", "lab/index.html", "tree/index.html"),
)
LARGEST_SITE = 45_000_000
"""Bytes, without workshops' compiled packages: more is no fair download for a school's line."""


def check_site(site: Path) -> None:
    """Raise :class:`PeerbookError` naming the first file that is missing or is not what the catalogue says of it."""
    for name in NEEDED:
        if not (site / name).is_file():
            raise _broken(site / name, "is missing")
    try:
        catalogue = json.loads((site / "workshops.json").read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise _broken(site / "workshops.json", f"is not JSON: {error}") from None
    for archive in _archives(catalogue):
        path = site / archive["url"]
        if not path.is_file():
            raise _broken(path, "is missing")
        if path.stat().st_size != archive["bytes"] or _sha256(path) != archive["sha256"]:
            raise _broken(path, "is not the file that was locked")
    for workshop in catalogue["workshops"]:
        for notebook in workshop["notebooks"]:
            genesis = site / notebook["genesis"]["url"]
            if not genesis.is_file() or _sha256(genesis) != notebook["genesis"]["hash"]:
                raise _broken(genesis, "is missing or not what its hash says")
            served = site / "files" / workshop["slug"] / notebook["path"]
            if not served.is_file():
                raise _broken(served, "is missing")
        for name in workshop["data"]:
            if not (site / "files" / workshop["slug"] / name).is_file():
                raise _broken(site / "files" / workshop["slug"] / name, "is missing")


def _archives(catalogue: dict[str, Any]) -> Iterator[dict[str, Any]]:
    environments = [catalogue["environment"], *(workshop["environment"] for workshop in catalogue["workshops"])]
    for environment in environments:
        yield from environment["core"]
        yield environment["standardLibrary"]
        yield from environment["archives"]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _broken(path: Path, what: str) -> PeerbookError:
    return PeerbookError(what, where=str(path), remedy="Build again: python3 build.py build")
