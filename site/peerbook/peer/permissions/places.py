"""Where everything stands that was written into one document: a second look at a change, when all is here that it
needs. As `core/permissions/places.ts`, so that everybody refuses the same [PER3]. Pure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .change import CheckedChange, Content, Id, Struct
from .limits import TYPE_DEPTH

PlaceFault = Literal["torn", "inside", "misplaced", "deep"]
"""Its left and its right are not in one place; in something that holds nothing; text outside of a text, a value in one,
a key where none is due or none where one is; types in types beyond TYPE_DEPTH.
"""
TypeKind = Literal["map", "array", "text"]
_KINDS: dict[Content, TypeKind] = {"map-type": "map", "array-type": "array", "text-type": "text"}


@dataclass(slots=True, eq=False)
class _Type:
    kind: TypeKind
    depth: int
    places: dict[str | None, _Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    type: _Type
    key: str | None


@dataclass(frozen=True, slots=True)
class _Run:
    start: int
    where: _Place | None
    """None is nowhere: cut off, written and deleted with what it was in, or leaning on such a thing."""
    is_deleted: bool
    """Nothing is left of it: what is in it is nowhere."""


class _Author:
    def __init__(self) -> None:
        self.runs: list[_Run] = []
        self.types: dict[int, _Type] = {}
        self.end = 0

    def add(self, start: int, end: int, where: _Place | None, *, is_deleted: bool) -> None:
        last = self.runs[-1] if self.runs else None
        if last is None or last.where is not where or last.is_deleted != is_deleted:
            self.runs.append(_Run(start, where, is_deleted))
        self.end = end

    def find(self, clock: int) -> _Run | None:
        """The run with a clock that is there."""
        index = bisect_right(self.runs, clock, key=lambda run: run.start) - 1
        return self.runs[max(0, index)] if clock < self.end and self.runs else None

    def take_back(self, end: int, runs: int) -> None:
        """Forgets what was added since."""
        del self.runs[runs:]
        for clock in [clock for clock in self.types if clock >= end]:
            del self.types[clock]
        self.end = end


class Places:
    def __init__(self, cuts: Mapping[int, int]) -> None:
        """``cuts``: clients whose clocks from one on do not count."""
        self._cuts = cuts
        self._authors: dict[int, _Author] = {}
        self._roots: dict[str, _Type] = {}

    def admit(self, change: CheckedChange) -> PlaceFault | None:
        """Takes a change all of whose needs are here into account, or says why it is not to be taken."""
        author = self._authors.setdefault(change.client, _Author())
        end, runs = author.end, len(author.runs)
        for struct in change.structs:
            if struct.clock + struct.length <= author.end:
                continue
            fault = self._place(struct, author)
            if fault:
                author.take_back(end, runs)
                return fault
        return None

    def _place(self, struct: Struct, author: _Author) -> PlaceFault | None:
        where = None if struct.content == "gone" else self._where(struct)
        if isinstance(where, str):
            return where
        if where:
            if not _holds(where, struct.content):
                return "misplaced"
            if struct.content in _KINDS:
                depth = where.type.depth + 1
                if depth > TYPE_DEPTH:
                    return "deep"
                author.types[struct.clock] = _Type(_KINDS[struct.content], depth)
        start = max(struct.clock, author.end)
        author.add(start, struct.clock + struct.length, where, is_deleted=struct.content == "deleted")
        return None

    def _where(self, struct: Struct) -> _Place | PlaceFault | None:
        if struct.left and struct.right:
            before, after = self._find(struct.left), self._find(struct.right)
            if not (before and before.where and after and after.where):
                return None
            return before.where if before.where is after.where else "torn"
        beside = struct.left or struct.right
        if beside:
            run = self._find(beside)
            return run.where if run else None
        if isinstance(struct.parent, str):
            return _place_in(self._roots.setdefault(struct.parent, _Type("map", 0)), struct.key)
        assert struct.parent is not None
        run = self._find(struct.parent)
        if run is None or run.where is None or run.is_deleted:
            return None
        client, clock = struct.parent
        type_ = self._authors[client].types.get(clock)
        return _place_in(type_, struct.key) if type_ else "inside"

    def _find(self, at: Id) -> _Run | None:
        """None for what is cut off."""
        client, clock = at
        author = self._authors.get(client)
        return None if author is None or clock >= self._cuts.get(client, clock + 1) else author.find(clock)


def _place_in(type_: _Type, key: str | None) -> _Place:
    return type_.places.setdefault(key, _Place(type_, key))


def _holds(place: _Place, content: Content) -> bool:
    if (place.type.kind == "map") != (place.key is not None):
        return False
    return content == "deleted" or (content == "text") == (place.type.kind == "text")
