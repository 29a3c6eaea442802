"""When an author compacts their own log [LOG13], as ``site/extension/src/core/log/segments.ts``."""

from __future__ import annotations

import math

from .log import Log
from .piece import Piece, total_bytes

COMPACT_ENVELOPES = 64
KEPT_ENVELOPES = 16
_GROWTH = 2


def range_to_compact(
    log: Log, session: str, *, is_over: bool, limit: float = math.inf, most: int = COMPACT_ENVELOPES
) -> tuple[int, int] | None:
    """The places that are to be one segment now, or None.

    ``is_over``: the session writes no more; ``limit``: bytes of the pieces that one segment may stand for; ``most``: as
    COMPACT_ENVELOPES.
    """
    pieces = log.pieces(session)
    kept = 0 if is_over else min(KEPT_ENVELOPES, most >> 2)
    end = _last_whole(pieces, max(0, len(pieces) - kept))
    start = end
    while start > 0 and pieces[start - 1].form == "envelope":
        start -= 1
    if not is_over and end - start < most:
        return None
    while start > 0 and (is_over or _joins(pieces, start, end)):
        start -= 1
    while start < end and (pieces[start].part > 0 or total_bytes(pieces[start:end]) > limit):
        start += 1
    return (pieces[start].first, pieces[end - 1].end) if end - start > 1 else None


def _joins(pieces: list[Piece], start: int, end: int) -> bool:
    """Whether the segment before joins: it is not much larger than what follows it."""
    before = pieces[start - 1]
    span = pieces[end - 1].end - pieces[start].first
    return before.end - before.first <= _GROWTH * span


def _last_whole(pieces: list[Piece], end: int) -> int:
    """The end of the last whole change."""
    while end > 0 and pieces[end - 1].part + 1 < pieces[end - 1].parts:
        end -= 1
    return end
