"""What a replica asks of the engine, and what becomes of what it is given. ``core/sync/ports.ts`` in Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pycrdt import Doc

from ..clock import Clock
from ..log.piece import Chain, Cut, Piece
from ..permissions.limits import Limits
from ..permissions.work import Work
from .lost import Lost
from .reading import Opened

Received = Literal["taken", "waiting", "known", "bad", "lie", "forked", "refused"]
"""It is in the log, and in the document as far as that may be; it leans on envelopes that are not here yet; it is here;
it says what its author may not say; it is a segment, and what is here says something else; its session said two things;
its session does not count that far.
"""


@dataclass(frozen=True, slots=True)
class ReplicaPorts:
    clock: Clock
    session: str
    participant: str
    links: Chain
    limits: Limits
    client_of: Callable[[str, str], int]
    cut_of: Callable[[str, str], Cut | None]
    open: Callable[[Piece], Opened]
    publish: Callable[[bytes], None]
    """Own changes, merged: to be sealed."""
    keep: Callable[[Piece], None]
    """To be stored."""
    locked: Callable[[Piece], None]
    forked: Callable[[list[Piece]], None]
    replayed: Callable[[Doc[Any], Sequence[Lost]], None]
    """The document was built anew, and is another one; what of one's own is in it no more."""
    unfit: Callable[[str], None]
    """Own changes that may not be: they are taken out of the document again."""
    banned: Callable[[Piece, Sequence[Piece]], None]
    """A segment that is not to be taken again, from storage either; the others count in its place."""
    resumed: Callable[[], None]
    """Where logs end is found anew: what was refused may be taken now."""
    may_write: Callable[[], bool] = lambda: True
    """Whether one may write here, as far as is known."""
    withdraw: Callable[[], None] = lambda: None
    """What was published and waits for a key is not to be sealed any more."""
    is_undone: Callable[[Piece], bool] = lambda piece: False
    """Whether it is sealed for an epoch that was stated, and is not any more."""
    work: Work | None = None
    """How long each person's writing may take."""
