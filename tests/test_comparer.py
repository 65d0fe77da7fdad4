"""Two points in time side by side: planned, reported and verified; the first limit and the last; two boards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Office, Unknown
from supervise.intake.breakdown import Breakdown, Draft
from supervise.rules.moved import told
from tests.histories import FOLDER
from tests.servers import in_memory

OFFICE, GXJ = Actor("张督查", "督查室", frozenset({"office"})), Actor("王某", "区工信局")
JUNE, DECEMBER = date(2025, 6, 30), date(2025, 12, 31)


@pytest.fixture
def office() -> Office:
    """An office in the new year."""
    return Office(FOLDER, today=lambda: date(2026, 1, 6))


@pytest.fixture
def session(office: Office) -> Iterator[Session]:
    """A task with a plan of 40 % by June, put off by a month; another placed in July."""
    engine = in_memory()
    tasks = [Draft(code="T1", text="修路", lead=("区工信局",)), Draft(code="T2", text="架桥", lead=("区商务局",))]
    with sessionmaker(engine).begin() as session:

        def do(day: date, by: Actor, action: str, **data: str) -> None:
            office.advance(session, "T1", action, by, day, **data)

        due = date(2025, 11, 28)
        office.assign(session, Breakdown(due=due, tasks=tuple(tasks[:1])), OFFICE, date(2025, 3, 3))
        do(date(2025, 3, 5), GXJ, "plan", milestones="2025-06-30 过半 40%;2025-11-28 建成", contact="略")
        do(date(2025, 3, 6), OFFICE, "start")
        do(date(2025, 6, 20), GXJ, "report", summary="略", progress="50", evidence="a.pdf")
        do(date(2025, 6, 24), OFFICE, "rework", reason="不实")
        do(date(2025, 6, 26), GXJ, "report", summary="略", progress="30", evidence="a.pdf")
        do(date(2025, 7, 2), OFFICE, "verify", opinion="属实")
        do(date(2025, 7, 2), OFFICE, "resume")
        do(date(2025, 11, 3), GXJ, "ask", reason="雨季", until="2025-12-26")
        do(date(2025, 11, 4), OFFICE, "extend", until="2025-12-26")
        do(date(2025, 12, 20), GXJ, "report", summary="略", progress="90", evidence="a.pdf")
        office.assign(session, Breakdown(due=DECEMBER, tasks=tuple(tasks[1:])), OFFICE, date(2025, 7, 8))
        yield session


def test_a_task_stands_beside_its_own_plan_at_both_points(office: Office, session: Session) -> None:
    """In June 40 were planned, 30 reported, nothing verified yet; in December 100, 90 and the 30 of June."""
    first, second = office.contrast(session, (JUNE, DECEMBER))
    then, now = first.points
    assert then is not None and now is not None
    assert (then.planned, then.reported, then.verified) == (Decimal("40.0"), Decimal(30), None)
    assert (now.planned, now.reported, now.verified) == (Decimal("100.0"), Decimal(90), Decimal(30))
    assert (first.first.due, then.due, now.due) == (date(2025, 11, 28), date(2025, 11, 28), date(2025, 12, 26))
    assert (second.task.code, second.points[0]) == ("T2", None)


def test_only_what_a_unit_leads(office: Office, session: Session) -> None:
    """By any of its names."""
    assert [one.task.code for one in office.contrast(session, (JUNE, DECEMBER), "工信局")] == ["T1"]


def test_two_periods_of_a_board_say_who_moved_and_by_which_line(office: Office, session: Session) -> None:
    """As published where they are, else as they come out now."""
    office.publish(session, office.board(session, "red-black", "2025Q2"), OFFICE)
    bodies, moved = office.moved_between(session, "red-black", ("2025Q2", "2025Q4"))
    assert [body.get("number") for body in bodies] == ["2025Q2-red-black-1", None]
    assert any(told(one).startswith("区工信局") for one in moved)
    with pytest.raises(Unknown):
        office.moved_between(session, "red-blac", ("2025Q2", "2025Q4"))


def test_a_board_says_how_a_unit_moved_since_the_one_before(office: Office, session: Session) -> None:
    """Last place and total, and the lines that moved it most; nothing before a first board is published."""
    first = office.board(session, "red-black", "2025Q2")
    assert all("movement" not in row for row in first["standings"])
    office.publish(session, first, OFFICE)
    was, now = (
        office.why(body, "区工信局")["standing"] for body in (first, office.board(session, "red-black", "2025Q4"))
    )
    moved = now["movement"]
    assert (moved["period"], moved["rank"], moved["total"]) == ("2025Q2", was["rank"], was["score"]["total"])
    assert Decimal(moved["change"]) == Decimal(now["score"]["total"]) - Decimal(was["score"]["total"])
    assert 0 < len(moved["by"]) <= 3
