"""Who is here and what they say of themselves: records and presence, the latest of each. ``core/sync/company.ts`` in
Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..clock import Cancel, Clock, nothing
from ..envelope import Envelope
from ..overlay.messages import EnvelopeMessage, HeardOf, Who
from ..overlay.neighbours import Neighbour, Neighbours
from ..sealed import Sealed
from .awareness import Awareness, AwarenessPorts
from .greeting import Greeting
from .latest import Latest
from .options import ClassEar, Refusal
from .record import Person, Record, decode_record, encode_record

RECORDS = "records"
"""The name records go under: they are about the class, not about a notebook."""
RECORD_MS = 60_000
"""Said again though nothing changed, for whom it did not reach; and for each person here:"""
_RECORD_SHARE_MS = 400
_FAREWELL = b"\x00"


@dataclass(frozen=True, slots=True)
class CompanyPorts:
    clock: Clock
    neighbours: Neighbours
    publish: Callable[[str, str, bytes], None]
    introduction: Callable[[str], bytes | None]
    changed: Callable[[], None]
    ear: ClassEar | None = None
    """What else a newcomer is told when they ask who is here."""


class Company:
    def __init__(self, ports: CompanyPorts) -> None:
        self._ports = ports
        self._records: dict[str, Record] = {}
        self._repeat: Cancel = nothing
        self._latest = Latest(ports.clock)
        self._greeting = Greeting(ports.clock, ports.neighbours, self._known)
        self.awareness = Awareness(
            AwarenessPorts(
                ports.clock,
                lambda name, said: ports.publish(name, "awareness", said),
                lambda: self.size,
                ports.changed,
            )
        )

    @property
    def size(self) -> int:
        """Sessions in this class, one's own included."""
        return len(self._records) + 1

    def has(self, session: str) -> bool:
        """Whether somebody else's session is in the class."""
        return session in self._records

    def joined(self, peer: str) -> None:
        """A new neighbour, or one who may know more: asked who is here."""
        self._greeting.joined(peer)

    def hear_who(self, neighbour: Neighbour, who: Who) -> None:
        if self._ports.ear:
            self._ports.ear.tell(neighbour, who.known)
        for session, data in self._latest.newer_than(who.known):
            neighbour.introduce("control", session, self._ports.introduction(session))
            neighbour.say(EnvelopeMessage(data))

    def is_stale(self, envelope: Envelope) -> bool:
        """Whether something that counts came before: then it is not worth opening."""
        return not _is_mark(envelope) and not self._latest.is_new(envelope)

    def take(self, envelope: Envelope, data: bytes, plain: bytes, participant: str) -> Refusal | None:
        """Takes what ``participant`` says, opened; None: it is taken."""
        envelope = replace(envelope, payload=plain)
        if _is_mark(envelope):
            # Of outputs that somebody left, which nobody shows here: passed on to those who do.
            record = decode_record(plain)
            return None if record and record.participant == participant else "not-allowed"
        if not self._latest.is_new(envelope):
            return "stale"
        is_record = envelope.kind == "record"
        taken = self._take_record(envelope, participant) if is_record else self.awareness.hear(envelope)
        if taken:
            session = envelope.session
            self._latest.keep(envelope, data, self.awareness.expiry_ms, lambda: self.gone(session))
        return None if taken else "not-allowed"

    def take_own(self, sealed: Sealed) -> None:
        """One's own: kept for those who come."""
        self._latest.keep_own(sealed.envelope, sealed.data)

    def introduce(self, record: Record) -> None:
        """Says who one is; again whenever it changes, and now and then."""
        self._repeat()
        self.awareness.say(RECORDS)
        self._ports.publish(RECORDS, "record", encode_record(record))
        wait = max(RECORD_MS, self.size * _RECORD_SHARE_MS)
        self._repeat = self._ports.clock.after(wait, lambda: self.introduce(record))

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
        """Somebody left."""
        self._records.pop(session, None)
        self.awareness.gone(session)
        self._ports.changed()

    def end(self) -> None:
        self.awareness.end()
        self._ports.publish(RECORDS, "record", _FAREWELL)
        self._repeat()
        self._latest.end()
        self._greeting.end()

    def _known(self) -> tuple[HeardOf, ...]:
        return (*self._latest.known(), *(self._ports.ear.known() if self._ports.ear else ()))

    def _take_record(self, envelope: Envelope, participant: str) -> bool:
        if envelope.payload == _FAREWELL:
            self.gone(envelope.session)
            return True
        record = decode_record(envelope.payload)
        if record is None or record.participant != participant:
            return False
        self._records[envelope.session] = record
        self._ports.changed()
        return True


def _is_mark(envelope: Envelope) -> bool:
    """Records of other names than RECORDS are about outputs that somebody left."""
    return envelope.kind == "record" and envelope.document != RECORDS
