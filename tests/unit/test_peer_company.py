"""Who is here, and what they say of themselves, in Python."""

from __future__ import annotations

from random import Random

from peerbook.peer.sealed import DocumentKey
from peerbook.peer.sync.record import Record, decode_record, encode_record, normal_name

from .peer_kit import DOCUMENT, Page, World, sealer_of
from .test_peer_engine import ENVELOPE, words


def record(name: str, participant: str = "a" * 32) -> Record:
    return Record(name, participant, 0)


def introduce(page: Page, name: str) -> None:
    page.engine.introduce(record(name, page.participant))


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
