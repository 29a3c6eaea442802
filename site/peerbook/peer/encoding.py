"""lib0's encoding as the protocol uses it: numbers of seven bits a byte, least first; blocks and texts behind their
length.

Reading is strict: what is not there is never given, and a number has one spelling, the shortest. Pure.
"""

from __future__ import annotations

from typing import Literal

MOST_NUMBER = 2**53 - 1
_MOST_GROUPS = 8

ReadFault = Literal["cut-short", "number", "text"]
"""The bytes end too early; a number is not in its shortest spelling or above 2^53 - 1; a text is not UTF-8."""


class Unreadable(ValueError):
    """Bytes that somebody else wrote are not what they should be; ``fault`` says how."""

    def __init__(self, fault: ReadFault) -> None:
        super().__init__(fault)
        self.fault: ReadFault = fault


class Reader:
    """Reads bytes from ``at`` on; every method raises :class:`Unreadable` for what is not there."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        if count > self.left:
            raise Unreadable("cut-short")
        self.at += count
        return self.data[self.at - count : self.at]

    def byte(self) -> int:
        if self.at >= len(self.data):
            raise Unreadable("cut-short")
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """A number from 0 to 2^53 - 1."""
        value = 0
        for group in range(_MOST_GROUPS):
            byte = self.byte()
            value |= (byte & 127) << (7 * group)
            if byte < 128:
                if (byte == 0 and group > 0) or value > MOST_NUMBER:
                    raise Unreadable("number")
                return value
        raise Unreadable("number")

    def block(self) -> bytes:
        """Bytes behind their length."""
        return self.take(self.number())

    def text(self) -> str:
        try:
            return self.block().decode()
        except UnicodeDecodeError:
            raise Unreadable("text") from None

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(self.left)


def number_bytes(value: int) -> bytes:
    """A number in its shortest spelling; ValueError when it is none of the protocol's."""
    if not 0 <= value <= MOST_NUMBER:
        raise ValueError(f"not a number from 0 to 2^53 - 1: {value}")
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    data.append(value)
    return bytes(data)


def block_bytes(data: bytes) -> bytes:
    """Bytes behind their length."""
    return number_bytes(len(data)) + data


def text_bytes(text: str) -> bytes:
    """A text as a block of UTF-8."""
    return block_bytes(text.encode())
