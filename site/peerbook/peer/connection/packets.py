"""What the two ends of a link say to each other over its roads [CON14]: a kind, then numbers of 7 bits a byte. Pure."""

from __future__ import annotations

from dataclasses import dataclass

_LARGEST = 2**35
"""More messages than anybody sends in their life; a number's sixth byte is its last."""


@dataclass(frozen=True, slots=True)
class Data:
    """A message: its place in its channel, how many of each channel have come, and itself."""

    place: int
    control: int
    bulk: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Confirm:
    """How many messages of each channel have come, in order."""

    control: int
    bulk: int


@dataclass(frozen=True, slots=True)
class Hello:
    """First on every road. Which link this is, which one it takes the other for (0: not known), what has come."""

    mine: int
    yours: int
    control: int
    bulk: int


@dataclass(frozen=True, slots=True)
class Question:
    """Are you there?"""


@dataclass(frozen=True, slots=True)
class Here:
    """The answer, and what has come."""

    control: int
    bulk: int


@dataclass(frozen=True, slots=True)
class Bye:
    """The link is over."""


Packet = Data | Confirm | Hello | Question | Here | Bye
_KINDS: tuple[type[Packet], ...] = (Data, Confirm, Hello, Question, Here, Bye)
_NUMBERS = (3, 2, 4, 0, 2, 0)


def write_packet(packet: Packet) -> bytes:
    """The packet's bytes."""
    data = bytearray([_KINDS.index(type(packet))])
    for value in _numbers(packet):
        rest = value
        while rest >= 128:
            data.append(rest & 127 | 128)
            rest >>= 7
        data.append(rest)
    return bytes(data) + packet.payload if isinstance(packet, Data) else bytes(data)


def read_packet(data: bytes) -> Packet | None:
    """The packet, or None for what is none. Bytes behind the numbers of any but data mean nothing."""
    if not data or data[0] >= len(_KINDS):
        return None
    numbers: list[int] = []
    at = 1
    while len(numbers) < _NUMBERS[data[0]]:
        value, unit = 0, 1
        while True:
            if at >= len(data) or unit >= _LARGEST:
                return None
            byte = data[at]
            at += 1
            value += (byte & 127) * unit
            unit *= 128
            if byte < 128:
                break
        numbers.append(value)
    match data[0]:
        case 0:
            place, control, bulk = numbers
            return Data(place, control, bulk, data[at:])
        case 1:
            return Confirm(*numbers)
        case 2:
            return Hello(*numbers)
        case 3:
            return Question()
        case 4:
            return Here(*numbers)
        case _:
            return Bye()


def _numbers(packet: Packet) -> tuple[int, ...]:
    match packet:
        case Data(place, control, bulk):
            return place, control, bulk
        case Hello(mine, yours, control, bulk):
            return mine, yours, control, bulk
        case Confirm(control, bulk) | Here(control, bulk):
            return control, bulk
        case _:
            return ()
