"""The page's part: its packages installed and its TypeScript built, each only when something changed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from peerbook.errors import PeerbookError
from peerbook.fingerprint import Stamp, digest_of
from peerbook.machine import Node, last_line
from peerbook.progress import Progress
from peerbook.workspace import Workspace

SOURCES = ("src", "style", "package.json", "tsconfig.json", "rspack.config.cjs")


def install_packages(workspace: Workspace, node: Node, progress: Progress) -> None:
    """`npm ci` by the lock file, whose hashes every package is held to. About 600 packages, 130 MB over the network.

    Raises :class:`PeerbookError` with npm's last words when a registry cannot be reached.
    """
    lock = workspace.extension / "package-lock.json"
    stamp = Stamp(workspace.cache / "npm.stamp")
    digest = digest_of(files=[lock, workspace.extension / ".npmrc"])
    if stamp.holds(digest) and workspace.node_modules.is_dir():
        return
    with progress.task("Fetching the page's build tools (about 130 MB, a minute or two)"):
        run_npm(workspace, node, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], "fetching the page's packages")
    stamp.set(digest)


def build_extension(workspace: Workspace, node: Node, progress: Progress) -> Path:
    """The built extension's folder (`labextension`), built anew when a source or a package changed."""
    install_packages(workspace, node, progress)
    output = workspace.extension / "labextension"
    stamp = Stamp(workspace.cache / "extension.stamp")
    sources = [workspace.extension / name for name in SOURCES]
    digest = digest_of(files=[*sources, workspace.extension / "package-lock.json"])
    if stamp.holds(digest) and (output / "package.json").is_file() and workspace.page_scripts.is_dir():
        return output
    stamp.clear()
    shutil.rmtree(workspace.extension / "lib", ignore_errors=True)
    with progress.task("Building the page's part"):
        run_npm(workspace, node, ["run", "build"], "building the page's part")
    stamp.set(digest)
    return output


def run_npm(workspace: Workspace, node: Node, arguments: Sequence[str], doing: str) -> None:
    """Run npm in the extension's folder. Raises :class:`PeerbookError` with the end of what it said."""
    log = workspace.cache / "npm.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    # npm's scripts look for `node` on the path: put the one we chose first.
    environment = {**os.environ, "PATH": f"{node.node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    with log.open("w", encoding="utf-8") as stream:
        done = subprocess.run(
            [*node.npm, *arguments],
            cwd=workspace.extension,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        text = log.read_text(encoding="utf-8", errors="replace")
        offline = any(word in text for word in ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT", "network"))
        raise PeerbookError(
            f"{doing} failed: {_telling_line(text)}",
            where=str(log),
            remedy="The package registry could not be reached: connect this machine to it once, then try again."
            if offline
            else "The whole output is in that file.",
        )


def _telling_line(text: str) -> str:
    errors = [line.strip() for line in text.splitlines() if "error" in line.lower() and "complete log" not in line]
    return errors[0] if errors else last_line(text)
