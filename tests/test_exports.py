"""Workbooks say what the results say: read back, cell by cell."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import sessionmaker

from supervise import Actor, Cut, Office
from supervise.intake.breakdown import Breakdown, Doubt, Draft
from supervise.papers.exports import workbook
from supervise.papers.worksheet import breakdown
from tests.servers import in_memory

calamine = pytest.importorskip("python_calamine")
OFFICE = Actor("张督查", "督查室", frozenset({"office"}))
TASKS = tuple(
    Draft(code=f"T{n}", text=f"第{n}件事", lead=("区工信局",), co=("区商务局",), due=date(2025, 12, 31 - n))
    for n in (1, 2, 3)
)


def sheets(raw: bytes) -> dict[str, list[list[Any]]]:
    """Sheet name → rows."""
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.fixture(scope="module")
def bodies() -> dict[str, dict[str, Any]]:
    """A board and an assessment of three tasks on which nothing was done."""
    engine = in_memory()
    office = Office(today=lambda: date(2026, 2, 1))
    with sessionmaker(engine).begin() as session:
        office.assign(session, Breakdown(tasks=TASKS), OFFICE, date(2025, 3, 3))
        board = office.board(session, "red-black", "2025Q2", Cut(date(2025, 7, 14)))
        office.publish(session, board, OFFICE)
        return {"board": board, "assessment": office.assess(session, "annual", "2025")}


@pytest.mark.parametrize("kind", ["board", "assessment"])
def test_the_lines_of_a_workbook_add_up_to_the_score_beside_the_unit(bodies: dict[str, Any], kind: str) -> None:
    """In the file an assessment office receives, every unit's lines sum to its score."""
    read = sheets(workbook(bodies[kind]))
    places = next(rows for name, rows in read.items() if name in ("红黑榜", "年度考核"))
    unit, score = places[2].index("单位"), places[2].index("得分")
    for row in places[3:]:
        lines = [line for line in read["得分明细"][3:] if line[0] == row[unit] and line[3] != ""]
        assert sum(Decimal(str(line[3])) for line in lines) == Decimal(str(row[score]))


def test_a_sheet_is_headed_as_an_office_heads_it(bodies: dict[str, Any]) -> None:
    """The title with its period, below it the cut and who published it when under which number."""
    said = bodies["board"] | {"number": "2025Q2-red-black-1", "published_by": "张督查", "published_at": "2025-07-15T"}
    top = next(iter(sheets(workbook(said)).values()))[:2]
    assert top[0][0] == "2025年第二季度重点工作红黑榜"
    assert top[1][0].split() == [
        "考核期:2025年第二季度", "截至:2025-07-14", "公布:张督查", "日期:2025-07-15", "编号:2025Q2-red-black-1",
    ]  # fmt: skip


def test_a_workbook_names_its_cut_and_its_law(bodies: dict[str, Any]) -> None:
    """The last sheet says as of which day, by which rules, and whether it was published."""
    basis = dict(row[:2] for row in sheets(workbook(bodies["board"]))["口径"][1:])
    assert basis["截至"] == "2025-07-14" and basis["编号"] == "未公布"
    assert basis["依据"].startswith(("red-black@1", "key-work@2"))


def test_a_breakdown_as_a_workbook_keeps_every_task_and_doubt() -> None:
    """Tasks and what is still to be looked at stand on sheets of their own; text is never taken for a formula."""
    made = Breakdown(
        tasks=(Draft(code="T1", text="=1+1", lead=("区工信局",)),),
        problems=(Doubt(code="I01", task="T2", text="没有牵头单位"),),
    )
    read = sheets(breakdown(made))
    assert read["任务分解"][1][:5] == ["T1", "", "=1+1", "", "区工信局"]
    assert read["待核"][1] == ["I01", "T2", "", "", "没有牵头单位"]
