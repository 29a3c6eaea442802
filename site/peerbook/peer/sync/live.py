"""The document that is open: what it takes in as it comes, one's own words, which are in it before, and who is cut off
meanwhile. Pure.
"""

from __future__ import annotations

from typing import Any

from pycrdt import Doc

from ..permissions.change import CheckedChange
from ..permissions.replay import Intake
from ..permissions.waiting import Taken
from ..permissions.work import ALL, SessionsWork


class LiveIntake(Intake):
    """Whoever watches the document is told once for each taking in."""

    def __init__(self, doc: Doc[Any], genesis: bytes | None, work: SessionsWork | None = None) -> None:
        self._cut_off: dict[int, int] = {}
        self._own: CheckedChange | None = None
        with doc.transaction():
            super().__init__(doc, genesis, self._cut_off, work=work)

    def take(self, author: str, change: CheckedChange) -> Taken:
        with self.doc.transaction():
            return super().take(author, change)

    def take_own(self, session: str, change: CheckedChange) -> bool:
        """A change of one's own, which is in the document already. Whether it may be."""
        self._own = change
        self.take(session, change)
        self._own = None
        return change not in self.refused

    def cut(self, client: int, clock: int) -> None:
        """Nothing of a client counts from ``clock`` on. Only for a document that has nothing from there on."""
        self._cut_off[client] = clock
        with self.doc.transaction():
            self.waiting.cut(client)

    def resume(self) -> None:
        """Takes in more of what takes too long to be taken in at once."""
        with self.doc.transaction():
            self.waiting.resume()

    def _run(self, author: str, change: CheckedChange, done: int) -> int:
        return ALL if change is self._own else super()._run(author, change, done)
