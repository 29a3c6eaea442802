"""What a participant says about themselves, and the roster that is a fold over it [SYN11]. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import NoReturn

from ..encoding import MOST_NUMBER

RECORD_CHARS = 1024
"""`record_chars` in docs/protocol.json."""
NAME_CHARS = 64
"""More of a name is not shown; nobody's has so many. `name_chars`."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_PARTICIPANT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Record:
    name: str
    participant: str
    """Whose session it is: 32 hex digits, the same in each of a person's sessions."""
    since: int
    """When they came, in milliseconds since 1970 by their own clock."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is here, in one session."""

    session: str
    name: str
    participant: str
    since: int
    """By this clock: never in the future."""
    documents: tuple[str, ...]
    """Documents they have open, by name, sorted."""


def normal_name(name: str) -> str:
    """A name as it is shown: one line, nothing invisible that turns text around, no more than NAME_CHARS."""
    return whole_name(name)[:NAME_CHARS].strip()


def whole_name(name: str) -> str:
    """The same, however long it is."""
    composed = unicodedata.normalize("NFC", name)
    plain = "".join(" " if unicodedata.category(each) in _UNSEEN else each for each in composed)
    return " ".join(plain.split())


def encode_record(record: Record) -> bytes:
    fields = {"name": normal_name(record.name), "participant": record.participant, "since": record.since}
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def decode_record(data: bytes) -> Record | None:
    """None for what is no record. Never raises."""
    try:
        text = data.decode()
        if len(text.encode("utf-16-le")) > 2 * RECORD_CHARS:
            return None
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    name, participant, since = value.get("name"), value.get("participant"), value.get("since")
    if isinstance(since, float) and since.is_integer():
        since = int(since)
    if not isinstance(since, int) or isinstance(since, bool) or abs(since) > MOST_NUMBER:
        return None
    if not isinstance(name, str) or not isinstance(participant, str) or not _PARTICIPANT.fullmatch(participant):
        return None
    return Record(normal_name(name), participant, since)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
