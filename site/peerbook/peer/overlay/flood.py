"""Envelopes through the class: each is passed on once, to all neighbours but the one it came from [SYN7].

What is large is announced first and pulled from one of those who have it [SYN8]. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from ..clock import Cancel, Clock
from ..envelope import ENVELOPE_BYTES, SMALL_BYTES, VERSION, Envelope, Fault, decode_envelope, envelope_id
from .messages import Announce, Missing, Pull
from .neighbours import Channel, Neighbours
from .seen import Seen, Shelf, Shelved
from .shorthand import headed

PULL_MS = 5000
"""How long a pull may take before another is asked: 64 KiB need a second on a slow line."""
_MOST_OFFERS = 4096
MOST_PENDING = 4096
"""Envelopes being looked at: a second of verifying. What comes on top is not remembered as seen, and comes again."""
_VERSION = bytes([VERSION])

Verdict = Literal["pass", "drop", "later"]
"""What becomes of an envelope that came: it is what it says, whoever it is for, and goes on; it goes no further, and is
not looked at again; it cannot be judged here now, and another neighbour's copy is looked at anew.
"""
Judge = Callable[[Verdict], None]


@dataclass(frozen=True, slots=True)
class FloodPorts:
    clock: Clock
    neighbours: Neighbours
    accept: Callable[[Envelope, bytes, str, Judge], None]
    """Takes an envelope that came from this neighbour, and says what becomes of it: at once, or later."""
    introduction: Callable[[str], bytes | None]
    """Whose a session is, to be said before what it wrote."""
    wants: Callable[[str], bool]
    """Whether somebody here wants that document."""
    lost: Callable[[str], None]
    """An announced envelope of that document could not be had from anybody."""


@dataclass(slots=True)
class _Offer:
    document: str
    size: int
    sources: dict[str, None] = field(default_factory=dict)
    """Who has it, in the order they said so."""
    waiters: set[str] = field(default_factory=set)
    """Who asked us for it meanwhile."""
    told: set[str] = field(default_factory=set)
    """Whom we told of it."""
    pulling: tuple[str, Cancel] | None = None

    def stop_pulling(self) -> None:
        if self.pulling:
            self.pulling[1]()
            self.pulling = None


class Flood:
    def __init__(self, ports: FloodPorts) -> None:
        self._ports = ports
        self._seen = Seen()
        self._shelf = Shelf()
        self._offers: dict[bytes, _Offer] = {}
        self._pending: dict[bytes, set[str]] = {}
        """Envelopes being looked at, with those who have them."""
        self.counts: Counter[str] = Counter()
        """How many were `taken`, `doubled`, `refused`."""

    def publish(self, envelope: Envelope, data: bytes) -> None:
        """Own envelopes."""
        id_ = envelope_id(data)
        self._seen.add(id_)
        self._pass(envelope, data, id_, set(), ())

    def hear(self, peer: str, data: bytes) -> Fault | None:
        """Takes what a neighbour sent; the fault when it is no envelope."""
        if len(data) > ENVELOPE_BYTES or data[:1] != _VERSION:
            # Before it costs a hash.
            self.counts["refused"] += 1
            return Fault.TOO_LARGE if len(data) > ENVELOPE_BYTES else Fault.VERSION
        id_ = envelope_id(data)
        if id_ in self._seen:
            self.counts["doubled"] += 1
            if id_ in self._pending:
                self._pending[id_].add(peer)
            return None
        envelope = decode_envelope(data)
        if isinstance(envelope, Fault):
            self.counts["refused"] += 1
            return envelope
        if len(self._pending) >= MOST_PENDING:
            self.counts["refused"] += 1
            return None
        self._seen.add(id_)
        offer = self._offers.pop(id_, None) or _Offer(envelope.document, len(data))
        offer.stop_pulling()
        have = self._pending[id_] = {peer, *offer.sources, *offer.told}

        def judge(verdict: Verdict) -> None:
            self._pending.pop(id_, None)
            self.counts["taken" if verdict == "pass" else "refused"] += 1
            if verdict == "pass":
                self._pass(envelope, data, id_, have, offer.waiters)
            elif verdict == "later":
                self._seen.forget(id_)

        self._ports.accept(envelope, data, peer, judge)
        return None

    def announced(self, peer: str, id_: bytes, size: int, document: str) -> None:
        if id_ in self._seen or not SMALL_BYTES < size <= ENVELOPE_BYTES:
            return
        known = self._offers.get(id_)
        offer = known or _Offer(document, size)
        offer.sources[peer] = None
        if known:
            return
        self._offers[id_] = offer
        if len(self._offers) > _MOST_OFFERS:
            self._forget(next(iter(self._offers)))
        if self._ports.wants(document):
            self._pull(id_, offer)
        else:
            # Nobody here looks at it; somebody further on may, and will have it through us.
            offer.told |= {each.peer for each in self._ports.neighbours} - {peer}
            self._ports.neighbours.say(Announce(id_, size, document), offer.sources)

    def pulled(self, peer: str, id_: bytes) -> None:
        kept = self._shelf.get(id_)
        offer = self._offers.get(id_)
        neighbour = self._ports.neighbours.get(peer)
        if kept is not None:
            if neighbour:
                neighbour.introduce("bulk", kept.session, self._ports.introduction(kept.session))
                neighbour.pass_on("bulk", headed(kept.data))
        elif offer and peer not in offer.sources:
            offer.waiters.add(peer)
            self._pull(id_, offer)
        elif neighbour:
            neighbour.say(Missing(id_))

    def missing(self, peer: str, id_: bytes) -> None:
        offer = self._offers.get(id_)
        if offer:
            offer.sources.pop(peer, None)
            if offer.pulling and offer.pulling[0] == peer:
                offer.stop_pulling()
                self._pull(id_, offer)

    def left(self, peer: str) -> None:
        for id_, offer in list(self._offers.items()):
            offer.waiters.discard(peer)
            self.missing(peer, id_)

    def end(self) -> None:
        for offer in self._offers.values():
            offer.stop_pulling()
        self._offers.clear()

    def _pass(self, envelope: Envelope, data: bytes, id_: bytes, without: set[str], waiters: Collection[str]) -> None:
        neighbours = self._ports.neighbours
        if len(data) > SMALL_BYTES:
            self._shelf.put(id_, Shelved(envelope.session, data))
            for peer in waiters:
                self.pulled(peer, id_)
            neighbours.say(Announce(id_, len(data), envelope.document), without | set(waiters))
            return
        channel: Channel = "bulk" if envelope.kind == "outputs" else "control"
        whole = headed(data)
        for neighbour in neighbours:
            if neighbour.peer not in without:
                neighbour.introduce(channel, envelope.session, self._ports.introduction(envelope.session))
                neighbour.pass_on(channel, whole)

    def _pull(self, id_: bytes, offer: _Offer) -> None:
        if offer.pulling:
            return
        for peer in offer.sources:
            neighbour = self._ports.neighbours.get(peer)
            if neighbour:
                offer.pulling = peer, self._ports.clock.after(PULL_MS, partial(self.missing, peer, id_))
                neighbour.say(Pull(id_))
                return
        self._forget(id_)

    def _forget(self, id_: bytes) -> None:
        offer = self._offers.pop(id_, None)
        if offer:
            offer.stop_pulling()
            for peer in offer.waiters:
                neighbour = self._ports.neighbours.get(peer)
                if neighbour:
                    neighbour.say(Missing(id_))
            self._ports.lost(offer.document)
