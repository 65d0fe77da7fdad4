"""What a scheme can say, and what it comes to: lines, bounds, shares, places, lists, grades, movement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.cli.faces import since
from supervise.errors import Invalid
from supervise.hall.receipts import as_plain
from supervise.records import Mark
from supervise.rules.moved import Mover, difference, stood
from supervise.rules.placing import Placed
from tests.rules.schemes import DAY, HEAD, MARKS, PLAIN, boards, example, mark, on, past, rows

FOUR = {"甲": "a", "乙": "a", "丙": "a", "丁": "b"}


def figures(**values: object) -> list[Mark]:
    """A figure ``n`` for each unit."""
    return [mark(unit, "n", value) for unit, value in values.items()]


def board(rules: str, marks: Sequence[Mark] = (), groups: dict[str, str] = FOUR, text: str = HEAD + MARKS) -> Placed:
    """The first board of a scheme with our usual marks."""
    return next(iter(boards(text + rules, groups, marks).values()))


def total(lines: str, marks: Sequence[Mark] = (), unit: str = "甲", head: str = HEAD) -> Decimal:
    """What one unit gets by some lines."""
    rules = f"scores:\n  score: {lines}\nboards:\n  main: {{by: score}}\n"
    made = rows(board(rules, marks, text=head + MARKS))[unit]
    assert sum((line.points for line in made.score.lines), Decimal(0)) == made.score.total
    return made.score.total


LATE = [mark("甲", "late", day=DAY.replace(day=n + 1), note=str(n)) for n in range(4)]


@pytest.mark.parametrize(
    ("lines", "marks", "points"),
    [
        ("{base: 10, lines: [{label: 迟, count: late, each: -3}]}", LATE, "-2"),
        ("{base: 10, min: 0, lines: [{label: 迟, count: late, each: -3}]}", LATE, "0"),
        ("{base: 10, lines: [{label: 迟, count: late, each: -3, at_most: 5}]}", LATE, "5"),
        ("{lines: [{label: 一, base: 6, min: 0, lines: [{label: 迟, count: late, each: -3}]}, {label: 二, base: 4, "
         "lines: [{label: 又, count: late, each: -0.5}]}]}", LATE, "2"),
        ("{base: 10, lines: [{label: 迟, count: late, each: -1, times: 'if(count(late) < 5, 2, 1)'}]}", LATE, "2"),
        ("{lines: [{label: 基, name: basic, base: 80, lines: [{label: 数, sum: n}]}, {label: 加, when: basic > 80, "
         "points: 5}]}", figures(甲=1), "86"),
        ("{lines: [{label: 基, name: basic, base: 80, lines: [{label: 数, sum: n}]}, {label: 加, when: basic > 80, "
         "points: 5}]}", figures(甲=0), "80"),
        ("{worth: 100, lines: [{label: 一, worth: 60, points: '60 * n / 10'}, {label: 二, worth: 40, points: m, "
         "none: out}]}", figures(甲=5), "50"),
        ("{lines: [{label: 无, none_when: count(late) = 0, none: full, worth: 27, points: 0}]}", [], "27"),
        ("{lines: [{label: 无, none_when: count(late) = 0, none: 12, worth: 27, points: 27}]}", [], "12"),
        ("{lines: [{label: 档, of: n, bands: {'< 0': 0, '[0, 10)': '= 2 * n', '>= 10': 25}}]}", figures(甲=9.5), "19"),
        ("{lines: [{label: 折, points: 100 * n / max(n)}]}", figures(甲=1, 乙=3, 丙=2, 丁=9), "33.33"),
        ("{worth: 25, lines: [{label: 降, worth: 25, points: '25 - 0.1 * max(0, 100 - m)', none: 0}]}", [], "0"),
        ("{worth: 25, lines: [{label: 降, worth: 25, points: '25 - 0.1 * max(0, 100 - n)', none: 0}]}",
         figures(甲=40), "19"),
        ("{lines: [{label: 顶, points: 'min(8, m)', none: 0}]}", [], "0"),
        ("{lines: [{label: 顶, points: 'min(8, default(m, 3))', none: 0}]}", [], "3"),
        ("{lines: [{label: 名, points: '101 - rank(n, low)'}]}", figures(甲=1, 乙=3, 丙=2, 丁=9), "100"),
        ("{lines: [{label: 均, points: n - mean(n)}]}", figures(甲=1, 乙=3, 丙=2, 丁=9), "-1"),
        ("{lines: [{label: 全, points: 'n - mean(n, all)'}]}", figures(甲=1, 乙=3, 丙=2, 丁=10), "-3"),
        ("{lines: [{label: 评, points: trimmed(n)}]}", [mark("甲", "n", v) for v in (10, 60, 70, 100)], "65"),
        ("{lines: [{label: 近, points: latest(n)}]}", [mark("甲", "n", 7, date(2025, 6, 2)), mark("甲", "n", 5)], "7"),
        ("{lines: [{label: 季, points: 'count(late, \"last 3 months\")'}]}",
         [mark("甲", "late", day=date(2025, n, 30)) for n in (3, 4, 5, 6)], "3"),
        ("{lines: [{label: 连, points: run(late)}]}",
         [mark("甲", "late", day=date(2025, n, 1)) for n in (3, 5, 6)], "2"),
    ],
)  # fmt: skip
def test_lines(lines: str, marks: list[Mark], points: str) -> None:
    """Every way of counting comes to what one works out by hand, and its lines add up to it."""
    head = HEAD + "items: {label: 项}\n" if "items" in lines else HEAD
    others = [mark(unit, "n", 1) for unit in "乙丙丁"] if marks and not any(m.unit == "乙" for m in marks) else []
    if marks == [] or any(m.kind == "late" for m in marks):
        others += [mark("甲", "n", 1)] if not any(m.kind == "n" for m in marks) else []
    assert total(lines, [*marks, *others], head=head) == Decimal(points)


def test_rounding_is_where_and_as_the_file_says() -> None:
    """Three thirds of 100 rounded one by one lose a cent, rounded as a whole they do not; and even rounds to even."""
    thirds = "{lines: [{label: 一, points: n / 3}, {label: 二, points: n / 3}, {label: 三, points: n / 3}]}"
    every = [mark(unit, "n", 100) for unit in FOUR]
    assert total(thirds, every) == Decimal("99.99")
    assert total(thirds, every, head=HEAD + "round: total\n") == Decimal("100.00")
    half = [mark(unit, "n", "0.125") for unit in FOUR]
    told = {
        how: total("{points: n}", half, head=HEAD + f"rounding: {how}\n") for how in ("half up", "half even", "down")
    }
    assert told == {"half up": Decimal("0.13"), "half even": Decimal("0.12"), "down": Decimal("0.12")}


def test_one_matter_counts_once() -> None:
    """``apart`` keeps one plus and one minus of a matter, ``one`` only the weightiest; what names no matter stays."""
    lines = "{per_matter: MODE, lines: [{label: 好, count: good, lead: 2, co: 1}, {label: 数, sum: n}]}"
    marks = [
        mark("甲", "good", role="lead", matter="M1"), mark("甲", "good", role="co", matter="M1"),
        mark("甲", "n", -3, matter="M1"), mark("甲", "n", -1, matter="M1"), mark("甲", "n", -1),
    ]  # fmt: skip
    found = {mode: total(lines.replace("MODE", mode), marks) for mode in ("all", "apart", "one")}
    assert found == {"all": Decimal(-2), "apart": Decimal(-2), "one": Decimal(-4)}  # 3−5, 2−3−1, −3−1


LISTS = "boards:\n  main:\n    by: n\n    lists:\n      red: {top: 2, TAIL}\n"


@pytest.mark.parametrize(
    ("tail", "listed"),
    [
        ("ties: include", "甲乙丙"),
        ("ties: exclude", "甲"),
        ("ties: next, then: m", "丙甲"),
        ("when: m > 1", "丙甲"),
        ("when: m > 2, over: fitting", "丁丙"),
        ("unless: n >= 9", "丙乙"),
    ],
)
def test_ties_at_the_cut_and_conditions(tail: str, listed: str) -> None:
    """Of two places and three with a claim: all, none, or by the next key; conditions before or after the places."""
    groups = dict.fromkeys("甲乙丙丁", "a")
    marks = figures(甲=9, 乙=5, 丙=5, 丁=1) + [mark(u, "m", v) for u, v in zip("甲乙丙丁", (2, 1, 3, 9), strict=True)]
    assert on(board(LISTS.replace("TAIL", tail), marks, groups), "red") == sorted(listed)


def test_places_over_one_group_and_over_all() -> None:
    """One board: red lists by group, the black one over all units together, ties sharing a place either way."""
    rules = (
        "boards:\n  main:\n    by: n\n    ties: dense\n    lists:\n      red: {top: {a: 1, b: 50%}}\n"
        "      black: {bottom: 1, among: all}\n      rising: {label: 进步榜, top: 1, by: m, among: all}\n"
    )
    marks = figures(甲=9, 乙=9, 丙=2, 丁=5) + [mark(u, "m", v) for u, v in zip("甲乙丙丁", (1, 2, 4, 3), strict=True)]
    made = board(rules, marks)
    assert {u: r.rank for u, r in rows(made).items()} == {"甲": 1, "乙": 1, "丙": 2, "丁": 1}
    assert (on(made, "red"), on(made, "black"), on(made, "rising")) == (["乙", "甲"], ["丙"], ["丙"])


def test_too_few_items_are_listed_and_not_ranked() -> None:
    """A unit without enough figures, or without the one it is ranked by, stands below and says why."""
    made = rows(board(PLAIN.replace("by: score", "by: score, ranked_when: count(n) >= 2"), figures(甲=9, 乙=9) * 2))
    assert {u: r.rank for u, r in made.items()} == {"甲": 1, "乙": 1, "丙": None, "丁": None}
    assert made["丙"].why == ("不排名:条件不成立,件数(数) ≥ 2(实为 0)",)
    assert rows(board(PLAIN, figures(甲=9)))["乙"].why == ("不排名:没有 得分",)


GRADES = (
    "grading:\n  of: n\n  limits: [{label: 有迟办, when: late >= 1, at_most: 合格}]\n  grades:\n"
    "    - {grade: 优秀, range: '>= 90', quota: 50%}\n    - {grade: 良好, range: '[80, 90)'}\n"
    "    - {grade: 合格, range: '< 80'}\n"
)


def test_grades_within_a_quota_that_equals_share() -> None:
    """Half of four may be excellent: three with 95 or more find two places; a cap takes one out before that."""
    groups = dict.fromkeys("甲乙丙丁", "a")
    marks = figures(甲=99, 乙=95, 丙=95, 丁=80)
    found = {u: r.grade for u, r in rows(board(PLAIN + GRADES, marks, groups)).items()}
    assert found == {"甲": "优秀", "乙": "良好", "丙": "良好", "丁": "良好"}
    found = {u: r.grade for u, r in rows(board(PLAIN + GRADES, [*marks, mark("丙", "late")], groups)).items()}
    assert found == {"甲": "优秀", "乙": "优秀", "丙": "合格", "丁": "良好"}


def test_movement_and_proposals_since_earlier_boards() -> None:
    """Against May: two places up, nine points, and the lines that moved it; twice red in a row proposes."""
    rules = (
        "scores:\n  score:\n    base: 10\n    lines: [{label: 迟, count: late, each: -4}, {label: 数, sum: n}]\n"
        "boards:\n  main:\n    by: score\n    lists: {red: {top: 1}}\n"
        "    streaks: [{label: 表扬, list: red, in_a_row: 2}]\nvalues: {gain: score - before(score)}\n"
    )
    groups = dict.fromkeys("甲乙丙", "a")
    may = [mark("甲", "late", day=date(2025, 5, 5)), mark("乙", "n", 3, date(2025, 5, 6))]
    before = boards(HEAD + MARKS + rules, groups, may, "2025-05")["main"]
    june = [mark("甲", "n", 5), mark("乙", "n", 6)]
    made = boards(HEAD + MARKS + rules, groups, june, "2025-06", [past(before, "2025-05")])["main"]
    first = rows(made)["甲"].movement
    assert first is not None and (first.rank, first.up, first.change) == (3, 1, Decimal("9.00"))
    assert first.by == (Mover("数", Decimal("5.00")), Mover("迟", Decimal("4.00")))
    assert (rows(made)["甲"].values["gain"], [p.unit for p in made.proposals]) == ("9", ["乙"])


@pytest.mark.parametrize("by", ["score", "score + 0 * n"])
def test_no_score_in_the_period_before_is_no_nought(by: str) -> None:
    """Who had none then, or has none now, gained and lost nothing; who had nought gained all of it."""
    rules, groups = PLAIN.replace("by: score", f"by: {by}"), dict.fromkeys("甲乙丙", "a")
    then = [mark(unit, "n", value, date(2025, 5, 6)) for unit, value in (("乙", 0), ("丙", 7))]
    before = boards(HEAD + MARKS + rules, groups, then, "2025-05")["main"]
    now = [mark(unit, "n", value) for unit, value in (("甲", 100), ("乙", 100))]
    made = boards(HEAD + MARKS + rules, groups, now, "2025-06", [past(before, "2025-05")])["main"]
    told = {unit: row.movement for unit, row in rows(made).items()}
    assert {u: (m.total, m.change) for u, m in told.items() if m is not None} == {
        "甲": (None, None), "乙": (Decimal("0.00"), Decimal("100.00")), "丙": (Decimal("7.00"), None),
    }  # fmt: skip
    words = {u: since(as_plain(m)) for u, m in told.items()}
    assert (words["甲"], words["丙"]) == ("上期没有得分", "上期 7,本期没有得分")
    assert words["乙"] == "升 1 +100" if by == "score" else words["乙"].startswith("升 1 +100 ")
    moved = {one.unit: stood(one)[0] for one in difference(*(
        {"standings": [as_plain(row) for row in one.standings]} for one in (before, made)
    ))}  # fmt: skip
    assert moved == {"甲": "无→100.00 分", "乙": "0.00→100.00 分", "丙": "7.00→无 分"}


def test_what_is_missing_is_said_of_every_unit_at_once() -> None:
    """A figure that was not reported is no zero: the board says who lacks it, and where the rule stands (J10)."""
    with pytest.raises(Invalid) as caught:
        board(PLAIN.replace("    none: out\n", ""), figures(甲=1))
    assert [(p.code, p.line, p.text[:2]) for p in caught.value.problems] == [("J10", 14, f"{u}:") for u in "乙丙丁"]


def test_a_division_by_zero_is_told_with_its_unit_and_its_line() -> None:
    """A group whose best is 0 has no ratio to it: nobody gets a number out of nothing (J07)."""
    with pytest.raises(Invalid) as caught:
        board(PLAIN.replace("points: n", "points: 100 * n / max(n)"), figures(甲=1, 乙=2, 丙=0, 丁=0))
    assert [(p.code, p.line, p.text[:2]) for p in caught.value.problems] == [("J07", 14, "丁:")]


# ── laws ────────────────────────────────────────────────────────────────────────────────────────────────────────────

UNITS = {"甲": "township", "乙": "township", "丙": "department", "丁": "department"}
KINDS = ("special_done", "special_early", "special_late", "meeting_praise", "circ_praise", "circ_crit")
marks_ = st.lists(
    st.builds(
        lambda unit, kind, role, matter, status, day: mark(
            unit, kind, day=date(2025, 6, day), role=role, matter=matter, status=status
        ),
        st.sampled_from(list(UNITS)), st.sampled_from(KINDS), st.sampled_from(["lead", "co"]),
        st.sampled_from(["M1", "M2", "M3"]), st.sampled_from(["", "", "final", "revoked"]), st.integers(1, 30),
    ),
    max_size=25,
)  # fmt: skip
LEAD_CO = example("lead-co-points")


@settings(max_examples=30)
@given(marks_, st.randoms())
def test_receipts_add_up_and_the_order_of_entry_changes_nothing(marks: list[Mark], dice: object) -> None:
    """Whatever is on record: each receipt adds up to its total, and any order of entry gives the same board."""
    made = boards(LEAD_CO, UNITS, marks)["main"]
    for row in made.standings:
        assert sum((line.points for line in row.score.lines), Decimal(0)) == row.score.total
    other = list(marks)
    dice.shuffle(other)  # type: ignore[attr-defined]
    assert boards(LEAD_CO, UNITS, other)["main"] == made


@settings(max_examples=30)
@given(marks_, st.data())
def test_a_mark_concerns_its_unit_alone_and_a_revoked_one_nobody(marks: list[Mark], data: st.DataObject) -> None:
    """Without a mark the other units have the same receipts; without a revoked one the whole board is the same."""
    made = boards(LEAD_CO, UNITS, marks)["main"]
    if not marks:
        return
    gone = data.draw(st.integers(0, len(marks) - 1))
    without = boards(LEAD_CO, UNITS, marks[:gone] + marks[gone + 1 :])["main"]
    if marks[gone].status == "revoked":
        assert without == made
    unit = marks[gone].unit
    assert {r.unit: r.score for r in without.standings if r.unit != unit} == {
        r.unit: r.score for r in made.standings if r.unit != unit
    }


def test_a_unit_reads_labels_and_the_numbers_behind_them() -> None:
    """A receipt says the formula in Chinese with what its parts come to, and cites the marks behind them."""
    rules = (
        "scores:\n  score: {lines: [{label: 比, clause: 第三条, points: '40 * (n - 1) / max(1, max(n)) + given(m)'}]}\n"
        "boards:\n  main: {by: score}\n"
    )
    [line] = rows(board(rules, figures(甲=3, 乙=5, 丙=1, 丁=1)))["甲"].score.lines
    assert line.quantity == "40 × (数 − 1) ÷ 最大(1,本组最高(数)) + 有(又一数)(数 3,本组最高(数) 5,又一数 无)"
    assert (line.clause, [(ref.what, ref.day) for ref in line.because]) == ("第三条", [("数 3", DAY)])
