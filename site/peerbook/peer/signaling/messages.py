"""What the server says, read with care: text in, values out; and the binary frames of the relay. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..encoding import MOST_NUMBER
from ..envelope import session_bytes, session_text
from ..session import is_session

SIGNALING_VERSION = 1
SIGNAL_CHARS = 12_000
"""What one signal carries; `signal_chars`."""
PAYLOAD_BYTES = 65_536
"""What a relayed frame carries at most."""
IDS_PER_MESSAGE = 64
DIRECT = 3
_PUBLISH, _PUBLISH_ONCE = 1, 2
_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Person:
    session: str
    here: bool
    """False while their connection to the server is broken: they cannot be introduced, and may well be there."""


@dataclass(frozen=True, slots=True)
class Welcome:
    return_seconds: float
    grace_seconds: float


@dataclass(frozen=True, slots=True)
class Joined:
    room: str
    count: int
    people: tuple[Person, ...]
    next: int | None
    neighbours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class People:
    room: str
    people: tuple[Person, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Changes:
    room: str
    count: int
    people: tuple[Person, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meet:
    """Sessions to call; that will call; to let go of once the others are connected."""

    room: str
    call: tuple[str, ...]
    expect: tuple[str, ...]
    release: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    room: str
    source: str
    data: str


@dataclass(frozen=True, slots=True)
class Refused:
    reason: str
    words: str
    about: str
    room: str
    to: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Answered by `pong`."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The server is there."""


ServerMessage = Welcome | Joined | People | Changes | Meet | Signal | Refused | Ping | Pong


@dataclass(frozen=True, slots=True)
class Relayed:
    kind: Literal["published", "direct"]
    source: str
    payload: bytes


def parse_message(text: str) -> ServerMessage | None:
    """The message, or None for one of a later server, or what is none. Never raises."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(raw, dict):
        return None
    room = _words(raw.get("room"))
    match raw.get("type"):
        case "welcome":
            return Welcome(_amount(raw.get("return_seconds"), 10), _amount(raw.get("grace_seconds"), 30))
        case "joined":
            people = _people(raw)
            return Joined(room, _count(raw, people), people, _next(raw), _ids(raw.get("neighbours")))
        case "people":
            return People(room, _people(raw), _next(raw))
        case "changes":
            people = _people(raw)
            return Changes(room, _count(raw, people), people, _ids(raw.get("left")))
        case "meet":
            return Meet(room, _ids(raw.get("call")), _ids(raw.get("expect")), _ids(raw.get("release")))
        case "signal":
            source, data = raw.get("from"), raw.get("data")
            return (
                Signal(room, source, data)
                if isinstance(source, str) and is_session(source) and isinstance(data, str)
                else None
            )
        case "refused":
            words = (_words(raw.get(key)) for key in ("reason", "words", "about", "room", "to"))
            return Refused(*words)
        case "ping":
            return Ping()
        case "pong":
            return Pong()
        case _:
            return None


def parse_relayed(frame: bytes) -> Relayed | None:
    """A binary frame of the server, or None for what is none."""
    if not frame:
        return None
    first, second = frame[1 : 1 + _ID_BYTES], frame[1 + _ID_BYTES : 1 + 2 * _ID_BYTES]
    if frame[0] == DIRECT and len(frame) > 1 + _ID_BYTES:
        return Relayed("direct", session_text(first), frame[1 + _ID_BYTES :])
    if frame[0] in (_PUBLISH, _PUBLISH_ONCE) and len(frame) > 1 + 2 * _ID_BYTES:
        return Relayed("published", session_text(second), frame[1 + 2 * _ID_BYTES :])
    return None


def format_direct(to: str, payload: bytes) -> bytes:
    """A binary frame for one session; ValueError when it cannot be."""
    if not 1 <= len(payload) <= PAYLOAD_BYTES:
        raise ValueError(f"a payload of {len(payload)} bytes: 1 to {PAYLOAD_BYTES} are relayed in one piece")
    return bytes([DIRECT]) + session_bytes(to) + payload


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _amount(value: object, otherwise: float) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST_NUMBER:
        return value
    return otherwise


def _count(raw: Mapping[str, Any], people: tuple[Person, ...]) -> int:
    return int(_amount(raw.get("count"), len(people)))


def _next(raw: Mapping[str, Any]) -> int | None:
    after = _amount(raw.get("next"), -1)
    return int(after) if after >= 0 else None


def _ids(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if is_session(each)) if isinstance(value, list) else ()


def _people(raw: Mapping[str, Any]) -> tuple[Person, ...]:
    rows = raw.get("people")
    return tuple(
        Person(each["session"], each.get("here") is True)
        for each in (rows if isinstance(rows, list) else ())
        if isinstance(each, dict) and is_session(each.get("session"))
    )
