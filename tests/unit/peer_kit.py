"""Participants in Python without sockets: a clock moved by hand, lines that delay, lose and double under a seed."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any

from pycrdt import Doc, Text

from peerbook.peer.clock import Cancel
from peerbook.peer.overlay.neighbours import Channel
from peerbook.peer.session import make_session
from peerbook.peer.sync.engine import Engine, EngineOptions

ROOM = bytes(16)
DOCUMENT = f"{'5e' * 32}.team.{'0a' * 16}"


class VirtualClock:
    """Goes when it is told to."""

    def __init__(self) -> None:
        self._now = 0.0
        self._due: list[tuple[float, int, list[Callable[[], None]]]] = []
        self._order = count()

    def now(self) -> float:
        return self._now

    def after(self, ms: float, run: Callable[[], None]) -> Cancel:
        work = [run]
        heapq.heappush(self._due, (self._now + max(0.0, ms), next(self._order), work))
        return work.clear

    def advance(self, ms: float) -> None:
        until = self._now + ms
        while self._due and self._due[0][0] <= until:
            at, _, work = heapq.heappop(self._due)
            self._now = max(self._now, at)
            for run in work:
                run()
        self._now = until


class World:
    def __init__(self, seed: int = 1, *, lost: float = 0, doubled: float = 0, delay: tuple[float, float] = (5, 60)):
        """``lost`` and ``doubled``: how often, of 1."""
        self.clock = VirtualClock()
        self.chance = Random(seed)
        self.lost, self.doubled, self.delay = lost, doubled, delay

    def page(self, *, follows: bool = True, **options: Any) -> Page:
        return Page(self, follows, options)

    def join(self, one: Page, other: Page) -> None:
        one.engine.connect(AirLine(self, one, other))
        other.engine.connect(AirLine(self, other, one))

    def part(self, one: Page, other: Page) -> None:
        one.engine.disconnect(other.session)
        other.engine.disconnect(one.session)


class Page:
    """An engine with one document of plain text."""

    def __init__(self, world: World, follows: bool, options: dict[str, Any]) -> None:
        self.session = make_session(world.chance.randbytes)
        fields = {"room": ROOM, "session": self.session, "clock": world.clock, "random": world.chance.random, **options}
        self.engine = Engine(EngineOptions(**fields))
        self.doc: Doc[Any] = Doc(client_id=self.engine.client_id(DOCUMENT))
        self.text = self.doc.get("text", type=Text)
        self.got: list[bytes] = []
        if follows:
            self.follow()

    def follow(self) -> None:
        self.replica = self.engine.follow(DOCUMENT, self.doc)

    def count(self, type_: int) -> int:
        """Messages that came with this first byte."""
        return sum(message[0] == type_ for message in self.got)


class AirLine:
    """From one page to another; a bad one loses and doubles, which no real connection does."""

    def __init__(self, world: World, source: Page, target: Page) -> None:
        self._world, self._source, self._target = world, source, target
        self._last = 0.0

    @property
    def peer(self) -> str:
        return self._target.session

    def send(self, channel: Channel, message: bytes) -> None:
        world = self._world
        copies = 0 if world.chance.random() < world.lost else 2 if world.chance.random() < world.doubled else 1
        for _ in range(copies):
            self._last = max(self._last, world.clock.now() + world.chance.uniform(*world.delay))
            world.clock.after(self._last - world.clock.now(), lambda: self._arrive(channel, message))

    def _arrive(self, channel: Channel, message: bytes) -> None:
        self._target.got.append(message)
        self._target.engine.hear(self._source.session, channel, message)

    def buffered_bytes(self, channel: Channel) -> int:
        return 0

    def when_drained(self, run: Callable[[], None]) -> None:
        run()
