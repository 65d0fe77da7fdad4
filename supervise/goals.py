"""Numeric goals: what a task promises in numbers, and the units these numbers are counted in.

A goal is written on one line, in files and on screens alike, and read back from it:

    新增规上工业企业 >= 18 家(增量)    a level that is counted up; 增量/减量: the number itself is the change
    规上工业企业总数 >= 146 家(基数 128)    a level that began at 128
    限额以上零售额增长 >= 6.5 %(增幅)    a rate of growth; 降幅: a rate of decline
    城镇调查失业率 = 4..5.5 %    between the two
    跨河大桥通车 = 1(节点)    a milestone, reached or not

Other words are kept as words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

COMPARATORS = (">=", ">", "=", "<=", "<")
SENSES = {
    "增量": ("level", "increase"),
    "减量": ("level", "decrease"),
    "增幅": ("growth", "increase"),
    "降幅": ("growth", "decrease"),
    "节点": ("milestone", ""),
    "": ("level", ""),
}
"""What the note behind a goal says of its kind and of the direction in which its number counts."""

RATES = {
    "%": ("%", Decimal(1)), "‰": ("%", Decimal("0.1")), "个百分点": ("个百分点", Decimal(1)), "倍": ("倍", Decimal(1)),
}  # fmt: skip
_SCALE = {"十": Decimal(10), "百": Decimal(100), "千": Decimal(1000), "万": Decimal(10_000), "亿": Decimal(10**8)}
_SAME = {
    "百分点": "个百分点", "㎡": "平方米", "平米": "平方米", "公里": "千米", "平方公里": "平方千米", "公斤": "千克",
}  # fmt: skip
_STRAIGHT = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_SIGNS = {"≥": ">=", "≤": "<="}
_NUMBER = r"-?\d{1,15}(?:\.\d{1,6})?"
_NOTES = "增量|减量|增幅|降幅|节点"
_UNIT = r"[A-Za-z/]+|[^\dA-Za-z<>=≥≤\s()]*(?:\([^()]\))?"
_GOAL = re.compile(
    rf"(?P<indicator>.*?)\s*(?P<comparator>>=|<=|[≥≤><=])\s*(?P<value>{_NUMBER})(?:\.\.(?P<upper>{_NUMBER}))?"
    rf"\s*(?P<unit>{_UNIT})\s*(?:\((?P<sense>{_NOTES})?[,、 ]*(?:基数 *(?P<baseline>{_NUMBER}))?\))?",
    re.DOTALL,
)
_KEYS = ("indicator", "comparator", "value", "unit", "kind", "change", "upper", "baseline")


@dataclass(frozen=True, slots=True)
class Target:
    """One numeric goal of a task.

    Args:
        indicator: what is counted; unique within the task.
        comparator: ``>=``, ``>``, ``=``, ``<=`` or ``<``; a bare number in a notice is ``=`` and means at least that,
            or at most that where it is 0 or lies below the baseline.
        value: the number promised.
        unit: the printed unit.
        kind: ``level`` (counted up to a value), ``growth`` (a rate) or ``milestone`` (reached or not).
        change: ``increase`` or ``decrease`` where the value is itself the change.
        upper: the other end, where anything between is right.
        baseline: where a level began, if known.
    """

    indicator: str
    comparator: str
    value: Decimal
    unit: str = ""
    kind: str = "level"
    change: str = ""
    upper: Decimal | None = None
    baseline: Decimal | None = None

    @property
    def start(self) -> Decimal | None:
        """The level it began at, where that says something."""
        return self.baseline if self.kind == "level" and not self.change else None

    @property
    def falling(self) -> bool:
        """Whether less is better."""
        if self.comparator == "=" and self.upper is None:
            return self.value == 0 or (self.start is not None and self.start > self.value)
        return self.comparator in ("<", "<=")

    @property
    def cumulative(self) -> bool:
        """Whether its figures add up over the year, so that none can be below the one before."""
        return self.kind == "level" and not self.falling and self.upper is None and self.unit not in RATES

    def __str__(self) -> str:
        number = plain(self.value) if self.upper is None else f"{plain(self.value)}..{plain(self.upper)}"
        words = " ".join(part for part in (self.indicator, self.comparator, number, self.unit) if part)
        sense = next(note for note, meant in SENSES.items() if meant == (self.kind, self.change))
        notes = [*filter(None, [sense]), *([] if self.baseline is None else [f"基数 {plain(self.baseline)}"])]
        return f"{words}({','.join(notes)})" if notes else words

    def as_json(self) -> dict[str, str]:
        """The goal as it is put on record, what says nothing left out."""
        held = {name: getattr(self, name) for name in _KEYS}
        return {k: plain(v) if isinstance(v, Decimal) else v for k, v in held.items() if v not in ("", None)}


def plain(number: Decimal) -> str:
    """A number as people write it: no exponent, no zeros behind the point."""
    text = f"{number:f}" if number else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def straight(text: str) -> str:
    """Full-width signs and digits as half-width ones, character for character."""
    return text.translate(_STRAIGHT)


def goal(value: Any) -> Target | str:
    """A goal from one line, from its mapping or from itself; words without a comparison stay words.

    Raises:
        ValueError: in Chinese, when it looks like a goal and is none.
    """
    if isinstance(value, Target):
        return value
    if isinstance(value, Mapping):
        return _mapped(value)
    text = str(value).strip()
    if not text:
        raise ValueError("目标不能是空的")
    if not re.search("[<>=≥≤]", straight(text)):
        return text
    match = _GOAL.fullmatch(straight(text))
    if match is None:
        raise ValueError(f"看不懂目标“{value}”,应写作:新增企业 >= 18 家(增量)、总数 >= 146 家、通车 = 1(节点)")
    kind, change = SENSES[match["sense"] or ""]
    given = {name: match[name] or "" for name in ("value", "upper", "baseline")}
    printed = {name: text[slice(*match.span(name))] for name in ("indicator", "unit")}
    sign = _SIGNS.get(match["comparator"], match["comparator"])
    return _mapped(given | printed | {"comparator": sign, "kind": kind, "change": change})


def _mapped(value: Mapping[str, Any]) -> Target:
    unknown = [key for key in value if key not in _KEYS]
    if unknown:
        raise ValueError(f"目标里没有“{unknown[0]}”这一栏,可写:{'、'.join(_KEYS)}")
    kind, change = value.get("kind") or "level", value.get("change") or ""
    if kind == "growth":
        change = change or "increase"
    number = value.get("value", 1 if kind == "milestone" else None)
    made = Target(
        str(value.get("indicator") or "").strip(), value.get("comparator") or "=", decimal(number),
        str(value.get("unit") or "").strip(), kind, change, *(_maybe(value.get(n)) for n in ("upper", "baseline")),
    )  # fmt: skip
    if (kind, change) not in SENSES.values():
        raise ValueError(f"目标的类别“{kind} {change}”不对:level 累计数、growth 增幅(降幅)、milestone 节点")
    if made.comparator not in COMPARATORS:
        raise ValueError(f"目标的比较符“{made.comparator}”不对,可写:{'、'.join(COMPARATORS)}")
    if made.upper is not None and (made.comparator != "=" or made.upper < made.value):
        raise ValueError("区间应写作 = 4..5.5,前小后大")
    return made


def _maybe(value: Any) -> Decimal | None:
    return None if value is None or value == "" else decimal(value)


def decimal(value: Any) -> Decimal:
    """A number of an office.

    Raises:
        ValueError: in Chinese, when it is none, or one with more digits than any office has.
    """
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(f"“{value}”不是数") from None
    if not number.is_finite() or not re.fullmatch(_NUMBER, plain(number)):
        raise ValueError(f"“{value}”不是数,或位数太多")
    return number


def goals(values: Iterable[Any]) -> tuple[Target | str, ...]:
    """Goals as they stand on record: mappings are goals, words stay words however they look."""
    return tuple(value if isinstance(value, str) else goal(value) for value in values)


def distinct(targets: Iterable[Target | str]) -> tuple[Target | str, ...]:
    """The same goals, each with an indicator of its own: none without a name, none named twice."""
    made: list[Target | str] = []
    seen: Counter[str] = Counter()
    for target in targets:
        if isinstance(target, Target):
            name = target.indicator or "目标"
            seen[name] += 1
            taken = {t.indicator for t in made if isinstance(t, Target)}
            while (own := name if seen[name] == 1 else f"{name}({seen[name]})") in taken:
                seen[name] += 1
            target = replace(target, indicator=own)
        made.append(target)
    return tuple(made)


def numeric(targets: Sequence[Target | str]) -> tuple[Target, ...]:
    """The goals that have a number."""
    return tuple([target for target in targets if isinstance(target, Target)])


def convert(number: Decimal, unit: str, wanted: str) -> Decimal:
    """``number`` ``unit`` in the unit ``wanted``; without a unit it is already in it.

    Raises:
        ValueError: in Chinese, when the two count different things.
    """
    base, scale = _measured(unit)
    own, own_scale = _measured(wanted)
    if not unit or unit == wanted:
        return number
    if wanted and base != own and not (base == "" and own not in ("%", "个百分点", "倍")):
        raise ValueError(f"单位应是“{wanted}”,不是“{unit}”")
    return number * scale / own_scale


def _measured(unit: str) -> tuple[str, Decimal]:
    """What a unit counts, and how many of it at a time: 万元 is ten thousand 元."""
    rest, scale = _SAME.get(unit, unit), Decimal(1)
    if rest in RATES:
        return RATES[rest]
    while rest and rest[0] in _SCALE:
        rest, scale = rest[1:], scale * _SCALE[rest[0]]
    return _SAME.get(rest, rest), scale
