"""A change in pieces, each a change of its own: runs of its structs, and in the end what it deletes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ..encoding import number_bytes
from .change import CheckedChange, Id


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


def _structs(change: CheckedChange, first: int, end: int, needs: dict[int, int]) -> CheckedChange:
    structs = change.structs[first:end]
    start = structs[0].clock
    if start > 0:
        needs = needs | {change.client: start - 1}
    until = change.structs[end].at if end < len(change.structs) else change.deletions_at
    head = b"".join(map(number_bytes, (1, len(structs), change.client, start)))
    return replace(
        change,
        start=start,
        end=structs[-1].clock + structs[-1].length,
        structs=structs,
        deletes=(),
        needs=tuple(sorted(needs.items())),
        data=head + change.data[structs[0].at : until] + b"\x00",
        whole=change,
    )


def _deletions(change: CheckedChange) -> CheckedChange:
    needs: dict[int, int] = {change.client: change.end - 1} if change.end else {}
    _raise(needs, ((each.client, each.end - 1) for each in change.deletes))
    data = b"\x00" + change.data[change.deletions_at :]
    needed = tuple(sorted(needs.items()))
    return replace(change, start=0, end=0, structs=(), needs=needed, data=data, whole=change)


def _raise(clocks: dict[int, int], ids: Iterable[Id]) -> None:
    for client, clock in ids:
        clocks[client] = max(clock, clocks.get(client, 0))
