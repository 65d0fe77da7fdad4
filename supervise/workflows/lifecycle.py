"""A definition compiled into one machine, and the only door through which a task changes.

One ``transitions.Machine`` per definition version says where every step leads, whether a person or the clock asks. Its
arrows are read out once into a table, which is asked at every step: triggering the machine does the same and takes as
long as all guards together. Tasks are never registered with it: registering resets their state and keeps them for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, NamedTuple, cast

from transitions import EventData, Machine

from supervise.arrangements import Calendars
from supervise.dates import FOREVER, Calendar
from supervise.errors import Problem, Refused, did_you_mean
from supervise.goals import Target, distinct
from supervise.people import Actor
from supervise.phrases import CALENDAR, OPENING
from supervise.records import PARTIES, Duty, Event, Task, evolve
from supervise.workflows import figures
from supervise.workflows.definition import CLOCK, PARENT, Action, Definition, FieldSpec
from supervise.workflows.guards import Companion, Guard, Move
from supervise.workflows.limits import closings, unsure
from supervise.workflows.situations import Holding, Situation
from supervise.workflows.wording import Wording

LATEST = 4096
"""Situations that a lifecycle keeps at hand."""
CLOCK_ACTOR = Actor("系统", "", frozenset({CLOCK}))
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Button:
    """Something an actor can do now: the action, its label, and the fields a form must ask for."""

    action: str
    label: str
    fields: tuple[Box, ...]


class Box(NamedTuple):
    """A field that a form must ask for; a ``choice`` or a ``duty`` is one of the options, name → label."""

    name: str
    label: str
    kind: str
    options: Mapping[str, str] = NOTHING


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


class Lifecycle:
    """A definition at work.

    Args:
        definition: checked, see ``checking.check``.
        calendar: the district's working days.
        laws: every law that is at hand, by name, for tasks that came from another one.
        calendars: every calendar that is at hand, for tasks placed under another one than ``calendar``.
    """

    def __init__(
        self,
        definition: Definition,
        calendar: Calendar,
        laws: Mapping[str, Definition] | None = None,
        calendars: Calendars | None = None,
    ) -> None:
        self.definition, self.calendar = definition, calendar
        self.calendars = Calendars(calendar) if calendars is None else calendars
        self.laws = {definition.name: definition} if laws is None else laws
        self.wording = Wording(definition, self.laws)
        self.guard = Guard(definition, self.wording, self.situation)
        self._latest: dict[int, Situation] = {}
        self._lock = Lock()
        self.clock_actions = {
            state: tuple(
                n for n, a in definition.actions.items()
                if CLOCK in a.by and a.when and state in definition.sources(a)
            )
            for state in definition.states
        }  # fmt: skip
        self.reaching = frozenset(
            name
            for name, action in definition.actions.items()
            if action.also or definition.field_of("parts", action.needs)
        )
        self.machine = Machine(
            model=None, states=list(definition.states), initial=definition.initial,
            auto_transitions=False, send_event=True, transitions=list(self._arrows()),
        )  # fmt: skip
        self._leads = {
            (name, source): arrow.dest or source
            for name, event in self.machine.events.items()
            for source, arrows in event.transitions.items()
            for arrow in arrows
        }

    def _arrows(self) -> list[dict[str, Any]]:
        return [
            {
                "trigger": name, "source": source, "conditions": self._allows,
                "dest": None if (target := self.definition.target(action, source)) == source else target,
            }
            for name, action in self.definition.actions.items()
            for source in self.definition.sources(action)
        ]  # fmt: skip

    @property
    def name(self) -> str:
        """``key-work@2``."""
        return self.definition.name

    @property
    def pressing(self) -> str:
        """The action by which the clock sends an order: open to it and without a condition; empty if none."""
        return next((n for n, a in self.definition.actions.items() if CLOCK in a.by and not a.when), "")

    def closed_on(self, task: Task) -> date | None:
        """The day the task was closed; ``None`` while it is open."""
        if task.state not in self.definition.finals:
            return None
        return closings(self.definition, task.acts)[-1][0].day

    def amended(self, task: Task) -> bool:
        """Whether its days and moments do not tell how it stood: taken back, carried on, reopened, of several laws."""
        name = self.name
        if task.undone or any([e.definition != name or "carried" in e.changes for e in task.events]):
            return True
        return any(reopening is not None for _, reopening in closings(self.definition, task.events))

    def calendar_of(self, task: Task) -> Calendar:
        """The calendar by which the dates of ``task`` are worked out."""
        return self.calendars.of(task.calendar)

    def unsure(self, task: Task, duty: Duty) -> bool:
        """Whether the date of a duty is provisional: the arrangement of a year that it rests on is not announced."""
        calendar = self.calendar_of(task)
        return unsure(self.definition.duties.get(duty.kind), duty, calendar, calendar.provisional)

    def situation(self, task: Task) -> Situation:
        """What conditions can be asked about ``task``; the latest ones are kept, for one act asks many times."""
        found = self._latest.get(id(task))
        if found is None or found.task is not task:
            found = self._kept(Situation(self.definition, task, self.calendar_of(task), laws=self.laws))
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
        self._kept(Situation(self.definition, after, self.calendar_of(after), self.situation(task).known(), self.laws))
        return after

    def on_record(self, task: Task, kept: Task) -> None:
        """Know ``kept``, the same task with its hashes, as ``task`` is known."""
        known = self._latest.get(id(task))
        if known is not None and known.task is task:
            self._kept(known.recorded(kept))

    def lived(self, task: Task) -> Iterator[Situation]:
        """What could be asked about ``task`` after each of its events, in order."""
        then, before = Task(task.code), None
        for event in task.events:
            then = evolve(then, event)
            situation = Situation(self.laws[event.definition], then, self.calendar_of(then), before, self.laws)
            before = situation.known()
            yield situation

    def open(self, task: Task, actor: Actor, day: date, key: str = "") -> Step:
        """Place a task: its first event carries everything it is.

        Args:
            task: code, text, parties, due and origin; no events.
            actor: who places it.
            day: the day it is placed; limits count from here.
            key: idempotency key.
        """
        changes: dict[str, Any] = {name: list(getattr(task, name)) for name in (*PARTIES, "path")}
        changes["targets"] = [t.as_json() if isinstance(t, Target) else t for t in distinct(task.targets)]
        changes |= {n: getattr(task, n) for n in ("text", "title", "document", "lines", "parent", "category")}
        changes |= {"due": task.due.isoformat(), CALENDAR: [self.calendar.name] if self.calendar.name else []}
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
        actions = self.clock_actions.get(task.state)
        return self.situation(task).once("fact", actions, self._first_fact) if actions else None

    def _first_fact(self, actions: Sequence[str], situation: Situation) -> tuple[date, str, Holding] | None:
        ahead: list[tuple[date, str, Holding]] = []
        task = situation.task
        last = task.events[-1].day
        done = {event.key for event in task.events if event.key}
        for name in actions:
            for condition in self.definition.actions[name].when:
                for holding in situation.holdings(condition):
                    if holding.span.end > last and not (done and self._clock_key(task, name, holding) in done):
                        ahead.append((max(holding.span.start, last), name, holding))
        return min(ahead, key=lambda item: (item[0], item[1], item[2].key), default=None)

    def _clock_key(self, task: Task, action: str, holding: Holding) -> str:
        return f"{task.code}:{action}:{holding.key}"

    def advance(
        self,
        task: Task,
        action: str,
        actor: Actor,
        day: date,
        data: Mapping[str, Any],
        key: str = "",
        via: Companion | None = None,
    ) -> Step:
        """Let ``actor`` do ``action`` on ``day``, after everything the clock had to settle by then.

        Args:
            task: as it stands.
            action: name in the definition.
            actor: who acts.
            day: the day it happens; not before the last thing on record.
            data: field → value; text is accepted for every kind of field.
            key: idempotency key.
            via: what brought it, when it comes with an act to another task.

        Raises:
            Refused: with everything that is wrong at once and what can be done instead.
        """
        settled = self.settle(task, day)
        event = self._event(settled.task, action, actor, day, data, key, via)
        return Step(task, (*settled.path, self._after(settled.task, event)))

    def _event(
        self,
        task: Task,
        action: str,
        actor: Actor,
        day: date,
        data: Mapping[str, Any],
        key: str,
        via: Companion | None = None,
    ) -> Event:
        if action not in self.definition.actions:
            text = f"没有“{action}”这个动作{did_you_mean(action, self.definition.actions)}"
            raise Refused(Problem("A06", text, task=task.code, help=self._instead(task, actor, day)))
        spec = self.definition.actions[action]
        move = Move(task.state, task, actor, day, data, via)
        target = self._leads.get((action, task.state))
        if target is None:
            raise Refused(self._wrong_state(move, spec))
        self._pass(move, action)
        if spec.undoes is not None:
            target = task.events[-1].source
        return Event(
            task.code, task.version + 1, action, task.state, target, day, actor.id, actor.unit, self.name,
            move.data, move.changes, tuple(spec.tell), key,
        )  # fmt: skip

    def _allows(self, event: EventData) -> bool:
        self._pass(cast(Move, event.model), event.event.name)
        return True

    def _pass(self, move: Move, action: str) -> None:
        problems = self.guard.objections(move, action, lambda: self._instead(move.task, move.actor, move.day))
        if problems:
            raise Refused(problems)

    def _wrong_state(self, move: Move, action: Action) -> list[Problem]:
        task = move.task
        state, instead = self.wording.state(task.state), self._instead(task, move.actor, move.day)
        text = f"不能“{action.label}”:{task.code} 现处于“{state}”"
        problems = [Problem("A01", text, task=task.code, help=instead)]
        if not self.guard.may(task, move.actor, action, move.day):
            problems.append(self.guard.wrong_actor(move, action, lambda: instead))
        return problems

    def _instead(self, task: Task, actor: Actor, day: date) -> str:
        buttons = self.allowed(task, actor, day)
        who = actor.unit or actor.id
        if not buttons:
            return f"{who}现在对这项任务没有可办的事"
        return f"{who}现在可以:" + "、".join(f"{b.label}({b.action})" for b in buttons)

    def allowed(self, task: Task, actor: Actor, day: date) -> tuple[Button, ...]:
        """What ``actor`` can do on ``day``, with the fields to ask for; the same guards, nothing triggered."""
        task = self.settle(task, day).task
        buttons = []
        for name, action in self.definition.actions.items():
            here = task.state in self.definition.sources(action) and self.guard.may(task, actor, action, day)
            if here and not self.guard.barred(Move(task.state, task, actor, day, NOTHING), name):
                specs = ((f, self.definition.fields[f]) for f in action.needs)
                boxes = [Box(f, s.label, s.kind, self._options(s, task)) for f, s in specs if figures.asked(s, task)]
                buttons.append(Button(name, action.label, tuple(boxes)))
        return tuple(buttons)

    def _options(self, spec: FieldSpec, task: Task) -> Mapping[str, str]:
        """What a field can be, where that is a list: the words of a choice, the duties that are not over."""
        if spec.kind != "duty":
            return spec.options
        open_ = (duty for duty in self.situation(task).duties if duty.met is None and duty.void is None)
        return {duty.key: f"{self.wording.duty(duty.kind)}({duty.due} 到期)" for duty in open_}

    def gathered(self, task: Task, action: str, seq: int = 0) -> tuple[Event, ...]:
        """What belongs into an act: the acts it gathers since it was last done, such as the co-units' reports.

        Args:
            task: as it stands.
            action: name of the gathering action.
            seq: number of the act, if it has been done.
        """
        spec = self.definition.actions.get(action)
        found: list[Event] = []
        for event in task.acts:
            if seq and event.seq >= seq:
                break
            if event.action == action:
                found.clear()
            elif spec is not None and event.action in spec.gathers:
                found.append(event)
        return tuple(found)

    def companions(self, event: Event, task: Task) -> tuple[Companion, ...]:
        """The acts to other tasks that ``event`` brings with it; ``task`` is as it stands afterwards."""
        spec = self.definition.actions.get(event.action)
        found = []
        for where, action in spec.also.items() if spec is not None else ():
            code = task.parent if where == PARENT else event.data.get(where, "")
            if code:
                part = {task.code: task.state in self.definition.finals} if where == PARENT else {}
                found.append(Companion(code, action, part))
        return tuple(found)
