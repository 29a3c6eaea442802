"""The site we are measured against: JupyterLite as it comes, with Python on the same host instead of a CDN.

Everything that is a matter of taste is decided in its favour: Pyodide lies under a path that our server lets browsers
keep for good, all of the kernel's packages are loaded at once, and no map or unused package is shipped.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import Any

from peerbook.errors import PeerbookError
from peerbook.fingerprint import Stamp, digest_of
from peerbook.progress import Progress

HERE = Path(__file__).resolve().parent
SITE_REQUIREMENTS = HERE / "stock-site.txt"
PYTHON_REQUIREMENTS = HERE / "stock-python.txt"
"""What the kernel imports at its start, in the versions of Pyodide's own lock; the two it does not name are newest."""
APPS = ("lab", "notebooks", "tree", "edit")
FLAGS = ("--no-sourcemaps", "--no-unused-shared-packages", "--no-libarchive")
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LABEXTENSIONS = "share/jupyter/labextensions"
UNWANTED = "jupyterlab_pygments"
"""Comes with what indexes the contents, and would be shipped with the site for nothing."""
IDLE = ("widgetsnbextension",)
"""Among the kernel's own wheels, but not loaded by it."""
ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LOG = "build.log"


def build_stock(cache: Path, pyodide: Path, contents: Path, progress: Progress) -> Path:
    """The built stock site with ``contents``, from ``cache`` when nothing changed; ``pyodide`` is npm's package.

    Needs the package registry the first time. Raises :class:`PeerbookError` with what the failed command said.
    """
    site = cache / "stock"
    stamp = Stamp(cache / "stock.stamp")
    made_from = [Path(__file__), SITE_REQUIREMENTS, PYTHON_REQUIREMENTS, pyodide / "package.json", contents]
    digest = digest_of(files=made_from)
    if stamp.holds(digest) and (site / "index.html").is_file():
        return site
    stamp.clear()
    with progress.task("Installing stock JupyterLite into an environment of its own"):
        environment = _environment(cache / "stock-venv")
    with progress.task("Fetching the packages that its kernel loads"):
        wheels = _wheels(cache / "stock-wheels")
    wheels += _own_wheels(environment)
    lite = cache / "stock-lite"
    for folder in (lite, site):
        shutil.rmtree(folder, ignore_errors=True)
    lite.mkdir(parents=True)
    version = json.loads((pyodide / "package.json").read_text(encoding="utf-8"))["version"]
    python = f"static/pyodide/{version}"
    (lite / "jupyter-lite.json").write_text(json.dumps(_settings(python, wheels), indent=1), encoding="utf-8")
    with progress.task("Building the stock site"):
        command: list[str | Path] = [_script(environment, "jupyter-lite"), "build", *FLAGS]
        command += [part for app in APPS for part in ("--apps", app)]
        _run([*command, "--contents", contents, "--output-dir", site], cache / LOG, cwd=lite)
    _vendor(site / python, pyodide, wheels)
    (site / "headers.json").write_text(json.dumps({"default": ISOLATION}), encoding="utf-8")
    stamp.set(digest)
    return site


def _environment(folder: Path) -> Path:
    """A venv that holds what ``stock-site.txt`` names."""
    stamp, digest = Stamp(folder / "benchmark.stamp"), digest_of(files=[SITE_REQUIREMENTS])
    if not stamp.holds(digest):
        shutil.rmtree(folder, ignore_errors=True)
        log = folder.parent / LOG
        _run([sys.executable, "-m", "venv", folder], log)
        _run([_script(folder, "python"), *_pip("install"), "-r", SITE_REQUIREMENTS], log)
        shutil.rmtree(folder / LABEXTENSIONS / UNWANTED)
        stamp.set(digest)
    return folder


def _wheels(folder: Path) -> list[Path]:
    """The wheels that ``stock-python.txt`` names, held to its hashes."""
    stamp, digest = Stamp(folder / "benchmark.stamp"), digest_of(files=[PYTHON_REQUIREMENTS])
    if not stamp.holds(digest):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        target = ["--platform", "any", "--python-version", "3.14", "--implementation", "py", "--abi", "none"]
        command = [sys.executable, *_pip("download"), "--no-deps", "--only-binary=:all:", *target]
        _run([*command, "--require-hashes", "-r", PYTHON_REQUIREMENTS, "-d", folder], folder.parent / LOG)
        stamp.set(digest)
    return sorted(folder.glob("*.whl"))


def _own_wheels(environment: Path) -> list[Path]:
    """The wheels that the kernel's extension brings: piplite and the kernel itself."""
    folder = environment / LABEXTENSIONS / "@jupyterlite/pyodide-kernel-extension/static/pypi"
    return sorted(path for path in folder.glob("*.whl") if not path.name.startswith(IDLE))


def _settings(python: str, wheels: list[Path]) -> dict[str, Any]:
    """`jupyter-lite.json`: Python is taken from the folder ``python`` of the site, and from nowhere else."""
    kernel = {
        "pyodideUrl": f"./{python}/pyodide.mjs",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {
            "lockFileURL": f"./{python}/pyodide-lock.json",
            # All of them by name: what is left to dependencies, the kernel installs one by one when it starts.
            "packages": [_lock_entry(wheel)["name"] for wheel in wheels],
        },
    }
    settings = {"litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel}}
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": settings}


def _vendor(folder: Path, pyodide: Path, wheels: list[Path]) -> None:
    """Pyodide, ``wheels``, and a lock that knows them alone."""
    folder.mkdir(parents=True)
    for source in [*(pyodide / name for name in CORE), *wheels]:
        shutil.copyfile(source, folder / source.name)
    lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    lock["packages"] = {entry["name"]: entry for entry in map(_lock_entry, wheels)}
    (folder / "pyodide-lock.json").write_text(json.dumps(lock, indent=1), encoding="utf-8")


def _lock_entry(wheel: Path) -> dict[str, Any]:
    """What Pyodide's lock says of one wheel. No dependencies: all are loaded anyway."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = next(name for name in names if name.count("/") == 1 and name.endswith(".dist-info/METADATA"))
        fields = Parser().parsestr(archive.read(metadata).decode())
    tops = {name.split("/")[0] for name in names if "/" in name or name.endswith(".py")}
    return {
        "name": fields["Name"].lower().replace("_", "-"),
        "version": fields["Version"],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted(top.removesuffix(".py") for top in tops if not top.endswith((".dist-info", ".data"))),
        "depends": [],
        "unvendored_tests": False,
    }


def _pip(verb: str) -> list[str]:
    return ["-m", "pip", verb, "--quiet", "--disable-pip-version-check"]


def _script(environment: Path, name: str) -> Path:
    return environment / ("Scripts" if os.name == "nt" else "bin") / name


def _run(command: list[str | Path], log: Path, cwd: Path | None = None) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise PeerbookError(
            f"the stock site could not be made: {said[-1] if said else 'nothing was said'}",
            where=str(log),
            remedy="The whole output is in that file. The first run needs the package registry.",
        )
