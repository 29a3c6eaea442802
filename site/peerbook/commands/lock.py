"""`lock`: resolve the packages of workshops anew and write their locks."""

from __future__ import annotations

import argparse

from peerbook.builder.vendor import context_of
from peerbook.environment import PackageUnavailable, lock_workshop
from peerbook.extension import install_packages
from peerbook.machine import find_node
from peerbook.progress import Progress
from peerbook.workshop import read_workshops
from peerbook.workspace import Workspace


def lock(workspace: Workspace, options: argparse.Namespace, progress: Progress) -> None:
    """Write each workshop's lock. An optional workshop that cannot be locked here is said and left as it is."""
    workshops = read_workshops((options.content or workspace.content).resolve())
    node = find_node(workspace.requirements / "node.txt", progress)
    install_packages(workspace, node, progress)
    context = context_of(workspace, node, progress, options.pyodide_mirror)
    for workshop in workshops:
        try:
            made = lock_workshop(workshop, context=context, upgrade=options.upgrade)
        except PackageUnavailable as reason:
            if not workshop.optional:
                raise
            progress.say(f"{workshop.slug}: left as it is. {reason.what}")
            continue
        progress.say(f"{workshop.slug}: {len(made.packages)} packages locked")
