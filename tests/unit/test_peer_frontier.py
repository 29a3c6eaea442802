"""In a class in Python: how far sessions count is stated anew, and with which keys; all have the same after it."""

from __future__ import annotations

import hashlib

import pytest

from peerbook.peer.log.piece import Cut
from peerbook.peer.overlay.messages import EnvelopeMessage, IntroductionMessage, encode_message
from peerbook.peer.statement import Epoch

from .peer_kit import DOCUMENT, World
from .society_kit import Member, School


@pytest.fixture
def school() -> School:
    return School()


def test_log9_of_a_log_that_was_kept_a_frontier_is_lifted_that_was_known_when_it_was_read(school: School) -> None:
    ada = school.ada
    ben, dan = school.comes("Ben", ada), school.comes("Dan", ada)
    school.wait()
    ben.text += "before. "
    school.wait()
    school.world.part(ben, ada)
    ben.text += "unseen. "
    assert ada.society.stating.give(ben.participant, "removed", ada.engine.reached_by(ben.participant))
    school.wait()
    school.world.part(dan, ada)
    again = Member(school, "Dan", dan.root, dan.known)
    again.engine.close(school.document)
    again.follow(dan.kept)
    assert again.replica.log.limit_of(ben.session) == 1
    school.world.join(again, ada)
    school.wait()
    assert ada.society.stating.give(ben.participant, "attendee", ada.engine.reached_by(ben.participant))
    school.world.join(ben, ada)
    school.wait(30)
    ben.text += "and on."
    school.wait(30)
    assert [each.words for each in (ada, ben, again)] == ["before. unseen. and on."] * 3


def test_key4_what_is_sealed_with_a_key_that_a_take_over_undid_counts_for_nobody_who_had_read_it_before(
    school: School,
) -> None:
    ada = school.ada
    ben, cleo = school.comes("Ben", ada), school.comes("Cleo", ada)
    school.wait()
    ben.text += "before. "
    school.wait()
    cleo.text += "of Cleo. "
    school.wait()
    # Apart from them Cleo takes the class over, and begins the epoch that Ada begins too.
    school.world.part(cleo, ada)
    school.epoch("open")
    school.wait()
    ben.text += "with the key that is undone. "
    school.wait()
    school.succeed(cleo)
    key = school.world.chance.randbytes(32)
    assert cleo.society.stating.state(Epoch(2, "open", hashlib.sha256(key).digest(), ()))
    assert cleo.society.take_key(2, key)
    cleo.text += "of hers. "
    school.wait()
    # What she wrote with her key came to Ben before he heard of it.
    _, said = cleo.replica.log.pieces(cleo.session)
    for message in (IntroductionMessage(cleo.own.introduction), EnvelopeMessage(said.data)):
        ben.engine.hear(ada.session, "control", encode_message(message))
    assert ben.replica.log.limit_of(cleo.session) == 1
    assert (ada.words, cleo.words) == ("before. of Cleo. with the key that is undone. ", "before. of Cleo. of hers. ")
    school.world.join(cleo, ada)
    school.wait(60)
    assert [each.words for each in (ada, ben, cleo)] == ["before. of Cleo. of hers. "] * 3
    assert len({each.replica.reaches.digest for each in (ada, ben, cleo)}) == 1


def test_log9_a_session_of_which_nothing_counts_is_told_of_as_soon_as_something_of_it_came() -> None:
    world = World()
    eve, page = world.page(), world.page()
    world.join(eve, page)
    world.clock.advance(1000)
    world.part(eve, page)
    page.rules.cuts[DOCUMENT, eve.session] = Cut(0, None)
    nothing = page.replica.reaches.digest
    eve.text += "of no account"
    world.clock.advance(1000)
    piece = eve.replica.log.pieces(eve.session)[0]
    page.replica.take(piece)
    assert [(each.session, each.count) for each in page.replica.reaches.all] == [(eve.session, 0)]
    assert page.replica.reaches.digest != nothing
