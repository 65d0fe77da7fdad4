"""Reports put together: what one unit owes in one week on several tasks is asked for at once, on the last of the days.

The office grants it, as it grants more time: limits move later and never earlier, and never beyond what the task itself
is due. Every task keeps its own act with the reason, the old limit and what it goes together with; nothing is met by
it, for a report says something else of each task. Taken apart again, the law's own limit holds, if it lies ahead still.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from supervise.errors import Problem, Refused
from supervise.people import Actor
from supervise.records import COMBINE, Duty, Event, Task, evolve
from supervise.rules.notices import Reminders
from supervise.rules.reminders import by_hand, unfit
from supervise.workflows.lifecycle import Lifecycle, Step
from supervise.workflows.situations import Situation


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of the office.

    Args:
        by: who grants it.
        why: the reason.
        day: when.
        to: the day on which everything is to be reported; ``None`` to take it apart again.
        beside: codes of the other tasks.
    """

    by: Actor
    why: str
    day: date
    to: date | None
    beside: tuple[str, ...] = ()


def combine(rules: Sequence[Reminders], lifecycle: Lifecycle, task: Task, key: str, asked: Asked) -> Step:
    """Put the report that a duty asks for together with others, or take it apart again.

    Args:
        rules: those of the workflow; who may remind by hand may do this.
        lifecycle: the law of the task.
        task: as it stands.
        key: of the duty.
        asked: with what, until when, why.

    Raises:
        Refused: with everything that is wrong.
    """
    settled = lifecycle.settle(task, asked.day)
    situation = lifecycle.situation(settled.task)
    duty = next((duty for duty in situation.duties if duty.key == key), None)
    rule = by_hand(rules)
    roles = rule.by if rule is not None else ()
    problems = list(unfit(roles, lifecycle, situation.task, asked.by, asked.day, asked.why, "合并报送"))
    problems += _undue(lifecycle, situation, duty, key, asked)
    if duty is None or problems:
        raise Refused(problems)
    return Step(task, (*settled.path, evolve(settled.task, _event(situation, duty, asked))))


def _undue(lifecycle: Lifecycle, situation: Situation, duty: Duty | None, key: str, asked: Asked) -> Iterator[Problem]:
    """Why a report cannot be put together with others, or not be taken apart any more."""
    task = situation.task
    if duty is None or duty.born > asked.day or duty.outcome(asked.day) != "open":
        yield Problem("H14", f"“{key}”这天没有要报的,或已经逾期,不能合并", task=task.code)
        return
    label, was = lifecycle.wording.duty(duty.kind), original(task, key)
    if asked.to is not None and asked.to > task.due:
        text = f"“{label}”不能并到 {asked.to}:这项任务 {task.due} 就要办结"
        yield Problem("H14", text, task=task.code, help="合并不越过任务自己的时限;请先批准延期,或留下这一件单独报")
    elif asked.to is not None and was is not None and duty.due >= asked.to:
        yield Problem("H14", f"“{label}”已经合并,都在 {duty.due} 报", task=task.code)
    elif asked.to is None and was is None:
        yield Problem("H14", f"“{label}”没有合并过,不用拆开", task=task.code)
    elif asked.to is None and was is not None and was < asked.day:
        text = f"“{label}”原来的期限({was})已过,拆开就成了逾期"
        yield Problem("H14", text, task=task.code, help="合并的那一天照旧有效")


def original(task: Task, key: str) -> date | None:
    """The limit that a report had before it was put together with others; ``None`` if it stands for itself."""
    first: date | None = None
    for event in task.acts:
        said = event.data.get(COMBINE) if event.action == COMBINE else None
        if said is not None and said["about"] == key:
            first = None if said["to"] is None else first or date.fromisoformat(said["due"])
    return first


def _event(situation: Situation, duty: Duty, asked: Asked) -> Event:
    task, was = situation.task, original(situation.task, duty.key)
    to = max(asked.to, duty.due) if asked.to is not None else None
    said: dict[str, Any] = {
        "about": duty.key, "due": (duty.due if to is not None else was or duty.due).isoformat(),
        "to": to.isoformat() if to is not None else None, "units": list(duty.units), "beside": list(asked.beside),
        "why": asked.why.strip(),
    }  # fmt: skip
    labels = situation.definition.roles
    return Event(
        task.code, task.version + 1, COMBINE, task.state, task.state, asked.day, asked.by.id, asked.by.unit,
        task.definition, {COMBINE: said}, {COMBINE: {duty.key: said["to"]}},
        to=duty.units or (labels.get(duty.role, duty.role),),
    )  # fmt: skip
