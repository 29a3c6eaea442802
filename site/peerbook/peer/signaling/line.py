"""The one WebSocket to the server, kept: opened, watched, opened anew after every loss [SIG5, SIG6, CON11].

Pure: sockets, time and chance are passed in. Nothing here raises because of a network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from ..clock import Cancel, Clock, Random
from ..listeners import Listeners

_OPEN_MS = 15_000
"""A network that swallows everything answers neither yes nor no: given up after this."""
_SILENT_MS = 35_000
"""The server asks after 25 seconds of silence; a line that brought nothing for longer is asked by us."""
_LOOK_MS = 15_000
_ANSWER_MS = 8_000
_ROOM_BYTES = 262_144
"""What may wait in the socket before bulk is held back: 1/4 s at the rate the server reads (1 MiB/s)."""
_ROOM_POLL_MS = 20
_LONGEST_RETURN_MS = 30_000
_FINAL: dict[int, RefusedReason] = {
    4001: "version",
    4002: "garbled",
    4003: "garbled",
    4007: "session-taken",
    4008: "replaced",
}
"""Codes after which coming back would end the same way."""
_LEFT, _BROKEN = 1000, 1006

RefusedReason = Literal["address", "version", "garbled", "session-taken", "replaced"]
AwayReason = Literal["unreachable", "broken", "restarting", "dropped"]


@dataclass(frozen=True, slots=True)
class ServerState:
    """Between this participant and the server. `away` comes back by itself, `refused` does not."""

    kind: Literal["idle", "connecting", "open", "away", "refused"]
    reason: RefusedReason | AwayReason | None = None


class SocketEvents(Protocol):
    """Whom a socket tells what happens to it."""

    def on_open(self) -> None: ...

    def on_text(self, text: str) -> None: ...

    def on_binary(self, data: bytes) -> None: ...

    def on_close(self, code: int) -> None:
        """It is closed, or was never opened (1006). The last thing said."""


class Socket(Protocol):
    @property
    def buffered_bytes(self) -> int:
        """Sent and not left yet."""

    def send(self, data: str | bytes) -> None: ...

    def close(self, code: int) -> None:
        """Nothing is told after it."""


OpenSocket = Callable[[SocketEvents], Socket]
"""Begins to open one; ValueError for an address that is none."""


def return_after(attempt: int, people: int, return_seconds: float, random: Random) -> float:
    """Milliseconds to wait before an attempt (0: the first after a loss): at random, so that a class does not come
    back as one, and the longer the more people there are and the more attempts have failed [SIG5].
    """
    spread = min(return_seconds, 0.5 + people / 200) * 1_000
    longest: float = min(_LONGEST_RETURN_MS, spread * 2 ** min(attempt, 10))
    return random() * longest


class Line:
    def __init__(self, open_socket: OpenSocket, clock: Clock, random: Random, people: Callable[[], int]) -> None:
        """``people`` in the rooms: the more, the more apart they come back."""
        self._open_socket = open_socket
        self._clock = clock
        self._random = random
        self._people = people
        self._socket: Socket | None = None
        self._events: _Events | None = None
        self._is_open = self._is_asking = self._is_polling = self._was_welcome = False
        self._attempt = 0
        self._heard_at = 0.0
        self._return_seconds = 10.0
        self._timers: dict[str, Cancel] = {}
        self.state = ServerState("idle")
        self.states: Listeners[ServerState] = Listeners()
        self.opened: Listeners[()] = Listeners()
        """A socket has opened: say hello. Every time."""
        self.texts: Listeners[str] = Listeners()
        self.binaries: Listeners[bytes] = Listeners()
        self.room: Listeners[()] = Listeners()
        """There is room for bulk again."""

    @property
    def buffered_bytes(self) -> int:
        return self._socket.buffered_bytes if self._socket else 0

    @property
    def has_room(self) -> bool:
        """Whether bulk may be sent now; `room` tells when it may again."""
        if self.state.kind == "open" and self.buffered_bytes < _ROOM_BYTES:
            return True
        self._poll_room()
        return False

    def start(self) -> None:
        if self.state.kind in ("idle", "refused"):
            self._attempt = 0
            self._connect()

    def stop(self) -> None:
        """Says goodbye."""
        self._drop(_LEFT)
        self._become(ServerState("idle"))

    def welcomed(self, return_seconds: float) -> None:
        """The server has accepted the hello."""
        self._return_seconds = return_seconds
        self._attempt = 0
        self._was_welcome = True
        self._become(ServerState("open"))

    def send(self, data: str | bytes) -> bool:
        """Sends if there is an open socket; what is lost in between is said again at the next hello."""
        if not self._socket or not self._is_open:
            return False
        self._socket.send(data)
        return True

    def _connect(self) -> None:
        self._cancel_timers()
        self._become(ServerState("connecting"))
        self._was_welcome = False
        self._events = _Events(self)
        try:
            self._socket = self._open_socket(self._events)
        except ValueError:
            self._become(ServerState("refused", "address"))
            return
        self._timers["open"] = self._clock.after(_OPEN_MS, self._give_up_opening)

    def _give_up_opening(self) -> None:
        if self.state.kind == "connecting":
            self._lost(_BROKEN)

    def _opened(self) -> None:
        self._is_open = True
        self._heard_at = self._clock.now()
        self._watch()
        self.opened.call()

    def _heard(self) -> None:
        self._heard_at = self._clock.now()

    def _lost(self, code: int) -> None:
        self._drop(_LEFT)
        if code in _FINAL:
            self._become(ServerState("refused", _FINAL[code]))
            return
        wait = return_after(self._attempt, self._people(), self._return_seconds, self._random)
        self._attempt += 1
        self._timers["return"] = self._clock.after(wait, self._connect)
        self._become(ServerState("away", self._away_reason(code)))

    def _away_reason(self, code: int) -> AwayReason:
        if not self._was_welcome:
            return "unreachable"
        if code in (1001, 1012):
            return "restarting"
        return "dropped" if code >= 4000 or code == 1011 else "broken"

    def _watch(self) -> None:
        self._timers["look"] = self._clock.after(_LOOK_MS, self._look)

    def _look(self) -> None:
        if self._clock.now() - self._heard_at > _SILENT_MS:
            self._ask()
        self._watch()

    def _ask(self) -> None:
        """Is the line still one? After a sleep only an answer tells."""
        asked = self._clock.now()
        if self._is_asking or not self.send('{"type":"ping"}'):
            return
        self._is_asking = True

        def judge() -> None:
            self._is_asking = False
            if self._heard_at < asked:
                self._lost(_BROKEN)

        self._timers["answer"] = self._clock.after(_ANSWER_MS, judge)

    def _poll_room(self) -> None:
        if self._is_polling or self.state.kind != "open":
            return
        self._is_polling = True

        def poll() -> None:
            self._is_polling = False
            if self.has_room:
                self.room.call()

        self._timers["room"] = self._clock.after(_ROOM_POLL_MS, poll)

    def _drop(self, code: int) -> None:
        self._cancel_timers()
        self._is_open = False
        socket, self._socket = self._socket, None
        if self._events:
            self._events.line = None
        if socket:
            socket.close(code)

    def _cancel_timers(self) -> None:
        for cancel in self._timers.values():
            cancel()
        self._timers.clear()
        self._is_asking = self._is_polling = False

    def _become(self, state: ServerState) -> None:
        if state.kind != self.state.kind or state.kind == "away":
            self.state = state
            self.states.call(state)


class _Events:
    """What happens to one socket, as long as it is the line's."""

    def __init__(self, line: Line) -> None:
        self.line: Line | None = line

    def on_open(self) -> None:
        if self.line:
            self.line._opened()

    def on_text(self, text: str) -> None:
        if self.line:
            self.line._heard()
            self.line.texts.call(text)

    def on_binary(self, data: bytes) -> None:
        if self.line:
            self.line._heard()
            self.line.binaries.call(data)

    def on_close(self, code: int) -> None:
        if self.line:
            self.line._lost(code)
