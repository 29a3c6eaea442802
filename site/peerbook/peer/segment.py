"""Segments: ranges of what one session wrote, merged, sealed and signed again as one [ENV7]. The twin of
``site/extension/src/core/envelope/{segment,compact}.ts``; golden vectors in ``tests/protocol/segments.json``. Pure.
"""

from __future__ import annotations

import enum
import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .encoding import Reader, ReadFault, Unreadable, block_bytes, number_bytes, text_bytes
from .envelope import KINDS, PRINTABLE, SESSION_BYTES, session_bytes, session_text
from .merge import Merged, merge_changes, says_the_same
from .sealed import (
    CHAIN_BYTES,
    NONCE_BYTES,
    SIGNATURE_BYTES,
    Crypto,
    DocumentKey,
    Signs,
    session_key,
)

SEGMENT_BYTES = 4_000_000
SEGMENT_STRUCTS = 2048
SEGMENT_PLAIN_BYTES = SEGMENT_BYTES - 1024
LOGGED = ("document", "outputs")
_TITLE = "peerbook segment 1"


class SegmentFault(enum.StrEnum):
    """What can be wrong with a segment's bytes; the words of ``SEGMENT_FAULTS`` in segment.ts."""

    TOO_LARGE = "too-large"
    TITLE = "title"
    CUT_SHORT = "cut-short"
    NUMBER = "number"
    DOCUMENT = "document"
    LEFT_OVER = "left-over"
    CLASS = "class"
    KIND = "kind"
    RANGE = "range"
    PAYLOAD = "payload"


@dataclass(frozen=True, slots=True)
class Segment:
    """The envelopes from ``first`` to before ``end`` of one session in one document."""

    room: bytes
    document: str
    session: str
    kind: str
    epoch: int
    first: int
    end: int
    chain_first: bytes
    chain_end: bytes
    signer: str
    """The session that signed it."""
    nonce: bytes = bytes(NONCE_BYTES)
    payload: bytes = b""
    signature: bytes = bytes(SIGNATURE_BYTES)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose a session is, as its introduction proves."""

    session: str
    participant: str
    session_key: bytes


@dataclass(frozen=True, slots=True)
class OwnChange:
    """A change of one's own, whole, with the sequences of the envelopes that carry it; or what may be one segment."""

    first: int
    end: int
    change: bytes


def is_segment(data: bytes) -> bool:
    """Whether bytes begin as a segment does: it is told from an envelope by its first byte."""
    return data[:1] == bytes([len(_TITLE)])


def segment_front(segment: Segment) -> bytes:
    """All that stands before the payload."""
    return b"".join(
        [
            text_bytes(_TITLE),
            block_bytes(segment.room),
            text_bytes(segment.document),
            session_bytes(segment.session),
            bytes([KINDS.index(segment.kind)]),
            *map(number_bytes, (segment.epoch, segment.first, segment.end)),
            segment.chain_first,
            segment.chain_end,
            session_bytes(segment.signer),
            segment.nonce,
        ]
    )


def encode_segment(segment: Segment) -> bytes:
    """The segment's bytes; ValueError when it is none."""
    data = segment_front(segment) + block_bytes(segment.payload) + segment.signature
    check = decode_segment(data)
    if isinstance(check, SegmentFault):
        raise ValueError(f"not a segment: {check}")
    return data


def decode_segment(data: bytes) -> Segment | SegmentFault:
    """Read a segment that anybody may have written."""
    if len(data) > SEGMENT_BYTES:
        return SegmentFault.TOO_LARGE
    reader = Reader(data)
    try:
        title = reader.text()
    except Unreadable:
        return SegmentFault.CUT_SHORT if is_segment(data) else SegmentFault.TITLE
    if title != _TITLE:
        return SegmentFault.TITLE
    try:
        room, document = reader.block(), reader.text()
        session, kind = session_text(reader.take(SESSION_BYTES)), reader.byte()
        epoch, first, end = reader.number(), reader.number(), reader.number()
        chains = reader.take(CHAIN_BYTES), reader.take(CHAIN_BYTES)
        signer, nonce = session_text(reader.take(SESSION_BYTES)), reader.take(NONCE_BYTES)
        payload, signature = reader.block(), reader.take(SIGNATURE_BYTES)
    except Unreadable as wrong:
        return _FAULT_OF[wrong.fault]
    name = KINDS[kind] if kind < len(KINDS) else ""
    checks = (
        (SegmentFault.LEFT_OVER, not reader.left),
        (SegmentFault.CLASS, 16 <= len(room) <= 32),
        (SegmentFault.DOCUMENT, PRINTABLE.fullmatch(document) is not None),
        (SegmentFault.KIND, name in LOGGED),
        (SegmentFault.RANGE, first < end),
        (SegmentFault.PAYLOAD, len(payload) > 0),
    )
    for fault, holds in checks:
        if not holds:
            return fault
    return Segment(room, document, session, name, epoch, first, end, *chains, signer, nonce, payload, signature)


def plan_segments(changes: Sequence[OwnChange]) -> list[OwnChange]:
    """The segments that own changes make, in order and each within the limits. What cannot be merged, or is too large
    alone, is left out: it stays envelopes."""
    if not changes:
        return []
    merged = merge_changes(each.change for each in changes)
    follows = all(after.first == before.end for before, after in itertools.pairwise(changes))
    if merged and follows and _fits(merged):
        return [OwnChange(changes[0].first, changes[-1].end, merged.data)]
    half = len(changes) // 2
    return [*plan_segments(changes[:half]), *plan_segments(changes[half:])] if half else []


def _fits(merged: Merged) -> bool:
    return (
        len(merged.data) <= SEGMENT_PLAIN_BYTES
        and merged.structs <= SEGMENT_STRUCTS
        and merged.ranges <= SEGMENT_STRUCTS
    )


def seal_segment(crypto: Crypto, signer: Signs, place: Segment, key: DocumentKey, plain: bytes) -> bytes:
    """Seal and sign a range. The nonce follows from all that is said, so that only the same segment has it again."""
    place = replace(place, epoch=key.epoch, nonce=bytes(NONCE_BYTES))
    said = hashlib.sha256(segment_front(place) + plain).digest()
    secret = session_key(crypto, key.key, place.signer, "segment", place.kind)
    place = replace(place, nonce=crypto.derive(secret, said, "peerbook segment nonce 1", NONCE_BYTES))
    place = replace(place, payload=crypto.seal(secret, place.nonce, segment_front(place), plain))
    message = encode_segment(place)[:-SIGNATURE_BYTES]
    return message + signer.sign(message)


def verify_segment(crypto: Crypto, author: Whose, signer: Whose, segment: Segment, data: bytes) -> bool:
    """Whether ``signer`` made a segment, of which ``data`` is what ``decode_segment`` read, and may: it speaks for
    ``author``, whose participant is the same."""
    if (segment.session, segment.signer) != (author.session, signer.session):
        return False
    if author.participant != signer.participant:
        return False
    return crypto.verify(signer.session_key, segment.signature, data[:-SIGNATURE_BYTES])


def open_segment(crypto: Crypto, document_key: bytes, segment: Segment) -> bytes | None:
    """The merged change of a genuine segment; None for what was sealed with another key or for another place, or is
    not in its one spelling."""
    secret = session_key(crypto, document_key, segment.signer, "segment", segment.kind)
    plain = crypto.unseal(secret, segment.nonce, segment_front(segment), segment.payload)
    return plain if plain is not None and says_the_same(plain, [plain]) else None


_FAULT_OF: dict[ReadFault, SegmentFault] = {
    "cut-short": SegmentFault.CUT_SHORT,
    "number": SegmentFault.NUMBER,
    "text": SegmentFault.DOCUMENT,
}
