"""A participant's side of the signaling server: a room to be in, frames to relay. Pure; SIG is what is said."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence

from ..clock import Clock, Random
from ..listeners import Listeners
from . import messages as say
from .line import Line, OpenSocket, ServerState
from .room import Room


class SignalingClient:
    def __init__(
        self,
        session: str,
        secret: str,
        open_socket: OpenSocket,
        clock: Clock,
        random: Random,
        keys_hash: bytes | None = None,
    ) -> None:
        """``secret``, drawn with the session and told to nobody else, proves that the session comes back.

        ``keys_hash``: of the session's keys, 32 bytes, for a session that is named after secret and keys [IDN3].
        """
        self.session = session
        self.clock = clock
        self.grace_ms = 30_000.0
        self._secret = secret
        self._keys_hash = keys_hash
        self._rooms: dict[str, Room] = {}
        self._line = Line(
            open_socket, clock, random, lambda: max((room.count for room in self._rooms.values()), default=0)
        )
        self._line.opened.add(self._open)
        self._line.texts.add(self._hear)
        self._line.binaries.add(self._hear_relayed)
        self._line.states.add(self._changed)
        self.directs: Listeners[str, bytes] = Listeners()
        """Frames addressed to this session alone: from whom, and what."""
        self.undelivered: Listeners[str, str] = Listeners()
        """A relayed frame was for somebody who is not there: what about, and to whom."""

    @property
    def state(self) -> ServerState:
        return self._line.state

    @property
    def states(self) -> Listeners[ServerState]:
        return self._line.states

    @property
    def room(self) -> Listeners[()]:
        """There is room for bulk again."""
        return self._line.room

    @property
    def has_room(self) -> bool:
        return self._line.has_room

    @property
    def buffered_bytes(self) -> int:
        return self._line.buffered_bytes

    def start(self) -> None:
        self._line.start()

    def stop(self) -> None:
        """Leaves: the others hear at once."""
        self._line.stop()

    def join(self, name: str, have: Callable[[], Sequence[str]]) -> Room:
        """Enters a room and stays in it over every reconnection."""
        room = self._rooms[name] = Room(name, self, have)
        if self.state.kind in ("connecting", "open"):
            room.enter()
        return room

    def direct(self, to: str, payload: bytes) -> bool:
        """To one member of a shared room. False: the server is away."""
        return self.state.kind == "open" and self._line.send(say.format_direct(to, payload))

    def say(self, type_: str, **fields: object) -> bool:
        return self._line.send(json.dumps({"type": type_, **fields}))

    def _open(self) -> None:
        keys = {"keys": base64.urlsafe_b64encode(self._keys_hash).decode().rstrip("=")} if self._keys_hash else {}
        self.say("hello", version=say.SIGNALING_VERSION, session=self.session, secret=self._secret, **keys)
        for room in self._rooms.values():
            room.enter()

    def _changed(self, state: ServerState) -> None:
        if state.kind != "open":
            for room in self._rooms.values():
                room.pause()

    def _hear(self, text: str) -> None:
        match say.parse_message(text):
            case say.Welcome(return_seconds, grace_seconds):
                self.grace_ms = grace_seconds * 1_000
                self._line.welcomed(return_seconds)
            case say.Ping():
                self.say("pong")
            case say.Refused(about="direct" | "publish" as about, to=to) if to:
                self.undelivered.call(about, to)
            case None | say.Pong():
                pass
            case message:
                room = self._rooms.get(message.room)
                if room:
                    room.take(message)

    def _hear_relayed(self, frame: bytes) -> None:
        relayed = say.parse_relayed(frame)
        if relayed and relayed.kind == "direct":
            self.directs.call(relayed.source, relayed.payload)
