"""Who says two things in Python: all find out, are told, and go on."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Doc, Map

from peerbook.peer.identity import OwnSession
from peerbook.peer.log.proof import Bundle, encode_proof
from peerbook.peer.overlay.messages import ForkMessage, IntroductionMessage, encode_message
from peerbook.peer.permissions.change import canonical_change
from peerbook.peer.permissions.limits import NOTEBOOK_LIMITS
from peerbook.peer.roles import Cut
from peerbook.peer.sealed import DocumentKey
from peerbook.peer.session import client_of
from peerbook.peer.sync.changes import EXPOSE_MS

from .peer_kit import DOCUMENT, GENESIS, World, sealer_of, somebody
from .test_peer_engine import words

FORK = 175


def said_in_two_ways(mallory: OwnSession, word: str) -> bytes:
    """The first thing a session says in the notebook, sealed."""
    client = client_of(DOCUMENT, mallory.introduced.participant, mallory.introduced.session)
    doc: Doc[Any] = Doc(client_id=client)
    doc.apply_update(GENESIS)
    notes: list[bytes] = []
    subscription = doc.observe(lambda event: notes.append(event.update))
    doc.get("cells", type=Map)["a"]["source"].insert(0, word)
    doc.unobserve(subscription)
    (sealed,) = sealer_of(mallory).seal(DocumentKey(0, b"k" * 32), canonical_change(notes[0], client, NOTEBOOK_LIMITS))
    return sealed.data


def test_log5_who_says_two_things_is_found_out_by_all_and_the_others_go_on() -> None:
    world = World()
    found: list[str] = []
    one, two = world.page(), world.page()
    three = world.page(forked=lambda document, session, participant: found.append(participant))
    world.join(one, two)
    world.join(two, three)
    late = world.page()
    one.text += "begun, "
    world.clock.advance(2000)
    mallory = somebody(world.chance)
    for page, word in ((one, "to one "), (three, "to three ")):
        page.engine.hear(two.session, "control", encode_message(IntroductionMessage(mallory.introduction)))
        page.engine.hear(two.session, "control", said_in_two_ways(mallory, word))
    world.clock.advance(20_000)
    assert all(page.replica.log.proof_of(mallory.introduced.session) for page in (one, two, three))
    assert found == [mallory.introduced.participant]
    world.join(late, one)
    world.clock.advance(20_000)
    assert words(late) == "begun, ", "what they said is handed to nobody until it is said how far it counts"
    one.text += "we go on"
    world.clock.advance(20_000)
    assert all("we go on" in words(page) for page in (one, two, three, late))


def test_log5_a_proof_outlives_a_restart_and_is_told_to_who_has_not_heard_of_it() -> None:
    world = World()
    one, two = world.page(), world.page()
    world.join(one, two)
    mallory = somebody(world.chance)
    forker = mallory.introduced.session
    world.clock.advance(1000)
    one.text += "honest"
    for word in ("to one ", "to two "):
        one.engine.hear(two.session, "control", encode_message(IntroductionMessage(mallory.introduction)))
        one.engine.hear(two.session, "control", said_in_two_ways(mallory, word))
    world.clock.advance(2000)
    assert [sum(each.kind == "fork" for each in page.kept) for page in (one, two)] == [1, 1]
    # Again on another day, with nobody there: it is known, and not kept twice.
    again = world.page(follows=False)
    again.follow(one.kept)
    assert again.replica.log.forks == [forker]
    assert "fork" not in {each.kind for each in again.kept}
    # Who was given the first of both has the same of what counts, and counts it all.
    late = world.page()
    late.engine.hear(again.session, "control", encode_message(IntroductionMessage(mallory.introduction)))
    late.engine.hear(again.session, "control", said_in_two_ways(mallory, "to one "))
    assert late.replica.log.forks == []
    world.join(late, again)
    world.clock.advance(2000)
    assert late.replica.log.forks == [forker]
    assert words(late) == words(again)


def test_log5_a_proof_is_told_again_with_what_is_compared_and_seldom_until_it_is_said_how_far_the_session_counts() -> (
    None
):
    world = World()
    one, two = world.page(), world.page()
    world.join(one, two)
    mallory = somebody(world.chance)
    world.clock.advance(1000)
    for word in ("to one ", "to two "):
        one.engine.hear(two.session, "control", encode_message(IntroductionMessage(mallory.introduction)))
        one.engine.hear(two.session, "control", said_in_two_ways(mallory, word))
    world.clock.advance(1000)
    before = two.count(FORK)
    for _ in range(20):
        one.engine.rules_changed()
        world.clock.advance(100)
    assert two.count(FORK) == before + 1
    world.clock.advance(4 * EXPOSE_MS)
    assert before + 3 <= two.count(FORK) <= before + 6
    for page in (one, two):
        page.rules.cuts[DOCUMENT, mallory.introduced.session] = Cut(0, None)
        page.engine.rules_changed()
    world.clock.advance(1000)
    before = two.count(FORK)
    world.clock.advance(4 * EXPOSE_MS)
    assert two.count(FORK) == before


@pytest.mark.parametrize("kind", ["awareness", "record", "outputs"])
def test_log5_nobody_is_proven_to_contradict_themselves_by_what_they_said_in_another_kind(kind: str) -> None:
    world = World()
    one, other = world.page(), world.page()
    world.join(one, other)
    one.text += "honest"
    world.clock.advance(2000)
    (piece,) = one.replica.log.pieces(one.session)
    (sealed,) = sealer_of(one.own, kind=kind).seal(DocumentKey(0, b"k" * 32), b"whatever")
    proof = encode_proof(Bundle([one.own.introduction], [piece.data, sealed.data]))
    other.engine.hear(one.session, "bulk", encode_message(ForkMessage(proof)))
    assert other.replica.log.proof_of(one.session) is None
    one.text += " still"
    world.clock.advance(2000)
    assert words(other) == "honest still"
