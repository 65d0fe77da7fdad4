"""The closed vocabulary: what each phrase means, and what is answered to everything else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.phrases import (
    AfterAction,
    Behind,
    Comparison,
    Distance,
    Done,
    Length,
    OnDates,
    OnPace,
    Outcome,
    TaskDue,
    Unanswered,
    UntilOf,
    parse_comparison,
    parse_condition,
    parse_due,
    parse_length,
    parse_measure,
)


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("10 workdays after assign", AfterAction(10, "workdays", ("assign",))),
        ("1 workday after assign", AfterAction(1, "workdays", ("assign",))),
        ("15 days after report or catch_up", AfterAction(15, "days", ("report", "catch_up"))),
        ("2 months after assign", AfterAction(2, "months", ("assign",))),
        (["06-25", "12-25"], OnDates(((6, 25), (12, 25)))),
        (["02-29"], OnDates(((2, 29),))),
        ("until of order", UntilOf(("order",))),
        ("task", TaskDue()),
    ],
)
def test_a_limit_is_said_in_one_of_four_ways(phrase: str | list[str], meaning: object) -> None:
    """Counted from an act, on dates of the year, given by an act, or the task's own."""
    assert parse_due(phrase) == meaning


@pytest.mark.parametrize(
    "phrase",
    [
        "", "tomorrow", "10 workdays", "10 workdays before assign", "ten workdays after assign", "tasks",
        "10 workdays after", "-1 workdays after assign", "99999 workdays after assign", "10 weeks after assign",
        "10 workdays after Assign",
    ],
)  # fmt: skip
def test_another_limit_is_answered_with_the_ways_there_are(phrase: str) -> None:
    """What is none of the ways is quoted, and the ways are shown."""
    with pytest.raises(
        ValueError, match=r"10 workdays after assign、\[06-25, 12-25\]、.*until of order、task"
    ) as caught:
        parse_due(phrase)
    assert f"“{phrase}”" in str(caught.value)


@pytest.mark.parametrize("text", ["02-30", "13-01", "00-10", "06-31", "6-25", "06/25", "0625", "06-00", "六月"])
def test_a_day_of_the_year_must_exist_in_some_year(text: str) -> None:
    """A month-day that no year has, or another form, is refused by name."""
    with pytest.raises(ValueError, match=f"“{text}”不是月日,应写作 06-25"):
        parse_due([text])


def test_a_list_of_dates_names_at_least_one() -> None:
    """An empty list is no limit."""
    with pytest.raises(ValueError, match="至少要写一个月日"):
        parse_due([])


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("finish missed", Outcome("missed", "finish")),
        ("decision open", Outcome("open", "decision")),
        ("plan on time", Outcome("on time", "plan")),
        ("missed", Outcome("missed")),
        ("on time", Outcome("on time")),
        ("7 days before finish", Distance(7, "days", True, "finish")),
        ("15 workdays after finish", Distance(15, "workdays", False, "finish")),
        ("finish behind 20%", Behind("finish", Decimal(20))),
        ("finish behind 12.5%", Behind("finish", Decimal("12.5"))),
        ("blue unanswered", Unanswered("blue")),
        (" blue unanswered ", Unanswered("blue")),
    ],
)
def test_a_condition_holds_on_some_days(phrase: str, meaning: object) -> None:
    """How a duty stands, a distance from it, a lag, or an order without a reply; blanks around do not matter."""
    assert parse_condition(phrase) == meaning
    assert parse_measure(phrase) == meaning


@pytest.mark.parametrize("phrase", ["", "rework", "finish mised", "finish behind 20", "score >= 90", "Finish missed"])
def test_another_condition_is_answered_with_examples(phrase: str) -> None:
    """What holds on no days is quoted, and the forms are shown."""
    with pytest.raises(ValueError, match=f"看不懂条件“{phrase}”,可写:finish missed"):
        parse_condition(phrase)


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("rework", Done("rework")),
        ("order red", Done("order", "red")),
        ("finish on pace", OnPace("finish")),
        ("plan late", Outcome("late", "plan")),
    ],
)
def test_a_measure_is_a_condition_or_an_act_counted(phrase: str, meaning: object) -> None:
    """Acts, orders of one colour, and pace are counted beside conditions."""
    assert parse_measure(phrase) == meaning


@pytest.mark.parametrize(
    ("phrase", "number", "holds"),
    [
        ("score >= 90", "90", True),
        ("score >= 90", "89.99", False),
        ("score > 90", "90", False),
        ("score <= 60", "60", True),
        ("score < 60", "60", False),
        ("black = 0", "0.0", True),
        ("black != 0", "0", False),
        ("finish missed >= 3", "3", True),
        ("score<-1.5", "-2", True),
    ],
)
def test_a_comparison_is_exact(phrase: str, number: str, holds: bool) -> None:
    """Numbers are compared as decimals, the bound itself included only where the sign says so."""
    assert parse_comparison(phrase).holds(Decimal(number)) is holds


def test_a_comparison_reads_back_as_it_was_written() -> None:
    """Its text names subject, sign and number."""
    made = parse_comparison("finish missed >= 3")
    assert made == Comparison("finish missed", Outcome("missed", "finish"), ">=", Decimal(3))
    assert str(made) == "finish missed >= 3"


@pytest.mark.parametrize("phrase", ["score", "score >= ", "score >= ninety", ">= 90", "score => 90", "a b c >= 1"])
def test_another_comparison_is_answered_with_examples(phrase: str) -> None:
    """What cannot be compared is answered in Chinese."""
    with pytest.raises(ValueError, match="看不懂"):
        parse_comparison(phrase)


def test_a_length_is_a_number_and_a_unit() -> None:
    """Singular and plural mean the same, and anything else is answered with an example."""
    assert parse_length("5 workdays") == parse_length("5 workday") == Length(5, "workdays")
    assert parse_length("1 month") == Length(1, "months")
    for text in ("", "5", "workdays", "5 weeks", "-5 days", "99999 days", " 5 days", 5, None):
        with pytest.raises(ValueError, match="看不懂时长"):
            parse_length(text)


VOCABULARY = """10 99999999999999999999 workdays days after before or on time missed late open behind 20% unanswered
until of task order red score >= = -1 1.5 [06-25] import __class__ 督查 '"""
WORDS = st.lists(st.sampled_from([*VOCABULARY.split(), "finish\n", "", "\0"]), max_size=7).map(" ".join)


@pytest.mark.parametrize("parse", [parse_due, parse_condition, parse_measure, parse_comparison, parse_length])
@given(text=WORDS | st.text(max_size=20))
def test_any_text_has_a_meaning_or_a_reason(parse: Callable[[str], Any], text: str) -> None:
    """No text does more than give a phrase or raise ``ValueError`` in Chinese."""
    try:
        parse(text)
    except ValueError as error:
        assert str(error).startswith("看不懂")


@given(st.lists(st.text(max_size=6), max_size=3))
def test_any_list_of_dates_has_a_meaning_or_a_reason(texts: list[str]) -> None:
    """No list does more than give dates or raise ``ValueError``."""
    try:
        parse_due(texts)
    except ValueError as error:
        assert "月日" in str(error)
