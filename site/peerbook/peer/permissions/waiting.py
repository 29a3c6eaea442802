"""Where changes wait, outside of the document, for what they need: bounded for each author, let go in causal order.

Each waits for one thing at a time and is looked at again only when that has come [PER4].
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Literal

from .change import CheckedChange, Id
from .limits import WAITING_BYTES, WAITING_CHANGES
from .pieces import pieces_of

Taken = Literal["waiting", "full", "cut"] | list[CheckedChange]
"""What is to be applied now, in this order; it waits; too much of its author does; it reaches beyond a cut."""


@dataclass(slots=True)
class _Waiting:
    author: str
    change: CheckedChange
    need: int = 0
    """Which of its needs it waits for."""


class Waiting:
    def __init__(
        self,
        admit: Callable[[CheckedChange], bool],
        cuts: Mapping[int, int],
        most_bytes: float = WAITING_BYTES,
        most_changes: float = WAITING_CHANGES,
    ) -> None:
        """``admit`` may still refuse what is ready; ``cuts``: clients whose clocks from one on do not count."""
        self._admit = admit
        self._cuts = cuts
        self._most_bytes = most_bytes
        self._most_changes = most_changes
        self._known: dict[int, int] = {}
        self._queues: dict[int, list[tuple[int, int, _Waiting]]] = {}
        self._tickets = count()
        self._held: dict[str, tuple[int, int]] = {}
        self._sessions: dict[int, int] = {}
        self.steps = 0
        """Needs that were looked at."""

    @property
    def count(self) -> int:
        """Changes, or pieces of them, that wait."""
        return sum(changes for _, changes in self._held.values())

    @property
    def wholes(self) -> set[CheckedChange]:
        """What waits, or a piece of which does."""
        queued = (waiting.change for queue in self._queues.values() for _, _, waiting in queue)
        return {change.whole or change for change in queued}

    def take(self, author: str, change: CheckedChange) -> Taken:
        if change.end > self._cuts.get(change.client, math.inf):
            return "cut"
        whole = _Waiting(author, change)
        if self._missing(whole) is None:
            return self._release([whole])
        if not self._has_room(author, change):
            return "full"
        parts = pieces_of(change, self._is_here) if change.is_segment else [change]
        ready: list[_Waiting] = []
        for part in parts:
            waiting = _Waiting(author, part)
            missing = self._missing(waiting)
            if missing is None:
                ready.append(waiting)
            else:
                self._account(waiting, 1)
                self._wait(waiting, missing)
        return self._release(ready[::-1]) or "waiting"

    def cut(self, client: int) -> list[CheckedChange]:
        """Nothing of a client counts any more from where ``cuts`` says now: who waits for that waits no longer. What is
        to be applied now.
        """
        queue = sorted(self._queues.pop(client, []))
        return self._release(self._ready_of(waiting for _, _, waiting in queue)[::-1])

    def _has_room(self, author: str, change: CheckedChange) -> bool:
        """The first to wait of a session is always taken: others may wait for it."""
        held, changes = self._held.get(author, (0, 0))
        if not self._sessions.get(change.client):
            return True
        return changes < self._most_changes and held + len(change.data) <= self._most_bytes

    def _release(self, ready: list[_Waiting]) -> list[CheckedChange]:
        changes: list[CheckedChange] = []
        while ready:
            change = ready.pop().change
            if not self._admit(change):
                continue
            changes.append(change)
            if change.end > self._known.get(change.client, 0):
                self._known[change.client] = change.end
                ready += self._ready_of(self._freed(change.client, change.end))[::-1]
        return changes

    def _freed(self, client: int, limit: int) -> Iterator[_Waiting]:
        """Who waited for a clock of a client below this one: the lowest first, and of one those who came first."""
        queue = self._queues.get(client, [])
        while queue and queue[0][0] < limit:
            yield heappop(queue)[2]

    def _ready_of(self, freed: Iterable[_Waiting]) -> list[_Waiting]:
        """Those who wait for nothing more; the others wait on."""
        ready: list[_Waiting] = []
        for waiting in freed:
            missing = self._missing(waiting)
            if missing is None:
                self._account(waiting, -1)
                ready.append(waiting)
            else:
                self._wait(waiting, missing)
        return ready

    def _wait(self, waiting: _Waiting, missing: Id) -> None:
        client, clock = missing
        heappush(self._queues.setdefault(client, []), (clock, next(self._tickets), waiting))

    def _account(self, waiting: _Waiting, sign: Literal[1, -1]) -> None:
        held, changes = self._held.get(waiting.author, (0, 0))
        self._held[waiting.author] = held + sign * len(waiting.change.data), changes + sign
        client = waiting.change.client
        self._sessions[client] = self._sessions.get(client, 0) + sign

    def _missing(self, waiting: _Waiting) -> Id | None:
        """The first of its needs that is not here, from the one it waited for on."""
        needs = waiting.change.needs
        while waiting.need < len(needs):
            self.steps += 1
            id_ = needs[waiting.need]
            if not self._is_here(id_):
                return id_[0], self._last(id_)
            waiting.need += 1
        return None

    def _is_here(self, id_: Id) -> bool:
        return self._last(id_) < self._known.get(id_[0], 0)

    def _last(self, id_: Id) -> int:
        """What is cut off is as good as there when all before it is."""
        return min(id_[1], self._cuts.get(id_[0], id_[1] + 1) - 1)
