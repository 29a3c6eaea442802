"""Until a participant knows founding records and doors: a session whose keys follow from who one is, keys of documents
that follow from the link, and everybody may write what everybody may. ``src/class/provisional.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .envelope import Envelope
from .identity import Introduction, OwnSession, open_session, sha256, tagged
from .roles import Cut
from .sealed import DocumentKey
from .secret import Secret
from .sync.options import Standing


class Everybody:
    """May write."""

    def standing(self, who: Introduction, place: Envelope) -> Standing:
        return "may"

    def cut_of(self, document: str, session: str, participant: str) -> Cut | None:
        return None


class KeysOfLink:
    """Whoever has the link has them."""

    def __init__(self, class_id: bytes) -> None:
        self._class_id = class_id

    def key_for(self, document: str, kind: str) -> DocumentKey | None:
        return DocumentKey(0, self._key_of(document))

    def keys_of(self, document: str, kind: str, epoch: int) -> Sequence[bytes]:
        return [self._key_of(document)] if epoch == 0 else []

    def _key_of(self, document: str) -> bytes:
        return sha256(tagged("provisional key", self._class_id, document.encode()))


def open_provisional(class_id: bytes, person: str, fill: Callable[[int], bytes]) -> OwnSession:
    """A session of ``person``, of whom nobody needs to know these words."""
    seed = sha256(tagged("provisional person", class_id, person.encode()))
    return open_session(class_id, Secret(seed), Secret(seed), fill)
