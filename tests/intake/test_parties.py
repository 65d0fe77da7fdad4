"""Clauses of invented places: who leads, who helps, which names take which prefix."""

from __future__ import annotations

import pytest

from supervise.intake import read
from supervise.intake.notice import Item


def items(*lines: str) -> tuple[Item, ...]:
    return read("\n".join(("云岭县2023年重点工作任务分解", "一、任务", *lines))).items


def roles(line: str, *more: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    parties = items(f"1.办好一件事。{line}", *(f"{n}.办好另一件事。{text}" for n, text in enumerate(more, start=2)))[
        0
    ].parties
    return parties.full("lead"), parties.full("co")


@pytest.mark.parametrize("lead", ["主办单位", "牵头单位", "牵头部门", "主责单位", "责任单位", "第一责任单位", "主办"])
@pytest.mark.parametrize("co", ["协办单位", "配合单位", "会办单位", "共同责任单位", "配合部门", "参与单位", "协办"])
def test_words_for_the_two_roles(lead: str, co: str) -> None:
    """Whatever pair of words a place prints, the first kind leads and the second helps."""
    assert roles(f"({lead}:县发改局;{co}:县财政局)") == (("县发改局",), ("县财政局",))


def test_responsible_helps_beside_a_lead() -> None:
    """责任单位 beside 牵头单位 helps; alone it leads."""
    assert roles("(牵头单位:县发改局;责任单位:县财政局)") == (("县发改局",), ("县财政局",))
    assert roles("(责任单位:县发改局、县财政局)") == (("县发改局", "县财政局"), ())


@pytest.mark.parametrize("brackets", ["()", "()", "【】", "〔〕", "[]", "[]", "{}"])
@pytest.mark.parametrize(("colon", "semicolon"), [(":", ";"), (":", ";")])
def test_typefaces_are_alike(brackets: str, colon: str, semicolon: str) -> None:
    """Full-width and half-width marks and all kinds of brackets mean the same."""
    clause = f"{brackets[0]}牵头单位{colon}县发改局、财政局{semicolon}配合单位{colon}各乡镇{brackets[1]}"
    assert roles(clause) == (("县发改局", "县财政局"), ("各乡镇",))


@pytest.mark.parametrize(
    ("clause", "lead", "co"),
    [
        ("(县发改局牵头,县财政局、审计局配合)", ("县发改局",), ("县财政局", "县审计局")),
        ("(县发改局牵头,县财政局、县审计局等按职责分工负责)", ("县发改局",), ("县财政局", "县审计局")),
        ("(县教体局负责)", ("县教体局",), ()),
        ("(由县发改局、县财政局共同牵头)", ("县发改局", "县财政局"), ()),
    ],
)
def test_roles_said_by_verbs(clause: str, lead: tuple[str, ...], co: tuple[str, ...]) -> None:
    """Some lists say the roles with verbs behind the names."""
    assert roles(clause) == (lead, co)


def test_a_comma_after_responsible_units_parts_lead_from_co() -> None:
    """责任单位:甲、乙,丙 has 甲 and 乙 lead and 丙 help, where the list parts members by 、."""
    assert roles("(责任单位:县发改局、县财政局等,各乡镇)") == (("县发改局", "县财政局"), ("各乡镇",))


def test_the_notice_may_say_that_the_first_leads() -> None:
    """Where the cover says the first named unit leads, the others help."""
    text = "云岭县任务分解\n责任单位中排在第一位的为牵头单位。\n一、任务\n1.办事。(责任单位:县发改局、县财政局、各乡镇)"
    parties = read(text).items[0].parties
    assert (parties.full("lead"), parties.full("co")) == (("县发改局",), ("县财政局", "各乡镇"))


def test_a_remark_may_say_who_leads() -> None:
    """区发改局(牵头) leads, whatever its place in the list."""
    assert roles("(责任单位:县财政局、县发改局(牵头)、县审计局)") == (("县发改局",), ("县财政局", "县审计局"))


def test_the_prefix_is_handed_on_over_names_that_stand_alone() -> None:
    """县 passes over towns, parks and firms to the next bare organ, and they take none."""
    lead, _ = roles("(牵头单位:县发改局、云溪镇、青石工业园、宏远集团、财政局)")
    assert lead == ("县发改局", "云溪镇", "青石工业园", "宏远集团", "县财政局")


def test_a_firm_takes_the_prefix_where_the_notice_prints_it() -> None:
    """Once 县城投集团 is printed in full, 城投集团 and its like are the county's."""
    lead, _ = roles("(牵头单位:县发改局、交投集团)", "(牵头单位:县城投集团)")
    assert lead == ("县发改局", "县交投集团")


def test_a_bare_name_printed_elsewhere_in_full_is_that_unit() -> None:
    """商务局 alone is 县商务局 where the notice prints that."""
    assert roles("(牵头单位:商务局)", "(牵头单位:县商务局)", "(牵头单位:县财政局)")[0] == ("县商务局",)


def test_words_that_begin_with_a_level_are_no_prefix() -> None:
    """市场监管局 after 县发改局 is the county's; 市民政局 carries 市."""
    assert roles("(牵头单位:县发改局、市场监管局)")[0] == ("县发改局", "县市场监管局")
    assert roles("(牵头单位:市民政局、市政府办、教育局)")[0] == ("市民政局", "市政府办", "市教育局")


def test_party_departments_inherit_the_committee() -> None:
    """After 县委组织部 a bare 宣传部 is the committee's, a bare 公安局 is the county's."""
    assert roles("(牵头单位:县委组织部、宣传部、公安局)")[0] == ("县委组织部", "县委宣传部", "县公安局")


def test_collective_names_are_groups() -> None:
    """各镇街、园区 are two groups; 、 inside brackets parts nothing; 及 joins a group."""
    item = items("1.办事。(牵头单位:县发改局;配合单位:各镇街、园区,各县(市、区)政府(管委会),县财政局及县直有关部门)")[0]
    assert item.parties.pick("co", group=True) == ("各镇街", "各园区", "各县(市、区)政府(管委会)", "县直有关部门")
    assert item.parties.pick("co") == ("县财政局",)


def test_a_bracket_behind_a_name_is_a_note() -> None:
    """县政府办(政务办) is one unit with a remark."""
    party = items("1.办事。(牵头单位:县政府办(政务办)、县财政局)")[0].parties.members[0]
    assert (party.name, party.note, party.full) == ("县政府办", "政务办", "县政府办(政务办)")


def test_a_list_that_ends_with_and_so_on_is_open() -> None:
    """等 is no unit, but the clerk must know the list is not complete."""
    notice = read("任务分解\n一、任务\n1.办事。(牵头单位:县发改局、县财政局等)")
    assert notice.items[0].parties.pick("lead") == ("县发改局", "县财政局")
    assert [p.code for p in notice.problems] == ["I02"]


@pytest.mark.parametrize(
    "clause", ["(牵头单位:县发改局;配合单位:各乡镇(街道)", "(牵头单位:县发改局;配合单位:各乡镇(街道);))"]
)
def test_damaged_brackets_end_with_the_line(clause: str) -> None:
    """A lost or an additional bracket, and an empty field, change nobody's duty."""
    assert roles(clause) == (("县发改局",), ("各乡镇(街道)",))


def test_leaders_and_limits_are_fields_of_their_own() -> None:
    """责任领导 names people, 完成时限 a day; neither is a unit."""
    item = items("1.办事。", "责任领导:李明、王芳同志", "责任单位:县发改局", "完成时限:2023年10月底前")[0]
    assert item.parties.leaders == ("李明", "王芳")
    assert item.parties.full("lead") == ("县发改局",)
    assert item.deadline is not None and item.deadline.date.isoformat() == "2023-10-31"
