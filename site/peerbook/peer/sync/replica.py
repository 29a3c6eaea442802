"""One document here: its log, and, where somebody has it open, the document that is read out of the log. Own changes go
out; what comes from others is screened, logged and read; when something does not count any more the document is built
anew, in place of the one before. ``core/sync/replica.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pycrdt import Doc, Subscription, TransactionEvent

from ..log.log import Log
from ..log.piece import Fork, Known, New, Piece, Waits
from .contents import Contents, content_digest
from .digest import state_digest
from .drafts import Drafts, DraftsPorts
from .forms import Forms
from .lost import lost_by
from .opener import is_fit
from .ports import Received, ReplicaPorts
from .reaches import Reaches
from .reading import Opened
from .readings import Readings, ReadingsPorts
from .weighing import Weighing, WeighingPorts

_NOTHING = b"\x00\x00"


class Replica:
    def __init__(self, name: str, kind: str, ports: ReplicaPorts) -> None:
        self.name = name
        self.kind = kind
        self._ports = ports
        # Of one's own it is known that nobody else has it: that ends.
        self.log = Log(
            ports.links, ports.cut_of, lambda piece: piece.session != ports.session and ports.is_undone(piece)
        )
        self.reaches = Reaches(self.log, ports.links.first, ports.cut_of)
        """How far each session is, for neighbours."""
        self.forms = Forms(self.log, self.reaches)
        """Which segments are here, for neighbours."""
        self.weighing = Weighing(WeighingPorts(self.log, ports.open, self._join, self._compact, self._belie))
        """Segments beside what else says of their range."""
        self._readings = Readings(
            ports,
            ReadingsPorts(
                self.log,
                self._dismiss,
                self._end_own,
                self.flush,
                lambda: self._drafts.is_saying,
                self._is_same,
                self._exchanged,
            ),
        )
        """What the log is read into."""
        self._drafts = Drafts(
            DraftsPorts(
                ports.clock,
                lambda: self._client,
                ports.limits,
                self._readings.take_own,
                ports.may_write,
                ports.publish,
                ports.withdraw,
                ports.unfit,
                self._readings.replay_soon,
            ),
            is_outputs=kind == "outputs",
        )
        """What one wrote oneself, on its way into the log."""
        self._subscription: Subscription | None = None
        self._digest: bytes | None = None
        self._contents = Contents(ports.clock)
        self.version = 0
        """Goes up with every change of the document, whoever made it."""
        self.on_change: Callable[[], None] | None = None
        """Called after every change of the document, whoever made it; not while it is being changed."""

    @property
    def doc(self) -> Doc[Any] | None:
        return self._readings.doc

    @property
    def is_incomplete(self) -> bool:
        """Whether something is known to be missing."""
        return self.log.waiting > 0

    @property
    def is_waiting(self) -> bool:
        """Whether something waits outside of the document."""
        return self._readings.is_waiting

    @property
    def is_own(self) -> bool:
        """Whether this session wrote in it, or is about to."""
        return self.log.count(self._ports.session) > 0 or self._drafts.is_pending

    @property
    def digest(self) -> bytes:
        """Of the document: equal with another's when both have the same changes and deletions."""
        if self._digest is None:
            self._digest = state_digest(self.doc) if self.doc is not None else b""
        return self._digest

    @property
    def content(self) -> bytes | None:
        """What the document says, in 16 bytes, once it is quiet and all of the log was looked at. Also while something
        waits: what nobody has any more is waited for for ever.
        """
        doc = self.doc
        is_whole = not (self._readings.is_unread or self._drafts.is_pending)
        return self._contents.quiet(doc) if doc is not None and is_whole and self.kind == "document" else None

    def open(self, doc: Doc[Any], genesis: bytes | None) -> None:
        """Reads the log into ``doc``, which was made with this session's clientID, and follows what is written
        there. ``genesis``: what the document starts from, if anything.
        """
        self._readings.open(doc, genesis)
        self._watch(doc)
        with self._readings.applying():
            for change in self._drafts.unsealed:
                doc.apply_update(change.data)
                self._readings.take_own(change)
        self._drafts.look_unsealed()

    def close(self) -> None:
        """The document is closed here; its log stays."""
        self.flush()
        self._stop_watching(self.doc)
        self._drafts.closed()
        self._readings.close()

    def take(self, piece: Piece) -> Received:
        """Takes a genuine piece of others."""
        opened = self._ports.open(piece)
        if not is_fit(piece, opened, self._ports.client_of(piece.session, piece.author), self._ports.limits):
            return self._take_unfit(piece)
        if piece.form == "segment" and opened.kind == "open":
            return self.weighing.weigh(piece, opened)
        if piece.form == "segment" and self._readings.has_read(piece):
            # What can be read here is not given up for what cannot: with other keys all is compared, and it comes.
            return "known"
        return self._join(piece, opened)

    def take_compacted(self, segment: Piece) -> bool:
        """One's own segment, in the place of what it was made of. Whether it is."""
        taken = self.log.take(segment)
        return isinstance(taken, Known) and taken.compacts and self._compact(segment)

    def take_own(self, piece: Piece, *, is_whole: bool) -> None:
        """One's own piece was sealed; ``is_whole``: with it all of a change is."""
        if is_whole:
            self._drafts.sealed()
        if self._join(piece, None) == "refused" and self.log.limit_of(piece.session) < piece.end:
            # It waited for a key, and was cut off meanwhile: it stands in the document alone. What the session
            # says once it counts again follows on it.
            self.log.keep_out(piece)
            self._ports.keep(piece)
            self._drafts.give_back("role")

    def prove(self, proof: list[Piece]) -> bool:
        """A proof that a session said two things, which somebody else found. Whether that is news."""
        is_news = self.log.prove(proof[0].session, proof[0].author, proof)
        self.reaches.changed()
        if is_news:
            self.review()
        return is_news

    def meet(self, session: str, author: str) -> None:
        """A session that somebody speaks of: with its author it is known how far it counts."""
        if self.log.author_of(session) is None and self._ports.cut_of(session, author):
            self._recut(session, author)

    def review(self, is_rekeyed: bool = False) -> None:
        """What is said of how far sessions count may be different; and of keys, with which all is opened again."""
        self._drafts.review()
        if self.doc is not None:
            self._drafts.look_unsealed()
        sessions = self.log.sessions
        before = [self.log.cut_at(session) for session in sessions]
        changed = [self._recut(session, self.log.author_of(session) or "") for session in sessions]
        is_moved = [self.log.cut_at(session) for session in sessions] != before
        is_resumed = (is_moved or is_rekeyed) and self._resume()
        if is_rekeyed and self.log.withhold():
            # As whoever opens the document anew does not take it.
            self.reaches.changed()
        if is_resumed or is_rekeyed or any(changed):
            self._readings.replay()

    def unlock(self) -> None:
        """There may be other keys."""
        self._readings.unlock()

    def flush(self) -> None:
        self._drafts.flush()

    def end(self) -> None:
        self._drafts.end()
        self._stop_watching(self.doc)
        self._readings.end()

    @property
    def _client(self) -> int:
        return self._ports.client_of(self._ports.session, self._ports.participant)

    def _watch(self, doc: Doc[Any]) -> None:
        """What is written to ``doc`` is one's own from now on."""
        self._subscription = doc.observe(self._changed)
        self._note_change()

    def _stop_watching(self, doc: Doc[Any] | None) -> None:
        if self._subscription and doc is not None:
            doc.unobserve(self._subscription)
        self._subscription = None

    def _compact(self, segment: Piece) -> bool:
        gone = self.log.compact(segment)
        if gone:
            self._ports.keep(segment)
            self.reaches.changed()
        return bool(gone)

    def _belie(self, segment: Piece, instead: Sequence[Piece]) -> None:
        """A segment is a lie: where it was here, something else counts now, and so may what leaned on either."""
        is_resumed = self._holds(segment) and self._resume()
        self._ban(segment, instead)
        if is_resumed:
            self._ports.resumed()

    def _holds(self, piece: Piece) -> bool:
        return any(each.same(piece) for each in self.log.pieces(piece.session, piece.first, piece.end))

    def _ban(self, segment: Piece, instead: Sequence[Piece]) -> None:
        """A segment is not to be taken again; ``instead`` counts in its place."""
        is_here = self._holds(segment)
        self.log.refuse(segment, instead)
        self.reaches.changed()
        self._ports.banned(segment, instead)
        if is_here:
            self._readings.replay_soon()

    def _join(self, piece: Piece, opened: Opened | None) -> Received:
        is_new = self.log.author_of(piece.session) is None
        taken = self.log.take(piece)
        if is_new:
            # Also of what counts for nothing it is said that it is known.
            self.reaches.changed()
        known = (piece, opened) if opened else None
        if isinstance(taken, New):
            self._logged(taken.joined)
            if taken.replay:
                is_resumed = self._resume()
                self._readings.replay()
                if is_resumed:
                    self._ports.resumed()
            elif opened and piece.session == self._ports.session:
                # Of one's own, from others: nothing of it is in the document.
                self._readings.replay_soon()
            else:
                self._readings.read(piece.session, known)
            # Reading it may have shown that it may not be.
            return "bad" if self.log.limit_of(piece.session) < piece.end else "taken"
        if isinstance(taken, Fork):
            return self._forked(taken, piece, known)
        return "waiting" if isinstance(taken, Waits) else "known" if isinstance(taken, Known) else "refused"

    def _take_unfit(self, piece: Piece) -> Received:
        """What may not be, as it is alone."""
        if piece.form == "segment":
            self._ban(piece, [])
            return "bad"
        taken = self.log.end(piece)
        self.reaches.changed()
        if isinstance(taken, Fork):
            return self._forked(taken, piece, None)
        if isinstance(taken, New):
            # The side that is sent last is followed: read anew, it ends here.
            self._readings.replay()
        return "bad"

    def _forked(self, fork: Fork, piece: Piece, known: tuple[Piece, Opened] | None) -> Received:
        self._logged(fork.joined)
        self._readings.read(piece.session, known)
        self.reaches.changed()
        self.review()
        self._ports.forked(fork.proof)
        return "forked"

    def _logged(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            self._ports.keep(piece)
        self.reaches.changed()

    def _dismiss(self, session: str, place: int, piece: Piece, is_building: bool = False) -> None:
        """Content that may not be: what comes from there on does not count, for anybody."""
        if piece.form == "segment":
            self._ban(piece, [])
            return
        gone = self.log.stop(session, place)[1:]
        self.reaches.changed()
        if gone and not is_building:
            self._readings.replay_soon()

    def _end_own(self, place: int) -> None:
        """What one wrote from there on is in nobody's document, and nothing that follows on it would be: a new session
        goes on.
        """
        gone = self.log.stop(self._ports.session, place)
        self.reaches.changed()
        if gone:
            self._drafts.give_back("role")

    def _recut(self, session: str, author: str) -> bool:
        """Whether the document is to be built anew."""
        cut, before = self._ports.cut_of(session, author), self.log.cut_at(session)
        if cut == before:
            return False
        moved = self.log.cut(session, author, cut)
        self.reaches.changed()
        if not moved.gone and before is None:
            self._readings.read(session)
            return False
        return bool(moved.gone or moved.joined) or before is not None

    def _resume(self) -> bool:
        """What counts is different: where logs end is found anew. Whether any had ended."""
        is_resumed = self.log.resume()
        self.reaches.changed()
        return is_resumed

    def settle(self) -> None:
        """Somebody who is as far has other content: somebody wrote what Yjs orders by arrival [PER6]. Built anew, all
        have the same; once for each state of the log, and not more often than now and then, as a neighbour may say
        anything.
        """
        if self.content is None or self._readings.is_building:
            return
        if self._contents.may_build(self.reaches.digest):
            self._readings.replay(is_check=True)

    def _is_same(self, before: Doc[Any], doc: Doc[Any]) -> bool:
        return content_digest(before) == content_digest(doc)

    def _exchanged(self, before: Doc[Any], doc: Doc[Any]) -> None:
        """``doc`` was built anew, and is open now."""
        session, participant = self._ports.session, self._ports.participant
        self._drafts.built_anew()
        self._stop_watching(before)
        self._watch(doc)
        if not self._ports.cut_of(session, participant):
            with self._readings.applying():
                for change in list(self._drafts.unsealed):
                    doc.apply_update(change.data)
                    if not self._readings.take_own(change):
                        self._drafts.unsealed.remove(change)
        own = [each for each in self.log.sessions if self.log.author_of(each) == participant]
        clients = {self._ports.client_of(each, participant) for each in (*own, session)}
        self._ports.replayed(doc, lost_by(clients, before, doc))

    def _changed(self, event: TransactionEvent) -> None:
        """Called while the document is being changed: only notes it."""
        if event.update == _NOTHING:
            return
        self._note_change()
        if not self._readings.is_applying:
            self._drafts.note(event.update)

    def _note_change(self) -> None:
        self.version += 1
        self._digest = None
        self._contents.changed()
        if self.on_change:
            self._ports.clock.after(0, self.on_change)
