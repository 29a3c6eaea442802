"""The sync engine of one participant in one class: ``core/sync/engine.ts`` in Python.

Documents and what their owner says go in, envelopes go through the overlay, what others wrote comes out in the
documents. Pure: clock, chance and connections are passed in. Where things are taken in (`_accept`) is where they will
be verified and permitted; where they are made (`_publish`) is where they will be sealed and signed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pycrdt import Doc

from ..clock import Cancel, Clock, Random, nothing
from ..envelope import Envelope, Fault, encode_envelope
from ..overlay import messages as say
from ..overlay.flood import Flood, FloodPorts
from ..overlay.neighbours import Channel, Line, Neighbour, Neighbours
from ..overlay.search import Search
from ..parts import Parts, cut_change
from ..session import client_of
from .awareness import Awareness, AwarenessPorts
from .exchange import Exchange, ExchangePorts
from .greeting import Greeting
from .latest import Latest
from .record import Person, Record, decode_record, encode_record
from .replica import Replica

RECORDS = "records"
"""The name records go under: they are about the class, not about a notebook."""
RECORD_MS = 60_000
"""Said again though nothing changed, for whom it did not reach; and for each person here:"""
_RECORD_SHARE_MS = 400
CARRY_MS = 600_000
"""How long a document is carried for somebody who asked."""
MOST_CARRIED = 64
"""Documents carried for others, that nobody here has open."""
_FAREWELL = b"\x00"

Refusal = Literal["garbled", "other-version", "no-change", "unknown-head", "other-class", "own", "stale", "not-allowed"]
"""Why something that came was not taken. `garbled` and `other-version` are the neighbour's own doing, as nobody passes
on what they cannot read; the others may have been somebody else's.
"""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    room: bytes
    """Which class: 16 to 32 bytes."""
    session: str
    clock: Clock
    random: Random
    carries: Callable[[str], bool] = lambda _: False
    """Whether a document is kept here for others though nobody here has it open."""
    changed: Callable[[], None] = nothing
    """People, presence or documents are different."""
    refused: Callable[[Refusal, str], None] = lambda refusal, peer: None
    """Something was not taken; ``peer`` passed it on, and need not have made it."""


class Engine:
    def __init__(self, options: EngineOptions) -> None:
        clock, random = options.clock, options.random
        self._options = options
        self.neighbours = Neighbours()
        self.refusals: Counter[Refusal] = Counter()
        """For whoever looks for what is wrong."""
        self._replicas: dict[str, Replica] = {}
        self._carried: set[str] = set()
        self._sequences: Counter[tuple[str, str]] = Counter()
        self._parts = Parts()
        self._records: dict[str, Record] = {}
        self._repeat: Cancel = nothing
        self._latest = Latest(clock)
        self._greeting = Greeting(clock, self.neighbours, self._latest)
        self.awareness = Awareness(
            AwarenessPorts(
                clock, lambda name, said: self._publish(name, "awareness", said), self._size, options.changed
            )
        )
        self._exchange = Exchange(ExchangePorts(clock, random, self.neighbours, self._replicas, self._carry))
        self.flood = Flood(FloodPorts(clock, self.neighbours, self._accept, self._wants, self._exchange.doubt))
        self._search = Search(clock, random, self.neighbours, self)

    def connect(self, line: Line) -> bool:
        """Takes a connection that is open. False when there are eight: close it."""
        self.disconnect(line.peer)
        neighbour = Neighbour(line)
        if not self.neighbours.add(neighbour):
            return False
        self._exchange.joined(neighbour)
        self._greeting.joined(neighbour.peer)
        return True

    def disconnect(self, peer: str) -> None:
        if self.neighbours.remove(peer):
            self._exchange.left(peer)
            self.flood.left(peer)

    def hear(self, peer: str, channel: Channel, data: bytes) -> None:
        """Takes a message of a neighbour. Whatever it is, nothing is raised."""
        neighbour = self.neighbours.get(peer)
        if not neighbour:
            return
        match say.decode_message(data):
            case "type":
                self._refuse("other-version", peer)
            case str():
                self._refuse("garbled", peer)
            case say.EnvelopeMessage(whole):
                if self._hear_envelope(peer, whole):
                    neighbour.hearing[channel].remember(whole)
            case say.Short(reference, tail):
                lengthened = neighbour.hearing[channel].lengthen(reference, tail)
                if lengthened is None:
                    neighbour.say(say.Unknown(reference))
                    self._refuse("unknown-head", peer)
                else:
                    self._hear_envelope(peer, lengthened)
            case say.Announce(id_, size, document):
                self.flood.announced(peer, id_, size, document)
            case say.Pull(id_):
                self.flood.pulled(peer, id_)
            case say.Missing(id_):
                self.flood.missing(peer, id_)
            case say.Summaries() as summaries:
                self._exchange.hear_summaries(neighbour, summaries)
            case say.Ask() as ask:
                self._exchange.hear_ask(neighbour, ask)
            case say.State() as state:
                self._exchange.hear_state(neighbour, state)
            case say.Seek(id_, document):
                self._search.hear_seek(peer, id_, document)
            case say.Found(document):
                self._search.hear_found(peer, document)
            case say.Take(document):
                self._search.hear_take(peer, document)
            case say.Unknown(reference):
                neighbour.forget(reference)
            case say.Who(known):
                for each in self._latest.newer_than(known):
                    neighbour.say(say.EnvelopeMessage(each))

    def client_id(self, document: str) -> int:
        """The clientID this session writes to a document under."""
        return client_of(document, "", self._options.session)

    def follow(self, document: str, doc: Doc[Any], kind: Literal["document", "outputs"] = "document") -> Replica:
        """Keeps a document equal with everybody's; ``doc`` was made with :meth:`client_id` and nothing written into
        it.
        """
        before = self._replicas.get(document)
        if before and document not in self._carried:
            raise ValueError(f"already followed: {document}")
        if before:
            self._drop(before)
            doc.apply_update(before.state_since({}))
        replica = self._add(document, doc, kind)
        self._exchange.opened(replica)
        self._search.begin(document)
        return replica

    def close(self, document: str) -> None:
        """Ends following; what is known goes on being carried for the class."""
        replica = self._replicas.get(document)
        if replica and document not in self._carried:
            replica.flush()
            self._search.end(document)
            self.awareness.leave(document)
            self._carried.add(document)

    @property
    def documents(self) -> list[str]:
        """Documents that are here, followed or carried."""
        return list(self._replicas)

    def compare(self, document: str) -> None:
        """Has every neighbour say where it stands; :meth:`said` tells."""
        self._exchange.compare(self._replicas[document])

    def said(self, document: str) -> Mapping[str, bytes]:
        """The digest each neighbour said last, by session."""
        return self._exchange.said(document)

    def introduce(self, record: Record) -> None:
        """Says who one is; again whenever it changes, and now and then."""
        self._repeat()
        self.awareness.say(RECORDS)
        self._publish(RECORDS, "record", encode_record(record))
        wait = max(RECORD_MS, self._size() * _RECORD_SHARE_MS)
        self._repeat = self._options.clock.after(wait, lambda: self.introduce(record))

    def people(self, now: int) -> list[Person]:
        """Everybody else who is here, by name, then by session. ``now`` is milliseconds since 1970."""
        documents: dict[str, list[str]] = {}
        for present in self.awareness.present():
            if present.document != RECORDS:
                documents.setdefault(present.session, []).append(present.document)
        people = []
        for session, each in self._records.items():
            open_ = tuple(sorted(documents.get(session, ())))
            people.append(Person(session, each.name, each.participant, min(each.since, now), open_))
        return sorted(people, key=lambda each: (each.name, each.session))

    def gone(self, session: str) -> None:
        """The server says that somebody left."""
        self._records.pop(session, None)
        self.awareness.gone(session)
        self._options.changed()

    def end(self) -> None:
        """Sends what waits for its turn, says goodbye and lets go of everything."""
        for replica in self._replicas.values():
            replica.flush()
        self.awareness.end()
        self._publish(RECORDS, "record", _FAREWELL)
        self._repeat()
        for part in (self._exchange, self._latest, self._greeting, self.flood):
            part.end()
        self._search.end_all()
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
        replica = self._replicas.get(document) or self._carry(document, is_asked=True)
        if replica is None or document not in self._carried:
            return

        def release() -> None:
            # Not if it was opened here meanwhile. Who still needs it asks again.
            if self._replicas.get(document) is replica and document in self._carried:
                self._drop(replica)

        self._options.clock.after(CARRY_MS, release)

    def _carry(self, document: str, *, is_asked: bool = False) -> Replica | None:
        if len(self._carried) >= MOST_CARRIED or not (is_asked or self._options.carries(document)):
            return None
        self._carried.add(document)
        replica = self._add(document, Doc(client_id=self.client_id(document)), "document")
        self._exchange.opened(replica)
        return replica

    def _wants(self, document: str) -> bool:
        return document in self._replicas or self._carry(document) is not None

    def _size(self) -> int:
        """Sessions in this class, one's own included."""
        return len(self._records) + 1

    def _hear_envelope(self, peer: str, data: bytes) -> bool:
        """Whether it is an envelope."""
        fault = self.flood.hear(peer, data)
        return fault is None or self._refuse("other-version" if fault is Fault.VERSION else "garbled", peer)

    def _accept(self, envelope: Envelope, data: bytes, source: str) -> bool:
        """Whether an envelope is taken, and so passed on."""
        if envelope.room != self._options.room:
            return self._refuse("other-class", source)
        if envelope.session == self._options.session:
            return self._refuse("own", source)
        if envelope.kind in ("document", "outputs"):
            return self._accept_change(envelope, source)
        if not self._latest.is_new(envelope):
            return self._refuse("stale", source)
        taken = self._accept_record(envelope) if envelope.kind == "record" else self.awareness.hear(envelope)
        if taken:
            session = envelope.session
            self._latest.keep(envelope, data, self.awareness.expiry_ms, lambda: self.gone(session))
        return taken or self._refuse("not-allowed", source)

    def _accept_change(self, envelope: Envelope, source: str) -> bool:
        replica = self._replicas.get(envelope.document) or self._carry(envelope.document)
        change = self._parts.take(envelope) if replica else None
        if not replica or change is None:
            return True
        received = replica.receive(change)
        if received == "waiting":
            self._exchange.incomplete(replica.name, source)
        return received != "garbled" or self._refuse("no-change", source)

    def _accept_record(self, envelope: Envelope) -> bool:
        if envelope.document != RECORDS:
            return False
        if envelope.payload == _FAREWELL:
            self.gone(envelope.session)
            return True
        record = decode_record(envelope.payload)
        if record:
            self._records[envelope.session] = record
            self._options.changed()
        return record is not None

    def _publish(self, document: str, kind: str, change: bytes) -> None:
        pieces = cut_change(change)
        for part, payload in enumerate(pieces):
            sequence = self._sequences[document, kind]
            self._sequences[document, kind] += 1
            envelope = Envelope(self._options.room, document, self._options.session, kind, sequence, payload)
            envelope = replace(envelope, part=part, parts=len(pieces))
            data = encode_envelope(envelope)
            if kind in ("awareness", "record"):
                self._latest.keep_own(envelope, data)
            self.flood.publish(envelope, data)
        if not pieces:
            self._exchange.news(document)

    def _add(self, document: str, doc: Doc[Any], kind: str) -> Replica:
        replica = Replica(document, doc, self._options.clock, lambda change: self._publish(document, kind, change))
        self._replicas[document] = replica
        return replica

    def _drop(self, replica: Replica) -> None:
        replica.end()
        self._replicas.pop(replica.name, None)
        self._carried.discard(replica.name)

    def _refuse(self, refusal: Refusal, peer: str) -> Literal[False]:
        self.refusals[refusal] += 1
        self._options.refused(refusal, peer)
        return False
