"""Days, working days and periods.

A day is a ``date`` in the district's own calendar. Limits follow the usual rule of the field: the first day is not
counted, and a limit that ends on a day off may move to the next working day (the definition says whether it does).
"""

from __future__ import annotations

import calendar as _calendar
import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, NamedTuple, TypeVar

from pydantic import ValidationInfo, field_validator

from supervise.reading import Strict

ONE_DAY = timedelta(days=1)
FOREVER = date.max
YEARS = range(1900, 3000)
"""Years that somebody can mean; outside is a slip of the hand, and near the last of all nothing can be added."""
KNOWN = 20_000
"""Working-day sums that a calendar keeps."""
_RANGE = re.compile(r"^(\d{2})-(\d{2})(?:\.\.(\d{2})-(\d{2}))?(?: +(\S.*))?$")
_DATE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?![*\d])")
V = TypeVar("V", bound=date)


def parse_day(text: str) -> date:
    """The day written as ``2021-03-25``.

    Raises:
        ValueError: in Chinese, when it is no date or no such day exists.
    """
    if not re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text.strip()):
        raise ValueError(f"“{text}”不是日期,应写作 2021-03-25")
    year, month, day = (int(part) for part in text.strip().split("-"))
    try:
        found = date(year, month, day)
    except ValueError:
        raise ValueError(f"没有 {year}年{month}月{day}日 这一天") from None
    if year not in YEARS:
        raise ValueError(f"“{text}”不是日期能写的年份,应在 {YEARS[0]} 到 {YEARS[-1]} 之间")
    return found


@functools.lru_cache(4096)
def clamp(year: int, month: int, day: int) -> date:
    """That day of the month, or the month's last day if it is shorter."""
    return date(year, month, min(day, _calendar.monthrange(year, month)[1]))


def add_months(day: date, count: int) -> date:
    """The same day ``count`` months later, clamped to the month's end; ``FOREVER`` past the end of the calendar."""
    years, month = divmod(day.month - 1 + count, 12)
    return clamp(day.year + years, month + 1, day.day) if day.year + years <= FOREVER.year else FOREVER


class YearFile(Strict):
    """One year's working-day arrangement as a site writes it down.

    ``off`` and ``work`` list days of that year, ``02-14`` or ``02-15..02-23``, each with what it is for if one likes:
    ``02-15..02-23 春节``; ``source`` names the official notice. With ``extends: official`` the built-in arrangement of
    the year stays and the file says only what the site adds to it.
    """

    year: int
    extends: Literal["official", ""] = ""
    off: tuple[str, ...] = ()
    work: tuple[str, ...] = ()
    source: str = ""

    @field_validator("year")
    @classmethod
    def _is_year(cls, value: int) -> int:
        if not 1949 <= value <= 2199:
            raise ValueError(f"“{value}”不是年份,应写作 2027")
        return value

    @field_validator("off", "work")
    @classmethod
    def _are_ranges(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        for text in value if "year" in info.data else ():
            _range(info.data["year"], text)
        return value

    def days(self, ranges: Iterable[str]) -> dict[date, str]:
        """The days that ``ranges`` stand for, each with what it is for."""
        found: dict[date, str] = {}
        for text in ranges:
            first, last, name = _range(self.year, text)
            found |= dict.fromkeys((first + timedelta(days=n) for n in range((last - first).days + 1)), name)
        return found


def _range(year: int, text: str) -> tuple[date, date, str]:
    """First and last day of ``02-14`` or ``02-15..02-23 春节``, and the name."""
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"“{text}”应写作 02-14 或 02-15..02-23,后面可空一格写名称")
    first = parse_day(f"{year}-{match[1]}-{match[2]}")
    last = parse_day(f"{year}-{match[3]}-{match[4]}") if match[3] else first
    if last < first:
        raise ValueError(f"“{text}”的头尾颠倒了;跨年的假期分写在两年的文件里")
    return first, last, match[5] or ""


@dataclass(frozen=True)
class Calendar:
    """Which days are working days.

    Args:
        off: weekdays that are off.
        work: days of a weekend that are worked (调休).
        years: years whose arrangement is known; outside them only weekends are off and dates are provisional.
        names: what a day is off for, or worked for; says nothing about whether it is.
        sources: year → the notice it comes from, where a site's file names one.
    """

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()
    names: Mapping[date, str] = field(default_factory=dict, compare=False, repr=False)
    sources: Mapping[int, str] = field(default_factory=dict, compare=False, repr=False)
    fingerprint: str = field(init=False, compare=False)
    _known: dict[tuple[date, int], date] = field(init=False, compare=False, repr=False, default_factory=dict)
    _spans: dict[tuple[date, date], int] = field(init=False, compare=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        text = "|".join(",".join(sorted(str(item) for item in items)) for items in (self.off, self.work, self.years))
        object.__setattr__(self, "fingerprint", hashlib.sha256(text.encode()).hexdigest())

    @property
    def name(self) -> str:
        """What it is registered as: ``calendar@`` and the beginning of its fingerprint; empty if it cannot be kept."""
        return f"calendar@{self.fingerprint[:16]}"

    def choose(self, made: Callable[[Calendar], V]) -> V:
        """What is worked out by this calendar; where several stand in layers, by the one that counts."""
        return made(self)

    def judge(self, made: Callable[[Calendar], V]) -> tuple[Calendar, V]:
        """The same as ``choose``, with the one calendar by which it came out."""
        return self, made(self)

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is worked."""
        return day in self.work or (day.weekday() < 5 and day not in self.off)

    def provisional(self, day: date) -> bool:
        """Whether the arrangement of that year is not known yet."""
        return day.year not in self.years

    def next_workday(self, day: date) -> date:
        """``day`` itself if it is worked, else the next working day."""
        return day if self.is_workday(day) else self.add_workdays(day, 1)

    def add_workdays(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day`` (before it if negative); ``day`` itself is not counted.

        ``FOREVER`` if the calendar ends before. What was worked out once is kept, for every act asks again.
        """
        found = self._known.get((day, count))
        if found is None:
            if len(self._known) > KNOWN:
                self._known.clear()
            found = self._known[day, count] = self._stepped(day, count)
        return found

    def _stepped(self, day: date, count: int) -> date:
        step = ONE_DAY if count >= 0 else -ONE_DAY
        left = abs(count)
        while left:
            if day == FOREVER and count > 0:
                return FOREVER
            day += step
            left -= self.is_workday(day)
        return day

    def workdays_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``."""
        found = self._spans.get((start, end))
        if found is None:
            if len(self._spans) > KNOWN:
                self._spans.clear()
            days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
            found = self._spans[start, end] = sum(map(self.is_workday, days))
        return found

    def add(self, day: date, count: int, unit: str) -> date:
        """``count`` ``workdays``, ``days`` or ``months`` after ``day``; ``FOREVER`` if the calendar ends before."""
        if unit == "workdays":
            return self.add_workdays(day, count)
        if unit == "months":
            return add_months(day, count)
        return day + timedelta(days=count) if count <= (FOREVER - day).days else FOREVER

    def with_year(self, year: YearFile) -> Calendar:
        """This calendar with one year replaced, or added to, by what a site's file says."""
        off, work = year.days(year.off), year.days(year.work)
        stays = bool(year.extends)
        free = {d for d in self.off if stays or d.year != year.year} - work.keys() | off.keys()
        worked = {d for d in self.work if stays or d.year != year.year} - off.keys() | work.keys()
        names = {d: name for d, name in self.names.items() if stays or d.year != year.year}
        sources = dict(self.sources)
        if year.source:
            before = [sources[year.year]] if stays and year.year in sources else []
            sources[year.year] = ";".join([*before, year.source])
        return Calendar(
            frozenset(free - worked), frozenset(worked), self.years | {year.year}, names | off | work, sources
        )


@functools.cache
def official_calendar() -> Calendar:
    """The State Council's arrangements, as far as the installed ``chinesecalendar`` knows them."""
    from chinese_calendar import constants

    off, work = dict(constants.holidays), dict(constants.workdays)
    words = {holiday.value: str(holiday.chinese) for holiday in constants.Holiday}
    names = {day: words.get(str(name), str(name)) for day, name in (off | work).items()}
    years = {day.year for day in off}
    return Calendar(frozenset(off.keys() - work.keys()), frozenset(work), frozenset(years), names)


def starred(text: object, unknown: Callable[[date], bool]) -> str:
    """A text with a star on every date in it that lies in a year whose arrangement is not known."""

    def star(match: re.Match[str]) -> str:
        try:
            return f"{match[0]}*" if unknown(date.fromisoformat(match[0])) else match[0]
        except ValueError:
            return match[0]

    return _DATE.sub(star, str(text))


PERIOD_WORDS = {"year": "年", "half": "半年", "quarter": "季", "month": "月", "week": "周"}
MONTHS = {"year": 12, "half": 6, "quarter": 3, "month": 1}
_QUARTERS = "一二三四"
_PERIOD = re.compile(r"([12][0-9]{3})(?:(H)([12])|(Q)([1-4])|-(0[1-9]|1[0-2])|-W([0-5][0-9]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A named stretch of days: ``2021``, ``2021H1``, ``2021Q2``, ``2021-06`` or ``2021-W25``.

    Args:
        name: the name as above.
        kind: ``year``, ``half``, ``quarter``, ``month`` or ``week``.
        start: first day.
        end: last day.
    """

    name: str
    kind: str
    start: date
    end: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day <= self.end

    @property
    def label(self) -> str:
        """The name in Chinese."""
        year = f"{self.start.year}年"
        if self.kind == "week":
            iso = self.start.isocalendar()
            return f"{iso.year}年第{iso.week}周({self.start:%m-%d}至{self.end:%m-%d})"
        if self.kind == "half":
            return year + ("上半年" if self.start.month == 1 else "下半年")
        if self.kind == "quarter":
            return f"{year}第{_QUARTERS[(self.start.month - 1) // 3]}季度"
        return year if self.kind == "year" else f"{year}{self.start.month}月"


def parse_period(text: str) -> Period:
    """The period named by ``text``; weeks begin on Monday and are numbered as in ISO 8601.

    Raises:
        ValueError: in Chinese, when it names none.
    """
    match = _PERIOD.fullmatch(text.strip().upper())
    if match is None:
        raise ValueError(f"“{text}”不是考核期,应写作 2021、2021H1、2021Q2、2021-06 或 2021-W25")
    if match[7]:
        return _week(match[0], int(match[1]), int(match[7]))
    year, half, quarter, month = int(match[1]), match[3], match[5], match[6]
    kind, number = (
        ("half", int(half)) if half
        else ("quarter", int(quarter)) if quarter
        else ("month", int(month)) if month
        else ("year", 1)
    )  # fmt: skip
    length = MONTHS[kind]
    start = date(year, (number - 1) * length + 1, 1)
    return Period(match[0], kind, start, add_months(start, length) - ONE_DAY)


def _week(name: str, year: int, number: int) -> Period:
    try:
        start = date.fromisocalendar(year, number, 1)
    except ValueError:
        raise ValueError(f"{year} 年没有第 {number} 周") from None
    return Period(name, "week", start, start + timedelta(days=6))


def period_at(day: date, kind: str) -> Period:
    """The period of that kind in which ``day`` lies; weeks begin on Monday and are numbered as in ISO 8601."""
    if kind == "week":
        year, week, weekday = day.isocalendar()
        start = day - timedelta(days=weekday - 1)
        return Period(f"{year}-W{week:02d}", kind, start, start + timedelta(days=6))
    number = (day.month - 1) // MONTHS[kind] + 1
    letter = {"year": "", "half": f"H{number}", "quarter": f"Q{number}", "month": f"-{number:02d}"}[kind]
    return parse_period(f"{day.year}{letter}")


def periods_of(year: int, kind: str) -> tuple[Period, ...]:
    """All periods of one kind in a year, in order."""
    names = {
        "year": [f"{year}"],
        "half": [f"{year}H{n}" for n in (1, 2)],
        "quarter": [f"{year}Q{n}" for n in (1, 2, 3, 4)],
        "month": [f"{year}-{n:02d}" for n in range(1, 13)],
        "week": [f"{year}-W{n:02d}" for n in range(1, date(year, 12, 28).isocalendar().week + 1)],
    }[kind]
    return tuple(parse_period(name) for name in names)


class Span(NamedTuple):
    """A stretch of days on which something holds: from ``start`` up to, not including, ``end``."""

    start: date
    end: date = FOREVER

    def holds(self, day: date) -> bool:
        """Whether it holds on ``day``."""
        return self.start <= day < self.end
