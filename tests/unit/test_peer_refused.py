"""What may not be, or nobody here understands, goes no further in Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc, Map

from peerbook.peer.envelope import VERSION
from peerbook.peer.identity import OwnSession
from peerbook.peer.overlay.messages import FIRST_TYPE, TYPES, IntroductionMessage, encode_message
from peerbook.peer.permissions.change import canonical_change
from peerbook.peer.permissions.limits import NOTEBOOK_LIMITS
from peerbook.peer.sealed import DocumentKey
from peerbook.peer.session import client_of

from .peer_kit import DOCUMENT, GENESIS, World, sealer_of, somebody
from .test_peer_engine import ENVELOPE, SHORT, words

FOLDER = Path(__file__).parents[1] / "protocol"
VERSIONS: dict[str, Any] = json.loads((FOLDER / "versions.json").read_text(encoding="utf-8"))
"""By version: with which bytes what its pages understood began, and what they said, as it was captured."""
MESSAGES: list[dict[str, Any]] = json.loads((FOLDER / "messages.json").read_text(encoding="utf-8"))


def test_syn7_an_envelope_of_another_class_of_oneself_or_garbage_goes_no_further() -> None:
    world = World()
    stranger, one, other = world.page(room=bytes([9]) * 16), world.page(), world.page()
    world.join(stranger, one)
    world.join(one, other)
    world.clock.advance(1000)
    before = other.count(ENVELOPE) + other.count(SHORT)

    def say(own: OwnSession, plain: bytes) -> None:
        for sealed in sealer_of(own).seal(DocumentKey(0, b"k" * 32), plain):
            one.engine.hear(stranger.session, "control", sealed.data)

    stranger.text += "x"
    say(one.own, b"\x00\x00")
    mallory = somebody(world.chance)
    one.engine.hear(stranger.session, "control", encode_message(IntroductionMessage(mallory.introduction)))
    say(mallory, b"\xc8\xc8\xc8")
    one.engine.hear(stranger.session, "control", b"\x02\x02\x03")
    one.engine.hear(stranger.session, "control", b"\xa0\x01\x02\x03\x04")
    world.clock.advance(1000)
    assert other.count(ENVELOPE) + other.count(SHORT) == before
    assert set(one.engine.refusals) == {"other-class", "own", "garbled", "unknown-head", "no-change", "forged"}
    assert words(one) == ""


@pytest.mark.parametrize("version", VERSIONS)
def test_env5_what_another_version_says_is_told_apart_from_nonsense_and_goes_no_further(version: str) -> None:
    world = World()
    one, two, three = world.page(), world.page(), world.page()
    world.join(one, two)
    world.join(two, three)
    world.clock.advance(1000)
    before = len(three.got)
    said = [bytes.fromhex(row["bytes"]) for row in VERSIONS[version]["said"]]
    for data in said * 4:
        two.engine.hear(one.session, "control", data)
    two.engine.hear(one.session, "control", bytes([VERSION + 1, 16, 0, 0]))
    world.clock.advance(1000)
    assert two.engine.refusals == {"other-version": 4 * len(said) + 1}
    assert len(three.got) == before
    one.text += "still"
    world.clock.advance(1000)
    assert words(three) == "still"


@pytest.mark.parametrize("version", VERSIONS)
def test_env5_what_this_version_says_begins_with_nothing_that_another_version_understands(version: str) -> None:
    ours = {VERSION, *(FIRST_TYPE + at for at in range(len(TYPES)))}
    assert not ours & set(VERSIONS[version]["first_bytes"])
    assert {bytes.fromhex(row["bytes"])[0] for row in MESSAGES if "reads" in row} == ours


def test_syn5_what_is_no_change_ends_its_session_for_everybody_and_others_go_on() -> None:
    world = World()
    one, other = world.page(), world.page()
    world.join(one, other)
    mallory = somebody(world.chance)
    world.clock.advance(1000)
    one.engine.hear(other.session, "control", encode_message(IntroductionMessage(mallory.introduction)))
    client = client_of(DOCUMENT, mallory.introduced.participant, mallory.introduced.session)
    doc: Doc[Any] = Doc(client_id=client)
    doc.apply_update(GENESIS)
    notes: list[bytes] = []
    subscription = doc.observe(lambda event: notes.append(event.update))
    source = doc.get("cells", type=Map)["a"]["source"]
    source.insert(0, "honest ")
    source.insert(0, "never ")
    doc.unobserve(subscription)
    good, later = (canonical_change(note, client, NOTEBOOK_LIMITS) for note in notes)
    sealer = sealer_of(mallory)
    for plain in (good, b"\x01\x01\x05\x00\x00\x01\x00", later):
        for sealed in sealer.seal(DocumentKey(0, b"k" * 32), plain):
            one.engine.hear(other.session, "control", sealed.data)
    one.text += "mine"
    world.clock.advance(20_000)
    assert words(one) == words(other) == "honest mine"
    assert one.engine.refusals["no-change"] == 1


def test_env1_what_nobody_signed_is_nobodys_and_goes_no_further() -> None:
    world = World()
    one, other = world.page(), world.page()
    world.join(one, other)
    one.text += "real"
    world.clock.advance(1000)
    envelopes = [message for message in other.got if message[0] == ENVELOPE]
    before = one.count(ENVELOPE) + one.count(SHORT)
    for message in envelopes:
        for at in (len(message) - 1, len(message) - 100):
            forged = bytearray(message)
            forged[at] ^= 1
            other.engine.hear(one.session, "control", bytes(forged))
    world.clock.advance(1000)
    assert other.engine.refusals["forged"] >= len(envelopes)
    assert one.count(ENVELOPE) + one.count(SHORT) == before
    assert words(other) == "real"
