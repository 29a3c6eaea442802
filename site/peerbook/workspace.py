"""Where things are in a checkout of Peerbook: the one place that knows its folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Workspace:
    """A checkout. Everything that can be made again lies in ``.cache``, ``.venv``, ``node_modules`` and the output."""

    root: Path

    @property
    def extension(self) -> Path:
        """The page's part, in TypeScript."""
        return self.root / "site" / "extension"

    @property
    def node_modules(self) -> Path:
        return self.extension / "node_modules"

    @property
    def page_scripts(self) -> Path:
        """The scripts of the pages around the notebooks, bundled from `src/pages/entries/`, a file each."""
        return self.extension / "lib" / "bundles"

    @property
    def templates(self) -> Path:
        return self.root / "site" / "templates"

    @property
    def static(self) -> Path:
        return self.root / "site" / "static"

    @property
    def content(self) -> Path:
        return self.root / "content"

    @property
    def output(self) -> Path:
        return self.root / "dist"

    @property
    def cache(self) -> Path:
        return self.root / ".cache" / "peerbook"

    @property
    def requirements(self) -> Path:
        return self.root / "requirements"


def this_workspace() -> Workspace:
    """The checkout this package runs from."""
    return Workspace(Path(__file__).resolve().parents[2])


def shown(path: Path) -> str:
    """A path as a person writes it: relative to here when it lies under here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
