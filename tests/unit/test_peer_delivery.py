"""What the Python peer answers when a neighbour asks for pieces of a log."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from peerbook.peer.log.log import Log
from peerbook.peer.log.piece import Chain, Piece
from peerbook.peer.overlay.messages import ENTRIES_BYTES, Ask, Entries, Want
from peerbook.peer.sync.delivery import Delivery

SESSION = "AAAAAAAAAAAAAAAAAAAAAA"


class Line:
    """A neighbour whose line takes one message at a time."""

    peer = "ben"

    def __init__(self) -> None:
        self.said: list[Entries] = []
        self.introduced: list[str] = []
        self.rest: list[Any] = []

    def say(self, message: Entries) -> None:
        self.said.append(message)

    def when_room(self, then: Any) -> None:
        self.rest.append(then)

    def drain(self) -> None:
        while self.rest:
            self.rest.pop()()


def delivery(line: Line, sizes: list[int], others: dict[str, Any] | None = None) -> Delivery:
    log = Log(Chain(bytes(16), "d", "document"))
    for at, size in enumerate(sizes):
        log.take(Piece("envelope", SESSION, "a", SESSION, at, at + 1, bytes([1, at]) + bytes(size)))
    replicas: dict[str, Any] = {"d": SimpleNamespace(log=log)}
    neighbours = others if others is not None else {"ben": line}
    return Delivery(cast(Any, neighbours), replicas, lambda _neighbour, session: line.introduced.append(session))


def asked(line: Line, start: int, document: str = "d") -> Ask:
    return Ask(document, (Want(SESSION, start),))


def test_log12_what_is_sent_begins_where_it_was_asked_for_and_whose_it_is_goes_before() -> None:
    line = Line()
    answers = delivery(line, [10] * 6)
    answers.hear_ask(cast(Any, line), asked(line, 4))
    assert [[data[1] for data in each.pieces] for each in line.said] == [[4, 5]]
    assert line.said[0].is_last
    assert line.introduced[0] == SESSION
    answers.hear_ask(cast(Any, line), asked(line, 6))
    assert (line.said[1].pieces, line.said[1].is_last) == ((), True)
    answers.hear_ask(cast(Any, line), asked(line, 0, "another"))
    assert len(line.said) == 2


def test_log12_what_is_sent_is_bounded_but_never_nothing_and_goes_at_the_pace_of_the_line() -> None:
    line = Line()
    third = ENTRIES_BYTES // 3
    delivery(line, [third, third, third, 2 * ENTRIES_BYTES, 5]).hear_ask(cast(Any, line), asked(line, 0))
    assert len(line.said) == 1
    line.drain()
    assert [([data[1] for data in each.pieces], each.is_last) for each in line.said] == [
        ([0, 1], False),
        ([2], False),
        ([3], False),
        ([4], True),
    ]


def test_log12_an_answer_ends_when_another_question_comes_or_the_neighbour_is_gone() -> None:
    line = Line()
    answers = delivery(line, [ENTRIES_BYTES] * 3)
    answers.hear_ask(cast(Any, line), asked(line, 0))
    answers.hear_ask(cast(Any, line), asked(line, 2))
    line.drain()
    assert [[data[1] for data in each.pieces] for each in line.said] == [[0], [2]]
    gone: dict[str, Any] = {"ben": line}
    again = delivery(line, [ENTRIES_BYTES] * 3, gone)
    again.hear_ask(cast(Any, line), asked(line, 0))
    gone.clear()
    line.drain()
    assert len(line.said) == 3


def test_syn18_what_ended_a_session_is_told_to_who_compares_pieces_and_to_nobody_else() -> None:
    line = Line()
    answers = delivery(line, [10] * 6)
    answers._replicas["d"].log.stop(SESSION, 4)
    for document, start in (("d", 0), ("segments/d", 0), ("pieces/d", 0), ("pieces/d", 5)):
        answers.hear_ask(cast(Any, line), asked(line, start, document))
    assert [[data[1] for data in each.pieces] for each in line.said] == [
        [0, 1, 2, 3],
        [],
        [0, 1, 2, 3, 4, 5],
        [5],
    ]
