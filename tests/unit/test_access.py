"""What somebody may read and write, and how far they count with another role, in Python."""

from __future__ import annotations

from peerbook.peer.envelope import session_text
from peerbook.peer.log.log import Log
from peerbook.peer.log.piece import Chain, Piece
from peerbook.peer.readmission import Reached, frontier_for, reached_in
from peerbook.peer.roles import Cut, Roles
from peerbook.peer.statement import Reach, Sharing, Standing, Team, sign_statement
from tests.unit.statements_kit import ADA, CLASS, INES, OWNER, name, stand


def test_rol6_of_what_is_no_document_nothing_counts_and_nobody_may_write_it() -> None:
    roles = Roles(CLASS, [])
    assert roles.cut_of("no document", "s", name(ADA)) == Cut(0, None)
    for kind in ("document", "outputs", "record", "awareness", "else"):
        assert not roles.may_have(name(ADA), "no document", kind, "s", 0)
        assert not roles.may_write(name(ADA), "no document", kind)
    assert not roles.may_read(name(ADA), "no document")


def test_rol10_who_is_out_reads_no_team_that_names_them() -> None:
    team = sign_statement(OWNER, CLASS.class_id, 1, Team("0a" * 16, "Team 1", bytes(32), (name(ADA),)))
    assert Roles(CLASS, [team]).reads_team(name(ADA), "0a" * 16)
    assert not Roles(CLASS, [team, stand(OWNER, 2, ADA, "removed")]).reads_team(name(ADA), "0a" * 16)


def test_rol7_of_a_notebook_of_one_s_own_the_class_reads_the_outputs_where_they_are_shared_and_nothing_else() -> None:
    genesis, ines, team = "5e" * 32, name(INES), "0a" * 16
    mine, teams = f"{genesis}.mine.{ines}", f"{genesis}.team.{team}"
    shared = sign_statement(OWNER, CLASS.class_id, 1, Sharing(outputs=True))
    of_team = sign_statement(OWNER, CLASS.class_id, 2, Team(team, "Team 1", bytes(32), (ines,)))
    for told, is_shared in (([of_team], False), ([of_team, shared], True)):
        roles = Roles(CLASS, told)
        assert roles.may_read(name(ADA), f"{mine}/outputs.{ines}") == is_shared
        assert not roles.may_read(name(ADA), mine)
        assert not roles.may_read(name(ADA), f"{teams}/outputs.{ines}")
        assert all(roles.may_read(name(OWNER), each) for each in (mine, f"{mine}/outputs.{ines}"))
        assert all(roles.may_read(ines, each) for each in (mine, f"{mine}/outputs.{ines}", f"{teams}/outputs.{ines}"))
    out = Roles(CLASS, [shared, stand(OWNER, 3, ADA, "removed")])
    assert not out.may_read(name(ADA), f"{mine}/outputs.{ines}")


def test_rol7_a_notebook_holds_no_outputs_and_outputs_no_notebook() -> None:
    roles, ada = Roles(CLASS, []), name(ADA)
    mine = f"{'5e' * 32}.mine.{ada}"
    outputs = f"{mine}/outputs.{ada}"
    for document, kind, may in (
        (mine, "document", True),
        (mine, "outputs", False),
        (outputs, "outputs", True),
        (outputs, "document", False),
    ):
        assert roles.may_have(ada, document, kind, "s", 0) == may
        assert roles.may_write(ada, document, kind) == may
    cut = Standing(ada, "viewer", (), (Reach(mine, session_text(bytes(16)), 3, bytes(32)),))
    after = Roles(CLASS, [sign_statement(OWNER, CLASS.class_id, 1, cut)])
    at = [after.may_have(ada, mine, kind, session_text(bytes(16)), 2) for kind in ("document", "outputs")]
    assert at == [True, False], "also within what counts"
    assert not after.may_have(ada, mine, "document", session_text(bytes(16)), 3)


def test_rol11_of_somebody_s_sessions_only_those_are_named_that_say_something() -> None:
    log = Log(Chain(bytes(16), "d", "document"))
    session, other = (session_text(bytes([byte]) * 16) for byte in (1, 2))
    log.ban(session, name(ADA), b"refused once")
    log.take(Piece("envelope", other, name(INES), other, 0, 1, b"e" * 32))
    nothing = Reached(Reach("d", session, 0, Chain(bytes(16), "d", "document").first(session)))
    assert list(reached_in("d", log, name(ADA))) == [nothing]
    assert [each.reach.session for each in reached_in("d", log, name(INES))] == [other]
    reached = [Reached(Reach("no document", session, 1, bytes(32)))]
    assert frontier_for(Roles(CLASS, []), name(ADA), "attendee", reached) == [reached[0].reach]


def test_rol11_of_what_is_known_and_not_here_it_is_said_that_nothing_counts_where_it_said_two_things() -> None:
    mine, sessions = f"{'5e' * 32}.mine.{name(ADA)}", [session_text(bytes([byte]) * 16) for byte in range(3)]
    none, doubted, here = (
        Reach(mine, session, count, bytes(32)) for session, count in zip(sessions, (0, 0, 1), strict=True)
    )
    reached = [Reached(none), Reached(doubted, "later"), Reached(here)]
    assert frontier_for(Roles(CLASS, []), name(ADA), "attendee", reached) == [doubted]
    # Who writes there no more: what is not named does not count.
    assert frontier_for(Roles(CLASS, []), name(ADA), "removed", reached) == [here]
    # Where it was cut before, it stays cut there.
    said = Reach(mine, sessions[1], 5, bytes(32))
    removed = Roles(CLASS, [sign_statement(OWNER, CLASS.class_id, 3, Standing(name(ADA), "removed", (), (said,)))])
    assert frontier_for(removed, name(ADA), "attendee", reached) == [said]
