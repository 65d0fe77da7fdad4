"""Tables as they come out of a page: parted by tabs, bars or blanks, or with every cell on its own line."""

from __future__ import annotations

from supervise.intake import Notice, read


def table(notice: Notice) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Number, lead and co of every task."""
    return [(i.no, i.parties.full("lead"), i.parties.full("co")) for i in notice.items]


def limits(notice: Notice) -> list[str]:
    """The printed limits, empty where a task has none."""
    return [i.deadline.date.isoformat() if i.deadline else "" for i in notice.items]


CELLS = """\
杉川县2023年重点任务分解表
序号 |
目标与任务 |
分管县领导 |
牵头责任单位 |
责任单位 |
完成时限 |
一、经济 |
1 |
新增企业10家。 |
龙 涛 |
县工信局 |
县统计局、各乡镇 |
2023年10月 |
2 |
招引项目6个,
到位资金3亿元。 |
马秀英 |
县商务局 |
11月底 |
— 2 —
序号 |
目标与任务 |
分管县领导 |
牵头责任单位 |
责任单位 |
完成时限 |
二、民生 |
3 |
新建学校2所。 |
马秀英 |
县教育局 |
县财政局 |
8月底 |
杉川县人民政府办公室
2023年3月1日
"""


def test_cells_on_lines_of_their_own_are_put_together() -> None:
    """The head says how many cells a row has; an empty cell is worked out from what the others say, and reported."""
    notice = read(CELLS)
    assert table(notice) == [
        ("1", ("县工信局",), ("县统计局", "各乡镇")),
        ("2", ("县商务局",), ()),
        ("3", ("县教育局",), ("县财政局",)),
    ]
    assert [i.parties.leaders for i in notice.items] == [("龙涛",), ("马秀英",), ("马秀英",)]
    assert limits(notice) == ["2023-10-31", "2023-11-30", "2023-08-31"]
    assert [i.section for i in notice.items] == [("一",), ("一",), ("二",)]
    assert [(p.code, p.task) for p in notice.problems] == [("I10", "2")]


def test_columns_parted_by_blanks_are_placed_by_their_words() -> None:
    """Where blanks part the columns, a blank inside the text parts nothing, and a missing cell moves none."""
    text = (
        "杉川县2023年任务\n序号 任务 牵头单位 配合单位 完成时限\n"
        "1 新建公路20公里。 县交通局 县财政局、县住建局 12月底\n"
        "2 修桥 3 座。 县交通局 6月底\n3 建学校。 县教育局 县财政局 9月底"
    )
    notice = read(text)
    assert table(notice) == [
        ("1", ("县交通局",), ("县财政局", "县住建局")),
        ("2", ("县交通局",), ()),
        ("3", ("县教育局",), ("县财政局",)),
    ]
    assert notice.items[1].text == "修桥 3 座。"
    assert limits(notice) == ["2023-12-31", "2023-06-30", "2023-09-30"]


def test_a_class_printed_once_is_the_heading_of_the_rows_below() -> None:
    """The number says which column a row begins with; a short name takes its contents as part of the text."""
    text = (
        "杉川县2024年实事\n类别\t序号\t项目名称\t主要内容\t包联县领导\t牵头单位\t责任单位\n"
        "经济\t1\t招商引资\t引进项目8个。\t副县长马莉\t县商务局\t各乡镇\n"
        "\t2\t园区提升\t新建厂房3万平方米。\t马莉\t县工信局\t无\n"
        "民生\t3\t学位扩容\t新建小学1所。\t县委常委、副县长刘芸\t县教育局\t县财政局"
    )
    notice = read(text)
    assert [i.section for i in notice.items] == [("经济",), ("经济",), ("民生",)]
    assert [i.text for i in notice.items][:2] == ["招商引资\t引进项目8个。", "园区提升\t新建厂房3万平方米。"]
    assert table(notice)[1:] == [("2", ("县工信局",), ()), ("3", ("县教育局",), ("县财政局",))]
    assert notice.items[2].parties.leaders == ("县委常委、副县长刘芸",)
    assert [t.label for t in notice.items[0].targets] == ["引进项目 = 8 个"]


def test_bars_around_a_chapter_and_between_pages_part_nothing() -> None:
    """A row with one cell is a chapter; the rule below the head, the page number and the second head are the page's."""
    head = "| 序号 | 任务 | 牵头市领导 | 牵头单位 | 责任单位 |\n| --- | --- | --- | --- | --- |\n"
    text = (
        f"江北市2023年重点任务清单\n{head}| 一、经济 |||||\n| 1 | 招商引资。 | 王海、马超 | 市商务局 | 各县(市、区) |\n"
        f"— 1 —\n{head}| 二、民生 |||||\n| 2 | 建学校。 | 王海 | 市教育局 | 市财政局 |"
    )
    notice = read(text)
    assert table(notice) == [("1", ("市商务局",), ("各县(市、区)",)), ("2", ("市教育局",), ("市财政局",))]
    assert [i.path for i in notice.items] == [("经济",), ("民生",)]
    assert notice.items[0].parties.leaders == ("王海", "马超")


def test_a_card_for_each_task_is_read_without_its_labels() -> None:
    """任务名称 and 工作目标 are the words of the task; the labels of the card are no part of them."""
    card = "{0}.任务名称:{1}\n工作目标:{2}\n牵头领导:副区长何勇\n承办单位:{3}\n协办单位:{4}\n完成时限:2024年{5}月底前\n"
    rows = [
        (1, "枢纽建设", "建成道路3公里。", "区交通局", "区住建局", 12),
        (2, "产业提质", "新建厂房5万平方米", "区工信局", "各镇", 11),
        (3, "学校扩容", "新增学位900个。", "区教育局", "区财政局", 8),
    ]
    notice = read("临泽区2024年督办事项清单\n" + "".join(card.format(*row) for row in rows))
    assert [i.text.split() for i in notice.items][:2] == [
        ["枢纽建设", "建成道路3公里。"],
        ["产业提质", "新建厂房5万平方米"],
    ]
    assert table(notice)[1] == ("2", ("区工信局",), ("各镇",))
    assert limits(notice) == ["2024-12-31", "2024-11-30", "2024-08-31"]
    assert [t.value for i in notice.items for t in i.targets] == ["3", "5", "900"]


def test_rows_under_no_head_are_read_by_their_contents() -> None:
    """The one column of units answers and the one of limits limits; where two columns hold units, nobody is guessed."""
    row = "{0} | {1} | {2} | 2024年{3}月"
    rows = [(1, "修路20公里", "县交通局", 6), (2, "建校3所", "县教体局", 8), (3, "植树5万株", "县林业局", 4)]
    notice = read("\n".join(row.format(*each) for each in rows))
    assert table(notice) == [("1", ("县交通局",), ()), ("2", ("县教体局",), ()), ("3", ("县林业局",), ())]
    assert limits(notice) == ["2024-06-30", "2024-08-31", "2024-04-30"]
    twice = read("\n".join(f"{row.format(*each)} | 县财政局" for each in rows))
    assert twice.items == () and [problem.code for problem in twice.problems] == ["I11"]
