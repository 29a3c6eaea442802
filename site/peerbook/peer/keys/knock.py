"""A knock: "let me in", or "give me the keys I lack" [KEY5]."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass

from ..crypto import KEY_BYTES, SIGNATURE_BYTES, Signer, derive, seal, unseal, verify
from ..encoding import Reader, Unreadable, block_bytes, text_bytes
from ..identity import Introduction, IntroductionFault, read_introduction, tagged
from ..sync.record import normal_name
from .box import ZERO_NONCE

KNOCK_BYTES = 1024
"""``knock_bytes`` in docs/protocol.json."""
SALT_BYTES = 16
_WHAT = tagged("knock")
_HEAD_BYTES = len(_WHAT) + 16 + SALT_BYTES


class KnockFault(enum.StrEnum):
    """What can be wrong with a knock; the words of ``KNOCK_FAULTS`` in knock.ts."""

    LENGTH = "length"
    WHAT = "what"
    CLASS = "class"
    FORM = "form"
    SECRET = "secret"
    INTRODUCTION = "introduction"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody at the door."""

    id: bytes
    """SHA-256 of its bytes: an answer says which knock it answers."""
    who: Introduction
    name: str
    """As it may be shown."""
    introduction: bytes


def make_knock(
    class_id: bytes, join_secret: bytes, *, signer: Signer, introduction: bytes, name: str, salt: bytes
) -> bytes:
    """A knock of the session that ``signer`` is of; ``salt`` is 16 random bytes, others for each knock."""
    head = _WHAT + class_id + salt
    said = block_bytes(introduction) + text_bytes(normal_name(name))
    plain = said + signer.sign(head + said)
    return head + block_bytes(seal(_key(join_secret, salt), ZERO_NONCE, head, plain))


def read_knock(class_id: bytes, join_secret: bytes, data: bytes) -> Knock | KnockFault:
    """Read a knock that anybody may have made."""
    if len(data) > KNOCK_BYTES:
        return KnockFault.LENGTH
    if data[: len(_WHAT)] != _WHAT:
        return KnockFault.WHAT
    if data[len(_WHAT) : len(_WHAT) + 16] != class_id:
        return KnockFault.CLASS
    head = data[:_HEAD_BYTES]
    reader = Reader(data, _HEAD_BYTES)
    try:
        sealed = reader.block()
    except Unreadable:
        return KnockFault.FORM
    if reader.left:
        return KnockFault.FORM
    plain = unseal(_key(join_secret, head[-SALT_BYTES:]), ZERO_NONCE, head, sealed)
    if plain is None:
        return KnockFault.SECRET
    inner = Reader(plain)
    try:
        introduction, name = inner.block(), inner.text()
        said = plain[: inner.at]
        signature = inner.take(SIGNATURE_BYTES)
    except Unreadable:
        return KnockFault.FORM
    if inner.left:
        return KnockFault.FORM
    who = read_introduction(class_id, introduction)
    if isinstance(who, IntroductionFault):
        return KnockFault.INTRODUCTION
    if not verify(who.session_key, signature, head + said):
        return KnockFault.SIGNATURE
    return Knock(hashlib.sha256(data).digest(), who, normal_name(name), introduction)


def _key(join_secret: bytes, salt: bytes) -> bytes:
    return derive(join_secret, salt, "peerbook knock 1", KEY_BYTES)
