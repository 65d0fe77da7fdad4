"""The heart: from a definition and a task follow all duties, past and present.

Rules that hold for every definition:

* a limit counted from an action starts anew each time it is done; one still open when that happens is superseded;
* a duty on fixed dates owes one act for each date; an act meets the earliest date still unmet; it does not count ahead
  before the previous date has passed, nor when it redoes a returned one;
* who owes is who holds the part when the day it falls due begins, or when it is met: a new lead does not inherit old
  lateness, and a limit that an act set for the old one ends with the change;
* an order that presses a duty is also answered by doing that duty, and falls with a duty that no longer counts;
* if the ball lies with the office on the due date, the unit gets back the days it had left, and at least the grace the
  file gives; a fixed date does not bind who came to the task shortly before it;
* closing the task ends what was still open; what was missed stays missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from supervise.dates import FOREVER, ONE_DAY, Calendar, Span, clamp, merge
from supervise.phrases import AfterAction, Length, OnDates, TaskDue, UntilOf
from supervise.records import PARTIES, Duty, Event, Task, evolve
from supervise.workflows.definition import Definition, DutyKind


def duties(definition: Definition, task: Task, calendar: Calendar) -> tuple[Duty, ...]:
    """Every duty of ``task``, in order of due date.

    Args:
        definition: the law it lives under.
        task: the fold of its events up to some cut.
        calendar: the district's working days.
    """
    book = _Book(definition, task, calendar)
    found = [duty for name in book.order for duty in book.of_kind(name)]
    found = [book.waived(duty) for duty in found]
    found = [book.answered(duty, found) for duty in found]
    found = [book.ended(duty) for duty in found]
    return tuple(sorted(found, key=lambda d: (d.due, d.key)))


@dataclass(frozen=True, slots=True)
class _Start:
    """One time a duty begins: its key, the day, its nominal due date, the event after which acts count."""

    key: str
    born: date
    nominal: date
    after: int
    about: str = ""


class _Book:
    """What the rules of one task need to look up again and again."""

    def __init__(self, definition: Definition, task: Task, calendar: Calendar) -> None:
        self.definition, self.task, self.calendar = definition, task, calendar
        kinds = definition.duties
        # Triggered duties first: what answers them cannot also count ahead for a fixed date.
        self.order = sorted(kinds, key=lambda name: isinstance(kinds[name].due, OnDates))
        self.redone: set[int] = set()
        self.reshuffled = any(set(PARTIES) & set(event.changes) for event in task.events[1:])

    def of_kind(self, name: str) -> list[Duty]:
        kind = self.definition.duties[name]
        starts = list(self._starts(name, kind))
        waits = waiting(kind, self.task)
        if kind.each:
            owing = [(start, self._debtors(kind.role, start.nominal, start.after)) for start in starts]
            return [
                duty for unit in dict.fromkeys(unit for _, units in owing for unit in units)
                for duty in self._chain(name, kind, [s for s, units in owing if unit in units], waits, unit)
            ]  # fmt: skip
        return self._chain(name, kind, starts, waits, "")

    def _starts(self, name: str, kind: DutyKind) -> Iterator[_Start]:
        task, due = self.task, kind.due
        if isinstance(due, TaskDue):
            yield _Start(name, task.opened, task.due, 0)
        elif isinstance(due, OnDates):
            first = max(task.opened + ONE_DAY, self._add(task.opened, kind.notice))
            for day in _dates(due, first, task.due):
                yield _Start(f"{name}:{day}", task.opened, day, 0)
        else:
            actions = due.actions if isinstance(due, AfterAction) else (due.action,)
            for event in task.events:
                if event.action in actions:
                    yield self._start_at(f"{name}:{event.seq}", event, due)

    def _start_at(self, key: str, event: Event, due: AfterAction | UntilOf) -> _Start:
        if isinstance(due, AfterAction):
            nominal = self.calendar.add(event.day, due.count, due.unit)
            return _Start(key, event.day, nominal, event.seq)
        until = event.data[self.definition.field_of("date", tuple(event.data))]
        about = str(event.data.get(self.definition.field_of("duty", tuple(event.data)), ""))
        return _Start(key, event.day, date.fromisoformat(until), event.seq, about)

    def _chain(
        self, name: str, kind: DutyKind, starts: Sequence[_Start], waits: tuple[Span, ...], unit: str
    ) -> list[Duty]:
        acts = [e for e in self.task.events if e.action in kind.met_by and (not unit or e.unit == unit)]
        chain: list[Duty] = []
        used: set[int] = set()
        for i, start in enumerate(starts):
            later = starts[i + 1] if i + 1 < len(starts) else None
            duty = self._duty(name, kind, start, waits, unit)
            act = self._act(kind, duty, chain[-1].due if chain else date.min, acts, used)
            if act is not None:
                duty = replace(duty, met=self._dated(kind, act, start.after))
                if isinstance(kind.due, OnDates):
                    used.add(act.seq)
                elif not isinstance(kind.due, TaskDue):
                    self.redone.add(act.seq)
            if later is not None and isinstance(kind.due, AfterAction):
                duty = _superseded(duty, later.born)
            if isinstance(kind.due, AfterAction) or start.about:
                duty = self._handed_over(duty)
            if isinstance(kind.due, OnDates):
                duty = self._new_to_it(kind, duty)
            held = act.seq if act is not None and act.day <= duty.due else start.after
            units = (unit,) if unit else self._debtors(kind.role, _reference(duty), held)
            chain.append(replace(duty, units=units))
        return chain

    def _duty(self, name: str, kind: DutyKind, start: _Start, waits: tuple[Span, ...], unit: str) -> Duty:
        due = self._moved(start.nominal)
        return Duty(
            kind=name, key=f"{start.key}:{unit}" if unit else start.key, task=self.task.code, role=kind.role, units=(),
            born=start.born, due=due, nominal=start.nominal, missed_from=self._missed_from(kind, due, waits),
            about=start.about, after=start.after,
        )  # fmt: skip

    def _moved(self, day: date) -> date:
        """The day a limit really ends, off a holiday if the law says so."""
        moves = self.definition.holidays == "next workday" and day < FOREVER
        return self.calendar.next_workday(day) if moves else day

    def _add(self, day: date, length: Length) -> date:
        return self.calendar.add(day, length.count, length.unit)

    def _missed_from(self, kind: DutyKind, due: date, waits: Sequence[Span]) -> date:
        """The first day of being late; time that the office took across the due date is given back."""
        last = due
        while last < FOREVER:
            wait = next((w for w in waits if w.start <= last and w.holds(last + ONE_DAY)), None)
            if wait is None:
                return last + ONE_DAY
            if wait.end == FOREVER:
                break
            last = self._moved(max(wait.end + (last - wait.start), self._add(wait.end, kind.grace)))
        return FOREVER

    def _new_to_it(self, kind: DutyKind, duty: Duty) -> Duty:
        """A fixed date does not bind who came to the task only shortly before it."""
        if not self.reshuffled or duty.role not in PARTIES:
            return duty
        for event in self.task.events[1:]:
            came = event.day if duty.role in event.changes and event.day < duty.due else None
            if came is not None and self._add(came, kind.notice) > duty.nominal and came <= (duty.met or FOREVER):
                return replace(duty, met=None, void=came)
        return duty

    def _act(self, kind: DutyKind, duty: Duty, before: date, acts: Sequence[Event], used: set[int]) -> Event | None:
        for event in acts:
            if event.seq <= duty.after or event.seq in used:
                continue
            ahead = isinstance(kind.due, OnDates) and event.day <= duty.due
            if not (ahead and (event.seq in self.redone or event.day <= before)):
                return event
        return None

    def _handed_over(self, duty: Duty) -> Duty:
        """A limit that an act set for one holder does not run on against the next, who gets limits of its own."""
        if not self.reshuffled or duty.role not in PARTIES:
            return duty
        for event in self.task.events[duty.after :]:
            if duty.role in event.changes:
                held = self._debtors(duty.role, event.day, event.seq - 1)
                if not set(held) & set(event.changes[duty.role]):
                    duty = _superseded(duty, event.day)
        return duty

    def _dated(self, kind: DutyKind, act: Event, after: int) -> date:
        before = [e for e in self.task.events[after : act.seq] if e.action in kind.dated]
        return self.definition.acted_on(before[-1] if before else act)

    def _debtors(self, role: str, day: date, seq: int) -> tuple[str, ...]:
        """Who holds ``role`` when ``day`` begins, or after event ``seq`` if that is later."""
        if role not in PARTIES:
            return (self.definition.roles[role],)
        if not self.reshuffled:
            return tuple(getattr(self.task, role))
        then = Task(code=self.task.code)
        for event in self.task.events:
            if event.day < day or event.seq <= max(seq, 1):
                then = evolve(then, event)
        return tuple(getattr(then, role))

    def answered(self, duty: Duty, found: Sequence[Duty]) -> Duty:
        """A pressed matter that is done needs no letter about it; one that counts no more needs no answer."""
        matter = next((d for d in found if d.key == duty.about), None) if duty.about else None
        if matter is None:
            return duty
        if matter.void is not None:
            return replace(duty, void=min(max(duty.born, matter.void), duty.void or FOREVER))
        if matter.met is None or matter.met < duty.born:
            return duty
        return replace(duty, met=min(matter.met, duty.met or FOREVER))

    def waived(self, duty: Duty) -> Duty:
        """What was excused counts no more."""
        for event in self.task.events:
            if event.changes.get("void") == duty.key:
                return replace(duty, void=min(event.day, duty.void or FOREVER))
        return duty

    def ended(self, duty: Duty) -> Duty:
        """What was still open when the task closed counts no more."""
        closing = self.task.events[-1]
        closed = self.task.state in self.definition.finals
        if closed and duty.met is None and duty.void is None and duty.missed_from > closing.day:
            return replace(duty, void=closing.day)
        return duty


def waiting(kind: DutyKind, task: Task) -> tuple[Span, ...]:
    """The days on which the ball lay with the office, as far as ``kind`` cares."""
    if not kind.waits:
        return ()
    ends = [*(e.day for e in task.events[1:]), FOREVER]
    return merge(Span(e.day, end) for e, end in zip(task.events, ends, strict=True) if e.target in kind.waits)


def _dates(due: OnDates, first: date, end: date) -> Iterator[date]:
    for year in range(first.year, min(end.year, first.year + 10) + 1):
        for month, day in due.dates:
            on = clamp(year, month, day)
            if first <= on <= end:
                yield on


def _superseded(duty: Duty, day: date) -> Duty:
    done = duty.met is not None and duty.met <= day
    return duty if done or duty.missed_from <= day else replace(duty, met=None, void=day)


def _reference(duty: Duty) -> date:
    return min(duty.due, duty.met or FOREVER, duty.void or FOREVER)
