"""How many items Yjs and yrs look at while they find the place of each struct: a stopwatch of work for documents, as no
two computers need the same time. It goes by the same order of structs as they do (YATA), character by character.
"""

from __future__ import annotations

from typing import Any

from pycrdt import Doc

from peerbook.peer.encoding import Reader
from peerbook.peer.permissions.change import CheckedChange, Id, Struct, check_change
from peerbook.peer.permissions.limits import NOTEBOOK_LIMITS, Limits

UNBOUNDED = 2**62
LIMITS = Limits(NOTEBOOK_LIMITS.roots, bytes_=UNBOUNDED, structs=UNBOUNDED, ranges=UNBOUNDED)


def read(data: bytes, limits: Limits = LIMITS) -> CheckedChange:
    """A change of whichever client it has."""
    reader = Reader(data)
    reader.number()
    reader.number()
    return check_change(data, reader.number(), limits)


class _Item:
    __slots__ = ("client", "clock", "left", "next", "place", "right")

    def __init__(self, place: Any, id_: Id, left: Id | None, right: Id | None):
        self.place = place
        self.client, self.clock = id_
        self.left, self.right = left, right
        self.next: _Item | None = None


class CountingDoc(Doc[Any]):
    looks = 0
    """Items that were looked at, of all documents together."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._items: dict[Id, _Item] = {}
        self._firsts: dict[Any, _Item] = {}
        """By place, what the first item comes after."""

    def apply_update(self, update: bytes) -> None:
        if update[0]:
            change = read(update)
            for struct in change.structs:
                self._find_place(change.client, struct)
        super().apply_update(update)

    def _find_place(self, client: int, struct: Struct) -> None:
        if struct.content == "gone":
            return
        left = self._items.get(struct.left) if struct.left else None
        right = self._items.get(struct.right) if struct.right else None
        beside = left or right
        if beside is None and struct.parent is None:
            return
        place = beside.place if beside else (struct.parent, struct.key)
        first = self._firsts.setdefault(place, _Item(place, (0, 0), None, None))
        after = self._last_before(_Item(place, (client, struct.clock), struct.left, struct.right), left or first, right)
        for clock in range(struct.clock, struct.clock + struct.length):
            origin = struct.left if clock == struct.clock else (client, clock - 1)
            item = self._items[client, clock] = _Item(place, (client, clock), origin, struct.right)
            item.next, after.next = after.next, item
            after = item

    def _last_before(self, item: _Item, left: _Item, right: _Item | None) -> _Item:
        """What the item comes after, of those between its left and its right."""
        before: set[Id] = set()
        conflicting: set[Id] = set()
        other = left.next
        while other is not None and other is not right:
            CountingDoc.looks += 1
            id_ = other.client, other.clock
            before.add(id_)
            conflicting.add(id_)
            if other.left == item.left:
                if other.client < item.client:
                    left = other
                    conflicting.clear()
                elif other.right == item.right:
                    break
            elif other.left in before:
                if other.left not in conflicting:
                    left = other
                    conflicting.clear()
            else:
                break
            other = other.next
        return left
