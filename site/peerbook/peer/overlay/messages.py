"""What neighbours say to each other, byte for byte the same as ``core/overlay/messages.ts``.

The first byte tells: below 128 it is the version of an envelope, which is passed on as it is; the others are between
two neighbours and go no further. Golden vectors: ``tests/protocol/messages.json``. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..encoding import Reader, Unreadable, number_bytes, text_bytes
from ..envelope import DOCUMENT_CHARS

STATE_BYTES = 262_144
"""Bytes of a state in one message: a quarter of what may be under way, so that others get their turn."""
MOST_SUMMARIES = 256
"""Documents in one summary."""
_MOST_CLIENTS = 100_000
"""Clients of one vector: a session each; a year of lessons of a large class."""
_MOST_HEARD_OF = 4000
"""Streams in one `who`: two for each member of the largest room."""
ID_BYTES = 32
SEEK_BYTES = 16
REFERENCE_BYTES = 3
"""Of a head's SHA-256, which stand for it."""
DIGEST_BYTES = 16
STREAM_BYTES = 6
"""Bytes that stand for a stream between neighbours: two of 4,000 meet once in thirty million."""

Vector = Mapping[int, int]
"""Client to the clock after the last of its changes."""
MessageFault = Literal["empty", "type", "garbled"]


@dataclass(frozen=True, slots=True)
class EnvelopeMessage:
    """An envelope, whole."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Short:
    """An envelope whose head was said before."""

    reference: bytes
    tail: bytes


@dataclass(frozen=True, slots=True)
class Announce:
    """There is an envelope too large to be sent unasked."""

    id: bytes
    size: int
    document: str


@dataclass(frozen=True, slots=True)
class Pull:
    id: bytes


@dataclass(frozen=True, slots=True)
class Missing:
    """The answer to a pull of what is no longer here."""

    id: bytes


@dataclass(frozen=True, slots=True)
class Summary:
    """How far a replica is."""

    document: str
    digest: bytes
    vector: Vector = field(hash=False)


@dataclass(frozen=True, slots=True)
class Summaries:
    """``fresh``: nothing is on its way that might explain a difference. ``answer``: who has more says so."""

    fresh: bool
    answer: bool
    summaries: tuple[Summary, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    document: str
    vector: Vector = field(hash=False)
    deletions: bytes = b""


@dataclass(frozen=True, slots=True)
class State:
    """A part of the answer to an ask. ``digest``: of the whole state it was taken from."""

    document: str
    digest: bytes
    part: int
    parts: int
    data: bytes


@dataclass(frozen=True, slots=True)
class HeardOf:
    """The latest that is known of a stream, which stands for session, document and kind."""

    stream: bytes
    sequence: int


@dataclass(frozen=True, slots=True)
class Who:
    """Tell me what is newer than this."""

    known: tuple[HeardOf, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """That head was never said, or is forgotten: say it again."""

    reference: bytes


@dataclass(frozen=True, slots=True)
class Seek:
    """Who has this document? Passed on by those who do not."""

    id: bytes
    document: str


@dataclass(frozen=True, slots=True)
class Found:
    """The way to it leads through me."""

    document: str


@dataclass(frozen=True, slots=True)
class Take:
    """Then bring it."""

    document: str


Message = (
    EnvelopeMessage | Short | Announce | Pull | Missing | Summaries | Ask | State | Who | Unknown | Seek | Found | Take
)
FIRST_TYPE = 128
TYPES: tuple[type[Message], ...] = (
    Short, Announce, Pull, Missing, Summaries, Ask, State, Who, Unknown, Seek, Found, Take,
)  # fmt: skip
"""In the order of their first bytes, from FIRST_TYPE on."""


def encode_message(message: Message) -> bytes:
    """The message's bytes."""
    if isinstance(message, EnvelopeMessage):
        return message.data
    return bytes([FIRST_TYPE + TYPES.index(type(message))]) + _body(message)


def decode_message(data: bytes) -> Message | MessageFault:
    """Read what a neighbour may have written. Never raises."""
    if not data:
        return "empty"
    if data[0] < FIRST_TYPE:
        return EnvelopeMessage(data)
    if data[0] - FIRST_TYPE >= len(TYPES):
        return "type"
    reader = Reader(data, 1)
    try:
        message = _READERS[data[0] - FIRST_TYPE](reader)
    except Unreadable:
        return "garbled"
    return "garbled" if message is None or reader.left else message


def _body(message: Message) -> bytes:
    match message:
        case Short(reference, tail):
            return reference + tail
        case Announce(id_, size, document):
            return id_ + number_bytes(size) + text_bytes(document)
        case Pull(id_) | Missing(id_):
            return id_
        case Summaries(fresh, answer, summaries):
            rows = [text_bytes(each.document) + each.digest + _vector_bytes(each.vector) for each in summaries]
            return b"".join([bytes([fresh | answer << 1]), number_bytes(len(rows)), *rows])
        case Ask(document, vector, deletions):
            return text_bytes(document) + _vector_bytes(vector) + deletions
        case State(document, digest, part, parts, data):
            return text_bytes(document) + digest + number_bytes(part) + number_bytes(parts) + data
        case Seek(id_, document):
            return id_ + text_bytes(document)
        case Found(document) | Take(document):
            return text_bytes(document)
        case Unknown(reference):
            return reference
        case Who(known):
            rows = [each.stream + number_bytes(each.sequence) for each in known]
            return number_bytes(len(rows)) + b"".join(rows)
        case EnvelopeMessage(data):
            return data


def _read_summaries(reader: Reader) -> Summaries | None:
    flags, count = reader.byte(), reader.number()
    if count > MOST_SUMMARIES:
        return None
    rows = [Summary(_document(reader), reader.take(DIGEST_BYTES), _vector(reader)) for _ in range(count)]
    return Summaries(bool(flags & 1), bool(flags & 2), tuple(rows))


def _read_state(reader: Reader) -> State | None:
    document, digest = _document(reader), reader.take(DIGEST_BYTES)
    state = State(document, digest, reader.number(), reader.number(), reader.rest())
    return state if state.part < state.parts and len(state.data) <= STATE_BYTES else None


def _read_who(reader: Reader) -> Who:
    count = min(reader.number(), _MOST_HEARD_OF)
    return Who(tuple(HeardOf(reader.take(STREAM_BYTES), reader.number()) for _ in range(count)))


_READERS: tuple[Callable[[Reader], Message | None], ...] = (
    lambda reader: Short(reader.take(REFERENCE_BYTES), reader.rest()),
    lambda reader: Announce(reader.take(ID_BYTES), reader.number(), _document(reader)),
    lambda reader: Pull(reader.take(ID_BYTES)),
    lambda reader: Missing(reader.take(ID_BYTES)),
    _read_summaries,
    lambda reader: Ask(_document(reader), _vector(reader), reader.rest()),
    _read_state,
    _read_who,
    lambda reader: Unknown(reader.take(REFERENCE_BYTES)),
    lambda reader: Seek(reader.take(SEEK_BYTES), _document(reader)),
    lambda reader: Found(_document(reader)),
    lambda reader: Take(_document(reader)),
)


def _document(reader: Reader) -> str:
    return reader.text()[:DOCUMENT_CHARS]


def _vector_bytes(vector: Vector) -> bytes:
    pairs = (number_bytes(client) + number_bytes(clock) for client, clock in vector.items())
    return number_bytes(len(vector)) + b"".join(pairs)


def _vector(reader: Reader) -> dict[int, int]:
    count = min(reader.number(), _MOST_CLIENTS)
    vector: dict[int, int] = {}
    for _ in range(count):
        client = reader.number()
        vector[client] = reader.number()
    return vector
