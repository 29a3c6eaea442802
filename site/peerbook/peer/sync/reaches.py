"""How far a log is, said in few bytes: a digest that is the same where the logs are, and the count and chain of each
session. Also what a neighbour's saying means for the log here [LOG]. ``core/sync/reaches.ts`` in Python. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Literal

from ..encoding import number_bytes
from ..envelope import session_bytes
from ..log.log import Log
from ..log.piece import Cut
from ..overlay.messages import CHAIN_BYTES, DIGEST_BYTES, Reach, Summary


class Reaches:
    def __init__(self, log: Log, first: Callable[[str], bytes], cut_of: Callable[[str, str], Cut | None]) -> None:
        """``first``: where a session's chain begins."""
        self._log = log
        self._first = first
        self._cut_of = cut_of
        self._known: tuple[bytes, tuple[Reach, ...]] | None = None
        self.version = 0
        """Goes up with every change of the log."""

    def changed(self) -> None:
        """Something was logged, or does not count any more, or stands in another form."""
        self._known = None
        self.version += 1

    @property
    def digest(self) -> bytes:
        return self._look()[0]

    @property
    def all(self) -> tuple[Reach, ...]:
        """Every session, in order."""
        return self._look()[1]

    def of(self, session: str) -> Reach:
        count = self._log.shown(session)
        chain = self._log.chain_at(session, count) or self._first(session)
        return Reach(session, count, chain[:CHAIN_BYTES])

    def summary(self, document: str, reaches: Iterable[Reach] | Literal["all"] | None) -> Summary:
        """For a neighbour: only the digest, some sessions, or all."""
        if reaches == "all":
            return Summary(document, self.digest, self.all, True)
        return Summary(document, self.digest, None if reaches is None else tuple(reaches))

    def is_behind(self, reach: Reach) -> bool:
        """Whether a neighbour has more of a session, or something else."""
        # Of what forked nobody doubts what stands before: whoever has the proof first, asks for that all the same.
        limit = self._log.limit_of(reach.session)
        if self._log.count(reach.session) < min(reach.count, limit):
            return True
        if self.is_forked(reach):
            # What comes after a fork is nobody's, until a frontier says how far it counts. Before it there may be
            # another.
            return False
        if self._is_ended_before(reach):
            # What ended it here they take for right, or, as it may be, were told something else.
            said = self._log.ended_chain_at(reach.session, reach.count)
            return said is None or said[:CHAIN_BYTES] != reach.chain
        known = self._log.chain_at(reach.session, reach.count)
        return known is not None and reach.count <= limit and known[:CHAIN_BYTES] != reach.chain

    def ask_from(self, reach: Reach) -> int:
        """From where to ask for what a neighbour has: from 0 when it contradicts what is here, or may."""
        is_more = self._log.count(reach.session) < reach.count and not self._is_ended_before(reach)
        return self._log.ask_from(reach.session) if is_more else 0

    def is_forked(self, reach: Reach) -> bool:
        """Whether a neighbour counts more of a session than there is before it forked."""
        return self._log.is_doubted(reach.session) and reach.count > self._log.shown(reach.session)

    def ahead(self, theirs: Iterable[Reach], *, is_whole: bool) -> list[Reach]:
        """What is here and is not there, of what a neighbour said."""
        counts = {each.session: each.count for each in theirs}
        return [
            each for each in self.all if (each.count > counts[each.session] if each.session in counts else is_whole)
        ]

    def _is_ended_before(self, reach: Reach) -> bool:
        """Whether the session ended here, by a change that may not be, before a place that a neighbour counts, and that
        a frontier counts, if there is one: what ended it here was said to some alone, or what stands before it was.
        """
        stop, cut = self._log.stop_at(reach.session), self._log.cut_at(reach.session)
        return stop is not None and stop < (min(reach.count, cut.count) if cut else reach.count)

    def _look(self) -> tuple[bytes, tuple[Reach, ...]]:
        if self._known is None:
            every = [self.of(session) for session in sorted(self._log.sessions)]
            # Of who was removed what counts nothing is known too, for those who wrote beside it.
            counted = tuple(each for each in every if each.count or self._cut_of(each.session, self._author(each)))
            rows = [session_bytes(each.session) + number_bytes(each.count) + each.chain for each in counted]
            self._known = hashlib.sha256(b"".join(rows)).digest()[:DIGEST_BYTES], counted
        return self._known

    def _author(self, reach: Reach) -> str:
        return self._log.author_of(reach.session) or ""
