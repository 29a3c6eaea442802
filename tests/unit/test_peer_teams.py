"""Teams in Python: written together, read by nobody else, left and joined; the page's are in teams.test.ts."""

from __future__ import annotations

import pytest

from peerbook.peer.sync.replica import Replica
from peerbook.peer.sync.teaming import Teams

from .society_kit import Member, School, source_of

RED = "0d" * 16
PAGE = f"{'5e' * 32}.team.{RED}"


class Team:
    """Ada teaches; Ben and Cleo are in a team, Dan is in none. Everybody has the team's page open."""

    def __init__(self) -> None:
        self.school = School()
        ada = self.ada = self.school.ada
        self.ben, self.cleo, self.dan = (self.school.comes(name, ada) for name in ("Ben", "Cleo", "Dan"))
        self.school.world.join(self.ben, self.cleo)
        self.school.wait()
        self.state(self.ben, self.cleo)
        self.pages: dict[Member, Replica] = {
            member: member.open(PAGE) for member in (ada, self.ben, self.cleo, self.dan)
        }
        self.school.wait()

    def state(self, *members: Member, name: str = "Team 1") -> None:
        who = [member.participant for member in members]
        assert self.ada.society.teaming.state(RED, name, who, self.ada.engine.reaches_of)

    def write(self, member: Member, words: str) -> None:
        source_of(self.pages[member]).insert(0, words)
        self.school.wait(30)

    def words(self, member: Member) -> str:
        return str(source_of(self.pages[member]))


@pytest.fixture
def team() -> Team:
    return Team()


def test_key11_a_team_writes_together_and_nobody_else_reads_it(team: Team) -> None:
    team.write(team.ben, "of ben ")
    team.write(team.cleo, "of cleo ")
    assert {team.words(one) for one in (team.ada, team.ben, team.cleo)} == {"of cleo of ben "}
    assert team.words(team.dan) == ""
    assert team.dan.society.keyring.team_keys(RED) == ()
    # What Dan writes there, nobody takes.
    team.write(team.dan, "of dan ")
    assert {team.words(one) for one in (team.ada, team.ben, team.cleo)} == {"of cleo of ben "}


def test_key11_who_is_put_in_reads_what_was_before_and_who_is_taken_out_nothing_after(team: Team) -> None:
    team.write(team.ben, "first ")
    team.state(team.ben, team.dan)
    team.school.wait(30)
    team.write(team.ben, "second ")
    assert team.words(team.ada) == team.words(team.ben) == team.words(team.dan) == "second first "
    assert "second" not in team.words(team.cleo)
    assert (len(team.cleo.society.keyring.team_keys(RED)), len(team.dan.society.keyring.team_keys(RED))) == (1, 2)
    team.write(team.cleo, "too late ")
    assert "too late" not in team.words(team.ada) + team.words(team.ben)


def test_rol6_what_they_wrote_while_they_were_of_it_stays(team: Team) -> None:
    team.write(team.cleo, "of cleo ")
    team.state(team.ben)
    team.school.wait(60)
    team.state(team.ben, name="Another name")
    team.school.wait(60)
    assert team.words(team.ada) == team.words(team.ben) == "of cleo "
    roles = team.ben.society.roles
    assert roles is not None
    assert (roles.teams[RED].name, len(roles.teams[RED].key_hashes)) == ("Another name", 2)


def test_key11_a_member_hands_the_key_over_while_nobody_who_teaches_is_there(team: Team) -> None:
    team.write(team.ben, "of ben ")
    eve = team.school.comes("Eve")
    team.state(team.ben, team.cleo, eve)
    team.school.wait()
    for one in (team.ben, team.cleo, team.dan):
        team.school.world.part(team.ada, one)
    team.school.world.join(eve, team.ben)
    team.school.wait(30)
    page = eve.open(PAGE)
    team.school.wait(60)
    assert str(source_of(page)) == "of ben "


def test_key11_who_does_not_teach_any_more_reads_nothing_new(team: Team) -> None:
    assert team.ada.society.stating.give(team.dan.participant, "instructor", ())
    team.school.wait(30)
    team.write(team.ben, "for dan ")
    assert team.words(team.dan) == "for dan "
    assert team.ada.society.stating.give(team.dan.participant, "attendee", ())
    team.school.wait(30)
    team.write(team.ben, "not for dan ")
    assert team.words(team.dan) == "for dan "
    assert team.words(team.cleo) == "not for dan for dan "


def test_key11_all_who_know_the_same_statements_keep_the_same_wraps(team: Team) -> None:
    team.state(team.dan)
    team.state(team.dan, team.cleo, name="Named anew")
    team.school.wait(120)
    assert len({one.society.summary for one in (team.ada, team.ben, team.cleo, team.dan)}) == 1


def test_key11_keys_of_a_team_that_is_over_are_handed_on_by_who_was_of_it_and_is_in_the_class(team: Team) -> None:
    assert team.ada.society.stating.give(team.cleo.participant, "removed", ())
    team.school.wait()
    team.state()
    team.school.wait()
    own = {}
    for member in (team.ben, team.cleo, team.dan):
        society = member.society
        own[member.name] = Teams(lambda: team.ada.society.roles, society._options.own, lambda _: ()).own()
    assert own == {"Ben": [RED], "Cleo": [], "Dan": []}
