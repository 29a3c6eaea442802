"""The secret of a document that is not the class's, handed to those who may read it [KEY3]."""

from __future__ import annotations

import enum
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..crypto import KEY_BYTES, SIGNATURE_BYTES, TAG_BYTES, Agreement, Signer, derive, seal, unseal, verify
from ..encoding import Reader, Unreadable, block_bytes, number_bytes, text_bytes
from ..envelope import DOCUMENT_CHARS
from ..identity import participant_of, tagged
from .box import BOX_EXTRA, ZERO_NONCE, BoxPlace, open_box, seal_box
from .documents import keeper_of, secret_kind_of, team_key_name, team_of

WRAP_RECIPIENTS = 256
"""``wrap_recipients`` in docs/protocol.json."""
_WHAT = tagged("wraps")
_BOX_BYTES = KEY_BYTES + BOX_EXTRA
_SHARED_BYTES = KEY_BYTES + TAG_BYTES
_PRINTABLE = re.compile(r"[!-~]+", re.ASCII)


class WrapsFault(enum.StrEnum):
    """What can be wrong with wraps; the words of ``WRAPS_FAULTS`` in wraps.ts."""

    WHAT = "what"
    CLASS = "class"
    FORM = "form"
    DOCUMENT = "document"
    AUTHOR = "author"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Wraps:
    """The secret of a document in an epoch, in a box for each device that may read it."""

    class_id: bytes
    document: str
    epoch: int
    author: str
    """Whose root key signed."""
    root_key: bytes
    hash: bytes
    """SHA-256 of the secret."""
    shared: bytes
    """Sealed with the epoch's key, or empty."""
    boxes: tuple[tuple[bytes, bytes], ...]
    """Agreement keys and boxes, ascending by key."""

    @property
    def place(self) -> BoxPlace:
        return BoxPlace(self.class_id, self.epoch, "wraps", self.document.encode())


def make_wraps(
    root: Signer,
    class_id: bytes,
    document: str,
    epoch: int,
    *,
    secret: bytes,
    recipients: Iterable[bytes],
    share_with: bytes | None,
    fill: Callable[[int], bytes],
) -> bytes:
    """Wraps of ``secret`` for the devices with these agreement keys, and the class if there is an epoch key."""
    hashed = hashlib.sha256(secret).digest()
    place = BoxPlace(class_id, epoch, "wraps", document.encode())
    boxes: list[bytes] = []
    for recipient in sorted(set(recipients))[:WRAP_RECIPIENTS]:
        box = seal_box(fill(KEY_BYTES), recipient, place, secret)
        boxes += [recipient + box] if box else []
    shared = b""
    if share_with is not None:
        shared = seal(_shared_key(share_with, class_id, document, epoch, hashed), ZERO_NONCE, hashed, secret)
    unsigned = b"".join(
        [
            _WHAT,
            class_id,
            root.key,
            text_bytes(document),
            number_bytes(epoch),
            hashed,
            block_bytes(shared),
            number_bytes(len(boxes)),
            *boxes,
        ]
    )
    return unsigned + root.sign(unsigned)


def read_wraps(class_id: bytes, everyone: str, data: bytes) -> Wraps | WrapsFault:
    """Read wraps that anybody may have written. Of a team's, whether ``author`` is of it is not known here."""
    read = _decode(class_id, data)
    if isinstance(read, WrapsFault):
        return read
    kind = secret_kind_of(read.document, everyone)
    # A team's key is of no epoch: what it opens, it opens with an epoch's key.
    name = team_key_name(read.hash, team_of(read.document) or "") if read.epoch == 0 else None
    if kind == "class" or (kind == "team" and read.document != name):
        return WrapsFault.DOCUMENT
    if kind == "own" and keeper_of(read.document) != read.author:
        return WrapsFault.AUTHOR
    at = len(data) - SIGNATURE_BYTES
    return read if verify(read.root_key, data[at:], data[:at]) else WrapsFault.SIGNATURE


def open_wraps(wraps: Wraps, own: Agreement) -> bytes | None:
    """The secret; None where there is none for this device, or not the one that everybody is shown the hash of."""
    box = dict(wraps.boxes).get(own.key)
    return _checked(wraps, open_box(own, wraps.place, box) if box else None)


def open_shared(wraps: Wraps, epoch_key: bytes) -> bytes | None:
    """The same for what is shared with the class, by one of the epoch's keys."""
    key = _shared_key(epoch_key, wraps.class_id, wraps.document, wraps.epoch, wraps.hash)
    return _checked(wraps, unseal(key, ZERO_NONCE, wraps.hash, wraps.shared))


def _checked(wraps: Wraps, secret: bytes | None) -> bytes | None:
    if secret is None or hashlib.sha256(secret).digest() != wraps.hash:
        return None
    return secret


def _shared_key(epoch_key: bytes, class_id: bytes, document: str, epoch: int, hashed: bytes) -> bytes:
    return derive(epoch_key, hashed + class_id + document.encode(), f"peerbook shared 1 {epoch}", KEY_BYTES)


def _decode(class_id: bytes, data: bytes) -> Wraps | WrapsFault:
    if data[: len(_WHAT)] != _WHAT:
        return WrapsFault.WHAT
    reader = Reader(data, len(_WHAT))
    if data[reader.at : reader.at + 16] != class_id:
        return WrapsFault.CLASS
    try:
        reader.take(16)
        root_key, document, epoch = reader.take(KEY_BYTES), reader.text(), reader.number()
        hashed, shared, count = reader.take(32), reader.block(), reader.number()
        if count > WRAP_RECIPIENTS:
            return WrapsFault.FORM
        boxes = [(reader.take(KEY_BYTES), reader.take(_BOX_BYTES)) for _ in range(count)]
        reader.take(SIGNATURE_BYTES)
    except Unreadable:
        return WrapsFault.FORM
    keys = [key for key, _ in boxes]
    is_named = _PRINTABLE.fullmatch(document) is not None and len(document) <= DOCUMENT_CHARS
    is_sorted = keys == sorted(set(keys))
    if reader.left or not is_named or not is_sorted or len(shared) not in (0, _SHARED_BYTES):
        return WrapsFault.FORM
    return Wraps(class_id, document, epoch, participant_of(root_key), root_key, hashed, shared, tuple(boxes))
