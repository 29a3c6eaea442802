"""What one's own session wrote, as it is read out of the log into a document: where it is in nobody's document any more
[LOG7]. What one writes leans on what stands beside it, and that may go. ``core/sync/own.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..log.log import Log
from ..permissions.waiting import Waiting
from .reads import Strand


@dataclass(frozen=True, slots=True)
class _Leaning:
    start: int
    """From this clock on what a session wrote waits."""
    clock: int
    """For what another's client wrote at that clock: ``on``, where that is known."""
    on: Strand | None


class Own:
    def __init__(
        self,
        log: Log,
        session: str,
        frontier: Callable[[str], int | None],
        strands: Mapping[str, Strand],
        waiting: Waiting | None,
    ) -> None:
        """``waiting`` None: nothing is built."""
        self._log, self._session, self._frontier = log, session, frontier
        self._strands, self._waiting = strands, waiting
        self._places: list[tuple[int, int]] = []
        """Where each change begins, and its clock after it."""

    def add(self, place: int, end: int) -> None:
        """A change was read."""
        self._places.append((place, end))

    @property
    def end(self) -> int | None:
        """From which place on what one's own session says is in nobody's document: it leans on a part of what may not
        be, seen while the rest was waited for; or its key was undone. None when it is, as far as was read.
        """
        log, own = self._log, self._strands.get(self._session)
        if own and own.state == "locked":
            piece = next(iter(log.pieces(own.session, own.next)), None)
            if piece and piece.form == "envelope":
                # Whoever stated its key was none to state it: nobody else is given it. A segment others have in pieces.
                return own.parts.place if own.parts else own.next
        leaning = self._leaning(own) if own else None
        if leaning is None or leaning.on is None:
            return None
        on, stop = leaning.on, log.stop_at(leaning.on.session)
        if stop is None or leaning.clock < on.clock:
            return None
        # Beyond a frontier nobody waits: there it is filled.
        limit = self._frontier(on.session)
        return self._place_of(leaning) if on.next >= stop and (limit is None or stop < limit) else None

    @property
    def lost(self) -> int | None:
        """From which place on what one's own session says leans on what was here and is in the log no more, as another
        side of what its author said counts; or is in a segment whose key was undone. It may come back, as long as
        others have it, or have it in envelopes. None when there is no such place.
        """
        log, own = self._log, self._strands.get(self._session)
        if own and own.state == "locked":
            return own.next
        first = self._leaning(own) if own else None
        leaning, passed = first, [own]
        while leaning and leaning.on and leaning.clock < leaning.on.clock:
            # That is here, and waits itself.
            passed.append(leaning.on)
            leaning = self._leaning(leaning.on)
            if leaning and leaning.on in passed:
                return None
        if first is None or leaning is None:
            return None
        on = leaning.on
        if on is None:
            return self._place_of(first)
        # A frontier fills what is beyond it, and a fork waits for one.
        may_come = self._frontier(on.session) is not None or log.is_doubted(on.session)
        return self._place_of(first) if not may_come and on.next >= log.count(on.session) else None

    def _place_of(self, leaning: _Leaning) -> int | None:
        return next((place for place, end in self._places if end > leaning.start), None)

    def _leaning(self, strand: Strand) -> _Leaning | None:
        awaited = self._waiting.awaited_by(strand.client) if self._waiting else None
        if awaited is None:
            return None
        start, (client, clock) = awaited
        return _Leaning(start, clock, next((each for each in self._strands.values() if each.client == client), None))
