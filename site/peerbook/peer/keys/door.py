"""The door of a class, as a member keeps it: who knocks is let in, waits for somebody who may open, or is turned away;
and where one cannot answer oneself, knocks are passed on and answers passed back. As ``core/keys/door.ts`` [KEY7,
KEY8]; says what to do, does nothing. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

from .knock import Knock

KNOCKS_PER_MINUTE = 600
"""Knocks looked at, of one neighbour in a minute: a school's worth, passed on by one page. `knocks_per_minute`."""
WAITING_PEOPLE = 500
"""People who wait, at most: those who knocked last. `waiting_people`."""
WAITING_MS = 60_000
"""Who has not knocked for so long is not waiting any more: three times as long as between two knocks."""
_WAYS = 2000
"""Ways back remembered."""
_SEEN = 4000
"""Knocks known not to be answered twice."""
_HELD = 500
"""Knocks that wait for a key one waits for oneself."""
KNOCK_ANSWERS = 8
"""Answers to one knock that are passed back: those of a newcomer's neighbours. ``knock_answers``."""
_KNOCKS = 8
"""Of one person, a session each."""

Key = TypeVar("Key", bytes, str)
Reply = Literal["admitted", "waiting", "refused"]


class DoorRules(Protocol):
    """What the class says at the moment."""

    def is_open(self) -> bool: ...

    def can_teach(self) -> bool:
        """Whether one is owner or instructor oneself."""

    def has_key(self) -> bool:
        """Whether one has the key of the epoch that counts, and so anything to hand over."""

    def is_removed(self, participant: str) -> bool: ...

    def is_behind(self) -> bool:
        """Whether one is a member who waits for that key oneself, as all do when an epoch begins."""

    def is_member(self, participant: str) -> bool:
        """Whether somebody was in the class before this epoch, and not removed: they are given what they lack, also
        where the door is closed.
        """


@dataclass(frozen=True, slots=True)
class AnswerStep:
    knock: Knock
    reply: Reply


@dataclass(frozen=True, slots=True)
class PassOn:
    """To all neighbours but ``source``."""

    data: bytes
    source: str


@dataclass(frozen=True, slots=True)
class PassBack:
    data: bytes
    to: str


Step = AnswerStep | PassOn | PassBack


@dataclass(frozen=True, slots=True)
class WaitingPerson:
    participant: str
    name: str
    since: float
    """When they knocked first and last, in the clock's milliseconds."""
    last: float


@dataclass(slots=True)
class _Way:
    to: str
    answers: int = 0


@dataclass(slots=True)
class _Person:
    name: str
    since: float
    last: float
    knocks: dict[str, Knock] = field(default_factory=dict)
    """Their latest, one for each session."""


class Door:
    def __init__(self, rules: DoorRules, now: Callable[[], float]) -> None:
        self._rules = rules
        self._now = now
        self._people: dict[str, _Person] = {}
        self._turned_away: dict[str, None] = {}
        self._ways: dict[bytes, _Way] = {}
        self._held: dict[bytes, tuple[Knock, bytes, str]] = {}
        """Knocks that wait for a key that one waits for oneself."""
        self._seen: dict[bytes, None] = {}
        self._counts: dict[str, tuple[int, int]] = {}

    @property
    def waiting(self) -> list[WaitingPerson]:
        """Who waits to be let in, for those who may, in order of coming."""
        now = self._now()
        self._people = {id_: each for id_, each in self._people.items() if now - each.last <= WAITING_MS}
        rows = [WaitingPerson(id_, each.name, each.since, each.last) for id_, each in self._people.items()]
        return sorted(rows, key=lambda each: (each.since, each.participant))

    def may_read(self, id_: bytes, source: str) -> bool:
        """Whether a knock that a neighbour brings is worth reading: neither too many, nor known."""
        minute = int(self._now() // 60_000)
        known, count = self._counts.get(source, (minute, 0))
        count = count + 1 if known == minute else 1
        self._counts[source] = minute, count
        return count <= KNOCKS_PER_MINUTE and id_ not in self._seen

    def knocked(self, knock: Knock, data: bytes, source: str) -> list[Step]:
        """A knock that was read and is genuine; ``source`` is the neighbour's session."""
        if knock.id in self._seen:
            return []
        _remember(self._seen, knock.id)
        self._ways.pop(knock.id, None)
        self._ways[knock.id] = _Way(source)
        if len(self._ways) > _WAYS:
            del self._ways[next(iter(self._ways))]
        return self._respond(knock, data, source)

    def _respond(self, knock: Knock, data: bytes, source: str) -> list[Step]:
        participant = knock.who.participant
        if self._rules.is_removed(participant):
            return [AnswerStep(knock, "refused")]
        if self._lets(participant):
            return [AnswerStep(knock, "admitted")]
        if self._may_decide:
            if participant in self._turned_away:
                return [AnswerStep(knock, "refused")]
            self._wait(knock)
            return [AnswerStep(knock, "waiting")]
        if self._rules.is_behind():
            # They are answered in a moment, as one is oneself: a class that all knocks at once does not pass each on.
            self._held[knock.id] = knock, data, source
            if len(self._held) > _HELD:
                del self._held[next(iter(self._held))]
            return []
        passing = PassOn(data, source)
        is_direct = source == knock.who.session
        return [AnswerStep(knock, "waiting"), passing] if is_direct and self._rules.has_key() else [passing]

    def answered(self, knock_id: bytes, data: bytes, source: str) -> list[Step]:
        """An answer to somebody else's knock goes back the way the knock came."""
        way = self._ways.get(knock_id)
        if way is None or way.to == source or way.answers >= KNOCK_ANSWERS:
            return []
        way.answers += 1
        return [PassBack(data, way.to)]

    def way_to(self, knock: Knock) -> str | None:
        """Where one's own answer to a knock goes."""
        way = self._ways.get(knock.id)
        return way.to if way else None

    def admit(self, participant: str) -> list[Step]:
        """An instructor lets somebody in. Nothing where one may not, or nobody of that name waits."""
        if not self._may_decide:
            return []
        self._turned_away.pop(participant, None)
        return self._decide(participant, "admitted")

    def refuse(self, participant: str) -> list[Step]:
        """An instructor does not; while this program runs they are turned away."""
        if not self._may_decide or participant not in self._people:
            return []
        _remember(self._turned_away, participant)
        return self._decide(participant, "refused")

    def changed(self) -> list[Step]:
        """The door was opened, a key came, a role changed: whoever waits and may come in now is let in."""
        steps: list[Step] = []
        for participant in list(self._people):
            if self._rules.is_removed(participant):
                steps += self._decide(participant, "refused")
            elif self._lets(participant):
                steps += self._decide(participant, "admitted")
        if not self._rules.is_behind():
            held, self._held = self._held, {}
            for knock, data, source in held.values():
                steps += self._respond(knock, data, source)
        return steps

    def left(self, neighbour: str) -> None:
        """A neighbour went."""
        self._counts.pop(neighbour, None)

    @property
    def _may_decide(self) -> bool:
        return self._rules.has_key() and self._rules.can_teach()

    def _lets(self, participant: str) -> bool:
        """Whether any member may let them in."""
        return self._rules.has_key() and (self._rules.is_open() or self._rules.is_member(participant))

    def _decide(self, participant: str, reply: Reply) -> list[Step]:
        person = self._people.pop(participant, None)
        return [AnswerStep(knock, reply) for knock in person.knocks.values()] if person else []

    def _wait(self, knock: Knock) -> None:
        now, who = self._now(), knock.who
        person = self._people.pop(who.participant, None) or _Person(knock.name, now, now)
        person.name, person.last = knock.name, now
        person.knocks[who.session] = knock
        person.knocks = dict(list(person.knocks.items())[-_KNOCKS:])
        self._people[who.participant] = person
        if len(self._people) > WAITING_PEOPLE:
            del self._people[next(iter(self._people))]


def _remember(seen: dict[Key, None], value: Key) -> None:
    seen.pop(value, None)
    seen[value] = None
    if len(seen) > _SEEN:
        del seen[next(iter(seen))]
