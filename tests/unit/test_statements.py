"""Statements and roles in Python: the same bytes, refusals and classes as in the page."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from peerbook.peer.bounds import fit_bounds
from peerbook.peer.envelope import session_text
from peerbook.peer.founding import Founding, read_founding
from peerbook.peer.identity import participant_of, sha256
from peerbook.peer.roles import Roles
from peerbook.peer.statement import (
    EPOCHS_AHEAD,
    FRONTIER_BYTES,
    MOST_COUNTS,
    STATEMENT_BYTES,
    TEAM_MEMBERS,
    TEAM_NAME_CHARS,
    Epoch,
    Reach,
    Sharing,
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
from tests.unit.statements_kit import ADA, CLASS, HEIR, INES, OWNER, RECOVERY, name, stand, succession

ROOT = Path(__file__).parents[2]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests/protocol/statements.json").read_text("utf-8"))
LIMITS: dict[str, int] = json.loads((ROOT / "docs/protocol.json").read_text("utf-8"))


def founded() -> Founding:
    record = bytes.fromhex(VECTORS["founding"])
    founding = read_founding(sha256(record)[:16], record)
    assert isinstance(founding, Founding)
    return founding


FOUNDING = founded()


def title(vector: dict[str, Any]) -> str:
    return str(vector["title"])


def told_in(story: dict[str, Any]) -> list[Statement]:
    told = []
    for data in story["statements"]:
        statement = read_statement(FOUNDING.class_id, bytes.fromhex(data))
        assert isinstance(statement, Statement)
        told.append(statement)
    return told


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


def test_rol3_of_successions_to_one_key_in_a_row_the_first_is_when_the_reign_began() -> None:
    said = stand(HEIR, 4, ADA, "viewer")
    told = [succession(3, HEIR), said, succession(6, HEIR)]
    assert Roles(CLASS, told).role_of(name(ADA)) == "viewer"
    again = [succession(3, HEIR), said, succession(5, INES), succession(6, HEIR)]
    assert Roles(CLASS, again).role_of(name(ADA)) == "attendee"


def test_rol3_the_recovery_key_says_nothing_but_who_owns_the_class() -> None:
    said = stand(RECOVERY, 2, ADA, "removed")
    roles = Roles(CLASS, [said])
    assert (roles.owner, roles.role_of(name(ADA))) == (name(OWNER), "attendee")
    statements = Statements(CLASS)
    assert statements.take([said, succession(1, HEIR)])[0].number == 1
    assert [each.number for each in statements.all] == [1]
    assert statements.roles.owner == name(HEIR)


def test_rol3_a_succession_outdoes_what_it_names() -> None:
    named, one = stand(OWNER, 1, INES, "instructor"), stand(INES, 9, ADA, "viewer")
    roles = Roles(CLASS, [named, one])
    assert roles.next_number(RECOVERY.key, Succession(HEIR.key)) == 1
    assert roles.next_number(RECOVERY.key, Succession(HEIR.key, (one.id,))) == 10


def test_rol5_an_instructor_drives_no_number_of_the_owner_s_up() -> None:
    named, far = stand(OWNER, 1, INES, "instructor"), stand(INES, 2**53 - 1, ADA, "viewer")
    roles = Roles(CLASS, [named, far])
    assert (roles.next_number(OWNER.key, far.body), roles.next_number(INES.key, far.body)) == (2, None)
    assert Roles(CLASS, [named, far, stand(OWNER, 2, ADA, "attendee")]).role_of(name(ADA)) == "attendee"


def test_rol4_no_epoch_of_an_instructor_is_far_above_the_owner_s() -> None:
    assert LIMITS["epochs_ahead"] == EPOCHS_AHEAD
    named = stand(OWNER, 1, INES, "instructor")
    first = sign_statement(OWNER, CLASS.class_id, 2, Epoch(3, "open", bytes(32)))
    most, far = (
        sign_statement(INES, CLASS.class_id, 3, Epoch(epoch + EPOCHS_AHEAD, "open", bytes(32))) for epoch in (3, 4)
    )
    roles = Roles(CLASS, [named, first, most, far])
    assert [each.epoch for each in roles.epochs] == [3, 3 + EPOCHS_AHEAD]
    assert [roles.may_state(name(by), far.body) for by in (INES, OWNER)] == [False, True]


def test_rol2_whatever_was_stated_fits_what_decides_first() -> None:
    named = stand(OWNER, 1, INES, "instructor")
    told: list[Statement] = [
        *(sign_statement(INES, CLASS.class_id, number, Sharing(outputs=True)) for number in range(2, 2300)),
        *(sign_statement(INES, CLASS.class_id, 2300, Epoch(epoch, "open", bytes(32))) for epoch in (1, 2)),
        *(sign_statement(INES, CLASS.class_id, 2301, Epoch(1, "open", bytes([key]) * 32)) for key in (1, 2)),
    ]
    counts = Roles(CLASS, [named, *told]).statements_of(name(INES))
    assert len(counts) == len(told)
    by_id = {each.id: each for each in told}
    kinds = [type(by_id[each].body) for each in counts[:6]]
    assert kinds == [Epoch, Epoch, Sharing, Epoch, Epoch, Sharing]
    reaches = [Reach("document", session_text(bytes([at % 256, at >> 8]) * 8), 1 + at, bytes(32)) for at in range(1500)]
    kept, frontier = fit_bounds(counts, reaches)
    assert MOST_COUNTS <= len(kept) < len(told)
    assert set(kept) == set(counts[: len(kept)])
    removed = sign_statement(OWNER, CLASS.class_id, 2, Standing(name(INES), "removed", kept, frontier))
    roles = Roles(CLASS, [named, *told, removed])
    assert (roles.role_of(name(INES)), [each.epoch for each in roles.epochs]) == ("removed", [1, 2])
    assert [len(each.others) for each in roles.epochs] == [2, 0]


def test_rol4_who_is_made_an_instructor_says_nothing_by_what_they_said_before() -> None:
    told = [stand(OWNER, 2, INES, "attendee"), stand(INES, 3, ADA, "removed"), stand(OWNER, 5, INES, "instructor")]
    assert Roles(CLASS, told).role_of(name(ADA)) == "attendee"


def test_rol4_who_is_named_instructor_again_keeps_what_they_said() -> None:
    told = [stand(OWNER, 1, INES, "instructor"), stand(INES, 3, ADA, "removed"), stand(OWNER, 5, INES, "instructor")]
    roles = Roles(CLASS, told)
    assert roles.role_of(name(ADA)) == "removed"
    assert roles.instructors == [name(INES)]


def test_rol4_those_who_teach_besides_the_owner_are_those_the_owner_named() -> None:
    told = [stand(OWNER, 1, INES, "instructor"), stand(OWNER, 2, ADA, "viewer"), stand(OWNER, 3, HEIR, "instructor")]
    assert sorted(Roles(CLASS, told).instructors) == sorted([name(INES), name(HEIR)])
    after = Roles(CLASS, [*told, succession(4, HEIR, tuple(sorted(each.id for each in told)))])
    assert (after.owner, after.instructors) == (name(HEIR), [name(INES)])


def test_rol9_whoever_closes_the_door_names_those_of_whom_nobody_spoke() -> None:
    told = [stand(OWNER, 1, INES, "instructor"), stand(OWNER, 2, ADA, "attendee"), stand(OWNER, 3, HEIR, "removed")]
    roles = Roles(CLASS, told)
    known = [name(each) for each in (INES, ADA, HEIR, OWNER)]
    assert roles.members_of([*known, "0b" * 16]) == ("0b" * 16,)


def test_rol5_nothing_is_stated_above_the_greatest_number() -> None:
    last = stand(OWNER, 2**53 - 1, ADA, "viewer")
    roles = Roles(CLASS, [last])
    assert roles.next_number(OWNER.key, last.body) is None
    before = Roles(CLASS, [stand(OWNER, 2**53 - 2, ADA, "viewer")])
    assert before.next_number(OWNER.key, last.body) == 2**53 - 1


def test_rol5_whether_outputs_are_shared_is_the_owner_s_last_word() -> None:
    named = stand(OWNER, 1, INES, "instructor")
    hers = sign_statement(INES, CLASS.class_id, 7, Sharing(outputs=True))
    owners = sign_statement(OWNER, CLASS.class_id, 2, Sharing(outputs=False))
    assert [Roles(CLASS, told).outputs_shared for told in ([named], [named, hers], [named, hers, owners], [hers])] == [
        False,
        True,
        False,
        False,
    ]


def test_rol8_what_strangers_say_makes_no_work() -> None:
    statements = Statements(CLASS)
    named = stand(OWNER, 5, INES, "instructor")
    assert statements.take([named, stand(OWNER, 6, ADA, "attendee"), succession(4, OWNER)])
    before = statements.roles
    strangers = [
        stand(HEIR, 9, ADA, "removed"),
        stand(ADA, 9, INES, "removed"),
        stand(OWNER, 3, ADA, "removed"),
        sign_statement(HEIR, CLASS.class_id, 9, Succession(HEIR.key)),
    ]
    for each in strangers:
        assert statements.take([each]) == []
        assert each.id in statements
    assert statements.roles is before
    assert statements.take([stand(INES, 7, HEIR, "viewer")])
    assert statements.roles is not before


def test_rol8_what_is_kept_is_told_of_once_and_what_waits_is_bounded() -> None:
    statements = Statements(CLASS, most=1500)
    named = stand(OWNER, 1, INES, "instructor")
    assert statements.take([named]) == [named]
    assert named.id in statements
    assert statements.get(named.id) is named
    later = stand(INES, 2, ADA, "viewer")
    assert statements.take([named, later]) == [later]
    waits = [stand(HEIR, number, ADA, "removed") for number in range(3, 60)]
    for each in waits:
        statements.take([each])
    kept = [each.id in statements for each in waits]
    assert kept == sorted(kept)
    assert sum(len(each.data) for each, is_here in zip(waits, kept, strict=True) if is_here) <= 1500
    assert kept[-1]


def test_rol8_what_a_word_names_is_kept_beyond_the_bound() -> None:
    said = [stand(INES, number, ADA, "viewer") for number in range(2, 60)]
    statements = Statements(CLASS, most=1500)
    told = [stand(OWNER, 1, INES, "instructor"), *said, stand(OWNER, 90, INES, "instructor", (said[-1].id,))]
    statements.take(told)
    assert statements.get(said[-1].id)
    assert not statements.get(said[-2].id)


def test_rol4_an_instructor_names_no_owner_and_the_owner_s_word_is_the_owner_s_alone() -> None:
    named = stand(OWNER, 1, INES, "instructor")
    taken = sign_statement(INES, CLASS.class_id, 7, Succession(INES.key))
    assert not Roles(CLASS, [named, taken]).counts(taken.id)
    # She owns the class since, and what she says is no instructor's word any more.
    promoted = sign_statement(INES, CLASS.class_id, 9, Standing(name(ADA), "instructor"))
    after = succession(8, INES, (named.id,))
    roles = Roles(CLASS, [named, after, promoted, stand(INES, 10, ADA, "viewer")])
    assert roles.role_of(name(ADA)) == "viewer"
    assert roles.next_number(INES.key, promoted.body) == 11


def test_rol5_of_two_keys_for_one_epoch_the_other_is_known_too() -> None:
    one, two = (sign_statement(OWNER, CLASS.class_id, at, Epoch(1, "open", bytes([at]) * 32)) for at in (1, 2))
    roles = Roles(CLASS, [one, two])
    assert roles.epoch
    assert (roles.epoch.key_hash, roles.epoch.others) == (bytes([2]) * 32, (bytes([1]) * 32,))
