"""Finds a document that no neighbour has [SYN12]: `seek` goes out, `found` comes back, `take` picks the first way.
Pure.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from ..clock import Cancel, Clock, Random
from .messages import SEEK_BYTES, Found, Seek, Take
from .neighbours import Neighbours
from .seen import Seen

SEEK_MS = 1500
"""From opening a document to asking for it: neighbours who have it have said so by then."""
_AGAIN_MS = 10_000
"""Asked again after this, then twice as long each time, up to:"""
_MOST_AGAIN_MS = 300_000
_MOST_DOUBTS = 3
"""Questions asked though some neighbours have the document, and nothing more than is here."""
_TRAIL_MS = 30_000
"""How long the way back is remembered."""
_MOST_TRAILS = 256


class Holdings(Protocol):
    """What is known of where documents are."""

    def holds(self, document: str) -> bool:
        """Whether it is here, open or carried."""

    def holders(self, document: str) -> Collection[str]:
        """Neighbours who have it."""

    def was_enriched(self, document: str) -> bool:
        """Whether any of them ever had more of it than was here."""

    def offer(self, peer: str, document: str) -> None:
        """Tells a neighbour how far the document is here, and wants to know the same."""

    def carry_for_others(self, document: str) -> None:
        """Begins to carry the document."""


@dataclass(slots=True)
class _Trail:
    cancel: Cancel
    askers: set[str] = field(default_factory=set)
    via: str | None = None


class Search:
    def __init__(self, clock: Clock, random: Random, neighbours: Neighbours, holdings: Holdings) -> None:
        self._clock = clock
        self._random = random
        self._neighbours = neighbours
        self._holdings = holdings
        self._seen = Seen(1000)
        self._trails: dict[str, _Trail] = {}
        self._checks: dict[str, Cancel] = {}

    def begin(self, document: str) -> None:
        """The document was opened here."""
        self._check(document, SEEK_MS, 0)

    def end(self, document: str) -> None:
        """It was closed."""
        self._checks.pop(document, lambda: None)()

    def end_all(self) -> None:
        for document in list(self._checks):
            self.end(document)
        for trail in self._trails.values():
            trail.cancel()
        self._trails.clear()

    def hear_seek(self, peer: str, id_: bytes, document: str) -> None:
        if not self._seen.add(id_):
            return
        if self._holdings.holds(document):
            self._say(peer, Found(document))
            return
        self._trail(document).askers.add(peer)
        self._neighbours.say(Seek(id_, document), {peer})

    def hear_found(self, peer: str, document: str) -> None:
        trail = self._trails.get(document)
        if not trail or trail.via is not None:
            return
        trail.via = peer
        if self._holdings.holds(document):
            self._say(peer, Take(document))
        else:
            for asker in trail.askers:
                self._say(asker, Found(document))

    def hear_take(self, peer: str, document: str) -> None:
        trail = self._trails.get(document)
        if self._holdings.holds(document):
            self._holdings.offer(peer, document)
        elif trail and trail.via is not None:
            self._holdings.carry_for_others(document)
            self._say(trail.via, Take(document))

    def _say(self, peer: str, message: Found | Take) -> None:
        neighbour = self._neighbours.get(peer)
        if neighbour:
            neighbour.say(message)

    def _check(self, document: str, wait: float, turn: int) -> None:
        def look() -> None:
            holders = self._holdings.holders(document)
            if not holders or (turn < _MOST_DOUBTS and not self._holdings.was_enriched(document)):
                self._seek(document, holders)
            self._check(document, min(_AGAIN_MS * 2 ** min(turn, 10), _MOST_AGAIN_MS), turn + 1)

        self._checks[document] = self._clock.after(wait, look)

    def _seek(self, document: str, holders: Collection[str]) -> None:
        id_ = bytes(int(self._random() * 256) for _ in range(SEEK_BYTES))
        self._seen.add(id_)
        before = self._trails.pop(document, None)
        if before:
            before.cancel()
        self._trail(document)
        self._neighbours.say(Seek(id_, document), holders)

    def _trail(self, document: str) -> _Trail:
        known = self._trails.get(document)
        if known:
            return known

        def forget() -> None:
            self._trails.pop(document, None)

        trail = _Trail(self._clock.after(_TRAIL_MS, forget))
        self._trails[document] = trail
        if len(self._trails) > _MOST_TRAILS:
            self._trails.pop(next(iter(self._trails))).cancel()
        return trail
