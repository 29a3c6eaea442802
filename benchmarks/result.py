"""From visits to a verdict: medians, ratios, and the goals they are held to. No browser, no clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from .visit import Visit

LARGEST_SITE = 45e6
SLOWEST_RATIO = 0.6
"""Both from the issue that asked for this: at most 45 MB, at most 0.6 of stock's time to the first output."""
KINDS = ("fresh", "returning")
OURS, STOCK = "ours", "stock"
LINES: dict[str, tuple[str, Callable[[Visit], float]]] = {
    "cell": ("first cell seen, s", lambda visit: visit.cell),
    "output": ("first output seen, s", lambda visit: visit.output),
    "wait": ("of it after the key, s", lambda visit: visit.output - visit.pressed),
    "sent_output": ("sent until then, MB", lambda visit: visit.bytes_sent(until_output=True) / 1e6),
    "sent": ("sent in all, MB", lambda visit: visit.bytes_sent() / 1e6),
    "requests": ("requests", lambda visit: len(visit.requests)),
    "tab": ("memory of the page, MB", lambda visit: visit.tab_bytes / 1e6),
    "renderer": ("memory of its process, MB", lambda visit: visit.renderer_bytes / 1e6),
}


@dataclass(frozen=True)
class Size:
    """What a site weighs on the disk."""

    files: int
    bytes: int


def size_of(site: Path) -> Size:
    """Every file of ``site``."""
    sizes = [path.stat().st_size for path in site.rglob("*") if path.is_file()]
    return Size(len(sizes), sum(sizes))


@dataclass(frozen=True)
class Spread:
    """Median, least and most of one number over all rounds."""

    middle: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.least:.2f} to {self.most:.2f})"


def spread(visits: Sequence[Visit], site: str, kind: str, line: str) -> Spread | None:
    """One number of one site's visits of one kind; None when there were none."""
    values = [LINES[line][1](visit) for visit in visits if (visit.site, visit.kind) == (site, kind)]
    return Spread(median(values), min(values), max(values)) if values else None


def ratio(visits: Sequence[Visit], kind: str, line: str) -> float | None:
    """Our median over stock's; None where one of the two is missing or stock's is nothing."""
    ours, stock = (spread(visits, site, kind, line) for site in (OURS, STOCK))
    return ours.middle / stock.middle if ours and stock and stock.middle else None


def table(visits: Sequence[Visit], sizes: dict[str, Size]) -> str:
    """Markdown: a row for each number, ours beside stock's."""
    rows = [["", "", OURS, STOCK, "ratio"]]
    weights = {
        "files": {site: float(size.files) for site, size in sizes.items()},
        "MB": {site: size.bytes / 1e6 for site, size in sizes.items()},
    }
    for name, values in weights.items():
        ours, stock = values.get(OURS), values.get(STOCK)
        both = ours / stock if ours is not None and stock else None
        rows.append(["site", name, _number(ours), _number(stock), _number(both)])
    for kind in KINDS:
        for line, (words, _) in LINES.items():
            found = [spread(visits, site, kind, line) for site in (OURS, STOCK)]
            if any(found):
                rows.append([kind, words, *(str(one or "-") for one in found), _number(ratio(visits, kind, line))])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, "-|-".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in lines)


def missed(visits: Sequence[Visit], sizes: dict[str, Size]) -> list[str]:
    """The goals that were missed, in words. What was not measured is not judged."""
    found = []
    if OURS in sizes and sizes[OURS].bytes > LARGEST_SITE:
        found.append(f"the site is {sizes[OURS].bytes / 1e6:.1f} MB, more than {LARGEST_SITE / 1e6:.0f}")
    sent = ratio(visits, "fresh", "sent")
    if sent is not None and sent > 1:
        found.append(f"a first visit is sent {sent:.2f} of stock's bytes, more than 1")
    for kind in KINDS:
        time = ratio(visits, kind, "output")
        if time is not None and time > SLOWEST_RATIO:
            found.append(f"the first output takes {time:.2f} of stock's time ({kind}), more than {SLOWEST_RATIO}")
    for visit in visits:
        wrong = [f"another host is asked: {url}" for url in visit.outside]
        wrong += [] if visit.isolated else ["the page is not isolated"]
        # Stock asks for a favicon.ico that it does not ship: not ours to judge.
        wrong += [f"a request failed: {what}" for what in visit.failed if visit.site == OURS]
        found += [f"{visit.site}, {visit.kind}: {what}" for what in wrong]
    return list(dict.fromkeys(found))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}".removesuffix(".00")
