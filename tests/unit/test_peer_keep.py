"""A class on disk: what its files are called, that they are valid, that what is stored comes back."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import nbformat
import pytest
from pycrdt import Array, Doc, Map, Text

from peerbook.genesis import genesis
from peerbook.peer.document.notebook import Notebook
from peerbook.peer.keep.content import notebook_bytes
from peerbook.peer.keep.names import beside, file_of
from peerbook.peer.keep.state import Kept, Records, decode_kept, decode_records, encode_kept, encode_record
from peerbook.peer.sync.options import Keepable
from tests.conftest import cell, notebook

EVERYONE = "0e" * 16


def document(digit: str, copy: str = "", branch: str = "team") -> str:
    return f"{digit * 64}.{branch}.{EVERYONE}{copy}"


# Names.


def test_a_notebook_has_the_name_it_has_in_its_workshop() -> None:
    assert file_of(document("1"), "first-steps/1-hello.ipynb") == "first-steps/1-hello.ipynb"
    assert file_of(document("1"), "über uns/Schritt 1 (ä).ipynb") == "über uns/Schritt 1 (ä).ipynb"


def test_another_edition_and_a_copy_stand_beside_the_first() -> None:
    taken = ["w/1.ipynb"]
    assert file_of(document("2"), "w/1.ipynb", taken) == "w/1.edition-22222222.ipynb"
    assert file_of(document("1", f".{'c' * 32}"), "w/1.ipynb", taken) == "w/1.copy-cccccccc.ipynb"
    assert file_of(document("1", f".{'c' * 32}"), "w/1.ipynb") == "w/1.copy-cccccccc.ipynb"


def test_the_lecture_stands_beside_everybodys_notebook() -> None:
    assert file_of(document("1", branch="lecture"), "w/1.ipynb") == "w/1.lecture.ipynb"
    assert file_of(f"{'1' * 64}.mine.{'ab' * 16}", "w/1.ipynb") == "w/1.of-abababab.ipynb"
    teams = f"{'1' * 64}.team.{'ab' * 16}"
    assert file_of(teams, "w/1.ipynb", (), "ee" * 16) == "w/1.team-abababab.ipynb"
    assert file_of(teams, "w/1.ipynb", (), "ab" * 16) == "w/1.ipynb"
    assert file_of(document("2", branch="lecture"), "w/1.ipynb", ["w/1.lecture.ipynb"]) == (
        "w/1.lecture.edition-22222222.ipynb"
    )


def test_no_two_documents_share_a_file_in_capitals_either() -> None:
    taken: list[str] = []
    paths = ("w/a.ipynb", "w/A.ipynb", "W/a.ipynb", "w/a?.ipynb", "w/a*.ipynb", "w/a_.ipynb")
    for number in range(10 * len(paths)):
        # Editions whose first digits are equal, too.
        name = f"{number // 20:08x}{number:056x}.team.{EVERYONE}"
        taken.append(file_of(name, paths[number % len(paths)], taken))
    assert len({each.casefold() for each in taken}) == 10 * len(paths)


@pytest.mark.parametrize(
    "path",
    [
        "../../.ssh/authorized_keys",
        "/etc/passwd",
        "..\\..\\windows.ipynb",
        "C:/x.ipynb",
        "./.peerbook/class.json",
        ".peerbook/x.state",
        "w//1.ipynb",
        "",
        ".",
        "/",
        "nul.ipynb",
        "COM1/aux.txt.ipynb",
        "a\0b\n\u202ec.ipynb",
        "x" * 5000 + "/" + "ä" * 5000 + ".ipynb",
        "w/1.ipynb. . ",
        "~/x.ipynb",
    ],
)
def test_whatever_a_site_calls_a_notebook_its_file_lies_in_the_folder(tmp_path: Path, path: str) -> None:
    file = file_of(document("3"), path)
    target = tmp_path / "kept" / file
    assert target.resolve().is_relative_to(tmp_path / "kept")
    assert not any(part in ("", ".", "..") or part.startswith(".") for part in file.split("/"))
    assert not set('<>:"\\|?*\0\n\u202e') & set(file)
    assert file.endswith(".ipynb")
    target.parent.mkdir(parents=True)
    target.touch()
    (target.parent / beside(file, 1).rpartition("/")[2]).touch()


# Content.


def a_doc(*cells: dict[str, Any]) -> Doc[Any]:
    doc: Doc[Any] = Doc()
    doc.apply_update(genesis(notebook(*cells)))
    return doc


def a_view(doc: Doc[Any]) -> Notebook:
    return Notebook(doc, lambda limit: 0, lambda: "new-cell")


def read(data: bytes) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(data, parse_constant=lambda constant: pytest.fail(f"{constant} is not JSON"))
    nbformat.validate(nbformat.from_dict(content))
    return content


def test_a_notebook_is_written_as_jupyter_reads_it() -> None:
    view = a_view(a_doc(cell("title", "# Ä😀", "markdown"), cell("code", "1 + 1")))
    view.add(2, "x = 'neu'")
    content = read(notebook_bytes(view))
    assert [each["source"] for each in content["cells"]] == ["# Ä😀", "1 + 1", "x = 'neu'"]
    assert content["cells"][1]["outputs"] == []
    assert notebook_bytes(view).endswith(b"}\n")


def test_a_notebook_without_cells_is_a_file_without_cells() -> None:
    assert read(notebook_bytes(a_view(a_doc())))["cells"] == []


ODD_METADATA = [
    {"tags": 5},
    {"name": 3, "kept": 1},
    {"number": float("nan")},
    {"number": float("-inf")},
    {"bytes": b"\0\xff"},
    {"deep": [[{"a": float("inf")}]]},
    {"collapsed": "maybe"},
    {"format": 7},
    {"large": 2**60},
]


@pytest.mark.parametrize("metadata", ODD_METADATA, ids=str)
def test_whatever_somebody_writes_into_metadata_the_file_is_valid_and_has_all_text(metadata: dict[str, Any]) -> None:
    doc = a_doc(cell("one", "kept text"), cell("two", "# also", "markdown"), cell("three", "raw", "raw"))
    for id_ in ("one", "two", "three"):
        place = doc.get("cells", type=Map)[id_]["metadata"]
        for key, value in metadata.items():
            place[key] = value
    about = doc.get("meta", type=Map)["metadata"]
    about["kernelspec"] = metadata
    doc.get("cells", type=Map)["two"]["attachments"] = metadata
    content = read(notebook_bytes(a_view(doc)))
    assert [each["source"] for each in content["cells"]] == ["kept text", "# also", "raw"]


def test_odd_metadata_of_one_cell_is_left_out_and_that_of_others_stays() -> None:
    good = {**cell("one", "1"), "metadata": {"tags": ["fine"]}}
    doc = a_doc(good, cell("two", "2"))
    doc.get("cells", type=Map)["two"]["metadata"]["tags"] = 5
    content = read(notebook_bytes(a_view(doc)))
    assert [each["metadata"] for each in content["cells"]] == [{"tags": ["fine"]}, {}]


def test_shared_types_where_values_belong_do_no_harm() -> None:
    doc = a_doc(cell("one", "text"))
    one = doc.get("cells", type=Map)["one"]
    one["metadata"]["list"] = Array([1, Map({"deep": Text("x")})])
    one["cell_type"] = Map({"a": 1})
    one["pos"] = Array([])
    doc.get("meta", type=Map)["metadata"] = Text("none")
    assert [each["source"] for each in read(notebook_bytes(a_view(doc)))["cells"]] == ["text"]


# State.

KEPT = Kept(document("1"), "w/1.ipynb", "w/1.ipynb", (bytes(32), b"x" * 32), b"genesis")


def test_a_state_comes_back_as_it_was_written() -> None:
    assert decode_kept(encode_kept(KEPT)) == KEPT


def test_a_damaged_state_is_told_wherever_it_is_damaged() -> None:
    data = encode_kept(KEPT)
    for at in range(len(data)):
        assert decode_kept(data[:at]) is None
        assert decode_kept(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]) is None
    assert decode_kept(data + b"x") is None
    assert decode_kept(b"") is None


PIECES = (
    Keepable("introduction", b""),
    Keepable("piece", b"\x01" * 7),
    Keepable("piece", b"\x02" * 14),
    Keepable("fork", b"\x03" * 21),
    Keepable("refuse", b"\x04" * 28),
    Keepable("piece", b"\x05" * 35),
)


def test_a_log_comes_back_record_by_record_as_it_was_written() -> None:
    data = b"".join(map(encode_record, PIECES))
    assert decode_records(data) == Records(PIECES, len(data), False)
    assert decode_records(b"") == Records((), 0, False)


def test_what_was_being_written_is_left_out_and_is_no_damage() -> None:
    data = b"".join(map(encode_record, PIECES))
    before = len(data) - len(encode_record(PIECES[-1]))
    for cut in range(before + 1, len(data)):
        assert decode_records(data[:cut]) == Records(PIECES[:-1], before, False)


def test_a_damaged_record_is_passed_over_and_the_others_are_read() -> None:
    data = b"".join(map(encode_record, PIECES))
    start = len(encode_record(PIECES[0]) + encode_record(PIECES[1]))
    end = start + len(encode_record(PIECES[2]))
    for at in range(start, end):
        records = decode_records(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert records.kept == (*PIECES[:2], *PIECES[3:])
        assert records.is_damaged
    records = decode_records(data[:start] + data[start + 1 :])
    assert records.kept == (*PIECES[:2], *PIECES[3:])


def test_any_bytes_at_all_are_read_as_a_log() -> None:
    chance = random.Random(5)
    data = b"".join(map(encode_record, PIECES))
    for _ in range(3000):
        broken = bytearray(data)
        for _ in range(chance.randrange(1, 6)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        assert set(decode_records(bytes(broken)).kept) <= set(PIECES)
        decode_records(chance.randbytes(chance.randrange(100)))
