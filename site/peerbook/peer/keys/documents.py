"""Which secret a document's key follows from [KEY1]."""

from __future__ import annotations

import re
from typing import Literal

from ..crypto import KEY_BYTES, derive
from ..secret import Secret

SecretKind = Literal["class", "own"]
"""Every member's, which is the epoch's key; or the document's own, handed to those who may read it."""
_NAME = re.compile(r"([0-9a-f]{64})\.(mine|lecture|team)\.([0-9a-f]{1,64})(?:\.[0-9a-f]{32})?", re.ASCII)
_OUTPUTS = re.compile(r"(.+)/outputs\.([0-9a-f]{1,64})", re.ASCII)


def secret_kind_of(document: str, everyone: str) -> SecretKind:
    """``everyone`` is the owner of the branch that all members write."""
    outputs = _OUTPUTS.fullmatch(document)
    if outputs:
        return secret_kind_of(outputs[1], everyone)
    name = _NAME.fullmatch(document)
    is_own = name is not None and (name[2] == "mine" or (name[2] == "team" and name[3] != everyone))
    return "own" if is_own else "class"


def keeper_of(document: str) -> str | None:
    """Who makes the secret of a document that has one of its own."""
    outputs, name = _OUTPUTS.fullmatch(document), _NAME.fullmatch(document)
    return outputs[2] if outputs else name[3] if name else None


def document_key(secret: bytes, document: str) -> bytes:
    """The key that a document's sessions derive theirs from [ENV2]."""
    return derive(secret, document.encode(), "peerbook document 1", KEY_BYTES)


def own_secret(root: Secret, class_id: bytes, document: str, epoch: int) -> bytes:
    """The secret of one's own document in an epoch: the same on all devices of a participant."""
    return derive(root.reveal(), class_id + document.encode(), f"peerbook own document 1 {epoch}", KEY_BYTES)
