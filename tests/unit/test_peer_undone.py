"""What is sealed for an epoch that was stated and is not any more, in Python: on who was there then, and on others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from peerbook.peer.envelope import Envelope
from peerbook.peer.identity import Introduction
from peerbook.peer.keys.undone import Undone
from peerbook.peer.log.log import Log
from peerbook.peer.log.piece import Cut, New, Piece, Refused, Waits
from peerbook.peer.roles import ClassEpoch
from peerbook.peer.sealed import DocumentKey
from peerbook.peer.statement import Standing
from peerbook.peer.sync.options import Standing as MayHave

from .log_kit import LINKS, SESSION, Writer, sides, spans
from .peer_kit import EverybodyMay, Page, World
from .society_kit import School, source_of

KEYS = {epoch: DocumentKey(epoch, bytes([epoch + 1]) * 32) for epoch in (0, 1)}


class Held(Log):
    """A log, and what is out in it."""

    def __init__(self) -> None:
        super().__init__(LINKS, is_out=lambda piece: self.is_gone(piece))
        self.is_gone: Callable[[Piece], bool] = lambda piece: False

    def out(self, is_gone: Callable[[Piece], bool] = lambda piece: False) -> dict[str, tuple[list[int], list[int]]]:
        self.is_gone = is_gone
        moved = self.withhold()
        return {
            session: ([each.first for each in both.gone], [each.first for each in both.joined])
            for session, both in moved.items()
        }

    @property
    def firsts(self) -> list[int]:
        return [first for first, _ in spans(self)]


def beyond(place: int) -> Callable[[Piece], bool]:
    return lambda piece: piece.end > place


def written(count: int, *pieces: Piece) -> tuple[Held, Writer]:
    _, a, _ = sides(count, 0)
    log = Held()
    for each in pieces or a.envelopes:
        log.take(each)
    return log, a


def test_log15_what_is_out_is_kept_apart_with_what_follows_on_it_and_is_back_when_it_is_not() -> None:
    log, a = written(10)
    assert log.out(lambda piece: piece.first == 6) == {SESSION: ([6, 7, 8, 9], [])}
    assert (log.count(SESSION), [each.first for each in log.kept(SESSION)]) == (6, [*range(10)])
    assert (log.limit_of(SESSION), log.stop_at(SESSION), log.forks) == (float("inf"), None, [])
    assert log.take(a.envelopes[6]) == Refused("out")
    assert log.out(lambda piece: piece.first == 6) == {}
    assert log.out(beyond(8)) == {SESSION: ([], [6, 7])}
    assert log.out() == {SESSION: ([], [8, 9])}
    assert (log.firsts, log.chain_at(SESSION, 10)) == ([*range(10)], a.chains[10])
    assert (log.out(), len(log.kept(SESSION))) == ({}, 10)


def test_log15_in_the_place_of_a_segment_that_is_out_there_may_be_what_it_was_made_of() -> None:
    _, a, _ = sides(12, 0)
    log = Held()
    for piece in (a.segment(0, 8), *a.envelopes[8:]):
        log.take(piece)
    log.out(lambda piece: piece.form == "segment")
    assert log.firsts == []
    assert all(isinstance(log.take(each), New) for each in a.envelopes[:6])
    assert log.compact(a.segment(0, 4)) == []
    log.out()
    assert log.firsts == [*range(6)]
    for each in a.envelopes[6:8]:
        log.take(each)
    log.out()
    assert log.firsts == [*range(12)]
    assert len(log.compact(a.segment(0, 4))) == 4


def test_log15_what_waits_is_not_taken_in_when_what_is_before_it_comes() -> None:
    _, a, _ = sides(10, 0)
    log = Held()
    taken = [type(log.take(each)) for each in (*a.envelopes[:3], a.envelopes[4], a.segment(5, 8))]
    assert taken == [New, New, New, Waits, Waits]
    log.out(beyond(5))
    assert log.waiting == 1
    log.take(a.envelopes[3])
    assert log.firsts == [*range(5)]


def test_log12_log15_what_was_put_together_beside_what_is_here_is_forgotten_with_it() -> None:
    _, a, _ = sides(130, 0)
    log = Held()
    for piece in (a.segment(0, 100), a.segment(64, 128), a.segment(0, 32)):
        log.take(piece)
    assert (log.count(SESSION), log.ask_from(SESSION)) == (100, 0)
    assert log.out(lambda piece: piece.end == 32) == {}
    log.take(a.segment(32, 64))
    assert (spans(log), log.waiting) == ([(0, 100)], 1)
    log.out(lambda piece: piece.end == 128)
    assert (log.waiting, log.ask_from(SESSION)) == (0, 100)


def test_log9_log15_a_frontier_takes_away_what_it_takes_away_and_is_reached_anew() -> None:
    log, a = written(20)
    log.cut(SESSION, "ada", Cut(12, a.chains[12]))
    log.out(lambda piece: piece in a.envelopes[6:])
    assert log.firsts == [*range(6)]
    twin = Writer(a.chance, a.envelopes[:6]).write(10)
    # Not there any more: what comes may be of the side that counts.
    for piece in twin.envelopes[6:12]:
        log.take(piece)
    assert log.count(SESSION) == 0
    for piece in a.envelopes[:6]:
        log.take(piece)
    log.out()
    assert (log.count(SESSION), log.chain_at(SESSION, 12)) == (12, a.chains[12])
    assert log.take(twin.envelopes[6]) == Refused("astray")
    log.cut(SESSION, "ada", None)
    assert log.count(SESSION) == 20


def test_log7_log15_what_a_stop_took_away_is_out_when_it_is_back_and_waits_for_what_it_follows_on() -> None:
    log, _ = written(10)
    log.out(beyond(8))
    log.stop(SESSION, 6)
    assert (log.out(), log.firsts) == ({}, [*range(6)])
    log.resume()
    assert log.firsts == [*range(8)]
    log.out()
    assert log.firsts == [*range(10)]
    log.stop(SESSION, 6)
    # The stop is there when more is out.
    log.out(beyond(8))
    log.out(beyond(4))
    log.resume()
    assert (log.firsts, [each.first for each in log.kept(SESSION)]) == ([*range(4)], [*range(10)])
    log.out()
    assert log.firsts == [*range(10)]


def stated(epoch: int, *keys: int) -> ClassEpoch:
    first, *others = [bytes([key]) * 32 for key in keys]
    return ClassEpoch(epoch, "open", first, "ada", tuple(others), ())


def test_log15_an_epoch_is_undone_when_it_is_stated_no_more_and_until_it_is_stated_again() -> None:
    one, two, three = stated(1, 1), stated(2, 2), stated(3, 4)
    both, turned = stated(2, 3, 2), stated(2, 2, 3)
    undone = Undone()
    seen = [
        (undone.take(epochs), sorted(undone.epochs), [each for each in (1, 2, 3) if undone.is_stated(each)])
        for epochs in ([one], [one, two], [one, both], [one, turned], [one], [one, three], [one, two, three], [])
    ]
    assert seen == [
        (False, [], [1]),
        (False, [], [1, 2]),
        (True, [], [1, 2]),
        (False, [], [1, 2]),
        (True, [2], [1]),
        (False, [2], [1, 3]),
        (True, [], [1, 2, 3]),
        (True, [1, 2, 3], []),
    ]


class Class(EverybodyMay):
    """What one page knows of a class in which a second epoch is stated, and undone."""

    def __init__(self) -> None:
        super().__init__()
        self.epochs = {0}

    def state(self) -> None:
        self.epochs.add(1)
        self.undone.discard(1)

    def undo(self) -> None:
        self.epochs.remove(1)
        self.undone.add(1)

    def standing(self, who: Introduction, place: Envelope) -> MayHave:
        return super().standing(who, place) if place.epoch in self.epochs else "unknown"

    def key_for(self, document: str, kind: str) -> DocumentKey | None:
        return KEYS[max(self.epochs)]

    def keys_of(self, document: str, kind: str, epoch: int) -> list[bytes]:
        return [KEYS[epoch].key] if epoch in self.epochs else []

    def are_all(self, document: str, kind: str, epoch: int) -> bool:
        return False


def page(world: World, known: Class, **options: Any) -> Page:
    return world.page(rules=known, keys=known, **options)


def write(world: World, author: Page, words: str) -> None:
    for letter in words:
        author.text += letter
        world.clock.advance(500)


@pytest.mark.parametrize("form", ["envelope", "segment"])
def test_log15_of_what_was_sealed_for_an_epoch_that_is_undone_all_have_the_same_and_its_author_is_told(
    form: str,
) -> None:
    world, known, to_author = World(), Class(), Class()
    lost: list[str] = []
    author = page(
        world,
        to_author,
        compact_every=8 if form == "segment" else 64,
        lost=lambda document, words: lost.extend(each.text for each in words),
        unfit=lambda document, fault: None,
    )
    reader = page(world, known)
    write(world, author, "ab")
    known.state()
    to_author.state()
    rest = "cdefghijkl" if form == "segment" else "cd"
    write(world, author, rest)
    world.join(author, reader)
    world.clock.advance(5000)
    assert [str(each.text) for each in (author, reader)] == ["ab" + rest] * 2
    log = reader.replica.log
    assert log.pieces(author.session)[0].form == form

    world.part(author, reader)
    known.undo()
    reader.engine.rules_changed(is_rekeyed=True)
    world.clock.advance(1000)
    left = "" if form == "segment" else "ab"
    assert (str(reader.text), log.count(author.session)) == (left, len(left))
    newcomer = page(world, Class())
    world.join(newcomer, reader)
    world.clock.advance(30_000)
    assert (str(newcomer.text), newcomer.replica.reaches.digest) == (left, reader.replica.reaches.digest)

    # The reader hears that it counts after all.
    known.state()
    reader.engine.rules_changed(is_rekeyed=True)
    world.clock.advance(1000)
    assert str(reader.text) == "ab" + rest
    known.undo()
    reader.engine.rules_changed(is_rekeyed=True)

    to_author.undo()
    author.engine.rules_changed(is_rekeyed=True)
    world.join(author, reader)
    world.clock.advance(60_000)
    pages = (author, reader, newcomer)
    assert [str(each.text) for each in pages] == [left] * 3
    assert "".join(lost) == ("ab" + rest)[len(left) :]
    assert len({each.replica.reaches.digest for each in pages}) == 1
    assert author.replica.log.limit_of(author.session) == len(left)


def test_log15_what_an_instructor_began_who_is_put_out_with_nothing_of_theirs_is_undone_and_is_back_when_they_are() -> (
    None
):
    school = School()
    ada, ben, ines = school.ada, school.comes("Ben", school.ada), school.comes("Ines", school.ada)
    school.wait()
    mine = f"{'5e' * 32}.mine.{ben.participant}"
    own = ben.open(mine)
    school.state(Standing(ines.participant, "instructor"))
    school.wait()
    ada.text += "before "
    school.wait()
    assert ines.society.stating.begin_epoch("open")
    school.wait()
    ada.text += "and after"
    source_of(own).insert(0, "mine")
    school.wait()
    assert (ben.words, ines.words, str(source_of(own))) == ("before and after", "before and after", "mine")
    # A page that is elsewhere knows of the epoch, and of nothing after it.
    school.world.part(ada, ben)
    school.world.part(ada, ines)
    began = ines.society.roles.statements_of(ines.participant) if ines.society.roles else ()
    school.state(Standing(ines.participant, "removed"))
    school.wait()
    assert ada.words == "before "
    school.world.join(ada, ben)
    school.wait(30)
    cleo = school.comes("Cleo", ben)
    school.wait(30)
    pages = (ada, ben, cleo)
    assert [each.words for each in pages] == ["before "] * 3
    assert len({each.replica.reaches.digest for each in pages}) == 1
    assert [sorted(each.society.undone) for each in pages] == [[2], [2], []]
    # Of one's own as well: nobody takes what is sealed for it.
    assert str(source_of(own)) == ""
    school.state(Standing(ines.participant, "instructor", tuple(began)))
    school.wait(60)
    assert [sorted(each.society.undone) for each in pages] == [[], [], []]
    assert [each.words for each in pages] == ["before and after"] * 3
    assert len({each.replica.reaches.digest for each in pages}) == 1
