"""What a change may say and when it is taken, check by check: what the golden vectors do not tell apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pycrdt import Doc, Map

from peerbook.peer.encoding import number_bytes, text_bytes
from peerbook.peer.permissions.change import CheckedChange, Refused, canonical_change
from peerbook.peer.permissions.limits import (
    CHANGE_RANGES,
    NOTEBOOK_LIMITS,
    OUTPUTS_LIMITS,
    WAITING_BYTES,
    WAITING_CHANGES,
)
from peerbook.peer.permissions.merged import as_one
from peerbook.peer.permissions.places import Misplaced, Places
from peerbook.peer.permissions.replay import Intake, admit, replay
from peerbook.peer.permissions.work import ALL
from peerbook.peer.sync.digest import vector_of

from .crafted import (
    ARRAY,
    BEGUN,
    CELL,
    DELETED,
    GC,
    MAP,
    SEGMENT_LIMITS,
    SOURCE,
    TEXT_TYPE,
    TYPE,
    VALUE,
    ZERO,
    Crafted,
    craft,
)
from .peer_kit import GENESIS

MISSING = (99, 7)


def intake(cuts: dict[int, int] | None = None) -> Intake:
    return Intake(Doc(), GENESIS, cuts or {})


def words(taken: Intake) -> str:
    return str(taken.doc.get("cells", type=Map)["a"]["source"])


def has(taken: Intake, client: int) -> int:
    return vector_of(taken.doc).get(client, 0)


def test_per1_more_deletions_than_one_may_have_are_refused() -> None:
    ranges = [(2 * at, 1) for at in range(CHANGE_RANGES + 1)]
    assert len(craft(7, 0, [], [(5, ranges[:-1])]).deletes) == CHANGE_RANGES
    with pytest.raises(Refused) as refused:
        craft(7, 0, [], [(5, ranges)])
    assert refused.value.fault == "too-large"


def test_per1_zero_is_a_number_and_minus_zero_is_none() -> None:
    value = Crafted(parent=CELL, key="n", kind=VALUE, content=ZERO)
    assert craft(7, 0, [value]).end == 1
    with pytest.raises(Refused) as refused:
        craft(7, 0, [Crafted(parent=CELL, key="n", kind=VALUE, content=b"\x01\x7d\x40")])
    assert refused.value.fault == "value"


def test_per1_deletions_are_spelled_in_one_way_however_they_were_given() -> None:
    given = [0, 2, 3, 1, 0, 1, 5, 4, 10, 2, 4, 2, 6, 1, 11, 3]
    data = canonical_change(b"".join(map(number_bytes, given)), 7, NOTEBOOK_LIMITS)
    assert list(data) == [0, 2, 5, 2, 4, 3, 10, 4, 3, 1, 0, 1]
    with pytest.raises(Refused):
        canonical_change(b"".join(map(number_bytes, [0, 1, 5, 1, 4, 0])), 7, NOTEBOOK_LIMITS)


def test_per1_what_a_notebook_may_have_in_its_roots_outputs_may_not() -> None:
    said = Crafted(parent="meta", key="k", kind=VALUE, content=ZERO)
    assert craft(7, 0, [said]).end == 1
    with pytest.raises(Refused) as refused:
        craft(7, 0, [said], limits=OUTPUTS_LIMITS)
    assert refused.value.fault == "parent"


class Desk:
    """Places of the genesis, and what was written besides."""

    def __init__(self) -> None:
        self.intake = intake()

    def says(self, client: int, *structs: Crafted) -> str:
        """How that is taken."""
        change = craft(client, has(self.intake, client), structs)
        taken = self.intake.take(f"of {client}", change)
        misplaced = self.intake.refused.get(change)
        return misplaced.fault if misplaced else (taken if isinstance(taken, str) else "taken")


def test_per3_beside_what_is_gone_and_what_is_here_is_nowhere_and_not_torn() -> None:
    desk = Desk()
    assert desk.says(7, Crafted()) == "taken"
    assert desk.says(8, Crafted(kind=GC, content=number_bytes(1))) == "taken"
    assert desk.says(9, Crafted(left=(8, 0), right=(7, 0))) == "taken"
    assert desk.says(10, Crafted(left=(7, 0), right=(8, 0))) == "taken"
    assert words(desk.intake) == "x"
    assert desk.says(11, Crafted(left=(7, 0), right=(CELL[0], 0))) == "torn"


@pytest.mark.parametrize("gone", [Crafted(kind=GC, content=number_bytes(1)), Crafted(kind=DELETED, content=b"\x01")])
def test_per3_in_what_is_gone_is_nowhere_and_in_a_letter_nothing_may_be(gone: Crafted) -> None:
    desk = Desk()
    assert desk.says(7, gone, Crafted()) == "taken"
    assert desk.says(8, Crafted(parent=(7, 0))) == "taken"
    assert desk.says(9, Crafted(parent=(7, 1))) == "inside"
    assert words(desk.intake) == "x"


def test_per3_two_who_write_in_one_place_apart_and_who_writes_between_them_are_in_one() -> None:
    desk = Desk()
    assert desk.says(7, Crafted()) == "taken"
    assert desk.says(8, Crafted()) == "taken"
    assert desk.says(9, Crafted(left=(7, 0), right=(8, 0), content=text_bytes("-"))) == "taken"
    assert words(desk.intake) == "x-x"


def test_per3_a_key_is_for_maps_and_maps_only_and_text_is_for_texts() -> None:
    desk = Desk()
    types = [Crafted(parent=CELL, key=f"k{kind[0]}", kind=TYPE, content=kind) for kind in (ARRAY, MAP, TEXT_TYPE)]
    assert desk.says(7, *types) == "taken"
    value = {"kind": VALUE, "content": ZERO}
    assert desk.says(8, Crafted(parent=(7, 0), **value)) == "taken"
    assert desk.says(9, Crafted(parent=(7, 0), key="k", **value)) == "misplaced"
    assert desk.says(10, Crafted(parent=(7, 1), key="k", **value)) == "taken"
    assert desk.says(11, Crafted(parent=(7, 1), **value)) == "misplaced"
    assert desk.says(12, Crafted(parent=(7, 2))) == "taken"
    assert desk.says(13, Crafted(parent=(7, 2), key="k")) == "misplaced"
    assert desk.says(14, Crafted(parent=(7, 0))) == "misplaced"
    assert desk.says(15, Crafted(parent=(7, 1), key="k")) == "misplaced"
    assert desk.says(16, Crafted(parent=(7, 2), **value)) == "misplaced"


def test_per3_nothing_of_what_was_refused_is_remembered() -> None:
    places = Places()
    assert places.admit(BEGUN) == []
    with pytest.raises(Misplaced):
        places.admit(
            craft(7, 0, [Crafted(parent="cells", key="t", kind=TYPE, content=TEXT_TYPE), Crafted(left=SOURCE)])
        )
    places.admit(craft(7, 0, [Crafted()]))
    with pytest.raises(Misplaced) as misplaced:
        places.admit(craft(8, 0, [Crafted(parent=(7, 0))]))
    assert misplaced.value.fault == "inside"
    # And all of what was not.
    kept = Crafted(parent="cells", key="k", kind=TYPE, content=TEXT_TYPE)
    places.admit(craft(9, 0, [kept]))
    with pytest.raises(Misplaced):
        places.admit(craft(9, 1, [Crafted(), Crafted(left=SOURCE)]))
    assert places.admit(craft(8, 0, [Crafted(parent=(9, 0))])) == []


def test_per3_what_a_segment_says_again_stands_where_it_stood() -> None:
    taken = intake()
    taken.take("a", craft(7, 0, [Crafted(), Crafted(left=(7, 0))]))
    again = [Crafted(), Crafted(left=(7, 0)), Crafted(left=(7, 1))]
    assert isinstance(taken.take("a", craft(7, 0, again, limits=SEGMENT_LIMITS)), list)
    taken.take("b", craft(8, 0, [Crafted(left=(7, 0), right=(7, 1), content=text_bytes("-"))]))
    assert words(taken) == "x-xx"
    assert taken.refused == {}


def test_per4_a_change_waits_whole_and_a_segment_in_pieces() -> None:
    structs = [Crafted(content=text_bytes("here ")), Crafted(left=MISSING, content=text_bytes("later"))]
    plain, merged = intake(), intake()
    assert plain.take("a", craft(7, 0, structs)) == "waiting"
    assert (has(plain, 7), words(plain)) == (0, "")
    taken = merged.take("a", craft(7, 0, structs, limits=SEGMENT_LIMITS))
    assert isinstance(taken, list)
    assert (has(merged, 7), words(merged)) == (5, "here ")
    for each in (plain, merged):
        each.take("m", craft(MISSING[0], 0, [Crafted(content=text_bytes("missing "))]))
        assert words(each) == words(plain)
        assert (has(each, 7), each.waiting.count) == (10, 0)


def test_per4_a_segment_s_deletions_wait_until_all_they_delete_is_here() -> None:
    taken = intake()
    taken.take("b", craft(8, 0, [Crafted(content=text_bytes("abc"))]))
    both = craft(7, 0, [Crafted()], [(99, [(0, 8)]), (8, [(0, 1)])], SEGMENT_LIMITS)
    only = craft(6, 0, [], [(99, [(2, 1)])], SEGMENT_LIMITS)
    assert isinstance(taken.take("a", both), list)
    assert taken.take("c", only) == "waiting"
    assert "abc" in words(taken)
    taken.take("m", craft(99, 0, [Crafted(content=text_bytes("of another"))]))
    assert sorted(words(taken)) == sorted("xbcer")
    assert taken.waiting.count == 0


def test_per4_a_segment_of_which_a_piece_is_refused_does_not_count_at_all() -> None:
    structs = [Crafted(content=text_bytes("here ")), Crafted(left=MISSING, content=text_bytes("later"))]
    segment = craft(7, 0, structs, limits=SEGMENT_LIMITS)
    leaning = craft(8, 0, [Crafted(left=(7, 0))])
    # Where its letter was to be there is a value of a map.
    missing = craft(99, 0, [Crafted(parent=CELL, key=f"k{at}", kind=VALUE, content=ZERO) for at in range(8)])
    taken = intake()
    for author, change in (("a", segment), ("b", leaning), ("m", missing)):
        taken.take(author, change)
    assert (list(taken.refused), taken.is_torn) == ([segment], True)
    assert list(admit(GENESIS, [segment, leaning, missing], {})) == [segment]
    built = replay(Doc(), GENESIS, [segment, leaning, missing], {})
    assert (words(built), has(built, 7), has(built, 8), has(built, 99)) == ("", 0, 0, 8)
    assert built.waiting.wholes == {leaning}


def test_per4_of_what_waits_the_whole_is_named() -> None:
    structs = [Crafted(), Crafted(left=MISSING)]
    segment = craft(7, 0, structs, limits=SEGMENT_LIMITS)
    taken = intake()
    taken.take("a", segment)
    assert (taken.refused, taken.waiting.wholes) == ({}, {segment})


def test_per4_whoever_has_too_much_waiting_is_still_heard_in_what_is_ready_and_in_each_session_s_first() -> None:
    taken = intake()

    def letter(client: int, clock: int, left: tuple[int, int]) -> CheckedChange:
        return craft(client, clock, [Crafted(left=left)])

    said = [taken.take("a", letter(7, at + 1, MISSING)) for at in range(WAITING_CHANGES + 1)]
    assert (said[-2], said[-1]) == ("waiting", "full")
    assert taken.take("a", letter(8, 1, MISSING)) == "waiting", "others may wait for it"
    assert taken.take("a", letter(8, 2, MISSING)) == "full"
    assert taken.take("b", letter(9, 1, MISSING)) == "waiting"
    assert isinstance(taken.take("a", craft(10, 0, [Crafted()])), list)


def test_per4_of_one_author_so_many_bytes_wait() -> None:
    taken = intake()
    large = text_bytes("x" * 60_000)
    said = [taken.take("a", craft(7, 1 + at, [Crafted(left=MISSING, content=large)])) for at in range(30)]
    assert said.count("waiting") == WAITING_BYTES // 60_000
    assert set(said) == {"waiting", "full"}


def test_per5_beyond_a_cut_nothing_is_taken_and_nobody_waits_for_it() -> None:
    taken = intake({7: 1})
    taken.take("a", craft(7, 0, [Crafted(content=text_bytes("1"))]))
    assert taken.take("a", craft(7, 1, [Crafted(left=(7, 0))])) == "cut"
    assert isinstance(taken.take("b", craft(8, 0, [Crafted(left=(7, 4)), Crafted(left=SOURCE, right=(7, 5))])), list)
    assert (words(taken), has(taken, 8)) == ("1", 2)


def test_per5_a_document_built_anew_takes_whatever_waits_of_one_author() -> None:
    many = [craft(7, at + 1, [Crafted(left=(7, 0))]) for at in range(WAITING_CHANGES + 2)]
    assert replay(Doc(), GENESIS, many, {}).waiting.wholes == set(many)


def test_per6_what_does_not_follow_is_not_one_change() -> None:
    first, second, later = (craft(7, at, [Crafted()]) for at in (0, 1, 3))
    joined = as_one([first, second], NOTEBOOK_LIMITS)
    assert joined
    assert (joined.start, joined.end) == (0, 2)
    assert as_one([first, later], NOTEBOOK_LIMITS) is None


def test_per8_a_piece_of_a_segment_that_takes_long_comes_bit_by_bit() -> None:
    left = [0]

    class TwoAtOnce:
        def most(self, session: str) -> int:
            return left[0] if session == "a" else ALL

        def measure(self, session: str, count: int, run: Callable[[], None]) -> None:
            left[0] = 0 if session == "a" else left[0]
            run()

    structs = [Crafted(left=(7, at - 1) if at else None, content=text_bytes(str(at))) for at in range(5)]
    # One that stands nowhere, one that goes on, and what waits.
    structs += [Crafted(left=(5, 0)), Crafted(left=(7, 4), content=text_bytes("a"))]
    structs += [Crafted(left=(99, 0), content=text_bytes("b")), Crafted(left=(7, 7), content=text_bytes("c"))]
    structs += [Crafted(left=(5, 0)), Crafted(left=(7, 8), content=text_bytes("d"))]
    segment = craft(7, 0, structs, [(7, [(1, 1)])], SEGMENT_LIMITS)
    taken = Intake(Doc(), GENESIS, {}, work=TwoAtOnce())
    taken.take("g", craft(5, 0, [Crafted(kind=GC, content=number_bytes(1))]))
    seen = []
    for turn in range(7):
        left[0] = 2
        if turn == 0:
            taken.take("a", segment)
        elif turn == 4:
            taken.take("m", craft(99, 0, [Crafted(right=(7, 0), content=text_bytes("-"))]))
        else:
            taken.waiting.resume()
        seen.append(words(taken))
    assert seen == ["01", "0123", "01234", "01234a", "-bc01234a", "-bcd01234a", "-bcd0234a"]
    assert (has(taken, 7), taken.waiting.count, taken.is_torn) == (11, 0, False)
