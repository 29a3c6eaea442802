"""What one build is to make, handed to every addon: read before the first file is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peerbook.machine import Node
from peerbook.progress import Progress
from peerbook.workshop import Workshop
from peerbook.workspace import Workspace


@dataclass(frozen=True)
class Options:
    """What the user asked for."""

    content: Path
    output: Path
    pyodide_mirror: str | None = None
    """Address or folder of Pyodide's distribution; None means the Pyodide project's public one."""
    signaling: str = ""
    """What `peerbook.json` names: the server that introduces browsers to each other. Empty: nobody."""
    again: bool = False
    """Build although nothing changed: what was left out may be had by now."""


@dataclass
class Plan:
    """A build under way. ``site`` is the stage; the output is only replaced when everything in it stands."""

    workspace: Workspace
    options: Options
    node: Node
    progress: Progress
    edition: str
    """Digest of everything that goes in: two builds with the same one are the same site."""
    extension: Path
    """The built labextension."""
    vendored: Path
    """Python and its packages, laid out as in the site."""
    site: Path
    workshops: list[Workshop]
    """The workshops that are built; those left out are taken off this list as soon as it is known."""
    left_out: list[tuple[Workshop, str]] = field(default_factory=list)
    """Optional workshops that cannot be had here, each with the reason in words."""
    genesis: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    """slug -> notebook's path -> {hash, url}."""
    environments: dict[str, dict[str, Any]] = field(default_factory=dict)
    """slug -> IEnvironment of `catalogue.ts`; '' is what notebooks outside of any workshop run on."""
    catalogue: dict[str, Any] = field(default_factory=dict)
    """ICatalogue of `catalogue.ts`."""
    failure: BaseException | None = None
    """What stopped an addon: the build system between us and it only passes on that something did."""
