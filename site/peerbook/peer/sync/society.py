"""The class as one participant knows it: how it was founded, what was stated, which keys are here; who may what by
that, and the door through which others come in. It is what the engine asks, and what hears the class's own messages.
``core/sync/society.ts`` in Python. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from ..clock import Clock
from ..envelope import Envelope
from ..founding import Founding, FoundingFault, everyone_of, read_founding
from ..identity import Introduction, OwnSession
from ..keys.answer import Admission
from ..keys.documents import document_key, keeper_of, secret_kind_of
from ..keys.keyring import Keyring, Oneself
from ..keys.knocking import KnockState
from ..keys.undone import Undone
from ..keys.wrapping import Wrapping, WrappingPorts
from ..overlay.messages import STREAM_BYTES, AdmitMessage, ClassMessage, HeardOf, KnockMessage, StatementMessage
from ..overlay.neighbours import Neighbour, Neighbours
from ..readmission import Reached
from ..roles import ClassEpoch, Cut, Roles
from ..sealed import DocumentKey
from ..secret import Secret
from ..statement import Statement, StatementFault, read_statement
from ..statements import Statements
from .doorway import Doorway, DoorwayPorts
from .options import Standing
from .stating import Stating
from .teaming import Teaming, Teams


@dataclass(frozen=True, slots=True)
class Known:
    """What one has of a class from before: who founded it has all of it, who comes for the first time has nothing."""

    founding: bytes | None = None
    statements: tuple[bytes, ...] = ()
    keys: tuple[tuple[int, bytes], ...] = field(default=(), repr=False)
    wraps: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class SocietyOptions:
    clock: Clock
    fill: Callable[[int], bytes]
    own: OwnSession
    root: Secret
    """The root key's seed: secrets of one's own documents follow from it."""
    class_id: bytes
    join_secret: bytes = field(repr=False)
    name: str
    """As one is called, for who opens the door."""
    known: Known = Known()
    learned: Callable[[Known], None] = lambda known: None
    """To be stored: all that is known now."""
    knock_state: Callable[[KnockState], None] = lambda state: None


@dataclass(frozen=True, slots=True)
class SocietyPorts:
    """What the society asks of the engine."""

    neighbours: Neighbours
    rules_changed: Callable[[bool], None]
    """Who may what may be different; with True, other keys are stated for an epoch than were: what was sealed with one
    that does not count is to be left out, and what was refused for its key may be right.
    """
    keys_changed: Callable[[], None]
    devices_of: Callable[[str], Collection[bytes]] = lambda participant: ()
    """Agreement keys of somebody's devices, as far as they are known here."""


class Society:
    def __init__(self, options: SocietyOptions) -> None:
        self._options = options
        self._statements: Statements | None = None
        self._ports: SocietyPorts | None = None
        self._undone = Undone()
        self._participant = options.own.introduced.participant
        self._everyone = everyone_of(options.class_id)
        self.keyring = Keyring(
            self._everyone,
            Oneself(self._participant, options.root, options.class_id),
            lambda: [each.epoch for each in self._epochs],
            self._stated,
            self._team_keys,
        )
        self._mine: dict[str, None] = {}
        """Documents of one's own, whose secrets others are given."""
        self._wrapping = Wrapping(
            WrappingPorts(
                options.class_id,
                self._everyone,
                options.own,
                self.keyring,
                options.fill,
                self._readers,
                lambda document: "/outputs." in document and self.roles is not None and self.roles.outputs_shared,
                Teams(lambda: self.roles, options.own, self._devices_of),
                lambda data: self._pass_on_wraps(data, ""),
                self._keys_changed,
            )
        )
        self.doorway = Doorway(
            DoorwayPorts(
                options.clock,
                options.fill,
                options.own,
                options.class_id,
                options.join_secret,
                options.name,
                self.keyring,
                lambda: self._statements,
                lambda: self._ports.neighbours if self._ports else None,
                self._learn,
                options.knock_state,
            )
        )
        self.stating = Stating(
            options.class_id,
            options.own,
            options.fill,
            lambda: self.roles,
            lambda statement: self.take([statement]),
            self.take_key,
            lambda: self.teaming.renew(),
        )
        """What one states, if one may."""
        self.teaming = Teaming(self.keyring, options.fill, lambda: self.roles, self.stating.state, self._keys_changed)
        known = options.known
        if known.founding is not None:
            self._learn(Admission(known.founding, known.statements, known.keys))
        for wraps in known.wraps:
            self._wrapping.hear(wraps)

    @property
    def roles(self) -> Roles | None:
        """None while it is not known how the class was founded."""
        return self._statements.roles if self._statements else None

    def begin(self, ports: SocietyPorts) -> None:
        self._ports = ports
        self.doorway.begin()

    def end(self) -> None:
        self.doorway.end()

    # What the engine asks (`Rules`, `Keys`).

    def standing(self, who: Introduction, place: Envelope) -> Standing:
        roles = self.roles
        # What is sealed for an epoch that nobody stated may be anything.
        if roles is None or not self._undone.is_stated(place.epoch):
            return "unknown"
        if self._is_outside(who.participant):
            return "unknown"
        is_allowed = roles.may_have(who.participant, place.document, place.kind, place.session, place.sequence)
        return "may" if is_allowed else "may-not"

    def cut_of(self, document: str, session: str, participant: str) -> Cut | None:
        roles = self.roles
        is_all = roles is None or self._is_outside(participant)
        return None if is_all or roles is None else roles.cut_of(document, session, participant)

    @property
    def undone(self) -> Collection[int]:
        return self._undone.epochs

    def is_owner(self, participant: str) -> bool:
        return self.roles is not None and self.roles.owner == participant

    def key_for(self, document: str, kind: str) -> DocumentKey | None:
        epoch = self.keyring.newest
        keys = () if epoch is None else self.keys_of(document, kind, epoch)
        is_own = secret_kind_of(document, self._everyone) == "own" and keeper_of(document) == self._participant
        if keys and is_own and document not in self._mine:
            self._mine[document] = None
            self._wrapping.look(document)
        return DocumentKey(epoch, keys[0]) if epoch is not None and keys else None

    def keys_of(self, document: str, kind: str, epoch: int) -> Sequence[bytes]:
        if not self._undone.is_stated(epoch):
            # Nobody takes what is sealed for it: nor do one's own secrets open it, which follow from the number alone.
            return ()
        if kind == "record":
            # What somebody says of themselves is for all, whatever it is about.
            return [document_key(secret, document) for secret in self.keyring.epoch_keys(epoch)]
        return self.keyring.keys_of(document, epoch).keys

    def are_all(self, document: str, kind: str, epoch: int) -> bool:
        # Which of a team's keys something is sealed with is not said: it may be one that is stated only now.
        secret = "class" if kind == "record" else secret_kind_of(document, self._everyone)
        return secret == "own" or (secret == "class" and self.keyring.missing_of([epoch]) == 0)

    # What hears the class's own messages (`ClassEar`).

    @property
    def summary(self) -> bytes | None:
        if self._statements is None:
            return None
        wraps = sorted(hashlib.sha256(data).digest() for data in self._wrapping.all)
        return hashlib.sha256(b"".join([self._statements.summary(), *wraps])).digest()

    def known(self) -> Sequence[HeardOf]:
        return [HeardOf(_stream_of(data), 0) for data in self._entries]

    def tell(self, neighbour: Neighbour, known: Collection[HeardOf]) -> None:
        theirs = {each.stream for each in known}
        for data in self._entries:
            if _stream_of(data) not in theirs:
                neighbour.say(StatementMessage(data))

    def hear(self, peer: str, message: ClassMessage) -> None:
        match message:
            case StatementMessage(data):
                self._hear_statement(peer, data)
            case KnockMessage(data):
                self.doorway.hear_knock(peer, data)
            case AdmitMessage(data):
                self.doorway.hear_answer(peer, data)

    def joined(self, peer: str) -> None:
        self.doorway.joined(peer)

    def left(self, peer: str) -> None:
        self.doorway.left(peer)

    def introduced(self) -> None:
        """Whose a session is has become known: their device may lack what one has to give."""
        for document in self._mine:
            self._wrapping.look(document)
        self._wrapping.handing.look()

    def locked(self) -> None:
        self.doorway.need()

    def admit(self, participant: str, reached: Iterable[Reached]) -> None:
        """Lets somebody in who waits. With the door closed it is stated; ``reached``: how far they are here."""
        self.stating.let_in(participant, reached)
        self.doorway.admit(participant)

    def take(self, statements: Sequence[Statement], source: str = "") -> None:
        """Takes statements that were verified, one's own among them, and passes on what is new."""
        taken = self._statements.take(statements) if self._statements else []
        if not taken:
            return
        is_rekeyed = self._undone.take(self._epochs)
        self._wrapping.handing.changed()
        self._tell()
        if self._ports:
            for each in taken:
                self._ports.neighbours.say(StatementMessage(each.data), {source})
            self._ports.rules_changed(is_rekeyed)
        self.introduced()
        self.doorway.changed()
        self.doorway.need()

    def take_key(self, epoch: int, key: bytes) -> bool:
        """A key of an epoch that was stated; whether it is new."""
        is_new = self.keyring.take_epoch(epoch, key) == "taken"
        if is_new:
            self._keys_changed()
        return is_new

    @property
    def _entries(self) -> list[bytes]:
        """Everything one can say of the class."""
        stated = [each.data for each in self._statements.all] if self._statements else []
        return [*stated, *self._wrapping.all]

    @property
    def _epochs(self) -> Sequence[ClassEpoch]:
        roles = self.roles
        return roles.epochs if roles else ()

    def _stated(self, epoch: int) -> Sequence[bytes]:
        found = next((each for each in self._epochs if each.epoch == epoch), None)
        return [found.key_hash, *found.others] if found else []

    def _team_keys(self, team: str) -> Sequence[bytes]:
        found = self.roles.teams.get(team) if self.roles else None
        return found.key_hashes if found else ()

    def _devices_of(self, participant: str) -> Collection[bytes]:
        return self._ports.devices_of(participant) if self._ports else ()

    def _is_outside(self, participant: str) -> bool:
        """Whether one waits at the door oneself: what one has written is kept, and counts once one is let in."""
        roles = self.roles
        is_own = participant == self._options.own.introduced.participant
        return is_own and roles is not None and roles.role_of(participant) == "outsider"

    def _hear_statement(self, peer: str, data: bytes) -> None:
        if self._statements is None or hashlib.sha256(data).hexdigest() in self._statements:
            return
        statement = read_statement(self._options.class_id, data)
        if isinstance(statement, Statement):
            self.take([statement], peer)
        elif statement is StatementFault.WHAT and self._wrapping.hear(data):
            self._pass_on_wraps(data, peer)

    def _pass_on_wraps(self, data: bytes, source: str) -> None:
        self._tell()
        if self._ports:
            self._ports.neighbours.say(StatementMessage(data), {source})

    def _readers(self) -> list[bytes]:
        """Devices of owner and instructors, as far as they are known here."""
        roles = self.roles
        teachers = [roles.owner, *roles.instructors] if roles else []
        return [key for each in teachers for key in self._devices_of(each)]

    def _learn(self, admission: Admission) -> None:
        """Everything in an admission is verified: whoever let one in need not be believed."""
        founding = read_founding(self._options.class_id, admission.founding)
        if isinstance(founding, FoundingFault):
            return
        is_new = self._found(founding)
        read = [read_statement(self._options.class_id, data) for data in admission.statements]
        self.take([each for each in read if not isinstance(each, StatementFault)])
        taken = [self.keyring.take_epoch(epoch, key) == "taken" for epoch, key in admission.keys]
        if is_new or any(taken):
            if self._ports:
                self._ports.rules_changed(False)
            self._keys_changed()

    def _found(self, founding: Founding) -> bool:
        if self._statements is None:
            self._statements = Statements(founding)
            return True
        return False

    def _keys_changed(self) -> None:
        self._tell()
        self._wrapping.retry()
        self.introduced()
        if self._ports:
            self._ports.keys_changed()
        self.doorway.changed()

    def _tell(self) -> None:
        """What is known now, for storage."""
        if self._statements:
            said = tuple(each.data for each in self._statements.all)
            self._options.learned(
                Known(self._statements.founding.record, said, self.keyring.all(), tuple(self._wrapping.all))
            )


def _stream_of(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:STREAM_BYTES]
