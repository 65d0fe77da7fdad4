"""Days, working days and periods: the State Council's calendar, limits, and the laws of counting."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.dates import (
    FOREVER,
    ONE_DAY,
    Calendar,
    Span,
    YearFile,
    add_months,
    clamp,
    official_calendar,
    parse_day,
    parse_period,
    periods_of,
)
from supervise.errors import Invalid
from supervise.reading import read

OFFICIAL = official_calendar()
DAYS = st.dates(date(2010, 1, 1), date(2030, 12, 31))
START = date(2020, 1, 1)
SPANS = st.builds(
    lambda start, length: Span(START + timedelta(start), START + timedelta(start + length)),
    st.integers(0, 40),
    st.integers(-3, 12),
)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2020-01-23", True),
        ("2020-01-24", False),
        ("2020-01-31", False),  # the Spring Festival of 2020 was prolonged
        ("2020-02-01", False),
        ("2020-02-02", False),
        ("2020-02-03", True),
        ("2020-01-19", True),  # a Sunday worked for it
        ("2021-04-25", True),  # a Sunday
        ("2021-05-03", False),
        ("2021-05-05", False),
        ("2021-05-08", True),  # a Saturday
        ("2024-02-04", True),  # a Sunday
        ("2024-02-12", False),
        ("2024-02-18", True),  # a Sunday
        ("2025-01-26", True),  # a Sunday
        ("2025-01-27", True),
        ("2025-01-28", False),
        ("2025-10-08", False),
        ("2025-10-11", True),  # a Saturday
        ("2025-10-12", False),
    ],
)
def test_the_official_calendar_knows_holidays_and_worked_weekends(day: str, worked: bool) -> None:
    """The days off and the weekends worked are those of the State Council's notices."""
    assert OFFICIAL.is_workday(parse_day(day)) is worked
    assert not OFFICIAL.provisional(parse_day(day))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2021-03-25", 10, "2021-04-09"),  # Tomb-Sweeping Day lies in between
        ("2021-04-30", 1, "2021-05-06"),
        ("2021-05-07", 1, "2021-05-08"),  # a Saturday that is worked
        ("2025-02-20", 10, "2025-03-06"),
        ("2025-03-06", -10, "2025-02-20"),
        ("2021-03-25", 0, "2021-03-25"),
        ("2021-04-03", 0, "2021-04-03"),
    ],
)
def test_a_limit_in_workdays_begins_the_day_after(start: str, count: int, end: str) -> None:
    """The first day is not counted, and neither are days off."""
    assert OFFICIAL.add_workdays(parse_day(start), count) == parse_day(end)


@given(DAYS, st.integers(0, 60))
def test_counting_back_gives_what_was_counted_out(day: date, count: int) -> None:
    """As many working days lie between a day and its limit as the limit has, and the limit is a working day."""
    end = OFFICIAL.add_workdays(day, count)
    assert OFFICIAL.workdays_between(day, end) == count
    assert OFFICIAL.is_workday(end) or count == 0


@given(DAYS, DAYS, DAYS)
def test_workdays_between_add_up(a: date, b: date, c: date) -> None:
    """Two stretches that follow each other have together the working days of the whole."""
    first, middle, last = sorted((a, b, c))
    whole = OFFICIAL.workdays_between(first, last)
    assert OFFICIAL.workdays_between(first, middle) + OFFICIAL.workdays_between(middle, last) == whole
    assert OFFICIAL.workdays_between(last, first) == 0 or first == last


@given(DAYS)
def test_the_next_workday_is_the_first_one(day: date) -> None:
    """Moving on twice is moving on once, and no working day is skipped."""
    found = OFFICIAL.next_workday(day)
    assert OFFICIAL.is_workday(found)
    assert OFFICIAL.next_workday(found) == found
    assert not any(OFFICIAL.is_workday(day + timedelta(n)) for n in range((found - day).days))


def test_without_an_arrangement_only_weekends_are_off_and_dates_are_provisional() -> None:
    """A year nobody has arranged yet is counted by weekends, and its dates say so."""
    bare = Calendar()
    assert [bare.is_workday(date(2025, 1, n)) for n in (1, 3, 4, 5, 6)] == [True, True, False, False, True]
    assert bare.provisional(date(2025, 1, 1))
    assert OFFICIAL.provisional(date(2199, 1, 1))
    assert OFFICIAL.is_workday(date(2199, 1, 1))  # New Year's Day, but nobody has said so


def test_a_site_file_replaces_its_own_year_only() -> None:
    """A year written down by a site counts in place of the built-in one; the years beside it stay."""
    mine = OFFICIAL.with_year(YearFile(year=2025, off=("03-03..03-04",), work=("03-08",)))
    assert [mine.is_workday(date(2025, 3, n)) for n in (3, 4, 5, 8, 9)] == [False, False, True, True, False]
    assert mine.is_workday(date(2025, 10, 1))  # no longer a holiday
    assert not mine.is_workday(date(2025, 1, 26))  # no longer a worked Sunday
    assert not mine.is_workday(date(2024, 10, 1))
    assert mine.is_workday(date(2024, 2, 4))
    future = OFFICIAL.with_year(YearFile(year=2199, off=("01-01",)))
    assert not future.provisional(date(2199, 5, 1))
    assert not future.is_workday(date(2199, 1, 1))


def test_a_calendar_has_a_fingerprint_of_what_it_says() -> None:
    """Equal arrangements have equal fingerprints, another arrangement another one."""
    year = YearFile(year=2025, off=("03-03",))
    assert OFFICIAL.with_year(year).fingerprint == OFFICIAL.with_year(year).fingerprint
    assert OFFICIAL.with_year(year).fingerprint != OFFICIAL.fingerprint
    assert Calendar().fingerprint != Calendar(years=frozenset({2025})).fingerprint


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("year: 2027\noff: [02-30]", 2, "没有 2027年2月30日 这一天"),
        ("year: 2027\noff: [02-14, 02-23..02-15]", 2, "头尾颠倒"),
        ("year: 2027\noff:\n- 春节", 2, "应写作 02-14 或 02-15..02-23"),
        ("year: 27\noff: []", 1, "应写作 2027"),
        ("year: 2027\nwork: [02-29]", 2, "没有 2027年2月29日"),
        ("year: 2027\noof: []", 2, "是不是 off"),
    ],
)
def test_a_year_file_that_cannot_be_is_refused_at_its_line(text: str, line: int, said: str) -> None:
    """Days that do not exist, ranges turned round and other slips are named where they stand."""
    with pytest.raises(Invalid) as caught:
        read(text, "2027.yaml", YearFile)
    assert [(p.line, said in p.text) for p in caught.value.problems] == [(line, True)]


def test_a_month_without_that_day_ends_earlier() -> None:
    """The thirty-first of a shorter month is its last day."""
    assert clamp(2021, 2, 31) == date(2021, 2, 28)
    assert clamp(2024, 2, 31) == date(2024, 2, 29)
    assert clamp(2021, 4, 31) == date(2021, 4, 30)
    assert clamp(2021, 4, 15) == date(2021, 4, 15)
    assert add_months(date(2021, 1, 31), 1) == date(2021, 2, 28)
    assert add_months(date(2021, 11, 30), 3) == date(2022, 2, 28)
    assert add_months(date(2021, 12, 15), 1) == date(2022, 1, 15)
    assert add_months(date(2021, 1, 15), -1) == date(2020, 12, 15)


@given(DAYS, st.integers(-200, 200))
def test_months_move_the_month_and_keep_the_day_where_they_can(day: date, count: int) -> None:
    """The month moves by exactly as many months, and the day changes only to the last of a shorter month."""
    moved = add_months(day, count)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == count
    assert moved.day == day.day or (moved.day < day.day and (moved + ONE_DAY).day == 1)


def test_each_unit_of_a_limit_is_counted_in_its_own_way() -> None:
    """Workdays skip days off, days do not, months go by the calendar."""
    start = date(2021, 3, 25)
    assert OFFICIAL.add(start, 10, "workdays") == date(2021, 4, 9)
    assert OFFICIAL.add(start, 10, "days") == date(2021, 4, 4)
    assert OFFICIAL.add(start, 1, "months") == date(2021, 4, 25)


@pytest.mark.parametrize("unit", ["workdays", "days", "months"])
def test_the_calendar_ends_without_an_accident(unit: str) -> None:
    """A limit counted past the last day there is, is for ever."""
    assert OFFICIAL.add(FOREVER, 1, unit) == FOREVER
    assert OFFICIAL.add(date(9999, 12, 20), 9999, unit) == FOREVER


@pytest.mark.parametrize("text", ["2021-02-30", "2021-13-01", "2021-00-10", "2021-06-31", "0000-01-01"])
def test_a_day_that_does_not_exist_is_named(text: str) -> None:
    """A date of the right form that no calendar has is refused as such."""
    with pytest.raises(ValueError, match=r"^没有 \d+年\d+月\d+日 这一天$"):
        parse_day(text)


@pytest.mark.parametrize("text", ["", "2021", "20210325", "2021/3/25", "25-03-2021", "3月25日", "2021-03-25T10:00"])
def test_what_is_no_date_is_told_how_to_write_one(text: str) -> None:
    """Anything that is not year-month-day is answered with an example."""
    with pytest.raises(ValueError, match="不是日期,应写作 2021-03-25"):
        parse_day(text)


def test_a_day_may_leave_out_zeros_and_have_blanks_around() -> None:
    """A clerk's 2021-3-5 is the fifth of March."""
    assert parse_day(" 2021-3-5 ") == date(2021, 3, 5)


@given(st.text(max_size=12) | st.from_regex(r"\d{1,4}-\d{1,2}-\d{1,2}", fullmatch=True))
def test_any_text_is_a_day_or_a_reason(text: str) -> None:
    """Reading a day gives a day or a ``ValueError`` in Chinese, and nothing else."""
    try:
        assert isinstance(parse_day(text), date)
    except ValueError as error:
        assert "不是日期" in str(error) or str(error).startswith("没有 ")


@pytest.mark.parametrize(
    ("name", "kind", "start", "end", "label"),
    [
        ("2021", "year", "2021-01-01", "2021-12-31", "2021年"),
        ("2021H1", "half", "2021-01-01", "2021-06-30", "2021年上半年"),
        ("2021H2", "half", "2021-07-01", "2021-12-31", "2021年下半年"),
        ("2021Q2", "quarter", "2021-04-01", "2021-06-30", "2021年第二季度"),
        ("2021Q4", "quarter", "2021-10-01", "2021-12-31", "2021年第四季度"),
        ("2024-02", "month", "2024-02-01", "2024-02-29", "2024年2月"),
        ("2021-12", "month", "2021-12-01", "2021-12-31", "2021年12月"),
    ],
)
def test_a_period_has_its_first_and_last_day(name: str, kind: str, start: str, end: str, label: str) -> None:
    """Years, halves, quarters and months are named, bounded and called in Chinese."""
    period = parse_period(name)
    assert (period.name, period.kind, period.label) == (name, kind, label)
    assert (period.start, period.end) == (parse_day(start), parse_day(end))
    assert period.start in period
    assert period.end in period
    assert period.start - ONE_DAY not in period
    assert period.end + ONE_DAY not in period


@pytest.mark.parametrize(
    "text", ["2021Q5", "2021Q0", "2021H3", "2021-13", "2021-1", "21", "0000", "全年", "2021 Q1", ""]
)
def test_what_is_no_period_is_told_how_to_write_one(text: str) -> None:
    """Anything else is answered with the five ways of naming a period."""
    with pytest.raises(ValueError, match="应写作 2021、2021H1、2021Q2、2021-06 或 2021-W25"):
        parse_period(text)


@pytest.mark.parametrize(("kind", "number"), [("year", 1), ("half", 2), ("quarter", 4), ("month", 12)])
def test_the_periods_of_a_kind_fill_the_year(kind: str, number: int) -> None:
    """They follow each other without a gap from the first of January to the last of December."""
    found = periods_of(2024, kind)
    assert len(found) == number
    assert (found[0].start, found[-1].end) == (date(2024, 1, 1), date(2024, 12, 31))
    assert all(a.end + ONE_DAY == b.start for a, b in pairwise(found))
    assert {p.kind for p in found} == {kind}


def test_a_span_holds_from_its_start_up_to_its_end() -> None:
    """The last day of a span is the one before its end."""
    span = Span(date(2021, 6, 1), date(2021, 6, 3))
    assert [span.holds(date(2021, 5, 31) + timedelta(n)) for n in range(4)] == [False, True, True, False]
    assert Span(date(2021, 6, 1)).holds(date(2999, 1, 1))
