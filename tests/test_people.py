"""Units by name, collective names, and reforms: who a name means on a day, and who carries on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.errors import Invalid, Problem
from supervise.people import Unit, UnitList, UnitsFile, names, unit_list
from supervise.reading import parse, validate
from supervise.site.folder import read_folder, shipped

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


@pytest.fixture(scope="module")
def directory() -> UnitList:
    """The shipped directory of the invented district."""
    return read_folder(shipped()).units


def build(text: str) -> UnitList:
    """A directory from a units file."""
    document = parse(text, "units.yaml")
    return unit_list(validate(document, UnitsFile), document)


def wrong(text: str) -> tuple[Problem, ...]:
    """What is wrong with a units file."""
    with pytest.raises(Invalid) as caught:
        build(text)
    return caught.value.problems


@pytest.mark.parametrize("word", ["gxj", "区工信局", "工信局", "区工业和信息化局"])
def test_a_unit_answers_to_all_its_names(directory: UnitList, word: str) -> None:
    """Id, name and other names lead to the one canonical name."""
    unit = directory.unit(word, BEFORE)
    assert unit is not None
    assert unit.name == "区工信局"


@pytest.mark.parametrize("word", ["", "工信", "区工信", "各镇(街道)"])
def test_a_part_of_a_name_is_no_name(directory: UnitList, word: str) -> None:
    """Nothing is guessed: what the directory does not list is nobody."""
    assert directory.unit(word) is None


def test_a_unit_exists_from_its_first_to_its_last_day(directory: UnitList) -> None:
    """The day of a reform belongs to one unit or the other, never to both."""
    old, new = directory.unit("区行政审批局"), directory.unit("区数据局")
    assert old is not None
    assert new is not None
    assert [unit.exists(day) for unit in (old, new) for day in (BEFORE, AFTER, None)] == [
        True, False, True, False, True, True,
    ]  # fmt: skip
    assert directory.unit("区行政审批局", AFTER) is None
    assert "区数据局" not in names(directory.units(BEFORE))
    assert "区行政审批局" not in names(directory.units(AFTER))
    assert len(directory.units()) == len(directory.units(BEFORE)) + 1


def test_a_collective_name_means_those_who_exist(directory: UnitList) -> None:
    """A group is its members on the day asked, in the order of the file; an unknown collective name is none."""
    towns = directory.members("各镇(街道)", BEFORE)
    assert towns is not None
    assert names(towns)[:2] == ("柳汀镇", "石桐镇")
    assert len(towns) == 8
    bureaus = [names(directory.members("区直各部门", day) or ()) for day in (BEFORE, AFTER)]
    assert [("区行政审批局" in b, "区数据局" in b) for b in bureaus] == [(True, False), (False, True)]
    assert directory.members("相关镇(街道)") is None
    assert directory.members("区工信局") is None


def test_a_set_may_list_its_members() -> None:
    """A list of any names gives the units, those that no longer exist left out."""
    made = build(
        "units:\n- {id: a, name: 甲局, also: [甲]}\n- {name: 乙局, until: 2025-06-30}\nsets:\n  两局: [甲, 乙局]\n"
    )
    assert names(made.members("两局", BEFORE) or ()) == ("甲局", "乙局")
    assert names(made.members("两局", AFTER) or ()) == ("甲局",)


REFORMS = """
units:
- {id: a, name: 甲局, until: 2020-12-31, becomes: b}
- {id: b, name: 乙局, since: 2021-01-01, until: 2022-12-31, becomes: c}
- {id: c, name: 丙局, since: 2023-01-01}
- {id: d, name: 丁局, until: 2020-12-31}
"""


@pytest.mark.parametrize(
    ("name", "day", "heir"),
    [
        ("甲局", "2020-06-01", "甲局"),
        ("甲局", "2021-01-01", "乙局"),
        ("a", "2022-12-31", "乙局"),
        ("甲局", "2023-01-01", "丙局"),
        ("乙局", "2023-06-01", "丙局"),
        ("丙局", "2023-06-01", "丙局"),
        ("丁局", "2023-06-01", "丁局"),  # nobody took over
        ("某公司", "2023-06-01", "某公司"),  # nobody knows it
    ],
)
def test_duties_pass_through_two_reforms(name: str, day: str, heir: str) -> None:
    """Whoever exists on the day carries what the old unit owed; where nobody took over, the name stands."""
    assert build(REFORMS).heir(name, date.fromisoformat(day)) == heir


def test_a_circle_of_reforms_does_not_hang() -> None:
    """Units said to have become each other end the search."""
    a = Unit("甲局", "a", until=BEFORE, becomes="b")
    b = Unit("乙局", "b", until=BEFORE, becomes="a")
    assert UnitList((a, b)).heir("甲局", AFTER) in {"甲局", "乙局"}
    assert UnitList((Unit("丙局", "c", until=BEFORE, becomes="c"),)).heir("丙局", AFTER) == "丙局"
    assert UnitList((Unit("丁局", "d", until=BEFORE, becomes="nobody"),)).heir("丁局", AFTER) == "丁局"


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from(["", "u0", "u1", "u2", "u3", "nobody"])), min_size=1, max_size=4)
)
def test_an_heir_is_always_found(links: list[tuple[bool, str]]) -> None:
    """Whatever the reforms, each unit has one heir, itself if it exists."""
    units = tuple(
        Unit(f"单位{i}", f"u{i}", until=BEFORE if ended else None, becomes=to) for i, (ended, to) in enumerate(links)
    )
    directory = UnitList(units)
    for unit in units:
        heir = directory.heir(unit.name, AFTER)
        assert heir in names(units)
        assert heir == unit.name or not unit.exists(AFTER)


@pytest.mark.parametrize(
    "text",
    [
        "units:\n- {name: 甲局}\n- {name: 乙局}\n- {name: 甲局}\n",
        "units:\n- {name: 甲局}\n- {name: 乙局}\n- {name: 丙局, also: [甲局]}\n",
        "units:\n- {name: 甲局, id: x}\n- {name: 乙局}\n- {name: 丙局, id: x}\n",
        "units:\n- {name: 甲局, until: 2025-06-30}\n- {name: 乙局}\n- {name: 甲局, since: 2025-06-30}\n",
    ],
)
def test_two_units_of_one_name_at_one_time_are_refused(text: str) -> None:
    """A word that means two units on one day is named with both, at the line of the second (U01)."""
    (problem,) = wrong(text)
    assert (problem.code, problem.line) == ("U01", 4)
    assert "分不清是谁" in problem.text


def test_a_name_may_pass_to_another_unit() -> None:
    """One name after the other is no clash; the day says which is meant."""
    made = build("units:\n- {id: a, name: 甲局, until: 2025-06-30}\n- {id: b, name: 甲局, since: 2025-07-01}\n")
    assert [unit.id for day in (BEFORE, AFTER) if (unit := made.unit("甲局", day))] == ["a", "b"]


def test_an_unknown_successor_is_answered_with_the_nearest() -> None:
    """``becomes`` must name a unit of the file (U02)."""
    (problem,) = wrong("units:\n- {id: data, name: 数据局}\n- {id: a, name: 甲局, until: 2025-06-30, becomes: date}\n")
    assert (problem.code, problem.line) == ("U02", 3)
    assert problem.text == "没有“date”这个单位,是不是 data?"


@pytest.mark.parametrize(
    ("meaning", "said"),
    [
        ("group town", "是不是 towns?"),
        ("towns", "应写作 group 分组名"),
        ("[甲镇, 乙镇]", "没有“乙镇”这个单位,是不是 甲镇?"),
    ],
)
def test_a_set_of_nobody_is_refused(meaning: str, said: str) -> None:
    """A collective name must stand for a group or for units of the file (U03)."""
    (problem,) = wrong(f"units:\n- {{name: 甲镇, group: towns}}\nsets:\n  各镇: {meaning}\n")
    assert (problem.code, problem.line, problem.path) == ("U03", 4, "sets.各镇")
    assert said in problem.text


def test_a_set_of_another_kind_is_one_problem() -> None:
    """Where a group or a list may stand, both are named in one problem at the place itself."""
    (problem,) = wrong("units:\n- {name: 甲镇}\nsets:\n  各镇: 5\n")
    assert (problem.code, problem.line, problem.path) == ("Y06", 4, "sets.各镇")
    assert problem.text == "应是文字,或应是列表"


def test_a_date_that_does_not_exist_in_a_units_file_has_its_line(tmp_path: Path) -> None:
    """A reform on the thirtieth of February is a problem at its line, and the folder says so."""
    (tmp_path / "units.yaml").write_text("units:\n- name: 甲局\n  until: 2025-02-30\n", "utf-8")
    found = [p for p in read_folder(tmp_path).problems if p.file.endswith("units.yaml")]
    assert [(p.code, p.line, p.path) for p in found] == [("Y06", 3, "units.0.until")]
    assert "没有这个日期:2025-02-30" in found[0].text


def test_people_of_a_unit_have_addresses_and_terms() -> None:
    """An empty address and a term that ends before it begins are named at their lines (U06)."""
    text = """units:
- name: 区工信局
  people:
  - {name: 王某, post: liaison, to: {mail: ""}}
  - {name: 李某, post: deputy, to: {mail: a@example.cn}, since: 2025-03-01, until: 2025-02-01}
"""
    found = wrong(text)
    assert [(problem.code, problem.line) for problem in found] == [("U06", 4), ("U06", 5)]
    assert found[1].text == "李某的任职到 2025-02-01 止,早于 since 写的开始"
