"""A document out of its genesis and the changes that count, in whatever order they come [PER5]: the live one and the
one built anew after somebody was cut off are made alike. As `core/permissions/replay.ts`. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pycrdt import Doc

from ..encoding import Reader, number_bytes
from .change import CheckedChange, check_change
from .limits import NOTEBOOK_LIMITS
from .places import PlaceFault, Places
from .waiting import Taken, Waiting

_MOST = 2**53
_GENESIS_LIMITS = replace(NOTEBOOK_LIMITS, bytes_=_MOST, structs=_MOST, ranges=_MOST)
"""A genesis is checked by its hash, not for its size."""


def check_genesis(genesis: bytes) -> CheckedChange:
    """The changes that a genesis is, by the one client it has. Raises ``Refused`` for what is none."""
    reader = Reader(genesis)
    reader.number()
    reader.number()
    return check_change(genesis, reader.number(), _GENESIS_LIMITS)


class Intake:
    """What a document takes in, and the document. Whoever watches the document is told once for each taking in."""

    def __init__(self, doc: Doc[Any], genesis: bytes | None, *, is_bounded: bool = True) -> None:
        """``genesis`` None: begins with nothing. ValueError for what is no genesis."""
        self.doc = doc
        self.refused: dict[CheckedChange, PlaceFault] = {}
        """Changes that say what they may not: nothing of their session counts from there on."""
        self._cuts: dict[int, int] = {}
        self._places = Places(self._cuts)
        limits = () if is_bounded else (math.inf, math.inf)
        self.waiting = Waiting(self._admit, self._cuts, *limits)
        self._ends: dict[int, int] = {}
        """The clock after the last that is in the document, gaps included, by client."""
        if genesis is not None:
            self.take("", check_genesis(genesis))

    def take(self, author: str, change: CheckedChange, *, is_in: bool = False) -> Taken:
        """Takes a change in. ``is_in``: one's own, which is in the document already."""
        taken = self.waiting.take(author, change)
        self._apply(each for each in taken.changes if not (is_in and each is change))
        if is_in and change in taken.changes:
            self._ends[change.client] = max(change.end, self._ends.get(change.client, 0))
        return taken

    def cut(self, client: int, clock: int) -> None:
        """Nothing of a client counts from ``clock`` on. Only for a document that has nothing from there on."""
        self._apply(self.waiting.cut(client, clock))

    def _admit(self, change: CheckedChange) -> bool:
        fault = self._places.admit(change)
        if fault:
            self.refused[change] = fault
        return fault is None

    def _apply(self, changes: Iterable[CheckedChange]) -> None:
        ready = list(changes)
        if not ready:
            return
        with self.doc.transaction():
            for change in ready:
                self._fill(change)
                self.doc.apply_update(change.data)
                self._ends[change.client] = max(change.end, self._ends.get(change.client, 0))

    def _fill(self, change: CheckedChange) -> None:
        """Puts GC structs in the place of what was cut off and this leans on."""
        for client, clock in change.needs:
            start = self._ends.get(client, 0)
            if clock >= self._cuts.get(client, clock + 1) and start <= clock:
                self.doc.apply_update(_gap(client, start, clock + 1))
                self._ends[client] = clock + 1


def _gap(client: int, start: int, end: int) -> bytes:
    """An update with one GC struct, and no deletions."""
    return b"".join(map(number_bytes, (1, 1, client, start, 0, end - start, 0)))
