"""What every connection has, over one road or several: a state, listeners, who waits for it to drain [CON1, CON6].
Pure.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..clock import Cancel
from ..listeners import Listeners
from ..overlay.neighbours import CHANNELS, Channel

LOW_WATER_BYTES = 262_144
"""`low_water_bytes` in docs/protocol.json: early enough that the line never runs dry."""
OVERRUN_BYTES = 16_777_216
"""What may wait for one connection: 16 times what a sender who pauses leaves there."""

RoadName = Literal["direct", "relay", "memory"]
CloseReason = Literal[
    "left",
    "other-left",
    "lost",
    "reset",
    "server-away",
    "not-here",
    "unsupported",
    "spent",
    "unreachable",
    "garbled",
    "overrun",
]
"""Why a connection is over; `core/connection.ts` says what each means."""
InterruptReason = Literal["silent", "no-road"]


@dataclass(frozen=True, slots=True)
class State:
    kind: Literal["connecting", "open", "interrupted", "closed"]
    closed: CloseReason | None = None
    interrupted: InterruptReason | None = None


OPEN = State("open")


class Connection(ABC):
    """Delivers each message whole, once, in the order of its channel; or closes. It never loses one in between."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        """The session at the other end."""
        self.state = State("connecting")
        self.states: Listeners[State] = Listeners()
        """Each new state; of a link also when its road changes."""
        self._messages: Listeners[Channel, bytes] = Listeners()
        self._early: list[tuple[Channel, bytes]] = []
        self._drains: list[Callable[[], None]] = []
        self._is_ending = False

    @property
    @abstractmethod
    def road(self) -> RoadName:
        """Which way messages go now."""

    @abstractmethod
    def send(self, channel: Channel, message: bytes) -> None:
        """Takes a message of at most MESSAGE_BYTES; more is a ValueError. Before `open` it waits, after it is
        dropped.
        """

    @abstractmethod
    def buffered_bytes(self, channel: Channel) -> int:
        """What was sent and has not left yet (a link: has not been confirmed yet)."""

    def when_drained(self, run: Callable[[], None]) -> None:
        """Runs it when both channels together are below LOW_WATER_BYTES, or the connection is closed."""
        if self._is_drained():
            run()
        else:
            self._drains.append(run)

    def close(self, reason: CloseReason = "left") -> None:
        """Says so to the other side, and is `closed` at once."""
        self._finish(reason, tell=True)

    def on_message(self, listener: Callable[[Channel, bytes], object]) -> Cancel:
        cancel = self._messages.add(listener)
        # A connection that somebody else began may have spoken before anybody here listened.
        early, self._early = self._early, []
        for channel, message in early:
            self._messages.call(channel, message)
        return cancel

    @abstractmethod
    def _release(self, *, tell: bool) -> None:
        """Lets go of what it runs on; ``tell``: the other side does not know yet. Once."""

    @abstractmethod
    def _pump(self) -> None:
        """Hands over what waits, as far as there is room."""

    def _end(self, reason: CloseReason) -> None:
        """It ended without our doing."""
        self._finish(reason, tell=False)

    def _deliver(self, channel: Channel, message: bytes) -> None:
        if len(self._messages):
            self._messages.call(channel, message)
        else:
            self._early.append((channel, message))

    def _become(self, state: State) -> None:
        if self.state.kind not in ("closed", state.kind):
            self.state = state
            self._settle_drains()
            self.states.call(state)
            self._pump()

    def _settle_drains(self) -> None:
        """Runs who waits for it to drain, when it is so."""
        if self._drains and self._is_drained():
            drains, self._drains = self._drains, []
            for run in drains:
                run()

    def _finish(self, reason: CloseReason, *, tell: bool) -> None:
        if self.state.kind != "closed" and not self._is_ending:
            self._is_ending = True
            self._release(tell=tell)
            self._become(State("closed", closed=reason))

    def _is_drained(self) -> bool:
        waiting = sum(self.buffered_bytes(channel) for channel in CHANNELS)
        return self.state.kind == "closed" or waiting <= LOW_WATER_BYTES
