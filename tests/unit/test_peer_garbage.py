"""Ten thousand messages that nobody should send, at every door: each is refused, nothing is raised, the rest goes on.

Listeners log what fails in them instead of raising: nothing may be logged either.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from pycrdt import Doc

from peerbook.peer.connection.base import OPEN
from peerbook.peer.connection.direct import DirectConnection, DirectRoads
from peerbook.peer.connection.link import Link
from peerbook.peer.connection.relay import RelayRoads
from peerbook.peer.connection.road import RoadConnection
from peerbook.peer.connection.roads import Roads
from peerbook.peer.connection.signals import Signal
from peerbook.peer.document.notebook import Notebook
from peerbook.peer.envelope import session_bytes, session_text
from peerbook.peer.overlay.messages import FIRST_TYPE, TYPES
from peerbook.peer.overlay.neighbours import Channel
from peerbook.peer.permissions.change import Refused, canonical_change, check_change
from peerbook.peer.permissions.limits import NOTEBOOK_LIMITS
from peerbook.peer.permissions.replay import Intake
from peerbook.peer.signaling.client import SignalingClient
from peerbook.peer.signaling.line import Socket, SocketEvents
from peerbook.peer.sync.digest import state_digest
from peerbook.peer.sync.record import Record

from .peer_kit import DOCUMENT, GENESIS, VirtualClock, World

MANY = 10_000


@pytest.fixture(autouse=True)
def nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.WARNING)
    yield
    logged = caplog.get_records("call")
    assert [(record.getMessage(), record.exc_info) for record in logged] == []


def mutated(chance: Random, real: bytes) -> bytes:
    """A few bytes changed near its beginning, which says what it is; sometimes cut, sometimes all of it noise."""
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(200))
    data = bytearray(real)
    for _ in range(chance.randrange(1, 5) if data else 0):
        data[chance.randrange(min(len(data), 200))] = chance.randrange(256)
    return bytes(data[: chance.randrange(200)] if chance.random() < 0.3 else data)


def test_syn7_ten_thousand_messages_to_the_engine() -> None:
    world = World(8)
    one, other, honest = world.page(), world.page(), world.page()
    world.join(one, other)
    world.join(one, honest)
    other.text += "words"
    del other.text[1:2]
    other.engine.introduce(Record("B", "b" * 32, 0))
    other.engine.awareness.say("d")
    other.text += "x" * 40_000
    world.clock.advance(30_000)
    real = [
        *one.got,
        *(bytes([kind]) + world.chance.randbytes(80) for kind in range(FIRST_TYPE - 1, FIRST_TYPE + len(TYPES) + 1)),
    ]
    for turn in range(MANY):
        channel: Channel = world.chance.choice(["control", "bulk"])
        one.engine.hear(other.session, channel, mutated(world.chance, world.chance.choice(real)))
        if turn % 1000 == 0:
            world.clock.advance(1000)
    world.clock.advance(60_000)
    assert one.engine.refusals["garbled"] > 100
    honest.text += "still here"
    world.clock.advance(30_000)
    assert "still here" in str(one.text)


def test_syn5_ten_thousand_changes_to_a_document() -> None:
    chance = Random(9)
    world = World(3)
    page = world.page()
    page.text += "some text"
    doc = page.replica.doc
    assert doc is not None
    real: list[bytes] = []
    subscription = doc.observe(lambda event: real.append(event.update))
    notebook = Notebook(doc, chance.randrange, lambda: f"c{chance.randrange(10**9)}")
    for turn in range(30):
        id_ = notebook.add(turn % 3, "text ä😀")
        notebook.insert(id_, 2, "more")
        notebook.delete(id_)
    doc.unobserve(subscription)
    client = page.engine.client_id(DOCUMENT)
    changes = [canonical_change(update, client, NOTEBOOK_LIMITS) for update in real]
    refused = 0
    for _ in range(MANY // 20):
        intake = Intake(Doc(client_id=8), GENESIS, {})
        for change in changes[: chance.randrange(30)]:
            intake.take("", check_change(change, client, NOTEBOOK_LIMITS))
        for _ in range(20):
            try:
                change = check_change(mutated(chance, chance.choice(changes)), client, NOTEBOOK_LIMITS)
            except Refused:
                refused += 1
            else:
                intake.take("", change)
        assert len(state_digest(intake.doc)) == 16
    assert refused > MANY // 4


class Pipe(RoadConnection):
    """A road of which the other end is the test."""

    def __init__(self, peer: str) -> None:
        super().__init__(peer, "memory")
        self.said: list[bytes] = []

    def hear(self, frame: bytes) -> None:
        self._receive(frame)

    def _transmit(self, channel: Channel, frame: bytes) -> bool:
        self.said.append(frame)
        return True

    def _release(self, *, tell: bool) -> None:
        pass


def test_con3_ten_thousand_frames_to_a_link() -> None:
    chance = Random(5)
    clock = VirtualClock()
    hello, data, confirm = b"\x00\x02\x05\x00\x00\x00", b"\x00\x00\x00\x00\x00words", b"\x00\x01\x00\x00"
    real = [
        hello,
        data,
        confirm,
        b"\x00\x03",
        b"\x00\x04\x00\x00",
        b"\x04\x00\x00\x00\x00bulk",
        b"\x01" + bytes(16_383),
    ]
    reasons = set()
    for _ in range(MANY // 10):
        link, road = Link("p", clock, 7), Pipe("p")
        road.state = OPEN
        link.attach(road)
        road.hear(hello)
        for _ in range(10):
            road.hear(mutated(chance, chance.choice(real)))
        clock.advance(2000)
        reasons.add(link.state.closed)
        link.close()
    assert {"garbled", "reset", "other-left", None} <= reasons


class Wire:
    """The server's side of a socket, in the test's hands."""

    buffered_bytes = 0

    def __init__(self) -> None:
        self.events: SocketEvents | None = None
        self.said: list[str | bytes] = []

    def open(self, events: SocketEvents) -> Socket:
        self.events = events
        return self

    def send(self, data: str | bytes) -> None:
        self.said.append(data)

    def close(self, code: int) -> None:
        pass


class NoCall(DirectConnection):
    """Hears signals and does nothing about them."""

    def _take_signal(self, signal: Signal) -> None:
        self._send_signal(Signal(self.number, self.theirs or 0))

    def _transmit(self, channel: Channel, frame: bytes) -> bool:
        return False

    def _release(self, *, tell: bool) -> None:
        pass


def server_says(mine: str, other: str) -> list[dict[str, Any]]:
    """One of each message of the server's."""
    person = {"session": other, "record": "AA", "here": True, "age": 3}
    signal = {"mine": 5, "yours": 0, "description": {"type": "offer", "sdp": "v=0"}, "candidates": [{"candidate": "c"}]}
    data = base64.urlsafe_b64encode(json.dumps(signal).encode()).rstrip(b"=").decode()
    return [
        {"type": "welcome", "version": 1, "resumed": False, "return_seconds": 10, "grace_seconds": 30},
        {"type": "joined", "room": "r", "count": 2, "people": [person], "next": None, "neighbours": [other]},
        {"type": "people", "room": "r", "people": [person], "next": 4},
        {"type": "changes", "room": "r", "count": 2, "people": [person], "left": [other]},
        {"type": "meet", "room": "r", "call": [other], "expect": [], "release": [other]},
        {"type": "signal", "room": "r", "from": other, "data": data},
        {"type": "refused", "reason": "not-here", "words": "", "about": "direct", "room": "r", "to": other},
        {"type": "ping"},
        {"type": "pong"},
    ]


@pytest.mark.parametrize("keys", [None, bytes(range(10, 42))])
def test_sig2_a_session_with_keys_says_their_hash(keys: bytes | None) -> None:
    wire = Wire()
    client = SignalingClient("A" * 22, "B" * 21 + "A", wire.open, VirtualClock(), Random(1).random, keys)
    client.start()
    assert wire.events
    wire.events.on_open()
    hello = {"type": "hello", "version": 1, "session": "A" * 22, "secret": "B" * 21 + "A"}
    said = {"keys": "CgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCk"} if keys else {}
    assert json.loads(wire.said[0]) == {**hello, **said}


def test_sig8_ten_thousand_messages_of_the_server() -> None:
    chance = Random(6)
    clock = VirtualClock()
    wire = Wire()
    mine, other = session_text(chance.randbytes(16)), session_text(chance.randbytes(16))
    number = lambda: chance.randrange(1, 2**32)  # noqa: E731
    client = SignalingClient(mine, session_text(chance.randbytes(16)), wire.open, clock, chance.random)
    room = client.join("r", list)
    direct = DirectRoads(clock, lambda peer, calls, number, send: NoCall(peer, number, send), number, room.signal)
    roads = Roads(clock, number, client, room, RelayRoads(client, clock, number), direct)
    client.start()
    texts = [json.dumps(each) for each in server_says(mine, other)]
    odd: list[Any] = [None, True, -1, 2**70, 10**400, 1e308, "", "ä\u202e", [], {}, [[[[]]]], [None], {"a": 1}]
    assert wire.events
    wire.events.on_open()
    for turn in range(MANY):
        match turn % 4:
            case 0:
                wire.events.on_text(mutated(chance, chance.choice(texts).encode()).decode(errors="replace"))
            case 1:
                message = json.loads(chance.choice(texts))
                message[chance.choice(list(message))] = chance.choice(odd)
                wire.events.on_text(json.dumps(message))
            case 2:
                wire.events.on_text(chance.choice(texts))
            case _:
                head = bytes([chance.choice([1, 2, 3, 3, 3, 9])]) + session_bytes(other)
                frame = head + bytes([chance.randrange(6)]) + chance.randbytes(chance.randrange(30))
                wire.events.on_binary(frame if chance.random() < 0.8 else mutated(chance, frame))
        if turn % 100 == 0:
            clock.advance(500)
    for count in ("Infinity", "NaN", "1e999", "-1", "9" * 4000):
        wire.events.on_text(
            f'{{"type":"joined","room":"r","people":[],"neighbours":[],"count":{count},"next":{count}}}'
        )
    for text in ("[" * 100_000, "9" * 100_000, '{"type":' * 5000, "\x00", '"ping"'):
        wire.events.on_text(text)
    assert client.state.kind == "open"
    assert roads.links
    wire.said.clear()
    wire.events.on_text('{"type":"ping"}')
    assert wire.said == ['{"type": "pong"}']
