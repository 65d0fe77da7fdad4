"""A condition is the days on which it holds.

One function turns a phrase into spans. A guard asks whether one holds today, the clock asks when the next one starts,
a score line counts those that start in its period. There is no second implementation that could disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from supervise.dates import FOREVER, ONE_DAY, Calendar, Span
from supervise.phrases import Behind, Condition, Distance, Outcome, Unanswered
from supervise.records import Duty, Event, Pace, Task
from supervise.workflows.definition import Definition
from supervise.workflows.duties import Fold, fold, waiting


class Holding(NamedTuple):
    """A stretch of days on which a condition holds, and the duty it is about."""

    span: Span
    duty: Duty | None = None
    event: Event | None = None

    @property
    def key(self) -> str:
        """What tells this stretch from every other of the same condition."""
        about = self.duty.key if self.duty else self.event.seq if self.event else ""
        return f"{about}:{self.span.start}"


@dataclass(frozen=True)
class Situation:
    """A task, its law and the days: everything a condition can be asked about."""

    definition: Definition
    task: Task
    calendar: Calendar
    before: Fold | None = None

    @cached_property
    def fold(self) -> Fold:
        """All duties of the task, and by kind."""
        return fold(self.definition, self.task, self.calendar, self.before)

    @property
    def duties(self) -> tuple[Duty, ...]:
        """All duties of the task."""
        return self.fold.all

    def of_kind(self, kind: str) -> Sequence[Duty]:
        """The duties of one kind, of every kind if empty."""
        return self.fold.kinds.get(kind, ()) if kind else self.fold.all

    def holdings(self, condition: Condition) -> tuple[Holding, ...]:
        """The stretches of days on which ``condition`` holds, in order of their start."""
        found: Iterable[Holding]
        if isinstance(condition, Outcome):
            found = [Holding(d.span(condition.outcome), d) for d in self.of_kind(condition.duty)]
        elif isinstance(condition, Behind):
            found = [Holding(s, d) for d in self.of_kind(condition.duty) for s in self._behind(d, condition.points)]
        elif isinstance(condition, Unanswered):
            found = self._unanswered(condition)
        else:
            found = self._distance(condition)
        real = [h for h in found if h.span.start < h.span.end and h.span.start < FOREVER]
        if len(real) < 2:
            return tuple(real)
        if len({h.span.start for h in real}) < len(real):
            real.sort(key=lambda h: (h.span.start, h.key))
        else:
            real.sort(key=lambda h: h.span.start)
        return tuple(real)

    def holds(self, condition: Condition, day: date) -> bool:
        """Whether ``condition`` holds on ``day``."""
        return any(h.span.holds(day) for h in self.holdings(condition))

    def _distance(self, condition: Distance) -> Iterator[Holding]:
        for name in condition.of.split(" or "):
            if name in self.definition.duties:
                for duty in self.of_kind(name):
                    if duty.due < FOREVER:
                        yield Holding(self._around(duty, condition), duty)
            else:
                for event in self.task.events:
                    if event.action == name:
                        start = self.calendar.add(event.day, condition.count, condition.unit)
                        yield Holding(Span(start), None, event)

    def _around(self, duty: Duty, condition: Distance) -> Span:
        end = min(duty.met or FOREVER, duty.void or FOREVER)
        if condition.before:
            # A warning ahead of a limit says nothing once the limit has passed, or while the office has the ball.
            start = max(duty.born, self.calendar.add(duty.due, -condition.count, condition.unit))
            waits = waiting(self.definition.duties[duty.kind], self.task)
            start = next((wait.end for wait in waits if wait.holds(start)), start)
            return Span(start, max(start, min(end, duty.due + ONE_DAY)))
        return overdue(duty.missed_from, end, condition, self.calendar)

    def _unanswered(self, condition: Unanswered) -> Iterator[Holding]:
        replies = [duty for kind in self.definition.given_duties for duty in self.of_kind(kind)]
        by_key = {duty.key: duty for duty in self.duties} if replies else {}
        for reply in replies:
            order = self.task.events[reply.after - 1]
            if condition.rung in order.data.values():
                yield Holding(reply.span("missed"), by_key.get(reply.about, reply), order)

    @cached_property
    def checkpoints(self) -> tuple[tuple[date, Decimal], ...]:
        """The days on which progress can be held against the schedule, with the figure that counts on each.

        They are the days of the reports, and the days on which a report was missed and not excused: then the last
        figure stands, 0 if there was none. Between them nobody falls behind by the mere passing of time.
        """
        name, reports = self.definition.field_of("percent"), self.definition.figure_actions
        told = [e for e in self.task.events if e.action in reports and name in e.data]
        said = [(self.definition.acted_on(e), Decimal(str(e.data[name]))) for e in told]
        figures = (d for d in self.duties if d.kind in self.definition.figure_duties and d.void is None)
        missed = (d.span("missed") for d in figures)
        silent = {span.start for span in missed if span.start < span.end}
        found = [*said]
        for day in sorted(silent):
            before = [figure for on, figure in said if on < day]
            found.append((day, before[-1] if before else Decimal(0)))
        return tuple(sorted(found, key=lambda point: point[0]))

    def _lag(self, duty: Duty, day: date, figure: Decimal) -> Decimal | None:
        """How many percentage points ``figure`` lies behind the linear schedule of ``duty`` on ``day``."""
        length = (duty.nominal - duty.born).days if duty.nominal < FOREVER else 0
        if length <= 0:
            return None
        gone = (min(max(day, duty.born), duty.nominal) - duty.born).days
        return Decimal(100 * gone) / length - figure

    def _paces(self, duty: Duty) -> Iterator[Pace]:
        over = min(duty.met or FOREVER, duty.void or FOREVER)
        ends = [*(day for day, _ in self.checkpoints[1:]), FOREVER]
        for (day, figure), end in zip(self.checkpoints, ends, strict=False):
            lag = self._lag(duty, day, figure) if day < min(end, over) else None
            if lag is not None:
                yield Pace(duty, day, min(end, over), lag)

    @cached_property
    def paces(self) -> tuple[Pace, ...]:
        """The stretches of the duties whose pace is kept on record, see ``Definition.paced``."""
        return tuple(
            pace for name in self.definition.paced for duty in self.of_kind(name) for pace in self._paces(duty)
        )

    def _behind(self, duty: Duty, points: Decimal) -> Iterator[Span]:
        return (Span(pace.day, pace.ends) for pace in self._paces(duty) if pace.lag >= points)

    def on_pace(self, duty: Duty, day: date) -> bool | None:
        """Whether ``duty`` keeps its linear schedule on ``day``; ``None`` while there is nothing to judge by."""
        outcome = duty.outcome(day)
        if outcome != "open":
            return None if outcome == "void" else outcome == "on time"
        known = [point for point in self.checkpoints if point[0] <= day]
        lag = self._lag(duty, *known[-1]) if known else None
        return None if lag is None else lag <= 0


def overdue(missed_from: date, end: date, condition: Distance, calendar: Calendar) -> Span:
    """The days on which a duty missed from a day on, and met or void on ``end``, is so a while after it was missed."""
    if missed_from == FOREVER:
        return Span(FOREVER)
    start = max(missed_from, calendar.add(missed_from - ONE_DAY, condition.count, condition.unit))
    return Span(start, max(start, end))
