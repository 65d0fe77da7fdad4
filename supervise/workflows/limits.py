"""When limits fall: from what a definition says to days of the calendar, with the days on which no clock ran."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

from supervise.dates import FOREVER, ONE_DAY, Calendar, Period, Span, clamp, period_at
from supervise.phrases import EachPeriod, OnDates, TaskDue
from supervise.records import Duty, Event, Pause, Stage, Task
from supervise.workflows.definition import Definition, DutyKind

YEARS = 10
"""How far ahead dates that come again are worked out."""


class Start(NamedTuple):
    """One time a duty begins.

    Args:
        key: unique among those of the task.
        born: the day it begins to be owed.
        nominal: the day it falls due, before moving off a holiday.
        after: ``seq`` of the event after which acts count.
        about: key of the duty that an order presses.
        over: the day on which another takes its place if it is still open.
        carried: the day on which the task was carried on to a later limit.
    """

    key: str
    born: date
    nominal: date
    after: int
    about: str = ""
    over: date = FOREVER
    carried: date | None = None


class Leg(NamedTuple):
    """A stretch of a task with one limit of its own: from its beginning, or from being carried on.

    Args:
        seq: number of the event that carried it on, 0 for the first.
        born: the day it begins.
        due: the limit.
        told: the event that gave the limit last.
    """

    seq: int
    born: date
    due: date
    told: Event


def legs(acts: Sequence[Event], due: date) -> list[Leg]:
    """The stretches of a task, each with its own limit; one, unless it was carried on.

    Args:
        acts: of the task.
        due: its limit now, which is that of the last stretch.
    """
    found, seq, begun, told, limit = list[Leg](), 0, acts[0], acts[0], FOREVER
    for event in acts:
        if "carried" in event.changes:
            found.append(Leg(seq, begun.day, limit, told))
            seq, begun, told, limit = event.seq, event, event, FOREVER
        if "due" in event.changes:
            told, limit = event, date.fromisoformat(event.changes["due"])
    return [*found, Leg(seq, begun.day, due, told)]


def superseding(starts: Sequence[Start]) -> list[Start]:
    """The same, each over when the next one begins."""
    if len(starts) < 2:
        return list(starts)
    return [*(start._replace(over=later.born) for start, later in pairwise(starts)), starts[-1]]


def recurring(due: OnDates | EachPeriod, first: date, end: date, calendar: Calendar) -> Iterable[tuple[str, date]]:
    """Name and day of every date on which something is owed, from ``first`` to ``end``."""
    return _on_dates(due.dates, first, end) if isinstance(due, OnDates) else _each_period(due, first, end, calendar)


def _each_period(due: EachPeriod, first: date, end: date, calendar: Calendar) -> Iterator[tuple[str, date]]:
    period, last = period_at(first, due.period), min(end.year, first.year + YEARS)
    if (due.count or due.off) and period.start.year > 1:
        period = period_at(period.start - ONE_DAY, due.period)  # its limit may lie ahead still
    while period.start <= end and period.start.year <= last:
        on = _within(due, period, calendar)
        if first <= on <= end:
            yield period.name, on
        if period.end.year >= FOREVER.year:
            return
        period = period_at(period.end + ONE_DAY, due.period)


@lru_cache(4096)
def _on_dates(dates: tuple[tuple[int, int], ...], first: date, end: date) -> tuple[tuple[str, date], ...]:
    """Kept, for every act asks again."""
    years = range(first.year, min(end.year, first.year + YEARS) + 1)
    found = (clamp(year, month, day) for year in years for month, day in dates)
    return tuple((str(on), on) for on in found if first <= on <= end)


def _within(due: EachPeriod, period: Period, calendar: Calendar) -> date:
    if due.count:
        return calendar.add(period.end, due.count, due.unit)
    day = period.end
    if due.day:
        weekly = due.period == "week"
        day = period.start + timedelta(days=due.day - 1) if weekly else clamp(day.year, day.month, due.day)
    if due.off:
        return calendar.choose(lambda one: day if one.is_workday(day) else one.add_workdays(day, due.off))
    return day


def staged(name: str, baselines: Sequence[tuple[Event, Sequence[Stage]]]) -> Iterator[Start]:
    """One limit for every stage of every plan that was approved; a new plan takes the place of what is still open."""
    ends = chain((event.day for event, _ in baselines[1:]), (FOREVER,))
    for (event, stages), end in zip(baselines, ends, strict=False):
        for day in sorted({stage.day for stage in stages if stage.day > event.day}):
            yield Start(f"{name}:{event.seq}:{day}", event.day, day, event.seq, over=end)


def paused(nominal: date, unit: str, born: date, pauses: Iterable[Pause], calendar: Calendar) -> date:
    """A limit with the days given back on which the clock stood still.

    Args:
        nominal: the limit without pauses.
        unit: ``workdays`` if it is counted in working days; else whole days are given back.
        born: the day it is counted from.
        pauses: in order.
        calendar: the district's.
    """
    for pause in pauses:
        start = max(pause.start, born)
        if start < pause.end and start < nominal < FOREVER:
            if unit == "workdays":
                nominal = calendar.add_workdays(pause.end, calendar.workdays_between(start, nominal))
            else:
                nominal += pause.end - start
    return nominal


def closings(definition: Definition, acts: Sequence[Event]) -> list[tuple[Event, Event | None]]:
    """Each time a task was closed, with the event that opened it again, ``None`` if it is closed still."""
    found: list[tuple[Event, Event | None]] = []
    closed: Event | None = None
    for event in acts:
        if event.target in definition.finals:
            closed = closed or event
        elif closed is not None:
            found.append((closed, event))
            closed = None
    return [*found, (closed, None)] if closed is not None else found


def unsure(kind: DutyKind | None, duty: Duty, calendar: Calendar, unknown: Callable[[date], bool]) -> bool:
    """Whether the date of a duty may still move: it lies in a year not arranged yet, or was counted back from one.

    Args:
        kind: what the law says of it, if the law as it stands has it.
        duty: the duty.
        calendar: by which dates are worked out.
        unknown: whether the arrangement of a day's year is not known.
    """
    if unknown(duty.due) or kind is None:
        return unknown(duty.due)
    back = [d.count for d in kind.due.values() if isinstance(d, TaskDue) and d.count and d.unit == "workdays"]
    return any(unknown(calendar.add_workdays(duty.nominal, count)) for count in back)


def waiting(kind: DutyKind, task: Task) -> tuple[Span, ...]:
    """The days on which the ball lay with the office, as far as ``kind`` cares, in as few spans as possible."""
    waits = kind.waits
    found: list[Span] = []
    since: date | None = None
    for event in task.acts if waits else ():
        if (event.target in waits) == (since is not None):
            continue
        if since is None:
            goes_on = bool(found) and found[-1].end == event.day
            since = found.pop().start if goes_on else event.day
        else:
            if since < event.day:
                found.append(Span(since, event.day))
            since = None
    return tuple(found) if since is None else (*found, Span(since))
