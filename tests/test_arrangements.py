"""The State Council's arrangements, typed from its notices day by day, and what a site's year file adds to them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from supervise.dates import ONE_DAY, YearFile, official_calendar

OFFICIAL = official_calendar()

# Year → the stretches that are off, weekends within them included, and the weekends that are worked for them.
NOTICES = {
    2018: ("01-01 02-15..02-21 04-05..04-07 04-29..05-01 06-16..06-18 09-22..09-24 10-01..10-07 12-30..12-31",
           "02-11 02-24 04-08 04-28 09-29 09-30 12-29"),
    2019: ("01-01 02-04..02-10 04-05..04-07 05-01..05-04 06-07..06-09 09-13..09-15 10-01..10-07",
           "02-02 02-03 04-28 05-05 09-29 10-12"),
    2020: ("01-01 01-24..02-02 04-04..04-06 05-01..05-05 06-25..06-27 10-01..10-08",  # to 02-02: prolonged
           "01-19 04-26 05-09 06-28 09-27 10-10"),
    2021: ("01-01..01-03 02-11..02-17 04-03..04-05 05-01..05-05 06-12..06-14 09-19..09-21 10-01..10-07",
           "02-07 02-20 04-25 05-08 09-18 09-26 10-09"),
    2022: ("01-01..01-03 01-31..02-06 04-03..04-05 04-30..05-04 06-03..06-05 09-10..09-12 10-01..10-07 12-31",
           "01-29 01-30 04-02 04-24 05-07 10-08 10-09"),
    2023: ("01-01..01-02 01-21..01-27 04-05 04-29..05-03 06-22..06-24 09-29..10-06 12-30..12-31",
           "01-28 01-29 04-23 05-06 06-25 10-07 10-08"),
    2024: ("01-01 02-10..02-17 04-04..04-06 05-01..05-05 06-08..06-10 09-15..09-17 10-01..10-07",
           "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12"),
    2025: ("01-01 01-28..02-04 04-04..04-06 05-01..05-05 05-31..06-02 10-01..10-08",
           "01-26 02-08 04-27 09-28 10-11"),
    2026: ("01-01..01-03 02-15..02-23 04-04..04-06 05-01..05-05 06-19..06-21 09-25..09-27 10-01..10-07",
           "01-04 02-14 02-28 05-09 09-20 10-10"),
}  # fmt: skip


@pytest.mark.parametrize("year", NOTICES)
def test_every_day_of_a_year_is_as_its_notice_says(year: int) -> None:
    """All holidays and all make-up workdays of the year, and no other day that differs from the plain week."""
    off, work = (words.split() for words in NOTICES[year])
    told = YearFile(year=year, off=tuple(off), work=tuple(work))
    free, worked = told.days(told.off), told.days(told.work)
    assert all(day.weekday() >= 5 for day in worked)
    day = date(year, 1, 1)
    while day.year == year:
        right = day in worked or (day.weekday() < 5 and day not in free)
        assert OFFICIAL.is_workday(day) is right, day
        assert not OFFICIAL.provisional(day)
        day += ONE_DAY


@pytest.mark.parametrize("year", NOTICES)
def test_a_limit_across_each_edge_of_a_holiday_skips_what_the_notice_says(year: int) -> None:
    """One working day after the eve of a stretch, and one before its morrow, are the nearest days worked around it."""
    told = YearFile(year=year, off=tuple(NOTICES[year][0].split()))
    for text in told.off:
        first, last = min(told.days((text,))), max(told.days((text,)))
        before, after = OFFICIAL.add_workdays(last, -1), OFFICIAL.add_workdays(first, 1)
        assert before < first <= last < after
        gap = (before + timedelta(n) for n in range(1, (after - before).days))
        assert not any(map(OFFICIAL.is_workday, gap))


def test_a_site_adds_days_of_its_own_to_a_year_without_retyping_it() -> None:
    """With ``extends: official`` the notice of the year stands and the file's days come on top, each with its name."""
    mine = OFFICIAL.with_year(
        YearFile(year=2025, extends="official", off=("07-09 台风停工",), work=("10-01 值班",), source="县府办通知")
    )
    assert not mine.is_workday(date(2025, 7, 9))
    assert mine.is_workday(date(2025, 10, 1))  # what the site says goes before what the notice says
    assert not mine.is_workday(date(2025, 10, 2))
    assert mine.is_workday(date(2025, 1, 26))
    assert (mine.names[date(2025, 7, 9)], mine.names[date(2025, 10, 2)]) == ("台风停工", "国庆节")
    assert mine.sources[2025] == "县府办通知"
