"""Band tables: ranges of a number with what holds in each, checked for holes and overlaps before anything is scored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import inf

_NUMBER = r"(-?\d+(?:\.\d+)?)%?"
_WIDE = str.maketrans("()[],≥≤><", "()[],≥≤><")
_SIDE = re.compile(rf"(>=|<=|≥|≤|>|<|=)\s*{_NUMBER}")
_BETWEEN = re.compile(rf"{_NUMBER}\s*(?:\.\.|~|到|至)\s*{_NUMBER}")
_BRACKETS = re.compile(rf"([\[(])\s*{_NUMBER}\s*,\s*{_NUMBER}\s*([\])])")


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of numbers.

    Args:
        low, high: its ends; infinite where it is open.
        with_low, with_high: whether the ends belong to it.
    """

    low: Fraction | float = -inf
    high: Fraction | float = inf
    with_low: bool = True
    with_high: bool = True

    def has(self, number: Fraction) -> bool:
        """Whether ``number`` lies in it."""
        above = number >= self.low if self.with_low else number > self.low
        return above and (number <= self.high if self.with_high else number < self.high)

    @property
    def empty(self) -> bool:
        """Whether no number lies in it."""
        return self.low > self.high or (self.low == self.high and not (self.with_low and self.with_high))


def parse_range(text: object) -> Range:
    """A range as rule files write it.

    Args:
        text: ``>= 90``, ``< 60``, ``= 100``, ``>= 80, < 90``, ``10 .. 30`` (both ends belong to it) or ``[80, 90)``.

    Raises:
        ValueError: in Chinese, when it is none, or when nothing lies in it.
    """
    words = str(text).translate(_WIDE).strip()
    if match := _BETWEEN.fullmatch(words):
        found = Range(Fraction(match[1]), Fraction(match[2]))
    elif match := _BRACKETS.fullmatch(words):
        found = Range(Fraction(match[2]), Fraction(match[3]), match[1] == "[", match[4] == "]")
    elif re.fullmatch(_NUMBER, words):
        found = Range(Fraction(words.rstrip("%")), Fraction(words.rstrip("%")))
    else:
        found = _sides(words)
    if found.empty:
        raise ValueError(f"“{text}”里没有数:头尾颠倒了?")
    return found


def _sides(words: str) -> Range:
    found = Range()
    for part in re.split(r"\s*(?:,|且|and)\s*", words):
        match = _SIDE.fullmatch(part.strip())
        if match is None:
            own = ";界线各单位不同的,不用分档,写 along(…) 或 if(…)" if re.search(r"[^\W\d]", words) else ""
            raise ValueError(f"看不懂范围“{words}”,可写:>= 90、< 60、>= 80, < 90、10 .. 30(含两头)、[80, 90){own}")
        sign, number = match[1].replace("≥", ">=").replace("≤", "<="), Fraction(match[2])
        if sign in (">=", ">", "="):
            found = Range(number, found.high, sign != ">", found.with_high)
        if sign in ("<=", "<", "="):
            found = Range(found.low, number, found.with_low, sign != "<")
    return found


def shown(number: Fraction | float) -> str:
    """A bound as a person writes it."""
    if isinstance(number, float):
        return "无限"
    return f"{Decimal(number.numerator) / Decimal(number.denominator):f}"


def _between(low: Fraction | float, high: Fraction | float, with_low: bool, with_high: bool) -> str:
    """A gap in words."""
    if low == -inf:
        return f"{'不高于' if with_high else '低于'} {shown(high)}"
    if high == inf:
        return f"{'不低于' if with_low else '高于'} {shown(low)}"
    if low == high:
        return f"{shown(low)}"
    ends = "含" if with_low and with_high else "不含" if not (with_low or with_high) else ""
    ends = ends or ("含前不含后" if with_low else "含后不含前")
    return f"{shown(low)} 到 {shown(high)}({ends})"


def holes(ranges: Iterable[Range], within: Range, whole: bool = False) -> Iterator[str]:
    """The stretches of ``within`` that no range covers, in words.

    Args:
        ranges: the bands.
        within: the numbers that may occur.
        whole: whether only whole numbers occur.
    """
    place, taken = within.low, not within.with_low  # everything below ``place`` is covered, it too if ``taken``
    for band in sorted(ranges, key=lambda r: (r.low, not r.with_low)):
        gap = band.low > place or (band.low == place and not taken and not band.with_low)
        if gap and place <= within.high:
            high, with_high = min((band.low, not band.with_low), (within.high, within.with_high), key=lambda e: e[0])
            if not whole or _whole_in(place, high, not taken, with_high):
                yield _between(place, high, not taken, with_high)
        if (band.high, band.with_high) > (place, taken):
            place, taken = band.high, band.with_high
    rest = place < within.high or (place == within.high and not taken and within.with_high)
    if rest and (not whole or _whole_in(place, within.high, not taken, within.with_high)):
        yield _between(place, within.high, not taken, within.with_high)


def _whole_in(low: Fraction | float, high: Fraction | float, with_low: bool, with_high: bool) -> bool:
    """Whether a whole number lies between."""
    if isinstance(low, float) or isinstance(high, float):
        return True
    first = -(-low.numerator // low.denominator)
    first += 1 if first == low and not with_low else 0
    return first <= high if with_high else first < high


def overlaps(ranges: Sequence[Range]) -> Iterator[tuple[int, int, str]]:
    """Pairs of bands that share a number, by place, with what they share in words."""
    for i, first in enumerate(ranges):
        for j in range(i):
            other = ranges[j]
            low, without = max((first.low, not first.with_low), (other.low, not other.with_low))
            high, with_high = min((first.high, first.with_high), (other.high, other.with_high))
            if not Range(low, high, not without, with_high).empty:
                yield j, i, _between(low, high, not without, with_high)


def place_of(ranges: Sequence[Range], number: Fraction) -> int | None:
    """Which band a number lies in: the first that has it; ``None`` if it lies in a hole."""
    return next((i for i, band in enumerate(ranges) if band.has(number)), None)
