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
from peerbook.peer.encoding import Reader
from peerbook.peer.overlay import messages as codec
from peerbook.peer.permissions.change import CheckedChange, check_change
from peerbook.peer.permissions.limits import NOTEBOOK_LIMITS
from peerbook.peer.permissions.replay import Intake
from peerbook.peer.session import client_of
from peerbook.peer.sync.digest import state_digest, vector_of

FOLDER = Path(__file__).parents[1] / "protocol"
MESSAGES: list[dict[str, Any]] = json.loads((FOLDER / "messages.json").read_text(encoding="utf-8"))
REPLICAS: dict[str, list[dict[str, Any]]] = json.loads((FOLDER / "replicas.json").read_text(encoding="utf-8"))
NAMES = {
    codec.EnvelopeMessage: "envelope",
    codec.Summaries: "summary",
    codec.IntroductionMessage: "introduction",
    codec.WhoIs: "who-is",
    codec.StatementMessage: "statement",
    codec.ForkMessage: "fork",
    codec.KnockMessage: "knock",
    codec.AdmitMessage: "admit",
}
FIELDS = {"data": "bytes", "start": "from", "is_last": "isLast", "is_whole": "isWhole"}


def plain(value: Any) -> Any:
    """As the vectors spell it: bytes in hex."""
    if isinstance(value, bytes):
        return value.hex()
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
    assert shown == {"envelope", *(NAMES.get(each, each.__name__.lower()) for each in codec.TYPES)}


@pytest.mark.parametrize("row", REPLICAS["clients"], ids=lambda row: str(row["session"]))
def test_syn4_a_session_writes_under_the_golden_client_id(row: dict[str, Any]) -> None:
    assert client_of(row["document"], "", row["session"]) == row["client"]


@pytest.mark.parametrize("shuffle", range(4))
@pytest.mark.parametrize("row", REPLICAS["replicas"], ids=lambda row: f"seed {row['seed']}")
def test_syn9_changes_in_any_order_give_the_golden_digest_and_cells(row: dict[str, Any], shuffle: int) -> None:
    doc: Doc[Any] = Doc(client_id=1)
    intake = Intake(doc, bytes.fromhex(row["genesis"]), {})
    changes = [a_change(bytes.fromhex(update)) for update in row["updates"]]
    if shuffle:
        Random(shuffle).shuffle(changes)
    taken = [intake.take("", change) for change in changes]
    assert "waiting" in taken
    assert not intake.waiting.count
    assert not intake.refused
    assert state_digest(doc).hex() == row["digest"]
    assert sorted(map(list, vector_of(doc).items())) == row["vector"]
    cells = Notebook(doc, lambda limit: 0, str).cells
    assert [{"id": cell.id, "cell_type": cell.cell_type, "source": cell.source} for cell in cells] == row["cells"]


def a_change(data: bytes) -> CheckedChange:
    """Of whoever it says."""
    reader = Reader(data)
    client = 0 if reader.number() == 0 else (reader.number(), reader.number())[1]
    return check_change(data, client, NOTEBOOK_LIMITS)
