"""The output is the old site or the new one, whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from peerbook.builder.swap import refuse_foreign, swap
from peerbook.errors import PeerbookError


def a_site(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "index.html").write_text(text)
    return folder


def test_a_stage_replaces_the_output(tmp_path: Path) -> None:
    swap(a_site(tmp_path / "stage", "old"), tmp_path / "dist")
    swap(a_site(tmp_path / "stage", "new"), tmp_path / "dist")
    assert (tmp_path / "dist" / "index.html").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dist"]


def test_a_swap_that_fails_leaves_the_old_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swap(a_site(tmp_path / "stage", "old"), tmp_path / "dist")
    stage = a_site(tmp_path / "stage", "new")
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self == stage:
            raise OSError("no")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="no"):
        swap(stage, tmp_path / "dist")
    assert (tmp_path / "dist" / "index.html").read_text() == "old"


def test_a_folder_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    thesis = a_site(tmp_path / "thesis", "mine")
    with pytest.raises(PeerbookError, match="did not make"):
        refuse_foreign(thesis)
    refuse_foreign(tmp_path / "missing")
