"""Where everything stands that was written into one document: a second look at a change, when its needs are here.

The rules of `core/permissions/places.ts`: what a change leans on decides, never the order in which changes came.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .change import CheckedChange, Content, Id, Struct
from .limits import TYPE_DEPTH

PlaceFault = Literal["torn", "inside", "misplaced", "deep"]
"""Left and right in two places; in what holds nothing; text, a value or a key where none is due; types without end."""
_KINDS: Mapping[Content, str] = {"map-type": "map", "array-type": "array", "text-type": "text"}


@dataclass(slots=True, eq=False)
class _Type:
    kind: str
    depth: int
    places: dict[str | None, _Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    type: _Type
    key: str | None


@dataclass(slots=True)
class _Author:
    """What one client wrote, in runs: where each begins, where it stands (None: nowhere), whether it is deleted."""

    starts: list[int] = field(default_factory=list)
    wheres: list[tuple[_Place | None, bool]] = field(default_factory=list)
    types: dict[int, _Type] = field(default_factory=dict)
    end: int = 0

    def add(self, start: int, end: int, where: tuple[_Place | None, bool]) -> None:
        if not self.wheres or self.wheres[-1] != where:
            self.starts.append(start)
            self.wheres.append(where)
        self.end = end

    def find(self, clock: int) -> tuple[_Place | None, bool]:
        if clock >= self.end:
            return None, True
        return self.wheres[bisect_right(self.starts, clock) - 1]

    def take_back(self, end: int, runs: int) -> None:
        """Forgets what was added since there were so many runs."""
        del self.starts[runs:], self.wheres[runs:]
        self.types = {clock: type_ for clock, type_ in self.types.items() if clock < end}
        self.end = end


class Misplaced(ValueError):
    """A change stands where it may not; ``fault`` says how, ``clock`` is of the struct in which that shows."""

    def __init__(self, fault: PlaceFault) -> None:
        super().__init__(fault)
        self.fault: PlaceFault = fault
        self.clock = 0


class Places:
    def __init__(self) -> None:
        self._authors: dict[int, _Author] = {}
        self._roots: dict[str, _Type] = {}

    def admit(self, change: CheckedChange) -> list[Struct]:
        """Takes a change all of whose needs are here into account; :class:`Misplaced` when it is not to be taken. Which
        of its structs stand nowhere, as they lean on what is gone.
        """
        author = self._authors.setdefault(change.client, _Author())
        end, runs = author.end, len(author.starts)
        nowhere: list[Struct] = []
        for struct in change.structs:
            try:
                if struct.clock + struct.length > author.end and not self._place(struct, author):
                    nowhere.append(struct)
            except Misplaced as misplaced:
                misplaced.clock = struct.clock
                author.take_back(end, runs)
                raise
        return [struct for struct in nowhere if struct.content != "gone"]

    def _place(self, struct: Struct, author: _Author) -> bool:
        """Whether it stands somewhere."""
        content = struct.content
        where = None if content == "gone" else self._where(struct)
        if where is not None:
            if not _holds(where, content):
                raise Misplaced("misplaced")
            if content in _KINDS:
                depth = where.type.depth + 1
                if depth > TYPE_DEPTH:
                    raise Misplaced("deep")
                author.types[struct.clock] = _Type(_KINDS[content], depth)
        end = struct.clock + struct.length
        author.add(max(struct.clock, author.end), end, (where, content == "deleted"))
        return where is not None

    def _where(self, struct: Struct) -> _Place | None:
        if struct.left and struct.right:
            before, after = self._find(struct.left)[0], self._find(struct.right)[0]
            if before is None or after is None:
                return None
            if before is not after:
                raise Misplaced("torn")
            return before
        beside = struct.left or struct.right
        if beside:
            return self._find(beside)[0]
        if isinstance(struct.parent, str):
            return _place_in(self._roots.setdefault(struct.parent, _Type("map", 0)), struct.key)
        assert struct.parent is not None, "what has nothing beside it says what it is in"
        place, is_deleted = self._find(struct.parent)
        if place is None or is_deleted:
            return None
        client, clock = struct.parent
        type_ = self._authors[client].types.get(clock)
        if type_ is None:
            raise Misplaced("inside")
        return _place_in(type_, struct.key)

    def _find(self, id_: Id) -> tuple[_Place | None, bool]:
        client, clock = id_
        author = self._authors.get(client)
        return author.find(clock) if author else (None, True)


def _place_in(type_: _Type, key: str | None) -> _Place:
    place = type_.places.get(key)
    if place is None:
        place = type_.places[key] = _Place(type_, key)
    return place


def _holds(place: _Place, content: Content) -> bool:
    if (place.type.kind == "map") != (place.key is not None):
        return False
    return content == "deleted" or (content == "text") == (place.type.kind == "text")
