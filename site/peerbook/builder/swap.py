"""Putting a finished stage where the old output stands: all of it or nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

from peerbook.errors import PeerbookError

MARK = ".peerbook"
"""A file in every output of ours: what we made we may replace, any other folder we may not."""


def refuse_foreign(output: Path) -> None:
    """Raise :class:`PeerbookError` when ``output`` holds something that no build of ours put there."""
    if output.is_dir() and any(output.iterdir()) and not (output / MARK).is_file():
        raise PeerbookError(
            "is a folder that Peerbook did not make, and building would replace it",
            where=str(output),
            remedy="Choose another --output, or empty that folder yourself.",
        )
    if output.exists() and not output.is_dir():
        raise PeerbookError("is a file, not a folder", where=str(output), remedy="Choose another --output.")


def swap(stage: Path, output: Path) -> None:
    """Move ``stage`` to ``output``. Whatever fails, ``output`` is the old site or the new one, whole.

    Both must lie on one file system: the stage is made beside the output for that reason.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    (stage / MARK).write_text("Made by Peerbook; building again replaces this folder.\n", encoding="utf-8")
    old = output.with_name(f".{output.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if output.exists():
        output.rename(old)
    try:
        stage.rename(output)
    except OSError:
        if old.exists():
            old.rename(output)
        raise
    shutil.rmtree(old, ignore_errors=True)
