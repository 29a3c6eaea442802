"""What whoever keeps a class is told: a line for a change that lasts."""

from __future__ import annotations

from typing import Any

from peerbook.peer.keep.news import KeptNews, News, View
from peerbook.peer.signaling.line import ServerState

OPEN, AWAY = ServerState("open"), ServerState("away", "broken")
ADA, BEN = {"a": "Ada"}, {"b": "Ben"}


def view(**fields: Any) -> View:
    return View(**{"server": OPEN, "is_in": True, "others": 0, "roads": (), "people": {}, **fields})


def told(*views: tuple[float, View]) -> list[str]:
    """What is said while the class is so for so many seconds, looked at four times a second."""
    news, lines, now = News(), [], 0.0
    for seconds, each in views:
        until = now + seconds
        while now < until:
            lines += news.look(each, now)
            now += 0.25
    return lines


def test_who_comes_and_goes_is_told_a_line_for_a_change() -> None:
    assert told((8, view()), (3, view(people=ADA, roads=["relay"])), (3, view(people={**ADA, **BEN}, roads=["relay"])))[
        1:
    ] == ["Ada came.", "Connected through the server.", "Ben came."]
    together = view(people={**ADA, **BEN}, roads=["direct"], others=2)
    assert told((3, together), (8, view())) == [
        "Ada and Ben came.",
        "Connected directly, from device to device.",
        "Ada and Ben left.",
        "Nobody else is here. Whoever comes gets what is kept.",
    ]


def test_thirty_who_come_at_once_are_one_line() -> None:
    many = {str(number): f"P{number:02}" for number in range(30)}
    (first, *_) = told((3, view(people=many, roads=["relay"])))
    assert first == "P00, P01, P02, P03, P04 and 25 others came."


def test_what_comes_and_goes_at_once_is_not_told() -> None:
    assert told((8, view()), (0.5, view(people=ADA)), (3, view()))[1:] == []
    reached = view(people=ADA, roads=["direct"])
    assert told((3, reached), (3, view(people=ADA, others=1)), (3, reached))[2:] == []


def test_those_who_come_and_go_all_the_time_are_told_of_now_and_then() -> None:
    flicker = [(0.5, view(people=ADA if number % 2 else BEN, roads=["relay"])) for number in range(60)]
    assert 1 <= len([line for line in told(*flicker) if "came" in line]) <= 4


def test_a_new_name_is_told() -> None:
    assert told((3, view(people=ADA, roads=["relay"])), (3, view(people={"a": "Lovelace"}, roads=["relay"])))[2:] == [
        "Ada is now called Lovelace."
    ]


def test_a_server_that_goes_and_comes_back_is_told_once_each() -> None:
    away = view(server=AWAY, is_in=False, roads=["direct"], people=ADA)
    connecting = view(server=ServerState("connecting"), is_in=False, roads=["direct"], people=ADA)
    back = view(roads=["direct"], people=ADA)
    assert told((3, back), (4, away), (0.5, connecting), (30, away), (1, connecting), (3, back))[2:] == [
        "The server does not answer; trying again until it does.",
        "The server answers again.",
    ]


def test_how_it_stands_at_the_door_is_told() -> None:
    lines = told(
        (2, view(door="knocking", roads=["relay"])),
        (3, view(door="waiting", roads=["relay"])),
        (3, view(door="inside", roads=["relay"])),
    )
    assert lines == [
        "Connected through the server.",
        "The door of the class is closed: waiting until whoever teaches opens it.",
        "Let in.",
    ]
    assert told((3, view(door="knocking", roads=["relay"])), (3, view(roads=["relay"]))) == [
        "Connected through the server."
    ]


def test_that_one_was_put_out_is_told_and_not_what_the_door_says_then() -> None:
    lines = told(
        (3, view(roads=["relay"])),
        (3, view(door="knocking", roads=["relay"], is_removed=True)),
        (9, view(door="refused", roads=["relay"], is_removed=True)),
        (3, view(roads=["relay"])),
    )
    assert lines == [
        "Connected through the server.",
        "Whoever teaches has put us out of the class. What was kept until now stays here; nothing new comes.",
        "Back in the class: what is written is kept again.",
    ]


def test_how_it_is_connected_is_told_when_it_changes() -> None:
    lines = told((3, view(roads=["relay"])), (3, view(roads=["relay", "direct"])), (9, view(others=1)))
    assert lines == [
        "Connected through the server.",
        "Connected, to some directly and to some through the server.",
        "1 other page of the class cannot be reached yet; trying.",
    ]


def test_a_notebook_is_told_of_when_it_rests_or_once_a_minute() -> None:
    news, lines = KeptNews(), []
    for tick in range(4 * 150):
        now = tick / 4
        if now < 130:
            news.written("w/1.ipynb", now)
        if now in (0, 1):
            news.written("w/2.ipynb", now)
        lines += [(now, line) for line in news.look(now)]
    assert [line for _, line in lines] == [
        "Kept w/2.ipynb.",
        "Kept w/1.ipynb.",
        "Kept w/1.ipynb.",
        "Kept w/1.ipynb.",
    ]
    assert lines[0][0] == 4
    assert lines[1][0] == 60


def test_per8_whose_writing_is_much_work_is_said_once() -> None:
    people = {"a": "Ada", "b": "Ben"}
    lines = told(
        (5, view(people=people)),
        (5, view(people=people, costly={"b"})),
        (5, view(people=people, costly={"b", "a", "c"})),
    )
    assert [line for line in lines if "work" in line] == [
        "What Ben wrote is a lot of work for this computer: it comes bit by bit.",
        "What Ada and Somebody wrote is a lot of work for this computer: it comes bit by bit.",
    ]
