"""Knocking at the class's door until one is inside."""

from __future__ import annotations

import pytest

from peerbook.peer.keys.answer import Admission
from peerbook.peer.keys.knocking import KNOCK_EVERY_MS, Knocking, KnockingPorts

ADMISSION = Admission(b"", (), ())


class Outside:
    """Somebody who knocks: what they send to whom, and what they are told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.is_inside = False
        self.comes_in = True
        """Whether an admission has all that is needed."""
        self.missing = 0
        self.made = 0
        self.sent: list[tuple[bytes, str | None]] = []
        self.told: list[str] = []
        self.knocking = Knocking(
            KnockingPorts(
                now=lambda: self.now,
                make=self._make,
                send=lambda data, to: self.sent.append((data, to)),
                is_inside=lambda: self.is_inside,
                learn=self._learn,
                changed=self.told.append,
                missing=lambda: self.missing,
            )
        )

    def _make(self) -> tuple[bytes, bytes]:
        self.made += 1
        return b"knock %d" % self.made, b"id %d" % self.made

    def _learn(self, admission: Admission) -> None:
        self.is_inside = self.comes_in


@pytest.fixture
def one() -> Outside:
    return Outside()


def test_key9_who_is_inside_does_not_knock(one: Outside) -> None:
    one.is_inside = True
    one.knocking.need()
    one.knocking.met("n")
    one.knocking.tick()
    assert (one.sent, one.told) == ([], [])


def test_key9_who_is_inside_and_lacks_a_key_of_old_asks_a_few_times_and_whoever_comes(one: Outside) -> None:
    one.is_inside, one.missing = True, 1
    one.knocking.need()
    for _ in range(9):
        one.now += KNOCK_EVERY_MS
        one.knocking.tick()
    assert (len(one.sent), one.told) == (3, [])
    one.knocking.answered("waiting")
    one.now += KNOCK_EVERY_MS
    one.knocking.met("n")
    assert (len(one.sent), one.told) == (4, [])
    one.now, one.missing = one.now + KNOCK_EVERY_MS, 0
    one.knocking.tick()
    assert (len(one.sent), one.knocking.state) == (4, "inside")


def test_key9_who_is_outside_knocks_now_and_then_and_whoever_comes_hears_the_last_knock(one: Outside) -> None:
    one.knocking.need()
    one.knocking.need()
    one.knocking.met("n")
    assert (one.sent, one.told) == ([(b"knock 1", None), (b"knock 1", "n")], ["knocking"])
    one.now += KNOCK_EVERY_MS
    one.knocking.tick()
    assert one.sent[2:] == [(b"knock 2", None)]
    assert [one.knocking.is_asked(each) for each in (b"id 1", b"id 2", b"id 3")] == [True, True, False]


def test_key9_who_meets_somebody_before_they_knocked_knocks(one: Outside) -> None:
    one.knocking.met("n")
    assert one.sent == [(b"knock 1", None)]


def test_key6_who_is_let_in_with_all_that_is_needed_is_inside_and_takes_no_further_answer(one: Outside) -> None:
    one.knocking.need()
    one.knocking.answered("waiting")
    one.comes_in = False
    one.knocking.answered(ADMISSION)
    assert one.told == ["knocking", "waiting"]
    one.comes_in = True
    one.knocking.answered(ADMISSION)
    one.knocking.answered("refused")
    assert one.told == ["knocking", "waiting", "inside"]
    assert not one.knocking.is_asked(b"id 1")
    one.now += KNOCK_EVERY_MS
    one.knocking.tick()
    one.knocking.met("n")
    assert len(one.sent) == 1


def test_key9_whom_a_new_epoch_leaves_outside_knocks_again(one: Outside) -> None:
    one.knocking.need()
    one.knocking.answered(ADMISSION)
    one.is_inside = False
    one.knocking.need()
    assert (one.sent[-1], one.told) == ((b"knock 2", None), ["knocking", "inside", "knocking"])
    # By another road than an answer.
    one.is_inside = True
    one.knocking.met("n")
    assert (one.sent[-1], one.told[-1]) == ((b"knock 2", None), "inside")
