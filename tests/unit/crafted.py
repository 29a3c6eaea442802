"""Changes as nobody's editor makes them, well formed as bytes: struct by struct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from peerbook.peer.encoding import number_bytes, text_bytes
from peerbook.peer.permissions.change import CheckedChange, Id, check_change
from peerbook.peer.permissions.limits import NOTEBOOK_LIMITS, Limits, for_segments
from peerbook.peer.permissions.replay import check_genesis

from .peer_kit import GENESIS

BEGUN = check_genesis(GENESIS)
SOURCE: Id = BEGUN.client, next(struct.clock for struct in BEGUN.structs if struct.content == "text-type")
"""The text of the one cell that GENESIS has."""
CELL: Id = BEGUN.client, next(struct.clock for struct in BEGUN.structs if struct.content == "map-type")
SEGMENT_LIMITS = for_segments(NOTEBOOK_LIMITS)
GC, DELETED, TEXT, TYPE, VALUE = 0, 1, 4, 7, 8
ARRAY, MAP, TEXT_TYPE = (number_bytes(kind) for kind in range(3))
ZERO = b"\x01\x7d\x00"
"""One value, the number 0."""


@dataclass(frozen=True)
class Crafted:
    left: Id | None = None
    right: Id | None = None
    parent: Id | str = SOURCE
    key: str | None = None
    kind: int = TEXT
    content: bytes = text_bytes("x")

    @property
    def data(self) -> bytes:
        parts = [bytes([self.kind | (128 if self.left else 0) | (64 if self.right else 0) | (32 if self.key else 0)])]
        parts += [number_bytes(part) for id_ in (self.left, self.right) if id_ for part in id_]
        if not self.left and not self.right and self.kind != GC:
            named = isinstance(self.parent, str)
            parts.append(number_bytes(int(named)))
            parts += [text_bytes(self.parent)] if isinstance(self.parent, str) else map(number_bytes, self.parent)
            parts.append(text_bytes(self.key) if self.key else b"")
        return b"".join([*parts, self.content])


def craft(
    client: int,
    clock: int,
    structs: Sequence[Crafted],
    deletes: Sequence[tuple[int, Sequence[tuple[int, int]]]] = (),
    limits: Limits = NOTEBOOK_LIMITS,
) -> CheckedChange:
    """``deletes``: clients, each with starts and lengths."""
    numbers = [1, len(structs), client, clock] if structs else [0]
    data = b"".join([*map(number_bytes, numbers), *(struct.data for struct in structs)])
    after = [len(deletes)]
    for of, ranges in deletes:
        after += [of, len(ranges), *(number for pair in ranges for number in pair)]
    return check_change(data + b"".join(map(number_bytes, after)), client, limits)
