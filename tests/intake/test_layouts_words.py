"""Ways of writing who does it, which number a task has and when to report, beyond those of the samples."""

from __future__ import annotations

import pytest

from supervise.intake import Notice, read


def table(notice: Notice) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Number, lead and co of every task."""
    return [(i.no, i.parties.full("lead"), i.parties.full("co")) for i in notice.items]


def parties(clause: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Lead, co and leaders of a task with this clause, in a notice of an invented county."""
    text = f"杉川县2023年重点任务\n1.修路。{clause}\n2.修桥。(牵头单位:县交通局;配合单位:县住建局)"
    named = read(text).items[0].parties
    return named.full("lead"), named.full("co"), named.leaders


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("(县发改局,各乡镇按职责分工负责)", (("县发改局", "各乡镇"), (), ())),
        ("(县发改局牵头,县财政局配合,12月底前完成)", (("县发改局",), ("县财政局",), ())),
        ("(常务副县长张三牵头,县发改局负责)", (("县发改局",), (), ("常务副县长张三",))),
        ("\n——责任领导:副县长 李 明;责任单位:县发改局", (("县发改局",), (), ("副县长 李明",))),
        ("\n牵头负责领导:金海同志。\n牵头责任单位:县发改局。\n协同责任单位:无。", (("县发改局",), (), ("金海",))),
        ("\n牵头单位:\n县发改局\n配合单位:\n县财政局", (("县发改局",), ("县财政局",), ())),
        ("\n牵头单位:县发改局\n配合单位:县财政局、\n县水利局", (("县发改局",), ("县财政局", "县水利局"), ())),
        ("(牵头单位:县发改局会同县统计局)", (("县发改局", "县统计局"), (), ())),
        ("(牵头单位:县发改局;配合单位:县财政局和各乡镇)", (("县发改局",), ("县财政局", "各乡镇"), ())),
        ("(牵头单位:县发展和改革局;配合单位:各乡、镇人民政府)", (("县发展和改革局",), ("各乡、镇人民政府",), ())),
        ("(责任单位:县发改局、各乡镇(列第一位的为牵头单位,下同))", (("县发改局",), ("各乡镇",), ())),
        ("(牵头单位:县发改局(责任人:李明);配合单位:县财政局)", (("县发改局",), ("县财政局",), ("李明",))),
        ("(牵头单位:县发改局;配合单位:国网杉川供电公司)", (("县发改局",), ("国网杉川供电公司",), ())),
        ("(牵头单位:县发改局;配合单位:县直各行政执法部门)", (("县发改局",), ("县直各行政执法部门",), ())),
    ],
)  # fmt: skip
def test_who_does_it_is_read_however_it_is_said(
    clause: str, expected: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
) -> None:
    """Verbs, labels, persons, joining words and lists that go on below are read as a clerk reads them."""
    assert parties(clause) == expected


def test_a_clause_may_stand_before_the_text() -> None:
    """A bracket right behind the number holds the parties; the text follows it."""
    notice = read("2024年清单\n1.【牵头单位:县发改局 配合单位:县统计局】新增项目8个。\n2.【牵头单位:县妇联】关爱儿童。")
    assert table(notice) == [("1", ("县发改局",), ("县统计局",)), ("2", ("县妇联",), ())]
    assert [i.text for i in notice.items] == ["新增项目8个。", "关爱儿童。"]


def test_headings_hand_down_units_and_leaders() -> None:
    """Units in a heading answer for its entries, which is certain; its leader joins the units an entry names."""
    notice = read(
        "2023年任务\n一、招商(责任领导:李四)\n1.引资。(责任单位:县商务局)\n2.办会。(责任单位:县工信局)\n"
        "二、交通(责任领导:王五)\n3.修路。(责任单位:县交通局)"
    )
    assert [i.parties.leaders for i in notice.items] == [("李四",), ("李四",), ("王五",)]
    notice = read("2023年任务分解\n一、县发改局(2项)\n1.新增项目5个。\n2.推进改革。\n二、县财政局\n1.收入增长6%。")
    assert [row[1] for row in table(notice)] == [("县发改局",), ("县发改局",), ("县财政局",)]
    assert not notice.problems


def test_numbers_are_read_in_many_ways() -> None:
    """Roman parts, 第1项, ★ before a number and 1.1 below 1 are numbers too."""
    notice = read(
        "任务\nⅠ 产业\n第1项 引资。\n责任单位:县商务局\n★第2项 办会。\n"
        "责任单位:县工信局\nⅡ 民生\n第3项 建校。\n责任单位:县教育局"
    )
    assert [(i.no, i.section) for i in notice.items] == [("1", ("Ⅰ",)), ("2", ("Ⅰ",)), ("3", ("Ⅱ",))]
    notice = read(
        "任务\n1.道路\n1.1修路20公里。(责任单位:县交通局)\n1.2修桥。(责任单位:县交通局)\n"
        "2.教育\n2.1建学校。(责任单位:县教育局)"
    )
    assert [(i.no, i.text) for i in notice.items] == [
        ("1.1", "修路20公里。"),
        ("1.2", "修桥。"),
        ("2.1", "建学校。"),
    ]


def test_paragraphs_without_numbers_are_counted_below_their_heading() -> None:
    """Where every paragraph has its clause, the paragraphs are the tasks, and no number is missed."""
    notice = read(
        "2022年分工\n一、工业(分管领导:何国)\n产业规模突破90亿元。引进企业3家。\n牵头单位:县工信局\n责任单位:县发改局\n"
        "新增专精特新企业10户。\n牵头单位:县工信局\n二、交通\n"
        "修路20公里。\n牵头单位:县交通局\n修桥3座。\n牵头单位:县交通局"
    )
    assert [(i.no, i.parties.leaders) for i in notice.items] == [
        ("一.1", ("何国",)), ("一.2", ("何国",)), ("二.1", ()), ("二.2", ()),
    ]  # fmt: skip
    assert notice.items[0].text == "产业规模突破90亿元。引进企业3家。"
    assert not notice.problems


def test_a_sentence_that_belongs_to_no_task_is_reported() -> None:
    """What stands between two tasks and fits neither is not dropped in silence."""
    notice = read("任务\n1.修路。\n责任单位:县交通局\n此段文字不知归属何处。\n2.修桥。\n责任单位:县交通局")
    assert [(p.code, p.line) for p in notice.problems] == [("I10", 4)]


def test_an_entry_that_speaks_of_a_filing_is_no_foot_of_a_page() -> None:
    """What bears a number is an entry, though websites print words like its own below their pages."""
    text = "杉川县2023年重点任务\n1.修路。(牵头单位:县交通局)\n2.完成网站ICP备案。(牵头单位:县政府办)\n"
    text += "3.修桥。(牵头单位:县交通局)"
    assert [item.no for item in read(text).items] == ["1", "2", "3"]


def test_links_behind_the_list_are_no_tasks() -> None:
    """What a website prints behind 抄送 stays outside, numbered or not; a list behind 此件公开发布 is read."""
    text = "关于分工的通知\n各乡镇:\n请落实。\n县政府办\n2023年2月1日\n(此件公开发布)\n任务\n"
    text += "1.修路。(责任单位:县交通局)\n2.修桥。(责任单位:县交通局)"
    assert [i.no for i in read(text + "\n抄送:县委办公室。\n1.关于印发规则的通知\n2.关于放假的通知").items] == [
        "1",
        "2",
    ]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("请各责任单位于次月5日前报送上月进展。", [("all", "month", "5", 1, ())]),
        ("各牵头单位于每季度结束后10日内将办理情况报送县政府督查室。", [("lead", "quarter", "10", 1, ())]),
        ("牵头单位要在每个季度第1个月20日前,将进展情况报县政府督查室。", [("lead", "quarter", "20", 1, ())]),
        ("各单位要在每季度最后一个月的20日前报送进展情况。", [("all", "quarter", "20", 0, ())]),
        ("各责任单位每半月报送一次进展情况。", [("all", "half-month", "last", 0, ())]),
        ("各单位按月报送进展情况。", [("all", "month", "last", 0, ())]),
        ("各单位于每月5日、20日前报送进展情况。", [("all", "month", "5", 0, ()), ("all", "month", "20", 0, ())]),
        ("各牵头单位于7月5日、次年1月5日前将情况报县政府办。", [("lead", "", "", 0, ("07-05", "01-05"))]),
        ("各牵头单位于每年6月底、11月底前报送落实情况。", [("lead", "", "", 0, ("06-30", "11-30"))]),
        ("各部门要在每季度末(分别在6月、9月和12月底),将进展报县督查组。", [("all", "quarter", "last", 0, ())]),
        ("请于每月25日前将进展情况报县政府督查室。", [("all", "month", "25", 0, ())]),
        ("各单位要明确1名联络员,于2月20日前报县政府督查室;每月20日前上报进展。", [("all", "month", "20", 0, ())]),
        ("各牵头单位要于3月10日前将实施方案报县政府督查室。", []),
        ("县政府督查室每季度将督查情况报县政府。", []),
    ],
)  # fmt: skip
def test_when_to_report_is_read_however_it_is_said(
    sentence: str, expected: list[tuple[str, str, str, int, tuple[str, ...]]]
) -> None:
    """Periods, days behind a period and days of the year; a plan or a name sent once is no report of progress."""
    text = f"杉川县关于印发2023年任务的通知\n各乡镇:\n{sentence}\n杉川县政府办\n2023年2月1日\n附件\n任务\n"
    text += "1.修路。(牵头单位:县交通局;配合单位:县财政局)\n2.修桥。(牵头单位:县交通局)"
    assert [(r.who, r.every, r.day, r.offset_months, r.dates) for r in read(text).reporting] == expected


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2023.12", "2023-12-31"), ("9.30前", "2023-09-30"), ("2023年1月—10月", "2023-10-31"),
        ("2023年度", "2023-12-31"),
        ("3月启动,11月底完成", "2023-11-30"), ("明年6月底", "2024-06-30"), ("长期坚持", ""), ("三季度末", "2023-09-30"),
    ],
)  # fmt: skip
def test_a_field_of_a_limit_ends_with_its_last_day(printed: str, day: str) -> None:
    """Where a field names several stages, the last one is the limit; words without a day set none."""
    text = f"2023年任务\n1.修路。\n牵头单位:县交通局\n完成时限:{printed}\n2.修桥。\n牵头单位:县交通局"
    limit = read(text).items[0].deadline
    assert (limit.date.isoformat() if limit and limit.date else "") == day


@pytest.mark.parametrize(("printed", "told"), [("资金新增2.5亿元专项债券", True), ("资金、新增2.5亿元专项债券", False)])
def test_a_sum_that_is_new_of_two_things_is_reported(printed: str, told: bool) -> None:
    """Where the mark between two kinds of money is lost, a clerk is asked."""
    found = read(f"1.用好上级补助{printed},加快补齐短板。(牵头单位:县水务局)\n2.修渠。(牵头单位:县水务局)\n")
    assert any(p.task == "1" and "读不通" in p.text for p in found.problems) is told
