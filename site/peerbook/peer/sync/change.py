"""What a change (a Yjs update, version 1) is made of, read struct by struct without touching a document. Pure.

yrs keeps what it cannot place yet inside the document, where nothing bounds it; so a change is applied only when
everything it leans on is there, and waits outside until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..encoding import MOST_NUMBER, Reader, Unreadable, number_bytes

Ranges = dict[int, list[tuple[int, int]]]
"""For each client: half-open ranges of clocks."""

_GC, _SKIP = 0, 10
_HAS_ORIGIN, _HAS_RIGHT, _HAS_KEY = 0x80, 0x40, 0x20
_NAMED_TYPES = (3, 5)
_MOST_TYPE = 6
_MOST_DEPTH = 64
"""Of lists in lists: a notebook's metadata has a handful; the stack has an end."""


@dataclass(frozen=True, slots=True)
class Struct:
    clock: int
    length: int
    needs: tuple[tuple[int, int], ...]
    """Ids (client, clock) that must be there before."""


@dataclass(frozen=True, slots=True)
class Change:
    data: bytes
    structs: Mapping[int, list[Struct]]
    deleted: Ranges
    deletions_at: int
    """Where the deletions begin."""

    @property
    def without_deletions(self) -> bytes:
        """The same change, deleting nothing."""
        return self.data[: self.deletions_at] + b"\x00"


def read_change(data: bytes) -> Change | None:
    """None for bytes that are no change. Never raises."""
    reader = Reader(data)
    try:
        structs = _structs(reader)
        at = reader.at
        deleted = _deletions(reader)
    except (Unreadable, UnicodeDecodeError, RecursionError):
        return None
    return None if reader.left else Change(data, structs, deleted, at)


def read_deletions(data: bytes) -> Ranges:
    """The deletions of a change of our own; ValueError when it is none."""
    change = read_change(data)
    if change is None:
        raise ValueError("not a change")
    return change.deleted


def deletions_change(deleted: Ranges) -> bytes:
    """A change that only deletes."""
    parts = [b"\x00", number_bytes(len(deleted))]
    for client, ranges in deleted.items():
        parts += [number_bytes(client), number_bytes(len(ranges))]
        parts += [number_bytes(start) + number_bytes(end - start) for start, end in ranges]
    return b"".join(parts)


def runs_on(change: Change, vector: Mapping[int, int]) -> bool:
    """Whether all that the change leans on is in a document with this vector, or in the change before it."""
    known = dict(vector)
    at = dict.fromkeys(change.structs, 0)
    for first in change.structs:
        # Ids that are waited for, each by the one before it; of a client only as much is taken as is waited for.
        stack: dict[int, int] = {first: MOST_NUMBER}
        while stack:
            client, until = next(reversed(stack.items()))
            missing = _advance(change.structs[client], client, until, at, known)
            if missing is not None:
                if missing[0] in stack or missing[0] not in change.structs:
                    return False
                stack[missing[0]] = missing[1]
                continue
            if until != MOST_NUMBER and until >= known.get(client, 0):
                return False
            del stack[client]
    return True


def _advance(
    structs: list[Struct], client: int, until: int, at: dict[int, int], known: dict[int, int]
) -> tuple[int, int] | None:
    """Goes on with a client until the clock ``until`` is among its structs; the id that is missing first, or None."""
    while at[client] < len(structs) and known.get(client, 0) <= until:
        struct = structs[at[client]]
        if struct.clock > known.get(client, 0):
            return client, struct.clock - 1
        for other, clock in struct.needs:
            if clock >= known.get(other, 0):
                return other, clock
        known[client] = max(known.get(client, 0), struct.clock + struct.length)
        at[client] += 1
    return None


def split_deletions(deleted: Ranges, vector: Mapping[int, int]) -> tuple[Ranges, Ranges]:
    """What of it is here and can be deleted now, and what is not here yet."""
    now: Ranges = {}
    later: Ranges = {}
    for client, ranges in deleted.items():
        end_here = vector.get(client, 0)
        for start, end in ranges:
            if start < end_here:
                now.setdefault(client, []).append((start, min(end, end_here)))
            if end > end_here:
                later.setdefault(client, []).append((max(start, end_here), end))
    return now, later


def merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same clocks in ascending ranges that do not touch."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(end, result[-1][1])
        elif end > start:
            result.append((start, end))
    return result


# The update's grammar; `readClientsStructRefs` and `readItemContent` of yjs 13.


def _structs(reader: Reader) -> dict[int, list[Struct]]:
    structs: dict[int, list[Struct]] = {}
    for _ in range(reader.number()):
        count, client, clock = reader.number(), reader.number(), reader.number()
        own = structs.setdefault(client, [])
        for _ in range(count):
            info = reader.byte()
            kind = info & 0x1F
            needs = () if kind in (_GC, _SKIP) else _needs(reader, info)
            length = reader.number() if kind in (_GC, _SKIP) else _content(reader, kind)
            if kind != _SKIP:
                own.append(Struct(clock, length, needs))
            clock += length
    return structs


def _needs(reader: Reader, info: int) -> tuple[tuple[int, int], ...]:
    needs: list[tuple[int, int]] = []
    if info & _HAS_ORIGIN:
        needs.append((reader.number(), reader.number()))
    if info & _HAS_RIGHT:
        needs.append((reader.number(), reader.number()))
    if not needs:
        if reader.number() == 1:
            reader.text()
        else:
            needs.append((reader.number(), reader.number()))
        if info & _HAS_KEY:
            reader.text()
    return tuple(needs)


def _content(reader: Reader, kind: int) -> int:
    """Passes over an item's content; its length in clocks."""
    match kind:
        case 1:
            return reader.number()
        case 2 | 8:
            count = reader.number()
            for _ in range(count):
                if kind == 2:
                    reader.text()
                else:
                    _any(reader, 0)
            return count
        case 3:
            reader.block()
        case 4:
            return len(reader.text().encode("utf-16-le")) // 2
        case 5:
            reader.text()
        case 6:
            reader.text()
            reader.text()
        case 7:
            type_ = reader.number()
            if type_ > _MOST_TYPE:
                raise Unreadable("number")
            if type_ in _NAMED_TYPES:
                reader.text()
        case 9:
            reader.text()
            _any(reader, 0)
        case _:
            raise Unreadable("number")
    return 1


def _any(reader: Reader, depth: int) -> None:
    """Passes over a JSON value as lib0 writes it."""
    if depth > _MOST_DEPTH:
        raise Unreadable("number")
    kind = reader.byte()
    match kind:
        case 120 | 121 | 126 | 127:
            pass
        case 125:
            _signed(reader)
        case 124:
            reader.take(4)
        case 122 | 123:
            reader.take(8)
        case 119:
            reader.text()
        case 118:
            for _ in range(reader.number()):
                reader.text()
                _any(reader, depth + 1)
        case 117:
            for _ in range(reader.number()):
                _any(reader, depth + 1)
        case 116:
            reader.block()
        case _:
            raise Unreadable("number")


def _signed(reader: Reader) -> None:
    for _ in range(9):
        if reader.byte() < 128:
            return
    raise Unreadable("number")


def _deletions(reader: Reader) -> Ranges:
    deleted: Ranges = {}
    for _ in range(reader.number()):
        client = reader.number()
        ranges = deleted.setdefault(client, [])
        for _ in range(reader.number()):
            start = reader.number()
            ranges.append((start, start + reader.number()))
    return deleted
