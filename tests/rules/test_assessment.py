"""A year: parts with weights, adjustments, grades with quotas, caps and bars; each with its working."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.dates import parse_period
from supervise.reading import parse
from supervise.records import Mark
from supervise.rules import checking, ruleset
from supervise.rules.assessment import Assessed, Assessment, Evidence, Filed, Published, assess
from supervise.rules.noted import noted as noted_of
from supervise.rules.ruleset import AssessmentRules
from supervise.rules.scheme import ROUNDINGS
from supervise.rules.scoring import Score, ScoreLine, Working
from tests.workflows.builders import ANNUAL, FOLDER, Case, bureaus, on, tally

NAMES = tuple(f"{c}局" for c in "甲乙丙丁戊己庚辛壬癸")
HEAD = "assessment: test\nversion: 1\ntitle: 年考\neffective: 2020-01-01\nfor: key-work\ncarries: 15\n"
PARTS = "parts: [{label: 领导评价, from: mark leader, take: latest, weight: 100}]\n"
GRADES = "grades: [{grade: 优, when: score >= 90, quota: 30%}, {grade: 良, when: score >= 80}, {grade: 差}]\n"


def rules(text: str = PARTS + GRADES) -> AssessmentRules:
    """An assessment from the pieces that a test is about."""
    found = ruleset.load(parse(HEAD + text, "annual.yaml"))
    assert isinstance(found, AssessmentRules)
    return found


def year(points: Mapping[str, int | str]) -> dict[str, dict[str, Score]]:
    """Scores of the whole year."""
    lines = {unit: (ScoreLine("全年", "", Decimal(number)),) for unit, number in points.items()}
    return {"red-black": {unit: Score(unit, "2021", Working.of(made)) for unit, made in lines.items()}}


def mark(unit: str, value: int | str, day: str = "2021-12-30") -> Mark:
    """A leader's mark."""
    return Mark(unit, "leader", on(day), Decimal(value))


def published(number: int, scores: Mapping[str, int], lists: Mapping[str, str] | None = None) -> Published:
    """The board of a quarter."""
    made = {unit: Decimal(points) for unit, points in scores.items()}
    return Published(
        f"2021Q{number}-1", "red-black", f"2021Q{number}", made, {u: (on,) for u, on in (lists or {}).items()}
    )


def assessed(
    made: AssessmentRules,
    marks: Sequence[Mark] = (),
    boards: Sequence[Published] = (),
    years: Mapping[str, Mapping[str, Score]] | None = None,
    cases: Sequence[Case] = (),
    names: Sequence[str] = NAMES,
) -> Assessment:
    """The assessment of some bureaus; each unit with a mark is taken to have been scored."""
    units = bureaus(*names)
    found = tally(*cases, period="2021", as_of="2022-01-31", units=units)
    base = years if years is not None else year({m.unit: 0 for m in marks})
    return assess(made, Evidence(boards, base, marks, found), units)


def by_marks(*values: int | str, text: str = PARTS + GRADES) -> dict[str, str]:
    """Unit → grade, when each unit's score is simply its mark."""
    marks = [mark(name, value) for name, value in zip(NAMES, values, strict=False)]
    found = assessed(rules(text), marks, names=NAMES[: len(values)])
    return {row.unit: row.grade for row in found.units}


def row(found: Assessment, unit: str) -> Assessed:
    """The year of a unit."""
    one = found.of(unit)
    assert one is not None
    return one


THREE = (
    "parts:\n  - {label: 榜, from: board red-black, take: mean, weight: 60}\n"
    "  - {label: 年, from: score red-black, take: year, weight: 20}\n"
    "  - {label: 评, from: mark leader, take: latest, weight: 20}\n"
)


def test_parts_are_weighed_and_add_up() -> None:
    """Mean of the boards 85, year 90, mark 92: 51 + 18 + 18.4 = 87.4, and 13.11 of 15 in the whole."""
    boards = [published(1, {"甲局": 80}), published(2, {"甲局": 90})]
    marks = [mark("甲局", 60, "2021-06-30"), mark("甲局", 92)]
    one = row(assessed(rules(THREE + GRADES), marks, boards, year({"甲局": 90})), "甲局")
    assert [line.points for line in one.lines] == [Decimal("51.00"), Decimal("18.00"), Decimal("18.40")]
    assert (one.score, one.carried, one.grade) == (Decimal("87.40"), Decimal("13.11"), "良")
    assert [line.quantity for line in one.lines] == [
        "平均(80、90) × 60/100", "全年 90 × 20/100", "最近一次 92 × 20/100"
    ]  # fmt: skip


def test_a_part_without_a_source_is_left_out_and_said_to_be() -> None:
    """No board was published: the other two parts share the hundred, and the receipt says why."""
    one = row(assessed(rules(THREE + GRADES), [mark("甲局", 92)], (), year({"甲局": 100})), "甲局")
    assert one.lines[0].points == 0 and "没有已公布的榜单" in one.lines[0].quantity
    assert "不计,其余各项按比例折算" in one.lines[0].quantity
    assert [line.quantity for line in one.lines[1:]] == ["全年 100 × 20/40", "最近一次 92 × 20/40"]
    assert [line.points for line in one.lines[1:]] == [Decimal(50), Decimal(46)] and one.score == Decimal(96)
    nothing = row(assessed(rules(THREE + GRADES), [], (), year({"甲局": 80})), "甲局")
    assert nothing.score == Decimal(80) and "没有评分记录" in nothing.lines[2].quantity


def test_a_sum_and_the_latest_are_taken_as_said() -> None:
    """``sum`` adds all marks of the year, ``latest`` takes the last by day, in whatever order they were entered."""
    marks = [mark("甲局", 30, "2021-12-01"), mark("甲局", 50, "2021-03-01")]
    for take, score in (("sum", 80), ("latest", 30), ("mean", 40)):
        text = PARTS.replace("latest", take) + GRADES
        assert row(assessed(rules(text), marks), "甲局").score == Decimal(score)


ADJUST = (
    "adjust:\n  - {label: 红, count: red, points: +2, at_most: 3}\n"
    "  - {label: 黑, count: black, points: -2, at_most: 3}\n"
)


def test_adjustments_are_lines_with_a_cap_on_either_side() -> None:
    """Two red lists give three points at most, two black ones take three at most, and the boards are named."""
    boards = [
        published(1, {"甲局": 80, "乙局": 80}, {"甲局": "red", "乙局": "black"}),
        published(2, {"甲局": 80, "乙局": 80}, {"甲局": "red", "乙局": "black"}),
    ]
    found = assessed(rules(PARTS + ADJUST + GRADES), [mark("甲局", 80), mark("乙局", 80), mark("丙局", 80)], boards)
    assert [row(found, unit).score for unit in ("甲局", "乙局", "丙局")] == [Decimal(83), Decimal(77), Decimal(80)]
    assert row(found, "甲局").lines[-1].quantity == "2 × 2(2021Q1-1、2021Q2-1)"
    assert [line.label for line in row(found, "丙局").lines] == ["领导评价"]


def test_grades_are_given_from_the_top() -> None:
    """The first grade whose conditions hold is given, and the conditions are shown with their numbers."""
    assert list(by_marks(95, 85, 60, 50).values()) == ["优", "良", "差", "差"]
    found = assessed(rules(), [mark("甲局", 85)])
    assert row(found, "甲局").why[0] == "得分不低于 80 分(实为 85 分)"


def test_a_quota_is_never_exceeded() -> None:
    """Thirty per cent of ten are three, of nine are two, of three are none."""
    assert list(by_marks(*range(99, 89, -1)).values()).count("优") == 3
    assert list(by_marks(*range(99, 90, -1)).values()).count("优") == 2
    assert list(by_marks(99, 98, 97).values()).count("优") == 0


def test_equal_scores_stand_or_fall_together() -> None:
    """The third place is shared by two, so neither has it, and both are told that there is no room."""
    grades = by_marks(99, 98, 97, 97, 85, 84, 83, 82, 81, 80)
    assert [grades[name] for name in NAMES[:4]] == ["优", "优", "良", "良"]
    found = assessed(
        rules(), [mark(n, v) for n, v in zip(NAMES, (99, 98, 97, 97, 80, 80, 80, 80, 80, 80), strict=True)]
    )
    assert row(found, "丙局").why == ("得分不低于 80 分(实为 97 分)", "“优”名额已满")


def test_nobody_passes_those_who_found_no_room() -> None:
    """When a tie falls for want of room, a lower score does not get the grade that the tied units were refused."""
    grades = by_marks(99, 98, 97, 97, 96, 84, 83, 82, 81, 80)
    assert [grades[name] for name in NAMES[:5]] == ["优", "优", "良", "良", "良"]


def test_a_cap_holds_down_only_those_it_names_and_leaves_their_place_to_others() -> None:
    """Who is capped gets the capped grade whatever the score, and does not use up a place above it."""
    limits = "limits: [{label: 有任务未完成, when: finish missed >= 1, at_most: 良}]\n"
    marks = [mark(name, 99 - n) for n, name in enumerate(NAMES)]
    found = assessed(rules(PARTS + GRADES + limits), marks, cases=[Case(lead=["甲局"])])
    grades = {one.unit: one.grade for one in found.units}
    assert [grades[name] for name in NAMES[:5]] == ["良", "优", "优", "优", "良"]
    assert "有任务未完成:至多良" in row(found, "甲局").why


def test_of_two_caps_the_lower_one_holds() -> None:
    """Several circumstances: the one that caps lowest."""
    limits = (
        "limits:\n  - {label: 一, when: finish missed >= 1, at_most: 良}\n"
        "  - {label: 二, when: plan missed >= 1, at_most: 差}\n"
    )
    found = assessed(rules(PARTS + GRADES + limits), [mark("甲局", 99)], cases=[Case(lead=["甲局"])])
    assert row(found, "甲局").grade == "差"


def test_a_bar_takes_the_honour_and_not_the_grade() -> None:
    """Three black lists bar from honours; grade and score stay what they are."""
    bars = "bars: [{label: 取消评优, when: black >= 3}]\n"
    boards = [published(n, {"甲局": 95}, {"甲局": "black"}) for n in (1, 2, 3)]
    one = row(assessed(rules(PARTS + GRADES + bars), [mark("甲局", 85)], boards), "甲局")
    assert (one.grade, one.bars) == ("良", ("取消评优",))
    assert row(assessed(rules(PARTS + GRADES + bars), [mark("甲局", 85)], boards[:2]), "甲局").bars == ()


def test_quotas_are_of_the_group() -> None:
    """Only units that were scored in the year are graded, and the quota is a share of those."""
    found = assessed(rules(), [mark(name, 95 - n) for n, name in enumerate(NAMES[:4])], names=NAMES)
    assert [one.unit for one in found.units] == list(NAMES[:4])
    assert [one.grade for one in found.units] == ["优", "良", "良", "良"]


def test_the_shipped_rules_carry_fifteen_points_of_the_whole() -> None:
    """A hundred points of supervision are fifteen of the unit's year."""
    marks = [mark("甲局", 100)]
    one = row(assessed(ANNUAL, marks, [published(1, {"甲局": 100})], year({"甲局": 100})), "甲局")
    assert (one.score, one.carried) == (Decimal(100), Decimal(15))


@pytest.mark.parametrize(("value", "points"), [("66.665", "66.67"), ("66.664", "66.66")])
def test_parts_are_rounded_half_up(value: str, points: str) -> None:
    """Each part is rounded to two places as it is printed, half up."""
    assert row(assessed(rules(), [mark("甲局", value)]), "甲局").score == Decimal(points)


@settings(max_examples=40)
@given(st.lists(st.integers(70, 100), min_size=1, max_size=10), st.sampled_from((10, 20, 30, 50)))
def test_grades_are_fair_whatever_the_scores(values: list[int], quota: int) -> None:
    """Everyone has a grade, a better score never a worse one, equal scores the same, and the quota is kept."""
    text = PARTS + GRADES.replace("30%", f"{quota}%")
    grades = by_marks(*values, text=text)
    order = ["优", "良", "差"]
    assert set(grades) == set(NAMES[: len(values)])
    assert list(grades.values()).count("优") <= len(values) * quota // 100
    for one, a in zip(NAMES, values, strict=False):
        for other, b in zip(NAMES, values, strict=False):
            if a >= b:
                assert order.index(grades[one]) <= order.index(grades[other])
            if a == b:
                assert grades[one] == grades[other]


def test_equal_scores_are_told_apart_by_the_parts_named_for_it() -> None:
    """Two units at 90 for one place: the one with the better mark has it, and without ``then`` neither has."""
    parts = (
        "parts:\n  - {label: 年, from: score red-black, take: year, weight: 50}\n"
        "  - {label: 评, from: mark leader, take: latest, weight: 50}\n"
    )
    grades = "grades: [{grade: 优, when: score >= 90, quota: 1}, {grade: 差}]\n"
    base, marks = year({"甲局": 88, "乙局": 92}), [mark("甲局", 92), mark("乙局", 88)]
    for then, wanted in (("then: 评\n", ["优", "差"]), ("then: 年\n", ["差", "优"]), ("", ["差", "差"])):
        found = assessed(rules(parts + grades + then), marks, years=base)
        assert [row(found, unit).grade for unit in ("甲局", "乙局")] == wanted


@pytest.mark.parametrize(("rounding", "places"), [("down", 1), ("half up", 2), ("half even", 2), ("up", 2)])
def test_a_share_is_rounded_as_the_rules_say(rounding: str, places: int) -> None:
    """Thirty per cent of five are one and a half."""
    text = PARTS + GRADES + f"rounding: {rounding}\n"
    assert list(by_marks(99, 98, 97, 96, 95, text=text).values()).count("优") == places


def test_a_group_may_have_a_quota_of_its_own() -> None:
    """Two places for the bureaus, whatever the share of the others; who shares the last place is let in if they say."""
    text = PARTS + GRADES.replace("30%", "{bureaus: 2, towns: 100%}")
    assert list(by_marks(99, 98, 98, 97, text=text).values()) == ["优", "良", "良", "良"]
    assert list(by_marks(99, 98, 98, 97, text=text + "ties: include\n").values()) == ["优", "优", "优", "良"]


def test_units_listed_apart_are_graded_outside_the_quota() -> None:
    """Of four, one apart: a third of the other three is one place, which the best of them has although it is second."""
    text = PARTS + GRADES.replace("30%", "34%") + "apart: 甲局\n"
    found = assessed(rules(text), [mark(name, 99 - n) for n, name in enumerate(NAMES[:4])])
    assert [row(found, unit).grade for unit in NAMES[:4]] == ["优", "优", "良", "良"]
    assert row(found, "甲局").why[-1] == "单列,不占名额"


def test_a_lowered_grade_is_one_below_what_it_would_have_been_and_its_place_goes_on() -> None:
    """The best is lowered from 优 to 良, so the next has its place; and only in the groups that are named."""
    lower = "lower: [{label: 瞒报, when: finish missed >= 1, groups: bureaus}]\n"
    text = PARTS + GRADES.replace("30%", "25%")
    marks = [mark(name, 99 - n) for n, name in enumerate(NAMES[:4])]
    found = assessed(rules(text + lower), marks, cases=[Case(lead=["甲局"])])
    assert [row(found, unit).grade for unit in NAMES[:3]] == ["良", "优", "良"]
    assert "瞒报:由优降1等" in row(found, "甲局").why
    other = assessed(rules(text + lower.replace("bureaus", "towns")), marks, cases=[Case(lead=["甲局"])])
    assert row(other, "甲局").grade == "优"


def test_a_part_may_come_from_a_file_and_out_of_another_full_mark() -> None:
    """Eighteen of twenty are ninety of a hundred; a unit that the file does not name lacks the part."""
    text = "parts: [{label: 满意度, from: file survey, take: latest, weight: 100, full: 20}]\n" + GRADES
    units = bureaus("甲局", "乙局")
    filed = {"survey": Filed("满意度.csv", "ab12cd34ef", {"甲局": Decimal(18)})}
    evidence = Evidence((), year({"乙局": 0}), (), tally(period="2021", as_of="2022-01-31", units=units), filed)
    found = assess(rules(text), evidence, units)
    assert (row(found, "甲局").score, row(found, "甲局").missing) == (Decimal(90), ())
    assert row(found, "甲局").lines[0].quantity == "18 × 100/20 × 100/100"
    assert row(found, "乙局").missing == ("满意度",)


@given(st.permutations([mark("甲局", 80), mark("甲局", 90), mark("乙局", 85), mark("甲局", 70, "2021-05-01")]))
def test_the_order_of_entry_changes_nothing(marks: list[Mark]) -> None:
    """Marks of one day count alike: the latest of two on a day is their mean, whichever was entered last."""
    found = assessed(rules(), marks, years=year({"甲局": 0, "乙局": 0}))
    assert found == assessed(rules(), sorted(marks, key=lambda m: m.value), years=year({"甲局": 0, "乙局": 0}))
    assert row(found, "甲局").score == Decimal(85)


@settings(max_examples=30)
@given(
    st.lists(st.integers(76, 100), min_size=1, max_size=8),
    st.sets(st.sampled_from(NAMES[:8])),
    st.sampled_from(("10%", "30%", "50%", "2")),
    st.sampled_from(("down", "half up", "up")),
)
def test_lowering_is_by_one_and_breaks_no_quota(values: list[int], late: set[str], quota: str, rounding: str) -> None:
    """Who is lowered has one grade less than without it, nobody else has less, and no quota is exceeded."""
    text = PARTS + GRADES.replace("30%", quota) + f"rounding: {rounding}\n"
    lower = "lower: [{label: 瞒报, when: finish missed >= 1}]\n"
    marks = [mark(name, value) for name, value in zip(NAMES, values, strict=False)]
    cases = [Case(lead=[name], code=name) for name in sorted(late)]
    names = NAMES[: len(values)]
    before = {r.unit: r.grade for r in assessed(rules(text), marks, cases=cases, names=names).units}
    after = {r.unit: r.grade for r in assessed(rules(text + lower), marks, cases=cases, names=names).units}
    order = ["优", "良", "差"]
    for name in names:
        was, now = order.index(before[name]), order.index(after[name])
        assert now == min(was + 1, 2) if name in late else now <= was
    share = Decimal(quota.rstrip("%")) * len(values) / 100
    places = 2 if quota == "2" else int(share.quantize(Decimal(1), ROUNDINGS[rounding]))
    assert list(after.values()).count("优") <= places


MARKED = """marks:
  leader: {label: 领导评价, value: number, range: 0 .. 100}
  accident: {label: 较大事故}
  praise: {label: 省级表彰}
  bonus: {label: 专项加分, value: number}
  satisfied: {label: 满意度, value: number}
"""


def noted(kind: str, value: int = 1, day: str = "2021-06-30", status: str = "") -> Mark:
    """What is on record of 甲局."""
    return Mark("甲局", kind, on(day), Decimal(value), status=status)


def test_what_is_marked_adds_and_takes() -> None:
    """Each praise of the year two points and no more than three, an amount as it is; what was revoked or lies outside
    the year counts nothing, and the receipt cites the marks."""
    adjust = "adjust:\n  - {label: 表彰, count: praise, points: 2, at_most: 3}\n"
    adjust += "  - {label: 专项, count: bonus, points: 0.5}\n"
    marks = [mark("甲局", 80), noted("praise"), noted("praise", day="2021-07-01"), noted("bonus", 3), noted("bonus", 1)]
    marks += [noted("praise", status="revoked"), noted("praise", day="2022-01-05")]
    one = row(assessed(rules(MARKED + PARTS + adjust + GRADES), marks), "甲局")
    assert [(line.label, line.quantity, str(line.points)) for line in one.lines[1:]] == [
        ("表彰", "2 × 2,至多 3", "3.00"), ("专项", "4 × 0.5", "2.00"),
    ]  # fmt: skip
    assert [len(line.because) for line in one.lines[1:]] == [2, 2]


def test_who_took_over_answers_for_what_was_marked_before() -> None:
    """An accident of a bureau that became another in July counts for the one there is at the end of the year."""
    kinds, march = rules(MARKED + PARTS + GRADES).marks, date(2025, 3, 1)
    found = noted_of(
        kinds, [Mark("区行政审批局", "accident", march, Decimal(1))], parse_period("2025"),
        lambda unit: FOLDER.units.heir(unit, date(2025, 12, 31)),
    )  # fmt: skip
    assert {unit: list(own) for unit, own in found.items()} == {"区数据局": ["accident"]}


def test_what_is_marked_decides_the_grade() -> None:
    """One accident is a veto; a figure that nobody entered fulfils no condition, whichever way it is asked."""
    text = MARKED + PARTS + GRADES.replace("30%", "100%")
    text += "limits:\n  - {label: 较大事故, when: accident >= 1, at_most: 差}\n"
    text += "  - {label: 满意度低, when: satisfied < 60, at_most: 良}\n"
    for marks, grade in (
        ([], "优"), ([noted("accident")], "差"), ([noted("accident", status="revoked")], "优"),
        ([noted("satisfied", 59)], "良"), ([noted("satisfied", 59), noted("satisfied", 60, "2021-07-01")], "优"),
    ):  # fmt: skip
        assert row(assessed(rules(text), [mark("甲局", 95), *marks]), "甲局").grade == grade, marks


def test_a_grade_says_what_was_marked() -> None:
    """The reason of a grade names the mark as the file calls it."""
    text = MARKED + PARTS + "grades: [{grade: 优, when: [accident = 0, satisfied >= 60]}, {grade: 差}]\n"
    one = row(assessed(rules(text), [mark("甲局", 95), noted("satisfied", 70)]), "甲局")
    assert one.why == ("没有较大事故", "满意度不低于 60(实为 70)")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("count: praise", "count: prase", "R08 没有“prase”这个榜或登记项,是不是 praise?"),
        ("when: [accident", "when: [acident", "R08 没有“acident”这个动作或计数"),
        ("  praise:", "  rework: {label: 另}\n  praise:", "J03 “rework”另有所指"),
        ("label: 较大事故}", "label: 较大事故, value: day}", "R17 “较大事故”登记的是日期,不能计数、比大小"),
        ("satisfied < 60", "satisfied > 100", "R40 “accident >= 1、satisfied > 100”永远不成立:satisfied 不会高于 100"),
    ],
)
def test_marks_that_are_asked_wrongly_are_found(old: str, new: str, told: str) -> None:
    """Names that nobody declares or that mean something else, days as numbers, figures beyond their range."""
    text = HEAD + MARKED.replace("满意度, value: number", "满意度, value: number, range: 0 .. 100") + PARTS + GRADES
    text += "adjust: [{label: 表彰, count: praise, points: 2}]\n"
    text += "limits: [{label: 事故, when: [accident >= 1, satisfied < 60], at_most: 差}]\n"
    for given_, faulty in ((text, False), (text.replace(old, new), True)):
        document = parse(given_, "annual.yaml")
        found = checking.check(document, ruleset.load(document), FOLDER.newest, ("red-black",))
        assert any(f"{p.code} {p.text}".startswith(told) for p in found) is faulty, [str(p) for p in found]
