"""Tasks that bear on each other: parts and their whole, one task merged into another, one unit acting for another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Office, Refused, Unknown
from supervise.intake.breakdown import Breakdown, Draft
from supervise.site.folder import shipped
from tests.workflows.test_language import FULL

OFFICE = Actor("张督查", "督查室", frozenset({"office"}))
GXJ = Actor("李联络", "区工信局")
OPENED = date(2025, 3, 3)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office whose only lifecycle says everything that can be said."""
    (tmp_path / "full.yaml").write_text(FULL, "utf-8")
    (tmp_path / "units.yaml").write_text((Path(shipped()) / "units.yaml").read_text("utf-8"), "utf-8")
    return Office(tmp_path, today=lambda: OPENED)


@pytest.fixture
def session(office: Office, engine: Engine) -> Iterator[Session]:
    """A host's session in which two tasks stand."""
    parties = {"lead": ("区工信局",), "co": ("区商务局",), "category": "plain"}
    drafts = tuple(Draft(code=code, text=f"建设{code}", **parties) for code in ("T1", "T2"))
    with sessionmaker(engine)() as session:
        office.assign(session, Breakdown(workflow="full", due=date(2025, 12, 31), tasks=drafts), OFFICE, OPENED)
        session.commit()
        yield session


def codes(refusal: pytest.ExceptionInfo[Refused] | pytest.ExceptionInfo[Unknown]) -> list[str]:
    """The codes of a refusal."""
    return [problem.code for problem in refusal.value.problems]


def split(office: Office, session: Session) -> None:
    """Split T1 into a part of the industry bureau's and one of the commerce bureau's."""
    office.advance(session, "T1", "split", OFFICE, date(2025, 4, 1), pieces="甲段|区工信局|2025-09-30;乙段|区商务局||2")


def test_a_split_opens_the_parts_with_it(office: Office, session: Session) -> None:
    """Each part is a task of its own with its own lead and limit, and says what it was split from."""
    split(office, session)
    part = office.show(session, "T1.1", Cut(date(2025, 4, 1))).task
    assert (part.text, part.lead, part.due, part.parent) == ("甲段", ("区工信局",), date(2025, 9, 30), "T1")
    assert office.show(session, "T1.2", Cut(date(2025, 4, 1))).task.lead == ("区商务局",)
    assert office.replay(session).tasks == 4


def test_a_part_that_ends_tells_the_whole(office: Office, session: Session) -> None:
    """The whole is closed only after its parts, and knows it from its own log; a relapse is told as well."""
    split(office, session)
    with pytest.raises(Refused) as refusal:
        office.advance(session, "T1", "finish", OFFICE, date(2025, 9, 1))
    assert codes(refusal) == ["A05"]
    for code in ("T1.1", "T1.2"):
        office.advance(session, code, "finish", OFFICE, date(2025, 9, 2))
    told = [event for event in office.log(session, "T1").task.events if event.action == "part"]
    assert [event.changes["part"] for event in told] == [{"T1.1": True}, {"T1.2": True}]
    office.advance(session, "T1", "finish", OFFICE, date(2025, 9, 3))
    assert office.replay(session).tasks == 4
    office.advance(
        session, "T1.1", "reopen", OFFICE, date(2025, 9, 4), reason="复发", until="2025-10-01"
    )  # T1 is closed


def test_what_cannot_be_done_to_the_other_task_is_not_done_to_this_one(office: Office, session: Session) -> None:
    """Merging into a closed or unknown task is refused, and the task stays open."""
    office.advance(session, "T2", "finish", OFFICE, date(2025, 9, 1))
    with pytest.raises(Refused) as refusal:
        office.advance(session, "T1", "merge", OFFICE, date(2025, 9, 2), other="T2")
    assert codes(refusal)[0] == "A01"
    with pytest.raises(Refused) as unknown:
        office.advance(session, "T1", "merge", OFFICE, date(2025, 9, 2), other="T7")
    assert codes(unknown) == ["T01"]
    assert office.show(session, "T1", Cut(date(2025, 9, 2))).task.state == "work"
    assert office.replay(session).events == 3


def test_merged_tasks_keep_both_numbers(office: Office, session: Session) -> None:
    """The one that ends points to the one that carries on, whose log names it."""
    office.advance(session, "T1", "merge", OFFICE, date(2025, 9, 2), other="T2")
    assert office.show(session, "T1", Cut(date(2025, 9, 2))).task.merged == "T2"
    assert office.log(session, "T2").task.events[-1].data == {"other": "T1"}


def test_parts_name_known_units(office: Office, session: Session) -> None:
    """A part for a unit that is not in the directory is refused with the nearest one, and nothing is opened."""
    with pytest.raises(Refused) as refusal:
        office.advance(session, "T1", "split", OFFICE, date(2025, 4, 1), pieces="甲段|区工信")
    assert codes(refusal) == ["A04"] and "区工信局" in refusal.value.problems[0].text
    assert office.replay(session).tasks == 2


def test_a_task_that_owes_a_look_back_stays_out_of_the_archive(
    office: Office, session: Session, tmp_path: Path
) -> None:
    """Closed in 2025, it leaves only when somebody has looked back; the day of closing is the day it was closed."""
    office.today = lambda: date(2026, 8, 1)
    office.advance(session, "T1", "finish", OFFICE, date(2025, 9, 3))
    assert office.retire(session, "2025", str(tmp_path / "2025.db"), OFFICE).tasks == ()
    office.advance(session, "T1", "look", OFFICE, date(2026, 3, 2))
    assert office.retire(session, "2025", str(tmp_path / "2025.db"), OFFICE).tasks == ("T1",)
    with pytest.raises(Refused, match="已于 2025-09-03 办结"):
        office.advance(session, "T1", "reopen", OFFICE, date(2026, 8, 1), reason="复发", until="2026-10-01")


def test_who_acts_for_another_finds_the_work_on_his_list(office: Office, session: Session) -> None:
    """The deputy's list holds what the lead owes while the loan runs; the lead's own list holds it all along."""
    office.advance(session, "T1", "lend", GXJ, date(2025, 4, 1), units=["区商务局"], until="2025-04-30")

    def owed(unit: str, day: date) -> set[str]:
        rows = office.owed(session, unit, Cut(day))
        return {row.duty.kind for row in rows if row.duty.task == "T1" and row.duty.role == "lead"}

    assert "finish" in owed("区商务局", date(2025, 4, 30)) and owed("区商务局", date(2025, 5, 1)) == set()
    assert "finish" in owed("区工信局", date(2025, 4, 30))
    office.advance(session, "T1", "recall", GXJ, date(2025, 4, 10))
    assert owed("区商务局", date(2025, 4, 11)) == set()
    assert office.replay(session).tasks == 2
