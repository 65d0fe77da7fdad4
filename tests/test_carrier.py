"""What a year left undone is carried on: the same task, its lateness on record, a new limit from here on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Office, Refused
from supervise.hall.judge import canonical
from supervise.intake.breakdown import Breakdown, Draft
from supervise.records import replay
from supervise.workflows.derived import said
from supervise.workflows.deriving import derive
from tests.histories import FOLDER
from tests.servers import in_memory

OFFICE = Actor("张督查", "督查室", frozenset({"office"}))
GXJ, NEW_YEAR = Actor("王某", "区工信局"), date(2026, 1, 6)
TASKS = (
    Draft(code="T1", text="修路", lead=("区工信局",), due=date(2025, 11, 28)),
    Draft(code="T2", text="架桥", lead=("区商务局",), due=date(2025, 12, 31)),
    Draft(code="T3", text="植树", lead=("区商务局",), due=date(2026, 6, 30)),
)


@pytest.fixture
def office() -> Office:
    """An office in the new year."""
    return Office(FOLDER, today=lambda: NEW_YEAR)


@pytest.fixture
def session(office: Office) -> Iterator[Session]:
    """Three tasks on which nothing was done, two of them due in the old year."""
    engine = in_memory()
    with sessionmaker(engine).begin() as session:
        office.assign(session, Breakdown(tasks=TASKS), OFFICE, date(2025, 3, 3))
        yield session


def test_what_was_missed_in_a_year_is_carried_on_and_nothing_else(office: Office, session: Session) -> None:
    """Two tasks get the last day of the new year, one is not due yet; a second round finds nothing."""
    seen = office.carry(session, "2025", "2026", OFFICE, "区政办发〔2026〕3号", dry_run=True)
    assert [(one.before.code, one.late, one.after.due) for one in seen.done] == [
        ("T1", 39, date(2026, 12, 31)), ("T2", 6, date(2026, 12, 31)),
    ]  # fmt: skip
    assert office.show(session, "T1").task.due == date(2025, 11, 28)
    made = office.carry(session, "2025", "2026", OFFICE, "区政办发〔2026〕3号", skip=["T2"])
    assert [one.after.code for one in made.done] == ["T1"] and made.refused == ()
    with pytest.raises(Refused, match="没有要结转的"):
        office.carry(session, "2025", "2026", OFFICE, "再来一次", skip=["T2"])


@pytest.mark.parametrize(("since", "to", "code"), [("2026", "2027", "P02"), ("2024", "2025", "T12")])
def test_a_year_is_carried_on_when_it_is_over_and_left_something(
    office: Office, session: Session, since: str, to: str, code: str
) -> None:
    """Neither a year that still runs nor one before everything."""
    with pytest.raises(Refused) as refused:
        office.carry(session, since, to, OFFICE, "会议")
    assert refused.value.problems[0].code == code


def test_a_carried_task_keeps_its_age_its_first_promise_and_its_lateness(office: Office, session: Session) -> None:
    """Placed when it was, missed when it was; the reports of the new year are owed again, none of the days between."""
    office.carry(session, "2025", "2026", OFFICE, "会议", skip=["T2"])
    view = office.show(session, "T1", Cut(date(2026, 12, 31)))
    first, task = replay(view.task.events[:1]), view.task
    assert (first.due, task.opened, task.due) == (date(2025, 11, 28), date(2025, 3, 3), date(2026, 12, 31))
    old, new = (duty for duty in view.duties if duty.kind == "finish")
    assert [duty.outcome(date(2026, 12, 31)) for duty in (old, new)] == ["missed", "open"]
    assert (old.carried, new.born) == (NEW_YEAR, NEW_YEAR)
    reports = [duty.nominal for duty in view.duties if duty.kind == "progress"]
    assert reports == [date(2025, 6, 25), date(2026, 6, 25), date(2026, 12, 25)]
    told = [said(derive(view.lifecycle, task, duty)) for duty in (old, new)]
    assert "交办时所定" in told[0] and "结转下年" in told[1]


def test_the_old_year_counts_it_as_unfinished_and_the_new_one_from_its_carrying_on(
    office: Office, session: Session
) -> None:
    """The board of the old quarter is what it was, to the byte; the next that counts it is that of the new limit."""
    year_end = Cut(date(2026, 1, 5), office.now())
    before = canonical(office.board(session, "red-black", "2025Q4", year_end))
    office.carry(session, "2025", "2026", OFFICE, "会议")
    assert canonical(office.board(session, "red-black", "2025Q4", year_end)) == before
    counted = {}
    for quarter, day in (("2025Q4", date(2026, 1, 20)), ("2026Q1", date(2026, 4, 20)), ("2026Q4", date(2027, 1, 20))):
        body = office.board(session, "red-black", quarter, Cut(day))
        lines = office.why(body, "区工信局")["standing"]["score"]["lines"]
        counted[quarter] = [ref["key"] for line in lines if line["label"] == "逾期未完成" for ref in line["because"]]
    seq = len(office.show(session, "T1").task.events)
    assert counted == {"2025Q4": ["finish"], "2026Q1": [], "2026Q4": [f"finish:{seq}"]}


def test_nobody_is_pressed_for_a_limit_from_which_a_task_was_carried_on(office: Office, session: Session) -> None:
    """The red order of the fifteenth working day after the old limit stays away; that after the new one comes."""
    office.tick(session, date(2026, 1, 5))
    office.carry(session, "2025", "2026", OFFICE, "会议")
    office.tick(session, date(2027, 1, 30))
    sent = [e for e in office.log(session, "T2").task.events if "red" in e.data.values()]
    assert {e.data["duty"] for e in sent if e.data["duty"].startswith("finish")} == {
        duty.key for duty in office.log(session, "T2").duties if duty.kind == "finish" and duty.after
    }


def test_a_carried_task_is_owed_once_by_its_new_limit(office: Office, session: Session) -> None:
    """The liaison sees what can still be kept, with the first promise beside it; before that day it was the old one."""
    office.carry(session, "2025", "2026", OFFICE, "文件")
    owed = [one for one in office.owed(session, "区工信局") if one.duty.kind == "finish"]
    assert [(one.duty.due, one.outcome, one.was) for one in owed] == [
        (date(2026, 12, 31), "open", date(2025, 11, 28)),
    ]  # fmt: skip
    before = [one for one in office.owed(session, "区工信局", Cut(date(2026, 1, 5))) if one.duty.kind == "finish"]
    assert [(one.duty.due, one.outcome, one.was) for one in before] == [(date(2025, 11, 28), "missed", None)]
    shown = [duty.due for duty in office.show(session, "T1").duties if duty.kind == "finish"]
    assert shown == [date(2025, 11, 28), date(2026, 12, 31)]


def test_carrying_on_is_taken_back_without_a_trace_in_the_limits(office: Office, session: Session) -> None:
    """All of a round at once, on its day, by who did it; the log keeps both."""
    before = office.show(session, "T1").duties
    office.carry(session, "2025", "2026", OFFICE, "会议")
    assert [one.after.due for one in office.take_back(session, "2025", OFFICE).done] == [
        date(2025, 11, 28), date(2025, 12, 31),
    ]  # fmt: skip
    assert office.show(session, "T1").duties == before
    assert [event.action for event in office.log(session, "T1").task.events][-2:] == ["carry", "undo"]
    office.replay(session)
