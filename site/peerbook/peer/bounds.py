"""What is named with taking something from somebody, where there is more than one statement has room for [ROL2].
``core/class/bounds.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .statement import (
    STATEMENT_BYTES,
    Body,
    Epoch,
    Fork,
    Reach,
    Sharing,
    Standing,
    Statement,
    Team,
    fit_frontier,
    frontier_bytes,
)

_REST_BYTES = 384
"""The most that is besides the bounds, of any kind, is 222: 500 statements fit beside the longest frontier."""
_ID_BYTES = 32
_KINDS: tuple[type[Body], ...] = (Epoch, Team, Standing, Fork, Sharing)
"""What others' work hangs on goes first: without the statement of its key nobody opens what is sealed with it."""


def subject_of(body: Body) -> tuple[str, str | int]:
    """What a statement is about: of two on one subject one decides."""
    match body:
        case Standing() | Fork():
            return "standing", body.participant
        case Epoch():
            return "epoch", body.epoch
        case Team():
            return "team", body.team
        case _:
            return type(body).__name__, 0


def foremost(theirs: Iterable[Statement], counting: Iterable[Statement]) -> tuple[str, ...]:
    """Of statements in their order, what to name first: what decides, before what was outdone; of one kind the first,
    so that nobody crowds out what they said before by saying more. ``counting``: all that count, in their order. Ids.
    """
    deciding = set({subject_of(each.body): each.id for each in counting}.values())

    def rank(statement: Statement) -> tuple[bool, int]:
        return statement.id not in deciding, _KINDS.index(type(statement.body))

    return tuple(each.id for each in sorted(theirs, key=rank))


def fit_bounds(counts: Sequence[str], reaches: Iterable[Reach]) -> tuple[tuple[str, ...], tuple[Reach, ...]]:
    """As much of both as one statement has room for. ``counts``: what to name first comes first."""
    frontier = fit_frontier(reaches)
    left = STATEMENT_BYTES - _REST_BYTES - len(frontier_bytes(frontier))
    return tuple(sorted(counts[: left // _ID_BYTES])), frontier
