"""A document out of its genesis and the changes that count, in whatever order they come [PER5].

Of a client that was cut off the changes before the cut count. What others lean on after it is filled with GC structs of
the same length; what leans on those becomes GC structs, as Yjs has it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from pycrdt import Doc

from ..encoding import Reader, number_bytes
from .change import CheckedChange, Struct, check_change
from .limits import NOTEBOOK_LIMITS, WAITING_BYTES, WAITING_CHANGES, Limits
from .pieces import deletions_of, part_of
from .places import Misplaced, Places
from .waiting import Taken, Waiting
from .work import ALL, SessionsWork

_UNBOUNDED = 2**62


def check_genesis(genesis: bytes) -> CheckedChange:
    """The changes that a genesis is, by the one client it has; :class:`Refused` for what is none."""
    reader = Reader(genesis)
    _, _, client = reader.number(), reader.number(), reader.number()
    limits = Limits(NOTEBOOK_LIMITS.roots, bytes_=_UNBOUNDED, structs=_UNBOUNDED, ranges=_UNBOUNDED)
    return check_change(genesis, client, limits)


class Admission:
    """In which order changes are taken, and which are refused for their places: all but the document."""

    def __init__(self, genesis: bytes | None, cuts: Mapping[int, int], *, is_bounded: bool = True) -> None:
        """``genesis``: None for a document of outputs, which begins with nothing."""
        self._cuts = cuts
        self._places = Places()
        most_bytes, most_changes = (WAITING_BYTES, WAITING_CHANGES) if is_bounded else (math.inf, math.inf)
        self.waiting = Waiting(self._admit, cuts, most_bytes, most_changes, self._run)
        self.refused: dict[CheckedChange, Misplaced] = {}
        """Changes that say what they may not: nothing of their session counts from there on."""
        self.is_torn = False
        """A piece of a segment was taken before another one was refused: build anew without it."""
        self._nowhere: dict[CheckedChange, list[Struct]] = {}
        """Of what was admitted and is not in the document yet."""
        self._genesis = check_genesis(genesis) if genesis is not None else None
        if self._genesis:
            self.waiting.take("", self._genesis)

    def take(self, author: str, change: CheckedChange) -> Taken:
        return self.waiting.take(author, change)

    def _admit(self, change: CheckedChange) -> bool:
        try:
            nowhere = self._places.admit(change)
        except Misplaced as misplaced:
            whole = change.whole or change
            self.refused[whole] = misplaced
            self.is_torn |= change.start > whole.start
            return False
        if nowhere:
            self._nowhere[change] = nowhere
        return True

    def _run(self, author: str, change: CheckedChange, done: int) -> int:
        """Takes in what is admitted."""
        return ALL


class Intake(Admission):
    """What a document takes in, and the document. ``work``: whose changes may take how long; None: as long as it
    takes.
    """

    def __init__(
        self,
        doc: Doc[Any],
        genesis: bytes | None,
        cuts: Mapping[int, int],
        *,
        is_bounded: bool = True,
        work: SessionsWork | None = None,
    ) -> None:
        self.doc = doc
        self._work = work
        self._filled: dict[int, int] = {}
        super().__init__(genesis, cuts, is_bounded=is_bounded)

    def _run(self, author: str, change: CheckedChange, done: int) -> int:
        for client, clock in change.needs:
            self._fill(client, clock)
        structs, nowhere = change.structs, self._nowhere.get(change, [])
        at = done
        while at < len(structs):
            most = self._work.most(author) if self._work else ALL
            if most == 0:
                return at
            if at == 0 and not nowhere and len(structs) <= most:
                self._apply(author, change.data, len(structs) + len(change.deletes))
                return ALL
            end = min(len(structs), at + most)
            self._apply(author, part_of(change, at, end, nowhere), end - at)
            at = end
        if change.deletes:
            if self._work and self._work.most(author) == 0:
                return at
            self._apply(author, deletions_of(change), len(change.deletes))
        self._nowhere.pop(change, None)
        return ALL

    def _apply(self, author: str, data: bytes, count: int) -> None:
        if self._work:
            self._work.measure(author, count, lambda: self.doc.apply_update(data))
        else:
            self.doc.apply_update(data)

    def _fill(self, client: int, clock: int) -> None:
        """Puts GC structs in the place of what was cut off and somebody leans on."""
        start = self._filled.get(client, self._cuts.get(client, math.inf))
        if start <= clock:
            numbers = (1, 1, client, int(start), 0, clock + 1 - int(start), 0)
            self.doc.apply_update(b"".join(map(number_bytes, numbers)))
            self._filled[client] = clock + 1


def replay(doc: Doc[Any], genesis: bytes | None, changes: Iterable[CheckedChange], cuts: Mapping[int, int]) -> Intake:
    """Builds a document anew from changes that count, in any order; in one go, as what yrs joins on the way may stand
    elsewhere when places were crafted.
    """
    ordered = sorted(changes, key=lambda change: (not change.structs, change.client, change.start))
    refused = admit(genesis, ordered, cuts)
    with doc.transaction():
        intake = Intake(doc, genesis, cuts, is_bounded=False)
        for change in ordered:
            if change not in refused:
                intake.take("", change)
    intake.refused.update(refused)
    return intake


def admit(
    genesis: bytes | None, changes: Iterable[CheckedChange], cuts: Mapping[int, int]
) -> dict[CheckedChange, Misplaced]:
    """Which changes are refused for their places, before anything of them is taken: the same in whatever order they
    are.
    """
    refused: dict[CheckedChange, Misplaced] = {}
    while True:
        admission = Admission(genesis, cuts, is_bounded=False)
        for change in changes:
            if change not in refused:
                admission.take("", change)
        refused |= admission.refused
        if not admission.is_torn:
            return refused
