"""Devices of published schemes: points in between, spreads, the first and the second time, windows, shared quotas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.errors import Invalid
from supervise.records import Mark
from supervise.rules.functions import root, rounded
from tests.rules.schemes import HEAD, MARKS, boards, mark, problems, rows
from tests.rules.test_schemes import figures

PLAIN = "boards: {main: {by: score}}\n"
BOTH = "  r: {label: 红单, matter: true, role: [lead, co]}\n"


def points(formula: str, marks: Sequence[Mark]) -> Decimal:
    """What one unit gets by a formula."""
    text = HEAD + MARKS + f'scores: {{score: {{points: "{formula}"}}}}\n' + PLAIN
    return rows(boards(text, {"甲": "a"}, marks)["main"])["甲"].score.total


def reds(*days: str, matter: str = "", role: str = "lead") -> list[Mark]:
    """Red orders on some days."""
    return [mark("甲", "r", day=date.fromisoformat(f"2025-{day}"), matter=matter or "M", role=role) for day in days]


@pytest.mark.parametrize(
    ("n", "wanted"),
    [(0, "60"), (100, "60"), (150, "80"), (200, "100"), (250, "110"), (300, "120"), (999, "120")],
)
def test_between_targets_points_go_by_proportion(n: int, wanted: str) -> None:
    """At a target its points, between two a proportion, at or beyond the ends the points of the ends."""
    assert points("along(n, 100, 60, 200, 100, 300, 120)", figures(甲=n)) == Decimal(wanted)


@pytest.mark.parametrize("formula", ["25 - 0.1 * max(0, 100 - n)", "min(20, 5 + n)", "8 - max(n, m)"])
def test_a_figure_that_nobody_reported_earns_nothing(formula: str) -> None:
    """The larger or smaller of two numbers is not known while one of them is not: no full marks for silence."""
    with pytest.raises(Invalid, match="甲:没有数可算"):
        points(formula, [mark("甲", "m", 1)])


def test_a_number_may_stand_in_for_one_that_is_missing() -> None:
    """Whoever means the best of what there is says what counts where there is none."""
    assert points("max(default(n, 0), m)", [mark("甲", "m", 7)]) == 7


def test_targets_in_the_wrong_order_are_told_with_the_unit() -> None:
    """A unit whose challenge lies below its goal is named."""
    with pytest.raises(Invalid, match="甲:along 的几个点要从小到大"):
        points("along(n, m, 60, 5, 100)", [*figures(甲=1), mark("甲", "m", 9)])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("trimmed(n)", "20"),  # of 0 10 20 30 100 without both ends
        ("trimmed(n, 2)", "20"),  # the middle one
        ("trimmed(n, 3)", "32"),  # nothing would be left: the mean
        ("trimmed(n, 20%)", "20"),
        ("trimmed(n, 10%)", "32"),  # half a mark is none
    ],
)
def test_so_many_of_the_best_and_worst_marks_are_left_out(text: str, wanted: str) -> None:
    """One at each end, so many, or a share of them rounded down."""
    marks = [mark("甲", "n", n, note=str(n)) for n in (0, 10, 20, 30, 100)]
    assert points(text, marks) == Decimal(wanted)


def test_the_spread_of_a_group_is_that_of_all_its_units() -> None:
    """2 4 4 4 5 5 7 9 have a standard deviation of exactly 2; places are as said, or those of the scheme."""
    numbers = {"甲": 2, "乙": 4, "丙": 4, "丁": 4, "戊": 5, "己": 5, "庚": 7, "辛": 9}
    values = "values: {d: 'deviation(n, 3)', e: deviation(n + late)}\nscores: {score: {points: n}}\n"
    marks = [*figures(**numbers), mark("甲", "late")]
    found = rows(boards(HEAD + MARKS + values + PLAIN, dict.fromkeys(numbers, "a"), marks)["main"])["甲"].values
    assert found["d"] == "2"
    assert found["e"] == "1.83"  # 3 4 4 4 5 5 7 9: the root of 26.875 ÷ 8


HOW = st.sampled_from(["half up", "half even", "up", "down"])


@given(number=st.fractions(0, 10**6), places=st.integers(0, 6), how=HOW)
def test_a_root_is_the_nearest_number_at_its_places(number: Fraction, places: int, how: str) -> None:
    """Its square lies on the right side of the number, whichever way it is rounded."""
    found, step = Fraction(root(number, places, how)), Fraction(1, 10**places)
    if how == "down":
        assert found**2 <= number < (found + step) ** 2
    elif how == "up":
        assert number <= found**2 and (found == 0 or (found - step) ** 2 < number)
    else:
        assert max(found - step / 2, Fraction(0)) ** 2 <= number <= (found + step / 2) ** 2
    assert rounded(found, places) == root(number, places, how)


@pytest.mark.parametrize(
    ("line", "marks", "points"),
    [
        ("each: [-1, -3, -10]", reds("06-01"), "-1"),
        ("each: [-1, -3, -10]", reds("06-01", "06-02", "06-03", "06-04"), "-24"),
        ("each: [-1, -3, -10], nth: matter", [*reds("06-01", "06-03"), *reds("06-02", matter="N")], "-5"),
        ("each: [-1, -2], nth_since: year", reds("02-01", "06-01"), "-2"),
        ("each: [-1, -2]", reds("02-01", "06-01"), "-1"),
        ("each: [-1, -2], nth_within: 6 months", reds("01-01", "06-01"), "-2"),
        ("each: [-1, -2], within: year, nth_within: 5 months", reds("01-30", "06-30"), "-3"),  # to the day
        ("each: [-1, -2], within: year, nth_within: 5 months", reds("01-29", "06-30"), "-2"),
        (
            "each: [-1, -3], within: year, nth_within: 30 days, nth: matter",
            [*reds("03-01", "03-09"), *reds("03-20", matter="N"), *reds("04-09")],
            "-6",
        ),  # the third of M has only none within thirty days but itself
        ("lead: [-2, -4], co: [-1, -2]", [*reds("06-01"), *reds("06-02", role="co")], "-4"),
        ("each: [-1, -3], at_most: 5", reds("06-01", "06-02", "06-03"), "-5"),
        ("each: -2, within: previous", reds("05-31", "06-01"), "-2"),
    ],
)
def test_the_second_time_counts_differently(line: str, marks: Sequence[Mark], points: str) -> None:
    """By unit or by matter, within the period or since the year began, in the order of days whoever entered first."""
    text = HEAD + MARKS + BOTH
    rules = f"scores: {{score: {{lines: [{{label: 红, count: r, {line}}}]}}}}\nboards: {{main: {{by: score}}}}\n"
    for order in (marks, list(reversed(marks))):
        made = rows(boards(text + rules, {"甲": "a"}, order)["main"])["甲"]
        assert made.score.total == Decimal(points) == sum(line.points for line in made.score.lines)


def test_an_amount_may_count_more_the_second_time() -> None:
    """What is added up is worth more the second time within a matter, and the receipt says so."""
    text = HEAD + MARKS + "  p: {label: 记分, value: number, matter: true}\n"
    rules = "scores: {score: {lines: [{label: 记分, sum: p, each: [-1, -2], nth: matter, nth_within: 1 month}]}}\n"
    found = ((1, 6, "M"), (9, "0.5", "M"), (9, 1, "N"))
    marks = [mark("甲", "p", n, date(2025, 6, day), matter=m) for day, n, m in found]
    made = rows(boards(text + rules + PLAIN, {"甲": "a"}, marks)["main"])["甲"]
    assert made.score.total == -6 - 1 - 1
    assert made.score.lines[0].quantity == "6 × -1、0.5 × -2、1 × -1"


ITEMS = "  p: {label: 项目分, value: number, matter: true}\nitems: {of: p, values: {fine: 'if(p > 0, p, nothing)'}}\n"


def test_the_best_few_of_the_items() -> None:
    """Of four projects the best three, of two all there are; what has no number is none of them."""
    rules = "scores: {score: {points: 'items_top(fine, 3) / 3'}}\n" + PLAIN
    found = {"甲": (60, 90, 30, 75), "乙": (60, 0, 30)}
    marks = [mark(unit, "p", n, matter=str(n)) for unit, values in found.items() for n in values]
    made = rows(boards(HEAD + MARKS + ITEMS + rules, {"甲": "a", "乙": "a"}, marks)["main"])
    assert {unit: row.score.total for unit, row in made.items()} == {"甲": 75, "乙": 30}
    [told] = problems(HEAD + MARKS + ITEMS + rules.replace("3)", "0)")).values()
    assert told.startswith("J02 items_top 后面要写取几个")


def test_groups_may_be_weighed_differently() -> None:
    """What group a unit is of can be asked, by its name in the file; a name that no group has is a fault."""
    rules = "scores: {score: {points: \"if(group = 'a', 0.5, 0.4) * n\"}}\n" + PLAIN
    made = boards(HEAD + MARKS + rules, {"甲": "a", "乙": "b"}, figures(甲=10, 乙=10))["main"]
    assert {unit: row.score.total for unit, row in rows(made).items()} == {"甲": 5, "乙": 4}
    found = problems(HEAD + MARKS + rules.replace("'a'", "'甲组'"))
    assert list(found.values()) == ["J01 没有哪个数会是“甲组”;分组写它的名字 a"]


@pytest.mark.parametrize(
    ("window", "found"),
    [("previous", "2"), ("'year before'", "1"), ("'month 1'", "3"), ("'month 3'", "5"), ("'last 2 periods'", "14")],
)
def test_windows_of_a_quarter(window: str, found: str) -> None:
    """The period before, the same one a year ago, one of its months: each counts its own days."""
    days = {"2024-06-30": 1, "2025-03-31": 2, "2025-04-01": 3, "2025-05-15": 4, "2025-06-30": 5}
    marks = [mark("甲", "n", n, date.fromisoformat(day)) for day, n in days.items()]
    head = HEAD.replace("period: month", "period: quarter")
    text = head + MARKS + f'scores: {{score: {{points: "total(n, {window})"}}}}\nboards: {{main: {{by: score}}}}\n'
    assert rows(boards(text, {"甲": "a"}, marks, "2025Q2")["main"])["甲"].score.total == Decimal(found)


def graded(tail: str, values: Mapping[str, float], more: Sequence[Mark] = ()) -> dict[str, str]:
    """Unit → grade by n, the second key being m."""
    text = (
        HEAD
        + MARKS
        + "scores: {score: {points: n}}\nboards: {main: {by: score}}\ngrading:\n  of: n\n  then: m\n"
        + tail
    )
    made = boards(text, dict.fromkeys(values, "a"), [*figures(**values), *more])["main"]
    return {unit: row.grade for unit, row in rows(made).items()}


FIVE = {"甲": 95, "乙": 90, "丙": 90, "丁": 85, "戊": 70}
GRADES = "  grades: [{grade: 优, when: n >= 85, quota: 30%}, {grade: 良, when: n >= 60, together: 70%}, {grade: 中}]\n"


def test_quotas_round_as_said_and_are_shared_from_above() -> None:
    """30 % of five is one rounded down and two half up; 70 % together leave the rest, however many are best."""
    m = [mark("乙", "m", 2), mark("丙", "m", 1)]
    assert graded(GRADES, FIVE, m) == {"甲": "优", "乙": "良", "丙": "良", "丁": "中", "戊": "中"}
    up = "  rounding: half up\n" + GRADES
    assert graded(up, FIVE, m) == {"甲": "优", "乙": "优", "丙": "良", "丁": "良", "戊": "中"}
    assert graded(up, FIVE) == {"甲": "优", "乙": "良", "丙": "良", "丁": "良", "戊": "中"}  # still equal: neither


def test_who_is_lowered_leaves_the_place_to_the_next() -> None:
    """One grade lower than it would have been, and the last place of the best goes to whoever comes next."""
    tail = "  lower: [{label: 瞒报, when: late >= 1}]\n" + GRADES
    m = [mark("乙", "m", 2), mark("丙", "m", 1)]
    assert graded(tail, FIVE, [*m, mark("甲", "late")]) == {"甲": "良", "乙": "优", "丙": "良", "丁": "中", "戊": "中"}


@pytest.mark.parametrize(
    ("points", "comes_to", "told"),
    [
        ("items_mean(m)", 6, "2 个没有数"),
        ("items_sum(m)", 12, "4 个事项中 2 个没有数,未计"),
        ("items_sum(m, n > 1)", 8, "3 个事项中 2 个没有数"),
        ("items_top(m, 3)", 12, "2 个没有数"),
        ("items_max(m) + items_min(m)", 12, "2 个没有数"),
        ("avg", 6, "2 个没有数"),
        ("items_mean(default(m, 0))", 3, ""),
        ("items_mean(m, n)", 7, "2 个没有数"),
        ("items_sum(n)", 10, ""),
    ],
)
def test_items_without_a_figure_are_counted_on_the_receipt(points: str, comes_to: int, told: str) -> None:
    """What items come to leaves out those without a figure, and every receipt says how many, through names too."""
    text = (
        HEAD + MARKS + f"items: {{of: n}}\nvalues: {{avg: items_mean(m)}}\nscores: {{score: {{points: '{points}'}}}}\n"
    )
    marks = [mark("甲", "n", n, matter=f"M{n}") for n in (1, 2, 3, 4)]
    marks += [mark("甲", "m", 4, matter="M1"), mark("甲", "m", 8, matter="M3")]
    [line] = rows(boards(text + PLAIN, {"甲": "a"}, marks)["main"])["甲"].score.lines
    assert line.points == comes_to and (told in line.quantity if told else "没有数" not in line.quantity), line.quantity


def test_points_from_items_cite_what_was_entered_of_each() -> None:
    """A mean over matters rests on the newest figure of every matter, not on one alone and not on none."""
    text = HEAD + MARKS + "items: {of: n, values: {p: 2 * n}}\nscores: {score: {points: items_mean(p)}}\n" + PLAIN
    days = (("一", 1, 3), ("一", 2, 5), ("二", 2, 7))
    marks = [mark("甲", "n", value, date(2025, 6, day), matter=matter) for matter, day, value in days]
    [line] = rows(boards(text, {"甲": "a"}, marks)["main"])["甲"].score.lines
    assert (line.points, [(ref.task, ref.day.day) for ref in line.because]) == (Decimal(12), [("一", 2), ("二", 2)])
