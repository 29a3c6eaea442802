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
        elif envelope.session == self._ports.session:
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
        """Judges a segment: ``then`` has its author once it is known to be genuine and may be, else None."""
        acquaintances = self._ports.acquaintances
        if segment.room != self._ports.room or segment.session == self._ports.session:
            self._deny("own" if segment.session == self._ports.session else "other-class", source, "drop")
            then(None)
            return
        if self._held + len(data) > HELD_BYTES:
            self._deny("unknown-session", source, "later")
            then(None)
            return
        self._held += len(data)

        def judge(author: Introduction | None, signer: Introduction | None) -> None:
            self._held -= len(data)
            last = segment.end - 1
            place = Envelope(segment.room, segment.document, segment.session, segment.kind, last, b"", segment.epoch)
            standing = self._ports.standing(author, place) if author and signer else None
            if author is None or signer is None or standing is None:
                self._deny("unknown-session", source, "later")
            elif standing != "may":
                self._deny("too-early" if standing == "unknown" else "not-allowed", source, "later")
            elif not verify_segment(self._ports.crypto, _whose(author), _whose(signer), segment, data):
                self._deny("forged", source, "drop")
            else:
                then(author)
                return
            then(None)

        acquaintances.need(
            segment.session,
            source,
            lambda author: acquaintances.need(segment.signer, source, lambda signer: judge(author, signer)),
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


def _whose(who: Introduction) -> Whose:
    return Whose(who.session, who.participant, who.session_key)
