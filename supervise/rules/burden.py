"""The burden on units: what was asked of each in each month, counted as boards count; and what could be asked at once.

The numbers come from the same record, by the same phrases, as the lines of a board, so that no two papers disagree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date

from supervise.dates import ONE_DAY, Period, period_at
from supervise.phrases import REMIND, Done, Measure, Outcome
from supervise.records import Duty
from supervise.rules.measures import Record
from supervise.rules.ruleset import Reminders

SETTLED = Outcome("missed")
"""Any outcome that counts speaks of all settled duties: those that are so, and those that are not."""


@dataclass(slots=True)
class Burden:
    """What was asked of one unit in one month.

    Args:
        duties: what it owed, each in the month in which it settled or, still open, will fall due.
        reports: those of them that ask for a report.
        reminders: how often it was reminded by hand.
        orders: letters that pressed it.
        inspections: how often people came to look.
        messages: what was sent to it.
    """

    duties: int = 0
    reports: int = 0
    reminders: int = 0
    orders: int = 0
    inspections: int = 0
    messages: int = 0

    @property
    def any(self) -> bool:
        """Whether anything was asked at all."""
        return any(getattr(self, part.name) for part in fields(self))


@dataclass(frozen=True, slots=True)
class Joint:
    """Reports that one unit owes in one week, which one paper could answer.

    Args:
        unit: who owes them.
        week: such as ``2025-W25``.
        day: the last of their limits: nobody is asked for anything earlier.
        duties: the reports.
    """

    unit: str
    week: str
    day: date
    duties: tuple[Duty, ...]


def reporting(rules: Iterable[Reminders]) -> frozenset[str]:
    """Kinds of duty that ask for a report."""
    return frozenset(kind for rule in rules if rule.burden is not None for kind in rule.burden.reports)


def burdens(
    record: Record, rules: Sequence[Reminders], pressing: Iterable[str], ahead: Iterable[Duty], months: Sequence[Period]
) -> dict[tuple[str, str], Burden]:
    """Month and unit → what was asked of it; messages are not among it, for they are not on record.

    Args:
        record: up to the cut, all lifecycles.
        rules: the newest of each workflow.
        pressing: the actions by which orders are sent.
        ahead: what was open on the last day seen.
        months: which.
    """
    kinds, found = reporting(rules), defaultdict[tuple[str, str], Burden](Burden)
    looks = {action for rule in rules if rule.burden is not None for action in rule.burden.inspections}
    asked: dict[str, list[Measure]] = {
        "duties": [SETTLED], "reports": [Outcome(SETTLED.outcome, kind) for kind in sorted(kinds)],
        "reminders": [Done(REMIND)], "orders": [Done(action) for action in sorted(set(pressing) - {""})],
        "inspections": [Done(action) for action in sorted(looks)],
    }  # fmt: skip
    for month in months:
        for part, measures in asked.items():
            for measure in measures:
                for one in record.sums(measure, month):
                    row = found[month.name, one.unit]
                    setattr(row, part, getattr(row, part) + one.good + one.bad)
    for duty in ahead:
        names = [month.name for month in months if duty.nominal in month]
        if names and not duty.about and duty.outcome(record.as_of + ONE_DAY) == "open":
            for unit in duty.units:
                found[names[0], unit].duties += 1
                found[names[0], unit].reports += duty.kind in kinds
    return {key: row for key, row in found.items() if row.any}


def together(duties: Iterable[Duty], kinds: frozenset[str]) -> list[Joint]:
    """Where one unit owes two reports or more in one week, by week and unit.

    Args:
        duties: open ones.
        kinds: those that ask for a report.
    """
    found: dict[tuple[str, str], list[Duty]] = {}
    for duty in duties:
        for unit in duty.units if duty.kind in kinds else ():
            found.setdefault((period_at(duty.due, "week").name, unit), []).append(duty)
    return [
        Joint(unit, week, max(duty.due for duty in owed), tuple(sorted(owed, key=lambda d: (d.due, d.task, d.key))))
        for (week, unit), owed in sorted(found.items())
        if len(owed) > 1
    ]
