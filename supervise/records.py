"""What is on record: events, the task they add up to, the duties that follow, and marks from outside.

A task is the fold of its events. Events carry their own consequences (``target``, ``changes``), so a replay needs no
definition and old records stay readable when the law has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from supervise.dates import FOREVER, Span
from supervise.goals import Target, goals

PARTIES = ("lead", "co", "leader")
"""The roles a unit or person can have in a task."""
LEAD, CO = PARTIES[:2]
"""Those of units: who leads, and who helps."""
COMBINE = "combine"
"""Reports are put together; the act, and the name under which it says so among its data and its changes."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a task; never changed.

    Args:
        task: code of the task.
        seq: 1, 2, 3 … within the task.
        action: name of the action in the definition.
        source: state before, empty for the opening.
        target: state after.
        day: the day it happened.
        recorded_at: when it became known, UTC; ``None`` until it is saved.
        actor: the person, as the host names them.
        unit: the unit acted for.
        data: the fields filled in, as plain JSON values.
        changes: what it changes on the task (``due``, ``lead`` …), voids (``void``), pauses, lends, carries on
            (``carried``: the limit before), stops or undoes.
        to: roles or units that must hear of it.
        definition: ``key-work@2``, the law it was done under.
        key: idempotency key, unique within the district.
        hash: its link in the task's chain; empty until it is saved.
    """

    task: str
    seq: int
    action: str
    source: str
    target: str
    day: date
    actor: str
    unit: str
    definition: str
    data: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    to: tuple[str, ...] = ()
    key: str = ""
    recorded_at: datetime | None = None
    hash: str = ""

    def linked(self, recorded_at: datetime, hash: str) -> Event:
        """The same as it is on record."""
        return Event(
            self.task, self.seq, self.action, self.source, self.target, self.day, self.actor, self.unit,
            self.definition, self.data, self.changes, self.to, self.key, recorded_at, hash,
        )  # fmt: skip


class Stage(NamedTuple):
    """A dated goal of the approved plan; ``percent`` is how much of the whole must be done by then, if it says so."""

    day: date
    text: str
    percent: Decimal | None = None


class Pause(NamedTuple):
    """The clock of the parties stands still after day ``start`` up to and including ``end``; begun by event ``seq``."""

    seq: int
    start: date
    end: date


class Loan(NamedTuple):
    """A unit acts in a part of another from ``start`` up to and including ``end``; begun by event ``seq``."""

    seq: int
    start: date
    end: date
    role: str
    unit: str


@dataclass(frozen=True, slots=True)
class Task:
    """One matter under supervision: the fold of its events.

    Args:
        code: its number in the register.
        text: the promise, as printed.
        lead, co, leader: the parties, by canonical name.
        due: the day it must be finished by.
        state: name of the state in the definition.
        definition: ``key-work@2``.
        path, document, lines, title: where it comes from.
        targets: what it promises: goals with a number, and words.
        parent: code of the task it was split from.
        merged: code of the task that carries it on.
        category: kind of task, where the definition has several.
        stages: the dated goals of the plan as last approved.
        pauses, loans: when the clock of the parties stood still, and who acted for whom.
        calendar: the calendars by which its dates are worked out, by name, each from which day on; none for a task
            placed before calendars had names.
        combined: duties whose reports were put together with others, each with the day on which all are due.
        undone: numbers of the events that were taken back, and of those that did so.
        events: its history, in order.
    """

    code: str
    text: str = ""
    title: str = ""
    lead: tuple[str, ...] = ()
    co: tuple[str, ...] = ()
    leader: tuple[str, ...] = ()
    due: date = FOREVER
    state: str = ""
    definition: str = ""
    path: tuple[str, ...] = ()
    document: str = ""
    lines: str = ""
    targets: tuple[Target | str, ...] = ()
    parent: str = ""
    merged: str = ""
    category: str = ""
    stages: tuple[Stage, ...] = ()
    pauses: tuple[Pause, ...] = ()
    loans: tuple[Loan, ...] = ()
    calendar: tuple[tuple[str, date], ...] = ()
    combined: tuple[tuple[str, date], ...] = ()
    undone: frozenset[int] = frozenset()
    events: tuple[Event, ...] = ()

    @property
    def acts(self) -> tuple[Event, ...]:
        """Its history without what was taken back."""
        return tuple([e for e in self.events if e.seq not in self.undone]) if self.undone else self.events

    @property
    def opened(self) -> date:
        """The day the task was placed."""
        return self.events[0].day

    @property
    def version(self) -> int:
        """Number of events; who changes the task must have seen this many."""
        return len(self.events)

    def told_by(self, events: tuple[Event, ...]) -> Task:
        """The same, with the same history as it is on record."""
        return Task(**(dict(zip(Task.__slots__, _FIELDS(self), strict=True)) | {"events": events}))

    def roles_of(self, unit: str, day: date) -> frozenset[str]:
        """The parts ``unit`` plays in this task on ``day``, its own and those lent to it."""
        own = [role for role in PARTIES if unit in getattr(self, role)]
        lent = [loan.role for loan in self.loans if loan.unit == unit and loan.start <= day <= loan.end]
        return frozenset((*own, *lent))


_FIELDS = attrgetter(*Task.__slots__)
_TUPLES = frozenset({*PARTIES, "path", "targets"})
CHANGEABLE = frozenset(
    {"text", "title", "due", "document", "lines", "parent", "merged", "category", "stages", *_TUPLES}
)
"""What an event's ``changes`` may set on a task."""


def evolve(task: Task, event: Event) -> Task:
    """The task after one more event."""
    return _after(task, (event,), (*task.events, event))


def replay(events: Iterable[Event]) -> Task:
    """The task that ``events`` add up to.

    Args:
        events: at least one, in order of ``seq``, all of one task.
    """
    history = tuple(events)
    return _after(Task(code=history[0].task), history, history)


def _after(task: Task, news: Sequence[Event], history: tuple[Event, ...]) -> Task:
    undone = task.undone
    if any("undone" in event.changes for event in news):  # what was taken back never was: told again without it
        undone = frozenset(n for e in history if "undone" in e.changes for n in (e.seq, e.changes["undone"]))
        task, news = Task(task.code), [event for event in history if event.seq not in undone]
    held = dict(zip(Task.__slots__, _FIELDS(task), strict=True))
    for event in news:
        for name, value in event.changes.items():
            if name == "due":
                held[name] = date.fromisoformat(value)
            elif name == "targets":
                held[name] = goals(value)
            elif name == "stages":
                held[name] = tuple([_stage(stage) for stage in value])
            elif name in CHANGEABLE:
                held[name] = tuple(value) if name in _TUPLES else value
            elif name in _STRETCHES:
                held |= _STRETCHES[name](held, event, value)
    last = history[-1]
    held |= {"state": last.target, "definition": last.definition, "events": history, "undone": undone}
    return Task(**held)


def _stage(stage: Mapping[str, str]) -> Stage:
    percent = Decimal(stage["percent"]) if "percent" in stage else None
    return Stage(date.fromisoformat(stage["day"]), stage["text"], percent)


def _paused(held: Mapping[str, Any], event: Event, until: str) -> dict[str, Any]:
    return {"pauses": (*held["pauses"], Pause(event.seq, event.day, date.fromisoformat(until)))}


def _lent(held: Mapping[str, Any], event: Event, lent: Mapping[str, Any]) -> dict[str, Any]:
    end = date.fromisoformat(lent["until"])
    new = [Loan(event.seq, event.day, end, role, unit) for role, units in lent["parts"].items() for unit in units]
    return {"loans": (*held["loans"], *new)}


def _stopped(held: Mapping[str, Any], event: Event, begun: Sequence[int]) -> dict[str, Any]:
    return {
        name: tuple(one._replace(end=min(one.end, event.day)) if one.seq in begun else one for one in held[name])
        for name in ("pauses", "loans")
    }


def _arranged(held: Mapping[str, Any], event: Event, names: Sequence[str]) -> dict[str, Any]:
    return {"calendar": (*held["calendar"], *((name, event.day) for name in names))}


def _combined(held: Mapping[str, Any], event: Event, days: Mapping[str, str | None]) -> dict[str, Any]:
    kept = dict(held["combined"]) | {key: day and date.fromisoformat(day) for key, day in days.items()}
    return {"combined": tuple((key, day) for key, day in kept.items() if day)}


_STRETCHES: Mapping[str, Callable[[Mapping[str, Any], Event, Any], dict[str, Any]]] = {
    "pause": _paused, "lent": _lent, "stop": _stopped, "calendar": _arranged, COMBINE: _combined,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cut:
    """A view of the record: what had happened by ``as_of``, as far as it was known at ``known`` (UTC).

    ``beside`` are acts, as ``task#number``, that were decided later and count as of ``as_of``: what upheld objections
    excused on a board that stands as of a day before they were decided.
    """

    as_of: date
    known: datetime | None = None
    beside: tuple[str, ...] = ()

    def sees(self, event: Event) -> bool:
        """Whether the event lies within the cut."""
        if event.day > self.as_of:
            return False
        return self.known is None or event.recorded_at is None or event.recorded_at <= self.known


@dataclass(frozen=True, slots=True)
class Duty:
    """What is owed, by whom, by when, and when it was met.

    Args:
        kind: name of the duty in the definition.
        key: unique within the task, e.g. ``progress:2021-06-25``.
        task: code of the task.
        role: the part that owes it: ``lead``, ``co``, ``office`` …
        units: who owes it; several share one duty.
        born: the day it began to be owed.
        due: last day to meet it, moved on past days off where the law says so.
        nominal: the same before moving; decides the period it counts in.
        met: the day it was met.
        void: the day it ceased to count (waived, superseded, task closed).
        missed_from: the first day on which it is missed if not met by then: the day after ``due``, later if the ball
            lay with the office on the due date, ``FOREVER`` while it still does.
        about: key of the duty that an order presses, for replies to orders.
        after: ``seq`` of the event it began with, 0 if it began with the task.
        carried: the day on which the task was carried on to a later limit than this one's: it is missed as ever and
            scored so, and nobody is pressed for it any more. It follows from the history and is not stored.
    """

    kind: str
    key: str
    task: str
    role: str
    units: tuple[str, ...]
    born: date
    due: date
    nominal: date
    missed_from: date
    met: date | None = None
    void: date | None = None
    about: str = ""
    after: int = 0
    carried: date | None = field(default=None, compare=False)

    @property
    def over(self) -> date:
        """The day from which nobody is pressed for it: met, void, or carried on; ``FOREVER`` while none of these."""
        return min(self.met or FOREVER, self.void or FOREVER, self.carried or FOREVER)

    @property
    def in_time(self) -> bool:
        """Whether it was met before it was missed."""
        return self.met is not None and self.met < self.missed_from

    def outcome(self, day: date) -> str:
        """How it stands on ``day``: open, on time, late, missed or void."""
        if self.void is not None and self.void <= day:
            return "void"
        if self.met is not None and self.met <= day:
            return "on time" if self.in_time else "late"
        return "missed" if self.missed_from <= day else "open"

    @property
    def settles(self) -> date:
        """The day that decides its period: done early counts when done, late or missed when it fell due."""
        return self.nominal if self.met is None else min(self.nominal, self.met)

    def span(self, outcome: str) -> Span:
        """The days on which it stands at ``outcome``; empty if never."""
        end = min(self.void or FOREVER, FOREVER)
        met = min(self.met or FOREVER, end)
        if outcome == "open":
            return Span(self.born, max(self.born, min(met, self.missed_from)))
        if outcome == "missed":
            return Span(self.missed_from, max(self.missed_from, met))
        if outcome == "void":
            return Span(end, FOREVER)
        reached = self.met is not None and self.in_time == (outcome == "on time")
        return Span(met, max(met, end)) if reached else Span(FOREVER, FOREVER)


@dataclass(frozen=True, slots=True)
class Mark:
    """A fact from outside the lifecycle, such as a leader's mark of a unit or a circular that names it.

    Args:
        unit: canonical name.
        kind: as a rule file declares it.
        day: the day it counts on; what a kind that is a date says.
        value: 1 for what is only counted.
        by: who entered it.
        note: in words.
        matter: the item it is about, such as a task or a project; empty for none.
        role: ``lead`` or ``co`` in that matter; empty if it does not say.
        status: as the paper says, such as ``revoked``.
        id: follows from all that stands above ``by`` and from how many alike were there before, see ``identified``.
    """

    unit: str
    kind: str
    day: date
    value: Decimal
    by: str = ""
    note: str = ""
    matter: str = ""
    role: str = ""
    status: str = ""
    id: str = ""
