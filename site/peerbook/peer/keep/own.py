"""What a participant needs to be the same one again: the seeds of their keys, and what they know of the class. Pure.

Whoever has these bytes is that participant: they are kept in a file for this user alone, and go nowhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from ..encoding import Reader, Unreadable, block_bytes, number_bytes
from ..secret import SEED_BYTES, Secret
from ..sync.society import Known

_MAGIC = b"peerbook own 1\n"
_DIGEST_BYTES = 32
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Own:
    root: Secret
    device: Secret
    known: Known = field(default_factory=Known)


def new_own(fill: Callable[[int], bytes]) -> Own:
    """Somebody new; ``fill`` is :func:`secrets.token_bytes` outside of tests."""
    return Own(Secret(fill(SEED_BYTES)), Secret(fill(SEED_BYTES)))


def encode_own(own: Own) -> bytes:
    known = own.known
    parts = [own.root.reveal(), own.device.reveal(), block_bytes(known.founding or b"")]
    parts += [number_bytes(len(known.statements)), *map(block_bytes, known.statements)]
    parts += [number_bytes(len(known.keys)), *(number_bytes(epoch) + key for epoch, key in known.keys)]
    parts += [number_bytes(len(known.wraps)), *map(block_bytes, known.wraps)]
    body = b"".join(parts)
    return _MAGIC + hashlib.sha256(body).digest() + body


def decode_own(data: bytes) -> Own | None:
    """None for bytes that are not whole, or are something else. Never raises."""
    reader = Reader(data)
    try:
        magic, digest = reader.take(len(_MAGIC)), reader.take(_DIGEST_BYTES)
        if magic != _MAGIC or digest != hashlib.sha256(data[reader.at :]).digest():
            return None
        root, device, founding = reader.take(SEED_BYTES), reader.take(SEED_BYTES), reader.block()
        statements = tuple(reader.block() for _ in range(reader.number()))
        keys = tuple((reader.number(), reader.take(_KEY_BYTES)) for _ in range(reader.number()))
        wraps = tuple(reader.block() for _ in range(reader.number()))
    except Unreadable:
        return None
    return None if reader.left else Own(Secret(root), Secret(device), Known(founding or None, statements, keys, wraps))
