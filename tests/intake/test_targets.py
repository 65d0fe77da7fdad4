"""Numeric goals and limits in the words of a task."""

from __future__ import annotations

import pytest

from supervise.intake import read

Goal = tuple[str, str, str, str]


def goals(words: str) -> list[Goal]:
    item = read(f"2023年任务\n1.{words}(牵头单位:县发改局)").items[0]
    return [(t.comparator, t.value, t.unit, t.change) for t in item.targets]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("新增企业12户以上、合作社5家。", [(">=", "12", "户", "increase"), ("=", "5", "家", "increase")]),
        ("新增企业12户,总数达到200家。", [("=", "12", "户", "increase"), (">=", "200", "家", "")]),
        ("投资增长8%,引进外资不少于1亿美元。", [("=", "8", "%", "increase"), (">=", "1", "亿美元", "")]),
        ("引进投资超20亿元的项目2个、10亿元以上项目5个。", [("=", "2", "个", ""), ("=", "5", "个", "")]),
        ("能耗下降3%,失业率控制在4.5%以下。", [("=", "3", "%", "decrease"), ("<=", "4.5", "%", "")]),
        ("产值突破600亿元,盘活土地1000余亩。", [(">", "600", "亿元", ""), (">=", "1000", "亩", "")]),
        ("零就业家庭动态保持为零。", [("=", "0", "", "")]),
        ("抓好2.0版平台、5G应用和第3个园区,用好12345热线。", []),
        ("推进xx所学校建设。", []),
        ("收购小麦二千三百吨,安排资金两千万元。", [("=", "2300", "吨", ""), ("=", "2000", "万元", "")]),
        ("新建幼儿园三所、改扩建小学两所,每村一个。", [("=", "3", "所", ""), ("=", "2", "所", "")]),
        ("合格率百分之九十八以上。", [(">=", "98", "%", "")]),
        ("绿地率由36%提升至38.5%。", [(">=", "38.5", "%", "")]),
        ("去年新增30家,今年新增不少于35家。", [(">=", "35", "家", "increase")]),
        ("在2022年完成120公里基础上,再新建80公里。", [("=", "80", "公里", "increase")]),
        ("截至目前,已完成投资12亿元,年内再完成8亿元。", [("=", "8", "亿元", "increase")]),
        ("解决供水问题(涉及8乡镇46村2.3万人)。", []),
        ("18项指标中有6项进入前列,排名前10名。", [("=", "6", "项", "")]),
        ("新建100亩以上基地3个,杜绝死亡3人以上事故。", [("=", "3", "个", "")]),
        ("巡河率分别达到95%、98%和100%。", [(">=", "95", "%", ""), (">=", "98", "%", ""), (">=", "100", "%", "")]),
        ("旅游收入突破50亿元大关,产值迈上800亿元新台阶。", [(">", "50", "亿元", ""), (">=", "800", "亿元", "")]),
        ("水利用系数不低于0.58,节约用地1,200亩。", [(">=", "0.58", "", ""), ("=", "1200", "亩", "")]),
        (
            "带动就业1.5万至2万人,重污染天数减少2天。",
            [(">=", "1.5", "万人", ""), ("<=", "2", "万人", ""), ("=", "2", "天", "decrease")],
        ),
    ],
)
def test_numbers_are_read_with_their_sense(words: str, expected: list[Goal]) -> None:
    """Sign, value, unit and direction follow the words around a number; names and masked numbers are no goals."""
    assert goals(words) == expected


def test_damaged_digits_are_reported_not_stored() -> None:
    """A size behind 等 has lost the count before it; it is no goal, and a clerk is asked."""
    notice = read("2023年任务\n1.推进东街、北街等840万㎡小区改造。(牵头单位:县住建局)")
    assert notice.items[0].targets == ()
    assert [p.code for p in notice.problems] == ["I10"]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("年底前完成。", "2023-12-31"),
        ("确保6月底前开工。", "2023-06-30"),
        ("2024年3月15日前建成。", "2024-03-15"),
        ("三季度末前完工。", "2023-09-30"),
        ("改造1980年前的农房。", ""),
        ("完成全年目标任务。", ""),
    ],
)
def test_limits_in_running_text(words: str, day: str) -> None:
    """Words that limit give a day; words that only date something give none."""
    limit = read(f"2023年任务\n1.{words}(牵头单位:县发改局)").items[0].deadline
    assert (limit.date.isoformat() if limit else "") == day
