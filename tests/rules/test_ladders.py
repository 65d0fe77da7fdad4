"""Ladders as offices publish them: the example files, what is wrong with a ladder, and counting."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.dates import FOREVER
from supervise.errors import Problem
from supervise.reading import parse
from supervise.rules import checking, ruleset
from supervise.rules.counts import Hit, reached
from supervise.rules.entries import Reset, parse_entry, parse_reset
from supervise.rules.ladder import Ladder, Light, Lights, Rung, UnitRung
from supervise.site.folder import Folder, read_folder, shipped
from supervise.site.stories import play
from tests.workflows.builders import OFFICE, A, Case, on

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "ladders"
FOLDER: Folder = read_folder(shipped(), EXAMPLES)
STORIES = {Path(d.file).stem: d for d in FOLDER.stories if Path(d.file).is_relative_to(EXAMPLES)}


def test_the_published_kinds_of_ladders_are_sound() -> None:
    """Nothing is wrong with any example, and each rule file has a story that names it."""
    assert FOLDER.problems == []
    told = "\n".join(path.read_text("utf-8") for path in (EXAMPLES / "stories").glob("*.yaml"))
    names = [s.value.name for s in FOLDER.rules.values() if Path(s.name).is_relative_to(EXAMPLES)]
    assert len(names) >= 12
    for name in names:
        assert re.search(rf"rules: .*[\[ \"]{re.escape(name.split('@')[0])}[\],\"]", told), name


@pytest.mark.parametrize("name", sorted(STORIES))
def test_a_published_ladder_does_as_its_story_says(name: str) -> None:
    """Letters, limits, refusals, proposals, lights and counts come out as written."""
    stories, steps, problems = play(replace(FOLDER, stories=[STORIES[name]]))
    assert stories and steps
    assert problems == (), "\n".join(map(str, problems))


def example(name: str) -> Ladder:
    """A ladder of the examples."""
    return FOLDER.rule(Ladder, name).value


@pytest.mark.parametrize(
    ("acts", "letters"),
    [
        # blue → orange → red, each after the limit of the one before: 5, 3 and 2 working days
        ((), [("azure", "2025-03-11"), ("amber", "2025-03-19"), ("crimson", "2025-03-25")]),
        # a reply within the limit stops the climb
        ((("2025-03-18", A, "reply", {}),), [("azure", "2025-03-11")]),
        # so does doing the thing
        ((("2025-03-18", A, "plan", {}),), [("azure", "2025-03-11")]),
        # a good reason, accepted by the office, stops it for the accepted days only
        (
            (("2025-03-18", OFFICE, "excuse", {"duty": "plan", "until": "2025-04-30"}),),
            [("azure", "2025-03-11"), ("amber", "2025-05-01"), ("crimson", "2025-05-09")],
        ),
        # direct entry: orange for a leader's instruction, then red; no blue for the same matter
        (
            (("2025-03-10", OFFICE, "order", {"level": "amber", "duty": "plan", "until": "2025-03-12"}),),
            [("amber", "2025-03-10"), ("crimson", "2025-03-13")],
        ),
        # direct entry to red for special handling: nothing of the clock's before its limit
        (
            (("2025-03-10", OFFICE, "order", {"level": "crimson", "duty": "plan", "until": "2025-05-30"}),),
            [("crimson", "2025-03-10")],
        ),
    ],
)  # fmt: skip
def test_the_three_colour_sheet(
    acts: tuple[tuple[str, str, str, dict[str, str]], ...], letters: list[tuple[str, str]]
) -> None:
    """One sheet for one matter: blue, orange, red by their own limits, at once by the office, not for a good reason."""
    case, rules, day = Case(opened="2025-02-24", due="2025-12-31"), example("direct-entry"), on("2025-02-25")
    while day <= on("2025-05-20"):
        for when, who, action, data in acts:
            if on(when) == day:
                case.do(when, who, action, **data)
        case.press(str(day), rules)
        day += timedelta(days=1)
    assert [(e.data["level"], str(e.day)) for e in case.events("order")] == letters


RUNGS = """
ladder: test
version: 1
title: 阶梯
effective: 2020-01-01
for: key-work
suspends: [excuse]
rungs:
  - {order: yellow, label: 黄, when: [progress missed, finish behind 20%, 15 workdays after plan], reply: 5 workdays}
  - {order: red, label: 红, when: [yellow 2 times, finish missed], reply: 5 workdays, lasts: 6 months after order}
units:
  - {matter: talk, label: 约谈, when: red 3 times in a row, broken_by: finish on time, opens: censure, within: 20 workdays, counted: deliver}
"""  # noqa: E501
LIGHTS = """
lights: test
version: 1
title: 灯
effective: 2020-01-01
for: key-work
rungs:
  - {light: green, label: 绿, shape: ●, when: finish on pace}
  - {light: yellow, label: 黄, shape: ▲, when: finish behind 10%}
  - {light: red, label: 红, shape: ■, when: finish behind over 30%}
otherwise: green
"""


def problems(text: str) -> tuple[Problem, ...]:
    """Everything wrong with the text of a rule set."""
    document = parse(text, "rules.yaml")
    return checking.check(document, ruleset.load(document), FOLDER.newest)


def test_the_page_on_ladders_is_true() -> None:
    """Its example is sound, every condition in its table is read, and every key of a ladder stands on it."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "ladders.md").read_text("utf-8")
    [told] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert problems(told) == ()
    [conditions] = re.findall(r"## 什么时候(.*?)\n## ", page, re.DOTALL)
    rows = [line.split("|")[1] for line in conditions.splitlines() if line.startswith("| `")]
    assert [str(parse_entry(words)) for row in rows for words in re.findall(r"`(.*?)`", row)]
    keys = {key for model in (Ladder, Rung, UnitRung, Lights, Light) for key in model.model_fields} - {"for_"}
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", page)] == []


@pytest.mark.parametrize("text", [RUNGS, LIGHTS])
def test_the_files_are_right_before_anything_is_changed(text: str) -> None:
    """What the cases below change has nothing wrong with it."""
    assert problems(text) == ()


@pytest.mark.parametrize(
    ("code", "text", "old", "new", "says"),
    [
        ("R02", RUNGS, "order: red,", "order: report,", "动作的名字"),
        ("R02", RUNGS, "ladder: test", "ladder: " + "x" * 40, "放不下"),
        ("R08", RUNGS, "suspends: [excuse]", "suspends: [excuze]", "是不是 excuse?"),
        ("R23", RUNGS, "suspends: [excuse]", "suspends: [reply]", "for 10 workdays"),
        ("R16", RUNGS, "[yellow 2 times, finish missed]", "red unanswered", "永远到不了"),
        ("R16", RUNGS, "when: [yellow 2 times, finish missed], ", "", "direct"),
        ("R17", RUNGS, "yellow 2 times", "7 days before finish 3 months in a row", "永远不成立"),
        ("R17", RUNGS, "yellow 2 times", "yellow in effect", "lasts"),
        ("R17", RUNGS, "yellow 2 times", "rework 3 months in a row", "写条件"),
        ("R14", RUNGS, "yellow 2 times", "inspect 2 times", "不产生应办"),
        ("R18", RUNGS, "broken_by: finish on time, ", "", "怎样|什么情形算中断"),
        ("R18", RUNGS, "red 3 times in a row", "red 3 times", "不起作用"),
        ("R19", RUNGS, "finish behind 20%", "finish missed", "发不出来"),
        ("R19", RUNGS, "[yellow 2 times, finish missed]", "[finish behind 10%]", "发不出来"),
        ("R20", RUNGS, "red 3 times in a row, broken_by: finish on time", "finish missed", "须写次数"),
        ("R08", RUNGS, "red 3 times", "rad 3 times", "是不是 red?"),
        ("R01", RUNGS, "opens: censure", "opens: censor", "是不是 censure?"),
        ("R08", RUNGS, "counted: deliver", "counted: delivr", "是不是 deliver?"),
        ("R08", RUNGS, "6 months after order", "6 months after orders", "是不是 order?"),
        ("R23", RUNGS, "counted: deliver", "lasts: 6 months after grant", "影响期记不上去"),
        ("R04", RUNGS, "suspends: [excuse]", "spare: [towns as coo]", "是不是 co?"),
        ("R31", RUNGS, "reply: 5 workdays}", "reply: 5 workdays, tell: [unit_hed of lead]}", "是不是 unit_head?"),
        ("R04", RUNGS, "reply: 5 workdays}", "reply: 5 workdays, tell: [unit_head of leed]}", "是不是 lead?"),
        ("R21", LIGHTS, "shape: ■", "shape: ▲", "形状都要不同"),
        ("R21", LIGHTS, "otherwise: green", "otherwise: grean", "是不是 green?"),
        ("R22", LIGHTS, "otherwise: green\n", "", "落后 0 到 10 个百分点之间的,没有规定亮什么灯"),
        ("R19", LIGHTS, "finish behind 10%", "finish behind 40%", "亮不了"),
        ("D10", LIGHTS, "when: finish on pace", "when: finnish on pace", "是不是 finish?"),
    ],
)
def test_what_is_wrong_with_a_ladder_is_found(code: str, text: str, old: str, new: str, says: str) -> None:
    """Rungs nobody reaches, runs nobody can break, lags without a light, each at a line with what to do."""
    changed = text.replace(old, new, 1)
    assert changed != text
    found = [p for p in problems(changed) if p.code == code and re.search(says, p.text)]
    assert found and found[0].line, [str(p) for p in problems(changed)]


def test_a_light_that_the_published_scheme_forgot_is_found_and_a_light_at_zero_is_not() -> None:
    """Yellow from ten points, red above thirty, green at pace: between 0 and 10 is a hole; from 0 on there is none."""
    bare = LIGHTS.replace("otherwise: green\n", "")
    assert [p.code for p in problems(bare)] == ["R22"]
    assert problems(bare.replace("behind 10%", "behind over 0%")) == ()


def counted(entry: str, days: str, breaks: str = "", resets: tuple[Reset, ...] = (), closed: str = "") -> list[str]:
    """The days on which a count is reached, for hits on some days."""
    lists = [[date.fromisoformat(d) for d in text.split()] for text in (days, breaks, closed)]
    hits = [Hit(day, None) for day in lists[0]]
    return [str(r.day) for r in reached(parse_entry(entry), hits, lists[1], resets, lists[2])]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entry", "days", "more", "expected"),
    [
        ("x 2 times", "2025-01-10 2026-11-01", {}, ["2026-11-01"]),
        ("x 2 times in a year", "2025-11-10 2026-01-01", {}, []),
        ("x 2 times in a year", "2025-01-10 2025-03-01 2025-06-01", {}, ["2025-03-01"]),
        ("x 2 times in 12 months", "2025-11-10 2026-01-01", {}, ["2026-01-01"]),
        ("x 3 times in 6 months", "2025-01-10 2025-02-01 2025-07-10", {}, ["2025-07-10"]),  # to the day
        ("x 3 times in 6 months", "2025-01-09 2025-02-01 2025-07-10", {}, []),
        ("x 3 times in 6 months", "2025-01-09 2025-02-01 2025-07-10 2025-07-11", {}, ["2025-07-11"]),
        ("x 2 times in 6 months", "2025-01-01 2025-02-01 2025-03-01 2025-04-01", {}, ["2025-02-01", "2025-04-01"]),
        ("x 2 times in a quarter", "2025-03-31 2025-04-01 2025-06-30", {}, ["2025-06-30"]),
        ("x 3 times in a row", "2025-01-10 2025-02-10 2025-03-10", {"breaks": "2025-02-11"}, []),
        ("x 3 times in a row", "2025-01-10 2025-02-10 2025-03-10", {"breaks": "2024-12-31"}, ["2025-03-10"]),
        ("x 3 times", "2025-01-10 2025-02-10 2025-03-10", {"breaks": "2025-02-11"}, ["2025-03-10"]),
        ("x 3 months in a row", "2025-01-10 2025-02-10 2025-02-20 2025-03-10 2025-04-01", {}, ["2025-03-10"]),
        ("x 3 months in a row", "2025-01-10 2025-02-10 2025-04-10 2025-05-10", {}, []),
        ("x 2 times", "2025-01-10 2025-03-10", {"resets": (parse_reset("closing"),), "closed": "2025-02-01"}, []),
        ("x 2 times", "2025-01-10 2025-03-10", {"resets": (parse_reset("1 months without"),)}, []),
        ("x 2 times", "2025-01-10 2025-02-28", {"resets": (parse_reset("1 months without"),)}, ["2025-02-28"]),
        ("x 2 times", "2025-01-10 2025-05-28", {"resets": (parse_reset("each quarter"),)}, []),
    ],
)
def test_what_counts_together(entry: str, days: str, more: dict[str, object], expected: list[str]) -> None:
    """Cumulative is within its period whatever lies between; in a row is broken; resets begin anew."""
    assert counted(entry, days, **more) == expected  # type: ignore[arg-type]


@given(
    st.lists(st.dates(date(2024, 1, 1), date(2026, 12, 31)), max_size=20),
    st.integers(2, 4),
    st.sampled_from(["in a half", "in 6 months"]),
)
def test_no_fact_counts_twice_towards_the_same_step(days: list[date], count: int, span: str) -> None:
    """Stretches never overlap, and each says which of the facts led there."""
    entry = parse_entry(f"x {count} times {span}")
    found = list(reached(entry, [Hit(day, n) for n, day in enumerate(days)], (), (), ()))  # type: ignore[arg-type]
    seen = [hit.what for one in found for hit in one.hits]
    assert len(seen) == len(set(seen))
    for before, after in pairwise(found):
        assert before.until < after.since or before.day == after.since  # more of one day, counted anew
        assert after.since <= after.day <= after.until <= FOREVER
    assert all(len(one.hits) == count and one.hits[-1].day == one.day for one in found)
