"""The engine in Python: whatever lines lose, delay or double, everybody has the same words in the end."""

from __future__ import annotations

import pytest

from peerbook.peer.roles import Cut
from peerbook.peer.sync.engine import CARRY_MS

from .peer_kit import DOCUMENT, Page, World

ENVELOPE, SHORT, ENTRIES, SEEK = 2, 160, 166, 169


def words(page: Page) -> str:
    return str(page.text)


@pytest.mark.parametrize("seed", range(12))
def test_syn9_whatever_lines_do_everybody_ends_equal(seed: int) -> None:
    world = World(seed, lost=0.05, doubled=0.05, delay=(5, 400))
    pages = [world.page() for _ in range(5)]
    for index, page in enumerate(pages):
        world.join(page, pages[(index + 1) % 5])

    for turn in range(60):
        page = world.chance.choice(pages)
        if world.chance.random() < 0.2 and len(page.text):
            at = world.chance.randrange(len(page.text))
            del page.text[at : at + 1]
        else:
            page.text.insert(world.chance.randrange(len(page.text) + 1), chr(0x61 + turn % 26))
        if world.chance.random() < 0.1:
            one, other = world.chance.sample(pages, 2)
            world.part(one, other)
            world.join(one, other)
        world.clock.advance(world.chance.uniform(0, 300))
    world.lost = 0
    world.clock.advance(120_000)
    assert len({words(page) for page in pages}) == 1
    assert len({page.replica.digest for page in pages}) == 1


def test_syn4_the_first_change_goes_at_once_then_at_most_one_envelope_in_100_ms() -> None:
    world = World(delay=(0, 0))
    one, other = world.page(), world.page()
    world.join(one, other)
    world.clock.advance(1000)
    before = other.count(ENVELOPE) + other.count(SHORT)
    for _ in range(100):
        one.text += "k"
        world.clock.advance(10)
    assert 10 <= other.count(ENVELOPE) + other.count(SHORT) - before <= 11
    world.clock.advance(200)
    assert words(other) == "k" * 100


def test_syn6_deletions_on_both_sides_and_nothing_else_come_together() -> None:
    world = World()
    one, other = world.page(), world.page()
    world.join(one, other)
    one.text += "123456"
    world.clock.advance(1000)
    world.part(one, other)
    del one.text[0:1]
    del other.text[5:6]
    world.join(one, other)
    world.clock.advance(1000)
    assert [words(one), words(other)] == ["2345", "2345"]


def test_syn6_a_late_joiner_with_six_neighbours_is_sent_everything_once() -> None:
    world = World()
    pages = [world.page() for _ in range(6)]
    for page in pages[1:]:
        world.join(pages[0], page)
    pages[0].text += "x" * 5000
    world.clock.advance(3000)
    late = world.page()
    for page in pages:
        world.join(late, page)
    world.clock.advance(3000)
    assert words(late) == words(pages[0])
    assert late.count(ENTRIES) == 1


def test_syn8_what_is_large_is_pulled_from_one_and_arrives() -> None:
    world = World()
    pages = [world.page() for _ in range(4)]
    for one in pages:
        for other in pages[pages.index(one) + 1 :]:
            world.join(one, other)
    world.clock.advance(1000)
    pages[0].text += "y" * 400_000
    world.clock.advance(3000)
    assert {len(page.text) for page in pages} == {400_000}
    assert all(sum(map(len, page.got)) < 410_000 for page in pages[1:])


def test_syn12_a_document_that_no_neighbour_has_is_found_and_carried() -> None:
    world = World()
    near, between, far = world.page(follows=False), world.page(follows=False), world.page()
    far.text += "words"
    world.join(near, between)
    world.join(between, far)
    world.clock.advance(1000)
    near.follow()
    world.clock.advance(6000)
    assert words(near) == "words"
    near.text += "!"
    world.clock.advance(1000)
    assert words(far) == "words!"
    world.clock.advance(CARRY_MS + 60_000)
    far.text += "?"
    world.clock.advance(2000)
    assert words(near) == "words!?"


def test_cls5_a_document_that_is_carried_for_all_is_there_when_it_is_opened() -> None:
    world = World()
    author, keeper = world.page(), world.page(follows=False, carries=lambda document: document == DOCUMENT)
    world.join(author, keeper)
    author.text += "left behind"
    world.clock.advance(1000)
    world.part(author, keeper)
    late = world.page()
    world.join(keeper, late)
    world.clock.advance(1000)
    assert words(late) == "left behind"
    keeper.follow()
    assert words(keeper) == "left behind"


def test_syn12_a_question_crosses_each_connection_at_most_once_in_each_direction() -> None:
    world = World()
    pages = [world.page(follows=False) for _ in range(8)]
    for index, page in enumerate(pages):
        for step in (1, 2, 3):
            world.join(page, pages[(index + step) % 8])
    pages[0].follow()
    world.clock.advance(5000)
    assert 7 <= sum(page.count(SEEK) for page in pages) <= 6 + 7 * 5


def test_rol1_whose_role_is_not_known_yet_is_not_taken_and_comes_when_it_is() -> None:
    world = World()
    one, two, three = world.page(), world.page(), world.page()
    world.join(one, two)
    world.join(two, three)
    two.rules.standings[one.participant] = "unknown"
    one.text += "patience"
    world.clock.advance(5000)
    assert (words(two), words(three)) == ("", "")
    assert two.engine.refusals["too-early"] > 0
    two.rules.standings.clear()
    two.engine.rules_changed()
    world.clock.advance(5000)
    assert (words(two), words(three)) == ("patience", "patience")


def test_key1_what_is_sealed_with_another_key_is_passed_on_and_opened_when_the_key_is_here() -> None:
    world = World()
    one, two, three = world.page(), world.page(), world.page()
    world.join(one, two)
    world.join(two, three)
    key, two.keys.key = two.keys.key, None
    one.text += "sealed"
    world.clock.advance(5000)
    assert (words(two), words(three)) == ("", "sealed")
    two.text += "waits "
    world.clock.advance(1000)
    two.keys.key = key
    two.engine.keys_changed()
    world.clock.advance(5000)
    assert words(one) == words(two) == words(three)
    assert sorted(words(two)) == sorted("waits sealed")


def test_log9_what_does_not_count_any_more_is_taken_out_and_nobody_is_blocked() -> None:
    world = World()
    one, two = world.page(), world.page()
    world.join(one, two)
    one.text += "kept. "
    world.clock.advance(1000)
    reach = two.replica.reaches.of(one.session)
    chain = two.replica.log.chain_at(one.session, reach.count)
    one.text += "cut off. "
    world.clock.advance(1000)
    two.text += "leans on it"
    world.clock.advance(1000)
    assert words(two) == "kept. cut off. leans on it"
    for page in (one, two):
        page.rules.cuts[DOCUMENT, one.session] = Cut(reach.count, chain)
        page.engine.rules_changed()
    world.clock.advance(5000)
    assert words(two).startswith("kept. ")
    assert "cut off" not in words(two)
    two.text += " and on"
    late = world.page()
    late.rules.cuts[DOCUMENT, one.session] = Cut(reach.count, chain)
    world.join(late, two)
    world.clock.advance(5000)
    assert words(late) == words(two)
    assert late.replica.digest == two.replica.digest


def test_sto1_what_was_kept_is_what_one_goes_on_from() -> None:
    world = World()
    one, two = world.page(), world.page()
    world.join(one, two)
    one.text += "of one, "
    world.clock.advance(1000)
    two.text += "of two"
    world.clock.advance(1000)
    again = world.page(follows=False)
    again.follow(two.kept)
    assert words(again) == words(two) == "of one, of two"
    assert again.kept == [], "what storage has is not kept twice"
    three = world.page()
    world.join(again, three)
    world.clock.advance(3000)
    assert words(three) == words(two)
    again.text += ", and on"
    world.clock.advance(3000)
    assert words(three) == "of one, of two, and on"
