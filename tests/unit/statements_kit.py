"""People of a class and what they state, for tests of statements and of what follows from them."""

from __future__ import annotations

from typing import Any

from peerbook.peer.crypto import Signer
from peerbook.peer.founding import found_class
from peerbook.peer.identity import participant_of
from peerbook.peer.statement import Standing, Statement, Succession, sign_statement

OWNER, RECOVERY, INES, ADA, HEIR = (Signer(bytes([seed]) * 32) for seed in (1, 2, 3, 4, 5))
CLASS = found_class(OWNER.key, RECOVERY.key, lambda size: bytes(size))


def stand(by: Signer, number: int, on: Signer, role: Any, counts: tuple[str, ...] = ()) -> Statement:
    return sign_statement(by, CLASS.class_id, number, Standing(participant_of(on.key), role, counts))


def name(signer: Signer) -> str:
    return participant_of(signer.key)


def succession(number: int, heir: Signer, counts: tuple[str, ...] = ()) -> Statement:
    return sign_statement(RECOVERY, CLASS.class_id, number, Succession(heir.key, counts))
