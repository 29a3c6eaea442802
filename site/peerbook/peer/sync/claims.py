"""What neighbours say they have of a document's log and is not here; who does not bring what they said is believed
less. ``core/sync/claims.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..clock import Clock
from ..overlay.messages import Reach

_AGAIN_MS = 5000
"""A claim that was not kept is believed again after this, and each time after twice as long,"""
_MOST_AGAIN_MS = 600_000
"""up to this: the answer may have been lost, or what it brought may not have been allowed yet."""
_MOST_VAIN = 1024
"""Claims remembered as not kept."""


class Claims:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._map: dict[str, dict[str, Reach]] = {}
        self._vain: dict[tuple[str, Reach], tuple[float, float]] = {}
        """Until when each is not believed, and how long that was."""

    @property
    def peers(self) -> list[str]:
        return list(self._map)

    def put(self, peer: str, claims: Iterable[Reach]) -> None:
        now = self._clock.now()
        for claim in claims:
            if self._vain.get((peer, claim), (0.0, 0.0))[0] <= now:
                self._map.setdefault(peer, {})[claim.session] = claim

    def take(self, peer: str, counts: Callable[[Reach], bool]) -> list[Reach]:
        """Those that still count; they are forgotten here."""
        return [claim for claim in self._map.pop(peer, {}).values() if counts(claim)]

    def despair(self, peer: str, claim: Reach) -> None:
        """It was not kept: for a while it is not believed again, while they say no more than that."""
        _, before = self._vain.pop((peer, claim), (0.0, _AGAIN_MS / 2))
        wait = min(before * 2, _MOST_AGAIN_MS)
        self._vain[peer, claim] = self._clock.now() + wait, wait
        if len(self._vain) > _MOST_VAIN:
            del self._vain[next(iter(self._vain))]

    def hope(self) -> None:
        """Something is different here: what could not be taken may be now."""
        self._vain.clear()

    def left(self, peer: str) -> None:
        self._map.pop(peer, None)
