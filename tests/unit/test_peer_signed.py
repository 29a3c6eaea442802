"""What a class of browsers signed and sealed, given to Python in whatever order, becomes what it becomes in a page:
golden lessons made by the page's code, with crafted places, a session that said two things and one that said what may
not be.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pycrdt import Doc

from peerbook.peer import crypto
from peerbook.peer.document.notebook import Notebook
from peerbook.peer.overlay.messages import (
    CHAIN_BYTES,
    DIGEST_BYTES,
    Entries,
    EnvelopeMessage,
    IntroductionMessage,
    Message,
    Reach,
    Summaries,
    Summary,
    encode_message,
)
from peerbook.peer.overlay.neighbours import Channel
from peerbook.peer.roles import Cut
from peerbook.peer.segment import Segment
from peerbook.peer.sync.engine import Engine, EngineOptions
from peerbook.peer.sync.opener import read_piece

from .peer_kit import EverybodyMay, OneKey, VirtualClock, somebody

ROWS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "protocol" / "signed.json").read_text(encoding="utf-8")
)
SOMEBODY = "A" * 22


class Deaf:
    """A line to somebody who hears nothing."""

    peer = SOMEBODY

    def send(self, channel: Channel, message: bytes) -> None:
        pass

    def buffered_bytes(self, channel: Channel) -> int:
        return 0

    def when_drained(self, run: Callable[[], None]) -> None:
        run()


def becomes(row: dict[str, Any], order: int) -> dict[str, Any]:
    """What Python makes of a lesson that is given to it piece by piece, while it has the notebook open."""
    chance, clock = Random(order), VirtualClock()
    room, document = bytes.fromhex(row["room"]), row["document"]
    rules, keys = EverybodyMay(), OneKey()
    rules.cuts = {(document, session): Cut(count, bytes.fromhex(chain)) for session, count, chain in row["cuts"]}
    keys.key = bytes.fromhex(row["key"])
    own = somebody(chance, room)
    engine = Engine(EngineOptions(room, own, crypto, clock, chance.random, rules, keys))
    doc: Doc[Any] = Doc(client_id=engine.client_id(document))
    replica = engine.follow(document, doc, bytes.fromhex(row["genesis"]))
    engine.connect(Deaf())

    def say(message: Message) -> None:
        engine.hear(SOMEBODY, "control", encode_message(message))

    for introduction in row["introductions"]:
        say(IntroductionMessage(bytes.fromhex(introduction)))
    for piece in chance.sample(row["pieces"], len(row["pieces"])):
        data = bytes.fromhex(piece)
        read = read_piece(data)
        if isinstance(read, Segment):
            # As a neighbour does who has it in another form: says so, and answers what is asked.
            name = f"segments/{document}"
            reach = Reach(read.session, read.end, chance.randbytes(CHAIN_BYTES))
            say(Summaries(False, False, (Summary(name, chance.randbytes(DIGEST_BYTES), (reach,)),)))
            say(Entries(name, True, (data,)))
        else:
            say(EnvelopeMessage(data))
        clock.advance(chance.randrange(100))
    clock.advance(20_000)
    replica.settle()
    clock.advance(20_000)
    assert replica.doc is not None
    cells = Notebook(replica.doc, lambda limit: 0, str).cells
    return {
        "log": replica.reaches.digest.hex(),
        "forms": replica.forms.digest.hex(),
        "state": replica.digest.hex(),
        "content": (replica.content or b"").hex(),
        "cells": [[cell.id, cell.cell_type, cell.source] for cell in cells],
    }


@pytest.mark.parametrize("order", range(4))
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"seed {row['seed']}")
def test_syn9_what_a_class_signed_becomes_the_golden_notebook_in_any_order(row: dict[str, Any], order: int) -> None:
    assert becomes(row, order) == row["becomes"]
