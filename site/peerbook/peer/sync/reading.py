"""Reads what a document's log holds into the document, session by session in the order of its sequences: opens, checks,
lets wait outside of the document what leans on what is not here, and applies. The document is nothing but this, so a
document built anew from the same log is the same. ``core/sync/reading.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal

from pycrdt import Doc

from ..clock import Cancel, nothing
from ..log.log import Log
from ..log.piece import Piece
from ..permissions.change import CheckedChange, Refused, check_change
from ..permissions.limits import Limits, for_segments
from ..permissions.merged import merged
from ..permissions.replay import admit
from ..permissions.work import Work
from .digest import vector_of
from .live import LiveIntake
from .own import Own
from .reads import Gathered, Parts, Strand


@dataclass(frozen=True, slots=True)
class Opened:
    """What a piece turns out to hold. `locked`: there is no key here, yet. `wrong`: sealed with another key, or for
    another place.
    """

    kind: Literal["open", "locked", "wrong"]
    plain: bytes = b""
    part: int = 0
    parts: int = 1


@dataclass(frozen=True, slots=True)
class ReadingPorts:
    log: Log
    session: str
    """One's own: what it writes is in the document before it is in the log."""
    limits: Limits
    client_of: Callable[[str, str], int]
    frontier: Callable[[str], int | None]
    """How far a session counts that was cut off; None for all others."""
    open: Callable[[Piece], Opened]
    stopped: Callable[[str, int, Piece, bool], None]
    """What a session says from a place on may not be said: the piece is where that shows. Last: whether nothing of what
    comes after is in the document.
    """
    locked: Callable[[Piece], None]
    decides: Callable[[], bool]
    """Whether this document says what may be: not while the next is being built, as what it leans on may be gone."""
    work: Work | None = None
    """How long each person's writing may take."""
    participant: str = ""
    """Oneself, whose time is not counted."""
    applying: Callable[[], AbstractContextManager[None]] = nullcontext
    """While it lasts, what changes in the document is not one's own."""
    progressed: Callable[[], None] = nothing
    """What takes long went on."""
    torn: Callable[[], None] = nothing
    """Something that had waited may not be: built anew, it shows where."""


def limits_of(piece: Piece, limits: Limits) -> Limits:
    """What a piece may hold, where a change may be ``limits``."""
    return for_segments(limits) if piece.form == "segment" else limits


class Reading:
    def __init__(self, ports: ReadingPorts, doc: Doc[Any] | None, genesis: bytes | None, own_from: float) -> None:
        """``doc`` None: what is carried for others is checked, and nothing is built. From the sequence ``own_from`` on
        what one's own session writes is in the document already.
        """
        self._ports = ports
        self.doc = doc
        self.own_from = own_from
        work = ports.work.of(self._person_of) if ports.work else None
        self._intake = LiveIntake(doc, genesis, work) if doc is not None else None
        self._strands: dict[str, Strand] = {}
        waiting = self._intake.waiting if self._intake else None
        self.own = Own(ports.log, ports.session, ports.frontier, self._strands, waiting)
        self._places: dict[CheckedChange, tuple[str, int, Piece]] = {}
        """Where each change that was taken began, for what turns out later."""
        self._merged: set[CheckedChange] = set()
        """What clients wrote that is taken as one, and some of it waits."""
        self._full: set[str] = set()
        self._ended = False
        self._slow: Cancel | None = None
        """Something takes too long, and goes on in a while."""
        self._genesis = genesis
        self._gathered: dict[CheckedChange, Gathered] | None = None
        """Changes that are opened, while the document is not built of them yet."""

    @property
    def is_waiting(self) -> bool:
        """Whether something waits for what is not here."""
        return bool(self._full) or (self._intake is not None and self._intake.waiting.count > 0)

    @property
    def is_unread(self) -> bool:
        """Whether something of the log is not looked at yet: it has no key here, or takes long."""
        is_slow = self._intake is not None and self._intake.waiting.is_slow
        return is_slow or any(strand.state == "locked" for strand in self._strands.values())

    @property
    def has_left(self) -> bool:
        """Whether some session is read no further here than to what may not stand where it does."""
        return any(strand.state == "left" for strand in self._strands.values())

    @property
    def has_own(self) -> bool:
        """Whether the document has all that one's own session wrote: only then may it write on."""
        strand = self._strands.get(self._ports.session)
        if (strand.next if strand else 0) < self._ports.log.count(self._ports.session):
            return False
        return strand is None or self.doc is None or vector_of(self.doc).get(strand.client, 0) >= strand.clock

    def has_read(self, session: str, place: int) -> bool:
        """Whether a session was read beyond a place: into a document, as what is carried is not."""
        strand = self._strands.get(session)
        return self.doc is not None and strand is not None and strand.next > place

    def read_all(self) -> None:
        """Reads on in all sessions."""
        for session in list(self._ports.log.sessions):
            self.read(session)

    def read_anew(self) -> None:
        """Reads all of it, and builds the document only then, in one order, of what each client wrote as one: so that
        everybody with the same log has the same document, also where somebody wrote what Yjs orders by arrival [PER6].
        """
        self._gathered = {}
        self.read_all()
        self._build(self._gathered)
        self._slow_down()

    def read(self, session: str, known: tuple[Piece, Opened] | None = None) -> None:
        """Reads on in a session; ``known`` is what was opened already of one of its pieces."""
        strand = self._strand_of(session)
        if strand is None:
            return
        while strand.state == "idle" and not self._ended:
            piece = next(iter(self._ports.log.pieces(session, strand.next)), None)
            if piece is None or piece.first > strand.next:
                break
            if session == self._ports.session and piece.first >= self.own_from:
                strand.next = piece.end
                continue
            strand.state = "reading"
            opened = known[1] if known and known[0] is piece else self._ports.open(piece)
            strand.state = "idle"
            self._take(strand, piece, opened)
        self._settle(strand)
        self._slow_down()

    def unlock(self) -> None:
        """There may be other keys."""
        for strand in list(self._strands.values()):
            if strand.state == "locked":
                strand.state = "idle"
                self.read(strand.session)

    def take_own(self, change: CheckedChange) -> bool:
        """One's own change, which is in the document. Whether it may be."""
        return self._intake is None or self._intake.take_own(self._ports.session, change)

    def end(self) -> None:
        self._ended = True
        if self._slow:
            self._slow()

    def _person_of(self, session: str) -> str | None:
        """Whose time it is; None: one's own."""
        author = self._ports.log.author_of(session)
        return None if author == self._ports.participant else author

    def _slow_down(self) -> None:
        """What takes too long goes on bit by bit, and what waits for that [PER8]."""
        work = self._ports.work
        if work and self._intake and self._intake.waiting.is_slow and not self._slow and not self._ended:
            self._slow = work.later(self._go_on)

    def _go_on(self) -> None:
        assert self._intake
        self._slow = None
        with self._ports.applying():
            self._intake.resume()
            self._stop_refused()
            self._retry()
            self._slow_down()
        self._ports.progressed()

    def _strand_of(self, session: str) -> Strand | None:
        known = self._strands.get(session)
        author = self._ports.log.author_of(session)
        if known or author is None:
            return known
        made = self._strands[session] = Strand(session, self._ports.client_of(session, author))
        return made

    def _take(self, strand: Strand, piece: Piece, opened: Opened) -> None:
        if opened.kind == "locked":
            strand.state = "locked"
            self._ports.locked(piece)
            return
        place = strand.parts.place if strand.parts else piece.first
        whole = self._joined(strand, piece, opened) if opened.kind == "open" else None
        if whole == "more":
            strand.next = piece.end
            return
        change = self._checked(strand, piece, whole) if whole is not None else None
        if change is None:
            self._stop(strand, place, piece)
            return
        strand.next = piece.end
        strand.clock = max(strand.clock, change.end)
        if strand.session == self._ports.session:
            self.own.add(place, change.end)
        if self._gathered is not None:
            self._gathered[change] = Gathered(strand, place, piece)
        elif self._intake:
            self._places[change] = strand.session, place, piece
            self._put(strand, change)

    def _build(self, gathered: dict[CheckedChange, Gathered]) -> None:
        assert self._intake
        cuts = self._leave_out(gathered)
        self._gathered = None
        strands = sorted(self._strands.values(), key=lambda strand: strand.client)
        for strand in strands:
            self._settle(strand)
        written: dict[str, list[CheckedChange]] = {strand.session: [] for strand in strands}
        for change, of in gathered.items():
            written[of.strand.session].append(change)
        for whole, changes in merged(self._genesis, written.values(), cuts, self._ports.limits).items():
            of = gathered[changes[0]]
            if whole in gathered:
                self._places[whole] = of.strand.session, of.place, of.piece
            else:
                self._merged.add(whole)
            self._put(of.strand, whole)
        rest = [change for strand in strands for change in strand.rest]
        self._merged &= self._intake.waiting.wholes | set(rest)

    def _leave_out(self, gathered: dict[CheckedChange, Gathered]) -> dict[int, int]:
        """Takes out what is refused for its place, and what its session said from there on. How far clients count that
        were cut off.
        """
        while True:
            cuts = {strand.client: strand.clock for strand in self._strands.values() if self._is_over(strand)}
            changes = sorted(gathered, key=lambda change: change.client)
            refused = admit(self._genesis, changes, cuts)
            if not refused:
                return cuts
            for change in refused:
                at = gathered.get(change)
                if at is None:
                    continue
                for each, of in list(gathered.items()):
                    if of.strand is at.strand and of.place >= at.place:
                        del gathered[each]
                at.strand.clock = change.start
                self._stop(at.strand, at.place, at.piece)
                # In the place of a segment there may be what it was made of.
                self.read(at.strand.session)

    def _is_over(self, strand: Strand) -> bool:
        limit = self._ports.frontier(strand.session)
        return limit is not None and strand.next >= limit

    def _checked(self, strand: Strand, piece: Piece, whole: bytes) -> CheckedChange | None:
        """The change, where it is one that follows on what its session wrote before."""
        try:
            change = check_change(whole, strand.client, limits_of(piece, self._ports.limits))
        except Refused:
            return None
        if not change.structs:
            return change
        if piece.form == "envelope":
            return change if change.start == strand.clock else None
        return change if change.start <= strand.clock <= change.end else None

    def _joined(self, strand: Strand, piece: Piece, opened: Opened) -> bytes | Literal["more"] | None:
        """The whole change, `more` while parts of it are missing, or None for parts that do not follow."""
        if opened.parts == 1:
            return None if strand.parts else opened.plain
        before = strand.parts or Parts(piece.first, opened.parts)
        if opened.part != len(before.list) or opened.parts != before.of:
            return None
        before.list.append(opened.plain)
        strand.parts = before if len(before.list) < opened.parts else None
        return "more" if strand.parts else b"".join(before.list)

    def _put(self, strand: Strand, change: CheckedChange) -> None:
        strand.rest.append(change)
        if len(strand.rest) == 1:
            self._put_rest(strand)

    def _put_rest(self, strand: Strand) -> None:
        assert self._intake
        self._full.discard(strand.session)
        while strand.rest:
            # For each session on its own: what one waits for is never kept out by what another lets wait.
            taken = self._intake.take(strand.session, strand.rest[0])
            if taken == "full":
                strand.state = "full"
                self._full.add(strand.session)
                return
            strand.rest.pop(0)
            if isinstance(taken, list):
                for each in taken:
                    self._places.pop(each, None)
                self._stop_refused()
                self._retry()

    def _retry(self) -> None:
        """Something was applied: what found no room may wait, or be applied, now."""
        for session in list(self._full):
            strand = self._strands[session]
            if strand.state == "full":
                strand.state = "idle"
                self._put_rest(strand)
                self.read(session)

    def _stop_refused(self) -> None:
        """Changes that turned out to say what they may not, once what they lean on was here."""
        assert self._intake
        for change in list(self._intake.refused):
            if change in self._merged:
                self._merged.discard(change)
                self._ports.torn()
            at = self._places.pop(change, None)
            if at:
                session, place, piece = at
                strand = self._strands[session]
                strand.clock = change.start
                self._stop(strand, place, piece)

    def _stop(self, strand: Strand, place: int, piece: Piece) -> None:
        if not self._ports.decides():
            strand.state = "left"
            return
        strand.next = place
        strand.parts = None
        self._ports.stopped(strand.session, place, piece, self._gathered is not None)
        self._settle(strand)

    def _settle(self, strand: Strand) -> None:
        """Nothing of the session counts any more from where it was read to: nobody waits for that."""
        # Only a frontier decides for everybody: what is refused nobody has, and a fork is open until there is one.
        if not self._intake or self._gathered is not None or self._ended:
            return
        if not strand.is_cut and self._is_over(strand):
            strand.is_cut = True
            self._intake.cut(strand.client, strand.clock)
            self._stop_refused()
            self._retry()
