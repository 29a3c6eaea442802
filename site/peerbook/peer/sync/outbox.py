"""Own changes to one document on their way out: the first at once, then at most ten times a second, merged [SYN4].
Pure.
"""

from __future__ import annotations

from collections.abc import Callable

from pycrdt import merge_updates

from ..clock import Cancel, Clock

EVERY_MS = 100
"""One envelope per document in this time; `envelope_every_ms` in docs/protocol.json."""
_MERGED_BYTES = 1_000_000
"""Of one merged change: what comes on top is another."""


class Outbox:
    def __init__(self, clock: Clock, publish: Callable[[list[bytes]], None]) -> None:
        """``publish``: some, in their order."""
        self._clock = clock
        self._publish = publish
        self._queue: list[bytes] = []
        self._pause: Cancel | None = None

    def put(self, change: bytes) -> None:
        self._queue.append(change)
        if self._pause is None:
            self.flush()

    def flush(self) -> None:
        """Sends what waits for its turn, now."""
        if self._queue:
            if self._pause:
                self._pause()
            queue, self._queue = self._queue, []
            self._pause = self._clock.after(EVERY_MS, self._go_on)
            self._publish(_merged(queue))

    def end(self) -> None:
        self.flush()
        if self._pause:
            self._pause()

    def _go_on(self) -> None:
        self._pause = None
        self.flush()


def _merged(changes: list[bytes]) -> list[bytes]:
    groups: list[list[bytes]] = []
    size = _MERGED_BYTES
    for change in changes:
        if size + len(change) > _MERGED_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(change)
        size += len(change)
    return [group[0] if len(group) == 1 else merge_updates(*group) for group in groups]
