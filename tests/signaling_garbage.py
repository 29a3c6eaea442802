"""Frames that nobody should send: seeded, of many shapes, as text, binary and raw WebSocket bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from signaling import protocol

TEXT, BINARY = 0x81, 0x82


def frame(data: bytes, first: int = TEXT) -> bytes:
    """A WebSocket frame of a client, masked with zeros; ``first`` is its first byte."""
    size = len(data)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 65_536:
        head = bytes((first, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 0xFF)) + size.to_bytes(8, "big")
    return head + bytes(4) + data


def a_message(random: Random, room: str) -> dict[str, Any]:
    """A message of the grammar; what is wrong is done to it later."""
    identifier = protocol.encode_id(random.randbytes(16))
    return random.choice(
        [
            {"type": "hello", "version": 1, "session": identifier, "secret": identifier},
            {"type": "join", "room": room, "record": "", "have": [identifier]},
            {"type": "record", "room": room, "record": "x" * random.randrange(2_000)},
            {"type": "roster", "room": room, "after": random.randrange(10)},
            {"type": "more", "room": room, "lost": [identifier] * random.randrange(80)},
            {"type": "signal", "room": room, "to": identifier, "data": "x" * random.randrange(15_000)},
            {"type": "subscribe", "room": room, "topics": [identifier] * random.randrange(80)},
            {"type": "unsubscribe", "room": room, "topics": [identifier]},
        ]
    )


ODD: list[Any] = [
    None,
    True,
    -1,
    2**70,
    1e308,
    "",
    "ä\u202e\ud83d\ude00",
    "x" * 5_000,
    [],
    {},
    [[[[]]]],
    {"a": {"b": 1}},
]


def _wrong_type(random: Random, room: str) -> bytes:
    message = a_message(random, room)
    message[random.choice(list(message))] = random.choice(ODD)
    return frame(json.dumps(message).encode())


def _missing(random: Random, room: str) -> bytes:
    message = a_message(random, room)
    del message[random.choice(list(message))]
    return frame(json.dumps(message).encode())


def _extra(random: Random, room: str) -> bytes:
    message = a_message(random, room) | {f"field{n}": random.choice(ODD) for n in range(random.randrange(30))}
    return frame(json.dumps(message).encode())


def _cut(random: Random, room: str) -> bytes:
    text = json.dumps(a_message(random, room)).encode()
    return frame(text[: random.randrange(len(text))])


def _flipped(random: Random, room: str) -> bytes:
    text = bytearray(json.dumps(a_message(random, room)).encode())
    for _ in range(random.randrange(1, 6)):
        text[random.randrange(len(text))] = random.randrange(256)
    return frame(bytes(text), random.choice((TEXT, BINARY)))


def _deep(random: Random, room: str) -> bytes:
    return frame(random.choice((b"[", b'{"a":', b'[{"type":')) * random.randrange(1_000, 5_000))


def _huge(random: Random, room: str) -> bytes:
    return frame(b" " * random.choice((16_385, 65_600, 70_000, 200_000)), random.choice((TEXT, BINARY)))


def _version(random: Random, room: str) -> bytes:
    return frame(json.dumps({"type": "hello", "version": random.choice([0, 2, 99, "1", None, 1.5])}).encode())


def _not_utf8(random: Random, room: str) -> bytes:
    return frame(b'{"type":"ping\xff\xc0\xaf' + random.randbytes(random.randrange(50)))


def _numbers(random: Random, room: str) -> bytes:
    return frame(b'{"type":"roster","after":' + b"9" * random.randrange(1, 9_000) + b"}")


def _random_binary(random: Random, room: str) -> bytes:
    return frame(random.randbytes(random.randrange(300)), BINARY)


def _addressed_binary(random: Random, room: str) -> bytes:
    return frame(bytes((random.randrange(5),)) + random.randbytes(random.randrange(40)), BINARY)


def _raw(random: Random, room: str) -> bytes:
    return random.randbytes(random.randrange(1, 200))


def _unmasked(random: Random, room: str) -> bytes:
    return b"\x81\x0f" + b'{"type":"ping"}'


def _reserved(random: Random, room: str) -> bytes:
    return frame(b"x", random.choice((0x83, 0x8B, 0xC1, 0xF2, 0x80, 0x00)))


def _fragments(random: Random, room: str) -> bytes:
    return frame(b'{"type"', 0x01) + frame(b"", 0x00) * random.randrange(50) + frame(b":1", 0x80)


def _control(random: Random, room: str) -> bytes:
    return frame(b"x" * random.choice((0, 1, 125, 126)), random.choice((0x88, 0x89, 0x8A, 0x09)))


SHAPES: list[Callable[[Random, str], bytes]] = [
    _wrong_type, _missing, _extra, _cut, _flipped, _deep, _huge, _version, _not_utf8, _numbers, _random_binary,
    _addressed_binary, _raw, _unmasked, _reserved, _fragments, _control,
]  # fmt: skip


def garbage(random: Random, room: str) -> bytes:
    """One piece, of any shape."""
    return random.choice(SHAPES)(random, room)
