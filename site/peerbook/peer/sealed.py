"""Signed and sealed envelopes, byte for byte as ``site/extension/src/core/envelope/{seal,chain,keys}.ts`` make them.

Pure; the cryptography is passed in (``peerbook.peer.crypto`` is one). The rules are ENV in docs/SPEC.md, the golden
vectors ``tests/protocol/sealed.json``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from .encoding import block_bytes, text_bytes
from .envelope import KINDS, Envelope, encode_envelope, encode_front, envelope_id, session_bytes
from .parts import cut_change

CHAIN_EVERY = 16
CHAIN_BYTES = 32
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
SIGNATURE_BYTES = 64
_TITLE = text_bytes("peerbook envelope 1")

Purpose = Literal["envelope", "segment"]


class Crypto(Protocol):
    """What is asked of cryptography; the module ``peerbook.peer.crypto`` answers."""

    def verify(self, key: bytes, signature: bytes, message: bytes) -> bool: ...
    def seal(self, key: bytes, nonce: bytes, head: bytes, plain: bytes) -> bytes: ...
    def unseal(self, key: bytes, nonce: bytes, head: bytes, sealed: bytes) -> bytes | None: ...
    def derive(self, secret: bytes, salt: bytes, info: str, size: int) -> bytes: ...


class Signs(Protocol):
    """Whoever has a session's key."""

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Stream:
    """What is counted from 0 and has a chain: one session's envelopes of one kind to one document."""

    room: bytes
    document: str
    session: str
    kind: str


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """A document's key in one epoch, 32 bytes."""

    epoch: int
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sealed:
    """One's own envelope, ready to be sent and logged; ``chain`` is the stream's after it."""

    envelope: Envelope
    data: bytes
    chain: bytes


def first_link(stream: Stream) -> bytes:
    """The chain before the first envelope [ENV4]."""
    head = [
        text_bytes("peerbook chain 1"),
        block_bytes(stream.room),
        text_bytes(stream.document),
        session_bytes(stream.session),
        bytes([KINDS.index(stream.kind)]),
    ]
    return hashlib.sha256(b"".join(head)).digest()


def next_link(chain: bytes, data: bytes) -> bytes:
    """The chain after an envelope's bytes."""
    return hashlib.sha256(chain + envelope_id(data)).digest()


def carries_chain(sequence: int) -> bool:
    """Whether the envelope with this sequence says how the chain stands before it."""
    return sequence > 0 and sequence % CHAIN_EVERY == 0


def session_key(crypto: Crypto, document_key: bytes, session: str, purpose: Purpose, kind: str) -> bytes:
    """The key of one session, document, epoch and kind [ENV2]: 32 bytes."""
    return crypto.derive(document_key, session_bytes(session), f"peerbook {purpose} 1 {kind}", KEY_BYTES)


def nonce_of(sequence: int) -> bytes:
    """Four zero bytes and the sequence, big-endian [ENV3]."""
    return sequence.to_bytes(NONCE_BYTES, "big")


class Sealer:
    """Makes the envelopes of one stream of one's own session, one after the other; one for as long as it lasts."""

    def __init__(self, crypto: Crypto, signer: Signs, stream: Stream) -> None:
        self._crypto = crypto
        self._signer = signer
        self._stream = stream
        self.count = 0
        """Envelopes made, which is the next one's sequence."""
        self.chain = first_link(stream)
        """The chain after them."""

    def seal(self, key: DocumentKey, change: bytes) -> list[Sealed]:
        """The envelopes of a change; none when it is empty, or larger than CHANGE_BYTES."""
        pieces = cut_change(change)
        return [self._make(key, plain, part, len(pieces)) for part, plain in enumerate(pieces)]

    def _make(self, key: DocumentKey, plain: bytes, part: int, parts: int) -> Sealed:
        stream, sequence = self._stream, self.count
        chain = self.chain if carries_chain(sequence) else b""
        place = Envelope(
            stream.room,
            stream.document,
            stream.session,
            stream.kind,
            sequence,
            b"",
            epoch=key.epoch,
            part=part,
            parts=parts,
            chain=chain,
        )
        front = encode_front(place)
        secret = session_key(self._crypto, key.key, stream.session, "envelope", stream.kind)
        payload = self._crypto.seal(secret, nonce_of(sequence), front, plain)
        signature = self._signer.sign(_TITLE + front + block_bytes(payload))
        envelope = replace(place, payload=payload, signature=signature)
        data = encode_envelope(envelope)
        self.count += 1
        self.chain = next_link(self.chain, data)
        return Sealed(envelope, data, self.chain)


def verify_envelope(crypto: Crypto, key: bytes, envelope: Envelope, data: bytes) -> bool:
    """Whether the session with this key wrote an envelope, of which ``data`` is what ``decode_envelope`` read."""
    if len(envelope.chain) != (CHAIN_BYTES if carries_chain(envelope.sequence) else 0):
        return False
    # An envelope without a signature has one of another length, which no key made.
    return crypto.verify(key, envelope.signature, _TITLE + data[: -SIGNATURE_BYTES - 1])


def open_envelope(crypto: Crypto, document_key: bytes, envelope: Envelope) -> bytes | None:
    """What a genuine envelope says; None for what was sealed with another key or for another place, and for nothing."""
    if len(envelope.payload) <= TAG_BYTES:
        return None
    secret = session_key(crypto, document_key, envelope.session, "envelope", envelope.kind)
    return crypto.unseal(secret, nonce_of(envelope.sequence), encode_front(envelope), envelope.payload)
