"""What owner and instructors state: epochs and the door, who is what, who owns the class. As
``core/sync/stating.ts``. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from ..bounds import fit_bounds
from ..identity import OwnSession
from ..readmission import Reached, frontier_for
from ..roles import Roles
from ..statement import (
    Body,
    Door,
    Epoch,
    Standing,
    StatedRole,
    Statement,
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

    def give(self, participant: str, role: StatedRole, reached: Iterable[Reached], known: Iterable[str] = ()) -> bool:
        """Gives somebody a role, or takes one: what they did where they may not write with it counts as far as it is
        here, and what they contradicted themselves in as far as nobody doubts it [ROL11].
        """
        roles = self._roles()
        counts = roles.statements_of(participant) if roles else ()
        did_teach = roles is not None and roles.can_teach(participant)
        frontier = frontier_for(roles, participant, role, reached) if roles else []
        is_stated = self.state(Standing(participant, role, *fit_bounds(counts, frontier)))
        if is_stated and did_teach and role not in ("instructor", "removed"):
            self._renew_teams()
        # Whoever is out has no key of what comes.
        return is_stated and roles is not None and (role != "removed" or self.begin_epoch(roles.door, known))

    def let_in(self, participant: str, reached: Iterable[Reached]) -> None:
        """Of somebody who waits behind a closed door: what they wrote before counts by that, but for what is proven to
        be two things.
        """
        roles = self._roles()
        if roles and roles.role_of(participant) == "outsider":
            self.give(participant, "attendee", reached)
