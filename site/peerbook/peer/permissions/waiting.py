"""Where changes wait, outside of the document, for what they need: bounded for each author, let go in causal order
[PER4]. As `core/permissions/waiting.ts`. Pure.

Each change waits for one thing at a time and is looked at again only when that has come.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Literal

from .change import CheckedChange, Id
from .limits import WAITING_BYTES, WAITING_CHANGES


@dataclass(frozen=True, slots=True)
class Taken:
    """`ready`: it and what waited for it, in this order, was admitted. `full`: too much of this author's waits already;
    to be brought again later. `cut`: it begins where its author does not count any more.
    """

    kind: Literal["ready", "waiting", "full", "cut"]
    changes: tuple[CheckedChange, ...] = ()


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
        cuts: dict[int, int],
        most_bytes: float = WAITING_BYTES,
        most_changes: float = WAITING_CHANGES,
    ) -> None:
        """``admit`` may still refuse what is ready; ``cuts`` is shared with whoever made this."""
        self._admit = admit
        self._cuts = cuts
        self._most_bytes, self._most_changes = most_bytes, most_changes
        self._known: dict[int, int] = {}
        self._queues: dict[int, list[tuple[int, int, _Waiting]]] = {}
        self._order = count()
        self._held: dict[str, tuple[int, int]] = {}

    @property
    def count(self) -> int:
        """Changes that wait."""
        return sum(changes for _, changes in self._held.values())

    def take(self, author: str, change: CheckedChange) -> Taken:
        if change.structs and change.start >= self._cuts.get(change.client, change.start + 1):
            return Taken("cut")
        waiting = _Waiting(author, change)
        missing = self._missing(waiting)
        if missing is None:
            return Taken("ready", tuple(self._release([waiting])))
        held_bytes, held_changes = self._held.get(author, (0, 0))
        size = held_bytes + len(change.data)
        if held_changes >= self._most_changes or size > self._most_bytes:
            return Taken("full")
        self._held[author] = size, held_changes + 1
        self._wait(waiting, missing)
        return Taken("waiting")

    def cut(self, client: int, clock: int) -> tuple[CheckedChange, ...]:
        """From ``clock`` on nothing of a client counts: who waits for that waits no longer."""
        self._cuts[client] = clock
        queue = self._queues.pop(client, [])
        freed = [heapq.heappop(queue)[2] for _ in range(len(queue))]
        return tuple(self._release(self._ready_of(freed)[::-1]))

    def _release(self, ready: list[_Waiting]) -> list[CheckedChange]:
        """Lets go what is ready, and what that makes ready."""
        changes: list[CheckedChange] = []
        while ready:
            change = ready.pop().change
            if not self._admit(change):
                continue
            changes.append(change)
            if change.end > self._known.get(change.client, 0):
                self._known[change.client] = change.end
                ready += self._ready_of(self._take_below(change.client, change.end))[::-1]
        return changes

    def _take_below(self, client: int, clock: int) -> list[_Waiting]:
        queue = self._queues.get(client, [])
        taken: list[_Waiting] = []
        while queue and queue[0][0] < clock:
            taken.append(heapq.heappop(queue)[2])
        return taken

    def _ready_of(self, freed: Iterable[_Waiting]) -> list[_Waiting]:
        ready: list[_Waiting] = []
        for each in freed:
            missing = self._missing(each)
            if missing is not None:
                self._wait(each, missing)
            else:
                held_bytes, held_changes = self._held.get(each.author, (0, 0))
                self._held[each.author] = held_bytes - len(each.change.data), held_changes - 1
                ready.append(each)
        return ready

    def _wait(self, waiting: _Waiting, missing: Id) -> None:
        client, clock = missing
        heapq.heappush(self._queues.setdefault(client, []), (clock, next(self._order), waiting))

    def _missing(self, waiting: _Waiting) -> Id | None:
        """The first of its needs that is not here, from the one it waited for on."""
        needs = waiting.change.needs
        while waiting.need < len(needs):
            client, clock = needs[waiting.need]
            last = min(clock, self._cuts.get(client, clock + 1) - 1)
            if last >= self._known.get(client, 0):
                return client, last
            waiting.need += 1
        return None
