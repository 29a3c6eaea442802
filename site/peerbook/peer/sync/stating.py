"""What owner and instructors state: epochs and the door, who is what, who owns the class. As the same parts of
``core/sync/society.ts``. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from ..crypto import Signer
from ..identity import OwnSession
from ..roles import Roles
from ..secret import Secret
from ..statement import (
    Body,
    Door,
    Epoch,
    Reach,
    Standing,
    StatedRole,
    Statement,
    Succession,
    fit_frontier,
    sign_statement,
)

_KEY_BYTES = 32


class Stating:
    def __init__(
        self,
        class_id: bytes,
        own: OwnSession,
        fill: Callable[[int], bytes],
        roles: Callable[[], Roles | None],
        take: Callable[[Statement], None],
        take_key: Callable[[int, bytes], bool],
        renew_teams: Callable[[], None],
    ) -> None:
        self._class_id, self._own, self._fill = class_id, own, fill
        self._roles, self._take, self._take_key = roles, take, take_key
        self._renew_teams = renew_teams

    def state(self, body: Body) -> bool:
        """States something, if one may: whether that is so."""
        roles, own = self._roles(), self._own
        number = roles.next_number(own.introduced.root_key, body) if roles else None
        if roles is None or number is None or not roles.may_state(own.introduced.participant, body):
            return False
        self._take(sign_statement(own.root, self._class_id, number, body))
        return True

    def begin_epoch(self, door: Door, known: Iterable[str] = ()) -> bool:
        """A new epoch, with a key of its own. With the door closed, those who are in it now stay: ``known`` are
        participants that were seen here.
        """
        roles = self._roles()
        if roles is None:
            return False
        key = self._fill(_KEY_BYTES)
        epoch = (roles.epoch.epoch if roles.epoch else 0) + 1
        members = roles.members_of(known) if door == "closed" else ()
        is_stated = self.state(Epoch(epoch, door, hashlib.sha256(key).digest(), members))
        if is_stated:
            self._take_key(epoch, key)
        return is_stated

    def give(self, participant: str, role: StatedRole, reaches: Iterable[Reach], known: Iterable[str] = ()) -> bool:
        """Gives somebody a role, or takes one: what they did counts as far as it is here."""
        roles = self._roles()
        counts = roles.statements_of(participant) if roles else ()
        did_teach = roles is not None and roles.can_teach(participant)
        is_stated = self.state(Standing(participant, role, counts, fit_frontier(reaches)))
        if is_stated and did_teach and role not in ("instructor", "removed"):
            self._renew_teams()
        # Whoever is out has no key of what comes.
        return is_stated and roles is not None and (role != "removed" or self.begin_epoch(roles.door, known))

    def let_in(self, participant: str) -> None:
        """Of somebody who waits behind a closed door: what they wrote before counts by that."""
        roles = self._roles()
        if roles and roles.role_of(participant) == "outsider":
            self.state(Standing(participant, "attendee", roles.statements_of(participant)))

    def take_over(self, recovery: Secret, reaches: Iterable[Reach], known: Iterable[str] = ()) -> bool:
        """With the recovery key: the class is one's own from now on, and no device of who owned it has any power."""
        roles, own = self._roles(), self._own.introduced
        if roles is None:
            return False
        signer = Signer(recovery.reveal())
        counts, frontier = roles.bounds_of_owners(reaches)
        body = Succession(own.root_key, counts, fit_frontier(frontier))
        number = roles.next_number(signer.key, body)
        if number is None:
            return False
        self._take(sign_statement(signer, self._class_id, number, body))
        now = self._roles()
        if now is None or now.owner != own.participant:
            return False
        is_begun = self.begin_epoch(now.door, known)
        self._renew_teams()
        return is_begun
