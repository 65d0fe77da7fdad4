"""What is left out of a board because it was over before could not have counted in it, on random histories."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.dates import Period, parse_period, periods_of
from supervise.phrases import parse_measure
from supervise.reading import parse, validate
from supervise.rules.measures import Ground
from supervise.rules.reach import last_day, measures, reach
from supervise.rules.ruleset import AssessmentRules, BoardRules, Line
from supervise.rules.scheme import Scheme
from tests.histories import FOLDER, LAW, OFFICE, played, script, steps
from tests.rules.schemes import HEAD

PHRASES = (
    "plan on time", "progress late", "progress missed", "missed", "on time", "late", "finish on pace", "rework",
    "order blue", "withdraw", "15 workdays after finish", "30 days after withdraw", "2 months after report",
    "5 workdays before finish", "finish behind 10%", "blue unanswered", "finish missed",
)  # fmt: skip
PERIODS = [p for year in (2025, 2026, 2027) for kind in ("month", "quarter", "year") for p in periods_of(year, kind)]


def line(phrase: str) -> Line:
    """A line that counts a phrase."""
    return Line(label="行", count=[phrase], lead=1)  # type: ignore[arg-type]


@settings(max_examples=40)
@given(steps, st.integers(0, 400))
def test_what_is_left_out_counts_nowhere(choices: list[tuple[int, int, int]], more: int) -> None:
    """No phrase finds a fact of a closed task in any period that begins after its last day and the phrase's reach."""
    task, _ = played(script(choices), lambda day: day.day == 1)
    if task.state not in LAW.definition.finals:
        day = task.events[-1].day + timedelta(days=more)
        settled = LAW.settle(task, day).task
        if settled.state in LAW.definition.finals:
            return
        task = LAW.advance(settled, "withdraw", replace(OFFICE, id="另一人"), day, {"reason": "(略)"}).task
    situation = LAW.situation(task)
    end, ground = last_day(situation), Ground([situation], date(2028, 12, 31), FOLDER.units)
    for phrase in PHRASES:
        for period in PERIODS:
            since = reach(period, FOLDER.calendar, line(phrase))
            if since is not None and end < since:
                assert ground.facts(parse_measure(phrase), period) == (), (phrase, period.name, end)
                assert ground.tasks_of(period) == {}


def test_rules_say_how_far_they_reach() -> None:
    """Without distances a rule reaches to the first day of its period; what was waived is counted for ever."""
    period: Period = parse_period("2026Q1")
    assert reach(period, FOLDER.calendar, line("plan on time"), line("rework")) == date(2026, 1, 1)
    assert reach(period, FOLDER.calendar, line("plan void")) is None
    assert reach(period, FOLDER.calendar, line("10 days after report")) == date(2025, 11, 21)


@pytest.mark.parametrize("more", ["nth_since: year", "nth_within: 6 months", "within: last 2 months"])
def test_who_counts_the_second_time_looks_at_the_first(more: str) -> None:
    """A line that asks which time it is reaches behind its period, though it scores nothing there."""
    period = parse_period("2026-03")
    rules = "scores: {s: {lines: [{count: finish missed, each: [-1, -2]%s}]}}\nboards: {main: {by: s}}\n"
    plain, looking = (
        validate(parse(HEAD + "for: key-work\n" + rules % one, "s.yaml"), Scheme) for one in ("", f", {more}")
    )
    assert (reach(period, FOLDER.calendar, plain), reach(period, FOLDER.calendar, looking)) == (period.start, None)


@pytest.mark.parametrize("kind", [BoardRules, AssessmentRules])
def test_every_phrase_of_the_shipped_rules_is_seen(kind: type[BoardRules] | type[AssessmentRules]) -> None:
    """Each phrase that a rule file counts by, in lines, lists, limits and grades, is among those that are looked at."""
    rules = [s.value for s in FOLDER.rules.values() if isinstance(s.value, kind)]
    seen = {measure for rule in rules for measure in measures(rule)}
    wanted = {"missed", "15 workdays after finish", "finish on pace"} if kind is BoardRules else {"finish missed"}
    assert {parse_measure(phrase) for phrase in wanted} <= seen
