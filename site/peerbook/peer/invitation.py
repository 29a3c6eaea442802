"""What an invite link carries in its fragment, and what follows from it [CLS1, CLS2]. Pure."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from .encoding import text_bytes

_SECRET_BYTES = 16
_CHECK_BYTES = 2
_CODE = re.compile(r"[A-Za-z0-9_-]{24}")


@dataclass(frozen=True, slots=True)
class Invitation:
    code: str
    """The 24 characters: who knows them may come in."""
    room: str
    """The room on the server, which cannot be turned back into the secret."""
    id: bytes
    """The class in every envelope, 16 bytes."""
    everyone: str
    """Whom the branch that everybody writes belongs to: 32 hex digits."""


def invitation_of(secret: bytes) -> Invitation:
    """The invitation with this secret, 16 random bytes for a new class."""

    def derive(purpose: str, count: int) -> bytes:
        return hashlib.sha256(text_bytes(f"peerbook {purpose} 1") + secret).digest()[:count]

    code = _text(secret + derive("check", _CHECK_BYTES))
    return Invitation(code, _text(derive("room", 16)), derive("class", 16), derive("everyone", 16).hex())


def read_code(given: str) -> Invitation | None:
    """None for a code that somebody cut or mistyped."""
    code = given.strip()
    if not _CODE.fullmatch(code):
        return None
    invitation = invitation_of(base64.urlsafe_b64decode(code)[:_SECRET_BYTES])
    return invitation if invitation.code == code else None


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
