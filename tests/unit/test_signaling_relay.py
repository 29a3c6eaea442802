"""The relay: a star for each topic. Titles begin with the rule of docs/SPEC.md that they hold."""

from __future__ import annotations

import pytest

from signaling import protocol
from signaling.protocol import DIRECT, PUBLISH, PUBLISH_ONCE, decode_id
from signaling.refusals import Reason
from tests.signaling_pages import HubWithPages, an_id


@pytest.fixture
def hub() -> HubWithPages:
    return HubWithPages()


def test_sig17_sent_once_delivered_to_all_other_subscribers_with_the_senders_session(hub: HubWithPages) -> None:
    topic, other_topic = an_id(hub.random), an_id(hub.random)
    pages = [hub.member().subscribe(hub.room, topic) for _ in range(4)]
    bystander = hub.member().subscribe(hub.room, other_topic)
    pages[0].publish(topic, b"\xff\x00 opaque")
    expected = bytes((PUBLISH,)) + decode_id(topic) + decode_id(pages[0].session) + b"\xff\x00 opaque"
    assert [page.frames() for page in pages] == [[], [expected], [expected], [expected]]
    assert bystander.frames() == []
    assert hub.hub.counts()["delivered"] == 3


def test_sig17_only_subscribers_publish(hub: HubWithPages) -> None:
    topic = an_id(hub.random)
    inside, outside = hub.member().subscribe(hub.room, topic), hub.member()
    outside.publish(topic, b"x")
    refused = outside.of("refused")[-1]
    assert (refused["reason"], refused["about"], refused["to"]) == ("not-subscribed", "publish", topic)
    assert inside.frames() == []
    outside.subscribe(hub.room, topic)
    outside.say("unsubscribe", room=hub.room, topics=[topic])
    outside.publish(topic, b"x")
    assert inside.frames() == []


def test_sig17_the_same_topic_in_two_rooms_is_two_topics(hub: HubWithPages) -> None:
    topic = an_id(hub.random)
    second = protocol.encode_id(hub.random.randbytes(16))
    one = hub.member().subscribe(hub.room, topic)
    two = hub.member(second).subscribe(second, topic)
    one.publish(topic, b"x")
    assert two.frames() == []


def test_sig17_subscribers_hear_how_many_others_there_are(hub: HubWithPages) -> None:
    first, second = an_id(hub.random), an_id(hub.random)
    hub.member().subscribe(hub.room, first)
    page = hub.member().subscribe(hub.room, first, second)
    assert page.of("subscribed")[-1]["topics"] == [first, second]
    assert page.of("subscribed")[-1]["others"] == [1, 0]


def test_sig17_who_has_gone_follows_nothing(hub: HubWithPages) -> None:
    topic = an_id(hub.random)
    watcher = hub.member()
    for code in (1001, 1006):
        hub.member().subscribe(hub.room, topic).break_off(code)
    assert hub.hub.counts()["topics"] == 0
    assert watcher.subscribe(hub.room, topic).of("subscribed")[-1]["others"] == [0]


def test_sig12_a_connection_follows_so_many_topics_and_a_room_has_so_many() -> None:
    hub = HubWithPages(topics_per_connection=3, topics_per_room=4)
    page = hub.member()
    page.subscribe(hub.room, *(an_id(hub.random) for _ in range(4)))
    assert page.refusals() == ["too-many-topics"]
    other = hub.member().subscribe(hub.room, an_id(hub.random))
    other.subscribe(hub.room, an_id(hub.random))
    assert other.refusals() == ["too-many-topics"]
    assert page.closed is None


def test_sig18_what_is_published_once_is_delivered_once_whoever_passes_it_on(hub: HubWithPages) -> None:
    topic = an_id(hub.random)
    pages = [hub.member().subscribe(hub.room, topic) for _ in range(4)]
    for page in pages:
        page.publish(topic, b"envelope", PUBLISH_ONCE)
    assert [len(page.frames()) for page in pages] == [0, 1, 1, 1]
    pages[0].publish(topic, b"another", PUBLISH_ONCE)
    assert [len(page.frames()) for page in pages] == [0, 2, 2, 2]


def test_sig18_a_repeated_payload_reaches_those_who_subscribed_since(hub: HubWithPages) -> None:
    topic = an_id(hub.random)
    one, two = (hub.member().subscribe(hub.room, topic) for _ in range(2))
    one.publish(topic, b"envelope", PUBLISH_ONCE)
    late = hub.member().subscribe(hub.room, topic)
    two.break_off()
    two.connect().join(hub.room).subscribe(hub.room, topic)
    one.publish(topic, b"envelope", PUBLISH_ONCE)
    assert len(late.frames()) == 1
    assert len(two.frames()) == 2
    one.publish(topic, b"envelope", PUBLISH_ONCE)
    assert len(late.frames()) == 1


def test_sig18_what_is_plainly_published_may_be_repeated(hub: HubWithPages) -> None:
    topic = an_id(hub.random)
    one, two = (hub.member().subscribe(hub.room, topic) for _ in range(2))
    for _ in range(3):
        one.publish(topic, b"request")
    assert len(two.frames()) == 3


def test_sig18_only_so_many_hashes_are_remembered() -> None:
    hub = HubWithPages(seen_per_topic=4)
    topic = an_id(hub.random)
    one, two = (hub.member().subscribe(hub.room, topic) for _ in range(2))
    for number in range(6):
        one.publish(topic, bytes((number,)), PUBLISH_ONCE)
    one.publish(topic, b"\5", PUBLISH_ONCE)
    assert len(two.frames()) == 6
    one.publish(topic, b"\0", PUBLISH_ONCE)
    assert len(two.frames()) == 7


def test_sig19_direct_goes_to_one_member_of_a_shared_room(hub: HubWithPages) -> None:
    one, two, three = hub.member(), hub.member(), hub.member()
    one.send(bytes((DIRECT,)) + decode_id(two.session) + b"psst")
    assert two.frames() == [bytes((DIRECT,)) + decode_id(one.session) + b"psst"]
    assert three.frames() == []


def test_sig19_direct_to_somebody_who_shares_no_room_is_refused(hub: HubWithPages) -> None:
    one = hub.member()
    stranger = hub.member(protocol.encode_id(hub.random.randbytes(16)))
    for target in (stranger.session, an_id(hub.random)):
        one.send(bytes((DIRECT,)) + decode_id(target) + b"psst")
        refused = one.of("refused")[-1]
        assert (refused["reason"], refused["about"], refused["to"]) == ("not-here", "direct", target)
    assert stranger.frames() == []


def test_sig8_a_binary_frame_that_is_none_closes_its_connection(hub: HubWithPages) -> None:
    for data in (b"", b"\1", b"\1" + bytes(16), b"\0" + bytes(20), b"\4" + bytes(20), bytes(100)):
        page = hub.member()
        page.send(data)
        assert page.closed is Reason.GARBLED, data
