"""Where everything that somebody wrote is taken in, whoever brought it: whose it is, whether they may, whether it is
genuine, and only then what it says. Nothing is applied, kept or passed on before. What cannot be judged yet is held
back, bounded, while its neighbour is asked. ``core/sync/intake.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..envelope import Envelope
from ..identity import Introduction
from ..overlay.flood import Judge, Verdict
from ..sealed import Crypto, verify_envelope
from ..segment import Segment, Whose, verify_segment
from .acquaintances import Acquaintances
from .options import Refusal, Standing

HELD_BYTES = 4_000_000
"""Bytes of envelopes held back until it is known whose they are."""


@dataclass(frozen=True, slots=True)
class IntakePorts:
    room: bytes
    session: str
    crypto: Crypto
    acquaintances: Acquaintances
    standing: Callable[[Introduction, Envelope], Standing]
    lacks_own: Callable[[str], bool]
    """Whether something that counts of what one's own session wrote there is not here any more."""
    has: Callable[[Envelope, bytes], bool]
    """Whether the very same is here already."""
    take: Callable[[Envelope, bytes, Introduction, str], Verdict]
    """Takes what is genuine and may be."""
    refuse: Callable[[Refusal, str], None]


class Intake:
    def __init__(self, ports: IntakePorts) -> None:
        self._ports = ports
        self._held = 0

    def accept(self, envelope: Envelope, data: bytes, source: str, then: Judge) -> None:
        """Judges what ``source`` passed on; ``then`` is called once, now or later."""
        if envelope.room != self._ports.room:
            then(self._deny("other-class", source, "drop"))
        elif self._is_own(envelope):
            then(self._deny("own", source, "drop"))
        else:
            known = self._ports.acquaintances.of(envelope.session)
            if known:
                then(self._judge(envelope, data, known, source))
            else:
                self._hold(envelope, data, source, then)

    def accept_segment(
        self, segment: Segment, data: bytes, source: str, then: Callable[[Introduction | None], None]
    ) -> None:
        """Judges a segment that ``source`` sent: ``then`` has its author, once it is known to be genuine and may be,
        else None.
        """

        def deny(refusal: Refusal) -> None:
            self._ports.refuse(refusal, source)
            then(None)

        def judge(author: Introduction | None, signer: Introduction | None) -> None:
            standing = self._ports.standing(author, _place_of(segment)) if author and signer else None
            if standing != "may":
                deny("unknown-session" if standing is None else "too-early" if standing == "unknown" else "not-allowed")
            elif self.verify_segment(segment, data):
                then(author)
            else:
                deny("forged")

        if segment.room != self._ports.room or self._is_own(segment):
            deny("other-class" if segment.room != self._ports.room else "own")
        else:
            self._introduced(segment, data, source, judge)

    def verify_segment(self, segment: Segment, data: bytes) -> bool:
        """Whether somebody signed it who may speak for its session; both must be known."""
        author, signer = (self._ports.acquaintances.of(each) for each in (segment.session, segment.signer))
        if author is None or signer is None:
            return False
        return verify_segment(self._ports.crypto, _whose(author), _whose(signer), segment, data)

    def _is_own(self, said: Envelope | Segment) -> bool:
        """Whether it is one's own, and here: nobody else brings that."""
        return said.session == self._ports.session and not self._ports.lacks_own(said.document)

    def _introduced(
        self,
        segment: Segment,
        data: bytes,
        source: str,
        then: Callable[[Introduction | None, Introduction | None], None],
    ) -> None:
        """Whose a segment is, and who signed it, once both are known."""
        known = self._ports.acquaintances
        author, signer = known.of(segment.session), known.of(segment.signer)
        if (author and signer) or self._held + len(data) > HELD_BYTES:
            then(author, signer)
            return
        self._held += len(data)

        def finish(first: Introduction | None, second: Introduction | None) -> None:
            self._held -= len(data)
            then(first, second)

        known.need(
            segment.session,
            source,
            lambda first: known.need(segment.signer, source, lambda second: finish(first, second)),
        )

    def _hold(self, envelope: Envelope, data: bytes, source: str, then: Judge) -> None:
        if self._held + len(data) > HELD_BYTES:
            then(self._deny("unknown-session", source, "later"))
            return
        self._held += len(data)

        def go_on(who: Introduction | None) -> None:
            self._held -= len(data)
            if who:
                then(self._judge(envelope, data, who, source))
            else:
                then(self._deny("unknown-session", source, "later"))

        self._ports.acquaintances.need(envelope.session, source, go_on)

    def _judge(self, envelope: Envelope, data: bytes, who: Introduction, source: str) -> Verdict:
        standing = self._ports.standing(who, envelope)
        if standing != "may":
            # Others may know more, or less, of who may what: it is not the neighbour's fault.
            return self._deny("too-early" if standing == "unknown" else "not-allowed", source, "later")
        if self._ports.has(envelope, data):
            return "pass"
        if not verify_envelope(self._ports.crypto, who.session_key, envelope, data):
            return self._deny("forged", source, "drop")
        return self._ports.take(envelope, data, who, source)

    def _deny(self, refusal: Refusal, source: str, verdict: Verdict) -> Verdict:
        self._ports.refuse(refusal, source)
        return verdict


def _place_of(segment: Segment) -> Envelope:
    """Where the last of a segment's envelopes stood: who might write that one, might write it all."""
    return Envelope(
        segment.room, segment.document, segment.session, segment.kind, segment.end - 1, b"", epoch=segment.epoch
    )


def _whose(who: Introduction) -> Whose:
    return Whose(who.session, who.participant, who.session_key)
