"""Asks each new neighbour who is here, one by one: what the first told need not be told by the second. Pure."""

from __future__ import annotations

from collections.abc import Callable

from ..clock import Cancel, Clock
from ..overlay.messages import HeardOf, Who
from ..overlay.neighbours import Neighbours

GREET_MS = 500
"""Between two questions: the answer of a large class takes about as long."""


class Greeting:
    def __init__(self, clock: Clock, neighbours: Neighbours, known: Callable[[], tuple[HeardOf, ...]]) -> None:
        self._clock = clock
        self._neighbours = neighbours
        self._known = known
        self._waiting: dict[str, None] = {}
        self._pause: Cancel | None = None

    def joined(self, peer: str) -> None:
        self._waiting[peer] = None
        if self._pause is None:
            self._next()

    def end(self) -> None:
        self._waiting.clear()
        if self._pause:
            self._pause()

    def _next(self) -> None:
        self._pause = None
        while self._waiting:
            peer = next(iter(self._waiting))
            del self._waiting[peer]
            neighbour = self._neighbours.get(peer)
            if neighbour:
                neighbour.say(Who(self._known()))
                self._pause = self._clock.after(GREET_MS, self._next)
                return
