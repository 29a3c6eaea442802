"""Our site beside stock JupyterLite with Pyodide vendored: size, bytes, time to the first output, memory of the tab.

    .venv/bin/python benchmarks/beside_jupyterlite.py

Both are served by the same server code and opened by the same browser, in turns, in one run; what counts is the ratio.
Ends with 1 when a goal of the issue is missed. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

if not __package__:  # run as a file: the checkout it lies in comes first
    ROOT = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(ROOT / "site"), str(ROOT)]

from playwright.sync_api import Playwright, sync_playwright

from benchmarks.breakdown import heaviest, phases, weights
from benchmarks.machine import facts, load
from benchmarks.result import KINDS, OURS, STOCK, Size, missed, size_of, table
from benchmarks.server import Server
from benchmarks.stock import build_stock
from benchmarks.visit import NOTEBOOK, Visit, profile, visit
from peerbook.errors import PeerbookError
from peerbook.machine import find_browser
from peerbook.progress import Terminal
from peerbook.workspace import Workspace, this_workspace

ROUNDS = 5
HEAVIEST = 8
"""Requests shown: with them four fifths of all bytes are named."""


def parser() -> argparse.ArgumentParser:
    """The options."""
    top = argparse.ArgumentParser(description="Measure our site beside stock JupyterLite, in turns.")
    top.add_argument("--rounds", type=int, default=ROUNDS, help=f"visits of each kind to each site (default: {ROUNDS})")
    top.add_argument("--only", choices=(OURS, STOCK), help="measure one of the two; ratios are then left out")
    top.add_argument("--site", type=Path, metavar="DIST", help="our built site (default: dist)")
    top.add_argument("--keep", type=Path, metavar="DIR", help="keep a screenshot of every first output there")
    top.add_argument("--json", type=Path, metavar="FILE", help="write every number of every visit there")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, judge. 0: every goal is met; 1: one is missed, or something is wrong; said in words."""
    options = parser().parse_args(arguments)
    workspace = this_workspace()
    try:
        browser = find_browser(Terminal())
        sites = find_sites(workspace, (options.site or workspace.output).resolve(), options.only)
    except PeerbookError as error:
        print(f"\nerror: {error}", file=sys.stderr)
        return 1
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    sizes = {name: size_of(site) for name, site in sites.items()}
    machine = facts(browser)
    before = load()
    with sync_playwright() as playwright:
        visits = measure(playwright, browser, sites, options.rounds, options.keep)
    print(f"\n{', '.join(f'{name} {value}' for name, value in machine.items())}")
    print(f"{options.rounds} rounds; load before {before:.1f}, after {load():.1f}\n")
    print(report(visits, sizes))
    failures = missed(visits, sizes)
    for failure in failures:
        print(f"MISSED: {failure}")
    if options.json:
        options.json.write_text(to_json(machine, sizes, visits, failures), encoding="utf-8")
    return 1 if failures else 0


def find_sites(workspace: Workspace, ours: Path, only: str | None) -> dict[str, Path]:
    """The sites to measure: ours as it was built, stock's built around the same notebooks."""
    if not (ours / "files" / NOTEBOOK).is_file():
        raise PeerbookError(
            f"there is no site with {NOTEBOOK} in it", where=str(ours), remedy="Run python3 build.py build first."
        )
    sites = {OURS: ours}
    if only != OURS:
        cache = workspace.cache / "benchmarks"
        sites[STOCK] = build_stock(cache, workspace.node_modules / "pyodide", ours / "files", Terminal())
    return {name: site for name, site in sites.items() if only in (None, name)}


def measure(
    playwright: Playwright, browser: Path, sites: dict[str, Path], rounds: int, keep: Path | None
) -> list[Visit]:
    """All visits: one fresh to each site that does not count, then in turns, the first of a round changing."""
    visits: list[Visit] = []
    with ExitStack() as stack:
        servers = {name: stack.enter_context(Server(site)) for name, site in sites.items()}
        for number in range(rounds + 1):
            order = list(servers.items())
            for name, server in order if number % 2 else reversed(order):
                with (
                    tempfile.TemporaryDirectory(prefix="peerbook-benchmark-", ignore_cleanup_errors=True) as folder,
                    profile(playwright, browser, Path(folder)) as context,
                ):
                    for kind in KINDS if number else KINDS[:1]:
                        seen = visit(context, server, Path(folder), name, kind, keep if number else None)
                        title = f"round {number}" if number else "warming up the server"
                        print(f"{title}: {name} {kind}: cell {seen.cell:.2f} s, output {seen.output:.2f} s", flush=True)
                        visits += [seen] if number else []
    return visits


def report(visits: list[Visit], sizes: dict[str, Size]) -> str:
    """The table, then for each site where time and bytes went."""
    parts = [table(visits, sizes)]
    for site in sizes:
        for kind in KINDS:
            moments = [f"  {at:6.2f} s  {name}" for name, at in phases(visits, site, kind)]
            parts.append("\n".join([f"{site}, {kind}: moments, medians", *moments]))
        last = [visit for visit in visits if (visit.site, visit.kind) == (site, "fresh")][-1]
        rows = [f"  {sent / 1e6:6.2f} MB  {count:4} requests  {name}" for name, count, sent in weights(last)]
        rows += [f"  {request.sent / 1e6:6.2f} MB  {request.path}" for request in heaviest(last, HEAVIEST)]
        parts.append("\n".join([f"{site}, fresh: what was sent", *rows]))
        again = max(visit.presses for visit in visits if visit.site == site)
        if again > 1:
            parts.append(f"{site}: a cell was shown before it could be run; the key was pressed up to {again} times")
    return "\n\n".join(parts) + "\n"


def to_json(machine: dict[str, str], sizes: dict[str, Size], visits: list[Visit], failures: list[str]) -> str:
    """Everything, to be read by another program."""
    document = {
        "machine": machine,
        "sizes": {name: asdict(size) for name, size in sizes.items()},
        "visits": [asdict(visit) for visit in visits],
        "missed": failures,
    }
    return json.dumps(document, indent=1)


if __name__ == "__main__":
    sys.exit(main())
