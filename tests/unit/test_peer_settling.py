"""Two Pythons with one log and two orders of letters: they notice, and come to one [PER6]."""

from __future__ import annotations

import json
import math
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pycrdt import Doc

from peerbook.peer.encoding import number_bytes, text_bytes
from peerbook.peer.identity import OwnSession
from peerbook.peer.overlay.messages import (
    DIGEST_BYTES,
    IntroductionMessage,
    Summaries,
    Summary,
    decode_message,
    encode_message,
)
from peerbook.peer.overlay.neighbours import Channel
from peerbook.peer.permissions.change import Id
from peerbook.peer.sealed import DocumentKey
from peerbook.peer.session import client_of
from peerbook.peer.sync.contents import QUIET_MS, SETTLE_EVERY_MS, content_digest

from .crafted import DELETED, Crafted, craft
from .peer_kit import DOCUMENT, Page, World, sealer_of, somebody


def crafted_letter(client: int, left: Id | None, right: Id | None, text: str) -> bytes:
    """A change with text between two places, whatever they are."""
    info = 4 | (0x80 if left else 0) | (0x40 if right else 0)
    places = b"".join(map(number_bytes, (*(left or ()), *(right or ()))))
    return b"".join(map(number_bytes, (1, 1, client, 0))) + bytes([info]) + places + text_bytes(text) + b"\x00"


def give(page: Page, source: Page, own: OwnSession, *changes: bytes) -> None:
    """Gives a page what somebody signed, as if a neighbour had passed it on."""
    page.engine.hear(source.session, "control", encode_message(IntroductionMessage(own.introduction)))
    sealer = sealer_of(own)
    for change in changes:
        for sealed in sealer.seal(DocumentKey(0, b"k" * 32), change):
            page.engine.hear(source.session, "control", sealed.data)


def leave_unasked(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the page is told, and not asked."""
    hear = page.engine.hear

    def hear_what_is_said(peer: str, channel: Channel, data: bytes) -> None:
        message = decode_message(data)
        if not (isinstance(message, Summaries) and message.answer):
            hear(peer, channel, data)

    monkeypatch.setattr(page.engine, "hear", hear_what_is_said)


def own_client(own: OwnSession) -> int:
    return client_of(DOCUMENT, own.introduced.participant, own.introduced.session)


def story(seed: int) -> tuple[World, Page, Page, bool]:
    """Two pages who were given the same crafted letters in two orders. Last: whether they differ now."""
    world = World(seed)
    one, other = world.page(), world.page()
    world.join(one, other)
    world.clock.advance(1000)
    one.text.insert(0, "abc")
    world.clock.advance(1000)
    chance = Random(seed)
    ids = [(own_client(one.own), clock) for clock in range(3)]
    said = []
    for name in "pqr":
        own = somebody(world.chance)
        left = None if chance.random() < 0.2 else chance.choice(ids)
        said.append((own, crafted_letter(own_client(own), left, chance.choice(ids), f"<{name}>")))
    if seed % 2:
        # Somebody leans on what nobody has: that waits for ever, and the others are compared all the same.
        leaning = somebody(world.chance)
        said.append((leaning, crafted_letter(own_client(leaning), (5, 3), None, "never")))
    for page, source in ((one, other), (other, one)):
        chance.shuffle(said)
        for own, change in said:
            give(page, source, own, change)
    return world, one, other, str(one.text) != str(other.text)


def test_per6_who_has_the_same_log_and_another_order_of_letters_builds_anew_and_all_have_one_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    differed = 0
    for seed in range(40):
        world, one, other, is_different = story(seed)
        before = [page.replica.doc for page in (one, other)]
        differed += is_different
        # Whoever of both asks.
        for page in ([], [one], [other])[seed % 3]:
            leave_unasked(page, monkeypatch)
        world.clock.advance(60_000)
        assert str(one.text) == str(other.text)
        assert "<p>" in str(one.text)
        assert one.replica.content == other.replica.content is not None
        rebuilt = sum(page.replica.doc is not doc for page, doc in zip((one, other), before, strict=True))
        # Only where it is of use.
        assert (rebuilt > 0) == is_different
        one.text.insert(0, "and on")
        world.clock.advance(1000)
        assert str(one.text) == str(other.text)
    assert differed > 0


def test_log7_what_one_wrote_beside_a_part_of_what_turns_out_to_be_misplaced_is_given_back() -> None:
    world = World()
    lost: list[str] = []
    faults: list[str] = []
    page = world.page(
        lost=lambda _, all_: lost.extend(each.text for each in all_), unfit=lambda _, fault: faults.append(fault)
    )
    other = world.page()
    world.join(page, other)
    world.clock.advance(1000)
    eve, third = somebody(world.chance), somebody(world.chance)
    hers, its = own_client(eve), own_client(third)
    misplaced = Crafted(parent=(its, 0), kind=DELETED, content=number_bytes(1))
    give(page, other, eve, craft(hers, 0, [Crafted()]).data, craft(hers, 1, [Crafted(left=(hers, 0)), misplaced]).data)
    log = page.replica.log
    assert (str(page.text), log.count(eve.introduced.session)) == ("x", 2)
    # Built anew, as after a removal: what waits is there as far as it can be.
    page.engine.rules_changed(is_rekeyed=True)
    assert str(page.text) == "xx"
    page.text += "mine"
    world.clock.advance(1000)
    assert log.limit_of(page.session) == math.inf
    letters = [Crafted(content=text_bytes("t"))], [Crafted(left=(its, 0), content=text_bytes("u"))]
    first, second = (craft(its, clock, letter).data for clock, letter in enumerate(letters))
    give(page, other, third, first)
    page.replica._readings.replay()
    # Told once, whatever comes before the document is built without it.
    give(page, other, third, first, second)
    world.clock.advance(10_000)
    assert (lost, faults, log.limit_of(page.session)) == (["mine"], ["role"], 0)
    assert [sorted(str(each.text)) for each in (page, other)] == [["t", "u", "x"]] * 2


def test_per6_what_neighbours_say_makes_a_page_build_once_for_each_log_and_seldom(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    one, other = world.page(), world.page()
    world.join(one, other)
    one.text += "words"
    world.clock.advance(QUIET_MS + 1000)
    built: list[Doc[Any]] = []
    build = one.replica._readings._built_anew
    monkeypatch.setattr(one.replica._readings, "_built_anew", lambda doc: built.append(doc) or build(doc))

    def lie() -> None:
        summaries = (
            Summary(DOCUMENT, one.replica.reaches.digest),
            Summary(f"{DOCUMENT} content", bytes(DIGEST_BYTES)),
        )
        one.engine.hear(other.session, "bulk", encode_message(Summaries(False, False, summaries)))

    before = one.replica.doc
    for _ in range(10):
        lie()
        world.clock.advance(SETTLE_EVERY_MS)
    assert len(built) == 1
    assert one.replica.doc is before
    for _ in range(5):
        one.text += "!"
        world.clock.advance(QUIET_MS + 1000)
        lie()
    assert len(built) == 2
    for _ in range(3):
        world.clock.advance(SETTLE_EVERY_MS)
        lie()
    assert len(built) == 3


def test_per6_nothing_is_said_of_what_a_document_says_while_it_changes_or_lacks_a_key_or_is_not_signed() -> None:
    world = World()
    one, other = world.page(), world.page()
    world.join(one, other)
    one.text += "words"
    assert one.replica.content is None
    world.clock.advance(QUIET_MS + 1000)
    doc = one.replica.doc
    assert doc is not None
    assert one.replica.content == content_digest(doc)
    other.keys.key = None
    one.text += "more"
    world.clock.advance(QUIET_MS + 1000)
    assert (one.replica.content is None, other.replica.content) == (False, None)
    key, one.keys.key = one.keys.key, None
    one.text += "and more"
    world.clock.advance(QUIET_MS + 1000)
    assert one.replica.content is None
    one.keys.key = key
    one.engine.keys_changed()
    assert one.replica.content == content_digest(doc)


def test_per6_limits_are_those_of_protocol_json() -> None:
    limits = json.loads((Path(__file__).parents[2] / "docs" / "protocol.json").read_text())
    assert (limits["content_quiet_ms"], limits["settle_every_ms"]) == (QUIET_MS, SETTLE_EVERY_MS)
