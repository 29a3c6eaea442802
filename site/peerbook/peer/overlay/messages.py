"""What neighbours say to each other, byte for byte the same as ``core/overlay/{messages,wire}.ts``.

The first byte tells: below 128 it is the version of an envelope, which is passed on as it is; the others are between
two neighbours and go no further. Golden vectors: ``tests/protocol/messages.json``. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from ..encoding import Reader, Unreadable, block_bytes, number_bytes, text_bytes
from ..envelope import DOCUMENT_CHARS, SESSION_BYTES, session_bytes, session_text

ENTRIES_BYTES = 262_144
"""Bytes of pieces in one message, but for a single one that is larger: others get their turn. `entries_bytes`."""
MOST_SUMMARIES = 256
"""Documents in one summary."""
MOST_REACHES = 20_000
"""Sessions of one document in a summary or a question: a year of lessons of a large class."""
_MOST_HEARD_OF = 8000
"""Streams in one `who`: two for each member of the largest room, marks and statements."""
ID_BYTES = 32
SEEK_BYTES = 16
REFERENCE_BYTES = 3
"""Of a head's SHA-256, which stand for it."""
DIGEST_BYTES = 16
CHAIN_BYTES = 16
"""Of a log's digest, and of a chain, in a summary: they are compared between neighbours."""
STREAM_BYTES = 6
"""Bytes that stand for a stream between neighbours: two of 4,000 meet once in thirty million."""

Item = TypeVar("Item")
_DIGEST, _SOME, _WHOLE = range(3)
"""How much a summary says of a document."""
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
class Reach:
    """How many of a session's envelopes are here, and how its chain begins then."""

    session: str
    count: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class Summary:
    """How far a log is. ``reaches`` None: only the digest is said, which is enough where it is the same.
    ``is_whole``: every session is among the reaches; else only those that changed.
    """

    document: str
    digest: bytes
    reaches: tuple[Reach, ...] | None = None
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Summaries:
    """``fresh``: nothing is on its way that might explain a difference. ``answer``: who has more says so."""

    fresh: bool
    answer: bool
    summaries: tuple[Summary, ...]


@dataclass(frozen=True, slots=True)
class Want:
    """From which envelope on a session's are wanted."""

    session: str
    start: int


@dataclass(frozen=True, slots=True)
class Ask:
    document: str
    wants: tuple[Want, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """Envelopes and segments in answer to an ask; ``is_last``: that was all."""

    document: str
    is_last: bool
    pieces: tuple[bytes, ...]


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


@dataclass(frozen=True, slots=True)
class IntroductionMessage:
    """Whose a session is, before the first envelope of it."""

    data: bytes


@dataclass(frozen=True, slots=True)
class WhoIs:
    """Whose is that session?"""

    session: str


@dataclass(frozen=True, slots=True)
class StatementMessage:
    """What an owner or instructor says about the class."""

    data: bytes


@dataclass(frozen=True, slots=True)
class ForkMessage:
    """Two pieces that contradict each other, both signed by one session."""

    data: bytes


@dataclass(frozen=True, slots=True)
class KnockMessage:
    """Somebody who has the link asks to be let in, or for the keys of an epoch."""

    data: bytes


@dataclass(frozen=True, slots=True)
class AdmitMessage:
    """The answer to a knock."""

    data: bytes


ClassMessage = StatementMessage | KnockMessage | AdmitMessage
Message = (
    EnvelopeMessage | Short | Announce | Pull | Missing | Summaries | Ask | Entries | Who | Unknown | Seek | Found
    | Take | IntroductionMessage | WhoIs | ForkMessage | ClassMessage
)  # fmt: skip
_MOST_VERSION = 127
"""Below it the first byte is an envelope's version."""
FIRST_TYPE = 160
"""This version's types: the version before had its own from 128 on, and none of them is taken for one of these."""
TYPES: tuple[type[Message], ...] = (
    Short, Announce, Pull, Missing, Summaries, Ask, Entries, Who, Unknown, Seek, Found, Take,
    IntroductionMessage, WhoIs, StatementMessage, ForkMessage, KnockMessage, AdmitMessage,
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
    if data[0] <= _MOST_VERSION:
        return EnvelopeMessage(data)
    if not FIRST_TYPE <= data[0] < FIRST_TYPE + len(TYPES):
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
            rows = [_summary_bytes(each) for each in summaries]
            return b"".join([bytes([fresh | answer << 1]), number_bytes(len(rows)), *rows])
        case Ask(document, wants):
            rows = [session_bytes(each.session) + number_bytes(each.start) for each in wants]
            return text_bytes(document) + number_bytes(len(rows)) + b"".join(rows)
        case Entries(document, is_last, pieces):
            return b"".join([text_bytes(document), bytes([is_last]), *map(block_bytes, pieces)])
        case Seek(id_, document):
            return id_ + text_bytes(document)
        case Found(document) | Take(document):
            return text_bytes(document)
        case Unknown(reference):
            return reference
        case Who(known):
            rows = [each.stream + number_bytes(each.sequence) for each in known]
            return number_bytes(len(rows)) + b"".join(rows)
        case WhoIs(session):
            return session_bytes(session)
        case _:
            return message.data


def _summary_bytes(summary: Summary) -> bytes:
    head = text_bytes(summary.document) + summary.digest
    if summary.reaches is None:
        return head + bytes([_DIGEST])
    rows = [session_bytes(each.session) + number_bytes(each.count) + each.chain for each in summary.reaches]
    return b"".join([head, bytes([_WHOLE if summary.is_whole else _SOME]), number_bytes(len(rows)), *rows])


def _read_summaries(reader: Reader) -> Summaries | None:
    flags = reader.byte()
    rows = _list(reader, MOST_SUMMARIES, _read_summary)
    return Summaries(bool(flags & 1), bool(flags & 2), rows) if rows is not None and flags < 4 else None


def _read_summary(reader: Reader) -> Summary | None:
    document, digest, form = _document(reader), reader.take(DIGEST_BYTES), reader.byte()
    if form == _DIGEST:
        return Summary(document, digest)
    reaches = _list(reader, MOST_REACHES, _read_reach)
    return Summary(document, digest, reaches, form == _WHOLE) if reaches is not None and form <= _WHOLE else None


def _read_reach(reader: Reader) -> Reach:
    return Reach(_session(reader), reader.number(), reader.take(CHAIN_BYTES))


def _read_ask(reader: Reader) -> Ask | None:
    document = _document(reader)
    wants = _list(reader, MOST_REACHES, lambda reader: Want(_session(reader), reader.number()))
    return None if wants is None else Ask(document, wants)


def _read_entries(reader: Reader) -> Entries | None:
    document, last = _document(reader), reader.byte()
    pieces: list[bytes] = []
    while reader.left:
        pieces.append(reader.block())
    return Entries(document, last == 1, tuple(pieces)) if last < 2 else None


def _read_who(reader: Reader) -> Who | None:
    known = _list(reader, _MOST_HEARD_OF, lambda reader: HeardOf(reader.take(STREAM_BYTES), reader.number()))
    return None if known is None else Who(known)


_READERS: tuple[Callable[[Reader], Message | None], ...] = (
    lambda reader: Short(reader.take(REFERENCE_BYTES), reader.rest()),
    lambda reader: Announce(reader.take(ID_BYTES), reader.number(), _document(reader)),
    lambda reader: Pull(reader.take(ID_BYTES)),
    lambda reader: Missing(reader.take(ID_BYTES)),
    _read_summaries,
    _read_ask,
    _read_entries,
    _read_who,
    lambda reader: Unknown(reader.take(REFERENCE_BYTES)),
    lambda reader: Seek(reader.take(SEEK_BYTES), _document(reader)),
    lambda reader: Found(_document(reader)),
    lambda reader: Take(_document(reader)),
    lambda reader: IntroductionMessage(reader.rest()),
    lambda reader: WhoIs(_session(reader)),
    lambda reader: StatementMessage(reader.rest()),
    lambda reader: ForkMessage(reader.rest()),
    lambda reader: KnockMessage(reader.rest()),
    lambda reader: AdmitMessage(reader.rest()),
)


def _document(reader: Reader) -> str:
    return reader.text()[:DOCUMENT_CHARS]


def _session(reader: Reader) -> str:
    return session_text(reader.take(SESSION_BYTES))


def _list(reader: Reader, most: int, read: Callable[[Reader], Item | None]) -> tuple[Item, ...] | None:
    """None when there are too many, or one of them is none. Grows with what is there, not with what is said to come."""
    count = reader.number()
    if count > most:
        return None
    items: list[Item] = []
    for _ in range(count):
        item = read(reader)
        if item is None:
            return None
        items.append(item)
    return tuple(items)
