"""What the build says of its workshops: to the page, as `workshops.json`."""

from __future__ import annotations

from typing import Any

from peerbook.builder.plan import Plan
from peerbook.pages import rank
from peerbook.workshop import Workshop


def make_catalogue(plan: Plan) -> dict[str, Any]:
    """ICatalogue of `site/extension/src/workshop/catalogue.ts`, ready for JSON."""
    return {
        "edition": plan.edition,
        "environment": plan.environments[""],
        # The first is where to begin, here as on the page: `serve` makes its class ready for that one.
        "workshops": [_workshop(plan, workshop) for workshop in sorted(plan.workshops, key=rank)],
    }


def _workshop(plan: Plan, workshop: Workshop) -> dict[str, Any]:
    return {
        "slug": workshop.slug,
        "title": workshop.title,
        "summary": workshop.summary,
        "language": workshop.language,
        "notebooks": [
            {"path": notebook.path, "title": notebook.title, "genesis": plan.genesis[workshop.slug][notebook.path]}
            for notebook in workshop.notebooks
        ],
        "data": list(workshop.data),
        "environment": plan.environments[workshop.slug],
    }
