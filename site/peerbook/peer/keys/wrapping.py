"""Wraps kept and made: of one's own documents for whoever may read them now, and of others' what is here, opened where
one may. As ``core/keys/wrapping.ts`` [KEY3]. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from ..identity import OwnSession
from .documents import team_of
from .handing import Handing, HandingPorts, TeamReaders
from .held import HeldWraps
from .keyring import Keyring
from .wraps import Wraps, WrapsFault, make_wraps, open_shared, open_wraps, read_wraps


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
    teams: TeamReaders
    publish: Callable[[bytes], None]
    """Wraps of one's own that are new: to be said and kept."""
    opened: Callable[[], None]
    """There is a secret that was not here."""


class Wrapping:
    def __init__(self, ports: WrappingPorts) -> None:
        self._ports = ports
        self._ring = ports.ring
        self._held = HeldWraps()
        self._tried: set[tuple[str, int, bytes]] = set()
        """Devices wrapped to already: where a key is none, or there is no room, nothing comes of it."""
        self.handing = Handing(
            HandingPorts(
                ports.class_id, ports.own, ports.ring, ports.teams, ports.fill, self._say, ports.publish, ports.opened
            ),
            self._held,
        )
        """Keys of teams."""

    @property
    def all(self) -> list[bytes]:
        """All that are here: for a newcomer, and for storage."""
        return [data for _, data in self._held.all]

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
        if isinstance(wraps, WrapsFault):
            return False
        if team_of(wraps.document):
            return self.handing.hear(wraps, data)
        if not self._held.keep(wraps, data):
            return False
        self._open(wraps)
        return True

    def retry(self) -> None:
        """Keys of epochs came: what is shared with the class may open now."""
        for wraps, _ in self._held.all:
            if not team_of(wraps.document):
                self._open(wraps)
        self.handing.retry()

    def _look_in(self, document: str, epoch: int) -> None:
        own = self._ports.own
        before = self._held.of(document, epoch, own.introduced.participant)
        had = [key for key, _ in before.boxes] if before else []
        was_shared = bool(before and before.shared)
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
        self._say(data)

    def _say(self, data: bytes) -> None:
        """Wraps of one's own."""
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
