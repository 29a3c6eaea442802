"""What is kept of a document beside its notebook file, in bytes that tell whether they are whole: where it belongs and
what it begins with, and its log, which is only appended to. Pure.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from ..encoding import Reader, Unreadable, block_bytes, text_bytes
from ..sync.options import Keepable

_MAGIC = b"peerbook kept 2\n"
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
    genesis: bytes
    """What the document begins with; empty where nobody here has that, and so no notebook file either."""


def encode_kept(kept: Kept) -> bytes:
    written = block_bytes(b"".join(kept.written))
    body = (
        text_bytes(kept.document) + text_bytes(kept.path) + text_bytes(kept.file) + written + block_bytes(kept.genesis)
    )
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
        written, genesis = reader.block(), reader.block()
    except Unreadable:
        return None
    if reader.left or len(written) % _DIGEST_BYTES:
        return None
    hashes = tuple(written[at : at + _DIGEST_BYTES] for at in range(0, len(written), _DIGEST_BYTES))
    return Kept(document, path, file, hashes, genesis)


# The log: records one behind the other, each alone to be told from a damaged one.

_MARK = b"\xf0\x9f\x93\x93"
_CHECK_BYTES = 8
_KINDS: dict[bytes, Literal["introduction", "piece", "fork", "refuse"]] = {
    b"i": "introduction",
    b"p": "piece",
    b"f": "fork",
    b"r": "refuse",
}
_HEAD_BYTES = len(_MARK) + 1 + 4 + _CHECK_BYTES


def encode_record(kept: Keepable) -> bytes:
    """Mark, kind, length in four bytes, the beginning of the SHA-256 of kind and data, data."""
    kind = kept.kind[0].encode()
    return _MARK + kind + len(kept.data).to_bytes(4, "big") + _check(kind + kept.data) + kept.data


@dataclass(frozen=True, slots=True)
class Records:
    """What a log holds."""

    kept: tuple[Keepable, ...]
    good: int
    """Bytes up to the last record that is whole: what comes behind was being written when the program ended."""
    is_damaged: bool
    """Whether something before that is not as it was written."""


def decode_records(data: bytes) -> Records:
    """What is not whole is passed over. Never raises."""
    kept: list[Keepable] = []
    at = good = 0
    is_damaged = False
    while at < len(data):
        end = at + _HEAD_BYTES + int.from_bytes(data[at + 5 : at + 9], "big")
        kind, record = data[at + 4 : at + 5], data[at + _HEAD_BYTES : end]
        is_whole = data[at : at + 4] == _MARK and kind in _KINDS and end <= len(data)
        if is_whole and _check(kind + record) == data[at + 9 : at + _HEAD_BYTES]:
            is_damaged |= at != good
            kept.append(Keepable(_KINDS[kind], record))
            at = good = end
        else:
            following = data.find(_MARK, at + 1)
            at = following if following >= 0 else len(data)
    return Records(tuple(kept), good, is_damaged)


def _check(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:_CHECK_BYTES]
