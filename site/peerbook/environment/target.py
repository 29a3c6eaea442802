"""The Python that packages are chosen for: Pyodide's, as its own lock file describes it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags


@dataclass(frozen=True)
class Target:
    """One version of Pyodide: its Python, its ABI, what environment markers see."""

    pyodide: str
    """`314.0.6`"""
    python: str
    """`3.14.2`"""
    platform: str
    """The platform tag of compiled wheels: `pyemscripten_2026_0_wasm32`."""
    markers: dict[str, str] = field(compare=False)
    """Every PEP 508 marker variable but `extra`."""
    tags: dict[Tag, int] = field(compare=False, repr=False)
    """Wheel tags that fit, best first, with their rank."""

    def fits_python(self, requires: str | None) -> bool:
        """Whether `Requires-Python` admits this Python. What cannot be read does not stand in the way, as in pip."""
        if not requires:
            return True
        try:
            return SpecifierSet(requires).contains(self.python, prereleases=True)
        except InvalidSpecifier:
            return True


def target_of(version: str, info: dict[str, Any]) -> Target:
    """Describe Pyodide ``version`` from `info` of its `pyodide-lock.json`.

    ``info``: `{"abi_version": "2026_0", "arch": "wasm32", "platform": "emscripten_5_0_3", "python": "3.14.2"}`.
    """
    python, arch = info["python"], info["arch"]
    release = tuple(int(part) for part in python.split(".")[:2])
    short = f"{release[0]}.{release[1]}"
    interpreter = f"cp{release[0]}{release[1]}"
    platform = f"pyemscripten_{info['abi_version']}_{arch}"
    tags = [
        *cpython_tags(python_version=release, abis=[interpreter], platforms=[platform]),
        *compatible_tags(python_version=release, interpreter=interpreter, platforms=[platform]),
    ]
    # The values that Pyodide 314.0.6's own `platform` module gives; the release is the compiler's version.
    markers = {
        "implementation_name": "cpython",
        "implementation_version": python,
        "os_name": "posix",
        "platform_machine": arch,
        "platform_python_implementation": "CPython",
        "platform_release": info["platform"].removeprefix("emscripten_").replace("_", "."),
        "platform_system": "Emscripten",
        "platform_version": "#1",
        "python_full_version": python,
        "python_version": short,
        "sys_platform": "emscripten",
    }
    return Target(version, python, platform, markers, {tag: rank for rank, tag in enumerate(tags)})
