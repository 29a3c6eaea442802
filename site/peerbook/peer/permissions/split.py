"""An author's own change that has more structs or deletions than one may have, as several that come one after the other
[PER2]. ``core/permissions/split.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..encoding import number_bytes
from .change import Deletion, check_change
from .limits import Limits
from .pieces import run_of

UNBOUNDED = 2**62


def unbounded(limits: Limits) -> Limits:
    """What may be split: so large as it is, of as many structs and ranges as there are."""
    return replace(limits, structs=UNBOUNDED, ranges=UNBOUNDED)


def split_change(data: bytes, client: int, limits: Limits) -> list[bytes]:
    """The deletions go with the last, as far as they fit; :class:`~.change.Refused` for what is no change of
    ``client``.
    """
    change = check_change(data, client, replace(unbounded(limits), bytes_=UNBOUNDED))
    structs, deletes = change.structs, change.deletes
    if len(structs) <= limits.structs and len(deletes) <= limits.ranges:
        return [data]
    is_apart = len(deletes) > limits.ranges
    pieces: list[bytes] = []
    for first in range(0, len(structs), limits.structs):
        end = min(first + limits.structs, len(structs))
        is_last = end == len(structs) and not is_apart
        pieces.append(run_of(change, first, end) + (data[change.structs_end :] if is_last else b"\x00"))
    for first in range(0, len(deletes) if is_apart else 0, limits.ranges):
        pieces.append(_deletions(deletes[first : first + limits.ranges]))
    return pieces


def _deletions(deletes: Sequence[Deletion]) -> bytes:
    """Deletions alone, in the order in which a change has them."""
    clients: dict[int, list[Deletion]] = {}
    for each in deletes:
        clients.setdefault(each.client, []).append(each)
    numbers = [0, len(clients)]
    for client, ranges in clients.items():
        numbers += [client, len(ranges)]
        for each in ranges:
            numbers += [each.start, each.end - each.start]
    return b"".join(map(number_bytes, numbers))
