"""Where one's own session ends in Python, as what it says is in nobody's document; and what of it comes from others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from peerbook.peer.sealed import DocumentKey
from peerbook.peer.sync.lost import Lost

from .peer_kit import DOCUMENT, World

FIRST, SECOND = DocumentKey(0, b"1" * 32), DocumentKey(1, b"2" * 32)


class TwoKeys:
    """A key of one epoch, then one of another, until that is undone."""

    def __init__(self) -> None:
        self.is_second = False
        self.undone: dict[int, list[bytes]] = {}
        """By epoch: what opens it instead."""

    def key_for(self, document: str, kind: str) -> DocumentKey | None:
        return SECOND if self.is_second else FIRST

    def are_all(self, document: str, kind: str, epoch: int) -> bool:
        return True

    def keys_of(self, document: str, kind: str, epoch: int) -> list[bytes]:
        return self.undone.get(epoch, [(FIRST, SECOND)[epoch].key])


class Desk:
    def __init__(self, **options: Any) -> None:
        self.world, self.keys = World(), TwoKeys()
        self.lost: list[Lost] = []
        self.faults: list[str] = []
        self.page = self.world.page(
            keys=self.keys, lost=self._note_lost, unfit=lambda _, fault: self.faults.append(fault), **options
        )
        self.other = self.world.page(keys=self.keys)
        self.world.join(self.page, self.other)
        self.world.clock.advance(1000)

    def _note_lost(self, document: str, lost: Sequence[Lost]) -> None:
        assert document == DOCUMENT
        self.lost += lost

    def write(self, first: int, end: int) -> None:
        for letter in range(first, end):
            self.page.text += str(letter)
            self.world.clock.advance(500)

    def undo(self, epoch: int, *instead: bytes) -> None:
        self.keys.undone[epoch] = list(instead)
        for page in (self.page, self.other):
            page.engine.rules_changed(is_rekeyed=True)
        self.world.clock.advance(1000)

    @property
    def words(self) -> list[str]:
        return [str(self.page.text), str(self.other.text)]

    @property
    def limit(self) -> float:
        return self.page.replica.log.limit_of(self.page.session)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_log7_with_a_key_of_a_team_that_was_undone_is_given_back_as_nobody_else_is_given_that_key(desk: Desk) -> None:
    desk.write(0, 2)
    desk.keys.is_second = True
    desk.write(2, 4)
    assert desk.page.replica.log.count(desk.page.session) == 4
    desk.undo(1)
    assert (desk.words, desk.limit) == (["01", "01"], 2)
    assert (desk.lost, desk.faults) == ([Lost("a", "23")], ["role"])
    # The session is over: what is written in it is given back as well, and nobody else has it.
    desk.write(4, 5)
    assert (desk.words, desk.lost[1:], desk.faults[1:]) == (["01", "01"], [Lost("a", "4")], ["role"])
    # Whoever may have been wrong: with that key again, what was sealed counts.
    desk.keys.undone.clear()
    for page in (desk.page, desk.other):
        page.engine.rules_changed(is_rekeyed=True)
    desk.world.clock.advance(10_000)
    assert (desk.words, desk.limit) == (["0123", "0123"], math.inf)


def test_syn18_of_one_s_own_that_a_segment_took_along_whose_key_was_undone_comes_from_who_has_it_in_pieces() -> None:
    desk = Desk(compact_every=16)
    page, log = desk.page, desk.page.replica.log
    lacks_own = page.engine._changes.lacks_own
    desk.write(0, 4)
    desk.world.part(page, desk.other)
    desk.keys.is_second = True
    desk.write(4, 40)
    segment = log.pieces(page.session)[0]
    assert (segment.form, segment.end > 4) == ("segment", True)
    assert (lacks_own(DOCUMENT), lacks_own("elsewhere")) == (False, False)
    desk.undo(1, b"3" * 32)
    assert (desk.words, log.count(page.session), lacks_own(DOCUMENT)) == (["", "0123"], 0, True)
    desk.world.join(page, desk.other)
    desk.world.clock.advance(30_000)
    assert (desk.words, page.engine.refusals["own"]) == (["0123"] * 2, 0)
    # What follows on what nobody can read any more counts for nobody, and does not stay on one page alone.
    desk.lost.clear()
    page.text += "more"
    desk.world.clock.advance(30_000)
    assert (desk.words, desk.lost) == (["0123"] * 2, [Lost("a", "more")])
