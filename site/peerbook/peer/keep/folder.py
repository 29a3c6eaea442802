"""The folder a class is kept in. Files are written whole or not at all; what somebody else wrote is never lost.

    first-steps/1-hello.ipynb       a notebook of the class, for reading
    .peerbook/class.json            which class, who one is in it, the site as it was
    .peerbook/own                   who one is in a class with keys, and the keys: for this user alone
    .peerbook/<document>.state      where a document belongs, and what it begins with
    .peerbook/<document>.log        what its authors signed, appended to: what a restart goes on from

A shell: the one place that touches the disk.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from ...errors import PeerbookError
from ..sync.kept import without_compacted
from ..sync.options import Keepable
from .names import beside
from .own import Own, decode_own, encode_own
from .state import Kept, decode_kept, decode_records, encode_kept, encode_record

HIDDEN = ".peerbook"
_OWN = "own"
_BINARY = getattr(os, "O_BINARY", 0)
_WRITING = "writing-"
"""What a file is called until it is whole."""
SHORTEN_RECORDS = 400
"""A log is written anew after so many records that were added, as a page does: of what a segment took the place of
nothing is kept.
"""


@dataclass(frozen=True, slots=True)
class Written:
    is_new: bool
    """Whether the notebook's file holds something else than before."""
    aside: str
    """The name that somebody else's file was given, which was in the notebook's place; or empty."""


class Folder:
    """Made by :meth:`open`, for one program at a time; :meth:`close` lets others in."""

    def __init__(self, root: Path, lock: IO[bytes]) -> None:
        self.root = root
        self._hidden = root / HIDDEN
        self._lock = lock
        self._seen: dict[str, tuple[int, int, int]] = {}
        """What was written to a file last, as the system tells files apart."""
        self._ours: set[bytes] = set()
        """Hashes of all that was written here: what has another was written by somebody else."""
        self._noted: dict[str, Kept] = {}
        """What the state file of each document says."""
        self._added: dict[str, int] = {}
        """Records added to each document's log since it was looked at for what it needs no more."""

    @classmethod
    def open(cls, root: Path, class_id: str) -> Folder:
        """Makes the folder where it is missing. PeerbookError where it cannot be written, keeps another class, or is
        in use. It keeps this class from when :meth:`note` says so: a link that leads nowhere takes no folder.
        """
        hidden = root / HIDDEN
        try:
            if hidden.is_file():
                raise PeerbookError(
                    "is a built site", where=str(root), remedy="Choose another folder for the class's notebooks."
                )
            hidden.mkdir(parents=True, exist_ok=True)
            lock = (hidden / "lock").open("ab")
        except OSError as error:
            raise unwritable(root, error) from None
        if not _is_locked_by_us(lock):
            lock.close()
            raise PeerbookError(
                "another 'peer' is keeping a class there",
                where=str(root),
                remedy="Stop that one, or choose another folder.",
            )
        folder = cls(root, lock)
        try:
            folder._prepare(class_id)
        except BaseException:
            folder.close()
            raise
        return folder

    def close(self) -> None:
        self._lock.close()

    def about(self) -> dict[str, Any]:
        """What was noted of the class; empty where nothing was."""
        try:
            said = json.loads((self._hidden / "class.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return said if isinstance(said, dict) else {}

    def note(self, **fields: object) -> None:
        """Notes something of the class, beside what was noted before."""
        text = json.dumps({**self.about(), **fields}, ensure_ascii=False, indent=1)
        self._replace(self._hidden / "class.json", f"{text}\n".encode())

    def own(self) -> Own | None:
        """Who keeps the class here, with what they know of it; None where nobody did, or that is damaged."""
        try:
            return decode_own((self._hidden / _OWN).read_bytes())
        except OSError:
            return None

    def keep_own(self, own: Own) -> None:
        """For this user alone: whoever has it is that participant."""
        self._replace(self._hidden / _OWN, encode_own(own), mode=0o600)

    def kept(self) -> Iterator[Kept | str]:
        """Each document that was kept; where one is damaged, the name its file was given, set aside."""
        for file in sorted(self._hidden.glob("*.state")):
            kept = decode_kept(file.read_bytes())
            if kept is None:
                aside = self._free(file.with_suffix(".damaged"))
                file.replace(aside)
                yield f"{HIDDEN}/{aside.name}"
            else:
                self._ours.update(kept.written)
                self._noted[kept.document] = kept
                yield kept

    def log(self, document: str) -> tuple[tuple[Keepable, ...], str]:
        """What is kept of a document's log, in order; and, where it was damaged, the name its file was given, set aside
        (else empty). What was being written when the program ended is cut off.
        """
        file = self._hidden / f"{_name_of(document)}.log"
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            return (), ""
        records = decode_records(data)
        aside = ""
        if records.is_damaged:
            damaged = self._free(file.with_suffix(".damaged"))
            file.replace(damaged)
            self._replace(file, b"".join(map(encode_record, records.kept)))
            aside = f"{HIDDEN}/{damaged.name}"
        elif records.good < len(data):
            os.truncate(file, records.good)
        self._added[document] = len(records.kept)
        return records.kept, aside

    def append(self, document: str, kept: Sequence[Keepable]) -> None:
        """Adds to a document's log. OSError when the disk says no: nothing is added then."""
        file = self._hidden / f"{_name_of(document)}.log"
        with file.open("ab") as log:
            before = log.tell()
            try:
                log.write(b"".join(map(encode_record, kept)))
                log.flush()
                os.fsync(log.fileno())
            except OSError:
                with contextlib.suppress(OSError):
                    os.truncate(file, before)
                raise
        added = self._added[document] = self._added.get(document, 0) + len(kept)
        if added >= SHORTEN_RECORDS:
            self._shorten(document)

    def _shorten(self, document: str) -> None:
        """Writes a log without what need not be read again; where that cannot be, it is as it was, only longer."""
        self._added[document] = 0
        file = self._hidden / f"{_name_of(document)}.log"
        with contextlib.suppress(OSError):
            records = decode_records(file.read_bytes())
            shorter = without_compacted(list(dict.fromkeys(records.kept)))
            if not records.is_damaged and len(shorter) < len(records.kept):
                self._replace(file, b"".join(map(encode_record, shorter)))

    def write(self, kept: Kept, notebook: bytes | None) -> Written:
        """Writes where a document belongs, and its notebook if there is one; ``kept.written`` is filled in here.
        OSError when the disk says no: what was there before is whole.
        """
        if notebook is None:
            self._note_kept(kept)
            return Written(False, "")
        target = self.root / kept.file
        digest = hashlib.sha256(notebook).digest()
        aside = "" if self._is_ours(target, kept.file) else self._set_aside(target, kept.file)
        before = _digest_of(target)
        written = (digest,) if before in (None, digest) else (digest, before)
        # The state first: a notebook that is written and not known as ours would be taken for somebody else's.
        self._note_kept(replace(kept, written=written))
        self._ours.update(written)
        if before != digest:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._replace(target, notebook)
        self._seen[kept.file] = _stamp(target)
        return Written(before != digest, aside)

    def _note_kept(self, kept: Kept) -> None:
        file = self._hidden / f"{_name_of(kept.document)}.state"
        if self._noted.get(kept.document) != kept:
            self._replace(file, encode_kept(kept))
            self._noted[kept.document] = kept

    def _free(self, file: Path) -> Path:
        """That name, or the next one like it that nothing has."""
        number = 1
        free = file
        while free.exists():
            number += 1
            free = file.with_name(f"{file.stem}-{number}{file.suffix}")
        return free

    def _prepare(self, class_id: str) -> None:
        """One folder, one class: two in one would take each other's files away."""
        if self.about().get("class", class_id) != class_id:
            raise PeerbookError(
                "keeps the notebooks of another class",
                where=str(self.root),
                remedy="Choose another folder, one for each class.",
            )
        try:
            for left in self._hidden.glob(f"{_WRITING}*"):  # of one that was killed
                left.unlink()
        except OSError as error:
            raise unwritable(self.root, error) from None

    def _is_ours(self, target: Path, file: str) -> bool:
        """Whether nobody else's work is lost by writing there."""
        try:
            if _stamp(target) == self._seen.get(file):
                return True
        except FileNotFoundError:
            return True
        return _digest_of(target) in self._ours

    def _set_aside(self, target: Path, file: str) -> str:
        number = 1
        while (self.root / beside(file, number)).exists():
            number += 1
        free = beside(file, number)
        target.rename(self.root / free)
        return free

    def _replace(self, target: Path, data: bytes, mode: int = 0o666) -> None:
        """Puts ``data`` where ``target`` is, in one step: whoever looks sees the old file or the new one, whole."""
        writing = self._hidden / f"{_WRITING}{secrets.token_hex(8)}"
        try:
            with os.fdopen(os.open(writing, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY, mode), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            writing.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                writing.unlink(missing_ok=True)
            raise


def unwritable(root: Path, error: OSError) -> PeerbookError:
    """What the system said about writing there, in words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return PeerbookError("the disk is full", where=str(root), remedy="Make room, or choose another folder.")
    reasons = {
        errno.EACCES: "you may not write there",
        errno.EPERM: "you may not write there",
        errno.EROFS: "nothing can be written there",
        errno.ENOTDIR: "is not a folder",
        errno.EEXIST: "is not a folder",
    }
    why = reasons.get(error.errno or 0, error.strerror or str(error))
    return PeerbookError(why, where=str(root), remedy="Choose another folder with --save, one you may write to.")


def _name_of(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()[:32]


def _digest_of(file: Path) -> bytes | None:
    """SHA-256 of a file, or None where there is none."""
    try:
        return hashlib.sha256(file.read_bytes()).digest()
    except FileNotFoundError:
        return None


def _stamp(file: Path) -> tuple[int, int, int]:
    status = file.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _is_locked_by_us(lock: IO[bytes]) -> bool:
    """Takes the lock, which the system gives back when the program ends, however it does."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
