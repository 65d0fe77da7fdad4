"""Numeric goals: one line each, read back as written, in units that convert or are refused."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.errors import Invalid
from supervise.goals import COMPARATORS, SENSES, Target, convert, distinct, goal, goals, plain
from supervise.intake import breakdown, read
from supervise.intake.breakdown import Breakdown, Draft

names = st.text("新增规上工业企业总数增长率A5G、()“”", max_size=12).map(str.strip)
units = st.sampled_from(["", "家", "%", "万元", "亿元", "个百分点", "万平方米", "㎡", "头(只)", "项"])
numbers = st.decimals(0, 10**9, places=2)


@st.composite
def written(draw: st.DrawFn) -> Target:
    """Any goal that a file can hold."""
    kind, change = draw(st.sampled_from(list(SENSES.values())))
    comparator, value = draw(st.sampled_from(COMPARATORS)), draw(numbers)
    upper = value + draw(numbers) if comparator == "=" and draw(st.booleans()) else None
    baseline = draw(st.none() | numbers)
    return Target(draw(names), comparator, value, draw(units), kind, change, upper, baseline)


@given(written())
def test_a_goal_is_read_back_as_it_was_written(target: Target) -> None:
    """Its line in a file and its JSON on record both give the same goal again."""
    assert goal(str(target)) == target
    record = target.as_json()
    assert json.loads(json.dumps(record)) == record
    assert goals([record]) == (target,)


def test_a_goal_reads_as_an_official_would_write_it() -> None:
    """Sign, number, unit and note, whatever the width of the signs; a milestone needs no number in a mapping."""
    assert goal("总数≥146家\uff08基数 128\uff09") == Target("总数", ">=", Decimal(146), "家", baseline=Decimal(128))
    assert goal("零售额增长 = 6.5 %(增幅)") == Target("零售额增长", "=", Decimal("6.5"), "%", "growth", "increase")
    assert str(goal("失业率 = 4..5.5%")) == "失业率 = 4..5.5 %"
    assert str(goal({"indicator": "大桥通车", "kind": "milestone"})) == "大桥通车 = 1(节点)"
    assert goal({"indicator": "零售额", "value": 7, "unit": "%", "kind": "growth"}) == goal("零售额 = 7 %(增幅)")
    assert goal("实现全覆盖") == "实现全覆盖"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("企业 >= 4O 家", "看不懂目标"),
        ("企业 >= 18 家(翻番)", "看不懂目标"),
        ("  ", "不能是空的"),
        ({"indicator": "企业", "valu": 1}, "没有“valu”这一栏"),
        ({"indicator": "企业", "value": "许多"}, "“许多”不是数"),
        ({"indicator": "企业"}, "不是数"),
        ({"indicator": "企业", "value": "1e30"}, "位数太多"),
        ({"indicator": "企业", "value": 1, "comparator": "~"}, "比较符“~”不对"),
        ({"indicator": "企业", "value": 1, "kind": "rate"}, "类别“rate ”不对"),
        ({"indicator": "企业", "value": 5, "upper": 4}, "前小后大"),
    ],
)
def test_what_looks_like_a_goal_and_is_none_is_refused(value: object, says: str) -> None:
    """A slip in a goal is not taken for words."""
    with pytest.raises(ValueError, match=says.replace("(", r"\(")):
        goal(value)


def test_old_records_keep_their_words() -> None:
    """Targets recorded as plain text replay as that text, even where it looks like a goal."""
    assert goals(["引进项目 = 8 个", "x >= y"]) == ("引进项目 = 8 个", "x >= y")


def test_every_goal_of_a_task_has_a_name_of_its_own() -> None:
    """Goals without a name get one, and a name that comes twice is numbered, whatever stands beside it."""
    same = [goal(line) for line in ("= 1 家", "项目 = 2 个", "项目(2) = 3 个", "项目 = 4 个", "项目 = 5 个")]
    made = distinct([*same, "全覆盖"])
    assert [t.indicator if isinstance(t, Target) else t for t in made] == [
        "目标", "项目", "项目(2)", "项目(3)", "项目(4)", "全覆盖",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "unit", "wanted", "expected"),
    [
        ("5000", "万元", "亿元", "0.5"),
        ("0.5", "亿元", "万元", "5000"),
        ("5000", "万", "亿元", "0.5"),
        ("18", "", "家", "18"),
        ("65", "‰", "%", "6.5"),
        ("2", "百分点", "个百分点", "2"),
        ("120000", "平方米", "万㎡", "12"),
        ("75", "公里", "千米", "75"),
        ("3", "千人次", "万人次", "0.3"),
        ("0", "户", "", "0"),
    ],
)
def test_units_convert_by_ten_thousands_and_per_mille(number: str, unit: str, wanted: str, expected: str) -> None:
    """万, 亿 and ‰ are only ways to write a number; so are ㎡ and 公里."""
    assert plain(convert(Decimal(number), unit, wanted)) == expected


@pytest.mark.parametrize(
    ("unit", "wanted"), [("户", "家"), ("%", "个百分点"), ("%", "家"), ("万", "%"), ("亩", "公顷"), ("元", "美元")]
)
def test_units_that_count_different_things_do_not_convert(unit: str, wanted: str) -> None:
    """A household is no firm, and a percent no percentage point."""
    with pytest.raises(ValueError, match=f"单位应是“{wanted}”"):
        convert(Decimal(1), unit, wanted)


@given(numbers, st.sampled_from(["元", "千元", "万元", "亿元"]), st.sampled_from(["元", "百元", "万元", "亿元"]))
def test_converting_there_and_back_loses_nothing(number: Decimal, one: str, other: str) -> None:
    """No digit is lost between 元 and 亿元."""
    assert convert(convert(number, one, other), other, one) == number


def test_goals_travel_from_the_notice_through_the_file() -> None:
    """A change given as a rate becomes a growth goal, an increment is marked, and the file reads back the same."""
    notice = read("2023年任务\n1.新增企业12户以上,总数达到200户,投资增长8%,能耗下降3%。(牵头单位:县发改局)")
    made = breakdown.draft(notice, None)
    text = breakdown.to_yaml(made)
    for line in ("企业 >= 12 户(增量)", "总数 >= 200 户", "投资增长 = 8 %(增幅)", "能耗下降 = 3 %(降幅)"):
        assert f"  - {line}\n" in text
    assert breakdown.from_yaml(text) == made


def test_a_slip_in_a_goal_of_a_breakdown_is_found_at_its_line() -> None:
    """A clerk's typing error in a goal is said with its line before anything is assigned."""
    made = Breakdown(tasks=(Draft(code="A", text="新增企业", targets=("企业 >= 12 户", "全覆盖")),))
    text = breakdown.to_yaml(made)
    assert breakdown.from_yaml(text) == made
    with pytest.raises(Invalid) as caught:
        breakdown.from_yaml(text.replace(">= 12", ">= 1Z"), "b.yaml")
    (problem,) = caught.value.problems
    assert "看不懂目标" in problem.text
    assert problem.line == text.splitlines().index("  - 企业 >= 12 户") + 1
