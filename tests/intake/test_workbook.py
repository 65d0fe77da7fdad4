"""A breakdown goes out as a workbook, is corrected by hand, and comes back; what is wrong is said cell by cell."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.errors import Invalid
from supervise.intake import Breakdown, Doubt, Draft, Source, check, draft, read, to_yaml
from supervise.intake.aliases import Alias, alike, learned
from supervise.intake.workbook import COLUMNS, DOUBTS, TASKS, UNITS
from supervise.intake.workbook import read as read_workbook
from supervise.papers.worksheet import breakdown as workbook
from supervise.people import Unit, UnitList

calamine = pytest.importorskip("python_calamine")
xlsxwriter = pytest.importorskip("xlsxwriter")

UNITS_OF = UnitList(
    (
        Unit("区发展和改革局", also=("区发改局",), group="bureaus"),
        Unit("区工业和信息化局", group="bureaus"),
        Unit("区农业农村局", group="bureaus"),
        Unit("柳汀镇", group="towns"),
    ),
    sets={"各镇": "towns"},
)
NOTICE = """青禾区2025年重点任务
一、工业
1.新增企业12户,6月底前完成。(牵头单位:区工信局;配合单位:区发改局、各镇)
2.建设粮仓。(牵头单位:区农业局;配合单位:相关镇)
3.办好一件事。
"""
MADE = draft(read(NOTICE), UNITS_OF, "QH", source=NOTICE)


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    """Sheet name → rows."""
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def rewritten(data: bytes, change: Callable[[dict[str, list[list[Any]]]], None]) -> bytes:
    """The workbook as a clerk saves it, with some cells changed."""
    read = sheets(data)
    change(read)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in read.items():
        sheet = book.add_worksheet(name)
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(i, j, value, day)
                elif value != "":
                    sheet.write(i, j, value)
    book.close()
    return buffer.getvalue()


def column(name: str) -> int:
    """Where a field stands."""
    return list(COLUMNS).index(name)


def plain(made: Breakdown) -> str:
    """All of a breakdown but where it was read from, which a workbook says in words."""
    return to_yaml(made)


def test_what_goes_out_comes_back() -> None:
    """Every field, the document and every doubt are the same after the way through a workbook, and after two."""
    once, _ = read_workbook(workbook(MADE, UNITS_OF.units(), check(MADE, UNITS_OF)), "分解.xlsx")
    assert plain(once) == plain(MADE)
    twice, _ = read_workbook(workbook(once), "分解.xlsx")
    assert twice == once


NAMES = st.sampled_from(
    ["区发展和改革局", "各县、市、区政府", "市工信局(市大数据局)", "各镇(街道)", "A&B公司", "区农业局"]
)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn", "Zl", "Zp"]), min_size=1)
TEXTS = WORDS.map(lambda text: f"督{text}查").map(lambda text: " ".join(text.split()))
LISTS = st.lists(NAMES, max_size=3, unique=True).map(tuple)
DAYS = st.none() | st.dates(date(2020, 1, 1), date(2040, 1, 1))
GOALS = TEXTS.filter(lambda text: not set("<>=~≥≤") & set(text)) | st.just("新增企业 >= 18 家(增量)")
TASKS_OF = st.builds(
    Draft, code=st.uuids().map(str), path=st.lists(TEXTS, max_size=2, unique=True).map(tuple), text=TEXTS, lead=LISTS,
    co=LISTS, leader=st.just(("张三",)), targets=st.lists(GOALS, max_size=2, unique=True).map(tuple), due=DAYS,
    category=st.sampled_from(["", "major"]), lines=st.none() | st.integers(1, 9999),
)  # fmt: skip


@given(st.lists(TASKS_OF, min_size=1, max_size=4), DAYS, TEXTS)
def test_any_breakdown_comes_back(tasks: list[Draft], due: date | None, title: str) -> None:
    """Names with commas in them, brackets, formulas and signs are words; nothing is taken for something else."""
    doubts = (Doubt(code="I01", task=tasks[0].code, lines=3, text="=没有写牵头单位"),)
    made = Breakdown(document=Source(title=title, issued=due), due=due, tasks=tuple(tasks), problems=doubts)
    assert read_workbook(workbook(made), "a.xlsx")[0] == made


def test_a_workbook_shows_doubts_beside_the_task_and_offers_units() -> None:
    """A column says what is doubtful, the cells are noted and coloured, units are chosen from a list."""
    data = workbook(MADE, UNITS_OF.units(), check(MADE, UNITS_OF))
    rows = sheets(data)
    doubts = [row[column("doubts")] for row in rows[TASKS][1:]]
    assert "I14" in doubts[0] and "I03" in doubts[1] and "I18" in doubts[1] and "I01" in doubts[2]
    assert [row[0] for row in rows[UNITS][1:]] == [unit.name for unit in UNITS_OF.units()]
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        comments = archive.read("xl/comments1.xml").decode()
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert 'ref="E4"' in comments and "没有写牵头单位" in comments  # the missing lead of the third task
    assert "dataValidation" in sheet and UNITS in sheet


def test_what_is_printed_on_a4_can_be_read() -> None:
    """Every sheet is as wide as a page laid across, heads on each, the tasks at four fifths of their size, none cut."""
    wordy = Draft(
        code="L1", text="修" * 700, targets=("企业 = 12 户",), lead=("区工业和信息化局",) * 6, path=("一、工业",) * 9
    )
    made = MADE.model_copy(update={"tasks": (*MADE.tasks, wordy)})
    with zipfile.ZipFile(io.BytesIO(workbook(made, UNITS_OF.units()))) as archive:
        pages = [archive.read(f"xl/worksheets/sheet{n}.xml").decode() for n in range(1, 5)]
        names = archive.read("xl/workbook.xml").decode()
    for page in pages:
        assert {'paperSize="9"', 'orientation="landscape"', 'fitToHeight="0"'} <= set(
            re.search("<pageSetup ([^>]*)/>", page)[1].split()  # type: ignore[index]
        )
    assert names.count("_xlnm.Print_Titles") == 5
    shown = [col for col in re.findall("<col [^>]*>", pages[0]) if "hidden" not in col]
    wide = sum(
        float(width) * (int(last) - int(first) + 1)
        for col in shown
        for first, last, width in re.findall(r'min="(\d+)" max="(\d+)" width="([\d.]+)"', col)
    )
    assert wide < 180 + 72 - 44  # beside a text of seven hundred characters, whose column is wider
    heights = {int(row): float(height) for row, height in re.findall(r'<row r="(\d+)"[^>]* ht="([\d.]+)"', pages[0])}
    assert heights[5] < 409 and all(heights[n] < 120 for n in (2, 3, 4))


def test_a_clerk_may_move_columns_add_remarks_and_delete_rows() -> None:
    """Columns are found by their heads; a row taken out is a task taken out, a doubt taken out is settled."""

    def change(read: dict[str, list[list[Any]]]) -> None:
        rows = read[TASKS]
        read[TASKS] = [["备注", *reversed(row)] for row in [rows[0], rows[2], [""] * len(rows[0]), rows[1]]]
        read[DOUBTS] = read[DOUBTS][:2]

    made, _ = read_workbook(rewritten(workbook(MADE), change), "a.xlsx")
    assert [task.code for task in made.tasks] == ["QH-002", "QH-001"]
    assert made.tasks[1] == MADE.tasks[0].model_copy(update={"spans": ()})
    assert len(made.problems) == 1


@pytest.mark.parametrize("written", ["2025-06-30", "2025年6月30日", "2025/6/30", "2025.6.30", date(2025, 6, 30)])
def test_days_may_be_written_as_offices_write_them(written: Any) -> None:
    """A day is a day, as a date of the program or in words."""

    def change(read: dict[str, list[list[Any]]]) -> None:
        read[TASKS][1][column("due")] = written

    made, _ = read_workbook(rewritten(workbook(MADE), change), "a.xlsx")
    assert made.tasks[0].due == date(2025, 6, 30)


def test_units_may_be_written_one_a_line_or_with_commas() -> None:
    """Both are read; a bracket keeps its comma."""

    def change(read: dict[str, list[list[Any]]]) -> None:
        read[TASKS][1][column("lead")] = "区发展和改革局、柳汀镇"
        read[TASKS][1][column("co")] = "各县(市、区)政府\n区农业农村局,"

    task = read_workbook(rewritten(workbook(MADE), change), "a.xlsx")[0].tasks[0]
    assert (task.lead, task.co) == (("区发展和改革局", "柳汀镇"), ("各县(市、区)政府", "区农业农村局"))


def test_everything_wrong_is_said_with_sheet_row_and_column() -> None:
    """A day that is none, a task without words, a row without a code: all of it at once."""

    def change(read: dict[str, list[list[Any]]]) -> None:
        read[TASKS][1][column("due")] = "六月底"
        read[TASKS][1][column("targets")] = "新增企业 >= 许多"
        read[TASKS][2][column("text")] = ""
        read[TASKS][3][column("code")] = ""
        read[TASKS][3][column("due")] = "2025-06-31"

    with pytest.raises(Invalid) as refused:
        read_workbook(rewritten(workbook(MADE), change), "分解.xlsx")
    assert [(p.code, p.file, p.line, p.path) for p in refused.value.problems] == [
        ("K22", "分解.xlsx", 2, "任务分解!H2(办结时限)"),
        ("K22", "分解.xlsx", 2, "任务分解!D2(目标)"),
        ("K22", "分解.xlsx", 3, "任务分解!C3(任务)"),
        ("K22", "分解.xlsx", 4, "任务分解!H4(办结时限)"),
        ("K22", "分解.xlsx", 4, "任务分解!A4(编码)"),
    ]


def test_what_the_directory_says_is_said_at_the_cell() -> None:
    """An unknown unit and a missing lead name their row and column."""
    made, document = read_workbook(workbook(MADE), "分解.xlsx")
    found = check(made, UNITS_OF, document)
    assert [(p.code, p.line, p.path) for p in found] == [
        ("I18", 2, "任务分解!E2(牵头单位)"),
        ("I18", 3, "任务分解!E3(牵头单位)"),
        ("I03", 3, "任务分解!F3(协办单位)"),
        ("I01", 4, "任务分解!E4(牵头单位)"),
    ]


@pytest.mark.parametrize("lost", ["编码", "任务", "牵头单位"])
def test_a_lost_column_is_named(lost: str) -> None:
    """A head that was written over is missed, and the nearest one is asked about."""

    def change(read: dict[str, list[list[Any]]]) -> None:
        head = read[TASKS][0]
        head[head.index(lost)] = lost + "名"

    with pytest.raises(Invalid) as refused:
        read_workbook(rewritten(workbook(MADE), change), "a.xlsx")
    problem = refused.value.problems[0]
    assert problem.code == "K21" and f"“{lost}”" in problem.text and f"是不是“{lost}名”" in problem.text


def test_a_workbook_of_something_else_is_refused() -> None:
    """A workbook that is no breakdown says how one is made."""

    def change(read: dict[str, list[list[Any]]]) -> None:
        read["别的"] = read.pop(TASKS)

    with pytest.raises(Invalid) as refused:
        read_workbook(rewritten(workbook(MADE), change), "a.xlsx")
    assert refused.value.problems[0].code == "K21" and "intake" in refused.value.problems[0].help


def corrected(*changes: tuple[int, str, str]) -> tuple[Alias, ...]:
    """What a workbook teaches in which these cells were changed: row, field, words."""

    def change(read: dict[str, list[list[Any]]]) -> None:
        for row, field, words in changes:
            read[TASKS][row][column(field)] = words

    made, document = read_workbook(rewritten(workbook(MADE), change), "a.xlsx")
    return learned(document.drafted, made, UNITS_OF)


def test_a_corrected_name_is_learned() -> None:
    """A name the directory lacks, written right, is known from then on; a name it has teaches nothing."""
    assert corrected() == ()
    assert corrected((1, "lead", "区工业和信息化局"), (2, "lead", "区农业农村局"), (1, "co", "柳汀镇\n各镇")) == (
        Alias("区工信局", "区工业和信息化局"),
        Alias("区农业局", "区农业农村局"),
    )


def test_a_change_of_mind_is_not_learned() -> None:
    """Another unit, a unit moved to the other role, a collective name made concrete: none of them is a spelling."""
    assert corrected((1, "lead", "柳汀镇")) == ()
    assert corrected((2, "lead", "区工业和信息化局")) == ()
    assert corrected((1, "lead", "区农业农村局"), (1, "co", "区工信局\n区发展和改革局")) == ()
    assert corrected((2, "co", "柳汀镇")) == ()


def test_corrections_that_disagree_teach_nothing() -> None:
    """A name that was written as two different units is left to the clerk."""
    drafted = {"a": {"lead": ("区工信局",)}, "b": {"lead": ("区工信局",)}}
    other = UnitList((Unit("区工业和信息化局"), Unit("区工信服务局")))
    tasks = (Draft(code="a", text="x", lead=("区工业和信息化局",)), Draft(code="b", text="x", lead=("区工信服务局",)))
    assert learned(drafted, Breakdown(tasks=tasks[:1]), other) == (Alias("区工信局", "区工业和信息化局"),)
    assert learned(drafted, Breakdown(tasks=tasks), other) == ()


@pytest.mark.parametrize(
    ("name", "unit", "same"),
    [
        ("区发改委", "区发展和改革局", True), ("区人力资源和社会保障局", "区人社局", True),
        ("区农业局", "区林业局", False), ("区政府办", "区政府办公室", False), ("区卫计委", "区卫生健康委员会", False),
    ],
)  # fmt: skip
def test_an_abbreviation_is_told_from_another_unit(name: str, unit: str, same: bool) -> None:
    """Most of what tells a name from others must stand in the unit's; what could be any office tells nothing."""
    assert alike(name, unit) is same
