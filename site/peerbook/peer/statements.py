"""The statements of a class that are kept, as ``core/class/statements.ts``. Pure; ROL8 in docs/SPEC.md."""

from __future__ import annotations

from collections.abc import Iterable

from .founding import Founding
from .identity import participant_of, sha256
from .roles import Roles, Word, in_order, is_owners, reign_of, words_of
from .statement import Statement, Succession

STATEMENTS_BYTES = 4_000_000
"""Of one author, and of all that wait; ``statements_bytes`` in docs/protocol.json."""


class Statements:
    """Which are kept depends on what they say and not on the order in which they came."""

    def __init__(self, founding: Founding, most: int = STATEMENTS_BYTES) -> None:
        self.founding = founding
        self._most = most
        self._kept: dict[str, Statement] = {}
        self._waiting: dict[str, Statement] = {}
        self._roles: Roles | None = None
        self._reign = reign_of(founding, [])
        self._words: dict[str, Word] = {}
        self._counts: frozenset[str] = frozenset()

    @property
    def roles(self) -> Roles:
        """What follows from all that are kept."""
        self._roles = self._roles or Roles(self.founding, self._kept.values())
        return self._roles

    @property
    def all(self) -> list[Statement]:
        """In the order of number and id: what a newcomer is given."""
        return in_order(self._kept.values())

    def __contains__(self, statement_id: str) -> bool:
        return statement_id in self._kept or statement_id in self._waiting

    def get(self, statement_id: str) -> Statement | None:
        """One that is kept."""
        return self._kept.get(statement_id)

    def summary(self) -> bytes:
        """What two compare first, 32 bytes: equal when both keep the same."""
        return sha256(b"".join(map(bytes.fromhex, sorted(self._kept))))

    def take(self, statements: Iterable[Statement]) -> list[Statement]:
        """Take statements that were verified; those that are kept now and were not before come back."""
        new = {each.id: each for each in statements if each.id not in self}
        if not any(map(self._matters, new.values())):
            # Strangers make no work.
            self._wait([*self._waiting.values(), *new.values()])
            return []
        before, self._roles = self._kept, None
        candidates = [*before.values(), *self._waiting.values(), *new.values()]
        self._kept = {each.id: each for each in self._keep(in_order(candidates))}
        self._wait([each for each in candidates if each.id not in self._kept])
        return [each for each in self._kept.values() if each.id not in before]

    def _matters(self, statement: Statement) -> bool:
        """Whether it may be kept, or change what is: the work is then in proportion to all that are here."""
        if isinstance(statement.body, Succession):
            return statement.author == self.founding.recovery_key
        if statement.id in self._counts or (
            statement.author == self._reign.key and statement.number > self._reign.since
        ):
            return True
        word = self._words.get(participant_of(statement.author))
        return word is not None and word.body.role == "instructor"

    def _wait(self, statements: list[Statement]) -> None:
        """Who waited longest goes first."""
        size = sum(len(each.data) for each in statements)
        for gone, each in enumerate(statements):
            if size <= self._most:
                statements = statements[gone:]
                break
            size -= len(each.data)
        else:
            statements = []
        self._waiting = {each.id: each for each in statements}

    def _keep(self, ordered: list[Statement]) -> list[Statement]:
        successions = [
            each for each in ordered if isinstance(each.body, Succession) and each.author == self.founding.recovery_key
        ]
        successions = self._bounded(successions, frozenset())
        reign = reign_of(self.founding, successions)
        owners = self._bounded([each for each in ordered if is_owners(reign, each)], reign.counts)
        words = words_of(owners)
        kept = {each.id: each for each in (*successions, *owners)}
        theirs: dict[bytes, list[Statement]] = {}
        for each in ordered:
            author = participant_of(each.author)
            word = words.get(author)
            is_theirs = word is not None and (word.body.role == "instructor" or each.id in word.body.counts)
            if is_theirs and each.id not in kept and not isinstance(each.body, Succession):
                theirs.setdefault(each.author, []).append(each)
        counts = frozenset(one for word in words.values() for one in word.body.counts)
        self._reign, self._words, self._counts = reign, words, counts | reign.counts
        for said in theirs.values():
            kept |= {each.id: each for each in self._bounded(said, counts)}
        return list(kept.values())

    def _bounded(self, ordered: list[Statement], counts: frozenset[str]) -> list[Statement]:
        """The first of each author, up to the one that reaches the bound, and those named as counting."""
        sizes: dict[bytes, int] = {}
        kept: list[Statement] = []
        for each in ordered:
            if each.id in counts:
                kept.append(each)
                continue
            size = sizes.get(each.author, 0)
            sizes[each.author] = size + len(each.data)
            if size <= self._most:
                kept.append(each)
        return kept
