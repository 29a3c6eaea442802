"""What each client wrote as one change, for a document built anew: what of it is there must not follow from how it came
in pieces [PER6]. ``core/permissions/merged.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..merge import merge_changes
from .change import CheckedChange, Refused, check_change
from .limits import Limits
from .replay import admit

_UNBOUNDED = 2**62


def merged(
    genesis: bytes | None, written: Iterable[Sequence[CheckedChange]], cuts: Mapping[int, int], limits: Limits
) -> dict[CheckedChange, Sequence[CheckedChange]]:
    """What is to be taken, in this order, each with what it was made of. ``written``: of each client what counts, in
    its order, of which nothing is refused; some of it may wait.

    What waits is not judged yet. Where one struct of a change shows already that it may not be, while others of it
    still wait, it would take along all that it was merged with: such a change stays as it is, and what its client wrote
    before and after it is two wholes.
    """
    before = list(written)
    apart: list[CheckedChange] = []
    after: list[Sequence[CheckedChange]] = []
    while True:
        wholes = _as_wholes(before, limits)
        refused = admit(genesis, list(wholes), cuts)
        if not refused:
            return wholes | {change: [change] for change in apart} | _as_wholes(after, limits)
        for whole, misplaced in refused.items():
            changes = wholes[whole]
            odd = next(at for at, change in enumerate(changes) if misplaced.clock < change.end)
            wholes[whole] = changes[:odd]
            apart.insert(0, changes[odd])
            after.append(changes[odd + 1 :])
        before = list(wholes.values())


def _as_wholes(
    written: Iterable[Sequence[CheckedChange]], limits: Limits
) -> dict[CheckedChange, Sequence[CheckedChange]]:
    wholes: dict[CheckedChange, Sequence[CheckedChange]] = {}
    for changes in written:
        whole = as_one(changes, limits) if changes else None
        wholes |= {whole: changes} if whole else {change: [change] for change in changes}
    return wholes


def as_one(changes: Sequence[CheckedChange], limits: Limits) -> CheckedChange | None:
    """All changes of one client that are taken, as one: whoever has them merged in another way, or not, has the same.
    None for what cannot be merged.
    """
    joined = merge_changes(change.data for change in changes)
    unbounded = replace(limits, bytes_=_UNBOUNDED, structs=_UNBOUNDED, ranges=_UNBOUNDED, is_segment=True)
    try:
        return check_change(joined.data, changes[0].client, unbounded) if joined else None
    except Refused:
        return None
