"""Wraps kept and made: of one's own documents for whoever may read them now, and of others' what is here, opened where
one may. As ``core/keys/wrapping.ts`` [KEY3]. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass

from ..identity import OwnSession
from .keyring import Keyring
from .wraps import Wraps, WrapsFault, make_wraps, open_shared, open_wraps, read_wraps

WRAPS_BYTES = 8_000_000
"""Kept of all together. `wraps_bytes`."""


@dataclass(frozen=True, slots=True)
class WrappingPorts:
    class_id: bytes
    everyone: str
    own: OwnSession
    ring: Keyring
    fill: Callable[[int], bytes]
    readers: Callable[[], Collection[bytes]]
    """Agreement keys of the devices that may read one's own documents: owner's and instructors'."""
    is_shared: Callable[[str], bool]
    """Whether the class may read it as well: outputs, where they are shared."""
    publish: Callable[[bytes], None]
    """Wraps of one's own that are new: to be said and kept."""
    opened: Callable[[], None]
    """There is a secret that was not here."""


class Wrapping:
    def __init__(self, ports: WrappingPorts) -> None:
        self._ports = ports
        self._ring = ports.ring
        self._held: dict[tuple[str, int, str], tuple[Wraps, bytes]] = {}
        self._tried: set[tuple[str, int, bytes]] = set()
        """Devices wrapped to already: where a key is none, or there is no room, nothing comes of it."""
        self._size = 0

    @property
    def all(self) -> list[bytes]:
        """All that are here: for a newcomer, and for storage."""
        return [data for _, data in self._held.values()]

    def look(self, document: str) -> None:
        """Wraps the secrets of a document of one's own, in each epoch of which the key is here, for those who may read
        it now and have not got them. To be called when it is opened, and when an epoch, a role, a device or what is
        shared changed.
        """
        for epoch in dict.fromkeys(epoch for epoch, _ in self._ring.all()):
            self._look_in(document, epoch)

    def hear(self, data: bytes) -> bool:
        """Wraps from a neighbour, or from storage: whether they are new and genuine, and so to be passed on."""
        wraps = read_wraps(self._ports.class_id, self._ports.everyone, data)
        if isinstance(wraps, WrapsFault) or ".mine." not in wraps.document or not self._keep(wraps, data):
            return False
        self._open(wraps)
        return True

    def retry(self) -> None:
        """Keys of epochs came: what is shared with the class may open now."""
        for wraps, _ in list(self._held.values()):
            self._open(wraps)

    def _look_in(self, document: str, epoch: int) -> None:
        own = self._ports.own
        before = self._held.get((document, epoch, own.introduced.participant))
        had = [key for key, _ in before[0].boxes] if before else []
        was_shared = bool(before and before[0].shared)
        fresh = [
            key
            for key in self._ports.readers()
            if key != own.agreement.key and key not in had and (document, epoch, key) not in self._tried
        ]
        is_shared = self._ports.is_shared(document)
        secret = self._ring.secret_of(document, epoch)
        if secret is None or not (fresh or (is_shared and not was_shared)):
            return
        self._tried.update((document, epoch, key) for key in fresh)
        keys = self._ring.epoch_keys(epoch) if is_shared or was_shared else ()
        data = make_wraps(
            own.root,
            self._ports.class_id,
            document,
            epoch,
            secret=secret,
            # Who could read goes on being able to: a new epoch is what takes that away.
            recipients=[*had, *fresh],
            share_with=keys[0] if keys else None,
            fill=self._ports.fill,
        )
        if self.hear(data):
            self._ports.publish(data)

    def _open(self, wraps: Wraps) -> None:
        own = self._ports.own
        if wraps.author == own.introduced.participant:
            return
        secrets = [open_wraps(wraps, own.agreement)]
        secrets += [open_shared(wraps, key) for key in self._ring.epoch_keys(wraps.epoch)]
        for secret in secrets:
            if secret and self._ring.take_secret(wraps.document, wraps.epoch, secret) == "taken":
                self._ports.opened()

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
