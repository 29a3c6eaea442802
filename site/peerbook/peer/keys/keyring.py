"""The keys that one member holds [KEY4]."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..secret import Secret
from .documents import document_key, keeper_of, own_secret, secret_kind_of, team_of, team_secret

SECRETS_KEPT = 20_000
"""Secrets of documents: an instructor has one for each attendee's notebooks and outputs."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Which keys open something, to be tried one after the other; the first is the one to write with."""

    keys: tuple[bytes, ...] = field(repr=False)
    missing: Literal["epoch", "secret"] | None


@dataclass(frozen=True, slots=True)
class Oneself:
    """Whose own documents' secrets follow from the root seed."""

    participant: str
    root: Secret
    class_id: bytes


class Keyring:
    """Keys of epochs, checked against what was stated about them, and of documents with a secret of their own.

    ``epochs`` gives those of which there is a statement, ascending; ``stated`` the SHA-256 of the keys stated for one,
    the one that counts first; ``team_keys`` those stated for a team, the one to write with first.
    """

    def __init__(
        self,
        everyone: str,
        own: Oneself,
        epochs: Callable[[], Sequence[int]],
        stated: Callable[[int], Sequence[bytes]],
        team_keys: Callable[[str], Sequence[bytes]] = lambda team: (),
    ) -> None:
        self._own = own
        self._everyone = everyone
        self._epochs = epochs
        self._stated = stated
        self._team_keys = team_keys
        self._teams: dict[tuple[str, bytes], bytes] = {}
        """Keys of teams, by team and SHA-256."""
        self._held: dict[int, dict[bytes, bytes]] = {}
        self._secrets: dict[tuple[str, int], bytes] = {}

    def take_epoch(self, epoch: int, key: bytes) -> Literal["taken", "known", "unstated", "wrong"]:
        """Take a key if it is one that was stated."""
        stated, hashed = self._stated(epoch), hashlib.sha256(key).digest()
        if not stated:
            return "unstated"
        if len(key) != 32 or hashed not in stated:
            return "wrong"
        held = self._held.setdefault(epoch, {})
        if hashed in held:
            return "known"
        held[hashed] = key
        return "taken"

    def take_secret(self, document: str, epoch: int, secret: bytes) -> Literal["taken", "known", "other", "full"]:
        """Take a document's own secret; the first stays."""
        held = self._secrets.get((document, epoch))
        if held is not None:
            return "known" if held == secret else "other"
        if len(self._secrets) >= SECRETS_KEPT:
            return "full"
        self._secrets[document, epoch] = secret
        return "taken"

    def take_team(self, team: str, key: bytes) -> Literal["taken", "known", "wrong"]:
        """Take a team's key if it is one that was stated."""
        hashed = hashlib.sha256(key).digest()
        if len(key) != 32 or hashed not in self._team_keys(team):
            return "wrong"
        if (team, hashed) in self._teams:
            return "known"
        self._teams[team, hashed] = key
        return "taken"

    def has_team(self, team: str, key_hash: bytes) -> bool:
        """Whether that key is here."""
        return (team, key_hash) in self._teams

    def team_keys(self, team: str) -> tuple[bytes, ...]:
        """A team's keys that are here and were stated, the one to write with first."""
        return tuple(self._teams[team, hashed] for hashed in self._team_keys(team) if (team, hashed) in self._teams)

    @property
    def newest(self) -> int | None:
        """The newest epoch that can be written in."""
        return max((epoch for epoch in self._epochs() if self.epoch_keys(epoch)), default=None)

    @property
    def is_current(self) -> bool:
        """Whether the epoch that counts now can be written in."""
        epochs = self._epochs()
        return bool(epochs) and self.newest == epochs[-1]

    @property
    def lacking(self) -> list[int]:
        """Stated epochs whose key is not here: what to knock for."""
        return [epoch for epoch in self._epochs() if not self._has_counting(epoch)]

    def missing_of(self, epochs: Iterable[int] | None = None) -> int:
        """How many stated keys are not here: two may have stated an epoch at once, and each of them writes."""
        of = self._epochs() if epochs is None else epochs
        return sum(len(self._stated(epoch)) - len(self.epoch_keys(epoch)) for epoch in of)

    def epoch_keys(self, epoch: int) -> tuple[bytes, ...]:
        """An epoch's keys that are here, the one that counts first."""
        held = self._held.get(epoch, {})
        return tuple(held[hashed] for hashed in self._stated(epoch) if hashed in held)

    def all(self) -> tuple[tuple[int, bytes], ...]:
        """What a member who admits somebody hands over."""
        return tuple((epoch, key) for epoch in self._epochs() for key in self.epoch_keys(epoch))

    def keys_of(self, document: str, epoch: int) -> Keys:
        """Which keys open a document in an epoch."""
        kind = secret_kind_of(document, self._everyone)
        if kind == "team":
            return self._keys_of_team(document, epoch)
        if kind == "own":
            own = self._secret_of(document, epoch)
            return Keys((document_key(own, document),), None) if own else Keys((), "secret")
        keys = tuple(document_key(key, document) for key in self.epoch_keys(epoch))
        return Keys(keys, None if keys else "epoch")

    def _keys_of_team(self, document: str, epoch: int) -> Keys:
        epoch_keys = self.epoch_keys(epoch)
        secrets = [
            team_secret(team_key, epoch_key, epoch)
            for team_key in self.team_keys(team_of(document) or "")
            for epoch_key in epoch_keys
        ]
        keys = tuple(document_key(secret, document) for secret in secrets)
        return Keys(keys, None if keys else "secret" if epoch_keys else "epoch")

    def _secret_of(self, document: str, epoch: int) -> bytes | None:
        held = self._secrets.get((document, epoch))
        if held is None and keeper_of(document) == self._own.participant:
            return own_secret(self._own.root, self._own.class_id, document, epoch)
        return held

    def secret_of(self, document: str, epoch: int) -> bytes | None:
        """The secret of a document that has one of its own, if it is here, or one's own to make."""
        return self._secret_of(document, epoch)

    def _has_counting(self, epoch: int) -> bool:
        stated = self._stated(epoch)
        return bool(stated) and stated[0] in self._held.get(epoch, {})
