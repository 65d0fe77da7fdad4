"""A phrase and a period give facts: what happened, to whom it counts, in which part, and why.

A duty counts once, in the period in which it settles; an action counts on its day; a condition counts when it begins,
an effect in every period in which it lasts.
Everything is read from the record up to the cut and from nothing else.

``Ground`` works it out from the histories, task by task, and is what every other record is held to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from supervise.dates import ONE_DAY, Period
from supervise.people import Directory
from supervise.phrases import Done, InEffect, Measure, OnPace, Outcome
from supervise.records import CO, LEAD, PARTIES, Duty, Event, Task
from supervise.rules import reported
from supervise.rules.reported import Figure
from supervise.workflows.definition import Definition, DutyKind
from supervise.workflows.limits import closings
from supervise.workflows.situations import Situation
from supervise.workflows.wording import OUTCOME_WORDS, RESERVED

COUNTED = ("on time", "late", "missed")
"""Outcomes of a settled duty; ``void`` ones are out of every count."""


class Ref(NamedTuple):
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


class Fact(NamedTuple):
    """One countable thing: who it counts for, in which part, and whether it is as the phrase wants it.

    ``own`` is false for a co-unit's share in what the lead owed: it counts only in lines that give ``co`` points.
    """

    unit: str
    role: str
    good: bool
    ref: Ref
    own: bool = True


class Sum(NamedTuple):
    """How many facts of its own a unit has in one part: as the phrase wants them, and not."""

    unit: str
    role: str
    good: int
    bad: int


Times = Mapping[str, Mapping[str, int]]
"""Part → unit → how often something is so for it, the shares of who helped counted or not."""


class Told(NamedTuple):
    """A figure that a unit reported: its own, as who leads the task."""

    unit: str
    value: Decimal
    ref: Ref


class Record(Protocol):
    """What a score stands on, wherever it is kept: the facts of a period as of a cut, by name of today's unit."""

    @property
    def as_of(self) -> date:
        """The last day seen."""

    def sums(self, measure: Measure, period: Period) -> Iterable[Sum]:
        """How often it is so, and how often not, for each unit and part."""

    def hits(self, measure: Measure, period: Period, shared: bool = True) -> Iterable[Fact]:
        """What is as ``measure`` says, by task, with the shares of others unless they are not wanted."""

    def times(self, measure: Measure, period: Period, shared: bool = True) -> Times:
        """How many ``hits`` there are for each part and unit."""

    def lost(self, measure: Measure, period: Period) -> Iterable[Fact]:
        """What is not, without the shares of others, by task."""

    def facts(self, measure: Measure, period: Period, units: frozenset[str] | None = None) -> Iterable[Fact]:
        """Everything that ``measure`` speaks of, by task; of some units only if they are given."""

    def figures(self, wanted: Figure, period: Period) -> Iterable[Told]:
        """The last figure of every task on which it was reported in the period, for who led it then, by task."""

    def apart(self, unit: str) -> bool:
        """Whether no fact was added up for ``unit`` twice: once for it, once for one it took over from."""

    def handled(self, period: Period, spared: Sequence[tuple[str, str]] = ()) -> Mapping[str, int]:
        """Unit → number of the tasks it had a part in; parts in ``spared`` (group, role) left out."""

    def handling(self, period: Period, spared: Sequence[tuple[str, str]] = ()) -> Collection[str]:
        """The units for which that number is not zero."""


class Ground:
    """The record that a score stands on: every task as of a cut.

    Args:
        situations: one for each task, replayed and settled up to ``as_of``.
        as_of: the last day seen, to its very end: what was due on it and not done is missed.
        directory: who took over from whom.
    """

    def __init__(self, situations: Iterable[Situation], as_of: date, directory: Directory) -> None:
        self.situations, self.as_of, self.directory = tuple(situations), as_of, directory
        self.renamed: set[str] = set()
        """Units for which facts of others were found that they took over from."""

    def facts(self, measure: Measure, period: Period, units: frozenset[str] | None = None) -> tuple[Fact, ...]:
        """Everything in ``period`` that ``measure`` speaks of; ``good`` tells which of it is as the phrase says.

        For an outcome that is every settled duty of the kind, for a pace every task that can be judged, else only
        hits.
        """
        last = min(period.end, self.as_of)
        raw = [fact for situation in self.situations for fact in self._raw(situation, measure, period)]
        heirs = {unit: self.directory.heir(unit, last) for unit in {fact.unit for fact in raw}}
        self.renamed |= {heir for unit, heir in heirs.items() if heir != unit}
        found = (f if heirs[f.unit] == f.unit else f._replace(unit=heirs[f.unit]) for f in raw)
        return tuple(fact for fact in found if units is None or fact.unit in units)

    def hits(self, measure: Measure, period: Period, shared: bool = True) -> tuple[Fact, ...]:
        """See ``Record.hits``."""
        return tuple(fact for fact in self.facts(measure, period) if fact.good and (fact.own or shared))

    def times(self, measure: Measure, period: Period, shared: bool = True) -> Times:
        """See ``Record.times``."""
        return counted(self.hits(measure, period, shared))

    def lost(self, measure: Measure, period: Period) -> tuple[Fact, ...]:
        """See ``Record.lost``."""
        return tuple(fact for fact in self.facts(measure, period) if fact.own and not fact.good)

    def sums(self, measure: Measure, period: Period) -> list[Sum]:
        """See ``Record.sums``."""
        found: dict[tuple[str, str], list[int]] = {}
        for fact in self.facts(measure, period):
            if fact.own:
                found.setdefault((fact.unit, fact.role), [0, 0])[not fact.good] += 1
        return [Sum(unit, role, good, bad) for (unit, role), (good, bad) in found.items()]

    def figures(self, wanted: Figure, period: Period) -> list[Told]:
        """See ``Record.figures``."""
        last, found = min(period.end, self.as_of), []
        for s in self.situations:
            for event in reversed(s.task.acts):
                law = s.laws.get(event.definition, s.definition)
                said = reported.told(law, event, wanted) if period.start <= law.acted_on(event) <= last else None
                if said is not None:
                    ref = Ref(s.task.code, said[1], law.acted_on(event), seq=event.seq)
                    units = (unit for unit, role in _parties(s.task, event) if role == LEAD)
                    found += [Told(self.directory.heir(unit, last), said[0], ref) for unit in units]
                    break
        return found

    def apart(self, unit: str) -> bool:
        """Never: here every fact is looked at."""
        return False

    def handled(self, period: Period, spared: Sequence[tuple[str, str]] = ()) -> dict[str, int]:
        """See ``Record.handled``."""
        return {unit: len(codes) for unit, codes in self.tasks_of(period, spared).items()}

    def handling(self, period: Period, spared: Sequence[tuple[str, str]] = ()) -> Collection[str]:
        """See ``Record.handling``."""
        return self.tasks_of(period, spared).keys()

    def _raw(self, s: Situation, measure: Measure, period: Period) -> Iterator[Fact]:
        if isinstance(measure, Outcome):
            yield from self._settled(s, measure, period)
        elif isinstance(measure, OnPace):
            yield from self._paced(s, measure, period)
        elif isinstance(measure, Done):
            for event in s.task.acts:
                hit = event.action == measure.action and (not measure.rung or measure.rung in event.data.values())
                if hit and event.day in period and event.day <= self.as_of:
                    yield from self._acted(s, event, event.day)
        else:
            for holding in s.holdings(measure):
                day = holding.span.start
                if isinstance(measure, InEffect) and holding.span.end > period.start:
                    day = max(day, period.start)  # it counts in every period in which it is in effect
                if day in period and day <= self.as_of:
                    if holding.duty is not None:
                        yield from _facts(s, holding.duty, True, _duty_ref(s, holding.duty, day, ""))
                    elif holding.event is not None:
                        yield from self._acted(s, holding.event, day)

    def _settled(self, s: Situation, m: Outcome, period: Period) -> Iterator[Fact]:
        for duty in _in_order(s.of_kind(m.duty)):
            if duty.about and not m.duty:
                continue  # a letter presses owed work, it is none; whether one was sent depends on the clock
            outcome = duty.outcome(self.as_of + ONE_DAY)
            if outcome in COUNTED:
                counts = duty.settles in period
            else:
                counts = outcome == m.outcome and duty.born <= min(period.end, self.as_of)
            if counts:
                ref = _duty_ref(s, duty, duty.settles, OUTCOME_WORDS[outcome])
                yield from _facts(s, duty, outcome == m.outcome, ref)

    def _paced(self, s: Situation, m: OnPace, period: Period) -> Iterator[Fact]:
        day = min(period.end, self.as_of)
        for duty in _in_order(s.of_kind(m.duty)):
            outcome = duty.outcome(self.as_of + ONE_DAY)
            settled = outcome in COUNTED
            if outcome == "void" or duty.born > day or (settled and duty.settles < period.start):
                continue
            pace = s.on_pace(duty, self.as_of + ONE_DAY if settled and duty.settles in period else day)
            if pace is not None:
                ref = _duty_ref(s, duty, day, "不落后" if pace else "落后序时")
                yield from _facts(s, duty, pace, ref)

    def _acted(self, s: Situation, event: Event, day: date) -> Iterator[Fact]:
        ref = _event_ref(s, event, day)
        return (Fact(unit, role, True, ref) for unit, role in self._charged(s, event))

    def _charged(self, s: Situation, event: Event) -> list[tuple[str, str]]:
        """Whom an act counts for: the debtors of the duty it names, else the party who did it, else the lead."""
        named = s.definition.field_of("duty", event.data)
        duty = next((d for d in s.duties if named and d.key == event.data[named]), None)
        if duty is not None:
            return [(unit, duty.role) for unit in duty.units]
        parties = _parties(s.task, event)
        own = [(unit, role) for unit, role in parties if unit == event.unit]
        return own[:1] or [(unit, role) for unit, role in parties if role == LEAD]

    def tasks_of(self, period: Period, spared: Sequence[tuple[str, str]] = ()) -> dict[str, set[str]]:
        """Unit → codes of the tasks it had a part in during ``period``; parts in ``spared`` (group, role) left out."""
        found: dict[str, set[str]] = {}
        for s in self.situations:
            task = s.task
            over = closings(s.definition, task.acts)[-1][0].day if task.state in s.definition.finals else None
            if task.opened > min(period.end, self.as_of) or (over is not None and over < period.start):
                continue
            for unit, role in _parties_during(task, period.start, min(period.end, self.as_of)):
                name = self.directory.heir(unit, min(period.end, self.as_of))
                known = self.directory.unit(name)
                if (known.group if known else "", role) not in spared:
                    found.setdefault(name, set()).add(task.code)
        return found


def counted(facts: Iterable[Fact]) -> Times:
    """How many facts there are for each part and unit."""
    found: dict[str, dict[str, int]] = {}
    for fact in facts:
        units = found.setdefault(fact.role, {})
        units[fact.unit] = units.get(fact.unit, 0) + 1
    return found


def added(several: Iterable[Times]) -> Times:
    """Numbers added up; where there is nothing to add they are taken as they are."""
    found: dict[str, Mapping[str, int]] = {}
    for times in several:
        for role, units in times.items():
            if role not in found:
                found[role] = units
            elif units:
                sums = dict(found[role])
                for unit, number in units.items():
                    sums[unit] = sums.get(unit, 0) + number
                found[role] = sums
    return found


def _in_order(duties: Iterable[Duty]) -> list[Duty]:
    return sorted(duties, key=lambda duty: (duty.due, duty.key))


def _parties(task: Task, event: Event) -> list[tuple[str, str]]:
    """Units with a part in ``task`` when ``event`` happened."""
    held: dict[str, Sequence[str]] = {role: () for role in PARTIES}
    for past in task.acts:
        if past.seq > event.seq:
            break
        held |= {role: past.changes[role] for role in PARTIES if role in past.changes}
    return [(unit, role) for role in PARTIES[:2] for unit in held[role]]


def _parties_during(task: Task, start: date, end: date) -> list[tuple[str, str]]:
    """Units with a part in ``task`` on any day from ``start`` to ``end``."""
    seen = [event for event in task.acts if event.day <= end]
    before = [event for event in seen if event.day < start][-1:]
    changed = [e for e in seen if e.day >= start and (e.seq == 1 or set(PARTIES) & set(e.changes))]
    return list(dict.fromkeys(party for event in (*before, *changed) for party in _parties(task, event)))


def _facts(s: Situation, duty: Duty, good: bool, ref: Ref) -> Iterator[Fact]:
    """A fact for each debtor, and the co-units' share in what the lead owed."""
    for unit in duty.units:
        yield Fact(unit, duty.role, good, ref)
    if duty.role == LEAD:
        held = [e for e in s.task.acts if e.day <= ref.day][-1:] or s.task.acts[:1]
        for unit, role in _parties(s.task, held[0]):
            if role == CO and unit not in duty.units:
                yield Fact(unit, role, good, ref, own=False)


def _duty_ref(s: Situation, duty: Duty, day: date, note: str) -> Ref:
    return Ref(s.task.code, duty_words(s.spec(duty), note), day, duty.due, duty.met, duty.key)


def duty_words(kind: DutyKind, note: str) -> str:
    """What a receipt says of a duty."""
    return f"{kind.label} {note}".strip()


def _event_ref(s: Situation, event: Event, day: date) -> Ref:
    return Ref(s.task.code, act_words(s.definition, event.action), day, seq=event.seq)


def act_words(definition: Definition, action: str) -> str:
    """What a receipt says of an act."""
    spec = definition.actions.get(action)
    return spec.label if spec else RESERVED.get(action, action)
