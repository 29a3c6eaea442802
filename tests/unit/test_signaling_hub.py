"""The hub as pages see it. Titles begin with the rule of docs/SPEC.md that they hold."""

from __future__ import annotations

import base64
import json

import pytest

from signaling import protocol
from signaling.events import Opened, Overrun, Stopping, Text
from signaling.refusals import Reason
from tests.signaling_pages import HubWithPages, Page, an_id


@pytest.fixture
def hub() -> HubWithPages:
    return HubWithPages()


def test_sig1_hello_is_answered_with_what_a_page_must_know(hub: HubWithPages) -> None:
    (welcome,) = hub.page().of("welcome")
    assert welcome["version"] == 1
    assert welcome["resumed"] is False
    assert welcome["limits"] == {"control_bytes": 16384, "payload_bytes": 65536, "rooms": 4, "topics": 256}


def test_sig1_nothing_is_taken_before_hello(hub: HubWithPages) -> None:
    for first in ('{"type":"ping"}', b"\1" + bytes(20)):
        page = Page(hub, "", "", number=77)
        hub.pages[77] = page
        hub.do(Opened(77))
        page.send(first) if isinstance(first, bytes) else hub.do(Text(77, first))
        assert page.closed is Reason.NO_HELLO


def test_sig1_a_connection_without_hello_is_closed_after_a_while(hub: HubWithPages) -> None:
    page = Page(hub, "", "", number=77)
    hub.pages[77] = page
    hub.do(Opened(77))
    hub.sleep(9)
    assert page.closed is None
    hub.sleep(3)
    assert page.closed is Reason.NO_HELLO


def test_sig1_another_version_is_refused_in_words(hub: HubWithPages) -> None:
    page = Page(hub, "", "", number=77)
    hub.pages[77] = page
    hub.do(Opened(77))
    page.say("hello", version=2, anything=True)
    assert page.closed is Reason.VERSION
    assert page.of("refused")[0]["words"] == "This page is of another version than the server. Reload the page."


def test_sig2_a_session_with_another_secret_is_refused(hub: HubWithPages) -> None:
    honest = hub.member()
    thief = Page(hub, honest.session, an_id(hub.random)).connect()
    assert thief.closed is Reason.TAKEN
    assert honest.closed is None


def test_sig2_who_took_a_session_just_after_a_restart_gives_it_back_to_whom_it_is_named_after(
    hub: HubWithPages,
) -> None:
    other, topic = hub.member(), an_id(hub.random)
    secret = an_id(hub.random)
    owner = Page(hub, protocol.session_of(secret), secret).connect().join(hub.room)
    hub.restart()
    other.connect().join(hub.room)
    thief = Page(hub, owner.session, an_id(hub.random)).connect().join(hub.room)
    thief.subscribe(hub.room, topic)
    owner.connect().join(hub.room)
    assert thief.closed is Reason.TAKEN
    assert owner.of("welcome")[-1]["resumed"] is False
    assert owner.of("joined")
    hub.sleep(1)
    assert owner.closed is None
    assert other.roster()[owner.session]["here"] is True
    assert other.neighbours() == {owner.session}
    assert hub.hub.counts()["members"] == 2
    assert hub.hub.counts()["topics"] == 0
    again = Page(hub, owner.session, thief.secret).connect()
    assert (again.closed, owner.closed) == (Reason.TAKEN, None)


def test_sig2_a_session_with_keys_is_given_back_to_whom_it_is_named_after(hub: HubWithPages) -> None:
    secret, other = an_id(hub.random), an_id(hub.random)
    keys, others = hub.random.randbytes(32), hub.random.randbytes(32)
    text, wrong = (base64.urlsafe_b64encode(each).decode().rstrip("=") for each in (keys, others))
    name = protocol.session_of(secret, keys)
    thief = Page(hub, name, other, keys=text).connect().join(hub.room)
    for tried in (Page(hub, name, secret), Page(hub, name, secret, keys=wrong), Page(hub, name, an_id(hub.random))):
        assert tried.connect().closed is Reason.TAKEN
    assert thief.closed is None
    owner = Page(hub, name, secret, keys=text).connect().join(hub.room)
    assert (thief.closed, owner.closed) == (Reason.TAKEN, None)
    assert Page(hub, name, other, keys=text).connect().closed is Reason.TAKEN


def test_sig2_who_took_a_session_and_has_gone_leaves_no_place_behind(hub: HubWithPages) -> None:
    secret = an_id(hub.random)
    thief = Page(hub, protocol.session_of(secret), an_id(hub.random)).connect().join(hub.room)
    thief.break_off()
    owner = Page(hub, thief.session, secret).connect().join(hub.room)
    assert owner.of("welcome")[-1]["resumed"] is False
    hub.sleep(40)
    assert owner.closed is None
    assert hub.hub.counts()["members"] == 1


def test_sig2_the_same_session_again_takes_the_place_of_its_old_connection(hub: HubWithPages) -> None:
    other, page = hub.member(), hub.member()
    hub.sleep(1)
    before = len(other.heard)
    again = Page(hub, page.session, page.secret).connect()
    assert page.closed is Reason.REPLACED
    again.join(hub.room)
    hub.sleep(1)
    assert again.of("welcome")[0]["resumed"] is True
    assert set(other.roster()) == {other.session, page.session}
    assert all(message.get("left", []) == [] for message in other.heard[before:])
    assert other.roster()[page.session]["here"] is True


def test_sig3_the_room_hears_at_once_that_a_connection_broke_and_the_place_is_kept(hub: HubWithPages) -> None:
    other, page = hub.member(), hub.member()
    hub.sleep(1)
    page.break_off()
    assert other.roster()[page.session]["here"] is False
    hub.sleep(29)
    assert page.session in other.roster()
    hub.sleep(2)
    assert page.session not in other.roster()
    assert other.of("changes")[-1]["count"] == 1


@pytest.mark.parametrize("code", [1000, 1001])
def test_sig3_a_page_that_goes_away_is_gone_at_once(hub: HubWithPages, code: int) -> None:
    other, page = hub.member(), hub.member()
    hub.sleep(1)
    page.break_off(code)
    assert other.of("changes")[-1]["left"] == [page.session]
    assert other.neighbours() == set()


def test_sig3_leaving_is_gone_at_once_and_the_connection_stays(hub: HubWithPages) -> None:
    other, page = hub.member(), hub.member()
    hub.sleep(1)
    page.say("leave", room=hub.room)
    assert other.of("changes")[-1]["left"] == [page.session]
    page.join(hub.room)
    hub.sleep(1)
    assert page.session in other.roster()


def test_sig4_who_comes_back_has_the_same_entry_age_and_neighbours(hub: HubWithPages) -> None:
    others = [hub.member() for _ in range(12)]
    page = hub.member(record="me")
    hub.sleep(20)
    neighbours = page.neighbours()
    page.break_off()
    hub.sleep(10)
    page.connect().join(hub.room, record="me", have=sorted(neighbours))
    hub.sleep(1)
    assert page.of("welcome")[-1]["resumed"] is True
    assert page.of("joined")[-1]["neighbours"] == list(dict.fromkeys(page.of("joined")[-1]["neighbours"]))
    assert page.neighbours() == neighbours
    entry = others[0].roster()[page.session]
    assert (entry["here"], entry["record"]) == (True, "me")
    assert entry["age"] == 30
    assert others[0].of("changes")[-1]["count"] == 13


def test_sig4_subscriptions_are_not_remembered(hub: HubWithPages) -> None:
    topic = an_id(hub.random)
    one, two = hub.member().subscribe(hub.room, topic), hub.member().subscribe(hub.room, topic)
    two.break_off()
    two.connect().join(hub.room)
    one.publish(topic, b"x")
    assert two.frames() == []
    two.subscribe(hub.room, topic)
    one.publish(topic, b"x")
    assert len(two.frames()) == 1


def test_sig5_a_server_that_ends_says_so_to_everybody(hub: HubWithPages) -> None:
    pages = [hub.member() for _ in range(3)]
    hub.do(Stopping())
    assert {page.closed for page in pages} == {Reason.RESTARTING}


def test_sig6_the_silent_are_asked_and_then_given_up(hub: HubWithPages) -> None:
    other, page = hub.member(), hub.member()
    hub.sleep(27)
    assert page.of("ping")
    del hub.pages[page.number]  # answers nothing any more
    hub.sleep(92)
    assert hub.hub.refused["silent"] == 1
    assert page.session not in other.roster()
    assert other.closed is None


def test_sig6_a_page_can_ask_too(hub: HubWithPages) -> None:
    page = hub.page()
    page.say("ping")
    assert page.of("pong")


def test_sig8_garbage_costs_its_sender_the_connection_and_nobody_else(hub: HubWithPages) -> None:
    good, bad = hub.member(), hub.member()
    hub.do(Text(bad.number, "{"))
    assert bad.closed is Reason.GARBLED
    assert bad.of("refused")[0]["detail"] == "not JSON"
    good.say("ping")
    assert good.of("pong")


def test_sig9_rooms_can_be_neither_guessed_nor_listed(hub: HubWithPages) -> None:
    for room in ("class-3b", "a" * 22, "abc" * 8, "x" * 65, "ä" * 22, 7, None):
        page = hub.page()
        page.say("join", room=room, record="")
        assert page.closed is Reason.GARBLED, room


def test_sig9_a_room_is_gone_with_its_last_member(hub: HubWithPages) -> None:
    topic = an_id(hub.random)
    pages = [hub.member().subscribe(hub.room, topic) for _ in range(3)]
    pages[0].break_off(1001)
    pages[1].break_off()
    pages[2].say("leave", room=hub.room)
    pages[2].break_off()
    hub.sleep(31)
    assert hub.hub.idle
    assert hub.hub.counts() == {"connections": 0, "rooms": 0, "members": 0, "topics": 0, "delivered": 0}


def test_sig10_two_hundred_arrivals_are_a_few_calm_messages(hub: HubWithPages) -> None:
    first = hub.member()
    for _ in range(200):
        hub.member(record="r" * 120)
        hub.sleep(0.1)
    hub.sleep(3)
    assert len(first.roster()) == 201
    changes = first.of("changes")
    assert len(changes) <= 85  # twenty seconds at four a second, and the end
    assert changes[-1]["count"] == 201


def test_sig10_arrivals_in_one_moment_are_one_frame_after_the_other_and_who_left_comes_first(hub: HubWithPages) -> None:
    first = hub.member()
    people = [hub.member(record="r" * 1000) for _ in range(60)]
    people[50].say("leave", room=hub.room)
    hub.sleep(3)
    assert len(first.roster()) == 60
    assert all(len(json.dumps(message)) <= hub.settings.control_bytes for message in first.of("changes"))
    assert first.of("changes")[1]["left"] == [people[50].session]


def test_sig10_the_roster_comes_in_pages_of_a_frame(hub: HubWithPages) -> None:
    for _ in range(50):
        hub.member(record="r" * 1000)
    page = hub.member()
    following = page.of("joined")[-1]["next"]
    rounds = 0
    while following is not None:
        page.say("roster", room=hub.room, after=following)
        following = page.of("people")[-1]["next"]
        rounds += 1
        assert rounds < 10
    assert len(page.roster()) == 51
    assert all(len(json.dumps(message)) <= hub.settings.control_bytes for message in page.of("people"))


def test_sig10_a_new_record_is_told_to_the_room(hub: HubWithPages) -> None:
    one, two = hub.member(), hub.member(record="before")
    hub.sleep(1)
    two.say("record", room=hub.room, record="after")
    assert one.roster()[two.session]["record"] == "after"


def test_sig11_a_signal_goes_to_the_one_it_names_and_says_who_sent_it(hub: HubWithPages) -> None:
    one, two, three = hub.member(), hub.member(), hub.member()
    one.say("signal", room=hub.room, to=two.session, data="b2ZmZXI")
    assert two.of("signal") == [{"type": "signal", "room": hub.room, "data": "b2ZmZXI", "from": one.session}]
    assert three.of("signal") == []
    assert one.of("signal") == []


def test_sig11_a_signal_to_somebody_away_or_elsewhere_is_refused_with_their_name(hub: HubWithPages) -> None:
    one, away = hub.member(), hub.member()
    elsewhere = hub.member(protocol.encode_id(hub.random.randbytes(16)))
    away.break_off()
    for target in (away.session, elsewhere.session, an_id(hub.random)):
        one.say("signal", room=hub.room, to=target, data="")
        refused = one.of("refused")[-1]
        assert (refused["reason"], refused["about"], refused["to"]) == ("not-here", "signal", target)
    assert one.closed is None
    assert elsewhere.of("signal") == []


def test_sig11_who_is_not_in_the_room_signals_to_nobody_in_it(hub: HubWithPages) -> None:
    inside, outside = hub.member(), hub.page()
    outside.say("signal", room=hub.room, to=inside.session, data="")
    outside.say("record", room=hub.room, record="")
    outside.say("roster", room=hub.room, after=0)
    outside.say("more", room=hub.room, lost=[])
    outside.say("subscribe", room=hub.room, topics=[an_id(hub.random)])
    assert outside.refusals() == ["not-in-room"] * 5
    assert inside.of("signal") == []


def test_sig12_a_full_room_says_so_and_who_is_in_it_stays() -> None:
    hub = HubWithPages(members_per_room=3)
    pages = [hub.member() for _ in range(3)]
    late = hub.member()
    assert late.refusals() == ["room-full"]
    assert late.closed is None
    pages[0].break_off()
    pages[0].connect().join(hub.room)
    assert pages[0].refusals() == []
    pages[1].break_off(1001)
    late.join(hub.room)
    assert late.of("joined")


def test_sig12_a_connection_is_in_few_rooms(hub: HubWithPages) -> None:
    page = hub.page()
    for _ in range(5):
        page.join(protocol.encode_id(hub.random.randbytes(16)))
    assert len(page.of("joined")) == 4
    assert page.refusals() == ["too-many-rooms"]


def test_sig21_who_sends_too_much_is_read_more_slowly_and_loses_nothing() -> None:
    hub = HubWithPages(frames_per_second=10, frames_burst=100, bytes_per_second=65_536, bytes_burst=131_072)
    topic = an_id(hub.random)
    one, two = hub.member().subscribe(hub.room, topic), hub.member().subscribe(hub.room, topic)
    for _ in range(50):
        one.publish(topic, b"x")
    assert one.wait == 0
    for _ in range(50):
        one.publish(topic, b"x")
    assert 1.5 < one.wait < 2.5
    assert len(two.frames()) == 100
    hub.sleep(20)
    one.wait = 0
    for _ in range(3):
        one.publish(topic, bytes(65_536))
    assert 0.9 < one.wait < 1.2
    assert len(two.frames()) == 103


def test_sig21_what_concerns_a_whole_room_counts_more() -> None:
    hub = HubWithPages(frames_per_second=10, frames_burst=100)
    page = hub.member()
    hub.sleep(20)
    for _ in range(6):
        page.say("record", room=hub.room, record="")
    assert page.wait == pytest.approx(2.0, abs=0.1)


def test_sig21_many_receivers_slow_their_sender_down() -> None:
    hub = HubWithPages(deliveries_per_second=1_000, deliveries_burst=2_000)
    topic = an_id(hub.random)
    pages = [hub.member().subscribe(hub.room, topic) for _ in range(101)]
    for _ in range(25):
        pages[0].publish(topic, b"x")
    assert pages[0].wait == pytest.approx(0.5, abs=0.01)
    assert pages[1].wait == 0


def test_sig21_a_frame_over_the_limit_is_refused() -> None:
    hub = HubWithPages()
    topic = an_id(hub.random)
    one, two = hub.member().subscribe(hub.room, topic), hub.member().subscribe(hub.room, topic)
    one.publish(topic, bytes(65_536))
    assert len(two.frames()) == 1
    one.publish(topic, bytes(65_537))
    assert one.closed is Reason.TOO_LARGE
    hub.do(Text(two.number, '{"type":"ping","padding":"' + "x" * 16_384 + '"}'))
    assert two.closed is Reason.TOO_LARGE


def test_sig22_who_was_too_slow_hears_so_when_they_are_back(hub: HubWithPages) -> None:
    page = hub.member()
    hub.do(Overrun(page.number))
    assert page.closed is Reason.TOO_SLOW
    page.connect()
    assert page.of("welcome")[-1]["dropped"] == "too-slow"
    page.break_off()
    page.connect()
    assert page.of("welcome")[-1]["dropped"] is None
