"""A score is its lines and nothing else; every line says what was counted and what it is worth."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.phrases import parse_comparison
from supervise.rules import compared
from supervise.rules.compared import Criteria
from supervise.rules.ruleset import ScoreRules
from supervise.rules.scoring import Score, plain, rounded, score
from tests.histories import END, LAW, placed, script, steps, tried
from tests.workflows.builders import BOARD, OFFICE, TOWN, TOWN2, A, B, C, Case, board, tally

ZERO = Decimal(0)


def rules(lines: str, head: str = "base: 60") -> ScoreRules:
    """Score rules with these lines."""
    return board("{" + f"{head}, lines: [{lines}]" + "}").score


def scored(made: ScoreRules, unit: str, *cases: Case, period: str = "2021Q2") -> Score:
    """The score of a unit for a period."""
    return score(made, tally(*cases, period=period, spare=made.spare), unit)


def points(made: Score) -> dict[str, str]:
    """Label → points, as people read them."""
    return {line.label: plain(line.points) for line in made.lines}


def test_the_two_worked_scores_of_the_late_plan() -> None:
    """Lead: 60 + 20×1/2 + 20 = 90; co-unit: 60 + 0 + 20 − 1 = 79; line by line as an official would add them."""
    case = Case(co=[C]).do("2021-04-21", A, "plan").do("2021-04-22", OFFICE, "start")
    case.do("2021-06-24", A, "report", progress=55)
    lead, co = scored(BOARD.score, A, case), scored(BOARD.score, C, case)
    assert points(lead) == {"基础分": "60", "报送按期率": "10", "序时进度率": "20"}
    assert points(co) == {"基础分": "60", "报送按期率": "0", "序时进度率": "20", "协办漏报": "-1"}
    assert (lead.total, co.total) == (Decimal(90), Decimal(79))
    assert [ref.key for ref in lead.lines[1].because] == ["plan:1"]
    assert lead.lines[1].quantity == "1/2 × 20" and co.lines[2].quantity == "无应办,按满分"


def test_nothing_owed_is_full_marks() -> None:
    """A unit that owed nothing of a kind loses nothing by it, and is told so."""
    made = scored(BOARD.score, A, Case(opened="2021-06-28"))
    assert points(made) == {"基础分": "60", "报送按期率": "20", "序时进度率": "20"}


def test_a_rate_is_the_share_of_settled_duties() -> None:
    """Two of three reports in time give two thirds of the points; what is still open does not count."""
    cases = [Case(code=f"T{n}") for n in range(3)]
    for case in cases[:2]:
        case.do("2021-04-01", A, "plan")
    line = rules("{label: 率, rate: plan on time, points: 20}", "base: 0, places: 1")
    assert points(scored(line, A, *cases))["率"] == "13.3"


@pytest.mark.parametrize(
    ("number", "places", "result"),
    [("0.05", 1, "0.1"), ("0.04", 1, "0.0"), ("2.5", 0, "3"), ("3.5", 0, "4"), ("-2.5", 0, "-3"), ("6.665", 2, "6.67")],
)
def test_rounding_is_half_up(number: str, places: int, result: str) -> None:
    """Half is rounded away from zero, as 四舍五入 is; never to the even neighbour."""
    assert str(rounded(Decimal(number), places)) == result


def test_lines_are_rounded_before_they_are_added() -> None:
    """The total is the sum of the lines as printed, not a rounding of something finer."""
    cases = [Case(code=f"T{n}") for n in range(3)]
    cases[0].do("2021-04-01", A, "plan")
    line = "{label: %s, rate: plan on time, points: 10}"
    made = scored(rules(f"{line % '甲'}, {line % '乙'}", "base: 0, places: 1"), A, *cases)
    assert points(made)["甲"] == "3.3" and made.total == Decimal("6.6")


def test_counts_are_worth_their_points_by_role() -> None:
    """A lead gets the lead's points and a co-unit the co-unit's, for the same work done in time."""
    case = Case(lead=[A, B], co=[C]).started().do("2021-06-20", A, "report", progress=100)
    case.do("2021-06-22", OFFICE, "verify").do("2021-06-22", OFFICE, "complete")
    line = rules("{label: 按期, count: finish on time, lead: +2, co: +1}")
    assert [scored(line, unit, case).total for unit in (A, B, C)] == [Decimal(62), Decimal(62), Decimal(61)]
    assert scored(line, C, case).lines[-1].quantity == "协办 1 × 1"
    lead_only = rules("{label: 按期, count: finish on time, lead: +2}")
    assert scored(lead_only, C, case).total == Decimal(60)


def test_a_co_units_share_is_in_no_rate_and_in_no_condition_of_its_own() -> None:
    """What the lead left undone costs a co-unit at most the points that a line gives it, never its own record."""
    case = Case(co=[C])
    found = tally(case, period="2021Q2")
    assert found.count(C, parse_comparison("plan missed > 0").measure) == 0
    assert found.count(A, parse_comparison("plan missed > 0").measure) == 1
    assert points(score(rules("{label: 率, rate: plan on time, points: 20}"), found, C))["率"] == "20"
    assert score(rules("{label: 漏, count: plan missed, lead: -3, co: -0.5}"), found, C).total == Decimal("59.5")


@pytest.mark.parametrize(
    ("each", "at_most", "gives"), [("+2", 5, "5"), ("-2", 5, "-5"), ("+1", 5, "3"), ("-1", 5, "-3")]
)
def test_at_most_bounds_gains_and_losses_alike(each: str, at_most: int, gives: str) -> None:
    """Three plans at two points each, at most five: five, with the sign they had."""
    cases = [Case(code=f"T{n}").do("2021-04-01", A, "plan") for n in range(3)]
    line = rules(f"{{label: 线, count: plan on time, lead: {each}, at_most: {at_most}}}")
    made = scored(line, A, *cases)
    assert points(made)["线"] == gives
    assert ("至多" in made.lines[-1].quantity) == (abs(int(each)) * 3 > at_most)


def test_cap_and_floor_are_lines_of_their_own() -> None:
    """What a bound takes or gives is on the receipt, so that the lines still add up."""
    cases = [Case(code=f"T{n}") for n in range(3)]
    high = scored(rules("{label: 线, count: plan missed, lead: +30}", "base: 60, max: 100"), A, *cases)
    low = scored(rules("{label: 线, count: plan missed, lead: -30}", "base: 60, min: 0"), A, *cases)
    assert points(high) == {"基础分": "60", "线": "90", "封顶": "-50"} and high.total == Decimal(100)
    assert points(low) == {"基础分": "60", "线": "-90", "保底": "30"} and low.total == ZERO
    level = scored(rules("{label: 线, count: plan missed, lead: -20}", "base: 60, min: 0"), A, *cases)
    assert "保底" not in points(level) and level.total == ZERO


def test_towns_are_not_assessed_where_they_only_help() -> None:
    """A spared part counts for nothing, the same unit's own task counts in full."""
    helping, leading = Case(co=[TOWN]), Case(code="T2", lead=[TOWN], co=[TOWN2, C])
    assert points(scored(BOARD.score, TOWN2, helping, leading)) == {
        "基础分": "60",
        "报送按期率": "20",
        "序时进度率": "20",
    }
    assert "协办漏报" not in points(scored(BOARD.score, TOWN, helping, leading))
    assert points(scored(BOARD.score, TOWN, helping, leading))["漏报"] == "-6"
    assert points(scored(BOARD.score, C, helping, leading))["协办漏报"] == "-1"


def test_late_costs_less_than_never() -> None:
    """A task finished late loses less than one not finished, and one in time gains."""
    made = {}
    for name, report in (("on time", "2021-12-20"), ("late", "2022-01-10"), ("missed", "")):
        case = Case().started().cycle("2021-06-20", "2021-06-22")
        if report:
            case.do(report, A, "catch_up" if report > "2022" else "report", progress=100)
            case.do("2022-01-11", OFFICE, "verify").do("2022-01-11", OFFICE, "complete")
        made[name] = score(BOARD.score, tally(case, period="2021Q4", as_of="2022-01-20"), A).total
    assert made["on time"] > made["late"] > made["missed"]


def test_comparisons_read_named_numbers_before_counts() -> None:
    """``score`` is the total; anything else is counted for the unit; the explanation carries the number."""
    found = tally(Case(), period="2021Q2")
    known = {"score": Decimal("89.95")}
    assert not found.holds(A, parse_comparison("score >= 90"), known)
    assert found.holds(A, parse_comparison("plan missed = 1"), known)
    tested = found.tested(A, parse_comparison("plan missed = 1"), known)
    assert tested == compared.Tested("plan missed", "=", Decimal(1), Decimal(1))
    assert found.tested(A, parse_comparison("score >= 90"), known).actual == Decimal("89.95")


@pytest.mark.parametrize(
    ("written", "actual", "said"),
    [
        ("score >= 90", "100", "得分不低于 90 分(实为 100 分)"),
        ("score < 60", "59.5", "得分低于 60 分(实为 59.5 分)"),
        ("missed = 0", "0", "没有逾期未办的应办"),
        ("black = 0", "0", "没有上黑榜"),
        ("black = 0", "2", "没有上黑榜(实为 2 次)"),
        ("on time >= 1", "3", "有按期的应办(3 件)"),
        ("finish missed >= 3", "4", "“全面完成”逾期未办不少于 3 件(实为 4 件)"),
        ("order red > 1", "2", "红单多于 1 次(实为 2 次)"),
        ("order orange = 0", "0", "没有 orange 督查单"),
        ("rework <= 2", "1", "“退回重报”不超过 2 次(实为 1 次)"),
        ("finish on pace > 0", "1", "有“全面完成”不落后序时的任务(1 项)"),
        ("15 workdays after finish = 0", "0", "没有“全面完成”到期后 15 个工作日的情形"),
    ],
)
def test_conditions_are_said_as_officials_read_them(written: str, actual: str, said: str) -> None:
    """No word of the rule language is left in what a unit reads about a list or a grade."""
    comparison = parse_comparison(written)
    tested = compared.Tested(comparison.subject, comparison.sign, comparison.value, Decimal(actual))
    assert Criteria(LAW.wording, {"red": "红单"}).said(tested, comparison.measure) == said


def test_plain_numbers_have_neither_spare_zeros_nor_exponents() -> None:
    """What is printed is the number as a person writes it."""
    assert [plain(Decimal(n)) for n in ("60.00", "-2.50", "1E+2", "0.0", "100")] == ["60", "-2.5", "100", "0", "100"]


LINES = (
    "{label: 一, rate: [plan on time, progress on time, contribution on time], points: 20}",
    "{label: 二, rate: finish on pace, points: 7.77}",
    "{label: 三, count: finish on time, lead: +2.25, co: +1.1, at_most: 3.3}",
    "{label: 四, count: [plan missed, progress missed], lead: -3.33, co: -0.7}",
    "{label: 五, count: contribution missed, co: -1.05, at_most: 2}",
    "{label: 六, count: rework, lead: -1}",
    "{label: 七, count: 15 workdays after finish, lead: -3, at_most: 2.995}",
)


@settings(max_examples=30)
@given(
    st.lists(steps, min_size=1, max_size=3), st.integers(0, 2**16), st.sampled_from((0, 1, 2, 3)),
    st.sampled_from(("2025Q1", "2025Q2", "2025Q4", "2025", "2026Q1")),
)  # fmt: skip
def test_receipts_add_up(histories: list[list[tuple[int, int, int]]], seed: int, places: int, period: str) -> None:
    """Over random tasks, histories and rules: the lines add up to the total exactly, and bounds are kept."""
    dice = Random(seed)
    lines = ", ".join(dice.sample(LINES, dice.randint(1, len(LINES))))
    low, high = dice.choice((0, 50)), dice.choice((60, 75, 100))
    made = rules(lines, f"base: 60.5, min: {low}, max: {high}, places: {places}")
    cases = []
    for number, chosen in enumerate(histories):
        task = placed()
        for act in script(chosen):
            task = tried(task, act)[0]
        cases.append(Case(LAW, code=f"T{number}"))
        cases[-1].task = task
    found = tally(*cases, period=period, as_of=str(END))
    for unit in (A, B, C, "区财政局"):
        result = score(made, found, unit)
        assert sum((line.points for line in result.lines), ZERO) == result.total
        assert low <= result.total <= high
        for line in result.lines[1:]:
            if line.label not in ("封顶", "保底"):
                assert line.points == rounded(line.points, places)
                assert line.because or line.points >= 0
