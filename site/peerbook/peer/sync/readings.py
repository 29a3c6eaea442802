"""The document that is open, as it is read out of its log, and the next one while it is being built beside it.
``core/sync/readings.ts`` in Python. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc

from ..clock import Cancel
from ..log.log import Log
from ..log.piece import Piece
from ..permissions.change import CheckedChange
from .ports import ReplicaPorts
from .reading import Opened, Reading, ReadingPorts

LOST_MS = 30_000
"""What was here and is not in the log any more comes back within this, if anybody has it. `lost_after_ms`."""


@dataclass(frozen=True, slots=True)
class ReadingsPorts:
    log: Log
    stopped: Callable[[str, int, Piece, bool], None]
    """What a session says from a place on may not be said; as in `ReadingPorts`."""
    own_ended: Callable[[int], None]
    """What one's own session says from a place on is in nobody's document; as `end` of `Own`."""
    flush: Callable[[], None]
    """The next document is read out of the log alone: what one wrote and waits for its turn is to be there."""
    is_saying: Callable[[], bool]
    """Whether some of what one wrote is being put into the log, and the rest is not there yet."""
    is_same: Callable[[Doc[Any], Doc[Any]], bool]
    """Whether two documents say the same."""
    exchanged: Callable[[Doc[Any], Doc[Any]], None]
    """The second is open now, in the place of the first."""


class Readings:
    def __init__(self, page: ReplicaPorts, ports: ReadingsPorts) -> None:
        self._page = page
        self._ports = ports
        self._genesis: bytes | None = None
        self._is_check = False
        """The next document takes the place of this one only if it says something else."""
        self._is_due = False
        """The document is to be built anew, when whoever is writing or bringing something has finished."""
        self._next: Reading | None = None
        self._lost: Cancel | None = None
        """Something that one's own leans on is not here any more."""
        self.is_applying = False
        """Whether what changes in the document is not one's own."""
        self._reading = self._make(None)

    @property
    def doc(self) -> Doc[Any] | None:
        return self._reading.doc

    @property
    def is_waiting(self) -> bool:
        """Whether something waits outside of the document."""
        return self._reading.is_waiting

    @property
    def is_unread(self) -> bool:
        """Whether something of the log is not looked at yet."""
        return self._reading.is_unread

    @property
    def is_building(self) -> bool:
        """Whether the next document is being built, or about to be."""
        return self._is_due or self._next is not None

    def has_read(self, piece: Piece) -> bool:
        """Whether something of a piece's range is in the document, or was looked at."""
        return self._reading.has_read(piece.session, piece.first)

    @contextmanager
    def applying(self) -> Iterator[None]:
        """While it lasts, what changes in the document is not one's own."""
        before, self.is_applying = self.is_applying, True
        try:
            yield
        finally:
            self.is_applying = before

    def open(self, doc: Doc[Any], genesis: bytes | None) -> None:
        """Reads the log into ``doc``. ``genesis``: what the document starts from, if anything."""
        self._reading.end()
        self._genesis = genesis
        self._reading = self._make(doc)
        with self.applying(), doc.transaction():
            self._reading.read_all()

    def close(self) -> None:
        """The log is checked, and nothing is built of it."""
        self._leave_next()
        self._read_closed()

    def read(self, session: str, known: tuple[Piece, Opened] | None = None) -> None:
        """Reads on in a session; ``known`` is what was opened already of one of its pieces."""
        for reading in self._both:
            with self.applying():
                reading.read(session, known)
        self._progressed()

    def take_own(self, change: CheckedChange) -> bool:
        """One's own change, which is in the document that is open. Whether it may be."""
        with self.applying():
            return self._reading.take_own(change)

    def unlock(self) -> None:
        """There may be other keys."""
        for reading in self._both:
            with self.applying():
                reading.unlock()
        self._progressed()

    def replay(self, *, is_check: bool = False) -> None:
        """Builds the document out of the log, beside the one that is open, and puts it in its place; ``is_check``: only
        if it says something else.
        """
        self._is_due = False
        self._leave_next()
        if self.doc is None:
            self._read_closed()
            return
        self._ports.flush()
        page = self._page
        self._next = self._built_anew(Doc(client_id=page.client_of(page.session, page.participant)))
        self._is_check = is_check
        self._progressed()

    def replay_soon(self) -> None:
        """Not in the middle of reading, or of writing."""
        if not self._is_due:
            self._is_due = True
            self._page.clock.after(0, self._replay_if_due)

    def end(self) -> None:
        self._is_due = False
        self._leave_next()
        self._reading.end()
        self._wait_no_more()

    @property
    def _both(self) -> list[Reading]:
        """The one that is open, and the next."""
        return [self._reading, *([self._next] if self._next else [])]

    def _make(self, doc: Doc[Any] | None) -> Reading:
        page, log = self._page, self._ports.log

        def frontier(session: str) -> int | None:
            author = log.author_of(session)
            cut = page.cut_of(session, author) if author is not None else None
            return cut.count if cut else None

        made: Reading = Reading(
            ReadingPorts(
                log,
                page.session,
                page.limits,
                page.client_of,
                frontier,
                page.open,
                self._ports.stopped,
                page.locked,
                lambda: made is not self._reading or not self.is_building,
                page.work,
                page.participant,
                self.applying,
                self._progressed,
                self.replay_soon,
            ),
            doc,
            self._genesis if doc is not None else None,
            log.count(page.session),
        )
        return made

    def _built_anew(self, doc: Doc[Any]) -> Reading:
        """A reading of all that counts into ``doc``: also of what is written while it is being built."""
        reading = self._make(doc)
        reading.own_from = math.inf
        with self.applying(), doc.transaction():
            reading.read_anew()
        return reading

    def _read_closed(self) -> None:
        self._reading.end()
        self._reading = self._make(None)
        self._reading.read_all()

    def _leave_next(self) -> None:
        if self._next:
            self._next.end()
        self._next = None

    def _replay_if_due(self) -> None:
        if self._is_due:
            self.replay()

    def _progressed(self) -> None:
        """What one wrote oneself may lean on what is not here, or be sealed with a key that is not: one would write in
        its place. The document before stays open as long.
        """
        reading = self._next
        if reading is None or reading.doc is None or self._ports.is_saying():
            return
        if reading.has_own:
            self._ports.flush()
        if reading is not self._next:
            return
        if reading.has_own:
            self._exchange(reading, reading.doc)
            return
        end = reading.own.end
        if end is not None:
            self._ports.own_ended(end)
        elif reading.own.lost is not None and self._lost is None:
            self._lost = self._page.clock.after(LOST_MS, self._despair)

    def _despair(self) -> None:
        """What one's own leans on did not come back: it is in nobody's document."""
        self._lost = None
        place = self._next.own.lost if self._next else None
        if place is not None:
            self._ports.own_ended(place)

    def _wait_no_more(self) -> None:
        """What is lost another time is waited for as long."""
        if self._lost:
            self._lost()
        self._lost = None

    def _exchange(self, reading: Reading, doc: Doc[Any]) -> None:
        before = self.doc
        assert before is not None
        is_left = self._reading.has_left
        if self._is_check and (self._is_due or (not is_left and self._ports.is_same(before, doc))):
            self._leave_next()
            return
        self._next = None
        self._wait_no_more()
        reading.own_from = self._ports.log.count(self._page.session)
        self._reading.end()
        self._reading = reading
        self._ports.exchanged(before, doc)
