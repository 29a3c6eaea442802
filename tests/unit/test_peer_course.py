"""One session in a log in Python, with somebody who says two things: the acts of `core/log/course.test.ts`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from peerbook.peer.log import course
from peerbook.peer.log.log import Log
from peerbook.peer.log.piece import Cut, Fork, Known, New, Piece, Refused, Waits
from peerbook.peer.overlay.messages import Reach
from peerbook.peer.sync.reaches import Reaches
from tests.unit.log_kit import LINKS, SESSION, Writer, sides, spans


def test_segments_of_two_sides_are_no_way() -> None:
    """[LOG5] Two that lead further together than what is here, and are of two sides, are a fork and no way."""
    log, a, b = sides(130, 10)
    assert isinstance(log.take(a.segment(0, 100)), New)
    assert isinstance(log.take(a.segment(64, 128)), Waits)
    assert isinstance(log.take(b.segment(0, 64)), Fork)
    assert spans(log) == [(0, 100)]


def test_what_stands_before_a_fork_is_asked_for() -> None:
    """[LOG6] Who has the proof of a fork first, asks for what stands before it, and for nothing after it."""
    log, a, b = sides(40, 7)
    for piece in a.envelopes[:3]:
        log.take(piece)
    assert log.prove(SESSION, "ada", [a.envelopes[7], b.envelopes[7]])
    reaches = Reaches(log, LINKS.first, lambda _session, _author: None)
    more = [Reach(SESSION, count, a.chains[count][:16]) for count in (3, 6, 40)]
    assert [reaches.is_behind(each) for each in more] == [False, True, True]
    for piece in a.envelopes[3:7]:
        log.take(piece)
    assert log.count(SESSION) == 7
    assert [reaches.is_behind(each) for each in more] == [False, False, False]


def test_the_frontiers_side_leads_on() -> None:
    """[LOG10] Of two sides of which both wait, the one whose frontier it is leads on."""
    log, a, b = sides(130, 10)
    log.take(a.segment(0, 100))
    log.cut(SESSION, "ada", Cut(128, b.chains[128]))
    for piece in (a.segment(64, 128), b.segment(64, 128), b.segment(0, 64), b.segment(64, 128), b.segment(0, 64)):
        log.take(piece)
    assert spans(log) == [(0, 64), (64, 128)]
    assert log.chain_at(SESSION, 128) == b.chains[128]


def test_a_segment_that_does_not_follow_is_not_put_behind() -> None:
    """[LOG10] A segment of the frontier's side that does not follow on what is here is not put behind it."""
    log, a, b = sides(40, 5)
    for piece in a.envelopes[:12]:
        log.take(piece)
    log.cut(SESSION, "ada", Cut(30, b.chains[30]))
    assert log.take(b.segment(10, 20)) == Refused("astray")
    assert log.chain_at(SESSION, 12) == a.chains[12]


def log_with(writer: Writer, *pieces: Piece) -> Log:
    log = Log(LINKS)
    for each in pieces or writer.envelopes:
        log.take(each)
    return log


def test_log2_only_a_segment_of_two_or_more_with_the_same_chains_takes_their_place() -> None:
    _, a, b = sides(8, 0)
    log = log_with(a)
    for piece in (a.segment(2, 3), b.segment(0, 4), replace(a.segment(0, 4), before=b.chains[1]), a.envelopes[0]):
        assert log.compact(piece) == []
    assert log.compact(replace(a.segment(4, 8), after=bytes(32))) == []
    assert log.compact(replace(a.segment(4, 8), end=9)) == []
    assert log.compact(a.segment(0, 4)) == a.envelopes[:4]
    assert spans(log) == [(0, 4), (4, 5), (5, 6), (6, 7), (7, 8)]
    assert log.compact(a.segment(2, 6)) == [], "within another"


def test_log2_of_two_segments_of_one_range_the_lower_hash_stays_and_no_other_takes_its_place() -> None:
    _, a, b = sides(16, 3)
    low, high = sorted([a.segment(0, 8), a.segment(0, 8)], key=lambda each: each.hash)
    log = log_with(a, high)
    longer = replace(a.segment(0, 9), after=a.chains[8])
    for other in map(lower, (a.segment(0, 6), a.segment(2, 8), b.segment(0, 8), longer)):
        assert (other.end, log.compact(other)) == (other.end, [])
    assert log.compact(low) == [high]
    assert log.compact(high) == []
    assert log.pieces(SESSION) == [low]
    assert log_with(a, a.envelopes[0]).compact(lower(a.segment(0, 1))) == []
    assert log_with(a, a.segment(0, 1)).compact(lower(a.envelopes[0])) == []


def lower(piece: Piece) -> Piece:
    """The same, as if its hash were the lowest."""
    object.__setattr__(made := replace(piece), "hash", bytes(32))
    return made


def test_log7_where_a_session_stops_first_counts_and_what_stood_there_is_compared() -> None:
    _, a, b = sides(8, 0)
    log = log_with(a)
    assert log.stop(SESSION, 4) == a.envelopes[4:]
    assert log.stop(SESSION, 6) == []
    assert log.stop(SESSION, 4) == []
    assert (log.count(SESSION), log.limit_of(SESSION)) == (4, 4)
    assert log.take(a.envelopes[5]) == Refused("stopped")
    assert log.take(a.envelopes[4]) == Refused("stopped")
    assert isinstance(log.take(b.envelopes[4]), Fork)
    # Where a segment stood nothing is compared: it may say the same.
    other = log_with(a, a.segment(0, 4), a.segment(4, 8))
    assert [each.form for each in other.stop(SESSION, 4)] == ["segment"]
    assert other.take(a.envelopes[4]) == Refused("stopped")
    assert other.resume()
    assert spans(other) == [(0, 4), (4, 8)]


def test_log8_a_refused_segment_is_not_taken_again_and_what_it_held_is_back() -> None:
    _, a, _ = sides(8, 0)
    segment, rest = a.segment(0, 4), a.segment(4, 8)
    log = log_with(a, segment, rest)
    assert log.refuse(segment, a.envelopes[:4]) == []
    assert spans(log) == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 8)]
    assert log.take(segment) == Refused("segment")
    assert log.refused_of(SESSION) == [segment.hash]
    # Without what it held, what comes after it waits.
    other = log_with(a, segment, rest)
    assert other.refuse(segment) == [rest]
    assert (spans(other), other.waiting) == ([], 1)
    # One that waits, and one that is nowhere.
    assert other.refuse(rest) == []
    assert other.refuse(a.segment(0, 2)) == []
    assert (other.waiting, other.count(SESSION)) == (0, 0)


def test_log7_a_segment_is_refused_until_something_else_counts_or_the_log_is_read_anew() -> None:
    _, a, _ = sides(8, 0)
    log, pieces = log_with(a, *a.envelopes[:2]), (a.segment(0, 4), a.segment(4, 8))
    for each in pieces:
        log.refuse(each)
    assert [log.take(each) for each in pieces] == [Refused("segment")] * 2
    assert log.resume()
    assert (log.refused_of(SESSION), spans(log)) == ([], [(0, 1), (1, 2)])
    assert [type(log.take(each)) for each in pieces] == [New, New]
    assert not log.resume()
    log.refuse(pieces[1])
    log.stop(SESSION, 3)
    log.unban()
    assert (log.refused_of(SESSION), log.limit_of(SESSION)) == ([], 3)


def test_log8_so_many_refused_segments_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "_MOST_BAD", 2)
    log = Log(LINKS)
    for name in (b"1", b"2", b"3"):
        log.ban(SESSION, "ada", name)
    assert log.refused_of(SESSION) == [b"2", b"3"]


def test_log9_what_is_beyond_a_frontier_is_kept_apart_until_it_moves() -> None:
    _, a, b = sides(8, 4)
    log = log_with(a)
    moved = log.cut(SESSION, "ada", Cut(5, a.chains[5]))
    assert (moved.gone, moved.joined, len(log.kept(SESSION))) == (a.envelopes[5:], [], 8)
    assert log.take(a.envelopes[5]) == Refused("cut")
    assert log.take(b.envelopes[4]) == Refused("astray")
    moved = log.cut(SESSION, "ada", Cut(7, a.chains[7]))
    assert (moved.gone, moved.joined) == ([], a.envelopes[5:7])
    assert log.cut(SESSION, "ada", None).joined == a.envelopes[7:]
    log = log_with(a)
    # Of another side: what is here is apart, and what comes of that side replaces it.
    assert log.cut(SESSION, "ada", Cut(8, b.chains[8])).gone == a.envelopes
    assert log.ask_from(SESSION) == 0
    for each in b.envelopes:
        log.take(each)
    assert log.chain_at(SESSION, 8) == b.chains[8]
    assert log.take(a.envelopes[4]) == Refused("astray")
    assert log.cut(SESSION, "ada", Cut(0, None)).gone == b.envelopes
    assert log.take(b.envelopes[0]) == Refused("cut")


def test_log3_what_waits_is_taken_when_what_it_follows_is_here_and_once() -> None:
    _, a, _ = sides(6, 0)
    log = Log(LINKS)
    assert [type(log.take(a.envelopes[at])) for at in (3, 1, 1, 5)] == [Waits] * 4
    assert log.waiting == 3
    taken = log.take(a.envelopes[0])
    assert isinstance(taken, New)
    assert taken.joined == a.envelopes[:2]
    taken = log.take(a.segment(2, 4))
    assert isinstance(taken, New)
    assert (log.waiting, log.count(SESSION)) == (1, 4)
    taken = log.take(a.envelopes[4])
    assert isinstance(taken, New)
    assert (taken.joined, taken.instead, log.waiting) == (a.envelopes[4:], [], 0)
    # A longer one takes the place of what it reaches beyond.
    more = a.write(2).segment(4, 8)
    taken = log.take(more)
    assert isinstance(taken, New)
    assert (taken.joined, taken.instead) == ([more], a.envelopes[4:6])


def test_log7_what_is_found_anew_follows_on_what_counts_now() -> None:
    _, a, b = sides(8, 2)
    log = log_with(a)
    log.stop(SESSION, 4)
    log.cut(SESSION, "ada", Cut(6, None))
    log.resume()
    assert log.count(SESSION) == 6
    # What counts is another side meanwhile.
    log = log_with(a, *a.envelopes[:4], a.segment(4, 8))
    log.stop(SESSION, 4)
    log.cut(SESSION, "ada", Cut(8, b.chains[8]))
    for each in b.envelopes[:4]:
        log.take(each)
    log.resume()
    assert (log.count(SESSION), log.chain_at(SESSION, 4)) == (4, b.chains[4])
    log = log_with(a)
    log.stop(SESSION, 4)
    log.cut(SESSION, "ada", Cut(3, b.chains[3]))
    log.resume()
    assert log.count(SESSION) == 0


def test_log9_what_was_kept_apart_is_back_where_it_follows_and_not_beyond_a_stop() -> None:
    _, a, b = sides(8, 2)
    log = log_with(a)
    log.cut(SESSION, "ada", Cut(8, b.chains[8]))
    for each in b.envelopes:
        log.take(each)
    assert log.cut(SESSION, "ada", None).joined == []
    assert (log.count(SESSION), log.chain_at(SESSION, 8)) == (8, b.chains[8])
    log = log_with(a, *a.envelopes[:4], a.segment(4, 8))
    log.cut(SESSION, "ada", Cut(4, a.chains[4]))
    log.cut(SESSION, "ada", Cut(4, b.chains[4]))
    for each in b.envelopes[:4]:
        log.take(each)
    log.cut(SESSION, "ada", None)
    assert (log.count(SESSION), log.chain_at(SESSION, 4)) == (4, b.chains[4])
    log = log_with(a)
    log.cut(SESSION, "ada", Cut(5, a.chains[5]))
    log.stop(SESSION, 6)
    assert log.cut(SESSION, "ada", None).joined == a.envelopes[5:6]


def test_log10_the_side_that_is_sent_first_does_not_keep_the_frontier_s_side_out() -> None:
    _, a, b = sides(12, 4)
    log = log_with(a, *a.envelopes[:8], a.envelopes[10])
    assert log.waiting == 1
    log.cut(SESSION, "ada", Cut(8, b.chains[8]))
    assert (log.waiting, log.count(SESSION)) == (0, 0)
    for each in (*a.envelopes[:6], *b.envelopes[4:8]):
        log.take(each)
    assert log.chain_at(SESSION, 8) == b.chains[8]


def test_log8_a_segment_that_is_not_here_takes_nothing_with_it() -> None:
    _, a, _ = sides(8, 0)
    log = log_with(a)
    assert log.refuse(a.segment(0, 4)) == []
    assert log.count(SESSION) == 8


def test_log6_of_who_said_two_things_others_are_told_what_nobody_doubts_until_a_frontier_says_more() -> None:
    _, a, b = sides(8, 4)
    for log, shown in ((log_with(a), 4), (log_with(a, a.segment(0, 3), a.segment(3, 8)), 3)):
        assert log.shown(SESSION) == 8
        assert log.prove(SESSION, "ada", [a.envelopes[4], b.envelopes[4]])
        assert (log.shown(SESSION), log.count(SESSION), log.is_doubted(SESSION)) == (shown, 8, True)
        log.cut(SESSION, "ada", Cut(8, a.chains[8]))
        assert (log.shown(SESSION), log.is_doubted(SESSION), log.forks) == (8, False, [])


def test_log12_who_is_sent_what_was_cut_at_another_place_asks_from_the_beginning() -> None:
    _, a, _ = sides(8, 0)
    log = log_with(a, a.segment(0, 4))
    assert log.ask_from(SESSION) == 4
    assert isinstance(log.take(a.segment(2, 8)), Waits)
    assert log.ask_from(SESSION) == 0
    for each in a.envelopes[:2]:
        log.take(each)
    assert (spans(log), log.ask_from(SESSION)) == ([(0, 1), (1, 2), (2, 8)], 8)


def test_log5_a_fork_is_found_by_a_segment_s_end_and_by_what_waited() -> None:
    _, a, b = sides(8, 4)
    log = log_with(a)
    assert isinstance(log.take(b.segment(0, 6)), Fork)
    assert log.take(b.envelopes[5]) == Refused("forked"), "the first is what counts"
    log = log_with(a, *a.envelopes[:4])
    assert isinstance(log.take(b.segment(6, 8)), Waits)
    log.take(a.envelopes[4])
    assert isinstance(log.take(a.envelopes[5]), Fork)
    assert log.forks == [SESSION]
    # With a frontier it is no fork any more, and asked for anew.
    log = log_with(a, *a.envelopes[:4])
    log.cut(SESSION, "ada", Cut(8, a.chains[8]))
    log.take(b.segment(6, 8))
    assert [type(log.take(each)) for each in a.envelopes[4:6]] == [New, New]
    assert (log.forks, log.ask_from(SESSION)) == ([], 0)


def test_log5_a_fork_is_found_by_what_is_sent_from_the_beginning() -> None:
    _, a, b = sides(8, 0)
    for has_frontier in (False, True):
        log = log_with(a, a.segment(0, 4), a.segment(2, 8))
        if has_frontier:
            log.cut(SESSION, "ada", Cut(8, a.chains[8]))
        assert isinstance(log.take(b.envelopes[0]), Known)
        taken = log.take(b.envelopes[1])
        assert (isinstance(taken, Fork), log.forks) == (not has_frontier, [] if has_frontier else [SESSION])
        assert spans(log) == [(0, 4)]


def test_log10_until_the_frontier_is_reached_what_follows_on_its_side_replaces_and_nothing_beyond_it() -> None:
    _, a, b = sides(16, 4)
    log = log_with(a, *a.envelopes[:6])
    log.cut(SESSION, "ada", Cut(10, b.chains[10]))
    assert log.take(b.segment(4, 12)) == Refused("cut")
    assert log.take(b.segment(5, 8)) == Refused("astray")
    assert log.ask_from(SESSION) == 0
    taken = log.take(b.envelopes[4])
    assert isinstance(taken, New)
    assert (taken.replay, log.chain_at(SESSION, 5)) == (True, b.chains[5])
    taken = log.take(b.envelopes[5])
    assert isinstance(taken, New)
    assert not taken.replay


def test_log10_who_reaches_the_frontier_with_another_chain_begins_anew() -> None:
    _, a, b = sides(6, 0)
    log = Log(LINKS)
    log.cut(SESSION, "ada", Cut(4, b.chains[4]))
    taken = [log.take(each) for each in a.envelopes[:4]]
    assert taken[-1] == New([], [], replay=True)
    assert (log.count(SESSION), log.ask_from(SESSION)) == (0, 0)
    for each in b.envelopes[:4]:
        log.take(each)
    assert (log.chain_at(SESSION, 4), log.ask_from(SESSION)) == (b.chains[4], 4)
    assert log.take(a.envelopes[0]) == Refused("astray")


@pytest.mark.parametrize("instead", [0, 8])
def test_who_is_at_the_frontier_by_a_lie_is_not_there(instead: int) -> None:
    """[LOG8, LOG10] Who is at the frontier by a segment that is a lie is not there any more."""
    log, a, b = sides(20, 5)
    log.cut(SESSION, "ada", Cut(16, b.chains[16]))
    lie = b.segment(0, 8)
    for piece in (lie, b.segment(8, 16)):
        log.take(piece)
    log.refuse(lie, b.envelopes[:instead])
    for piece in a.envelopes[:10]:
        log.take(piece)
    assert log.count(SESSION) == (16 if instead else 10)
    for piece in b.envelopes[:16]:
        log.take(piece)
    assert (log.count(SESSION), log.chain_at(SESSION, 16)) == (16, b.chains[16])
