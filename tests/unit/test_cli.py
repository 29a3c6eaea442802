"""The command line: errors in words and an exit code, never a traceback."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from peerbook import __version__
from peerbook.cli import main, parser
from peerbook.commands.clean import clean
from peerbook.commands.new import new
from peerbook.errors import PeerbookError
from peerbook.peer.founding import link_of
from peerbook.progress import Silent
from peerbook.workshop import read_workshop
from peerbook.workspace import Workspace
from tests.conftest import MakeWorkshop, cell, notebook

ROOT = Path(__file__).resolve().parents[2]
CLASS = f"http://127.0.0.1:9/workshops/loops/index.html{link_of(bytes(16), bytes(16)).fragment}"
"""The link of a class on a site where nobody answers."""


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"Peerbook {__version__}\n"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    for command in ("serve", "build", "check", "new", "peer", "lock", "test", "fuzz", "clean"):
        assert f"\n    {command} " in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "--ouptut", "x"], "--ouptut"),
        (["serve", "--port", "99999"], "'99999' is not a port"),
        (["serve", "--prefix", "/../x"], "is not a path such as /school/py"),
        (["build", "--signaling", "school.example:8000"], "is not an address such as https://school.example/signal"),
        (["build", "--signaling", "https://school.example:port/signal"], "is not an address"),
        (["fuzz", "--seeds", "0"], "'0' is not a number from 1 on"),
        (["bild"], "bild"),
        (["peer"], "LINK, --save"),
        (["peer", CLASS], "--save"),
        (["peer", CLASS[:-1], "--save", "x"], "does not lead into a class. Copy the whole invite link"),
        (["peer", "https://school.test/", "--save", "x"], "does not lead into a class"),
        (["peer", "school.test", "--save", "x"], "is not a link to a page"),
        (["peer", CLASS, "--save", "x", "--name", "n" * 65], "at most 64 characters, this one has 65"),
        (["peer", CLASS, "--save", "x", "--name", " \u202e"], "needs a letter or a number"),
        (["peer", CLASS, "--save", "x", "--relay", "--direct"], "not allowed with"),
    ],
)
def test_wrong_usage_is_said_and_ends_with_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("named", ["", "signal", "https://school.example/signal", "ws://10.0.0.1:8000/signal"])
def test_a_server_is_named_whole_or_below_the_site(named: str) -> None:
    assert parser().parse_args(["build", "--signaling", named]).signaling == named


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("kept", "the site cannot be reached"),
        ("file", "is not a folder"),
        ("file/under", "is not a folder"),
        ("site", "is a built site"),
        ("other", "keeps the notebooks of another class"),
    ],
)
def test_why_a_class_cannot_be_kept_is_one_sentence_and_ends_with_1(
    tmp_path: Path, folder: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for name, content in (("site/.peerbook", ""), ("other/.peerbook/class.json", '{"class": "00"}')):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(content)
    assert main(["peer", CLASS, "--relay", "--save", str(tmp_path / folder)]) == 1
    said = capsys.readouterr().err
    assert said.count("error: ") == 1
    assert words in said
    assert len(said.split("error: ")[1].splitlines()) == 2, "what is wrong, and what to do"


def test_direct_connections_need_what_makes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["peer", CLASS, "--direct", "--save", str(tmp_path)]) == 1
    assert "aiortc, which is not installed" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_broken_workshop_stops_the_build_with_1_and_leaves_the_output(
    a_workshop: MakeWorkshop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_workshop(replace=("minutes = 20", "minutes = -1"))
    output = tmp_path / "dist"
    output.mkdir()
    (output / ".peerbook").touch()
    (output / "index.html").write_text("old")
    assert main(["build", str(folder), "--output", str(output)]) == 1
    said = capsys.readouterr().err
    assert "error: " in said
    assert "workshop.toml, line 5, field 'minutes'" in said
    assert "Traceback" not in said
    assert (output / "index.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".dist")] == []


def test_a_full_disk_is_said_in_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/somewhere/file")

    monkeypatch.setattr("peerbook.commands.build.build_site", full)
    assert main(["build"]) == 1
    said = capsys.readouterr().err
    assert "/somewhere/file: the disk is full" in said
    assert "untouched" in said


def test_new_writes_a_workshop_that_is_right_as_it_stands(tmp_path: Path) -> None:
    folder = tmp_path / "loops"
    folder.mkdir()
    cells = [cell("a", '# Loops "and" more', "markdown")]
    (folder / "1-loops.ipynb").write_text(json.dumps(notebook(*cells)))
    (folder / "names.csv").write_text("name\n")
    new(folder, Silent())
    workshop = read_workshop(folder)
    assert (workshop.title, workshop.data) == ('Loops "and" more', ("names.csv",))
    with pytest.raises(PeerbookError, match="is there already"):
        new(folder, Silent())


def test_clean_deletes_what_was_built_and_only_that(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for path in (workspace.output, workspace.extension / "lib", workspace.node_modules, workspace.cache / "wheels"):
        path.mkdir(parents=True)
    clean(workspace, everything=False, progress=Silent())
    assert not workspace.output.exists()
    assert workspace.node_modules.exists()
    assert (workspace.cache / "wheels").exists()
    clean(workspace, everything=True, progress=Silent())
    assert not workspace.node_modules.exists()


def test_a_python_without_venv_is_told_which_package_brings_it(tmp_path: Path) -> None:
    shutil.copy(ROOT / "build.py", tmp_path)
    lacking = tmp_path / "lacking"
    lacking.mkdir()
    (lacking / "venv.py").write_text("raise ModuleNotFoundError(\"No module named 'ensurepip'\")\n")
    done = subprocess.run(
        [sys.executable, str(tmp_path / "build.py"), "serve"],
        env={"PYTHONPATH": str(lacking), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "this Python has no 'venv'" in done.stderr
    assert "sudo apt install python3" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_node_and_no_registry_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from peerbook.machine import find_node

    monkeypatch.setattr("peerbook.machine.shutil.which", lambda _: None)
    monkeypatch.setattr("peerbook.machine._node_of_wheel", lambda: None)
    with pytest.raises(PeerbookError, match=r"Node\.js is needed") as caught:
        find_node(tmp_path / "no-such-list.txt", Silent())
    assert "Install Node 20.19" in caught.value.remedy


def test_serve_without_a_prefix_serves_at_the_root() -> None:
    assert parser().parse_args(["serve"]).prefix == ""
    assert parser().parse_args(["serve", "--prefix", "school/py/"]).prefix == "/school/py"
