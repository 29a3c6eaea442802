"""The document that is open: what it takes in as it comes, one's own words, which are in it before, and who is cut off
meanwhile. Pure.
"""

from __future__ import annotations

from typing import Any

from pycrdt import Doc

from ..permissions.change import CheckedChange
from ..permissions.replay import Admission, Intake
from ..permissions.waiting import Taken


class LiveIntake(Intake):
    """Whoever watches the document is told once for each taking in."""

    def __init__(self, doc: Doc[Any], genesis: bytes | None) -> None:
        self._cut_off: dict[int, int] = {}
        with doc.transaction():
            super().__init__(doc, genesis, self._cut_off)

    def take(self, author: str, change: CheckedChange) -> Taken:
        with self.doc.transaction():
            return super().take(author, change)

    def take_own(self, session: str, change: CheckedChange) -> bool:
        """A change of one's own, which is in the document already. Whether it may be."""
        taken = Admission.take(self, session, change)
        if isinstance(taken, list) and len(taken) > 1:
            with self.doc.transaction():
                self._apply(each for each in taken if each is not change)
        return change not in self.refused

    def cut(self, client: int, clock: int) -> None:
        """Nothing of a client counts from ``clock`` on. Only for a document that has nothing from there on."""
        self._cut_off[client] = clock
        changes = self.waiting.cut(client)
        if changes:
            with self.doc.transaction():
                self._apply(changes)
