"""Makes segments of what one wrote oneself, in this session and in earlier ones, as counts say [LOG13]. One range at a
time in each document, and never more than one segment stands for: so much work there is in one go.
``core/sync/compactor.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..identity import OwnSession
from ..log.piece import piece_of
from ..log.segments import range_to_compact
from ..sealed import Crypto, DocumentKey
from ..segment import OwnChange, Segment, plan_segments, seal_segment
from .opener import Opener, open_changes
from .replica import Replica

COMPACT_BYTES = 1_000_000
"""Bytes of the pieces that one segment stands for. `compact_bytes`."""


@dataclass(frozen=True, slots=True)
class CompactorPorts:
    room: bytes
    own: OwnSession
    crypto: Crypto
    opener: Opener
    every: int
    """Own envelopes that become a segment."""
    key_for: Callable[[str, str], DocumentKey | None]
    is_here: Callable[[str], bool]
    """Whether a session is known to be in the class now: it compacts its own."""
    made: Callable[[Replica, str], None]
    """A segment of a session took the place of what it was made of."""


class Compactor:
    def __init__(self, ports: CompactorPorts) -> None:
        self._ports = ports

    def look(self, replica: Replica) -> None:
        """One's own envelope is in the log."""
        own, every, log = self._ports.own.introduced, self._ports.every, replica.log
        # Most envelopes are no work at all. With the first, those of other days: it may be the only one of today.
        if (log.count(own.session) - 1) % max(1, every >> 2):
            return
        for session in log.sessions:
            is_over = session != own.session
            if log.author_of(session) != own.participant or log.is_doubted(session):
                continue
            if is_over and self._ports.is_here(session):
                continue
            found = range_to_compact(log, session, is_over=is_over, limit=COMPACT_BYTES, most=every)
            if found:
                self._compact(replica, session, *found)
                return

    def _compact(self, replica: Replica, session: str, first: int, end: int) -> None:
        changes = open_changes(self._ports.opener.piece, replica.log.pieces(session, first, end))
        key = self._ports.key_for(replica.name, replica.kind)
        if not changes or changes == "wrong" or not key:
            return
        for planned in plan_segments(changes):
            if len(replica.log.pieces(session, planned.first, planned.end)) > 1:
                self._seal(replica, session, planned, key)

    def _seal(self, replica: Replica, session: str, planned: OwnChange, key: DocumentKey) -> None:
        own, log = self._ports.own, replica.log
        chains = log.chain_at(session, planned.first), log.chain_at(session, planned.end)
        if chains[0] is None or chains[1] is None:
            return
        place = Segment(
            self._ports.room,
            replica.name,
            session,
            replica.kind,
            key.epoch,
            planned.first,
            planned.end,
            chains[0],
            chains[1],
            own.introduced.session,
        )
        data = seal_segment(self._ports.crypto, own.signer, place, key, planned.change)
        segment = piece_of(data, {session: own.introduced.participant})
        if segment and replica.take_compacted(segment):
            self._ports.made(replica, session)
