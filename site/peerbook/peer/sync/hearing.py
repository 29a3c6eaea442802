"""What a neighbour says, brought to whom it concerns. Whatever it is, nothing is raised. ``core/sync/hearing.ts`` in
Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..envelope import Fault
from ..overlay import messages as say
from ..overlay.flood import Flood
from ..overlay.neighbours import Channel, Neighbour
from ..overlay.search import Search
from .acquaintances import Acquaintances
from .changes import Changes
from .company import Company
from .delivery import Delivery
from .exchange import Exchange
from .options import ClassEar, Refusal
from .spread import Spread


@dataclass(frozen=True, slots=True)
class HearingPorts:
    flood: Flood
    exchange: Exchange
    delivery: Delivery
    search: Search
    company: Company
    changes: Changes
    acquaintances: Acquaintances
    spread: Spread
    ear: ClassEar | None
    refuse: Callable[[Refusal, str], None]


class Hearing:
    def __init__(self, ports: HearingPorts) -> None:
        self._ports = ports

    def hear(self, neighbour: Neighbour, channel: Channel, data: bytes) -> None:
        ports, peer = self._ports, neighbour.peer
        match say.decode_message(data):
            case "type":
                ports.refuse("other-version", peer)
            case str():
                ports.refuse("garbled", peer)
            case say.EnvelopeMessage(whole):
                if self._hear_envelope(peer, whole):
                    neighbour.hearing[channel].remember(whole)
            case say.Short(reference, tail):
                lengthened = neighbour.hearing[channel].lengthen(reference, tail)
                if lengthened is None:
                    neighbour.say(say.Unknown(reference))
                    ports.refuse("unknown-head", peer)
                else:
                    self._hear_envelope(peer, lengthened)
            case say.Announce(id_, size, document):
                ports.flood.announced(peer, id_, size, document)
            case say.Pull(id_):
                ports.flood.pulled(peer, id_)
            case say.Missing(id_):
                ports.flood.missing(peer, id_)
            case say.Summaries() as summaries:
                ports.exchange.hear_summaries(neighbour, summaries)
            case say.Ask() as ask:
                ports.delivery.hear_ask(neighbour, ask)
            case say.Entries() as entries:
                if not ports.spread.hear_entries(neighbour, entries):
                    ports.exchange.hear_entries(neighbour, entries)
            case say.Seek(id_, document):
                ports.search.hear_seek(peer, id_, document)
            case say.Found(document):
                ports.search.hear_found(peer, document)
            case say.Take(document):
                ports.search.hear_take(peer, document)
            case say.Unknown(reference):
                neighbour.forget(reference)
            case say.Who() as who:
                ports.company.hear_who(neighbour, who)
            case say.IntroductionMessage(introduction):
                known = ports.acquaintances.hear(introduction)
                if known:
                    neighbour.knows(known.session)
                else:
                    ports.refuse("forged", peer)
            case say.WhoIs(session):
                ports.acquaintances.hear_who_is(neighbour, session)
            case say.ForkMessage(proof):
                ports.changes.hear_fork(neighbour, proof)
            case say.StatementMessage() | say.KnockMessage() | say.AdmitMessage() as message:
                if ports.ear:
                    ports.ear.hear(peer, message)

    def _hear_envelope(self, peer: str, data: bytes) -> bool:
        """Whether it is an envelope."""
        fault = self._ports.flood.hear(peer, data)
        if fault is not None:
            self._ports.refuse("other-version" if fault is Fault.VERSION else "garbled", peer)
        return fault is None
