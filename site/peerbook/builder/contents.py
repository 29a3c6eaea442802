"""The workshops' files as the site serves them, and the listings that JupyterLab's file list reads.

JupyterLite would make the listings with the whole of jupyter-server; they are a few fields each, and written here.
"""

from __future__ import annotations

import json
import mimetypes
import shutil
from pathlib import Path
from typing import Any

from peerbook.builder.plan import Plan

LISTING = "all.json"
"""JupyterLite's name for a folder's listing, announced to the page as `contentsAllJsonFile`."""
EPOCH = "1970-01-01T00:00:00Z"
"""Times say nothing about files that are the same in every build."""
TYPES = {".ipynb": "application/x-ipynb+json", ".csv": "text/csv", ".py": "text/x-python", ".md": "text/markdown"}


def write_contents(plan: Plan) -> None:
    """Write `files/` and `api/contents/`: notebooks in their one form, data as it is."""
    files = plan.site / "files"
    for workshop in plan.workshops:
        for notebook in workshop.notebooks:
            path = files / workshop.slug / notebook.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(notebook.content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        for name in workshop.data:
            path = files / workshop.slug / name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(workshop.folder / name, path)
    files.mkdir(exist_ok=True)
    for folder in [files, *(path for path in sorted(files.rglob("*")) if path.is_dir())]:
        listing = plan.site / "api" / "contents" / folder.relative_to(files) / LISTING
        listing.parent.mkdir(parents=True, exist_ok=True)
        entries = [entry(path, files) for path in sorted(folder.iterdir())]
        listing.write_text(json.dumps({**entry(folder, files), "content": entries}, indent=1) + "\n", encoding="utf-8")
    announce(plan.site / "jupyter-lite.json")


def entry(path: Path, files: Path) -> dict[str, Any]:
    """One file or folder as Jupyter's contents API describes it, without its content."""
    relative = path.relative_to(files).as_posix()
    kind = "directory" if path.is_dir() else "notebook" if path.suffix == ".ipynb" else "file"
    mimetype = None if kind == "directory" else TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    return {
        "name": path.name if relative != "." else "",
        "path": relative if relative != "." else "",
        "type": kind,
        "format": None,
        "mimetype": mimetype,
        "size": None if kind == "directory" else path.stat().st_size,
        "writable": True,
        "created": EPOCH,
        "last_modified": EPOCH,
        "content": None,
    }


def announce(config: Path) -> None:
    """Tell the page how the listings are called."""
    settings = json.loads(config.read_text(encoding="utf-8"))
    settings["jupyter-config-data"]["contentsAllJsonFile"] = LISTING
    config.write_text(json.dumps(settings, indent=2, sort_keys=True), encoding="utf-8")
