"""Segments in Python that turn out to be lies, or to be none: what counts, and what leaned on it, is found anew."""

from __future__ import annotations

import hashlib
import math

import pytest

from peerbook.peer import crypto
from peerbook.peer.encoding import text_bytes
from peerbook.peer.log.piece import Chain, Piece, piece_of
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


def test_log7_what_leaned_on_a_segment_that_is_a_lie_is_judged_anew_when_that_counts_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    late, ada, ben = world.page(), somebody(world.chance), somebody(world.chance)
    session, bens = ada.introduced.session, ben.introduced.session
    hers, his = (client_of(DOCUMENT, own.introduced.participant, own.introduced.session) for own in (ada, ben))
    [truth] = sealer_of(ada).seal(KEY, craft(hers, 0, [Crafted()]).data)
    [beside] = sealer_of(ben).seal(KEY, craft(his, 0, [Crafted(left=(hers, 0), content=text_bytes("y"))]).data)
    chain = Chain(ROOM, DOCUMENT, "document")
    chains = [chain.first(session), chain.next(chain.first(session), hashlib.sha256(truth.data).digest())]
    place = Segment(ROOM, DOCUMENT, session, "document", 0, 0, 1, *chains, session)

    def segment(said: Crafted) -> Piece:
        data = seal_segment(crypto, ada.signer, place, KEY, craft(hers, 0, [said]).data)
        piece = piece_of(data, {session: ada.introduced.participant})
        assert piece
        return piece

    lie = segment(Crafted(parent="cells", key="odd", kind=VALUE, content=ZERO))
    others = (segment(Crafted(content=text_bytes("z" * length))) for length in range(1, 99))
    other = next(piece for piece in others if piece.hash > lie.hash)
    for own in (ada, ben):
        late.engine._acquaintances.hear(own.introduction)

    def take(data: bytes) -> None:
        late.engine._changes.take_entry(late.replica, data, "", lambda: None)

    compared: list[str] = []
    compare = late.engine._exchange.compare
    monkeypatch.setattr(late.engine._exchange, "compare", lambda: (compared.append(words(late)), compare()))
    take(lie.data)
    take(beside.data)
    # Beside what is in no text nothing may be; and one that was never here changes nothing of what counts.
    take(other.data)
    log = late.replica.log
    assert (words(late), log.limit_of(bens), log.refused_of(session), compared) == ("", 0, [other.hash], [])
    original = piece_of(truth.data, {session: ada.introduced.participant})
    assert original
    assert late.replica.weighing.hear_originals(lie, [original])
    assert compared == [""]
    world.clock.advance(1)
    assert (words(late), log.limit_of(bens)) == ("xy", math.inf)
