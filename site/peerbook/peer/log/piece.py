"""What a log is made of, as ``site/extension/src/core/log/{piece,taken}.ts``. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..envelope import Envelope, decode_envelope
from ..sealed import Stream, first_link
from ..segment import Segment, decode_segment, is_segment

Form = Literal["envelope", "segment"]
Why = Literal["cut", "stopped", "forked", "segment", "author", "astray", "out"]


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A verified envelope, or a segment, of one session: it holds the places from ``first`` to before ``end``."""

    form: Form
    session: str
    author: str
    """The participant whose session it is, as the introduction proves."""
    signer: str
    """The session that signed it."""
    first: int
    end: int
    data: bytes
    before: bytes | None = None
    """The chain at ``first``, if the piece states it: every segment does, and every 16th envelope."""
    after: bytes | None = None
    """The chain at ``end``: every segment states it."""
    part: int = 0
    parts: int = 1
    hash: bytes = field(init=False)
    """SHA-256 of its bytes."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "hash", hashlib.sha256(self.data).digest())

    def same(self, other: Piece) -> bool:
        """Whether both have the same bytes."""
        return self.hash == other.hash


@dataclass(frozen=True, slots=True)
class Chain:
    """The running hash of the sessions of one document [ENV4]."""

    room: bytes
    document: str
    kind: str

    def first(self, session: str) -> bytes:
        """The chain before a session's first envelope."""
        return first_link(Stream(self.room, self.document, session, self.kind))

    def next(self, chain: bytes, piece_hash: bytes) -> bytes:
        """The chain after an envelope."""
        return hashlib.sha256(chain + piece_hash).digest()


@dataclass(frozen=True, slots=True)
class Cut:
    """How far a session counts, by a statement; ``chain`` is None with a count of 0, and where nobody said it."""

    count: int
    chain: bytes | None
    is_implied: bool = False
    """By no statement: of what said two things, how far nobody doubts it [LOG6]."""


@dataclass(frozen=True, slots=True)
class New:
    """``joined`` is here now: open, check and apply it, in this order."""

    joined: list[Piece]
    instead: list[Piece]
    """What segments among them took the place of: `refuse` wants it back."""
    replay: bool = False
    """What joined before does not count any more: the document is to be replayed."""


@dataclass(frozen=True, slots=True)
class Waits:
    """What is before it is not here."""


@dataclass(frozen=True, slots=True)
class Known:
    """It is here; ``compacts``: it can take the place of what is here once its content was compared."""

    compacts: bool = False


@dataclass(frozen=True, slots=True)
class Fork:
    """The session said two things: ``proof`` together [LOG5]. What joined before is for the document."""

    proof: list[Piece]
    joined: list[Piece]


@dataclass(frozen=True, slots=True)
class Refused:
    """It is not taken and not passed on."""

    why: Why


Taken = New | Waits | Known | Fork | Refused


@dataclass(frozen=True, slots=True)
class Moved:
    """What a change of the frontier changed: if anything is gone, the document is to be replayed."""

    gone: list[Piece]
    joined: list[Piece]


def agrees(a: bytes | None, b: bytes | None) -> bool:
    """Whether both say the same of the chain at one place, or one of them says nothing."""
    return a is None or b is None or a == b


def without(pieces: Iterable[Piece], others: Iterable[Piece]) -> list[Piece]:
    """Those that are not among the others, by identity."""
    gone = {id(piece) for piece in others}
    return [piece for piece in pieces if id(piece) not in gone]


def piece_of(data: bytes, authors: dict[str, str] | None = None) -> Piece | None:
    """The piece that bytes are, of which the signature was verified; None for what is none, or of nobody known.

    ``authors``: participants of sessions; None: all are of "".
    """
    read = decode_segment(data) if is_segment(data) else decode_envelope(data)
    if not isinstance(read, Envelope | Segment):
        return None
    author = "" if authors is None else authors.get(read.session)
    if author is None:
        return None
    if isinstance(read, Segment):
        chains = read.chain_first, read.chain_end
        return Piece("segment", read.session, author, read.signer, read.first, read.end, data, *chains)
    chain = read.chain or None
    place = read.sequence, read.sequence + 1
    return Piece("envelope", read.session, author, read.session, *place, data, chain, None, read.part, read.parts)


def total_bytes(pieces: Sequence[Piece]) -> int:
    """Of all pieces together."""
    return sum(len(piece.data) for piece in pieces)
