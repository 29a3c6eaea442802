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
from .making import Making, Reader
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
        self._making = Making(self._held)
        self.handing = Handing(
            HandingPorts(
                ports.class_id, ports.own, ports.ring, ports.teams, ports.fill, self._say, ports.publish, ports.opened
            ),
            self._held,
            self._making,
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
        if isinstance(wraps, WrapsFault) or not self._keep(wraps, data):
            return False
        if wraps.author == self._ports.own.introduced.participant:
            # Another page of one's own: it may know less of those who are to read than was said here.
            if team_of(wraps.document):
                self.handing.look()
            else:
                self._look_in(wraps.document, wraps.epoch)
        return True

    def retry(self) -> None:
        """Keys of epochs came: what is shared with the class may open now."""
        for wraps, _ in self._held.all:
            if not team_of(wraps.document):
                self._open(wraps)
        self.handing.retry()

    def _look_in(self, document: str, epoch: int) -> None:
        own = self._ports.own
        readers: list[Reader] = [key for key in self._ports.readers() if key != own.agreement.key]
        if self._ports.is_shared(document):
            readers.append("class")
        secret = self._ring.secret_of(document, epoch)
        if secret is not None:
            self._making.look(
                *(document, epoch, own.introduced.participant),
                readers,
                lambda fresh: self._make(document, epoch, secret, fresh),
            )

    def _make(self, document: str, epoch: int, secret: bytes, fresh: Collection[Reader]) -> bool:
        own = self._ports.own
        before = self._held.of(document, epoch, own.introduced.participant)
        had = [key for key, _ in before.boxes] if before else []
        is_shared = "class" in fresh or bool(before and before.shared)
        keys = self._ring.epoch_keys(epoch) if is_shared else ()
        return self._say(
            make_wraps(
                own.root,
                self._ports.class_id,
                document,
                epoch,
                secret=secret,
                # Who could read goes on being able to: a new epoch is what takes that away.
                recipients=[*had, *(reader for reader in fresh if reader != "class")],
                share_with=keys[0] if keys else None,
                fill=self._ports.fill,
            )
        )

    def _say(self, data: bytes) -> bool:
        """Wraps of one's own: whether they are kept."""
        wraps = read_wraps(self._ports.class_id, self._ports.everyone, data)
        is_kept = not isinstance(wraps, WrapsFault) and self._keep(wraps, data)
        if is_kept:
            self._ports.publish(data)
        return is_kept

    def _keep(self, wraps: Wraps, data: bytes) -> bool:
        if team_of(wraps.document):
            return self.handing.hear(wraps, data)
        if not self._held.keep(wraps, data):
            return False
        self._open(wraps)
        return True

    def _open(self, wraps: Wraps) -> None:
        own = self._ports.own
        if wraps.author == own.introduced.participant:
            return
        secrets = [open_wraps(wraps, own.agreement)]
        secrets += [open_shared(wraps, key) for key in self._ring.epoch_keys(wraps.epoch)]
        for secret in secrets:
            if secret and self._ring.take_secret(wraps.document, wraps.epoch, secret) == "taken":
                self._ports.opened()
