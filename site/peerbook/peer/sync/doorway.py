"""The door of a class, between neighbours: who knocks here is let in, waits or is passed on; and one knocks oneself for
as long as the key of the epoch that counts is not here [KEY7, KEY9]. ``core/sync/doorway.ts`` in Python. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..clock import Cancel, Clock, nothing
from ..identity import OwnSession
from ..keys.answer import Admission, Answer, AnswerFault, answered_knock, make_answer, read_answer
from ..keys.door import AnswerStep, Door, PassBack, PassOn, Step, WaitingPerson
from ..keys.keyring import Keyring
from ..keys.knock import SALT_BYTES, KnockFault, make_knock, read_knock
from ..keys.knocking import Knocking, KnockingPorts, KnockState
from ..overlay.messages import AdmitMessage, KnockMessage
from ..overlay.neighbours import Neighbours
from ..roles import Roles
from ..statements import Statements

_TICK_MS = 1000


@dataclass(frozen=True, slots=True)
class DoorwayPorts:
    clock: Clock
    fill: Callable[[int], bytes]
    own: OwnSession
    class_id: bytes
    join_secret: bytes = field(repr=False)
    name: str
    keyring: Keyring
    statements: Callable[[], Statements | None]
    neighbours: Callable[[], Neighbours | None]
    learn: Callable[[Admission], None]
    """Takes in an admission, after verifying all of it."""
    knock_state: Callable[[KnockState], None]


class Doorway:
    def __init__(self, ports: DoorwayPorts) -> None:
        self._ports = ports
        self._door = Door(self, ports.clock.now)
        self._knocking = Knocking(
            KnockingPorts(
                ports.clock.now,
                self._make_knock,
                self._send_knock,
                self.has_key,
                ports.learn,
                ports.knock_state,
                ports.keyring.missing_of,
            )
        )
        self._ticking: Cancel = nothing

    @property
    def waiting(self) -> list[WaitingPerson]:
        """Who waits to be let in, for those who may."""
        return self._door.waiting

    @property
    def state(self) -> KnockState:
        """How it stands with being let in oneself."""
        return self._knocking.state

    def begin(self) -> None:
        self._knocking.tick()
        self._ticking = self._ports.clock.after(_TICK_MS, self.begin)

    def end(self) -> None:
        self._ticking()

    def joined(self, peer: str) -> None:
        if not self.has_key():
            self._knocking.met(peer)

    def left(self, peer: str) -> None:
        self._door.left(peer)

    def need(self) -> None:
        """Something is sealed with a key that is not here, or an epoch was stated: knocks if it must."""
        if not self.has_key():
            self._knocking.need()

    def changed(self) -> None:
        """Roles, keys or the door are different."""
        self._go(self._door.changed())

    def admit(self, participant: str) -> None:
        """Lets somebody in who waits."""
        self._go(self._door.admit(participant))

    def refuse(self, participant: str) -> None:
        self._go(self._door.refuse(participant))

    def hear_knock(self, peer: str, data: bytes) -> None:
        id_ = hashlib.sha256(data).digest()
        if self._knocking.is_asked(id_) or not self._door.may_read(id_, peer):
            return
        knock = read_knock(self._ports.class_id, self._ports.join_secret, data)
        # One's own comes back from others: it is theirs to answer.
        if not isinstance(knock, KnockFault) and knock.who.session != self._ports.own.introduced.session:
            self._go(self._door.knocked(knock, data, peer))

    def hear_answer(self, peer: str, data: bytes) -> None:
        knock_id = answered_knock(data)
        if knock_id is not None and not self._knocking.is_asked(knock_id):
            self._go(self._door.answered(knock_id, data, peer))
            return
        answer = read_answer(self._ports.class_id, self._ports.own.agreement, self._knocking.is_asked, data)
        if not isinstance(answer, AnswerFault):
            self._knocking.answered(answer)

    # What the door asks (`DoorRules`).

    def is_open(self) -> bool:
        roles = self._roles
        return roles is not None and roles.door == "open"

    def can_teach(self) -> bool:
        roles = self._roles
        return roles is not None and roles.can_teach(self._ports.own.introduced.participant)

    def has_key(self) -> bool:
        return self._ports.keyring.is_current

    def is_behind(self) -> bool:
        roles, keyring = self._roles, self._ports.keyring
        is_in = roles is not None and not roles.is_out(self._ports.own.introduced.participant)
        return is_in and keyring.newest is not None and not keyring.is_current

    def is_removed(self, participant: str) -> bool:
        roles = self._roles
        return roles is not None and roles.role_of(participant) == "removed"

    def is_member(self, participant: str) -> bool:
        roles = self._roles
        return roles is not None and not roles.is_out(participant)

    @property
    def _roles(self) -> Roles | None:
        statements = self._ports.statements()
        return statements.roles if statements else None

    def _make_knock(self) -> tuple[bytes, bytes]:
        own = self._ports.own
        data = make_knock(
            self._ports.class_id,
            self._ports.join_secret,
            signer=own.signer,
            introduction=own.introduction,
            name=self._ports.name,
            salt=self._ports.fill(SALT_BYTES),
        )
        return data, hashlib.sha256(data).digest()

    def _go(self, steps: Sequence[Step]) -> None:
        for step in steps:
            neighbours = self._ports.neighbours()
            match step:
                case PassOn(data, source):
                    if neighbours:
                        neighbours.say(KnockMessage(data), {source})
                case PassBack(data, to):
                    self._send(AdmitMessage(data), to)
                case AnswerStep():
                    self._answer(step)

    def _answer(self, step: AnswerStep) -> None:
        to, statements = self._door.way_to(step.knock), self._ports.statements()
        if to is None or statements is None:
            return
        answer: Answer
        if step.reply == "admitted":
            said = tuple(each.data for each in statements.all)
            answer = Admission(statements.founding.record, said, self._ports.keyring.all())
        else:
            answer = step.reply
        seed = self._ports.fill(32)
        data = make_answer(self._ports.class_id, step.knock.id, step.knock.who.agreement_key, answer, seed)
        if data is not None:
            self._send(AdmitMessage(data), to)

    def _send_knock(self, data: bytes, to: str | None) -> None:
        self._send(KnockMessage(data), to)

    def _send(self, message: KnockMessage | AdmitMessage, to: str | None) -> None:
        neighbours = self._ports.neighbours()
        if neighbours is None:
            return
        if to is None:
            neighbours.say(message)
            return
        neighbour = neighbours.get(to)
        if neighbour:
            neighbour.say(message)
