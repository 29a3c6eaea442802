"""The recovery file: what lets a teacher take their class over on another machine. As ``core/class/recovery.ts``.

Pure. The rule is CLS8 in docs/SPEC.md, the golden vectors ``tests/protocol/class.json``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal

from .crypto import Signer
from .founding import Founding, found_class
from .identity import sha256, tagged
from .secret import Secret

Reason = Literal["other", "workshop", "missing", "twice", "mistyped", "mixed"]

TITLE = "Peerbook recovery file 1"
WORDS = """\
With this file you can take your class over on another machine, also when the
old one is lost; the old one has no power over the class any more then. So can
anybody else who has this file: keep it where only you look, and send it to
nobody. On paper it is as good: the rows can be typed."""
_WORKSHOP = "Workshop:"
_WORKSHOP_CHARS = 100
_ROW_BYTES = 8
_CHECK_BYTES = 2
_ROWS = 13
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ROW_CHARS = 16
_ROW = re.compile(r"\s*([0-9]{1,2})[.:)]?\s(.*)")
_MOST_CHARS = 20_000
_LINE_ENDS = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a recovery file holds."""

    seed: Secret
    """Of the recovery key."""
    founding: Founding
    join_secret: bytes = field(repr=False)
    workshop: str
    """Which workshop the class is of: the name of its folder."""


@dataclass(frozen=True, slots=True)
class RecoveryFault:
    """What is wrong with a file, and in which row, counted from 1."""

    reason: Reason
    row: int | None = None


def write_recovery(recovery: Recovery) -> str:
    """The file's text; ValueError for a workshop that is no line."""
    if not _is_workshop(recovery.workshop):
        raise ValueError(f"no name of a workshop: {recovery.workshop!r}")
    founding = recovery.founding
    data = recovery.seed.reveal() + founding.owner_key + founding.record[-16:] + recovery.join_secret
    rows = [data[at : at + _ROW_BYTES] for at in range(0, len(data), _ROW_BYTES)]
    lines = []
    for number, row in enumerate([*rows, _whole_check(data, recovery.workshop)], 1):
        text = _to_digits(row + _row_check(number, row))
        lines.append(f"{number:2}  {' '.join(text[at : at + 4] for at in range(0, _ROW_CHARS, 4))}")
    return "\n".join([TITLE, "", WORDS, "", f"{_WORKSHOP} {recovery.workshop}", "", *lines, ""])


def read_recovery(text: str) -> Recovery | RecoveryFault:
    """Read a file that somebody kept, printed, typed or damaged."""
    lines = _LINE_ENDS.split(text[:_MOST_CHARS])
    if not any(line.removeprefix("\ufeff").strip() == TITLE for line in lines):
        return RecoveryFault("other")
    named = next((line.strip() for line in lines if line.strip().startswith(_WORKSHOP)), _WORKSHOP)
    workshop = named.removeprefix(_WORKSHOP).strip()
    if not _is_workshop(workshop):
        return RecoveryFault("workshop")
    rows = _rows_of(lines)
    if isinstance(rows, RecoveryFault):
        return rows
    data = b"".join(rows[:-1])
    if rows[-1] != _whole_check(data, workshop):
        return RecoveryFault("mixed")
    seed = Secret(data[:32])
    founding = found_class(data[32:64], Signer(seed.reveal()).key, lambda size: data[64:80])
    return Recovery(seed, founding, data[80:], workshop)


def _rows_of(lines: list[str]) -> list[bytes] | RecoveryFault:
    given: dict[int, set[str]] = {}
    for line in lines:
        if found := _ROW.match(line):
            given.setdefault(int(found[1]), set()).add(_normal(found[2]))
    rows = []
    for number in range(1, _ROWS + 1):
        written = given.get(number, set())
        if len(written) != 1:
            return RecoveryFault("twice" if written else "missing", number)
        data = _from_digits(*written)
        if data is None or data[_ROW_BYTES:] != _row_check(number, data[:_ROW_BYTES]):
            return RecoveryFault("mistyped", number)
        rows.append(data[:_ROW_BYTES])
    return rows


def _is_workshop(text: str) -> bool:
    hidden = any(unicodedata.category(character).startswith("C") for character in text)
    return 0 < len(text) <= _WORKSHOP_CHARS and text == text.strip() and not hidden


def _row_check(number: int, row: bytes) -> bytes:
    return sha256(tagged("recovery row", bytes([number]), row))[:_CHECK_BYTES]


def _whole_check(data: bytes, workshop: str) -> bytes:
    return sha256(tagged("recovery file", data, workshop.encode()))[:_ROW_BYTES]


def _normal(written: str) -> str:
    plain = re.sub(r"[\s-]", "", written.upper())
    return plain.replace("O", "0").replace("I", "1").replace("L", "1")


def _to_digits(data: bytes) -> str:
    """Five bits a character; ten bytes are sixteen of them."""
    value = int.from_bytes(data)
    return "".join(_DIGITS[value >> 5 * place & 31] for place in reversed(range(_ROW_CHARS)))


def _from_digits(text: str) -> bytes | None:
    if len(text) != _ROW_CHARS or any(character not in _DIGITS for character in text):
        return None
    value = 0
    for character in text:
        value = value << 5 | _DIGITS.index(character)
    return value.to_bytes(_ROW_BYTES + _CHECK_BYTES)
