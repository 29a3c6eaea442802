"""What a root key states about the class, byte for byte as ``core/class/statement.ts``.

Pure. The rules are ROL1 and ROL2 in docs/SPEC.md, the golden vectors ``tests/protocol/statements.json``. Reading never
raises for what others wrote.
"""

from __future__ import annotations

import enum
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from .crypto import verify
from .encoding import Reader, ReadFault, Unreadable, number_bytes, text_bytes
from .envelope import SESSION_BYTES, session_bytes, session_text
from .founding import CLASS_BYTES
from .identity import PARTICIPANT_BYTES, sha256, tagged

STATEMENT_BYTES = 65_536
"""``statement_bytes`` in docs/protocol.json."""
FRONTIER_BYTES = 49_152
MOST_COUNTS = 500
"""Statements that one statement lets count, however long its frontier is."""
EPOCHS_AHEAD = 1_000_000
"""How far above the owner's last epoch an instructor's may be. ``epochs_ahead`` in docs/protocol.json."""
EPOCH_MEMBERS = 4000
"""Members that a statement closing the door names. ``epoch_members`` in docs/protocol.json."""
TEAM_MEMBERS = 64
"""``team_members`` in docs/protocol.json."""
TEAM_NAME_CHARS = 40
"""What a team is called, in UTF-16 units. ``team_name_chars`` in docs/protocol.json."""
KEY_BYTES = HASH_BYTES = 32
SIGNATURE_BYTES = 64
_WHAT = tagged("statement")
_DOCUMENT = re.compile(r"[!-~]{1,255}", re.ASCII)

StatedRole = Literal["instructor", "attendee", "viewer", "removed"]
STATED_ROLES: tuple[StatedRole, ...] = ("instructor", "attendee", "viewer", "removed")
Door = Literal["open", "closed"]
DOORS: tuple[Door, ...] = ("open", "closed")


class StatementFault(enum.StrEnum):
    """What can be wrong with a statement's bytes; the words of ``STATEMENT_FAULTS`` in statement.ts."""

    TOO_LARGE = "too-large"
    WHAT = "what"
    CLASS = "class"
    KIND = "kind"
    CUT_SHORT = "cut-short"
    NUMBER = "number"
    LEFT_OVER = "left-over"
    VALUE = "value"
    ORDER = "order"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one session counts in one document."""

    document: str
    session: str
    count: int
    """0: of a session in which its author may write, nothing counts all the same."""
    chain: bytes
    """The chain there, 32 bytes."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's role, and what of what they said and wrote counts."""

    participant: str
    role: StatedRole
    counts: tuple[str, ...] = ()
    """Ids of their own statements, ascending."""
    frontier: tuple[Reach, ...] = ()
    """In the order of document and session."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """A key of the class from now on."""

    epoch: int
    door: Door
    key_hash: bytes
    """SHA-256 of the epoch's key."""
    members: tuple[str, ...] = ()
    """With the door closed: who of those nobody spoke of is a member, ascending. With the door open, nobody."""


@dataclass(frozen=True, slots=True)
class Succession:
    """Another owner, stated by the recovery key."""

    owner_key: bytes
    counts: tuple[str, ...] = ()
    frontier: tuple[Reach, ...] = ()


@dataclass(frozen=True, slots=True)
class Sharing:
    """Whether the outputs of everybody's own notebooks are shown to the class."""

    outputs: bool


@dataclass(frozen=True, slots=True)
class Fork:
    """Removed, as a session of theirs said two things."""

    participant: str
    proof: bytes
    """SHA-256 of the proof."""
    counts: tuple[str, ...] = ()
    frontier: tuple[Reach, ...] = ()

    @property
    def role(self) -> StatedRole:
        """What a fork makes of somebody."""
        return "removed"


@dataclass(frozen=True, slots=True)
class Team:
    """Who is in a team from now on."""

    team: str
    """32 hex digits: the owner in the names of its documents."""
    name: str
    key_hash: bytes
    """SHA-256 of the key that its documents are written with from now on."""
    members: tuple[str, ...] = ()
    """Participants, ascending. Nobody: the team is over."""
    frontier: tuple[Reach, ...] = ()
    """How far sessions of those count who were members, in the team's documents."""


Body = Standing | Epoch | Succession | Sharing | Fork | Team
KINDS: tuple[type[Body], ...] = (Standing, Epoch, Succession, Sharing, Fork, Team)
"""The byte on the wire is the index."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A body, who said it, and its number."""

    author: bytes
    """The author's root key; the recovery key for a succession."""
    number: int
    body: Body
    id: str
    """Hex SHA-256 of ``data``."""
    data: bytes


class Signs(Protocol):
    """Who signs a statement: :class:`peerbook.peer.crypto.Signer`."""

    key: bytes

    def sign(self, message: bytes) -> bytes: ...


class _Wrong(ValueError):
    def __init__(self, fault: StatementFault) -> None:
        super().__init__(fault)
        self.fault = fault


def sign_statement(signer: Signs, class_id: bytes, number: int, body: Body) -> Statement:
    """A statement of one's own; ValueError for a body that is none."""
    kind = bytes([KINDS.index(type(body))])
    unsigned = b"".join((_WHAT, class_id, signer.key, number_bytes(number), kind, _body_bytes(body)))
    data = unsigned + signer.sign(unsigned)
    statement = decode_statement(class_id, data)
    if isinstance(statement, StatementFault):
        raise ValueError(f"not a statement: {statement}")
    return statement


def read_statement(class_id: bytes, data: bytes) -> Statement | StatementFault:
    """Read a statement that anybody may have written, and verify that its author signed it [ROL1]."""
    statement = decode_statement(class_id, data)
    if isinstance(statement, Statement) and not verify(
        statement.author, data[-SIGNATURE_BYTES:], data[:-SIGNATURE_BYTES]
    ):
        return StatementFault.SIGNATURE
    return statement


def decode_statement(class_id: bytes, data: bytes) -> Statement | StatementFault:
    """What it says; nothing is verified."""
    if len(data) > STATEMENT_BYTES:
        return StatementFault.TOO_LARGE
    if not data.startswith(_WHAT):
        return StatementFault.WHAT
    reader = Reader(data, len(_WHAT))
    try:
        return _decode(reader, class_id)
    except Unreadable as wrong:
        return _FAULT_OF[wrong.fault]
    except _Wrong as wrong:
        return wrong.fault


def fit_frontier(reaches: Iterable[Reach]) -> tuple[Reach, ...]:
    """A frontier in its order, cut to what fits in a statement: where there is too much, the shortest sessions go."""
    longest = sorted(reaches, key=lambda reach: (-reach.count, _place(reach)))
    most = len(longest)
    while True:
        kept = tuple(sorted(longest[:most], key=_place))
        size = len(frontier_bytes(kept))
        if size <= FRONTIER_BYTES:
            return kept
        most = min(most - 1, most * FRONTIER_BYTES // size)


def _place(reach: Reach) -> tuple[str, bytes]:
    return reach.document, session_bytes(reach.session)


def _body_bytes(body: Body) -> bytes:
    match body:
        case Standing():
            role = bytes([STATED_ROLES.index(body.role)])
            return bytes.fromhex(body.participant) + role + _bounds_bytes(body.counts, body.frontier)
        case Epoch():
            data = number_bytes(body.epoch) + bytes([DOORS.index(body.door)]) + body.key_hash
            return data + _members_bytes(body.members) if body.door == "closed" else data
        case Succession():
            return body.owner_key + _bounds_bytes(body.counts, body.frontier)
        case Sharing():
            return bytes([body.outputs])
        case Fork():
            return bytes.fromhex(body.participant) + body.proof + _bounds_bytes(body.counts, body.frontier)
        case Team():
            head = bytes.fromhex(body.team) + text_bytes(body.name) + body.key_hash
            return head + _members_bytes(body.members) + frontier_bytes(body.frontier)


def _members_bytes(members: tuple[str, ...]) -> bytes:
    return number_bytes(len(members)) + b"".join(map(bytes.fromhex, members))


def _bounds_bytes(counts: tuple[str, ...], frontier: tuple[Reach, ...]) -> bytes:
    return number_bytes(len(counts)) + b"".join(map(bytes.fromhex, counts)) + frontier_bytes(frontier)


def frontier_bytes(frontier: tuple[Reach, ...]) -> bytes:
    documents: dict[str, list[Reach]] = {}
    for reach in frontier:
        documents.setdefault(reach.document, []).append(reach)
    parts = [number_bytes(len(documents))]
    for document, reaches in documents.items():
        parts += [text_bytes(document), number_bytes(len(reaches))]
        for reach in reaches:
            parts += [session_bytes(reach.session), number_bytes(reach.count), reach.chain]
    return b"".join(parts)


def _decode(reader: Reader, class_id: bytes) -> Statement:
    if reader.take(CLASS_BYTES) != class_id:
        raise _Wrong(StatementFault.CLASS)
    author = reader.take(KEY_BYTES)
    number = reader.number()
    kind = reader.byte()
    if kind >= len(KINDS):
        raise _Wrong(StatementFault.KIND)
    # What is there may still be cut short: that is said first, so what is no value waits.
    wrong: set[StatementFault] = set()
    body = _read_body(reader, KINDS[kind], wrong)
    reader.take(SIGNATURE_BYTES)
    if reader.left:
        raise _Wrong(StatementFault.LEFT_OVER)
    for fault in (StatementFault.VALUE, StatementFault.ORDER):
        if fault in wrong:
            raise _Wrong(fault)
    assert body is not None
    return Statement(author, number, body, sha256(reader.data).hex(), reader.data)


def _read_body(reader: Reader, kind: type[Body], wrong: set[StatementFault]) -> Body | None:
    body: Body | None
    if kind is Standing:
        participant = reader.take(PARTICIPANT_BYTES).hex()
        role = dict(enumerate(STATED_ROLES)).get(reader.byte())
        counts, frontier = _read_bounds(reader, wrong)
        body = Standing(participant, role, counts, frontier) if role else None
    elif kind is Epoch:
        epoch, door = reader.number(), dict(enumerate(DOORS)).get(reader.byte())
        key_hash = reader.take(HASH_BYTES)
        members = _read_members(reader, wrong) if door == "closed" else ()
        body = Epoch(epoch, door, key_hash, members) if door and len(members) <= EPOCH_MEMBERS else None
    elif kind is Succession:
        body = Succession(reader.take(KEY_BYTES), *_read_bounds(reader, wrong))
    elif kind is Sharing:
        shared = reader.byte()
        body = Sharing(shared == 1) if shared < 2 else None
    elif kind is Team:
        team, name, key_hash = reader.take(PARTICIPANT_BYTES).hex(), reader.text(), reader.take(HASH_BYTES)
        members = _read_members(reader, wrong)
        is_right = 1 <= len(name.encode("utf-16-le")) // 2 <= TEAM_NAME_CHARS and len(members) <= TEAM_MEMBERS
        frontier = _read_frontier(reader, wrong)
        body = Team(team, name, key_hash, members, frontier) if is_right else None
    else:
        participant, proof = reader.take(PARTICIPANT_BYTES).hex(), reader.take(HASH_BYTES)
        body = Fork(participant, proof, *_read_bounds(reader, wrong))
    if body is None:
        wrong.add(StatementFault.VALUE)
    return body


def _read_members(reader: Reader, wrong: set[StatementFault]) -> tuple[str, ...]:
    members = [reader.take(PARTICIPANT_BYTES).hex() for _ in range(_length(reader, PARTICIPANT_BYTES))]
    _must_ascend(members, wrong)
    return tuple(members)


def _read_bounds(reader: Reader, wrong: set[StatementFault]) -> tuple[tuple[str, ...], tuple[Reach, ...]]:
    counts = [reader.take(HASH_BYTES).hex() for _ in range(_length(reader, HASH_BYTES))]
    _must_ascend(counts, wrong)
    return tuple(counts), _read_frontier(reader, wrong)


def _read_frontier(reader: Reader, wrong: set[StatementFault]) -> tuple[Reach, ...]:
    frontier: list[Reach] = []
    documents: list[str] = []
    for _ in range(_length(reader, 2)):
        documents.append(reader.text())
        sessions: list[bytes] = []
        for _ in range(_length(reader, SESSION_BYTES + 1 + HASH_BYTES)):
            sessions.append(reader.take(SESSION_BYTES))
            count, chain = reader.number(), reader.take(HASH_BYTES)
            frontier.append(Reach(documents[-1], session_text(sessions[-1]), count, chain))
        if not sessions or not _DOCUMENT.fullmatch(documents[-1]):
            wrong.add(StatementFault.VALUE)
        _must_ascend(sessions, wrong)
    _must_ascend(documents, wrong)
    return tuple(frontier)


def _length(reader: Reader, least: int) -> int:
    """How many entries follow; a number that cannot be is as good as one more than there is room for."""
    return min(reader.number(), reader.left // least + 1)


def _must_ascend(values: list[str] | list[bytes], wrong: set[StatementFault]) -> None:
    if any(not before < after for before, after in itertools.pairwise(values)):  # type: ignore[operator]
        wrong.add(StatementFault.ORDER)


_FAULT_OF: dict[ReadFault, StatementFault] = {
    "cut-short": StatementFault.CUT_SHORT,
    "number": StatementFault.NUMBER,
    "text": StatementFault.VALUE,
}
