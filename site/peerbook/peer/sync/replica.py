"""One document as the class sees it: own changes go out, at most ten times a second; what comes from others is applied,
or waits outside the document until what it leans on is there [SYN4, SYN5].
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pycrdt import Doc, TransactionEvent, merge_updates

from ..clock import Cancel, Clock
from ..overlay.messages import Vector
from .change import Change, deletions_change, read_change, runs_on, split_deletions
from .digest import state_digest, vector_bytes, vector_of

EVERY_MS = 100
"""One envelope per document in this time; `envelope_every_ms` in docs/protocol.json."""
WAITING_BYTES = 1_000_000
"""Changes that wait for others, in all; more are dropped and come by exchange. `unresolved_bytes`."""
WAITING_CHANGES = 256
"""The same in number: each is looked at again whenever something was applied."""
_NOTHING = b"\x00\x00"

Received = Literal["applied", "waiting", "garbled"]
"""The document has all of it; it leans on what is not here yet; it is no change at all."""


class Replica:
    def __init__(self, name: str, doc: Doc[Any], clock: Clock, publish: Callable[[bytes], None]) -> None:
        """``publish`` is given own changes, merged."""
        self.name = name
        self.doc = doc
        self._clock = clock
        self._publish = publish
        self._subscription = doc.observe(self._changed)
        self._queue: list[bytes] = []
        self._pause: Cancel | None = None
        self._waiting: list[Change] = []
        self._is_applying = False
        self._vector: Vector | None = None
        self._digest: bytes | None = None
        self.version = 0
        """Goes up with every change, whoever made it."""
        self.on_change: Callable[[], None] | None = None
        """Called after every change, whoever made it; not while the document is being changed."""

    @property
    def is_incomplete(self) -> bool:
        """Whether something is known to be missing."""
        return bool(self._waiting)

    @property
    def vector(self) -> Vector:
        if self._vector is None:
            self._vector = vector_of(self.doc)
        return self._vector

    @property
    def digest(self) -> bytes:
        if self._digest is None:
            self._digest = state_digest(self.doc)
        return self._digest

    def state_since(self, vector: Vector) -> bytes:
        """All that a replica with ``vector`` lacks, and every deletion."""
        return self.doc.get_update(vector_bytes(vector))

    def deletions(self) -> bytes:
        """What was deleted, as a change that brings nothing else."""
        return self.state_since(self.vector)

    def receive(self, data: bytes) -> Received:
        """Takes a change of others. Never raises."""
        change = read_change(data)
        if change is None:
            return "garbled"
        if not self._take(change):
            return "garbled"
        while self._waiting:
            before, waiting, self._waiting = self.version, self._waiting, []
            for each in waiting:
                self._take(each)
            if self.version == before:
                break
        return "waiting" if self.is_incomplete else "applied"

    def flush(self) -> None:
        """Sends what waits for its turn, now."""
        if self._pause:
            self._pause()
            self._pause = None
        if self._queue:
            change = self._queue[0] if len(self._queue) == 1 else merge_updates(*self._queue)
            self._queue = []
            self._pause = self._clock.after(EVERY_MS, self.flush)
            self._publish(change)

    def end(self) -> None:
        self.flush()
        if self._pause:
            self._pause()
        self.doc.unobserve(self._subscription)

    def _take(self, change: Change) -> bool:
        """Applies what of a change can be now; the rest waits. False when it is none after all."""
        if not runs_on(change, self.vector):
            self._wait(change)
            return True
        if change.structs and not self._apply(change.without_deletions):
            return False
        now, later = split_deletions(change.deleted, self.vector)
        if now and not self._apply(deletions_change(now)):
            return False
        rest = read_change(deletions_change(later)) if later else None
        if rest:
            self._wait(rest)
        return True

    def _wait(self, change: Change) -> None:
        held = sum(len(each.data) for each in self._waiting)
        if len(self._waiting) < WAITING_CHANGES and held + len(change.data) <= WAITING_BYTES:
            self._waiting.append(change)

    def _apply(self, change: bytes) -> bool:
        self._is_applying = True
        try:
            self.doc.apply_update(change)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # yrs says no in exceptions that are no Exception, too
            return False
        finally:
            self._is_applying = False
        return True

    def _changed(self, event: TransactionEvent) -> None:
        """Called while the document is being changed: only notes it."""
        if event.update == _NOTHING:
            return
        self.version += 1
        self._vector = self._digest = None
        if self.on_change:
            self._clock.after(0, self.on_change)
        if self._is_applying:
            return
        self._queue.append(event.update)
        if self._pause is None:
            self._pause = self._clock.after(0, self.flush)
