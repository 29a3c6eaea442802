"""What owner and instructors state of teams, and who may have a team's key. As ``core/sync/teaming.ts``. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable

from ..access import place_of
from ..identity import OwnSession
from ..keys.keyring import Keyring
from ..roles import ClassTeam, Roles
from ..statement import TEAM_MEMBERS, TEAM_NAME_CHARS, Body, Reach, Team, fit_frontier

_KEY_BYTES = 32


class Teaming:
    def __init__(
        self,
        keyring: Keyring,
        fill: Callable[[int], bytes],
        roles: Callable[[], Roles | None],
        state: Callable[[Body], bool],
        keys_changed: Callable[[], None],
    ) -> None:
        self._keyring, self._fill, self._roles = keyring, fill, roles
        self._state, self._keys_changed = state, keys_changed

    def state(self, team: str, name: str, members: Iterable[str], reaches_of: Callable[[str], Iterable[Reach]]) -> bool:
        """How a team is from now on; without members it is over. ``reaches_of``: how far sessions of somebody are here,
        for those who are not in it any more. Who is taken out has no key of what comes.
        """
        before = self._team(team)
        named = tuple(sorted(set(members))[:TEAM_MEMBERS])
        gone = [one for one in before.members if one not in named] if before else []
        frontier = _frontier_of(team, before, [reach for one in gone for reach in reaches_of(one)])
        return self._state_with(team, name[:TEAM_NAME_CHARS], named, frontier, is_renewed=bool(gone))

    def renew(self) -> None:
        """Every team gets another key: somebody who had them all has them no more."""
        roles = self._roles()
        for each in list(roles.teams.values()) if roles else []:
            self._state_with(each.team, each.name, each.members, each.frontier, is_renewed=True)

    def _team(self, team: str) -> ClassTeam | None:
        roles = self._roles()
        return roles.teams.get(team) if roles else None

    def _state_with(
        self, team: str, name: str, members: tuple[str, ...], frontier: tuple[Reach, ...], *, is_renewed: bool
    ) -> bool:
        before = self._team(team)
        hashed = before.key_hashes[0] if before else None
        if not is_renewed and hashed is not None and self._keyring.has_team(team, hashed):
            return self._state(Team(team, name, hashed, members, frontier))
        key = self._fill(_KEY_BYTES)
        is_stated = self._state(Team(team, name, hashlib.sha256(key).digest(), members, frontier))
        if is_stated and self._keyring.take_team(team, key) == "taken":
            self._keys_changed()
        return is_stated


class Teams:
    """What those who hand a team's key over have to know."""

    def __init__(
        self, roles: Callable[[], Roles | None], own: OwnSession, devices_of: Callable[[str], Collection[bytes]]
    ) -> None:
        self._roles, self._own, self._devices_of = roles, own, devices_of

    def own(self) -> list[str]:
        """Teams that one is of, or was: of one that is over, nobody else may be left who can hand its keys on."""
        roles, own = self._roles(), self._own.introduced.participant
        if roles is None:
            return []
        ever = set() if roles.is_out(own) else {name for name, team in roles.teams.items() if own in team.ever}
        return [team for team in roles.teams if roles.reads_team(own, team) or team in ever]

    def devices(self, team: str) -> list[bytes]:
        roles = self._roles()
        found = roles.teams.get(team) if roles else None
        if roles is None or found is None:
            return []
        readers = dict.fromkeys([*found.members, roles.owner, *roles.instructors])
        keys = [key for one in readers if roles.reads_team(one, team) for key in self._devices_of(one)]
        return [self._own.agreement.key, *keys]

    def key_hashes(self, team: str) -> Collection[bytes]:
        roles = self._roles()
        found = roles.teams.get(team) if roles else None
        return found.key_hashes if found else ()

    def may_have(self, participant: str, team: str) -> bool:
        roles = self._roles()
        found = roles.teams.get(team) if roles else None
        return (found is not None and participant in found.ever) or self.teaches(participant)

    def teaches(self, participant: str) -> bool:
        roles = self._roles()
        return roles is not None and roles.can_teach(participant)


def _frontier_of(team: str, before: ClassTeam | None, now: Iterable[Reach]) -> tuple[Reach, ...]:
    """Of those who left before, as it was stated; of those who leave now, as it is here."""
    reaches = {(reach.document, reach.session): reach for reach in before.frontier} if before else {}
    for reach in now:
        place = place_of(reach.document)
        if place and (place.branch, place.owner) == ("team", team):
            reaches[reach.document, reach.session] = reach
    return fit_frontier(reaches.values())
