"""Wraps that are kept: so many of one author, so many of all."""

from __future__ import annotations

from dataclasses import replace

from peerbook.peer.keys.held import WRAPS_AUTHOR_BYTES, WRAPS_BYTES, HeldWraps
from peerbook.peer.keys.wraps import Wraps

WRAPS = Wraps(bytes(16), "a", 1, "ada", bytes(32), bytes(32), b"", ())


def test_key3_who_fills_their_room_takes_none_of_what_others_keys_have() -> None:
    kept = HeldWraps()
    piece = bytes(WRAPS_AUTHOR_BYTES // 4)
    fit = [kept.keep(replace(WRAPS, author="mallory", document=f"m{at}"), piece) for at in range(8)]
    assert sum(fit) == 4
    assert kept.keep(replace(WRAPS, author="ben"), piece)
    kept.drop(replace(WRAPS, author="mallory", document="m1"))
    assert kept.keep(replace(WRAPS, author="mallory", document="m9"), piece)


def test_key3_wraps_of_all_have_a_bound() -> None:
    kept = HeldWraps()
    fit = [kept.keep(replace(WRAPS, author=f"of {at}"), bytes(WRAPS_AUTHOR_BYTES)) for at in range(9)]
    assert sum(fit) == WRAPS_BYTES // WRAPS_AUTHOR_BYTES


def test_key3_what_takes_the_place_of_wraps_takes_their_room_and_nobody_else_s() -> None:
    kept = HeldWraps()
    large = bytes(WRAPS_AUTHOR_BYTES - 100)
    assert kept.keep(WRAPS, large)
    assert kept.of("a", 1, "ada") is WRAPS
    assert (kept.of("a", 2, "ada"), kept.of("a", 1, "ben")) == (None, None)
    more = replace(WRAPS, shared=b"s")
    assert kept.keep(more, large), "they name more readers"
    assert not kept.keep(WRAPS, large)
    assert kept.of("a", 1, "ada") is more
    kept.drop(replace(WRAPS, author="nobody"))
    kept.drop(more)
    assert (kept.all, kept.of("a", 1, "ada")) == ([], None)
    assert kept.keep(replace(WRAPS, document="b"), large)
