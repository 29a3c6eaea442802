"""The real thing: packages from this machine's package index, compiled by Pyodide, imported in Pyodide under Node.

These ask the network (marked `network`; leave them out with `-m 'not network'`).
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from peerbook.environment import Context, EnvironmentRecord, fingerprint, lock_workshop, vendor_site
from peerbook.environment.distribution import DistributionPackage
from peerbook.environment.index import Index, IndexFile
from peerbook.environment.locking import lock_base, read_base
from peerbook.environment.registry import IndexUnreachableError
from peerbook.machine import find_node
from peerbook.progress import Silent
from tests.unit.environment_kit import NODE_MODULES, ROOT, a_workshop_of

LOADER = Path(__file__).with_name("load_environment.mjs")

pytestmark = pytest.mark.network


def a_real_context(mirror: str | None = None) -> Context:
    context = Context(
        node=find_node(ROOT / "requirements" / "node.txt", Silent()).node,
        node_modules=NODE_MODULES,
        cache=ROOT / ".cache" / "peerbook",
        mirror=mirror,
    )
    try:
        context.index.files("comm")
    except IndexUnreachableError as error:
        pytest.fail(f"This test needs the package index that pip is set up for. {error}", pytrace=False)
    return context


def python_says(site: Path, record: EnvironmentRecord, code: str, context: Context) -> str:
    """What ``code`` evaluates to in Pyodide, started from the site."""
    path = site / "record.json"
    path.write_text(json.dumps(record))
    command = [str(context.node), str(LOADER), str(site), str(path), code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, "\n".join(line for line in done.stderr.splitlines() if len(line) < 300)
    return done.stdout.rstrip().rpartition("\n")[2]


def test_a_compiled_and_a_pure_package_from_the_index_are_imported_beside_the_kernel(tmp_path: Path) -> None:
    context = a_real_context()
    workshop = a_workshop_of(tmp_path, "msgpack", "leather>=0.4")
    made = vendor_site([workshop], site=tmp_path / "dist", context=context)
    record = made.workshops[workshop.slug]

    assert record["compiled"] == ["msgpack"]
    code = """
import leather, msgpack, pyodide_kernel
chart = leather.Chart('Rain')
chart.add_bars([(3, 'Monday'), (5, 'Tuesday')])
pyodide_kernel.ipython_shell.run_cell('answer = 6 * 7')
f"{msgpack.Packer.__module__} {msgpack.unpackb(msgpack.packb([1, 'two']))} {'<svg' in chart.to_svg()}" \
f" {pyodide_kernel.ipython_shell.user_ns['answer']}"
"""
    said = python_says(tmp_path / "dist", record, code, context)
    assert said == "msgpack._cmsgpack [1, 'two'] True 42"


class Without:
    """An index that lacks one project."""

    def __init__(self, index: Index, project: str) -> None:
        self._index, self._project = index, project

    def files(self, project: str) -> tuple[IndexFile, ...] | None:
        return None if project == self._project else self._index.files(project)

    def metadata(self, file: IndexFile) -> bytes:
        return self._index.metadata(file)

    def download(self, file: IndexFile) -> bytes:
        return self._index.download(file)


def test_a_real_compiled_wheel_from_a_local_mirror_of_the_distribution_is_imported(tmp_path: Path) -> None:
    real = a_real_context()
    lock = lock_workshop(a_workshop_of(tmp_path / "seed", "msgpack"), context=real)
    (package,) = lock.packages
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    wheel = real.store.find(package.sha256, package.file)
    assert wheel is not None
    (mirror / package.file).write_bytes(wheel.read_bytes())

    context = a_real_context(mirror=str(mirror))
    context.given_index = Without(real.index, "msgpack")
    del context.__dict__["index"]
    built = context.distribution.packages["msgpack"]
    context.distribution.packages["msgpack"] = DistributionPackage(
        "msgpack", type(built.version)(package.version), package.file, package.sha256, (), ("msgpack",), "compiled"
    )
    workshop = a_workshop_of(tmp_path, "msgpack")
    made = vendor_site([workshop], site=tmp_path / "dist", context=context)

    assert '"source": "pyodide"' in (workshop.folder / "environment.lock").read_text()
    record = made.workshops[workshop.slug]
    said = python_says(tmp_path / "dist", record, "import msgpack; msgpack.packb([1]).hex()", context)
    assert said == "9101"


def test_the_committed_base_can_still_be_had_and_is_what_would_be_made_now(tmp_path: Path) -> None:
    context = a_real_context()
    committed, warm = context.base_lock.read_text(), context.warm_list.read_text()
    context.base_lock, context.warm_list = tmp_path / "base.lock", tmp_path / "warm.json"
    context.base_lock.write_text(committed)
    lock_base(context)

    assert context.base_lock.read_text() == committed
    assert context.warm_list.read_text() == warm


def test_what_the_kernel_imports_on_its_way_up_is_bytecode(tmp_path: Path) -> None:
    context = a_real_context()
    made = vendor_site([], site=tmp_path / "dist", context=context)
    code = """
import sys, json, pyodide_kernel
pyodide_kernel.ipython_shell.run_cell('1 + 1')
json.dumps(sorted({m.__spec__.origin for m in list(sys.modules.values())
                   if getattr(m, '__spec__', None) and (m.__spec__.origin or '').endswith('.py')}))
"""
    assert json.loads(python_says(tmp_path / "dist", made.base, code, context)) == []
    assert made.base["fingerprint"] == fingerprint(read_base(context), None)
    assert made.base["bytes"] < 20_000_000, "a first visit must not grow past what stock JupyterLite fetches for Python"
