"""The envelope's codec, byte for byte the same as ``site/extension/src/core/envelope/envelope.ts``.

Pure. The rules are SYN in docs/SPEC.md, the golden vectors ``tests/protocol/envelope.json``. Reading never raises for
what others wrote: it gives an :class:`Envelope` or a :class:`Fault` of a closed set.
"""

from __future__ import annotations

import base64
import enum
import hashlib
import re
from dataclasses import dataclass

from .encoding import Reader, ReadFault, Unreadable, block_bytes, number_bytes

VERSION = 2
ENVELOPE_BYTES = 65_536
SMALL_BYTES = 16_384
CHANGE_PARTS = 256
DOCUMENT_CHARS = 255
SESSION_BYTES = 16
KINDS = ("document", "awareness", "record", "outputs")
_IN_PARTS = 0x10
PRINTABLE = re.compile(r"[!-~]{1,255}", re.ASCII)


class Fault(enum.StrEnum):
    """What can be wrong with an envelope's bytes; the words of ``FAULTS`` in envelope.ts."""

    TOO_LARGE = "too-large"
    VERSION = "version"
    CUT_SHORT = "cut-short"
    LEFT_OVER = "left-over"
    NUMBER = "number"
    CLASS = "class"
    DOCUMENT = "document"
    KIND = "kind"
    PART = "part"
    CHAIN = "chain"
    PAYLOAD = "payload"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One batch of one session's changes to one document."""

    room: bytes
    """Which class: 16 to 32 bytes."""
    document: str
    session: str
    """16 bytes as base64url without padding."""
    kind: str
    sequence: int
    payload: bytes
    epoch: int = 0
    part: int = 0
    parts: int = 1
    chain: bytes = b""
    signature: bytes = b""


def session_text(session: bytes) -> str:
    """16 bytes as the 22 characters a session is spelled with."""
    return base64.urlsafe_b64encode(session).rstrip(b"=").decode()


def session_bytes(session: str) -> bytes:
    """The 16 bytes of a session's 22 characters; ValueError for anything else."""
    raw = base64.b64decode(session + "==", altchars=b"-_", validate=True)
    if len(raw) != SESSION_BYTES or session_text(raw) != session:
        raise ValueError(f"not a session: {session!r}")
    return raw


def envelope_id(data: bytes) -> bytes:
    """What an envelope is known by: the SHA-256 of all its bytes (32 bytes)."""
    return hashlib.sha256(data).digest()


def encode_envelope(envelope: Envelope) -> bytes:
    """The envelope's bytes; ValueError when it is none."""
    data = encode_front(envelope) + block_bytes(envelope.payload) + block_bytes(envelope.signature)
    check = decode_envelope(data)
    if isinstance(check, Fault):
        raise ValueError(f"not an envelope: {check}")
    return data


def encode_front(envelope: Envelope) -> bytes:
    """All that stands before the payload: what is sealed is sealed for this place and no other."""
    in_parts = envelope.parts > 1
    kind = KINDS.index(envelope.kind) | (_IN_PARTS if in_parts else 0)
    numbers = [envelope.sequence, *([envelope.part, envelope.parts] if in_parts else [])]
    return b"".join(
        [
            bytes([VERSION]),
            block_bytes(envelope.room),
            block_bytes(envelope.document.encode()),
            session_bytes(envelope.session),
            number_bytes(envelope.epoch),
            bytes([kind]),
            *map(number_bytes, numbers),
            block_bytes(envelope.chain),
        ]
    )


def decode_envelope(data: bytes) -> Envelope | Fault:
    """Read an envelope that anybody may have written."""
    if len(data) > ENVELOPE_BYTES:
        return Fault.TOO_LARGE
    if not data or data[0] != VERSION:
        return Fault.VERSION if data else Fault.CUT_SHORT
    reader = Reader(data, 1)
    try:
        room = reader.block()
        document = reader.text()
        session = session_text(reader.take(SESSION_BYTES))
        epoch = reader.number()
        kind = reader.take(1)[0]
        sequence = reader.number()
        in_parts = bool(kind & _IN_PARTS)
        part, parts = (reader.number(), reader.number()) if in_parts else (0, 1)
        chain, payload, signature = reader.block(), reader.block(), reader.block()
    except Unreadable as wrong:
        return _FAULT_OF[wrong.fault]
    if reader.left:
        return Fault.LEFT_OVER
    name = KINDS[kind & ~_IN_PARTS] if kind & ~_IN_PARTS < len(KINDS) else None
    checks = (
        (Fault.CLASS, 16 <= len(room) <= 32),
        (Fault.DOCUMENT, PRINTABLE.fullmatch(document) is not None),
        (Fault.KIND, name is not None),
        (Fault.PART, not in_parts or (2 <= parts <= CHANGE_PARTS and part < parts and part <= sequence)),
        (Fault.CHAIN, len(chain) in (0, 32)),
        (Fault.PAYLOAD, len(payload) > 0),
        (Fault.SIGNATURE, len(signature) in (0, 64)),
    )
    for fault, holds in checks:
        if not holds:
            return fault
    assert name is not None
    return Envelope(room, document, session, name, sequence, payload, epoch, part, parts, chain, signature)


def head_length(data: bytes) -> int:
    """Where the head of an envelope ends, for `overlay/shorthand.py`; only of bytes that `decode_envelope` has read."""
    reader = Reader(data, 1)
    reader.block()
    reader.block()
    reader.take(SESSION_BYTES)
    reader.number()
    reader.byte()
    return reader.at


_FAULT_OF: dict[ReadFault, Fault] = {
    "cut-short": Fault.CUT_SHORT,
    "number": Fault.NUMBER,
    "text": Fault.DOCUMENT,
}
