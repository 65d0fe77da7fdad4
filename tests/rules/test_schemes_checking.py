"""What the check finds in a scheme before anything is scored, and the arithmetic and bands beneath it."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.errors import Invalid
from supervise.rules.arithmetic import DEEPEST, FUNCTIONS, parse, walk
from supervise.rules.bands import Range, holes, overlaps, parse_range, place_of
from supervise.rules.formulacheck import constant
from supervise.rules.functions import rounded
from tests.rules.schemes import EXAMPLES, HEAD, MARKS, PLAIN, problems

# ── faults of published schemes ─────────────────────────────────────────────────────────────────────────────────────

SECTION = """scores:
  score:
    worth: 84
    lines:
      - label: 省级事项
        worth: 16
        lines:
          - {label: 承接, worth: 10, points: 10}
          - {label: 落实, worth: 5, points: 5}
      - {label: 其他, worth: 68, points: 68}
boards:
  main: {by: score}
"""
LAG = "values:\n  lag: {of: n, bands: {'<= 0': green, '10 .. 30': yellow, '> 30': red}}\n"
CARDS = "values:\n  card: {of: n, bands: {'<= 7': yellow, '7 .. 15': orange, '>= 15': red}}\n"
OPEN = """grading:
  of: n
  span: 0 .. 100
  grades:
    - {grade: 优秀, range: ">= 90"}
    - {grade: 良好, range: 80 .. 89}
    - {grade: 合格, range: 60 .. 79}
    - {grade: 不合格, range: <= 59}
"""
SHARED = OPEN.replace("80 .. 89", "80 .. 90").replace("60 .. 79", "'[60, 80)'").replace("<= 59", "< 60")


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        (SECTION, {"18": "J12 各小项满分合计 15,应为 16,差 1"}),
        (LAG + PLAIN, {"14": "J08 0 到 10(不含) 没有规定"}),
        (CARDS + PLAIN, {"14": "J11 “7 .. 15”和“>= 15”两档在 15 重叠,请改成各管一段"}),
        (PLAIN + OPEN, {"22": "J09 89 到 90(不含) 没有等次"}),
        (PLAIN + SHARED, {"24": "J11 “优秀”和“良好”在 90 重叠,一个分数有两个等次"}),
    ],
    ids=["15 of 16", "a lag of 0 to 10", "two cards on day 7", "89.5 without a grade", "two grades at 90"],
)
def test_faults_of_published_schemes_are_found(rules: str, found: dict[str, str]) -> None:
    """Parts that do not add up, holes and overlaps: each is told at its line (the last of its line, if several are)."""
    assert problems(HEAD + MARKS + rules) == found


def test_whole_points_leave_no_hole_between_89_and_90() -> None:
    """Where only whole points are given, 80–89 and 90 and above leave nothing out."""
    assert problems(HEAD + MARKS + PLAIN + OPEN.replace("  of: n\n", "  of: n\n  whole: true\n")) == {}


def test_the_page_on_schemes_is_true() -> None:
    """Its example is sound, every key of it is read, and every function there is stands on it."""
    page = (EXAMPLES.parents[1] / "docs" / "schemes.md").read_text("utf-8")
    [told] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert problems(told) == {}
    assert [name for name in FUNCTIONS if not re.search(rf"`{name}\b", page)] == []


SLIPS = [
    ("points: n", "points: nn", "J01 没有“nn”这个名字,是不是 n?"),
    ("points: n", "points: n.lead + score", "J04 互相引用,算不出来:score → score"),
    ("points: n", "points: meen(n)", "J02 没有“meen”这个函数,是不是 mean?"),
    ("points: n", "points: rank(n, lowest)", "J02 rank 后面只能再写 all(全部单位)、low(小的在前)"),
    ("points: n", "points: n / (3 - 3)", "J07 除数是 0"),
    ("points: n", "points: count(n + 1)", "J02 count 里要写登记项的名字,不能写算式"),
    ("points: n", "points: 'round(n, -1)'", "J02 round 后面写保留几位小数,0 到 12"),
    ("points: n", "points: 'round(n, m)'", "J02 round 后面写保留几位小数,0 到 12"),
    ("points: n", "points: 'deviation(n, 99999999)'", "J02 deviation 后面写保留几位小数,0 到 12"),
    ("points: n", "points: 'trimmed(n, 50%)'", "J02 trimmed 后面写各去几个,或不到一半的几成"),
    ("points: n", "points: 'trimmed(n, 1.5)'", "J02 trimmed 后面写各去几个,或不到一半的几成"),
    ("points: n", "points: 'items_top(n, 0)'", "J02 items_top 要先写 items(事项)"),
    ("points: n", "points: count('n', 'last week')", "J02 看不懂时段“last week”"),
    ("points: n", "points: count(nn)", "J05 没有“nn”这个登记项,是不是 n?"),
    ("points: n", "points: if(f = 'red', 1, 0)", "J01 没有哪个数会是“red”"),
    ("points: n", "points: times('main.gold')", "J01 没有“main.gold”这个榜"),
    ("points: n", "count: late", "J13 是件数,须写 each"),
    ("points: n", "points: n\n    count: late\n    each: 1", "J13 同时写了 count、points,只能写一样"),
    ("points: n", "of: n", "J13 of 和 bands(各档)要一起写"),
    ("points: n", "of: n\n    bands: {'>= 0': good, '< 0': 0}", "J06 “good”不是分数"),
    ("points: n", "rate: late\n    worth: 20", "J05 “late”是登记项,没有应办多少"),
    ("{by: score}", "{by: score, groups: c}", "R06 没有“c”这个分组"),
    ("{by: score}", "{lists: {red: {top: 3}}}", "J13 按名次上榜,榜里须写 by"),
    ("{by: score}", "{by: score, lists: {red: {unless: f}}}", "J13 须写 top、bottom(名次)或 when(条件)"),
    ("{by: score}", "{by: score, streaks: [{label: 谈, list: black, in_a_row: 2}]}", "J01 没有“black”这个榜"),
    ("  f: {label", "  score: {label", "J03 “score”在第 12 行已经用过"),
    ("  f: {label", "  all: {label", "J03 “all”另有所指"),
]


@pytest.mark.parametrize(("old", "new", "told"), SLIPS, ids=[new[:40] for _, new, _ in SLIPS])
def test_slips_are_answered_with_what_was_meant(old: str, new: str, told: str) -> None:
    """Each slip of a hand is told in one sentence, with the nearest name where there is one."""
    text = (HEAD + MARKS + PLAIN).replace(old, new)
    assert text != HEAD + MARKS + PLAIN
    assert any(found.startswith(told) for found in problems(text).values()), problems(text)


# ── arithmetic ──────────────────────────────────────────────────────────────────────────────────────────────────────

numbers = st.decimals(-99, 99, places=2).map(lambda n: f"{abs(n):f}")
sums = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("-{}".format),
    ),
    max_leaves=12,
)


@settings(max_examples=75)
@given(sums)
def test_sums_come_to_what_fractions_come_to(text: str) -> None:
    """Signs bind as everywhere, in exact fractions: the same text in Python over ``Fraction`` comes to the same."""
    python = re.sub(r"\d+(?:\.\d+)?", lambda match: f"Fraction('{match[0]}')", text)
    assert constant(parse(text)) == eval(python, {"Fraction": Fraction})


@settings(max_examples=100)
@given(st.text(alphabet="ab1.+-*/()<>=,'\" 名andornotif%", max_size=40))
def test_no_text_is_more_than_a_tree_or_a_complaint(text: str) -> None:
    """Any text at all is a tree of our own or a complaint in Chinese, and nothing else."""
    try:
        assert all(type(node).__module__ == "supervise.rules.arithmetic" for node in walk(parse(text)))
    except ValueError as error:
        assert re.search("[\u4e00-\u9fff]", str(error))


@pytest.mark.parametrize(
    "text", ["__import__('os').system('true')", "n.__class__", "().x", "[n]", "n if f else m", "n := 1"]
)
def test_python_is_no_formula(text: str) -> None:
    """What Python would run is a complaint of the parser or a name nobody knows, before anything is scored."""
    rules = (HEAD + MARKS + PLAIN).replace("points: n", f'points: "{text}"')
    try:
        assert problems(rules)
    except Invalid as error:
        assert [problem.code for problem in error.problems] == ["Y06"]


def test_a_formula_cannot_be_nested_without_end() -> None:
    """Brackets beyond all reason are told, and do not exhaust the machine."""
    with pytest.raises(ValueError, match="括号套得太深"):
        parse("(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1))


@given(st.fractions(max_denominator=10_000), st.integers(0, 4))
def test_rounding_is_that_of_decimal_where_decimal_is_exact(number: Fraction, places: int) -> None:
    """The four ways of rounding agree with the decimal library for every number with an end."""
    exact = Decimal(number.numerator) / Decimal(2**8 * 5**4)
    told = Fraction(exact)
    ways = {"half up": ROUND_HALF_UP, "half even": ROUND_HALF_EVEN, "down": ROUND_DOWN, "up": ROUND_UP}
    with localcontext(prec=60):
        for name, way in ways.items():
            assert rounded(told, places, name) == exact.quantize(Decimal(1).scaleb(-places), way)


# ── bands ───────────────────────────────────────────────────────────────────────────────────────────────────────────

ranges = st.builds(
    lambda low, size, ends: Range(Fraction(low), Fraction(low + size), *ends),
    st.integers(0, 8), st.integers(0, 5), st.sampled_from([(True, True), (True, False), (False, True), (False, False)]),
).filter(lambda band: not band.empty)  # fmt: skip
POINTS = [Fraction(n, 4) for n in range(-4, 60)]


@settings(max_examples=100)
@given(st.lists(ranges, max_size=5))
def test_holes_and_overlaps_are_where_numbers_fall_through_or_twice(bands: list[Range]) -> None:
    """A hole is told exactly when some number lies in no band, an overlap exactly when some number lies in two."""
    within = Range(Fraction(0), Fraction(10))
    lost = [p for p in POINTS if within.has(p) and place_of(bands, p) is None]
    twice = [p for p in POINTS if sum(band.has(p) for band in bands) > 1]
    assert bool(list(holes(bands, within))) == bool(lost)
    assert bool(list(overlaps(bands))) == bool(twice)
    whole = [p for p in lost if p.denominator == 1]
    assert bool(list(holes(bands, within, True))) == bool(whole)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">= 90", (90, 91), (89,)), ("< 60", (59, -5), (60,)), ("10 .. 30", (10, 30), (9, 31)),
        ("≥80,<90", (80, 89), (90,)), ("(80, 90]", (90, 81), (80,)), ("100", (100,), (99,)),
        ("80 到 89", (80, 89), (90,)), ("> 0 and <= 5", (5, 1), (0,)),
    ],
)  # fmt: skip
def test_ranges_read_as_offices_write_them(text: str, inside: tuple[int, ...], outside: tuple[int, ...]) -> None:
    """Signs, both ends, brackets, Chinese and full-width writing all mean what they say at their ends."""
    band = parse_range(text)
    assert all(band.has(Fraction(n)) for n in inside) and not any(band.has(Fraction(n)) for n in outside)


def test_a_word_that_yaml_takes_for_yes_or_no_is_told_as_such() -> None:
    """``count: false`` is no name; whoever called a kind so hears why."""
    with pytest.raises(Invalid, match="true、false 是“是、否”,要作名字请加引号"):
        problems(HEAD + MARKS + "scores: {score: {lines: [{count: false, each: -1}]}}\nboards: {main: {by: score}}\n")
