"""Statements and roles in Python: the same bytes, refusals and classes as in the page."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from peerbook.peer.crypto import Signer
from peerbook.peer.envelope import session_text
from peerbook.peer.founding import Founding, found_class, read_founding
from peerbook.peer.identity import participant_of, sha256
from peerbook.peer.roles import Roles
from peerbook.peer.statement import (
    FRONTIER_BYTES,
    MOST_COUNTS,
    STATEMENT_BYTES,
    TEAM_MEMBERS,
    TEAM_NAME_CHARS,
    Epoch,
    Reach,
    Standing,
    Statement,
    StatementFault,
    Succession,
    Team,
    fit_frontier,
    read_statement,
    sign_statement,
)
from peerbook.peer.statements import STATEMENTS_BYTES, Statements
from tests.protocol.make_statements import class_of, shown

ROOT = Path(__file__).parents[2]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests/protocol/statements.json").read_text("utf-8"))
LIMITS: dict[str, int] = json.loads((ROOT / "docs/protocol.json").read_text("utf-8"))


def founded() -> Founding:
    record = bytes.fromhex(VECTORS["founding"])
    founding = read_founding(sha256(record)[:16], record)
    assert isinstance(founding, Founding)
    return founding


FOUNDING = founded()
OWNER, RECOVERY, INES, ADA, HEIR = (Signer(bytes([seed]) * 32) for seed in (1, 2, 3, 4, 5))
CLASS = found_class(OWNER.key, RECOVERY.key, lambda size: bytes(size))


def title(vector: dict[str, Any]) -> str:
    return str(vector["title"])


def told_in(story: dict[str, Any]) -> list[Statement]:
    told = []
    for data in story["statements"]:
        statement = read_statement(FOUNDING.class_id, bytes.fromhex(data))
        assert isinstance(statement, Statement)
        told.append(statement)
    return told


def stand(by: Signer, number: int, on: Signer, role: Any, counts: tuple[str, ...] = ()) -> Statement:
    return sign_statement(by, CLASS.class_id, number, Standing(participant_of(on.key), role, counts))


@pytest.mark.parametrize("vector", VECTORS["good"], ids=title)
def test_rol1_a_statement_reads_as_it_was_stated(vector: dict[str, Any]) -> None:
    statement = read_statement(FOUNDING.class_id, bytes.fromhex(vector["bytes"]))
    assert isinstance(statement, Statement)
    says = {"author": statement.author.hex(), "number": statement.number, **shown(statement.body)}
    assert (statement.id, says) == (vector["id"], vector["says"])


@pytest.mark.parametrize("vector", VECTORS["bad"], ids=title)
def test_rol1_what_is_no_statement_is_refused_for_its_reason(vector: dict[str, Any]) -> None:
    assert read_statement(FOUNDING.class_id, bytes.fromhex(vector["bytes"])) == StatementFault(vector["fault"])


def test_rol1_changed_in_any_byte_it_is_refused_for_a_reason_of_the_set() -> None:
    faults = set()
    for vector in VECTORS["good"]:
        data = bytes.fromhex(vector["bytes"])
        for at in range(len(data)):
            changed = bytes([*data[:at], data[at] ^ 1 << at % 8, *data[at + 1 :]])
            read = read_statement(FOUNDING.class_id, changed)
            assert isinstance(read, StatementFault), (vector["title"], at)
            faults.add(read)
            assert isinstance(read_statement(FOUNDING.class_id, data[:at]), StatementFault)
    assert faults | {StatementFault.TOO_LARGE} == set(StatementFault)


def test_rol2_of_very_many_sessions_the_longest_are_named() -> None:
    chance = random.Random(1)
    many = [
        Reach(f"document-{index % 7}", session_text(chance.randbytes(16)), chance.randint(1, 5000), bytes(32))
        for index in range(3000)
    ]
    kept = fit_frontier(many)
    counts = tuple(f"{index:064x}" for index in range(MOST_COUNTS))
    statement = sign_statement(OWNER, CLASS.class_id, 1, Standing("0a" * 16, "removed", counts, kept))
    assert FRONTIER_BYTES < len(statement.data) <= STATEMENT_BYTES == LIMITS["statement_bytes"]
    assert min(one.count for one in kept) >= max(one.count for one in set(many) - set(kept))
    with pytest.raises(ValueError, match="order"):
        sign_statement(OWNER, CLASS.class_id, 1, Succession(HEIR.key, counts[::-1]))


@pytest.mark.parametrize("story", VECTORS["stories"], ids=title)
def test_rol5_rol6_rol7_rol11_the_class_is_the_page_s_in_any_order(story: dict[str, Any]) -> None:
    told = told_in(story)
    chance = random.Random(len(told))
    for _ in range(3):
        assert class_of(Roles(FOUNDING, told), told) == story["class"]
        told = chance.sample([*told, *told[:3]], len(told) + min(3, len(told)))


@pytest.mark.parametrize("story", VECTORS["stories"], ids=title)
def test_rol8_what_is_kept_makes_the_same_class(story: dict[str, Any]) -> None:
    told = told_in(story)
    one, other = Statements(FOUNDING), Statements(FOUNDING)
    for each in told:
        one.take([each, each])
    other.take(reversed(told))
    kept = class_of(one.roles, told)
    assert kept == class_of(other.roles, told)
    # A number is above what is here, and of what counts for nothing less is kept.
    assert {**kept, "states": story["class"]["states"]} == story["class"]
    assert one.summary() == other.summary()
    assert other.take(told) == []


def test_rol3_an_old_laptop_dates_nothing_back() -> None:
    named = stand(OWNER, 1, INES, "instructor")
    after = sign_statement(RECOVERY, CLASS.class_id, 3, Succession(HEIR.key, (named.id,)))
    for number in (0, 1, 2, 9):
        roles = Roles(CLASS, [stand(OWNER, number, INES, "removed"), named, after])
        assert (roles.owner, roles.role_of(participant_of(INES.key))) == (participant_of(HEIR.key), "instructor")


def test_rol3_nobody_but_the_recovery_key_names_another_owner() -> None:
    named = stand(OWNER, 1, INES, "instructor")
    told = [sign_statement(by, CLASS.class_id, 5, Succession(ADA.key)) for by in (OWNER, INES, ADA)]
    assert Roles(CLASS, [named, *told]).owner == participant_of(OWNER.key)
    statements = Statements(CLASS)
    assert statements.take([named, *told]) == [named]
    assert statements.roles.owner == participant_of(OWNER.key)


def test_rol4_what_a_demoted_instructor_dates_back_counts_for_nothing() -> None:
    named, one = stand(OWNER, 1, INES, "instructor"), stand(INES, 2, ADA, "viewer")
    demoted = stand(OWNER, 4, INES, "attendee", (one.id,))
    late = sign_statement(INES, CLASS.class_id, 2, Epoch(5, "closed", bytes(32)))
    roles = Roles(CLASS, [named, one, demoted, late])
    assert (roles.role_of(participant_of(ADA.key)), roles.epoch) == ("viewer", None)


def test_rol8_strangers_wait_and_one_author_is_bounded() -> None:
    statements = Statements(CLASS, most=1500)
    early = stand(INES, 2, ADA, "removed")
    assert statements.take([early]) == []
    assert early.id in statements
    named = stand(OWNER, 1, INES, "instructor")
    assert {each.id for each in statements.take([named])} == {named.id, early.id}
    for number in range(3, 60):
        statements.take([stand(INES, number, ADA, "viewer")])
    kept = statements.all
    assert sum(len(each.data) for each in kept) < 3000
    assert [each.number for each in kept] == list(range(1, len(kept) + 1))
    assert LIMITS["statements_bytes"] == STATEMENTS_BYTES


def test_rol10_an_instructor_has_no_word_on_a_team_of_which_the_owner_spoke() -> None:
    named, ada = stand(OWNER, 1, INES, "instructor"), participant_of(ADA.key)
    first = sign_statement(INES, CLASS.class_id, 7, Team("0a" * 16, "Team 1", bytes(32), (ada,)))
    owners = sign_statement(OWNER, CLASS.class_id, 2, Team("0a" * 16, "Team 2", bytes([1]) * 32))
    before, after = Roles(CLASS, [named, first]), Roles(CLASS, [named, first, owners])
    assert (before.teams["0a" * 16].name, after.teams["0a" * 16].name) == ("Team 1", "Team 2")
    assert before.reads_team(ada, "0a" * 16)
    assert not after.reads_team(ada, "0a" * 16)
    assert after.teams["0a" * 16].key_hashes == (bytes([1]) * 32, bytes(32))
    body = Team("0a" * 16, "Team 3", bytes(32))
    ines = participant_of(INES.key)
    assert (before.may_state(ines, body), after.may_state(ines, body)) == (True, False)
    assert (LIMITS["team_members"], LIMITS["team_name_chars"]) == (TEAM_MEMBERS, TEAM_NAME_CHARS)
