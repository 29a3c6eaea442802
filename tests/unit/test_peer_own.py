"""One's own writing in Python: what a large change is sent as, and what is offered again; as the page has it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc

from peerbook.peer.permissions.change import CheckedChange, check_change
from peerbook.peer.permissions.limits import NOTEBOOK_LIMITS
from peerbook.peer.permissions.replay import replay
from peerbook.peer.permissions.split import UNBOUNDED, split_change, unbounded
from peerbook.peer.sync.lost import Lost, lost_by

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "protocol/own.json").read_text("utf-8"))


def title(row: dict[str, Any]) -> str:
    return str(row["title"])


def built(row: dict[str, Any], changes: Sequence[CheckedChange], cuts: dict[int, int]) -> Doc[Any]:
    doc: Doc[Any] = Doc()
    replay(doc, bytes.fromhex(row["genesis"]), changes, cuts)
    return doc


@pytest.mark.parametrize("row", VECTORS["splits"], ids=title)
def test_per2_a_large_change_goes_as_the_pieces_the_page_makes(row: dict[str, Any]) -> None:
    limits = replace(NOTEBOOK_LIMITS, structs=row["structs"], ranges=row["ranges"])
    pieces = split_change(bytes.fromhex(row["change"]), row["client"], limits)
    assert [piece.hex() for piece in pieces] == row["pieces"]
    for piece in pieces:
        check_change(piece, row["client"], limits)


@pytest.mark.parametrize("row", VECTORS["lost"], ids=title)
def test_per7_words_that_are_gone_are_those_the_page_finds(row: dict[str, Any]) -> None:
    limits = replace(unbounded(NOTEBOOK_LIMITS), bytes_=UNBOUNDED)
    changes = [check_change(bytes.fromhex(each["bytes"]), each["client"], limits) for each in row["changes"]]
    client, clock = row["cut"]
    kept = [change for change in changes if change.client != client or change.end <= clock]
    before, after = built(row, changes, {}), built(row, kept, {client: clock})
    for said in row["lost"]:
        pieces = [Lost(**each) for each in said["pieces"]]
        # The page goes through the cells as they are kept, this as they are shown.
        order = {piece.cell: None for piece in lost_by({said["client"]}, before, after)}
        assert [each for cell in order for each in pieces if each.cell == cell] == lost_by(
            {said["client"]}, before, after
        )
        assert {piece.cell for piece in pieces} == set(order)
