"""Pieces that do not follow on what is here yet, bounded for each author; what is thrown out comes by exchange."""

from __future__ import annotations

from collections.abc import Callable

from .piece import Piece, total_bytes

WAITING_BYTES = 1_000_000
WAITING_PIECES = 256


class WaitingRoom:
    """``count_of``: how much of a session is here."""

    def __init__(self, count_of: Callable[[str], int]) -> None:
        self._count_of = count_of
        self._sessions: dict[str, list[Piece]] = {}
        self._authors: dict[str, list[Piece]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._sessions.values()))

    def of(self, session: str) -> list[Piece]:
        """What waits of a session, in the order in which it came."""
        return list(self._sessions.get(session, ()))

    def add(self, piece: Piece) -> None:
        """Lets it wait; what is furthest from being of use makes room, and that may be the piece itself."""
        theirs = self._authors.setdefault(piece.author, [])
        theirs.append(piece)
        self._sessions.setdefault(piece.session, []).append(piece)
        while total_bytes(theirs) > WAITING_BYTES or len(theirs) > WAITING_PIECES:
            self.remove(max(theirs, key=lambda each: max(0, each.first - self._count_of(each.session))))

    def remove(self, piece: Piece) -> None:
        """It waits no more."""
        for waiting, key in ((self._authors, piece.author), (self._sessions, piece.session)):
            pieces = [each for each in waiting.get(key, ()) if each is not piece]
            if pieces:
                waiting[key][:] = pieces
            else:
                waiting.pop(key, None)
