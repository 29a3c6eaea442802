"""One channel of a link: what was sent and not confirmed, what has come and not in order. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from .base import Connection

_HELD_BYTES = 4_194_304
"""Messages out of their order wait for the ones before them; more than two windows no honest sender has on the way."""
_HELD_OVERHEAD = 64


@dataclass(slots=True)
class Sent:
    place: int
    payload: bytes
    road: Connection
    """Over which it went last."""
    at: float
    """When, in the clock's milliseconds."""


class Ledger:
    def __init__(self) -> None:
        self.sent: deque[Sent] = deque()
        """Not confirmed, in order."""
        self.come = 0
        """How many have come, in order."""
        self.on_the_way = 0
        """Bytes of what was sent and not confirmed."""
        self._place = 0
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._held: dict[int, bytes] = {}
        self._held_bytes = 0

    @property
    def size(self) -> int:
        """Not confirmed, waiting ones included."""
        return self._waiting_bytes + self.on_the_way

    @property
    def has_waiting(self) -> bool:
        return bool(self._waiting)

    def add(self, payload: bytes) -> None:
        self._waiting.append(payload)
        self._waiting_bytes += len(payload)

    def next(self, road: Connection, at: float) -> Sent:
        """Moves the next that waits to what is on its way."""
        payload = self._waiting.popleft()
        entry = Sent(self._place, payload, road, at)
        self._place += 1
        self.sent.append(entry)
        self._waiting_bytes -= len(payload)
        self.on_the_way += len(payload)
        return entry

    def confirm(self, count: int) -> bool:
        """The other side has had ``count`` messages. False when there never were as many."""
        if count > self._place:
            return False
        while self.sent and self.sent[0].place < count:
            self.on_the_way -= len(self.sent.popleft().payload)
        return True

    def take(self, place: int, payload: bytes) -> list[bytes] | None:
        """A message came: those that are now in order, or None when too much is out of it."""
        if place < self.come or place in self._held:
            return []  # had it, over another road
        if place > self.come:
            self._held_bytes += len(payload) + _HELD_OVERHEAD
            self._held[place] = payload
            return None if self._held_bytes > _HELD_BYTES else []
        ready = [payload]
        self.come += 1
        while self.come in self._held:
            following = self._held.pop(self.come)
            self._held_bytes -= len(following) + _HELD_OVERHEAD
            self.come += 1
            ready.append(following)
        return ready

    def clear(self) -> None:
        self.sent.clear()
        self._waiting.clear()
        self._held.clear()
        self.on_the_way = self._waiting_bytes = self._held_bytes = 0
