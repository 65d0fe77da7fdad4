"""A condition is the days on which it holds.

One function turns a phrase into spans. A guard asks whether one holds today, the clock asks when the next one starts,
a score line counts those that start in its period. There is no second implementation that could disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from supervise.dates import FOREVER, ONE_DAY, Calendar, Span
from supervise.goals import Target, numeric
from supervise.paces import Pace
from supervise.phrases import Behind, Condition, Distance, Expired, InEffect, Outcome, Parts, TaskDue, Unanswered
from supervise.records import Duty, Event, Task
from supervise.workflows import eras, figures
from supervise.workflows.definition import Definition, DutyKind
from supervise.workflows.duties import Fold, fold
from supervise.workflows.limits import waiting

T = TypeVar("T")
W = TypeVar("W")


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


class Known(NamedTuple):
    """What was worked out of a task before its last event; what that cannot have touched is taken from here.

    Args:
        fold: its duties.
        held: the stretches of the conditions that were asked about.
        worked: what else was asked about.
        calendar: by which all of this was worked out.
    """

    fold: Fold
    held: Mapping[Condition, tuple[Holding, ...]]
    worked: Mapping[str, Any]
    calendar: Calendar


@dataclass(frozen=True)
class Situation:
    """A task, its law and the days: everything a condition can be asked about."""

    definition: Definition
    task: Task
    calendar: Calendar
    before: Known | None = None
    laws: Mapping[str, Definition] = field(default_factory=dict)
    held: dict[Condition, tuple[Holding, ...]] = field(default_factory=dict)
    worked: dict[str, Any] = field(default_factory=dict)

    @property
    def fold(self) -> Fold:
        """All duties of the task, and by kind."""
        found: Fold | None = self.__dict__.get("folded")  # asked far more often than anything
        if found is None:
            found = self.__dict__["folded"] = self._fold()
        return found

    def _fold(self) -> Fold:
        if eras.changed_law(self.task):
            return eras.fold(self.task, self.calendar, self.laws)
        return fold(self.definition, self.task, self.calendar, self.before.fold if self.before is not None else None)

    def known(self) -> Known:
        """What the situation after one more event need not work out again."""
        return Known(self.fold, self.held, self.worked, self.calendar)

    def once(self, name: str, of: T, work: Callable[[T, Situation], W]) -> W:
        """What follows from this situation and one thing more, worked out when it is first asked for.

        Args:
            name: what is asked for.
            of: the other thing; the answer for the last one is kept.
            work: works it out.
        """
        found = self.worked.get(name)
        if found is None or found[0] is not of:
            found = self.worked[name] = of, work(of, self)
        answer: W = found[1]
        return answer

    def recorded(self, task: Task) -> Situation:
        """The same of ``task``, which is the same task with its hashes."""
        situation = Situation(self.definition, task, self.calendar, None, self.laws, self.held, self.worked)
        if "folded" in self.__dict__:
            situation.__dict__["folded"] = self.fold
        return situation

    def _as_before(self, kinds: Iterable[str]) -> bool:
        """Whether the last event left the duties of these kinds as they were."""
        if self.before is None or self.before.calendar is not self.calendar:
            return False
        stood, stand = self.before.fold.kinds, self.fold.kinds
        return all(kind in stand and stood.get(kind) is stand[kind] for kind in kinds)

    @property
    def duties(self) -> tuple[Duty, ...]:
        """All duties of the task."""
        return self.fold.all

    def of_kind(self, kind: str) -> Sequence[Duty]:
        """The duties of one kind, of every kind if empty."""
        if not kind:
            return self.fold.all
        return self.fold.kinds.get(self._here(kind), ())

    def _here(self, kind: str) -> str:
        """What a kind is called under this law, if a rule speaks the language of a later one."""
        return kind if kind in self.definition.duties else called(kind, self.definition, self.laws)

    def holdings(self, condition: Condition) -> tuple[Holding, ...]:
        """The stretches of days on which ``condition`` holds, in order of their start; one act asks many times."""
        found = self.held.get(condition)
        if found is None:
            before = self.before.held.get(condition) if self.before is not None else None
            if before is None or not self._as_before(self._duties_alone(condition)):
                before = self._holdings(condition)
            found = self.held[condition] = before
        return found

    def _duties_alone(self, condition: Condition) -> Sequence[str]:
        """The kinds of duty from which alone a condition follows; ``""``, which is none, if there is more to it."""
        if isinstance(condition, Outcome):
            return (condition.duty,)
        names = condition.of.split(" or ") if isinstance(condition, Distance) else [""]
        waits = isinstance(condition, Distance) and condition.before
        kinds = self.definition.duties
        return [name if name in kinds and not (waits and kinds[name].waits) else "" for name in names]

    def _holdings(self, condition: Condition) -> tuple[Holding, ...]:
        found = _READ[type(condition)](self, condition)
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

    def _outcome(self, condition: Outcome) -> list[Holding]:
        return [Holding(_standing(duty, condition.outcome), duty) for duty in self.of_kind(condition.duty)]

    def _lagging(self, condition: Behind) -> list[Holding]:
        return [Holding(s, d) for d in self.of_kind(condition.duty) for s in self._behind(d, condition)]

    def _distance(self, condition: Distance) -> list[Holding]:
        found: list[Holding] = []
        for name in condition.of.split(" or "):
            if self._here(name) in self.definition.duties:
                owed = [duty for duty in self.of_kind(name) if duty.due < FOREVER]
                found += [Holding(self._around(duty, condition), duty) for duty in owed]
            else:
                done = [event for event in self.task.acts if event.action == name]
                days = [self.calendar.add(event.day, condition.count, condition.unit) for event in done]
                found += [Holding(Span(day), None, event) for day, event in zip(days, done, strict=True)]
        return found

    def _around(self, duty: Duty, condition: Distance) -> Span:
        end = duty.over
        if condition.before:
            # A warning ahead of a limit says nothing once the limit has passed, or while the office has the ball.
            start = max(duty.born, self.calendar.add(duty.due, -condition.count, condition.unit))
            waits = self._waiting(duty)
            start = next((wait.end for wait in waits if wait.holds(start)), start)
            return Span(start, max(start, min(end, duty.due + ONE_DAY)))
        return overdue(duty.missed_from, end, condition, self.calendar)

    def spec(self, duty: Duty) -> DutyKind:
        """What the law says of a duty; an older one of the task, where the present one has no such kind."""
        if duty.kind in self.definition.duties:
            return self.definition.duties[duty.kind]
        laws = (self.laws[event.definition] for event in reversed(self.task.events))
        return next(law.duties[duty.kind] for law in laws if duty.kind in law.duties)

    def _waiting(self, duty: Duty) -> tuple[Span, ...]:
        """The days on which the ball lay with the office, as far as ``duty`` cares."""
        if not eras.changed_law(self.task):
            return waiting(self.definition.duties[duty.kind], self.task)
        lives = eras.Lives(self.task, eras.eras(self.task, self.laws))
        definition, task = lives.seen_from(len(lives.eras) - 1)
        return waiting(definition.duties[duty.kind], task)

    def _unanswered(self, condition: Unanswered) -> Iterator[Holding]:
        replies = [duty for kind in self.definition.given_duties for duty in self.of_kind(kind)]
        by_key = {duty.key: duty for duty in self.duties} if replies else {}
        for reply in replies:
            order = self.task.events[reply.after - 1]
            if condition.rung in order.data.values():
                about = by_key.get(reply.about, reply)
                yield Holding(_until_carried(about, reply.span("missed")), about, order)

    def _in_effect(self, condition: InEffect) -> Iterator[Holding]:
        by_key = {duty.key: duty for duty in self.duties}
        for event in self.task.acts:
            effect = event.changes.get("effect", {})
            if effect.get("rung") == condition.rung:
                days = Span(date.fromisoformat(effect["from"]), date.fromisoformat(effect["until"]) + ONE_DAY)
                about = self.definition.field_of("duty", event.data)
                yield Holding(days, by_key.get(event.data[about]) if about else None, event)

    def _expired(self, condition: Expired) -> Iterator[Holding]:
        for event in self.task.acts:
            until = self.definition.field_of("date", event.data) if event.action == condition.action else ""
            if until:
                yield Holding(Span(date.fromisoformat(event.data[until]) + ONE_DAY), None, event)

    def _parts(self, condition: Parts) -> Iterator[Holding]:
        """From the day on which enough parts have ended, or one was still open, up to the day that this changed."""
        since: Event | None = None
        for event in self.task.acts:
            if "parts" in event.changes or "part" in event.changes or since is None:
                holds = self._parts_hold(condition, event.seq)
                if holds and since is None:
                    since = event
                elif not holds and since is not None:
                    yield Holding(Span(since.day, event.day), None, since)
                    since = None
        if since is not None:
            yield Holding(Span(since.day), None, since)

    def _parts_hold(self, condition: Parts, seq: int) -> bool:
        weights, ended = parts_of(self.task, seq)
        whole = sum(weights.values())
        if not whole:
            return condition.closed
        done = sum(weight for code, weight in weights.items() if code in ended)
        return done * 100 >= whole * condition.percent if condition.closed else done < whole

    @cached_property
    def checkpoints(self) -> tuple[tuple[date, Decimal], ...]:
        """The days on which progress can be held against the schedule, with the figure that counts on each.

        They are the days of the reports, and the days on which a report was missed and not excused: then the last
        figure stands, 0 if there was none. Between them nobody falls behind by the mere passing of time.
        """
        name, reports = self.definition.field_of("percent"), self.definition.figure_actions
        told = [e for e in self.task.acts if e.action in reports and name in e.data]
        said = [(self.definition.acted_on(e), Decimal(str(e.data[name]))) for e in told]
        owed = (d for d in self.duties if d.kind in self.definition.figure_duties and d.void is None)
        missed = (d.span("missed") for d in owed)
        silent = {span.start for span in missed if span.start < span.end}
        found = [*said]
        for day in sorted(silent):
            before = [figure for on, figure in said if on < day]
            found.append((day, before[-1] if before else Decimal(0)))
        return tuple(sorted(found, key=lambda point: point[0]))

    def _lag(self, duty: Duty, day: date, figure: Decimal) -> Decimal | None:
        """How many percentage points ``figure`` lies behind the schedule of ``duty`` on ``day``."""
        due = self.scheduled(duty, day)
        return due - figure if due is not None else None

    def scheduled(self, duty: Duty, day: date) -> Decimal | None:
        """The percentage that should have been reached on ``day`` for ``duty`` to be in time; ``None`` if none is."""
        if not duty.born < duty.nominal < FOREVER:
            return None
        whole = isinstance(self.spec(duty).due_for(self.task.category), TaskDue)
        stages = self.task.stages if whole else ()
        come = [told for on, told in self.checkpoints if on <= duty.born][-1:] if whole and duty.after else []
        start = come[0] if come else figures.NONE
        return figures.scheduled(self._goals, stages, duty.born, duty.nominal, day, start)

    @cached_property
    def _goals(self) -> tuple[Target, ...]:
        """The goals from which the percentage is computed; none where it is typed."""
        name = self.definition.field_of("percent")
        return numeric(self.task.targets) if name and self.definition.fields[name].from_ else ()

    def _paces(self, duty: Duty) -> Iterator[Pace]:
        over = duty.over
        ends = [*(day for day, _ in self.checkpoints[1:]), FOREVER]
        for (day, figure), end in zip(self.checkpoints, ends, strict=False):
            lag = self._lag(duty, day, figure) if day < min(end, over) and end > duty.born else None
            if lag is not None:
                yield Pace(duty, day, min(end, over), lag)

    @property
    def paces(self) -> tuple[Pace, ...]:
        """The stretches of the duties whose pace is kept on record, see ``Definition.paced``."""
        paces: tuple[Pace, ...] | None = self.worked.get("paces")
        if paces is None:
            before = self.before.worked.get("paces") if self.before is not None else None
            paces = self.worked["paces"] = before if before is not None and self._paced_as_before() else self._paced()
        return paces

    def _paced(self) -> tuple[Pace, ...]:
        return tuple([p for name in self.definition.paced for duty in self.of_kind(name) for p in self._paces(duty)])

    def _paced_as_before(self) -> bool:
        """Whether the last event told no figure, set no goal and left alone what is paced and what is silent."""
        last, law = self.task.events[-1], self.definition
        told = last.action in law.figure_actions or "targets" in last.changes
        return not told and self._as_before((*law.paced, *law.figure_duties))

    def _behind(self, duty: Duty, how: Behind) -> Iterator[Span]:
        far = (
            pace for pace in self._paces(duty) if pace.lag >= how.points and not (how.over and pace.lag == how.points)
        )
        return (Span(pace.day, pace.ends) for pace in far)

    def on_pace(self, duty: Duty, day: date) -> bool | None:
        """Whether ``duty`` keeps its schedule on ``day``; ``None`` while there is nothing to judge by."""
        outcome = duty.outcome(day)
        if outcome != "open":
            return None if outcome == "void" else outcome == "on time"
        known = [point for point in self.checkpoints if point[0] <= day]
        lag = self._lag(duty, *known[-1]) if known else None
        return None if lag is None else lag <= 0


_READ: Mapping[type, Callable[[Situation, Any], Iterable[Holding]]] = {
    Outcome: Situation._outcome, Behind: Situation._lagging, Unanswered: Situation._unanswered,
    InEffect: Situation._in_effect, Expired: Situation._expired, Parts: Situation._parts,
    Distance: Situation._distance,
}  # fmt: skip
"""How each kind of condition is read off a situation."""


def _standing(duty: Duty, outcome: str) -> Span:
    """The days on which a duty stands at an outcome, for who asks what is to be done: not beyond its being carried."""
    return _until_carried(duty, duty.span(outcome)) if outcome == "missed" else duty.span(outcome)


def _until_carried(duty: Duty, span: Span) -> Span:
    return span if duty.carried is None else Span(span.start, max(span.start, min(span.end, duty.carried)))


def parts_of(task: Task, seq: int = 0) -> tuple[dict[str, Decimal], frozenset[str]]:
    """What a task was split into, code → weight, and which of it has ended; up to event ``seq`` if one is given."""
    weights: dict[str, Decimal] = {}
    ended: dict[str, bool] = {}
    for event in task.acts:
        if not seq or event.seq <= seq:
            weights |= {part["code"]: Decimal(part["weight"]) for part in event.changes.get("parts", ())}
            ended |= event.changes.get("part", {})
    return weights, frozenset(code for code, over in ended.items() if over and code in weights)


def called(kind: str, definition: Definition, laws: Mapping[str, Definition]) -> str:
    """What a kind of duty is called under a law, if a rule speaks the language of a later one."""
    if kind in definition.duties:
        return kind
    maps = (law.migrates for law in laws.values() if law.migrates is not None)
    names = (old for m in maps if m.from_ == definition.name for old, new in m.duties.items() if new == kind)
    return next(names, kind)


def overdue(missed_from: date, end: date, condition: Distance, calendar: Calendar) -> Span:
    """The days on which a duty missed from a day on, and met or void on ``end``, is so a while after it was missed."""
    if missed_from == FOREVER:
        return Span(FOREVER)
    start = max(missed_from, calendar.add(missed_from - ONE_DAY, condition.count, condition.unit))
    return Span(start, max(start, end))
