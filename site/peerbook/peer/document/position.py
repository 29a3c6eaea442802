"""Where a cell stands: a fractional index [DOC3, DOC4], so that an insert or a move writes one cell and nobody
else's. Pure.

A position is a fraction between 0 and 1 in base 62 without the leading "0." and without trailing zeros.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ...genesis import POSITION_DIGITS

_BASE = 62
_ROOM = _BASE**3
"""Free places a gap must offer before one is picked at random: two people inserting at one spot seldom meet."""
_POSITION = re.compile(r"[0-9A-Za-z]*[1-9A-Za-z]")

Below = Callable[[int], int]
"""Whole numbers below a limit, each as likely."""


def position_of(value: object) -> str:
    """A value read from a document as a position; what cannot be one counts as the very beginning."""
    return value if isinstance(value, str) and _POSITION.fullmatch(value) else ""


def positions_between(low: str, high: str | None, count: int, below: Below) -> list[str] | None:
    """``count`` new positions, ascending, strictly between ``low`` and ``high`` ('' is the beginning, None the end).

    None when there is no place between them (they are equal or in the wrong order): the caller moves the second.
    """
    if high is not None and high <= low:
        return None
    width = max(1, len(low), len(high or ""))
    while True:
        start = _read(low, width)
        end = _BASE**width if high is None else _read(high, width)
        if end - start > _ROOM * (count + 1):
            break
        width += 1
    # After the last cell step away a little, not half of what is left: so a notebook keeps short keys.
    step = _ROOM if high is None else (end - start) // (count + 1)
    jitter = min(step, _ROOM) // 2
    back = 0 if high is None else jitter // 2
    return [_write(start + step * (index + 1) - back + below(jitter), width) for index in range(count)]


def _read(position: str, width: int) -> int:
    value = 0
    for digit in position.ljust(width, "0"):
        value = value * _BASE + POSITION_DIGITS.index(digit)
    return value


def _write(value: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        value, digit = divmod(value, _BASE)
        digits = POSITION_DIGITS[digit] + digits
    return digits.rstrip("0")
