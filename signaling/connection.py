"""One connection and the session it carries: what they are in and follow, whom their frames go to. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from . import protocol
from .rates import Rates
from .refusals import Reason, RefusedError
from .room import Room
from .settings import Settings
from .topic import Topic


@dataclass(slots=True)
class Connection:
    """One socket; ``opened`` and ``heard`` in seconds, monotonic."""

    number: int
    opened: float
    heard: float
    session: Session | None = None
    asked: bool = False
    rates: Rates = field(default_factory=Rates)
    topics: dict[bytes, tuple[Room, Topic]] | None = None
    """None until the first: most of what is idle follows nothing."""

    @property
    def carried(self) -> Session:
        """The session, for whatever comes after hello."""
        assert self.session is not None, "checked before any message but hello is handled"
        return self.session

    def follow(self, room: Room, topics: Iterable[bytes], settings: Settings) -> list[int]:
        """How many others follow each of ``topics``. Raises :class:`RefusedError` when there are too many."""
        if self.topics is None:
            self.topics = {}
        others: list[int] = []
        for topic in topics:
            followed = self.topics.get(topic)
            if followed and followed[0] is not room:
                raise RefusedError(Reason.GARBLED, "the topic is followed in another room already")
            if not followed and len(self.topics) >= settings.topics_per_connection:
                raise RefusedError(Reason.TOO_MANY_TOPICS)
            if topic not in room.topics and len(room.topics) >= settings.topics_per_room:
                raise RefusedError(Reason.TOO_MANY_TOPICS)
            star = room.topics.setdefault(topic, Topic())
            star.subscribe(self.number)
            self.topics[topic] = (room, star)
            others.append(len(star.subscribers) - 1)
        return others

    def unfollow(self, topic: bytes) -> None:
        """Of topics that are not followed there is nothing to do."""
        if not self.topics or topic not in self.topics:
            return
        room, star = self.topics.pop(topic)
        star.subscribers.pop(self.number, None)
        if not star.subscribers and room.topics.get(topic) is star:
            del room.topics[topic]

    def unfollow_all(self, room: Room | None = None) -> None:
        """Those of ``room``, or all."""
        for topic, (home, _) in list((self.topics or {}).items()):
            if room is None or home is room:
                self.unfollow(topic)

    def receivers(self, relayed: protocol.Relayed, settings: Settings) -> list[int] | None:
        """The connections a published frame goes to; None when its topic is not followed."""
        followed = (self.topics or {}).get(relayed.to)
        if followed is None:
            return None
        if relayed.kind == protocol.PUBLISH_ONCE:
            return followed[1].receivers_once(self.number, relayed.payload, settings.seen_per_topic)
        return followed[1].receivers(self.number)


@dataclass(slots=True)
class Session:
    """One page load, over all its connections."""

    name: str
    secret: str
    connection: Connection | None = None
    dropped: Reason | None = None
    rooms: dict[str, Room] = field(default_factory=dict)

    def is_here(self, room: Room) -> bool:
        """Whether it has said `join` over its present connection."""
        return room.members[self.name].here

    def shares_a_room(self, other: str) -> bool:
        """With the session named ``other``."""
        return any(self.is_here(room) and other in room.members for room in self.rooms.values())
