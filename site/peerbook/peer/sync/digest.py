"""Two replicas with the same digest are equal: it covers what each client wrote and what of it was deleted [SYN6].

Byte for byte that of ``core/sync/digest.ts``; golden vectors: ``tests/protocol/digest.json``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from pycrdt import Doc

from ..encoding import Reader, number_bytes
from ..overlay.messages import DIGEST_BYTES
from .change import Ranges, merged, read_deletions

Vector = Mapping[int, int]
"""Client to the clock after the last of its changes."""


def vector_of(doc: Doc[Any]) -> dict[int, int]:
    """Changes seen, client by client: the clock after the last."""
    reader = Reader(doc.get_state())
    return {reader.number(): reader.number() for _ in range(reader.number())}


def vector_bytes(vector: Vector) -> bytes:
    """A vector as pycrdt wants it."""
    pairs = (number_bytes(client) + number_bytes(clock) for client, clock in vector.items())
    return number_bytes(len(vector)) + b"".join(pairs)


def deleted_in(doc: Doc[Any]) -> Ranges:
    """What is deleted in the document: ascending ranges that do not touch."""
    deleted = read_deletions(doc.get_update(doc.get_state()))
    return {client: ranges for client in sorted(deleted) if (ranges := merged(deleted[client]))}


def is_ahead(theirs: Vector, ours: Vector) -> bool:
    """Whether ``theirs`` has something that ``ours`` has not."""
    return any(clock > ours.get(client, 0) for client, clock in theirs.items())


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
