"""The build: workshops in, a static site out, and nothing half written whatever happens on the way.

Reads and checks everything first, then works on a stage beside the output, and swaps the two at the end.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from peerbook import __version__
from peerbook.builder.addons import ADDONS
from peerbook.builder.check import check_site
from peerbook.builder.lite import build_lite
from peerbook.builder.plan import Options, Plan
from peerbook.builder.swap import MARK, refuse_foreign, swap
from peerbook.builder.vendor import vendor
from peerbook.extension import build_extension
from peerbook.fingerprint import Stamp, digest_of
from peerbook.machine import find_node
from peerbook.progress import Progress
from peerbook.workshop import Workshop, read_workshops
from peerbook.workspace import Workspace

__all__ = ["Built", "Options", "build_site"]


@dataclass(frozen=True)
class Built:
    """What came of a build."""

    fresh: bool
    """False: nothing had changed, the output is what it was."""
    workshops: int = 0
    files: int = 0
    bytes: int = 0
    left_out: tuple[tuple[str, str], ...] = ()
    """Title and reason of each optional workshop that could not be had."""


def build_site(workspace: Workspace, options: Options, progress: Progress) -> Built:
    """Build ``options.content`` into ``options.output`` unless nothing changed since the last time.

    Raises :class:`~peerbook.errors.PeerbookError`; the output is then what it was before.
    """
    refuse_foreign(options.output)
    workshops = read_workshops(options.content)
    node = find_node(workspace.requirements / "node.txt", progress)
    extension = build_extension(workspace, node, progress)
    edition = _digest(workspace, options, workshops, extension)
    name = hashlib.sha256(str(options.output).encode()).hexdigest()[:16]
    stamp = Stamp(workspace.cache / "builds" / name)
    reasons = workspace.cache / "builds" / f"{name}.json"
    if stamp.holds(edition) and (options.output / MARK).is_file() and not options.again:
        return Built(fresh=False, left_out=_read_left_out(reasons))
    stamp.clear()
    with _stage(options.output) as stage:
        plan = Plan(
            workspace=workspace,
            options=options,
            node=node,
            progress=progress,
            edition=edition,
            extension=extension,
            vendored=stage / "vendored",
            site=stage / "site",
            workshops=workshops,
        )
        vendor(plan)
        with progress.task("Building the site"):
            build_lite(plan, stage / "work", ADDONS)
        check_site(plan.site)
        (plan.site / MARK).touch()
        files = [path for path in plan.site.rglob("*") if path.is_file()]
        built = Built(
            fresh=True,
            workshops=len(plan.workshops),
            files=len(files),
            bytes=sum(path.stat().st_size for path in files),
            left_out=tuple((workshop.title, reason) for workshop, reason in plan.left_out),
        )
        swap(plan.site, options.output)
    # Locks may have been written on the way: the next start compares with what is there now.
    stamp.set(_digest(workspace, options, workshops, extension))
    reasons.write_text(json.dumps(built.left_out), encoding="utf-8")
    return built


def _read_left_out(path: Path) -> tuple[tuple[str, str], ...]:
    """What the last build left out, as it wrote it down."""
    try:
        return tuple((str(title), str(reason)) for title, reason in json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return ()


def _digest(workspace: Workspace, options: Options, workshops: list[Workshop], extension: Path) -> str:
    """Over everything a build is made from."""
    files = [
        workspace.root / "site" / "peerbook",
        workspace.templates,
        workspace.static,
        extension,
        workspace.page_scripts,
    ]
    files += [workspace.requirements / "run.txt", workspace.root / "jupyter_lite_config.json"]
    files += [workshop.folder for workshop in workshops]
    texts = [__version__, options.pyodide_mirror or "", options.signaling, *(w.slug for w in workshops)]
    return digest_of(files=files, texts=texts)


@contextmanager
def _stage(output: Path) -> Iterator[Path]:
    """A folder beside the output, gone at the end."""
    output.parent.mkdir(parents=True, exist_ok=True)
    for left_over in output.parent.glob(f".{output.name}.stage-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(prefix=f".{output.name}.stage-", dir=output.parent))
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
