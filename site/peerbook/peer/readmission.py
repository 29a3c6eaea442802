"""How far somebody's sessions count with another role: what a statement of it says of each [ROL6, ROL11].
``core/class/readmission.ts`` and ``core/log/frontier.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from .access import place_of, writes_in
from .log.log import Log
from .roles import Roles
from .statement import Reach, StatedRole

Fork = Literal["none", "later", "first"]


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a session is here."""

    reach: Reach
    fork: Fork = "none"
    """It said two things there: this is how far nobody doubts it; or it did so at once, and that is nowhere."""


def reached_in(document: str, log: Log, author: str) -> Iterator[Reached]:
    """How far the sessions of somebody are here. Of one that said two things only what nobody doubts: whoever states
    it may be the only one who has the rest.
    """
    for session in sorted(log.sessions):
        if log.author_of(session) != author:
            continue
        count = log.shown(session)
        chain = log.chain_at(session, count)
        if chain:
            # Also of what is known, and not here: nothing of it counts, where it said two things.
            begins = log.doubted_from(session)
            fork: Fork = "none" if begins is None else "later" if begins or count else "first"
            yield Reached(Reach(document, session, count, chain), fork)


@dataclass(frozen=True, slots=True)
class _With:
    """The class as it is once somebody has that role, who alone is asked about."""

    roles: Roles
    role: StatedRole

    @property
    def everyone(self) -> str:
        return self.roles.everyone

    @property
    def outputs_shared(self) -> bool:
        return self.roles.outputs_shared

    def role_of(self, participant: str) -> str:
        return self.role

    def can_teach(self, participant: str) -> bool:
        return self.role == "instructor"

    def is_of_team(self, participant: str, team: str) -> bool:
        found = self.roles.teams.get(team)
        return found is not None and (participant in found.members or self.can_teach(participant))


def frontier_for(roles: Roles, participant: str, role: StatedRole, reached: Iterable[Reached]) -> list[Reach]:
    """Of what they may write with that role, only what says how far a fork counts; of the rest, how far they are. Who
    is let in again may be so by somebody who has not seen why they were removed: what is not here stays cut where it
    was.
    """
    then = _With(roles, role)
    reached = list(reached)
    here = {(each.reach.session, each.reach.document) for each in reached if each.reach.count}
    stays = [each for each in roles.frontier_said_of(participant) if (each.session, each.document) not in here]
    staying = {(each.session, each.document) for each in stays}
    cut: list[Reach] = []
    for each in reached:
        place = place_of(each.reach.document)
        writes = place is not None and writes_in(then, participant, place)
        # Where nothing of them is to count, what is not named does not.
        is_named = (each.reach.session, each.reach.document) in staying
        if each.fork != "none" and not is_named if writes else each.fork != "first" and each.reach.count:
            cut.append(each.reach)
    return [*cut, *stays]
