"""Where the time of a visit goes: what the server was asked for and when, and the page's own marks between."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from .server import Request
from .visit import Visit

SUBJECTS = (
    ("notebook", ("files/", "api/", "genesis/")),
    ("Python", ("static/pyodide/", "static/environment/", "pypi/")),
    ("our page", ("extensions/peerbook/", "static/peerbook/", "workshops.json", "peerbook.json")),
    ("extensions", ("extensions/",)),
    ("app", ("build/", "notebooks/", "lab/", "tree/", "config-utils", "jupyter-lite", "service-worker", "bootstrap")),
)
"""What a request is for, by what its path holds; the first that fits."""


def subject(path: str) -> str:
    """What a request to ``path`` is for."""
    return next((name for name, parts in SUBJECTS if any(part in path for part in parts)), "else")


def phases(visits: Sequence[Visit], site: str, kind: str) -> list[tuple[str, float]]:
    """The moments of a visit in order, each the median over the visits, in seconds from the navigation on."""
    chosen = [visit for visit in visits if (visit.site, visit.kind) == (site, kind)]
    moments: dict[str, list[float]] = {}
    for visit in chosen:
        for name, at in _moments(visit):
            moments.setdefault(name, []).append(at)
    return sorted(((name, median(times)) for name, times in moments.items()), key=lambda moment: moment[1])


def _moments(visit: Visit) -> list[tuple[str, float]]:
    found = [("cell seen", visit.cell), ("key pressed", visit.pressed), ("output seen", visit.output)]
    found += [(f"page: {name}", at) for name, at in visit.marks]
    for name, _ in (*SUBJECTS, ("else", ())):
        before = [request for request in visit.requests if subject(request.path) == name and _within(visit, request)]
        if before:
            found.append((f"{name}: first asked", min(request.started for request in before) - visit.started))
            found.append((f"{name}: last sent", max(request.ended for request in before) - visit.started))
    return found


def _within(visit: Visit, request: Request) -> bool:
    return request.started <= visit.started + visit.output


def weights(visit: Visit) -> list[tuple[str, int, int]]:
    """For each subject its requests and its bytes on the wire, heaviest first."""
    found: dict[str, tuple[int, int]] = {}
    for request in visit.requests:
        count, sent = found.get(subject(request.path), (0, 0))
        found[subject(request.path)] = (count + 1, sent + request.sent)
    return sorted(((name, *counts) for name, counts in found.items()), key=lambda row: -row[2])


def heaviest(visit: Visit, count: int) -> list[Request]:
    """The requests that sent most."""
    return sorted(visit.requests, key=lambda request: -request.sent)[:count]
