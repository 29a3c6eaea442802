"""Who has another role in a class in Python: open pages write on, and what was cut for a fork stays cut [ROL11]."""

from __future__ import annotations

import math

import pytest

from peerbook.peer.overlay.messages import EnvelopeMessage, IntroductionMessage, encode_message
from peerbook.peer.sealed import Sealer
from peerbook.peer.statement import StatedRole

from .peer_kit import sealer_of
from .society_kit import Member, School


@pytest.fixture
def school() -> School:
    return School()


def twin_of(school: School, member: Member, place: int) -> bytes:
    """What that session signs as well, with another sequence's content at this place."""
    sealer: Sealer = sealer_of(member.own, school.class_id, school.document)
    key = member.society.key_for(school.document, "document")
    assert key
    doc = member.replica.doc
    assert doc
    own = member.replica.log.pieces(member.session)
    changes = [member.replica._ports.open(piece).plain for piece in own[:place]]
    said = [sealed for change in [*changes, b"\x00\x00"] for sealed in sealer.seal(key, change)]
    return said[place].data


def forked(school: School, place: int) -> tuple[Member, Member]:
    """A page of Eve that says two things at once, from a place on: the others have the one, or the other."""
    ada = school.ada
    ben, eve = school.comes("Ben", ada), school.comes("Eve", ada)
    school.world.join(ben, eve)
    school.wait()
    for turn in range(place):
        eve.text += f"<eve {turn}>"
        school.wait(1)
    log = ada.replica.log
    assert log.count(eve.session) == place
    twin = twin_of(school, eve, place)
    eve.text += "<one thing>"
    for page in (ada, ben):
        page.engine.hear(eve.session, "control", encode_message(IntroductionMessage(eve.own.introduction)))
        page.engine.hear(eve.session, "control", encode_message(EnvelopeMessage(twin)))
    school.wait(5)
    assert log.forks == [eve.session]
    return ben, eve


def remove(school: School, member: Member) -> None:
    ada = school.ada
    assert ada.society.stating.give(member.participant, "removed", ada.engine.reached_by(member.participant))
    school.wait(5)


def comes_again(school: School, member: Member) -> Member:
    """Another page of the same device."""
    for other in list(school.ada.engine.neighbours):
        if other.peer == member.session:
            school.world.part(school.ada, member)
    page = school.comes(member.name, school.ada, root=member.root, known=member.known)
    school.wait()
    return page


@pytest.mark.parametrize("place", [3, 0])
def test_rol11_who_is_let_in_again_writes_from_a_new_page_and_what_was_cut_for_a_fork_stays_cut(
    school: School, place: int
) -> None:
    ada = school.ada
    ben, eve = forked(school, place)
    remove(school, eve)
    assert (ada.replica.log.forks, ada.replica.log.count(eve.session)) == ([], place)
    assert ada.society.stating.give(eve.participant, "attendee", ada.engine.reached_by(eve.participant))
    page = comes_again(school, eve)
    page.text += "<eve again>"
    school.wait(60)
    for each in (ada, ben, page):
        log = each.replica.log
        assert (log.forks, log.count(eve.session)) == ([], place)
        assert each.words == ada.words
        assert "<eve again>" in each.words
        assert "<one thing>" not in each.words
    # Nor does another role lift it, nor somebody who begins with what others have.
    roles: tuple[StatedRole, ...] = ("viewer", "attendee")
    for role in roles:
        assert ada.society.stating.give(eve.participant, role, ada.engine.reached_by(eve.participant))
        school.wait(2)
    late = school.comes("Late", ada)
    page.text += "<and on>"
    school.wait(60)
    assert (late.replica.log.forks, late.replica.log.count(eve.session)) == ([], place)
    assert all("<and on>" in each.words for each in (ada, ben, late))


def test_rol11_what_was_cut_stays_cut_also_when_whoever_lets_them_in_has_not_seen_why(school: School) -> None:
    ada = school.ada
    ben, eve = forked(school, 2)
    remove(school, eve)
    assert ada.society.stating.give(eve.participant, "attendee", ())
    page = comes_again(school, eve)
    page.text += "<eve again>"
    school.wait(60)
    for each in (ada, ben, page):
        assert (each.replica.log.forks, each.replica.log.count(eve.session), each.words) == ([], 2, ada.words)
        assert "<eve again>" in each.words


def test_rol11_who_may_write_as_before_goes_on_in_the_page_they_have(school: School) -> None:
    ada = school.ada
    ben = school.writer("Ben", "<before>")
    told: tuple[tuple[StatedRole, str], ...] = (
        ("instructor", "<as instructor>"),
        ("attendee", "<as attendee>"),
        ("viewer", ""),
        ("attendee", "<once more>"),
    )
    for role, word in told:
        assert ada.society.stating.give(ben.participant, role, ada.engine.reached_by(ben.participant))
        school.wait()
        if word:
            ben.text += word
            school.wait()
            assert (word in ada.words, word in ben.words) == (True, True)
    assert ben.replica.log.limit_of(ben.session) == math.inf


def test_rol11_of_who_is_let_in_by_name_and_said_two_things_from_the_beginning_nothing_of_that_counts(
    school: School,
) -> None:
    ada = school.ada
    ben, eve = forked(school, 0)
    assert ada.society.stating.begin_epoch("closed", [ben.participant])
    school.wait(5)
    roles = ada.society.roles
    assert roles
    assert roles.role_of(eve.participant) == "outsider"
    ada.society.admit(eve.participant, ada.engine.reached_by(eve.participant))
    school.wait(60)
    for each in (ada, ben):
        assert (each.replica.log.forks, each.replica.log.count(eve.session)) == ([], 0)
