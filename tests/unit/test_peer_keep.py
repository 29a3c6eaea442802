"""A class on disk: what its files are called, that they are whole and valid, that nothing is lost, what is said."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from pycrdt import Array, Doc, Map, Text

from peerbook.errors import PeerbookError
from peerbook.genesis import genesis
from peerbook.peer.document.notebook import Notebook
from peerbook.peer.keep import folder as folder_module
from peerbook.peer.keep.content import notebook_bytes
from peerbook.peer.keep.folder import SHORTEN_RECORDS, Folder, Written
from peerbook.peer.keep.names import beside, file_of
from peerbook.peer.keep.news import KeptNews, News, View
from peerbook.peer.keep.own import Own, decode_own, encode_own, new_own
from peerbook.peer.keep.state import Kept, Records, decode_kept, decode_records, encode_kept, encode_record
from peerbook.peer.secret import Secret
from peerbook.peer.signaling.line import ServerState
from peerbook.peer.sync.kept import without_compacted
from peerbook.peer.sync.options import Keepable
from peerbook.peer.sync.society import Known
from tests.conftest import cell, notebook

from .peer_kit import World

ROOT = Path(__file__).resolve().parents[2]
CLASS, OTHER_CLASS = "aa" * 16, "bb" * 16
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


# The folder.


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    folder = Folder.open(tmp_path / "kept", CLASS)
    folder.note(**{"class": CLASS})
    yield folder
    folder.close()


def kept(digit: str, file: str, genesis: bytes = b"genesis") -> Kept:
    return Kept(document(digit), file, file, (), genesis)


def reopened(folder: Folder) -> Folder:
    folder.close()
    return Folder.open(folder.root, CLASS)


def test_what_was_written_is_there_after_a_restart(folder: Folder) -> None:
    assert folder.write(kept("1", "w/1.ipynb"), b"one") == Written(True, "")
    assert folder.write(kept("1", "w/1.ipynb"), b"one") == Written(False, "")
    folder.write(kept("2", "w/2.ipynb", b"other"), b"two")
    again = reopened(folder)
    assert sorted((each.file, each.genesis) for each in again.kept() if isinstance(each, Kept)) == [
        ("w/1.ipynb", b"genesis"),
        ("w/2.ipynb", b"other"),
    ]
    assert again.about()["class"] == CLASS
    again.close()


def test_a_file_by_somebody_else_is_put_beside_and_never_overwritten(folder: Folder) -> None:
    target = folder.root / "w" / "1.ipynb"
    target.parent.mkdir()
    target.write_bytes(b"the teacher's own")
    assert folder.write(kept("1", "w/1.ipynb"), b"one").aside == "w/1.yours-1.ipynb"
    target.write_bytes(b"changed by hand")
    assert folder.write(kept("1", "w/1.ipynb"), b"two").aside == "w/1.yours-2.ipynb"
    assert folder.write(kept("1", "w/1.ipynb"), b"three").aside == ""
    assert target.read_bytes() == b"three"
    assert (target.parent / "1.yours-1.ipynb").read_bytes() == b"the teacher's own"
    assert (target.parent / "1.yours-2.ipynb").read_bytes() == b"changed by hand"


def test_after_a_restart_its_own_files_are_known_and_those_changed_meanwhile_too(folder: Folder) -> None:
    folder.write(kept("1", "1.ipynb"), b"one")
    folder.write(kept("2", "2.ipynb"), b"two")
    again = reopened(folder)
    (folder.root / "2.ipynb").write_bytes(b"by hand")
    list(again.kept())
    assert again.write(kept("1", "1.ipynb"), b"one more").aside == ""
    assert again.write(kept("2", "2.ipynb"), b"two more").aside == "2.yours-1.ipynb"
    again.close()


def test_ended_between_state_and_notebook_the_old_file_is_still_its_own(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write(kept("1", "1.ipynb"), b"old")
    replace = Path.replace

    def cut(self: Path, target: Path) -> Path:
        if target.name == "1.ipynb":
            raise OSError("the power failed")
        return replace(self, target)

    with monkeypatch.context() as failing:
        failing.setattr(Path, "replace", cut)
        with pytest.raises(OSError, match="power"):
            folder.write(kept("1", "1.ipynb", b"new"), b"new")
    assert (folder.root / "1.ipynb").read_bytes() == b"old"
    assert not list(folder.root.glob(".peerbook/writing-*"))
    again = reopened(folder)
    assert [each.genesis for each in again.kept() if isinstance(each, Kept)] == [b"new"]
    assert again.write(kept("1", "1.ipynb", b"new"), b"new").aside == ""
    again.close()


def test_a_damaged_state_is_set_aside_and_the_others_are_read(folder: Folder) -> None:
    folder.write(kept("1", "1.ipynb"), b"one")
    folder.write(kept("2", "2.ipynb"), b"two")
    first = sorted(folder.root.glob(".peerbook/*.state"))[0]
    first.write_bytes(first.read_bytes()[:-1])
    seen = list(folder.kept())
    assert [type(each) for each in seen] == [str, Kept]
    assert (folder.root / str(seen[0])).exists()
    assert [type(each) for each in folder.kept()] == [Kept]


def test_a_log_is_appended_to_and_goes_on_after_a_restart(folder: Folder) -> None:
    folder.append("d", PIECES[:2])
    folder.append("d", PIECES[2:4])
    again = reopened(folder)
    assert again.log("d") == (PIECES[:4], "")
    assert again.log("other") == ((), "")
    again.append("d", PIECES[4:])
    assert again.log("d") == (PIECES, "")
    again.close()


def test_half_a_record_at_the_end_is_cut_off_and_writing_goes_on(folder: Folder) -> None:
    folder.append("d", PIECES[:3])
    file = next(folder.root.glob(".peerbook/*.log"))
    with file.open("ab") as log:
        log.write(encode_record(PIECES[3])[:-5])
    assert folder.log("d") == (PIECES[:3], "")
    folder.append("d", PIECES[3:])
    assert folder.log("d") == (PIECES, "")


def test_a_damaged_log_is_set_aside_and_what_is_whole_goes_on(folder: Folder) -> None:
    folder.append("d", PIECES)
    file = next(folder.root.glob(".peerbook/*.log"))
    data = bytearray(file.read_bytes())
    data[len(encode_record(PIECES[0])) + 3] ^= 1
    file.write_bytes(data)
    rest = (PIECES[0], *PIECES[2:])
    found, aside = folder.log("d")
    assert found == rest
    assert (folder.root / aside).read_bytes() == bytes(data)
    assert folder.log("d") == (rest, "")


def test_a_log_that_cannot_be_appended_to_is_as_it_was(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.append("d", PIECES[:2])
    with monkeypatch.context() as failing:

        def fail(handle: int) -> None:
            raise OSError(28, "No space left on device")

        failing.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="No space"):
            folder.append("d", PIECES[2:])
    assert next(folder.root.glob(".peerbook/*.log")).read_bytes() == b"".join(map(encode_record, PIECES[:2]))
    folder.append("d", PIECES[2:])
    assert folder.log("d") == (PIECES, "")


def test_sto10_a_log_is_written_anew_without_what_segments_took_the_place_of(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    page, other = world.page(compact_every=16), world.page()
    world.join(page, other)
    for number in range(150):
        page.text += f"{number} "
        world.clock.advance(200)
    rest = page.kept[-20:]
    for number in range(0, len(page.kept) - 20, 7):
        folder.append("d", page.kept[number : min(number + 7, len(page.kept) - 20)])
    file = next(folder.root.glob(".peerbook/*.log"))
    long = file.read_bytes()
    monkeypatch.setattr(folder_module, "SHORTEN_RECORDS", 100)
    # A disk that says no leaves it as it is, and what is added is there.
    with monkeypatch.context() as failing:
        failing.setattr(folder, "_replace", unable)
        folder.append("d", rest[:10])
    assert file.read_bytes() == long + b"".join(map(encode_record, rest[:10]))
    # Nor is one touched that is damaged: whoever reads it next sets it aside.
    damaged = bytearray(file.read_bytes())
    damaged[200] ^= 1
    file.write_bytes(damaged)
    folder._added["d"] = 99
    folder.append("d", rest[10:11])
    assert file.read_bytes() == bytes(damaged) + encode_record(rest[10])
    file.write_bytes(long)
    again = reopened(folder)
    again.log("d")
    again.append("d", rest)
    assert again.log("d")[0] == tuple(without_compacted(page.kept))
    assert file.stat().st_size < len(long) / 3
    late = World(2).page(follows=False)
    late.follow(again.log("d")[0])
    assert str(late.text) == str(page.text)
    assert late.replica.reaches.digest == page.replica.reaches.digest
    again.close()


def unable(*given: object) -> None:
    raise OSError(28, "No space left on device")


def test_sto10_a_log_is_looked_at_only_after_so_many_records(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr(folder, "_shorten", looked.append)
    for number in range(SHORTEN_RECORDS - 1):
        folder.append("d", [Keepable("piece", b"%d" % number)])
    assert looked == []
    folder.append("d", [Keepable("piece", b"last")])
    assert looked == ["d"]


WRITER = """
import sys
from pathlib import Path
from peerbook.peer.keep.folder import Folder
from peerbook.peer.keep.own import Own, decode_own, encode_own, new_own
from peerbook.peer.keep.state import Kept
from peerbook.peer.secret import Secret
from peerbook.peer.sync.options import Keepable
from peerbook.peer.sync.society import Known
folder = Folder.open(Path(sys.argv[1]), "aa" * 16)
list(folder.kept())
folder.log("d")
for turn in range(10**6):
    data = (b"%d " % (turn % 10)) * 1_000_000
    folder.append("d", [Keepable("piece", data)])
    folder.write(Kept("d", "p", "1.ipynb", (), data), data)
    if turn == 1:
        print(flush=True)
"""


def test_killed_at_any_moment_every_file_is_whole(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'site'}{os.pathsep}{ROOT}"}
    for turn in range(5):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as writer:
            assert writer.stdout
            writer.stdout.readline()
            time.sleep(0.03 * turn)
            writer.kill()
        data = (tmp_path / "1.ipynb").read_bytes()
        assert data == data[:2] * 1_000_000
        state = decode_kept(next(tmp_path.glob(".peerbook/*.state")).read_bytes())
        assert state
        assert state.genesis == state.genesis[:2] * 1_000_000
        records = decode_records(next(tmp_path.glob(".peerbook/*.log")).read_bytes())
        assert not records.is_damaged
        assert all(each.data == each.data[:2] * 1_000_000 for each in records.kept)
    folder = Folder.open(tmp_path, CLASS)
    assert not list(tmp_path.glob(".peerbook/writing-*"))
    folder.close()


def test_another_class_and_a_second_program_are_refused(folder: Folder) -> None:
    with pytest.raises(PeerbookError, match="another 'peer' is keeping a class there"):
        Folder.open(folder.root, CLASS)
    folder.close()
    with pytest.raises(PeerbookError, match="keeps the notebooks of another class"):
        Folder.open(folder.root, OTHER_CLASS)
    Folder.open(folder.root, CLASS).close()


def test_a_folder_that_kept_nothing_yet_is_free_for_any_class(tmp_path: Path) -> None:
    Folder.open(tmp_path, CLASS).close()
    Folder.open(tmp_path, OTHER_CLASS).close()


def test_a_folder_that_cannot_be_is_said_to_be_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / ".peerbook").touch()
    for where, words in (("file", "is not a folder"), ("file/under", "is not a folder"), ("site", "is a built site")):
        with pytest.raises(PeerbookError, match=words) as caught:
            Folder.open(tmp_path / where, CLASS)
        assert "folder" in caught.value.remedy

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(PeerbookError, match="you may not write there"):
        Folder.open(tmp_path / "new", CLASS)


def test_a_full_disk_is_called_full() -> None:
    said = folder_module.unwritable(Path("/kept"), OSError(28, "No space left on device"))
    assert str(said).startswith("/kept: the disk is full\n")


# Who keeps it.

KNOWN = Known(b"founding", (b"one", b"other"), ((1, b"k" * 32), (2, b"l" * 32)), (b"wraps",))


@pytest.mark.parametrize("known", [Known(), KNOWN])
def test_who_one_is_comes_back_as_it_was_written_or_not_at_all(known: Known) -> None:
    own = Own(Secret(b"r" * 32), Secret(b"d" * 32), known)
    data = encode_own(own)
    back = decode_own(data)
    assert back
    assert (back.root.reveal(), back.device.reveal(), back.known) == (b"r" * 32, b"d" * 32, known)
    for at in range(len(data)):
        assert decode_own(data[:at]) is None
        assert decode_own(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]) is None


def test_who_one_is_is_read_by_this_user_alone(folder: Folder) -> None:
    assert folder.own() is None
    own = new_own(os.urandom)
    folder.keep_own(own)
    folder.keep_own(replace(own, known=KNOWN))
    file = folder.root / ".peerbook" / "own"
    assert file.stat().st_mode & 0o777 == 0o600
    back = folder.own()
    assert back
    assert (back.root.reveal(), back.known) == (own.root.reveal(), KNOWN)
    seed = own.root.reveal().hex()
    assert seed not in repr(own)
    assert all(seed not in each.read_text(errors="replace") for each in folder.root.rglob("*.json"))
    file.write_bytes(b"nonsense")
    assert folder.own() is None


# What is said.

OPEN, AWAY = ServerState("open"), ServerState("away", "broken")
ADA, BEN = {"a": "Ada"}, {"b": "Ben"}


def view(**fields: Any) -> View:
    return View(**{"server": OPEN, "is_in": True, "others": 0, "roads": (), "people": {}, **fields})


def told(*views: tuple[float, View]) -> list[str]:
    """What is said while the class is so for so many seconds, looked at four times a second."""
    news, lines, now = News(), [], 0.0
    for seconds, each in views:
        until = now + seconds
        while now < until:
            lines += news.look(each, now)
            now += 0.25
    return lines


def test_who_comes_and_goes_is_told_a_line_for_a_change() -> None:
    assert told((8, view()), (3, view(people=ADA, roads=["relay"])), (3, view(people={**ADA, **BEN}, roads=["relay"])))[
        1:
    ] == ["Ada came.", "Connected through the server.", "Ben came."]
    together = view(people={**ADA, **BEN}, roads=["direct"], others=2)
    assert told((3, together), (8, view())) == [
        "Ada and Ben came.",
        "Connected directly, from device to device.",
        "Ada and Ben left.",
        "Nobody else is here. Whoever comes gets what is kept.",
    ]


def test_thirty_who_come_at_once_are_one_line() -> None:
    many = {str(number): f"P{number:02}" for number in range(30)}
    (first, *_) = told((3, view(people=many, roads=["relay"])))
    assert first == "P00, P01, P02, P03, P04 and 25 others came."


def test_what_comes_and_goes_at_once_is_not_told() -> None:
    assert told((8, view()), (0.5, view(people=ADA)), (3, view()))[1:] == []
    reached = view(people=ADA, roads=["direct"])
    assert told((3, reached), (3, view(people=ADA, others=1)), (3, reached))[2:] == []


def test_those_who_come_and_go_all_the_time_are_told_of_now_and_then() -> None:
    flicker = [(0.5, view(people=ADA if number % 2 else BEN, roads=["relay"])) for number in range(60)]
    assert 1 <= len([line for line in told(*flicker) if "came" in line]) <= 4


def test_a_new_name_is_told() -> None:
    assert told((3, view(people=ADA, roads=["relay"])), (3, view(people={"a": "Lovelace"}, roads=["relay"])))[2:] == [
        "Ada is now called Lovelace."
    ]


def test_a_server_that_goes_and_comes_back_is_told_once_each() -> None:
    away = view(server=AWAY, is_in=False, roads=["direct"], people=ADA)
    connecting = view(server=ServerState("connecting"), is_in=False, roads=["direct"], people=ADA)
    back = view(roads=["direct"], people=ADA)
    assert told((3, back), (4, away), (0.5, connecting), (30, away), (1, connecting), (3, back))[2:] == [
        "The server does not answer; trying again until it does.",
        "The server answers again.",
    ]


def test_how_it_stands_at_the_door_is_told() -> None:
    lines = told(
        (2, view(door="knocking", roads=["relay"])),
        (3, view(door="waiting", roads=["relay"])),
        (3, view(door="inside", roads=["relay"])),
    )
    assert lines == [
        "Connected through the server.",
        "The door of the class is closed: waiting until whoever teaches opens it.",
        "Let in.",
    ]
    assert told((3, view(door="knocking", roads=["relay"])), (3, view(roads=["relay"]))) == [
        "Connected through the server."
    ]


def test_that_one_was_put_out_is_told_and_not_what_the_door_says_then() -> None:
    lines = told(
        (3, view(roads=["relay"])),
        (3, view(door="knocking", roads=["relay"], is_removed=True)),
        (9, view(door="refused", roads=["relay"], is_removed=True)),
        (3, view(roads=["relay"])),
    )
    assert lines == [
        "Connected through the server.",
        "Whoever teaches has put us out of the class. What was kept until now stays here; nothing new comes.",
        "Back in the class: what is written is kept again.",
    ]


def test_how_it_is_connected_is_told_when_it_changes() -> None:
    lines = told((3, view(roads=["relay"])), (3, view(roads=["relay", "direct"])), (9, view(others=1)))
    assert lines == [
        "Connected through the server.",
        "Connected, to some directly and to some through the server.",
        "1 other page of the class cannot be reached yet; trying.",
    ]


def test_a_notebook_is_told_of_when_it_rests_or_once_a_minute() -> None:
    news, lines = KeptNews(), []
    for tick in range(4 * 150):
        now = tick / 4
        if now < 130:
            news.written("w/1.ipynb", now)
        if now in (0, 1):
            news.written("w/2.ipynb", now)
        lines += [(now, line) for line in news.look(now)]
    assert [line for _, line in lines] == [
        "Kept w/2.ipynb.",
        "Kept w/1.ipynb.",
        "Kept w/1.ipynb.",
        "Kept w/1.ipynb.",
    ]
    assert lines[0][0] == 4
    assert lines[1][0] == 60


def test_per8_whose_writing_is_much_work_is_said_once() -> None:
    people = {"a": "Ada", "b": "Ben"}
    lines = told(
        (5, view(people=people)),
        (5, view(people=people, costly={"b"})),
        (5, view(people=people, costly={"b", "a", "c"})),
    )
    assert [line for line in lines if "work" in line] == [
        "What Ben wrote is a lot of work for this computer: it comes bit by bit.",
        "What Ada and Somebody wrote is a lot of work for this computer: it comes bit by bit.",
    ]
