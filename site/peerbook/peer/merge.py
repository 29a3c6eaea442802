"""One session's changes to a document as one, in one spelling [ENV8]: the same bytes as
``site/extension/src/core/envelope/{runs,merge}.ts`` gives.

Pure and without a document: changes are updates of Yjs (version 1), read and written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .encoding import MOST_NUMBER, Reader, Unreadable, number_bytes, text_bytes

GC, DELETED, TEXT, TYPE, VALUE = 0, 1, 4, 7, 8
_HAS_ORIGIN, _HAS_RIGHT, _HAS_KEY, _KIND = 0x80, 0x40, 0x20, 0x1F
_MOST_TYPE = 2
_MOST_DEPTH = 128

Id = tuple[int, int]
"""Client and clock."""
Ranges = list[tuple[int, int]]
"""Clocks from the first to before the second."""


@dataclass(frozen=True, slots=True)
class Run:
    """Clocks that stand together. ``text`` is in UTF-16 code units of two bytes, as they are counted in."""

    clock: int
    length: int
    kind: int
    origin: Id | None = None
    right: Id | None = None
    keyed: bool = False
    parent: bytes = b""
    text: bytes = b""
    values: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged change, and how many structs and ranges of deletions are in it."""

    data: bytes
    structs: int
    ranges: int


class _NoChangeError(ValueError):
    """The bytes are no change of one session."""


def merge_changes(changes: Iterable[bytes]) -> Merged | None:
    """None unless these are changes of one client, each going on where the one before ended."""
    client = 0
    runs: list[Run] = []
    deleted: dict[int, Ranges] = {}
    try:
        for change in changes:
            author, more, gone = _read(change)
            if more and runs and (author != client or more[0].clock != runs[-1].clock + runs[-1].length):
                return None
            client = author if more else client
            runs += more
            for of, ranges in gone:
                deleted.setdefault(of, []).extend(ranges)
    except (Unreadable, _NoChangeError):
        return None
    united = {of: _united(ranges) for of, ranges in deleted.items()}
    whole = _joined(client, _emptied(client, runs, united.get(client, [])))
    return Merged(_write(client, whole, united), len(whole), sum(map(len, united.values())))


def says_the_same(plain: bytes, changes: Iterable[bytes]) -> bool:
    """Whether a segment's merged change is what these whole changes say, no more and no less."""
    merged = merge_changes(changes)
    return merged is not None and merged.data == plain


def begins_with(plain: bytes, changes: Sequence[bytes]) -> bool:
    """Whether a merged change begins with these whole changes, and goes on from there: what it deletes besides is its
    own.
    """
    begun = merge_changes(changes)
    if begun is None:
        return False
    try:
        client, runs, deleted = _read(plain)
        last = _read(begun.data)[1][-1:]
    except (Unreadable, _NoChangeError):
        return False
    end = last[0].clock + last[0].length if last else 0
    rest: list[Run] = []
    for run in runs:
        if run.clock >= end:
            rest.append(run)
        elif run.clock + run.length > end:
            rest += _slice(client, run, end - run.clock, run.length)
    again = merge_changes([*changes, _write(client, rest, dict(deleted))])
    return again is not None and again.data == plain


def _read(data: bytes) -> tuple[int, list[Run], list[tuple[int, Ranges]]]:
    reader = Reader(data)
    clients = reader.number()
    if clients > 1:
        raise _NoChangeError
    client, runs = 0, []
    if clients == 1:
        count, client, clock = reader.number(), reader.number(), reader.number()
        if count == 0:
            raise _NoChangeError
        for _ in range(count):
            runs.append(_read_run(reader, clock))
            clock += runs[-1].length
    deleted = []
    for _ in range(reader.number()):
        of = reader.number()
        ranges = [_read_range(reader) for _ in range(reader.number())]
        if not ranges:
            raise _NoChangeError
        deleted.append((of, ranges))
    if reader.left:
        raise _NoChangeError
    return client, runs, deleted


def _read_range(reader: Reader) -> tuple[int, int]:
    first, length = reader.number(), reader.number()
    if length == 0 or first + length > MOST_NUMBER:
        raise _NoChangeError
    return first, first + length


def _read_run(reader: Reader, clock: int) -> Run:
    info = reader.byte()
    kind = info & _KIND
    if kind not in (GC, DELETED, TEXT, TYPE, VALUE) or (kind == GC and info != GC):
        raise _NoChangeError
    origin = _read_id(reader) if info & _HAS_ORIGIN else None
    right = _read_id(reader) if info & _HAS_RIGHT else None
    at = reader.at
    if kind != GC and origin is None and right is None:
        named = reader.number()
        if named > 1:
            raise _NoChangeError
        if named:
            reader.text()
        else:
            _read_id(reader)
        if info & _HAS_KEY:
            reader.text()
    run = Run(clock, 1, kind, origin, right, bool(info & _HAS_KEY), reader.data[at : reader.at])
    match kind:
        case 4:
            text = reader.text().encode("utf-16-le")
            run = replace(run, length=len(text) // 2, text=text)
        case 7:
            run = replace(run, values=(bytes([reader.byte()]),))
            if run.values[0][0] > _MOST_TYPE:
                raise _NoChangeError
        case 8:
            values = []
            for _ in range(reader.number()):
                at = reader.at
                _pass_value(reader, _MOST_DEPTH)
                values.append(reader.data[at : reader.at])
            run = replace(run, length=len(values), values=tuple(values))
        case _:
            run = replace(run, length=reader.number())
    if run.length == 0 or clock + run.length > MOST_NUMBER:
        raise _NoChangeError
    return run


def _read_id(reader: Reader) -> Id:
    return reader.number(), reader.number()


def _pass_value(reader: Reader, depth: int) -> None:
    """Passes over one value as lib0 writes it."""
    match first := reader.byte():
        case 126 | 121 | 120:
            pass
        case 125:
            while reader.byte() > 127:
                pass
        case 124:
            reader.take(4)
        case 123:
            reader.take(8)
        case 119:
            reader.text()
        case 118 | 117 if depth > 0:
            for _ in range(reader.number()):
                if first == 118:
                    reader.text()
                _pass_value(reader, depth - 1)
        case _:
            raise _NoChangeError


def _write(client: int, runs: Sequence[Run], deleted: dict[int, Ranges]) -> bytes:
    out = [number_bytes(1 if runs else 0)]
    if runs:
        out += map(number_bytes, (len(runs), client, runs[0].clock))
        out += map(_run_bytes, runs)
    out.append(number_bytes(len(deleted)))
    for of in sorted(deleted, reverse=True):
        out += map(number_bytes, (of, len(deleted[of])))
        for first, end in deleted[of]:
            out += map(number_bytes, (first, end - first))
    return b"".join(out)


def _run_bytes(run: Run) -> bytes:
    info = run.kind | (run.origin is not None) << 7 | (run.right is not None) << 6 | run.keyed << 5
    out = [bytes([info])]
    for place in (run.origin, run.right):
        out += map(number_bytes, place or ())
    if run.origin is None and run.right is None:
        out.append(run.parent)
    if run.kind == TEXT:
        out.append(text_bytes(run.text.decode("utf-16-le")))
    elif run.kind != TYPE:
        out.append(number_bytes(run.length))
    return b"".join([*out, *run.values])


def _united(ranges: Ranges) -> Ranges:
    """Ascending, and apart."""
    out: Ranges = []
    for first, end in sorted(ranges):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((first, end))
    return out


def _emptied(client: int, runs: Iterable[Run], deleted: Ranges) -> list[Run]:
    """Text and values that are deleted here as well leave nothing but their length."""
    out: list[Run] = []
    following = 0
    for run in runs:
        while following < len(deleted) and deleted[following][1] <= run.clock:
            following += 1
        at = 0
        if run.kind in (TEXT, VALUE):
            for first, end in deleted[following:]:
                if first >= run.clock + run.length:
                    break
                start = _beside_pair(run, max(first - run.clock, 0), 1)
                stop = _beside_pair(run, min(end - run.clock, run.length), -1)
                if start < stop:
                    out += _slice(client, run, at, start)
                    gone = _slice(client, run, start, stop)
                    out += [replace(piece, kind=DELETED, text=b"", values=()) for piece in gone]
                    at = stop
        out += _slice(client, run, at, run.length) if at else [run]
    return out


def _beside_pair(run: Run, at: int, step: int) -> int:
    """A character of two units is left whole when only one of them is deleted: half of it has no spelling."""
    if run.kind != TEXT or not 0 < at < run.length:
        return at
    return at + step if 0xDC <= run.text[2 * at + 1] < 0xE0 else at


def _slice(client: int, run: Run, first: int, end: int) -> list[Run]:
    """A part of a run, as Yjs cuts it: the second of two stands behind the first."""
    if first >= end:
        return []
    text, values = run.text[2 * first : 2 * end], run.values[first:end]
    run = replace(run, clock=run.clock + first, length=end - first, text=text, values=values)
    return [replace(run, origin=(client, run.clock - 1), parent=b"") if first else run]


def _joined(client: int, runs: Iterable[Run]) -> list[Run]:
    """What stands in one row in one place is one run."""
    rows: list[list[Run]] = []
    for run in runs:
        if rows and _goes_on(client, rows[-1][-1], run):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [row[0] if len(row) == 1 else _whole(row) for row in rows]


def _goes_on(client: int, before: Run, run: Run) -> bool:
    if before.kind != run.kind or run.kind == TYPE or before.keyed or run.keyed:
        return False
    return run.kind == GC or (run.origin == (client, run.clock - 1) and before.right == run.right)


def _whole(row: Sequence[Run]) -> Run:
    return replace(
        row[0],
        length=sum(run.length for run in row),
        text=b"".join(run.text for run in row),
        values=tuple(value for run in row for value in run.values),
    )
