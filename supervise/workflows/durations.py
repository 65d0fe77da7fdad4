"""Durations that cannot be kept: longer than the time between two limits, or than the limit they lie ahead of (D38)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from supervise.errors import Problem
from supervise.phrases import AfterAction, Behind, Bound, Condition, Distance, Due, EachPeriod, Length, OnDates
from supervise.reading import Document, Path
from supervise.workflows.definition import Definition, DutyKind
from supervise.workflows.wording import UNIT_WORDS

LONGEST = {"week": 7, "month": 31, "quarter": 92, "half": 184, "year": 366}
"""Days of the longest period of each kind."""


def unkept(document: Document, definition: Definition) -> Iterator[Problem]:
    """Every duration of a definition that cannot be kept.

    Args:
        document: the parsed file, for places.
        definition: what it says.
    """
    for name, duty in definition.duties.items():
        yield from _recurring(document, ("duties", name), duty)
    for name, action in definition.actions.items():
        at = ("actions", name)
        for bound in action.at_most:
            if not bound.count:
                text = "at_most 是 0,永远办不成;不许办的动作请删去"
                yield document.problem("D38", (*at, "at_most"), text, word=_written(bound))
        for condition in action.when:
            yield from too_far(document, definition, (*at, "when"), condition)


def too_far(document: Document, definition: Definition, path: Path, condition: Condition) -> Iterator[Problem]:
    """A reminder that would have to come before the limit is set, a lag that nobody can have.

    Args:
        document: the parsed file, for places.
        definition: the duties that the condition speaks of.
        path: where it is written.
        condition: in a definition or a rule.
    """
    if isinstance(condition, Behind) and condition.points > 100:
        yield document.problem(
            "D38", path, f"落后不会超过 100 个百分点,不能是 {condition.points}%", word=f"{condition.duty} behind"
        )
    if not isinstance(condition, Distance) or not condition.before:
        return
    ahead = Length(condition.count, condition.unit)
    for name in condition.of.split(" or "):
        duty = definition.duties.get(name)
        if duty is not None and all(_exceeds(ahead, due) for due in duty.due.values()):
            text = f"提前 {_said(ahead)}提醒,比“{duty.label}”的期限本身还长,一开始就会提醒;请缩短"
            yield document.problem("D38", path, text, word=name)


def _recurring(document: Document, at: Path, duty: DutyKind) -> Iterator[Problem]:
    gaps = [gap for due in duty.due.values() if (gap := _gap(due))]
    for key, length in (("notice", duty.notice), ("grace", duty.grace)):
        if gaps and len(gaps) == len(duty.due) and all(_least(length) > gap for gap in gaps):
            text = f"{key} 是 {_said(length)},比两次期限之间(最多 {max(gaps)} 天)还长;请缩短"
            yield document.problem("D38", (*at, key), text)
    for due in duty.due.values():
        if isinstance(due, EachPeriod) and _least(Length(due.count, due.unit)) > LONGEST[due.period]:
            late = f"{due.count} {UNIT_WORDS[due.unit]}之后"
            text = f"期限在{late},比一期(最多 {LONGEST[due.period]} 天)还长,下一期已经过完;请缩短"
            yield document.problem("D38", (*at, "due"), text)


def _exceeds(ahead: Length, due: Due) -> bool:
    """Whether so much ahead of a limit lies before the day from which it is counted, or before the last limit."""
    if isinstance(due, AfterAction):
        if ahead.unit == due.unit:
            return ahead.count > due.count
        return _least(ahead) > _most(Length(due.count, due.unit))
    return bool(gap := _gap(due)) and _least(ahead) > gap


def _gap(due: Due) -> int:
    """The longest time in days between two limits that come again; 0 if they do not."""
    if isinstance(due, EachPeriod):
        return LONGEST[due.period]
    if isinstance(due, OnDates):
        days = sorted(date(2000, month, day) for month, day in due.dates)
        return max((b - a).days for a, b in pairwise([*days, days[0].replace(year=2001, day=min(days[0].day, 28))]))
    return 0


def _least(length: Length) -> int:
    """The fewest days that a length can take, whatever the holidays."""
    if length.unit == "workdays":
        return length.count if length.count < 5 else length.count * 7 // 5 - 2
    return length.count * (28 if length.unit == "months" else 1)


def _most(length: Length) -> int:
    """The most days that a length can take, the longest holidays included."""
    if length.unit == "workdays":
        return length.count * 2 + 10
    return length.count * (31 if length.unit == "months" else 1)


def _said(length: Length) -> str:
    return f"{length.count} {UNIT_WORDS[length.unit]}"


def _written(bound: Bound) -> str:
    return f"{bound.count} {bound.unit}"
