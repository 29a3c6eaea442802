"""One room on the server: who is in it, whom one is introduced to, signals. Survives every reconnection. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..clock import Cancel, Clock, nothing
from ..listeners import Listeners
from ..overlay.neighbours import MAX_DEGREE
from . import messages as say

_RECORD = "AA"
"""Nothing of oneself: names go from participant to participant."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """`call` these; these will call (`expect`); let go of these (`release`) once the others are connected."""

    call: Sequence[str] = ()
    expect: Sequence[str] = ()
    release: Sequence[str] = ()
    all: Sequence[str] = ()
    """On entering, and after every return: all neighbours. Who calls whom of the new ones is said right behind."""


class Carrier(Protocol):
    """What a room asks of the client that carries it."""

    def say(self, type_: str, **fields: object) -> bool: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def grace_ms(self) -> float:
        """How long the server keeps the place of somebody whose line broke."""


class Room:
    def __init__(self, name: str, carrier: Carrier, have: Callable[[], Sequence[str]]) -> None:
        """``have``: whom one is connected to, asked at every return."""
        self.name = name
        self._carrier = carrier
        self._have = have
        self._awaited: set[str] = set()
        self._cancel_await: Cancel = nothing
        self.people: dict[str, bool] = {}
        """Everybody in the room, oneself included, and whether the server reaches them."""
        self.count = 0
        self.joined = False
        """Whether the server has us in it now."""
        self.changes: Listeners[Collection[str], Collection[str]] = Listeners()
        """Somebody came or changed; went for good."""
        self.meetings: Listeners[Meeting] = Listeners()
        self.signals: Listeners[str, str] = Listeners()
        """From whom, and what."""
        self.refusals: Listeners[say.Refused] = Listeners()

    def more(self, lost: Sequence[str]) -> None:
        """Connections to these failed or ended: introduce others."""
        self._carrier.say("more", room=self.name, lost=list(lost[: say.IDS_PER_MESSAGE]))

    def signal(self, to: str, data: str) -> bool:
        """False when the server is away."""
        return self._carrier.say("signal", room=self.name, to=to, data=data)

    def enter(self) -> None:
        """A socket has opened: says everything again."""
        have = list(self._have())[:MAX_DEGREE]
        self._carrier.say("join", room=self.name, record=_RECORD, overlay=True, have=have)

    def pause(self) -> None:
        """The server is away: nobody can be told gone meanwhile."""
        self.joined = False
        self._cancel_await()

    def take(self, message: say.ServerMessage) -> None:
        match message:
            case say.Joined():
                self.joined = True
                self.count = message.count
                self._await({person.session for person in message.people})
                came = self._note(message.people, message.next)
                self.changes.call(came, ())
                self.meetings.call(Meeting(all=message.neighbours))
            case say.People():
                self.changes.call(self._note(message.people, message.next), ())
            case say.Changes():
                self.count = message.count
                for session in message.left:
                    self.people.pop(session, None)
                    self._awaited.discard(session)
                self.changes.call(self._note(message.people, None), message.left)
            case say.Meet():
                self.meetings.call(Meeting(message.call, message.expect, message.release))
            case say.Signal():
                self.signals.call(message.source, message.data)
            case say.Refused():
                self.refusals.call(message)
            case _:
                pass

    def _note(self, people: Sequence[say.Person], after: int | None) -> list[str]:
        for person in people:
            self.people[person.session] = person.here
            self._awaited.discard(person.session)
        if after is not None:
            self._carrier.say("roster", room=self.name, after=after)
        return [person.session for person in people]

    def _await(self, named: Collection[str]) -> None:
        """Those known before a return that are not named again come back too, each in their time, or are gone."""
        self._awaited -= set(named)
        for session in self.people:
            if session not in named:
                self._awaited.add(session)
                self.people[session] = False
        self._cancel_await()
        if self._awaited:
            self._cancel_await = self._carrier.clock.after(self._carrier.grace_ms, self._give_up)

    def _give_up(self) -> None:
        gone = list(self._awaited)
        self._awaited.clear()
        for session in gone:
            self.people.pop(session, None)
        if gone:
            self.changes.call((), gone)
