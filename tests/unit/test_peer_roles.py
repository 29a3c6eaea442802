"""Who is what in a class in Python: who is put out, who waits, who teaches, who owns it, whoever is there."""

from __future__ import annotations

import pytest

from peerbook.peer.roles import Cut
from peerbook.peer.statement import Reach, Sharing, Standing, sign_statement

from .society_kit import School


@pytest.fixture
def school() -> School:
    return School()


def test_rol6_who_was_removed_is_not_heard_any_more_and_reads_no_more(school: School) -> None:
    ada = school.ada
    ben, cleo = school.comes("Ben", ada), school.comes("Cleo", ada)
    school.world.join(ben, cleo)
    school.wait()
    ben.text += "kept. "
    school.wait()
    count = ada.replica.log.count(ben.session)
    chain = ada.replica.log.chain_at(ben.session, count)
    assert chain
    ben.text += "too late. "
    school.wait()
    reach = Reach(school.document, ben.session, count, chain)
    school.state(Standing(ben.participant, "removed", (), (reach,)))
    school.epoch("open")
    school.wait()
    assert ada.words == cleo.words == "kept. "
    ada.text += "without Ben"
    ben.text += "still here?"
    school.wait(30)
    assert ada.words == cleo.words == "kept. without Ben"
    assert "without Ben" not in ben.words
    roles = cleo.society.roles
    assert roles
    assert roles.cut_of(school.document, ben.session, ben.participant) == Cut(count, chain)
    late = school.comes("Dan", cleo)
    school.wait()
    assert late.words == "kept. without Ben"


def test_rol6_who_is_said_to_have_said_more_counts_further_again(school: School) -> None:
    """Two who teach remove somebody, of whom one had heard less: the greater frontier counts, whenever it comes."""
    ada = school.ada
    ben, cleo = school.comes("Ben", ada), school.comes("Cleo", ada)
    school.world.join(ben, cleo)
    school.wait()
    reaches = []
    for words in ("early. ", "late. "):
        ben.text += words
        school.wait()
        count = ada.replica.log.count(ben.session)
        chain = ada.replica.log.chain_at(ben.session, count)
        assert chain
        reaches.append(Reach(school.document, ben.session, count, chain))
    school.state(Standing(ben.participant, "removed", (), (reaches[0],)))
    school.wait()
    assert ada.words == cleo.words == "early. "
    school.state(Standing(ben.participant, "removed", (), (reaches[1],)))
    school.wait()
    assert ada.words == cleo.words == "early. late. "


def test_rol9_who_was_removed_does_not_come_back_through_a_closed_door_as_somebody_who_wrote_before(
    school: School,
) -> None:
    ada = school.ada
    ben, mallory = school.comes("Ben", ada), school.comes("Mallory", ada)
    school.wait()
    ben.text += "of Ben. "
    mallory.text += "of Mallory. "
    school.wait()
    old = mallory.known
    school.state(Standing(mallory.participant, "removed"))
    school.epoch("closed")
    school.wait()
    # Another name, with the keys of the time before, at the page of somebody who may not decide anything.
    again = school.comes("Nobody You Know", ben, known=old)
    again.engine.disconnect(ada.session)
    again.text += "Here again. "
    school.wait(60)
    for page in (ada, ben):
        assert page.words == "of Ben. "
        assert page.replica.log.count(again.session) == 0
        assert page.society.roles
        assert page.society.roles.role_of(again.participant) == "outsider"
    ada.text += "Secret. "
    school.wait(60)
    assert "Secret" not in again.words
    assert not again.society.keyring.is_current
    # With the door open again whoever has the link comes in: the page says so.
    school.epoch("open")
    school.wait(60)
    assert "Here again. " in ada.words


def test_rol9_who_wrote_offline_and_comes_after_the_door_was_closed_loses_nothing_once_let_in(school: School) -> None:
    ada = school.ada
    ben = school.comes("Ben", ada)
    school.wait()
    # Nothing of hers is anywhere when the door is closed, twice.
    cleo = school.comes("Cleo", ben)
    school.wait()
    school.world.part(cleo, ben)
    cleo.text += "written offline. "
    ben.text += "of Ben. "
    school.wait()
    school.epoch("closed")
    school.epoch("closed")
    school.wait()
    school.world.join(cleo, ben)
    school.wait(60)
    assert cleo.states[-1] == "waiting"
    assert "written offline. " in cleo.words, "what one wrote is not taken from one"
    assert ada.words == ben.words == "of Ben. "
    cleo.text += "and at the door. "
    school.wait()
    assert [each.name for each in ada.society.doorway.waiting] == ["Cleo"]
    school.admit(cleo.participant)
    school.wait(60)
    assert ada.words == ben.words == cleo.words
    for words in ("written offline. ", "and at the door. ", "of Ben. "):
        assert words in ada.words


def test_rol7_a_viewer_reads_and_what_they_write_goes_nowhere(school: School) -> None:
    ada = school.ada
    ben, cleo = school.comes("Ben", ada), school.comes("Cleo", ada)
    school.wait()
    school.state(Standing(ben.participant, "viewer"))
    school.wait()
    ada.text += "for all"
    ben.text += "mine? "
    school.wait(30)
    assert ada.words == cleo.words == ben.words == "for all", "not said, and so not kept either"
    school.state(Standing(ben.participant, "attendee"))
    school.wait()
    ben.text += ", now mine too"
    school.wait()
    assert ada.words == cleo.words == ben.words == "for all, now mine too"


def test_rol4_who_was_made_instructor_states_and_an_attendee_does_not(school: School) -> None:
    ada = school.ada
    ben, cleo = school.comes("Ben", ada), school.comes("Cleo", ada)
    school.wait()
    assert not ben.society.stating.give(cleo.participant, "viewer", ())
    assert not ben.society.stating.begin_epoch("closed")
    assert ada.society.stating.give(ben.participant, "instructor", ())
    school.wait()
    assert ben.society.stating.begin_epoch("closed", [cleo.participant])
    school.wait()
    assert {page.society.roles.door for page in (ada, ben, cleo) if page.society.roles} == {"closed"}
    cleo.text += "late"
    school.wait()
    assert ben.society.stating.give(cleo.participant, "removed", ben.engine.reached_by(cleo.participant))
    school.wait()
    cleo.text += " and more"
    school.wait(30)
    assert ada.words == ben.words == "late"
    dan = school.comes("Dan", ada)
    school.wait(30)
    assert dan.states[-1] == "waiting"
    ada.society.admit(dan.participant, ada.engine.reached_by(dan.participant))
    school.wait()
    assert dan.words == "late"


def test_rol3_the_recovery_key_takes_the_class_over(school: School) -> None:
    ada = school.ada
    ben = school.comes("Ben", ada)
    school.wait()
    assert ada.society.stating.give(ben.participant, "viewer", ())
    school.wait()
    heir = school.comes("Heir", ada, ben)
    school.wait()
    school.succeed(heir)
    school.wait()
    for page in (ada, ben, heir):
        roles = page.society.roles
        assert roles
        assert (roles.owner, roles.role_of(ben.participant)) == (heir.participant, "viewer")
    assert not ada.society.stating.begin_epoch("closed")
    heir.text += "mine now"
    school.wait()
    assert ben.words == "mine now"


def test_rol2_an_instructor_who_stated_ever_so_much_is_removed(school: School) -> None:
    ada = school.ada
    ben = school.comes("Ben", ada)
    school.wait()
    assert ada.society.stating.give(ben.participant, "instructor", ())
    said = [sign_statement(ben.own.root, school.class_id, 10 + at, Sharing(outputs=True)) for at in range(2200)]
    ada.society.take(said)
    assert ada.society.stating.give(ben.participant, "removed", ada.engine.reached_by(ben.participant))
    roles = ada.society.roles
    assert roles
    assert (roles.role_of(ben.participant), roles.outputs_shared) == ("removed", True)
    assert ada.society.keyring.is_current
    assert ada.society.stating.state(Sharing(outputs=False))
