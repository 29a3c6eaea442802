"""`check`: are the workshops, their locks and the built site right? Changes nothing."""

from __future__ import annotations

import argparse

from peerbook.builder.check import check_site
from peerbook.builder.vendor import check_locks, context_of
from peerbook.extension import install_packages
from peerbook.machine import find_node
from peerbook.progress import Progress
from peerbook.workshop import read_workshops
from peerbook.workspace import Workspace, shown


def check(workspace: Workspace, options: argparse.Namespace, progress: Progress) -> None:
    """Say what was found right. Raises :class:`~peerbook.errors.PeerbookError` for the first thing that is not."""
    workshops = read_workshops((options.content or workspace.content).resolve())
    for workshop in workshops:
        progress.say(
            f"{workshop.slug}: {len(workshop.notebooks)} notebooks, {len(workshop.data)} data files, all right"
        )
    node = find_node(workspace.requirements / "node.txt", progress)
    install_packages(workspace, node, progress)
    check_locks(workshops, context_of(workspace, node, progress))
    progress.say("Every lock is what its workshop.toml asks for.")
    site = (options.output or workspace.output).resolve()
    if options.output or site.is_dir():
        check_site(site)
        progress.say(f"The site in {shown(site)} is whole.")
