"""Numeric goals in the text of a task."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """One numeric goal.

    Args:
        indicator: what is counted.
        comparator: ``>=``, ``>``, ``=``, ``<=`` or ``<``.
        value: the number as printed, without unit.
        unit: the printed unit.
        text: the words it was read from.
        change: ``increase``, ``decrease`` or empty.
    """

    indicator: str
    comparator: str
    value: str
    unit: str
    text: str
    change: str = ""

    @property
    def label(self) -> str:
        """The goal in one phrase: 新增规上工业企业 >= 40 家."""
        return " ".join(part for part in (self.indicator, self.comparator, self.value, self.unit) if part)


def read(text: str, folded: str, start: int, end: int) -> tuple[Target, ...]:
    """The numeric goals printed within a span."""
    return ()
