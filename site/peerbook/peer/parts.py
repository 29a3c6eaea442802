"""Changes larger than one envelope: cut into parts, and put together again [SYN3]. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from .envelope import CHANGE_PARTS, ENVELOPE_BYTES, Envelope

OVERHEAD_BYTES = 512
"""Room for all that is not payload: 255 characters of a name, a class, a chain hash, a signature, numbers."""
PAYLOAD_BYTES = ENVELOPE_BYTES - OVERHEAD_BYTES
"""What one envelope carries of a change."""
CHANGE_BYTES = PAYLOAD_BYTES * CHANGE_PARTS
"""The largest change that travels in envelopes; a larger one is left to the exchange of states."""
UNFINISHED_BYTES = 2 * CHANGE_BYTES
"""Bytes of changes that are not whole yet, of all sessions together."""


def cut_change(change: bytes) -> list[bytes]:
    """Pieces of at most PAYLOAD_BYTES, all of about one size, or none when there would be more than CHANGE_PARTS."""
    if not 0 < len(change) <= CHANGE_BYTES:
        return []
    count = -(-len(change) // PAYLOAD_BYTES)
    size = -(-len(change) // count)
    return [change[start : start + size] for start in range(0, len(change), size)]


@dataclass(slots=True)
class _Unfinished:
    parts: list[bytes | None]
    missing: int
    size: int = 0


class Parts:
    """Collects parts until a change is whole. What is given up comes by exchange."""

    def __init__(self, limit: int = UNFINISHED_BYTES) -> None:
        self._limit = limit
        self._changes: dict[tuple[str, str, str, int, int], _Unfinished] = {}
        self.held = 0
        """Bytes of changes that are not whole."""

    def take(self, envelope: Envelope) -> bytes | None:
        """The whole change, once its last part came; None before."""
        if envelope.parts == 1:
            return envelope.payload
        first = envelope.sequence - envelope.part
        key = (envelope.document, envelope.session, envelope.kind, first, envelope.parts)
        change = self._changes.get(key) or _Unfinished([None] * envelope.parts, envelope.parts)
        if change.parts[envelope.part] is not None:
            return None
        change.parts[envelope.part] = envelope.payload
        change.missing -= 1
        change.size += len(envelope.payload)
        self.held += len(envelope.payload)
        # Anew at the end: who waited longest goes first when there is too much.
        self._changes.pop(key, None)
        if change.missing == 0:
            self.held -= change.size
            return b"".join(part for part in change.parts if part is not None)
        self._changes[key] = change
        while self.held > self._limit:
            oldest = next(iter(self._changes))
            self.held -= self._changes.pop(oldest).size
        return None
