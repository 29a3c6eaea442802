"""What a session says of itself in a document: that it is here, and perhaps where its cursor stands [SYN10]. Pure.

flags (1 byte), [anchor: client, clock, [head: [client], clock]]
"""

from __future__ import annotations

from dataclasses import dataclass

from ..encoding import Reader, Unreadable

_HAS_CURSOR, _GONE, _HAS_HEAD, _ANCHOR_END, _HEAD_END, _OTHER_CLIENT = 1, 2, 4, 8, 16, 32
_ALL = 63

HERE_BYTES = b"\x00"
"""Here, without a cursor: all that a participant without a screen has to say."""
GONE_BYTES = bytes([_GONE])


@dataclass(frozen=True, slots=True)
class Place:
    """Before the item with that id or, at the end, the end of the text with that id."""

    client: int
    clock: int
    is_end: bool


@dataclass(frozen=True, slots=True)
class Presence:
    is_here: bool
    anchor: Place | None = None
    head: Place | None = None


def decode_presence(data: bytes) -> Presence | None:
    """None for what is no presence. Never raises."""
    reader = Reader(data)
    try:
        flags = reader.byte()
        if flags > _ALL or (flags & _GONE and flags & _HAS_CURSOR):
            return None
        if not flags & _HAS_CURSOR:
            return Presence(flags == 0) if flags in (0, _GONE) and not reader.left else None
        anchor = Place(reader.number(), reader.number(), bool(flags & _ANCHOR_END))
        client = reader.number() if flags & _OTHER_CLIENT else anchor.client
        head = Place(client, reader.number(), bool(flags & _HEAD_END)) if flags & _HAS_HEAD else anchor
    except Unreadable:
        return None
    return None if reader.left else Presence(True, anchor, head)
