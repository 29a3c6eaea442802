"""What of a document is given back by storage, without what need not be read again. ``core/sync/kept.ts`` in Python.
Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ..segment import Segment
from .opener import read_piece
from .options import Keepable

HASH_BYTES = 32
"""At the end of a refusal stands the hash of the segment."""


def without_compacted(kept: Sequence[Keepable]) -> list[Keepable]:
    """Without the pieces that a segment kept after them took the place of: it was compared with them, and they are
    never read again. One that was refused later took the place of nothing.
    """
    refused = {each.data[-HASH_BYTES:] for each in kept if each.kind == "refuse"}
    ranges: dict[str, list[tuple[int, int]]] = {}
    out: list[Keepable] = []
    for each in reversed(kept):
        read = read_piece(each.data) if each.kind == "piece" else None
        if read is None:
            out.append(each)
            continue
        is_segment = isinstance(read, Segment)
        first, end = (read.first, read.end) if isinstance(read, Segment) else (read.sequence, read.sequence + 1)
        covering = ranges.setdefault(read.session, [])
        if any(start <= first and end <= stop for start, stop in covering):
            continue
        if is_segment and hashlib.sha256(each.data).digest() not in refused:
            covering.append((first, end))
        out.append(each)
    return out[::-1]
