"""The class that `serve` has ready: the same one after a restart, so that a lesson goes on."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from peerbook.peer.founding import JOIN_SECRET_BYTES, ClassLink, link_of, read_link
from peerbook.peer.owner import Owner, make_owner, read_owner


@dataclass(frozen=True)
class ReadyClass:
    """A class in one workshop of a built site."""

    workshop: str
    """The workshop's title."""
    students: str
    """Addresses, relative to the site's root: where one joins,"""
    teacher: str
    """and where the teacher sees who did. Whoever opens this one owns the class."""
    is_instead: bool
    """Whether it takes the place of one that was kept and cannot be gone on with."""


@dataclass(frozen=True)
class KeptClass:
    link: ClassLink
    owner: Owner
    is_instead: bool


def ready_class(site: Path, cache: Path) -> ReadyClass | None:
    """The class for the first workshop of the built ``site``, kept in ``cache``; None where there is no workshop."""
    workshop = first_workshop(site)
    if workshop is None:
        return None
    slug = str(workshop["slug"])
    kept = kept_class(cache / "class")
    fragment = kept.link.fragment
    return ReadyClass(
        workshop=str(workshop["title"]),
        students=f"workshops/{quote(slug)}/index.html{fragment}",
        teacher=f"class.html?workshop={quote(slug)}{fragment}&owner={kept.owner.payload.reveal().decode()}",
        is_instead=kept.is_instead,
    )


def first_workshop(site: Path) -> dict[str, Any] | None:
    """What `workshops.json` says of the workshop that comes first on the site's first page."""
    try:
        workshops = json.loads((site / "workshops.json").read_text(encoding="utf-8"))["workshops"]
        return {**workshops[0]} if workshops else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # a site without its catalogue: `check` says so, and no class is made ready


def kept_class(path: Path) -> KeptClass:
    """The class in the file ``path``; a new one, written there, when there is none that can be read."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    kept = _read(text)
    if kept is not None:
        return kept
    owner = make_owner(secrets.token_bytes)
    link = link_of(owner.founding.class_id, secrets.token_bytes(JOIN_SECRET_BYTES))
    # A folder that cannot be written to: the class is ready all the same, and another one next time.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, f"{link.code}\n{owner.payload.reveal().decode()}\n")
    return KeptClass(link, owner, is_instead=bool(text.strip()))


def _read(text: str) -> KeptClass | None:
    code, _, payload = text.partition("\n")
    link, owner = read_link(code), read_owner(payload.strip())
    if link is None or owner is None or owner.founding.class_id != link.id:
        return None
    return KeptClass(link, owner, is_instead=False)


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and never to be read by another user: whoever has it owns the class."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
