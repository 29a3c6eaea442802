"""Ten thousand malformed frames over real sockets, and random events for the bare hub. Titles begin with their rule."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from random import Random

import pytest

from signaling.events import Binary, Closed, Opened, Text, Tick
from signaling.hub import Hub
from signaling.settings import Settings
from tests.signaling_garbage import garbage
from tests.signaling_server import PATIENCE, Server, a_client, new_id

FRAMES = 10_000
AT_ONCE = 16
HANDSHAKE = (
    b"GET /signal HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
GROWTH_BYTES = 6_000_000
"""Allowed from a fifth of the way to the end. Keeping each frame or connection would take 50 MB and more."""


async def throw(server: Server, random: Random, room: str) -> None:
    """One connection that says hello, or does not, and then sends one piece of garbage."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        hello = json.dumps({"type": "hello", "version": 1, "session": new_id(), "secret": new_id()}).encode()
        greeting = b"\x81\xfe" + len(hello).to_bytes(2, "big") + bytes(4) + hello if random.random() < 0.8 else b""
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(greeting + garbage(random, room))
        with contextlib.suppress(OSError):
            async with asyncio.timeout(0.02):  # some garbage only waits for more
                while await reader.read(65_536):
                    pass
    except (TimeoutError, OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.transport.abort()


def test_sig8_ten_thousand_malformed_frames_leave_the_server_up_and_a_class_undisturbed() -> None:
    async def story() -> None:
        random = Random(2026)
        with Server(grace_seconds=0.2) as server:
            room, topic = new_id(), new_id()
            async with a_client(server) as one, a_client(server) as two, asyncio.timeout(300):
                await one.join(room, topic)
                await two.join(room, topic)
                thrown, longest, resident = 0, 0.0, 0
                done = asyncio.Event()

                async def thrower() -> None:
                    nonlocal thrown, resident
                    while thrown < FRAMES:
                        thrown += 1
                        if thrown == FRAMES // 5:
                            resident = server.resident_bytes()
                        await throw(server, random, room)

                async def work() -> int:
                    nonlocal longest
                    number = 0
                    while not done.is_set():
                        number += 1
                        started = time.monotonic()
                        await one.publish(topic, number.to_bytes(4, "big"))
                        assert (await two.frame())[33:] == number.to_bytes(4, "big")
                        longest = max(longest, time.monotonic() - started)
                        await asyncio.sleep(0.05)
                    return number

                working = asyncio.create_task(work())
                await asyncio.gather(*(thrower() for _ in range(AT_ONCE)))
                done.set()
                assert await working > 50
                assert longest < PATIENCE
                end = time.monotonic() + PATIENCE
                while (health := server.health())["connections"] > 2 or health["members"] > 2:
                    assert time.monotonic() < end, health
                    await asyncio.sleep(0.1)
                grown = server.resident_bytes() - resident
                assert grown < GROWTH_BYTES, grown
                assert (health["rooms"], health["topics"], health["waiting_bytes"]) == (1, 1, 0)
                assert health["refused"].get("server-error", 0) == 0
                assert health["refused"]["garbled"] > FRAMES / 4
        assert server.log == ""

    asyncio.run(story())


@pytest.mark.parametrize("seed", range(20))
def test_sig8_the_hub_never_raises_and_is_empty_when_all_have_gone(seed: int) -> None:
    """Random events in any order: messages valid and not, connections known and not."""
    random = Random(seed)
    hub = Hub(Settings(grace_seconds=5, members_per_room=6, topics_per_connection=4, roster_seconds=0.1), random)
    rooms = [new_id() for _ in range(3)]
    sessions = [(new_id(), new_id()) for _ in range(12)]
    topics = [new_id() for _ in range(6)]
    now = 0.0
    for number in range(2_000):
        now += random.random() * 0.2
        connection = random.randrange(max(0, number - 40), number + 1)
        session, secret = random.choice(sessions)
        room = random.choice(rooms)
        message = random.choice(
            [
                {"type": "hello", "version": 1, "session": session, "secret": secret},
                {"type": "join", "room": room, "record": "r", "have": [name for name, _ in sessions[:3]]},
                {"type": "join", "room": room, "record": "", "overlay": random.random() < 0.5},
                {"type": "leave", "room": room},
                {"type": "record", "room": room, "record": "r" * random.randrange(100)},
                {"type": "more", "room": room, "lost": [session]},
                {"type": "signal", "room": room, "to": session, "data": ""},
                {"type": "subscribe", "room": room, "topics": random.sample(topics, 2)},
                {"type": "unsubscribe", "room": room, "topics": random.sample(topics, 1)},
                {"type": "shout"},
            ]
        )
        hub.handle(Opened(number), now)
        hub.handle(Text(number, json.dumps({"type": "hello", "version": 1, "session": session, "secret": secret})), now)
        for event in (
            Text(connection, json.dumps(message)),
            Binary(connection, random.randbytes(random.randrange(60))),
            Closed(random.randrange(number + 1), random.choice((1000, 1001, 1005, 1006, 4005))),
            Tick(),
        ):
            hub.handle(event, now)
    for number in range(2_000):
        hub.handle(Closed(number), now)
    for _ in range(100):
        now += 0.1
        hub.handle(Tick(), now)
    assert hub.idle
    assert hub._away == {}
    assert hub._claims == {}
