"""One session's part of a log: pieces without gaps from 0, and the chain at each of their ends."""

from __future__ import annotations

from bisect import bisect_right

from .piece import Chain, Piece


class Strand:
    """The chain inside a segment is not known."""

    def __init__(self, session: str, links: Chain) -> None:
        self.session = session
        self._links = links
        self._first = links.first(session)
        self.pieces: list[Piece] = []
        self._ends: list[int] = []
        self._behind: list[bytes] = []

    @property
    def count(self) -> int:
        """Envelopes that are here without a gap."""
        return self._ends[-1] if self._ends else 0

    @property
    def chain(self) -> bytes:
        """The chain there."""
        return self._behind[-1] if self._behind else self._first

    def chain_at(self, place: int) -> bytes | None:
        """The chain before the envelope at a place; None where no piece ends."""
        if place == 0:
            return self._first
        index = bisect_right(self._ends, place - 1)
        return self._behind[index] if index < len(self._ends) and self._ends[index] == place else None

    def piece_at(self, place: int) -> Piece | None:
        """The piece that holds the envelope at a place."""
        index = bisect_right(self._ends, place)
        return self.pieces[index] if index < len(self.pieces) else None

    def range(self, first: int, end: float) -> list[Piece]:
        """The pieces that hold the places from ``first`` to before ``end``, with those that reach beyond."""
        start = bisect_right(self._ends, first)
        found = []
        for piece in self.pieces[start:]:
            if piece.first >= end:
                break
            found.append(piece)
        return found

    def append(self, piece: Piece) -> None:
        """Puts a piece at the end, where it begins; what it states of the chain there fits."""
        self._behind.append(piece.after or self._links.next(self.chain, piece.hash))
        self._ends.append(piece.end)
        self.pieces.append(piece)

    def truncate(self, place: int) -> list[Piece]:
        """Takes away every piece that reaches beyond a place, and gives them."""
        length = bisect_right(self._ends, place)
        gone = self.pieces[length:]
        del self.pieces[length:], self._ends[length:], self._behind[length:]
        return gone

    def replace(self, piece: Piece) -> list[Piece]:
        """One piece in the place of those that hold the same places; both its ends are ends of pieces."""
        start, last = bisect_right(self._ends, piece.first), bisect_right(self._ends, piece.end - 1)
        gone = self.pieces[start : last + 1]
        self.pieces[start : last + 1] = [piece]
        del self._ends[start:last], self._behind[start:last]
        return gone

    def proof_of(self, place: int) -> list[Piece]:
        """The pieces that prove the chain at the end of a piece: back to the last one that states it; at most 17."""
        proof: list[Piece] = []
        for piece in reversed(self.pieces[: bisect_right(self._ends, place)]):
            proof.insert(0, piece)
            if piece.before or piece.after:
                break
        return proof
