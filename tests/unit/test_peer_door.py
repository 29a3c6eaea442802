"""The door of a class in Python alone: who is let in, waits or is turned away, by what the class says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

import pytest

from peerbook.peer.keys import door as door_module
from peerbook.peer.keys.door import KNOCK_ANSWERS, AnswerStep, Door, PassBack, PassOn, Step
from peerbook.peer.keys.knock import Knock

from .peer_kit import somebody

CHANCE = Random(1)


@dataclass
class Rules:
    open: bool = True
    teaches: bool = False
    key: bool = True
    behind: bool = False
    removed: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)

    def is_open(self) -> bool:
        return self.open

    def can_teach(self) -> bool:
        return self.teaches

    def has_key(self) -> bool:
        return self.key

    def is_removed(self, participant: str) -> bool:
        return participant in self.removed

    def is_behind(self) -> bool:
        return self.behind

    def is_member(self, participant: str) -> bool:
        return participant in self.members


def knock_of(name: str = "Ben") -> Knock:
    own = somebody(CHANCE)
    return Knock(CHANCE.randbytes(32), own.introduced, name, own.introduction)


def told(steps: list[Step]) -> list[str]:
    names = {PassOn: "on", PassBack: "back"}
    return [each.reply if isinstance(each, AnswerStep) else names[type(each)] for each in steps]


def knocked(rules: Rules, *, is_direct: bool = True) -> list[str]:
    knock = knock_of()
    return told(Door(rules, lambda: 0).knocked(knock, b"data", knock.who.session if is_direct else "other"))


@pytest.mark.parametrize(
    ("rules", "direct", "passed"),
    [
        (Rules(), ["admitted"], ["admitted"]),
        (Rules(key=False), ["on"], ["on"]),
        (Rules(key=False, teaches=True), ["on"], ["on"]),
        (Rules(open=False), ["waiting", "on"], ["on"]),
        (Rules(open=False, key=False), ["on"], ["on"]),
        (Rules(open=False, teaches=True), ["waiting"], ["waiting"]),
        (Rules(open=False, teaches=True, key=False), ["on"], ["on"]),
        (Rules(open=False, behind=True), [], []),
    ],
)
def test_key8_who_knocks_is_answered_by_what_the_class_says(rules: Rules, direct: list[str], passed: list[str]) -> None:
    assert knocked(rules) == direct
    assert knocked(replace(rules), is_direct=False) == passed


def test_rol9_who_was_a_member_is_let_in_behind_a_closed_door_and_who_was_removed_never() -> None:
    knock = knock_of()
    who = knock.who.participant
    assert told(Door(Rules(open=False, members={who}), lambda: 0).knocked(knock, b"", "x")) == ["admitted"]
    assert told(Door(Rules(open=False, members={who}, key=False), lambda: 0).knocked(knock, b"", "x")) == ["on"]
    assert told(Door(Rules(members={who}, removed={who}), lambda: 0).knocked(knock, b"", "x")) == ["refused"]


def test_key9_a_knock_is_answered_once() -> None:
    door, knock = Door(Rules(), lambda: 0), knock_of()
    assert door.may_read(knock.id, "x")
    assert told(door.knocked(knock, b"", "x")) == ["admitted"]
    assert not door.may_read(knock.id, "y")
    assert door.knocked(knock, b"", "y") == []


def test_key8_only_who_teaches_and_has_the_key_decides_and_only_of_who_waits() -> None:
    rules, knock = Rules(open=False, teaches=True), knock_of()
    who = knock.who.participant
    door = Door(rules, lambda: 0)
    assert door.refuse(who) == []
    assert told(door.knocked(knock, b"", "x")) == ["waiting"]
    for rules.teaches, rules.key in ((False, True), (True, False)):
        assert (door.admit(who), door.refuse(who)) == ([], [])
        assert [each.participant for each in door.waiting] == [who]
    rules.teaches = rules.key = True
    assert told(door.refuse(who)) == ["refused"]
    again = replace(knock, id=b"again")
    assert told(door.knocked(again, b"", "x")) == ["refused"], "turned away while this program runs"
    assert door.waiting == []
    assert door.admit(who) == []
    assert told(door.knocked(replace(knock, id=b"third"), b"", "x")) == ["waiting"]
    assert told(door.admit(who)) == ["admitted"]


def test_key8_nobody_is_turned_away_before_they_knocked() -> None:
    door, knock = Door(Rules(open=False, teaches=True), lambda: 0), knock_of()
    door.refuse(knock.who.participant)
    assert told(door.knocked(knock, b"", "x")) == ["waiting"]


def test_key8_who_waits_is_answered_when_the_door_opens_or_they_are_removed() -> None:
    rules = Rules(open=False, teaches=True)
    door, one, other = Door(rules, lambda: 0), knock_of(), knock_of()
    for knock in (one, other):
        door.knocked(knock, b"", "x")
    assert door.changed() == []
    rules.removed.add(one.who.participant)
    assert told(door.changed()) == ["refused"]
    rules.open = True
    assert told(door.changed()) == ["admitted"]
    assert door.changed() == []


def test_key9_what_is_held_while_one_is_behind_is_answered_once_one_is_not() -> None:
    rules = Rules(key=False, behind=True)
    door, knock = Door(rules, lambda: 0), knock_of()
    assert door.knocked(knock, b"", "x") == []
    assert door.changed() == []
    rules.key, rules.behind = True, False
    assert told(door.changed()) == ["admitted"]
    assert door.changed() == []


def test_key9_answers_go_back_the_way_the_knock_came_so_many_and_not_to_who_answered() -> None:
    door, knock = Door(Rules(key=False), lambda: 0), knock_of()
    assert door.answered(knock.id, b"answer", "y") == []
    door.knocked(knock, b"", "x")
    assert door.answered(knock.id, b"answer", "x") == []
    answers = [door.answered(knock.id, b"answer", "y") for _ in range(KNOCK_ANSWERS + 1)]
    assert answers == [*[[PassBack(b"answer", "x")]] * KNOCK_ANSWERS, []]


def test_key8_a_person_waits_once_with_their_latest_name_and_not_for_ever() -> None:
    clock = [0.0]
    door, knock = Door(Rules(open=False, teaches=True), lambda: clock[0]), knock_of()
    door.knocked(knock, b"", "x")
    clock[0] = 20_000
    door.knocked(replace(knock, id=b"again", name="Benjamin"), b"", "x")
    assert [(each.name, each.since, each.last) for each in door.waiting] == [("Benjamin", 0, 20_000)]
    clock[0] = 80_001
    assert door.waiting == []


def test_key9_so_many_ways_back_are_known_and_so_many_knocks_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "_WAYS", 2)
    monkeypatch.setattr(door_module, "_HELD", 2)
    rules = Rules(open=False, key=False)
    door, knocks = Door(rules, lambda: 0), [knock_of() for _ in range(3)]
    for knock in knocks:
        door.knocked(knock, b"data", "n")
    assert [door.way_to(knock) for knock in knocks] == [None, "n", "n"]
    rules.behind = True
    for _ in range(3):
        assert door.knocked(knock_of(), b"data", "n") == []
    rules.behind = False
    assert told(door.changed()) == ["on", "on"]


def test_key8_so_many_people_wait_and_so_many_knocks_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "WAITING_PEOPLE", 2)
    monkeypatch.setattr(door_module, "_SEEN", 2)
    now = [0.0]
    door, knocks = Door(Rules(open=False, teaches=True), lambda: now[0]), [knock_of(name) for name in "ABC"]
    for knock in knocks:
        now[0] += 1
        door.knocked(knock, b"data", "n")
    assert [each.name for each in door.waiting] == ["B", "C"]
    assert [door.may_read(knock.id, "n") for knock in knocks] == [True, False, False]
