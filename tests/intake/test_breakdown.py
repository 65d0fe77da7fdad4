"""From a notice to what the office assigns, by way of a file a clerk corrects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise import reading
from supervise.errors import Invalid
from supervise.intake import (
    Breakdown,
    Draft,
    Source,
    as_gold,
    check,
    draft,
    draft_units,
    expand,
    from_yaml,
    read,
    to_yaml,
)
from supervise.people import Unit, UnitList

NOTICE = """云岭县人民政府办公室关于印发2023年重点任务的通知
各乡镇人民政府:
现将任务印发给你们。

云岭县人民政府办公室
2023年2月16日
2023年重点任务
一、工业
1.新增企业12户。(牵头单位:县工信局;配合单位:发改局、各乡镇)
2.推进园区扩容。(牵头单位:县发改局;配合单位:县政府各部门、相关乡镇)
3.年底前办好一件事。
"""
DIRECTORY = UnitList(
    (
        Unit("云岭县工业和信息化局", also=("县工信局",), group="bureaus"),
        Unit("县发改局", group="bureaus"),
        Unit("云溪镇", group="towns"),
        Unit("青石镇", group="towns"),
    ),
    sets={"各乡镇": "towns", "县政府各部门": "bureaus"},
)


def test_names_become_those_of_the_directory() -> None:
    """A known name is written as the directory writes it; collective names stay until they are expanded."""
    tasks = draft(read(NOTICE), DIRECTORY, "YL2023").tasks
    assert [task.code for task in tasks] == ["YL2023-001", "YL2023-002", "YL2023-003"]
    assert (tasks[0].lead, tasks[0].co) == (("云岭县工业和信息化局",), ("县发改局", "各乡镇"))


def test_limits_come_from_the_task_or_the_year() -> None:
    """A printed limit is the task's; the others are due when the year ends."""
    found = draft(read(NOTICE), None, "YL")
    assert found.due == date(2023, 12, 31)
    assert [task.due for task in found.tasks] == [None, None, date(2023, 12, 31)]


def test_codes_name_the_chapter_where_numbers_restart() -> None:
    """Chapter and number make a code that names one task."""
    text = "2023年任务\n一、甲\n1.办第一件事。\n2.办第二件事。\n二、乙\n1.办第三件事。"
    assert [task.code for task in draft(read(text), None, "X").tasks] == ["X-01.01", "X-01.02", "X-02.01"]


def test_doubled_and_lost_numbers_still_have_codes_of_their_own() -> None:
    """No code is given twice."""
    text = (
        "任务\n1.甲。(牵头单位:县发改局)\n2.乙。(牵头单位:县发改局)\n2.丙。(牵头单位:县发改局)\n丁。(牵头单位:县发改局)"
    )
    codes = [task.code for task in draft(read(text), None, "X").tasks]
    assert len(set(codes)) == len(codes) == 4


def test_expanding_replaces_groups_by_units_and_never_names_a_lead_twice() -> None:
    """Groups become units in the directory's order; a lead is not also its own co."""
    tasks = expand(draft(read(NOTICE), DIRECTORY), DIRECTORY)
    assert tasks[0].co == ("县发改局", "云溪镇", "青石镇")
    assert tasks[1].co == ("云岭县工业和信息化局", "相关乡镇")


def test_what_keeps_it_from_being_assigned_is_said_at_its_line() -> None:
    """No lead, unknown unit, vague group, doubled code and a limit in the past are found together."""
    text = to_yaml(draft(read(NOTICE), DIRECTORY, "YL"))
    text = (
        text.replace("县发改局", "县发展局", 1)
        .replace("YL-003", "YL-002", 1)
        .replace("due: '2023-12-31'\n  lead", "lead", 1)
    )
    document = reading.parse(text, "b.yaml")
    problems = check(from_yaml(text, "b.yaml"), DIRECTORY, document)
    assert {p.code for p in problems} == {"I01", "I03", "I15", "I18"}
    lines = text.split("\n")
    unknown = next(p for p in problems if p.code == "I18")
    assert unknown.line is not None and "县发展局" in lines[unknown.line - 1]
    assert "县发改局" in unknown.text


def test_a_limit_before_the_issue_and_a_day_that_does_not_exist_are_refused() -> None:
    """A date is checked against the calendar when read, against the day of issue when checked."""
    early = Breakdown(
        document=Source(issued=date(2023, 2, 16)),
        tasks=(Draft(code="A", text="办事", lead=("县发改局",), due=date(2023, 1, 1)),),
    )
    assert [p.code for p in check(early, DIRECTORY)] == ["I16"]
    with pytest.raises(Invalid, match="没有这个日期"):
        from_yaml("tasks:\n  - {code: A, text: 办事, lead: [县发改局], due: 2023-02-30}\n", "b.yaml")


def test_an_empty_breakdown_assigns_nothing() -> None:
    """A file without tasks is a mistake, not an order to do nothing."""
    assert [p.code for p in check(Breakdown(), None)] == ["I11"]


def test_a_drafted_directory_lets_the_breakdown_pass() -> None:
    """Units drafted from a notice know every name in it; what has no members becomes a placeholder, said to be one."""
    notice = read(NOTICE)
    data = reading.parse(draft_units(notice)).data
    names = {unit["name"]: unit["group"] for unit in data["units"]}
    assert names == {"县工信局": "bureaus", "县发改局": "bureaus", "各乡镇": "collective", "相关乡镇": "collective"}
    assert data["sets"] == {"县政府各部门": "group bureaus"}
    units = UnitList(
        tuple(Unit(u["name"], also=tuple(u.get("also", ())), group=u["group"]) for u in data["units"]),
        {name: meaning.removeprefix("group ") for name, meaning in data["sets"].items()},
    )
    assert [p.code for p in check(draft(notice, units), units)] == ["I01"]


def test_samples_go_out_and_come_back(seed: Callable[[str], str]) -> None:
    """Every sample's breakdown is the same after it was written and read."""
    for name in ("000", "001", "002", "003", "004"):
        made = draft(read(seed(name), name), None, "S")
        assert from_yaml(to_yaml(made), "b.yaml") == made
        assert len({task.code for task in made.tasks}) == len(made.tasks)


def test_json_says_what_is_doubtful() -> None:
    """The JSON carries the problems with code, line, number and words."""
    assert as_gold(read(NOTICE))["problems"][-1]["task"] == "3"


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn")), min_size=1, max_size=12)


@given(
    st.lists(st.tuples(WORDS, WORDS, st.lists(WORDS, max_size=3), st.dates() | st.none()), max_size=4),
    st.dates() | st.none(),
)
def test_a_breakdown_survives_its_file(
    tasks: list[tuple[str, str, list[str], date | None]], issued: date | None
) -> None:
    """Whatever is written into a breakdown is read from its file again."""
    made = Breakdown(
        document=Source(issued=issued),
        tasks=tuple(Draft(code=c, text=t, lead=tuple(names), due=due) for c, t, names, due in tasks),
    )
    assert from_yaml(to_yaml(made)) == made
