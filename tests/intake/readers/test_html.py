"""Web pages, and tables saved as web pages under other names."""

from __future__ import annotations

import pytest

from supervise.intake import read, readers
from supervise.intake.readers.transcript import BREAK
from tests.intake.readers.making import HEAD, ROWS, TITLE, html_table, page


def lines(body: str, charset: str = "utf-8", declared: str = "") -> list[str]:
    """The lines of a page."""
    return readers.read(page(body, charset, declared), "a.html").text.split("\n")


@pytest.mark.parametrize(
    ("charset", "declared"),
    [("utf-8", "utf-8"), ("gb18030", "gb2312"), ("gbk", "gb2312"), ("utf-8", "gb2312"), ("gb18030", "utf-8"),
     ("big5", "big5"), ("utf-16", "utf-8")],
)  # fmt: skip
def test_a_page_is_read_whatever_it_declares(charset: str, declared: str) -> None:
    """The bytes decide; a wrong declaration loses no character."""
    words = "區政府辦公室關於重點工作" if charset == "big5" else "镕堃喆区政府办公室关于重点工作㎡的通知"
    assert lines(f"<p>{words}</p>", charset, declared) == [words]


def test_blocks_are_lines_and_words_within_stay_together() -> None:
    """Nested spans are one sentence, a break of the source is none, a br is one; scripts and hidden parts are not."""
    body = """<div><h1>2025年<span>重点<b>工作</b></span></h1><script>var a="一、";</script><p>一、做强
        工业</p><p style="display: none">广告</p><div>1.新增<font>12</font>户。<br>(牵头单位:区工信局)</div></div>"""
    assert lines(body) == ["2025年重点工作", "一、做强工业", "1.新增12户。", "(牵头单位:区工信局)"]


def test_ordered_lists_have_their_numbers() -> None:
    """Start, value, type and style are what a browser shows."""
    body = """<ol start="3"><li>甲</li><li value="7">乙</li><li>丙</li></ol><ol type="I"><li>丁</li></ol>
        <ol style="list-style-type: cjk-ideographic"><li>戊</li><li>己</li></ol><ul><li>庚</li></ul>
        <ol reversed><li>辛</li><li>壬</li></ol><ol style="list-style:none"><li>1.癸</li></ol>"""
    assert lines(body) == ["3.甲", "7.乙", "8.丙", "I.丁", "一、戊", "二、己", "庚", "2.辛", "1.壬", "1.癸"]


def test_a_list_within_a_list_is_told_from_it() -> None:
    """A browser sets inner lists in; here a bracket says so, the number is the same."""
    body = "<ol><li>工业<ol><li>企业</li><li>技改</li></ol></li><li>农业</li></ol>"
    assert lines(body) == ["1.工业", "(1)企业", "(2)技改", "2.农业"]


def test_cells_over_rows_and_columns_are_carried() -> None:
    """rowspan and colspan lay the table out as a browser does."""
    body = f"""<table><caption>{TITLE}</caption><thead><tr><th rowspan=2>序号<th rowspan=2>类别<th rowspan=2>工作任务
        <th colspan=2>责任单位<th rowspan=2>完成时限</tr><tr><th>牵头<th>配合</tr></thead><tbody>
        <tr><td>1<td rowspan=2>交通<td>修路。<td>区交通局<td><p>区财政局</p><p>柳汀镇</p><td>年底前</tr>
        <tr><td>2<td>通车。<td>区交通局<td>&nbsp;<td>6月底前</tr></tbody></table>"""
    assert lines(body) == [
        TITLE,
        "序号\t类别\t工作任务\t牵头\t配合\t完成时限",
        f"1\t交通\t修路。\t区交通局\t区财政局{BREAK}柳汀镇\t年底前",
        "2\t交通\t通车。\t区交通局\t\t6月底前",
    ]


def test_a_page_laid_out_in_tables_is_read_as_a_page() -> None:
    """The table that frames the page is no table; the one of tasks within is."""
    body = f"<table><tr><td>首页</td><td><p>{TITLE}</p>{html_table([HEAD, *ROWS])}</td></tr></table>"
    made = readers.read(page(body), "a.html")
    assert made.text.split("\n")[:3] == ["首页", TITLE, "\t".join(HEAD)]
    assert [i.text for i in read(made).items] == [row[2] for row in ROWS]
    assert str(made.place(made.text.index("区自然资源局"))) == "表1第4行第5栏"


def test_a_table_saved_as_a_page_under_the_name_of_a_workbook() -> None:
    """What an office system exports as .xls and is a web page in GBK is read all the same."""
    made = readers.read(html_table([HEAD, *ROWS]).encode("gbk"), "导出.xls")
    assert made.kind == "html" and len(read(made).items) == 3


def test_what_is_struck_out_is_not_read_and_told() -> None:
    """Words deleted in a revision, or struck out by hand, are no part of the page."""
    made = readers.read(page("<p><del>2.旧任务。</del><ins>2.新任务。</ins></p><p>3.<s>旧</s>新。</p>"), "a.html")
    assert (made.text, [note.code for note in made.notes]) == ("2.新任务。\n3.新。", ["K11"])


def test_measures_on_rows_of_their_own_below_one_problem_are_one_task() -> None:
    """Where number, problem and units reach over several rows, these rows are the measures of one task."""
    body = """<table><tr><td>序号</td><td>存在问题</td><td>整改措施</td><td>责任单位</td></tr>
    <tr><td rowspan=2>1</td><td rowspan=2>部分企业欠薪</td><td>开展排查30户。</td><td rowspan=2>县人社局</td></tr>
    <tr><td>建立预警机制。</td></tr>
    <tr><td>2</td><td>分配率低</td><td>加快分配。</td><td>县住建局</td></tr></table>"""
    notice = read(readers.read(page(body), "a.html"))
    assert [item.text for item in notice.items] == [
        "部分企业欠薪\t开展排查30户。\n建立预警机制。",
        "分配率低\t加快分配。",
    ]
    assert not notice.problems


def test_one_head_over_two_columns_heads_both() -> None:
    """Where 工作任务 stands over two columns, a class and what is to be done, both are words of the task."""
    page = (
        "<table><tr><th>序号</th><th colspan=2>工作任务</th><th>牵头单位</th></tr>"
        "<tr><td>1</td><td rowspan=2>隐患治理</td><td>排查隐患200处</td><td>区应急局</td></tr>"
        "<tr><td>2</td><td>关停企业15家</td><td>区经信局</td></tr></table>"
    )
    items = read(readers.read(page.encode(), "表.html")).items
    assert [item.text.split() for item in items] == [["隐患治理", "排查隐患200处"], ["隐患治理", "关停企业15家"]]
