"""A server that does with the signals it carries what it likes. All else it does as it should."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from signaling.connection import Connection
from signaling.events import Send
from signaling.hub import Hub
from signaling.protocol import format_text
from signaling.settings import Settings
from signaling.ws import Signaling

from .conftest import Server


@dataclass(frozen=True)
class Told:
    """A signal as its receiver will see it; ``after`` that many seconds."""

    sender: str
    receiver: str
    data: str
    after: float = 0.0


Lie = Callable[[Told], Iterable[Told]]
"""What arrives in the place of a signal."""


class LyingHub(Hub):
    def __init__(self, signaling: Signaling, lie: Lie) -> None:
        super().__init__(Settings(), Random(1))
        self._signaling = signaling
        self.lie = lie
        self.carried: list[Told] = []
        """Signals that were given to it, as they were."""
        self._of_signals = ""
        self._loop: asyncio.AbstractEventLoop | None = None

    def say_again(self, told: Told) -> None:
        """From another thread: a signal of before, to whom it was for."""
        assert self._loop is not None
        frame = format_text("signal", room=self._of_signals, data=told.data, **{"from": told.sender})
        self._loop.call_soon_threadsafe(self._deliver, told.receiver, frame)

    def _say(self, connection: Connection, kind: str, **fields: object) -> None:
        if kind != "signal":
            super()._say(connection, kind, **fields)
            return
        self._loop, self._of_signals = asyncio.get_running_loop(), str(fields["room"])
        told = Told(str(fields["from"]), connection.carried.name, str(fields["data"]))
        self.carried.append(told)
        for each in self.lie(told):
            frame = format_text("signal", **{**fields, "from": each.sender, "data": each.data})
            self._loop.call_later(each.after, self._deliver, each.receiver, frame)

    def _deliver(self, receiver: str, frame: str) -> None:
        if target := self._reach(receiver):
            self._signaling._run(Send((target.number,), frame))


def make_lie(server: Server, lie: Lie) -> LyingHub:
    """``server`` lies from now on. Before anybody came."""
    signaling = server.app.signaling
    hub = LyingHub(signaling, lie)
    signaling.hub = hub
    return hub
