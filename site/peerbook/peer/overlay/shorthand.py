"""An envelope's head is said once to each neighbour and on each channel; after that three bytes of its hash stand for
it.

Pure. What is hashed (and later signed) is always the whole envelope.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ..envelope import head_length
from .messages import REFERENCE_BYTES

HEADS_SAID = 512
"""Heads a sender relies on: more than the sessions of a class that write at one time."""
HEADS_HEARD = HEADS_SAID + 64
"""Heads a receiver remembers. Both forget in the order of saying, so anything above HEADS_SAID will do."""


@dataclass(frozen=True, slots=True)
class Headed:
    """An envelope as it is sent to many neighbours: looked at once."""

    data: bytes
    head: bytes
    tail: bytes
    reference: bytes


def headed(data: bytes) -> Headed:
    """Of an envelope that `decode_envelope` has read."""
    length = head_length(data)
    return Headed(data, data[:length], data[length:], _reference(data[:length]))


class Saying:
    """What was said to a neighbour on one channel."""

    def __init__(self) -> None:
        self._said: dict[bytes, bytes] = {}

    def is_said(self, envelope: Headed) -> bool:
        """Whether the reference will be understood; if not, the head is to be said whole, and counts as said."""
        if self._said.get(envelope.reference) == envelope.head:
            return True
        _renew(self._said, envelope.reference, envelope.head, HEADS_SAID)
        return False

    def forget(self, reference: bytes) -> None:
        """The other side does not know it."""
        self._said.pop(reference, None)


class Hearing:
    """What was heard from a neighbour on one channel."""

    def __init__(self) -> None:
        self._heard: dict[bytes, bytes] = {}

    def remember(self, data: bytes) -> None:
        """Remembers the head of an envelope that was read without fault."""
        head = data[: head_length(data)]
        _renew(self._heard, _reference(head), head, HEADS_HEARD)

    def lengthen(self, reference: bytes, tail: bytes) -> bytes | None:
        """The whole envelope, or None when the head was never heard."""
        head = self._heard.get(reference)
        return None if head is None else head + tail


def _renew(heads: dict[bytes, bytes], reference: bytes, head: bytes, most: int) -> None:
    """Puts a head at the end; the first, said longest ago, is forgotten. Two heads of one reference: the later
    counts.
    """
    heads.pop(reference, None)
    heads[reference] = head
    if len(heads) > most:
        del heads[next(iter(heads))]


def _reference(head: bytes) -> bytes:
    return hashlib.sha256(head).digest()[:REFERENCE_BYTES]
