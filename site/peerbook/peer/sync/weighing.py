"""Segments, compared with what is here of their range before they take its place, and with what others say it was: a
lie is nobody's word, and everybody finds the same one lying [ENV7, SYN18]. ``core/sync/weighing.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..log.log import Log
from ..log.piece import Piece
from ..merge import begins_with, says_the_same
from ..segment import OwnChange
from .opener import Wrong, open_changes
from .ports import Received
from .reading import Opened


@dataclass(frozen=True, slots=True)
class WeighingPorts:
    log: Log
    open: Callable[[Piece], Opened]
    join: Callable[[Piece, Opened], Received]
    """Takes it into the log and the document."""
    compact: Callable[[Piece], bool]
    """Puts it in the place of what it was made of."""
    ban: Callable[[Piece, Sequence[Piece]], None]
    """It is not to be taken again; the others count in its place."""


class Weighing:
    def __init__(self, ports: WeighingPorts) -> None:
        self._ports = ports

    def weigh(self, piece: Piece, opened: Opened) -> Received:
        """A segment, opened, is compared with what is here of its range before it takes its place."""
        held = self._held_of(piece)
        if not held:
            return self._ports.join(piece, opened)
        whole = open_changes(self._ports.open, held)
        if whole is None:
            # It cannot be said yet, and comes again.
            return "known"
        is_whole = held[-1].end == piece.end
        if _is_said(opened.plain, whole, is_whole=is_whole):
            received = self._ports.join(piece, opened)
            self._ports.compact(piece)
            return received
        if is_whole and not _outweighs(held, piece):
            self._ports.ban(held[0], [piece])
            return "taken"
        self._ports.ban(piece, [])
        return "lie"

    def hear_originals(self, segment: Piece, theirs: Sequence[Piece]) -> bool:
        """What a neighbour has of a session from ``segment`` on, which is here and which they say is a lie: verified
        pieces, in order, of all of its range or of its beginning. Whether they are right; then theirs counts.
        """
        pieces = [piece for piece in theirs if piece.end <= segment.end]
        is_whole = bool(pieces) and pieces[-1].end == segment.end
        place = segment.first
        for piece in pieces:
            if piece.session != segment.session or piece.first != place:
                return False
            place = piece.end
        # What is shorter is finer: who has it takes no segment that says something else of it.
        if not pieces or (is_whole and not _outweighs(pieces, segment)):
            return False
        opened, whole = self._ports.open(segment), open_changes(self._ports.open, pieces)
        if whole is None or opened.kind != "open":
            return False
        if _is_said(opened.plain, whole, is_whole=is_whole):
            return False
        self._ports.ban(segment, pieces)
        return True

    def _held_of(self, piece: Piece) -> list[Piece]:
        """What is here of a segment's range, when it can be compared: both begin, and both or one of them end, at one
        place. What ended the session counts for nobody, and its author said it all the same: a segment that says
        something else is a lie.
        """
        log = self._ports.log
        if log.chain_at(piece.session, piece.first) is None:
            return []
        gone = [each for each in log.ended_by(piece.session) if each.end <= piece.end]
        held = [*log.pieces(piece.session, piece.first, piece.end), *gone]
        return [] if not held or held[-1].end > piece.end or held[0].same(piece) else held


def _is_said(plain: bytes, whole: Sequence[OwnChange] | Wrong, *, is_whole: bool) -> bool:
    """Whether a merged change is what the changes say, or, unless they are whole, begins with it."""
    if whole == "wrong":
        return False
    return (says_the_same if is_whole else begins_with)(plain, [each.change for each in whole])


def _outweighs(pieces: Sequence[Piece], segment: Piece) -> bool:
    """Whose word counts, for everybody alike: that of envelopes, then the finer one, then the lower hash."""
    return len(pieces) > 1 or pieces[0].form == "envelope" or pieces[0].hash < segment.hash
