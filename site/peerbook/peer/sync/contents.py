"""What a document says, in a few bytes: two with the same log compare it. Yjs orders by arrival what stands between
places that no editor gives, and then the same log makes two documents [PER6]. ``core/sync/contents.ts`` in Python.
Pure.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

from pycrdt import Doc, Map

from ..clock import Clock
from ..overlay.messages import DIGEST_BYTES

QUIET_MS = 2000
"""Nothing changed for so long: what is on its way has arrived. `content_quiet_ms`."""
SETTLE_EVERY_MS = 30_000
"""From one document built anew because of what a neighbour says to the next, at least. `settle_every_ms`."""
_ROOTS = ("cells", "meta")
_MOST_PLAIN = 21
"""JavaScript writes numbers with so many digits before the point without an exponent, and with six zeros after it."""
_LEAST_PLAIN = -6


class Contents:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: bytes | None = None
        self._changed_at = -math.inf
        self._built: bytes | None = None
        """The log as it was when the document was built of it last."""
        self._built_at = -math.inf

    def changed(self) -> None:
        self._known = None
        self._changed_at = self._clock.now()

    def quiet(self, doc: Doc[Any]) -> bytes | None:
        """None while it changes."""
        if self._clock.now() - self._changed_at < QUIET_MS:
            return None
        self._known = self._known or content_digest(doc)
        return self._known

    def may_build(self, log: bytes) -> bool:
        """Whether to build the document of this log: not twice, and not all the time."""
        now = self._clock.now()
        if self._built == log or now - self._built_at < SETTLE_EVERY_MS:
            return False
        self._built, self._built_at = log, now
        return True


def content_digest(doc: Doc[Any]) -> bytes:
    """Half a SHA-256 of what the root maps say."""
    roots = [doc.get(name, type=Map).to_py() for name in _ROOTS]
    return hashlib.sha256(content_text(roots).encode("utf-8", "replace")).digest()[:DIGEST_BYTES]


def content_text(value: Any) -> str:
    """JSON as JavaScript spells it, keys in the order of their UTF-16 units."""
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case bool() | None:
            return json.dumps(value)
        case int() | float():
            return _number_text(value)
        case dict():
            entries = sorted(value.items(), key=lambda entry: entry[0].encode("utf-16-be", "surrogatepass"))
            return "{" + ",".join(f"{content_text(key)}:{content_text(each)}" for key, each in entries) + "}"
        case list():
            return "[" + ",".join(map(content_text, value)) + "]"
    raise TypeError(f"not JSON: {type(value).__name__}")


def _number_text(value: float) -> str:
    """The shortest digits that are this number, which Python and JavaScript find alike and set differently."""
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(float(value))!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= _MOST_PLAIN:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= _MOST_PLAIN:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if _LEAST_PLAIN < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    power = point - 1
    return f"{sign}{digits[0]}{'.' if digits[1:] else ''}{digits[1:]}e{'+' if power > 0 else '-'}{abs(power)}"
