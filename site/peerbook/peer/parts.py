"""Changes larger than one envelope are cut into parts [SYN3]. Pure."""

from __future__ import annotations

from .envelope import CHANGE_PARTS, ENVELOPE_BYTES

OVERHEAD_BYTES = 512
"""Room for all that is not payload: 255 characters of a name, a class, a chain hash, a signature, numbers."""
PAYLOAD_BYTES = ENVELOPE_BYTES - OVERHEAD_BYTES
"""What one envelope carries of a change."""
CHANGE_BYTES = PAYLOAD_BYTES * CHANGE_PARTS
"""The largest change that travels in envelopes; a larger one is left to the exchange of states."""


def cut_change(change: bytes) -> list[bytes]:
    """Pieces of at most PAYLOAD_BYTES, all of about one size, or none when there would be more than CHANGE_PARTS."""
    if not 0 < len(change) <= CHANGE_BYTES:
        return []
    count = -(-len(change) // PAYLOAD_BYTES)
    size = -(-len(change) // count)
    return [change[start : start + size] for start in range(0, len(change), size)]
