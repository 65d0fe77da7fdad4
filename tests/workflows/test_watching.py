"""What the clock sees of a task without its history: when a duty began counts only where a condition asks for it."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, timedelta

import pytest

from supervise.facts import Owing, Standing
from supervise.phrases import parse_condition
from supervise.workflows.watching import Watch
from tests.histories import LAW

DUE, NIGHT = date(2025, 3, 31), date(2025, 4, 1)
WARNED = DUE - timedelta(days=7)


def likeness(born: date, *rungs: str, noticed: tuple[str, ...] = ()) -> Hashable:
    """What tells a task that owes its plan since a day from others, under a ladder with these conditions."""
    watch = Watch(LAW, [parse_condition(text) for text in rungs], ("lead",), noticed=noticed)
    owing = Owing("plan", "plan:1", "lead", born, DUE, NIGHT, "", True)
    found = watch.likeness(
        Standing(LAW.name, "assigned", born, False, frozenset({"lead"}), (owing,), (), (), frozenset(), []), NIGHT
    )
    assert found is not None
    return found


EARLY, EARLIER, LATE = WARNED - timedelta(days=2), WARNED - timedelta(days=9), WARNED + timedelta(days=2)


@pytest.mark.parametrize(
    "rungs", [["plan missed"], ["7 days before plan"], ["7 days before plan", "3 days before plan"]]
)
def test_when_a_task_was_placed_does_not_tell_it_from_others(rungs: list[str]) -> None:
    """What is missed, or warned of long after it began, is so from the same day on, whenever it began."""
    assert likeness(EARLY, *rungs) == likeness(EARLIER, *rungs)


def test_what_began_after_its_warning_is_told_by_the_day() -> None:
    """A limit set so near that the warning begins with it is warned of from that day on, and its order says so."""
    assert len({likeness(born, "7 days before plan") for born in (EARLY, LATE, LATE + timedelta(days=1))}) == 3
    assert likeness(EARLY, "3 days before plan") == likeness(LATE, "3 days before plan")


def test_what_is_asked_for_from_its_beginning_is_told_by_the_day() -> None:
    """An open duty is a reason from the day on which it began; and of what just began nobody is reminded."""
    assert likeness(EARLY, "plan open") != likeness(EARLIER, "plan open")
    assert likeness(EARLY, "plan missed", noticed=("plan",)) != likeness(EARLIER, "plan missed", noticed=("plan",))
