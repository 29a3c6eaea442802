"""What Python reads and writes is, byte for byte, what the page reads and writes: golden vectors made by its code."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pycrdt import Doc

from peerbook.peer.document.notebook import Notebook
from peerbook.peer.overlay import messages as codec
from peerbook.peer.session import client_of
from peerbook.peer.sync.change import read_change
from peerbook.peer.sync.replica import Replica

from .peer_kit import VirtualClock

FOLDER = Path(__file__).parents[1] / "protocol"
MESSAGES: list[dict[str, Any]] = json.loads((FOLDER / "messages.json").read_text(encoding="utf-8"))
REPLICAS: dict[str, list[dict[str, Any]]] = json.loads((FOLDER / "replicas.json").read_text(encoding="utf-8"))
NAMES = {
    codec.EnvelopeMessage: "envelope",
    codec.Summaries: "summary",
}
FIELDS = {"data": "bytes"}


def plain(value: Any) -> Any:
    """As the vectors spell it: bytes in hex, a vector as pairs."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return [list(pair) for pair in value.items()]
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if dataclasses.is_dataclass(value):
        return {
            FIELDS.get(field.name, field.name): plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    return value


@pytest.mark.parametrize("row", MESSAGES, ids=lambda row: str(row["title"]))
def test_syn7_a_message_reads_and_writes_as_the_golden_bytes(row: dict[str, Any]) -> None:
    message = codec.decode_message(bytes.fromhex(row["bytes"]))
    if isinstance(message, str):
        assert message == row.get("fault")
        return
    name = NAMES.get(type(message), type(message).__name__.lower())
    assert {"type": name, **plain(message)} == row["reads"]
    assert codec.encode_message(message).hex() == row["bytes"]


def test_syn7_the_vectors_show_every_message() -> None:
    shown = {row["reads"]["type"] for row in MESSAGES if "reads" in row}
    assert shown == {"envelope", "summary", *(NAMES.get(each, each.__name__.lower()) for each in codec.TYPES)}


@pytest.mark.parametrize("row", REPLICAS["clients"], ids=lambda row: str(row["session"]))
def test_syn4_a_session_writes_under_the_golden_client_id(row: dict[str, Any]) -> None:
    assert client_of(row["document"], "", row["session"]) == row["client"]


@pytest.mark.parametrize("shuffle", range(4))
@pytest.mark.parametrize("row", REPLICAS["replicas"], ids=lambda row: f"seed {row['seed']}")
def test_syn6_changes_in_any_order_give_the_golden_digest_and_cells(row: dict[str, Any], shuffle: int) -> None:
    doc: Doc[Any] = Doc(client_id=1)
    replica = Replica("d", doc, VirtualClock(), lambda change: None)
    updates = [bytes.fromhex(update) for update in row["updates"]]
    if shuffle:
        Random(shuffle).shuffle(updates)
    received = [replica.receive(update) for update in (bytes.fromhex(row["genesis"]), *updates)]
    assert received[0] == "applied"
    assert "waiting" in received
    assert not replica.is_incomplete
    assert replica.digest.hex() == row["digest"]
    assert sorted(map(list, replica.vector.items())) == row["vector"]
    cells = Notebook(doc, lambda limit: 0, str).cells
    assert [{"id": cell.id, "cell_type": cell.cell_type, "source": cell.source} for cell in cells] == row["cells"]
    # What a page would be sent brings another replica to the same state.
    other = Replica("d", Doc(client_id=2), VirtualClock(), lambda change: None)
    assert other.receive(replica.state_since({})) == "applied"
    assert other.digest == replica.digest


def test_syn5_what_a_change_is_made_of_is_what_yjs_wrote() -> None:
    row = REPLICAS["replicas"][0]
    for update in (bytes.fromhex(update) for update in (row["genesis"], *row["updates"])):
        change = read_change(update)
        assert change
        assert change.structs or change.deleted
        for cut in range(len(update)):
            assert read_change(update[:cut]) is None
