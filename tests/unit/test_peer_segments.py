"""Segments taken in Python: by a late joiner, by who has a part or all of what one stands for, and one that lies."""

from __future__ import annotations

import pytest

from peerbook.peer import crypto
from peerbook.peer.log.piece import Piece, piece_of
from peerbook.peer.merge import begins_with, merge_changes
from peerbook.peer.sealed import DocumentKey
from peerbook.peer.segment import OwnChange as Own
from peerbook.peer.segment import Segment, plan_segments, seal_segment

from .peer_kit import DOCUMENT, ROOM, Page, World


def wrote(world: World, count: int) -> Page:
    """Somebody who wrote so many envelopes."""
    author = world.page()
    for number in range(count):
        author.text.insert(len(str(author.text)), chr(0x61 + number % 26))
        world.clock.advance(150)
    assert author.replica.log.count(author.session) == count
    return author


def plain_of(page: Page, pieces: list[Piece]) -> list[Own]:
    return [Own(each.first, each.end, page.engine._open_piece(each).plain) for each in pieces]


def segment_of(author: Page, first: int, end: int, plain: bytes | None = None) -> bytes:
    """What stands for the author's envelopes, or says that it does."""
    log, session = author.replica.log, author.session
    [planned] = plan_segments(plain_of(author, log.pieces(session, first, end)))
    chains = log.chain_at(session, first), log.chain_at(session, end)
    assert chains[0]
    assert chains[1]
    place = Segment(ROOM, DOCUMENT, session, "document", 0, first, end, *chains, session, b"", b"", bytes(64))
    key = DocumentKey(0, b"k" * 32)
    return seal_segment(crypto, author.own.signer, place, key, plain or planned.change)


def compact(author: Page, first: int, end: int) -> None:
    segment = piece_of(segment_of(author, first, end), {author.session: author.participant})
    assert segment
    assert author.replica.log.compact(segment)


def test_syn18_a_late_joiner_reads_segments_and_passes_them_on() -> None:
    world = World()
    author = wrote(world, 40)
    compact(author, 0, 30)
    late, later = world.page(), world.page()
    world.join(author, late)
    world.clock.advance(3000)
    world.part(author, late)
    world.join(late, later)
    world.clock.advance(3000)
    for page in (late, later):
        assert str(page.text) == str(author.text)
        assert page.replica.log.pieces(author.session)[0].form == "segment"
        assert page.replica.reaches.digest == author.replica.reaches.digest
    again = world.page(follows=False)
    again.follow(later.kept)
    assert str(again.text) == str(author.text)


@pytest.mark.parametrize("held", [12, 40])
def test_log2_who_has_a_part_of_a_segment_or_all_of_it_compares_and_takes_it(held: int) -> None:
    world = World()
    author, other = wrote(world, held), world.page()
    world.join(author, other)
    world.clock.advance(3000)
    world.part(author, other)
    for _ in range(40 - held):
        author.text += "z"
        world.clock.advance(150)
    other.engine._changes.take_segment(other.replica, segment_of(author, 0, 30), "", lambda: None)
    assert other.replica.log.pieces(author.session)[0].form == "segment"
    assert str(other.text) == str(author.text)[: max(held, 30)]


@pytest.mark.parametrize("held", [12, 40])
def test_log8_a_segment_that_says_something_else_than_what_is_here_is_nothing(held: int) -> None:
    world = World()
    author, other = wrote(world, held), world.page()
    world.join(author, other)
    world.clock.advance(3000)
    world.part(author, other)
    author.text.insert(0, "z" * (40 - held))
    world.clock.advance(150)
    end = author.replica.log.count(author.session)
    changes = plain_of(author, author.replica.log.pieces(author.session, 0, min(30, end)))
    merged = merge_changes(each.change for each in changes)
    assert merged
    lie = merged.data.replace(b"abc", b"ABC")
    assert lie != merged.data
    before = str(other.text)
    other.engine._changes.take_segment(other.replica, segment_of(author, 0, min(30, end), lie), "", lambda: None)
    assert all(piece.form == "envelope" for piece in other.replica.log.pieces(author.session))
    assert str(other.text) == before
    assert other.engine.refusals["no-change"] == 1


def test_env10_a_merged_change_begins_with_what_it_was_made_of_and_with_nothing_else() -> None:
    world = World()
    author = wrote(world, 20)
    del author.text[5:8]
    world.clock.advance(150)
    pieces = plain_of(author, author.replica.log.pieces(author.session))
    changes = [each.change for each in pieces]
    merged = merge_changes(changes)
    assert merged
    for count in range(1, len(changes) + 1):
        assert begins_with(merged.data, changes[:count])
    lie = merged.data.replace(b"abc", b"aBc")
    assert not begins_with(lie, changes[:4])
    assert begins_with(lie, changes[:1])
    fewer = merge_changes(changes[:-1])
    assert fewer
    assert not begins_with(fewer.data, changes)
