"""What an engine is given, and what it says of what it does not take: ``core/sync/options.ts``. Types only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ..clock import Clock, Random, nothing
from ..envelope import Envelope
from ..identity import Introduction, OwnSession
from ..log.segments import COMPACT_ENVELOPES
from ..overlay.messages import ClassMessage, HeardOf
from ..overlay.neighbours import Neighbour
from ..roles import Cut
from ..sealed import Crypto, DocumentKey
from .lost import Lost

Refusal = Literal[
    "garbled",
    "other-version",
    "forged",
    "no-change",
    "sealed",
    "unknown-head",
    "unknown-session",
    "other-class",
    "own",
    "stale",
    "too-early",
    "not-allowed",
    "forked",
    "cut-off",
]
"""Why something that came was not taken; each is explained in options.ts. `garbled`, `forged` and `other-version` are
the neighbour's own doing, as nobody passes on what they cannot read or verify.
"""
Standing = Literal["may", "may-not", "unknown"]
"""Whether somebody may write somewhere, as far as is known here. `unknown`: nothing is known of the class yet."""


@dataclass(frozen=True, slots=True)
class Keepable:
    """What of a document is handed to storage, and given back when it is opened again. An introduction stands before
    the first piece of its session.
    """

    kind: Literal["introduction", "piece", "fork", "refuse"]
    """The last two: the proof that a session said two things; that a segment is not to be taken again."""
    data: bytes
    """The bytes as they were signed; of ``refuse`` raw session, text participant, raw hash, as in LOG14."""


class Rules(Protocol):
    """Who may what in the class, by what was stated."""

    def standing(self, who: Introduction, place: Envelope) -> Standing: ...

    def cut_of(self, document: str, session: str, participant: str) -> Cut | None:
        """None: there is no frontier for it."""

    @property
    def undone(self) -> Collection[int]:
        """Epochs that were stated, and are not any more: what is sealed for one is not to be had."""

    def is_owner(self, participant: str) -> bool:
        """Whether nobody may say how far somebody counts: they own the class."""


class Keys(Protocol):
    """The keys of documents, as far as they are here."""

    def key_for(self, document: str, kind: str) -> DocumentKey | None:
        """What is written to a document now is sealed with this; None while there is none."""

    def keys_of(self, document: str, kind: str, epoch: int) -> Sequence[bytes]:
        """Those that may open something of an epoch: to be tried one after the other."""

    def are_all(self, document: str, kind: str, epoch: int) -> bool:
        """Whether there is no other that nobody here has heard of yet."""


class ClassEar(Protocol):
    """Hears the class's own messages."""

    @property
    def summary(self) -> bytes | None:
        """What two compare first; None while nothing is known."""

    def known(self) -> Sequence[HeardOf]: ...

    def tell(self, neighbour: Neighbour, known: Collection[HeardOf]) -> None:
        """Tells a neighbour what they did not say they know."""

    def hear(self, peer: str, message: ClassMessage) -> None: ...

    def joined(self, peer: str) -> None: ...

    def left(self, peer: str) -> None: ...

    def introduced(self) -> None:
        """Whose a session is has become known."""

    def locked(self) -> None:
        """Something is sealed with a key that is not here."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    room: bytes
    """Which class: 16 bytes."""
    own: OwnSession
    crypto: Crypto
    clock: Clock
    random: Random
    rules: Rules
    keys: Keys
    carries: Callable[[str], bool] = lambda _: False
    """Whether a document is kept here for others though nobody here has it open."""
    keep: Callable[[str, Keepable], None] = lambda document, kept: None
    """To be stored: handed over in the order in which it is to be given back."""
    changed: Callable[[], None] = nothing
    """People, presence or documents are different."""
    refused: Callable[[Refusal, str], None] = lambda refusal, peer: None
    """Something was not taken; ``peer`` passed it on, and need not have made it."""
    forked: Callable[[str, str, str], None] = lambda document, session, participant: None
    """A session said two things: an instructor may say how far it counts."""
    locked: Callable[[str, int], None] = lambda document, epoch: None
    """Something is sealed with a key that is not here; epoch -1: something of one's own waits for one."""
    unfit: Callable[[str, str], None] = lambda document, fault: None
    """What was written here may not be: it is taken out of the document again, and is lost."""
    lost: Callable[[str, Sequence[Lost]], None] = lambda document, lost: None
    """What was written here, or by the same participant elsewhere, and is in the document no more [PER7]."""
    compact_every: int = COMPACT_ENVELOPES
    """Own envelopes that become a segment."""
    stopwatch: Callable[[], float] | None = None
    """Milliseconds, as fine as there are: what takes too long waits [PER8]. None: all takes as long as it takes."""
    costly: Callable[[str], None] = lambda participant: None
    """What somebody writes takes too long, and waits: said once of each."""
    ear: ClassEar | None = None
    """What hears the class's own messages: `society.py`, or nobody."""
