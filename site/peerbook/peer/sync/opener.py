"""Opens what is sealed, with the keys that are here. ``core/sync/opener.ts`` in Python. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from ..envelope import Envelope, Fault, decode_envelope
from ..log.piece import Piece
from ..permissions.change import Refused, check_change
from ..permissions.limits import Limits
from ..sealed import Crypto, open_envelope
from ..segment import OwnChange, Segment, SegmentFault, decode_segment, is_segment, open_segment
from .options import Keys
from .reading import Opened, limits_of


def read_piece(data: bytes) -> Envelope | Segment | None:
    """A piece of a log as it travels and as it is kept; None for what is none."""
    read = decode_segment(data) if is_segment(data) else decode_envelope(data)
    return None if isinstance(read, Fault | SegmentFault) else read


class Opener:
    def __init__(self, crypto: Crypto, keys: Keys) -> None:
        self._crypto, self._keys = crypto, keys

    def envelope(self, envelope: Envelope) -> Opened:
        plain = self._attempt(envelope, lambda key: open_envelope(self._crypto, key, envelope))
        return plain if isinstance(plain, Opened) else Opened("open", plain, envelope.part, envelope.parts)

    def segment(self, segment: Segment) -> Opened:
        plain = self._attempt(segment, lambda key: open_segment(self._crypto, key, segment))
        return plain if isinstance(plain, Opened) else Opened("open", plain)

    def piece(self, piece: Piece) -> Opened:
        """A piece of a log."""
        read = read_piece(piece.data)
        if read is None:
            return Opened("wrong")
        return self.segment(read) if isinstance(read, Segment) else self.envelope(read)

    def _attempt(self, place: Envelope | Segment, open_with: Callable[[bytes], bytes | None]) -> bytes | Opened:
        """With one key after the other."""
        keys = self._keys.keys_of(place.document, place.kind, place.epoch)
        for key in keys:
            plain = open_with(key)
            if plain is not None:
                return plain
        return Opened("wrong" if keys and self._keys.are_all(place.document, place.kind, place.epoch) else "locked")


def is_fit(piece: Piece, opened: Opened, client: int, limits: Limits) -> bool:
    """Whether nothing speaks against a piece by itself; ``client``: its session's clientID."""
    if opened.kind != "open" or opened.parts > 1:
        return opened.kind != "wrong"
    try:
        check_change(opened.plain, client, limits_of(piece, limits))
    except Refused:
        return False
    return True


Wrong = Literal["wrong"]


def open_changes(open_piece: Callable[[Piece], Opened], pieces: Iterable[Piece]) -> list[OwnChange] | Wrong | None:
    """The whole changes in pieces that follow on one another and begin with a change; of one whose end is not among
    them nothing. "wrong" when something of them is no change, None when it cannot be opened.
    """
    changes: list[OwnChange] = []
    parts: list[bytes] = []
    first = 0
    for piece in pieces:
        opened = open_piece(piece)
        if opened.kind != "open" or opened.part != len(parts):
            return None if opened.kind == "locked" else "wrong"
        first = first if parts else piece.first
        parts.append(opened.plain)
        if len(parts) == opened.parts:
            changes.append(OwnChange(first, piece.end, b"".join(parts)))
            parts = []
    return changes
