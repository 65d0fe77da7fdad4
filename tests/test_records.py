"""Events, the task they add up to, what a cut shows, and how a duty stands on any day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.dates import FOREVER, ONE_DAY
from supervise.phrases import OUTCOMES
from supervise.records import CHANGEABLE, Cut, Duty, Event, Task, evolve, replay

DAY = date(2025, 3, 3)


def event(seq: int, target: str, day: date = DAY, changes: Mapping[str, Any] | None = None, **more: Any) -> Event:
    """An event of the sample task."""
    return Event("QH-1", seq, "act", "", target, day, "王某", "区工信局", "key-work@2", changes=changes or {}, **more)


OPENING = event(
    1, "assigned",
    changes={
        "text": "新增企业18家", "lead": ["区工信局"], "co": ["区统计局"], "due": "2025-12-31", "path": ["一", "(一)"],
    },
)  # fmt: skip


def test_a_task_is_what_its_events_say() -> None:
    """State, text, parties, limit and law come from the events, in their order."""
    task = replay([OPENING, event(2, "planned", DAY + ONE_DAY), event(3, "planned", changes={"due": "2026-03-31"})])
    assert (task.code, task.state, task.text) == ("QH-1", "planned", "新增企业18家")
    assert (task.lead, task.co, task.leader, task.path) == (("区工信局",), ("区统计局",), (), ("一", "(一)"))
    assert (task.due, task.definition) == (date(2026, 3, 31), "key-work@2")
    assert (task.opened, task.version) == (DAY, 3)
    assert task.roles_of("区工信局", DAY) == {"lead"}
    assert task.roles_of("某局", DAY) == frozenset()


def test_an_event_changes_nothing_it_does_not_name() -> None:
    """What no event may set stays, and an unknown change does no harm to old records."""
    task = replay([OPENING])
    after = evolve(
        task, event(2, "planned", changes={"void": "plan:1", "state": "closed", "code": "X", "colour": "red"})
    )
    assert replace(after, state=task.state, events=task.events) == task
    assert after.state == "planned"
    assert not CHANGEABLE & {"state", "code", "events", "definition"}


@given(st.lists(st.sampled_from(["assigned", "planned", "closed"]), min_size=1, max_size=6), st.integers(1, 5))
def test_replay_may_stop_and_go_on(states: list[str], at: int) -> None:
    """Folding a history is folding its beginning and then each later event."""
    history = [replace(OPENING, target=states[0]), *(event(n, s) for n, s in enumerate(states[1:], 2))]
    task = replay(history[:at])
    for later in history[at:]:
        task = evolve(task, later)
    assert task == replay(history)
    assert task.events == tuple(history)


NOON = datetime(2025, 3, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cut", "day", "recorded", "seen"),
    [
        (Cut(DAY), DAY, NOON, True),
        (Cut(DAY), DAY + ONE_DAY, NOON, False),  # not yet happened
        (Cut(DAY, NOON), DAY, NOON, True),
        (Cut(DAY, NOON), DAY, NOON + timedelta(seconds=1), False),  # not yet known
        (Cut(DAY, NOON), DAY, None, True),  # not saved yet, so known to whoever asks
        (Cut(FOREVER), DAY, NOON, True),
    ],
)
def test_a_cut_sees_what_had_happened_and_was_known(cut: Cut, day: date, recorded: datetime | None, seen: bool) -> None:
    """Late paper belongs to its day, but only to those who ask after it came in."""
    assert cut.sees(event(1, "assigned", day, recorded_at=recorded)) is seen


def duty(**more: Any) -> Duty:
    """The duty to send in a plan by the fourteenth of March, missed from the day after."""
    due = more.get("due", date(2025, 3, 14))
    missed_from = due + ONE_DAY if due < FOREVER else FOREVER
    return replace(Duty("plan", "plan:1", "QH-1", "lead", ("区工信局",), DAY, due, due, missed_from), **more)


@pytest.mark.parametrize(
    ("more", "day", "outcome"),
    [
        ({}, "2025-03-14", "open"),
        ({}, "2025-03-15", "missed"),
        ({"met": date(2025, 3, 14)}, "2025-03-13", "open"),
        ({"met": date(2025, 3, 14)}, "2025-03-14", "on time"),
        ({"met": date(2025, 3, 15)}, "2025-03-15", "late"),
        ({"met": date(2025, 3, 20)}, "2025-03-18", "missed"),
        ({"void": date(2025, 3, 10)}, "2025-03-09", "open"),
        ({"void": date(2025, 3, 10)}, "2025-03-10", "void"),
        ({"void": date(2025, 3, 20), "met": date(2025, 3, 12)}, "2025-03-19", "on time"),
        ({"void": date(2025, 3, 20), "met": date(2025, 3, 12)}, "2025-03-20", "void"),
    ],
)
def test_a_duty_stands_in_one_of_five_ways(more: dict[str, Any], day: str, outcome: str) -> None:
    """The last day still counts as in time; what came later is late, and what ceased to count is void."""
    assert duty(**more).outcome(date.fromisoformat(day)) == outcome


def test_a_unit_is_not_late_while_the_office_has_the_ball() -> None:
    """Where the day of being late lies after the limit, what is done in between is in time; it may never come."""
    waiting = duty(missed_from=date(2025, 3, 20))
    assert [waiting.outcome(date(2025, 3, n)) for n in (15, 19, 20)] == ["open", "open", "missed"]
    assert replace(waiting, met=date(2025, 3, 19)).outcome(date(2025, 3, 31)) == "on time"
    assert replace(waiting, met=date(2025, 3, 20)).outcome(date(2025, 3, 31)) == "late"
    assert duty(missed_from=FOREVER).outcome(date(2099, 1, 1)) == "open"


@pytest.mark.parametrize(
    ("more", "day"),
    [
        ({}, "2025-03-14"),
        ({"met": date(2025, 3, 10)}, "2025-03-10"),
        ({"met": date(2025, 3, 20)}, "2025-03-14"),
        (
            {"due": date(2025, 3, 17), "nominal": date(2025, 3, 14), "met": date(2025, 3, 17)},
            "2025-03-14",
        ),  # the limit moved past a weekend
    ],
)
def test_a_duty_counts_in_one_period(more: dict[str, Any], day: str) -> None:
    """Done early it counts when it was done, else when it fell due before any day off moved it."""
    assert duty(**more).settles == date.fromisoformat(day)


def days(least: int, most: int) -> st.SearchStrategy[date]:
    """Days around the duty's life."""
    return st.integers(least, most).map(lambda n: DAY + timedelta(n))


DUTIES = st.builds(
    lambda due, grace, met, void: duty(due=due, missed_from=grace(due), met=met, void=void),
    days(0, 20) | st.just(FOREVER),
    st.sampled_from([0, 1, 5, 12, None]).map(
        lambda more: lambda due: FOREVER if more is None or due == FOREVER else due + timedelta(1 + more)
    ),
    st.none() | days(0, 30),
    st.none() | days(0, 30),
)


@given(DUTIES)
def test_outcome_and_span_are_one(made: Duty) -> None:
    """On every day of its life a duty stands exactly at that outcome whose span holds."""
    spans = {outcome: made.span(outcome) for outcome in OUTCOMES}
    for n in range(45):
        day = DAY + timedelta(n)
        assert [o for o, span in spans.items() if span.holds(day)] == [made.outcome(day)], day


@given(DUTIES)
def test_a_duty_never_gets_better_by_waiting(made: Duty) -> None:
    """Once settled or void it stays so: no outcome but open and missed is ever left for another than void."""
    seen = [made.outcome(DAY + timedelta(n)) for n in range(45)]
    changes = [(a, b) for a, b in pairwise(seen) if a != b]
    assert set(changes) <= {
        ("open", "on time"), ("open", "late"), ("open", "missed"), ("missed", "late"),
        *((o, "void") for o in OUTCOMES),
    }  # fmt: skip


def test_a_task_without_events_has_no_day() -> None:
    """A bare task has no state and no version, and its limit is for ever."""
    assert (Task("QH-1").state, Task("QH-1").version, Task("QH-1").due) == ("", 0, FOREVER)
