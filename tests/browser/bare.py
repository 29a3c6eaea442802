"""Bare pages for what needs a real browser and no site: a bundle of the page's own modules, the real signaling server.

No JupyterLab, no build: such a page opens in half a second and takes a few MB, so there may be many of them.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from peerbook.machine import find_node
from peerbook.progress import Silent

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "site" / "extension"
CONTRACT = EXTENSION / "src" / "connection" / "contract.ts"
PAGE = '<!doctype html><meta charset="utf-8"><title>bare</title><link rel="icon" href="data:,">'
SCRIPT = '<script src="bare.js"></script>'


def contract_titles() -> list[str]:
    """The cases of the contract of connections, as they are named there."""
    titles = re.findall(r"^    title: '(.+)',$", CONTRACT.read_text(encoding="utf-8"), re.MULTILINE)
    assert titles, f"no cases found in {CONTRACT}"
    return titles


def build_bare_page(folder: Path, entry: str = "src/connection/bare.ts") -> Path:
    """A folder to serve: `index.html` with the modules of ``entry`` as `window.bare`."""
    node = find_node(ROOT / "requirements" / "node.txt", Silent())
    esbuild = EXTENSION / "node_modules" / "esbuild" / "bin" / "esbuild"
    # esbuild's command is a script until its install step makes it the program itself.
    command = [str(node.node), str(esbuild)] if esbuild.read_bytes()[:2] == b"#!" else [str(esbuild)]
    out = f"--outfile={folder / 'bare.js'}"
    options = ["--bundle", "--format=iife", "--global-name=bare", "--target=es2022", "--log-level=warning", out]
    subprocess.run([*command, entry, *options], cwd=EXTENSION, check=True, timeout=60)
    (folder / "index.html").write_text(PAGE + SCRIPT, encoding="utf-8")
    return folder
