"""What a scheme says and cannot mean is found before anything is scored; what it leaves open is a hint."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.dates import official_calendar, parse_period
from supervise.people import Unit, UnitList
from supervise.reading import parse, validate
from supervise.rules.arithmetic import parse as formula
from supervise.rules.facts import Facts, identified
from supervise.rules.hints import hints
from supervise.rules.scheme import Scheme
from supervise.rules.sheet import Sheet
from supervise.rules.spans import span_of
from tests.rules.schemes import HEAD, mark, problems

MARKS = (
    "marks:\n  late: {label: 迟办}\n  good: {label: 表扬, role: [lead, co]}\n"
    "  n: {label: 甲数, value: number, range: 0 .. 100}\n  m: {label: 乙数, value: number, range: 0 .. 100}\n"
    "  f: {label: 不可抗力, value: flag, exempts: true}\n"
)
SOUND = (
    HEAD
    + MARKS
    + """scores:
  score:
    max: 100
    min: 0
    lines:
      - {label: 一, points: 0.5 * n}
      - {label: 二, points: 0.5 * m}
      - {label: 迟, count: late, each: -1}
      - {label: 好, count: good, lead: 1, co: 0.5}
boards:
  main:
    by: score
    lists:
      red: {top: 3, when: score >= 90, ties: include}
      black: {bottom: 2, when: score < 60, unless: f, ties: include}
    streaks: [{label: 约谈, list: black, in_a_row: 2}]
grading:
  of: score
  ties: exclude
  rounding: down
  grades:
    - {grade: 优秀, when: score >= 90, quota: 30%}
    - {grade: 良好, when: score >= 80}
    - {grade: 合格, when: score >= 60}
    - {grade: 不合格}
"""
)
TOP, GOOD = "    - {grade: 优秀, when: score >= 90, quota: 30%}\n", "    - {grade: 良好, when: score >= 80}\n"
FIRST, LATE = "{label: 一, points: 0.5 * n}", "{label: 迟, count: late, each: -1}"


def told(text: str) -> list[str]:
    """The hints, as code and text."""
    document = parse(text, "s.yaml")
    return [f"{p.code} {p.text}" for p in hints([(document, validate(document, Scheme))])]


def test_a_sound_scheme_has_neither_faults_nor_hints() -> None:
    """What everything below departs from is in order."""
    assert (problems(SOUND), told(SOUND)) == ({}, [])


FAULTS = [
    (FIRST, "{label: 一, worth: 100, points: 0.5 * n + 0.6 * m}", "J16 满分 100,却最多能得 110 分"),
    (FIRST, "{label: 一, worth: 100, points: 0.5 * n + 0.4 * m}", "J16 满分 100,却最多只能得 90 分"),
    ("lead: 1, co: 0.5", "worth: 10, lead: 1, co: 0.5", "J16 满分 10,却每件加分,没有封顶"),
    (LATE, "{label: 迟, worth: 20, min: 0, count: late, each: -1}", "J16 满分 20,却最多只能得 0 分"),
    (LATE, "{label: 迟, base: 20, count: late, each: -1}", "J13 base(起始分)只用于有小项"),
    (LATE, "{label: 迟, count: late, lead: -1, co: -0.5}", "J14 “迟办”不记协办"),
    (LATE, "{label: 迟, count: late, each: [-1, -2], within: year, nth_since: last 6 months}", "J13 计分的日子"),
    (LATE, "{label: 迟, count: late, each: [-1, -2], nth_since: previous}", "J13 计分的日子(within)比"),
    (LATE, "{label: 迟, count: late, each: [-1, -2], nth_since: year, nth_within: 6 months}", "J13 nth_since"),
    (LATE, "{label: 迟, count: late, each: -1, nth_within: 6 months}", "J13 nth、nth_since、nth_within 只用于分次计分"),
    (LATE, "{label: 迟, count: late, each: -1, nth: matter}", "J13 nth、nth_since、nth_within 只用于分次计分"),
    ("    min: 0\n", "    min: 0\n    per_matter: one\n    base: 101\n", "J13 起始分 101 高于封顶 100"),
    (LATE, "{label: 迟, count: late, each: [-1, -2], per_matter: one}", "J13 分次计分和 per_matter"),
    (LATE, "{label: 迟, count: late, each: -1, within: month 2}", "J02 一期里没有第 2 个月"),
    (FIRST, "{label: 一, points: \"0.5 * latest(n, 'quarter 1')\"}", "J02 一期不到一个季度"),
    (FIRST, '{label: 一, points: "along(n, 0, 60, 100)"}', "J02 along 要 5"),
    (FIRST, '{label: 一, points: "along(n, 0, 60, 100, 80, 90)"}', "J02 along 的点和分要成对写"),
    ("when: score >= 90, ties", "when: score > 100, ties", "J14 “得分 > 100”永远不成立:“得分”只会在 0 到 100 之间"),
    ("when: score >= 90, ties", "when: score >= 90 and score < 80, ties", "J14 “得分 ≥ 90 且 得分 < 80”永远不成立"),
    ("when: score >= 90, ties", "when: n > m + 100, ties", "J14 “甲数 > 乙数 + 100”永远不成立"),
    ("when: score >= 90, ties", "when: rank(score) > 5, ties", "J14 要“本组名次(得分)”在 5 以后,又要在前 3 名"),
    ("unless: f", "unless: score < 70", "J14 when 成立的,unless(“得分”)都除外了"),
    ("in_a_row: 2", "in_year: 13", "J14 一年只出 12 次榜,上不了 13 次"),
    ("top: 3", "top: 0", "J15 top 的名额是 0"),
    ("quota: 30%", "quota: 130%", "J15 “优秀”的名额 130% 超过了全部"),
    ("quota: 30%", "quota: -30%", "J15 “优秀”的名额是 -30%,不是几个,也不是几成"),
    ("bottom: 2", "bottom: 0%", "J15 bottom 的名额是 0%,不是几个,也不是几成"),
    ("quota: 30%", "quota: {c: 30%}", "R06 没有“c”这个分组"),
    (FIRST, "{label: 一, worth: 50, max: 40, points: 0.5 * n}", "J16 满分 50,封顶却只有 40"),
    ("    max: 100\n", "    worth: 100\n", "J16 满分 100,却每件加分,没有封顶"),
    ("when: score >= 80}", "when: score >= 80, quota: 80%}", "J15 到“良好”为止,各等名额合计 110%"),
    ("when: score >= 80}", "when: score >= 80, together: 20%}", "J15 “良好”以上合计 20%,少于其中一等的 30%"),
    (TOP + GOOD, GOOD + TOP, "J14 “优秀”永远定不到:合这一等的,都先合了上面的等次"),
    ("grade: 良好", "grade: 优秀", "J03 “优秀”写了两次"),
    ("label: 乙数", "label: 甲数", "J03 “m”和“n”都叫“甲数”"),
    ("  grades:\n", "  lower: [{label: 瞒报, when: n > 100}]\n  grades:\n", "J14 “甲数 > 100”永远不成立"),
    ("boards:\n", "bars:\n  veto: {label: 否决, when: count(late) < 0}\nboards:\n", "J14 “件数(迟办) < 0”永远不成立"),
    (
        "scores:\n",
        "values:\n  v: {of: n, bands: {'<= 50': 0, '> 50, <= 100': 1, '> 100': 2}}\nscores:\n",
        "J14 “> 100”这一档永远用不上",
    ),
    ("exempts: true", "exempts: true, by: self", "J13 “不可抗力”是免责一类,不能由单位自己登记"),
]


@pytest.mark.parametrize(("old", "new", "fault"), FAULTS, ids=lambda v: str(v)[:50])
def test_what_cannot_be_meant_is_found(old: str, new: str, fault: str) -> None:
    """Each departure from the sound scheme is told in one sentence."""
    assert old in SOUND
    found = problems(SOUND.replace(old, new))
    assert any(text.startswith(fault) for text in found.values()), found


HINTS = [
    ("  f: {", "  g: {label: 另, value: number}\n  f: {", "J17 “另”登记了,却没有哪一行、哪个条件用它"),
    (LATE, LATE + "\n      - {label: 又, count: late, each: -2}", "J17 “迟办”在2行里都计分"),
    ("when: score >= 90, ties: include", "when: score >= 90", "J18 没有写名额末位同分怎么办(ties),按都上榜"),
    ("  rounding: down\n", "", "J18 名额是比例,没有写 rounding(怎样取整),按舍去零头"),
    ("top: 3", "top: {a: 3}", "J18 “乙组”没有写名额"),
    ("    by: score\n", "    by: score\n    groups: a\n", "J17 “乙组”不在任何一张榜里"),
    ("when: score < 60", "when: score < 95", "J18 “得分”在 90 到 95 的,可能同时上红榜和黑榜"),
    (", exempts: true", "", "J18 “不可抗力”用来免责,没有写 exempts"),
    ("scores:\n", "scores:\n  idle: {points: n}\n", "J17 “idle”算了分,却没有哪张榜、哪个等次用它"),
]


@pytest.mark.parametrize(("old", "new", "hint"), HINTS, ids=lambda v: str(v)[:50])
def test_what_is_left_to_the_reader_is_a_hint(old: str, new: str, hint: str) -> None:
    """The scheme is no worse for it, but whoever wrote it hears of it."""
    text = SOUND.replace(old, new)
    assert text != SOUND and problems(text) == {}
    assert any(found.startswith(hint) for found in told(text)), told(text)


def test_no_number_is_too_large_to_be_looked_at() -> None:
    """A slip of the keyboard such as 1e400 is looked at like every other number, beside what has no bounds."""
    text = SOUND.replace("each: -1", "each: -1, at_most: 1e400").replace("lead: 1, co: 0.5", "lead: -1, co: -0.5")
    assert problems(text) == {}


LEAVES = st.sampled_from(["n", "m", "score", "3", "0.5", "-7", "count(late)"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"if({t[0]} > 20, {t[1]}, {t[2]})"),
        st.tuples(inner, inner).map(lambda t: f"min({t[0]}, {t[1]})"),
        st.tuples(inner, st.sampled_from(["/ 4", "/ (n + 1)"])).map(lambda t: f"({t[0]} {t[1]})"),
        st.tuples(inner).map(lambda t: f"along({t[0]}, 0, 5, 10, 20, 90, 1)"),
        st.tuples(inner).map(lambda t: f"round(abs({t[0]}), 1)"),
    ),
    max_leaves=6,
)


SHEET = parse(SOUND, "s.yaml")
SCHEME = validate(SHEET, Scheme)


@settings(max_examples=150, deadline=None)
@given(text=TREES, n=st.integers(0, 100), m=st.integers(0, 100), late=st.integers(0, 4))
def test_what_a_formula_comes_to_lies_where_its_span_says(text: str, n: int, m: int, late: int) -> None:
    """Whatever is entered: so a condition that is told never to hold never does."""
    marks = [mark("甲", "n", n), mark("甲", "m", m), *(mark("甲", "late", note=str(k)) for k in range(late))]
    june, units = parse_period("2025-06"), UnitList((Unit("甲", group="a"),))
    facts = Facts(SCHEME, identified(marks), june, june.end, units, official_calendar())
    found = Sheet(SCHEME, SHEET, facts, {"甲": "a"}).worth(formula(text), "甲")
    span, whole = span_of(SCHEME, formula(text))
    assert isinstance(found, Fraction) and span.low <= found <= span.high
    assert not whole or found.denominator == 1
