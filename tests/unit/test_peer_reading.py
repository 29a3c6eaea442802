"""What ends a session's log where it is read: changes that do not follow, parts that do not belong together, and pieces
of another document."""

from __future__ import annotations

import math

import pytest

from peerbook.peer import crypto
from peerbook.peer.identity import OwnSession
from peerbook.peer.overlay.messages import IntroductionMessage, encode_message
from peerbook.peer.sealed import DocumentKey
from peerbook.peer.segment import Segment, seal_segment
from peerbook.peer.session import client_of

from .crafted import CELL, VALUE, ZERO, Crafted, craft
from .peer_kit import DOCUMENT, ROOM, Page, World, sealer_of, somebody

KEY = DocumentKey(0, b"k" * 32)
ELSEWHERE = f"{'5f' * 32}.team.{'0a' * 16}"
Part = tuple[bytes, int, int]
"""What an envelope holds, which part that is, and of how many."""


class Desk:
    def __init__(self) -> None:
        self.world = World()
        self.page, self.neighbour = self.world.page(), self.world.page()
        self.world.join(self.page, self.neighbour)
        self.world.clock.advance(1000)
        self.eve = somebody(self.world.chance)
        self.session = self.eve.introduced.session
        self.client = client_of(DOCUMENT, self.eve.introduced.participant, self.session)
        introduce(self.page, self.neighbour, self.eve)

    def says(self, *parts: Part) -> int:
        """How many of these envelopes count."""
        sealer = sealer_of(self.eve)
        for plain, part, parts_ in parts:
            data = sealer._make(KEY, plain, part, parts_).data
            self.page.engine.hear(self.neighbour.session, "control", data)
        log = self.page.replica.log
        assert log.limit_of(self.session) in (math.inf, log.count(self.session))
        return log.count(self.session)

    def letter(self, clock: int) -> bytes:
        return craft(self.client, clock, [Crafted(left=(self.client, clock - 1) if clock else None)]).data


def introduce(page: Page, neighbour: Page, own: OwnSession) -> None:
    page.engine.hear(neighbour.session, "control", encode_message(IntroductionMessage(own.introduction)))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def whole(*plains: bytes) -> list[Part]:
    return [(plain, 0, 1) for plain in plains]


def test_syn5_a_session_s_changes_follow_on_one_another(desk: Desk) -> None:
    assert desk.says(*whole(desk.letter(0), desk.letter(1), desk.letter(2))) == 3
    assert str(desk.page.text) == "xxx"


@pytest.mark.parametrize("clock", [0, 2])
def test_syn5_a_change_that_leaves_out_clocks_or_says_them_again_ends_its_session(desk: Desk, clock: int) -> None:
    assert desk.says(*whole(desk.letter(0), desk.letter(clock), desk.letter(1))) == 1
    assert str(desk.page.text) == "x"
    assert not desk.page.replica.log.is_doubted(desk.session)


def test_env6_parts_of_one_change_are_all_of_it_in_their_order(desk: Desk) -> None:
    change = desk.letter(0)
    assert desk.says((change[:4], 0, 2), (change[4:], 1, 2), (desk.letter(1), 0, 1)) == 3
    assert str(desk.page.text) == "xx"


@pytest.mark.parametrize(
    "second", [lambda change: (change, 0, 1), lambda change: (change[4:], 1, 3), lambda change: (change[4:], 0, 2)]
)
def test_env6_parts_that_do_not_belong_together_end_their_session(desk: Desk, second: object) -> None:
    assert callable(second)
    change = desk.letter(0)
    assert desk.says((change[:4], 0, 2), second(change), (change[4:], 1, 2)) == 0
    assert str(desk.page.text) == ""


def test_syn5_an_envelope_that_shows_what_may_not_be_is_not_passed_on(desk: Desk) -> None:
    further = desk.world.page()
    desk.world.join(desk.page, further)
    desk.world.clock.advance(1000)
    misplaced = craft(desk.client, 0, [Crafted(parent=CELL)]).data
    assert desk.says(*whole(desk.letter(0), misplaced)) == 1
    desk.world.clock.advance(10_000)
    assert desk.page.engine.refusals["no-change"] == 1
    assert further.replica.log.count(desk.session) == 1
    assert further.engine.refusals["no-change"] == 0


@pytest.mark.parametrize(("document", "kind"), [(ELSEWHERE, "document"), (DOCUMENT, "outputs")])
def test_syn16_what_is_signed_for_another_document_is_in_no_log_but_its_own(
    desk: Desk, document: str, kind: str
) -> None:
    changes, page = desk.page.engine._changes, desk.page
    place = Segment(ROOM, document, desk.session, kind, 0, 0, 2, bytes(32), bytes(32), desk.session)
    segment = seal_segment(crypto, desk.eve.signer, place, KEY, desk.letter(0))
    envelope = sealer_of(desk.eve, document=document, kind=kind).seal(KEY, desk.letter(0))[0].data
    done: list[object] = []
    changes.take_segment(page.replica, segment, desk.neighbour.session, lambda received, piece: done.append(received))
    changes.take_entry(page.replica, envelope, desk.neighbour.session, lambda: done.append("entry"))
    changes.take_entry(page.replica, segment, desk.neighbour.session, lambda: done.append("entry"))
    assert done == [None, "entry", "entry"]
    assert page.engine.refusals["garbled"] == 3
    assert (page.replica.log.count(desk.session), str(page.text)) == (0, "")


def test_per6_of_what_waits_for_ever_the_same_is_there_built_anew_as_if_it_were_one_segment(desk: Desk) -> None:
    client, never = desk.client, [(5, [(3, 1)])]
    more = craft(client, 1, [Crafted(left=(client, 0))], never).data
    assert desk.says(*whole(desk.letter(0), more, desk.letter(2))) == 3
    assert str(desk.page.text) == "x"
    desk.page.replica._readings.replay()
    desk.world.clock.advance(10_000)
    assert str(desk.page.text) == "xxx"
    assert desk.page.replica.is_waiting
    assert desk.page.replica.content is not None


def test_per6_what_waited_in_it_and_turns_out_to_be_misplaced_ends_its_session_where_it_began(desk: Desk) -> None:
    client, other = desk.client, desk.neighbour.engine.client_id(DOCUMENT)
    waiting = craft(client, 1, [Crafted(left=(other, 0))]).data
    misplaced = craft(client, 2, [Crafted(parent=(other, 0))]).data
    after = craft(client, 3, [Crafted(left=(client, 0))]).data
    assert desk.says(*whole(desk.letter(0), waiting, misplaced, after)) == 4
    desk.page.replica._readings.replay()
    desk.world.clock.advance(10_000)
    desk.neighbour.text.insert(0, "ab")
    desk.world.clock.advance(10_000)
    log = desk.page.replica.log
    assert (log.limit_of(desk.session), log.count(desk.session)) == (2, 2)
    assert sorted(str(desk.page.text)) == ["a", "b", "x", "x"]


@pytest.mark.parametrize("is_here", [False, True])
def test_per6_what_shows_already_that_it_may_not_be_and_waits_takes_nothing_along(desk: Desk, is_here: bool) -> None:
    client, other = desk.client, desk.neighbour.engine.client_id(DOCUMENT)
    misplaced = Crafted(left=(client, 0), kind=VALUE, content=ZERO)
    odd = craft(client, 1, [misplaced, Crafted(left=(other, 6))]).data
    after = craft(client, 3, [Crafted(left=(client, 0))]).data
    assert desk.says(*whole(desk.letter(0), odd, after)) == 3
    page = desk.page
    desk.world.clock.advance(10_000)
    desk.neighbour.text.insert(1, "honest")
    desk.world.clock.advance(10_000)
    page.replica._readings.replay()
    desk.world.clock.advance(10_000)
    assert (str(page.text), page.replica.log.count(desk.session), page.replica.is_waiting) == ("xhonest", 3, True)
    if is_here:
        # What it waited for: now it is judged, and its session ends where it began, as on every page.
        desk.neighbour.text.insert(0, "a")
        desk.world.clock.advance(10_000)
        assert page.replica.log.limit_of(desk.session) == 1
        assert sorted(str(page.text)) == sorted("axhonest")
