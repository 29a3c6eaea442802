"""The documents that are here: those that are open, and those that are carried for others. ``core/sync/library.ts`` in
Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc

from ..clock import Clock
from .replica import Replica

CARRY_MS = 600_000
"""How long a document is carried for somebody who asked."""
MOST_CARRIED = 64
"""Documents carried for others, that nobody here has open."""


@dataclass(frozen=True, slots=True)
class LibraryPorts:
    clock: Clock
    carries: Callable[[str], bool]
    """Whether a document is kept here for others though nobody here has it open."""
    make: Callable[[str, str], Replica]
    opened: Callable[[Replica], None]
    """A document is here now: who has more is to say so."""
    dropped: Callable[[str], None]


class Library:
    def __init__(self, ports: LibraryPorts) -> None:
        self._ports = ports
        self.replicas: dict[str, Replica] = {}
        self._carried: set[str] = set()

    def open(self, document: str, doc: Doc[Any], kind: str, genesis: bytes | None) -> Replica:
        """Opens a document, which was made with :meth:`ensure`, or what is carried of it."""
        replica = self.ensure(document, kind)
        self._carried.discard(document)
        replica.open(doc, genesis)
        self._ports.opened(replica)
        return replica

    def is_open(self, document: str) -> bool:
        return document in self.replicas and document not in self._carried

    def close(self, document: str) -> None:
        """What is known goes on being carried for the class."""
        self.replicas[document].close()
        self._carried.add(document)

    def ensure(self, document: str, kind: str) -> Replica:
        """A document that is about to be opened."""
        return self.replicas.get(document) or self._add(document, kind)

    def carry(self, document: str, *, is_asked: bool = False, is_kept: bool = False) -> Replica | None:
        """The document, begun when it is to be carried here: always, when somebody asked who reaches nobody else, or
        when storage has it.
        """
        known = self.replicas.get(document)
        is_duty = is_kept or self._ports.carries(document)
        has_room = is_kept or len(self._carried) < MOST_CARRIED
        if known or not has_room or not (is_asked or is_duty):
            return known
        self._carried.add(document)
        replica = self._add(document, "outputs" if "/outputs." in document else "document")
        self._ports.opened(replica)
        return replica

    def carry_for_others(self, document: str) -> None:
        """Keeps a document for somebody who asked and reaches nobody else, for a while."""
        replica = self.carry(document, is_asked=True)
        if replica is None or self.is_open(document) or self._ports.carries(document):
            return

        def release() -> None:
            # Not if it was opened here meanwhile. Who still needs it asks again.
            if self.replicas.get(document) is replica and not self.is_open(document) and not replica.is_own:
                self.drop(replica)

        self._ports.clock.after(CARRY_MS, release)

    def drop(self, replica: Replica) -> None:
        replica.end()
        self.replicas.pop(replica.name, None)
        self._carried.discard(replica.name)
        self._ports.dropped(replica.name)

    def _add(self, document: str, kind: str) -> Replica:
        replica = self.replicas[document] = self._ports.make(document, kind)
        return replica
