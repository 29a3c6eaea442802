"""`serve` in a process of its own behind a proxy that records, and all that it remembers: memory, disk, traffic.

Linux only, like these tests' browser: a process's memory is read from `/proc`.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .conftest import Server
from .proxy import Proxy

ROOT = Path(__file__).resolve().parents[2]
STOP_S = 10.0
LOG = "log.txt"
"""What it writes as it runs, in its folder."""
PIECE = 16 * 2**20
"""Bytes of memory looked at at once; pieces overlap by what is looked for."""
LONGEST = 4096
"""No form of a word is longer."""


@dataclass
class Recording:
    """One WebSocket, as it was on the wire: what its page sent and what the server answered."""

    sent: bytearray = field(default_factory=bytearray)
    answered: bytearray = field(default_factory=bytearray)

    @property
    def is_socket(self) -> bool:
        return b"upgrade: websocket" in bytes(self.sent[:4096]).lower()


class RecordingProxy(Proxy):
    """TCP on a free port of loopback, passed on to ``target``. Of what is no WebSocket only the requests are kept."""

    def __init__(self, target: int) -> None:
        super().__init__(target)
        self.recordings: list[Recording] = []

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:  # it has stopped
            writer.transport.abort()
            return
        recording = Recording()
        self.recordings.append(recording)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, answers: bool) -> None:
            with contextlib.suppress(OSError):
                while data := await source.read(65_536):
                    if not answers:
                        recording.sent += data
                    elif recording.is_socket:
                        recording.answered += data
                    sink.write(data)
                    await sink.drain()
            sink.transport.abort()

        try:
            await asyncio.gather(pump(reader, far_writer, False), pump(far_reader, writer, True))
        finally:
            for end in (writer, far_writer):
                end.transport.abort()


class ServedApart(Server):
    """The site as ``serve`` serves it, in a process whose folders are all ``home``; ``port`` is the recording one's."""

    def __init__(self, site: Path, home: Path) -> None:
        self._home = home
        self._process: subprocess.Popen[str] | None = None
        super().__init__(site)

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PEERBOOK_SIGNALING_")}
        places = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME"), str(self._home))
        path = os.pathsep.join((str(ROOT), str(ROOT / "site")))
        with (self._home / LOG).open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.browser.served", str(self._site)],
                cwd=self._home,
                env={**environment, **places, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"Peerbook is at +http://localhost:(\d+)/", line):
                break
        else:
            raise AssertionError((self._home / LOG).read_text())
        self.proxy = RecordingProxy(int(found[1]))
        self.proxy.__enter__()
        self.port = self.proxy.port

    def stop(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.stdout.close()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.proxy.__exit__(None, None, None)

    # What it remembers

    def in_memory(self, forms: dict[str, bytes]) -> set[str]:
        """Which of ``forms`` stand somewhere in the process's memory, by their names."""
        assert self._process is not None
        found: set[str] = set()
        looked = 0
        maps = Path(f"/proc/{self._process.pid}/maps").read_text().splitlines()
        with Path(f"/proc/{self._process.pid}/mem").open("rb", buffering=0) as memory:
            for line in maps:
                first, last, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()  # type: ignore[union-attr]
                if not rights.startswith("r") or line.endswith(("[vvar]", "[vvar_vclock]", "[vsyscall]")):
                    continue
                at, end = int(first, 16), int(last, 16)
                while at < end:
                    with contextlib.suppress(OSError):  # a page that was mapped and is no more
                        memory.seek(at)
                        piece = memory.read(min(end - at, PIECE + LONGEST))
                        looked += len(piece)
                        found |= {name for name, form in forms.items() if name not in found and form in piece}
                    at += PIECE
        assert looked > 2**20, "no memory was read"
        return found

    def on_disk(self, forms: dict[str, bytes]) -> set[str]:
        """Which of ``forms`` stand in a file that it wrote, or in a file's name."""
        files = self.files
        whole = [path.read_bytes() for path in files] + [str(path).encode() for path in files]
        return {name for name, form in forms.items() if any(form in data for data in whole)}

    @property
    def files(self) -> list[Path]:
        return sorted(path for path in self._home.rglob("*") if path.is_file())

    def in_traffic(self, forms: dict[str, bytes]) -> set[str]:
        """Which of ``forms`` stand in requests, or in what went over WebSockets in either direction."""
        whole = [bytes(each.sent) for each in self.proxy.recordings]
        for each in self.proxy.recordings:
            if each.is_socket:
                whole += [*messages(bytes(each.sent)), *messages(bytes(each.answered))]
        return {name for name, form in forms.items() if any(form in data for data in whole)}


def messages(stream: bytes) -> Iterator[bytes]:
    """What was said in one direction of a WebSocket, unmasked; last, all of it in one piece."""
    head, _, rest = stream.partition(b"\r\n\r\n")
    assert b"permessage-deflate" not in head or head.startswith(b"GET"), "the server agreed to compress"
    at, whole = 0, []
    while at + 2 <= len(rest):
        first, second = rest[at], rest[at + 1]
        assert not first & 0x70, "compressed, or no frame"
        at += 2
        size = second & 0x7F
        if size > 125:
            wide = 2 if size == 126 else 8
            size = int.from_bytes(rest[at : at + wide], "big")
            at += wide
        mask = b""
        if second & 0x80:
            mask, at = rest[at : at + 4], at + 4
        data = rest[at : at + size]
        at += size
        if mask:
            long = (mask * (len(data) // 4 + 1))[: len(data)]
            data = (int.from_bytes(data, "big") ^ int.from_bytes(long, "big")).to_bytes(len(data), "big")
        whole.append(data)
        yield data
    yield b"".join(whole)


def forms_of(word: bytes) -> dict[str, bytes]:
    """How ``word`` may stand somewhere: as it is, in hex, in base64 wherever it begins in what was encoded."""
    forms = {"as it is": word, "hex": word.hex().encode()}
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + word).rstrip(b"=")
        # The first characters hold bits of what stands before, the last one of what comes behind.
        inner = encoded[-(-before * 8 // 6) : (before + len(word)) * 8 // 6]
        forms[f"base64 at {before}"] = inner
        forms[f"base64url at {before}"] = inner.translate(bytes.maketrans(b"+/", b"-_"))
    return forms


def forms_of_text(word: str) -> dict[str, bytes]:
    """The same for a text, in UTF-8 and as JavaScript and Python keep it."""
    utf8 = {f"{word!r} {how}": form for how, form in forms_of(word.encode()).items()}
    return {**utf8, f"{word!r} in UTF-16": word.encode("utf-16-le"), f"{word!r} in UTF-32": word.encode("utf-32-le")}


def main(site: Path) -> None:
    """Serve ``site`` on any free port, with this folder in the place of the checkout, until SIGTERM."""
    from peerbook.commands.serve import serve
    from peerbook.progress import Silent
    from peerbook.workspace import Workspace

    options = argparse.Namespace(output=site, no_build=True, port=0, lan=False, prefix="")
    serve(Workspace(Path.cwd()), options, Silent())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
