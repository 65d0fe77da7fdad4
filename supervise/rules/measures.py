"""A phrase and a period give facts: what happened, to whom it counts, in which part, and why.

A duty counts once, in the period in which it settles; an action counts on its day; a condition counts when it begins.
Everything is read from the record up to the cut and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from supervise.dates import Period
from supervise.people import Directory
from supervise.phrases import OPENING, Done, Measure, OnPace, Outcome
from supervise.records import PARTIES, Duty, Event, Task
from supervise.workflows.situations import Situation
from supervise.workflows.wording import OUTCOME_WORDS

COUNTED = ("on time", "late", "missed")
"""Outcomes of a settled duty; ``void`` ones are out of every count."""


@dataclass(frozen=True, slots=True)
class Ref:
    """What a point rests on: a duty or an event of a task, with its days.

    Args:
        task: code.
        what: label of the duty or action.
        day: the day it counts on.
        due: last day of the duty, if it is one.
        met: the day it was met, if it was.
        key: key of the duty.
        seq: number of the event.
    """

    task: str
    what: str
    day: date
    due: date | None = None
    met: date | None = None
    key: str = ""
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One countable thing: who it counts for, in which part, and whether it is as the phrase wants it."""

    unit: str
    role: str
    good: bool
    ref: Ref


class Ground:
    """The record that a score stands on: every task as of a cut.

    Args:
        situations: one for each task, replayed and settled up to ``as_of``.
        as_of: the last day seen.
        directory: who took over from whom.
    """

    def __init__(self, situations: Iterable[Situation], as_of: date, directory: Directory) -> None:
        self.situations, self.as_of, self.directory = tuple(situations), as_of, directory

    def facts(self, measure: Measure, period: Period) -> tuple[Fact, ...]:
        """Everything in ``period`` that ``measure`` speaks of; ``good`` tells which of it is as the phrase says.

        For an outcome that is every settled duty of the kind, for a pace every task that can be judged, else only
        hits.
        """
        return tuple(
            Fact(self.directory.heir(unit, day), role, good, ref)
            for situation in self.situations
            for unit, role, good, day, ref in self._raw(situation, measure, period)
        )

    def _raw(self, s: Situation, measure: Measure, period: Period) -> Iterator[tuple[str, str, bool, date, Ref]]:
        if isinstance(measure, Outcome):
            yield from self._settled(s, measure, period)
        elif isinstance(measure, OnPace):
            yield from self._paced(s, measure, period)
        elif isinstance(measure, Done):
            for event in s.task.events:
                hit = event.action == measure.action and (not measure.rung or measure.rung in event.data.values())
                if hit and event.day in period and event.day <= self.as_of:
                    for unit, role in self._charged(s, event):
                        yield unit, role, True, event.day, _event_ref(s, event)
        else:
            for holding in s.holdings(measure):
                day = holding.span.start
                if day in period and day <= self.as_of:
                    yield from self._begun(s, holding.duty, holding.event, day)

    def _settled(self, s: Situation, m: Outcome, period: Period) -> Iterator[tuple[str, str, bool, date, Ref]]:
        for duty in s.of_kind(m.duty):
            outcome = duty.outcome(self.as_of)
            if outcome in COUNTED:
                counts = duty.settles in period
            else:
                counts = outcome == m.outcome and duty.born <= min(period.end, self.as_of)
            if counts:
                ref = _duty_ref(s, duty, duty.settles, OUTCOME_WORDS[outcome])
                for unit in duty.units:
                    yield unit, duty.role, outcome == m.outcome, duty.settles, ref

    def _paced(self, s: Situation, m: OnPace, period: Period) -> Iterator[tuple[str, str, bool, date, Ref]]:
        day = min(period.end, self.as_of)
        for duty in s.of_kind(m.duty):
            settled = duty.outcome(self.as_of) in COUNTED
            if duty.born > day or (settled and duty.settles < period.start):
                continue
            pace = s.on_pace(duty, self.as_of if settled else day)
            if pace is not None:
                ref = _duty_ref(s, duty, day, "不落后" if pace else "落后序时")
                for unit in duty.units:
                    yield unit, duty.role, pace, day, ref

    def _begun(
        self, s: Situation, duty: Duty | None, event: Event | None, day: date
    ) -> Iterator[tuple[str, str, bool, date, Ref]]:
        if duty is not None:
            for unit in duty.units:
                yield unit, duty.role, True, day, _duty_ref(s, duty, day, "")
        elif event is not None:
            for unit, role in self._charged(s, event):
                yield unit, role, True, day, _event_ref(s, event)

    def _charged(self, s: Situation, event: Event) -> list[tuple[str, str]]:
        """Whom an act counts for: the debtors of the duty it names, else the party who did it, else the lead."""
        named = s.definition.field_of("duty", tuple(event.data))
        duty = next((d for d in s.duties if named and d.key == event.data[named]), None)
        if duty is not None:
            return [(unit, duty.role) for unit in duty.units]
        parties = _parties(s.task, event)
        own = [(unit, role) for unit, role in parties if unit == event.unit]
        return own[:1] or [(unit, role) for unit, role in parties if role == PARTIES[0]]

    def tasks_of(self, period: Period, spared: Sequence[tuple[str, str]] = ()) -> dict[str, set[str]]:
        """Unit → codes of the tasks it had a part in during ``period``; parts in ``spared`` (group, role) left out."""
        found: dict[str, set[str]] = {}
        for s in self.situations:
            task = s.task
            over = task.events[-1].day if task.state in s.definition.finals else None
            if task.opened > min(period.end, self.as_of) or (over is not None and over < period.start):
                continue
            for unit, role in _parties(task, task.events[-1]):
                name = self.directory.heir(unit, min(period.end, self.as_of))
                known = self.directory.unit(name)
                if (known.group if known else "", role) not in spared:
                    found.setdefault(name, set()).add(task.code)
        return found


def _parties(task: Task, event: Event) -> list[tuple[str, str]]:
    """Units with a part in ``task`` when ``event`` happened."""
    held: dict[str, Sequence[str]] = {role: () for role in PARTIES}
    for past in task.events[: event.seq]:
        held |= {role: past.changes[role] for role in PARTIES if role in past.changes}
    return [(unit, role) for role in PARTIES[:2] for unit in held[role]]


def _duty_ref(s: Situation, duty: Duty, day: date, note: str) -> Ref:
    label = s.definition.duties[duty.kind].label
    return Ref(s.task.code, f"{label} {note}".strip(), day, duty.due, duty.met, duty.key)


def _event_ref(s: Situation, event: Event) -> Ref:
    spec = s.definition.actions.get(event.action)
    label = spec.label if spec else ("交办" if event.action == OPENING else event.action)
    return Ref(s.task.code, label, event.day, seq=event.seq)
