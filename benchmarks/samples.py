"""Numbers of several ways, measured in turns, as a table of medians, spread and ratios. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from statistics import median, quantiles


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which ``percent`` of 100 lie."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def ratio(ours: Sequence[Sequence[float]], theirs: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    """Our median over theirs, all rounds together; and the least and the most of what single rounds say."""
    rounds = [median(mine) / median(others) for mine, others in zip(ours, theirs, strict=True) if mine and others]
    return median(chain(*ours)) / median(chain(*theirs)), min(rounds), max(rounds)


def table(rows: Mapping[str, Sequence[Sequence[float]]], unit: str) -> str:
    """Markdown: for each name its rounds of numbers as count, median, medians of the rounds, 95th percentile, most."""
    lines = [["", "n", f"median, {unit}", "rounds' medians", f"95 of 100 below, {unit}", f"most, {unit}"]]
    for name, rounds in rows.items():
        flat = [value for each in rounds for value in each]
        middles = [median(each) for each in rounds if each]
        spread = f"{min(middles):.1f} to {max(middles):.1f}"
        lines.append([name, str(len(flat)), *_texts(median(flat)), spread, *_texts(percentile(flat, 95), max(flat))])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    cells = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    cells.insert(1, "-|-".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in cells)


def _texts(*values: float) -> list[str]:
    return [f"{value:.1f}" for value in values]
