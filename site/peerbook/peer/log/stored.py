"""The log of a document as it is kept [LOG14]: records of entries, as ``site/extension/src/core/log/stored.ts``."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from ..encoding import Reader, Unreadable, block_bytes, number_bytes, text_bytes
from ..envelope import SESSION_BYTES, session_bytes, session_text
from .log import Log
from .piece import Cut, Known, Piece
from .proof import Bundle, ProofFault, decode_proof, encode_proof

_TITLE = "peerbook log 1"
Kind = Literal["introduction", "piece", "stop", "cut", "lift", "refuse", "fork"]
_KINDS: tuple[Kind, ...] = ("introduction", "piece", "stop", "cut", "lift", "refuse", "fork")
_HASH_BYTES = 32


class StoredFault(enum.StrEnum):
    """What can be wrong with a record; the words of ``StoredFault`` in stored.ts."""

    TITLE = "title"
    CUT_SHORT = "cut-short"
    NUMBER = "number"
    KIND = "kind"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Whole:
    """An introduction, a piece, or the proof of a fork."""

    kind: Literal["introduction", "piece", "fork"]
    data: bytes


@dataclass(frozen=True, slots=True)
class Stopped:
    """Where a session stops, with the envelope that stopped it, or nothing."""

    session: str
    place: int
    piece: bytes


@dataclass(frozen=True, slots=True)
class CutOff:
    """How far a session counts; ``count`` None: there is no frontier any more."""

    session: str
    author: str
    count: int | None
    chain: bytes | None = None


@dataclass(frozen=True, slots=True)
class RefusedSegment:
    """A segment whose content was refused."""

    session: str
    author: str
    hash: bytes


Entry = Whole | Stopped | CutOff | RefusedSegment


def encode_entries(entries: Iterable[Entry]) -> bytes:
    """A record."""
    return text_bytes(_TITLE) + b"".join(map(_entry_bytes, entries))


def _entry_bytes(entry: Entry) -> bytes:
    match entry:
        case Whole(kind, data):
            return bytes([_KINDS.index(kind)]) + block_bytes(data)
        case Stopped(session, place, piece):
            return b"\x02" + block_bytes(session_bytes(session) + number_bytes(place) + piece)
        case RefusedSegment(session, author, piece_hash):
            return b"\x05" + block_bytes(session_bytes(session) + text_bytes(author) + piece_hash)
        case CutOff(session, author, None):
            return b"\x04" + block_bytes(session_bytes(session) + text_bytes(author))
        case CutOff(session, author, int(count), chain):
            end = number_bytes(count) + (chain or b"")
            return b"\x03" + block_bytes(session_bytes(session) + text_bytes(author) + end)
    raise AssertionError


def decode_entries(data: bytes) -> list[Entry] | StoredFault:
    """Read a record; one that begins otherwise is a change of the version before."""
    reader = Reader(data)
    entries: list[Entry] = []
    try:
        if reader.text() != _TITLE:
            return StoredFault.TITLE
    except Unreadable:
        return StoredFault.TITLE
    try:
        while reader.left:
            kind, block = reader.byte(), reader.block()
            if kind >= len(_KINDS):
                return StoredFault.KIND
            entry = _entry(_KINDS[kind], block)
            if entry is None:
                return StoredFault.ENTRY
            entries.append(entry)
    except Unreadable as wrong:
        return StoredFault.NUMBER if wrong.fault == "number" else StoredFault.CUT_SHORT
    return entries


def _entry(kind: Kind, data: bytes) -> Entry | None:
    if kind in ("introduction", "piece", "fork"):
        return Whole(kind, data) if data else None
    reader = Reader(data)
    entry: Entry
    try:
        session = session_text(reader.take(SESSION_BYTES))
        if kind == "stop":
            return Stopped(session, reader.number(), reader.rest())
        author = reader.text()
        if kind == "lift":
            entry = CutOff(session, author, None)
        elif kind == "refuse":
            entry = RefusedSegment(session, author, reader.take(_HASH_BYTES))
        else:
            entry = CutOff(session, author, reader.number(), reader.take(_HASH_BYTES) if reader.left else None)
    except Unreadable:
        return None
    return None if reader.left else entry


def snapshot_of(log: Log, introductions: Iterable[bytes], left: Iterable[Piece] = ()) -> list[Entry]:
    """Everything a log is, for one record in the place of all before it; ``left`` (of `restore`) stays, too."""
    entries: list[Entry] = [Whole("introduction", data) for data in introductions]
    for session in log.sessions:
        author = log.author_of(session) or ""
        entries += [Whole("piece", piece.data) for piece in log.kept(session)]
        entries += [RefusedSegment(session, author, each) for each in log.refused_of(session)]
        proof, stop, cut = log.proof_of(session), log.stop_at(session), log.cut_at(session)
        if proof:
            entries.append(Whole("fork", encode_proof(Bundle([], [piece.data for piece in proof]))))
        if stop:
            entries.append(Stopped(session, stop[0], stop[1].data if stop[1] else b""))
        if cut:
            entries.append(CutOff(session, author, cut.count, cut.chain))
    return entries + [Whole("piece", piece.data) for piece in left]


def restore(
    log: Log,
    entries: list[Entry],
    introduce: Callable[[bytes], None],
    read: Callable[[bytes], Piece | None],
) -> list[Piece]:
    """Fills an empty log with what was kept, and was verified before it was.

    ``introduce`` has the introductions first; ``read`` gives the piece of an entry, or None. Gives the pieces that do
    not follow on what is here: a gap is before them, which the exchange fills. They are kept.
    """
    given: list[bytes] = []
    for entry in entries:
        match entry:
            case Whole("introduction", data):
                introduce(data)
            case RefusedSegment(session, author, piece_hash):
                log.ban(session, author, piece_hash)
            case Whole("piece", data) | Stopped(_, _, data) if data:
                given.append(data)
    pieces = [piece for piece in map(read, given) if piece]
    for piece in sorted(pieces, key=lambda each: (each.first, each.end)):
        taken = log.take(piece)
        if isinstance(taken, Known) and taken.compacts:
            log.compact(piece)
    for entry in entries:
        _replay(log, entry, read)
    here = {id(piece) for session in log.sessions for piece in log.kept(session)}
    return [
        piece
        for piece in pieces
        if id(piece) not in here
        and piece.end > log.count(piece.session)
        and log.limit_of(piece.session) == float("inf")
    ]


def _replay(log: Log, entry: Entry, read: Callable[[bytes], Piece | None]) -> None:
    """What was decided, in the order in which it was."""
    match entry:
        case Stopped(session, place, _):
            log.stop(session, place)
        case CutOff(session, author, count, chain):
            log.cut(session, author, None if count is None else Cut(count, chain))
        case Whole("fork", data):
            proof = decode_proof(data)
            found = [] if isinstance(proof, ProofFault) else list(map(read, proof.pieces))
            pieces = [piece for piece in found if piece]
            if pieces and len(pieces) == len(found):
                log.prove(pieces[0].session, pieces[0].author, pieces)
