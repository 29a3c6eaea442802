"""A session is one run of this program, as it is one page load in a browser: 16 random bytes, kept in memory only."""

from __future__ import annotations

import hashlib

from .encoding import text_bytes
from .envelope import session_bytes


def is_session(value: object) -> bool:
    """Whether it is a session, spelled in the one way there is."""
    if not isinstance(value, str):
        return False
    try:
        session_bytes(value)
    except ValueError:
        return False
    return True


def client_of(document: str, author: str, session: str) -> int:
    """The 53 bits a session's changes to a document are written under [SYN4]. Never 0, which nobody has."""
    digest = hashlib.sha256(text_bytes(document) + text_bytes(author) + session_bytes(session)).digest()
    return int.from_bytes(digest[:7], "big") % 2**53 or 1
