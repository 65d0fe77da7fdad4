"""Every way through every shipped lifecycle leads to an end, and can really be walked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from supervise.dates import FOREVER
from supervise.people import Actor
from supervise.records import Duty, Task
from supervise.workflows.definition import CLOCK, Definition
from supervise.workflows.lifecycle import Lifecycle
from tests.workflows.builders import FOLDER

NAMES = sorted(FOLDER.definitions)
Arrow = tuple[str, str]


def lifecycle(name: str) -> Lifecycle:
    """A shipped lifecycle."""
    return Lifecycle(FOLDER.definition(name).value, FOLDER.calendar)


def arrows(law: Lifecycle) -> dict[str, list[Arrow]]:
    """State → what leads out of it and where to, as the machine has it; steps that stay are no arrows."""
    found: dict[str, list[Arrow]] = {state: [] for state in law.definition.states}
    for action in law.definition.actions:
        for source, transitions in law.machine.events[action].transitions.items():
            found[source] += [(action, t.dest) for t in transitions if t.dest is not None]
    return found


def paths(graph: dict[str, list[Arrow]], start: str, trail: tuple[Arrow, ...] = ()) -> Iterator[tuple[Arrow, ...]]:
    """All ways from a state that visit no state twice and cannot be made longer."""
    seen = {start, *(state for _, state in trail)}
    here = trail[-1][1] if trail else start
    onward = [arrow for arrow in graph[here] if arrow[1] not in seen]
    if not onward:
        yield trail
    for arrow in onward:
        yield from paths(graph, start, (*trail, arrow))


@pytest.mark.parametrize("name", NAMES)
def test_every_simple_path_ends_in_a_final_state_or_can_still_move(name: str) -> None:
    """Nobody is ever stuck: where a way cannot go on without turning back, it is over or it can turn back."""
    law = lifecycle(name)
    graph, finals = arrows(law), law.definition.finals
    walked = list(paths(graph, law.definition.initial))
    assert len(walked) >= 3
    for path in walked:
        last = path[-1][1]
        assert last in finals or graph[last], path
        assert not (last in finals and graph[last]), path
    assert {state for path in walked for _, state in path} | {law.definition.initial} == set(law.definition.states)


@pytest.mark.parametrize("name", NAMES)
def test_an_end_can_be_reached_from_everywhere(name: str) -> None:
    """From each state some way leads to an end."""
    law = lifecycle(name)
    graph = arrows(law)
    for state in law.definition.states:
        assert (
            any(p[-1][1] in law.definition.finals for p in paths(graph, state) if p) or state in law.definition.finals
        )


@pytest.mark.parametrize("name", NAMES)
def test_every_simple_path_can_be_walked_by_real_people_and_a_real_clock(name: str) -> None:
    """Each way is played through the guards: people act day by day, the clock when its condition has come."""
    law = lifecycle(name)
    taken: set[str] = set()
    for path in paths(arrows(law), law.definition.initial):
        if any(law.definition.actions[a].when and CLOCK not in law.definition.actions[a].by for a, _ in path):
            continue  # a door that opens only on some days; the tests of the lifecycle walk through it
        task = walk(law, path)
        assert [e.target for e in task.events[1:]] == [state for _, state in path]
        assert [e.action for e in task.events[1:]] == [action for action, _ in path]
        taken |= {action for action, _ in path}
    assert len(taken) >= len(law.definition.states) - 1


def walk(law: Lifecycle, path: tuple[Arrow, ...]) -> Task:
    """Play one path; whoever may act does."""
    opened = date(2021, 3, 25)
    placed = Task("T1", lead=("甲局",), co=("乙局",), due=date(2021, 12, 31))
    task = law.open(placed, Actor("督", "督查室"), opened).task
    day = opened
    for action, _ in path:
        spec = law.definition.actions[action]
        if CLOCK in spec.by and spec.when:
            day = law.wake(task)
            assert day < FOREVER
            task = law.settle(task, day).task
            continue
        day += timedelta(days=1)
        actor = person(law.definition, spec.by[0])
        assert action in {b.action for b in law.allowed(task, actor, day)}
        task = law.advance(task, action, actor, day, form(law, task, action, day)).task
    return task


def person(definition: Definition, role: str) -> Actor:
    """Somebody who holds a role: as a party of the task, or by office."""
    unit = {"lead": "甲局", "co": "乙局"}.get(role, definition.roles[role])
    return Actor("某人", unit, frozenset() if role in ("lead", "co") else frozenset({role}))


def form(law: Lifecycle, task: Task, action: str, day: date) -> dict[str, Any]:
    """Something for every field an action asks for."""
    duties: tuple[Duty, ...] = law.situation(task).duties
    made = {
        "text": "(略)", "list": ["(略)"], "files": ["a.pdf"], "percent": 50, "units": ["丙局"],
        "figures": "", "duty": duties[0].key, "date": day + timedelta(days=30),
    }  # fmt: skip
    fields = law.definition.fields
    return {name: made[fields[name].kind] for name in law.definition.actions[action].needs}
