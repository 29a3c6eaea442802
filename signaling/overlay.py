"""Who is introduced to whom: a random near-regular graph of a room, connected, degrees TARGET_DEGREE to MAX_DEGREE.

Pure: randomness is passed in, changes are collected and taken by the room. A newcomer fills gaps first, then steps
into edges that exist (a-b becomes a-new-b), which keeps every degree and the graph's connectedness. What leaves or
breaks is paired up again in :meth:`Overlay.mend`, which also joins parts that have come apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from random import Random

from .protocol import MAX_DEGREE, TARGET_DEGREE

TRIES = 48
"""Random edges looked at before giving up; in a room of more than 20 one in two fits."""
AVOIDED = 16
"""Pairs remembered, per person, that lost each other or could not connect."""
APART_SECONDS = 15.0
"""So long they are not introduced to each other again: it may have been a closed lid, and there may be nobody else."""
LONGEST_APART_SECONDS = 3_600.0
"""Four times as long each time, up to this: it may be their networks, and a page opens 40 connections an hour."""


@dataclass(slots=True)
class Change:
    """What one person is told: call these, expect a call of those, let go of these when the others are connected."""

    call: list[str] = field(default_factory=list)
    expect: list[str] = field(default_factory=list)
    release: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Doubt:
    """Somebody that a connection was lost to: how often, and until when there is no other introduction."""

    times: int = 0
    until: float = 0.0


@dataclass(slots=True)
class _Place:
    edges: dict[str, None] = field(default_factory=dict)
    """Dictionaries for sets: their order does not depend on the process, so one seed is one graph."""
    claims: dict[str, None] = field(default_factory=dict)
    """Connections somebody brought along whose other end has not come back yet: they take up room."""
    avoided: dict[str, _Doubt] = field(default_factory=dict)
    available: bool = True
    """False while their connection to the server is broken: they cannot be introduced, their edges may well live."""

    @property
    def degree(self) -> int:
        return len(self.edges) + len(self.claims)


class Overlay:
    """The graph of one room."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._places: dict[str, _Place] = {}
        self._changes: dict[str, Change] = {}
        self._torn = False
        self._now = 0.0
        self._apart_until = inf
        """When the next two that are kept apart may meet again."""

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, person: str) -> bool:
        return person in self._places

    def neighbours(self, person: str) -> list[str]:
        """Whom ``person`` was introduced to."""
        return list(self._places[person].edges)

    def take_changes(self) -> dict[str, Change]:
        """What changed since the last call, for each person concerned."""
        changes, self._changes = self._changes, {}
        return changes

    def add(self, person: str, have: Iterable[str] = ()) -> None:
        """Let ``person`` in, or back in; ``have`` are connections they hold. An edge needs both ends to say so."""
        place = self._places.setdefault(person, _Place())
        place.available = True
        place.claims = {}
        for other in have:
            if other == person or other in place.edges:
                continue
            known = self._places.get(other)
            if place.degree >= MAX_DEGREE or (known and person not in known.claims):
                self._release(person, other)
            elif known:
                del known.claims[person]
                self._link(person, other, told=False)
            else:
                place.claims[other] = None
        self._fill(person)
        self._torn = True

    def forget_claims(self, person: str) -> None:
        """Those ``person`` was connected to have had their time to come back."""
        if (place := self._places.get(person)) and place.claims:
            for other in place.claims:
                self._release(person, other)
            place.claims = {}
            self._torn = True

    def pause(self, person: str) -> None:
        """No introductions for the moment."""
        if place := self._places.get(person):
            place.available = False

    def remove(self, person: str) -> None:
        """``person`` is gone for good."""
        place = self._places.pop(person, None)
        if place is None:
            return
        self._changes.pop(person, None)
        for other in place.edges:
            del self._places[other].edges[person]
            self._release(other, person)
        self._torn = True

    def lose(self, person: str, lost: Iterable[str], now: float) -> None:
        """``person`` says that these connections are gone: introduce them to others instead. ``now`` in seconds."""
        self._now = now
        place = self._places.get(person)
        if place is None:
            return
        for other in lost:
            place.claims.pop(other, None)
            if other in place.edges:
                self._unlink(person, other)
                doubt = place.avoided.pop(other, None) or _Doubt()
                doubt.until = now + min(LONGEST_APART_SECONDS, APART_SECONDS * 4**doubt.times)
                doubt.times += 1
                place.avoided[other] = doubt
                self._apart_until = min(self._apart_until, doubt.until)
                if len(place.avoided) > AVOIDED:
                    del place.avoided[next(iter(place.avoided))]
        self._fill(person)
        self._torn = True

    def mend(self, now: float) -> None:
        """Pair up whoever has too few, then join what has come apart. Work only when something changed."""
        self._now = now
        if now >= self._apart_until:
            doubts = [doubt.until for place in self._places.values() for doubt in place.avoided.values()]
            self._apart_until = min((until for until in doubts if until > now), default=inf)
            self._torn = True
        if not self._torn:
            return
        self._torn = False
        short = [name for name, place in self._places.items() if place.available and place.degree < TARGET_DEGREE]
        self._random.shuffle(short)
        for position, person in enumerate(short):
            for other in short[position + 1 :]:
                if self._places[person].degree >= TARGET_DEGREE:
                    break
                if self._places[other].degree < TARGET_DEGREE and self._may_link(person, other):
                    self._link(person, other)
        for person in short:
            self._fill(person)
        self._connect()

    def _fill(self, person: str) -> None:
        """Edges for ``person`` up to the target: with who has too few, with who has the target, by stepping in."""
        place = self._places[person]
        if place.degree >= TARGET_DEGREE:
            return
        others = [name for name in self._places if self._may_link(person, name)]
        self._random.shuffle(others)
        for most in (TARGET_DEGREE, TARGET_DEGREE + 1):
            for other in others:
                if place.degree >= TARGET_DEGREE:
                    return
                if self._places[other].degree < most and other not in place.edges:
                    self._link(person, other)
        for _ in range(TRIES):
            if place.degree >= TARGET_DEGREE or not others:
                return
            near = self._random.choice(others)
            far = self._random.choice(list(self._places[near].edges) or [near])
            if near not in place.edges and self._may_link(person, far):
                self._step_in(person, near, far)
        for other in others:
            if place.degree < TARGET_DEGREE and self._places[other].degree < MAX_DEGREE and other not in place.edges:
                self._link(person, other)

    def _connect(self) -> None:
        """Join the parts of the graph to its largest."""
        parts = self._parts()
        if len(parts) < 2:
            return
        parts.sort(key=len)
        main = parts.pop()
        for part in parts:
            if self._bridge(part, main):
                main = main + part

    def _bridge(self, part: list[str], main: list[str]) -> bool:
        here, there = self._free(part), self._free(main)
        if not here or not there:
            return False  # nobody there can be introduced at the moment; their return calls this again
        roomy_here = [name for name in here if self._places[name].degree < MAX_DEGREE]
        roomy_there = [name for name in there if self._places[name].degree < MAX_DEGREE]
        if roomy_here and roomy_there:
            self._link(self._random.choice(roomy_here), self._random.choice(roomy_there))
            return True
        edge_here, edge_there = self._spare_edge(part), self._spare_edge(main)
        if edge_here and edge_there:
            # Two edges that lie on cycles, exchanged: every degree stays, the two parts become one.
            self._unlink(*edge_here)
            self._unlink(*edge_there)
            self._link(edge_here[0], edge_there[0])
            self._link(edge_here[1], edge_there[1])
            return True
        for lonely, edge in ((roomy_here, edge_there), (roomy_there, edge_here)):
            fitting = [name for name in lonely if self._places[name].degree <= MAX_DEGREE - 2]
            if fitting and edge:
                self._step_in(self._random.choice(fitting), *edge)
                return True
        return False

    def _free(self, part: list[str]) -> list[str]:
        return [name for name in part if self._places[name].available and not self._places[name].claims]

    def _parts(self) -> list[list[str]]:
        seen: set[str] = set()
        parts: list[list[str]] = []
        for start in self._places:
            if start in seen:
                continue
            seen.add(start)
            part = [start]
            for name in part:  # grows while it is walked
                for other in self._places[name].edges:
                    if other not in seen:
                        seen.add(other)
                        part.append(other)
            parts.append(part)
        return parts

    def _spare_edge(self, part: list[str]) -> tuple[str, str] | None:
        """An edge outside of a spanning tree: the part holds together without it."""
        parent: dict[str, str] = {part[0]: part[0]}
        queue = [part[0]]
        spare: list[tuple[str, str]] = []
        for name in queue:
            for other in self._places[name].edges:
                if other not in parent:
                    parent[other] = name
                    queue.append(other)
                elif parent[name] != other and self._places[name].available and self._places[other].available:
                    spare.append((name, other))
        return self._random.choice(spare) if spare else None

    def _may_link(self, person: str, other: str) -> bool:
        mine, theirs = self._places[person], self._places[other]
        return (
            person != other
            and theirs.available
            and mine.available
            and other not in mine.edges
            and other not in mine.claims
            and not self._avoids(mine, other)
            and not self._avoids(theirs, person)
        )

    def _avoids(self, place: _Place, other: str) -> bool:
        doubt = place.avoided.get(other)
        return doubt is not None and doubt.until > self._now

    def _step_in(self, person: str, near: str, far: str) -> None:
        self._unlink(near, far)
        self._link(person, near)
        self._link(person, far)

    def _link(self, caller: str, other: str, *, told: bool = True) -> None:
        self._places[caller].edges[other] = None
        self._places[other].edges[caller] = None
        if told:
            for person, peer in ((caller, other), (other, caller)):
                change = self._changes.setdefault(person, Change())
                if peer in change.release:  # let go and taken up again before anybody was told
                    change.release.remove(peer)
            self._changes[caller].call.append(other)
            self._changes[other].expect.append(caller)

    def _unlink(self, one: str, other: str) -> None:
        del self._places[one].edges[other]
        del self._places[other].edges[one]
        self._release(one, other)
        self._release(other, one)

    def _release(self, person: str, peer: str) -> None:
        change = self._changes.setdefault(person, Change())
        for told in (change.call, change.expect):
            if peer in told:  # never told: nothing to let go of
                told.remove(peer)
                return
        change.release.append(peer)
