"""Walks through every shipped lifecycle: all simple ways, and random ones that nobody wrote down."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import sessionmaker

from supervise import Office
from supervise.dates import FOREVER, ONE_DAY
from supervise.errors import Refused
from supervise.intake.breakdown import Breakdown, Draft
from supervise.people import Actor
from supervise.records import Task
from supervise.workflows.duties import fold
from supervise.workflows.lifecycle import Button, Lifecycle
from supervise.workflows.walking import Way, form, placed, someone, walk, ways
from tests.acting import sound
from tests.retiring import Clock
from tests.servers import in_memory
from tests.test_paths import arrows, paths
from tests.workflows.builders import FOLDER

NAMES = sorted(FOLDER.definitions)
MONDAY = date(2025, 3, 3)
END = MONDAY + timedelta(days=500)


def lifecycle(name: str) -> Lifecycle:
    """A shipped lifecycle."""
    return Lifecycle(FOLDER.definition(name).value, FOLDER.calendar)


# ── simple ways ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
def test_all_simple_ways_to_an_end_are_found(name: str) -> None:
    """They are those that the machine itself allows, no more and no less."""
    law = lifecycle(name)
    found = [way for way in ways(law.definition) if way is not None]
    real = {path for path in paths(arrows(law), law.definition.initial) if path[-1][1] in law.definition.finals}
    firsts = {_first_end(path, law) for path in real}
    assert len(found) == len(set(found))
    assert set(found) >= firsts
    assert all(way[-1][1] in law.definition.finals for way in found)


def _first_end(path: tuple[tuple[str, str], ...], law: Lifecycle) -> tuple[tuple[str, str], ...]:
    """A path up to the first end it comes to."""
    last = next(i for i, (_, state) in enumerate(path) if state in law.definition.finals)
    return path[: last + 1]


@pytest.mark.parametrize("name", NAMES)
def test_a_way_that_can_be_walked_is_walked_to_its_end(name: str) -> None:
    """Days never go back, every step has its day, and who cannot go on says why and stops there."""
    made = walk(lifecycle(name), MONDAY)
    assert any(not way.trouble for way in made.ways)
    for way in made.ways:
        days = [stride.day for stride in way.strides if stride.day is not None]
        assert days == sorted(days)
        assert bool(way.trouble) == (len(days) < len(way.strides))
        assert all(stride.day is None for stride in way.strides[len(days) :])
    assert {duty.kind for way in made.ways for stride in way.strides for duty in stride.met}


@pytest.mark.parametrize("name", NAMES)
def test_most_doors_can_be_opened(name: str) -> None:
    """At most one action that moves a task waits for more than a single act before it."""
    made = walk(lifecycle(name), MONDAY)
    blocked = {way.strides[_stopped(way)].action for way in made.ways if way.trouble}
    passed = {stride.action for way in made.ways for stride in way.strides if stride.day is not None}
    assert len(blocked - passed) <= 1, blocked - passed


def _stopped(way: Way) -> int:
    return next(i for i, stride in enumerate(way.strides) if stride.day is None)


def test_a_walk_that_is_bounded_says_so() -> None:
    """With fewer ways than there are, the rest is not passed over in silence."""
    law = lifecycle(FOLDER.newest["key-work"].name)
    whole = walk(law, MONDAY)
    assert not whole.cut or len(whole.ways) > 2
    part = walk(law, MONDAY, 2)
    assert part.cut
    assert part.ways == whole.ways[:2]


# ── random walks ────────────────────────────────────────────────────────────────────────────────────────────────────


def everybody(law: Lifecycle, task: Task) -> list[Actor]:
    """One person for each role, and the parties as they are now."""
    people = [someone(law.definition, role) for role in law.definition.roles]
    return [*people, *(Actor(unit, unit) for unit in (*task.lead, *task.co, *task.leader))]


def choices(law: Lifecycle, task: Task, day: date) -> list[tuple[Actor, Button]]:
    """Everything that anybody may do."""
    return [(actor, button) for actor in everybody(law, task) for button in law.allowed(task, actor, day)]


def onward(law: Lifecycle, task: Task, day: date, dice: Random) -> tuple[Actor, Button] | None:
    """One of the things that somebody may do, rather one that moves the task than one that does not."""
    found = choices(law, task, day)
    moving = [
        one for one in found if law.definition.target(law.definition.actions[one[1].action], task.state) != task.state
    ]
    pool = moving if moving and dice.random() < 0.6 else found
    return dice.choice(pool) if pool else None


def settles_when_it_says(law: Lifecycle, task: Task) -> None:
    """The clock has nothing to do before the day it asked to be woken, and something on it."""
    wake = law.wake(task)
    if wake < FOREVER:
        assert law.settle(task, max(wake - ONE_DAY, task.events[-1].day - ONE_DAY)).path == ()
        assert law.settle(task, wake).path != ()
    else:
        assert law.settle(task, END).path == ()


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32))
def test_no_random_walk_is_trapped_or_loses_count(name: str, seed: int) -> None:
    """Whoever does what: somebody can go on until the end, duties kept step by step are those of the whole, and the
    clock keeps its word."""
    law, dice, day = lifecycle(name), Random(seed), MONDAY
    task = placed(law, day)
    for _ in range(25):
        day += timedelta(days=dice.choice((0, 1, 1, 3, 10, 40)))
        task = law.settle(task, day).task
        settles_when_it_says(law, task)
        assert law.situation(task).fold.all == fold(law.definition, task, law.calendar).all
        if law.closed_on(task) is not None:
            break
        chosen = onward(law, task, day, dice)
        assert chosen is not None or law.wake(task) < FOREVER, f"{task.state} on {day} is a trap"
        if chosen is not None:
            task = attempted(law, task, chosen, day)


def attempted(law: Lifecycle, task: Task, chosen: tuple[Actor, Button], day: date) -> Task:
    """The task after an act, or as it is if what was filled in was not accepted."""
    actor, button = chosen
    try:
        given = form(law, task, law.definition.actions[button.action], day)
        return law.advance(task, button.action, actor, day, given).task
    except Refused as refused:
        assert {problem.code for problem in refused.problems} <= {"A03", "A04", "A05", "A14"}, refused
        return task


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=4)
@given(seed=st.integers(0, 2**32))
def test_a_random_walk_is_stored_as_it_is_folded(name: str, seed: int) -> None:
    """After every night of a random walk through a database the rows are what the log adds up to."""
    clock, engine, dice = Clock(), in_memory(), Random(seed)
    office, sessions = Office(FOLDER, now=clock, today=lambda: clock.day), sessionmaker(engine)
    clock.day = MONDAY
    law = lifecycle(name)
    lead, co = office.directory.units(MONDAY)[1:3]
    with sessions.begin() as session:
        draft = Draft(
            code="T1", text="随便走走", lead=(lead.name,), co=(co.name,),
            category=next(iter(law.definition.categories), ""),
        )  # fmt: skip
        made = Breakdown(workflow=name, due=MONDAY + timedelta(days=300), tasks=(draft,))
        office.assign(session, made, someone(law.definition, next(iter(law.definition.roles))), MONDAY)
    for _ in range(12):
        clock.day += timedelta(days=dice.choice((1, 3, 10, 40)))
        with sessions() as session:
            office.tick(session, clock.day)
            task = office.load(session, "T1")
            chosen = onward(law, task, clock.day, dice)
            try:
                if chosen is not None:
                    given: dict[str, Any] = form(law, task, law.definition.actions[chosen[1].action], clock.day)
                    office.advance(session, "T1", chosen[1].action, chosen[0], clock.day, **given)
                session.commit()
            except Refused:
                session.rollback()
    sound(office, engine)
