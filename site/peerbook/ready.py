"""The class that `serve` has ready: the same one after a restart, so that a lesson goes on."""

from __future__ import annotations

import contextlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from peerbook.peer.invitation import Invitation, make_invitation, read_code


@dataclass(frozen=True)
class ReadyClass:
    """A class in one workshop of a built site."""

    workshop: str
    """The workshop's title."""
    students: str
    """Addresses, relative to the site's root: where one joins,"""
    teacher: str
    """and where the teacher sees who did."""


def ready_class(site: Path, cache: Path) -> ReadyClass | None:
    """The class for the first workshop of the built ``site``, kept in ``cache``; None where there is no workshop."""
    workshop = first_workshop(site)
    if workshop is None:
        return None
    slug = str(workshop["slug"])
    fragment = kept_invitation(cache / "class").fragment
    return ReadyClass(
        workshop=str(workshop["title"]),
        students=f"workshops/{quote(slug)}/index.html{fragment}",
        teacher=f"class.html?workshop={quote(slug)}{fragment}",
    )


def first_workshop(site: Path) -> dict[str, Any] | None:
    """What `workshops.json` says of the workshop that comes first on the site's first page."""
    try:
        workshops = json.loads((site / "workshops.json").read_text(encoding="utf-8"))["workshops"]
        return {**workshops[0]} if workshops else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # a site without its catalogue: `check` says so, and no class is made ready


def kept_invitation(path: Path) -> Invitation:
    """The invitation in the file ``path``; a new one, written there, when there is none that can be read."""
    try:
        kept = read_code(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = None
    if kept is not None:
        return kept
    made = make_invitation(secrets.token_bytes)
    # A folder that cannot be written to: the class is ready all the same, and another one next time.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # who reads it may come in: for this user only
        path.write_text(f"{made.code}\n", encoding="utf-8")
    return made
