"""`test`: every check there is, in parts, with the set-up that each needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peerbook.builder import Options, build_site
from peerbook.errors import PeerbookError
from peerbook.extension import build_extension, install_packages
from peerbook.machine import Node, find_browser, find_node, install_from_debian
from peerbook.progress import Progress
from peerbook.workspace import Workspace


@dataclass(frozen=True)
class Context:
    """What a part may need."""

    workspace: Workspace
    rest: list[str]
    """Arguments for pytest."""
    progress: Progress

    def node(self) -> Node:
        node = find_node(self.workspace.requirements / "node.txt", self.progress)
        install_packages(self.workspace, node, self.progress)
        return node


def test(workspace: Workspace, parts: Sequence[str], rest: list[str], progress: Progress) -> int:
    """Run the parts named, or all; a failing part does not keep the others from running. 0 when all passed."""
    wanted = list(parts) or list(PARTS)
    # Words that are no part go to pytest too: paths such as tests/unit/test_serve.py
    paths = [word for word in wanted if word not in PARTS and (Path(word.split("::")[0]).exists())]
    unknown = [word for word in wanted if word not in PARTS and word not in paths]
    if unknown:
        raise PeerbookError(f"there is no part '{unknown[0]}'", remedy=f"The parts are: {', '.join(PARTS)}.")
    context = Context(workspace, rest, progress)
    results: list[tuple[str, bool, float]] = []
    if paths:
        results.append(_timed("pytest", lambda: _pytest(context, paths)))
    for name in [word for word in wanted if word in PARTS]:
        print(f"\n== {name}", flush=True)
        results.append(_timed(name, lambda name=name: PARTS[name](context)))  # type: ignore[misc]
    print()
    for name, passed, seconds in results:
        print(f"{'passed' if passed else 'FAILED'}  {name:10} {seconds:6.1f} s")
    failed = [name for name, passed, _ in results if not passed]
    print(f"Failed: {', '.join(failed)}" if failed else "All parts passed.", flush=True)
    return 1 if failed else 0


def _timed(name: str, run: Callable[[], bool]) -> tuple[str, bool, float]:
    started = time.monotonic()
    try:
        passed = run()
    except PeerbookError as error:
        print(f"error: {error}", file=sys.stderr)
        passed = False
    return name, passed, time.monotonic() - started


def _run(
    context: Context, *command: str | Path, cwd: Path | None = None, more: Mapping[str, str] | None = None
) -> bool:
    environment = {**os.environ, **(more or {})}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd or context.workspace.root, env=environment, check=False
    )
    return done.returncode == 0


def _pytest(context: Context, paths: Sequence[str], more: Mapping[str, str] | None = None) -> bool:
    return _run(context, sys.executable, "-m", "pytest", *paths, *context.rest, more=more)


def _beside(most: int = 8) -> list[str]:
    """For pytest: a process for each core. A file stays with one: its tests share what they have built.

    ``-n 0`` on the command line has one test after the other, as ``--pdb`` wants it.
    """
    # In a container, fewer than the machine has.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return ["-n", str(min(cores, most)), "--dist", "loadfile"]


def _lint(context: Context) -> bool:
    scripts = Path(sys.executable).parent
    node = context.node()
    modules = context.workspace.node_modules
    extension = context.workspace.extension
    checks = [
        _run(context, sys.executable, "-m", "ruff", "check", "."),
        _run(context, sys.executable, "-m", "ruff", "format", "--check", "--quiet", "."),
        _run(context, scripts / "lint-imports", "--no-cache", more={"PYTHONPATH": f"site{os.pathsep}."}),
        _run(context, node.node, modules / "eslint" / "bin" / "eslint.js", "--max-warnings=0", "src", cwd=extension),
        _run(
            context, node.node, modules / "prettier" / "bin" / "prettier.cjs", "--check", "src", "style", cwd=extension
        ),
    ]
    return all(checks)


def _types(context: Context) -> bool:
    node = context.node()
    extension = context.workspace.extension
    compiler = context.workspace.node_modules / "typescript" / "bin" / "tsc"
    checks = [
        _run(context, sys.executable, "-m", "mypy"),
        _run(context, node.node, compiler, "--noEmit", cwd=extension),
        _run(context, node.node, compiler, "--noEmit", "-p", "tsconfig.test.json", cwd=extension),
        _run(context, node.node, compiler, "--noEmit", "-p", "src/kernel/worker", cwd=extension),
    ]
    return all(checks)


def _unit(context: Context) -> bool:
    context.node()
    return _pytest(context, ["tests/unit", *_beside()])


def _protocol(context: Context) -> bool:
    return _pytest(context, ["tests/protocol"])


def _ts(context: Context) -> bool:
    node = context.node()
    vitest = context.workspace.node_modules / "vitest" / "vitest.mjs"
    return _run(context, node.node, vitest, "run", cwd=context.workspace.extension)


def _site(context: Context) -> bool:
    build_extension(context.workspace, context.node(), context.progress)
    return _pytest(context, ["tests/site"])


def _browser(context: Context) -> bool:
    workspace = context.workspace
    build_site(workspace, Options(content=workspace.content, output=workspace.output), context.progress)
    browser = find_browser(context.progress)
    return _pytest(
        context,
        ["tests/browser", *_beside(MOST_BROWSERS)],
        {"PEERBOOK_BROWSER": str(browser), "PEERBOOK_SITE": str(workspace.output)},
    )


def _network(context: Context) -> bool:
    context.node()
    browser = find_browser(context.progress)
    if not (shutil.which("ip", path=NETWORK_TOOLS) and shutil.which("nft", path=NETWORK_TOOLS)):
        install_from_debian("iproute2", "nftables", progress=context.progress)
    return _pytest(context, ["tests/network"], {"PEERBOOK_BROWSER": str(browser)})


MOST_BROWSERS = 4
"""At a time, each telling a story of its own; a class of twelve pages wants some 3 GB."""

NETWORK_TOOLS = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"
"""Where Debian keeps them, which is not on everybody's path."""

PARTS: dict[str, Callable[[Context], bool]] = {
    "lint": _lint,
    "types": _types,
    "unit": _unit,
    "protocol": _protocol,
    "ts": _ts,
    "site": _site,
    "browser": _browser,
    "network": _network,
}
"""In the order in which they tell most for their time."""
