"""Which segments of a document are here, said in few bytes, for neighbours to compare beside how far sessions are
[SYN18]: who has envelopes learns of a segment in their place, and who was given a segment that says something else, of
that. ``core/sync/forms.ts`` in Python. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from ..envelope import session_bytes
from ..log.log import Log
from ..overlay.messages import CHAIN_BYTES, DIGEST_BYTES, Reach, Summary
from .reaches import Reaches

SEGMENTS = "segments/"
"""What stands before a document's name where its segments are spoken of."""
PIECES = "pieces/"
"""The same where pieces are asked for to be compared."""
_NONE = bytes(CHAIN_BYTES)


@dataclass(frozen=True, slots=True)
class _Known:
    version: int
    digest: bytes
    all: tuple[Reach, ...]


class Forms:
    def __init__(self, log: Log, reaches: Reaches) -> None:
        self._log = log
        self._reaches = reaches
        self._known: _Known | None = None

    @property
    def digest(self) -> bytes:
        return self._look().digest

    @property
    def all(self) -> tuple[Reach, ...]:
        """Sessions of which there are segments, in order: up to where, and the beginning of their hashes' hash."""
        return self._look().all

    def of(self, session: str) -> bytes:
        return next((each.chain for each in self.all if each.session == session), _NONE)

    def summary(self, document: str, sessions: Collection[str] | Literal["all"] | None) -> Summary:
        """For a neighbour: only the digest, some sessions, or all."""
        if sessions is None:
            return Summary(SEGMENTS + document, self.digest)
        is_whole = sessions == "all"
        reaches = tuple(each for each in self.all if is_whole or each.session in sessions)
        return Summary(SEGMENTS + document, self.digest, reaches, is_whole)

    def _look(self) -> _Known:
        version = self._reaches.version
        if self._known is None or self._known.version != version:
            reaches: list[Reach] = []
            for session in sorted(self._log.sessions):
                pieces = self._log.pieces(session, 0, self._log.shown(session))
                segments = [piece for piece in pieces if piece.form == "segment"]
                if segments:
                    hashes = hashlib.sha256(b"".join(piece.hash for piece in segments)).digest()
                    reaches.append(Reach(session, segments[-1].end, hashes[:CHAIN_BYTES]))
            said = b"".join(session_bytes(each.session) + each.chain for each in reaches)
            self._known = _Known(version, hashlib.sha256(said).digest()[:DIGEST_BYTES], tuple(reaches))
        return self._known
