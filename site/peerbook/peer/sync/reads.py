"""How far each session is read into a document. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..log.piece import Piece
from ..permissions.change import CheckedChange


@dataclass(slots=True)
class Parts:
    place: int
    of: int
    list: list[bytes] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Strand:
    session: str
    client: int
    next: int = 0
    """Up to where the log was read."""
    clock: int = 0
    """The client's clock there."""
    parts: Parts | None = None
    """A change in parts of which not all were read."""
    state: Literal["idle", "reading", "locked", "full", "left"] = "idle"
    """`left`: something in it may not be where it stands in this document; the next one says whether that counts."""
    rest: list[CheckedChange] = field(default_factory=list)
    """What found no room to wait, in order."""
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Gathered:
    strand: Strand
    place: int
    piece: Piece
