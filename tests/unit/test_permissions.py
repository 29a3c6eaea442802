"""The check of a change and documents built anew, held to the golden vectors that the page's part writes [PER]."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text, TransactionEvent

from peerbook.peer.document.notebook import Notebook
from peerbook.peer.encoding import number_bytes
from peerbook.peer.permissions.change import CheckedChange, Refused, canonical_change, check_change
from peerbook.peer.permissions.limits import (
    CHANGE_RANGES,
    CHANGE_STRUCTS,
    JSON_DEPTH,
    MOST_CLOCK,
    NOTEBOOK_LIMITS,
    TYPE_DEPTH,
    WAITING_BYTES,
    WAITING_CHANGES,
    Limits,
    for_segments,
)
from peerbook.peer.permissions.merged import merged
from peerbook.peer.permissions.replay import Intake, replay
from peerbook.peer.permissions.waiting import Waiting
from peerbook.peer.sync.contents import content_digest
from peerbook.peer.sync.digest import state_digest

ROOT = Path(__file__).parents[2]
VECTORS: dict[str, list[dict[str, Any]]] = json.loads((ROOT / "tests" / "protocol" / "changes.json").read_text())
ROWS = VECTORS["changes"]


def title(row: dict[str, Any]) -> str:
    return str(row["title"])


def check(row: dict[str, Any]) -> CheckedChange:
    return check_change(bytes.fromhex(row["bytes"]), row["client"], NOTEBOOK_LIMITS)


@pytest.mark.parametrize("row", [row for row in ROWS if "reads" in row], ids=title)
def test_per1_a_change_reads_as_the_golden_bytes(row: dict[str, Any]) -> None:
    change = check(row)
    assert row["reads"] == {
        "from": change.start,
        "to": change.end,
        "needs": [{"client": client, "clock": clock} for client, clock in change.needs],
        "deletes": [{"client": each.client, "from": each.start, "to": each.end} for each in change.deletes],
    }


@pytest.mark.parametrize("row", [row for row in ROWS if "fault" in row], ids=title)
def test_per1_what_is_none_is_refused_for_its_reason(row: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        check(row)
    assert refused.value.fault == row["fault"]


def test_per1_mutated_changes_are_read_or_refused_and_nothing_else() -> None:
    chance = random.Random(3)
    good = [row for row in ROWS if "reads" in row]
    faults: set[str] = set()
    for _ in range(10_000):
        row = chance.choice(good)
        data = bytearray.fromhex(row["bytes"])
        for _ in range(1 + chance.randrange(3)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            check_change(bytes(data), row["client"], NOTEBOOK_LIMITS)
        except Refused as refused:
            faults.add(refused.fault)
    assert len(faults) > 11


def test_per1_limits_are_those_of_protocol_json() -> None:
    limits = json.loads((ROOT / "docs" / "protocol.json").read_text())
    named = {
        "change_structs": CHANGE_STRUCTS,
        "change_ranges": CHANGE_RANGES,
        "json_depth": JSON_DEPTH,
        "type_depth": TYPE_DEPTH,
        "most_clock": MOST_CLOCK,
        "unresolved_changes": WAITING_CHANGES,
        "unresolved_bytes": WAITING_BYTES,
    }
    assert named == {name: limits[name] for name in named}


def test_per2_what_this_implementation_writes_passes_as_the_protocol_spells_it() -> None:
    doc: Doc[Any] = Doc(client_id=2**40 + 3)
    written: list[bytes] = []

    def note(event: TransactionEvent) -> None:
        written.append(event.update)

    subscription = doc.observe(note)
    cells = doc.get("cells", type=Map)
    metadata = Map({"n": {"deep": [1, 2.5, -1, None, True, 2**40, 1e300]}})
    cells["a"] = Map({"source": Text("é😀 text"), "metadata": metadata})
    cells["a"]["pos"] = "V"
    cells["a"]["pos"] = "W"
    with doc.transaction():
        cells["b"] = Map({"outputs": Array([Map({"text": Text("x")})]), "execution_count": 7})
        del cells["b"]
        cells["c"] = Map({"source": Text("more")})
    cells["a"]["source"].insert(2, "ü")
    with doc.transaction():
        del cells["a"]["source"][0:4]
        cells["a"]["source"].insert(0, "start ")
    own = list(written)
    # Others' words deleted in one go.
    for client in (5, 2**45):
        other: Doc[Any] = Doc(client_id=client)
        other.apply_update(doc.get_update())
        other.get("cells", type=Map)["a"]["source"].insert(0, f"by {client} ")
        doc.apply_update(other.get_update())
    written.clear()
    cells["a"]["source"].clear()
    doc.unobserve(subscription)
    assert len(own) > 5
    for update in own + written:
        change = check_change(canonical_change(update, doc.client_id, NOTEBOOK_LIMITS), doc.client_id, NOTEBOOK_LIMITS)
    assert {each.client for each in change.deletes} == {doc.client_id, 5, 2**45}


def changes_of(row: dict[str, Any], limits: Limits = NOTEBOOK_LIMITS) -> list[CheckedChange]:
    return [check_change(bytes.fromhex(each["bytes"]), each["client"], limits) for each in row["changes"]]


def shown(doc: Doc[Any]) -> list[list[str]]:
    notebook = Notebook(doc, lambda limit: limit - 1, lambda: "none")
    return [[cell.id, cell.source] for cell in notebook.cells]


@pytest.mark.parametrize("row", VECTORS["replays"], ids=title)
def test_per5_the_golden_changes_give_the_golden_document(row: dict[str, Any]) -> None:
    genesis, cuts = bytes.fromhex(row["genesis"]), dict(row["cuts"])
    doc: Doc[Any] = Doc()
    intake = replay(doc, genesis, changes_of(row), cuts)
    assert state_digest(doc).hex() == row["digest"]
    assert shown(doc) == row["cells"]
    assert len(intake.refused) + intake.waiting.count == row["left"]
    # And whatever order they come in.
    changes = changes_of(row)
    random.Random(1).shuffle(changes)
    live: Doc[Any] = Doc()
    page = Intake(live, genesis, cuts)
    for change in changes:
        page.take("", change)
    assert state_digest(live).hex() == row["digest"]
    assert shown(live) == row["cells"]


@pytest.mark.parametrize("row", VECTORS["segments"], ids=title)
def test_per4_golden_segments_that_need_each_other_give_the_golden_document(row: dict[str, Any]) -> None:
    doc: Doc[Any] = Doc()
    intake = Intake(doc, bytes.fromhex(row["genesis"]), dict(row["cuts"]))
    for change in changes_of(row, for_segments(NOTEBOOK_LIMITS)):
        assert intake.take("", change) != "full"
    assert intake.waiting.count == 0
    assert state_digest(doc).hex() == row["digest"]
    assert shown(doc) == row["cells"]


@pytest.mark.parametrize("row", VECTORS["crafted"], ids=title)
def test_per6_golden_crafted_places_built_anew_give_the_golden_document(row: dict[str, Any]) -> None:
    by_client: dict[int, list[CheckedChange]] = {}
    for change in changes_of(row):
        by_client.setdefault(change.client, []).append(change)
    genesis, cuts = bytes.fromhex(row["genesis"]), dict(row["cuts"])
    wholes = merged(genesis, by_client.values(), cuts, NOTEBOOK_LIMITS)
    doc: Doc[Any] = Doc()
    intake = replay(doc, genesis, wholes, cuts)
    assert shown(doc) == row["cells"]
    assert state_digest(doc).hex() == row["digest"]
    assert len(intake.refused) + intake.waiting.count == row["left"]
    assert content_digest(doc).hex() == row["content"]


@pytest.mark.parametrize("row", VECTORS["contents"], ids=title)
def test_per6_what_a_document_says_has_one_spelling(row: dict[str, Any]) -> None:
    doc: Doc[Any] = Doc()
    doc.apply_update(bytes.fromhex(row["genesis"]))
    assert content_digest(doc).hex() == row["content"]


@pytest.mark.parametrize("row", VECTORS["places"], ids=title)
def test_per3_a_change_is_taken_or_refused_for_its_places(row: dict[str, Any]) -> None:
    doc: Doc[Any] = Doc()
    intake = Intake(doc, bytes.fromhex(row["genesis"]), {})
    for change in changes_of(row):
        intake.take("", change)
    assert [misplaced.fault for misplaced in intake.refused.values()] == row["faults"]
    assert state_digest(doc).hex() == row["digest"]


def test_per4_what_never_finds_what_it_needs_costs_as_many_steps_and_is_bounded() -> None:
    def letter(client: int, clock: int, left: tuple[int, int]) -> CheckedChange:
        head = b"".join(map(number_bytes, (1, 1, client, clock)))
        data = head + b"\x84" + b"".join(map(number_bytes, left)) + b"\x01x\x00"
        return check_change(data, client, NOTEBOOK_LIMITS)

    waiting = Waiting(lambda _: True, {})
    for index in range(3000):
        assert waiting.take("a", letter(1000 + index, 0, (7, index))) == "waiting"
    assert waiting.steps <= 3 * 3000
    full = Waiting(lambda _: True, {})
    taken = [full.take("a", letter(1, index + 1, (1, index))) for index in range(WAITING_CHANGES + 5)]
    assert taken.count("full") == 5
