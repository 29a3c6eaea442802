"""`test`: every check there is, in parts, with the set-up that each needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from peerbook.builder import Options, build_site
from peerbook.errors import PeerbookError
from peerbook.extension import build_extension, install_packages
from peerbook.machine import Node, find_browser, find_headless, find_node, install_from_debian
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
    return ["-n", str(min(_cores(), most)), "--dist", "loadfile"]


def _cores() -> int:
    """In a container, fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Check:
    """A command that looks at the code and changes nothing."""

    command: Sequence[str | Path]
    cwd: Path
    more: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [str(word) for word in self.command],
            cwd=self.cwd,
            env={**os.environ, **self.more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )


def _side_by_side(checks: Sequence[Check]) -> bool:
    """One check for each core at a time: each uses one alone. What one says stands together, in the order given."""
    passed = True
    with ThreadPoolExecutor(_cores()) as pool:
        for done in pool.map(Check.run, checks):
            sys.stdout.buffer.write(done.stdout)
            sys.stdout.flush()
            passed = passed and done.returncode == 0
    return passed


def _lint(context: Context) -> bool:
    scripts = Path(sys.executable).parent
    node = context.node()
    modules = context.workspace.node_modules
    root, extension = context.workspace.root, context.workspace.extension
    eslint = (node.node, modules / "eslint" / "bin" / "eslint.js", "--max-warnings=0", "src")
    prettier = (node.node, modules / "prettier" / "bin" / "prettier.cjs", "--check", "src", "style")
    return _side_by_side(
        [
            Check(eslint, extension),  # first: it takes longer than all others together
            Check((sys.executable, "-m", "ruff", "check", "."), root),
            Check((sys.executable, "-m", "ruff", "format", "--check", "--quiet", "."), root),
            Check((scripts / "lint-imports", "--no-cache"), root, {"PYTHONPATH": f"site{os.pathsep}."}),
            Check(prettier, extension),
        ]
    )


def _types(context: Context) -> bool:
    node = context.node()
    root, extension = context.workspace.root, context.workspace.extension
    compiler = (node.node, context.workspace.node_modules / "typescript" / "bin" / "tsc", "--noEmit")
    return _side_by_side(
        [
            Check((*compiler, "-p", "tsconfig.test.json"), extension),
            Check((sys.executable, "-m", "mypy"), root),
            Check(compiler, extension),
            Check((*compiler, "-p", "src/kernel/worker"), extension),
        ]
    )


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
    browser = find_headless(find_browser(context.progress), context.progress)
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
