"""A participant without a browser: joins a class by its invite link, follows notebooks, writes its own words in them.

The shell around the pure parts: an event loop's time, real sockets, real chance. Without aiortc it uses the relay
alone.
"""

from __future__ import annotations

import asyncio
import importlib.util
import random
import re
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pycrdt import Doc

from ..errors import PeerbookError
from . import crypto
from .connection.direct import DirectRoads
from .connection.link import Link
from .connection.relay import RelayRoads
from .connection.roads import Roads
from .document.notebook import Notebook
from .document.position import Below
from .envelope import session_text
from .founding import ClassLink, lecture_of
from .identity import OwnSession, open_session
from .keep.own import Own, new_own
from .keys.knocking import KnockState
from .keys.signal import SALT_BYTES, open_signal, seal_signal
from .loop import Background, LoopClock
from .overlay.patience import Patience
from .signaling.client import SignalingClient
from .signaling.line import ServerState
from .signaling.messages import Refused as RoomRefusal
from .site import Published, Site, fetch_genesis, fetch_site, read_link
from .sync.engine import Engine, EngineOptions, Refusal
from .sync.lost import Lost
from .sync.options import Keepable
from .sync.record import Record, normal_name
from .sync.replica import Replica
from .sync.society import Society, SocietyOptions, SocietyPorts
from .websocket import socket_opener

Branch = Literal["team", "lecture", "mine"]
Learned = Callable[[Own], None]
"""Given what somebody is to be stored as, whenever they know more."""
_LEAVE_SECONDS = 2.0
"""What was said last may take so long to arrive."""


@dataclass(frozen=True, slots=True)
class SignalSealer:
    """Seals what is told through the server to connect, in a class with keys."""

    link: ClassLink
    own: OwnSession

    def seal(self, peer: str, signal: bytes) -> bytes:
        return seal_signal(self.link.id, self.link.join_secret, self.own, peer, signal, secrets.token_bytes(SALT_BYTES))

    def unseal(self, peer: str, sealed: bytes) -> bytes | None:
        return open_signal(self.link.id, self.link.join_secret, peer, self.own.introduced.session, sealed)


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in the class, however many pages they have open."""

    participant: str
    name: str
    is_me: bool
    notebooks: tuple[str, ...]
    """Paths of the notebooks they have open, sorted."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A notebook that is kept equal with everybody's."""

    path: str
    document: str
    replica: Replica
    below: Below

    @property
    def notebook(self) -> Notebook:
        """As it is now: its document is another one after it was built anew."""
        doc = self.replica.doc
        if doc is None:
            raise ValueError(f"not open any more: {self.document}")
        return Notebook(doc, self.below, lambda: secrets.token_hex(16))

    @property
    def digest(self) -> str:
        """Equal with another's when both have the same changes and deletions."""
        return self.replica.digest.hex()


class Peer:
    """Made by :meth:`join`; ``async with`` leaves at the end."""

    def __init__(
        self, site: Site, invitation: ClassLink, name: str, who: Own, learned: Learned, *, direct: bool
    ) -> None:
        self.site = site
        self.invitation = invitation
        self.name = name
        own = open_session(invitation.id, who.root, who.device, secrets.token_bytes)
        self.own = own
        """What signs."""
        self.participant = own.introduced.participant
        self.session = own.introduced.session
        self._since = time.time_ns() // 1_000_000
        self._followed: dict[str, Followed] = {}
        self._background = Background()
        clock = LoopClock()
        chance = random.SystemRandom()
        self._below: Callable[[int], int] = chance.randrange
        branches = rf"team\.{invitation.everyone}|lecture\.{lecture_of(invitation.id)}"
        shared = re.compile(rf"[0-9a-f]{{64}}\.({branches})(\.[0-9a-f]{{32}})?")
        self.is_shared: Callable[[str], bool] = lambda document: shared.fullmatch(document) is not None
        """Whether a document is everybody's, by its name: kept by everybody who is here."""
        self._patience = Patience(clock)
        self._sealer = SignalSealer(invitation, own)
        self.society = Society(
            SocietyOptions(
                clock,
                secrets.token_bytes,
                own,
                who.root,
                invitation.id,
                invitation.join_secret,
                name,
                who.known,
                lambda known: learned(replace(who, known=known)),
            )
        )
        self.engine = Engine(
            EngineOptions(
                invitation.id,
                own,
                crypto,
                clock,
                chance.random,
                self.society,
                self.society,
                self.is_shared,
                self._keep,
                refused=self._refused,
                lost=self._lost,
                stopwatch=lambda: time.perf_counter() * 1000,
                costly=self._costly,
                ear=self.society,
            )
        )
        number = lambda: secrets.randbits(32)  # noqa: E731
        opener = socket_opener(site.signal, self._background)
        secret = session_text(own.place.reveal())
        self._server = SignalingClient(self.session, secret, opener, clock, chance.random, own.keys_hash)
        self._room = self._server.join(invitation.room, lambda: self._roads.have())
        self._room.changes.add(lambda _, left: self._left(left))
        self._room.refusals.add(self._room_refused)
        self.not_let_in: RoomRefusal | None = None
        """Why the server does not take one into the class's room, if it does not."""
        self.on_keep: Callable[[str, Keepable], None] | None = None
        """Given what is to be stored of documents, in order."""
        self.costly: set[str] = set()
        """Participants whose writing takes too long, and waits."""
        self.lost: dict[str, list[Lost]] = {}
        """By document: what one wrote, and does not count in the class any more. Whoever has seen to it takes it out.
        """
        self._direct = self._open_direct(clock, number) if direct and site.direct else None
        self._roads = Roads(
            clock, number, self._server, self._room, RelayRoads(self._server, clock, number), self._direct
        )
        self._roads.made.add(self._attach)

    @classmethod
    async def join(
        cls,
        link: str,
        name: str,
        *,
        own: Own | None = None,
        learned: Learned = lambda own: None,
        direct: bool = True,
        site: Site | None = None,
    ) -> Peer:
        """Joins the class of an invite link under this name. PeerbookError when that cannot be.

        Who was here before says so by ``own``, which ``learned`` was given last. ``direct``: by WebRTC too, where
        aiortc is installed. ``site``: as it is known already; it is fetched otherwise.
        """
        invitation = read_link(link)
        plain = normal_name(name)
        if not plain:
            raise PeerbookError("nothing is left of this name", where=repr(name[:40]), remedy="Give a name to go by.")
        site = site or await fetch_site(link)
        if not site.signal:
            raise PeerbookError(
                "this site names no server that introduces people to each other",
                where=site.root + "peerbook.json",
                remedy="Put the server's address under 'signaling'.",
            )
        who = own or new_own(secrets.token_bytes)
        learned(who)
        peer = cls(site, invitation, plain, who, learned, direct=direct)
        peer.start()
        return peer

    def start(self) -> None:
        """Goes in."""
        engine = self.engine
        self.society.begin(
            SocietyPorts(engine.neighbours, engine.rules_changed, engine.keys_changed, engine.devices_of)
        )
        self._server.start()
        self.engine.introduce(Record(self.name, self.participant, self._since))

    async def __aenter__(self) -> Peer:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    @property
    def server(self) -> ServerState:
        """What is between this participant and the server."""
        return self._server.state

    @property
    def roads(self) -> dict[str, str]:
        """The road to each neighbour that is reached now, by session."""
        return {peer: link.road for peer, link in self._roads.links.items() if link.state.kind == "open"}

    def people(self) -> list[Participant]:
        """Everybody who is here: oneself first, then the others by name."""
        paths = {self.name_of(each): each.path for each in self.site.notebooks}
        mine = tuple(sorted(self._followed))
        rows = {self.participant: Participant(self.participant, self.name, True, mine)}
        for person in self.engine.people(time.time_ns() // 1_000_000):
            known = rows.get(person.participant)
            own = {paths[name] for name in person.documents if name in paths}
            name, is_me = (known.name, known.is_me) if known else (person.name, False)
            notebooks = tuple(sorted(own | set(known.notebooks if known else ())))
            rows[person.participant] = Participant(person.participant, name, is_me, notebooks)
        return sorted(rows.values(), key=lambda each: (not each.is_me, each.name, each.participant))

    @property
    def door(self) -> KnockState:
        """How it stands with being let in, where the class has a door."""
        return self.society.doorway.state

    @property
    def is_removed(self) -> bool:
        """Whether whoever teaches put one out of the class."""
        roles = self.society.roles
        return roles is not None and roles.role_of(self.participant) == "removed"

    @property
    def others(self) -> int:
        """Sessions beside this one that the server has in the class now, reached or not."""
        return sum(is_here for session, is_here in self._room.people.items() if session != self.session)

    @property
    def is_in(self) -> bool:
        """Whether the server has taken this participant into the class."""
        return self._room.joined

    def documents(self) -> set[str]:
        """Names of the class's notebooks that anybody is known to have."""
        people = self.engine.people(time.time_ns() // 1_000_000)
        seen = {*self.engine.documents, *(name for person in people for name in person.documents)}
        return {name for name in seen if self.is_shared(name) or self._reads(name)}

    def name_of(self, published: Published, branch: Branch = "team") -> str:
        """The name of a notebook's document: everybody's, the lecture's, or one's own."""
        place = self.invitation
        owners = {"team": place.everyone, "lecture": lecture_of(place.id), "mine": self.participant}
        return f"{published.genesis}.{branch}.{owners[branch]}"

    async def follow(self, path: str, branch: Branch = "team") -> Followed:
        """Keeps everybody's notebook, the lecture's or one's own at a workshop's path (`first-steps/1-hello.ipynb`)
        equal with the class's, as one who has it open.
        """
        if path not in self._followed:
            published = self._published(path)
            document = self.name_of(published, branch)
            self._followed[path] = self.keep(document, await fetch_genesis(published), path=path)
            self.engine.awareness.say(document)
        return self._followed[path]

    def keep(self, document: str, genesis: bytes, kept: Sequence[Keepable] = (), path: str = "") -> Followed:
        """Keeps a document equal with the class's without having it open. ``kept``: what was handed to :attr:`on_keep`
        of it before.
        """
        doc: Doc[Any] = Doc(client_id=self.engine.client_id(document))
        replica = self.engine.follow(document, doc, genesis, kept)
        return Followed(path, document, replica, self._below)

    async def agrees(self, path: str, seconds: float = 10.0) -> bool:
        """Whether every neighbour has the notebook's log exactly as it is here."""
        followed = self._followed[path]
        self.engine.compare(followed.document)
        said = self.engine.said(followed.document)
        everybody = {each.peer for each in self.engine.neighbours}
        await self.until(lambda: everybody <= said.keys(), "every neighbour said where it stands", seconds)
        return bool(everybody) and all(said[peer] == followed.replica.reaches.digest for peer in everybody)

    async def until(self, holds: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
        """Waits until something is so; TimeoutError with ``what`` was waited for."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds:.0f} s in vain until {what}; {self.server}, {self.roads}")
            await asyncio.sleep(0.02)

    async def leave(self) -> None:
        """Sends what waits, says goodbye to all, and lets go."""
        self.engine.end()
        self.society.end()
        deadline = time.monotonic() + _LEAVE_SECONDS
        while time.monotonic() < deadline and any(link.buffered_bytes("control") for link in self._open_links()):
            await asyncio.sleep(0.01)
        self._roads.close()
        self._server.stop()
        await self._background.finish(_LEAVE_SECONDS)

    def _reads(self, document: str) -> bool:
        """Whether it is somebody's own notebook, and one's to read."""
        roles = self.society.roles
        is_own = roles is not None and ".mine." in document and "/" not in document
        return is_own and roles is not None and roles.may_read(self.participant, document)

    def _published(self, path: str) -> Published:
        for each in self.site.notebooks:
            if each.path == path:
                return each
        known = ", ".join(each.path for each in self.site.notebooks)
        raise PeerbookError("the site has no such notebook", where=path, remedy=f"It has: {known}")

    def _open_direct(self, clock: LoopClock, number: Callable[[], int]) -> DirectRoads | None:
        if importlib.util.find_spec("aiortc") is None:
            return None
        from .connection.rtc import rtc_creator  # a large library, that only this road needs

        create = rtc_creator(self.session, clock, self._background)
        return DirectRoads(clock, create, number, self._room.signal, self._sealer)

    def _open_links(self) -> list[Link]:
        return [link for link in self._roads.links.values() if link.state.kind == "open"]

    def _keep(self, document: str, kept: Keepable) -> None:
        if self.on_keep:
            self.on_keep(document, kept)

    def _lost(self, document: str, lost: Sequence[Lost]) -> None:
        self.lost.setdefault(document, []).extend(lost)

    def _costly(self, participant: str) -> None:
        self.costly.add(participant)

    def _room_refused(self, refused: RoomRefusal) -> None:
        if refused.about == "join":
            self.not_let_in = refused

    def _left(self, left: Collection[str]) -> None:
        for session in left:
            self.engine.gone(session)

    def _refused(self, refusal: Refusal, peer: str) -> None:
        """What a neighbour said was not taken."""
        link = self._roads.links.get(peer)
        if link and refusal in ("garbled", "forged") and self._patience.is_lost(peer):
            self._patience.left(peer)
            link.close("garbled")

    def _attach(self, link: Link) -> None:
        """Follows a connection for as long as it lives."""
        link.on_message(lambda channel, data: self.engine.hear(link.peer, channel, data))
        link.states.add(lambda state: self._link_changed(link, state.kind))

    def _link_changed(self, link: Link, kind: str) -> None:
        if kind == "open" and self.engine.neighbours.get(link.peer) is None:
            if not self.engine.connect(link):
                link.close()
        elif kind == "closed":
            self.engine.disconnect(link.peer)
