"""A box for one: sealed to an agreement key, for one place [KEY2]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..crypto import KEY_BYTES, TAG_BYTES, Agreement, derive, seal, unseal
from ..encoding import block_bytes, number_bytes, text_bytes
from ..identity import tagged

BOX_EXTRA = KEY_BYTES + TAG_BYTES
"""What a box adds to what it holds: a public key and a tag."""
ZERO_NONCE = bytes(12)
"""A key is used once, so its nonce need not count."""


@dataclass(frozen=True, slots=True)
class BoxPlace:
    """What a box is for; it opens for nothing else."""

    class_id: bytes
    epoch: int
    purpose: Literal["wraps", "answer"]
    context: bytes
    """A document's name, the hash of a question."""


def seal_box(seed: bytes, recipient: bytes, place: BoxPlace, plain: bytes) -> bytes | None:
    """A box of ``plain``; ``seed`` is 32 random bytes used for nothing else. None for a key that is none."""
    once = Agreement(seed)
    secret = once.agree(recipient)
    if secret is None:
        return None
    key = _key(secret, once.key, recipient, place)
    return once.key + seal(key, ZERO_NONCE, _head(place, recipient), plain)


def open_box(own: Agreement, place: BoxPlace, box: bytes) -> bytes | None:
    """What it holds; None for what was not sealed to this key, for this place."""
    once, sealed = box[:KEY_BYTES], box[KEY_BYTES:]
    secret = own.agree(once)
    if secret is None:
        return None
    return unseal(_key(secret, once, own.key, place), ZERO_NONCE, _head(place, own.key), sealed)


def _key(secret: bytes, once: bytes, recipient: bytes, place: BoxPlace) -> bytes:
    return derive(secret, once + recipient, f"peerbook box 1 {place.purpose}", KEY_BYTES)


def _head(place: BoxPlace, recipient: bytes) -> bytes:
    return tagged(
        "box",
        text_bytes(place.purpose),
        place.class_id,
        number_bytes(place.epoch),
        recipient,
        block_bytes(place.context),
    )
