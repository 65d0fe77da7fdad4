"""A derivation says how a date came about, and adds up by hand to that date."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.dates import FOREVER, ONE_DAY, Calendar, add_months
from supervise.people import Actor
from supervise.records import Task, replay
from supervise.workflows.arranging import arrange
from supervise.workflows.derived import said
from supervise.workflows.deriving import Derivation, Link, derive
from supervise.workflows.lifecycle import Lifecycle
from tests.histories import END, OPENED, played, script, steps
from tests.laws import OLD, second
from tests.test_calendar_load import OFFICE, OFFICIAL, shaken, under
from tests.workflows.builders import A, Case, law
from tests.workflows.test_eras import laws, lived, moved
from tests.workflows.test_language import FULL, GOALS, LAW, placed


def works(calendar: Calendar, day: date) -> bool:
    """Whether a day is worked, by nothing but the lists of the calendar."""
    return day in calendar.work or (day.weekday() < 5 and day not in calendar.off)


def by_hand(link: Link) -> date:
    """Where a link leads, counted on the fingers."""
    if link.since is None or link.what == "wait":
        return link.day
    if link.unit == "months":
        return add_months(link.since, link.count)
    if link.unit == "days":
        return link.since + timedelta(days=link.count)
    assert link.calendar is not None
    if link.what == "move":
        day = link.since
        while not works(link.calendar, day):
            day += ONE_DAY
        return day
    day, left = link.since, abs(link.count)
    while left:
        day += ONE_DAY if link.count > 0 else -ONE_DAY
        left -= day not in link.skipped
    return day


def adds_up(made: Derivation) -> None:
    """Every link follows from the one before, what it skips is off and nothing else is, and the end is the date."""
    duty, chain = made.duty, made.links
    assert chain, duty
    assert chain[0].since is None
    for before, link in pairwise(chain):
        assert link.what in ("wait", "pause") or link.since == before.day, (duty, chain)
    for link in chain:
        assert by_hand(link) == link.day, (duty, link)
        if link.calendar is not None and link.since is not None and link.what != "wait":
            first, last = sorted((link.since, link.day))
            inside = {first + timedelta(days=n) for n in range((last - first).days + 1)}
            inside -= {link.since} if link.what != "move" else {link.day}
            assert set(link.skipped) == {day for day in inside if not works(link.calendar, day)}
    assert [link for link in chain if link.what != "wait"][-1].day == duty.due
    if duty.missed_from < FOREVER:
        assert chain[-1].day + ONE_DAY == duty.missed_from


def all_add_up(lifecycle: Lifecycle, task: Task) -> None:
    """The same for every duty of a task."""
    for duty in lifecycle.situation(task).duties:
        adds_up(derive(lifecycle, task, duty))


@settings(max_examples=30)
@given(steps, st.integers(1, 400), st.integers(0, 2**32))
def test_every_derivation_adds_up_to_its_date(chosen: list[tuple[int, int, int]], after: int, seed: int) -> None:
    """Over random histories, and again after another calendar was laid on them."""
    day, new = OPENED + timedelta(days=after), shaken(seed)
    task, _ = played([act for act in script(chosen) if act.day < day], lambda on: False)
    task = replay([event for event in task.events if event.day <= day])
    lifecycle = under(OFFICIAL, new)
    all_add_up(lifecycle, lifecycle.settle(task, END).task)
    if lifecycle.closed_on(task) is None:
        all_add_up(lifecycle, arrange(lifecycle, task, new, OFFICE, day).step.task)


@settings(max_examples=30)
@given(steps, st.integers(0, 26))
def test_derivations_add_up_under_the_law_a_date_was_born_in(chosen: list[tuple[int, int, int]], upto: int) -> None:
    """A change of law leaves the dates of before to the old law, and a derivation says which one it was."""
    new = second(lambda data: data["duties"]["plan"].update(due="3 workdays after assign or reassign"))
    acts = script(chosen)
    task, day = lived(acts, min(upto, len(acts)))
    made = moved(new, task, day + ONE_DAY)
    if made.step is not None:
        now = laws(new)[1]
        all_add_up(now, made.step.task)
        plans = [d for d in now.situation(made.step.task).duties if d.kind == "plan"]
        assert {derive(now, made.step.task, duty).law for duty in plans} == {OLD.name}


@pytest.mark.parametrize(
    "due",
    ["10 workdays after each quarter", "day 31 of each month", "day 2 of each week or 2 workdays after a day off",
     "end of each half-year", "[02-29, 12-25]", "day 28 of each quarter"],
)  # fmt: skip
@pytest.mark.parametrize("holidays", ["as written", "next workday"])
def test_dates_that_come_again_add_up_too(due: str, holidays: str) -> None:
    """By periods, by month and day, moved off a holiday or left on it."""
    text = FULL.replace("due: 5 days after each month, met_by: tell, notice: 20 days", f"due: {due}, met_by: tell")
    lifecycle = law(text.replace("effective: 2020-01-01", f"effective: 2020-01-01\nholidays: {holidays}"))
    all_add_up(lifecycle, Case(lifecycle).task)


def test_pauses_extensions_stages_and_months_add_up() -> None:
    """Days given back by a pause, cut short too; a date put off; the dates of a plan; months that end earlier."""
    task = placed("plain")
    acts = [
        ("2021-03-29", "pause", {"ground": "law", "until": "2021-04-20"}),
        ("2021-04-16", "resume", {}),
        ("2021-05-06", "pause", {"ground": "flood", "until": "2021-05-20"}),
        ("2021-07-01", "extend", {"until": "2022-02-20"}),
        ("2021-07-02", "plan", {"goals": GOALS.replace("2021-06-30", "2021-09-30")}),
        ("2021-07-03", "approve", {}),
        ("2021-08-31", "finish", {}),
    ]
    for day, action, data in acts:
        by = Actor("甲", A) if action == "plan" else Actor("王", "督查室", frozenset({"office"}))
        task = LAW.advance(task, action, by, date.fromisoformat(day), data).task
        all_add_up(LAW, task)
    by_key = {duty.key: derive(LAW, task, duty) for duty in LAW.situation(task).duties}
    assert [link.what for link in by_key["plan:1"].links] == ["start", "count", "pause"]
    assert "取月末" in by_key["look:8"].links[1].text
    assert "第 5 条记录“延期”所定" in by_key["finish"].links[0].text


def test_a_derivation_says_what_was_skipped() -> None:
    """Ten working days over Tomb-Sweeping Day: two weekends, one of them within the holiday."""
    task = placed("plain")
    made = derive(LAW, task, next(d for d in LAW.situation(task).duties if d.kind == "plan"))
    assert said(made) == (
        "2021-04-09 = 2021-03-25 第 1 条记录“交办”后第 10 个工作日,跳过 03-27、03-28(周末)、04-03..04-05(清明)"
    )
