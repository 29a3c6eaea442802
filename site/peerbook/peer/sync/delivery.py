"""Answers what neighbours ask of logs: in messages of a bounded size, at the pace of their line, one answer at a time.
``core/sync/delivery.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from ..log.piece import Piece
from ..overlay.messages import ENTRIES_BYTES, Ask, Entries, Want
from ..overlay.neighbours import Neighbour, Neighbours
from .forms import PIECES, SEGMENTS
from .replica import Replica


class Delivery:
    def __init__(
        self,
        neighbours: Neighbours,
        replicas: Mapping[str, Replica],
        introduce: Callable[[Neighbour, str], None],
    ) -> None:
        """``introduce``: whose a session is goes before what it wrote."""
        self._neighbours = neighbours
        self._replicas = replicas
        self._introduce = introduce
        self._answers: dict[tuple[str, str], object] = {}
        """For each neighbour and document the answer under way: another question takes its place."""

    def hear_ask(self, neighbour: Neighbour, ask: Ask) -> None:
        is_compared = ask.document.startswith((SEGMENTS, PIECES))
        replica = self._replicas.get(ask.document.partition("/")[2] if is_compared else ask.document)
        if replica:
            answer = self._answers[neighbour.peer, ask.document] = object()
            self._go_on(neighbour, ask.document, answer, self._messages(neighbour, replica, ask))

    def _go_on(self, neighbour: Neighbour, document: str, answer: object, messages: Iterator[Entries]) -> None:
        key = neighbour.peer, document
        if self._neighbours.get(neighbour.peer) is not neighbour or self._answers.get(key) is not answer:
            return
        message = next(messages, None)
        if message is None:
            del self._answers[key]
            return
        neighbour.say(message)
        neighbour.when_room(partial(self._go_on, neighbour, document, answer, messages))

    def _messages(self, neighbour: Neighbour, replica: Replica, ask: Ask) -> Iterator[Entries]:
        pieces: list[bytes] = []
        size = 0
        for want in ask.wants:
            self._introduce(neighbour, want.session)
            for piece in _told_of(replica, want, is_compared=ask.document.startswith(PIECES)):
                if ask.document.startswith(SEGMENTS) and piece.form == "envelope":
                    continue
                if pieces and size + len(piece.data) > ENTRIES_BYTES:
                    yield Entries(ask.document, False, tuple(pieces))
                    pieces, size = [], 0
                self._introduce(neighbour, piece.signer)
                pieces.append(piece.data)
                size += len(piece.data)
        yield Entries(ask.document, True, tuple(pieces))


def _told_of(replica: Replica, want: Want, *, is_compared: bool) -> list[Piece]:
    """What is here of a session; for who compares it, also what ended it."""
    log = replica.log
    pieces = log.pieces(want.session, want.start, log.shown(want.session))
    gone = log.ended_by(want.session) if is_compared else []
    return [*pieces, *(piece for piece in gone if piece.first >= want.start)]
