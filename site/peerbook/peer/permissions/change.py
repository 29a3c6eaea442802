"""The check of a change: whether bytes that somebody signed are an update of Yjs (version 1) that the protocol takes.

It is read struct by struct, in work that grows with their number and never in a document; the same rules, and the same
reason for what is refused, as `core/permissions/change.ts`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..encoding import Reader, Unreadable, number_bytes
from .limits import MOST_CLOCK, Limits

ChangeFault = Literal[
    "too-large",
    "cut-short",
    "number",
    "text",
    "left-over",
    "client",
    "clock",
    "gap",
    "empty",
    "kind",
    "value",
    "depth",
    "early",
    "parent",
    "key",
    "order",
]
"""The closed set of what can be wrong with a change's bytes; each is explained in `change.ts`."""

Id = tuple[int, int]
"""Client and clock: one character, value or type."""
Content = Literal["gone", "deleted", "text", "value", "array-type", "map-type", "text-type"]

_GC, _SKIP = 0, 10
_HAS_LEFT, _HAS_RIGHT, _HAS_KEY, _KIND = 0x80, 0x40, 0x20, 0x1F
_TYPES: tuple[Content, ...] = ("array-type", "map-type", "text-type")
_MOST_INTEGER = 2**31 - 1
"""lib0 writes whole numbers up to here as such, and larger ones as floats; yrs writes floats only."""
_INTEGER_GROUPS = 4


class Refused(ValueError):
    """A change is not taken; ``fault`` says why."""

    def __init__(self, fault: ChangeFault) -> None:
        super().__init__(fault)
        self.fault: ChangeFault = fault


@dataclass(frozen=True, slots=True)
class Struct:
    at: int
    """Where it begins in the data."""
    clock: int
    length: int
    content: Content
    left: Id | None
    right: Id | None
    parent: Id | str | None
    """What it is in: said only where nothing stood beside it. A root map by its name."""
    key: str | None


@dataclass(frozen=True, slots=True)
class Deletion:
    client: int
    start: int
    end: int
    """Clocks from ``start`` to before ``end``."""


@dataclass(frozen=True, slots=True, eq=False)
class CheckedChange:
    client: int
    start: int
    """Its own clocks, from ``start`` to before ``end``; both 0 for a change that only deletes."""
    end: int
    structs: tuple[Struct, ...]
    deletes: tuple[Deletion, ...]
    needs: tuple[Id, ...]
    """For each client that it leans on or deletes something of, the last clock that must be there. Ascending."""
    data: bytes
    structs_end: int
    """Where the last struct ends in the data; of a piece, in the data of the whole. Deletions follow."""
    is_segment: bool
    """Merged from many: taken in pieces, as what each piece needs comes."""
    whole: CheckedChange | None = None
    """What this is a piece of."""


def check_change(data: bytes, client: int, limits: Limits) -> CheckedChange:
    """Reads ``data`` as a change of ``client``; :class:`Refused` when it is none, and nothing else."""
    if len(data) > limits.bytes_:
        raise Refused("too-large")
    try:
        return _Check(data, client, limits).run()
    except Unreadable as unreadable:
        raise Refused(unreadable.fault) from None


def structs_in(data: bytes, client: int, limits: Limits) -> tuple[Struct, ...]:
    """What a client wrote, in an update that has nothing of others; :class:`Refused` when it is none."""
    try:
        return tuple(_Check(data, client, limits)._structs())
    except Unreadable as unreadable:
        raise Refused(unreadable.fault) from None


class _Check:
    def __init__(self, data: bytes, client: int, limits: Limits) -> None:
        self._data = data
        self._client = client
        self._limits = limits
        self._reader = Reader(data)
        self._needs: dict[int, int] = {}
        self._clock = 0
        """Of the struct that is being read; in the end the one after the last."""

    def run(self) -> CheckedChange:
        structs = tuple(self._structs())
        at = self._reader.at
        deletes = tuple(self._deletions(has_structs=bool(structs)))
        if self._reader.left:
            raise Refused("left-over")
        start = structs[0].clock if structs else 0
        if start > 0:
            self._need((self._client, start - 1))
        needs = tuple(sorted(self._needs.items()))
        data, is_segment = self._data, self._limits.is_segment
        return CheckedChange(self._client, start, self._clock, structs, deletes, needs, data, at, is_segment)

    def _structs(self) -> Iterator[Struct]:
        reader = self._reader
        clients = reader.number()
        if clients > 1:
            raise Refused("client")
        if clients == 0:
            return
        count, client, self._clock = reader.number(), reader.number(), reader.number()
        if count == 0:
            raise Refused("empty")
        if count > self._limits.structs:
            raise Refused("too-large")
        if client != self._client:
            raise Refused("client")
        for _ in range(count):
            yield self._struct()

    def _struct(self) -> Struct:
        reader, clock, at = self._reader, self._clock, self._reader.at
        info = reader.byte()
        left: Id | None = None
        right: Id | None = None
        parent: Id | str | None = None
        key: str | None = None
        if info != _GC:
            if info & _KIND == _SKIP:
                raise Refused("gap")
            left = self._id() if info & _HAS_LEFT else None
            right = self._id() if info & _HAS_RIGHT else None
            if left is None and right is None:
                parent = self._parent()
                key = reader.text() if info & _HAS_KEY else None
                if key == "__proto__" or (key is None and isinstance(parent, str)):
                    raise Refused("key")
        content, length = self._content(info)
        if length == 0:
            raise Refused("empty")
        self._clock = clock + length
        if self._clock > MOST_CLOCK:
            raise Refused("clock")
        return Struct(at, clock, length, content, left, right, parent, key)

    def _parent(self) -> Id | str:
        match self._reader.number():
            case 0:
                return self._id()
            case 1:
                name = self._reader.text()
                if name in self._limits.roots:
                    return name
        raise Refused("parent")

    def _id(self) -> Id:
        """What a struct leans on: somebody else's, which must be there, or what its author wrote before."""
        client, clock = self._reader.number(), self._reader.number()
        if clock >= MOST_CLOCK:
            raise Refused("clock")
        if client != self._client:
            self._need((client, clock))
        elif clock >= self._clock:
            raise Refused("early")
        return client, clock

    def _content(self, info: int) -> tuple[Content, int]:
        reader = self._reader
        if info == _GC:
            return "gone", reader.number()
        match info & _KIND:
            case 1:
                return "deleted", reader.number()
            case 4:
                return "text", len(reader.text().encode("utf-16-le")) // 2
            case 7:
                type_ = reader.number()
                if type_ < len(_TYPES):
                    return _TYPES[type_], 1
            case 8:
                count = reader.number()
                for _ in range(count):
                    _pass_value(reader, self._limits.json_depth)
                return "value", count
        raise Refused("kind")

    def _deletions(self, *, has_structs: bool) -> Iterator[Deletion]:
        reader = self._reader
        last: float = math.inf
        total = 0
        for _ in range(reader.number()):
            client, ranges = reader.number(), reader.number()
            if client >= last:
                raise Refused("order")
            if ranges == 0:
                raise Refused("empty")
            last = client
            end = -1
            for _ in range(ranges):
                start, length = reader.number(), reader.number()
                total += 1
                if total > self._limits.ranges:
                    raise Refused("too-large")
                if start <= end:
                    raise Refused("order")
                if length == 0:
                    raise Refused("empty")
                if start + length > MOST_CLOCK:
                    raise Refused("clock")
                end = start + length
                yield Deletion(client, start, end)
            if client != self._client or not has_structs:
                self._need((client, end - 1))
            elif end > self._clock:
                raise Refused("early")

    def _need(self, needed: Id) -> None:
        client, clock = needed
        self._needs[client] = max(clock, self._needs.get(client, 0))


def _pass_value(reader: Reader, depth: int) -> None:
    """Passes over one JSON value as lib0 writes it (`writeAny`)."""
    if depth < 0:
        raise Refused("depth")
    match reader.byte():
        case 126 | 121 | 120:
            pass
        case 125:
            _pass_integer(reader)
        case 124:
            _check_float(struct.unpack(">f", reader.take(4))[0], is_double=False)
        case 123:
            _check_float(struct.unpack(">d", reader.take(8))[0], is_double=True)
        case 119:
            reader.text()
        case 118:
            keys: set[str] = set()
            for _ in range(reader.number()):
                key = reader.text()
                if key == "__proto__" or key in keys:
                    raise Refused("value")
                keys.add(key)
                _pass_value(reader, depth - 1)
        case 117:
            for _ in range(reader.number()):
                _pass_value(reader, depth - 1)
        case _:
            raise Refused("value")


def _pass_integer(reader: Reader) -> None:
    """A sign, six bits, then seven a byte."""
    first = byte = reader.byte()
    value = first & 63
    group = 0
    while byte >= 128:
        group += 1
        byte = reader.byte()
        value |= (byte & 127) << (7 * group - 1)
        if byte == 0 or group > _INTEGER_GROUPS:
            raise Refused("value")
    if (value == 0 and first & 64) or value > _MOST_INTEGER:
        raise Refused("value")


def _check_float(value: float, *, is_double: bool) -> None:
    if not math.isfinite(value):
        raise Refused("value")
    if is_double and _is_single(value):
        raise Refused("value")


def _is_single(value: float) -> bool:
    try:
        return bool(struct.unpack(">f", struct.pack(">f", value))[0] == value)
    except OverflowError:
        return False


def canonical_change(data: bytes, client: int, limits: Limits) -> bytes:
    """A change of one's own as yrs wrote it, spelled as the protocol has it: yrs puts deletions in no order of clients.

    Raises :class:`Refused` when it is no change of ``client``.
    """
    check = _Check(data, client, limits)
    reader = check._reader
    try:
        tuple(check._structs())
        at = reader.at
        deleted: dict[int, list[tuple[int, int]]] = {}
        for _ in range(reader.number()):
            ranges = deleted.setdefault(reader.number(), [])
            for _ in range(reader.number()):
                start = reader.number()
                ranges.append((start, start + reader.number()))
    except Unreadable as unreadable:
        raise Refused(unreadable.fault) from None
    parts = [data[:at], number_bytes(len(deleted))]
    for of in sorted(deleted, reverse=True):
        joined = _joined(deleted[of])
        parts += [number_bytes(of), number_bytes(len(joined))]
        parts += [number_bytes(start) + number_bytes(end - start) for start, end in joined]
    written = b"".join(parts)
    check_change(written, client, limits)
    return written


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        elif end > start:
            joined.append((start, end))
    return joined
