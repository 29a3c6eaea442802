"""What locking and vendoring stand on: the tools of this machine, passed in once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from peerbook.environment.cache import Store
from peerbook.environment.distribution import Distribution, load_distribution
from peerbook.environment.index import Index
from peerbook.environment.lock import BASE_LOCK, WARM_LIST
from peerbook.environment.mirror import Mirror
from peerbook.environment.registry import Registry, Settings, pip_settings
from peerbook.environment.transport import Transport, Web
from peerbook.environment.wheels import normalise
from peerbook.errors import PeerbookError
from peerbook.progress import Progress, Silent

KERNEL_WHEELS = ("ipykernel", "pyodide-kernel")
"""Those of its wheels that our kernel runs on. piplite would install at run time, which never happens."""


@dataclass
class Context:
    """The machine as locking and vendoring see it. Nothing is asked or fetched before it is needed."""

    node: Path
    """The Node executable, 20.19 or newer."""
    node_modules: Path
    """Where npm put the package `pyodide`."""
    cache: Path = Path(".cache/peerbook")
    mirror: str | None = None
    """URL or folder of Pyodide's distribution; None for the public address."""
    progress: Progress = field(default_factory=Silent)
    base_lock: Path = BASE_LOCK
    warm_list: Path = WARM_LIST
    given_index: Index | None = None
    """Tests put a folder here; None asks the index that pip is set up for."""
    given_transport: Transport | None = None

    @property
    def pyodide(self) -> Path:
        """The npm package's folder."""
        return self.node_modules / "pyodide"

    @cached_property
    def distribution(self) -> Distribution:
        """What Pyodide's lock file says."""
        return load_distribution(self.pyodide)

    @cached_property
    def store(self) -> Store:
        """Wheels by hash."""
        return Store(self.cache / "wheels")

    @cached_property
    def settings(self) -> Settings:
        """pip's settings; asks pip."""
        return pip_settings()

    @cached_property
    def transport(self) -> Transport:
        """How bytes are fetched."""
        return self.given_transport or Web(certificates=self.settings.certificates)

    @cached_property
    def index(self) -> Index:
        """Where wheels come from."""
        return self.given_index or Registry(self.settings.index_url, self.transport, self.store)

    @cached_property
    def pyodide_mirror(self) -> Mirror:
        """Where Pyodide's own builds come from."""
        return Mirror(self.mirror, self.distribution.target.pyodide, self.transport)

    @cached_property
    def kernel_wheels(self) -> dict[str, Path]:
        """The kernel's own wheels by normalised name; they come with the npm package our kernel is built on."""
        folder = self.node_modules / "@jupyterlite" / "pyodide-kernel" / "pypi"
        found = {normalise(path.name.split("-")[0]): path for path in sorted(folder.glob("*.whl"))}
        if missing := [name for name in KERNEL_WHEELS if name not in found]:
            raise PeerbookError(
                f"the kernel's wheels are not there: {', '.join(missing)}",
                where=str(folder),
                remedy="Install the extension's npm packages again (npm ci in site/extension).",
            )
        return {name: found[name] for name in KERNEL_WHEELS}
