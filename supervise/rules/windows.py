"""Which days count: the period, the year, the last few months, the period before, the same time a year ago."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from supervise.dates import MONTHS, ONE_DAY, Period, add_months, period_at, periods_of

_PLAIN = ("period", "year", "ever", "previous", "year before")
_COUNTED = re.compile(r"last (\d{1,3}) (month|period)s?|(month|quarter) (\d{1,2})")
_SHOWN = (
    "period、year、ever、last 3 months、last 2 periods、previous(上一期)、year before(上年同期)、month 2、quarter 3"
)


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which what is counted must lie.

    Args:
        kind: ``period``, ``year`` (up to the end of the period), ``ever``, ``previous`` (the period before), ``year
            before`` (the same period a year ago), ``months`` or ``periods`` (the last few, this one among them),
            ``month`` or ``quarter`` (one of this period).
        count: how many, or which one.
    """

    kind: str = "period"
    count: int = 1


def window(text: Any) -> Window:
    """The days that count.

    Args:
        text: ``period``, ``year``, ``ever``, ``previous``, ``year before``, ``last 3 months``, ``last 2 periods``,
            ``month 2`` or ``quarter 3``.

    Raises:
        ValueError: in Chinese, when it is none of them.
    """
    words = str(text).strip()
    if words in _PLAIN:
        return Window(words)
    match = _COUNTED.fullmatch(words)
    if match is None or not int(match[1] or match[4]):
        raise ValueError(f"看不懂时段“{text}”,可写:{_SHOWN}")
    return Window(match[2] + "s", int(match[1])) if match[1] else Window(match[3], int(match[4]))


def beyond(found: Window, kind: str) -> str:
    """Why a window cannot lie within a period of a kind, in Chinese; empty if it can."""
    parts = MONTHS[kind] // MONTHS[found.kind] if found.kind in ("month", "quarter") else found.count
    if found.count <= parts:
        return ""
    label = {"month": "月", "quarter": "季度"}[found.kind]
    return f"一期里没有第 {found.count} 个{label}" if parts else f"一期不到一个{label}"


def covers(outer: Window, inner: Window, kind: str) -> bool:
    """Whether whatever lies in one window lies in the other, in every period of a kind.

    Args:
        outer, inner: the windows.
        kind: of the period.
    """
    for period in (found for year in (2024, 2025) for found in periods_of(year, kind)):
        (first, last), (start, end) = (stretch(one, period, period.end) for one in (outer, inner))
        if first > start or last < end:
            return False
    return True


def stretch(found: Window, period: Period, last: date) -> tuple[date, date]:
    """First and last day of a window.

    Args:
        found: the window.
        period: that of the board.
        last: the last day seen, whose year ``year`` is.
    """
    if found.kind == "previous":
        end = period.start - ONE_DAY
        return period_at(end, period.kind).start, end
    if found.kind == "year before":
        return add_months(period.start, -12), add_months(period.end + ONE_DAY, -12) - ONE_DAY
    if found.kind in ("month", "quarter"):
        months = MONTHS[found.kind]
        first = add_months(period.start, months * (found.count - 1))
        return first, add_months(first, months) - ONE_DAY
    months = found.count * (MONTHS[period.kind] if found.kind == "periods" else 1)
    plain = {"period": period.start, "ever": date.min, "year": last.replace(month=1, day=1)}
    return plain.get(found.kind) or add_months(period.end + ONE_DAY, -months), period.end
