"""One's own changes to a document, from being made to being in the log: looked at, merged, cut where they are too
large, published. What may not be said does not stay in the document either [SYN5]. As in ``core/sync/drafts.ts``.
Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..clock import Clock
from ..permissions.change import CheckedChange, Refused, canonical_change, check_change
from ..permissions.limits import Limits
from ..permissions.split import split_change, unbounded
from .outbox import Outbox


@dataclass(frozen=True, slots=True)
class DraftsPorts:
    clock: Clock
    client: Callable[[], int]
    limits: Limits
    take_own: Callable[[CheckedChange], bool]
    """A change that is in the document. Whether it may be."""
    may_write: Callable[[], bool]
    publish: Callable[[bytes], None]
    """To be sealed."""
    withdraw: Callable[[], None]
    """What waits for a key is not to be sealed any more."""
    unfit: Callable[[str], None]
    replay_soon: Callable[[], None]
    """The document is to be again what the class has."""


class Drafts:
    def __init__(self, ports: DraftsPorts, *, is_outputs: bool) -> None:
        self._ports = ports
        self._is_outputs = is_outputs
        self._outbox = Outbox(ports.clock, self._say)
        self._fresh: list[bytes] = []
        """As they were made, not looked at yet."""
        self.unsealed: list[CheckedChange] = []
        """Published, and not in the log yet."""
        self._is_giving_back = False
        """Until the document was built anew, what is written is not said."""
        self.is_saying = False
        """In the middle of publishing: what comes first may be in the log already, what comes last is nowhere yet."""
        self._is_aside = False
        """Only this participant has what they wrote: outputs of whoever may not give them to the class."""

    @property
    def is_pending(self) -> bool:
        """Whether something was made that is not in the log."""
        return bool(self.unsealed or self._fresh)

    def note(self, update: bytes) -> None:
        """Something was written; called while the document is being changed."""
        self._fresh.append(update)
        if len(self._fresh) == 1:
            self._ports.clock.after(0, self.look)

    def look(self) -> None:
        """Looks at what was written."""
        fresh, self._fresh = self._fresh, []
        client, limits = self._ports.client(), unbounded(self._ports.limits)
        for update in fresh:
            if self._is_giving_back:
                return
            try:
                written = canonical_change(update, client, limits)
                change = check_change(written, client, limits)
            except Refused as refused:
                self.give_back(refused.fault)
                return
            if self._ports.take_own(change):
                self._outbox.put(written)
            else:
                self.give_back("place")

    def flush(self) -> None:
        """Sends what waits for its turn, now."""
        self.look()
        self._outbox.flush()

    def end(self) -> None:
        self.look()
        self._outbox.end()

    def sealed(self) -> None:
        """All of the first change that was published is sealed."""
        if self.unsealed:
            self.unsealed.pop(0)

    def built_anew(self) -> None:
        """The document is another one, without what was given back."""
        self._is_giving_back = False
        if self._is_stranded:
            self.unsealed.clear()
            self._ports.withdraw()

    def closed(self) -> None:
        """What was to be given back waits until the document is open again: nobody would be told of it."""
        self._is_giving_back = False

    def look_unsealed(self) -> None:
        """What waits for a key of whoever may not write any more would stand on this side alone."""
        if self._is_stranded:
            self.give_back("role")

    @property
    def _is_stranded(self) -> bool:
        """Whether something waits for a key, perhaps for ever, that may not be said. Nothing else is unsealed here."""
        return not self._is_outputs and bool(self.unsealed) and not self._ports.may_write()

    def review(self) -> None:
        """Who may what is different: what stands on this side alone may be said again by its author."""
        if self._is_aside and self._ports.may_write():
            self._is_aside = False
            self.give_back("role")

    def _say(self, changes: list[bytes]) -> None:
        self.is_saying = True
        for change in changes:
            self._publish(change)
        self.is_saying = False

    def _publish(self, change: bytes) -> None:
        if not self._ports.may_write():
            if self._is_outputs:
                # Running is for everybody: nobody else is given what comes out.
                self._is_aside = True
            else:
                self.give_back("role")
            return
        client, limits = self._ports.client(), self._ports.limits
        try:
            pieces = split_change(canonical_change(change, client, unbounded(limits)), client, limits)
            for piece in pieces:
                checked = check_change(piece, client, limits)
                self.unsealed.append(checked)
                self._ports.publish(piece)
        except Refused as refused:
            self.give_back(refused.fault)

    def give_back(self, fault: str) -> None:
        """What was written cannot be said, so it does not stay: what came after it would lean on what nobody else has.
        The document is again what the class has, once whoever is writing has finished, and the text is given back.
        """
        self._outbox.flush()
        self._is_giving_back = True
        self._ports.unfit(fault)
        self._ports.replay_soon()
