"""The log of one document, as ``site/extension/src/core/log/log.ts``: for each session its pieces from 0 without gaps.

It decides what is new, what waits, what is known and what proves a fork; it neither opens nor verifies. Pure. The rules
are LOG in docs/SPEC.md, the golden vectors ``tests/protocol/log.json``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from .course import Course
from .piece import Chain, Cut, Moved, Piece, Taken
from .waiting import WaitingRoom


class Log:
    """``cut_of``: how far a session (with its author) that is new here counts, if there is a statement; ``is_out``:
    whether a piece is not to be had, for now.
    """

    def __init__(
        self,
        links: Chain,
        cut_of: Callable[[str, str], Cut | None] = lambda _session, _author: None,
        is_out: Callable[[Piece], bool] = lambda _piece: False,
    ) -> None:
        self._links = links
        self._cut_of, self._is_out = cut_of, is_out
        self._courses: dict[str, Course] = {}
        self._room = WaitingRoom(self.count)

    @property
    def sessions(self) -> list[str]:
        """All sessions of which something is known."""
        return list(self._courses)

    @property
    def waiting(self) -> int:
        """How many pieces wait."""
        return len(self._room)

    def author_of(self, session: str) -> str | None:
        course = self._courses.get(session)
        return course.author if course else None

    def count(self, session: str) -> int:
        """The envelopes of a session that are here without a gap."""
        course = self._courses.get(session)
        return course.strand.count if course else 0

    def shown(self, session: str) -> int:
        """How much of it others are told of and sent: of a session that said two things, what nobody doubts."""
        course = self._courses.get(session)
        if course is None or course.fork is None or course.frontier:
            return self.count(session)
        piece = course.strand.piece_at(course.fork.begins)
        return piece.first if piece else course.strand.count

    def chain_at(self, session: str, place: int) -> bytes | None:
        """The chain at a place; None where it is not known: beyond `count`, and inside a segment."""
        course = self._courses.get(session)
        return course.strand.chain_at(place) if course else None

    def pieces(self, session: str, first: int = 0, end: float = math.inf) -> list[Piece]:
        """The pieces that hold the places from ``first`` to before ``end``, with those that reach beyond."""
        course = self._courses.get(session)
        return course.strand.range(first, end) if course else []

    def kept(self, session: str) -> list[Piece]:
        """All pieces that are kept: those that count, then those that a frontier took away, or that are withheld."""
        course = self._courses.get(session)
        return [*course.strand.pieces, *course.beyond, *course.withheld] if course else []

    def proof_of(self, session: str) -> list[Piece] | None:
        """What proves that the session said two things, whatever a frontier says."""
        course = self._courses.get(session)
        return course.fork.proof if course and course.fork else None

    def is_doubted(self, session: str) -> bool:
        """Whether it said two things, and nobody says how far it counts all the same."""
        course = self._courses.get(session)
        return course is not None and course.fork is not None and course.judged is None

    def doubted_from(self, session: str) -> int | None:
        """Where the proof begins that it said two things: nobody doubts what is before. None without a proof."""
        course = self._courses.get(session)
        return course.fork.begins if course and course.fork else None

    @property
    def forks(self) -> list[str]:
        """Sessions that said two things, while no frontier says how far they count all the same."""
        return [session for session in self.sessions if self.is_doubted(session)]

    def refused_of(self, session: str) -> list[bytes]:
        """Hashes of its segments that were refused."""
        course = self._courses.get(session)
        return list(course.bad) if course else []

    def stop_at(self, session: str) -> int | None:
        """Where a change that may not be ended the session."""
        course = self._courses.get(session)
        return course.stopped.at if course and course.stopped else None

    def ended_by(self, session: str) -> list[Piece]:
        """What it said from there on, as far as is known, without gaps: that change, and what came after it."""
        course = self._courses.get(session)
        return course.stopped.said if course and course.stopped else []

    def ended_chain_at(self, session: str, place: int) -> bytes | None:
        """The chain behind what ended a session, where that is known: who has it has nothing else."""
        course = self._courses.get(session)
        return course.stopped.behind.get(place) if course and course.stopped else None

    def cut_at(self, session: str) -> Cut | None:
        """How far a statement says that the session counts."""
        course = self._courses.get(session)
        frontier = course.frontier if course else None
        return Cut(frontier.count, frontier.chain, frontier.is_implied) if frontier else None

    def limit_of(self, session: str) -> float:
        """Up to where a session may grow here."""
        course = self._courses.get(session)
        return course.limit if course else math.inf

    def ask_from(self, session: str) -> int:
        """Where to ask on from: at 0 when what was sent does not follow on what is here."""
        course = self._courses.get(session)
        if course is None or course.is_off or (course.frontier and course.frontier.doubt):
            return 0
        return course.strand.count

    def take(self, piece: Piece) -> Taken:
        """A verified piece."""
        return self._course(piece.session, piece.author).take(piece)

    def keep_out(self, piece: Piece) -> None:
        """What a frontier keeps out: lifting it brings it back."""
        course = self._courses.get(piece.session)
        if course:
            course.keep_out(piece)

    def compact(self, piece: Piece) -> list[Piece]:
        """A segment in the place of what it covers, once its content is known to be the same."""
        course = self._courses.get(piece.session)
        return course.compact(piece) if course else []

    def refuse(self, piece: Piece, instead: Iterable[Piece] = ()) -> list[Piece]:
        """A segment's content may not be, or is not what it says: never again. Gives what does not count any more."""
        return self._course(piece.session, piece.author).refuse(piece, instead)

    def ban(self, session: str, author: str, piece_hash: bytes) -> None:
        """What `refuse` remembers: for what was kept from before."""
        self._course(session, author).ban(piece_hash)

    def unban(self) -> None:
        """Takes segments again that were refused: what was kept from before is judged anew where it is needed."""
        for course in self._courses.values():
            course.bad.clear()

    def stop(self, session: str, place: int) -> list[Piece]:
        """A change that may not be, from its first envelope on. Gives the pieces that do not count."""
        course = self._courses.get(session)
        return course.stop(place) if course else []

    def end(self, piece: Piece) -> Taken:
        """A piece that was never in the log says what may not be: where it follows on what is here, the log of the
        session ends before the change that it is of. What contradicts what is here is a fork all the same.
        """
        return self._course(piece.session, piece.author).end(piece)

    def resume(self) -> bool:
        """What counts is different. Whether a change may be depends on what it leans on, so where logs end is found
        anew: by what counts, and not by what came first. So is what a segment says. Whether any log had ended, or any
        segment was refused.
        """
        return sum(course.resume() for course in self._courses.values()) > 0

    def prove(self, session: str, author: str, proof: list[Piece]) -> bool:
        """It is proven, by verified pieces, that the session said two things. Whether that is news, to be told."""
        return all(piece.author == author for piece in proof) and self._course(session, author).prove(proof)

    def cut(self, session: str, author: str, cut: Cut | None) -> Moved:
        """How far a session counts, by a statement, or None: there is none any more. What is beyond is kept apart."""
        return self._course(session, author).cut(cut)

    def withhold(self) -> dict[str, Moved]:
        """Other pieces may be out than were. What is, and what follows on it, is kept apart; what is not any more is
        back. Nobody else is to have it either, so it neither ends a session nor says anything against what comes in its
        place. Gives what moved, by session.
        """
        moved = {session: course.withhold() for session, course in self._courses.items()}
        return {session: each for session, each in moved.items() if each.gone or each.joined}

    def _course(self, session: str, author: str) -> Course:
        known = self._courses.get(session)
        if known:
            return known
        course = self._courses[session] = Course(session, author, self._links, self._room, self._is_out)
        cut = self._cut_of(session, author)
        if cut:
            course.cut(cut)
        return course
