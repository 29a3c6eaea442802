"""Why packages cannot be had, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packaging.requirements import Requirement

from peerbook.environment.errors import Blame, PackageUnavailable
from peerbook.environment.offers import Offer
from peerbook.environment.target import Target

LISTED = 4
"""Versions or platforms named in one sentence; more is noise."""

WITHOUT = "Choose another package, or leave it out of the workshop's packages."


@dataclass(frozen=True)
class Cause:
    """One requirement that could not be met."""

    requirement: Requirement
    by: str | None
    """`seaborn 0.13.2`, None for the workshop itself."""
    offer: Offer


def impossible(causes: Sequence[Cause], blame: Blame, target: Target) -> PackageUnavailable:
    """The error for requirements that cannot be met together; each alone may be met."""
    for cause in causes:
        if not cause.offer.candidates:
            what, remedy = _nothing(cause, target)
            return blame.unavailable(what + _chain(cause), remedy)
    rows = list({(str(cause.requirement), cause.by): cause for cause in causes}.values())
    name = rows[0].offer.name
    settled = [candidate for candidate in rows[0].offer.candidates if candidate.source == "base"]
    if settled:
        return blame.unavailable(
            f"{rows[0].requirement} cannot be had{_chain(rows[0])}: every notebook runs on {settled[0]}",
            f"Ask for a version of {name} that {settled[0].version} satisfies, or do not ask for it at all.",
        )
    if len(rows) == 1:
        versions = [str(candidate.version) for candidate in rows[0].offer.candidates]
        return blame.unavailable(
            f"no version of {name} for Pyodide {target.pyodide} satisfies '{rows[0].requirement}'{_chain(rows[0])}; "
            f"there is {_some(versions)}",
            "Change the version asked for.",
        )
    asked = "; ".join(f"{cause.by or blame.where} needs '{cause.requirement}'" for cause in rows)
    what = f"requirements contradict each other: {asked}"
    return blame.unavailable(what, "Change one of these versions, or leave one out.")


def _nothing(cause: Cause, target: Target) -> tuple[str, str]:
    """What to say of a name that has no usable file at all."""
    offer = cause.offer
    if not offer.known:
        return f"there is no package named '{offer.name}'", "Check the spelling, in the index's own search for example."
    if offer.sources_only:
        return (
            f"'{offer.name}' is published as source only, and nothing can be compiled for the browser here",
            WITHOUT,
        )
    if offer.newest_pythons:
        wanted = " or ".join(offer.newest_pythons[:LISTED])
        return f"'{offer.name}' does not run on Python {target.python} (it wants {wanted})", WITHOUT
    if offer.platforms:
        others = [platform for platform in offer.platforms if "emscripten" in platform] or list(offer.platforms)
        return (
            f"'{offer.name}' is compiled code: it has wheels for {_some(others)}, but none for {target.platform}, "
            "and Pyodide's distribution does not have it either",
            WITHOUT + " Its authors could publish a wheel for Pyodide.",
        )
    return f"'{offer.name}' has no file that can be installed", WITHOUT


def _chain(cause: Cause) -> str:
    return f" (needed by {cause.by})" if cause.by else ""


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:LISTED])
    return f"{shown} and {len(names) - LISTED} more" if len(names) > LISTED else shown
