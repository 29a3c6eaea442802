"""What two participants tell each other through the server to connect: sealed with what the invite link carries, so
that the server reads nothing of it, and signed by the session that says it, so that nobody puts another fingerprint in
its place. As ``core/keys/signal.ts`` [KEY10]. Pure.
"""

from __future__ import annotations

from ..crypto import KEY_BYTES, SIGNATURE_BYTES, derive, seal, unseal, verify
from ..envelope import session_bytes
from ..identity import INTRODUCTION_BYTES, IntroductionFault, OwnSession, read_introduction, tagged
from .box import ZERO_NONCE

SALT_BYTES = 16


def seal_signal(class_id: bytes, join_secret: bytes, own: OwnSession, to: str, signal: bytes, salt: bytes) -> bytes:
    """``salt``: 16 random bytes, others for each signal, as the key is used once."""
    head = _head(class_id, own.introduced.session, to)
    plain = own.introduction + signal + own.signer.sign(head + signal)
    return salt + seal(_key(join_secret, salt), ZERO_NONCE, head, plain)


def open_signal(class_id: bytes, join_secret: bytes, source: str, to: str, sealed: bytes) -> bytes | None:
    """What ``source`` said to the session ``to``; None for what they did not."""
    head = _head(class_id, source, to)
    plain = unseal(_key(join_secret, sealed[:SALT_BYTES]), ZERO_NONCE, head, sealed[SALT_BYTES:])
    if plain is None:
        return None
    signal, signature = plain[INTRODUCTION_BYTES:-SIGNATURE_BYTES], plain[-SIGNATURE_BYTES:]
    who = read_introduction(class_id, plain[:INTRODUCTION_BYTES])
    if isinstance(who, IntroductionFault) or who.session != source:
        return None
    return signal if verify(who.session_key, signature, head + signal) else None


def _key(join_secret: bytes, salt: bytes) -> bytes:
    return derive(join_secret, salt, "peerbook signal 1", KEY_BYTES)


def _head(class_id: bytes, source: str, to: str) -> bytes:
    return tagged("signal", class_id, session_bytes(source), session_bytes(to))
