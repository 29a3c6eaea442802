"""Of the owner nobody says how far they count: what said two things counts as far as nobody doubts it."""

from __future__ import annotations

from peerbook.peer.encoding import text_bytes
from peerbook.peer.identity import OwnSession
from peerbook.peer.log.piece import Cut as LogCut
from peerbook.peer.log.piece import Fork
from peerbook.peer.overlay.messages import IntroductionMessage, encode_message
from peerbook.peer.roles import Cut
from peerbook.peer.session import client_of
from peerbook.peer.sync.lost import Lost

from .crafted import Crafted, craft
from .peer_kit import DOCUMENT, Page, World, sealer_of, somebody
from .test_peer_course import SESSION, sides
from .test_peer_segments import KEY, words


class Stage:
    """A class whose owner may have said anything to anybody."""

    def __init__(self) -> None:
        self.world = World()
        self.own = somebody(self.world.chance)
        self.lost: list[Lost] = []

    def page(self, own: OwnSession) -> Page:
        page = self.world.page(lost=lambda _, lost: self.lost.extend(lost), unfit=lambda *_: None)
        page.rules.owner = own.introduced.participant
        return page

    def given(self, letters: str, own: OwnSession | None = None) -> Page:
        """A page that was given that, letter after letter, by somebody who is not there any more."""
        own = own or self.own
        client = client_of(DOCUMENT, own.introduced.participant, own.introduced.session)
        page, other, sealer = self.page(own), self.world.page(), sealer_of(own)
        self.world.join(page, other)
        page.engine.hear(other.session, "control", encode_message(IntroductionMessage(own.introduction)))
        for at, letter in enumerate(letters):
            left = (client, at - 1) if at else None
            [said] = sealer.seal(KEY, craft(client, at, [Crafted(left=left, content=text_bytes(letter))]).data)
            page.engine.hear(other.session, "control", said.data)
        self.world.part(page, other)
        assert words(page) == letters
        return page

    def meet(self, one: Page, other: Page) -> list[str]:
        self.world.join(one, other)
        self.world.clock.advance(60_000)
        return [words(one), words(other)]

    def counts(self, page: Page) -> tuple[int, float]:
        log, session = page.replica.log, self.own.introduced.session
        return log.count(session), log.limit_of(session)


def test_log6_an_owner_who_said_two_things_counts_as_far_as_nobody_doubts_it_and_who_leaned_on_more_is_told() -> None:
    stage = Stage()
    one, other = stage.given("fabc"), stage.given("fxy")
    one.text.insert(3, "<leaning>")
    stage.world.clock.advance(1000)
    one.text.insert(0, "<free>")
    stage.world.clock.advance(1000)
    assert stage.meet(one, other) == ["<free>f", "<free>f"]
    assert [stage.counts(page) for page in (one, other)] == [(1, 1), (1, 1)]
    assert [lost.text for lost in stage.lost] == ["<leaning>"]
    late = stage.given("fab")
    assert stage.meet(late, other) == ["<free>f", "<free>f"]


def test_log6_an_owner_counts_less_when_another_proof_begins_before_also_for_who_had_heard_of_a_later_one() -> None:
    stage = Stage()
    one, other, third = stage.given("fabc"), stage.given("fay"), stage.given("fz")
    assert stage.meet(one, other) == ["fa", "fa"]
    assert stage.meet(other, third) == ["f", "f"]
    assert words(one) == "f"
    assert one.replica.reaches.digest == other.replica.reaches.digest == third.replica.reaches.digest


def test_log6_an_owner_who_said_two_things_counts_as_the_next_owner_says() -> None:
    stage = Stage()
    session = stage.own.introduced.session
    one, other = stage.given("fabc"), stage.given("fxy")
    chain = one.replica.log.chain_at(session, 3)
    assert stage.meet(one, other) == ["f", "f"]
    late = stage.given("fabc")
    for page in (one, other, late):
        page.rules.cuts[DOCUMENT, session] = Cut(3, chain)
        page.engine.rules_changed()
    assert stage.meet(late, other) == ["fab", "fab"]
    assert words(one) == "fab"


def test_log6_an_owner_is_in_doubt_no_longer_when_the_next_says_how_far_and_be_it_just_as_far() -> None:
    stage = Stage()
    session = stage.own.introduced.session
    one, other = stage.given("fabc"), stage.given("fxy")
    stage.meet(one, other)
    log = one.replica.log
    assert log.forks == [session]
    one.rules.cuts[DOCUMENT, session] = Cut(1, log.chain_at(session, 1))
    one.engine.rules_changed()
    assert log.forks == []


def test_log6_of_anybody_but_the_owner_all_that_is_here_stays_until_somebody_says_how_far() -> None:
    stage = Stage()
    one, other = stage.given("fab"), stage.given("fxy")
    for page in (one, other):
        page.rules.owner = ""
    assert stage.meet(one, other) == ["fab", "fxy"]
    assert one.replica.log.forks == [stage.own.introduced.session]


def test_log6_an_owner_sees_on_their_own_page_what_the_class_has_and_nothing_more_that_they_say_counts() -> None:
    stage = Stage()
    own = somebody(stage.world.chance)
    page = stage.world.page(own=own, lost=lambda _, lost: stage.lost.extend(lost), unfit=lambda *_: None)
    page.rules.owner = page.participant
    friend = stage.page(own)
    stage.world.join(page, friend)
    for letter in "abc":
        page.text += letter
        stage.world.clock.advance(500)
    told = stage.given("x", own)
    assert stage.meet(told, friend) == ["", ""]
    assert (words(page), [lost.text for lost in stage.lost]) == ("", ["abc"])
    page.text += "more"
    stage.world.clock.advance(5000)
    assert (words(page), words(friend), stage.lost[-1].text) == ("", "", "more")


def test_log6_an_owner_is_found_to_have_done_so_before_by_whatever_shows_it() -> None:
    direct, a, b = sides(40, 5)
    for piece in a.envelopes[:20]:
        direct.take(piece)
    direct.cut(SESSION, "ada", LogCut(20, None, is_implied=True))
    assert isinstance(direct.take(b.envelopes[5]), Fork)
    late, a, b = sides(40, 5)
    for piece in (*a.envelopes[:7], b.segment(8, 12)):
        late.take(piece)
    late.cut(SESSION, "ada", LogCut(20, None, is_implied=True))
    late.take(b.segment(8, 12))
    assert isinstance(late.take(a.envelopes[7]), Fork)
    beside, a, b = sides(130, 10)
    beside.take(a.segment(0, 100))
    beside.cut(SESSION, "ada", LogCut(129, None, is_implied=True))
    for piece in (a.segment(50, 110), b.segment(64, 128)):
        beside.take(piece)
    assert isinstance(beside.take(a.segment(0, 64)), Fork)
