"""`build`: the static site, made only when something changed."""

from __future__ import annotations

import argparse

from peerbook.builder import Built, Options, build_site
from peerbook.progress import Progress
from peerbook.workspace import Workspace, shown


def build(workspace: Workspace, options: argparse.Namespace, progress: Progress) -> Built:
    """Build what ``options`` name and say what came of it."""
    wanted = Options(
        content=(options.content or workspace.content).resolve(),
        output=(options.output or workspace.output).resolve(),
        pyodide_mirror=options.pyodide_mirror,
        signaling=getattr(options, "signaling", ""),  # `serve` says in its own peerbook.json that it is one
        again=options.again,
    )
    built = build_site(workspace, wanted, progress)
    if built.fresh:
        size = f"{built.files} files, {built.bytes / 1e6:.1f} MB"
        progress.say(f"Built {built.workshops} workshops: {size} in {shown(wanted.output)}")
    else:
        progress.say(f"Nothing changed since the last build: {shown(wanted.output)}")
    for title, reason in built.left_out:
        progress.say(f"Left out: {title}. {reason}")
    if built.left_out and not built.fresh:
        progress.say("To try that again: --again")
    return built
