"""What an invite link carries, and what follows from it: as ``site/extension/src/core/class/invitation.ts``.

Pure. The rules are CLS in docs/SPEC.md, the golden vectors ``tests/protocol/invitation.json``.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from .encoding import text_bytes

SECRET_BYTES = 16
CHECK_BYTES = 2
INVITATION_CHARS = 24
"""``invitation_chars`` in docs/protocol.json."""
_CODE = re.compile(r"[A-Za-z0-9_-]{24}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A class, as everybody in it knows it."""

    code: str
    """The 24 characters: who knows them may come in."""
    room: str
    """The room on the server: 22 characters that cannot be turned back into the secret."""
    id: bytes
    """The class in every envelope, 16 bytes."""
    everyone: str
    """Whom the branch that everybody writes belongs to: 32 hex digits."""

    @property
    def fragment(self) -> str:
        """Of a link into the class, with its `#`."""
        return f"#class={self.code}"


def make_invitation(random_bytes: Callable[[int], bytes]) -> Invitation:
    """A new class. ``random_bytes`` is :func:`secrets.token_bytes` outside of tests."""
    return invitation_of(random_bytes(SECRET_BYTES))


def read_code(given: str) -> Invitation | None:
    """The class of these characters, or None where somebody cut or mistyped them."""
    code = given.strip()
    if not _CODE.fullmatch(code):
        return None
    invitation = invitation_of(base64.urlsafe_b64decode(code)[:SECRET_BYTES])
    return invitation if invitation.code == code else None


def invitation_of(secret: bytes) -> Invitation:
    """The class with this secret of 16 bytes [CLS2]."""

    def derive(purpose: str, size: int) -> bytes:
        return hashlib.sha256(text_bytes(f"peerbook {purpose} 1") + secret).digest()[:size]

    return Invitation(
        code=_text(secret + derive("check", CHECK_BYTES)),
        room=_text(derive("room", 16)),
        id=derive("class", 16),
        everyone=derive("everyone", 16).hex(),
    )


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
