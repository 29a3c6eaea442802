"""One road of a link, and how well it is. Pure: time is passed in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from ..clock import Cancel
from ..overlay.neighbours import Channel
from .base import Connection, RoadName

_RANK: dict[RoadName, int] = {"direct": 2, "relay": 1, "memory": 0}
"""Which road is taken when several are well: what costs nobody anything first."""
ASK_AFTER_MS = 500
"""A message not confirmed within this time (five times what a confirmation waits for company) makes us ask."""
ANSWER_MS = 1_000
"""An answer comes from the message handler, past all bulk: after this, the road is in doubt."""


class Lane:
    def __init__(self, road: Connection, cancels: Sequence[Cancel], now: float) -> None:
        self.road = road
        self.cancels = cancels
        self.greeted = False
        """The other end has said which link it is, and it is the right one."""
        self.heard_at = now
        self.asked_at: float | None = None
        self.early: list[tuple[Channel, bytes]] = []
        """Data that overtook the greeting on the other channel."""
        self._doubted = False

    @property
    def usable(self) -> bool:
        return self.greeted and self.road.state.kind in ("open", "interrupted")

    @property
    def well(self) -> bool:
        return self.greeted and self.road.state.kind == "open" and not self._doubted

    def heard(self, now: float) -> None:
        self.heard_at = now
        self.asked_at = None
        self._doubted = False

    def look(self, now: float, since: float | None) -> Literal["ask", "wait"]:
        """What to do about a road with something unconfirmed on it since ``since``. Doubt changes `well`."""
        if self.asked_at is not None:
            if now - self.asked_at < ANSWER_MS:
                return "wait"
            self._doubted = True
            self.asked_at = now
            return "ask"
        if since is not None and now - max(since, self.heard_at) >= ASK_AFTER_MS:
            self.asked_at = now
            return "ask"
        return "wait"


def choose_lane(lanes: Iterable[Lane], present: Lane | None) -> Lane | None:
    """The lane to take: a well one before one in doubt, then by rank. Keeps ``present`` where others are only as
    good.
    """
    best: Lane | None = None
    for lane in lanes:
        if lane.usable and (
            best is None or _worth(lane) > _worth(best) or (_worth(lane) == _worth(best) and lane is present)
        ):
            best = lane
    return best


def _worth(lane: Lane) -> int:
    return (10 if lane.well else 0) + _RANK[lane.road.road]
