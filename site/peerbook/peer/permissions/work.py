"""How much of the time each person's writing takes. Places that no editor gives make yrs look at each other struct for
each, and so do honest ones that many wrote apart from each other: nothing in the bytes tells them apart, so nothing is
refused for it. What takes more than its share waits, outside of the document, and comes bit by bit [PER8].
``core/permissions/work.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..clock import Cancel, Clock

COSTLY_MS = 500
"""Milliseconds somebody's writing may take beyond what so many structs take at all, before it waits. `costly_ms`."""
COSTLY_PERCENT = 10
"""Of the time after that, this part is theirs. `costly_percent`."""
_PLAIN_MS = 0.1
"""What yrs needs for one struct or deleted range where nothing is to be looked through: 0.01 ms, and slow computers."""
_PIECE = 16
"""Structs taken in at once, between two looks at the clock."""
_AGAIN_MS = 100
"""Waiting to go on."""
ALL = 2**62
"""As many as there are."""


class SessionsWork(Protocol):
    """The time of one document, by sessions."""

    def most(self, session: str) -> int:
        """How many structs of a session may be taken in now; 0: it waits."""

    def measure(self, session: str, count: int, run: Callable[[], None]) -> None:
        """Does something of a session that has so many structs and ranges."""


@dataclass(frozen=True, slots=True)
class WorkPorts:
    clock: Clock
    stopwatch: Callable[[], float]
    """Milliseconds, as fine as there are."""
    too_much: Callable[[str], None]
    """Somebody's writing waits as it takes too long: said once of each."""


class Work:
    """One for a participant: what somebody writes in one document counts for all."""

    def __init__(self, ports: WorkPorts) -> None:
        self._ports = ports
        self._spent: dict[str, tuple[float, float]] = {}
        """Milliseconds of each person, as they were at a time."""
        self._told: set[str] = set()

    def of(self, person_of: Callable[[str], str | None]) -> SessionsWork:
        """``person_of``: whose a session is; None for what never waits: one's own."""
        return _OfDocument(self, person_of)

    def later(self, run: Callable[[], None]) -> Cancel:
        """What waits may go on in a while."""
        return self._ports.clock.after(_AGAIN_MS, run)

    def most(self, person: str) -> int:
        spent = self._spent_by(person)
        if spent < COSTLY_MS / 2:
            return _PIECE
        if spent < COSTLY_MS:
            return 1
        if person not in self._told:
            self._told.add(person)
            self._ports.too_much(person)
        return 0

    def measure(self, person: str, count: int, run: Callable[[], None]) -> None:
        before = self._ports.stopwatch()
        run()
        beyond = self._ports.stopwatch() - before - count * _PLAIN_MS
        if beyond > 0:
            self._spent[person] = self._spent_by(person) + beyond, self._ports.clock.now()

    def _spent_by(self, person: str) -> float:
        now = self._ports.clock.now()
        spent, at = self._spent.get(person, (0.0, now))
        return max(0.0, spent - (now - at) * COSTLY_PERCENT / 100)


@dataclass(frozen=True, slots=True)
class _OfDocument:
    work: Work
    person_of: Callable[[str], str | None]

    def most(self, session: str) -> int:
        person = self.person_of(session)
        return ALL if person is None else self.work.most(person)

    def measure(self, session: str, count: int, run: Callable[[], None]) -> None:
        person = self.person_of(session)
        if person is None:
            run()
        else:
            self.work.measure(person, count, run)
