"""One-to-one over the server [CON9]: each connection has a number at either end, so that nothing of an older one gets
in.

HELLO mine, WELCOME mine yours, FRAME yours + frame, BYE mine. `connection/relay.ts` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..clock import Cancel, Clock, nothing
from ..listeners import Listeners
from ..overlay.neighbours import HIGH_WATER_BYTES, Channel
from .base import OPEN, State
from .road import RoadConnection

_HELLO, _WELCOME, _FRAME, _BYE = 1, 2, 3, 4
_HEAD_BYTES = 5
_KNOCK_MS = 1_000
"""Twice the time over a slow network; doubled each time, to the longest."""
_LONGEST_KNOCK_MS = 16_000


class Server(Protocol):
    """What of the signaling client is needed here."""

    @property
    def directs(self) -> Listeners[str, bytes]:
        """Frames addressed to this session alone."""

    @property
    def undelivered(self) -> Listeners[str, str]:
        """A relayed frame was for somebody who is not there: what about, and to whom."""

    @property
    def has_room(self) -> bool: ...

    @property
    def buffered_bytes(self) -> int: ...

    @property
    def room(self) -> Listeners[()]:
        """There is room for bulk again."""

    def direct(self, to: str, payload: bytes) -> bool:
        """To one member of a shared room. False: the server is away."""


class RelayRoads:
    """All connections over the server."""

    def __init__(self, server: Server, clock: Clock, number: Callable[[], int]) -> None:
        """``number``: 32 random bits."""
        self._server = server
        self._clock = clock
        self._number = number
        self._ends: dict[str, RelayConnection] = {}
        self.knocks: Listeners[str] = Listeners()
        """Somebody without a connection knocks; whoever wants one calls `open`. Else they knock in vain."""
        self._cancels = [
            server.directs.add(self._hear),
            server.undelivered.add(self._undelivered),
            server.room.add(self._resume),
        ]

    def open(self, peer: str) -> RelayConnection:
        """A connection to ``peer``, open when there is one at the other end too. There is one at a time."""
        before = self._ends.get(peer)
        if before:
            before.close()
        end = self._ends[peer] = RelayConnection(peer, self._server, self._clock, self._number())

        def changed(state: State) -> None:
            if state.kind == "closed" and self._ends.get(peer) is end:
                del self._ends[peer]

        end.states.add(changed)
        end.knock()
        return end

    def server_came(self) -> None:
        for end in list(self._ends.values()):
            end.knock()

    def server_went(self) -> None:
        for end in list(self._ends.values()):
            end.server_away()

    def close(self) -> None:
        for cancel in self._cancels:
            cancel()
        for end in list(self._ends.values()):
            end.close()

    def _resume(self) -> None:
        for end in list(self._ends.values()):
            end.resume()

    def _undelivered(self, about: str, to: str) -> None:
        end = self._ends.get(to)
        if about == "direct" and end:
            end.missing()

    def _hear(self, source: str, payload: bytes) -> None:
        if len(payload) < _HEAD_BYTES:
            return
        number, rest = int.from_bytes(payload[1:_HEAD_BYTES], "big"), payload[_HEAD_BYTES:]
        end = self._ends.get(source)
        match payload[0]:
            case 1:
                if end and end.is_other(number):
                    end.forgotten()
                # Whoever lost the old one may have opened another by now.
                if source not in self._ends:
                    self.knocks.call(source)
                if source in self._ends:
                    self._ends[source].hello(number)
            case 2:
                if end and len(rest) == 4:
                    end.welcome(number, int.from_bytes(rest, "big"))
            case 3:
                if not (end and end.take(number, rest)):
                    self._server.direct(source, _packet(_BYE, number))
            case 4:
                if end:
                    end.bye(number)


class RelayConnection(RoadConnection):
    def __init__(self, peer: str, server: Server, clock: Clock, number: int) -> None:
        super().__init__(peer, "relay")
        self._server = server
        self._clock = clock
        self._mine = number
        self._theirs: int | None = None
        self._wait = _KNOCK_MS
        self._cancel_knock: Cancel = nothing

    def knock(self) -> None:
        """Says hello, again and again until there is an answer."""
        self._cancel_knock()
        if self.state.kind == "connecting":
            self._server.direct(self.peer, _packet(_HELLO, self._mine))
            self._cancel_knock = self._clock.after(self._wait, self.knock)
            self._wait = min(_LONGEST_KNOCK_MS, self._wait * 2)

    def is_other(self, number: int) -> bool:
        """Whether ``number`` is another end than the one we are connected to."""
        return self._theirs not in (None, number)

    def hello(self, number: int) -> None:
        self._theirs = number
        self._server.direct(self.peer, _packet(_WELCOME, self._mine, number.to_bytes(4, "big")))
        self._become(OPEN)

    def welcome(self, theirs: int, mine: int) -> None:
        if mine != self._mine:
            return
        if self.is_other(theirs):
            self.forgotten()
            return
        self._theirs = theirs
        self._become(OPEN)

    def take(self, mine: int, frame: bytes) -> bool:
        """False when the frame is for an end that is no more."""
        if mine != self._mine:
            return False
        self._receive(frame)
        return True

    def bye(self, theirs: int) -> None:
        if theirs == self._theirs:
            self._end("other-left")

    def forgotten(self) -> None:
        self._end("reset")

    def missing(self) -> None:
        """What was sent may have gone nowhere: it is over. While connecting nothing was sent yet, and we go on
        knocking.
        """
        if self.state.kind != "connecting":
            self._end("not-here")

    def server_away(self) -> None:
        if self.state.kind != "connecting":
            self._end("server-away")

    def resume(self) -> None:
        self._pump()

    def _transmit(self, channel: Channel, frame: bytes) -> bool:
        may_pass = channel == "control" and self._server.buffered_bytes < HIGH_WATER_BYTES
        if self._theirs is None or not (self._server.has_room or may_pass):
            return False
        return self._server.direct(self.peer, _packet(_FRAME, self._theirs, frame))

    def _carried_bytes(self, channel: Channel) -> int:
        """All connections share one socket, so what waits there is everybody's."""
        return self._server.buffered_bytes if channel == "bulk" else 0

    def _release(self, *, tell: bool) -> None:
        self._cancel_knock()
        if tell and self._theirs is not None:
            self._server.direct(self.peer, _packet(_BYE, self._mine))


def _packet(kind: int, number: int, rest: bytes = b"") -> bytes:
    return bytes([kind]) + number.to_bytes(4, "big") + rest
