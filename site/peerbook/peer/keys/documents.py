"""Which secret a document's key follows from [KEY1]."""

from __future__ import annotations

import re
from typing import Literal

from ..crypto import KEY_BYTES, derive
from ..secret import Secret

SecretKind = Literal["class", "own", "team"]
"""Every member's, which is the epoch's key; the document's own, handed to those who may read it; or a team's, which
follows from the team's key and the epoch's.
"""
_NAME = re.compile(r"([0-9a-f]{64})\.(mine|lecture|team)\.([0-9a-f]{1,64})(?:\.[0-9a-f]{32})?", re.ASCII)
_OUTPUTS = re.compile(r"(.+)/outputs\.([0-9a-f]{1,64})", re.ASCII)


def secret_kind_of(document: str, everyone: str) -> SecretKind:
    """``everyone`` is the owner of the branch that all members write."""
    outputs = _OUTPUTS.fullmatch(document)
    if outputs:
        return secret_kind_of(outputs[1], everyone)
    name = _NAME.fullmatch(document)
    if name is None or name[2] == "lecture":
        return "class"
    if name[2] == "mine":
        return "own"
    return "class" if name[3] == everyone else "team"


def keeper_of(document: str) -> str | None:
    """Who makes the secret of a document that has one of its own."""
    outputs, name = _OUTPUTS.fullmatch(document), _NAME.fullmatch(document)
    return outputs[2] if outputs else name[3] if name else None


def team_of(document: str) -> str | None:
    """The team of a document of the branch ``team``, or of outputs in it."""
    outputs = _OUTPUTS.fullmatch(document)
    name = _NAME.fullmatch(outputs[1] if outputs else document)
    return name[3] if name and name[2] == "team" else None


def team_key_name(key_hash: bytes, team: str) -> str:
    """Under what a team's key is wrapped: as the branch ``team`` of a document whose genesis is the key's SHA-256."""
    return f"{key_hash.hex()}.team.{team}"


def team_secret(team_key: bytes, epoch_key: bytes, epoch: int) -> bytes:
    """The secret of a team's documents in an epoch: who has but one of the two keys, reads nothing [KEY11]."""
    return derive(team_key, epoch_key, f"peerbook team 1 {epoch}", KEY_BYTES)


def document_key(secret: bytes, document: str) -> bytes:
    """The key that a document's sessions derive theirs from [ENV2]."""
    return derive(secret, document.encode(), "peerbook document 1", KEY_BYTES)


def own_secret(root: Secret, class_id: bytes, document: str, epoch: int) -> bytes:
    """The secret of one's own document in an epoch: the same on all devices of a participant."""
    return derive(root.reveal(), class_id + document.encode(), f"peerbook own document 1 {epoch}", KEY_BYTES)
