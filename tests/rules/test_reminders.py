"""Notices ahead of a limit, and reminding by hand: when, to whom, how often, and never in vain."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.dates import FOREVER, ONE_DAY, parse_period
from supervise.errors import Refused
from supervise.phrases import REMIND, parse_measure
from supervise.records import Task
from supervise.rules import reminders
from supervise.rules.reminders import Chase
from supervise.rules.ruleset import Reminders
from tests import histories
from tests.workflows.builders import FOLDER, LAW, OFFICE, A, Case, actor, on, tally

RULES = FOLDER.of_kind(Reminders)


def told(task: Task, first: date, last: date, every: int = 1) -> list[tuple[str, str, str]]:
    """Day, duty and distance of each notice when the clock runs every so many days, sent once by its key."""
    sent: dict[str, tuple[str, str, str]] = {}
    day = first
    while day <= last:
        for one in reminders.notices(RULES, LAW.situation(LAW.settle(task, day).task), day):
            sent.setdefault(one.key, (str(day), one.duty.kind, f"{one.ahead.count} {one.ahead.unit}"))
        day += timedelta(days=every)
    return list(sent.values())


def kinds(found: list[tuple[str, str, str]], kind: str) -> list[tuple[str, str]]:
    """Day and distance of the notices about one kind of duty."""
    return [(day, ahead) for day, told_of, ahead in found if told_of == kind]


def test_a_limit_is_told_of_at_each_distance_in_working_days() -> None:
    """The plan owed by 9 April 2021 (a Friday after a festival) at three days and one; the whole at four distances."""
    case = Case()
    assert kinds(told(case.task, on("2021-03-25"), on("2021-04-30")), "plan") == [
        ("2021-04-06", "3 workdays"), ("2021-04-08", "1 workdays")
    ]  # fmt: skip
    case.started()
    assert kinds(told(case.task, on("2021-04-30"), on("2022-02-01")), "finish") == [
        ("2021-11-19", "30 workdays"), ("2021-12-22", "7 workdays"), ("2021-12-28", "3 workdays"),
        ("2021-12-30", "1 workdays"),
    ]  # fmt: skip


def test_a_clock_that_stood_still_says_only_how_near_the_limit_is() -> None:
    """After three weeks without a night one notice goes out, and once the limit is over none."""
    task = Case().started().task
    late = [n for n in reminders.notices(RULES, LAW.situation(task), on("2021-12-29")) if n.duty.kind == "finish"]
    assert [(n.ahead.count, n.start, n.to) for n in late] == [(3, on("2021-12-28"), (A,))]
    over = LAW.settle(task, on("2022-01-05")).task
    assert not [n for n in reminders.notices(RULES, LAW.situation(over), on("2022-01-05")) if n.duty.kind == "finish"]


def test_nobody_is_told_while_the_ball_lies_with_the_office() -> None:
    """A report that waits to be verified silences the clock; once it is sent back the nearest distance is told."""
    case = Case().started().do("2021-12-20", A, "report", progress=90)
    assert kinds(told(case.task, on("2021-12-20"), on("2021-12-31")), "finish") == []
    case.do("2021-12-29", OFFICE, "rework")
    assert kinds(told(case.task, on("2021-12-29"), on("2022-01-10")), "finish") == [
        ("2021-12-29", "3 workdays"), ("2021-12-30", "1 workdays")
    ]  # fmt: skip


def test_a_limit_that_was_put_off_is_told_of_again() -> None:
    """An extension makes new notices for the new limit; what was met, waived or paused gets none."""
    case = Case().started().do("2021-12-29", A, "ask", until="2022-03-31")
    case.do("2021-12-29", OFFICE, "extend", until="2022-03-31")
    again = kinds(told(case.task, on("2021-12-29"), on("2022-04-30")), "finish")
    assert again == [
        ("2022-02-17", "30 workdays"), ("2022-03-22", "7 workdays"), ("2022-03-28", "3 workdays"),
        ("2022-03-30", "1 workdays"),
    ]  # fmt: skip
    paused = Case().started().do("2021-12-20", OFFICE, "suspend", ground="force", until="2022-01-10")
    assert paused.task.due == on("2022-01-21")
    assert kinds(told(paused.task, on("2021-12-20"), on("2022-03-01")), "finish") == [
        ("2022-01-11", "30 workdays"), ("2022-01-12", "7 workdays"), ("2022-01-18", "3 workdays"),
        ("2022-01-20", "1 workdays"),
    ]  # fmt: skip
    waived = Case().started().do("2021-11-01", OFFICE, "waive", duty="finish")
    assert kinds(told(waived.task, on("2021-11-01"), on("2022-01-31")), "finish") == []


@settings(max_examples=30)
@given(histories.steps, st.integers(1, 5))
def test_wake_names_the_next_day_on_which_something_may_be_told(chosen: list[tuple[int, int, int]], every: int) -> None:
    """Between two looks of the clock there is nothing new to tell; on the day that ``wake`` names there is."""
    task = histories.placed()
    for act in histories.script(chosen):
        task = histories.tried(task, act)[0]
    day = task.events[-1].day
    situation = histories.LAW.situation(task)
    known = {n.key for n in reminders.notices(RULES, situation, day)}
    following = reminders.wake(RULES, situation, day, looked=True)
    assert following > day
    probe = day
    while probe < min(following, day + timedelta(days=120)):
        assert {n.key for n in reminders.notices(RULES, situation, probe)} <= known
        probe += every * ONE_DAY
    if following < FOREVER:
        assert {n.key for n in reminders.notices(RULES, situation, following)} - known


def chased(case: Case, day: str, today: dict[str, int] | None = None, key: str = "plan:1", by: str = OFFICE) -> None:
    """Somebody reminds of a duty by hand."""
    step = reminders.remind(RULES, LAW, case.task, key, actor(by), on(day), Chase("尚未报送"), today or {})
    case.task = step.task


@pytest.mark.parametrize(
    ("day", "today", "key", "by", "code", "says"),
    [
        ("2021-04-08", {}, "plan:1", OFFICE, "H12", "下次最早 2021-04-09"),
        ("2021-04-09", {A: 3}, "plan:1", OFFICE, "H13", "下次最早 2021-04-10"),
        ("2021-04-09", {}, "plan:1", A, "A02", "应由督查室办理"),
        ("2021-04-09", {}, "progress:2021-06-26", OFFICE, "H11", "progress:2021-06-25"),
        ("2021-04-05", {}, "plan:1", OFFICE, "A07", "2021-04-06"),
    ],
)
def test_why_somebody_cannot_be_reminded(
    day: str, today: dict[str, int], key: str, by: str, code: str, says: str
) -> None:
    """Too soon, too often, by the wrong person, of nothing: refused, with what is possible instead."""
    case = Case()
    chased(case, "2021-04-06")
    with pytest.raises(Refused) as refused:
        chased(case, day, today, key, by)
    assert [p.code for p in refused.value.problems] == [code] and says in str(refused.value.problems[0])


def test_reminding_by_hand_is_on_record_and_changes_nothing() -> None:
    """State, duties and their outcomes stay; the act names the duty and counts."""
    case = Case()
    before = LAW.situation(case.task).duties
    chased(case, "2021-04-06")
    chased(case, "2021-04-09")
    assert case.task.state == "assigned" and LAW.situation(case.task).duties == before
    assert [e.day for e in reminders.reminded(case.task)["plan:1"]] == [on("2021-04-06"), on("2021-04-09")]
    last = case.task.events[-1]
    assert last.to == (A,) and last.data["duty"] == "plan:1"
    assert LAW.wording.filled(last.data, {}) == "所指应办:报送方案;2021-04-09 到期,办公系统,尚未报送"
    counted = tally(case, period="2021Q2").ground.facts(parse_measure(REMIND), parse_period("2021Q2"))
    assert [(fact.unit, fact.role, fact.ref.what) for fact in counted] == [(A, "lead", "催办")] * 2
