"""A class in Python, with keys: who founds it, who is let in by whom, what is kept, whoever is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from peerbook.peer.crypto import Signer
from peerbook.peer.keys.signal import open_signal, seal_signal
from peerbook.peer.keys.wraps import make_wraps
from peerbook.peer.overlay.messages import StatementMessage
from peerbook.peer.statement import Standing

from .peer_kit import somebody
from .society_kit import JOIN_SECRET, Member, School, source_of


@pytest.fixture
def school() -> School:
    return School()


def test_key7_whoever_has_the_link_is_let_in_by_any_member_while_the_door_is_open(school: School) -> None:
    ada = school.ada
    ada.text += "of Ada. "
    school.wait()
    ben = school.comes("Ben", ada)
    school.wait()
    assert ben.words == "of Ada. "
    ben.text += "of Ben. "
    school.wait()
    assert ada.words == "of Ada. of Ben. "
    assert (ada.names(), ben.names()) == (["Ben"], ["Ada"])
    # The founder goes: who was let in lets in.
    school.world.part(ada, ben)
    cleo = school.comes("Cleo", ben)
    school.wait()
    assert cleo.words == "of Ada. of Ben. "
    assert cleo.states[-1] == "inside"


def test_key7_who_does_not_know_the_secret_of_the_link_is_answered_nothing(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.ada.text += "not for you"
    monkeypatch.setattr("tests.unit.society_kit.JOIN_SECRET", b"x" * 16)
    mallory = school.comes("Mallory", school.ada)
    school.wait(60)
    assert (mallory.words, mallory.states) == ("", ["knocking"])


def test_key8_behind_a_closed_door_one_waits_until_an_instructor_opens(school: School) -> None:
    ada = school.ada
    ben = school.writer("Ben", "between ")
    school.epoch("closed")
    ada.text += "us"
    school.wait(30)
    assert ben.words == "between us", "who is named as a member is given the new key"
    cleo = school.comes("Cleo", ben)
    school.wait(30)
    assert (cleo.words, cleo.states[-1]) == ("", "waiting")
    assert [each.name for each in ada.society.doorway.waiting] == ["Cleo"]
    school.admit(cleo.participant)
    school.wait()
    assert cleo.words == "between us"
    dan = school.comes("Dan", ben)
    school.wait(30)
    ada.society.doorway.refuse(dan.participant)
    school.wait()
    assert (dan.words, dan.states[-1]) == ("", "refused")


def test_rol8_statements_reach_those_who_were_away(school: School) -> None:
    ada = school.ada
    ben = school.writer("Ben", "before ")
    school.world.part(ada, ben)
    school.state(Standing("ab" * 16, "viewer"))
    school.epoch("closed")
    ada.text += "and meanwhile"
    school.wait()
    assert ben.words == "before "
    school.world.join(ada, ben)
    school.wait(30)
    assert ben.words == "before and meanwhile"
    roles = ben.society.roles
    assert roles
    assert (roles.role_of("ab" * 16), roles.door) == ("viewer", "closed")


def test_sto1_a_member_who_comes_back_alone_has_all_and_lets_others_in(school: School) -> None:
    ada = school.ada
    keeper = school.comes("Keeper", ada)
    ada.text += "kept for later"
    school.wait()
    again = Member(school, "Keeper", keeper.root, keeper.known)
    assert again.society.keyring.is_current
    again.engine.close(school.document)
    again.follow(keeper.kept)
    assert again.words == "kept for later"
    late = school.comes("Ben", again)
    school.wait()
    assert late.words == "kept for later"


def test_key10_what_is_told_to_connect_is_read_by_whom_it_is_for_and_by_nobody_else(school: School) -> None:
    chance, class_id = school.world.chance, school.class_id
    ada, ben, cleo = (somebody(chance, class_id) for _ in range(3))
    to, source = ben.introduced.session, ada.introduced.session
    sealed = seal_signal(class_id, JOIN_SECRET, ada, to, b"fingerprint", chance.randbytes(16))
    assert open_signal(class_id, JOIN_SECRET, source, to, sealed) == b"fingerprint"
    assert b"fingerprint" not in sealed
    assert open_signal(class_id, b"x" * 16, source, to, sealed) is None
    assert open_signal(class_id, JOIN_SECRET, cleo.introduced.session, to, sealed) is None
    assert open_signal(class_id, JOIN_SECRET, source, cleo.introduced.session, sealed) is None
    # A classmate knows the secret of the link, and not the session's key.
    forged = [
        replace(ada, signer=cleo.signer),
        replace(ada, introduction=cleo.introduction, signer=cleo.signer),
        replace(ada, introduction=bytes(len(ada.introduction))),
        replace(ada, introduction=ada.introduction[:-1] + bytes([ada.introduction[-1] ^ 1])),
        replace(ada, introduction=b""),
    ]
    for who in (*forged, ada):
        sealed = seal_signal(class_id, JOIN_SECRET, who, to, b"other", bytes(16))
        assert open_signal(class_id, JOIN_SECRET, source, to, sealed) == (b"other" if who is ada else None)
    for at in range(0, len(sealed), 7):
        broken = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        assert open_signal(class_id, JOIN_SECRET, source, to, broken) is None
        assert open_signal(class_id, JOIN_SECRET, source, to, sealed[:at]) is None


def test_key3_wraps_are_kept_for_those_who_come_and_opened_where_one_may(school: School) -> None:
    ada = school.ada
    ben = school.comes("Ben", ada)
    school.wait()
    secret, epoch = b"s" * 32, 1
    document = f"{'5e' * 32}.mine.{ben.participant}"
    root = Signer(ben.root)
    wraps = make_wraps(
        root,
        school.class_id,
        document,
        epoch,
        secret=secret,
        recipients=[ada.own.agreement.key],
        share_with=None,
        fill=school.world.chance.randbytes,
    )
    ben.society.hear(ben.session, StatementMessage(wraps))
    school.wait()
    assert ada.society.keyring.keys_of(document, epoch).keys, "who teaches reads it"
    cleo = school.comes("Cleo", ben)
    school.world.part(ada, ben)
    school.wait(30)
    assert cleo.society.keyring.keys_of(document, epoch).keys == (), "a classmate does not"
    assert wraps in cleo.known.wraps, "and keeps it for who does"
    assert ben.society.summary == cleo.society.summary
    ben.society.hear(ada.session, StatementMessage(wraps[:-1] + b"x"))
    assert ben.known.wraps == (wraps,)


def test_key3_one_s_own_notebook_is_read_by_who_teaches_and_by_nobody_else(school: School) -> None:
    ada = school.ada
    ben, cleo = school.comes("Ben", ada), school.comes("Cleo", ada)
    school.world.join(ben, cleo)
    school.wait()
    mine = f"{'5e' * 32}.mine.{ben.participant}"
    own = ben.open(mine)
    source_of(own).insert(0, "for my teacher ")
    school.wait()
    ada_s, cleo_s = ada.open(mine), cleo.open(mine)
    school.wait(30)
    assert str(source_of(ada_s)) == "for my teacher "
    assert str(source_of(cleo_s)) == ""
    # Who comes to teach is given what was written before, by its author alone.
    assert ada.society.stating.give(cleo.participant, "instructor", ())
    school.wait(60)
    assert str(source_of(cleo_s)) == "for my teacher "
    # Neither may write there.
    source_of(ada_s).insert(0, "not mine ")
    school.wait(30)
    assert str(source_of(own)) == str(source_of(ada_s)) == "for my teacher "
