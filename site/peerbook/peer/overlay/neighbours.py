"""The connections somebody holds, at most eight, and what is remembered of each. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Literal, Protocol

from ..clock import Random
from .messages import Entries, IntroductionMessage, Message, Short, encode_message
from .shorthand import Headed, Hearing, Saying

MAX_DEGREE = 8
"""`max_degree` in docs/protocol.json."""
HIGH_WATER_BYTES = 1_048_576
"""A sender pauses here; `high_water_bytes`."""

_MOST_INTRODUCED = 4000
"""Sessions of which it is remembered that they were introduced; said again when forgotten."""

Channel = Literal["control", "bulk"]
CHANNELS: tuple[Channel, Channel] = ("control", "bulk")


class Line(Protocol):
    """What of a connection is needed here."""

    @property
    def peer(self) -> str:
        """The session at the other end."""

    def send(self, channel: Channel, message: bytes) -> None: ...

    def buffered_bytes(self, channel: Channel) -> int: ...

    def when_drained(self, run: Callable[[], None]) -> None:
        """Runs it when little waits, or the connection is closed."""


class Neighbour:
    """One connection, and what was said and heard on it."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.hearing: dict[Channel, Hearing] = {"control": Hearing(), "bulk": Hearing()}
        self._saying: dict[Channel, Saying] = {"control": Saying(), "bulk": Saying()}
        self._introduced: dict[Channel, dict[str, None]] = {"control": {}, "bulk": {}}

    @property
    def peer(self) -> str:
        return self._line.peer

    def say(self, message: Message, channel: Channel | None = None) -> None:
        self._line.send(channel or ("bulk" if isinstance(message, Entries) else "control"), encode_message(message))

    def introduce(self, channel: Channel, session: str, data: bytes | None) -> None:
        """Says whose a session is, unless that was said on this channel before: what follows on it is understood."""
        introduced = self._introduced[channel]
        if data is not None and session not in introduced:
            introduced[session] = None
            if len(introduced) > _MOST_INTRODUCED:
                del introduced[next(iter(introduced))]
            self.say(IntroductionMessage(data), channel)

    def knows(self, session: str) -> None:
        """It knows that session: told by it, or told to it in answer."""
        for introduced in self._introduced.values():
            introduced[session] = None

    def pass_on(self, channel: Channel, envelope: Headed) -> None:
        """Sends an envelope, in short when its head was said before."""
        said = self._saying[channel].is_said(envelope)
        message = encode_message(Short(envelope.reference, envelope.tail)) if said else envelope.data
        self._line.send(channel, message)

    def forget(self, reference: bytes) -> None:
        """A head that was said did not arrive."""
        for saying in self._saying.values():
            saying.forget(reference)

    def when_room(self, run: Callable[[], None]) -> None:
        """Runs it when more may be sent: now, or later."""
        if sum(self._line.buffered_bytes(channel) for channel in CHANNELS) > HIGH_WATER_BYTES:
            self._line.when_drained(run)
        else:
            run()


class Neighbours:
    """All of them, by session."""

    def __init__(self) -> None:
        self._map: dict[str, Neighbour] = {}

    def __len__(self) -> int:
        return len(self._map)

    def __iter__(self) -> Iterator[Neighbour]:
        return iter(list(self._map.values()))

    def get(self, peer: str) -> Neighbour | None:
        return self._map.get(peer)

    def add(self, neighbour: Neighbour) -> bool:
        """False when there are as many as may be."""
        if neighbour.peer not in self._map and len(self._map) >= MAX_DEGREE:
            return False
        self._map[neighbour.peer] = neighbour
        return True

    def remove(self, peer: str) -> bool:
        return self._map.pop(peer, None) is not None

    def say(self, message: Message, without: Collection[str] = ()) -> None:
        """Says it to everybody but those."""
        for neighbour in self:
            if neighbour.peer not in without:
                neighbour.say(message)

    def any(self, random: Random) -> Neighbour | None:
        """One of them, as likely as any other."""
        everybody = list(self._map.values())
        return everybody[int(random() * len(everybody))] if everybody else None
