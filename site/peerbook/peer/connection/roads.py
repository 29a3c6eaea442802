"""Whom this participant is connected to, and how [CON15, CON16]: the server introduces, each neighbour gets all the
roads there are; who leaves or is released is let go, who is lost is replaced. `connection/roads.ts` in Python.
Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from ..clock import Clock
from ..listeners import Listeners
from ..overlay.neighbours import MAX_DEGREE
from ..signaling.client import SignalingClient
from ..signaling.line import ServerState
from ..signaling.room import Meeting, Room
from .base import State
from .direct import DirectRoads
from .link import Link
from .neighbour import Neighbour, RoadMakers
from .relay import RelayRoads

_RELEASE_MS = 10_000
"""Released neighbours are let go of when the others are connected, or after this."""
_CALL_MS = 1_000
"""On entering, who is to call is said right behind; whoever is not connected after this is called by both."""
_MEND_MS = 5_000
"""Lost ones are told to the server together, and edges without a link are looked for this often."""


class Roads:
    def __init__(
        self,
        clock: Clock,
        number: Callable[[], int],
        server: SignalingClient,
        room: Room,
        relay: RelayRoads,
        direct: DirectRoads | None,
    ) -> None:
        """``number``: 32 random bits. ``direct`` is left out where there is no WebRTC, or it is not wanted."""
        self._clock = clock
        self._number = number
        self._room = room
        self._relay = relay
        self._direct = direct
        open_direct = None if direct is None else lambda peer, calls: direct.open(peer, calls=calls)
        self._makers = RoadMakers(clock, relay.open, open_direct)
        self.links: dict[str, Link] = {}
        """Everybody there is a link to, open or not."""
        self._neighbours: dict[str, Neighbour] = {}
        self._introduced: set[str] = set()
        """Edges of the server's graph that we are an end of."""
        self._releasing: dict[str, float] = {}
        self._gone: set[str] = set()
        self._lost: set[str] = set()
        self._garbled: set[str] = set()
        self._is_closed = False
        self.made: Listeners[Link] = Listeners()
        """A link was made; it opens by itself. Hear its messages from here on."""
        self._cancels = [
            server.states.add(self._server_changed),
            room.meetings.add(self._meet),
            room.changes.add(lambda _, left: self._left(left)),
            room.signals.add(self._hear_signal),
            relay.knocks.add(self._knocked),
        ]
        if direct:
            self._cancels.append(direct.calls.add(self._called))
        self._cancel_mend = clock.after(_MEND_MS, self._mend)

    def have(self) -> list[str]:
        """Neighbours one is connected to now."""
        return [peer for peer, link in self.links.items() if link.state.kind == "open"]

    def close(self) -> None:
        """Lets go of everybody, in so many words."""
        self._is_closed = True
        self._cancel_mend()
        for cancel in self._cancels:
            cancel()
        for link in list(self.links.values()):
            link.close()
        self._relay.close()
        if self._direct:
            self._direct.close()

    def _server_changed(self, state: ServerState) -> None:
        # Whom we lost meanwhile is told by whom we have, on entering.
        self._lost.clear()
        if state.kind == "open":
            self._relay.server_came()
        elif state.kind != "connecting":
            self._relay.server_went()

    def _hear_signal(self, source: str, data: str) -> None:
        if self._direct:
            self._direct.hear(source, data)

    def _knocked(self, peer: str) -> None:
        if self._may_open(peer):
            self._neighbour(peer).open_relay()

    def _called(self, peer: str) -> None:
        if self._may_open(peer):
            self._neighbour(peer).answer()

    def _may_open(self, peer: str) -> bool:
        """Only to whom the server introduced: a stranger opens nothing here, and uses up no budget."""
        return peer in self._introduced and not self._is_closed

    def _meet(self, meeting: Meeting) -> None:
        call, expect, all_ = map(self._not_refused, (meeting.call, meeting.expect, meeting.all))
        for peer in (*call, *expect, *all_):
            self._introduced.add(peer)
            self._lost.discard(peer)
            self._releasing.pop(peer, None)
        for peer in call:
            self._neighbour(peer).call()
        for peer in (*expect, *all_):
            self._neighbour(peer).open_relay()
        for peer in all_:
            self._clock.after(_CALL_MS, partial(self._call, peer))
        for peer in meeting.release:
            self._introduced.discard(peer)
            self._releasing[peer] = self._clock.now() + _RELEASE_MS
        self._release()

    def _not_refused(self, peers: Sequence[str]) -> list[str]:
        """Who sent what is no message is not connected to again: the server is asked for others instead."""
        self._lost |= self._garbled.intersection(peers)
        return [peer for peer in peers if peer not in self._garbled]

    def _call(self, peer: str) -> None:
        if self._may_open(peer):
            self._neighbour(peer).call()

    def _left(self, left: Collection[str]) -> None:
        """Gone for good, says the server. Whoever is reached without it may well be there, and stays."""
        for peer in left:
            self._introduced.discard(peer)
            link = self.links.get(peer)
            if link:
                self._gone.add(peer)
                self._drop_if_gone(link)

    def _drop_if_gone(self, link: Link) -> None:
        if link.peer in self._gone and (link.state.kind != "open" or link.road == "relay"):
            link.close("other-left")

    def _neighbour(self, peer: str) -> Neighbour:
        known = self._neighbours.get(peer)
        if known:
            return known
        link = Link(peer, self._clock, max(1, self._number()))
        neighbour = self._neighbours[peer] = Neighbour(link, self._makers)
        self.links[peer] = link
        self._gone.discard(peer)
        link.states.add(lambda state: self._changed(link, state))
        self.made.call(link)
        return neighbour

    def _changed(self, link: Link, state: State) -> None:
        if state.kind == "closed":
            self._forget(link, state)
        else:
            self._drop_if_gone(link)
        self._release()

    def _forget(self, link: Link, state: State) -> None:
        peer = link.peer
        self.links.pop(peer, None)
        self._neighbours.pop(peer, None)
        self._gone.discard(peer)
        self._releasing.pop(peer, None)
        if state.closed == "garbled":
            self._garbled.add(peer)
        if self._is_closed or peer not in self._introduced:
            return
        if state.closed == "reset":
            # They began anew, and so do we: not in their moment, so that what is left of the old is gone.
            self._clock.after(0, lambda: self._call(peer))
        elif state.closed != "other-left":
            self._introduced.discard(peer)
            self._lost.add(peer)

    def _release(self) -> None:
        """Lets go of the released, when the others are connected."""
        now = self._clock.now()
        pending = any(
            link.state.kind == "connecting" for peer in self._introduced if (link := self.links.get(peer)) is not None
        )
        for peer, until in list(self._releasing.items()):
            if not pending or now >= until:
                self._releasing.pop(peer, None)
                link = self.links.get(peer)
                if link:
                    link.close()

    def _mend(self) -> None:
        """From time to time: tells the server whom we lost, so that it introduces others."""
        self._cancel_mend = self._clock.after(_MEND_MS, self._mend)
        self._release()
        if not self._room.joined:
            return
        unlinked = {peer for peer in self._introduced if peer not in self.links}
        self._introduced -= unlinked
        self._lost |= unlinked
        if self._lost:
            self._room.more(sorted(self._lost))
            self._lost.clear()
        # After a server's restart the new edges come on top of old ones that it does not know.
        spare = [
            link for peer, link in self.links.items() if link.state.kind == "open" and peer not in self._introduced
        ]
        for link in spare[: max(0, len(self.links) - MAX_DEGREE)]:
            link.close()
