"""Laying another calendar on a running task: what becomes of its dates, and why.

What is settled stays: a date gone by, met or missed, is not worked out again. What lies ahead is, and where it would
come to lie in the past it stays too, so that nobody is late by what was announced later (see ``arrangements``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from supervise.arrangements import differences
from supervise.dates import FOREVER, Calendar
from supervise.people import Actor
from supervise.phrases import CALENDAR
from supervise.records import PARTIES, Duty, Event, Task, evolve
from supervise.workflows.lifecycle import Lifecycle, Step


@dataclass(frozen=True, slots=True)
class Moved:
    """One duty whose date another calendar moved.

    Args:
        key: of the duty.
        label: what it is called.
        units: who owes it.
        old, new: last day to meet it, before and after; ``None`` if it was not owed, or is no longer.
        because: the days between that are off now and were not, or the other way round.
    """

    key: str
    label: str
    units: tuple[str, ...]
    old: date | None
    new: date | None
    because: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Arranged:
    """A task with another calendar on it: the dates that moved, and what will be written."""

    task: Task
    moved: tuple[Moved, ...]
    step: Step


def arrange(law: Lifecycle, task: Task, to: Calendar, by: Actor, day: date) -> Arranged:
    """Lay a calendar on an open task.

    Args:
        law: what the task lives under; ``to`` must be among its ``calendars``.
        task: open, as it stands.
        to: the new calendar.
        by: who does it.
        day: from when on it holds; the day of the last act if that is later.
    """
    day = max(day, task.events[-1].day)
    settled = law.settle(task, day)
    task, before = settled.task, law.calendar_of(settled.task)
    names = [to.name] if task.calendar else [law.calendars.first.name, to.name]
    event = Event(
        task.code, task.version + 1, CALENDAR, task.state, task.state, day, by.id, by.unit, task.definition,
        changes={CALENDAR: names},
    )  # fmt: skip
    after = evolve(task, event)
    old, new = law.situation(task).duties, law.situation(after).duties
    changed = sorted({d for days in differences(before, to).values() for d in days})
    moved = tuple(_moved(law, old, new, changed))
    if moved:
        dates = {one.key: [str(d) if d is not None else None for d in (one.old, one.new)] for one in moved}
        owing = {d.key: d for d in (*old, *new) if d.role in PARTIES}
        told = tuple(dict.fromkeys(unit for one in moved if one.key in owing for unit in one.units))
        event = Event(
            event.task, event.seq, CALENDAR, task.state, task.state, day, by.id, by.unit, task.definition,
            changes={CALENDAR: names, "dates": dates}, to=told,
        )  # fmt: skip
        trial, after = after, evolve(task, event)
        law.on_record(trial, after)  # the duties are the same: only the list of what moved was added
    return Arranged(task, moved, Step(settled.before, (*settled.path, after)))


def _moved(law: Lifecycle, old: Sequence[Duty], new: Sequence[Duty], changed: Sequence[date]) -> Iterator[Moved]:
    olds, news = {duty.key: duty for duty in old}, {duty.key: duty for duty in new}
    for key in dict.fromkeys((*olds, *news)):
        was, is_ = olds.get(key), news.get(key)
        one = is_ or was
        if one is None or (was is not None and is_ is not None and was.due == is_.due):
            continue
        ends = [d.due for d in (was, is_) if d is not None]
        because = tuple(d for d in changed if one.born < d <= max(ends)) if max(ends) < FOREVER else ()
        yield Moved(
            key, law.wording.duty(one.kind), one.units, was.due if was else None, is_.due if is_ else None, because
        )
