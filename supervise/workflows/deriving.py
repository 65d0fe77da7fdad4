"""How a date came about: from what it is counted, which days were skipped, and what moved it since.

A derivation is a chain of links, each of which takes the day of the one before it a little further. It is worked out
anew from the history and never stored, and its last link is the date of the duty or it is not given at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from supervise.dates import FOREVER, ONE_DAY, Calendar, Period, clamp, parse_period
from supervise.phrases import AfterAction, Due, EachPeriod, OnDates, Stages, TaskDue, UntilOf
from supervise.records import COMBINE, PARTIES, Duty, Event, Task
from supervise.workflows import eras
from supervise.workflows.definition import Definition, DutyKind
from supervise.workflows.lifecycle import Lifecycle
from supervise.workflows.limits import legs, paused, waiting
from supervise.workflows.wording import UNIT_WORDS


@dataclass(frozen=True, slots=True)
class Link:
    """One step on the way to a date.

    Args:
        what: ``start``, ``count``, ``period``, ``pause``, ``move``, ``combine`` or ``wait``.
        day: where it leads.
        text: what it says, in Chinese.
        since: the day it counts from, itself not counted; ``None`` for a day that was told.
        count: how many days or working days; negative for so many before.
        unit: ``workdays``, ``days`` or ``months``; empty where nothing is counted.
        skipped: the days off on the way, if working days are counted or a day off is left.
        calendar: the calendar by which it came out; ``None`` where it takes none.
    """

    what: str
    day: date
    text: str
    since: date | None = None
    count: int = 0
    unit: str = ""
    skipped: tuple[date, ...] = ()
    calendar: Calendar | None = None


@dataclass(frozen=True, slots=True)
class Derivation:
    """How the last day to meet a duty came about.

    Args:
        duty: whose date it is.
        links: from what it begins with to the day it falls due, and on to the day from which it is missed.
        law: name of the definition that says so.
    """

    duty: Duty
    links: tuple[Link, ...]
    law: str


def derive(law: Lifecycle, task: Task, duty: Duty) -> Derivation:
    """How the date of a duty of ``task`` came about.

    Args:
        law: what the task lives under.
        task: as it stands.
        duty: one of its duties.
    """
    return _Way(law, task, duty).derivation


def off_between(calendar: Calendar, start: date, end: date) -> tuple[date, ...]:
    """The days off after ``start`` up to and including ``end``, or from ``end`` up to ``start`` if that is earlier."""
    first, last = (start + ONE_DAY, end) if end >= start else (end, start - ONE_DAY)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(day for day in days if not calendar.is_workday(day))


class _Way:
    """One duty on its way from the law to a date."""

    def __init__(self, law: Lifecycle, task: Task, duty: Duty) -> None:
        self.law, self.task, self.duty = law, task, duty
        self.calendar = law.calendar_of(task)
        self.definition, self.kind, self.seen = self._spec()
        self.wording = law.wording

    def _spec(self) -> tuple[Definition, DutyKind, Task]:
        """The law under which the duty was born, what it says of it, and the task as that law sees it."""
        duty, task = self.duty, self.task
        if not eras.changed_law(task):
            return self.law.definition, self.law.definition.duties[duty.kind], task
        lives = eras.Lives(task, eras.eras(task, self.law.laws))
        for number, era in enumerate(lives.eras):
            names = [name for name in era.law.duties if lives.newest_name(number, name) == duty.kind]
            if names and self._born_in(lives, number, era.law.duties[names[0]]):
                definition, seen = lives.seen_from(number)
                return definition, definition.duties[names[0]], seen
        return self.law.definition, self.law.definition.duties[duty.kind], task

    def _born_in(self, lives: eras.Lives, number: int, kind: DutyKind) -> bool:
        era, last = lives.eras[number], number + 1 == len(lives.eras)
        if kind.fixed:
            return era.since < self.duty.nominal and (last or self.duty.nominal <= lives.eras[number + 1].since)
        return not kind.triggers or era.first <= self.duty.after <= era.last

    @property
    def derivation(self) -> Derivation:
        links = [*self._nominal()]
        if links and links[-1].day == self.duty.nominal:
            links += self._moved()
            links += self._waited(links[-1].day)
        return Derivation(self.duty, tuple(links), self.definition.name)

    def _nominal(self) -> Iterator[Link]:
        due = self._due()
        event = next((e for e in self.seen.events if e.seq == self.duty.after), None)
        if isinstance(due, AfterAction) and event is not None:
            yield from self._counted(due, event)
        elif isinstance(due, UntilOf) and event is not None:
            told = date.fromisoformat(event.data[self.definition.field_of("date", event.data)])
            yield Link("start", told, f"{self._act(event)}所定")
            yield from self._paused(told, "days", event.day, self.calendar)
        elif isinstance(due, TaskDue):
            yield from self._of_task(due)
        elif isinstance(due, OnDates):
            text = f"每年 {self.duty.nominal.month}月{self.duty.nominal.day}日"
            yield Link("start", self.duty.nominal, text)
        elif isinstance(due, EachPeriod):
            yield from self._of_period(due, parse_period(self.duty.key.split(":")[1]))
        elif isinstance(due, Stages) and event is not None:
            yield Link("start", self.duty.nominal, f"{self._act(event)}所定方案的阶段目标")

    def _due(self) -> Due | None:
        """What the law says of it, for the category that the task was of."""
        if "" in self.kind.due:
            return self.kind.due_for("")
        told = [e.changes["category"] for e in self.task.acts if "category" in e.changes]
        if self.kind.triggers:
            told = [e.changes["category"] for e in self.task.acts
                    if "category" in e.changes and e.seq <= self.duty.after]  # fmt: skip
        return self.kind.due_for(str(told[-1]) if told else "")

    def _act(self, event: Event) -> str:
        name = event.action.partition("@")[0]
        return f"{event.day} 第 {event.seq} 条记录“{self.wording.action(name)}”"

    def _counted(self, due: AfterAction, event: Event) -> Iterator[Link]:
        def made(one: Calendar) -> date:
            end = one.add(event.day, due.count, due.unit)
            pauses = self.task.pauses if self.kind.role in PARTIES else ()
            return paused(end, due.unit, event.day, pauses, one) if pauses else end

        by, _ = self.calendar.judge(made)
        end = by.add(event.day, due.count, due.unit)
        yield Link("start", event.day, self._act(event))
        yield self._count(event.day, due.count, due.unit, end, by)
        yield from self._paused(end, due.unit, event.day, by)

    def _count(self, start: date, count: int, unit: str, end: date, by: Calendar) -> Link:
        side = "前" if count < 0 else "后"
        text = f"{side}第 {abs(count)} {UNIT_WORDS[unit]}" if unit != "months" else f"{side} {abs(count)} 个月"
        if unit == "workdays":
            return Link("count", end, text, start, count, unit, off_between(by, start, end), by)
        if unit == "months" and end.day != start.day and end < FOREVER:
            text += f"(当月没有 {start.day} 日,取月末)"
        return Link("count", end, text, start, count, unit)

    def _paused(self, day: date, unit: str, born: date, by: Calendar) -> Iterator[Link]:
        for pause in self.task.pauses if self.kind.role in PARTIES else ():
            start, end = max(pause.start, born), paused(day, unit, born, (pause,), by)
            if end == day:
                continue
            text = f"{start} 至 {pause.end} 暂停计时"
            if unit == "workdays":
                left = by.workdays_between(start, day)
                text += f",余下 {left} 个工作日接着算"
                yield Link("pause", end, text, pause.end, left, unit, off_between(by, pause.end, end), by)
            else:
                yield Link("pause", end, f"{text},顺延 {(end - day).days} 天", day, (end - day).days, "days")
            day = end

    def _of_task(self, due: TaskDue) -> Iterator[Link]:
        leg = next(leg for leg in legs(self.task.acts, self.task.due) if leg.seq == self.duty.after)
        first = f"交办时所定({self.task.document})" if self.task.document else "交办时所定"
        text = first if leg.told.seq == 1 else f"{self._act(leg.told)}所定"
        yield Link("start", leg.due, f"任务的完成时限,{text}")
        if due.count and leg.due < FOREVER:
            by, end = self.calendar.judge(lambda one: one.add(leg.due, -due.count, due.unit))
            yield self._count(leg.due, -due.count, due.unit, end, by)

    def _of_period(self, due: EachPeriod, period: Period) -> Iterator[Link]:
        if not due.day:
            yield Link("period", period.end, f"{period.label}的最后一天")
            if due.count:
                by, end = self.calendar.judge(lambda one: one.add(period.end, due.count, due.unit))
                yield self._count(period.end, due.count, due.unit, end, by)
                return
            day = period.end
        else:
            weekly = due.period == "week"
            day = period.start + timedelta(days=due.day - 1) if weekly else clamp(
                period.end.year, period.end.month, due.day)  # fmt: skip
            month = "" if due.period in ("week", "month") else "末月"
            text = f"{period.label}{month}第 {due.day} 天" if weekly else f"{period.label}{month} {due.day} 日"
            yield Link("period", day, text + ("" if weekly or day.day == due.day else "(没有这一日,取月末)"))
        if due.off:
            by, end = self.calendar.judge(lambda one: day if one.is_workday(day) else one.add_workdays(day, due.off))
            if end != day:
                text = f"这天放假,取假后第 {due.off} 个工作日"
                yield Link("count", end, text, day, due.off, "workdays", off_between(by, day, end), by)

    def _moved(self) -> Iterator[Link]:
        nominal, due = self.duty.nominal, self.duty.due
        together = dict(self.task.combined).get(self.duty.key)
        if together == due:
            due = self.calendar.next_workday(nominal) if self.definition.holidays == "next workday" else nominal
        if due != nominal:
            by, _ = self.calendar.judge(lambda one: one.next_workday(nominal))
            off = (nominal, *off_between(by, nominal, due))
            yield Link("move", due, "这天放假,顺延到下一个工作日", nominal, 0, "workdays", off, by)
        if due != self.duty.due:
            told = next(e for e in reversed(self.task.acts) if self.duty.key in e.changes.get(COMBINE, {}))
            yield Link("combine", self.duty.due, f"{self._act(told)},几件一并报")

    def _waited(self, due: date) -> Iterator[Link]:
        """The days that the office took across the due date, given back."""
        last, moves = due, self.definition.holidays == "next workday"
        for wait in waiting(self.kind, self.seen):
            if last == FOREVER or not (wait.start <= last and wait.holds(last + ONE_DAY)) or wait.end == FOREVER:
                continue
            grace = self.kind.grace
            given, least = wait.end + (last - wait.start), self.calendar.add(wait.end, grace.count, grace.unit)
            day = max(given, least)
            day = self.calendar.next_workday(day) if moves else day
            back = f"交还剩下的 {(last - wait.start).days} 天"
            if least > given:
                back = f"至少再给 {grace.count} {UNIT_WORDS[grace.unit]}"
            text = f"到期时在等督查一方({wait.start} 至 {wait.end}),{back},到这一天不算逾期"
            yield Link("wait", day, text, wait.end, calendar=self.calendar)
            last = day
