"""Who may what in a class, as ``core/class/roles.ts``: a fold over its founding record and what statements are here.

Pure. The rules are ROL3 to ROL7 in docs/SPEC.md, the golden vectors ``tests/protocol/statements.json``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .access import is_out, place_of, reads_in, writes_in
from .bounds import foremost, subject_of
from .founding import Founding, everyone_of
from .identity import participant_of
from .statement import (
    EPOCH_MEMBERS,
    EPOCHS_AHEAD,
    Body,
    Door,
    Epoch,
    Fork,
    Reach,
    Sharing,
    Standing,
    StatedRole,
    Statement,
    Succession,
    Team,
)

Role = Literal["owner"] | StatedRole | Literal["outsider"]
"""An outsider is whom nobody let in: the door was closed, and no statement says anything of them."""
_MOST_NUMBER = 2**53 - 1
"""The highest a statement may have."""

_participant = functools.lru_cache(4096)(participant_of)


@dataclass(frozen=True, slots=True)
class Cut:
    """How far a session counts; ``chain`` is None only with a count of 0."""

    count: int
    chain: bytes | None


@dataclass(frozen=True, slots=True)
class ClassEpoch:
    """An epoch of keys, as somebody stated it."""

    epoch: int
    door: Door
    key_hash: bytes
    participant: str
    others: tuple[bytes, ...]
    """Of other keys that were stated for it."""
    members: tuple[str, ...] = ()
    """With the door closed: who of those nobody spoke of is a member."""


@dataclass(frozen=True, slots=True)
class ClassTeam:
    """A team, as the statement says that decides [ROL10]."""

    team: str
    name: str
    members: tuple[str, ...]
    """Also those who are out of the class."""
    key_hashes: tuple[bytes, ...]
    """SHA-256 of its keys: the one to write with first, then those before it, the latest first."""
    ever: frozenset[str]
    """All who ever were members, or stated it."""
    is_owners: bool
    """What decides is the owner's word: instructors have none on this team."""
    frontier: tuple[Reach, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """What decides about somebody; ``since``: while they are instructor, their statements above this number count."""

    statement: Statement
    body: Standing | Fork
    since: int


@dataclass(frozen=True, slots=True)
class Reign:
    """Who owns the class, and which statements are the owner's."""

    key: bytes
    since: int
    last: Statement | None
    counts: frozenset[str]
    keys: frozenset[bytes]
    frontier: tuple[Reach, ...]


def in_order(statements: Iterable[Statement]) -> list[Statement]:
    """Each once, by number and id."""
    known = {statement.id: statement for statement in statements}
    return sorted(known.values(), key=lambda each: (each.number, each.id))


def reign_of(founding: Founding, ordered: Iterable[Statement]) -> Reign:
    """The owner: the founding record's, or whom the last succession names [ROL3]."""
    said = [
        (each, each.body)
        for each in ordered
        if isinstance(each.body, Succession) and each.author == founding.recovery_key
    ]
    keys = frozenset([founding.owner_key, *(body.owner_key for _, body in said)])
    if not said:
        return Reign(founding.owner_key, -1, None, frozenset(), keys, ())
    last, body = said[-1]
    since = last.number
    for each, named in reversed(said):
        if named.owner_key != body.owner_key:
            break
        since = each.number
    return Reign(body.owner_key, since, last, frozenset(body.counts), keys, body.frontier)


def is_owners(reign: Reign, statement: Statement) -> bool:
    """Whether a statement counts as the owner's."""
    if isinstance(statement.body, Succession):
        return False
    is_now = statement.author == reign.key and statement.number > reign.since
    return is_now or (statement.author in reign.keys and statement.id in reign.counts)


def words_of(ordered: Iterable[Statement]) -> dict[str, Word]:
    """What decides about each, of statements of one level in their order: the last."""
    words: dict[str, Word] = {}
    for statement in ordered:
        body = statement.body
        if isinstance(body, Standing | Fork):
            before = words.get(body.participant)
            is_still = before is not None and body.role == before.body.role == "instructor"
            since = before.since if before is not None and is_still else statement.number
            words[body.participant] = Word(statement, body, since)
    return words


class Roles:
    """The class, as these statements make it."""

    def __init__(self, founding: Founding, statements: Iterable[Statement]) -> None:
        self.founding = founding
        self.everyone = everyone_of(founding.class_id)
        self._all = in_order(statements)
        self._reign = reign_of(founding, self._all)
        self.owner = _participant(self._reign.key)
        """The participant who owns the class now."""
        self._owners = [each for each in self._all if is_owners(self._reign, each)]
        self._owners_words = words_of(self._owners)
        said_epochs = (each.body.epoch for each in self._owners if isinstance(each.body, Epoch))
        self._owners_epoch = max(said_epochs, default=0)
        self._others = [each for each in self._all if self._is_instructors(each)]
        self._others_words = words_of(self._others)
        succession = [self._reign.last] if self._reign.last else []
        self._owners_ids = frozenset(each.id for each in (*self._owners, *succession))
        self._ids = self._owners_ids | {each.id for each in self._others}
        self.epochs = self._fold_epochs()
        """In their order; the last is the one to seal with."""
        self.teams = self._fold_teams()
        """By id, in order; those that are over too."""
        self._members = frozenset(self.epochs[-1].members) if self.door == "closed" else None
        said = [each.body.outputs for each in (*self._others, *self._owners) if isinstance(each.body, Sharing)]
        self.outputs_shared = bool(said and said[-1])

    @property
    def epoch(self) -> ClassEpoch | None:
        """The last one."""
        return self.epochs[-1] if self.epochs else None

    @property
    def door(self) -> Door:
        """Open until an epoch says otherwise."""
        return self.epoch.door if self.epoch else "open"

    def role_of(self, participant: str) -> Role:
        """Of whom nobody said anything: attendee, while the door is open or who is named where it was closed."""
        if participant == self.owner:
            return "owner"
        word = self._word_on(participant)
        is_member = self._members is None or participant in self._members
        return word.body.role if word else "attendee" if is_member else "outsider"

    def is_out(self, participant: str) -> bool:
        """Whether somebody reads and writes nothing: removed, or not let in."""
        return is_out(self.role_of(participant))

    def members_of(self, known: Iterable[str]) -> tuple[str, ...]:
        """Whom to name when the door is closed, of those who are known: all who are attendees and of whom no statement
        speaks. Who was named before stays."""
        named = dict.fromkeys([*(one for each in self.epochs for one in each.members), *known])
        unspoken = [one for one in named if self.role_of(one) == "attendee" and self._word_on(one) is None]
        return tuple(sorted(unspoken[:EPOCH_MEMBERS]))

    def can_teach(self, participant: str) -> bool:
        """Owner and instructors."""
        return self.role_of(participant) in ("owner", "instructor")

    def is_of_team(self, participant: str, team: str) -> bool:
        """Whether somebody is of a team as far as that goes: a member, or whoever teaches."""
        found = self.teams.get(team)
        return found is not None and (participant in found.members or self.can_teach(participant))

    def reads_team(self, participant: str, team: str) -> bool:
        """Whether somebody may read a team's documents: whom its key is handed to."""
        return self.is_of_team(participant, team) and not self.is_out(participant)

    def frontier_said_of(self, participant: str) -> tuple[Reach, ...]:
        """What the word that decides about somebody says of their sessions; nothing of the owner's."""
        word = None if participant == self.owner else self._word_on(participant)
        return word.body.frontier if word else ()

    def counts(self, statement_id: str) -> bool:
        """Whether a statement has its author's authority."""
        return statement_id in self._ids

    @property
    def instructors(self) -> list[str]:
        """Those who teach besides the owner."""
        return [who for who, word in self._owners_words.items() if word.body.role == "instructor" and who != self.owner]

    def may_state(self, participant: str, body: Body) -> bool:
        """Whether such a statement would have its author's authority."""
        if not self.can_teach(participant) or isinstance(body, Succession):
            return False
        if participant == self.owner:
            return not (isinstance(body, Standing | Fork) and body.participant == self.owner)
        if isinstance(body, Team) and body.team in self.teams and self.teams[body.team].is_owners:
            return False
        return self._is_for_instructors(body)

    def statements_of(self, participant: str) -> tuple[str, ...]:
        """The ids of somebody's statements that count now, for the statement that takes their power away: what to name
        first comes first.
        """
        theirs = (each for each in self._all if each.id in self._ids and _participant(each.author) == participant)
        return foremost(theirs, (*self._others, *self._owners))

    def next_number(self, author: bytes, body: Body) -> int | None:
        """The number for a new statement: above whatever it is to outdo, and not above what somebody without power
        said. The owner's decides before an instructor's whatever their numbers. None when there is none.
        """
        most = max((each.number for each in self._all if self._is_outdone(each, author, body)), default=0)
        return most + 1 if most < _MOST_NUMBER else None

    def _is_outdone(self, statement: Statement, author: bytes, body: Body) -> bool:
        if isinstance(body, Succession):
            return statement.author in (author, body.owner_key) or statement.id in body.counts
        # A promotion begins above all that the promoted said before: nothing of it counts by that.
        is_promotion = isinstance(body, Standing) and body.role == "instructor"
        is_owner = author == self._reign.key
        return (
            statement.author == author
            or statement.id in self._owners_ids
            or (not is_owner and statement.id in self._ids and subject_of(statement.body) == subject_of(body))
            or (is_promotion and isinstance(body, Standing) and _participant(statement.author) == body.participant)
        )

    def cut_of(self, document: str, session: str, participant: str) -> Cut | None:
        """How far a session counts in a document; None: all of it [ROL6]."""
        if participant == self.owner:
            return None
        for reach in self._frontier_on(participant):
            if (reach.document, reach.session) == (document, session):
                return Cut(reach.count, reach.chain if reach.count else None)
        place = place_of(document)
        if place and writes_in(self, participant, place):
            return None
        # Who is of a team no more: what they wrote while they were.
        left = self.teams.get(place.owner) if place and place.branch == "team" else None
        for reach in left.frontier if left and self.role_of(participant) == "attendee" else ():
            if (reach.document, reach.session) == (document, session):
                return Cut(reach.count, reach.chain if reach.count else None)
        return Cut(0, None)

    def may_write(self, participant: str, document: str, kind: str) -> bool:
        """Whether somebody may write such an envelope now [ROL7]."""
        place = place_of(document)
        if place is None or self.is_out(participant):
            return False
        match kind:
            case "document":
                return place.outputs_of is None and writes_in(self, participant, place)
            case "outputs":
                return place.outputs_of is not None and writes_in(self, participant, place)
            case "record":
                is_mark = place.outputs_of is not None and writes_in(self, participant, place)
                return place.branch == "records" or is_mark
            case "awareness":
                return place.outputs_of is None and reads_in(self, participant, place)
        return False

    def may_read(self, participant: str, document: str) -> bool:
        """Whether somebody may read a document now: whom its key is handed to."""
        place = place_of(document)
        return place is not None and reads_in(self, participant, place)

    def may_have(self, participant: str, document: str, kind: str, session: str, sequence: int) -> bool:
        """Whether an envelope may be taken: its author may write there, or it is within what counts."""
        if kind in ("record", "awareness"):
            return self.may_write(participant, document, kind)
        place = place_of(document)
        if place is None or (place.outputs_of is not None) != (kind == "outputs"):
            return False
        cut = self.cut_of(document, session, participant)
        return sequence < cut.count if cut else self.may_write(participant, document, kind)

    def _word_on(self, participant: str) -> Word | None:
        return self._owners_words.get(participant) or self._others_words.get(participant)

    def _is_instructors(self, statement: Statement) -> bool:
        word = self._owners_words.get(_participant(statement.author))
        if word is None or is_owners(self._reign, statement):
            return False
        is_above = word.body.role == "instructor" and statement.number > word.since
        if statement.id not in word.body.counts and not is_above:
            return False
        return self._is_for_instructors(statement.body)

    def _is_for_instructors(self, body: Body) -> bool:
        """Whether it is theirs to say: no promotion, nothing of the owner, nor of whom the owner spoke of."""
        if isinstance(body, Standing | Fork):
            is_free = body.participant != self.owner and body.participant not in self._owners_words
            return is_free and body.role != "instructor"
        if isinstance(body, Epoch):
            # Else one of them could leave no number to anybody.
            return body.epoch <= self._owners_epoch + EPOCHS_AHEAD
        return not isinstance(body, Succession)

    def _frontier_on(self, participant: str) -> tuple[Reach, ...]:
        if word := self._word_on(participant):
            return word.body.frontier
        was_owner = any(_participant(key) == participant for key in self._reign.keys)
        return self._reign.frontier if was_owner else ()

    def _fold_epochs(self) -> tuple[ClassEpoch, ...]:
        epochs: dict[int, ClassEpoch] = {}
        # The owner's behind the instructors': the last one decides.
        for each in (*self._others, *self._owners):
            if isinstance(each.body, Epoch):
                body, before = each.body, epochs.get(each.body.epoch)
                hashes = dict.fromkeys((*before.others, before.key_hash) if before else ())
                hashes.pop(body.key_hash, None)
                participant = _participant(each.author)
                epochs[body.epoch] = ClassEpoch(
                    body.epoch, body.door, body.key_hash, participant, tuple(hashes), body.members
                )
        return tuple(epochs[number] for number in sorted(epochs))

    def _fold_teams(self) -> dict[str, ClassTeam]:
        said: dict[str, list[tuple[Team, str, bool]]] = {}
        for level, is_owners in ((self._others, False), (self._owners, True)):
            for each in level:
                if isinstance(each.body, Team):
                    said.setdefault(each.body.team, []).append((each.body, _participant(each.author), is_owners))
        teams: dict[str, ClassTeam] = {}
        for team in sorted(said):
            last, _, is_owners = said[team][-1]
            hashes = dict.fromkeys(body.key_hash for body, _, _ in reversed(said[team]))
            ever = frozenset(one for body, author, _ in said[team] for one in (*body.members, author))
            teams[team] = ClassTeam(team, last.name, last.members, tuple(hashes), ever, is_owners, last.frontier)
        return teams
