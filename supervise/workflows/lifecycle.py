"""A definition compiled into one machine, and the only door through which a task changes.

One ``transitions.Machine`` per definition version decides every step, whether a person or the clock asks. Tasks are
never registered with it: registering resets their state and keeps them for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any, cast

from transitions import EventData, Machine

from supervise.dates import FOREVER, Calendar
from supervise.errors import Problem, Refused, did_you_mean
from supervise.people import Actor
from supervise.phrases import OPENING
from supervise.records import PARTIES, Event, Task, evolve
from supervise.workflows.definition import CLOCK, Action, Definition
from supervise.workflows.fields import FieldError, read_field
from supervise.workflows.situations import Holding, Situation
from supervise.workflows.wording import Wording

LATEST = 4096
"""Situations that a lifecycle keeps at hand."""
CLOCK_ACTOR = Actor("系统", "", frozenset({CLOCK}))


@dataclass(frozen=True, slots=True)
class Button:
    """Something an actor can do now: the action, its label, and the fields a form must ask for."""

    action: str
    label: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What acts give: the task before them, ``None`` if it was not there, and after each one."""

    before: Task | None
    path: tuple[Task, ...] = ()

    @property
    def task(self) -> Task:
        """The task afterwards."""
        task = self.path[-1] if self.path else self.before
        assert task is not None
        return task

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened, in order."""
        return tuple([task.events[-1] for task in self.path])

    def then(self, step: Step) -> Step:
        """This and what followed."""
        return Step(self.before, (*self.path, *step.path)) if step.path else self


@dataclass
class _Move:
    """What the machine sees of a task; lives for one call."""

    state: str
    task: Task
    actor: Actor
    day: date
    given: Mapping[str, Any]
    data: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)


class Lifecycle:
    """A definition at work.

    Args:
        definition: checked, see ``checking.check``.
        calendar: the district's working days.
    """

    def __init__(self, definition: Definition, calendar: Calendar) -> None:
        self.definition, self.calendar = definition, calendar
        self.wording = Wording(definition)
        self._latest: dict[int, Situation] = {}
        self._lock = Lock()
        self.clock_actions = {
            state: tuple(
                n for n, a in definition.actions.items()
                if CLOCK in a.by and a.when and state in definition.sources(a)
            )
            for state in definition.states
        }  # fmt: skip
        self.machine = Machine(
            model=None, states=list(definition.states), initial=definition.initial,
            auto_transitions=False, send_event=True, transitions=list(self._arrows()),
        )  # fmt: skip

    def _arrows(self) -> list[dict[str, Any]]:
        return [
            {
                "trigger": name, "source": source, "conditions": self._guard,
                "dest": None if (target := self.definition.target(action, source)) == source else target,
            }
            for name, action in self.definition.actions.items()
            for source in self.definition.sources(action)
        ]  # fmt: skip

    @property
    def name(self) -> str:
        """``key-work@1``."""
        return self.definition.name

    @property
    def pressing(self) -> str:
        """The action by which the clock sends an order: open to it and without a condition; empty if none."""
        return next((n for n, a in self.definition.actions.items() if CLOCK in a.by and not a.when), "")

    def closed_on(self, task: Task) -> date | None:
        """The day the task reached a final state; ``None`` while it is open."""
        return task.events[-1].day if task.state in self.definition.finals else None

    def situation(self, task: Task) -> Situation:
        """What conditions can be asked about ``task``; the latest ones are kept, for one act asks many times."""
        found = self._latest.get(id(task))
        if found is None or found.task is not task:
            found = self._kept(Situation(self.definition, task, self.calendar))
        return found

    def _kept(self, situation: Situation) -> Situation:
        with self._lock:
            self._latest[id(situation.task)] = situation
            if len(self._latest) > LATEST:
                del self._latest[next(iter(self._latest))]
        return situation

    def _after(self, task: Task, event: Event) -> Task:
        """The task after one more event, whose duties are worked out from those before."""
        after = evolve(task, event)
        self._kept(Situation(self.definition, after, self.calendar, self.situation(task).fold))
        return after

    def on_record(self, task: Task, kept: Task) -> None:
        """Know ``kept``, the same task with its hashes, as ``task`` is known."""
        known = self._latest.get(id(task))
        if known is not None and known.task is task:
            situation = Situation(self.definition, kept, self.calendar)
            situation.__dict__.update({n: known.__dict__[n] for n in ("fold", "paces") if n in known.__dict__})
            self._kept(situation)

    def lived(self, task: Task) -> Iterator[Situation]:
        """What could be asked about ``task`` after each of its events, in order."""
        then, before = Task(task.code), None
        for event in task.events:
            then = evolve(then, event)
            situation = Situation(self.definition, then, self.calendar, before)
            before = situation.fold
            yield situation

    def open(self, task: Task, actor: Actor, day: date, key: str = "") -> Step:
        """Place a task: its first event carries everything it is.

        Args:
            task: code, text, parties, due and origin; no events.
            actor: who places it.
            day: the day it is placed; limits count from here.
            key: idempotency key.
        """
        changes: dict[str, Any] = {name: list(getattr(task, name)) for name in (*PARTIES, "path", "targets")}
        changes |= {name: getattr(task, name) for name in ("text", "title", "document", "lines", "parent")}
        changes["due"] = task.due.isoformat()
        event = Event(
            task.code, 1, OPENING, "", self.definition.initial, day, actor.id, actor.unit, self.name,
            changes={name: value for name, value in changes.items() if value}, to=(*task.lead, *task.co), key=key,
        )  # fmt: skip
        return Step(None, (evolve(Task(task.code), event),))

    def settle(self, task: Task, day: date) -> Step:
        """Everything the clock must have done by ``day``, each fact dated when it became true.

        Never depends on when, or how often, it is called: facts up to a day are settled before anyone may act on it.
        """
        step = Step(task)
        while (due := self._next_fact(step.task)) is not None and due[0] <= day:
            on, action, holding = due
            key = self._clock_key(task, action, holding)
            event = self._event(step.task, action, CLOCK_ACTOR, on, {}, key)
            step = Step(task, (*step.path, self._after(step.task, event)))
        return step

    def wake(self, task: Task) -> date:
        """The next day on which the clock has a fact to settle; ``FOREVER`` if none is in sight."""
        due = self._next_fact(task)
        return due[0] if due is not None else FOREVER

    def _next_fact(self, task: Task) -> tuple[date, str, Holding] | None:
        ahead: list[tuple[date, str, Holding]] = []
        actions = self.clock_actions.get(task.state)
        if not actions:
            return None
        situation, last = self.situation(task), task.events[-1].day
        done = {event.key for event in task.events}
        for name in actions:
            for condition in self.definition.actions[name].when:
                for holding in situation.holdings(condition):
                    if holding.span.end > last and self._clock_key(task, name, holding) not in done:
                        ahead.append((max(holding.span.start, last), name, holding))
        return min(ahead, key=lambda item: (item[0], item[1], item[2].key), default=None)

    def _clock_key(self, task: Task, action: str, holding: Holding) -> str:
        return f"{task.code}:{action}:{holding.key}"

    def advance(self, task: Task, action: str, actor: Actor, day: date, data: Mapping[str, Any], key: str = "") -> Step:
        """Let ``actor`` do ``action`` on ``day``, after everything the clock had to settle by then.

        Args:
            task: as it stands.
            action: name in the definition.
            actor: who acts.
            day: the day it happens; not before the last thing on record.
            data: field → value; text is accepted for every kind of field.
            key: idempotency key.

        Raises:
            Refused: A01–A09, with everything that is wrong at once and what can be done instead.
        """
        settled = self.settle(task, day)
        event = self._event(settled.task, action, actor, day, data, key)
        return Step(task, (*settled.path, self._after(settled.task, event)))

    def _event(self, task: Task, action: str, actor: Actor, day: date, data: Mapping[str, Any], key: str) -> Event:
        if action not in self.definition.actions:
            text = f"没有“{action}”这个动作{did_you_mean(action, self.definition.actions)}"
            raise Refused(Problem("A06", text, task=task.code, help=self._instead(task, actor, day)))
        spec = self.definition.actions[action]
        move = _Move(task.state, task, actor, day, data)
        trigger = self.machine.events[action]
        if task.state in trigger.transitions:
            trigger.trigger(move)
        else:
            raise Refused(self._wrong_state(task, spec, actor, day))
        return Event(
            task.code, task.version + 1, action, task.state, move.state, day, actor.id, actor.unit, self.name,
            move.data, move.changes, tuple(spec.tell), key,
        )  # fmt: skip

    def _guard(self, event: EventData) -> bool:
        move = cast(_Move, event.model)
        name = event.event.name
        action = self.definition.actions[name]
        problems = self._objections(move, name, action)
        if problems:
            raise Refused(problems)
        return True

    def _objections(self, move: _Move, name: str, action: Action) -> list[Problem]:
        task, found = move.task, []
        if not self._may(task, move.actor, action):
            found.append(self._wrong_actor(task, action, move.actor, move.day))
        if move.day < task.events[-1].day:
            last = task.events[-1].day
            text = f"{move.day} 早于最近一条办理记录({last}),不能倒着办"
            found.append(Problem("A07", text, task=task.code, help=f"请用 {last} 或以后的日期"))
        found += self._read(move, action)
        if action.when and CLOCK not in move.actor.roles:
            situation = self.situation(task)
            if not any(situation.holds(condition, move.day) for condition in action.when):
                text = f"现在不能“{action.label}”:须{self.wording.any_of(action.when)}"
                found.append(Problem("A05", text, task=task.code, help=self._instead(task, move.actor, move.day)))
        return found

    def _may(self, task: Task, actor: Actor, action: Action) -> bool:
        return bool(actor.roles.union(task.roles_of(actor.unit)).intersection(action.by))

    def _read(self, move: _Move, action: Action) -> list[Problem]:
        found: list[Problem] = []
        for name in move.given:
            if name not in self.definition.fields:
                text = f"没有“{name}”这个字段{did_you_mean(name, self.definition.fields)}"
                found.append(Problem("A08", text, task=move.task.code, path=name))
        for name, spec in self.definition.fields.items():
            value = move.given.get(name)
            if value is None or value == "":
                if name in action.needs:
                    text = f"“{action.label}”须填“{spec.label}”({name})"
                    found.append(Problem("A03", text, task=move.task.code, path=name))
                continue
            if spec.by and not move.actor.roles.union(move.task.roles_of(move.actor.unit)).intersection(spec.by):
                text = f"“{spec.label}”应由{self.wording.doers(move.task, spec.by)}填写"
                found.append(Problem("A11", text, task=move.task.code, path=name))
                continue
            try:
                move.data[name] = read_field(spec, value, self.situation(move.task), move.day)
            except FieldError as error:
                found.append(Problem("A04", f"{spec.label}:{error}", task=move.task.code, path=name))
        if not found and "due" in action.sets and move.data[action.sets["due"]] <= move.task.due.isoformat():
            text = f"新的时限 {move.data[action.sets['due']]} 不晚于原来的 {move.task.due}"
            found.append(Problem("A04", text, task=move.task.code, path=action.sets["due"]))
        if not found:
            move.changes.update({prop: move.data[name] for prop, name in action.sets.items()})
            if action.voids:
                move.changes["void"] = move.data[action.voids]
        return found

    def _wrong_state(self, task: Task, action: Action, actor: Actor, day: date) -> list[Problem]:
        state = self.definition.states.get(task.state, task.state)
        text = f"不能“{action.label}”:{task.code} 现处于“{state}”"
        problems = [Problem("A01", text, task=task.code, help=self._instead(task, actor, day))]
        if not self._may(task, actor, action):
            problems.append(self._wrong_actor(task, action, actor, day))
        return problems

    def _wrong_actor(self, task: Task, action: Action, actor: Actor, day: date) -> Problem:
        text = f"“{action.label}”应由{self.wording.doers(task, action.by)}办理,{actor.unit or actor.id}不能办"
        return Problem("A02", text, task=task.code, help=self._instead(task, actor, day))

    def _instead(self, task: Task, actor: Actor, day: date) -> str:
        buttons = self.allowed(task, actor, day)
        who = actor.unit or actor.id
        if not buttons:
            return f"{who}现在对这项任务没有可办的事"
        return f"{who}现在可以:" + "、".join(f"{b.label}({b.action})" for b in buttons)

    def allowed(self, task: Task, actor: Actor, day: date) -> tuple[Button, ...]:
        """What ``actor`` can do on ``day``, with the fields to ask for; the same guards, nothing triggered."""
        task = self.settle(task, day).task
        situation = self.situation(task)
        buttons = []
        for name, action in self.definition.actions.items():
            here = task.state in self.definition.sources(action) and self._may(task, actor, action)
            if here and (not action.when or any(situation.holds(c, day) for c in action.when)):
                specs = ((f, self.definition.fields[f]) for f in action.needs)
                buttons.append(Button(name, action.label, tuple((f, s.label, s.kind) for f, s in specs)))
        return tuple(buttons)
