"""All direct connections: the budget they are opened from, and which signal belongs to which [CON10, CON12]. Pure."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Literal, Protocol

from ..clock import Clock
from ..listeners import Listeners
from .base import State
from .road import RoadConnection
from .signals import Signal, decode_signal, encode_signal, signal_bytes, signal_text

RTC_PER_HOUR = 40
"""`rtc_per_hour` in docs/protocol.json."""
RTC_PER_PEER = 10
"""`rtc_per_peer`: whoever calls again and again uses up a quarter of it."""
_HOUR_MS = 3_600_000


class DirectConnection(RoadConnection):
    """One of them, whatever carries it."""

    def __init__(self, peer: str, number: int, send: Callable[[Signal], object]) -> None:
        super().__init__(peer, "direct")
        self.number = number
        self.theirs: int | None = None
        """The other side's number, once it is known."""
        self._send_signal = send

    def hear(self, signal: Signal) -> None:
        """Takes in a signal that was meant for this connection."""
        self.theirs = signal.mine if self.theirs is None else self.theirs
        self._take_signal(signal)

    def forgotten(self) -> None:
        """The other side has begun another."""
        self._end("reset")

    @abstractmethod
    def _take_signal(self, signal: Signal) -> None: ...


class Sealer(Protocol):
    """So that the server does not read what is said, nor puts anything into it."""

    def seal(self, peer: str, signal: bytes) -> bytes: ...

    def unseal(self, peer: str, sealed: bytes) -> bytes | None:
        """None for what that participant did not seal."""


Create = Callable[[str, bool, int, Callable[[Signal], object]], DirectConnection]
"""Makes a connection: to whom, whether we call, its number, and how its signals are sent."""


class DirectRoads:
    def __init__(
        self,
        clock: Clock,
        create: Create,
        number: Callable[[], int],
        send: Callable[[str, str], bool],
        sealer: Sealer | None = None,
    ) -> None:
        """``number``: 32 random bits. ``send`` hands a signal to the server; False: it is away."""
        self._sealer = sealer
        self._clock = clock
        self._create = create
        self._number = number
        self._send = send
        self._ends: dict[str, DirectConnection] = {}
        self._opened: list[tuple[float, str]] = []
        self.calls: Listeners[str] = Listeners()
        """Somebody without a connection calls; whoever wants one calls `open`."""

    def open(self, peer: str, *, calls: bool) -> DirectConnection | Literal["spent"]:
        """A connection to ``peer``, or why there is none. There is one at a time."""
        before = self._ends.get(peer)
        if before:
            before.close()
        now = self._clock.now()
        self._opened = [(at, who) for at, who in self._opened if now - at < _HOUR_MS]
        of_peer = sum(who == peer for _, who in self._opened)
        if len(self._opened) >= RTC_PER_HOUR or of_peer >= RTC_PER_PEER:
            return "spent"
        self._opened.append((now, peer))
        number = max(1, self._number())

        def send(signal: Signal) -> bool:
            data = encode_signal(signal)
            if data is not None and self._sealer:
                data = signal_text(self._sealer.seal(peer, signal_bytes(data)))
            return data is not None and self._send(peer, data)

        end = self._ends[peer] = self._create(peer, calls, number, send)

        def changed(state: State) -> None:
            if state.kind == "closed" and self._ends.get(peer) is end:
                del self._ends[peer]

        end.states.add(changed)
        return end

    def hear(self, peer: str, data: str) -> None:
        """A signal came from the server."""
        if self._sealer:
            opened = self._sealer.unseal(peer, signal_bytes(data))
            data = "" if opened is None else signal_text(opened) or ""
        signal = decode_signal(data)
        if not signal:
            return
        end = self._ends.get(peer)
        if end and signal.yours not in (0, end.number):
            return  # for one that is no more
        if end and end.theirs not in (None, signal.mine):
            if not signal.description or signal.yours != 0:
                return  # of one that is no more
            end.forgotten()
        is_call = signal.yours == 0 and signal.description and signal.description.type == "offer"
        if peer not in self._ends and is_call:
            self.calls.call(peer)
        if peer in self._ends:
            self._ends[peer].hear(signal)

    def close(self) -> None:
        for end in list(self._ends.values()):
            end.close()
