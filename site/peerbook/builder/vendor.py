"""Python and its packages for a build: locked, fetched, compiled; and which workshops that leaves out."""

from __future__ import annotations

from collections.abc import Sequence

from peerbook.builder.plan import Plan
from peerbook.environment import Context, ensure_lock, vendor_site
from peerbook.machine import Node
from peerbook.progress import Progress
from peerbook.workshop import Workshop
from peerbook.workspace import Workspace


def context_of(workspace: Workspace, node: Node, progress: Progress, mirror: str | None = None) -> Context:
    """The machine as the environment package wants it."""
    return Context(
        node=node.node, node_modules=workspace.node_modules, cache=workspace.cache, mirror=mirror, progress=progress
    )


def vendor(plan: Plan) -> None:
    """Fill ``plan.vendored`` and ``plan.environments``; move what cannot be had to ``plan.left_out``.

    Raises :class:`~peerbook.environment.PackageUnavailable` for a workshop that is not optional.
    """
    context = context_of(plan.workspace, plan.node, plan.progress, plan.options.pyodide_mirror)
    made = vendor_site(plan.workshops, site=plan.vendored, context=context)
    plan.environments = {"": dict(made.base), **{slug: dict(record) for slug, record in made.workshops.items()}}
    plan.left_out = [
        (workshop, str(made.left_out[workshop.slug].what))
        for workshop in plan.workshops
        if workshop.slug in made.left_out
    ]
    plan.workshops = [workshop for workshop in plan.workshops if workshop.slug not in made.left_out]


def check_locks(workshops: Sequence[Workshop], context: Context) -> None:
    """Raise :class:`~peerbook.errors.PeerbookError` for the first lock that is not what its workshop asks for."""
    for workshop in workshops:
        ensure_lock(workshop, context=context, frozen=True)
