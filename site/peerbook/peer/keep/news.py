"""What whoever keeps a class is told: who came, how it is connected, what is kept. A line for a change that lasts, none
for what comes and goes. Pure: time is passed in, in seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ...wording import names_in_words
from ..keys.knocking import KnockState
from ..signaling.line import ServerState

_REST_S = 1.0
"""What changed is told when it has been so for this long: thirty people who come at once are one line."""
_LONGEST_S = 10.0
"""Or when it has been changing for this long."""
_LOST_S = 5.0
"""A connection that ends is often another one's beginning."""
_KEPT_S = 60.0
"""A notebook somebody writes in all the time is told of again after this."""
_MOST_NAMES = 6
_AT_THE_DOOR: dict[KnockState, str] = {
    "inside": "Let in.",
    "knocking": "Knocked at the door of the class; nobody has answered yet.",
    "waiting": "The door of the class is closed: waiting until whoever teaches opens it.",
    "refused": "Whoever teaches does not let us in.",
}
_PUT_OUT = "Whoever teaches has put us out of the class. What was kept until now stays here; nothing new comes."

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class View:
    """A class as it is in one moment."""

    server: ServerState
    is_in: bool
    """Whether the server has us in the class."""
    others: int
    """Sessions the server knows in the class beside this one, reached or not."""
    roads: Collection[str]
    """The road to each neighbour that is reached."""
    people: Mapping[str, str]
    """The others who are known to be here: participant and name."""
    door: KnockState = "inside"
    """How it stands with being let in."""
    is_removed: bool = False
    """Whether whoever teaches put us out."""
    costly: Collection[str] = ()
    """Participants whose writing is so much work that it waits [PER8]."""


class _Settled(Generic[Value]):
    """A value that counts once it stays as it is."""

    def __init__(self, value: Value) -> None:
        self.value = value
        self._next = value
        self._since = self._first = 0.0

    def becomes(self, value: Value, now: float, rest: float) -> bool:
        """Whether ``value`` takes the place of the one that counted, now."""
        if value == self.value:
            self._next = value
            return False
        if self._next == self.value:
            self._first = now
        if value != self._next:
            self._next, self._since = value, now
        if now - self._since < rest and now - self._first < _LONGEST_S:
            return False
        self.value = value
        return True


class News:
    def __init__(self) -> None:
        self._server = _Settled("joining")
        self._people: _Settled[Mapping[str, str]] = _Settled({})
        self._company = _Settled("")
        self._door: _Settled[KnockState] = _Settled("inside")
        self._is_removed = _Settled(False)
        self._costly: set[str] = set()

    def look(self, view: View, now: float) -> list[str]:
        """The lines there are to say now."""
        return [
            *self._of_server(view, now),
            *self._of_door(view, now),
            *self._of_people(view, now),
            *self._of_costly(view),
            *self._of_company(view, now),
        ]

    def _of_server(self, view: View, now: float) -> Iterator[str]:
        state = "open" if view.is_in else "away" if view.server.kind == "away" else self._server.value
        before = self._server.value
        if self._server.becomes(state, now, 0 if state == "open" else _REST_S):
            if state == "away":
                yield "The server does not answer; trying again until it does."
            elif before == "away":
                yield "The server answers again."

    def _of_door(self, view: View, now: float) -> Iterator[str]:
        if self._is_removed.becomes(view.is_removed, now, 0):
            yield _PUT_OUT if view.is_removed else "Back in the class: what is written is kept again."
        if view.is_removed:
            return
        is_knocking = view.door == "knocking"
        if is_knocking and not view.roads:
            return  # There is nobody to open.
        if self._door.becomes(view.door, now, _LOST_S if is_knocking else 0):
            yield _AT_THE_DOOR[view.door]

    def _of_people(self, view: View, now: float) -> Iterator[str]:
        before = self._people.value
        if self._people.becomes(dict(view.people), now, _REST_S):
            came = sorted(name for id_, name in view.people.items() if id_ not in before)
            left = sorted(name for id_, name in before.items() if id_ not in view.people)
            named = [(before[id_], name) for id_, name in view.people.items() if before.get(id_, name) != name]
            if came:
                yield f"{_people(came)} came."
            if left:
                yield f"{_people(left)} left."
            for old, new in sorted(named):
                yield f"{old} is now called {new}."

    def _of_costly(self, view: View) -> Iterator[str]:
        new = [each for each in view.costly if each not in self._costly]
        self._costly.update(new)
        if new:
            names = _people(sorted(view.people.get(each, "Somebody") for each in new))
            yield f"What {names} wrote is a lot of work for this computer: it comes bit by bit."

    def _of_company(self, view: View, now: float) -> Iterator[str]:
        words = _company(view)
        is_worse = not view.roads
        if words and self._company.becomes(words, now, _LOST_S if is_worse else _REST_S):
            yield words


def _company(view: View) -> str:
    """Who is reached, and how; empty where nothing can be said for certain."""
    if view.roads:
        relayed = sum(road == "relay" for road in view.roads)
        if not relayed:
            return "Connected directly, from device to device."
        if relayed == len(view.roads):
            return "Connected through the server."
        return "Connected, to some directly and to some through the server."
    if view.server.kind != "open" or not view.is_in:
        return ""
    if view.others:
        return f"{_count(view.others, 'other page')} of the class cannot be reached yet; trying."
    return "Nobody else is here. Whoever comes gets what is kept."


def _people(names: Sequence[str]) -> str:
    if len(names) <= _MOST_NAMES:
        return names_in_words(names)
    return names_in_words([*names[: _MOST_NAMES - 1], f"{len(names) - _MOST_NAMES + 1} others"])


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


@dataclass(slots=True)
class KeptNews:
    """Which notebooks were written: told when a notebook rests, or now and then while somebody writes in it."""

    _due: dict[str, float] = field(default_factory=dict)
    """When each file that nothing was said of yet was written last,"""
    _said: dict[str, float] = field(default_factory=dict)
    """and when each was spoken of last."""

    def written(self, file: str, now: float) -> None:
        self._due[file] = now
        self._said.setdefault(file, now)

    def look(self, now: float) -> list[str]:
        files = [file for file, at in self._due.items() if now - at >= 3 * _REST_S or now - self._said[file] >= _KEPT_S]
        for file in files:
            del self._due[file]
            self._said[file] = now
        return [f"Kept {_people(sorted(files))}."] if files else []
