"""PDF with a text layer: what the page broke is put together, what belongs to the page is left out."""

from __future__ import annotations

import io

import pytest

from supervise.errors import Invalid
from supervise.intake import read, readers
from tests.intake.readers.making import HEAD, ROWS, TITLE, Print

LONG = (
    "支持企业更新设备、改造产线，全年实施技术改造项目35个，建成市级以上智能车间6个，"
    "累计完成技改投资20亿元，带动上下游协同改造。"
)


def test_wrapped_lines_are_one_paragraph() -> None:
    """A sentence wrapped at the margin, and one that goes on on the next page, is one line; others stay apart."""
    sheet = Print()
    sheet.line(TITLE, 120)
    sheet.paragraph("一、做强工业")
    for number in range(1, 19):
        sheet.paragraph(f"{number}.{LONG}（牵头单位：区工信局；配合单位：区发改局、区财政局）")
    sheet.line("青禾区人民政府办公室", 300)
    sheet.line("2025年2月18日", 320)
    made = readers.read(sheet.bytes(), "通知.pdf")
    lines = made.text.split("\n")
    assert lines[:3] == [TITLE, "一、做强工业", f"1.{LONG}（牵头单位：区工信局；配合单位：区发改局、区财政局）"]
    assert len(lines) == 22 and lines[-2:] == ["青禾区人民政府办公室", "2025年2月18日"]
    assert len(read(made).items) == 18
    assert {place.page for place in made.places} == {1, 2}


def test_a_heading_below_a_title_as_long_as_the_lines_is_none_of_it() -> None:
    """Where no line is longer than the title, 一、 still begins a line; behind 统 it is the rest of a word."""
    for title, rest, apart in (("青禾区整改任务清单", "一、做强工业", True), ("青禾区整改标准不统", "一、规范", False)):
        sheet = Print()
        sheet.paragraph(title)
        sheet.paragraph(rest)
        assert (readers.read(sheet.bytes(), "通知.pdf").text.split("\n")[:2] == [title, rest]) is apart


def test_page_heads_and_feet_are_left_out_and_told() -> None:
    """What every page repeats, and its number, stands in no sentence; a clerk is told what was left out."""
    sheet = Print(header="青禾区人民政府办公室文件", foot="第%d页")
    for number in range(1, 25):
        sheet.paragraph(f"{number}.{LONG}（牵头单位：区工信局）")
    made = readers.read(sheet.bytes(), "通知.pdf")
    assert "文件" not in made.text and "页" not in made.text
    assert [note.code for note in made.notes] == ["K12"]
    assert "青禾区人民政府办公室文件" in made.notes[0].text and "第1页" in made.notes[0].text
    notice = read(made)
    assert [item.text for item in notice.items] == [LONG] * 24
    assert notice.problems[0].code == "K12"


def test_a_ruled_table_is_read_cell_by_cell() -> None:
    """Words wrapped in a cell are joined, units below each other stay apart, the task after the table is text."""
    sheet = Print()
    sheet.line(TITLE, 120)
    rows = [list(row) for row in (HEAD, *ROWS)]
    rows[1][4] = "区财政局\n柳汀镇"
    sheet.table(rows, (4, 4, 13, 6, 8, 8))
    sheet.paragraph("联系人另行通知。")
    made = readers.read(sheet.bytes(), "表.pdf")
    assert made.text.split("\n")[1].split("\t") == list(HEAD)
    assert [(i.text, [p.name for p in i.parties.members]) for i in read(made).items] == [
        (ROWS[0][2], ["区交通局", "区财政局", "柳汀镇"]),
        (ROWS[1][2], ["区交通局"]),
        (ROWS[2][2], ["区教体局", "区住建局", "区自然资源局"]),
    ]
    place = made.place(made.text.index("柳汀镇"))
    assert (place.page, place.table, place.row, place.column) == (1, 1, 2, 5)


def test_a_table_goes_on_over_the_end_of_a_page() -> None:
    """The head printed again is left out, and the rows of both pages are one table."""
    sheet = Print()
    rows = [HEAD, *ROWS, HEAD, *(("4", *row[1:]) if i == 0 else (str(4 + i), *row[1:]) for i, row in enumerate(ROWS))]
    sheet.table(rows, (4, 4, 13, 6, 8, 8), turn_before=4)
    made = readers.read(sheet.bytes(), "表.pdf")
    assert made.text.count("工作任务") == 1
    assert [item.number for item in read(made).items] == [1, 2, 3, 4, 5, 6]


def test_a_row_cut_by_the_end_of_a_page_is_made_whole() -> None:
    """A task whose words go on on the next page is one task."""
    sheet = Print()
    rows = [HEAD, ROWS[0], ("2", "交通", "优化公交线路6条，并同步更新站牌，", "区交通局", "", "年底前"),
            ("", "", "开通夜班车。", "", "", ""), ("3", *ROWS[2][1:])]  # fmt: skip
    sheet.table(rows, (4, 4, 13, 6, 8, 8), turn_before=3)
    items = read(readers.read(sheet.bytes(), "表.pdf")).items
    assert [item.text for item in items] == [ROWS[0][2], "优化公交线路6条，并同步更新站牌，开通夜班车。", ROWS[2][2]]


def test_a_scan_is_refused_by_name() -> None:
    """A page without words is a picture; what to do is said."""
    sheet = Print(foot="")
    with pytest.raises(Invalid) as refused:
        readers.read(sheet.bytes(), "扫描.pdf")
    problem = refused.value.problems[0]
    assert (problem.code, problem.file) == ("K05", "扫描.pdf") and "扫描件" in problem.text and problem.help


def test_a_pdf_with_a_password_is_refused_by_name() -> None:
    """What cannot be opened without a password says so."""
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    encryption = pytest.importorskip("reportlab.lib.pdfencrypt")
    buffer = io.BytesIO()
    made = canvas.Canvas(buffer, encrypt=encryption.StandardEncryption("secret", canPrint=0))
    made.drawString(100, 100, "x")
    made.save()
    with pytest.raises(Invalid) as refused:
        readers.read(buffer.getvalue(), "密.pdf")
    assert [p.code for p in refused.value.problems] == ["K03"]


def test_rows_of_a_table_without_rules_are_no_wrapped_lines() -> None:
    """A head that reaches the right margin does not run into the first row."""
    page = Print(foot="")
    rows = (
        ("序号", "任务内容", "责任单位", "完成时限"),
        ("1", "整治小巷6条", "城管办", "2025年6月底"),
        ("2", "新增场地3处", "文化站", "2025年9月底"),
    )
    for row in rows:
        for x, words in zip((0, 50, 220, 330), row, strict=True):
            page.canvas.drawString(page.LEFT + x, page.y, words)
        page.y -= 20
    notice = read(readers.read(page.bytes(), "a.pdf"))
    assert [(i.no, i.text, i.parties.full("lead")) for i in notice.items] == [
        ("1", "整治小巷6条", ("城管办",)), ("2", "新增场地3处", ("文化站",)),
    ]  # fmt: skip


def test_a_name_wrapped_behind_a_place_is_one_name() -> None:
    """区住房城乡 ends as a place does and fills its cell: what goes on below it names no second unit."""
    sheet = Print()
    sheet.table(
        [("序号", "任务", "责任单位"), ("1", "改造小区46个", "区住房城乡建设局"), ("2", "修路", "乙镇\n丙镇")],
        [4, 8, 5],
    )
    made = readers.read(sheet.bytes(), "a.pdf")
    assert [item.parties.pick("lead") for item in read(made).items] == [("区住房城乡建设局",), ("乙镇", "丙镇")]
