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
from ..envelope import Envelope
from ..identity import Introduction
from ..overlay.flood import Flood, FloodPorts, Verdict
from ..overlay.neighbours import Channel, Line, Neighbour, Neighbours
from ..overlay.search import Search
from ..readmission import Reached, reached_in
from ..sealed import Sealed
from ..session import client_of
from .acquaintances import Acquaintances
from .changes import Changes, ChangesPorts, Later
from .compactor import Compactor, CompactorPorts
from .company import RECORDS, Company, CompanyPorts
from .delivery import Delivery
from .exchange import Exchange, ExchangePorts
from .hearing import Hearing, HearingPorts
from .intake import Intake, IntakePorts
from .library import CARRY_MS, MOST_CARRIED, Library, LibraryPorts
from .opener import Opener
from .options import EngineOptions, Keepable, Refusal
from .record import Person, Record
from .replica import Replica
from .spread import Spread, SpreadPorts
from .writer import Writer, WriterPorts

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
        self._library = Library(
            LibraryPorts(
                clock,
                options.carries,
                lambda document, kind: self._changes.make_replica(document, kind),
                lambda replica: self._exchange.opened(replica),
                self._dropped,
            )
        )
        replicas = self._library.replicas
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
                options,
                self.neighbours,
                self._acquaintances,
                self._library,
                self._opener,
                lambda: Later(self._exchange, self._intake, self._writer, self._spread),
                self._locked,
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
                self._changes.lacks_own,
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
                lambda document: self._library.carry(document) is not None,
                lambda document: self._exchange.doubt(document),
            )
        )
        self._spread = Spread(
            SpreadPorts(clock, self.neighbours, replicas, self._changes.take_segment, self._changes.verify)
        )
        self._compactor = Compactor(
            CompactorPorts(
                room,
                options.own,
                options.crypto,
                self._opener,
                options.compact_every,
                options.keys.key_for,
                self._company.has,
                lambda replica, session: self._spread.tell(replica, session, ""),
            )
        )
        self._exchange = Exchange(
            ExchangePorts(
                clock,
                random,
                self.neighbours,
                replicas,
                self._library.carry,
                self._changes.take_entry,
                self._changes.meet,
                self._changes.expose,
                self._spread,
                lambda: options.ear.summary if options.ear else None,
                lambda neighbour: self._company.joined(neighbour.peer),
            )
        )
        self._delivery = Delivery(self.neighbours, replicas, self._changes.introduce)
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
                self._spread,
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
            self._changes.left(peer)
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
        return list(self._library.replicas)

    def replica(self, document: str) -> Replica | None:
        """What is here of a document, followed or carried."""
        return self._library.replicas.get(document)

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
        if self._library.is_open(document):
            raise ValueError(f"already followed: {document}")
        self._library.ensure(document, kind)
        self._changes.restore(document, kind, kept)
        replica = self._library.open(document, doc, kind, genesis)
        self._search.begin(document)
        return replica

    def carry_kept(self, document: str, kept: Sequence[Keepable]) -> None:
        """Goes on carrying a document for the class, with what storage has of it."""
        replica = self._library.carry(document, is_kept=True)
        if replica:
            self._changes.restore(document, replica.kind, kept)

    def close(self, document: str) -> None:
        """Ends following; what is known goes on being carried for the class."""
        if self._library.is_open(document):
            self._search.end(document)
            self.awareness.leave(document)
            self._library.close(document)

    def devices_of(self, participant: str) -> list[bytes]:
        """Agreement keys of somebody's devices, as far as they were here."""
        return self._acquaintances.devices_of(participant)

    def reaches_of(self, participant: str) -> list[stated.Reach]:
        """How far the sessions of somebody are, in every document that is here: for a frontier."""
        return [each.reach for each in self.reached_by(participant) if each.reach.count]

    def reached_by(self, participant: str) -> list[Reached]:
        """The same for whoever is to have another role."""
        replicas = self._library.replicas
        return [each for document in replicas for each in reached_in(document, replicas[document].log, participant)]

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

    def rules_changed(self, is_rekeyed: bool = False) -> None:
        """What is known of who may what is different: what was refused may be taken now. ``is_rekeyed``: see
        `SocietyPorts`.
        """
        for replica in list(self._library.replicas.values()):
            replica.review(is_rekeyed)
        self._compare_all()

    def keys_changed(self) -> None:
        """There are other keys: what waits for one is opened, and what waits to be said is said."""
        for replica in list(self._library.replicas.values()):
            replica.unlock()
        self._writer.unlock()
        self._compare_all()

    def end(self) -> None:
        """Sends what waits for its turn, says goodbye and lets go of everything."""
        for replica in self._library.replicas.values():
            replica.flush()
        self._company.end()
        self._exchange.end()
        self._spread.end()
        self.flood.end()
        self._search.end_all()
        self._acquaintances.end()
        for replica in list(self._library.replicas.values()):
            self._library.drop(replica)
        for neighbour in self.neighbours:
            self.disconnect(neighbour.peer)

    # What the search asks (`Holdings`).

    def holds(self, document: str) -> bool:
        return document in self._library.replicas

    def holders(self, document: str) -> Collection[str]:
        return self._exchange.holders(document)

    def was_enriched(self, document: str) -> bool:
        return self._exchange.was_enriched(document)

    def offer(self, peer: str, document: str) -> None:
        self._exchange.offer(peer, document)

    def carry_for_others(self, document: str) -> None:
        self._library.carry_for_others(document)

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
            replica = self._library.replicas.get(sealed.envelope.document)
            if replica:
                self._compactor.look(replica)
        else:
            self._company.take_own(sealed)
        self.flood.publish(sealed.envelope, sealed.data)

    def _dropped(self, document: str) -> None:
        self._search.end(document)
        self._exchange.closed(document)

    def _is_needed(self, session: str) -> bool:
        """Whether something of that session is kept here."""
        return session == self._own.session or any(
            replica.log.author_of(session) is not None for replica in self._library.replicas.values()
        )

    def _refuse(self, refusal: Refusal, peer: str) -> None:
        self.refusals[refusal] += 1
        self._options.refused(refusal, peer)
