"""Brings segments to those who have envelopes, or other segments, in their place [SYN18]. What two have of a document
is the same by its log's digest; by that of its segments it is in the same form. Where that differs, segments are asked
for and compared with what is here. A segment that says something else than what is here is named to whoever brought it:
they ask for what it is held against, and see for themselves. ``core/sync/spread.ts`` in Python. Pure.

    summary (segments/name)  ->  summary (sessions)  ->  ask (segments/name)  ->  entries
    summary (segments/name, count 0 and the hash of a lie)  ->  ask (pieces/name)  ->  entries
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..clock import Cancel, Clock
from ..log.piece import Piece
from ..overlay.messages import CHAIN_BYTES, Ask, Entries, Reach, Summaries, Summary, Want
from ..overlay.neighbours import Neighbour, Neighbours
from ..segment import SEGMENT_BYTES, Segment
from .forms import PIECES, SEGMENTS
from .opener import read_piece
from .ports import Received
from .replica import Replica
from .talk import ASK_MS

SPREAD_MS = 2000
"""Segments that are new are told of this often at most: several authors' together."""
_Key = tuple[object, ...]
_MOST_SEEN = 4096
"""Forms that were looked at, and are not asked for again."""
_MOST_BYTES = 4 * SEGMENT_BYTES
"""Bytes that one side of a comparison may be."""

Judged = Callable[[Received | None, Piece | None], None]
"""What became of a segment, and what it is, if it is genuine."""


@dataclass(frozen=True, slots=True)
class SpreadPorts:
    clock: Clock
    neighbours: Neighbours
    replicas: Mapping[str, Replica]
    take: Callable[[Replica, bytes, str, Judged], None]
    """Takes a segment that a neighbour sent; calls back when it was judged."""
    verify: Callable[[Replica, bytes], Piece | None]
    """A genuine piece of a document, or None."""


@dataclass(slots=True, eq=False)
class _Question:
    peer: str
    cancel: Cancel
    forms: Sequence[Reach] = ()
    """What was asked for: forms, or a segment that is said to be a lie."""
    lie: Piece | None = None
    pieces: list[Piece] = field(default_factory=list)
    lies: list[Piece] = field(default_factory=list)
    size: int = 0
    """Bytes that came."""
    judging: int = 0
    is_last: bool = False


@dataclass(slots=True)
class _News:
    cancel: Cancel
    knows: set[str]
    sessions: set[str]


class Spread:
    def __init__(self, ports: SpreadPorts) -> None:
        self._ports = ports
        self._questions: dict[str, _Question] = {}
        self._seen: dict[_Key, Sequence[Piece]] = {}
        """Forms that were looked at, with the lies in them; and lies that were none."""
        self._news: dict[str, _News] = {}

    def summaries(self, replicas: Iterable[Replica]) -> list[Summary]:
        """What is said of documents' segments beside how far they are."""
        return [replica.forms.summary(replica.name, None) for replica in replicas if replica.forms.all]

    def tell(self, replica: Replica, session: str, source: str) -> None:
        """There is another segment of a session here; ``source`` has it too."""
        name = replica.name
        known = self._news.get(name)
        if known:
            known.sessions.add(session)
            if source not in known.knows:
                known.knows.clear()
            return

        def tell() -> None:
            news, replica = self._news.pop(name), self._ports.replicas.get(name)
            if replica:
                summary = replica.forms.summary(name, news.sessions)
                self._ports.neighbours.say(Summaries(False, False, (summary,)), news.knows)

        self._news[name] = _News(self._ports.clock.after(SPREAD_MS, tell), {source}, {session})

    def hear_summary(self, neighbour: Neighbour, summary: Summary, *, answer: bool) -> None:
        replica = self._ports.replicas.get(summary.document.removeprefix(SEGMENTS))
        if not replica or replica.forms.digest == summary.digest:
            return
        if summary.reaches is None:
            self._say(neighbour, replica.forms.summary(replica.name, "all"), answer=answer)
            return
        for reach in summary.reaches:
            if reach.count == 0:
                self._hear_lie(neighbour, replica, reach)
        others = [each for each in summary.reaches if each.count and replica.forms.of(each.session) != each.chain]
        for form in others:
            for lie in self._seen.get(_key(replica, form), ()):
                self.accuse(neighbour, replica, lie)
        wanted = [form for form in others if _key(replica, form) not in self._seen]
        key = SEGMENTS + replica.name
        if wanted and key not in self._questions:
            self._questions[key] = _Question(neighbour.peer, self._patience(key), forms=wanted)
            neighbour.say(Ask(key, tuple(Want(form.session, 0) for form in wanted)))
        if answer:
            self._say(neighbour, replica.forms.summary(replica.name, "all"), answer=False)

    def hear_entries(self, neighbour: Neighbour, entries: Entries) -> bool:
        """Whether these entries are about segments."""
        key = entries.document
        if not key.startswith((PIECES, SEGMENTS)):
            return False
        replica = self._ports.replicas.get(key.partition("/")[2])
        question = self._questions.get(key)
        if not replica or not question or question.peer != neighbour.peer or question.is_last:
            return True
        question.size += sum(map(len, entries.pieces))
        question.is_last = entries.is_last or question.size > _MOST_BYTES
        # One more, so that nothing is finished while they are being given in.
        question.judging += len(entries.pieces) + 1
        question.cancel()
        question.cancel = self._patience(key)

        def judged() -> None:
            question.judging -= 1
            self._finish(key, question, neighbour, replica)

        for data in entries.pieces:
            if question.lie:
                self._take_original(replica, data, question, question.lie)
                judged()
            else:
                self._take_segment(replica, data, neighbour, question, judged)
        judged()
        return True

    def accuse(self, neighbour: Neighbour, replica: Replica, lie: Piece) -> None:
        """A segment that somebody brought is a lie: they are told which."""
        reach = Reach(lie.session, 0, lie.hash[:CHAIN_BYTES])
        summary = Summary(SEGMENTS + replica.name, replica.forms.digest, (reach,))
        self._say(neighbour, summary, answer=False)

    def end(self) -> None:
        for question in self._questions.values():
            question.cancel()
        for news in self._news.values():
            news.cancel()

    def _hear_lie(self, neighbour: Neighbour, replica: Replica, reach: Reach) -> None:
        """Somebody says that a segment which is here is a lie: they have what it is held against."""
        segments = (piece for piece in replica.log.pieces(reach.session) if piece.form == "segment")
        lie = next((piece for piece in segments if piece.hash[:CHAIN_BYTES] == reach.chain), None)
        key = PIECES + replica.name
        if lie and key not in self._questions and _claim(neighbour, lie) not in self._seen:
            self._questions[key] = _Question(neighbour.peer, self._patience(key), lie=lie)
            neighbour.say(Ask(key, (Want(reach.session, lie.first),)))

    def _patience(self, key: str) -> Cancel:
        def give_up() -> None:
            self._questions.pop(key, None)

        return self._ports.clock.after(ASK_MS, give_up)

    def _take_segment(
        self, replica: Replica, data: bytes, neighbour: Neighbour, question: _Question, then: Callable[[], None]
    ) -> None:
        def judged(received: Received | None, piece: Piece | None) -> None:
            if piece and (received == "lie" or piece.hash in replica.log.refused_of(piece.session)):
                question.lies.append(piece)
                self.accuse(neighbour, replica, piece)
            then()

        self._ports.take(replica, data, neighbour.peer, judged)

    def _take_original(self, replica: Replica, data: bytes, question: _Question, lie: Piece) -> None:
        read = read_piece(data)
        if read is None or read.session != lie.session:
            return
        first = read.first if isinstance(read, Segment) else read.sequence
        piece = self._ports.verify(replica, data) if first < lie.end else None
        if piece:
            question.pieces.append(piece)

    def _finish(self, key: str, question: _Question, neighbour: Neighbour, replica: Replica) -> None:
        if not question.is_last or question.judging or self._questions.get(key) is not question:
            return
        question.cancel()
        del self._questions[key]
        for form in question.forms:
            lies = [lie for lie in question.lies if lie.session == form.session]
            self._remember(_key(replica, form), lies)
            if replica.forms.of(form.session) == form.chain:
                self.tell(replica, form.session, neighbour.peer)
        if question.lie:
            pieces = sorted(question.pieces, key=lambda piece: piece.first)
            if not replica.weighing.hear_originals(question.lie, pieces):
                self._remember(_claim(neighbour, question.lie), ())

    def _remember(self, key: _Key, lies: Sequence[Piece]) -> None:
        self._seen[key] = lies
        if len(self._seen) > _MOST_SEEN:
            del self._seen[next(iter(self._seen))]

    def _say(self, neighbour: Neighbour, summary: Summary, *, answer: bool) -> None:
        neighbour.say(Summaries(False, answer, (summary,)))


def _key(replica: Replica, form: Reach) -> _Key:
    """A form, as it was looked at: what was said in its place may have turned out to be something else since."""
    log, session = replica.log, form.session
    return replica.name, session, form.chain, log.stop_at(session), len(log.refused_of(session))


def _claim(neighbour: Neighbour, lie: Piece) -> _Key:
    return neighbour.peer, lie.session, lie.hash
