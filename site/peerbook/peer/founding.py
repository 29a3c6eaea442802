"""How a class begins and how one gets into it: as ``core/class/founding.ts`` and ``core/class/link.ts``.

Pure. The rules are CLS in docs/SPEC.md, the golden vectors ``tests/protocol/class.json``.
"""

from __future__ import annotations

import base64
import enum
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .identity import sha256, tagged

CLASS_BYTES = 16
JOIN_SECRET_BYTES = 16
LINK_CHARS = 46
"""``link_chars`` in docs/protocol.json."""
_CHECK_BYTES = 2
_RANDOM_BYTES = 16
_KEY_BYTES = 32
_WHAT = tagged("class")
FOUNDING_BYTES = len(_WHAT) + 2 * _KEY_BYTES + _RANDOM_BYTES
_CODE = re.compile(r"[A-Za-z0-9_-]{46}", re.ASCII)


class FoundingFault(enum.StrEnum):
    """What can be wrong with a founding record."""

    LENGTH = "length"
    WHAT = "what"
    CLASS = "class"


@dataclass(frozen=True, slots=True)
class Founding:
    """How a class began."""

    class_id: bytes
    """16 bytes."""
    owner_key: bytes
    """The first owner's root key, 32 bytes."""
    recovery_key: bytes
    """Whose signature names another owner, 32 bytes."""
    record: bytes


@dataclass(frozen=True, slots=True)
class ClassLink:
    """An invite link: the right to knock at a class, which no log and no traceback shows."""

    code: str = field(repr=False)
    """46 characters."""
    id: bytes
    """The class in every envelope, 16 bytes."""
    join_secret: bytes = field(repr=False)
    """16 bytes."""
    room: str
    """The room on the server: 22 characters."""
    everyone: str
    """Whom the branch that everybody writes belongs to: 32 hex digits."""

    @property
    def fragment(self) -> str:
        """Of a link into the class, with its `#`."""
        return f"#class={self.code}"


def found_class(owner_key: bytes, recovery_key: bytes, fill: Callable[[int], bytes]) -> Founding:
    """A new class; ``fill`` is :func:`secrets.token_bytes` outside of tests."""
    return _founding_of(tagged("class", owner_key, recovery_key, fill(_RANDOM_BYTES)))


def read_founding(class_id: bytes, data: bytes) -> Founding | FoundingFault:
    """The record of this class, from whoever gave it [CLS6]."""
    if len(data) != FOUNDING_BYTES:
        return FoundingFault.LENGTH
    if not data.startswith(_WHAT):
        return FoundingFault.WHAT
    founding = _founding_of(data)
    return founding if founding.class_id == class_id else FoundingFault.CLASS


def everyone_of(class_id: bytes) -> str:
    """Whom the branch that all attendees write belongs to [CLS6]."""
    return sha256(tagged("everyone", class_id))[:16].hex()


def lecture_of(class_id: bytes) -> str:
    """Whom the lecture belongs to, whoever teaches [CLS6]."""
    return sha256(tagged("lecture", class_id))[:16].hex()


def link_of(class_id: bytes, join_secret: bytes) -> ClassLink:
    """The link into a class [CLS7]."""

    def derive(what: str, size: int) -> bytes:
        return sha256(tagged(what, class_id, join_secret))[:size]

    code = _text(class_id + join_secret + derive("link", _CHECK_BYTES))
    return ClassLink(code, class_id, join_secret, room=_text(derive("room", 16)), everyone=everyone_of(class_id))


def read_link(given: str) -> ClassLink | None:
    """The class of these characters, or None where somebody cut or mistyped them."""
    code = given.strip()
    if not _CODE.fullmatch(code):
        return None
    data = base64.urlsafe_b64decode(code + "==")
    link = link_of(data[:CLASS_BYTES], data[CLASS_BYTES : CLASS_BYTES + JOIN_SECRET_BYTES])
    return link if link.code == code else None


def _founding_of(record: bytes) -> Founding:
    at = len(_WHAT)
    owner_key, recovery_key = record[at : at + _KEY_BYTES], record[at + _KEY_BYTES : at + 2 * _KEY_BYTES]
    return Founding(sha256(record)[:CLASS_BYTES], owner_key, recovery_key, record)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
