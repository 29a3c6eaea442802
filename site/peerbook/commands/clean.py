"""`clean`: take away what can be made again."""

from __future__ import annotations

import shutil

from peerbook.progress import Progress
from peerbook.workspace import Workspace


def clean(workspace: Workspace, *, everything: bool, progress: Progress) -> None:
    """Delete the built site and the built extension; with ``everything`` also whatever was fetched."""
    built = [workspace.output, workspace.extension / "lib", workspace.extension / "labextension"]
    stamps = [workspace.cache / "extension.stamp", workspace.cache / "builds"]
    fetched = [workspace.cache.parent, workspace.node_modules, workspace.root / ".venv"]
    for path in [*built, *stamps, *(fetched if everything else [])]:
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            continue
        progress.say(f"Deleted {path.relative_to(workspace.root)}")
