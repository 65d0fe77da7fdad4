"""What the signs and functions of a formula do with their values."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import isqrt
from typing import Any, Protocol

from supervise.dates import Calendar
from supervise.errors import Invalid
from supervise.rules.arithmetic import Call, number_of, options_of, source_of
from supervise.rules.facts import Entry, Facts
from supervise.rules.scheme import Scheme

Quantity = Fraction | date | str | None
"""A number, a day, a word, or nothing where there is nothing to go by."""
_SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge, "<=": operator.le, "=": operator.eq, "!=": operator.ne, ">": operator.gt, "<": operator.lt,
}  # fmt: skip


class Asker(Protocol):
    """Whom a function asks for what it needs; the sheet."""

    @property
    def scheme(self) -> Scheme:
        """The scheme."""

    @property
    def facts(self) -> Facts:
        """The record."""

    def wrong(self, code: str, text: str) -> Invalid:
        """A problem with what is being worked out."""

    def rounded(self, exact: Fraction, places: int) -> Decimal:
        """A number at so many places, as the scheme rounds."""

    def entries(self, call: Call, unit: str, item: str | None) -> Sequence[Entry]:
        """What a function of the record is about."""


def parted(name: str) -> tuple[str, str]:
    """A dotted name as its first word and the rest: ``score.deducted``."""
    first, _, part = name.partition(".")
    return first, part


def rounded(exact: Fraction, places: int, how: str = "half up") -> Decimal:
    """``exact`` at so many places: half up as 四舍五入 does, half to even, always down, or always up (away from 0)."""
    scaled = abs(exact) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest - scaled.denominator
    more = {
        "half up": twice >= 0, "half even": twice > 0 or (twice == 0 and whole % 2 == 1), "down": False, "up": rest > 0,
    }[how]  # fmt: skip
    digits = whole + more
    return Decimal(f"{'-' if exact < 0 and digits else ''}{digits}E-{places}")


def number(asker: Asker, found: Quantity) -> Fraction:
    """A value that must be a number."""
    if isinstance(found, Fraction):
        return found
    text = "日期" if isinstance(found, date) else f"“{found}”这个词" if isinstance(found, str) else "没有的数"
    raise asker.wrong("J06", f"{text}不能拿来计算")


def truth(found: Quantity) -> bool:
    """Whether a condition holds; what is not there does not."""
    return bool(found)


def compared(asker: Asker, sign: str, left: Quantity, right: Quantity) -> bool:
    """Whether a comparison holds; it does not where one side is missing."""
    if left is None or right is None:
        return False
    if type(left) is not type(right):
        raise asker.wrong("J06", f"“{left}”和“{right}”不是一类,不能比较")
    return bool(_SIGNS[sign](left, right))


def among(asker: Asker, name: str, found: Sequence[Quantity]) -> Quantity:
    """The smallest, largest, middle one, mean or sum of what is there; the first or last of days."""
    there = [value for value in found if value is not None]
    if name in ("min", "max") and there and all(isinstance(value, date) for value in there):
        days = [value for value in there if isinstance(value, date)]
        return min(days) if name == "min" else max(days)
    numbers = sorted(number(asker, value) for value in there)
    if name == "sum":
        return sum(numbers, Fraction(0))
    if not numbers:
        return None
    if name == "mean":
        return sum(numbers, Fraction(0)) / len(numbers)
    if name == "median":
        return (numbers[(len(numbers) - 1) // 2] + numbers[len(numbers) // 2]) / 2
    return numbers[0] if name == "min" else numbers[-1]


def counted(asker: Asker, call: Call, unit: str, item: str | None) -> Quantity:
    """What a function of the record comes to."""
    if call.name == "run":
        roles = [word for word in options_of(call) if word in ("lead", "co")]
        return Fraction(asker.facts.run(unit, source_of(call), roles))
    entries = asker.entries(call, unit, item)
    if call.name == "count":
        return Fraction(len(entries))
    if call.name == "matters":
        return Fraction(len({entry.matter for entry in entries} - {""}))
    values = [Fraction(entry.value) for entry in entries]
    if call.name == "total":
        return sum(values, Fraction(0))
    if call.name in ("first", "latest"):
        return None if not values else values[0 if call.name == "first" else -1]
    if call.name == "trimmed":
        wanted = number_of(call)
        share = wanted is not None and wanted < 1
        less = 1 if wanted is None else int(wanted * len(values)) if share else int(wanted)
        return among(asker, "mean", sorted(values)[less:-less] if 0 < 2 * less < len(values) else values)
    return among(asker, {"average": "mean", "highest": "max", "lowest": "min"}[call.name], values)


def _days(asker: Asker, found: Sequence[Quantity]) -> list[date] | None:
    if None in found:
        return None
    for value in found:
        if not isinstance(value, date):
            raise asker.wrong("J06", f"“{value}”不是日期")
    return [value for value in found if isinstance(value, date)]


def _added(unit: str) -> Callable[[Asker, Sequence[Quantity]], Quantity]:
    def work(asker: Asker, found: Sequence[Quantity]) -> Quantity:
        days = _days(asker, found[:1])
        if days is None or found[1] is None:
            return None
        return asker.facts.calendar.add(days[0], int(number(asker, found[1])), unit)

    return work


def _between(count: Callable[[Calendar, date, date], int]) -> Callable[[Asker, Sequence[Quantity]], Quantity]:
    def work(asker: Asker, found: Sequence[Quantity]) -> Quantity:
        days = _days(asker, found)
        return None if days is None else Fraction(count(asker.facts.calendar, days[0], days[1]))

    return work


def _of_day(part: str) -> Callable[[Asker, Sequence[Quantity]], Quantity]:
    def work(asker: Asker, found: Sequence[Quantity]) -> Quantity:
        days = _days(asker, found)
        return None if days is None else Fraction(getattr(days[0], part))

    return work


def _of_number(work: Callable[[Fraction], Fraction]) -> Callable[[Asker, Sequence[Quantity]], Quantity]:
    return lambda asker, found: None if found[0] is None else work(number(asker, found[0]))


def _round(asker: Asker, found: Sequence[Quantity]) -> Quantity:
    places = int(number(asker, found[1])) if len(found) > 1 else 0
    return None if found[0] is None else Fraction(asker.rounded(number(asker, found[0]), places))


def root(exact: Fraction, places: int, how: str) -> Decimal:
    """The square root of a number at so many places, exactly rounded: of ten digits more, a rest is told by one 1."""
    scale = 10 ** (places + 10)
    scaled = exact * scale * scale
    whole = isqrt(scaled.numerator // scaled.denominator)
    rest = Fraction(whole * whole) != scaled
    return rounded(Fraction(10 * whole + rest, 10 * scale), places, how)


def spread(asker: Asker, found: Sequence[Fraction], places: int) -> Quantity:
    """The standard deviation of all of a group, at so many places; of nothing there is none."""
    if not found:
        return None
    middle = sum(found, Fraction(0)) / len(found)
    square = sum(((n - middle) ** 2 for n in found), Fraction(0)) / len(found)
    return Fraction(root(square, places, asker.scheme.rounding))


def _along(asker: Asker, found: Sequence[Quantity]) -> Quantity:
    """Points in between, by proportion; at or beyond the ends the points of the ends."""
    if None in found:
        return None
    exact, *rest = (number(asker, value) for value in found)
    stops = list(zip(rest[::2], rest[1::2], strict=True))
    if any(low >= high for (low, _), (high, _) in pairwise(stops)):
        shown = "、".join(f"{float(stop):g}" for stop, _ in stops)
        raise asker.wrong("J06", f"along 的几个点要从小到大,现在是 {shown}")
    for (low, less), (high, more) in pairwise(stops):
        if exact < high:
            return less if exact <= low else less + (more - less) * (exact - low) / (high - low)
    return stops[-1][1]


def _gravest(asker: Asker, found: Sequence[Quantity]) -> Quantity:
    return next((word for word in str(found[0]).split() if word in found[1:]), None)


def _workdays(calendar: Calendar, start: date, end: date) -> int:
    return calendar.workdays_between(start, end)


PLAIN: Mapping[str, Callable[[Asker, Sequence[Quantity]], Quantity]] = {
    "abs": _of_number(abs),
    "floor": _of_number(lambda n: Fraction(n.numerator // n.denominator)),
    "ceil": _of_number(lambda n: Fraction(-(-n.numerator // n.denominator))),
    "round": _round,
    "along": _along,
    "given": lambda asker, found: Fraction(found[0] is not None),
    "default": lambda asker, found: found[1] if found[0] is None else found[0],
    "gravest": _gravest,
    "month_of": _of_day("month"),
    "year_of": _of_day("year"),
    "months_between": _between(lambda _, a, b: (b.year - a.year) * 12 + b.month - a.month),
    "days_between": _between(lambda _, a, b: (b - a).days),
    "workdays_between": _between(_workdays),
    "add_months": _added("months"),
    "add_days": _added("days"),
    "add_workdays": _added("workdays"),
}
"""Functions that look at their values and at nothing else."""
