"""One session in a log in Python, with somebody who says two things: the acts of `core/log/course.test.ts`."""

from __future__ import annotations

import random

from peerbook.peer.log.log import Log
from peerbook.peer.log.piece import Chain, Cut, Fork, Form, New, Piece, Refused, Waits
from peerbook.peer.overlay.messages import Reach
from peerbook.peer.sync.reaches import Reaches

SESSION = "AAAAAAAAAAAAAAAAAAAAAA"
LINKS = Chain(bytes(16), "d", "document")


class Writer:
    """Pieces of one session: random bytes, with the chain as in life."""

    def __init__(self, chance: random.Random, envelopes: list[Piece] | None = None) -> None:
        self.chance = chance
        self.envelopes = list(envelopes or [])
        self.chains = [LINKS.first(SESSION)]
        for each in self.envelopes:
            self.chains.append(LINKS.next(self.chains[-1], each.hash))

    def write(self, count: int) -> Writer:
        for _ in range(count):
            first = len(self.envelopes)
            before = self.chains[first] if first and first % 16 == 0 else None
            self.envelopes.append(self._piece("envelope", first, first + 1, before, None))
            self.chains.append(LINKS.next(self.chains[first], self.envelopes[-1].hash))
        return self

    def segment(self, first: int, end: int) -> Piece:
        return self._piece("segment", first, end, self.chains[first], self.chains[end])

    def _piece(self, form: Form, first: int, end: int, before: bytes | None, after: bytes | None) -> Piece:
        data = self.chance.randbytes(12)
        return Piece(form, SESSION, "ada", SESSION, first, end, data, before, after, 0, 1)


def sides(count: int, parted: int) -> tuple[Log, Writer, Writer]:
    """A log, a writer, and who has the same keys and says something else from `parted` on."""
    chance = random.Random(1)
    one = Writer(chance).write(count)
    return Log(LINKS), one, Writer(chance, one.envelopes[:parted]).write(count - parted)


def spans(log: Log) -> list[tuple[int, int]]:
    return [(each.first, each.end) for each in log.pieces(SESSION)]


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
