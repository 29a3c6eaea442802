"""Brings two replicas together whatever happened while they were apart [SYN6]: on every new connection, in both
directions, and at a slow beat with a neighbour picked at random. Pure.

summary (digest, vector)  ->  ask (vector, deletions)  ->  state (what the vector lacks, and all deletions)

One neighbour is asked at a time for a document, so that a late joiner with six neighbours is sent everything once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ..clock import Cancel, Clock, Random
from ..overlay.messages import MOST_SUMMARIES, STATE_BYTES, Ask, State, Summaries, Summary, Vector
from ..overlay.neighbours import Neighbour, Neighbours
from .digest import is_ahead
from .replica import Replica

GRACE_MS = 400
"""A difference that is not new is looked at again after this: what is on its way arrives meanwhile."""
BEAT_MS = 10_000
"""From one look at a random neighbour to the next, between a half and one and a half of it. `beat_ms`."""
ASK_MS = 8000
"""Silence after which another neighbour is asked."""
NEWS_MS = 200
"""What came by exchange is told to the other neighbours this often at most."""
_MOST_MERGED = 64
"""States remembered as taken in, for each document."""
_MOST_FRUITLESS = 6
"""Beats for which something that is missing is asked for."""
_MOST_PARTS = 256
"""Parts of one state: 64 MB."""


@dataclass(frozen=True, slots=True)
class ExchangePorts:
    clock: Clock
    random: Random
    neighbours: Neighbours
    replicas: Mapping[str, Replica]
    carry: Callable[[str], Replica | None]
    """A replica of a document nobody here has open, when it is carried for others."""


@dataclass(frozen=True, slots=True)
class _Theirs:
    """What is known of a neighbour's replica; ``sure``: ask, whatever the vectors say."""

    digest: bytes | None
    vector: Vector
    sure: bool


@dataclass(slots=True)
class _Asking:
    peer: str
    cancel: Cancel
    parts: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class _Talk:
    """What is said about one document."""

    asking: _Asking | None = None
    wanted: dict[str, _Theirs] = field(default_factory=dict)
    merged: dict[bytes, None] = field(default_factory=dict)
    """Digests of states taken in: asking for one again brings nothing."""
    due: dict[str, tuple[Cancel, _Theirs]] = field(default_factory=dict)
    """Looks that are due, with the latest that is known."""
    news: tuple[Cancel, set[str]] | None = None
    """That something came is about to be told, but not to these."""
    fruitless: int = 0
    """Beats in a row that did not bring what changes here wait for."""
    holders: set[str] = field(default_factory=set)
    """Neighbours who have the document."""
    said: dict[str, bytes] = field(default_factory=dict)
    """The digest each neighbour said last."""
    enriched: bool = False
    """Whether a neighbour ever had more of it than was here."""


class Exchange:
    def __init__(self, ports: ExchangePorts) -> None:
        self._ports = ports
        self._talks: dict[str, _Talk] = {}
        self._beat = self._schedule_beat()

    def joined(self, neighbour: Neighbour) -> None:
        """A connection opened: both sides say how far they are."""
        self._summarise(neighbour, list(self._ports.replicas.values()), fresh=True, answer=False)

    def left(self, peer: str) -> None:
        for document, talk in self._talks.items():
            talk.wanted.pop(peer, None)
            talk.holders.discard(peer)
            talk.said.pop(peer, None)
            due = talk.due.pop(peer, None)
            if due:
                due[0]()
            if talk.asking and talk.asking.peer == peer:
                self._give_up(document, talk)

    def holders(self, document: str) -> Collection[str]:
        """Neighbours who have the document."""
        return self._talk(document).holders

    def was_enriched(self, document: str) -> bool:
        """Whether a neighbour ever had more of it than was here."""
        return self._talk(document).enriched

    def compare(self, replica: Replica) -> None:
        """Has every neighbour say where it stands; :meth:`said` tells."""
        self._talk(replica.name).said.clear()
        for neighbour in self._ports.neighbours:
            neighbour.say(Ask(replica.name, replica.vector, replica.deletions()))

    def said(self, document: str) -> Mapping[str, bytes]:
        """The digest each neighbour said last, by session."""
        return self._talk(document).said

    def offer(self, peer: str, document: str) -> None:
        """Says to one how far a document is here, and wants to know the same."""
        neighbour, replica = self._ports.neighbours.get(peer), self._ports.replicas.get(document)
        if neighbour and replica:
            self._summarise(neighbour, [replica], fresh=True, answer=True)

    def opened(self, replica: Replica) -> None:
        """A document was opened here: who has more says so."""
        for neighbour in self._ports.neighbours:
            self._summarise(neighbour, [replica], fresh=True, answer=True)

    def incomplete(self, document: str, peer: str) -> None:
        """A change leaned on something that is not here; ``peer`` passed it on, and may have the rest."""
        self._look_later(document, peer, _Theirs(None, {}, True))

    def doubt(self, document: str) -> None:
        """Something is missing that no vector shows yet: somebody who has it will say so."""
        replica, neighbour = self._ports.replicas.get(document), self._ports.neighbours.any(self._ports.random)
        if replica and neighbour:
            self._summarise(neighbour, [replica], fresh=False, answer=True)

    def news(self, document: str) -> None:
        """A change is here that went nowhere in envelopes."""
        self._tell(document, "")

    def end(self) -> None:
        self._beat()
        for talk in self._talks.values():
            if talk.asking:
                talk.asking.cancel()
            if talk.news:
                talk.news[0]()
            for cancel, _ in talk.due.values():
                cancel()
        self._talks.clear()

    def hear_summaries(self, neighbour: Neighbour, message: Summaries) -> None:
        ahead: list[Replica] = []
        for each in message.summaries:
            replica = self._ports.replicas.get(each.document) or self._ports.carry(each.document)
            if not replica:
                continue
            talk = self._talk(each.document)
            talk.holders.add(neighbour.peer)
            talk.said[neighbour.peer] = each.digest
            talk.enriched |= is_ahead(each.vector, replica.vector)
            if replica.digest == each.digest:
                continue
            theirs = _Theirs(each.digest, each.vector, message.fresh and bool(each.vector))
            look = self._look_now if message.fresh else self._look_later
            look(each.document, neighbour.peer, theirs)
            if message.answer and (message.fresh or is_ahead(replica.vector, each.vector)):
                ahead.append(replica)
        if ahead:
            self._summarise(neighbour, ahead, fresh=message.fresh, answer=False)

    def hear_ask(self, neighbour: Neighbour, ask: Ask) -> None:
        replica = self._ports.replicas.get(ask.document)
        if not replica:
            return
        self._talk(ask.document).holders.add(neighbour.peer)
        before = replica.version
        replica.receive(ask.deletions)
        if replica.version != before:
            self._tell(ask.document, neighbour.peer)
        self._send_state(neighbour, replica, ask.vector)
        if is_ahead(ask.vector, replica.vector):
            self._look_now(ask.document, neighbour.peer, _Theirs(None, ask.vector, False))

    def hear_state(self, neighbour: Neighbour, state: State) -> None:
        talk, replica = self._talks.get(state.document), self._ports.replicas.get(state.document)
        if talk and replica:
            talk.said[neighbour.peer] = state.digest
        asking = talk.asking if talk else None
        if not talk or not replica or not asking or asking.peer != neighbour.peer:
            return
        if state.part != len(asking.parts) or state.parts > _MOST_PARTS:
            return
        asking.parts.append(state.data)
        asking.cancel()
        if state.part + 1 < state.parts:
            asking.cancel = self._patience(state.document, talk)
            return
        talk.asking = None
        before = replica.version
        replica.receive(b"".join(asking.parts))
        talk.merged[state.digest] = None
        if len(talk.merged) > _MOST_MERGED:
            del talk.merged[next(iter(talk.merged))]
        if replica.version != before:
            self._tell(state.document, neighbour.peer)
        self._next(state.document, talk)

    def _look_now(self, document: str, peer: str, theirs: _Theirs) -> None:
        talk = self._talk(document)
        talk.wanted[peer] = theirs
        self._next(document, talk)

    def _look_later(self, document: str, peer: str, theirs: _Theirs) -> None:
        """Looks at a difference when what is on its way has arrived."""
        talk = self._talk(document)
        due = talk.due.get(peer)
        if due:
            cancel, before = due
            talk.due[peer] = cancel, theirs if theirs.digest or not before.digest else before
            return

        def look() -> None:
            talk.wanted[peer] = talk.due.pop(peer)[1]
            self._next(document, talk)

        talk.due[peer] = self._ports.clock.after(GRACE_MS, look), theirs

    def _next(self, document: str, talk: _Talk) -> None:
        """Asks the next neighbour who has what is missing here, if nobody is being asked."""
        replica = self._ports.replicas.get(document)
        while talk.wanted and replica and not talk.asking:
            peer = next(iter(talk.wanted))
            theirs = talk.wanted.pop(peer)
            neighbour = self._ports.neighbours.get(peer)
            if neighbour and _is_worth_asking(replica, talk, theirs):
                talk.asking = _Asking(peer, self._patience(document, talk))
                neighbour.say(Ask(document, replica.vector, replica.deletions()))

    def _patience(self, document: str, talk: _Talk) -> Cancel:
        return self._ports.clock.after(ASK_MS, lambda: self._give_up(document, talk))

    def _give_up(self, document: str, talk: _Talk) -> None:
        if talk.asking:
            talk.asking.cancel()
        talk.asking = None
        self._next(document, talk)

    def _send_state(self, neighbour: Neighbour, replica: Replica, vector: Vector) -> None:
        digest, data = replica.digest, replica.state_since(vector)
        parts = -(-len(data) // STATE_BYTES)

        def send(part: int) -> None:
            if self._ports.neighbours.get(neighbour.peer) is not neighbour:
                return
            start = part * STATE_BYTES
            neighbour.say(State(replica.name, digest, part, parts, data[start : start + STATE_BYTES]))
            if part + 1 < parts:
                neighbour.when_room(lambda: send(part + 1))

        send(0)

    def _tell(self, document: str, source: str) -> None:
        """Something came by exchange: the other neighbours may lack it as well."""
        talk = self._talk(document)
        if talk.news:
            # Two sources: each may lack what the other brought.
            if source not in talk.news[1]:
                talk.news[1].clear()
            return
        knows = {source}

        def tell() -> None:
            talk.news = None
            replica = self._ports.replicas.get(document)
            if replica:
                self._ports.neighbours.say(_summaries([replica], fresh=False, answer=False), knows)

        talk.news = self._ports.clock.after(NEWS_MS, tell), knows

    def _schedule_beat(self) -> Cancel:
        return self._ports.clock.after(BEAT_MS * (0.5 + self._ports.random()), self._on_beat)

    def _on_beat(self) -> None:
        self._beat = self._schedule_beat()
        neighbour = self._ports.neighbours.any(self._ports.random)
        if neighbour:
            replicas = list(self._ports.replicas.values())
            self._summarise(neighbour, replicas, fresh=False, answer=True)
            for replica in replicas:
                self._seek(replica, neighbour.peer)

    def _seek(self, replica: Replica, peer: str) -> None:
        """Asks for what changes here wait for; not for ever, as its author may be gone with it."""
        talk = self._talk(replica.name)
        talk.fruitless = talk.fruitless + 1 if replica.is_incomplete else 0
        if replica.is_incomplete and talk.fruitless <= _MOST_FRUITLESS:
            self.incomplete(replica.name, peer)

    def _summarise(self, neighbour: Neighbour, replicas: Sequence[Replica], *, fresh: bool, answer: bool) -> None:
        for start in range(0, len(replicas), MOST_SUMMARIES):
            neighbour.say(_summaries(replicas[start : start + MOST_SUMMARIES], fresh=fresh, answer=answer))

    def _talk(self, document: str) -> _Talk:
        return self._talks.setdefault(document, _Talk())


def _summaries(replicas: Sequence[Replica], *, fresh: bool, answer: bool) -> Summaries:
    return Summaries(fresh, answer, tuple(Summary(each.name, each.digest, each.vector) for each in replicas))


def _is_worth_asking(replica: Replica, talk: _Talk, theirs: _Theirs) -> bool:
    if theirs.digest is None:
        return replica.is_incomplete if theirs.sure else is_ahead(theirs.vector, replica.vector)
    if theirs.digest == replica.digest or theirs.digest in talk.merged:
        return False
    # Equal vectors and another digest: something was deleted there that is not deleted here, or the other way round.
    return theirs.sure or is_ahead(theirs.vector, replica.vector) or not is_ahead(replica.vector, theirs.vector)
