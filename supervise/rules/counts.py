"""Counting towards a rung: so often, in a row, within a period, in so many periods one after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Generic, NamedTuple, TypeVar

from supervise.dates import FOREVER, ONE_DAY, Period, add_months, period_at
from supervise.rules.entries import Reset, Run, Times

T = TypeVar("T")


class Hit(NamedTuple, Generic[T]):
    """Something that counts, and the day on which it does."""

    day: date
    what: T


class Reached(NamedTuple, Generic[T]):
    """A count that was reached.

    Args:
        day: on which it was.
        since: the first day of the stretch in which it was counted.
        until: its last day; ``FOREVER`` while it goes on.
        hits: what was counted.
    """

    day: date
    since: date
    until: date
    hits: tuple[Hit[T], ...]


def reached(
    entry: Times | Run, hits: Iterable[Hit[T]], breaks: Iterable[date], resets: Sequence[Reset], closed: Iterable[date]
) -> Iterator[Reached[T]]:
    """Each time a count was reached; once in every stretch of days that is counted together.

    Args:
        entry: what must be reached.
        hits: what counts.
        breaks: days on which a run was broken: what came before does not count with what comes on that day or later.
        resets: when counting begins anew.
        closed: the days after which it does, if a reset says so.
    """
    ordered = sorted(hits, key=lambda hit: hit.day)
    cuts = sorted(breaks) if isinstance(entry, Times) and entry.row else []
    if any(reset.how == "closing" for reset in resets):
        cuts = sorted([*cuts, *(day + ONE_DAY for day in closed)])
    windows = [reset.period for reset in resets if reset.how == "each"]
    if isinstance(entry, Times) and entry.within:
        windows.append(entry.within)
    stretches = _stretches(ordered, cuts, windows, [reset for reset in resets if reset.how == "without"])
    for n, stretch in enumerate(stretches):
        ends = stretches[n + 1][0].day - ONE_DAY if n + 1 < len(stretches) else FOREVER
        if isinstance(entry, Times) and entry.months:
            yield from _rolling(entry, stretch, ends)
        elif isinstance(entry, Times) and len(stretch) >= entry.count:
            counted = stretch[: entry.count]
            yield Reached(counted[-1].day, stretch[0].day, ends, tuple(counted))
        elif isinstance(entry, Run):
            yield from _runs(entry, stretch, ends)


def _rolling(entry: Times, stretch: Sequence[Hit[T]], ends: date) -> Iterator[Reached[T]]:
    """So often within some months on end; what was counted together once does not count again."""
    first = 0
    for n, hit in enumerate(stretch):
        while stretch[first].day < add_months(hit.day, -entry.months):
            first += 1
        if n - first + 1 == entry.count:
            until = max(stretch[n + 1].day - ONE_DAY, hit.day) if n + 1 < len(stretch) else ends
            yield Reached(hit.day, stretch[first].day, until, tuple(stretch[first : n + 1]))
            first = n + 1


def _stretches(
    hits: Sequence[Hit[T]], cuts: Sequence[date], windows: Sequence[str], quiet: Sequence[Reset]
) -> list[list[Hit[T]]]:
    """The hits in groups that are counted together."""
    found: list[list[Hit[T]]] = []
    last: Hit[T] | None = None
    for hit in hits:
        apart = last is None or bisect_right(cuts, last.day) != bisect_right(cuts, hit.day)
        apart = apart or any(period_at(last.day, kind) != period_at(hit.day, kind) for kind in windows if last)
        apart = apart or any(_between(last.day, hit.day, one.period) >= one.count for one in quiet if last)
        if apart:
            found.append([])
        found[-1].append(hit)
        last = hit
    return found


def _between(before: date, after: date, kind: str) -> int:
    """How many whole periods lie between two days."""
    number, period = 0, period_at(period_at(before, kind).end + ONE_DAY, kind)
    while period.end < period_at(after, kind).start:
        number, period = number + 1, period_at(period.end + ONE_DAY, kind)
    return number


def _runs(entry: Run, stretch: Sequence[Hit[T]], ends: date) -> Iterator[Reached[T]]:
    """Runs of periods with a hit in each; a period without one breaks them."""
    row: list[list[Hit[T]]] = []
    before: Period | None = None
    for period, group in groupby(stretch, key=lambda hit: period_at(hit.day, entry.period)):
        if before is not None and before.end + ONE_DAY != period.start:
            row = []
        row.append(list(group))
        if len(row) == entry.count:
            hits = tuple(hit for hits in row for hit in hits[:1])
            yield Reached(hits[-1].day, hits[0].day, ends, hits)
        before = period
