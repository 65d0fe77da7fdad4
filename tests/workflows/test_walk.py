"""The way of one task: what is marked as walked is what the log says, and nothing else."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date

import pytest

from supervise.hall.illustrator import ahead
from supervise.people import Actor
from supervise.records import Task
from supervise.workflows import engines, texts
from supervise.workflows.picture import Picture
from supervise.workflows.views import acting
from supervise.workflows.walk import Next, walked, way
from tests.histories import LAW, _steps, placed, played, script
from tests.workflows.test_diagram import SVG, groups

DEFINITION = LAW.definition


@pytest.fixture(scope="module")
def walks() -> list[Task]:
    """Two hundred tasks after a random life each, the clock looking in once a month."""
    return [played(script(_steps(seed)), lambda day: day.day == 1)[0] for seed in range(200)]


def shown(task: Task, day: date | None = None) -> Picture:
    """The picture of a task's way on its last day."""
    day = day or task.events[-1].day
    return way(DEFINITION, task, day, ahead(LAW, task, day), "0" * 64)


def test_the_marked_arrows_are_the_log(walks: list[Task]) -> None:
    """Over 200 random lives: every step that changed the state is marked once, with its number, and no other arrow."""
    returns = 0
    for task in walks:
        steps = [(e.seq, e.action, e.source, e.target) for e in task.events[1:] if e.source != e.target]
        made = shown(task)
        assert walked(made) == steps
        marked = {(s, edge.target) for edge in made.edges if edge.tone == "walked" for s in edge.sources}
        assert marked == {(source, target) for _, _, source, target in steps}
        numbers = {n for note in made.notes if (n := note.mark.removeprefix("记录 ")) != note.mark}
        assert numbers == {str(e.seq) for e in task.events if not e.source or e.source == e.target}
        order = list(DEFINITION.states)
        returns += sum(order.index(target) < order.index(source) for _, _, source, target in steps)
    assert returns > 100, "the random lives must turn back often, or this says nothing about send-backs"


def test_each_step_has_its_day_and_who_took_it(walks: list[Task]) -> None:
    """On the arrow stands the number of the record, the day, and the unit that acted."""
    for task in walks[:40]:
        told = {n for e in shown(task).edges if e.tone == "walked" for d in e.deeds for n in d.notes}
        assert told == {f"{e.seq} {e.day} {e.unit}".rstrip() for e in task.events[1:] if e.source != e.target}


def test_what_may_be_done_next_is_what_the_guards_allow(walks: list[Task]) -> None:
    """Actions, targets and roles are those that the lifecycle would let through that day."""
    for task in walks[:60]:
        day = task.events[-1].day
        allowed = {
            (button.action, role)
            for role in acting(DEFINITION) for button in LAW.allowed(task, Actor(role, "", frozenset({role})), day)
            if role != "clock"
        }  # fmt: skip
        found = {(one.action, role) for one in ahead(LAW, task, day) for role in one.roles}
        assert found == allowed
        arrows = {d.action for edge in shown(task).edges if edge.tone == "next" for d in edge.deeds}
        assert arrows == {a for a, _ in allowed if DEFINITION.target(DEFINITION.actions[a], task.state) != task.state}


def test_what_the_clock_has_still_to_write_comes_first() -> None:
    """A task whose limit has passed is not shown as overdue before the record says so; the system is next to act."""
    task, late = placed(), date(2026, 1, 15)
    (one,) = ahead(LAW, task, late)
    made = shown(task, late)
    assert one.roles == ("clock",) and "2025-11-29" in one.who
    assert walked(made) == [] and [node.name for node in made.nodes if node.tone == "here"] == [task.state]
    assert [edge.target for edge in made.edges if edge.tone == "next"] == [one.target]


def test_one_place_is_marked_and_the_image_tells_loud_from_pale(walks: list[Task]) -> None:
    """The state where the task stands is the only one marked; walked arrows are thick in the image, others are not."""
    for task in walks[:20]:
        made = shown(task)
        assert [node.name for node in made.nodes if node.tone == "here"] == [task.state]
        drawn = groups(ET.fromstring(engines.draw(made)), "edge")
        for n, edge in enumerate(made.edges, 1):
            path = drawn[f"edge-{n}"].find(f"{SVG}path")
            assert path is not None
            assert (float(path.get("stroke-width", "1")) > 2) == (edge.tone == "walked")


def test_states_of_an_older_law_are_drawn_by_their_names(walks: list[Task]) -> None:
    """A task that came from another version keeps its whole way, unknown names and all."""
    task = next(t for t in walks if len(t.events) > 4 and all(e.source != e.target for e in t.events[1:4]))
    odd = [replace(e, source=e.source and f"old_{e.source}", target=f"old_{e.target}") for e in task.events[:3]]
    joined = replace(task.events[3], source=odd[-1].target)
    made = shown(replace(task, events=(*odd, joined, *task.events[4:])))
    assert {event.target for event in odd} <= {node.name for node in made.nodes}
    assert [step[0] for step in walked(made)][:2] == [2, 3]


def test_the_same_task_gives_the_same_text(walks: list[Task]) -> None:
    """Mermaid and the table can be put under version control."""
    task = walks[33]
    assert texts.mermaid(shown(task)) == texts.mermaid(shown(task))
    table = texts.arrows(shown(task))
    ways = {(e.source, e.target, e.action) for e in task.events[1:] if e.source != e.target}
    assert len(re.findall(r"\| 走过", table)) == len(ways)


def test_nobody_next_is_said() -> None:
    """Where nothing can be done the list says so."""
    made = way(DEFINITION, placed(), date(2025, 3, 1), ())
    assert ("可办", "现在没有谁有可办的事") in {(note.mark, note.text) for note in made.notes}
    some = way(DEFINITION, placed(), date(2025, 3, 1), (Next("plan", "planned", ("lead",), "牵头单位(甲)"),))
    assert ("可办", "牵头单位(甲):报送落实方案 → 已报方案") in {(note.mark, note.text) for note in some.notes}
