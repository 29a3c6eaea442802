"""The engine in Python: whatever lines lose, delay or double, everybody has the same words in the end."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pycrdt import Doc, Map

from peerbook.peer.envelope import VERSION
from peerbook.peer.identity import OwnSession
from peerbook.peer.log.proof import Bundle, encode_proof
from peerbook.peer.overlay.messages import FIRST_TYPE, TYPES, ForkMessage, IntroductionMessage, encode_message
from peerbook.peer.permissions.change import canonical_change
from peerbook.peer.permissions.limits import NOTEBOOK_LIMITS
from peerbook.peer.roles import Cut
from peerbook.peer.sealed import DocumentKey
from peerbook.peer.session import client_of
from peerbook.peer.sync.changes import EXPOSE_MS
from peerbook.peer.sync.engine import CARRY_MS
from peerbook.peer.sync.record import Record, decode_record, encode_record, normal_name

from .peer_kit import DOCUMENT, GENESIS, Page, World, sealer_of, somebody

ENVELOPE, SHORT, ENTRIES, SEEK, FORK = 2, 160, 166, 169, 175

FOLDER = Path(__file__).parents[1] / "protocol"
VERSIONS: dict[str, Any] = json.loads((FOLDER / "versions.json").read_text(encoding="utf-8"))
"""By version: with which bytes what its pages understood began, and what they said, as it was captured."""
MESSAGES: list[dict[str, Any]] = json.loads((FOLDER / "messages.json").read_text(encoding="utf-8"))


def words(page: Page) -> str:
    return str(page.text)


def record(name: str, participant: str = "a" * 32) -> Record:
    return Record(name, participant, 0)


def introduce(page: Page, name: str) -> None:
    page.engine.introduce(record(name, page.participant))


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


def test_syn10_who_is_here_is_known_and_who_goes_silent_is_forgotten() -> None:
    world = World()
    one, other, third = world.page(), world.page(), world.page()
    world.join(one, other)
    world.join(other, third)
    introduce(one, "Ada")
    one.engine.awareness.say(DOCUMENT)
    world.clock.advance(2000)
    (ada,) = third.engine.people(0)
    assert (ada.name, ada.participant, ada.documents) == ("Ada", one.participant, (DOCUMENT,))
    late = world.page()
    world.join(late, third)
    world.clock.advance(2000)
    assert [person.name for person in late.engine.people(0)] == ["Ada"]
    world.part(one, other)
    world.clock.advance(120_000)
    assert third.engine.people(0) == []


def test_syn10_what_is_older_than_what_is_known_is_dropped() -> None:
    world = World()
    one, other = world.page(follows=False), world.page(follows=False)
    world.join(one, other)
    introduce(one, "Ada")
    world.clock.advance(1000)
    old = [message for message in other.got if message[0] == ENVELOPE]
    introduce(one, "Ada Lovelace")
    world.clock.advance(1000)
    for message in old:
        other.engine.hear(one.session, "control", message + b"")
    sealer = sealer_of(one.own, document="records", kind="record")
    (again,) = sealer.seal(DocumentKey(0, b"k" * 32), encode_record(record("Eve", one.participant)))
    other.engine.hear(one.session, "control", again.data)
    assert other.engine.refusals["stale"] == 1
    assert [person.name for person in other.engine.people(0)] == ["Ada Lovelace"]


def test_syn12_a_question_crosses_each_connection_at_most_once_in_each_direction() -> None:
    world = World()
    pages = [world.page(follows=False) for _ in range(8)]
    for index, page in enumerate(pages):
        for step in (1, 2, 3):
            world.join(page, pages[(index + step) % 8])
    pages[0].follow()
    world.clock.advance(5000)
    assert 7 <= sum(page.count(SEEK) for page in pages) <= 6 + 7 * 5


def test_syn10_who_says_goodbye_is_gone_at_once() -> None:
    world = World()
    one, other = world.page(), world.page()
    world.join(one, other)
    introduce(one, "Ada")
    world.clock.advance(1000)
    assert len(other.engine.people(0)) == 1
    one.text += "last words"
    one.engine.end()
    world.clock.advance(1000)
    assert other.engine.people(0) == []
    assert words(other) == "last words"


def test_syn11_a_record_is_read_as_it_was_written_and_a_name_is_one_line() -> None:
    assert decode_record(encode_record(record("Ada"))) == record("Ada")
    more = b'{"name":"Ada","participant":"' + b"a" * 32 + b'","since":0,"hand":true}'
    assert decode_record(more) == record("Ada")
    assert normal_name("  Ada \n Lovelace\u202e\u0000 ") == "Ada Lovelace"
    assert len(normal_name("🧮" * 1000)) == 64
    assert normal_name("<b>Ada</b>") == "<b>Ada</b>"
    chance = Random(1)
    for _ in range(2000):
        assert decode_record(chance.randbytes(chance.randrange(40))) is None
    for wrong in (
        b"{}",
        b"[]",
        b"[" * 1000,
        encode_record(record("a"))[:-3] + b"NaN}",
        encode_record(record("a", "A" * 32)),
    ):
        assert decode_record(wrong) is None


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
    introduction = encode_message(IntroductionMessage(mallory.introduction))
    client = client_of(DOCUMENT, mallory.introduced.participant, mallory.introduced.session)
    for page, word in ((one, "to one "), (three, "to three ")):
        doc: Doc[Any] = Doc(client_id=client)
        doc.apply_update(GENESIS)
        notes: list[bytes] = []
        subscription = doc.observe(lambda event, notes=notes: notes.append(event.update))
        doc.get("cells", type=Map)["a"]["source"].insert(0, word)
        doc.unobserve(subscription)
        page.engine.hear(two.session, "control", introduction)
        (sealed,) = sealer_of(mallory).seal(
            DocumentKey(0, b"k" * 32), canonical_change(notes[0], client, NOTEBOOK_LIMITS)
        )
        page.engine.hear(two.session, "control", sealed.data)
    world.clock.advance(20_000)
    assert all(page.replica.log.proof_of(mallory.introduced.session) for page in (one, two, three))
    assert found == [mallory.introduced.participant]
    world.join(late, one)
    world.clock.advance(20_000)
    assert words(late) == "begun, ", "what they said is handed to nobody until it is said how far it counts"
    one.text += "we go on"
    world.clock.advance(20_000)
    assert all("we go on" in words(page) for page in (one, two, three, late))


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
