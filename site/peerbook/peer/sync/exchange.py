"""Brings two logs together whatever happened while they were apart: on every new connection, in both directions, and at
a slow beat with a neighbour picked at random. What travels is what authors signed [SYN6]. ``core/sync/exchange.ts`` in
Python. Pure.

    summary (digest)  ->  summary (how far each session is)  ->  ask (sessions, from where)  ->  entries

One neighbour is asked at a time for a document, so that a late joiner with six neighbours is sent everything once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ..clock import Cancel, Clock, Random
from ..overlay.messages import DIGEST_BYTES, MOST_SUMMARIES, Ask, Entries, Reach, Summaries, Summary, Want
from ..overlay.neighbours import Neighbour, Neighbours
from .claims import Claims
from .forms import SEGMENTS
from .replica import Replica
from .spread import Spread
from .talk import ASK_MS, Asking, Due, News, Talk

GRACE_MS = 400
"""A difference that is not new is looked at again after this: what is on its way arrives meanwhile."""
BEAT_MS = 10_000
"""From one look at a random neighbour to the next, between a half and one and a half of it. `beat_ms`."""
NEWS_MS = 200
"""What came by exchange is told to the other neighbours this often at most."""

_STATEMENTS = "statements"
"""Stands for the statements among the documents of a summary."""
_CONTENT = " content"
"""After a document's name: what it says, of a log that was said before [PER6]."""


@dataclass(frozen=True, slots=True)
class ExchangePorts:
    clock: Clock
    random: Random
    neighbours: Neighbours
    replicas: Mapping[str, Replica]
    carry: Callable[[str], Replica | None]
    """A replica of a document nobody here has open, when it is carried for others."""
    take: Callable[[Replica, bytes, str, Callable[[], None]], None]
    """Takes a piece that a neighbour sent; calls back when it was judged, whatever became of it."""
    meet: Callable[[Neighbour, Replica, str], None]
    """A neighbour knows of a session."""
    expose: Callable[[Neighbour, Replica, str], None]
    """A neighbour still counts what is proven to be forked here."""
    spread: Spread
    """What is said of documents' segments beside."""
    stated: Callable[[], bytes | None] = lambda: None
    """A digest of what was stated about the class; None while nothing is known."""
    differs: Callable[[Neighbour], None] = lambda neighbour: None
    """A neighbour knows other statements."""


class Exchange:
    def __init__(self, ports: ExchangePorts) -> None:
        self._ports = ports
        self._talks: dict[str, Talk] = {}
        self._beat = self._schedule_beat()

    def joined(self, neighbour: Neighbour) -> None:
        """A connection opened: both sides say how far they are."""
        self._summarise(neighbour, list(self._ports.replicas.values()), fresh=True, answer=False)

    def left(self, peer: str) -> None:
        for document, talk in self._talks.items():
            talk.claims.left(peer)
            talk.holders.discard(peer)
            talk.said.pop(peer, None)
            due = talk.due.pop(peer, None)
            if due:
                due.cancel()
            if talk.asking and talk.asking.peer == peer:
                self._give_up(document, talk)

    def holders(self, document: str) -> Collection[str]:
        """Neighbours who have the document."""
        return self._talk(document).holders

    def was_enriched(self, document: str) -> bool:
        """Whether a neighbour ever had more of it than was here."""
        return self._talk(document).enriched

    def said(self, document: str) -> Mapping[str, bytes]:
        """The digest of the log each neighbour said last, by session."""
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

    def closed(self, document: str) -> None:
        """The document is not here any more."""
        talk = self._talks.pop(document, None)
        if talk:
            talk.stop()

    def incomplete(self, document: str, peer: str | None) -> None:
        """Something leans on what is not here; ``peer`` passed it on, and may have the rest."""
        other = self._ports.neighbours.any(self._ports.random)
        source = peer or (other.peer if other else None)
        if source:
            self._look_later(document, source, None)

    def doubt(self, document: str) -> None:
        """Something is missing: somebody who has it will say so."""
        replica, neighbour = self._ports.replicas.get(document), self._ports.neighbours.any(self._ports.random)
        if replica and neighbour:
            self._summarise(neighbour, [replica], fresh=False, answer=True)

    def compare(self, replicas: Sequence[Replica] | None = None, *, fresh: bool = False) -> None:
        """Says to everybody how far documents are here (all, by default), and wants to know the same. What was refused
        may be taken now.
        """
        for talk in self._talks.values():
            talk.claims.hope()
        for neighbour in self._ports.neighbours:
            self._summarise(neighbour, replicas or list(self._ports.replicas.values()), fresh=fresh, answer=True)

    def inquire(self, document: str) -> None:
        """Has every neighbour say how far it is; :meth:`said` forgets what they said before. Who has the same would
        keep silent, so what is said here is the digest of nothing.
        """
        self._talk(document).said.clear()
        nothing = Summary(document, bytes(DIGEST_BYTES), None)
        self._ports.neighbours.say(Summaries(True, False, (nothing,)))

    def end(self) -> None:
        self._beat()
        for talk in self._talks.values():
            talk.stop()
        self._talks.clear()

    def hear_summaries(self, neighbour: Neighbour, message: Summaries) -> None:
        # How far each session is, where digests differ; and what is more here than there.
        rough: list[Summary] = []
        ahead: list[Summary] = []
        equal: set[str] = set()
        for summary in message.summaries:
            if summary.document == _STATEMENTS:
                stated = self._ports.stated()
                if stated is not None and stated[:DIGEST_BYTES] != summary.digest:
                    self._ports.differs(neighbour)
                continue
            if summary.document.startswith(SEGMENTS):
                self._ports.spread.hear_summary(neighbour, summary, answer=message.answer)
                continue
            if summary.document.endswith(_CONTENT):
                ahead += self._hear_content(summary, equal, answer=message.answer)
                continue
            replica = self._ports.replicas.get(summary.document) or self._ports.carry(summary.document)
            if not replica:
                continue
            talk = self._talk(replica.name)
            talk.holders.add(neighbour.peer)
            talk.said[neighbour.peer] = summary.digest
            if replica.reaches.digest == summary.digest:
                talk.claims.left(neighbour.peer)
                equal.add(replica.name)
            elif summary.reaches is None and message.fresh:
                rough.append(replica.reaches.summary(replica.name, "all"))
            elif summary.reaches is None:
                self._look_later(replica.name, neighbour.peer, summary.digest)
            else:
                self._compare_reaches(neighbour, replica, talk, summary.reaches, fresh=message.fresh)
                more = replica.reaches.ahead(summary.reaches, is_whole=summary.is_whole) if message.answer else []
                ahead += [replica.reaches.summary(replica.name, more)] if more else []
        self._send(neighbour, rough, fresh=message.fresh, answer=message.answer)
        self._send(neighbour, ahead, fresh=message.fresh, answer=False)

    def hear_entries(self, neighbour: Neighbour, entries: Entries) -> None:
        talk, replica = self._talks.get(entries.document), self._ports.replicas.get(entries.document)
        asking = talk.asking if talk else None
        if not talk or not replica or not asking or asking.peer != neighbour.peer or asking.is_last:
            return
        asking.cancel()
        asking.is_last = entries.is_last
        asking.judging += len(entries.pieces)

        def finish() -> None:
            if talk.asking is asking and asking.is_last and asking.judging == 0:
                self._answered(entries.document, talk, asking)

        def judged() -> None:
            asking.judging -= 1
            finish()

        for piece in entries.pieces:
            self._ports.take(replica, piece, neighbour.peer, judged)
        if not entries.is_last and talk.asking is asking:
            asking.cancel = self._patience(entries.document, talk)
        finish()

    def tell(self, document: str, session: str, source: str) -> None:
        """Something came by exchange: the other neighbours may lack it as well."""
        talk = self._talk(document)
        if talk.news:
            # Two sources: each may lack what the other brought.
            if source not in talk.news.knows:
                talk.news.knows.clear()
            talk.news.sessions[session] = None
            return

        def tell() -> None:
            news, talk.news = talk.news, None
            replica = self._ports.replicas.get(document)
            if replica and news:
                reaches = [replica.reaches.of(each) for each in news.sessions]
                summaries = (replica.reaches.summary(document, reaches),)
                self._ports.neighbours.say(Summaries(False, False, summaries), news.knows)

        talk.news = News(self._ports.clock.after(NEWS_MS, tell), {source}, {session: None})

    def _hear_content(self, summary: Summary, equal: Collection[str], *, answer: bool) -> list[Summary]:
        """Who has the same log, and is as quiet, says the same: or one of both is to be built anew [PER6]. Which one,
        neither knows: whoever said so hears what is here, and looks as well.
        """
        name = summary.document.removesuffix(_CONTENT)
        replica = self._ports.replicas.get(name) if name in equal else None
        content = replica.content if replica else None
        if not replica or content is None or content == summary.digest:
            return []
        said = _summaries_of(replica) if answer else []
        replica.settle()
        return said

    def _compare_reaches(
        self, neighbour: Neighbour, replica: Replica, talk: Talk, reaches: Iterable[Reach], *, fresh: bool
    ) -> None:
        claims: list[Reach] = []
        for reach in reaches:
            self._ports.meet(neighbour, replica, reach.session)
            if replica.reaches.is_forked(reach):
                self._ports.expose(neighbour, replica, reach.session)
            if replica.reaches.is_behind(reach):
                claims.append(reach)
        talk.enriched |= bool(claims)
        if fresh:
            talk.claims.put(neighbour.peer, claims)
            self._next(replica.name, talk)
        elif claims:
            self._look_later(replica.name, neighbour.peer, None, claims)

    def _look_later(self, document: str, peer: str, digest: bytes | None, reaches: Sequence[Reach] = ()) -> None:
        """Looks at a difference when what is on its way has arrived."""
        talk = self._talk(document)
        due = talk.due.get(peer)
        if due:
            due.digest = digest or due.digest
            due.reaches = reaches or due.reaches
        else:
            cancel = self._ports.clock.after(GRACE_MS, partial(self._look, document, peer, talk))
            talk.due[peer] = Due(cancel, digest, reaches)

    def _look(self, document: str, peer: str, talk: Talk) -> None:
        due = talk.due.pop(peer)
        replica, neighbour = self._ports.replicas.get(document), self._ports.neighbours.get(peer)
        if not replica or not neighbour:
            return
        if due.reaches:
            talk.claims.put(peer, due.reaches)
            self._next(document, talk)
        elif replica.is_incomplete if due.digest is None else replica.reaches.digest != due.digest:
            # How far each session is: who has more says so, and what is missing there is asked for.
            self._send(neighbour, [replica.reaches.summary(document, "all")], fresh=False, answer=True)

    def _next(self, document: str, talk: Talk) -> None:
        """Asks the next neighbour who has what is missing here, if nobody is being asked."""
        replica = self._ports.replicas.get(document)
        for peer in talk.claims.peers:
            if talk.asking or not replica:
                return
            neighbour = self._ports.neighbours.get(peer)
            claims = talk.claims.take(peer, replica.reaches.is_behind)
            if neighbour and claims:
                talk.asking = Asking(peer, claims, self._patience(document, talk))
                wants = tuple(Want(claim.session, replica.reaches.ask_from(claim)) for claim in claims)
                neighbour.say(Ask(document, wants))

    def _answered(self, document: str, talk: Talk, asking: Asking) -> None:
        asking.cancel()
        talk.asking = None
        replica = self._ports.replicas.get(document)
        for claim in asking.claims if replica else ():
            # What they said they have, and did not bring, is not asked of them again.
            if replica and replica.reaches.is_behind(claim):
                talk.claims.despair(asking.peer, claim)
        self._next(document, talk)

    def _patience(self, document: str, talk: Talk) -> Cancel:
        return self._ports.clock.after(ASK_MS, lambda: self._give_up(document, talk))

    def _give_up(self, document: str, talk: Talk) -> None:
        if talk.asking:
            talk.asking.cancel()
        talk.asking = None
        self._next(document, talk)

    def _schedule_beat(self) -> Cancel:
        return self._ports.clock.after(BEAT_MS * (0.5 + self._ports.random()), self._on_beat)

    def _on_beat(self) -> None:
        self._beat = self._schedule_beat()
        neighbour = self._ports.neighbours.any(self._ports.random)
        if neighbour:
            self._summarise(neighbour, list(self._ports.replicas.values()), fresh=False, answer=True)

    def _summarise(self, neighbour: Neighbour, replicas: Sequence[Replica], *, fresh: bool, answer: bool) -> None:
        """Only the digests: enough where they are the same."""
        for each in replicas:
            # Logs look the same to who has not heard of it, and only who has can say how far it counts.
            for session in each.log.forks:
                self._ports.expose(neighbour, each, session)
        stated = self._ports.stated()
        summaries = [Summary(_STATEMENTS, stated[:DIGEST_BYTES])] if stated is not None else []
        for each in replicas:
            summaries += _summaries_of(each)
        summaries += self._ports.spread.summaries(replicas)
        if not summaries and fresh:
            neighbour.say(Summaries(fresh, answer, ()))
        self._send(neighbour, summaries, fresh=fresh, answer=answer)

    def _send(self, neighbour: Neighbour, summaries: Sequence[Summary], *, fresh: bool, answer: bool) -> None:
        for start in range(0, len(summaries), MOST_SUMMARIES):
            neighbour.say(Summaries(fresh, answer, tuple(summaries[start : start + MOST_SUMMARIES])))

    def _talk(self, document: str) -> Talk:
        if document not in self._talks:
            self._talks[document] = Talk(Claims(self._ports.clock))
        return self._talks[document]


def _summaries_of(replica: Replica) -> list[Summary]:
    """A document's digests: of its log, and of what it says."""
    said = [replica.reaches.summary(replica.name, None)]
    content = replica.content
    return said if content is None else [*said, Summary(replica.name + _CONTENT, content)]
