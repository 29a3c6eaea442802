"""The answer to a knock, sealed to whoever knocked and to nobody else [KEY6]."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from ..crypto import KEY_BYTES, Agreement
from ..encoding import Reader, Unreadable, block_bytes, number_bytes
from ..identity import tagged
from .box import BOX_EXTRA, BoxPlace, open_box, seal_box

ANSWER_BYTES = 1_000_000
"""``message_bytes`` in docs/protocol.json."""
ID_BYTES = 32
_KINDS = ("admitted", "waiting", "refused")
_WHAT = tagged("answer")


class AnswerFault(enum.StrEnum):
    """What can be wrong with an answer; the words of ``ANSWER_FAULTS`` in answer.ts."""

    LENGTH = "length"
    WHAT = "what"
    CLASS = "class"
    ASKED = "asked"
    SEALED = "sealed"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class Admission:
    """Come in, with all that is needed."""

    founding: bytes
    """The class's founding record."""
    statements: tuple[bytes, ...]
    """Everything stated about roles and epochs."""
    keys: tuple[tuple[int, bytes], ...] = field(repr=False)
    """Epochs and their keys, ascending by epoch."""


Answer = Admission | Literal["waiting", "refused"]


def make_answer(class_id: bytes, knock_id: bytes, agreement_key: bytes, answer: Answer, seed: bytes) -> bytes | None:
    """An answer to whoever's knock it was; ``seed`` is 32 random bytes for it alone. None for a key that is none."""
    box = seal_box(seed, agreement_key, _place(class_id, knock_id), _encode(answer))
    return None if box is None else _WHAT + class_id + knock_id + box


def answered_knock(data: bytes) -> bytes | None:
    """Which knock it answers, for who passes it back; None for what is no answer."""
    at = len(_WHAT) + 16
    is_one = at + ID_BYTES + BOX_EXTRA <= len(data) <= ANSWER_BYTES and data.startswith(_WHAT)
    return data[at : at + ID_BYTES] if is_one else None


def read_answer(
    class_id: bytes, own: Agreement, is_asked: Callable[[bytes], bool], data: bytes
) -> Answer | AnswerFault:
    """Read an answer; what it says of the class is still to be checked."""
    if len(data) > ANSWER_BYTES:
        return AnswerFault.LENGTH
    if data[: len(_WHAT)] != _WHAT:
        return AnswerFault.WHAT
    at = len(_WHAT) + 16
    if data[len(_WHAT) : at] != class_id:
        return AnswerFault.CLASS
    knock_id = data[at : at + ID_BYTES]
    if not is_asked(knock_id):
        return AnswerFault.ASKED
    plain = open_box(own, _place(class_id, knock_id), data[at + ID_BYTES :])
    return AnswerFault.SEALED if plain is None else _decode(plain)


def _place(class_id: bytes, knock_id: bytes) -> BoxPlace:
    return BoxPlace(class_id, 0, "answer", knock_id)


def _encode(answer: Answer) -> bytes:
    if not isinstance(answer, Admission):
        return bytes([_KINDS.index(answer)])
    return b"".join(
        [
            b"\0",
            block_bytes(answer.founding),
            number_bytes(len(answer.statements)),
            *map(block_bytes, answer.statements),
            number_bytes(len(answer.keys)),
            *(number_bytes(epoch) + key for epoch, key in answer.keys),
        ]
    )


def _decode(plain: bytes) -> Answer | AnswerFault:
    if plain == b"\1":
        return "waiting"
    if plain == b"\2":
        return "refused"
    reader = Reader(plain)
    try:
        kind, founding = reader.byte(), reader.block()
        statements = tuple(reader.block() for _ in range(reader.number()))
        keys = tuple((reader.number(), reader.take(KEY_BYTES)) for _ in range(reader.number()))
    except Unreadable:
        return AnswerFault.FORM
    epochs = [epoch for epoch, _ in keys]
    if kind != 0 or reader.left or epochs != sorted(epochs):
        return AnswerFault.FORM
    return Admission(founding, statements, keys)
