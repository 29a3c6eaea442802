"""Founding records, links and recovery files in Python: the same bytes and characters as in the page."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from peerbook.peer.founding import (
    LINK_CHARS,
    Founding,
    FoundingFault,
    everyone_of,
    found_class,
    lecture_of,
    link_of,
    read_founding,
    read_link,
)
from peerbook.peer.keys.answer import Admission
from peerbook.peer.keys.keyring import Keys
from peerbook.peer.owner import OWNER_CHARS, make_owner, read_owner
from peerbook.peer.recovery import Recovery, RecoveryFault, read_recovery, write_recovery
from peerbook.peer.sealed import DocumentKey
from peerbook.peer.secret import Secret
from peerbook.peer.sync.society import Known

ROOT = Path(__file__).parents[2]
VECTORS: dict[str, list[dict[str, Any]]] = json.loads((ROOT / "tests/protocol/class.json").read_text("utf-8"))


def title(vector: dict[str, Any]) -> str:
    return str(vector["title"])


def founding_of(row: dict[str, str]) -> Founding:
    owner, recovery, random = (bytes.fromhex(row[name]) for name in ("owner_key", "recovery_key", "random"))
    return found_class(owner, recovery, lambda size: random)


@pytest.mark.parametrize("row", VECTORS["good"], ids=title)
def test_cls6_a_class_is_the_hash_of_its_founding_record(row: dict[str, str]) -> None:
    founding = founding_of(row)
    assert (founding.record.hex(), founding.class_id.hex()) == (row["record"], row["class"])
    assert read_founding(founding.class_id, founding.record) == founding
    assert (everyone_of(founding.class_id), lecture_of(founding.class_id)) == (row["everyone"], row["lecture"])
    assert read_founding(bytes(16), founding.record) == FoundingFault.CLASS
    assert read_founding(founding.class_id, founding.record[1:]) == FoundingFault.LENGTH
    assert read_founding(founding.class_id, bytes(1) + founding.record[1:]) == FoundingFault.WHAT


@pytest.mark.parametrize("row", VECTORS["good"], ids=title)
def test_cls7_a_link_leads_into_its_class(row: dict[str, str]) -> None:
    link = link_of(bytes.fromhex(row["class"]), bytes.fromhex(row["join_secret"]))
    assert (link.code, link.room, link.everyone) == (row["code"], row["room"], row["everyone"])
    assert read_link(f" {link.code}\n") == link
    assert link.fragment == f"#class={row['code']}"
    limits = json.loads((ROOT / "docs/protocol.json").read_text("utf-8"))
    assert len(link.code) == LINK_CHARS == limits["link_chars"]


@pytest.mark.parametrize("row", VECTORS["good"], ids=title)
def test_idn5_nothing_that_is_printed_or_logged_shows_the_join_secret_or_a_key(row: dict[str, str]) -> None:
    join_secret, key = bytes.fromhex(row["join_secret"]), secrets.token_bytes(32)
    link = link_of(bytes.fromhex(row["class"]), join_secret)
    recovery = Recovery(Secret(bytes.fromhex(row["recovery_seed"])), founding_of(row), join_secret, row["workshop"])
    holders = (
        link,
        recovery,
        DocumentKey(1, key),
        Keys((key,), None),
        Admission(b"", (), ((1, key),)),
        Known(b"", (), ((1, key),)),
    )
    for holder in holders:
        for said in (repr(holder), str(holder), f"{[holder]}"):
            for hidden in (join_secret, key):
                assert repr(hidden)[2:-1] not in said
                assert hidden.hex() not in said
            assert link.code not in said
    assert link.room in repr(link), "what is no secret helps whoever looks for a mistake"


@pytest.mark.parametrize("row", VECTORS["links"], ids=title)
def test_cls7_what_was_cut_or_mistyped_is_no_link(row: dict[str, str]) -> None:
    assert read_link(row["given"]) is None


@pytest.mark.parametrize("row", VECTORS["good"], ids=title)
def test_cls8_a_recovery_file_gives_back_what_it_was_made_of(row: dict[str, str]) -> None:
    seed = Secret(bytes.fromhex(row["recovery_seed"]))
    recovery = Recovery(seed, founding_of(row), bytes.fromhex(row["join_secret"]), row["workshop"])
    assert write_recovery(recovery) == row["file"]
    back = read_recovery(row["file"].lower().replace("peerbook", "Peerbook").replace("workshop:", "Workshop:"))
    if row["workshop"] == row["workshop"].lower():
        assert isinstance(back, Recovery)
        assert back.seed.reveal() == seed.reveal()
        assert (back.founding, back.join_secret) == (recovery.founding, recovery.join_secret)
    else:
        assert back == RecoveryFault("mixed")
    assert isinstance(read_recovery(row["file"]), Recovery)


@pytest.mark.parametrize("row", VECTORS["files"], ids=title)
def test_cls8_what_is_damaged_says_where(row: dict[str, Any]) -> None:
    assert read_recovery(row["text"]) == RecoveryFault(**row["fault"])


def test_cls8_a_workshop_is_one_line() -> None:
    recovery = read_recovery(VECTORS["good"][0]["file"])
    assert isinstance(recovery, Recovery)
    with pytest.raises(ValueError, match="no name of a workshop"):
        write_recovery(Recovery(recovery.seed, recovery.founding, recovery.join_secret, "two\nlines"))


@pytest.mark.parametrize("row", VECTORS["owners"], ids=title)
def test_cls9_an_owners_link_hands_over_a_class_and_all_keys_of_who_owns_it(row: dict[str, Any]) -> None:
    owner = read_owner(row["given"])
    assert (owner is None) == (row["owner"] is None)
    if owner is None:
        return
    seeds = {"root": owner.root, "device": owner.device, "recovery": owner.recovery}
    says = {name: seed.reveal().hex() for name, seed in seeds.items()}
    says |= {"record": owner.founding.record.hex(), "class": owner.founding.class_id.hex()}
    assert says | {"key": owner.key.hex(), "statement": owner.statement.data.hex()} == row["owner"]
    assert owner.payload.reveal().decode() == row["given"]


def test_cls9_an_owner_that_is_made_is_one_that_is_read_and_is_shown_to_nobody() -> None:
    made, other = make_owner(secrets.token_bytes), make_owner(secrets.token_bytes)
    text = made.payload.reveal().decode()
    limits = json.loads((ROOT / "docs/protocol.json").read_text("utf-8"))
    assert len(text) == OWNER_CHARS == limits["owner_chars"]
    read = read_owner(text)
    assert read is not None
    assert (read.founding, read.statement, read.key) == (made.founding, made.statement, made.key)
    assert made.founding.class_id != other.founding.class_id
    assert text not in repr(made)
