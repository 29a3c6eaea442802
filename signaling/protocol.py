"""The message grammar between a page and the server: JSON text for control, binary frames for the relay.

Pure: text and bytes in, values out and back. docs/SPEC.md (SIG) is the same grammar in words. The server reads who a
relayed frame is for and never what is in it; records and signals are base64url that only pages can open.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NoReturn

from .refusals import Reason, RefusedError

VERSION = 1
ID_BYTES = 16
"""128 bits: sessions, topics and secrets are drawn at random and never assigned by anybody."""
CONTROL_BYTES = 16_384
"""One text frame. DESIGN's frame size; a sealed description of a data channel takes 2 to 4 KB of it."""
PAYLOAD_BYTES = 65_536
"""What one relayed frame carries: a whole envelope, so that a duplicate is known by its hash."""
RECORD_CHARS = 1_024
"""What somebody shows of themselves in the roster, sealed: a name of 64 characters, a place, a colour take 400."""
SIGNAL_CHARS = 12_000
"""What one signal carries: the rest of the text frame is room for its address."""
IDS_PER_MESSAGE = 64
"""Topics named in one message: the documents of a page come in a few messages, none larger than a text frame."""
TARGET_DEGREE = 6
MAX_DEGREE = 8
"""The overlay's degrees (DESIGN, decision 10): simulated with 1,000 people, p99 138 ms, unmoved by churn."""

PUBLISH, PUBLISH_ONCE, DIRECT = 1, 2, 3
"""First byte of a binary frame."""

HASH = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
"""32 bytes in the same way; the last character has four bits."""
_SESSION = bytes([18]) + b"peerbook session 1"

ID = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
"""16 bytes as base64url without padding; the last character has only two bits to carry, so there is one spelling."""
ROOM = re.compile(r"[A-Za-z0-9_-]{22,64}")
OPAQUE = re.compile(r"[A-Za-z0-9_-]*")
FEWEST_DIFFERENT = 8
"""Characters in a room's id. A random one of 22 has fewer once in 10^12; `aaaa...` and `testtest...` always have."""


@dataclass(frozen=True, slots=True)
class Hello:
    """First message of a connection. ``secret`` proves later that a session comes back, and not somebody else.

    ``keys``: the hash of the session's public keys, for a session that is named after both."""

    session: str
    secret: str
    keys: bytes | None = None


@dataclass(frozen=True, slots=True)
class Join:
    """Enter a room, or say after a reconnection that one is still in it. ``have``: sessions one is connected to."""

    room: str
    record: str
    have: tuple[str, ...]
    overlay: bool
    """False for who uses only the relay: gets no introductions."""


@dataclass(frozen=True, slots=True)
class Leave:
    room: str


@dataclass(frozen=True, slots=True)
class Record:
    """A new record for the roster."""

    room: str
    record: str


@dataclass(frozen=True, slots=True)
class Roster:
    """The next page of the roster; ``after`` comes from the page before."""

    room: str
    after: int


@dataclass(frozen=True, slots=True)
class More:
    """Connections to ``lost`` are gone or never came about; introduce me to others."""

    room: str
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """For one member: an offer, an answer, candidates; sealed."""

    room: str
    to: str
    data: str


@dataclass(frozen=True, slots=True)
class Subscribe:
    room: str
    topics: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    room: str
    topics: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Ping:
    """Answered with a pong at once: how a page finds out whether its connection outlived a sleep."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to the server's ping. Any frame would do."""


Message = Hello | Join | Leave | Record | Roster | More | Signal | Subscribe | Unsubscribe | Ping | Pong


@dataclass(frozen=True, slots=True)
class Relayed:
    """A binary frame: ``kind`` PUBLISH or PUBLISH_ONCE for the topic ``to``, DIRECT for the session ``to``."""

    kind: int
    to: bytes
    payload: bytes


def parse_text(text: str) -> Message:
    """The message in a text frame. Raises :class:`RefusedError` (version, garbled, too-large) for anything else."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RefusedError(Reason.GARBLED, "not JSON") from None
    if not isinstance(value, dict):
        _garbled("a message is an object")
    kind = value.get("type")
    parse = _PARSERS.get(kind) if isinstance(kind, str) else None
    if parse is None:
        _garbled("'type' must be one of " + ", ".join(_PARSERS))
    return parse(value)


def parse_binary(data: bytes) -> Relayed:
    """The frame's address and payload. Raises :class:`RefusedError` (garbled)."""
    if len(data) <= 1 + ID_BYTES:
        _garbled(f"a binary frame has a kind, {ID_BYTES} bytes of address and a payload")
    if data[0] not in (PUBLISH, PUBLISH_ONCE, DIRECT):
        _garbled("the first byte of a binary frame is 1, 2 or 3")
    return Relayed(data[0], data[1 : 1 + ID_BYTES], data[1 + ID_BYTES :])


def format_text(kind: str, **fields: object) -> str:
    """A text frame of the server, as small as JSON gets. Every string in it is ASCII."""
    return json.dumps({"type": kind, **fields}, separators=(",", ":"))


def format_published(relayed: Relayed, sender: bytes) -> bytes:
    """What subscribers get: kind, topic, who sent it (the server vouches for that), payload."""
    return b"".join((bytes((relayed.kind,)), relayed.to, sender, relayed.payload))


def format_direct(relayed: Relayed, sender: bytes) -> bytes:
    """What the one addressed gets: kind, who sent it, payload."""
    return b"".join((bytes((DIRECT,)), sender, relayed.payload))


def format_refusal(refusal: RefusedError, about: Mapping[str, str]) -> str:
    """The refusal in words; ``about`` names what was refused: the message's type, its room, its addressee."""
    detail = {"detail": refusal.detail} if refusal.detail else {}
    return format_text("refused", reason=refusal.reason.wire, words=refusal.reason.words, **detail, **about)


def decode_id(identifier: str) -> bytes:
    """The 16 bytes of an id that was parsed."""
    return base64.urlsafe_b64decode(identifier + "==")


def session_of(secret: str, keys: bytes | None = None) -> str:
    """The session that only the holder of ``secret`` can name.

    The first 16 bytes of the secret's SHA-256; with keys [IDN3], of SHA-256 over the text "peerbook session 1" behind
    its length, the secret's SHA-256 and the hash of the keys. A class knows these two hashes, and nobody the secret.
    """
    known = sha256(decode_id(secret)).digest()
    name = known if keys is None else sha256(_SESSION + known + keys).digest()
    return encode_id(name[:ID_BYTES])


def encode_id(identifier: bytes) -> str:
    """16 bytes as text."""
    return base64.urlsafe_b64encode(identifier).decode("ascii").rstrip("=")


def _garbled(detail: str) -> NoReturn:
    raise RefusedError(Reason.GARBLED, detail)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _id(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    if not isinstance(found, str) or ID.fullmatch(found) is None:
        _garbled(f"'{name}' must be 16 bytes as base64url without padding")
    return found


def _ids(value: Mapping[str, Any], name: str, most: int) -> tuple[str, ...]:
    found = value.get(name, [])
    if not isinstance(found, list) or len(found) > most:
        _garbled(f"'{name}' must be a list of at most {most} ids")
    if not all(isinstance(item, str) and ID.fullmatch(item) for item in found):
        _garbled(f"every item of '{name}' must be 16 bytes as base64url without padding")
    return tuple(dict.fromkeys(found))


def _topics(value: Mapping[str, Any]) -> tuple[bytes, ...]:
    found = _ids(value, "topics", IDS_PER_MESSAGE)
    if not found:
        _garbled("'topics' names no topic")
    return tuple(decode_id(topic) for topic in found)


def _room(value: Mapping[str, Any]) -> str:
    found = value.get("room")
    if not isinstance(found, str) or ROOM.fullmatch(found) is None or len(set(found)) < FEWEST_DIFFERENT:
        _garbled("'room' must be at least 128 random bits as base64url, 22 to 64 characters")
    return found


def _opaque(value: Mapping[str, Any], name: str, most: int) -> str:
    found = value.get(name)
    if not isinstance(found, str) or OPAQUE.fullmatch(found) is None:
        _garbled(f"'{name}' must be base64url without padding")
    if len(found) > most:
        raise RefusedError(Reason.TOO_LARGE, f"'{name}' may have {most} characters")
    return found


def _hello(value: Mapping[str, Any]) -> Hello:
    version = value.get("version")
    if version != VERSION or isinstance(version, bool):
        raise RefusedError(Reason.VERSION, f"the server speaks version {VERSION}")
    keys = value.get("keys")
    if keys is not None and (not isinstance(keys, str) or HASH.fullmatch(keys) is None):
        _garbled("'keys' must be 32 bytes as base64url without padding")
    hashed = None if keys is None else base64.urlsafe_b64decode(keys + "=")
    return Hello(_id(value, "session"), _id(value, "secret"), hashed)


def _join(value: Mapping[str, Any]) -> Join:
    overlay = value.get("overlay", True)
    if not isinstance(overlay, bool):
        _garbled("'overlay' must be true or false")
    return Join(_room(value), _opaque(value, "record", RECORD_CHARS), _ids(value, "have", MAX_DEGREE), overlay)


def _roster(value: Mapping[str, Any]) -> Roster:
    after = value.get("after")
    if not isinstance(after, int) or isinstance(after, bool) or not 0 <= after < 2**53:
        _garbled("'after' must be the number of the page before")
    return Roster(_room(value), after)


_PARSERS: dict[str, Callable[[Mapping[str, Any]], Message]] = {
    "hello": _hello,
    "join": _join,
    "leave": lambda value: Leave(_room(value)),
    "record": lambda value: Record(_room(value), _opaque(value, "record", RECORD_CHARS)),
    "roster": _roster,
    "more": lambda value: More(_room(value), _ids(value, "lost", IDS_PER_MESSAGE)),
    "signal": lambda value: Signal(_room(value), _id(value, "to"), _opaque(value, "data", SIGNAL_CHARS)),
    "subscribe": lambda value: Subscribe(_room(value), _topics(value)),
    "unsubscribe": lambda value: Unsubscribe(_room(value), _topics(value)),
    "ping": lambda value: Ping(),
    "pong": lambda value: Pong(),
}
