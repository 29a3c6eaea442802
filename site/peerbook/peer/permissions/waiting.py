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
from .work import ALL

Taken = Literal["waiting", "full", "cut"] | list[CheckedChange]
"""What was let go now, in this order; it waits; too much of its author does; it reaches beyond a cut."""
Run = Callable[[str, CheckedChange, int], int]
"""Takes in of an author what was admitted, from its struct of that number on, as far as that may be now: how far it
came. What it deletes comes after its structs: ALL when nothing is left.
"""


def _run_nothing(author: str, change: CheckedChange, done: int) -> int:
    return ALL


@dataclass(slots=True)
class _Waiting:
    author: str
    change: CheckedChange
    need: int = 0
    """Which of its needs it waits for."""
    done: int | None = None
    """How far it was taken in, when that takes too long; None before it was admitted."""


class Waiting:
    def __init__(
        self,
        admit: Callable[[CheckedChange], bool],
        cuts: Mapping[int, int],
        most_bytes: float = WAITING_BYTES,
        most_changes: float = WAITING_CHANGES,
        run: Run = _run_nothing,
    ) -> None:
        """``admit`` may still refuse what is ready; ``cuts``: clients whose clocks from one on do not count."""
        self._admit = admit
        self._run = run
        self._cuts = cuts
        self._most_bytes = most_bytes
        self._most_changes = most_changes
        self._known: dict[int, int] = {}
        self._queues: dict[int, list[tuple[int, int, _Waiting]]] = {}
        self._tickets = count()
        self._held: dict[str, tuple[int, int]] = {}
        self._sessions: dict[int, int] = {}
        self._slow: list[_Waiting] = []
        """What is ready, and takes too long to be taken in at once."""
        self.steps = 0
        """Needs that were looked at."""

    @property
    def count(self) -> int:
        """Changes, or pieces of them, that wait."""
        return sum(changes for _, changes in self._held.values())

    @property
    def is_slow(self) -> bool:
        """Whether something takes too long to be taken in at once."""
        return bool(self._slow)

    def resume(self) -> None:
        """What takes long goes on."""
        slow, self._slow = self._slow, []
        for waiting in slow:
            self._account(waiting, -1)
        self._release(slow[::-1])

    @property
    def wholes(self) -> set[CheckedChange]:
        """What waits, or a piece of which does."""
        queued = (waiting.change for queue in self._queues.values() for _, _, waiting in queue)
        return {change.whole or change for change in queued}

    def awaited_by(self, client: int) -> tuple[int, Id] | None:
        """From which clock on a client's changes wait, and what the first of them waits for; None when none does."""
        first: tuple[int, Id] | None = None
        for of, queue in self._queues.items():
            for clock, _, waiting in queue:
                change = waiting.change
                if change.client == client and change.structs and (first is None or change.start < first[0]):
                    first = change.start, (of, clock)
        return first

    def take(self, author: str, change: CheckedChange) -> Taken:
        if change.end > self._cuts.get(change.client, math.inf):
            return "cut"
        whole = _Waiting(author, change)
        is_ready = self._missing(whole) is None
        if is_ready and not any(each.author == author for each in self._slow):
            return self._release([whole])
        if not self._has_room(author, change):
            return "full"
        if is_ready:
            return self._release([whole])
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
        """Nothing of a client counts any more from where ``cuts`` says now: who waits for that waits no longer. What
        was let go now.
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
            waiting = ready.pop()
            change = waiting.change
            if waiting.done is None:
                if not self._admit(change):
                    continue
                changes.append(change)
            waiting.done = self._run(waiting.author, change, waiting.done or 0)
            if waiting.done != ALL:
                self._account(waiting, 1)
                self._slow.append(waiting)
            end = change.structs[waiting.done].clock if waiting.done < len(change.structs) else change.end
            if end > self._known.get(change.client, 0):
                self._known[change.client] = end
                ready += self._ready_of(self._freed(change.client, end))[::-1]
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
