"""The statements of a class that are kept, as ``core/class/statements.ts``. Pure; ROL8 in docs/SPEC.md."""

from __future__ import annotations

from collections.abc import Iterable

from .founding import Founding
from .identity import participant_of, sha256
from .roles import Roles, in_order, is_owners, reign_of, words_of
from .statement import Standing, Statement, Succession

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
        if not new:
            return []
        before, self._roles = self._kept, None
        candidates = [*before.values(), *self._waiting.values(), *new.values()]
        self._kept = {each.id: each for each in self._keep(in_order(candidates))}
        staying: list[Statement] = []
        size = 0
        for each in reversed(candidates):
            if each.id not in self._kept:
                size += len(each.data)
                if size > self._most:
                    break
                staying.append(each)
        self._waiting = {each.id: each for each in reversed(staying)}
        return [each for each in self._kept.values() if each.id not in before]

    def _keep(self, ordered: list[Statement]) -> list[Statement]:
        successions = [
            each for each in ordered if isinstance(each.body, Succession) and each.author == self.founding.recovery_key
        ]
        successions = self._bounded(successions, frozenset())
        reign = reign_of(self.founding, successions)
        owners = self._bounded([each for each in ordered if is_owners(reign, each)], reign.counts)
        # Whoever was instructor once is kept with all they said: what of it counts may change.
        named = {
            each.body.participant
            for each in owners
            if isinstance(each.body, Standing) and each.body.role == "instructor"
        }
        words = words_of(owners)
        kept = {each.id: each for each in (*successions, *owners)}
        theirs: dict[bytes, list[Statement]] = {}
        for each in ordered:
            author = participant_of(each.author)
            is_theirs = author in named or (author in words and each.id in words[author].body.counts)
            if is_theirs and each.id not in kept and not isinstance(each.body, Succession):
                theirs.setdefault(each.author, []).append(each)
        counts = frozenset(one for word in words.values() for one in word.body.counts)
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
