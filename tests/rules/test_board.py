"""Who stands where on the board, and what it takes to be on a list."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.people import Unit, UnitList
from supervise.rules.board import Board, rank, streaks
from supervise.rules.ruleset import BoardRules
from tests.workflows.builders import BOARD, OFFICE, Case, board, bureaus, on, tally

NAMES = tuple(f"{c}局" for c in "甲乙丙丁戊己庚")


def missing(*counts: int) -> tuple[UnitList, list[Case]]:
    """Units with so many missed plans each; who misses none has one task with a plan in time."""
    cases = []
    for name, number in zip(NAMES, counts, strict=False):
        for n in range(number):
            cases.append(Case(lead=[name], code=f"{name}{n}"))
        cases.append(Case(lead=[name], code=f"{name}ok").do("2021-04-01", name, "plan"))
    return bureaus(*NAMES[: len(counts)]), cases


SIMPLE = "{base: 60, lines: [{label: 漏报, count: plan missed, lead: -3}]}"


def made(rules: BoardRules, *counts: int) -> Board:
    """The board of units with so many missed plans."""
    units, cases = missing(*counts)
    return rank(rules, tally(*cases, period="2021Q2", units=units, spare=rules.score.spare), units)


def ranks(found: Board) -> dict[str, int | None]:
    """Unit → rank."""
    return {s.unit: s.rank for s in found.standings}


def listed(found: Board, which: str) -> list[str]:
    """Units on a list, best first."""
    return [s.unit for s in found.standings if s.list == which]


def test_equal_scores_share_a_rank_and_the_next_rank_is_skipped() -> None:
    """Two units tie for second place: 1, 2, 2, 4."""
    assert ranks(made(board(), 0, 1, 1, 2)) == {"甲局": 1, "乙局": 2, "丙局": 2, "丁局": 4}


def test_a_tie_at_the_cut_is_in_with_all_its_members_from_either_end() -> None:
    """Top two with two units in second place are three; bottom two with three units in last place are three."""
    found = made(board(), 0, 1, 1, 2, 3, 3, 3)
    assert listed(found, "red") == ["甲局", "乙局", "丙局"]
    assert listed(found, "black") == ["戊局", "己局", "庚局"]


def test_ties_are_counted_from_the_worst_end_as_from_the_best() -> None:
    """Bottom two: the last one and the two that share the place before it, but nobody beyond."""
    found = made(board(red="{rank: {bureaus: top 1}}"), 0, 1, 2, 2, 3)
    assert listed(found, "black") == ["丙局", "丁局", "戊局"]


def test_a_list_needs_the_place_and_the_condition() -> None:
    """Who is in place but does not meet the condition leaves his place on the list empty; nobody moves up."""
    rules = board(
        red="{rank: {bureaus: top 2}, when: [score >= 60]}",
        black="{rank: {bureaus: bottom 3}, when: [plan missed > 1]}",
    )
    found = made(rules, 0, 1, 1, 2)
    assert listed(found, "red") == ["甲局"] and listed(found, "black") == ["丁局"]
    row = found.standing("丁局")
    assert row is not None and row.why == ("名次在本组后 3 名之内", "“plan”逾期未办多于 1 件(实为 2 件)")


def test_every_condition_must_hold() -> None:
    """Two conditions are both asked."""
    rules = board(red="{rank: {bureaus: top 3}, when: [score >= 50, plan missed = 0]}")
    assert listed(made(rules, 0, 1, 2), "red") == ["甲局"]


def test_nobody_is_on_both_lists() -> None:
    """In a group so small that both ends overlap, a unit is on one list at most."""
    found = made(board(red="{rank: {bureaus: top 3}}", black="{rank: {bureaus: bottom 3}}"), 0, 1, 2)
    assert listed(found, "red") == ["甲局", "乙局", "丙局"] and listed(found, "black") == []


def test_units_with_few_tasks_are_scored_and_not_ranked() -> None:
    """Below ``at_least`` a unit is shown without rank and without list, and takes nobody's place."""
    found = made(board(at_least="3 tasks"), 0, 2, 3)
    assert ranks(found) == {"乙局": 1, "丙局": 2, "甲局": None}
    alone = found.standing("甲局")
    assert alone is not None and alone.list == "" and alone.score.total == Decimal(60)
    assert alone.why == ("承办 1 项,不足 3 项,只公布得分",)
    assert [s.unit for s in found.standings][-1] == "甲局"


def test_units_are_compared_within_their_group() -> None:
    """Each group has its own first and its own last."""
    units = UnitList((Unit("甲局", group="bureaus"), Unit("乙局", group="bureaus"), Unit("子镇", group="towns")))
    cases = [Case(lead=["甲局"]), Case(lead=["乙局"], code="T2").do("2021-04-01", "乙局", "plan")]
    cases.append(Case(lead=["子镇"], code="T3"))
    found = rank(board(), tally(*cases, period="2021Q2", units=units), units)
    assert [(s.group, s.unit, s.rank) for s in found.standings] == [
        ("bureaus", "乙局", 1), ("bureaus", "甲局", 2), ("towns", "子镇", 1)
    ]  # fmt: skip
    assert found.standing("子镇").list == ""  # type: ignore[union-attr]


def test_only_units_with_a_part_in_the_period_are_on_the_board() -> None:
    """A unit without a task is neither first nor last, and a town that only helps is not on the board at all."""
    units = UnitList((Unit("甲局", group="bureaus"), Unit("乙局", group="bureaus"), Unit("子镇", group="towns")))
    rules = board(score=SIMPLE.replace("]}", "], spare: [towns as co]}"))
    found = rank(rules, tally(Case(lead=["甲局"], co=["子镇"]), period="2021Q2", units=units), units)
    assert list(ranks(found)) == ["甲局"]


def test_a_unit_dissolved_after_the_period_is_still_on_its_board() -> None:
    """Compiled on 5 July, the second quarter's board names the units of 30 June."""
    units = UnitList(
        (
            Unit("甲局", id="a", group="bureaus", until=on("2021-06-30"), becomes="b"),
            Unit("乙局", id="b", group="bureaus", since=on("2021-07-01")),
        )
    )
    for as_of in ("2021-06-30", "2021-07-05"):
        found = rank(board(), tally(Case(lead=["甲局"]), period="2021Q2", as_of=as_of, units=units), units)
        assert [(s.unit, s.score.total) for s in found.standings] == [("甲局", Decimal(57))]
    later = rank(board(), tally(Case(lead=["甲局"]), period="2021Q3", units=units), units)
    assert list(ranks(later)) == ["乙局"]


def test_the_shipped_board_wants_ninety_points_and_nothing_missed() -> None:
    """On the shipped board a punctual unit is red and one that missed a report is black."""
    units = bureaus("甲局", "乙局")
    cases = []
    for name in ("甲局", "乙局"):
        for n in range(3):
            case = Case(lead=[name], code=f"{name}{n}").do("2021-04-01", name, "plan").do("2021-04-02", OFFICE, "start")
            cases.append(case if name == "乙局" else case.cycle("2021-06-20", "2021-06-22"))
    found = rank(BOARD, tally(*cases, period="2021Q2", units=units), units)
    assert (listed(found, "red"), listed(found, "black")) == (["甲局"], ["乙局"])


STREAKS = "streaks: [{label: 约谈, list: black, in_a_row: 2}]\n"


def test_a_streak_is_a_list_several_times_in_a_row() -> None:
    """Black twice running is proposed for an interview; a quarter in between breaks the row."""
    rules = board(more=STREAKS)
    twice = [{"甲局": "black", "乙局": "black"}, {"甲局": "black", "乙局": ""}, {"甲局": "black", "乙局": "black"}]
    assert [p.unit for p in streaks(rules, twice)] == ["甲局"]
    assert [(p.label, p.in_a_row) for p in streaks(rules, twice[:2])] == [("约谈", 2)]
    assert streaks(rules, twice[:1]) == () and streaks(rules, []) == ()
    assert streaks(rules, [{"甲局": "red"}, {"甲局": "black"}]) == ()
    assert streaks(rules, [{}, {"甲局": "black"}]) == ()


@settings(max_examples=30)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=7), st.integers(1, 5), st.integers(1, 5))
def test_ranks_follow_the_scores_and_lists_follow_the_ranks(counts: list[int], top: int, bottom: int) -> None:
    """In every group: better means a smaller rank, equal means equal, and equals are on the same list."""
    rules = board(red=f"{{rank: {{bureaus: top {top}}}}}", black=f"{{rank: {{bureaus: bottom {bottom}}}}}")
    found = made(rules, *counts)
    assert len(found.standings) == len(counts)
    for one in found.standings:
        better = [s for s in found.standings if s.score.total > one.score.total]
        worse = [s for s in found.standings if s.score.total < one.score.total]
        assert one.rank == 1 + len(better)
        red, black = len(better) < top, len(worse) < bottom
        assert one.list == ("red" if red else "black" if black else "")
