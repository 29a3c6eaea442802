"""Segments in Python that turn out to be lies, or to be none: what counts, and what leaned on it, is found anew."""

from __future__ import annotations

import hashlib
import math

import pytest

from peerbook.peer import crypto
from peerbook.peer.encoding import text_bytes
from peerbook.peer.identity import OwnSession
from peerbook.peer.log.piece import Chain, Piece, piece_of
from peerbook.peer.permissions.change import CheckedChange
from peerbook.peer.roles import Cut
from peerbook.peer.segment import Segment, seal_segment
from peerbook.peer.session import client_of

from .crafted import VALUE, ZERO, Crafted, craft
from .peer_kit import DOCUMENT, ROOM, World, sealer_of, somebody
from .test_peer_segments import KEY, deceived, lied, segment_of, types, words


def test_log8_what_was_refused_before_a_restart_is_judged_anew_when_somebody_brings_it() -> None:
    world = World()
    ada = world.page()
    types(world, ada, 40)
    segment = segment_of(ada, 0, 40)
    late = deceived(world, ada, segment)
    late.replica._ban(segment, [])
    again = world.page(follows=False)
    again.follow(late.kept)
    assert (again.replica.log.count(ada.session), words(again)) == (0, "")
    received: list[object] = []
    again.engine._changes.take_segment(again.replica, segment.data, "", lambda what, _: received.append(what))
    assert (received, words(again)) == (["taken"], words(ada))


def test_syn18_who_has_only_a_beginning_ends_with_one_document_with_who_was_given_another_in_a_segment() -> None:
    world = World()
    ada, ben = world.page(), world.page()
    world.join(ada, ben)
    world.clock.advance(1000)
    types(world, ada, 20)
    world.clock.advance(3000)
    world.part(ada, ben)
    truth = words(ben)
    types(world, ada, 20)
    late = deceived(world, ada, lied(ada, 40))
    assert words(late)[: len(truth)] == "X" + truth[1:]
    world.join(late, ben)
    world.clock.advance(60_000)
    assert (words(late), words(ben)) == (truth, truth)


def test_syn18_who_was_told_what_may_not_be_ends_with_the_others_who_have_something_else_in_a_segment() -> None:
    world = World()
    ada, ben, third, told = world.page(compact_every=16), world.page(), world.page(), world.page()
    world.join(ada, ben)
    world.join(ben, third)
    types(world, ada, 40)
    world.clock.advance(10_000)
    assert words(third) == words(ada)
    assert third.replica.log.pieces(ada.session)[0].form == "segment"
    world.part(ada, ben)
    # It follows on no clock of hers.
    [odd] = sealer_of(ada.own).seal(KEY, craft(ada.engine.client_id(DOCUMENT), 5, [ODD]).data)
    told.engine._acquaintances.hear(ada.own.introduction)
    told.engine._changes.take_entry(told.replica, odd.data, "", lambda: None)
    assert told.replica.log.stop_at(ada.session) == 0
    world.join(third, told)
    world.clock.advance(60_000)
    assert [words(each) for each in (ben, third, told)] == ["", "", ""]
    assert ben.replica.reaches.digest == third.replica.reaches.digest == told.replica.reaches.digest


@pytest.mark.parametrize("is_after", [False, True])
def test_log7_who_was_told_what_may_not_be_where_others_were_told_something_else_knows_it_is_a_fork(
    is_after: bool,
) -> None:
    world = World()
    ada, ben, told = world.page(), world.page(), world.page()
    world.join(ada, ben)
    types(world, ada, 3)
    world.clock.advance(1000)
    world.part(ada, ben)
    if is_after:
        world.join(ben, told)
        world.clock.advance(3000)
        world.part(ben, told)
    [odd] = sealer_of(ada.own).seal(KEY, craft(ada.engine.client_id(DOCUMENT), 5, [ODD]).data)
    told.engine._acquaintances.hear(ada.own.introduction)
    told.engine._changes.take_entry(told.replica, odd.data, "", lambda: None)
    log = told.replica.log
    is_ended = (log.count(ada.session), log.stop_at(ada.session), log.doubted_from(ada.session))
    assert is_ended == ((3, None, 0) if is_after else (0, 0, None))
    world.join(ben, told)
    world.clock.advance(30_000)
    assert [each.replica.log.doubted_from(ada.session) for each in (ben, told)] == [0, 0]
    assert words(ben) == words(ada)


def test_log10_what_may_not_be_on_the_side_that_counts_ends_it_there() -> None:
    world = World()
    ada, told = world.page(), world.page()
    world.join(ada, told)
    types(world, ada, 3)
    world.clock.advance(1000)
    world.part(ada, told)
    replica = told.replica
    odd, other = (sealer_of(ada.own).seal(KEY, data)[0].data for data in (b"no change", b"nor this"))
    first, links = replica.log.pieces(ada.session)[0], Chain(ROOM, DOCUMENT, "document")
    chain = links.first(ada.session)
    for data in (odd, other):
        chain = links.next(chain, hashlib.sha256(data).digest())
    told.rules.cuts[DOCUMENT, ada.session] = Cut(2, chain)
    told.engine.rules_changed()
    assert (replica.take(first), replica.log.count(ada.session)) == ("taken", 1)
    told.engine._changes.take_entry(replica, odd, "", lambda: None)
    assert (replica.log.stop_at(ada.session), words(told)) == (0, "")


class Stage:
    """Somebody who wrote beside what Ada wrote, and a page that is given both, and notes when it compares."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = World()
        self.page = page = self.world.page()
        self.ada, ben = somebody(self.world.chance), somebody(self.world.chance)
        self.client, his = (
            client_of(DOCUMENT, own.introduced.participant, own.introduced.session) for own in (self.ada, ben)
        )
        self.session, self.bens = self.ada.introduced.session, ben.introduced.session
        [beside] = self.sealed(ben, craft(his, 0, [Crafted(left=(self.client, 0), content=text_bytes("y"))]))
        self.beside = beside
        self.compared: list[str] = []
        """What the page showed then."""
        for own in (self.ada, ben):
            page.engine._acquaintances.hear(own.introduction)
        compare = page.engine._exchange.compare
        monkeypatch.setattr(page.engine._exchange, "compare", lambda: (self.compared.append(words(page)), compare()))

    def sealed(self, own: OwnSession, *changes: CheckedChange) -> list[bytes]:
        sealer = sealer_of(own)
        return [each.data for change in changes for each in sealer.seal(KEY, change.data)]

    def take(self, data: bytes) -> None:
        self.page.engine._changes.take_entry(self.page.replica, data, "", lambda: None)

    def piece(self, data: bytes) -> Piece:
        piece = piece_of(data, {self.session: self.ada.introduced.participant})
        assert piece
        return piece

    @property
    def state(self) -> tuple[str, float, list[str]]:
        """What is shown, how far Ben's session counts, and when all was compared."""
        return words(self.page), self.page.replica.log.limit_of(self.bens), self.compared


ODD = Crafted(parent="cells", key="odd", kind=VALUE, content=ZERO)
"""Beside this nothing may be: it is in no text."""
CHAIN = Chain(ROOM, DOCUMENT, "document")


def chains(session: str, *envelopes: bytes) -> list[bytes]:
    out = [CHAIN.first(session)]
    for data in envelopes:
        out.append(CHAIN.next(out[-1], hashlib.sha256(data).digest()))
    return out


def test_log7_what_leaned_on_a_segment_that_is_a_lie_is_judged_anew_when_that_counts_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(monkeypatch)
    session, log = stage.session, stage.page.replica.log
    [truth] = stage.sealed(stage.ada, craft(stage.client, 0, [Crafted()]))
    place = Segment(ROOM, DOCUMENT, session, "document", 0, 0, 1, *chains(session, truth), session)

    def segment(said: Crafted) -> Piece:
        return stage.piece(seal_segment(crypto, stage.ada.signer, place, KEY, craft(stage.client, 0, [said]).data))

    lie = segment(ODD)
    others = (segment(Crafted(content=text_bytes("z" * length))) for length in range(1, 99))
    other = next(piece for piece in others if piece.hash > lie.hash)
    # One that was never here changes nothing of what counts.
    for data in (lie.data, stage.beside, other.data):
        stage.take(data)
    assert (*stage.state, log.refused_of(session)) == ("", 0, [], [other.hash])
    assert stage.page.replica.weighing.hear_originals(lie, [stage.piece(truth)])
    stage.world.clock.advance(1)
    assert stage.state == ("xy", math.inf, [""])


def test_log7_what_leaned_on_one_side_of_a_fork_is_judged_anew_beside_the_other_and_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(monkeypatch)
    [value, _], [letter, after] = (
        stage.sealed(
            stage.ada, craft(stage.client, 0, [said]), craft(stage.client, 1, [Crafted(left=(stage.client, 0))])
        )
        for said in (ODD, Crafted())
    )
    reached = chains(stage.session, letter, after)[-1]
    stage.page.rules.cuts[DOCUMENT, stage.session] = Cut(2, reached)
    stage.take(value)
    stage.take(stage.beside)
    assert stage.state == ("", 0, [])
    stage.take(letter)
    assert stage.state == ("xy", math.inf, ["xy"])
    stage.take(after)
    assert len(stage.compared) == 1
