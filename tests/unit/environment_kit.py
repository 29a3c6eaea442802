"""A package index in a folder, wheels made on the spot, a small Pyodide distribution: no network in any of it."""

from __future__ import annotations

import atexit
import io
import json
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from peerbook.environment import Context
from peerbook.environment.cache import Store, sha256_of
from peerbook.environment.distribution import read_distribution
from peerbook.environment.lock import Lock, LockedPackage, canonical_requirements
from peerbook.environment.locking import BASE_REQUIREMENTS
from peerbook.environment.registry import Registry, Settings
from peerbook.environment.transport import Web
from peerbook.environment.wheels import inspect_wheel
from peerbook.machine import find_node
from peerbook.progress import Silent
from peerbook.workshop import Workshop

ROOT = Path(__file__).parents[2]
NODE_MODULES = ROOT / "site" / "extension" / "node_modules"
ARCHIVES = Path(mkdtemp(prefix="peerbook-tests-"))
"""Compiled archives are kept by content, so tests can share them: Node starts once for each content."""
atexit.register(shutil.rmtree, ARCHIVES, ignore_errors=True)
INFO = {"abi_version": "2026_0", "arch": "wasm32", "platform": "emscripten_5_0_3", "python": "3.14.2"}
PLATFORM = "cp314-cp314-pyemscripten_2026_0_wasm32"
DISTRIBUTION = read_distribution("314.0.6", {"info": INFO, "packages": {}})
TARGET = DISTRIBUTION.target


def wheel(
    name: str,
    version: str,
    *,
    requires: Iterable[str] = (),
    python: str | None = None,
    files: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of a wheel; the same arguments give the same bytes."""
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    metadata += [f"Requires-Dist: {requirement}" for requirement in requires]
    metadata += [f"Requires-Python: {python}"] if python else []
    content = dict(files or {f"{name}/__init__.py": f"version = {version!r}\n"})
    content[f"{name}-{version}.dist-info/METADATA"] = "\n".join(metadata) + "\n\n"
    content[f"{name}-{version}.dist-info/RECORD"] = ""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member, text in content.items():
            archive.writestr(zipfile.ZipInfo(member, (2020, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


class Shelf:
    """A package index of PEP 691 pages in a folder, read through the same client as a real one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages: dict[str, list[dict[str, Any]]] = {}

    @property
    def url(self) -> str:
        return (self.folder / "simple").as_uri()

    def add(
        self,
        name: str,
        version: str,
        *,
        tag: str = "py3-none-any",
        yanked: bool = False,
        page_python: str | None = None,
        **of: Any,
    ) -> bytes:
        """Publish a wheel; ``of`` are `wheel`'s arguments."""
        content = wheel(name, version, **of)
        self.put(name, f"{name}-{version}-{tag}.whl", content, yanked=yanked, page_python=page_python)
        return content

    def put(
        self, project: str, file: str, content: bytes, *, yanked: bool = False, page_python: str | None = None
    ) -> None:
        """Publish any file."""
        path = self.folder / "files" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        entry: dict[str, Any] = {
            "filename": file,
            "url": f"../../files/{file}",
            "hashes": {"sha256": sha256_of(content)},
        }
        entry |= {"yanked": yanked, "requires-python": page_python}
        self.pages.setdefault(project, []).append(entry)
        page = self.folder / "simple" / project / "index.json"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(json.dumps({"meta": {"api-version": "1.1"}, "name": project, "files": self.pages[project]}))

    def registry(self, store: Path) -> Registry:
        return Registry(self.url, Web(sleep=lambda _seconds: None), Store(store))


def built(
    name: str, version: str, content: bytes, *, tag: str = PLATFORM, depends: Iterable[str] = (), kind: str = "package"
) -> dict[str, Any]:
    """An entry of a distribution's lock for ``content``."""
    file = f"{name}-{version}-{tag}.whl" if kind == "package" else f"{name}-{version}.zip"
    return {
        "name": name,
        "version": version,
        "file_name": file,
        "sha256": sha256_of(content),
        "depends": list(depends),
        "imports": [name],
        "package_type": kind,
        "install_dir": "site" if kind == "package" else "dynlib",
    }


def a_context(
    folder: Path,
    shelf: Shelf,
    *,
    packages: Iterable[dict[str, Any]] = (),
    base: Iterable[bytes] = (),
    mirror: str | None = None,
) -> Context:
    """A context whose index is ``shelf``, with ``packages`` in its distribution and wheels ``base`` in its base."""
    modules = folder / "node_modules"
    pyodide = modules / "pyodide"
    if not pyodide.exists():
        pyodide.mkdir(parents=True)
        for file in (NODE_MODULES / "pyodide").iterdir():
            if file.name not in ("pyodide-lock.json", "python_stdlib.zip"):
                (pyodide / file.name).symlink_to(file)
        # Node follows the links, so Pyodide runs on its real library; what is compiled is this small one.
        with zipfile.ZipFile(pyodide / "python_stdlib.zip", "w") as archive:
            archive.writestr("this.py", "beautiful = 'better than ugly'\n")
    lock = {"info": INFO, "packages": {entry["name"]: entry for entry in packages}}
    (pyodide / "pyodide-lock.json").write_text(json.dumps(lock))
    context = Context(
        node=find_node(ROOT / "requirements" / "node.txt", Silent()).node,
        node_modules=modules,
        cache=ARCHIVES,
        mirror=mirror,
        base_lock=folder / "base.lock",
        warm_list=folder / "warm.json",
        given_index=shelf.registry(folder / "cache" / "wheels"),
        given_transport=Web(sleep=lambda _seconds: None),
    )
    context.store = Store(folder / "cache" / "wheels")
    context.settings = Settings("", None)
    context.warm_list.write_text('{"library": [], "packages": []}')
    context.base_lock.write_text(_base(context, base).text())
    return context


def _base(context: Context, wheels: Iterable[bytes]) -> Lock:
    packages = []
    for content in wheels:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.namelist()
        name, version = next(m for m in members if m.endswith("METADATA")).split(".dist-info")[0].rsplit("-", 1)
        imports, kind = inspect_wheel(members)
        file = f"{name}-{version}-py3-none-any.whl"
        context.store.put(sha256_of(content), file, content)
        packages.append(LockedPackage(name, version, file, sha256_of(content), "pypi", kind, (), imports))
    return Lock("314.0.6", canonical_requirements(BASE_REQUIREMENTS), None, tuple(packages))


def a_workshop_of(folder: Path, *packages: str, slug: str = "loops", optional: bool = False) -> Workshop:
    """A workshop that asks for ``packages``."""
    (folder / slug).mkdir(parents=True, exist_ok=True)
    return Workshop(
        slug=slug,
        folder=folder / slug,
        title="Loops",
        summary="Do it again.",
        language="en",
        level="beginner",
        minutes=20,
        authors=("Ada",),
        licence="CC-BY-4.0",
        learn=("Repeat things.",),
        notebooks=(),
        data=(),
        packages=packages,
        optional=optional,
        picture=None,
        picture_alt="",
    )
