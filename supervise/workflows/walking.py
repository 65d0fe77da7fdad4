"""Every simple way from the beginning of a lifecycle to an end, and each of them really walked through the guards.

People act a day after the step before, or on the first day on which the door is open; the clock acts when its
condition has come. A way that cannot be walked like that says why and where.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from supervise.dates import FOREVER, ONE_DAY
from supervise.errors import Problem, Refused
from supervise.people import Actor
from supervise.phrases import Outcome
from supervise.records import PARTIES, Duty, Task
from supervise.workflows.definition import CLOCK, Action, Definition, FieldSpec
from supervise.workflows.lifecycle import Lifecycle, Step

MOST, LOOKS = 200, 200_000
"""Ways that are given, and arrows that are looked at to find them, before one stops and says so."""
LENGTH = timedelta(days=300)
"""From the day the task is placed to the day it is due."""

Arrow = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Stride:
    """One arrow of a way as it was walked, or an act before it that gave it its reason.

    Args:
        action, source, target: names in the definition.
        by: who may act, by role.
        day: the day it was done; ``None`` where the way could not be walked so far.
        born: duties it began.
        met: duties it met, with how.
    """

    action: str
    source: str
    target: str
    by: tuple[str, ...]
    day: date | None
    born: tuple[Duty, ...] = ()
    met: tuple[Duty, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """One simple way to an end.

    Args:
        strides: in order.
        trouble: what kept it from being walked to the end; empty if nothing did.
    """

    strides: tuple[Stride, ...]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Walked:
    """All ways that were found.

    Args:
        ways: as walked.
        cut: there are more than are given.
    """

    ways: tuple[Way, ...]
    cut: bool


def arrows(definition: Definition) -> dict[str, list[Arrow]]:
    """State → every action that leads out of it, and where to; what stays is no arrow."""
    found: dict[str, list[Arrow]] = {state: [] for state in definition.states}
    for name, action in definition.actions.items():
        for source in definition.sources(action):
            target = definition.target(action, source)
            if target != source and source in found:
                found[source].append((name, target))
    return found


def ways(definition: Definition) -> Iterator[tuple[Arrow, ...] | None]:
    """Every way from the first state to an end that visits no state twice; ``None`` for an arrow that led nowhere."""
    graph = arrows(definition)
    trail: list[Arrow] = []
    open_ = [iter(graph[definition.initial])]
    while open_:
        arrow = next(open_[-1], None)
        if arrow is None:
            open_.pop()
            trail = trail[:-1]
        elif arrow[1] in definition.finals:
            yield (*trail, arrow)
        elif arrow[1] == definition.initial or any(state == arrow[1] for _, state in trail):
            yield None
        else:
            trail.append(arrow)
            open_.append(iter(graph[arrow[1]]))


def walk(lifecycle: Lifecycle, day: date, most: int = MOST) -> Walked:
    """Walk every simple way, at most so many.

    Args:
        lifecycle: the law.
        day: the day on which the task is placed.
        most: ways to give.
    """
    looked = enumerate(ways(lifecycle.definition))
    within = (way for number, way in looked if way is not None or number >= LOOKS)
    found = list(islice(within, most + 1))
    kept = [way for way in found if way is not None][:most]
    return Walked(tuple(_walked(lifecycle, way, day) for way in kept), len(found) > len(kept))


def placed(lifecycle: Lifecycle, day: date) -> Task:
    """A task with one unit for each part, on the day it is placed."""
    roles = lifecycle.definition.roles
    parties: dict[str, Any] = {role: (someone(lifecycle.definition, role).unit,) for role in PARTIES if role in roles}
    category = next(iter(lifecycle.definition.categories), "")
    return lifecycle.open(
        Task("演练", "演练", due=day + LENGTH, category=category, **parties), Actor("演练", ""), day
    ).task


def someone(definition: Definition, role: str, who: str = "") -> Actor:
    """Somebody who holds a role, as a party of the task or by office; ``who`` tells one person from another."""
    label = definition.roles.get(role, role)
    return Actor(f"{label}{who}", label, frozenset() if role in PARTIES else frozenset({role}))


def form(lifecycle: Lifecycle, task: Task, action: Action, day: date) -> dict[str, Any]:
    """Something for every field that an action asks for."""
    fields = lifecycle.definition.fields
    return {name: sample(fields[name], lifecycle, task, day) for name in action.needs}


def sample(spec: FieldSpec, lifecycle: Lifecycle, task: Task, day: date) -> Any:
    """Something that fits a field on a day."""
    duties = lifecycle.situation(task).duties
    later = task.due if FOREVER > task.due > day else day
    made: Mapping[str, Any] = {
        "list": ["(略)"], "files": ["(略)"], "percent": 50, "date": later + timedelta(days=30), "day": day,
        "units": list(task.lead or ("甲单位",)), "duty": duties[0].key if duties else "",
        "choice": next(iter(spec.options), ""), "stages": [{"day": later, "text": "(略)"}], "task": f"{task.code}二",
        "figures": "", "parts": [{"text": "(略)", "lead": list(task.lead or ("甲单位",)), "weight": 1}],
    }  # fmt: skip
    return made.get(spec.kind, "(略)")


def _walked(lifecycle: Lifecycle, way: tuple[Arrow, ...], day: date) -> Way:
    """One way, as far as it can be walked."""
    task, strides, trouble = placed(lifecycle, day), list[Stride](), ""
    source = task.state
    for name, target in way:
        opener = _opener(lifecycle, task, name) if not trouble else ""
        for act, to in (*(((opener, source),) if opener else ()), (name, target)):
            before = task
            try:
                task = _stride(lifecycle, task, act, to).task if not trouble else task
            except Refused as error:
                trouble = error.problems[0].text
            strides.append(_told(lifecycle, before, task, (act, source, to)))
        source = target
    return Way(tuple(strides), trouble)


def _told(lifecycle: Lifecycle, before: Task, after: Task, arrow: tuple[str, str, str]) -> Stride:
    """One arrow, and what came of it if it was walked."""
    name, source, target = arrow
    labels = lifecycle.definition.roles | {CLOCK: "系统"}
    by = tuple(labels.get(role, role) for role in lifecycle.definition.actions[name].by)
    if after is before:
        return Stride(name, source, target, by, None)
    old, new = lifecycle.situation(before).duties, lifecycle.situation(after).duties
    known, done = {duty.key for duty in old}, {duty.key for duty in old if duty.met is not None}
    born = tuple(duty for duty in new if duty.key not in known)
    met = tuple(duty for duty in new if duty.met is not None and duty.key not in done)
    return Stride(name, source, target, by, after.events[-1].day, born, met)


def _opener(lifecycle: Lifecycle, task: Task, name: str) -> str:
    """An act that stays where it is and begins the duty without which another act has no reason yet."""
    definition = lifecycle.definition
    action = definition.actions[name]
    if not action.when or CLOCK in action.by or _days(lifecycle, task, action):
        return ""
    kinds = [c.duty for c in action.when if isinstance(c, Outcome) and c.duty in definition.duties]
    begin = [word for kind in kinds for word in definition.duties[kind].triggers if word in definition.actions]
    stays = (w for w in begin if definition.target(definition.actions[w], task.state) == task.state)
    return next((word for word in stays if task.state in definition.sources(definition.actions[word])), "")


def _stride(lifecycle: Lifecycle, task: Task, name: str, target: str) -> Step:
    """One action, by the clock when its condition has come, else by somebody on the first day he may.

    Raises:
        Refused: when there is no such day.
    """
    action = lifecycle.definition.actions[name]
    if action.by == (CLOCK,):
        step = lifecycle.settle(task, _clock_day(lifecycle, task, name))
        at = next((i for i, after in enumerate(step.path) if after.events[-1].action == name), len(step.path))
        if at == len(step.path) or step.path[at].state != target:
            text = f"“{action.label}”由系统办,它的条件在这条路上不会成立"
            raise Refused(Problem("A05", text, task=task.code))
        return Step(task, step.path[: at + 1])
    role = next(role for role in action.by if role != CLOCK)
    actor, day = someone(lifecycle.definition, role, action.label), _first_day(lifecycle, task, action)
    return lifecycle.advance(task, name, actor, day, form(lifecycle, task, action, day))


def _clock_day(lifecycle: Lifecycle, task: Task, name: str) -> date:
    return min(lifecycle.wake(task), task.due + LENGTH)


def _first_day(lifecycle: Lifecycle, task: Task, action: Action) -> date:
    """The day after the last act, or the first one later on which a condition of the action holds."""
    return min(_days(lifecycle, task, action), default=task.events[-1].day + ONE_DAY)


def _days(lifecycle: Lifecycle, task: Task, action: Action) -> list[date]:
    """From when on each condition of an action holds, from the day after the last act."""
    day, situation = task.events[-1].day + ONE_DAY, lifecycle.situation(task)
    spans = [holding.span for condition in action.when for holding in situation.holdings(condition)]
    return [max(day, span.start) for span in spans if span.end > day]
