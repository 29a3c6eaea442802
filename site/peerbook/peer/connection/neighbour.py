"""One neighbour: a link, and the roads it is given, tried together and again [CON15]. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..clock import Cancel, Clock, nothing
from .base import CloseReason, Connection, RoadName, State
from .link import Link

_FIRST_RETRY_MS = 5_000
"""A direct road that failed where both ends stay is mostly forbidden: tried ever more seldom, out of the budget."""
_LONGEST_RETRY_MS = 600_000
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class RoadMakers:
    clock: Clock
    relay: Callable[[str], Connection]
    direct: Callable[[str, bool], Connection | CloseReason] | None
    """To whom, and whether we call. None where there is no WebRTC."""


def retry_after(road: RoadName, reason: CloseReason, failures: int) -> float | None:
    """Milliseconds until a road is tried again after its ``failures``-th end, or None: never."""
    if reason in ("garbled", "overrun", "unsupported"):
        return None
    if road == "relay":
        return 0  # it knocks by itself, ever more seldom, and costs nobody anything
    if reason == "spent":
        return _HOUR_MS
    wait: float = min(_LONGEST_RETRY_MS, _FIRST_RETRY_MS * 4 ** max(0, min(failures, 10) - 1))
    return wait


class Neighbour:
    def __init__(self, link: Link, makers: RoadMakers) -> None:
        self.link = link
        self._makers = makers
        self._calls = False
        self._failures = 0
        self._cancels: dict[RoadName, Cancel] = {}
        link.states.add(self._link_changed)

    def call(self) -> None:
        """The server wants us to call, whoever called before: opens what is not there yet, all at once."""
        self._calls = True
        self.open_relay()
        self._open_direct(calls=True)

    def open_relay(self) -> None:
        if "relay" not in self.link.roads and self.link.state.kind != "closed":
            self._take(self._makers.relay(self.link.peer))

    def answer(self) -> None:
        """The other side calls."""
        self._open_direct(calls=False)

    def _open_direct(self, *, calls: bool) -> None:
        if not self._makers.direct or "direct" in self.link.roads or self.link.state.kind == "closed":
            return
        made = self._makers.direct(self.link.peer, calls)
        if isinstance(made, Connection):
            self._take(made)
        else:
            self._retry("direct", made)

    def _take(self, road: Connection) -> None:
        def changed(state: State) -> None:
            if state.kind == "open":
                self._failures = 0
            elif state.closed:
                self._retry(road.road, state.closed)

        road.states.add(changed)
        self.link.attach(road)

    def _retry(self, road: RoadName, reason: CloseReason) -> None:
        if self.link.state.kind == "closed":
            return
        self._failures += road == "direct"
        wait = retry_after(road, reason, self._failures)
        if wait is None:
            return
        self._cancels.get(road, nothing)()
        # Also at once is later: the road is still being taken apart.
        again = self.open_relay if road == "relay" else self._call_again
        self._cancels[road] = self._makers.clock.after(wait, again)

    def _call_again(self) -> None:
        if self._calls:
            self._open_direct(calls=True)

    def _link_changed(self, state: State) -> None:
        if state.kind == "closed":
            for cancel in self._cancels.values():
                cancel()
