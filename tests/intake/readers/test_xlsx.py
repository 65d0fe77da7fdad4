"""Workbooks: what the sheet shows, not what it stores."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from supervise.intake import read, readers
from supervise.intake.readers.transcript import BREAK, Place
from supervise.intake.readers.xlsx import shown
from tests.intake.readers.making import HEAD, ROWS, TITLE, plain_sheet, workbook


def test_a_sheet_with_title_merged_cells_and_two_heads() -> None:
    """Title, chapters across the table, merged classes and a head of two rows are read as a clerk sees them."""

    def fill(book: Any, sheet: Any) -> None:
        sheet.merge_range("A1:F1", TITLE)
        for column, label in ((0, "序号"), (1, "类别"), (2, "工作任务"), (5, "完成时限")):
            sheet.merge_range(1, column, 2, column, label)
        sheet.merge_range("D2:E2", "责任单位")
        sheet.write_row("D3", ("牵头单位", "配合单位"))
        sheet.merge_range("A4:F4", "一、基础设施")
        sheet.merge_range("B5:B6", "交通")
        for i, row in enumerate(ROWS[:2]):
            sheet.write_number(4 + i, 0, i + 1)
            sheet.write_row(4 + i, 2, row[2:5])
        sheet.write_datetime("F5", datetime(2025, 10, 1), book.add_format({"num_format": 'yyyy"年"m"月"'}))
        sheet.write_datetime("F6", datetime(2025, 6, 30), book.add_format({"num_format": 14}))
        sheet.write_string("D5", "区交通局\n区发改局")

    made = readers.read(workbook(fill), "任务.xlsx")
    assert made.text.split("\n") == [
        TITLE,
        "序号\t类别\t工作任务\t牵头单位\t配合单位\t完成时限",
        "一、基础设施",
        f"1\t交通\t新建改建农村公路32公里。\t区交通局{BREAK}区发改局\t区财政局、柳汀镇\t2025年10月",
        "2\t交通\t优化公交线路6条。\t区交通局\t\t2025年6月30日",
    ]
    assert made.place(made.text.index("柳汀镇")) == Place(sheet="任务表", row=5, column=5)
    assert str(made.place(made.text.index("柳汀镇"))) == "任务表!E5"
    notice = read(made)
    assert [(i.number, i.deadline.date if i.deadline else None) for i in notice.items] == [
        (1, date(2025, 10, 31)), (2, date(2025, 6, 30)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "form", "words"),
    [
        (1.0, "", "1"), (2.5, "", "2.5"), (0.1 + 0.2, "", "0.3"), (0.985, "0.0%", "98.5%"), (1.2, "0%", "120%"),
        (45838, "yyyy年m月d日", "2025年6月30日"), (45838.0, "m月d日", "6月30日"), (True, "", "是"),
        (date(2025, 6, 1), "mmm-yy", "2025年6月"), (date(2025, 6, 1), "", "2025年6月1日"),
        (datetime(2025, 6, 1, 8), "yyyy/m/d h:mm", "2025年6月1日"),
        ("年底前", "0%", "年底前"), (1200, "#,##0", "1200"), (12, '0"个"', "12"), (3e20, "", "3e+20"),
    ],
)  # fmt: skip
def test_a_value_is_read_as_it_is_shown(value: Any, form: str, words: str) -> None:
    """Percentages, whole numbers, days and months say what the sheet says; a month gets no day it does not show."""
    assert shown(value, form) == words


def test_days_of_old_macs_are_four_years_later() -> None:
    """A workbook whose days begin in 1904 says so, and is believed."""
    assert shown(44376, "yyyy年m月d日", since_1904=True) == "2025年6月30日"


def test_every_sheet_that_is_shown_is_read() -> None:
    """Sheets come in their order; a hidden one is left out, and that is told."""

    def fill(book: Any, sheet: Any) -> None:
        for place in (sheet, book.add_worksheet("第二批"), book.add_worksheet("底稿")):
            for i, row in enumerate((HEAD, ROWS[0])):
                place.write_row(i, 0, row)
        book.worksheets()[2].hide()

    made = readers.read(workbook(fill), "a.xlsx")
    assert [str(place) for place in made.places] == ["任务表!1", "任务表!2", "第二批!1", "第二批!2"]
    assert [(n.code, "底稿" in n.text) for n in made.notes] == [("K11", True)]


def test_empty_rows_and_columns_are_no_part_of_a_table() -> None:
    """A table that begins in C5, with formatted but empty cells far below, is read as the table it is."""

    def fill(book: Any, sheet: Any) -> None:
        for i, row in enumerate((HEAD, *ROWS)):
            sheet.write_row(4 + i, 2, row)
        sheet.write_blank(900_000, 900, None, book.add_format({"bold": True}))

    made = readers.read(workbook(fill), "a.xlsx")
    assert made.text.split("\n")[0] == "\t".join(HEAD)
    assert str(made.place(0)) == "任务表!C5"
    assert len(read(made).items) == 3


def test_a_form_is_read_as_labels_and_values() -> None:
    """A sheet that holds one matter, its labels beside its values, is no table of tasks."""
    rows = [["督办事项", "修建农村公路32公里。", "", ""], ["责任单位", "区交通局", "完成时限", "2025年10月底前"]]

    def fill(book: Any, sheet: Any) -> None:
        sheet.write(0, 0, rows[0][0])
        sheet.merge_range("B1:D1", rows[0][1])
        sheet.write_row(1, 0, rows[1])

    made = readers.read(workbook(fill), "a.xlsx")
    assert made.text.split("\n") == ["督办事项:修建农村公路32公里。", "责任单位:区交通局", "完成时限:2025年10月底前"]
    assert str(made.place(made.text.index("区交通局"))) == "任务表!B2"


@pytest.mark.parametrize("head", [("牵头单位", "任务", "责任单位", "时限"), ("任务", "责任单位", "时限", "牵头领导")])
def test_a_table_of_one_task_is_no_form(head: tuple[str, ...]) -> None:
    """Labels beside labels head a table, also where only one row follows."""
    values = {"牵头单位": "区发改局", "任务": "修路。", "责任单位": "区交通局", "时限": "年底前", "牵头领导": "张三"}
    made = readers.read(plain_sheet([head, [values[label] for label in head]]), "a.xlsx")
    assert made.text.split("\n")[0] == "\t".join(head)


def test_a_sheet_of_words_alone_is_a_list_of_lines() -> None:
    """One column of sentences is read as the notice it is."""
    made = readers.read(plain_sheet([["一、工业"], ["1.新增企业12户。(牵头单位:区工信局)"]]), "a.xlsx")
    assert made.text == "一、工业\n1.新增企业12户。(牵头单位:区工信局)"


def test_hidden_rows_and_columns_are_left_out_and_told() -> None:
    """A sheet is read as it is shown: a merged cell over a hidden row holds for the rows that are left."""

    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ("序号", "类别", "工作任务", "底稿", "牵头单位"))
        sheet.merge_range("B2:B4", "交通")
        for i, words in enumerate(("修路5公里。", "修桥1座。", "修渠2条。"), start=1):
            sheet.write_number(i, 0, i)
            sheet.write_row(i, 2, (words, "勿外传", "区交通局"))
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column("D:D", None, None, {"hidden": True})

    made = readers.read(workbook(fill), "a.xlsx")
    assert made.text.split("\n") == [
        "序号\t类别\t工作任务\t牵头单位", "1\t交通\t修路5公里。\t区交通局", "3\t交通\t修渠2条。\t区交通局",
    ]  # fmt: skip
    assert [note.text for note in made.notes] == ["工作表“任务表”的D 列、第 3 行是隐藏的,没有读"]


def test_the_class_of_one_sheet_is_none_of_the_next() -> None:
    """A table without classes that follows one with classes has none."""

    def fill(book: Any, sheet: Any) -> None:
        for i, row in enumerate((HEAD, *ROWS)):
            sheet.write_row(i, 0, row)
        other = book.add_worksheet("民生实事")
        for i, row in enumerate((("序号", "实事项目", "牵头单位"), ("1", "增加停车位2000个。", "区城管局"))):
            other.write_row(i, 0, row)

    notice = read(readers.read(workbook(fill), "a.xlsx"))
    assert [item.path for item in notice.items] == [("交通",), ("交通",), ("教育",), ()]


def test_a_sheet_with_a_title_of_its_own_is_a_list_of_its_own() -> None:
    """Its tasks stand in no chapter of the sheet before, and its numbers double none of that sheet's."""

    def fill(book: Any, sheet: Any) -> None:
        sheet.write(0, 0, "产业类任务")
        sheet.write_row(1, 0, ("序号", "工作任务", "责任单位"))
        sheet.merge_range("A3:C3", "一、招商引资")
        sheet.write_row(3, 0, ("1", "签约项目6个", "区商务局"))
        other = book.add_worksheet("民生类")
        for i, row in enumerate((("民生类任务",), ("序号", "工作任务", "责任单位"), ("1", "招聘会20场", "区人社局"))):
            other.write_row(i, 0, row)

    notice = read(readers.read(workbook(fill), "a.xlsx"))
    assert [(item.path, item.part) for item in notice.items] == [(("招商引资",), 0), ((), 1)]
    assert not notice.problems


def test_measures_with_limits_of_their_own_share_the_number_of_their_problem() -> None:
    """Rows under one number are tasks of their own where their limits differ, numbered below it, and are no twins."""

    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ("序号", "反馈问题", "整改措施", "责任单位", "整改时限"))
        sheet.write_row(1, 0, ("", "", "建立跟踪机制", "", "2025年6月底"))
        sheet.write_row(2, 0, ("", "", "评估86个项目", "", "2025年8月底"))
        for column, words in ((0, "1"), (1, "项目落地率不高"), (3, "区商务局")):
            sheet.merge_range(1, column, 2, column, words)
        sheet.write_row(3, 0, ("2", "资产闲置", "清查资产", "区财政局", "长期坚持"))

    notice = read(readers.read(workbook(fill), "任务.xlsx"))
    assert [(i.no, i.deadline and i.deadline.date, i.parties.pick("lead")) for i in notice.items] == [
        ("1.1", date(2025, 6, 30), ("区商务局",)), ("1.2", date(2025, 8, 31), ("区商务局",)),
        ("2", None, ("区财政局",)),
    ]  # fmt: skip
    assert not notice.problems


def test_a_row_of_sums_is_no_task() -> None:
    """What stands behind 合计 is no task."""
    rows = [HEAD, ROWS[0], ("小计", "", "", "32", "", ""), *ROWS[1:], ("合计", "", "3项", "", "", "")]
    notice = read(readers.read(plain_sheet(rows), "任务.xlsx"))
    assert [item.no for item in notice.items] == ["1", "2", "3"]
    assert not notice.problems


def test_a_sheet_named_after_a_unit_is_that_units() -> None:
    """Where no column names anybody, the unit a sheet is named after answers for its rows; elsewhere it does not."""

    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ("序号", "工作任务", "责任单位"))
        sheet.write_row(1, 0, ("1", "修路5公里。", "区交通局"))
        for name, rows in (
            ("02 区教体局(1项)", (("序号", "工作任务", "完成时限"), ("1", "新增学位900个。", "8月底前"))),
            ("区民政局", (("序号", "工作任务", "牵头单位"), ("1", "新建食堂5个。", "柳汀镇"))),
        ):
            other = book.add_worksheet(name)
            other.write(0, 0, f"2025年{name}任务")
            for i, row in enumerate(rows, start=1):
                other.write_row(i, 0, row)

    made = readers.read(workbook(fill), "a.xlsx")
    assert [item.parties.pick("lead") for item in read(made).items] == [("区交通局",), ("区教体局",), ("柳汀镇",)]
    assert str(made.place(made.text.index("区教体局\n"))) == "02 区教体局(1项)!3"


def test_a_day_whose_format_is_lost_is_a_day() -> None:
    """A bare serial number in the column of limits is the day that workbooks count by it."""
    rows = [("序号", "工作任务", "责任单位", "完工日期"), (1, "修路5公里。", "区交通局", 45961)]
    (item,) = read(readers.read(plain_sheet(rows), "a.xlsx")).items
    assert item.deadline is not None
    assert item.deadline.date == date(2025, 10, 31)


def test_heads_of_three_rows_say_together_what_a_column_holds() -> None:
    """单位 below 牵头 below 责任体系 is the unit that leads; 科室 beside it is a part of that unit, and is not read."""

    def fill(book: Any, sheet: Any) -> None:
        for words, *place in (
            ("序号", 0, 0, 2, 0), ("指标任务", 0, 1, 2, 1), ("责任体系", 0, 2, 0, 5), ("牵头", 1, 2, 1, 3),
            ("配合单位", 1, 4, 2, 4), ("责任科室", 1, 5, 2, 5),
        ):  # fmt: skip
            sheet.merge_range(*place, words)
        sheet.write_row(2, 2, ("领导", "单位"))
        sheet.write_row(3, 0, ("1", "新增企业12户", "李卫", "区工信局", "区统计局", "运行科"))

    (item,) = read(readers.read(workbook(fill), "a.xlsx")).items
    assert (item.parties.pick("lead"), item.parties.pick("co")) == (("区工信局",), ("区统计局",))
    assert item.parties.leaders == ("李卫",)


def test_a_row_that_is_struck_out_is_not_read_and_told() -> None:
    """A line through the cells takes a task off the list, as it does in Word; the clerk is told."""

    def fill(book: Any, sheet: Any) -> None:
        for i, row in enumerate((HEAD, *ROWS)):
            sheet.write_row(i, 0, row, book.add_format({"font_strikeout": True}) if i == 2 else None)

    notice = read(readers.read(workbook(fill), "a.xlsx"))
    assert [item.no for item in notice.items] == ["1", "3"]
    assert notice.problems[0].text == "有划去的文字,没有读"
