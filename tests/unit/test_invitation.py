"""Invite links in Python: the same characters, rooms and owners as in the page."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from peerbook.peer.invitation import INVITATION_CHARS, make_invitation, read_code

ROOT = Path(__file__).parents[2]
VECTORS: dict[str, list[dict[str, Any]]] = json.loads((ROOT / "tests/protocol/invitation.json").read_text("utf-8"))


def title(vector: dict[str, Any]) -> str:
    return str(vector["title"])


@pytest.mark.parametrize("vector", VECTORS["good"], ids=title)
def test_cls2_everything_follows_from_the_secret_as_in_the_page(vector: dict[str, Any]) -> None:
    made = make_invitation(lambda size: bytes.fromhex(vector["secret"])[:size])
    assert (made.code, made.room, made.id.hex(), made.everyone) == (
        vector["code"],
        vector["room"],
        vector["class"],
        vector["everyone"],
    )
    assert read_code(f" {made.code}\n") == made
    assert made.fragment == f"#class={vector['code']}"


@pytest.mark.parametrize("vector", VECTORS["bad"], ids=title)
def test_cls1_what_was_cut_or_mistyped_is_no_code(vector: dict[str, Any]) -> None:
    assert read_code(vector["given"]) is None


def test_cls1_a_code_is_as_long_as_protocol_json_says() -> None:
    limits = json.loads((ROOT / "docs/protocol.json").read_text("utf-8"))
    assert len(make_invitation(secrets.token_bytes).code) == INVITATION_CHARS == limits["invitation_chars"]
    assert make_invitation(secrets.token_bytes) != make_invitation(secrets.token_bytes)
