"""What somebody wrote that is not there any more in a document that was built anew: to be offered to them again [PER7].
``core/permissions/lost.ts`` in Python. yrs shows no single letters: where they stood is what a copy says in which they
are deleted. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pycrdt import Doc, Map, Subscription, Text, TextEvent

from ..document.notebook import Notebook
from ..encoding import number_bytes
from ..permissions.change import Refused, structs_in
from ..permissions.limits import NOTEBOOK_LIMITS
from .digest import deleted_in, vector_of

_ANY = replace(NOTEBOOK_LIMITS, structs=2**62, json_depth=2**10)
Span = tuple[int, int]
"""Clocks from the first to before the second."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Text as it stood together in a cell."""

    cell: str
    text: str


def lost_by(clients: Collection[int], before: Doc[Any], after: Doc[Any]) -> list[Lost]:
    """Text of these clients that could be read in ``before`` and is deleted in ``after``, or is not there; by cells in
    their order, piece by piece as it stood.
    """
    gone = {client: spans for client in clients if (spans := list(_gone(client, before, after)))}
    return list(_read(before, gone)) if gone else []


def _gone(client: int, before: Doc[Any], after: Doc[Any]) -> Iterator[Span]:
    """Clocks of text that was there, and is not."""
    vector, had, has = vector_of(before), vector_of(before).get(client, 0), vector_of(after).get(client, 0)
    there = _without([(0, had)], deleted_in(before).get(client, []))
    lost = _without(there, _without([(0, has)], deleted_in(after).get(client, [])))
    if not lost:
        return
    lacking = b"".join(number_bytes(of) + number_bytes(clock) for of, clock in vector.items() if of != client)
    update = before.get_update(number_bytes(len(vector) - 1) + lacking)
    try:
        structs = structs_in(update, client, _ANY)
    except Refused:
        return
    for struct in structs:
        if struct.content == "text":
            yield from _without([(struct.clock, struct.clock + struct.length)], _without([(0, had)], lost))


def _without(spans: list[Span], others: list[Span]) -> list[Span]:
    """What of ascending spans is in none of the others."""
    left = []
    for start, end in spans:
        for first, last in others:
            if last <= start or first >= end:
                continue
            if first > start:
                left.append((start, first))
            start = last
        if start < end:
            left.append((start, end))
    return left


def _read(before: Doc[Any], gone: dict[int, list[Span]]) -> Iterator[Lost]:
    copy: Doc[Any] = Doc()
    copy.apply_update(before.get_update())
    cells: Map[Any] = copy.get("cells", type=Map)
    deltas: dict[str, list[dict[str, Any]]] = {}

    def watch(cell: str, source: Text) -> tuple[Text, Subscription]:
        def note(event: TextEvent) -> None:
            deltas[cell] = event.delta  # type: ignore[attr-defined]  # a slot the stubs lack

        return source, source.observe(note)

    shown = Notebook(copy, lambda _: 0, str).cells
    watched = [watch(cell.id, cells[cell.id]["source"]) for cell in shown]
    numbers = [0, len(gone)]
    for client, spans in gone.items():
        numbers += [client, len(spans)]
        for start, end in spans:
            numbers += [start, end - start]
    copy.apply_update(b"".join(map(number_bytes, numbers)))
    for source, subscription in watched:
        source.unobserve(subscription)
    for cell in shown:
        yield from (Lost(cell.id, text) for text in _deleted(cell.source, deltas.get(cell.id, [])))


def _deleted(source: str, delta: list[dict[str, Any]]) -> Iterator[str]:
    """What a delta takes out of a text; it counts bytes of UTF-8."""
    data, at = source.encode(), 0
    for step in delta:
        length = step.get("retain", 0) or step.get("delete", 0)
        if "delete" in step:
            yield data[at : at + length].decode(errors="replace")
        at += length
