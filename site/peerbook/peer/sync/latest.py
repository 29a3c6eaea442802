"""The latest each session said of itself: what is older is dropped on its way. Pure.

Remembered for a while after it counts no more, so that somebody who missed the end cannot bring it back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass

from ..clock import Cancel, Clock, nothing
from ..envelope import Envelope
from ..overlay.messages import STREAM_BYTES, HeardOf

_MOST_STREAMS = 4000
"""Streams remembered: two for each member of the largest room."""
_MEMORY = 3
"""How much longer than it counts something is remembered."""


@dataclass(frozen=True, slots=True)
class _Latest:
    session: str
    sequence: int
    data: bytes
    stream: bytes
    cancel: Cancel


class Latest:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._streams: dict[str, _Latest] = {}
        self._silences: dict[str, Cancel] = {}

    def is_new(self, envelope: Envelope) -> bool:
        known = self._streams.get(_stream(envelope))
        return known is None or envelope.sequence > known.sequence

    def keep(self, envelope: Envelope, data: bytes, expiry_ms: float, silent: Callable[[], None]) -> None:
        """``silent`` is called when the session has not been heard, in any of its streams, for ``expiry_ms``."""
        key = _stream(envelope)

        def forget() -> None:
            self._streams.pop(key, None)

        self._put(key, envelope, data, self._clock.after(_MEMORY * expiry_ms, forget))
        self._listen(envelope.session, expiry_ms, silent)

    def keep_own(self, envelope: Envelope, data: bytes) -> None:
        self._put(_stream(envelope), envelope, data, nothing)

    def known(self) -> tuple[HeardOf, ...]:
        """What is known here, for a neighbour to say what is newer."""
        return tuple(HeardOf(each.stream, each.sequence) for each in self._streams.values())

    def newer_than(self, known: Collection[HeardOf]) -> list[tuple[str, bytes]]:
        """Envelopes, each with its session."""
        theirs = {each.stream: each.sequence for each in known}
        return [
            (each.session, each.data) for each in self._streams.values() if each.sequence > theirs.get(each.stream, -1)
        ]

    def end(self) -> None:
        for cancel in [*(each.cancel for each in self._streams.values()), *self._silences.values()]:
            cancel()

    def _put(self, key: str, envelope: Envelope, data: bytes, cancel: Cancel) -> None:
        before = self._streams.pop(key, None)
        if before:
            before.cancel()
        stream = before.stream if before else hashlib.sha256(key.encode()).digest()[:STREAM_BYTES]
        self._streams[key] = _Latest(envelope.session, envelope.sequence, data, stream, cancel)
        if len(self._streams) > _MOST_STREAMS:
            self._streams.pop(next(iter(self._streams))).cancel()

    def _listen(self, session: str, expiry_ms: float, silent: Callable[[], None]) -> None:
        def expire() -> None:
            self._silences.pop(session, None)
            silent()

        self._silences.pop(session, nothing)()
        self._silences[session] = self._clock.after(expiry_ms, expire)


def _stream(envelope: Envelope) -> str:
    return f"{envelope.session} {envelope.document} {envelope.kind}"
