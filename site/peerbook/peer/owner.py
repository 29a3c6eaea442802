"""Everything that makes somebody the owner of a class, as text for a link's fragment: as ``core/class/owner.ts``.

Pure. The rule is CLS9 in docs/SPEC.md, the golden vectors ``tests/protocol/class.json``.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .crypto import Signer
from .founding import Founding, found_class
from .identity import sha256
from .secret import SEED_BYTES, Secret
from .statement import Epoch, Statement, sign_statement

OWNER_CHARS = 192
"""``owner_chars`` in docs/protocol.json."""
_OWNER = re.compile(r"[A-Za-z0-9_-]{192}", re.ASCII)
_RANDOM_AT = 3 * SEED_BYTES
_KEY_AT = _RANDOM_AT + 16
_ALL_BYTES = _KEY_AT + 32


@dataclass(frozen=True, slots=True)
class Owner:
    root: Secret
    device: Secret
    recovery: Secret
    founding: Founding
    key: bytes = field(repr=False)
    """The first epoch's, 32 bytes."""
    statement: Statement
    """That the door is open, with that key."""
    payload: Secret
    """The characters behind ``owner=`` in the owner's link."""


def make_owner(fill: Callable[[int], bytes]) -> Owner:
    """The owner of a new class; ``fill`` is :func:`secrets.token_bytes` outside of tests."""
    return _owner_of(fill(_ALL_BYTES))


def read_owner(text: str) -> Owner | None:
    """What an owner's link hands over, or None where it is none. Which class it owns is in its founding record."""
    return _owner_of(base64.urlsafe_b64decode(text)) if _OWNER.fullmatch(text) else None


def _owner_of(data: bytes) -> Owner:
    root, device, recovery = (Secret(data[at : at + SEED_BYTES]) for at in range(0, _RANDOM_AT, SEED_BYTES))
    random, key = data[_RANDOM_AT:_KEY_AT], data[_KEY_AT:]
    signer = Signer(root.reveal())
    founding = found_class(signer.key, Signer(recovery.reveal()).key, lambda size: random)
    statement = sign_statement(signer, founding.class_id, 1, Epoch(1, "open", sha256(key)))
    payload = Secret(base64.urlsafe_b64encode(data))
    return Owner(root, device, recovery, founding, key, statement, payload)
