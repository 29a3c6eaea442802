"""`fuzz`: lessons under many seeds in the page's own core, run by Node under a virtual clock."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from peerbook.errors import PeerbookError
from peerbook.extension import install_packages
from peerbook.machine import find_node
from peerbook.progress import Progress
from peerbook.workspace import Workspace

ENTRY = Path("src") / "core" / "simulation" / "fuzz.node.ts"
NODE_FLAGS = ("--single-threaded-gc", "--max-semi-space-size=64")
"""Each thread tells lessons of its own: collectors beside them take processors from each other (a third less work)."""


def fuzz(workspace: Workspace, options: argparse.Namespace, progress: Progress) -> int:
    """Bundle the simulation and tell its lessons; it prints how far it is, and of each failure the seed and what
    happened. 0 when all ended well. Raises :class:`PeerbookError` when it cannot be bundled.
    """
    node = find_node(workspace.requirements / "node.txt", progress)
    install_packages(workspace, node, progress)
    bundle = workspace.cache / "fuzz.mjs"
    bundle.parent.mkdir(parents=True, exist_ok=True)
    esbuild = [
        str(workspace.node_modules / "esbuild" / "bin" / "esbuild"),
        str(ENTRY),
        "--bundle",
        "--platform=node",
        "--format=esm",
        "--log-level=warning",
        # As ES modules: what Node would choose cannot be bundled as one.
        f"--alias:yjs={workspace.node_modules / 'yjs' / 'dist' / 'yjs.mjs'}",
        f"--outfile={bundle}",
    ]
    made = subprocess.run(esbuild, cwd=workspace.extension, capture_output=True, text=True, check=False)
    if made.returncode:
        raise PeerbookError(f"the simulation could not be bundled: {made.stderr.strip().splitlines()[0]}")
    numbers = {name: getattr(options, name) for name in ("seeds", "first", "ops", "people", "jobs", "forge")}
    arguments = [f"--{name}={number}" for name, number in numbers.items() if number is not None]
    arguments += [f"--{name}" for name in ("real", "trace") if getattr(options, name)]
    return subprocess.run([str(node.node), *NODE_FLAGS, str(bundle), *arguments], check=False).returncode
