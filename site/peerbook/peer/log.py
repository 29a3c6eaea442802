"""The log of one document: for each session its envelopes from 0 without gaps, with the running chain. It decides what
is new, what waits, what is known, and what proves that a session said two things; it neither opens nor verifies (LOG in
docs/SPEC.md). ``core/log`` in Python, for envelopes. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from .roles import Cut

WAITING_BYTES = 1_000_000
"""Bytes of one author's pieces that wait. `unresolved_bytes`."""
WAITING_PIECES = 256
"""Their number: 25 s of somebody who types, behind one envelope that is late. `waiting_pieces`."""

Form = Literal["envelope", "segment"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Of one session's writing in one document, signed by its author: the places from ``start`` to before ``end``."""

    form: Form
    session: str
    author: str
    """The participant whose session it is, as the introduction proves."""
    signer: str
    start: int
    end: int
    data: bytes
    hash: bytes
    before: bytes | None = None
    """The chain at ``start``, if the piece states it: every 16th envelope does."""
    after: bytes | None = None


class Chain(Protocol):
    """The running hash of the sessions of one document."""

    def first(self, session: str) -> bytes: ...

    def next(self, chain: bytes, data: bytes) -> bytes:
        """The chain after an envelope's bytes."""


@dataclass(frozen=True, slots=True)
class Joined:
    """These follow on what was here. ``replay``: what joined before does not count any more."""

    joined: tuple[Piece, ...]
    replay: bool = False


@dataclass(frozen=True, slots=True)
class Fork:
    """The session said two things: these pieces prove it together [LOG5]. What joined before is for the document."""

    proof: tuple[Piece, ...]
    joined: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class NotTaken:
    kind: Literal["waiting", "known", "refused"]
    why: Literal["", "cut", "stopped", "forked", "author", "astray"] = ""


Taken = Joined | Fork | NotTaken


@dataclass(frozen=True, slots=True)
class Moved:
    """What a change of the frontier changes: if anything is gone, the document is to be replayed."""

    gone: tuple[Piece, ...]
    joined: tuple[Piece, ...]


@dataclass(slots=True)
class _Course:
    """One session's."""

    session: str
    author: str
    chains: list[bytes]
    """Before each piece, and after the last."""
    pieces: list[Piece] = field(default_factory=list)
    waiting: dict[int, Piece] = field(default_factory=dict)
    stop: tuple[int, Piece | None] | None = None
    cut: Cut | None = None
    settled: bool = True
    """The cut's chain is here at its count."""
    doubt: bool = False
    """Something did not fit the cut: ask from 0."""
    fork: tuple[tuple[Piece, ...], int, int] | None = None
    """The proof; before which place nothing is in doubt; what is here stays, and no more is taken than up to here."""
    beyond: list[Piece] = field(default_factory=list)
    """What the cut took away, in order: lifting it brings it back."""

    @property
    def count(self) -> int:
        return len(self.pieces)

    @property
    def limit(self) -> float:
        """A frontier says how far a session counts whatever it did; without one a fork ends it."""
        stop = self.stop[0] if self.stop else math.inf
        return min(stop, self.cut.count if self.cut else self.fork[2] if self.fork else math.inf)

    def chain_at(self, place: int) -> bytes | None:
        return self.chains[place] if place < len(self.chains) else None

    def truncate(self, place: int) -> list[Piece]:
        gone = self.pieces[place:]
        del self.pieces[place:]
        del self.chains[place + 1 :]
        return gone

    def dismiss(self, is_gone: Callable[[Piece], bool]) -> None:
        self.waiting = {start: each for start, each in self.waiting.items() if not is_gone(each)}

    def proof_of(self, place: int) -> list[Piece]:
        """The pieces that prove the chain at a place: back to the last one that states it. Nothing at 0."""
        first = place
        while first > 0:
            first -= 1
            if self.pieces[first].before is not None:
                break
        return self.pieces[first:place]


class Log:
    def __init__(self, links: Chain, cut_of: Callable[[str, str], Cut | None] = lambda session, author: None) -> None:
        """``cut_of``: how far a session that is new here counts, if there is a statement."""
        self._links = links
        self._cut_of = cut_of
        self._courses: dict[str, _Course] = {}

    @property
    def sessions(self) -> Sequence[str]:
        """All of which something is known."""
        return list(self._courses)

    @property
    def waiting(self) -> int:
        """How many pieces wait."""
        return sum(len(each.waiting) for each in self._courses.values())

    def count(self, session: str) -> int:
        """The envelopes of a session that are here without a gap."""
        course = self._courses.get(session)
        return course.count if course else 0

    def shown(self, session: str) -> int:
        """How much of it others are told of and sent: of a session that said two things, what nobody doubts."""
        course = self._courses.get(session)
        if course is None or not course.fork or course.cut:
            return self.count(session)
        return min(course.fork[1], course.count)

    def chain_at(self, session: str, place: int) -> bytes | None:
        """None where it is not known: beyond ``count``."""
        course = self._courses.get(session)
        return course.chain_at(place) if course else None

    def author_of(self, session: str) -> str | None:
        course = self._courses.get(session)
        return course.author if course else None

    def pieces(self, session: str, start: int = 0, end: int | None = None) -> Sequence[Piece]:
        course = self._courses.get(session)
        return course.pieces[start:end] if course else ()

    def fork_of(self, session: str) -> tuple[Piece, ...] | None:
        """What proves that the session said two things; None too when a frontier says how far it counts."""
        course = self._courses.get(session)
        return course.fork[0] if course and course.fork and not course.cut else None

    def limit_of(self, session: str) -> float:
        """Up to where a session may grow here."""
        course = self._courses.get(session)
        return course.limit if course else math.inf

    def ask_from(self, session: str) -> int:
        """Where to ask on from: at 0 when what was sent does not follow on what is here."""
        course = self._courses.get(session)
        return 0 if course is None or (course.cut and course.doubt) else course.count

    def take(self, piece: Piece) -> Taken:
        course = self._course(piece.session, piece.author)
        if course.author != piece.author:
            return NotTaken("refused", "author")
        there = course.pieces[piece.start] if piece.start < course.count else course.waiting.get(piece.start)
        if there and there.hash == piece.hash:
            return NotTaken("known" if piece.start < course.count else "waiting")
        proof = self._contradiction(course, piece)
        if proof:
            return self._contradicted(course, piece, proof)
        if piece.end > course.limit:
            return NotTaken("refused", "cut" if course.cut else "stopped" if course.stop else "forked")
        if piece.start > course.count:
            self._wait(course, piece)
            return NotTaken("waiting")
        return self._append(course, piece)

    def refuse(self, piece: Piece) -> Sequence[Piece]:
        """The content of a segment may not be: it is nothing."""
        return ()

    def stop(self, session: str, place: int) -> Sequence[Piece]:
        """A change that may not be: the log of the session ends before it, for everybody alike. The pieces that do not
        count.
        """
        course = self._courses.get(session)
        if course is None or (course.stop and course.stop[0] <= place):
            return ()
        gone = course.truncate(place)
        # Kept to be compared: another envelope in its place is a fork all the same.
        course.stop = place, next(iter(gone), None)
        course.dismiss(lambda piece: piece.end > place)
        return gone

    def prove(self, session: str, author: str, proof: Sequence[Piece]) -> bool:
        """The session said two things; ``proof`` is verified. Whether that is news."""
        course = self._course(session, author)
        if course.fork or course.author != author:
            return False
        begins = min(piece.start for piece in proof)
        at = max(course.count, begins)
        course.fork = tuple(proof), begins, at
        course.dismiss(lambda piece: piece.end > at)
        return True

    def cut(self, session: str, author: str, cut: Cut | None) -> Moved:
        """How far a session counts, by a statement; None: there is none any more. What is beyond is kept apart."""
        course = self._course(session, author)
        was = list(course.pieces)
        course.cut = None
        if cut and cut.chain and course.stop and cut.count > course.stop[0]:
            # The stop was for another side of a fork, or comes again.
            course.stop = None
        for piece in course.beyond:
            fits = piece.before is None or piece.before == course.chains[-1]
            if piece.start == course.count and fits and piece.end <= course.limit:
                self._put(course, piece)
        course.beyond = []
        if cut:
            self._set_cut(course, cut)
        return Moved(
            tuple(each for each in was if each not in course.pieces),
            tuple(each for each in course.pieces if each not in was),
        )

    def _set_cut(self, course: _Course, cut: Cut) -> None:
        chain = course.chain_at(cut.count)
        is_wrong = chain is not None and cut.chain is not None and chain != cut.chain
        course.cut, course.doubt = cut, is_wrong
        course.settled = cut.count == 0 or (chain is not None and not is_wrong)
        course.beyond = course.truncate(0 if is_wrong else cut.count)
        course.dismiss(lambda piece: is_wrong or piece.end > cut.count)

    def _course(self, session: str, author: str) -> _Course:
        known = self._courses.get(session)
        if known:
            return known
        course = self._courses[session] = _Course(session, author, [self._links.first(session)])
        cut = self._cut_of(session, author)
        if cut:
            self._set_cut(course, cut)
        return course

    def _contradiction(self, course: _Course, piece: Piece) -> list[Piece] | None:
        """Pieces that cannot be true together with this one, and it."""
        rivals = [course.waiting.get(piece.start), course.stop[1] if course.stop else None]
        if piece.start < course.count:
            rivals.append(course.pieces[piece.start])
        for rival in rivals:
            if rival and rival.start == piece.start and rival.hash != piece.hash:
                return [rival, piece]
        chain = course.chain_at(piece.start)
        if chain is not None and piece.before is not None and chain != piece.before:
            return [*course.proof_of(piece.start), piece]
        return None

    def _contradicted(self, course: _Course, piece: Piece, proof: list[Piece]) -> Taken:
        cut = course.cut
        if cut is None:
            is_news = self.prove(piece.session, piece.author, proof)
            return Fork(tuple(proof)) if is_news else NotTaken("refused", "forked")
        if course.settled or cut.chain is None:
            return NotTaken("refused", "astray")
        # A frontier's chain tells which side counts, but only when all up to it is here: until then the side that is
        # sent last is followed.
        chain = course.chain_at(piece.start)
        follows = piece.start > course.count if chain is None else piece.before in (None, chain)
        if piece.end > cut.count or not follows:
            course.doubt = True
            return NotTaken("refused", "cut" if follows else "astray")
        course.dismiss(lambda each: each.end > piece.start)
        gone = course.truncate(piece.start)
        if piece.start > course.count:
            self._wait(course, piece)
            return NotTaken("waiting")
        taken = self._append(course, piece)
        return Joined(taken.joined, True) if isinstance(taken, Joined) and gone else taken

    def _append(self, course: _Course, piece: Piece) -> Taken:
        """Puts a piece at the end, and what waits and follows on it."""
        joined: list[Piece] = []
        following: Piece | None = piece
        while following:
            course.waiting.pop(following.start, None)
            proof = self._contradiction(course, following)
            if proof and not course.cut:
                self.prove(course.session, course.author, proof)
                return Fork(tuple(proof), tuple(joined))
            if proof:
                course.doubt = True
                break
            self._put(course, following)
            joined.append(following)
            following = course.waiting.get(course.count)
        if course.cut and not course.settled and course.count >= course.cut.count:
            course.settled = course.chain_at(course.cut.count) == course.cut.chain
            course.doubt = not course.settled
            if not course.settled:
                course.truncate(0)
                course.waiting.clear()
                return Joined((), True)
        return Joined(tuple(joined))

    def _put(self, course: _Course, piece: Piece) -> None:
        course.chains.append(self._links.next(course.chains[-1], piece.data))
        course.pieces.append(piece)

    def _wait(self, course: _Course, piece: Piece) -> None:
        """Bounded for each author: what is furthest from being of use makes room, and that may be the piece itself."""
        course.waiting[piece.start] = piece
        theirs = [
            (each.start - other.count, each.start, other)
            for other in self._courses.values()
            if other.author == course.author
            for each in other.waiting.values()
        ]
        size = sum(len(other.waiting[start].data) for _, start, other in theirs)
        theirs.sort(key=lambda row: row[0])
        while theirs and (size > WAITING_BYTES or len(theirs) > WAITING_PIECES):
            _, start, other = theirs.pop()
            size -= len(other.waiting.pop(start).data)
