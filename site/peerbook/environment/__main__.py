"""For developers: `python -m peerbook.environment DIST [REQUIREMENT ...]` vendors Python, prints the record."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from peerbook.environment.context import Context
from peerbook.environment.errors import Blame
from peerbook.environment.locking import lock_base, lock_packages, read_base
from peerbook.environment.vendor import vendor_lock
from peerbook.errors import PeerbookError
from peerbook.progress import Terminal


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0, or 1 with the reason on the error stream."""
    parser = argparse.ArgumentParser(prog="python -m peerbook.environment", description=__doc__)
    parser.add_argument("dist", nargs="?", type=Path, help="the site's folder")
    parser.add_argument("requirements", nargs="*", help="packages beyond the base, as in workshop.toml")
    parser.add_argument("--node", default=shutil.which("node"), help="the Node executable")
    parser.add_argument("--node-modules", type=Path, default=Path("site/extension/node_modules"))
    parser.add_argument("--cache", type=Path, default=Path(".cache/peerbook"))
    parser.add_argument("--pyodide-mirror", help="URL or folder of Pyodide's distribution")
    parser.add_argument("--lock-base", action="store_true", help="make the lock of the base environment anew first")
    given = parser.parse_args(arguments)
    context = Context(
        node=Path(given.node or "node"),
        node_modules=given.node_modules,
        cache=given.cache,
        mirror=given.pyodide_mirror,
        progress=Terminal(),
    )
    blame = Blame("the command line", "these packages")
    try:
        if given.lock_base:
            lock_base(context, upgrade=True)
        if given.dist is None:
            return 0 if given.lock_base else parser.error("say which folder to put Python into")
        base = read_base(context)
        wanted = given.requirements
        lock = lock_packages(wanted, context=context, blame=blame, base=base) if wanted else None
        record = vendor_lock(lock, site=given.dist, context=context, blame=blame)
    except PeerbookError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(record, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
