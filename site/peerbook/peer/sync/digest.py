"""Two replicas with the same digest are equal: it covers what each client wrote and what of it was deleted [SYN6].

Byte for byte that of ``core/sync/digest.ts``; golden vectors: ``tests/protocol/digest.json``.
"""

from __future__ import annotations

import hashlib
from typing import Any

from pycrdt import Doc

from ..encoding import Reader, number_bytes
from ..overlay.messages import DIGEST_BYTES

Ranges = dict[int, list[tuple[int, int]]]
"""For each client: half-open ranges of clocks."""


def vector_of(doc: Doc[Any]) -> dict[int, int]:
    """Changes seen, client by client: the clock after the last."""
    reader = Reader(doc.get_state())
    return {reader.number(): reader.number() for _ in range(reader.number())}


def deleted_in(doc: Doc[Any]) -> Ranges:
    """What is deleted in the document: ascending ranges that do not touch."""
    reader = Reader(doc.get_update(doc.get_state()))
    deleted: Ranges = {}
    # No structs, as nothing lacks to who has all; then the deletions.
    reader.number()
    for _ in range(reader.number()):
        ranges = deleted.setdefault(reader.number(), [])
        for _ in range(reader.number()):
            start = reader.number()
            ranges.append((start, start + reader.number()))
    return {client: ranges for client in sorted(deleted) if (ranges := _merged(deleted[client]))}


def state_digest(doc: Doc[Any]) -> bytes:
    """Half a SHA-256: it is compared, never relied on against forgers."""
    vector, deleted = vector_of(doc), deleted_in(doc)
    parts = [number_bytes(len(vector))]
    parts += [number_bytes(client) + number_bytes(vector[client]) for client in sorted(vector)]
    parts.append(number_bytes(len(deleted)))
    for client, ranges in deleted.items():
        parts += [number_bytes(client), number_bytes(len(ranges))]
        parts += [number_bytes(start) + number_bytes(end - start) for start, end in ranges]
    return hashlib.sha256(b"".join(parts)).digest()[:DIGEST_BYTES]


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same clocks in ascending ranges that do not touch."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(end, result[-1][1])
        elif end > start:
            result.append((start, end))
    return result
