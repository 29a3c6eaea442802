"""What one writes in Python: a long paste goes in pieces, what may not be said is given back, and so is what is cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from pycrdt import Doc, Map, Text

from peerbook.peer.permissions.change import check_change
from peerbook.peer.permissions.limits import CHANGE_STRUCTS, NOTEBOOK_LIMITS, TYPE_DEPTH
from peerbook.peer.roles import Cut
from peerbook.peer.sync.lost import Lost
from peerbook.peer.sync.outbox import EVERY_MS, Outbox

from .peer_kit import DOCUMENT, GENESIS, Page, World


class Desk:
    """Two pages side by side; what becomes of what the first writes is noted."""

    def __init__(self, **options: Any) -> None:
        self.faults: list[str] = []
        self.lost: list[Lost] = []
        self.world = World()
        self.one = self.world.page(
            unfit=lambda document, fault: self.faults.append(fault), lost=self._note_lost, **options
        )
        self.other = self.world.page()
        self.world.join(self.one, self.other)
        self.world.clock.advance(1000)

    def _note_lost(self, document: str, lost: Sequence[Lost]) -> None:
        assert document == DOCUMENT
        self.lost += lost

    def write(self, page: Page, words: str, wait: float = 3000) -> None:
        page.text += words
        self.world.clock.advance(wait)

    @property
    def words(self) -> list[str]:
        return [str(self.one.text), str(self.other.text)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def add_cells(page: Page, count: int) -> None:
    doc = page.replica.doc
    assert doc is not None
    cells: Map[Any] = doc.get("cells", type=Map)
    with doc.transaction():
        for number in range(count):
            cells[f"x{number}"] = Map()
            cell = cells[f"x{number}"]
            for key, value in (("cell_type", "code"), ("metadata", Map()), ("pos", "a1"), ("source", Text("x"))):
                cell[key] = value


def test_per2_a_paste_of_more_structs_than_a_change_may_have_goes_as_several_and_is_taken(desk: Desk) -> None:
    add_cells(desk.one, 700)
    desk.write(desk.one, "and on")
    assert (desk.faults, desk.words) == ([], ["and on", "and on"])
    assert desk.one.replica.digest == desk.other.replica.digest
    log = desk.other.replica.log
    pieces = [desk.other.replica._ports.open(piece).plain for piece in log.pieces(desk.one.session)]
    changes = [check_change(data, desk.one.engine.client_id(DOCUMENT), NOTEBOOK_LIMITS) for data in pieces]
    assert max(len(change.structs) for change in changes) == CHANGE_STRUCTS
    assert len(changes) == 5 + 1


def test_syn4_changes_go_at_most_ten_times_a_second_also_where_all_is_sent_now_and_then() -> None:
    world, sent = World(), list[list[bytes]]()
    outbox = Outbox(world.clock, sent.append)
    outbox.put(b"first")
    outbox.flush()
    outbox.put(b"second")
    assert sent == [[b"first"]]
    outbox.flush()
    outbox.flush()
    outbox.put(b"third")
    assert sent[1:] == [[b"second"]]
    world.clock.advance(EVERY_MS)
    assert sent[2:] == [[b"third"]]


def test_syn5_what_is_too_large_to_be_said_does_not_stay_and_is_given_back(desk: Desk) -> None:
    desk.write(desk.one, "before ")
    desk.write(desk.one, huge := "h" * 20_000_000, wait=1)
    assert (desk.faults, [piece.text == huge for piece in desk.lost]) == (["too-large"], [True])
    assert str(desk.one.text) == "before "
    desk.write(desk.one, "after")
    assert desk.words == ["before after"] * 2


def test_syn5_what_one_may_not_write_does_not_stay_and_is_given_back_and_what_was_written_meanwhile(
    desk: Desk,
) -> None:
    desk.write(desk.one, "mine ")
    desk.one.rules.standings[desk.one.participant] = "may-not"
    desk.one.text += "not mine "
    desk.one.text += "nor this"
    desk.world.clock.advance(3000)
    assert desk.faults == ["role"]
    assert desk.lost == [Lost("a", "not mine nor this")]
    assert desk.words == ["mine ", "mine "]
    desk.one.rules.standings.clear()
    desk.write(desk.one, "again")
    assert desk.words == ["mine again", "mine again"]


def test_syn5_what_comes_past_the_session_is_not_kept(desk: Desk) -> None:
    desk.write(desk.one, "true ")
    stranger = World(2).page()
    stranger.text += "forged "
    doc, own = stranger.replica.doc, desk.one.replica.doc
    assert doc is not None
    assert own is not None
    own.apply_update(doc.get_update())
    desk.world.clock.advance(1000)
    assert (desk.faults, desk.words) == (["client"], ["true ", "true "])
    desk.write(desk.one, "words")
    assert desk.words == ["true words"] * 2


def test_syn5_what_stands_where_nothing_may_does_not_stay(desk: Desk) -> None:
    desk.write(desk.one, "fine ")
    doc = desk.one.replica.doc
    assert doc is not None
    cell = doc.get("cells", type=Map)["a"]
    for _ in range(2 * TYPE_DEPTH):
        cell["in"] = Map()
        cell = cell["in"]
    desk.write(desk.one, "and with it")
    assert (desk.faults, desk.words) == (["place"], ["fine ", "fine "])
    desk.write(desk.one, "on")
    assert desk.words == ["fine on"] * 2


def test_per7_what_leaned_on_what_was_cut_is_given_back_to_its_author(desk: Desk) -> None:
    eve = desk.world.page()
    desk.world.join(desk.other, eve)
    desk.world.clock.advance(3000)
    desk.write(desk.one, "start ")
    desk.write(eve, "of eve")
    desk.one.text.insert(len("start of"), " honest")
    desk.world.clock.advance(3000)
    desk.write(desk.one, " end")
    assert desk.words == ["start of honest eve end"] * 2
    for page in (desk.one, desk.other):
        page.rules.cuts[DOCUMENT, eve.session] = Cut(0, None)
        page.engine.rules_changed()
    desk.world.clock.advance(3000)
    assert desk.words == ["start "] * 2
    assert desk.lost == [Lost("a", " honest"), Lost("a", " end")]


def test_syn5_outputs_of_who_may_not_give_them_to_the_class_stay_on_one_s_own_page_until_one_may() -> None:
    world = World()
    document = f"{DOCUMENT}/outputs.{'0b' * 16}"
    faults: list[str] = []
    options = {"unfit": lambda document, fault: faults.append(fault), "document": document}
    one, other = world.page(follows=False, **options), world.page(follows=False, document=document)

    for page in (one, other):
        doc: Doc[Any] = Doc(client_id=page.engine.client_id(document))
        page.replica = page.engine.follow(document, doc, None, kind="outputs")
    world.join(one, other)
    one.rules.standings[one.participant] = "may-not"
    doc = one.replica.doc
    assert doc is not None

    def said(page: Page) -> list[str]:
        assert page.replica.doc is not None
        return list(page.replica.doc.get("cells", type=Map).keys())

    doc.get("cells", type=Map)["a"] = Map()
    world.clock.advance(3000)
    assert (said(one), said(other), faults) == (["a"], [], [])
    one.rules.standings.clear()
    for _ in range(2):
        one.engine.rules_changed()
        world.clock.advance(3000)
        assert (said(one), said(other), faults) == ([], [], ["role"])


def test_per5_who_is_built_anew_without_what_one_wrote_oneself_writes_nothing_in_its_place(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write(desk.other, "theirs ")
    keys = desk.one.keys
    keys.epoch = desk.other.keys.epoch = 1
    desk.one.text.insert(3, " mine ")
    desk.world.clock.advance(3000)
    # Their key is gone, and the document is to be built anew: it would be one without a word of one's own.
    before = desk.one.replica.doc
    desk.one.replica._readings.replay()
    assert desk.one.replica.doc is before
    # What one writes meanwhile is in the next one too.
    desk.write(desk.one, "more ")
    assert desk.one.replica.doc is before
    assert desk.one.replica.log.count(desk.one.session) == 2
    monkeypatch.setattr(keys, "keys_of", lambda *place: [keys.key])
    desk.one.engine.keys_changed()
    assert desk.one.replica.doc is not before
    desk.write(desk.one, "last")
    assert desk.words == ["the mine irs more last"] * 2
    assert (desk.faults, desk.lost) == ([], [])


def test_per7_what_waited_for_a_key_is_given_back_when_its_author_is_cut_off_before_it_comes(desk: Desk) -> None:
    page = desk.one
    # Nobody says that the document is another elsewhere.
    desk.world.part(page, desk.other)
    key, page.keys.key = page.keys.key, None
    desk.write(page, "Too late.")
    page.rules.cuts[DOCUMENT, page.session] = Cut(0, None)
    page.engine.rules_changed()
    page.keys.key = key
    page.engine.keys_changed()
    desk.world.clock.advance(1000)
    assert (str(page.text), desk.lost) == ("", [Lost("a", "Too late.")])


def test_per7_what_waited_for_a_key_counts_with_what_follows_on_it_once_its_author_is_cut_off_no_more(
    desk: Desk,
) -> None:
    page = desk.one
    key, page.keys.key = page.keys.key, None
    desk.write(page, "Too late. ")
    cut(desk, Cut(0, None))
    page.keys.key = key
    page.engine.keys_changed()
    desk.world.clock.advance(1000)
    assert desk.words == ["", ""]
    kept = [each.kind for each in page.kept]
    assert kept == ["introduction", "piece"], "a log that is read again goes on after it"
    cut(desk, None)
    assert desk.words[0] == "Too late. "
    desk.write(page, "And on. ", 10_000)
    assert desk.words == ["Too late. And on. "] * 2


def cut(desk: Desk, cut: Cut | None) -> None:
    """How far the first one's session counts, for both."""
    for page in (desk.one, desk.other):
        page.rules.cuts.clear()
        if cut:
            page.rules.cuts[DOCUMENT, desk.one.session] = cut
        page.engine.rules_changed()
    desk.world.clock.advance(1000)


def test_syn18_of_one_s_own_that_a_segment_took_along_when_it_was_cut_off_comes_from_who_has_it_in_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk(compact_every=32)
    page, log = desk.one, desk.other.replica.log
    for _ in range(20):
        desk.write(page, "o", 500)
    reached = Cut(count := log.count(page.session), log.chain_at(page.session, log.count(page.session)))
    assert count == 20
    desk.world.part(page, desk.other)
    for _ in range(30):
        desk.write(page, "x", 500)
    assert page.replica.log.pieces(page.session)[0].end > count
    cut(desk, reached)
    assert desk.words == ["", "o" * count]
    built: list[object] = []
    build = page.replica._readings._built_anew
    monkeypatch.setattr(page.replica._readings, "_built_anew", lambda doc: (built.append(doc), build(doc))[1])
    desk.world.join(page, desk.other)
    for _ in range(1000):
        if page.replica.log.count(page.session) < count:
            desk.world.clock.advance(10)
    assert desk.words == ["o" * count] * 2
    assert page.engine.refusals["own"] == 0
    assert len(built) == 1, "once for all that came together"


def test_per7_what_waits_for_a_key_is_given_back_to_who_may_not_write_any_more_and_later_they_write_on(
    desk: Desk,
) -> None:
    page = desk.one
    key, page.keys.key = page.keys.key, None
    desk.write(page, "Nobody heard of it.")
    page.engine.rules_changed()
    desk.world.clock.advance(1000)
    assert (str(page.text), desk.lost) == ("Nobody heard of it.", [])
    page.rules.standings[page.participant] = "may-not"
    page.engine.rules_changed()
    desk.world.clock.advance(1000)
    assert (str(page.text), desk.lost) == ("", [Lost("a", "Nobody heard of it.")])
    page.rules.standings.clear()
    page.engine.rules_changed()
    page.keys.key = key
    page.engine.keys_changed()
    desk.write(page, "And on.")
    assert (desk.words, desk.faults, len(desk.lost)) == (["And on."] * 2, ["role"], 1)


def test_per7_what_waits_for_a_key_is_given_back_when_a_document_that_was_closed_is_opened_again(desk: Desk) -> None:
    page = desk.one
    page.keys.key = None
    desk.write(page, "Nobody heard of it.")
    page.rules.standings[page.participant] = "may-not"
    page.engine.rules_changed()
    page.replica.close()
    desk.world.clock.advance(1000)
    assert desk.lost == []
    page.replica.open(Doc(client_id=page.engine.client_id(DOCUMENT)), GENESIS)
    desk.world.clock.advance(1000)
    assert (str(page.text), desk.lost) == ("", [Lost("a", "Nobody heard of it.")])


def test_syn5_what_waits_for_a_key_is_in_a_document_that_is_closed_and_opened_again(desk: Desk) -> None:
    page = desk.one
    key, page.keys.key = page.keys.key, None
    desk.write(page, "Not heard of yet. ")
    page.replica.close()
    page.replica.open(Doc(client_id=page.engine.client_id(DOCUMENT)), GENESIS)
    assert str(page.text) == "Not heard of yet. "
    page.keys.key = key
    page.engine.keys_changed()
    desk.write(page, "And on.")
    assert (desk.words, desk.faults) == (["Not heard of yet. And on."] * 2, [])
