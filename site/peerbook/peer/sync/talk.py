"""What is said between neighbours about one document, while it is being brought together: ``core/sync/talk.ts``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..clock import Cancel
from ..overlay.messages import Reach
from .claims import Claims

ASK_MS = 8000
"""Silence after which another neighbour is asked."""


@dataclass(slots=True, eq=False)
class Asking:
    peer: str
    claims: Sequence[Reach]
    cancel: Cancel
    judging: int = 0
    """Pieces that came and are being judged."""
    is_last: bool = False


@dataclass(slots=True)
class Due:
    """A look that is due, with the latest that is known."""

    cancel: Cancel
    digest: bytes | None
    reaches: Sequence[Reach]


@dataclass(slots=True)
class News:
    cancel: Cancel
    knows: set[str]
    sessions: dict[str, None]


@dataclass(slots=True)
class Talk:
    """What is said about one document."""

    claims: Claims
    """What neighbours have, as far as they said."""
    asking: Asking | None = None
    due: dict[str, Due] = field(default_factory=dict)
    news: News | None = None
    holders: set[str] = field(default_factory=set)
    """Neighbours who have the document."""
    said: dict[str, bytes] = field(default_factory=dict)
    """The digest of the log each neighbour said last."""
    enriched: bool = False
    """Whether a neighbour ever had more of it than was here."""

    def stop(self) -> None:
        if self.asking:
            self.asking.cancel()
        if self.news:
            self.news.cancel()
        for due in self.due.values():
            due.cancel()
