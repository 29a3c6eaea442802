"""How much nonsense a neighbour may say [SYN13]: some is borne, more ends the connection. Pure."""

from __future__ import annotations

from ..clock import Clock

BORNE = 32
"""In a minute: enough for a mistake that repeats with each cursor, far from what costs time."""
_MINUTE_MS = 60_000


class Patience:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: dict[str, tuple[int, float]] = {}

    def is_lost(self, peer: str) -> bool:
        """``peer`` said nonsense; whether that is enough."""
        now = self._clock.now()
        count, since = self._counts.get(peer, (0, now))
        if now - since >= _MINUTE_MS:
            count, since = 0, now
        self._counts[peer] = count + 1, since
        return count >= BORNE

    def left(self, peer: str) -> None:
        self._counts.pop(peer, None)
