"""Nobody excuses himself; what was excused is counted per unit and period, with the ground and who granted it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Refused
from supervise.intake.breakdown import Breakdown, Draft
from supervise.papers import exports
from supervise.records import Mark
from supervise.rules.marking import may_enter
from supervise.rules.scheme import MarkKind
from tests.acting import OFFICE, OPENED, PLAN, Office, an_office
from tests.rules.schemes import boards, example, mark, rows
from tests.test_exports import sheets
from tests.workflows.builders import actor

GXJ, SWJ = "区工信局", "区商务局"
WAIVED = date(2025, 7, 2)


@pytest.fixture
def lived(engine: Engine) -> Iterator[tuple[Office, Session]]:
    """A task of two units with a report waived and its clock stopped, and a task that the office leads itself."""
    office = an_office()
    with sessionmaker(engine).begin() as session:
        drafts = (
            Draft(code="T1", text="新增规上企业40家", lead=(GXJ,), co=(SWJ,)),
            Draft(code="T2", text="自办", lead=(OFFICE.unit,)),
        )
        office.assign(session, Breakdown(due=date(2025, 12, 31), tasks=drafts), OFFICE, OPENED)
        office.advance(session, "T1", "plan", actor(GXJ), date(2025, 3, 3), **PLAN)
        office.advance(session, "T1", "start", OFFICE, date(2025, 3, 5))
        office.advance(
            session, "T1", "suspend", OFFICE, date(2025, 4, 1), ground="法定程序用时", until=date(2025, 4, 21)
        )
        office.advance(session, "T1", "waive", OFFICE, WAIVED, duty="progress", reason="全力抢险")
        yield office, session


def test_the_totals_are_those_of_a_count_by_hand(lived: tuple[Office, Session]) -> None:
    """A stopped clock frees both parties for its days, a waived report only who owed it; the period bounds both."""
    office, session = lived
    body = office.exemptions(session, "2025", cut=Cut(date(2025, 7, 31)))
    assert {row["unit"]: (row["waived"], row["paused"], row["days"]) for row in body["totals"]} == {
        GXJ: (1, 1, 20),
        SWJ: (0, 1, 20),
    }
    told = [(row["unit"], row["kind"], row["about"], row["ground"], row["by"], row["ref"]) for row in body["rows"]]
    assert (GXJ, "waived", "半年进展", "全力抢险", "区政府督查室", "T1#5") in told
    second = office.exemptions(session, "2025Q2", GXJ, Cut(date(2025, 7, 31)))
    assert [row["kind"] for row in second["rows"]] == ["paused"]
    assert office.exemptions(session, "2025Q3", GXJ, Cut(date(2025, 7, 1)))["rows"] == []


def test_the_workbook_says_what_the_report_says(lived: tuple[Office, Session]) -> None:
    """Totals first, then every exemption with its ground."""
    office, session = lived
    body = office.exemptions(session, "2025", cut=Cut(date(2025, 7, 31)))
    read = sheets(exports.exemptions(body))
    assert list(read) == ["免责统计", "逐条", "口径"]
    cells = {cell for row in read["逐条"] for cell in row}
    assert {"全力抢险", "法定程序用时", "T1#5", GXJ} <= cells


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("waive", {"duty": "plan", "reason": "不可抗力"}),
        ("suspend", {"ground": "法定程序用时", "until": date(2025, 4, 1)}),
        ("excuse", {"duty": "plan", "reason": "不可抗力", "until": date(2025, 4, 1)}),
    ],
)
def test_a_unit_does_not_excuse_itself(lived: tuple[Office, Session], action: str, data: dict[str, object]) -> None:
    """The office that leads a task may neither waive its duties, nor stop its clock, nor accept its own reasons."""
    office, session = lived
    with pytest.raises(Refused) as error:
        office.advance(session, "T2", action, OFFICE, date(2025, 3, 3), **data)
    assert [problem.code for problem in error.value.problems] == ["A23"]
    assert "自己办" in str(error.value)


def test_a_unit_grants_itself_no_more_time(lived: tuple[Office, Session]) -> None:
    """The office that leads a task may ask, and refuse itself, but not put the limit off; for others it may."""
    office, session = lived
    asked = {"reason": "汛期", "until": date(2026, 1, 31)}
    office.advance(session, "T2", "ask", OFFICE, date(2025, 3, 3), **asked)
    other = replace(OFFICE, id="另一人")
    with pytest.raises(Refused) as error:
        office.advance(session, "T2", "extend", other, date(2025, 3, 4), until=asked["until"])
    assert [problem.code for problem in error.value.problems] == ["A23"]
    office.advance(session, "T2", "refuse", other, date(2025, 3, 4), reason="不变")
    office.advance(session, "T1", "ask", actor(GXJ), date(2025, 7, 3), **asked)
    assert office.advance(session, "T1", "extend", OFFICE, date(2025, 7, 4), until=asked["until"]).due == asked["until"]


def test_a_mark_that_exempts_is_entered_by_others() -> None:
    """Whoever may enter it, the unit it is about may not; of other kinds it may."""
    own = Mark(GXJ, "f", WAIVED, Decimal(1))
    by = Actor("某", GXJ, frozenset({"office"}))
    assert may_enter(MarkKind(label="不可抗力", by=("office",)), own, by)
    assert not may_enter(MarkKind(label="不可抗力", by=("office",), exempts=True), own, by)
    assert may_enter(MarkKind(label="不可抗力", by=("office",), exempts=True), own, OFFICE)


def test_whom_an_exception_keeps_off_a_list_is_told_apart() -> None:
    """Among the last and below the target, off the list by force majeure alone; the others are not spared."""
    done, kinds = {"甲": 90, "乙": 99, "丙": 101}, ("progress", "start", "service")
    marks = [mark(unit, kind, min(n, 100)) for unit, n in done.items() for kind in kinds]
    marks += [mark(unit, "completion", n) for unit, n in done.items()]
    text, groups = example("two-boards"), dict.fromkeys(done, "B")
    found = rows(boards(text, groups, [*marks, mark("甲", "force_majeure")], "2025Q2")["push"])
    assert {unit: (row.list, row.spared) for unit, row in found.items()} == {
        "甲": ("", ("black",)), "乙": ("black", ()), "丙": ("red", ()),
    }  # fmt: skip
