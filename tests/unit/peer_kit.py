"""Participants in Python without sockets: a clock moved by hand, lines that delay, lose and double under a seed."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from itertools import count
from random import Random
from typing import Any

from pycrdt import Doc, Map, Text

from peerbook.genesis import genesis
from peerbook.peer import crypto
from peerbook.peer.clock import Cancel
from peerbook.peer.envelope import Envelope
from peerbook.peer.identity import Introduction, OwnSession, open_session
from peerbook.peer.overlay.neighbours import Channel
from peerbook.peer.roles import Cut
from peerbook.peer.sealed import DocumentKey, Sealer, Stream
from peerbook.peer.secret import Secret
from peerbook.peer.sync.engine import Engine, EngineOptions
from peerbook.peer.sync.options import Keepable, Standing

ROOM = bytes(16)
DOCUMENT = f"{'5e' * 32}.team.{'0a' * 16}"
GENESIS = genesis(
    {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [{"id": "a", "cell_type": "code", "source": "", "metadata": {}}],
    }
)


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


class EverybodyMay:
    """Rules under which all is allowed but what is said otherwise."""

    def __init__(self) -> None:
        self.standings: dict[str, Standing] = {}
        """By participant."""
        self.cuts: dict[tuple[str, str], Cut] = {}
        """By document and session."""
        self.owner = ""
        self.undone: set[int] = set()

    def standing(self, who: Introduction, place: Envelope) -> Standing:
        return self.standings.get(who.participant, "may")

    def cut_of(self, document: str, session: str, participant: str) -> Cut | None:
        return self.cuts.get((document, session))

    def is_owner(self, participant: str) -> bool:
        return participant == self.owner


class OneKey:
    """The same key for all, unless it is taken away."""

    def __init__(self) -> None:
        self.key: bytes | None = b"k" * 32
        self.epoch = 0

    def key_for(self, document: str, kind: str) -> DocumentKey | None:
        return DocumentKey(self.epoch, self.key) if self.key else None

    def are_all(self, document: str, kind: str, epoch: int) -> bool:
        return True

    def keys_of(self, document: str, kind: str, epoch: int) -> list[bytes]:
        return [self.key] if self.key and epoch == self.epoch else []


def somebody(chance: Random, room: bytes = ROOM, root: bytes | None = None) -> OwnSession:
    """A session of somebody new, or of whoever has that root seed."""
    return open_session(room, Secret(root or chance.randbytes(32)), Secret(chance.randbytes(32)), chance.randbytes)


def sealer_of(own: OwnSession, room: bytes = ROOM, document: str = DOCUMENT, kind: str = "document") -> Sealer:
    """Writes what that session never said: for forks and for what may not be."""
    return Sealer(crypto, own.signer, Stream(room, document, own.introduced.session, kind))


class Page:
    """An engine with one notebook, of which one cell's text is looked at."""

    def __init__(self, world: World, follows: bool, options: dict[str, Any]) -> None:
        self.document = options.pop("document", DOCUMENT)
        self.own = options.pop("own", None) or somebody(world.chance, options.get("room", ROOM))
        self.session = self.own.introduced.session
        self.participant = self.own.introduced.participant
        self.rules, self.keys = EverybodyMay(), OneKey()
        self.kept: list[Keepable] = []
        fields = {"room": ROOM, "own": self.own, "crypto": crypto, "clock": world.clock, "random": world.chance.random}
        fields |= {"rules": self.rules, "keys": self.keys, "keep": lambda document, kept: self.kept.append(kept)}
        self.engine = Engine(EngineOptions(**{**fields, **options}))
        self.got: list[bytes] = []
        if follows:
            self.follow()

    def follow(self, kept: Sequence[Keepable] = ()) -> None:
        doc: Doc[Any] = Doc(client_id=self.engine.client_id(self.document))
        self.replica = self.engine.follow(self.document, doc, GENESIS, kept)

    @property
    def text(self) -> Text:
        doc = self.replica.doc
        assert doc is not None
        source: Text = doc.get("cells", type=Map)["a"]["source"]
        return source

    @text.setter
    def text(self, value: Text) -> None:
        """For `+=`, which has written already."""

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
