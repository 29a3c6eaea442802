"""Where one's own session ends in Python, as what it says is in nobody's document; and what of it comes from others."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc

from peerbook.peer.log.log import Log
from peerbook.peer.log.piece import Chain, Piece
from peerbook.peer.overlay.messages import IntroductionMessage, encode_message
from peerbook.peer.permissions.change import Id, check_change
from peerbook.peer.permissions.limits import NOTEBOOK_LIMITS
from peerbook.peer.permissions.waiting import Waiting
from peerbook.peer.sealed import DocumentKey
from peerbook.peer.sync.lost import Lost
from peerbook.peer.sync.reading import Opened, Reading, ReadingPorts
from peerbook.peer.sync.readings import LOST_MS

from .crafted import VALUE, ZERO, Crafted, craft
from .peer_kit import DOCUMENT, GENESIS, World, sealer_of
from .test_peer_segments import types

FIRST, SECOND = DocumentKey(0, b"1" * 32), DocumentKey(1, b"2" * 32)


class TwoKeys:
    """A key of one epoch, then one of another, until that is undone."""

    def __init__(self) -> None:
        self.is_second = False
        self.undone: dict[int, list[bytes]] = {}
        """By epoch: what opens it instead."""

    def key_for(self, document: str, kind: str) -> DocumentKey | None:
        return SECOND if self.is_second else FIRST

    def are_all(self, document: str, kind: str, epoch: int) -> bool:
        return True

    def keys_of(self, document: str, kind: str, epoch: int) -> list[bytes]:
        return self.undone.get(epoch, [(FIRST, SECOND)[epoch].key])


class Desk:
    def __init__(self, **options: Any) -> None:
        self.world, self.keys = World(), TwoKeys()
        self.lost: list[Lost] = []
        self.faults: list[str] = []
        self.page = self.world.page(
            keys=self.keys, lost=self._note_lost, unfit=lambda _, fault: self.faults.append(fault), **options
        )
        self.other = self.world.page(keys=self.keys)
        self.world.join(self.page, self.other)
        self.world.clock.advance(1000)

    def _note_lost(self, document: str, lost: Sequence[Lost]) -> None:
        assert document == DOCUMENT
        self.lost += lost

    def write(self, first: int, end: int) -> None:
        for letter in range(first, end):
            self.page.text += str(letter)
            self.world.clock.advance(500)

    def undo(self, epoch: int, *instead: bytes) -> None:
        self.keys.undone[epoch] = list(instead)
        for page in (self.page, self.other):
            page.engine.rules_changed(is_rekeyed=True)
        self.world.clock.advance(1000)

    @property
    def words(self) -> list[str]:
        return [str(self.page.text), str(self.other.text)]

    @property
    def limit(self) -> float:
        return self.page.replica.log.limit_of(self.page.session)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_log7_with_a_key_of_a_team_that_was_undone_is_given_back_as_nobody_else_is_given_that_key(desk: Desk) -> None:
    desk.write(0, 2)
    desk.keys.is_second = True
    desk.write(2, 4)
    assert desk.page.replica.log.count(desk.page.session) == 4
    desk.undo(1)
    assert (desk.words, desk.limit) == (["01", "01"], 2)
    assert (desk.lost, desk.faults) == ([Lost("a", "23")], ["role"])
    # The session is over: what is written in it is given back as well, and nobody else has it.
    desk.write(4, 5)
    assert (desk.words, desk.lost[1:], desk.faults[1:]) == (["01", "01"], [Lost("a", "4")], ["role"])
    # Whoever may have been wrong: with that key again, what was sealed counts.
    desk.keys.undone.clear()
    for page in (desk.page, desk.other):
        page.engine.rules_changed(is_rekeyed=True)
    desk.world.clock.advance(10_000)
    assert (desk.words, desk.limit) == (["0123", "0123"], math.inf)


def test_syn18_of_one_s_own_that_a_segment_took_along_whose_key_was_undone_comes_from_who_has_it_in_pieces() -> None:
    desk = Desk(compact_every=16)
    page, log = desk.page, desk.page.replica.log
    lacks_own = page.engine._changes.lacks_own
    desk.write(0, 4)
    desk.world.part(page, desk.other)
    desk.keys.is_second = True
    desk.write(4, 40)
    segment = log.pieces(page.session)[0]
    assert (segment.form, segment.end > 4) == ("segment", True)
    assert (lacks_own(DOCUMENT), lacks_own("elsewhere")) == (False, False)
    desk.undo(1, b"3" * 32)
    assert (desk.words, log.count(page.session), lacks_own(DOCUMENT)) == (["", "0123"], 0, True)
    desk.world.join(page, desk.other)
    desk.world.clock.advance(30_000)
    assert (desk.words, page.engine.refusals["own"]) == (["0123"] * 2, 0)
    # What follows on what nobody can read any more counts for nobody, and does not stay on one page alone.
    desk.lost.clear()
    page.text += "more"
    desk.world.clock.advance(30_000)
    assert (desk.words, desk.lost) == (["0123"] * 2, [Lost("a", "more")])


def test_log7_in_a_segment_whose_key_was_undone_is_given_back_when_nobody_brings_it_in_envelopes() -> None:
    desk = Desk(compact_every=16)
    desk.world.part(desk.page, desk.other)
    desk.keys.is_second = True
    desk.write(0, 40)
    written = str(desk.page.text)
    assert desk.page.replica.log.pieces(desk.page.session)[0].form == "segment"
    desk.undo(1)
    desk.world.clock.advance(LOST_MS - 5000)
    assert (desk.lost, str(desk.page.text)) == ([], written)
    desk.world.clock.advance(5000)
    assert (desk.lost, desk.limit, str(desk.page.text)) == ([Lost("a", written)], 0, "")


def test_syn5_what_waited_for_its_turn_while_the_document_was_built_anew_stands_in_it_and_goes_out_as_it_stands() -> (
    None
):
    world, keys = World(), TwoKeys()
    page, other = world.page(keys=keys, compact_every=16), world.page(keys=TwoKeys())
    world.join(page, other)
    types(world, page, 40)
    assert page.replica.log.pieces(page.session)[0].form == "segment"
    written = str(page.text)
    long, longer = "-" * 600_000, "+" * 600_000
    # The first goes at once, the others wait; together they may be too large for one change.
    for words in (["1", "2", "3"], ["4", long, longer]):
        keys.undone[0] = []
        page.engine.rules_changed(is_rekeyed=True)
        world.clock.advance(1000)
        for word in words:
            page.text += word
            world.clock.advance(1)
        keys.undone.clear()
        page.engine.keys_changed()
        page.text += "."
        world.clock.advance(5000)
    written = f"{written}123.4{long}{longer}."
    assert [str(each.text) == written for each in (page, other)] == [True, True]
    assert [each.replica.log.limit_of(page.session) for each in (page, other)] == [math.inf, math.inf]


def test_syn5_a_document_is_left_for_another_where_what_one_wrote_meanwhile_has_it_built_anew_once_more() -> None:
    world, keys = World(), TwoKeys()
    page, other = world.page(keys=keys, compact_every=16), world.page(keys=TwoKeys())
    world.join(page, other)
    types(world, page, 40)
    written = str(page.text)
    keys.undone[0] = []
    page.engine.rules_changed(is_rekeyed=True)
    page.text += "1"
    world.clock.advance(1)
    page.text += "2"
    world.clock.advance(1)
    keys.undone.clear()
    outbox = page.replica._drafts._outbox
    say = outbox._publish

    def say_and_build(changes: list[bytes]) -> None:
        outbox._publish = say
        say(changes)
        page.engine.rules_changed(is_rekeyed=True)

    outbox._publish = say_and_build
    page.engine.keys_changed()
    assert outbox._publish is say
    world.clock.advance(1000)
    other.text += "3"
    # Before anybody compares what the documents say.
    world.clock.advance(300)
    assert [str(each.text) for each in (page, other)] == [f"{written}123"] * 2


def test_log7_is_waited_for_as_long_each_time_also_by_whom_it_came_back_to_before() -> None:
    desk = Desk(compact_every=16)
    desk.world.part(desk.page, desk.other)
    desk.keys.is_second = True
    desk.write(0, 40)
    written = str(desk.page.text)
    for _ in range(2):
        desk.undo(1)
        desk.world.clock.advance(LOST_MS - 5000)
        desk.keys.undone.clear()
        desk.page.engine.keys_changed()
        desk.world.clock.advance(1000)
    desk.undo(1)
    desk.world.clock.advance(LOST_MS - 2000)
    assert (desk.lost, str(desk.page.text)) == ([], written)
    desk.world.clock.advance(1000)
    assert desk.lost == [Lost("a", written)]


def test_syn18_what_can_be_read_is_not_given_up_for_a_segment_that_cannot_until_there_is_a_key() -> None:
    world, keys, fewer = World(), TwoKeys(), TwoKeys()
    fewer.undone[1] = []
    author, reader = world.page(keys=keys, compact_every=16), world.page(keys=fewer)
    world.join(author, reader)
    types(world, author, 4)
    world.clock.advance(1000)
    world.part(author, reader)
    keys.is_second = True
    types(world, author, 40)
    assert author.replica.log.pieces(author.session)[0].form == "segment"
    world.join(author, reader)
    world.clock.advance(20_000)
    reader.engine.rules_changed(is_rekeyed=True)
    world.clock.advance(5000)
    assert str(reader.text) == "0123"
    fewer.undone.clear()
    reader.engine.keys_changed()
    world.clock.advance(5000)
    assert str(reader.text) == str(author.text)
    assert reader.replica.log.pieces(author.session)[0].form == "segment"


def test_log7_what_one_wrote_beside_what_is_here_no_more_is_given_back_when_nobody_brings_it_back() -> None:
    desk = Desk()
    world, page = desk.world, desk.page
    world.part(page, desk.other)
    eve, other, apart = world.page(keys=desk.keys, compact_every=16), world.page(keys=desk.keys), world.page()
    world.join(eve, page)
    types(world, eve, 40)
    world.clock.advance(10_000)
    assert page.replica.log.pieces(eve.session)[0].form == "segment"
    page.text.insert(6, "<mine>")
    world.clock.advance(1000)
    world.part(eve, page)
    # To somebody else she had said another beginning, and nothing more.
    value = Crafted(parent="cells", key="odd", kind=VALUE, content=ZERO)
    [said] = sealer_of(eve.own).seal(FIRST, craft(eve.engine.client_id(DOCUMENT), 0, [value]).data)
    world.join(other, apart)
    for message in (encode_message(IntroductionMessage(eve.own.introduction)), said.data):
        other.engine.hear(apart.session, "control", message)
    assert other.replica.log.count(eve.session) == 1
    world.join(page, other)
    world.clock.advance(LOST_MS - 5000)
    assert (page.replica.log.count(eve.session), desk.lost, "<mine>" in str(page.text)) == (1, [], True)
    world.clock.advance(15_000)
    assert ([each.text for each in desk.lost], desk.faults, desk.limit) == (["<mine>"], ["role"], 0)
    assert str(page.text) == str(other.text)


def test_log7_what_is_lost_is_waited_for_as_long_as_protocol_json_says() -> None:
    limits = json.loads((Path(__file__).parents[2] / "docs" / "protocol.json").read_text())
    assert limits["lost_after_ms"] == LOST_MS


OWN, EVE, THIRD = ("A" * 21 + letter for letter in "AQg")
LINKS = Chain(bytes(16), "d", "document")
CLIENTS = {OWN: 7, EVE: 8, THIRD: 9}


class Bench:
    """A document that is built anew of what three sessions said, each envelope a change or a part of one."""

    def __init__(self) -> None:
        self.log = Log(LINKS)
        self.says: dict[bytes, Opened] = {}
        self.lost: int | None = None
        """From where on one's own leans on what is not in the log."""
        self.decides = True
        """Whether the document is not about to be exchanged for another."""

    def say(self, session: str, plain: bytes, part: int = 0, parts: int = 1, *, is_locked: bool = False) -> None:
        place = self.log.count(session)
        data = f"{session} {place}".encode()
        self.says[data] = Opened("locked" if is_locked else "open", plain, part, parts)
        self.log.take(Piece("envelope", session, session, session, place, place + 1, data, None, None, part, parts))

    def write(self, session: str, clock: int, *left: Id | None, deletes: Sequence[int] = ()) -> bytes:
        """A letter behind each of these; the cell's first letter behind None. ``deletes``: clocks of Eve's."""
        ranges = [(CLIENTS[EVE], [(at, 1) for at in deletes])] if deletes else []
        return craft(CLIENTS[session], clock, [Crafted(left=each) for each in left], ranges).data

    def end(self) -> tuple[bool, int | None]:
        """Whether one may write on, and where one's own ends."""
        ports = ReadingPorts(
            self.log,
            OWN,
            NOTEBOOK_LIMITS,
            lambda session, _: CLIENTS[session],
            lambda _: None,
            lambda piece: self.says[piece.data],
            lambda session, place, *_: self.log.stop(session, place) and None,
            lambda _: None,
            lambda: self.decides,
        )
        self.reading = Reading(ports, Doc(), GENESIS, math.inf)
        self.reading.read_anew()
        self.lost = self.reading.own.lost
        return self.reading.has_own, self.reading.own.end


def test_log7_one_s_own_ends_with_the_first_that_leans_on_what_a_log_ends_before() -> None:
    bench = Bench()
    bench.say(EVE, bench.write(EVE, 0, None))
    bench.say(EVE, b"no change")
    bench.say(OWN, bench.write(OWN, 0, None))
    # That something is to be deleted which is not there keeps nobody from writing on.
    bench.say(OWN, bench.write(OWN, 1, deletes=[1]))
    assert bench.end() == (True, None)
    for clock in (1, 2, 3):
        bench.say(OWN, bench.write(OWN, clock, (CLIENTS[EVE], clock)))
    assert bench.log.stop_at(EVE) == 1
    assert bench.end() == (False, 2)


def test_log7_what_may_not_stand_where_it_does_ends_nothing_while_the_next_document_is_built() -> None:
    bench = Bench()
    bench.end()
    bench.decides = False
    bench.say(EVE, bench.write(EVE, 0, None))
    bench.reading.read(EVE)
    assert not bench.reading.has_left
    bench.say(EVE, b"no change")
    bench.reading.read(EVE)
    assert (bench.log.stop_at(EVE), bench.reading.has_left) == (None, True)
    # It reads on in none of it, whatever comes.
    bench.decides = True
    bench.reading.unlock()
    bench.reading.read(EVE)
    assert bench.log.stop_at(EVE) is None
    # The next one says what counts.
    bench.end()
    assert bench.log.stop_at(EVE) == 1


def test_log7_one_s_own_does_not_end_with_what_leans_on_what_may_still_come() -> None:
    bench = Bench()
    # On what nobody has, or waits itself for that.
    bench.say(EVE, bench.write(EVE, 0, (CLIENTS[THIRD], 0)))
    bench.say(EVE, b"no change")
    bench.say(OWN, bench.write(OWN, 0, (CLIENTS[EVE], 0)))
    assert (bench.end(), bench.lost) == ((False, None), 0)
    bench.say(THIRD, bench.write(THIRD, 0, None))
    assert bench.end() == (True, None)
    # Or is sealed with a key that is not here, though its log ends after that.
    bench = Bench()
    bench.say(EVE, bench.write(EVE, 0, None), is_locked=True)
    bench.say(EVE, bench.write(EVE, 1, (CLIENTS[EVE], 0)))
    bench.log.stop(EVE, 1)
    bench.say(OWN, bench.write(OWN, 0, (CLIENTS[EVE], 0)))
    assert (bench.end(), bench.lost) == ((False, None), None)


def test_log7_one_s_own_leans_on_what_is_in_the_log_no_more_unless_a_fork_may_bring_it_back() -> None:
    bench = Bench()
    bench.say(EVE, bench.write(EVE, 0, None))
    bench.say(OWN, bench.write(OWN, 0, None))
    bench.say(OWN, bench.write(OWN, 1, (CLIENTS[EVE], 1)))
    assert (bench.end(), bench.lost) == ((False, None), 1)
    rival = Piece("envelope", EVE, EVE, EVE, 0, 1, b"rival", None, None, 0, 1)
    assert bench.log.prove(EVE, EVE, [*bench.log.pieces(EVE), rival])
    assert (bench.end(), bench.lost) == ((False, None), None)
    # Of whom nobody here has anything.
    bench = Bench()
    bench.say(OWN, bench.write(OWN, 0, (5, 1)))
    assert (bench.end(), bench.lost) == ((False, None), 0)


def test_log7_one_s_own_ends_before_what_is_sealed_with_a_key_that_is_gone_and_with_all_parts_of_a_change() -> None:
    bench = Bench()
    bench.say(OWN, bench.write(OWN, 0, None))
    change = bench.write(OWN, 1, (CLIENTS[OWN], 0))
    bench.say(OWN, change[:4], 0, 2)
    bench.say(OWN, change[4:], 1, 2, is_locked=True)
    assert bench.end() == (False, 1)
    # Of a segment others may have the envelopes.
    bench = Bench()
    bench.says[b"segment"] = Opened("locked")
    ends = LINKS.first(OWN), bytes(32)
    bench.log.take(Piece("segment", OWN, OWN, OWN, 0, 4, b"segment", *ends, 0, 1))
    assert bench.end() == (False, None)


def test_log7_of_what_waits_of_a_client_the_first_is_found_and_what_it_waits_for() -> None:
    waiting, bench = Waiting(lambda _: True, {}), Bench()
    for clock, left in ((0, (9, 4)), (3, (8, 9)), (2, (8, 5))):
        change = check_change(bench.write(OWN, clock, left), CLIENTS[OWN], NOTEBOOK_LIMITS)
        assert waiting.take(OWN, change) == "waiting"
    assert waiting.awaited_by(CLIENTS[OWN]) == (0, (9, 4))
    assert waiting.awaited_by(CLIENTS[EVE]) is None
