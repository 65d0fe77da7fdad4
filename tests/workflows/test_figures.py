"""How far goals are reached and how far they should be: the arithmetic, held by laws and by cases from the field."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from supervise.goals import Target, goal
from supervise.records import Stage
from supervise.workflows.figures import expected, progress, reached, scheduled, share

BORN, NOMINAL = date(2025, 1, 1), date(2025, 12, 31)
values = st.decimals(0, 10**6, places=2)
anywhere = st.decimals(-(10**6), 2 * 10**6, places=2)
kinds = st.sampled_from(["level", "growth", "milestone"])


def target(line: str) -> Target:
    """A goal from its line."""
    made = goal(line)
    assert isinstance(made, Target)
    return made


@st.composite
def goals(draw: st.DrawFn, comparators: str = ">= > = <= <") -> Target:
    """Any goal."""
    comparator, value, kind = draw(st.sampled_from(comparators.split())), draw(values), draw(kinds)
    upper = value + draw(values) if comparator == "=" and draw(st.booleans()) else None
    change = "increase" if kind == "growth" else draw(st.sampled_from(["", "increase"])) if kind == "level" else ""
    return Target("指标", comparator, value, "家", kind, change, upper, draw(st.none() | values))


@given(goals(), anywhere)
def test_a_percentage_is_never_above_100_nor_below_0_and_100_only_when_reached(made: Target, figure: Decimal) -> None:
    """What rounds to 100 without being reached stops just below it."""
    part = share(made, figure)
    assert 0 <= part <= 100
    assert (part == 100) == reached(made, figure)
    assert part == part.quantize(Decimal("0.1"))


@given(goals(">= >"), anywhere, anywhere)
def test_more_is_never_less_where_at_least_so_much_is_promised(made: Target, one: Decimal, other: Decimal) -> None:
    """The percentage rises with the figure, or stays."""
    low, high = sorted((one, other))
    assert share(made, low) <= share(made, high)


@given(goals("<= <"), anywhere, anywhere)
def test_less_is_never_worse_where_at_most_so_much_is_promised(made: Target, one: Decimal, other: Decimal) -> None:
    """The percentage falls with the figure, or stays."""
    low, high = sorted((one, other))
    assert share(made, low) >= share(made, high)


@given(st.lists(st.decimals(0, 100, places=1), min_size=1, max_size=6))
def test_a_task_is_done_exactly_when_all_its_goals_are(shares: list[Decimal]) -> None:
    """The mean lies between the least and the most, and is 100 only if every goal is reached."""
    mean = progress(shares)
    assert min(shares) <= mean <= max(shares)
    assert (mean == 100) == all(part == 100 for part in shares)


@pytest.mark.parametrize(
    ("line", "figure", "percent"),
    [
        ("企业 >= 45 家", "40", "88.9"),
        ("企业 = 12 家(增量)", "13", "100"),
        ("企业 > 40 家", "40", "99.9"),
        ("企业 >= 10000 家", "9999", "99.9"),
        ("总数 >= 146 家(基数 128)", "137", "50"),
        ("总数 >= 146 家(基数 128)", "120", "0"),
        ("总数 >= 146 家(基数 150)", "140", "95.9"),
        ("企业 >= 18 家(增量,基数 10)", "9", "50"),
        ("存量 <= 100 户(基数 500)", "200", "75"),
        ("存量 = 100 户(基数 500)", "200", "75"),
        ("存量 = 0 户(基数 500)", "1", "99.8"),
        ("失业率 <= 4.5 %", "5", "90"),
        ("失业率 <= 4.5 %", "4.2", "100"),
        ("零就业家庭 = 0", "0", "100"),
        ("零就业家庭 = 0", "2", "0"),
        ("物价 = 2..3 %", "1", "50"),
        ("物价 = 2..3 %", "2.5", "100"),
        ("物价 = 2..3 %", "4", "75"),
        ("增速 = 7 %(增幅)", "6.1", "87.1"),
        ("增速 = 7 %(增幅)", "-1", "0"),
        ("增速 >= 0 %(增幅)", "-1", "0"),
        ("增速 = 7 %(增幅,基数 5)", "6.1", "87.1"),
        ("通车 = 1(节点)", "0", "0"),
        ("通车 = 1(节点)", "1", "100"),
        ("标段 >= 3 个(节点)", "2", "0"),
    ],
)
def test_percentages_worked_out_by_hand(line: str, figure: str, percent: str) -> None:
    """Shares, baselines, ways down, ranges, rates and milestones as a clerk works them out."""
    assert share(target(line), Decimal(figure)) == Decimal(percent)


def test_a_level_is_held_against_time_and_a_rate_against_the_rate() -> None:
    """53.3 % of a level after three quarters of the time is 21.7 points behind; a rate is due in full every day."""
    born, nominal, day = date(2018, 12, 31), date(2022, 12, 31), date(2021, 12, 31)
    level, rate, node = target("企业 >= 300 家"), target("增速 = 7 %(增幅)"), target("通车 = 1(节点)")
    due = scheduled([level], (), born, nominal, day)
    assert (due - share(level, Decimal(160))).quantize(Decimal("0.1")) == Decimal("21.7")
    assert scheduled([rate], (), born, nominal, day) == 100
    assert scheduled([node], (), born, nominal, day) == 0
    assert scheduled([node], (), born, nominal, nominal) == 100
    assert scheduled([level, rate], (), born, nominal, day) == (due + 100) / 2
    assert scheduled([], (), born, nominal, day) == due


STAGES = [
    Stage(date(2025, 7, 1), "主体完工", Decimal(30)),
    Stage(date(2025, 4, 11), "开工", Decimal(10)),
    Stage(date(2025, 6, 1), "招标"),
]


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        ("2024-12-01", 0), ("2025-01-01", 0), ("2025-02-20", 5), ("2025-04-11", 10), ("2025-07-01", 30),
        ("2025-12-31", 100), ("2026-03-01", 100),
    ],
)  # fmt: skip
def test_stages_bend_the_line(day: str, percent: int) -> None:
    """Between stages the line is straight; a stage without a percentage binds no figure, and order does not matter."""
    assert expected(STAGES, BORN, NOMINAL, date.fromisoformat(day)) == percent
    assert expected(STAGES[::-1], BORN, NOMINAL, date.fromisoformat(day)) == percent


days = st.integers(-40, 500).map(lambda n: BORN + timedelta(days=n))
stages = st.lists(st.builds(Stage, days, st.just(""), st.none() | st.integers(0, 100).map(Decimal)), max_size=6)


@given(stages, days, days)
def test_what_is_expected_only_grows_and_ends_at_100(plan: list[Stage], one: date, other: date) -> None:
    """For any plan, in any order: 0 at the start, 100 at the end, never less on a later day."""
    first, then = sorted((one, other))
    before, after = expected(plan, BORN, NOMINAL, first), expected(plan, BORN, NOMINAL, then)
    assert 0 <= before <= after <= 100
    assert expected(plan, BORN, NOMINAL, BORN) == 0
    assert expected(plan, BORN, NOMINAL, NOMINAL) == 100


@given(stages, days)
def test_without_percentages_the_schedule_is_one_line(plan: list[Stage], day: date) -> None:
    """A plan that names only dates leaves the schedule as it was."""
    assume(BORN <= day <= NOMINAL)
    bare = [Stage(stage.day, "") for stage in plan]
    length = (NOMINAL - BORN).days
    assert expected(bare, BORN, NOMINAL, day) == Decimal(100 * (day - BORN).days) / length


@given(stages)
def test_every_stage_on_the_way_is_kept_to(plan: list[Stage]) -> None:
    """By the day of a stage at least its percentage is expected."""
    for stage in plan:
        if stage.percent is not None and BORN < stage.day < NOMINAL:
            assert expected(plan, BORN, NOMINAL, stage.day) >= stage.percent
