"""B1: one step of ours in memory, for ``b1_dispatch.py --extra``.

``supervise_lifecycle`` is the public door: the clock's facts first, then guard, fields and the next event; *reload*
folds the task from its plain events before each step. ``supervise_machine`` is the bare trigger of the compiled
definition, guard included, without clock and event. A resident task walks one reporting cycle from the same beginning
each time: its history is part of it and would otherwise grow without end.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import world
from supervise import Task, chain
from supervise.records import replay
from supervise.store.ledger import as_event
from supervise.workflows.lifecycle import Lifecycle

CYCLE = ("report", "verify", "next_cycle")
Made = tuple[Callable[[], None], Callable[[str, str, str], None], int]


def lifecycle() -> Lifecycle:
    """The common lifecycle at work."""
    office = world.office()
    return Lifecycle(office.folder.definition("bench-life").value, office.calendar)


def opened(law: Lifecycle) -> Task:
    """A task that has just been placed."""
    code = world.code(1)
    task = replace(
        Task(code), text=world.TITLE % code, lead=(world.unit_name(1),), co=(world.unit_name(2),),
        due=world.DAY.replace(month=12, day=31),
    )  # fmt: skip
    return law.open(task, world.SUPERVISOR, world.OPENED).task


def step(law: Lifecycle, task: Task, action: str, role: str) -> Task:
    """One step through the public door."""
    return law.advance(task, action, world.actor(role, 1), world.DAY, world.given(action)).task


def stages(law: Lifecycle) -> dict[tuple[str, str], Task]:
    """The task as it stands before each step of a whole life."""
    from b1_dispatch import SOURCES

    task = opened(law)
    found: dict[tuple[str, str], Task] = {}
    for source, action, role in SOURCES:
        found.setdefault((source, action), task)
        task = step(law, task, action, role)
    return found


def _cycle(law: Lifecycle, begin: Task) -> Callable[[], None]:
    from common import ROLE

    def resident() -> None:
        task = begin
        for action in CYCLE:
            task = step(law, task, action, ROLE[action])
        assert task.state == begin.state

    return resident


def whole() -> Made:
    """``lifecycle.advance``."""
    law = lifecycle()
    before = stages(law)
    plain = {key: [_plain(event) for event in task.events] for key, task in before.items()}

    def one(source: str, action: str, role: str) -> None:
        step(law, replay(as_event(record) for record in plain[source, action]), action, role)

    return _cycle(law, before["in_progress", "report"]), one, len(CYCLE)


def _plain(event: Any) -> dict[str, Any]:
    recorded = replace(event, recorded_at=world.office().now())
    return chain.event_record("default", recorded) | {"hash": ""}


def bare() -> Made:
    """The trigger of the shared machine, guard included."""
    from common import ROLE

    from supervise.workflows.guards import Move

    law = lifecycle()
    before, events = stages(law), law.machine.events

    def trigger(task: Task, state: str, action: str, role: str) -> str:
        move = Move(state, task, world.actor(role, 1), world.DAY, world.given(action))
        assert events[action].trigger(move)
        return move.state

    def resident() -> None:
        state = "in_progress"
        for action in CYCLE:
            state = trigger(before[state, action], state, action, ROLE[action])
        assert state == "in_progress"

    def one(source: str, action: str, role: str) -> None:
        trigger(before[source, action], source, action, role)

    return resident, one, len(CYCLE)


CONTENDERS = {"supervise_lifecycle": whole, "supervise_machine": bare}
