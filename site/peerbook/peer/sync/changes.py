"""Changes of documents on their way in and out: from envelopes to pieces of logs, and back. ``core/sync/changes.ts`` in
Python. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..envelope import Envelope
from ..identity import Introduction
from ..log.piece import Chain, Piece, piece_of
from ..log.proof import Bundle, ProofFault, decode_proof, encode_proof, verify_proof
from ..overlay.flood import Judge, Verdict
from ..overlay.messages import ForkMessage
from ..overlay.neighbours import Neighbour, Neighbours
from ..sealed import Crypto, Sealed, verify_envelope
from ..segment import Segment
from .acquaintances import Acquaintances
from .exchange import Exchange
from .opener import read_piece
from .options import Keepable, Refusal
from .ports import Received
from .replica import Replica


@dataclass(frozen=True, slots=True)
class ChangesPorts:
    room: bytes
    session: str
    participant: str
    crypto: Crypto
    neighbours: Neighbours
    acquaintances: Acquaintances
    replicas: Mapping[str, Replica]
    carry: Callable[[str], Replica | None]
    exchange: Callable[[], Exchange]
    accept: Callable[[Envelope, bytes, str, Judge], None]
    accept_segment: Callable[[Segment, bytes, str, Callable[[Introduction | None], None]], None]
    verify_segment: Callable[[Segment, bytes], bool]
    keep: Callable[[str, Keepable], None]
    forked: Callable[[str, str, str], None]
    refuse: Callable[[Refusal, str], None]


class Changes:
    def __init__(self, ports: ChangesPorts) -> None:
        self._ports = ports
        self._stored: set[tuple[str, str]] = set()
        """Introductions that storage has, for each document."""
        self._restoring: set[bytes] = set()
        """Hashes of pieces that storage has and that are on their way in."""

    def restore(self, document: str, kind: str, kept: Sequence[Keepable]) -> None:
        """Gives a document's log, which is there, what storage has of it."""
        for each in kept:
            if each.kind == "introduction":
                who = self._ports.acquaintances.hear(each.data)
                if who:
                    self._stored.add((document, who.session))
                continue
            read = read_piece(each.data)
            if read is not None and (read.document, read.kind) == (document, kind):
                self._restoring.add(hashlib.sha256(each.data).digest())
                self._accept(self._ports.replicas[document], read, each.data, "", lambda: None)

    def has(self, envelope: Envelope, data: bytes) -> bool:
        """Whether the very same envelope is in a log here."""
        replica = self._ports.replicas.get(envelope.document)
        place = envelope.sequence
        return replica is not None and any(
            piece.data == data for piece in replica.log.pieces(envelope.session, place, place + 1)
        )

    def take(self, envelope: Envelope, data: bytes, who: Introduction, source: str) -> Verdict:
        """Takes a genuine envelope that came through the overlay."""
        document = envelope.document
        replica = self._ports.replicas.get(document) or self._ports.carry(document)
        if replica is None or replica.kind != envelope.kind:
            return "pass"
        received = replica.take(_piece(envelope, data, who.participant))
        if received == "waiting":
            neighbour = self._ports.neighbours.get(source)
            self._ports.exchange().incomplete(document, neighbour.peer if neighbour else None)
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
                self._ports.exchange().tell(replica.name, session, source)
            then()

        self._accept(replica, read, data, source, judged)

    def _accept(
        self, replica: Replica, read: Envelope | Segment, data: bytes, source: str, then: Callable[[], None]
    ) -> None:
        """Takes a piece, an envelope or a segment, once it is known to be genuine and may be."""
        if isinstance(read, Envelope):
            self._ports.accept(read, data, source, lambda verdict: then())
            return

        def genuine(author: Introduction | None) -> None:
            piece = piece_of(data, {read.session: author.participant}) if author else None
            if piece:
                self._judge(replica.take(piece), source)
            then()

        self._ports.accept_segment(read, data, source, genuine)

    def take_own(self, sealed: Sealed) -> None:
        """One's own, sealed."""
        envelope = sealed.envelope
        replica = self._ports.replicas.get(envelope.document)
        if replica:
            piece = _piece(envelope, sealed.data, self._ports.participant)
            replica.take_own(piece, is_whole=envelope.part == envelope.parts - 1)

    def introduce(self, neighbour: Neighbour, session: str) -> None:
        """Whose a session is, for a neighbour, before what it wrote."""
        neighbour.introduce("bulk", session, self._ports.acquaintances.bytes_of(session))

    def meet(self, neighbour: Neighbour, replica: Replica, session: str) -> None:
        """A neighbour speaks of a session."""
        if session == self._ports.session or replica.log.author_of(session) is not None:
            return

        def meet(who: Introduction | None) -> None:
            if who:
                replica.meet(session, who.participant)

        self._ports.acquaintances.need(session, neighbour.peer, meet)

    def expose(self, neighbour: Neighbour, replica: Replica, session: str) -> None:
        """Tells a neighbour who still counts what contradicts itself."""
        proof = replica.log.proof_of(session)
        if proof:
            neighbour.say(ForkMessage(self._proof_of(proof)))

    def hear_fork(self, neighbour: Neighbour, data: bytes) -> None:
        """A neighbour has proof of a fork."""
        proof = decode_proof(data)
        first = None if isinstance(proof, ProofFault) else read_piece(proof.pieces[0])
        if isinstance(proof, ProofFault) or first is None:
            self._ports.refuse("garbled", neighbour.peer)
            return
        replica = self._ports.replicas.get(first.document)
        if replica is None or replica.log.proof_of(first.session):
            return
        for introduction in proof.introductions:
            self._ports.acquaintances.hear(introduction)
        links = Chain(self._ports.room, replica.name, replica.kind)
        proven = verify_proof(proof, links, lambda piece: self._verified(replica, piece))
        if proven is None:
            self._ports.refuse("forged", neighbour.peer)
        elif replica.prove(proven):
            self.forked(replica.name, proven, neighbour.peer)

    def forked(self, document: str, proof: list[Piece], source: str = "") -> None:
        self._ports.neighbours.say(ForkMessage(self._proof_of(proof)), {source})
        self._ports.forked(document, proof[0].session, proof[0].author)

    def keep(self, document: str, piece: Piece) -> None:
        """Hands a piece to storage, with the introduction before it where storage has none."""
        if piece.hash in self._restoring:
            self._restoring.discard(piece.hash)
            return
        for session in dict.fromkeys((piece.session, piece.signer)):
            introduction = self._ports.acquaintances.bytes_of(session)
            if introduction is not None and (document, session) not in self._stored:
                self._stored.add((document, session))
                self._ports.keep(document, Keepable("introduction", introduction))
        self._ports.keep(document, Keepable("piece", piece.data))

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

    def _verified(self, replica: Replica, data: bytes) -> Piece | None:
        read = read_piece(data)
        who = self._ports.acquaintances.of(read.session) if read else None
        # Each kind counts for itself: a cursor and a change of one number contradict nothing.
        if read is None or who is None or (read.document, read.kind) != (replica.name, replica.kind):
            return None
        if isinstance(read, Segment):
            is_genuine = self._ports.verify_segment(read, data)
        else:
            is_genuine = verify_envelope(self._ports.crypto, who.session_key, read, data)
        return piece_of(data, {read.session: who.participant}) if is_genuine else None


def _piece(envelope: Envelope, data: bytes, author: str) -> Piece:
    piece = piece_of(data, {envelope.session: author})
    assert piece is not None
    return piece
