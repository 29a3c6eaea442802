"""Somebody whose session said things, as pieces of a log, for tests of logs."""

from __future__ import annotations

import random

from peerbook.peer.log.log import Log
from peerbook.peer.log.piece import Chain, Form, Piece

SESSION = "AAAAAAAAAAAAAAAAAAAAAA"
LINKS = Chain(bytes(16), "d", "document")


class Writer:
    """Pieces of one session: random bytes, with the chain as in life."""

    def __init__(self, chance: random.Random, envelopes: list[Piece] | None = None) -> None:
        self.chance = chance
        self.envelopes = list(envelopes or [])
        self.chains = [LINKS.first(SESSION)]
        for each in self.envelopes:
            self.chains.append(LINKS.next(self.chains[-1], each.hash))

    def write(self, count: int) -> Writer:
        for _ in range(count):
            first = len(self.envelopes)
            before = self.chains[first] if first and first % 16 == 0 else None
            self.envelopes.append(self._piece("envelope", first, first + 1, before, None))
            self.chains.append(LINKS.next(self.chains[first], self.envelopes[-1].hash))
        return self

    def segment(self, first: int, end: int) -> Piece:
        return self._piece("segment", first, end, self.chains[first], self.chains[end])

    def _piece(self, form: Form, first: int, end: int, before: bytes | None, after: bytes | None) -> Piece:
        data = self.chance.randbytes(12)
        return Piece(form, SESSION, "ada", SESSION, first, end, data, before, after, 0, 1)


def sides(count: int, parted: int) -> tuple[Log, Writer, Writer]:
    """A log, a writer, and who has the same keys and says something else from `parted` on."""
    chance = random.Random(1)
    one = Writer(chance).write(count)
    return Log(LINKS), one, Writer(chance, one.envelopes[:parted]).write(count - parted)


def spans(log: Log) -> list[tuple[int, int]]:
    return [(each.first, each.end) for each in log.pieces(SESSION)]
