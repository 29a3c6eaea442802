"""What two participants tell each other through the server to connect directly, as the opaque text it passes on.
Pure.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..signaling.messages import SIGNAL_CHARS

_MOST_CANDIDATES = 64


@dataclass(frozen=True, slots=True)
class Description:
    type: Literal["offer", "answer"]
    sdp: str


@dataclass(frozen=True, slots=True)
class Candidate:
    candidate: str
    sdp_mid: str | None
    sdp_line: int | None


@dataclass(frozen=True, slots=True)
class Signal:
    mine: int
    """The sender's number for this connection."""
    yours: int
    """The receiver's, or 0 while it is unknown."""
    description: Description | None = None
    candidates: tuple[Candidate, ...] = ()
    bye: bool = False
    """The sender has given it up."""


def encode_signal(signal: Signal) -> str | None:
    """As the text the server passes on; None when it would not."""
    fields: dict[str, object] = {"mine": signal.mine, "yours": signal.yours}
    if signal.description:
        fields["description"] = {"type": signal.description.type, "sdp": signal.description.sdp}
    if signal.candidates:
        fields["candidates"] = [
            {"candidate": each.candidate, "sdpMid": each.sdp_mid, "sdpMLineIndex": each.sdp_line}
            for each in signal.candidates
        ]
    if signal.bye:
        fields["bye"] = True
    return signal_text(json.dumps(fields).encode())


def signal_text(data: bytes) -> str | None:
    """Bytes as the text the server passes on; None when it would not."""
    text = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    return text if len(text) <= SIGNAL_CHARS else None


def signal_bytes(text: str) -> bytes:
    """The bytes that a text stands for; nothing for what is none. Never raises."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""


def decode_signal(text: str) -> Signal | None:
    """The signal somebody else made, or None for what is none. Never raises."""
    if len(text) > SIGNAL_CHARS:
        return None
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        raw = json.loads(data.decode())
    except (ValueError, RecursionError):
        return None
    if not isinstance(raw, dict):
        return None
    mine, yours = _number(raw.get("mine")), _number(raw.get("yours"))
    if not mine or yours is None:
        return None
    rows = raw.get("candidates")
    candidates = [_candidate(each) for each in rows[:_MOST_CANDIDATES]] if isinstance(rows, list) else []
    known = tuple(each for each in candidates if each)
    return Signal(mine, yours, _description(raw.get("description")), known, raw.get("bye") is True)


def _number(value: object) -> int | None:
    is_one = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**32
    return value if is_one and isinstance(value, int) else None


def _description(value: object) -> Description | None:
    if not isinstance(value, Mapping):
        return None
    type_, sdp = value.get("type"), value.get("sdp")
    return Description(type_, sdp) if type_ in ("offer", "answer") and isinstance(sdp, str) else None


def _candidate(value: object) -> Candidate | None:
    if not isinstance(value, Mapping):
        return None
    candidate, mid, line = value.get("candidate"), value.get("sdpMid"), _number(value.get("sdpMLineIndex"))
    if not isinstance(candidate, str) or not (isinstance(mid, str) or line is not None):
        return None
    return Candidate(candidate, mid if isinstance(mid, str) else None, line)
