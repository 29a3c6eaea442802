"""What a role may read and write, by a document's name alone [ROL7]: ``core/class/permissions.ts`` in Python. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

_OUT = ("removed", "outsider")
_NAME = re.compile(r"[0-9a-f]{64}\.(mine|lecture|team)\.([0-9a-f]{1,64})(?:\.[0-9a-f]{32})?")
_OUTPUTS = re.compile(r"(.+)/outputs\.([0-9a-f]{1,64})")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a notebook's branch and whose, somebody's outputs in it, or the records of all."""

    branch: str
    owner: str
    outputs_of: str | None


class Tells(Protocol):
    """What has to be known of the class."""

    @property
    def everyone(self) -> str: ...

    @property
    def outputs_shared(self) -> bool: ...

    def role_of(self, participant: str) -> str: ...

    def can_teach(self, participant: str) -> bool: ...

    def is_of_team(self, participant: str, team: str) -> bool:
        """Whether somebody is of a team: a member, or whoever teaches."""


def is_out(role: str) -> bool:
    """Whether such a one reads and writes nothing: removed, or not let in."""
    return role in _OUT


def place_of(document: str) -> Place | None:
    """What a document's name stands for; None for the name of nothing."""
    if document == "records":
        return Place("records", "", None)
    outputs = _OUTPUTS.fullmatch(document)
    name = _NAME.fullmatch(outputs[1] if outputs else document)
    return Place(name[1], name[2], outputs[2] if outputs else None) if name else None


def writes_in(tells: Tells, participant: str, place: Place) -> bool:
    """Whether somebody may write a document there: the notebook itself, or outputs in it."""
    role = tells.role_of(participant)
    if role == "viewer" or is_out(role):
        return False
    if place.outputs_of is not None:
        return place.outputs_of == participant and _reads_notebook(tells, participant, place)
    match place.branch:
        case "lecture":
            return tells.can_teach(participant)
        case "mine":
            return place.owner == participant
        case "team":
            return place.owner == tells.everyone or tells.is_of_team(participant, place.owner)
    return False


def reads_in(tells: Tells, participant: str, place: Place) -> bool:
    """Whether somebody may read what is there."""
    if is_out(tells.role_of(participant)):
        return False
    is_shown = place.outputs_of is not None and place.branch == "mine" and tells.outputs_shared
    return is_shown or _reads_notebook(tells, participant, place)


def _reads_notebook(tells: Tells, participant: str, place: Place) -> bool:
    match place.branch:
        case "mine":
            return place.owner == participant or tells.can_teach(participant)
        case "team":
            return place.owner == tells.everyone or tells.is_of_team(participant, place.owner)
    return True
