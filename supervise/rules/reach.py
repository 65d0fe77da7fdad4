"""How far back a rule looks: whether a task that was over before a period began can count in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from typing import Any

from supervise.dates import FOREVER, Calendar, Period
from supervise.phrases import Comparison, Distance, Expired, InEffect, Measure, Outcome, parse_measure
from supervise.reading import Strict
from supervise.rules.anatomy import looks_back, phrases
from supervise.rules.measures import COUNTED
from supervise.rules.reported import figure
from supervise.rules.scheme import Scheme
from supervise.workflows.definition import Definition
from supervise.workflows.situations import Situation

MARGIN = timedelta(days=31)
"""More than any run of days off, so that a length counted backwards is never too short."""


def reach(period: Period, calendar: Calendar, *rules: Strict) -> date | None:
    """The day since which a task must have had something on it to count in a period.

    Args:
        period: what is judged.
        calendar: for lengths in working days.
        rules: by which.

    Returns:
        the first day of the period, earlier by the longest distance a rule speaks of; ``None`` when a phrase counts
        what was over long before, such as what was waived, which is said of every period after.
    """
    if any(isinstance(rule, Scheme) and looks_back(rule) for rule in rules):
        return None
    days = [_since(measure, period, calendar) for rule in rules for measure in measures(rule)]
    return None if None in days else min([period.start, *(day for day in days if day is not None)])


def _since(measure: Measure, period: Period, calendar: Calendar) -> date | None:
    if isinstance(measure, Outcome):
        return period.start if measure.outcome in COUNTED else None
    if isinstance(measure, Distance) and not measure.before:
        return calendar.add(period.start, -measure.count, measure.unit) - MARGIN
    return None if isinstance(measure, Expired | InEffect) else period.start  # the date in an act may lie far ahead


def dated(measure: Expired | InEffect, laws: Mapping[str, Definition]) -> list[str]:
    """The acts that may have begun what a phrase speaks of: the one it names, or every one that needs a date."""
    if isinstance(measure, Expired):
        return [measure.action]
    found = {n for law in laws.values() for n, act in law.actions.items() if law.field_of("date", act.needs)}
    return sorted(found)


def last_day(situation: Situation) -> date:
    """The last day on which anything on a closed task counts by itself: an act, or a duty as it settled."""
    days = {event.day for event in situation.task.events}
    for duty in (d for d in situation.duties if d.void is None):
        days |= {duty.settles} | ({duty.met} if duty.met else set()) | (set() if duty.in_time else {duty.missed_from})
    return max(days - {FOREVER})


def measures(value: Any) -> Iterator[Measure]:
    """Every phrase in a rule that counts something."""
    if isinstance(value, Measure):
        yield value
    elif isinstance(value, Comparison):
        yield value.measure
    elif isinstance(value, Scheme):
        yield from (parse_measure(words) for _, words in phrases(value) if figure(words) is None)
    elif isinstance(value, Strict):
        for _, inner in value:
            yield from measures(inner)
    elif isinstance(value, dict):
        yield from measures(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from measures(inner)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from measures(getattr(value, field.name))
