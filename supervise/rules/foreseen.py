"""What the lines of a board will ask for, known beforehand, so that what is alike is read in one go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from supervise.dates import Period
from supervise.phrases import Outcome
from supervise.rules.measures import COUNTED
from supervise.rules.ruleset import BoardRules


class Foreseen(NamedTuple):
    """What will be asked for.

    Args:
        rows: kinds of duty and outcomes of which every one is cited.
        counts: kinds of which numbers are wanted; empty for all kinds together.
        shares: kinds and outcomes of which the number is wanted that a unit helped with; as above.
        spans: first and last days of the periods for which numbers are wanted, each beginning where the last one ended.
    """

    rows: frozenset[tuple[str, str]] = frozenset()
    counts: frozenset[str] = frozenset()
    shares: frozenset[tuple[str, str]] = frozenset()
    spans: tuple[tuple[date, date], ...] = ()


def foreseen(rules: BoardRules, cited: bool = True, spans: Sequence[Period] = ()) -> Foreseen:
    """What a board cites and counts by its rules, as far as it is duties by their outcome.

    Args:
        rules: the board's.
        cited: whether receipts are wanted, or numbers alone.
        spans: the periods, if boards of several are wanted that follow on each other.
    """
    days = tuple((span.start, span.end) for span in spans)
    rows, counts, shares = set[tuple[str, str]](), set[str](), set[tuple[str, str]]()
    for line in rules.score.lines:
        told = [m for m in line.count or () if isinstance(m, Outcome) and m.outcome in COUNTED]
        rows |= {(m.duty, m.outcome) for m in told if m.duty}
        counts |= set() if cited else {m.duty for m in told}
        shares |= {(m.duty, m.outcome) for m in told if line.co is not None}
        for measure in line.rate or ():
            if isinstance(measure, Outcome):
                counts.add(measure.duty)
                rows |= {(measure.duty, o) for o in COUNTED if o != measure.outcome and measure.duty}
    for listing in (rules.red, rules.black):
        counts |= {c.measure.duty for c in listing.when if isinstance(c.measure, Outcome)}
    if cited:
        return Foreseen(frozenset(rows), frozenset(counts), spans=days)
    return Foreseen(counts=frozenset(counts), shares=frozenset(shares), spans=days)
