"""Random histories of a task under the shipped lifecycle, played with a clock that runs daily, rarely or never."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from supervise.errors import Refused
from supervise.people import Actor
from supervise.records import Task
from supervise.rules import escalation
from supervise.rules.ruleset import Ladder
from supervise.site.folder import Folder, read_folder, shipped
from supervise.workflows.lifecycle import Lifecycle

FOLDER: Folder = read_folder(shipped()).sound()
LAW = Lifecycle(FOLDER.newest["key-work"], FOLDER.calendar)
LADDER = FOLDER.of_kind(Ladder)[0]
OFFICE = Actor("张督查", "督查室", frozenset({"office"}))
ACTORS = (Actor("甲", "区工信局"), Actor("乙", "区科技局"), Actor("丙", "区商务局"), OFFICE)
OPENED, END = date(2025, 2, 10), date(2026, 3, 31)

# Answers to letters depend on which letters were sent, and so on the clock; the laws speak of the work itself.
LETTERS = {"reply"}


def _steps(seed: int) -> list[tuple[int, int, int]]:
    """Steps of a history: days to wait, which of the possible acts, and a number for its fields."""
    dice = Random(seed)
    return [(dice.randint(0, 35), dice.randint(0, 199), dice.randint(0, 100)) for _ in range(dice.randint(1, 26))]


steps = st.integers(0, 2**32).map(_steps)
"""Long random histories; lists drawn one by one would mostly be too short to reach the end of a year."""


@dataclass(frozen=True)
class Act:
    """One thing somebody tries on a day."""

    day: date
    actor: Actor
    action: str
    data: dict[str, Any] = field(default_factory=dict)


def placed() -> Task:
    """A task with two leads and one co-unit, due at the end of November."""
    task = Task("T1", "建成标准厂房12万平方米", lead=("区工信局", "区科技局"), co=("区商务局",), due=date(2025, 11, 28))
    return LAW.open(task, OFFICE, OPENED).task


def fields(action: str, number: int, day: date) -> dict[str, Any]:
    """Something for every field that an action asks for."""
    made: dict[str, Any] = {}
    for name in LAW.definition.actions[action].needs:
        kind = LAW.definition.fields[name].kind
        made[name] = {
            "text": "(略)", "list": ["(略)"], "files": ["a.pdf"], "percent": number,
            "date": day + timedelta(days=1 + number), "units": ["区财政局" if number % 2 else "区工信局"],
            "duty": list(LAW.definition.duties)[number % 5], "task": "T9", "figures": "",
            "stages": [{"day": day + timedelta(days=1 + number % 20), "text": "(略)"}],
            "choice": list(LAW.definition.fields[name].options)[:1][0] if kind == "choice" else "",
            "parts": [{"text": "一段", "lead": ["区财政局"], "weight": 1 + number % 3}],
        }[kind]  # fmt: skip
    return made


def script(steps: Sequence[tuple[int, int, int]]) -> list[Act]:
    """Turn choices into acts: mostly onward through the states, some on the side, a few that nobody may."""
    task, day, acts = placed(), OPENED, []
    for wait, what, number in steps:
        day += timedelta(days=wait)
        actor, action = chosen(LAW.settle(task, day).task, day, what)
        act = Act(day, actor, action, fields(action, number, day))
        acts.append(act)
        task = tried(task, act)[0]
    return acts


def chosen(task: Task, day: date, what: int) -> tuple[Actor, str]:
    """Who does what: six of ten choices move the task on, three are anything allowed, one is anything at all."""
    allowed = [(a, b.action) for a in ACTORS[:4] for b in LAW.allowed(task, a, day) if b.action not in LETTERS]
    actions = LAW.definition.actions
    onward = [
        (a, n) for a, n in allowed if actions[n].from_ and LAW.definition.target(actions[n], task.state) != task.state
    ]
    mode, rest = what % 10, what // 10
    if mode < 6 and onward:
        return onward[rest % len(onward)]
    if mode < 9 and allowed:
        return allowed[rest % len(allowed)]
    names = [name for name in actions if name not in LETTERS]
    return ACTORS[rest % len(ACTORS)], names[rest % len(names)]


def tried(task: Task, act: Act) -> tuple[Task, bool]:
    """The task after somebody tried something, and whether it was accepted."""
    try:
        return LAW.advance(task, act.action, act.actor, act.day, act.data).task, True
    except Refused:
        return task, False


def played(acts: Sequence[Act], ticks: Callable[[date], bool]) -> tuple[Task, list[bool]]:
    """The task after all acts, the clock running on the days that ``ticks`` says, and settled at the end."""
    task, day, accepted = placed(), OPENED, []
    queue = list(acts)
    while day < END:
        if ticks(day):
            task = ticked(task, day)
        while queue and queue[0].day == day:
            task, done = tried(task, queue.pop(0))
            accepted.append(done)
        day += timedelta(days=1)
    return LAW.settle(task, END).task, accepted


def ticked(task: Task, day: date) -> Task:
    """One run of the clock: facts, then letters."""
    return escalation.press(LADDER, LAW, LAW.settle(task, day).task, day).step.task
