"""How a cost grows: the exponent between two sizes, and whether that is more than what was asked for explains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import log
from typing import NamedTuple

from benchmarks.lines import Row

FLAT, LINEAR = 0.25, 1.15
BY_OUTPUT = {"board"}
"""What is asked for here grows with the record itself: a month's receipts."""


class Grown(NamedTuple):
    """One measurement at two sizes: n and least milliseconds of each, exponent, and whether that is too much."""

    backend: str
    name: str
    n: tuple[int, int]
    ms: tuple[float, float]
    exponent: float
    worse: bool


def grown(rows: Iterable[Row]) -> Iterator[Grown]:
    """Every measurement with one client, from each size to the next."""
    series: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows:
        if row.get("kind") == "result" and row.get("clients") == 1 and "rate" not in row:
            series.setdefault((row["backend"], row["name"]), {})[row["n"]] = row["ms"]["min"]
    for (backend, name), by_size in series.items():
        sizes = sorted(by_size)
        for small, large in pairwise(sizes):
            exponent = log(by_size[large] / by_size[small]) / log(large / small)
            worse = exponent > (LINEAR if name in BY_OUTPUT else FLAT)
            yield Grown(backend, name, (small, large), (by_size[small], by_size[large]), exponent, worse)


def table(rows: Iterable[Row]) -> str:
    """The growth as text, with what is worse than logarithmic, or than linear in what was asked for."""
    lines = [f"{'':9}{'':22}{'from':>9}{'to':>9}{'ms':>10}{'ms':>10}  exponent"]
    for g in grown(list(rows)):
        mark = "  <- worse than it should be" if g.worse else ""
        lines.append(
            f"{g.backend:9}{g.name:22}{g.n[0]:>9}{g.n[1]:>9}{g.ms[0]:>10.2f}{g.ms[1]:>10.2f}{g.exponent:>10.2f}{mark}"
        )
    return "\n".join(lines)
