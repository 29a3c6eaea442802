"""One session in a log: its strand, and what is decided of it. The twin of ``course.ts``; `log.py` says what for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .piece import Chain, Cut, Fork, Known, Moved, New, Piece, Refused, Taken, Waits, agrees, without
from .proof import is_contradictory
from .strand import Strand
from .waiting import WaitingRoom

_MOST_BAD = 64


@dataclass(slots=True)
class Frontier:
    """A cut; ``settled``: the right chain is here at ``count``; ``doubt``: something did not fit, so ask from 0."""

    count: int
    chain: bytes | None
    settled: bool
    doubt: bool
    is_implied: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """``gone``: what was here from there on, without gaps; ``said``: what the session said from there on, as far as is
    known: that, or an envelope that never was in the log; ``behind``: the chain behind each of these, by its end.
    """

    at: int
    gone: list[Piece]
    said: list[Piece]
    behind: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class Proven:
    """``begins``: before that nothing is in doubt; ``at``: what is here stays, and no more is taken."""

    proof: list[Piece]
    begins: int
    at: int


class Course:
    """See `peerbook.peer.log.log.Log`."""

    def __init__(
        self, session: str, author: str, links: Chain, room: WaitingRoom, is_out: Callable[[Piece], bool]
    ) -> None:
        self.session = session
        self._is_out = is_out
        self.author = author
        self._links = links
        self._room = room
        self.strand = Strand(session, links)
        self.stopped: Stop | None = None
        self.frontier: Frontier | None = None
        self.fork: Proven | None = None
        self.beyond: list[Piece] = []
        self.withheld: list[Piece] = []
        self.bad: dict[bytes, None] = {}
        self._side: Strand | None = None

    @property
    def limit(self) -> float:
        """A frontier says how far a session counts whatever it did; without one a fork ends it."""
        stop = self.stopped.at if self.stopped else math.inf
        if self.frontier:
            return min(stop, self.frontier.count)
        return min(stop, self.fork.at if self.fork else math.inf)

    @property
    def judged(self) -> Frontier | None:
        """The frontier, if somebody said it: that decides which side counts."""
        return None if self.frontier is None or self.frontier.is_implied else self.frontier

    @property
    def is_off(self) -> bool:
        """Whether a piece waits that begins within what is here and leads further."""
        count = self.strand.count
        return any(piece.first < count < piece.end for piece in self._room.of(self.session))

    def take(self, piece: Piece) -> Taken:
        if self.author != piece.author:
            return Refused("author")
        if piece.hash in self.bad:
            return Refused("segment")
        if self._is_out(piece):
            return Refused("out")
        there = self.strand.piece_at(piece.first)
        is_here = there is not None and there.same(piece)
        if not is_here and any(each.same(piece) for each in self._room.of(self.session)):
            return Waits()
        proof = None if is_here else self._contradiction(piece)
        if proof:
            return self._contradicted(piece, proof, [])
        if piece.end > self.limit:
            return Refused("cut" if self.frontier else "stopped" if self.stopped else "forked")
        if self.is_off:
            return self._put_aside(piece)
        return Known() if is_here else self._put(piece)

    def keep_out(self, piece: Piece) -> None:
        """What a frontier keeps out, and follows on what it took away."""
        if self.frontier:
            self.beyond = [*self.beyond, piece]

    def compact(self, piece: Piece) -> list[Piece]:
        is_fit = not self._is_out(piece) and (self._compacts(piece) or self._replaces(piece))
        return self.strand.replace(piece) if is_fit else []

    def refuse(self, piece: Piece, instead: Iterable[Piece]) -> list[Piece]:
        self.ban(piece.hash)
        self._dismiss(lambda each: each.same(piece))
        there = self.strand.piece_at(piece.first)
        if there is None or not there.same(piece):
            return []
        after = self.strand.truncate(piece.first)[1:]
        if self.frontier:
            # Unless what is left leads there.
            self.frontier.settled = False
        for each in (*instead, *after):
            self._put(each)
        return without(after, self.strand.pieces)

    def ban(self, piece_hash: bytes) -> None:
        self.bad[piece_hash] = None
        if len(self.bad) > _MOST_BAD:
            del self.bad[next(iter(self.bad))]

    def stop(self, place: int, unfit: Sequence[Piece] = ()) -> list[Piece]:
        stopped, strand = self.stopped, self.strand
        if stopped and stopped.at <= place:
            return []
        gone = strand.truncate(place)
        # Kept to be compared: something else in its place is a fork all the same.
        said = [*gone, *unfit, *(stopped.said if stopped else ())]
        behind, chain = {}, strand.chain
        for piece in said:
            chain = behind[piece.end] = piece.after or self._links.next(chain, piece.hash)
        self.stopped = Stop(place, [*gone, *(stopped.gone if stopped else ())], said, behind)
        self._dismiss(lambda each: each.end > place)
        return gone

    def end(self, piece: Piece) -> Taken:
        """What may not be, and was never in the log: where it follows on what is here, the session ends before its
        change.
        """
        if self.author != piece.author:
            return Refused("author")
        proof = self._contradiction(piece)
        if proof:
            return self._contradicted(piece, proof, [])
        if piece.first == self.strand.count and piece.end <= self.limit:
            before = self.strand.piece_at(piece.first - 1) if piece.first else None
            is_begun = before is not None and before.part + 1 < before.parts
            self.stop(before.first - before.part if before and is_begun else piece.first, [piece])
        return Refused("stopped")

    def resume(self) -> bool:
        """What may not be is to be found anew: what was stopped is back, as far as it counts, and no segment is
        refused.
        """
        was, is_refusing = self.stopped, bool(self.bad)
        self.stopped = None
        self.bad.clear()
        self._bring_back(was.gone if was else ())
        return was is not None or is_refusing

    def prove(self, proof: list[Piece]) -> bool:
        begins = min(piece.first for piece in proof)
        is_news = self.fork is None or begins < self.fork.begins
        if not is_news or any(piece.session != self.session for piece in proof):
            return False
        if not is_contradictory(proof, self._links):
            return False
        at = max(self.strand.count, begins)
        self.fork = Proven(proof, begins, at)
        self._dismiss(lambda each: each.end > at)
        return True

    def cut(self, cut: Cut | None) -> Moved:
        strand = self.strand
        was = list(strand.pieces)
        self.frontier = None
        if cut and cut.chain and self.stopped and cut.count > self.stopped.at:
            # The stop was for another side of a fork, or comes again.
            self.stopped = None
        self._bring_back(self.beyond)
        self.beyond = []
        if cut:
            chain = strand.chain_at(cut.count)
            is_wrong = not agrees(chain, cut.chain)
            settled = cut.count == 0 or (chain is not None and not is_wrong)
            self.frontier = Frontier(cut.count, cut.chain, settled, is_wrong, cut.is_implied)
            self.beyond = strand.truncate(0 if is_wrong else cut.count)
            self._dismiss(lambda each: is_wrong or each.end > cut.count)
        return Moved(without(was, strand.pieces), without(strand.pieces, was))

    def withhold(self) -> Moved:
        was = list(self.strand.pieces)
        first = next(filter(self._is_out, was), None)
        gone = self.strand.truncate(first.first) if first else []
        self.withheld = [*gone, *self._go_on(self.withheld)]
        self._dismiss(self._is_out)
        self._side = None
        self._settle()
        return Moved(gone, without(self.strand.pieces, was))

    def _bring_back(self, pieces: Sequence[Piece]) -> None:
        """What was here is back, as far as it follows and counts."""
        rest = self._go_on(pieces)
        out = next((at for at, piece in enumerate(rest) if self._is_out(piece)), len(rest))
        self.withheld = [*self.withheld, *rest[out:]]

    def _go_on(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Appends what follows on what is here, counts, and is not out. Gives the others."""
        strand, rest = self.strand, []
        for piece in pieces:
            follows = piece.first == strand.count and agrees(piece.before, strand.chain)
            if follows and piece.end <= self.limit and not self._is_out(piece):
                strand.append(piece)
            else:
                rest.append(piece)
        return rest

    def _dismiss(self, is_gone: Callable[[Piece], bool]) -> None:
        for piece in filter(is_gone, self._room.of(self.session)):
            self._room.remove(piece)

    def _contradiction(self, piece: Piece) -> list[Piece] | None:
        """Pieces that cannot be true together with this one, and it."""
        strand = self.strand
        if piece.form == "envelope":
            said = self.stopped.said if self.stopped else ()
            for rival in (strand.piece_at(piece.first), *said, *self._room.of(self.session)):
                if rival and rival.form == "envelope" and rival.first == piece.first:
                    if not rival.same(piece):
                        return [rival, piece]
                    break
        if not agrees(piece.before, strand.chain_at(piece.first)):
            return [*strand.proof_of(piece.first), piece]
        if not agrees(piece.after, strand.chain_at(piece.end)):
            return [*strand.proof_of(piece.end), piece]
        return None

    def _contradicted(self, piece: Piece, proof: list[Piece], done: list[Piece]) -> Taken:
        judged = self.judged
        if judged:
            is_over = judged.settled or not judged.chain
            return Refused("astray") if is_over else self._turn(piece, judged)
        return Fork(proof, done) if self.prove(proof) else Refused("forked")

    def _turn(self, piece: Piece, frontier: Frontier) -> Taken:
        """Until a frontier's chain is reached, the side that is sent last is followed."""
        strand = self.strand
        chain = strand.chain_at(piece.first)
        follows = agrees(piece.before, chain) if chain else piece.first > strand.count
        if piece.end > frontier.count or not follows:
            frontier.doubt = True
            return Refused("cut" if follows else "astray")
        self._dismiss(lambda each: each.end > piece.first)
        gone = strand.truncate(piece.first)
        taken = self._put(piece)
        return New(taken.joined, taken.instead, replay=True) if isinstance(taken, New) and gone else taken

    def _put(self, piece: Piece) -> Taken:
        """A piece that contradicts nothing and is within the limit."""
        strand = self.strand
        if piece.end <= strand.count:
            return Known(compacts=self._compacts(piece))
        if strand.chain_at(piece.first) is None:
            self._room.add(piece)
            return Waits()
        instead = strand.truncate(piece.first)
        strand.append(piece)
        return self._connect([piece], instead)

    def _put_aside(self, piece: Piece) -> Taken:
        """While a piece waits that was cut at another place: what is sent from 0 on, beside what is here."""
        side = self._side = self._side or Strand(self.session, self._links)
        before = side.chain_at(piece.first)
        if before is None or not agrees(piece.before, before):
            return self._put(piece)
        following: Piece | None = piece
        while following:
            if not agrees(following.before, side.chain_at(following.first)):
                # It waited, and is of another side of a fork: put together they would look whole.
                self._room.remove(following)
                if self.judged is None:
                    return self._contradicted(following, [*side.proof_of(following.first), following], [])
                self.judged.doubt = True
                following = self._following(side)
                continue
            known = self.strand.chain_at(following.end)
            side.truncate(following.first)
            side.append(following)
            if not agrees(known, side.chain):
                proof = [*self.strand.proof_of(side.count), *side.proof_of(side.count)]
                self._side = None
                return self._contradicted(following, proof, [])
            following = self._following(side)
        if side.count <= self.strand.count:
            taken = self._put(piece)
            return taken if isinstance(taken, Known) else Waits()
        was, self.strand, self._side = self.strand.pieces, side, None
        return self._connect(without(side.pieces, was), without(was, side.pieces))

    def _connect(self, joined: list[Piece], instead: list[Piece]) -> Taken:
        """Takes from the waiting room what follows now."""
        while following := self._following(self.strand):
            self._room.remove(following)
            proof = self._contradiction(following)
            if proof is None:
                instead.extend(without(self.strand.truncate(following.first), joined))
                self.strand.append(following)
                joined.append(following)
            elif self.judged is None:
                return self._contradicted(following, proof, joined)
            else:
                self.judged.doubt = True
        self._dismiss(lambda each: each.end <= self.strand.count)
        return New(joined, instead) if self._settle() else self._leave_wrong_side()

    def _following(self, strand: Strand) -> Piece | None:
        """What waits, begins where a piece ends, and leads furthest."""
        found = None
        for piece in self._room.of(self.session):
            furthest = found.end if found else strand.count
            if piece.end > furthest and strand.chain_at(piece.first) is not None:
                found = piece
        return found

    def _settle(self) -> bool:
        """False if the frontier's place is reached with another chain than the frontier's."""
        frontier = self.frontier
        if frontier is None:
            return True
        chain = self.strand.chain_at(frontier.count)
        if chain is None:
            return True
        frontier.settled = agrees(frontier.chain, chain)
        frontier.doubt = not frontier.settled
        return frontier.settled

    def _leave_wrong_side(self) -> Taken:
        self.strand.truncate(0)
        self._dismiss(lambda _: True)
        return New([], [], replay=True)

    def _replaces(self, piece: Piece) -> bool:
        """Two devices of one person may both have made a segment of one range: the one with the lower hash stays."""
        there = next(iter(self.strand.range(piece.first, piece.end)), None)
        return (
            there is not None
            and piece.form == there.form == "segment"
            and (piece.first, piece.end) == (there.first, there.end)
            and agrees(there.after, piece.after)
            and piece.hash < there.hash
        )

    def _compacts(self, piece: Piece) -> bool:
        """Whether the segment holds what two or more pieces here hold, with the same chain at both ends."""
        before, after = self.strand.chain_at(piece.first), self.strand.chain_at(piece.end)
        return (
            piece.form == "segment"
            and before is not None
            and after is not None
            and agrees(piece.before, before)
            and agrees(piece.after, after)
            and len(self.strand.range(piece.first, piece.end)) > 1
        )
