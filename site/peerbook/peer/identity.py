"""Who somebody is, byte for byte as ``site/extension/src/core/identity``: participants, devices, introductions.

Pure. The rules are IDN in docs/SPEC.md, the golden vectors ``tests/protocol/identity.json``.
Reading never raises for what others wrote.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from .crypto import Agreement, Signer, derive, verify
from .encoding import text_bytes
from .envelope import SESSION_BYTES, session_bytes, session_text
from .secret import SEED_BYTES, Secret

PARTICIPANT_BYTES = 16


class IntroductionFault(enum.StrEnum):
    """What can be wrong with an introduction; the words of ``INTRODUCTION_FAULTS`` in introduction.ts."""

    LENGTH = "length"
    WHAT = "what"
    CLASS = "class"
    SESSION = "session"
    CERTIFICATE = "certificate"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Introduction:
    """Whose a session is, and its public keys of 32 bytes each."""

    session: str
    participant: str
    session_key: bytes
    root_key: bytes
    device_key: bytes
    agreement_key: bytes


@dataclass(frozen=True, slots=True)
class OwnSession:
    """Oneself, for one run of the program: everything that signs. In memory only."""

    introduced: Introduction
    signer: Signer
    root: Signer
    agreement: Agreement
    introduction: bytes
    place: Secret
    """16 bytes for the server alone: prove that the place is one's own."""
    keys_hash: bytes
    """32 bytes for the server: with ``place`` they give the session."""


def tagged(what: str, *parts: bytes) -> bytes:
    """Text "peerbook ``what`` 1", then the parts as they are: how everything that is hashed and signed begins."""
    return text_bytes(f"peerbook {what} 1") + b"".join(parts)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


_WHAT = tagged("introduction")
_FIELDS = (16, 16, 32, 32, 32, 32, 32, 64, 64)
INTRODUCTION_BYTES = len(_WHAT) + sum(_FIELDS)


def participant_of(root_key: bytes) -> str:
    """The participant that a root key is: 32 hex digits [IDN1]."""
    return sha256(tagged("participant", root_key))[:PARTICIPANT_BYTES].hex()


def hash_of_keys(session_key: bytes, root_key: bytes, device_key: bytes, agreement_key: bytes) -> bytes:
    """What the server is shown of a session's keys, 32 bytes [IDN3]."""
    return sha256(tagged("session keys", session_key, root_key, device_key, agreement_key))


def session_of_keys(secret_hash: bytes, keys_hash: bytes) -> str:
    """The session that belongs to a secret and to a set of keys, from the hashes of both [IDN3]."""
    return session_text(sha256(tagged("session", secret_hash, keys_hash))[:SESSION_BYTES])


def glance_introduction(class_id: bytes, data: bytes) -> Introduction | IntroductionFault:
    """What it says, if its form, class and session are right: nothing is verified yet."""
    if len(data) != INTRODUCTION_BYTES:
        return IntroductionFault.LENGTH
    if not data.startswith(_WHAT):
        return IntroductionFault.WHAT
    room, session, secret_hash, session_key, root, device, agreement, *_ = _fields(data)
    if room != class_id:
        return IntroductionFault.CLASS
    bond = session_of_keys(secret_hash, hash_of_keys(session_key, root, device, agreement))
    if bond != session_text(session):
        return IntroductionFault.SESSION
    return Introduction(bond, participant_of(root), session_key, root, device, agreement)


def read_introduction(class_id: bytes, data: bytes) -> Introduction | IntroductionFault:
    """Read an introduction that anybody may have written, and verify all of it [IDN4]."""
    read = glance_introduction(class_id, data)
    if isinstance(read, IntroductionFault):
        return read
    certificate, signature = _fields(data)[-2:]
    if not verify(read.root_key, certificate, tagged("device", read.device_key, read.agreement_key)):
        return IntroductionFault.CERTIFICATE
    if not verify(read.device_key, signature, data[: -len(signature)]):
        return IntroductionFault.SIGNATURE
    return read


def open_session(class_id: bytes, root_seed: Secret, device_seed: Secret, fill: Callable[[int], bytes]) -> OwnSession:
    """A new session; ``fill`` is :func:`secrets.token_bytes` outside of tests."""
    place = Secret(fill(SESSION_BYTES))
    signer = Signer(fill(SEED_BYTES))
    root = Signer(root_seed.reveal())
    device = Signer(derive(device_seed.reveal(), b"", "peerbook device key 1", SEED_BYTES))
    agreement = Agreement(derive(device_seed.reveal(), b"", "peerbook device agreement 1", SEED_BYTES))
    certificate = root.sign(tagged("device", device.key, agreement.key))
    keys = (signer.key, root.key, device.key, agreement.key)
    secret_hash, keys_hash = sha256(place.reveal()), hash_of_keys(*keys)
    session = session_of_keys(secret_hash, keys_hash)
    unsigned = b"".join((_WHAT, class_id, session_bytes(session), secret_hash, *keys, certificate))
    introduced = Introduction(session, participant_of(root.key), *keys)
    return OwnSession(
        introduced, signer, root, agreement, unsigned + device.sign(unsigned), place=place, keys_hash=keys_hash
    )


def _fields(data: bytes) -> list[bytes]:
    at = len(_WHAT)
    fields: list[bytes] = []
    for size in _FIELDS:
        fields.append(data[at : at + size])
        at += size
    return fields
