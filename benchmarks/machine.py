"""The machine a benchmark ran on, and the memory of a browser's processes. Reads `/proc`: Linux alone."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path


def facts(browser: Path) -> dict[str, str]:
    """What somebody needs to judge the numbers by."""
    version = subprocess.run([browser, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "browser": version or "unknown",
        "python": platform.python_version(),
    }


def load() -> float:
    """How many processes wanted to run, on average over the last minute."""
    return os.getloadavg()[0]


def renderer_bytes(profile: Path) -> int:
    """Memory of the largest renderer of the browser that runs in ``profile``: the tab with Python in it.

    Pages shared with other processes (the browser's own code) count by their share. 0 where there is no `/proc`.
    """
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
            commands[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue  # it ended meanwhile
        parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    ours = {pid for pid, command in commands.items() if f"--user-data-dir={profile}" in command}
    grown = True
    while grown:
        children = {pid for pid, parent in parents.items() if parent in ours} - ours
        grown = bool(children)
        ours |= children
    return max((_share(pid) for pid in ours if "--type=renderer" in commands[pid]), default=0)


def _share(pid: int) -> int:
    """Proportional set size in bytes."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
