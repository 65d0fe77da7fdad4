"""What an order entails for a while, and what the office must say when it sends one out of turn.

The days of an effect stand in the event itself, so that nobody needs the rules to read a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from supervise.dates import ONE_DAY, Calendar
from supervise.errors import Problem, Refused
from supervise.phrases import Bound
from supervise.records import Duty, Event, Task
from supervise.rules.ladder import LIMIT, Ladder, Rung
from supervise.rules.reasons import pressing, reasons
from supervise.workflows.excuses import own_excuse
from supervise.workflows.lifecycle import Lifecycle, Step
from supervise.workflows.situations import Situation


@dataclass(frozen=True, slots=True)
class Effect:
    """What an order or a matter entails, from its first day to its last.

    Args:
        task: code.
        rung: by name.
        units: for whom.
        start, end: first and last day.
        seq: number of the event that brought it.
    """

    task: str
    rung: str
    units: tuple[str, ...]
    start: date
    end: date
    seq: int

    def holds(self, day: date) -> bool:
        """Whether it is in effect on ``day``."""
        return self.start <= day <= self.end


def effects(situation: Situation) -> Iterator[Effect]:
    """Everything that acts on a task have entailed, in order.

    Args:
        situation: of the task.
    """
    task, duties = situation.task, {duty.key: duty for duty in situation.duties}
    for event in task.acts:
        said = event.changes.get("effect")
        if said:
            about = situation.definition.field_of("duty", event.data)
            duty = duties.get(event.data[about]) if about else None
            start, end = date.fromisoformat(said["from"]), date.fromisoformat(said["until"])
            yield Effect(task.code, said["rung"], duty.units if duty else task.lead, start, end, event.seq)


def of_order(rung: Rung, duty: Duty | None, day: date, calendar: Calendar) -> dict[str, Any]:
    """What goes into the event of an order.

    Args:
        rung: of the ladder.
        duty: that it presses.
        day: on which it goes out.
        calendar: the district's.
    """
    if rung.lasts is None:
        return {}
    start = duty.due + ONE_DAY if duty is not None and rung.lasts.after == LIMIT else day
    return _lasting(rung.order, rung.lasts, start, calendar)


def marked(step: Step, event: Event) -> Step:
    """The step with its last event told more fully.

    Args:
        step: that ends with the event.
        event: the same, with what else it entails.
    """
    task = replace(step.task, events=(*step.task.events[:-1], event))
    return Step(step.before, (*step.path[:-1], task))


def by_hand(ladders: Iterable[Ladder], lifecycle: Lifecycle, step: Step) -> Step:
    """What people did, with what the rungs say of it: who hears of an order, what it entails, on what ground it went.

    Args:
        ladders: every one there is.
        lifecycle: the law of the task.
        step: an act of a person, the last of its events.

    Raises:
        Refused: A22 when an order goes out of turn without one of the grounds that its rung names; A23 when a unit
            accepts its own reason.
    """
    event, definition = step.task.events[-1], lifecycle.definition
    for ladder in ladders:
        if ladder.for_ == definition.workflow and any(one.action == event.action for one in ladder.suspends):
            _accepted(lifecycle, step)
        if ladder.for_ == definition.workflow and event.action == pressing(definition):
            rung = next((rung for rung in ladder.rungs if rung.order in event.data.values()), None)
            if rung is not None:
                return marked(step, _ordered(ladder, lifecycle, step, rung))
        for one in ladder.units:
            brings = one.lasts is not None and (one.opens, one.lasts.after) == (definition.workflow, event.action)
            if brings and one.lasts is not None and about(ladder, one.matter, step.task):
                effect = _lasting(one.matter, one.lasts, event.day, lifecycle.calendar_of(step.task))
                return marked(step, replace(event, changes={**event.changes, **effect}))
    return step


def _accepted(lifecycle: Lifecycle, step: Step) -> None:
    """A reason that keeps orders from rising is accepted by somebody else than who is late."""
    event, definition = step.task.events[-1], lifecycle.definition
    situation = lifecycle.situation(step.before if step.before is not None else step.task)
    name = definition.field_of("duty", event.data)
    key = str(event.data[name]) if name else ""
    own = own_excuse(situation, definition.actions[event.action].label, event.unit, (), key)
    if own is not None:
        raise Refused(own)


def about(ladder: Ladder, matter: str, task: Task) -> bool:
    """Whether a task is what came of a rung for units."""
    return task.code.startswith(f"{ladder.ladder}.{matter}.")


def _ordered(ladder: Ladder, lifecycle: Lifecycle, step: Step, rung: Rung) -> Event:
    event, definition = step.task.events[-1], lifecycle.definition
    situation = lifecycle.situation(step.before if step.before is not None else step.task)
    key = event.data[definition.field_of("duty", event.data)]
    duty = next((duty for duty in situation.duties if duty.key == key), None)
    due = any(
        h.duty is not None and h.duty.key == key and h.span.holds(event.day) for h in reasons(ladder, situation, rung)
    )
    if rung.direct and not due and not _grounds(rung, event.data):
        text = f"“{rung.label}”还没有到由下一级升上来的时候;直接发出须写明事由"
        fields = [n for n, spec in definition.fields.items() if spec.kind == "text" and n not in event.data]
        name = "reason" if "reason" in fields else next(iter(fields), "")
        help_ = f"请写 --{name} {'、'.join(rung.direct)} 之一"
        raise Refused(Problem("A22", text, task=step.task.code, path=name, help=help_))
    effect = of_order(rung, duty, event.day, lifecycle.calendar_of(step.task))
    heard = tuple(dict.fromkeys((*event.to, *rung.tell)))
    return replace(event, to=heard, changes={**event.changes, **effect})


def _grounds(rung: Rung, data: Mapping[str, Any]) -> bool:
    return any(isinstance(value, str) and value.startswith(ground) for value in data.values() for ground in rung.direct)


def _lasting(rung: str, lasts: Bound, start: date, calendar: Calendar) -> dict[str, Any]:
    until = calendar.add(start, lasts.count, lasts.unit)
    return {"effect": {"rung": rung, "from": start.isoformat(), "until": until.isoformat()}}
