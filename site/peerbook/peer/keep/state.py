"""What is kept of a document beside its notebook file, in bytes that tell whether they are whole. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ..encoding import Reader, Unreadable, block_bytes, text_bytes

_MAGIC = b"peerbook kept 1\n"
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as it was written last."""

    document: str
    path: str
    """In the site, or empty where nobody has one for it."""
    file: str
    """Its notebook, relative to the folder."""
    written: tuple[bytes, ...]
    """SHA-256 of what the notebook's file holds: now, and before, as the two are not written in one moment."""
    state: bytes
    """The whole document: a Yjs update (version 1)."""


def encode_kept(kept: Kept) -> bytes:
    written = block_bytes(b"".join(kept.written))
    body = text_bytes(kept.document) + text_bytes(kept.path) + text_bytes(kept.file) + written + block_bytes(kept.state)
    return _MAGIC + hashlib.sha256(body).digest() + body


def decode_kept(data: bytes) -> Kept | None:
    """None for bytes that are not whole, or are something else. Never raises."""
    reader = Reader(data)
    try:
        if (
            reader.take(len(_MAGIC)) != _MAGIC
            or reader.take(_DIGEST_BYTES) != hashlib.sha256(data[reader.at :]).digest()
        ):
            return None
        document, path, file = reader.text(), reader.text(), reader.text()
        written, state = reader.block(), reader.block()
    except Unreadable:
        return None
    if reader.left or len(written) % _DIGEST_BYTES:
        return None
    hashes = tuple(written[at : at + _DIGEST_BYTES] for at in range(0, len(written), _DIGEST_BYTES))
    return Kept(document, path, file, hashes, state)
