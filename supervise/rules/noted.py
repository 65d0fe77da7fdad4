"""What was marked of a unit in a year, as an assessment counts it: so many, yes or no, or a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from supervise.dates import Period
from supervise.goals import plain
from supervise.records import Mark
from supervise.rules.measures import Ref
from supervise.rules.scheme import IGNORED, MarkKind

Noted = Mapping[str, Mapping[str, Sequence[Mark]]]
"""Unit → kind → its marks of the year, in the order of days."""


def noted(kinds: Mapping[str, MarkKind], marks: Iterable[Mark], year: Period, heir: Callable[[str], str]) -> Noted:
    """The marks of declared kinds on the days of a year; what was revoked is none.

    Args:
        kinds: as the assessment declares them.
        marks: those known and not voided.
        year: whose days count; a score of the year may be entered later, what happened may not.
        heir: who answers for a unit today.
    """
    found: dict[str, dict[str, list[Mark]]] = {}
    for mark in sorted(marks, key=lambda m: (m.day, m.value, m.note, m.id)):
        if mark.kind in kinds and mark.day in year and mark.status not in IGNORED:
            found.setdefault(heir(mark.unit), {}).setdefault(mark.kind, []).append(mark)
    return found


def stands(kind: MarkKind, marks: Sequence[Mark]) -> Decimal | None:
    """What a condition holds against: how many, 1 or 0, the latest figure; a figure that nobody entered is none."""
    if kind.value == "number":
        return marks[-1].value if marks else None
    return Decimal(any(mark.value for mark in marks) if kind.value == "flag" else len(marks))


def amount(kind: MarkKind, marks: Sequence[Mark]) -> Decimal:
    """What points are given for: how many, or the figures together."""
    if kind.value == "number":
        return sum((mark.value for mark in marks), Decimal(0))
    return stands(kind, marks) or Decimal(0)


def cited(kind: MarkKind, mark: Mark) -> Ref:
    """A mark as a receipt cites it."""
    value = f" {plain(mark.value)}" if kind.value == "number" else ""
    return Ref(mark.matter, f"{kind.label}{value} {mark.note}".strip(), mark.day, key=mark.id)
