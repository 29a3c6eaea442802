"""Pages in front of a hub, without sockets: what each of them hears, and a clock moved by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from signaling import protocol
from signaling.events import Binary, Close, Closed, Event, Opened, Send, Text, Tick, Wait
from signaling.hub import Hub
from signaling.refusals import Reason
from signaling.settings import Settings


def an_id(random: Random) -> str:
    """A fresh session, secret or topic."""
    return protocol.encode_id(random.randbytes(protocol.ID_BYTES))


@dataclass
class Page:
    """One page: its connection's number and everything it was sent."""

    hub: HubWithPages
    session: str
    secret: str
    number: int = 0
    heard: list[Any] = field(default_factory=list)
    closed: Reason | None = None
    wait: float = 0.0
    keys: str | None = None

    def say(self, kind: str, **fields: Any) -> None:
        self.hub.do(Text(self.number, json.dumps({"type": kind, **fields})))

    def send(self, data: bytes) -> None:
        self.hub.do(Binary(self.number, data))

    def connect(self) -> Page:
        """Open a connection and say hello: the first time, or again."""
        self.hub.last += 1
        self.number, self.closed = self.hub.last, None
        self.hub.pages[self.number] = self
        self.hub.do(Opened(self.number))
        keys = {"keys": self.keys} if self.keys else {}
        self.say("hello", version=1, session=self.session, secret=self.secret, **keys)
        return self

    def join(self, room: str, **fields: Any) -> Page:
        self.heard.append({"type": "joining", "have": fields.get("have", [])})
        self.say("join", room=room, **{"record": "", **fields})
        return self

    def break_off(self, code: int = 1006) -> None:
        del self.hub.pages[self.number]
        self.hub.do(Closed(self.number, code))

    def subscribe(self, room: str, *topics: str) -> Page:
        self.say("subscribe", room=room, topics=list(topics))
        return self

    def publish(self, topic: str, payload: bytes, kind: int = protocol.PUBLISH) -> None:
        self.send(bytes((kind,)) + protocol.decode_id(topic) + payload)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Messages of this type, oldest first."""
        return [message for message in self.heard if isinstance(message, dict) and message["type"] == kind]

    def frames(self) -> list[bytes]:
        return [message for message in self.heard if isinstance(message, bytes)]

    def refusals(self) -> list[str]:
        return [message["reason"] for message in self.of("refused")]

    def neighbours(self) -> set[str]:
        """As this page understands what it was told."""
        known: set[str] = set()
        for message in self.heard:
            if isinstance(message, bytes):
                continue
            if message["type"] == "joining":
                known = set(message["have"])
            elif message["type"] == "joined":
                known |= set(message["neighbours"])
            elif message["type"] == "meet":
                known = (known | {*message["call"], *message["expect"]}) - set(message["release"])
            elif message["type"] == "changes":
                known -= set(message["left"])
        return known

    def roster(self) -> dict[str, dict[str, Any]]:
        """As this page understands what it was told."""
        people: dict[str, dict[str, Any]] = {}
        for message in self.heard:
            if isinstance(message, dict) and message["type"] in ("joined", "people", "changes"):
                if message["type"] == "joined":
                    people = {}
                people |= {entry["session"]: entry for entry in message["people"]}
                for session in message.get("left", ()):
                    people.pop(session, None)
        return people


class HubWithPages:
    """A hub, its clock, and the pages connected to it."""

    def __init__(self, seed: int = 1, **settings: Any) -> None:
        self.random = Random(seed)
        self.settings = Settings(**settings)
        self.hub = Hub(self.settings, Random(seed))
        self.now = 1_000.0
        self.last = 0
        self.pages: dict[int, Page] = {}
        self.room = protocol.encode_id(self.random.randbytes(16))

    def page(self) -> Page:
        """A page that has said hello."""
        return Page(self, an_id(self.random), an_id(self.random)).connect()

    def member(self, room: str | None = None, **fields: Any) -> Page:
        """A page in the room."""
        return self.page().join(room or self.room, **fields)

    def do(self, event: Event) -> None:
        for effect in self.hub.handle(event, self.now):
            if isinstance(effect, Send):
                for number in effect.to:
                    if page := self.pages.get(number):
                        frame = effect.frame
                        page.heard.append(json.loads(frame) if isinstance(frame, str) else frame)
            elif isinstance(effect, Close):
                if page := self.pages.pop(effect.connection, None):
                    page.closed = effect.reason
            elif isinstance(effect, Wait) and (page := self.pages.get(effect.connection)):
                page.wait = effect.seconds

    def sleep(self, seconds: float) -> None:
        """Time passes, in ticks of a tenth; pages answer pings."""
        for _ in range(max(1, round(seconds * 10))):
            self.now += 0.1
            self.do(Tick())
            for page in list(self.pages.values()):
                if page.heard and page.heard[-1] == {"type": "ping"}:
                    page.say("pong")

    def restart(self) -> None:
        """The server's memory cleared; every connection broken."""
        self.hub = Hub(self.settings, Random(9))
        self.pages.clear()
