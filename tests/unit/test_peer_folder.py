"""The folder a class is kept in: files are whole, what somebody else wrote stays, nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from peerbook.errors import PeerbookError
from peerbook.peer.keep import folder as folder_module
from peerbook.peer.keep.folder import SHORTEN_RECORDS, Folder, Written
from peerbook.peer.keep.own import Own, decode_own, encode_own, new_own
from peerbook.peer.keep.state import Kept, decode_kept, decode_records, encode_record
from peerbook.peer.secret import Secret
from peerbook.peer.sync.kept import without_compacted
from peerbook.peer.sync.options import Keepable
from peerbook.peer.sync.society import Known

from .peer_kit import World
from .test_peer_keep import PIECES, document

ROOT = Path(__file__).resolve().parents[2]
CLASS, OTHER_CLASS = "aa" * 16, "bb" * 16


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
