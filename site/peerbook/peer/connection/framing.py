"""Messages as frames of at most FRAME_BYTES, and back [CON2, CON3]. Pure.

A frame's first byte is its kind (bits 0-1) and channel (bit 2). WHOLE: the rest is the message. FIRST: four bytes of
length, then the message's beginning. MORE: what follows. All but a message's last frame are full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..overlay.neighbours import CHANNELS, Channel

FRAME_BYTES = 16_384
"""`frame_bytes` in docs/protocol.json."""
MESSAGE_BYTES = 1_000_000
"""`message_bytes`."""
LARGEST_BYTES = MESSAGE_BYTES + 16
"""What a road carries in one piece: a message and what a link puts before it."""
_WHOLE, _FIRST, _MORE = 0, 1, 2
_WHOLE_HEADER, _FIRST_HEADER = 1, 5

FrameFault = Literal[
    "empty",
    "frame-too-large",
    "unknown-kind",
    "message-too-large",
    "wrong-length",
    "no-beginning",
    "not-finished",
]


def split_message(channel: Channel, message: bytes) -> list[bytes]:
    """The frames of a message; ValueError above LARGEST_BYTES."""
    if len(message) > LARGEST_BYTES:
        raise ValueError(f"a message of {len(message)} bytes: at most {MESSAGE_BYTES} are carried in one piece")
    bit = CHANNELS.index(channel) << 2
    if len(message) <= FRAME_BYTES - _WHOLE_HEADER:
        return [bytes([_WHOLE | bit]) + message]
    at = FRAME_BYTES - _FIRST_HEADER
    frames = [bytes([_FIRST | bit]) + len(message).to_bytes(4, "big") + message[:at]]
    room = FRAME_BYTES - _WHOLE_HEADER
    more = bytes([_MORE | bit])
    frames += [more + message[start : start + room] for start in range(at, len(message), room)]
    return frames


@dataclass(slots=True)
class _Open:
    """A message of which a part has come: memory grows with that, never with what a frame says will come."""

    length: int
    have: int
    parts: list[bytes]


class Assembler:
    """Puts the frames of both channels together again. After a fault nothing more can be understood."""

    def __init__(self) -> None:
        self._open: dict[Channel, _Open] = {}

    def take(self, frame: bytes) -> tuple[Channel, bytes] | FrameFault | None:
        """A message that is whole now, what is wrong with the frame, or None for a part."""
        if not frame:
            return "empty"
        if len(frame) > FRAME_BYTES:
            return "frame-too-large"
        kind, channel_bit = frame[0] & 3, frame[0] >> 2
        if kind > _MORE or channel_bit >= len(CHANNELS):
            return "unknown-kind"
        channel = CHANNELS[channel_bit]
        open_ = self._open.get(channel)
        if kind == _MORE:
            return self._go_on(channel, open_, frame) if open_ else "no-beginning"
        if open_:
            return "not-finished"
        if kind == _WHOLE:
            return channel, frame[_WHOLE_HEADER:]
        if len(frame) != FRAME_BYTES:
            return "wrong-length"
        length = int.from_bytes(frame[1:_FIRST_HEADER], "big")
        if length > LARGEST_BYTES:
            return "message-too-large"
        if length <= FRAME_BYTES - _WHOLE_HEADER:
            return "wrong-length"
        self._open[channel] = _Open(length, FRAME_BYTES - _FIRST_HEADER, [frame[_FIRST_HEADER:]])
        return None

    def _go_on(self, channel: Channel, open_: _Open, frame: bytes) -> tuple[Channel, bytes] | FrameFault | None:
        open_.have += len(frame) - _WHOLE_HEADER
        last = open_.have == open_.length
        if open_.have > open_.length or (not last and len(frame) != FRAME_BYTES):
            return "wrong-length"
        open_.parts.append(frame[_WHOLE_HEADER:])
        if not last:
            return None
        del self._open[channel]
        return channel, b"".join(open_.parts)
