"""Changes of documents on their way in and out: from envelopes to pieces of logs, and proofs of what forked.
``core/sync/changes.ts`` in Python. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..encoding import MOST_NUMBER, Reader, Unreadable, text_bytes
from ..envelope import SESSION_BYTES, Envelope, session_bytes, session_text
from ..identity import Introduction
from ..log.piece import Chain, Cut, Piece, piece_of
from ..log.proof import Bundle, ProofFault, decode_proof, encode_proof, verify_proof
from ..overlay.flood import Verdict
from ..overlay.messages import ForkMessage
from ..overlay.neighbours import Neighbour, Neighbours
from ..permissions.limits import NOTEBOOK_LIMITS, OUTPUTS_LIMITS
from ..permissions.work import Work, WorkPorts
from ..sealed import Sealed, verify_envelope
from ..segment import Segment
from ..session import client_of
from .acquaintances import Acquaintances
from .exchange import Exchange
from .intake import Intake
from .kept import without_compacted
from .library import Library
from .lost import Lost
from .opener import Opener, read_piece
from .options import EngineOptions, Keepable, Refusal
from .ports import Received, ReplicaPorts
from .replica import Replica
from .spread import Judged, Spread
from .writer import Writer

EXPOSE_MS = 30_000
"""Proof of a fork is given again to who may not have heard it, while nobody says how far it counts."""


@dataclass(frozen=True, slots=True)
class Later:
    """What comes after in the order of making."""

    exchange: Exchange
    intake: Intake
    writer: Writer
    spread: Spread


@dataclass(frozen=True, slots=True)
class ChangesPorts:
    options: EngineOptions
    neighbours: Neighbours
    acquaintances: Acquaintances
    library: Library
    opener: Opener
    later: Callable[[], Later]
    locked: Callable[[str, int], None]
    """Something of that epoch is sealed with a key that is not here."""
    refuse: Callable[[Refusal, str], None]


class Changes:
    def __init__(self, ports: ChangesPorts) -> None:
        self._ports = ports
        self._own = ports.options.own.introduced
        self._stored: set[tuple[str, str]] = set()
        """Introductions that storage has, for each document."""
        self._restoring: set[bytes] = set()
        """Hashes of pieces that storage has and that are on their way in."""
        options = ports.options
        stopwatch = options.stopwatch
        self._work = Work(WorkPorts(options.clock, stopwatch, options.costly)) if stopwatch else None
        """How long each person's writing may take, in all documents together."""
        self._told: dict[tuple[str, str, str], float] = {}
        """When each neighbour was given proof against a session in a document."""

    def restore(self, document: str, kind: str, kept: Sequence[Keepable]) -> None:
        """Gives a document's log, which is there, what storage has of it: whose the sessions are first, and what is not
        to be taken.
        """
        replica = self._ports.library.replicas[document]
        for each in kept:
            if each.kind == "introduction":
                who = self._ports.acquaintances.hear(each.data)
                if who:
                    self._stored.add((document, who.session))
        for each in kept:
            if each.kind == "fork":
                self._read_proof(each.data, "", is_kept=True)
            elif each.kind == "refuse":
                _ban(replica, each.data)
        for each in without_compacted(kept):
            read = read_piece(each.data) if each.kind == "piece" else None
            if read is not None and (read.document, read.kind) == (document, kind):
                self._restoring.add(hashlib.sha256(each.data).digest())
                self._accept(replica, read, each.data, "", lambda: None)
        # It may count by now what was refused before.
        replica.log.unban()

    def make_replica(self, document: str, kind: str) -> Replica:
        options, own = self._ports.options, self._own

        def cut_of(session: str, author: str) -> Cut | None:
            cut = options.rules.cut_of(document, session, author)
            return Cut(cut.count, cut.chain) if cut else self._undoubted_of(document, session, author)

        return Replica(
            document,
            kind,
            ReplicaPorts(
                options.clock,
                own.session,
                own.participant,
                Chain(options.room, document, kind),
                OUTPUTS_LIMITS if kind == "outputs" else NOTEBOOK_LIMITS,
                lambda session, author: client_of(document, author, session),
                cut_of,
                self._ports.opener.piece,
                lambda change: self._ports.later().writer.write(document, kind, change),
                lambda piece: self._keep(document, piece),
                lambda piece: self._ports.locked(document, _epoch_of(piece)),
                lambda proof: self._forked(document, proof),
                lambda doc, lost: self._replayed(document, lost),
                lambda fault: options.unfit(document, fault),
                lambda segment, instead: self._banned(document, segment, instead),
                lambda: self._ports.later().exchange.compare(),
                lambda: self._may_write(document, kind),
                lambda: self._ports.later().writer.drop(document, kind),
                lambda piece: bool(options.rules.undone) and _epoch_of(piece) in options.rules.undone,
                self._work,
            ),
        )

    def _undoubted_of(self, document: str, session: str, author: str) -> Cut | None:
        """Nobody says of the owner how far they count: what said two things counts as far as nobody doubts it."""
        replica = self._ports.library.replicas.get(document)
        count = replica.log.doubted_from(session) if replica else None
        is_owners = count is not None and self._ports.options.rules.is_owner(author)
        return Cut(count, None, is_implied=True) if count is not None and is_owners else None

    def lacks_own(self, document: str) -> bool:
        """Whether less of one's own session is here than counts: a segment of it reached beyond the frontier that cut
        it off, or was sealed with a key of an epoch that was undone. Then it comes from others, who have it in smaller
        pieces.
        """
        replica, session = self._ports.library.replicas.get(document), self._own.session
        if replica is None:
            return False
        made = self._ports.later().writer.count(document, replica.kind)
        return replica.log.count(session) < min(replica.log.limit_of(session), made)

    def has(self, envelope: Envelope, data: bytes) -> bool:
        """Whether the very same envelope is in a log here."""
        replica = self._ports.library.replicas.get(envelope.document)
        place = envelope.sequence
        return replica is not None and any(
            piece.data == data for piece in replica.log.pieces(envelope.session, place, place + 1)
        )

    def take(self, envelope: Envelope, data: bytes, who: Introduction, source: str) -> Verdict:
        """Takes a genuine envelope that came through the overlay."""
        document = envelope.document
        replica = self._ports.library.replicas.get(document) or self._ports.library.carry(document)
        if replica is None or replica.kind != envelope.kind:
            return "pass"
        received = replica.take(_piece(envelope, data, who.participant))
        if received == "waiting":
            neighbour = self._ports.neighbours.get(source)
            self._ports.later().exchange.incomplete(document, neighbour.peer if neighbour else None)
        return self._judge(received, source)

    def take_entry(self, replica: Replica, data: bytes, source: str, then: Callable[[], None]) -> None:
        """Takes a piece that a neighbour sent when it was asked."""
        read = read_piece(data)
        if read is None or (read.document, read.kind) != (replica.name, replica.kind):
            self._ports.refuse("garbled", source)
            then()
            return
        session = read.session
        before = replica.log.count(session)

        def judged() -> None:
            if replica.log.count(session) > before:
                self._ports.later().exchange.tell(replica.name, session, source)
            then()

        self._accept(replica, read, data, source, judged)

    def _accept(
        self, replica: Replica, read: Envelope | Segment, data: bytes, source: str, then: Callable[[], None]
    ) -> None:
        """Takes a piece, an envelope or a segment, once it is known to be genuine and may be."""
        if isinstance(read, Envelope):
            self._ports.later().intake.accept(read, data, source, lambda verdict: then())
            return

        def judged(received: Received | None, piece: Piece | None) -> None:
            neighbour = self._ports.neighbours.get(source)
            if piece and received == "lie" and neighbour:
                self._ports.later().spread.accuse(neighbour, replica, piece)
            then()

        self.take_segment(replica, data, source, judged)

    def take_segment(self, replica: Replica, data: bytes, source: str, then: Judged) -> None:
        """Takes a segment; ``then`` has what became of it, and the piece if it is genuine."""
        read = read_piece(data)
        if not isinstance(read, Segment) or (read.document, read.kind) != (replica.name, replica.kind):
            self._ports.refuse("garbled", source)
            then(None, None)
            return

        def genuine(author: Introduction | None) -> None:
            piece = piece_of(data, {read.session: author.participant}) if author else None
            received = replica.take(piece) if piece else None
            if received:
                self._judge(received, source)
            then(received, piece)

        self._ports.later().intake.accept_segment(read, data, source, genuine)

    def take_own(self, sealed: Sealed) -> None:
        """One's own, sealed."""
        envelope = sealed.envelope
        replica = self._ports.library.replicas.get(envelope.document)
        if replica:
            piece = _piece(envelope, sealed.data, self._own.participant)
            replica.take_own(piece, is_whole=envelope.part == envelope.parts - 1)

    def introduce(self, neighbour: Neighbour, session: str) -> None:
        """Whose a session is, for a neighbour, before what it wrote."""
        neighbour.introduce("bulk", session, self._ports.acquaintances.bytes_of(session))

    def meet(self, neighbour: Neighbour, replica: Replica, session: str) -> None:
        """A neighbour speaks of a session."""
        if session == self._own.session or replica.log.author_of(session) is not None:
            return

        def meet(who: Introduction | None) -> None:
            if who:
                replica.meet(session, who.participant)

        self._ports.acquaintances.need(session, neighbour.peer, meet)

    def expose(self, neighbour: Neighbour, replica: Replica, session: str) -> None:
        """Tells a neighbour who still counts what contradicts itself."""
        proof = replica.log.proof_of(session) if replica.log.is_doubted(session) else None
        key, now = (neighbour.peer, replica.name, session), self._ports.options.clock.now()
        if proof and now - self._told.get(key, -EXPOSE_MS) >= EXPOSE_MS:
            self._told[key] = now
            neighbour.say(ForkMessage(self._proof_of(proof)))

    def left(self, peer: str) -> None:
        """Who comes again may not have heard what they were told."""
        self._told = {key: at for key, at in self._told.items() if key[0] != peer}

    def hear_fork(self, neighbour: Neighbour, data: bytes) -> None:
        """A neighbour has proof of a fork."""
        self._read_proof(data, neighbour.peer)

    def _read_proof(self, data: bytes, peer: str, *, is_kept: bool = False) -> None:
        proof = decode_proof(data)
        pieces = [] if isinstance(proof, ProofFault) else [read_piece(each) for each in proof.pieces]
        read = [each for each in pieces if each is not None]
        if isinstance(proof, ProofFault) or len(read) < len(pieces):
            self._ports.refuse("garbled", peer)
            return
        # Of several the one that begins first counts.
        begins = min(each.first if isinstance(each, Segment) else each.sequence for each in read)
        replica = self._ports.library.replicas.get(read[0].document)
        known = replica.log.doubted_from(read[0].session) if replica else None
        if replica is None or (known is not None and begins >= known):
            return
        for introduction in proof.introductions:
            self._ports.acquaintances.hear(introduction)
        links = Chain(self._ports.options.room, replica.name, replica.kind)
        proven = verify_proof(proof, links, lambda piece: self.verify(replica, piece))
        if proven is None:
            self._ports.refuse("forged", peer)
        elif replica.prove(proven):
            self._forked(replica.name, proven, peer, is_kept=is_kept)

    def _forked(self, document: str, proof: list[Piece], source: str = "", *, is_kept: bool = False) -> None:
        data = self._proof_of(proof)
        if not is_kept:
            self._ports.options.keep(document, Keepable("fork", data))
        self._ports.neighbours.say(ForkMessage(data), {source})
        self._ports.options.forked(document, proof[0].session, proof[0].author)

    def _keep(self, document: str, piece: Piece) -> None:
        """Hands a piece to storage, with the introduction before it where storage has none."""
        if piece.hash in self._restoring:
            self._restoring.discard(piece.hash)
            return
        for session in dict.fromkeys((piece.session, piece.signer)):
            introduction = self._ports.acquaintances.bytes_of(session)
            if introduction is not None and (document, session) not in self._stored:
                self._stored.add((document, session))
                self._ports.options.keep(document, Keepable("introduction", introduction))
        self._ports.options.keep(document, Keepable("piece", piece.data))

    def _replayed(self, document: str, lost: Sequence[Lost]) -> None:
        self._ports.options.changed()
        if lost:
            self._ports.options.lost(document, lost)

    def _banned(self, document: str, segment: Piece, instead: Sequence[Piece]) -> None:
        """Never taken again, from storage either; what counts in its place may not be there any more."""
        said = session_bytes(segment.session) + text_bytes(segment.author) + segment.hash
        self._ports.options.keep(document, Keepable("refuse", said))
        for piece in instead:
            self._keep(document, piece)

    def _may_write(self, document: str, kind: str) -> bool:
        """Whether this participant may, by what is known: in doubt it is said, and others judge."""
        options = self._ports.options
        key = options.keys.key_for(document, kind)
        epoch = key.epoch if key else 0
        place = Envelope(options.room, document, self._own.session, kind, MOST_NUMBER, b"", epoch)
        return options.rules.standing(self._own, place) != "may-not"

    def _judge(self, received: Received, source: str) -> Verdict:
        match received:
            case "bad" | "lie":
                self._ports.refuse("no-change", source)
                return "drop"
            case "forked":
                self._ports.refuse("forked", source)
                return "drop"
            case "refused":
                self._ports.refuse("cut-off", source)
                return "later"
        return "pass"

    def _proof_of(self, pieces: list[Piece]) -> bytes:
        signers = dict.fromkeys(signer for piece in pieces for signer in (piece.session, piece.signer))
        introductions = [data for each in signers if (data := self._ports.acquaintances.bytes_of(each)) is not None]
        return encode_proof(Bundle(introductions, [piece.data for piece in pieces]))

    def verify(self, replica: Replica, data: bytes) -> Piece | None:
        """A genuine piece of a document by somebody who is known, or None."""
        read = read_piece(data)
        who = self._ports.acquaintances.of(read.session) if read else None
        # Each kind counts for itself: a cursor and a change of one number contradict nothing.
        if read is None or who is None or (read.document, read.kind) != (replica.name, replica.kind):
            return None
        if isinstance(read, Segment):
            is_genuine = self._ports.later().intake.verify_segment(read, data)
        else:
            is_genuine = verify_envelope(self._ports.options.crypto, who.session_key, read, data)
        return piece_of(data, {read.session: who.participant}) if is_genuine else None


def _piece(envelope: Envelope, data: bytes, author: str) -> Piece:
    piece = piece_of(data, {envelope.session: author})
    assert piece is not None
    return piece


def _epoch_of(piece: Piece) -> int:
    read = read_piece(piece.data)
    return read.epoch if read else 0


def _ban(replica: Replica, data: bytes) -> None:
    """Takes a refusal of a segment as it was kept; what is none is passed over."""
    reader = Reader(data)
    try:
        session, author = session_text(reader.take(SESSION_BYTES)), reader.text()
    except Unreadable:
        return
    replica.log.ban(session, author, data[reader.at :])
