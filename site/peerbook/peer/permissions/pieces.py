"""A change in pieces, each a change of its own: runs of its structs, and in the end what it deletes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from ..encoding import number_bytes
from .change import CheckedChange, Id, Struct


def pieces_of(change: CheckedChange, is_here: Callable[[Id], bool]) -> list[CheckedChange]:
    """Pieces that begin wherever something is needed that is not here and that no piece before waits for.

    Segments of two authors may need each other: only struct by struct has everything something before it.
    """
    pieces: list[CheckedChange] = []
    awaited: dict[int, int] = {}
    needs: dict[int, int] = {}
    first = 0
    for index, struct in enumerate(change.structs):
        named = (id_ for id_ in (struct.left, struct.right, struct.parent) if id_ and not isinstance(id_, str))
        others = [id_ for id_ in named if id_[0] != change.client]
        missing = [id_ for id_ in others if id_[1] > awaited.get(id_[0], -1) and not is_here(id_)]
        if missing and index > first:
            pieces.append(_structs(change, first, index, needs))
            first, needs = index, {}
        _raise(awaited, missing)
        _raise(needs, others)
    if first < len(change.structs):
        pieces.append(_structs(change, first, len(change.structs), needs))
    if change.deletes:
        pieces.append(_deletions(change))
    return pieces


def part_of(change: CheckedChange, first: int, end: int, nowhere: Collection[Struct] = ()) -> bytes:
    """A change's structs from one to before another, as a change of their own, with a GC struct in the place of each
    that stands nowhere. Yjs makes one of what has a GC struct on either side; yrs shows what has another neighbour
    besides.
    """
    if not nowhere:
        return run_of(change, first, end) + b"\x00"
    gone = {struct.clock for struct in nowhere}
    structs, data = change.structs, (change.whole or change).data
    parts = [b"".join(map(number_bytes, (1, end - first, change.client, structs[first].clock)))]
    for index in range(first, end):
        struct = structs[index]
        until = structs[index + 1].at if index + 1 < len(structs) else change.structs_end
        parts.append(b"\x00" + number_bytes(struct.length) if struct.clock in gone else data[struct.at : until])
    return b"".join([*parts, b"\x00"])


def deletions_of(change: CheckedChange) -> bytes:
    """What a change deletes, as a change of its own."""
    if change.whole:
        return change.data
    return b"\x00" + change.data[change.structs_end :]


def run_of(change: CheckedChange, first: int, end: int) -> bytes:
    """A change's structs from one to before another, as the beginning of a change; deletions are to follow."""
    structs = change.structs
    until = structs[end].at if end < len(structs) else change.structs_end
    head = b"".join(map(number_bytes, (1, end - first, change.client, structs[first].clock)))
    return head + (change.whole or change).data[structs[first].at : until]


def _structs(change: CheckedChange, first: int, end: int, needs: dict[int, int]) -> CheckedChange:
    structs = change.structs[first:end]
    start = structs[0].clock
    if start > 0:
        needs = needs | {change.client: start - 1}
    until = change.structs[end].at if end < len(change.structs) else change.structs_end
    return replace(
        change,
        start=start,
        end=structs[-1].clock + structs[-1].length,
        structs=structs,
        structs_end=until,
        deletes=(),
        needs=tuple(sorted(needs.items())),
        data=run_of(change, first, end) + b"\x00",
        whole=change,
    )


def _deletions(change: CheckedChange) -> CheckedChange:
    needs: dict[int, int] = {change.client: change.end - 1} if change.end else {}
    _raise(needs, ((each.client, each.end - 1) for each in change.deletes))
    data = b"\x00" + change.data[change.structs_end :]
    needed = tuple(sorted(needs.items()))
    return replace(change, start=0, end=0, structs=(), needs=needed, data=data, whole=change)


def _raise(clocks: dict[int, int], ids: Iterable[Id]) -> None:
    for client, clock in ids:
        clocks[client] = max(clock, clocks.get(client, 0))
