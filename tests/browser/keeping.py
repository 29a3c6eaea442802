"""`peerbook peer` as people start it: a program of its own, whose words and files a test reads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat

from peerbook.peer.keep.state import decode_kept, decode_records

ROOT = Path(__file__).resolve().parents[2]


# What is started in the background of a shell ignores Ctrl-C, and so does what it starts: a keeper must hear it here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Keeping:
    """A running `peer`."""

    def __init__(self, link: str, folder: Path, *options: str) -> None:
        self.folder = folder
        environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'site'}{os.pathsep}{ROOT}", "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "peerbook", "peer", link, "--save", str(folder), *options]
        self._process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def hears(self, words: str, seconds: float = 40) -> None:
        """Waits until it says something with these words."""
        self.wait(lambda: any(words in line for line in self.said), f"it says {words!r}", seconds)

    def keeps(self, words: str, path: str, seconds: float = 40) -> None:
        """Waits until these words are in the file of a notebook."""
        self.wait(lambda: words in "".join(self.sources(path)), f"{words!r} is in {path}", seconds)

    def sources(self, path: str) -> list[str]:
        """Of the cells of a notebook on disk, which must be whole and valid whenever one looks."""
        file = self.folder / path
        return [str(cell["source"]) for cell in read_whole(file)["cells"]] if file.exists() else []

    def wait(self, holds: Callable[[], bool], what: str, seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"not in {seconds:.0f} s: {what}\n" + "\n".join(self.said)
            assert self._process.poll() is None or holds(), f"it ended before {what}\n" + "\n".join(self.said)
            time.sleep(0.05)

    def kill(self) -> None:
        """As when the power fails: nothing is cleared up."""
        self._process.kill()
        self._process.wait()
        self._reader.join(timeout=10)

    def ends(self, how: signal.Signals | None = signal.SIGINT, seconds: float = 40) -> int:
        """Ctrl-C, or waits until it ends by itself (None); the exit code."""
        if how is not None:
            self._process.send_signal(how)
        code = self._process.wait(seconds)
        self._reader.join(timeout=10)
        return code

    def _read(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            self.said.append(line.rstrip("\n"))
        self._process.stderr.close()


@contextmanager
def keeping(link: str, folder: Path, *options: str) -> Iterator[Keeping]:
    """Starts one; it is killed at the end if it still runs."""
    keeper = Keeping(link, folder, *options)
    try:
        yield keeper
    finally:
        keeper.kill()


def read_whole(file: Path) -> dict[str, Any]:
    """A notebook file, which is whole and valid."""
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    nbformat.validate(nbformat.from_dict(content))
    return content


def assert_all_whole(folder: Path) -> None:
    """Every notebook and every state in the folder can be read."""
    for file in folder.rglob("*.ipynb"):
        read_whole(file)
    for file in folder.glob(".peerbook/*.state"):
        assert decode_kept(file.read_bytes()), file
    for file in folder.glob(".peerbook/*.log"):
        assert not decode_records(file.read_bytes()).is_damaged, file
    assert not list(folder.glob(".peerbook/*.damaged"))
