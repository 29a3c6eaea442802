"""Wraps of others' secrets, kept for those who come and opened where one may, as ``core/keys/wrapping.ts`` keeps them
[KEY3]. None are made here: nobody without a page has a notebook of their own. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from ..crypto import Agreement
from .keyring import Keyring
from .wraps import Wraps, WrapsFault, open_shared, open_wraps, read_wraps

WRAPS_BYTES = 8_000_000
"""Kept of all together. `wraps_bytes`."""


class Wrapping:
    def __init__(
        self, class_id: bytes, everyone: str, own: Agreement, ring: Keyring, opened: Callable[[], None]
    ) -> None:
        """``opened``: there is a secret that was not here."""
        self._class_id = class_id
        self._everyone = everyone
        self._own = own
        self._ring = ring
        self._opened = opened
        self._held: dict[tuple[str, int, str], tuple[Wraps, bytes]] = {}
        self._size = 0

    @property
    def all(self) -> list[bytes]:
        """All that are here: for a newcomer, and for storage."""
        return [data for _, data in self._held.values()]

    def hear(self, data: bytes) -> bool:
        """Wraps from a neighbour, or from storage: whether they are new and genuine, and so to be passed on."""
        wraps = read_wraps(self._class_id, self._everyone, data)
        if isinstance(wraps, WrapsFault) or ".mine." not in wraps.document or not self._keep(wraps, data):
            return False
        self._open(wraps)
        return True

    def retry(self) -> None:
        """Keys of epochs came: what is shared with the class may open now."""
        for wraps, _ in list(self._held.values()):
            self._open(wraps)

    def _open(self, wraps: Wraps) -> None:
        secrets = [open_wraps(wraps, self._own)]
        secrets += [open_shared(wraps, key) for key in self._ring.epoch_keys(wraps.epoch)]
        for secret in secrets:
            if secret and self._ring.take_secret(wraps.document, wraps.epoch, secret) == "taken":
                self._opened()

    def _keep(self, wraps: Wraps, data: bytes) -> bool:
        """Whether it counts more than what is here, and there is room."""
        name = wraps.document, wraps.epoch, wraps.author
        before = self._held.get(name)
        size = self._size + len(data) - (len(before[1]) if before else 0)
        if (before and _weight(wraps, data) <= _weight(*before)) or size > WRAPS_BYTES:
            return False
        self._held[name] = wraps, data
        self._size = size
        return True


def _weight(wraps: Wraps, data: bytes) -> tuple[int, bytes]:
    """Of two for one place the one that names more readers counts, then the greater SHA-256."""
    return len(wraps.boxes) + bool(wraps.shared), hashlib.sha256(data).digest()
