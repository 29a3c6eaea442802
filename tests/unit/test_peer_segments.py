"""Segments that authors make of their own envelopes, taken in by Python: by who comes late, by who has a part, and from
storage."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from peerbook.peer import crypto
from peerbook.peer.identity import open_session
from peerbook.peer.log.piece import Piece, piece_of
from peerbook.peer.log.segments import COMPACT_ENVELOPES
from peerbook.peer.merge import begins_with, merge_changes
from peerbook.peer.overlay.messages import CHAIN_BYTES, Entries, Reach, Summaries, Summary, encode_message
from peerbook.peer.sealed import DocumentKey
from peerbook.peer.secret import Secret
from peerbook.peer.segment import Segment, seal_segment
from peerbook.peer.sync.compactor import COMPACT_BYTES
from peerbook.peer.sync.intake import HELD_BYTES
from peerbook.peer.sync.kept import without_compacted
from peerbook.peer.sync.opener import open_changes
from peerbook.peer.sync.options import Keepable, Refusal, Standing

from .peer_kit import DOCUMENT, ROOM, Page, World, somebody

KEY = DocumentKey(0, b"k" * 32)


def changes_of(page: Page, first: int, end: int) -> list[bytes]:
    pieces = page.replica.log.pieces(page.session, first, end)
    changes = open_changes(page.engine._opener.piece, pieces)
    assert changes
    return [each.change for each in changes]


def segment_of(page: Page, first: int, end: int, changes: list[bytes] | None = None) -> Piece:
    """Of what ``page`` wrote, or of what it says that it wrote."""
    session = page.session
    merged = merge_changes(changes or changes_of(page, first, end))
    assert merged
    place = Segment(ROOM, DOCUMENT, session, "document", 0, first, end, *_chains(page, first, end), session)
    data = seal_segment(crypto, page.own.signer, place, KEY, merged.data)
    piece = piece_of(data, {session: page.participant})
    assert piece
    return piece


def compact(page: Page, first: int, end: int, changes: list[bytes] | None = None) -> Piece:
    """As its author does: in the place of the envelopes."""
    piece = segment_of(page, first, end, changes)
    page.replica.log.take(piece)
    assert page.replica.log.compact(piece)
    page.replica.reaches.changed()
    return piece


def writes(world: World, page: Page, count: int) -> None:
    """As many envelopes."""
    for turn in range(count):
        page.text.insert(turn % 5 and len(page.text), f"<{turn}>")
        world.clock.advance(150)
    del page.text[0:2]
    world.clock.advance(1000)


def words(page: Page) -> str:
    return str(page.text)


def forms(page: Page, of: Page) -> list[str]:
    return [piece.form for piece in page.replica.log.pieces(of.session)]


@pytest.fixture
def world() -> World:
    return World()


def test_log12_who_comes_late_is_given_segments_and_reads_them(world: World) -> None:
    ada = world.page()
    writes(world, ada, 40)
    compact(ada, 0, 30)
    late, later = world.page(), world.page()
    world.join(late, ada)
    world.clock.advance(10_000)
    assert words(late) == words(ada)
    assert forms(late, ada) == forms(ada, ada) == ["segment", *["envelope"] * 11]
    # It hands them on, also when who made them is gone.
    world.part(late, ada)
    world.join(later, late)
    world.clock.advance(10_000)
    assert words(later) == words(ada)
    assert later.engine.refusals == late.engine.refusals == {}
    late.text += " and goes on"
    world.clock.advance(1000)
    assert words(later).endswith(" and goes on")


def test_log2_who_has_a_part_compares_it_with_the_segment_that_holds_more(world: World) -> None:
    ada, ben = world.page(), world.page()
    world.join(ada, ben)
    world.clock.advance(1000)
    writes(world, ada, 10)
    world.part(ada, ben)
    writes(world, ada, 20)
    end = ada.replica.log.count(ada.session)
    compact(ada, 0, end)
    world.join(ada, ben)
    world.clock.advance(10_000)
    assert words(ben) == words(ada)
    assert forms(ben, ada) == ["segment"]
    assert ben.engine.refusals == {}
    anew = world.page()
    world.join(anew, ben)
    world.clock.advance(10_000)
    assert words(anew) == words(ada)


def test_log8_a_segment_that_says_other_words_is_not_taken_and_stops_nothing(world: World) -> None:
    ada, ben = world.page(), world.page()
    world.join(ada, ben)
    world.clock.advance(1000)
    writes(world, ada, 10)
    before = words(ben)
    world.part(ada, ben)
    writes(world, ada, 10)
    end = ada.replica.log.count(ada.session)
    truth = changes_of(ada, 0, end)
    other = [truth[0].replace(b"<0>", b"<X>"), *truth[1:]]
    assert not begins_with(segment_plain(other), truth[:3])
    assert begins_with(segment_plain(truth), truth[:3])
    compact(ada, 0, end, other)
    world.join(ada, ben)
    world.clock.advance(20_000)
    assert words(ben) == before
    assert ben.engine.refusals["no-change"] > 0
    ben.text += "!"
    world.clock.advance(1000)
    assert "!" in words(ada)


def segment_plain(changes: list[bytes]) -> bytes:
    merged = merge_changes(changes)
    assert merged
    return merged.data


def test_env7_a_segment_by_somebody_else_or_changed_on_its_way_is_nobody_s(world: World) -> None:
    ada, ben = world.page(), world.page()
    world.join(ada, ben)
    world.clock.advance(1000)
    writes(world, ada, 4)
    real = segment_of(ada, 0, 4)
    read = ben.engine._changes
    taken: list[str] = []
    for data in (real.data[:-1] + bytes([real.data[-1] ^ 1]), real.data[:200] + b"\0" + real.data[201:]):
        read.take_entry(ben.replica, data, ada.session, lambda: taken.append("judged"))
    assert taken == ["judged", "judged"]
    assert set(ben.engine.refusals) <= {"forged", "garbled"}
    # Somebody in the class signs a segment of another's words.
    mallory = somebody(world.chance)
    place = Segment(ROOM, DOCUMENT, ada.session, "document", 0, 0, 4, *_chains(ada), mallory.introduced.session)
    data = seal_segment(crypto, mallory.signer, place, KEY, segment_plain(changes_of(ada, 0, 4)))
    ben.engine._acquaintances.hear(mallory.introduction)
    read.take_entry(ben.replica, data, ada.session, lambda: taken.append("judged"))
    assert len(taken) == 3
    assert ben.engine.refusals["forged"] >= 2
    assert "segment" not in forms(ben, ada)


@pytest.mark.parametrize(("standing", "refusal"), [("may-not", "not-allowed"), ("unknown", "too-early")])
def test_syn16_a_segment_of_somebody_who_may_not_write_there_is_refused(
    world: World, standing: Standing, refusal: Refusal
) -> None:
    ada, ben = world.page(), world.page()
    writes(world, ada, 4)
    segment = segment_of(ada, 0, 4)
    ben.engine._acquaintances.hear(ada.own.introduction)
    ben.rules.standings[ada.participant] = standing
    ben.engine._changes.take_entry(ben.replica, segment.data, ada.session, lambda: None)
    assert (words(ben), ben.replica.log.count(ada.session)) == ("", 0)
    assert dict(ben.engine.refusals) == {refusal: 1}
    ben.rules.standings.clear()
    ben.engine._changes.take_entry(ben.replica, segment.data, ada.session, lambda: None)
    assert ben.replica.log.count(ada.session) == 4


def test_syn16_a_segment_of_another_class_or_document_or_of_oneself_is_refused(world: World) -> None:
    ada = world.page()
    writes(world, ada, 4)
    segment = segment_of(ada, 0, 4)
    elsewhere = world.page(room=bytes(32))
    elsewhere.engine._changes.take_entry(elsewhere.replica, segment.data, "peer", lambda: None)
    assert dict(elsewhere.engine.refusals) == {"other-class": 1}
    ada.engine._changes.take_entry(ada.replica, segment.data, "peer", lambda: None)
    assert dict(ada.engine.refusals) == {"own": 1}
    other = world.page(document=DOCUMENT.replace("0", "1"))
    other.engine._changes.take_entry(other.replica, segment.data, "peer", lambda: None)
    assert dict(other.engine.refusals) == {"garbled": 1}


def test_syn16_what_is_held_back_until_it_is_known_whose_it_is_is_bounded(world: World) -> None:
    ada, ben, cleo = world.page(), world.page(), world.page()
    world.join(ben, cleo)
    world.clock.advance(1000)
    writes(world, ada, 4)
    segment = segment_of(ada, 0, 4)
    intake = ben.engine._intake
    intake._held = HELD_BYTES
    ben.engine._changes.take_entry(ben.replica, segment.data, cleo.session, lambda: None)
    ben.engine.hear(cleo.session, "control", ada.replica.log.pieces(ada.session)[0].data)
    assert (intake._held, ben.engine.refusals["unknown-session"]) == (HELD_BYTES, 2)
    intake._held = 0
    ben.engine._changes.take_entry(ben.replica, segment.data, cleo.session, lambda: None)
    assert intake._held == len(segment.data)


def _chains(page: Page, first: int = 0, end: int = 4) -> tuple[bytes, bytes]:
    before, after = (page.replica.log.chain_at(page.session, place) for place in (first, end))
    assert before
    assert after
    return before, after


def test_sto10_segments_are_read_again_from_what_was_kept(world: World) -> None:
    ada = world.page()
    writes(world, ada, 30)
    compact(ada, 0, 20)
    ben = world.page()
    world.join(ben, ada)
    world.clock.advance(10_000)
    kept = list(ben.kept)
    again = world.page(follows=False)
    again.follow(kept)
    world.clock.advance(1000)
    assert words(again) == words(ada)
    assert forms(again, ada)[0] == "segment"


def test_sto10_what_a_segment_took_the_place_of_is_not_read_again_unless_the_segment_was_refused(world: World) -> None:
    ada, ben = (world.page(compact_every=16) for _ in range(2))
    world.join(ada, ben)
    world.clock.advance(1000)
    types(world, ada, 40)
    world.clock.advance(10_000)
    pieces = [each for each in without_compacted(ben.kept) if each.kind == "piece"]
    assert {each.data for each in pieces} == {piece.data for piece in ben.replica.log.pieces(ada.session)}
    assert len(pieces) < 30 < sum(each.kind == "piece" for each in ben.kept)
    again = world.page(follows=False)
    again.follow(ben.kept)
    assert words(again) == words(ben)
    assert spans(again, ada) == spans(ben, ada)
    segments = [piece for piece in ben.replica.log.pieces(ada.session) if piece.form == "segment"]
    refusals = [Keepable("refuse", bytes(16) + b"\0" + piece.hash) for piece in segments]
    assert len([each for each in without_compacted([*ben.kept, *refusals]) if each.kind == "piece"]) > 30


def test_env7_another_device_of_the_author_may_sign_and_both_introductions_are_kept(world: World) -> None:
    root = world.chance.randbytes(32)
    ada = world.page(own=somebody(world.chance, ROOM, root))
    writes(world, ada, 20)
    phone = open_session(ROOM, Secret(root), Secret(world.chance.randbytes(32)), world.chance.randbytes)
    log = ada.replica.log
    place = Segment(ROOM, DOCUMENT, ada.session, "document", 0, 0, 4, *_chains(ada), phone.introduced.session)
    data = seal_segment(crypto, phone.signer, place, KEY, segment_plain(changes_of(ada, 0, 4)))
    piece = piece_of(data, {ada.session: ada.participant})
    assert piece
    ada.engine._acquaintances.hear(phone.introduction)
    log.take(piece)
    assert log.compact(piece)
    ada.replica.reaches.changed()
    ben = world.page()
    world.join(ben, ada)
    world.clock.advance(10_000)
    assert words(ben) == words(ada)
    assert forms(ben, ada)[0] == "segment"
    assert sum(each.kind == "introduction" for each in ben.kept) == 2


def test_log5_a_fork_that_a_segment_shows_is_proven_by_it(world: World) -> None:
    ada, ben, cleo = world.page(), world.page(), world.page()
    world.join(ada, ben)
    world.join(ben, cleo)
    world.clock.advance(1000)
    writes(world, ada, 20)
    # A segment states another chain than the envelopes in its place have.
    chains = _chains(ada)
    lie = bytes([chains[1][0] ^ 1]) + chains[1][1:]
    place = Segment(ROOM, DOCUMENT, ada.session, "document", 0, 0, 4, chains[0], lie, ada.session)
    data = seal_segment(crypto, ada.own.signer, place, KEY, segment_plain(changes_of(ada, 0, 4)))
    ben.engine._changes.take_entry(ben.replica, data, ada.session, lambda: None)
    world.clock.advance(5000)
    assert ben.replica.log.proof_of(ada.session)
    assert cleo.replica.log.proof_of(ada.session), "the proof goes on"


# What Python makes itself, and what it compares with neighbours.


def types(world: World, page: Page, keys: int) -> None:
    """Key by key, ten a second."""
    for key in range(keys):
        page.text.insert(len(page.text), str(key % 10))
        world.clock.advance(100)


def lied(page: Page, end: int) -> Piece:
    """A segment of its author's that says another word than the envelopes."""
    truth = changes_of(page, 0, end)
    return segment_of(page, 0, end, [truth[0].replace(b"\x010", b"\x01X"), *truth[1:]])


def deceived(world: World, author: Page, segment: Piece) -> Page:
    """Somebody new to whom the author says this and nothing else."""
    page = world.page()
    page.engine._acquaintances.hear(author.own.introduction)
    page.engine._changes.take_entry(page.replica, segment.data, author.session, lambda: None)
    return page


def test_log13_a_segment_stands_for_as_much_as_protocol_json_says() -> None:
    limits = json.loads((Path(__file__).parents[2] / "docs" / "protocol.json").read_text())
    assert (limits["compact_bytes"], limits["compact_envelopes"]) == (COMPACT_BYTES, COMPACT_ENVELOPES)


def test_log13_an_author_s_envelopes_become_segments_for_all_and_who_comes_late_gets_a_few(world: World) -> None:
    pages = [world.page() for _ in range(3)]
    for one, other in itertools.combinations(pages, 2):
        world.join(one, other)
    world.clock.advance(1000)
    for page in pages:
        types(world, page, 200)
    world.clock.advance(30_000)
    ada = pages[0]
    assert forms(ada, ada)[0] == "segment"
    assert len(forms(ada, ada)) < 90
    late = world.page()
    world.join(late, pages[1])
    world.clock.advance(10_000)
    for author in pages:
        assert {tuple(spans(page, author)) for page in (*pages, late)} == {tuple(spans(author, author))}
    assert {words(page) for page in (*pages, late)} == {words(ada)}
    assert all(not page.engine.refusals for page in (*pages, late))


def spans(page: Page, of: Page) -> list[tuple[str, int, int]]:
    return [(piece.form, piece.first, piece.end) for piece in page.replica.log.pieces(of.session)]


def test_log13_who_comes_again_on_another_day_makes_one_segment_of_what_they_wrote_before(world: World) -> None:
    root = world.chance.randbytes(32)
    first, other = world.page(own=somebody(world.chance, ROOM, root)), world.page()
    world.join(first, other)
    types(world, first, 30)
    world.clock.advance(2000)
    world.part(first, other)
    first.engine.end()
    again = world.page(own=somebody(world.chance, ROOM, root))
    world.join(again, other)
    world.clock.advance(2000)
    again.text.insert(0, "z")
    world.clock.advance(20_000)
    for page in (again, other):
        assert spans(page, first) == [("segment", 0, 30)]
    assert words(other) == words(again)
    assert len(words(other)) == 31


def test_syn18_who_has_envelopes_is_told_of_the_segment_and_compares_it(world: World) -> None:
    ada, ben = (world.page(compact_every=16) for _ in range(2))
    world.join(ada, ben)
    world.clock.advance(1000)
    types(world, ada, 30)
    world.clock.advance(10_000)
    assert spans(ben, ada) == spans(ada, ada)
    assert spans(ben, ada)[0][0] == "segment"
    assert ben.replica.forms.digest == ada.replica.forms.digest
    assert ben.engine.refusals == {}


def test_env10_who_was_given_a_segment_that_lies_and_who_has_the_envelopes_end_with_one_document(world: World) -> None:
    ada, ben = world.page(), world.page()
    world.join(ada, ben)
    world.clock.advance(1000)
    types(world, ada, 40)
    world.clock.advance(3000)
    world.part(ada, ben)
    lie = lied(ada, 40)
    late, second = deceived(world, ada, lie), world.page()
    assert words(late).startswith("X")
    world.join(late, second)
    world.clock.advance(3000)
    assert words(second) == words(late)
    world.join(ben, late)
    world.clock.advance(60_000)
    assert {words(page) for page in (late, second, ben)} == {words(ada)}
    assert all(page.replica.log.refused_of(ada.session) == [lie.hash] for page in (late, second))
    # And it is not taken from storage again; whoever brings it has it weighed anew.
    assert any(each.kind == "refuse" for each in late.kept)
    again = world.page(follows=False)
    again.follow(late.kept)
    assert words(again) == words(ada)
    assert again.replica.log.refused_of(ada.session) == []


def test_syn18_of_two_segments_of_one_range_that_say_different_things_the_lower_hash_counts_for_everybody() -> None:
    lies = 0
    for seed in range(6):
        world = World(seed)
        ada = world.page()
        types(world, ada, 40)
        said = [lied(ada, 40), segment_of(ada, 0, 40)]
        late, other = (deceived(world, ada, segment) for segment in said)
        assert words(late) != words(other)
        world.join(late, other)
        world.clock.advance(60_000)
        assert words(late) == words(other)
        counts = min(said, key=lambda piece: piece.hash)
        lies += counts is said[0]
        assert all(page.replica.log.pieces(ada.session)[0].same(counts) for page in (late, other))
    assert 0 < lies < 6


def test_syn18_who_says_of_a_segment_that_it_lies_and_does_not_show_it_changes_nothing(world: World) -> None:
    ada = world.page()
    types(world, ada, 40)
    truth = segment_of(ada, 0, 40)
    late, liar = deceived(world, ada, truth), world.page(follows=False)
    world.join(late, liar)
    world.clock.advance(1000)
    reach = Reach(ada.session, 0, truth.hash[:CHAIN_BYTES])
    for _ in range(3):
        said = Summaries(False, False, (Summary(f"segments/{DOCUMENT}", bytes(16), (reach,)),))
        late.engine.hear(liar.session, "control", encode_message(said))
        late.engine.hear(liar.session, "bulk", encode_message(Entries(f"pieces/{DOCUMENT}", True, (truth.data,))))
        world.clock.advance(1000)
    assert sum(message[0] == 165 for message in liar.got) == 1, "asked once"
    assert words(late) == words(ada)
    assert spans(late, ada) == [("segment", 0, 40)]
