"""Where a session in a log ends in Python, and what is held against that: those acts of `core/log/course.test.ts`."""

from __future__ import annotations

from dataclasses import replace

from peerbook.peer.log.log import Log
from peerbook.peer.log.piece import Cut, Fork, Refused
from peerbook.peer.overlay.messages import Reach
from peerbook.peer.sync.reaches import Reaches
from tests.unit.log_kit import LINKS, SESSION, Writer, sides, spans


def test_what_comes_after_what_ended_a_session() -> None:
    """[LOG7] It is no fork where it was said here before, and one where it was not."""
    log, a, b = sides(20, 8)
    for piece in a.envelopes[:10]:
        log.take(piece)
    log.stop(SESSION, 6)
    assert [log.take(piece) for piece in a.envelopes[6:12]] == [Refused("stopped")] * 6
    assert isinstance(log.take(b.envelopes[9]), Fork)
    assert log.doubted_from(SESSION) == 9


def test_what_was_never_here_ends_a_session() -> None:
    """[LOG7] A piece that was never here ends it where it follows, and is held against what comes."""
    log, a, b = sides(20, 6)
    for piece in a.envelopes[:6]:
        log.take(piece)
    assert (log.end(a.envelopes[7]), log.stop_at(SESSION)) == (Refused("stopped"), None)
    assert (log.end(a.envelopes[6]), log.stop_at(SESSION), log.count(SESSION)) == (Refused("stopped"), 6, 6)
    assert [log.ended_chain_at(SESSION, place) for place in (7, 8)] == [a.chains[7], None]
    # Nothing of it was here: when something else counts it comes again, if there is somebody who has it.
    assert (log.resume(), log.count(SESSION), log.ended_chain_at(SESSION, 7)) == (True, 6, None)
    log.end(a.envelopes[6])
    assert log.take(a.envelopes[6]) == Refused("stopped")
    assert isinstance(log.take(b.envelopes[6]), Fork)


def test_what_may_not_be_where_something_else_is() -> None:
    """[LOG5, LOG7] It ends nothing: it proves that two things were said."""
    log, a, b = sides(20, 6)
    for piece in a.envelopes[:10]:
        log.take(piece)
    taken = log.end(b.envelopes[7])
    assert isinstance(taken, Fork)
    assert taken.proof == [a.envelopes[7], b.envelopes[7]]
    assert (log.stop_at(SESSION), log.count(SESSION), log.doubted_from(SESSION)) == (None, 10, 7)
    whole = Log(LINKS)
    whole.take(a.segment(0, 10))
    assert (whole.end(b.envelopes[7]), whole.stop_at(SESSION)) == (Refused("stopped"), None)
    assert spans(whole) == [(0, 10)]


def test_what_may_not_be_in_the_place_of_a_part() -> None:
    """[LOG7] The session ends before the change, where the piece is in the place of one of its parts."""
    log, a, _ = sides(20, 6)
    parts = [replace(a.envelopes[2 + part], part=part, parts=3) for part in (0, 1)]
    for piece in (*a.envelopes[:2], *parts):
        log.take(piece)
    log.end(a.envelopes[4])
    assert (log.stop_at(SESSION), [each.first for each in log.ended_by(SESSION)]) == (2, [2, 3, 4])
    assert [log.ended_chain_at(SESSION, place) for place in (3, 4, 5)] == a.chains[3:6]
    other = Log(LINKS)
    for piece in (*a.envelopes[:2], replace(parts[0], parts=1)):
        other.take(piece)
    other.end(a.envelopes[3])
    assert other.stop_at(SESSION) == 3


def test_whose_piece_ends_nothing() -> None:
    """[LOG4, LOG7] Another's ends nothing, nor does one beyond how far the session counts."""
    log, a, b = sides(20, 3)
    for piece in a.envelopes[:4]:
        log.take(piece)
    for piece in b.envelopes[3:5]:
        assert log.end(replace(piece, author="ben")) == Refused("author")
    assert (log.forks, log.stop_at(SESSION)) == ([], None)
    log.cut(SESSION, "ada", Cut(4, a.chains[4]))
    log.end(a.envelopes[4])
    assert log.stop_at(SESSION) is None


def test_who_counts_what_ended_a_session_here() -> None:
    """[LOG7, LOG11] They are asked, unless it is the very same: it may be a fork."""
    log, a, b = sides(20, 5)
    for piece in a.envelopes[:10]:
        log.take(piece)
    log.stop(SESSION, 6)
    reaches = Reaches(log, LINKS.first, lambda _session, _author: None)

    def is_behind(writer: Writer, *counts: int) -> list[bool]:
        return [reaches.is_behind(Reach(SESSION, count, writer.chains[count][:16])) for count in counts]

    assert is_behind(a, 5, 6, 7, 10, 11) == [False, False, False, False, True]
    assert is_behind(b, 5, 6, 7, 10, 11) == [False, True, True, True, True]
    # Where they part is not known: it may be before what ended it.
    assert reaches.ask_from(Reach(SESSION, 10, b.chains[10][:16])) == 0
    # Also where a frontier counts on: what stands here before what ended it may be another side.
    log.cut(SESSION, "ada", Cut(8, b.chains[8]))
    log.stop(SESSION, 6)
    assert is_behind(b, 5, 7, 8) == [False, True, True]
    assert reaches.ask_from(Reach(SESSION, 8, b.chains[8][:16])) == 0
    log.cut(SESSION, "ada", Cut(6, a.chains[6]))
    assert is_behind(b, 7, 11) == [False, False]
    assert reaches.ask_from(Reach(SESSION, 10, b.chains[10][:16])) == 6
