"""Ids seen lately, and large envelopes kept for those who were told of them: both in bounded memory. Pure."""

from __future__ import annotations

from dataclasses import dataclass

GENERATION = 20_000
"""Ids in one generation: ten minutes of forty people typing, in about 3 MB."""
SHELF_BYTES = 16_777_216
"""Two of the largest changes a page takes from one session at a time, about."""


class Seen:
    """Two generations, of which the older is forgotten as a whole."""

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        self._young: set[bytes] = set()
        self._old: set[bytes] = set()

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def __contains__(self, id_: bytes) -> bool:
        return id_ in self._young or id_ in self._old

    def add(self, id_: bytes) -> bool:
        """Whether it is new; it no longer is."""
        if id_ in self:
            return False
        self._young.add(id_)
        if len(self._young) >= self._generation:
            self._old, self._young = self._young, set()
        return True

    def forget(self, id_: bytes) -> None:
        """It counts as new again."""
        self._young.discard(id_)
        self._old.discard(id_)


@dataclass(frozen=True, slots=True)
class Shelved:
    session: str
    data: bytes


class Shelf:
    """Large envelopes; the one asked for longest ago goes first."""

    def __init__(self, limit: int = SHELF_BYTES) -> None:
        self._limit = limit
        self._kept: dict[bytes, Shelved] = {}
        self._held = 0

    def get(self, id_: bytes) -> Shelved | None:
        kept = self._kept.pop(id_, None)
        if kept is not None:
            self._kept[id_] = kept
        return kept

    def put(self, id_: bytes, shelved: Shelved) -> None:
        if id_ in self._kept:
            return
        self._kept[id_] = shelved
        self._held += len(shelved.data)
        while self._held > self._limit:
            oldest = next(iter(self._kept))
            self._held -= len(self._kept.pop(oldest).data)
