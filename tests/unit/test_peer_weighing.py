"""Whose word counts where a segment and what it was made of say two things: each check alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from peerbook.peer.log.log import Log
from peerbook.peer.log.piece import Chain, Piece
from peerbook.peer.merge import merge_changes
from peerbook.peer.sync.reading import Opened
from peerbook.peer.sync.weighing import Weighing, WeighingPorts

from .crafted import SOURCE, Crafted, craft

SESSION, OTHER = "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAQ"
LINKS = Chain(bytes(16), "d", "document")


def said(at: int, word: str = "x") -> bytes:
    return craft(7, at, [Crafted(left=(7, at - 1) if at else None, parent=SOURCE)]).data.replace(b"x", word.encode())


class Scale:
    """A session of four envelopes, with a letter each, and what its pieces hold."""

    def __init__(self, here: int = 4) -> None:
        self.log = Log(LINKS)
        self.plain: dict[bytes, Opened] = {}
        self.acts: list[tuple[str, list[Piece]]] = []
        self.chains = [LINKS.first(SESSION)]
        self.envelopes = [self.piece("envelope", at, at + 1, said(at)) for at in range(4)]
        for each in self.envelopes:
            self.chains.append(LINKS.next(self.chains[-1], each.hash))
        for each in self.envelopes[:here]:
            self.log.take(each)
        self.weighing = Weighing(WeighingPorts(self.log, self._open, self._join, self._compact, self._ban))

    def piece(self, form: str, first: int, end: int, plain: bytes, name: str = "") -> Piece:
        data = f"{form} {first} {end} {name}".encode()
        self.plain[data] = Opened("open", plain)
        return Piece("envelope", SESSION, "a", SESSION, first, end, data)

    def segment(self, first: int, end: int, *words: str, name: str = "") -> Piece:
        """As its author says it; ``words`` in the place of the letters."""
        changes = [said(at, words[at - first] if words else "x") for at in range(first, end)]
        merged = merge_changes(changes)
        assert merged
        piece = self.piece("segment", first, end, merged.data, name)
        return replace(piece, form="segment", before=self.chains[first], after=self.chains[end])

    def weigh(self, piece: Piece) -> str:
        return self.weighing.weigh(piece, self._open(piece))

    def _open(self, piece: Piece) -> Opened:
        return self.plain[piece.data]

    def _join(self, piece: Piece, opened: Opened) -> str:
        self.acts.append(("join", [piece]))
        return "taken"

    def _compact(self, piece: Piece) -> bool:
        self.acts.append(("compact", [piece]))
        return True

    def _ban(self, piece: Piece, instead: Sequence[Piece]) -> None:
        self.acts.append(("ban", [piece, *instead]))


def test_env10_a_segment_that_says_what_is_here_takes_its_place() -> None:
    for first, end, here in ((0, 4, 4), (1, 3, 4), (0, 4, 2)):
        scale = Scale(here)
        segment = scale.segment(first, end)
        assert scale.weigh(segment) == "taken"
        assert scale.acts == [("join", [segment]), ("compact", [segment])]


def test_env10_a_segment_of_what_is_not_here_is_joined() -> None:
    for first, end, here in ((0, 2, 0), (2, 4, 1)):
        scale = Scale(here)
        segment = scale.segment(first, end)
        assert (scale.weigh(segment), scale.acts) == ("taken", [("join", [segment])])


@pytest.mark.parametrize("here", [2, 4])
def test_env10_a_segment_that_says_other_words_than_envelopes_is_a_lie(here: int) -> None:
    scale = Scale(here)
    segment = scale.segment(0, 4, "x", "y", "x", "x")
    assert (scale.weigh(segment), scale.acts) == ("lie", [("ban", [segment])])


def test_env10_what_cannot_be_opened_is_weighed_later() -> None:
    scale = Scale()
    scale.plain[scale.envelopes[1].data] = Opened("locked")
    assert (scale.weigh(scale.segment(0, 4)), scale.acts) == ("known", [])


@pytest.mark.parametrize("at", [0, 2])
def test_syn18_a_segment_is_held_against_what_ended_the_session_too(at: int) -> None:
    scale = Scale()
    scale.plain[scale.envelopes[at].data] = Opened("open", said(at, "y"))
    scale.log.stop(SESSION, at)
    for first in {0, at}:
        segment = scale.segment(first, 4)
        assert (scale.weigh(segment), scale.acts) == ("lie", [("ban", [segment])])
        scale.acts.clear()
    # Of another range it says nothing; and what it says itself is no lie.
    scale.weigh(scale.segment(at + 1, 4))
    scale.plain[scale.envelopes[at].data] = Opened("open", said(at))
    scale.weigh(scale.segment(0, 4))
    assert "ban" not in [what for what, _ in scale.acts]


def test_syn18_a_segment_is_held_against_what_is_no_change_as_nothing_else_was_said_there() -> None:
    scale = Scale()
    scale.log.stop(SESSION, 2)
    scale.plain[scale.envelopes[2].data] = Opened("wrong")
    assert scale.weigh(scale.segment(0, 4)) == "lie"
    scale.plain[scale.envelopes[2].data] = Opened("locked")
    assert scale.weigh(scale.segment(0, 4, name="again")) == "known"


def test_syn18_of_two_segments_that_differ_the_lower_hash_counts() -> None:
    for name in "abcdef":
        scale = Scale(0)
        held = scale.segment(0, 4, name="held")
        scale.log.take(held)
        rival = scale.segment(0, 4, "x", "y", "x", "x", name=name)
        if held.hash < rival.hash:
            assert (scale.weigh(rival), scale.acts) == ("lie", [("ban", [rival])])
        else:
            assert (scale.weigh(rival), scale.acts) == ("taken", [("ban", [held, rival])])
        scale.acts.clear()
        assert scale.weighing.hear_originals(held, [rival]) == (rival.hash < held.hash)
        # The same again, and one that reaches less far, are not compared.
        scale.acts.clear()
        assert (scale.weigh(held), scale.acts) == ("taken", [("join", [held])])
        shorter = scale.segment(0, 3, "y", "y", "y")
        assert scale.weigh(shorter) == "taken"


def test_syn18_who_says_a_segment_lies_shows_envelopes_that_say_something_else() -> None:
    scale = Scale(0)
    lie = scale.segment(0, 3, "x", "y", "x")
    scale.log.take(lie)
    true = scale.segment(0, 3, name="true")
    assert scale.weighing.hear_originals(lie, scale.envelopes)
    assert scale.acts == [("ban", [lie, *scale.envelopes[:3]])]
    scale.acts.clear()
    zero, one, two, three = scale.envelopes
    for theirs in (
        [],
        [zero],
        [zero, two, three],
        [zero, scale.segment(1, 4, "y", "y", "y")],
        [one, two],
        [zero, replace(one, session=OTHER), two],
        [zero, zero, one, two],
    ):
        assert not scale.weighing.hear_originals(lie, theirs)
    assert not scale.weighing.hear_originals(true, scale.envelopes), "it says the same"
    for closed in (one, lie):
        before = scale.plain[closed.data]
        scale.plain[closed.data] = Opened("locked", before.plain)
        assert not scale.weighing.hear_originals(lie, scale.envelopes)
        scale.plain[closed.data] = before
    assert scale.acts == []


def test_syn18_who_shows_a_beginning_that_says_something_else_is_right_whatever_its_hash() -> None:
    for name in "abcdef":
        scale = Scale(0)
        lie = scale.segment(0, 4, "x", "y", "x", "x", name=name)
        scale.log.take(lie)
        zero, one, two, _ = scale.envelopes
        shorter, beyond = scale.segment(0, 2, name="shorter"), replace(scale.segment(2, 4), end=9)
        for theirs in ([zero, one], [zero, one, two], [shorter], [shorter, beyond]):
            assert scale.weighing.hear_originals(lie, theirs)
            assert scale.acts == [("ban", [lie, *(piece for piece in theirs if piece is not beyond)])]
            scale.acts.clear()
        # Of a change of which only a part is shown nothing is known.
        scale.plain[one.data] = Opened("open", scale.plain[one.data].plain, 0, 2)
        assert not scale.weighing.hear_originals(lie, [zero, one])
        # Who has the beginning does not take the segment either.
        scale = Scale(2)
        lie = scale.segment(0, 4, "x", "y", "x", "x", name=name)
        assert (scale.weigh(lie), scale.acts) == ("lie", [("ban", [lie])])


def test_syn18_envelopes_and_finer_segments_count_whatever_their_hashes() -> None:
    for name in "abcdef":
        scale = Scale(0)
        parts = [scale.segment(0, 2, name="one"), scale.segment(2, 4, name="two")]
        for each in parts:
            scale.log.take(each)
        lie = scale.segment(0, 4, "x", "y", "x", "x", name=name)
        assert (scale.weigh(lie), scale.acts) == ("lie", [("ban", [lie])])
        # What reaches farther and begins otherwise than the one segment that is here.
        scale = Scale(0)
        scale.log.take(scale.segment(0, 2, name="one"))
        lie = scale.segment(0, 4, "x", "y", "x", "x", name=name)
        assert (scale.weigh(lie), scale.acts) == ("lie", [("ban", [lie])])
        # One envelope is finer than a segment of it alone.
        scale = Scale(1)
        lie = scale.segment(0, 1, "y", name=name)
        assert (scale.weigh(lie), scale.acts) == ("lie", [("ban", [lie])])
