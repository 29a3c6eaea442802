"""The sync engine of one participant in one class: ``core/sync/engine.ts`` in Python.

Documents and what their owner says go in, signed and sealed envelopes go through the overlay, what others wrote comes
out in the documents. Pure: clock, chance, cryptography, keys and connections are passed in. What is wired here lives in
the modules beside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pycrdt import Doc

from .. import statement as stated
from ..encoding import MOST_NUMBER
from ..envelope import Envelope
from ..identity import Introduction
from ..log.piece import Chain, Cut, Piece
from ..overlay.flood import Flood, FloodPorts, Verdict
from ..overlay.neighbours import Channel, Line, Neighbour, Neighbours
from ..overlay.search import Search
from ..permissions.limits import NOTEBOOK_LIMITS, OUTPUTS_LIMITS
from ..sealed import Sealed
from ..session import client_of
from .acquaintances import Acquaintances
from .changes import Changes, ChangesPorts
from .company import RECORDS, Company, CompanyPorts
from .delivery import Delivery
from .exchange import Exchange, ExchangePorts
from .hearing import Hearing, HearingPorts
from .intake import Intake, IntakePorts
from .opener import Opener, read_piece
from .options import EngineOptions, Keepable, Refusal
from .ports import ReplicaPorts
from .record import Person, Record
from .replica import Replica
from .writer import Writer, WriterPorts

CARRY_MS = 600_000
"""How long a document is carried for somebody who asked."""
MOST_CARRIED = 64
"""Documents carried for others, that nobody here has open."""

__all__ = ["CARRY_MS", "MOST_CARRIED", "RECORDS", "Engine", "EngineOptions", "Refusal"]


class Engine:
    def __init__(self, options: EngineOptions) -> None:
        clock, random, room = options.clock, options.random, options.room
        own = options.own.introduced
        self._options = options
        self.keys = options.keys
        self._own = own
        self.neighbours = Neighbours()
        self.refusals: Counter[Refusal] = Counter()
        """For whoever looks for what is wrong."""
        self._replicas: dict[str, Replica] = {}
        self._carried: set[str] = set()
        self._opener = Opener(options.crypto, options.keys)
        self._acquaintances = Acquaintances(
            room,
            clock,
            random,
            self.neighbours,
            self._is_needed,
            lambda: options.ear.introduced() if options.ear else None,
        )
        self._changes = Changes(
            ChangesPorts(
                room,
                own.session,
                own.participant,
                options.crypto,
                self.neighbours,
                self._acquaintances,
                self._replicas,
                self._carry,
                lambda: self._exchange,
                lambda envelope, data, source, then: self._intake.accept(envelope, data, source, then),
                lambda segment, data, source, then: self._intake.accept_segment(segment, data, source, then),
                lambda segment, data: self._intake.verify_segment(segment, data),
                options.keep,
                options.forked,
                self._refuse,
            )
        )
        self._company = Company(
            CompanyPorts(
                clock,
                self.neighbours,
                lambda document, kind, said: self._writer.write(document, kind, said),
                self._acquaintances.bytes_of,
                options.changed,
                options.ear,
            )
        )
        self._intake = Intake(
            IntakePorts(
                room,
                own.session,
                options.crypto,
                self._acquaintances,
                options.rules.standing,
                self._changes.has,
                self._take,
                self._refuse,
            )
        )
        self.flood = Flood(
            FloodPorts(
                clock,
                self.neighbours,
                self._intake.accept,
                self._acquaintances.bytes_of,
                lambda document: self._carry(document) is not None,
                lambda document: self._exchange.doubt(document),
            )
        )
        self._exchange = Exchange(
            ExchangePorts(
                clock,
                random,
                self.neighbours,
                self._replicas,
                self._carry,
                self._changes.take_entry,
                self._changes.meet,
                self._changes.expose,
                lambda: options.ear.summary if options.ear else None,
                lambda neighbour: self._company.joined(neighbour.peer),
            )
        )
        self._delivery = Delivery(self.neighbours, self._replicas, self._changes.introduce)
        self._search = Search(clock, random, self.neighbours, self)
        self._writer = Writer(
            WriterPorts(
                room,
                own.session,
                options.crypto,
                options.own.signer,
                options.keys.key_for,
                self._made,
                lambda document: self._locked(document, -1),
            )
        )
        self._hearing = Hearing(
            HearingPorts(
                self.flood,
                self._exchange,
                self._delivery,
                self._search,
                self._company,
                self._changes,
                self._acquaintances,
                options.ear,
                self._refuse,
            )
        )
        self._acquaintances.hear(options.own.introduction)

    @property
    def awareness(self) -> Any:
        return self._company.awareness

    def connect(self, line: Line) -> bool:
        """Takes a connection that is open. False when there are eight: close it."""
        self.disconnect(line.peer)
        neighbour = Neighbour(line)
        if not self.neighbours.add(neighbour):
            return False
        neighbour.introduce("control", self._own.session, self._options.own.introduction)
        self._exchange.joined(neighbour)
        self._company.joined(neighbour.peer)
        if self._options.ear:
            self._options.ear.joined(neighbour.peer)
        return True

    def disconnect(self, peer: str) -> None:
        if self.neighbours.remove(peer):
            self._exchange.left(peer)
            self.flood.left(peer)
            if self._options.ear:
                self._options.ear.left(peer)

    def hear(self, peer: str, channel: Channel, data: bytes) -> None:
        """Takes a message of a neighbour. Whatever it is, nothing is raised."""
        neighbour = self.neighbours.get(peer)
        if not neighbour:
            return
        self._hearing.hear(neighbour, channel, data)

    def client_id(self, document: str) -> int:
        """The clientID this session writes to a document under."""
        return client_of(document, self._own.participant, self._own.session)

    @property
    def documents(self) -> list[str]:
        """Documents that are here, followed or carried."""
        return list(self._replicas)

    def replica(self, document: str) -> Replica | None:
        """What is here of a document, followed or carried."""
        return self._replicas.get(document)

    def follow(
        self,
        document: str,
        doc: Doc[Any],
        genesis: bytes | None,
        kept: Sequence[Keepable] = (),
        kind: str = "document",
    ) -> Replica:
        """Keeps a document equal with everybody's; ``doc`` was made with :meth:`client_id` and nothing is in it.
        ``genesis``: what it starts from; None for one that begins with nothing. ``kept``: what storage has of it.
        """
        if document in self._replicas and document not in self._carried:
            raise ValueError(f"already followed: {document}")
        replica = self._replicas.get(document) or self._add(document, kind)
        self._carried.discard(document)
        self._changes.restore(document, kind, kept)
        replica.open(doc, genesis)
        self._exchange.opened(replica)
        self._search.begin(document)
        return replica

    def carry_kept(self, document: str, kept: Sequence[Keepable]) -> None:
        """Goes on carrying a document for the class, with what storage has of it."""
        if document not in self._replicas:
            self._carried.add(document)
            self._exchange.opened(self._add(document, "outputs" if "/outputs." in document else "document"))
        self._changes.restore(document, self._replicas[document].kind, kept)

    def close(self, document: str) -> None:
        """Ends following; what is known goes on being carried for the class."""
        replica = self._replicas.get(document)
        if replica and document not in self._carried:
            self._search.end(document)
            self.awareness.leave(document)
            replica.close()
            self._carried.add(document)

    def devices_of(self, participant: str) -> list[bytes]:
        """Agreement keys of somebody's devices, as far as they were here."""
        return self._acquaintances.devices_of(participant)

    def reaches_of(self, participant: str) -> list[stated.Reach]:
        """How far the sessions of somebody are, in every document that is here: for a frontier."""
        reaches = []
        for document, replica in self._replicas.items():
            log = replica.log
            for session in log.sessions:
                count = log.count(session)
                chain = log.chain_at(session, count) if log.author_of(session) == participant else None
                if count > 0 and chain:
                    reaches.append(stated.Reach(document, session, count, chain))
        return reaches

    def compare(self, document: str) -> None:
        """Has every neighbour say where it stands; :meth:`said` tells."""
        self._exchange.inquire(document)

    def said(self, document: str) -> Mapping[str, bytes]:
        """The digest of the log each neighbour said last, by session."""
        return self._exchange.said(document)

    def introduce(self, record: Record) -> None:
        """Says who one is; again whenever it changes, and now and then."""
        self._company.introduce(record)

    def people(self, now: int) -> list[Person]:
        """Everybody else who is here, by name, then by session. ``now`` is milliseconds since 1970."""
        return self._company.people(now)

    def gone(self, session: str) -> None:
        """The server says that somebody left."""
        self._company.gone(session)

    def rules_changed(self) -> None:
        """What is known of who may what is different: what was refused may be taken now."""
        for replica in list(self._replicas.values()):
            replica.review()
        self._compare_all()

    def keys_changed(self) -> None:
        """There are other keys: what waits for one is opened, and what waits to be said is said."""
        for replica in list(self._replicas.values()):
            replica.unlock()
        self._writer.unlock()
        self._compare_all()

    def end(self) -> None:
        """Sends what waits for its turn, says goodbye and lets go of everything."""
        for replica in self._replicas.values():
            replica.flush()
        self._company.end()
        self._exchange.end()
        self.flood.end()
        self._search.end_all()
        self._acquaintances.end()
        for replica in list(self._replicas.values()):
            self._drop(replica)
        for neighbour in self.neighbours:
            self.disconnect(neighbour.peer)

    # What the search asks (`Holdings`).

    def holds(self, document: str) -> bool:
        return document in self._replicas

    def holders(self, document: str) -> Collection[str]:
        return self._exchange.holders(document)

    def was_enriched(self, document: str) -> bool:
        return self._exchange.was_enriched(document)

    def offer(self, peer: str, document: str) -> None:
        self._exchange.offer(peer, document)

    def carry_for_others(self, document: str) -> None:
        """Keeps a document for somebody who asked and reaches nobody else."""
        replica = self._carry(document, is_asked=True)
        if replica is None or document not in self._carried or self._options.carries(document):
            return

        def release() -> None:
            # Not if it was opened here meanwhile. Who still needs it asks again.
            if self._replicas.get(document) is replica and document in self._carried and not replica.is_own:
                self._drop(replica)

        self._options.clock.after(CARRY_MS, release)

    def _carry(self, document: str, *, is_asked: bool = False) -> Replica | None:
        known = self._replicas.get(document)
        if known or len(self._carried) >= MOST_CARRIED or not (is_asked or self._options.carries(document)):
            return known
        self._carried.add(document)
        replica = self._add(document, "outputs" if "/outputs." in document else "document")
        self._exchange.opened(replica)
        return replica

    def _locked(self, document: str, epoch: int) -> None:
        self._options.locked(document, epoch)
        if self._options.ear:
            self._options.ear.locked()

    def _compare_all(self) -> None:
        self._exchange.compare()
        for neighbour in self.neighbours:
            self._company.joined(neighbour.peer)

    def _take(self, envelope: Envelope, data: bytes, who: Introduction, source: str) -> Verdict:
        """Takes what is genuine and may be."""
        if envelope.kind in ("document", "outputs"):
            return self._changes.take(envelope, data, who, source)
        refusal: Refusal | None = "stale" if self._company.is_stale(envelope) else None
        if refusal is None:
            opened = self._opener.envelope(envelope)
            if opened.kind == "locked":
                # Said again now and then; meanwhile others may have the key.
                self._locked(envelope.document, envelope.epoch)
                return "pass"
            if opened.kind == "wrong":
                refusal = "sealed"
            else:
                refusal = self._company.take(envelope, data, opened.plain, who.participant)
        if refusal:
            self._refuse(refusal, source)
        return "drop" if refusal else "pass"

    def _made(self, sealed: Sealed, _: bytes) -> None:
        if sealed.envelope.kind in ("document", "outputs"):
            self._changes.take_own(sealed)
        else:
            self._company.take_own(sealed)
        self.flood.publish(sealed.envelope, sealed.data)

    def _add(self, document: str, kind: str) -> Replica:
        options, own = self._options, self._own

        def cut_of(session: str, author: str) -> Cut | None:
            cut = options.rules.cut_of(document, session, author)
            return Cut(cut.count, cut.chain) if cut else None

        replica = Replica(
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
                self._opener.piece,
                lambda change: self._writer.write(document, kind, change),
                lambda piece: self._changes.keep(document, piece),
                lambda piece: self._locked(document, _epoch_of(piece)),
                lambda proof: self._changes.forked(document, proof),
                lambda doc: options.changed(),
                lambda fault: options.unfit(document, fault),
                lambda: self._may_write(document, kind),
            ),
        )
        self._replicas[document] = replica
        return replica

    def _may_write(self, document: str, kind: str) -> bool:
        """Whether this participant may, by what is known: in doubt it is said, and others judge."""
        key = self._options.keys.key_for(document, kind)
        epoch = key.epoch if key else 0
        place = Envelope(self._options.room, document, self._own.session, kind, MOST_NUMBER, b"", epoch)
        return self._options.rules.standing(self._own, place) != "may-not"

    def _drop(self, replica: Replica) -> None:
        replica.end()
        self._replicas.pop(replica.name, None)
        self._carried.discard(replica.name)
        self._search.end(replica.name)
        self._exchange.closed(replica.name)

    def _is_needed(self, session: str) -> bool:
        """Whether something of that session is kept here."""
        return session == self._own.session or any(
            replica.log.author_of(session) is not None for replica in self._replicas.values()
        )

    def _refuse(self, refusal: Refusal, peer: str) -> None:
        self.refusals[refusal] += 1
        self._options.refused(refusal, peer)


def _epoch_of(piece: Piece) -> int:
    read = read_piece(piece.data)
    return read.epoch if read else 0
