"""What people write as figures, put under the goals of a task.

规上企业 18家;总数 240家        names may be short, units may differ by 万 and 亿
规上企业=18(2025-06,统计局月报)    in brackets the period and the source, either or both
大桥通车 已完成                  for a milestone
18家                            where only one goal is counted in 家
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from supervise.dates import parse_day, parse_period
from supervise.errors import did_you_mean
from supervise.goals import Target, convert, decimal, plain, straight

_KEYS = ("indicator", "value", "unit", "period", "source")
_FIGURE = re.compile(
    r"(?P<indicator>.*?)\s*[=:]?\s*(?P<value>-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*(?P<unit>[^\d()]*?)\s*"
    r"(?:\((?P<note>[^()]*)\))?"
)
_WORDS = re.compile(r"(?P<indicator>.*?)\s*[=:]?\s*(?P<value>未完成|已完成|完成|否|是)\s*(?:\((?P<note>[^()]*)\))?")
_DONE = {"已完成": True, "完成": True, "是": True, "未完成": False, "否": False}


def read(value: Any, targets: Sequence[Target], period: str) -> list[dict[str, str]]:
    """Figures as they are put on record, each in the unit of its goal.

    Args:
        value: text, or a list of texts and mappings with ``indicator``, ``value``, ``unit``, ``period``, ``source``.
        targets: the goals of the task.
        period: the period of figures that name none.

    Raises:
        ValueError: in Chinese, when a figure is none or belongs to no goal.
    """
    if not targets:
        raise ValueError("这项任务没有数字目标,没有可报的数")
    found = [_placed(figure, targets, period) for figure in _figures(value)]
    if not found:
        raise ValueError(f"不能是空的,应报:{names(targets)}")
    named = [figure["indicator"] for figure in found]
    if twice := next((name for name in named if named.count(name) > 1), ""):
        raise ValueError(f"“{twice}”写了两次")
    return found


def names(targets: Sequence[Target]) -> str:
    """The goals as a person would be asked for their figures: 规上企业(家)、总数(家)."""
    return "、".join(f"{target.indicator}({target.unit})" if target.unit else target.indicator for target in targets)


def _figures(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, str):
        for part in re.split("[;\uff1b\r\n]", value):
            if part.strip():
                yield _written(part.strip())
    elif isinstance(value, Mapping):
        yield _known(value)
    elif isinstance(value, Sequence):
        for part in value:
            yield from _figures(part)
    else:
        raise ValueError(f"“{value}”不是数,应写作:指标 18家")


def _known(value: Mapping[str, Any]) -> Mapping[str, Any]:
    if wrong := [key for key in value if key not in _KEYS]:
        raise ValueError(f"没有“{wrong[0]}”这一栏{did_you_mean(str(wrong[0]), _KEYS)}")
    return value


def _written(text: str) -> Mapping[str, Any]:
    even = straight(text)
    match = _WORDS.fullmatch(even) or _FIGURE.fullmatch(even)
    if match is None:
        raise ValueError(f"看不懂“{text}”,应写作:指标 18家,或 指标 18家(2025-06,统计局月报)")
    note = match["note"]
    inside = text[match.start("note") : match.end("note")] if note else ""
    first, *rest = (part.strip() for part in re.split("[,\uff0c]", inside, maxsplit=1))
    dated = bool(re.match(r"[12]\d{3}", first)) and re.fullmatch(r"[\dQH./-]+", first) is not None
    worded = "unit" not in match.groupdict()
    return {
        "indicator": text[match.start("indicator") : match.end("indicator")],
        "value": _DONE[match["value"]] if worded else match["value"].replace(",", ""),
        "unit": "" if worded else text[match.start("unit") : match.end("unit")],
        "period": first if dated else "",
        "source": "".join(rest) if dated else inside.strip(),
    }


def _placed(figure: Mapping[str, Any], targets: Sequence[Target], period: str) -> dict[str, str]:
    unit = str(figure.get("unit") or "").strip()
    target = _target(str(figure.get("indicator") or "").strip(), unit, targets)
    try:
        number = convert(_number(figure.get("value"), target), unit, target.unit)
    except ValueError as error:
        raise ValueError(f"“{target.indicator}”{error}") from None
    if number < 0 and target.kind != "growth":
        raise ValueError(f"“{target.indicator}”不能是负数")
    made = {
        "indicator": target.indicator, "value": plain(number), "unit": target.unit,
        "period": _period(str(figure.get("period") or "").strip()) or period,
        "source": str(figure.get("source") or "").strip(),
    }  # fmt: skip
    if unit and unit != target.unit:
        made["said"] = f"{figure['value']}{unit}"
    return {key: value for key, value in made.items() if value}


def _number(value: Any, target: Target) -> Decimal:
    if isinstance(value, bool):
        if target.kind != "milestone":
            raise ValueError("应报数,不能只说完成没完成")
        return target.value if value else Decimal(0)
    if value is None or value == "":
        raise ValueError("没有写数")
    return decimal(value)


def _period(text: str) -> str:
    if not text:
        return ""
    try:
        return parse_period(text).name
    except ValueError:
        pass
    try:
        return parse_day(text).isoformat()
    except ValueError:
        raise ValueError(f"“{text}”不是期间,应写作 2025-06、2025Q2、2025H1、2025 或 2025-06-30") from None


def _target(name: str, unit: str, targets: Sequence[Target]) -> Target:
    """The goal that a name means: itself, or the only one it is short for, units helping."""
    if not name:
        fitting = [target for target in targets if _agrees(unit, target)]
        if len(fitting) == 1:
            return fitting[0]
        raise ValueError(f"请写明是哪个指标的数:{names(targets)}")
    said = _bare(name)
    for alike in (
        [target for target in targets if _bare(target.indicator) == said],
        [target for target in targets if _short(said, _bare(target.indicator))],
    ):
        fitting = [target for target in alike if _agrees(unit, target)] or alike
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise ValueError(f"“{name}”分不清是哪个指标:{names(fitting)}")
    raise ValueError(f"没有“{name}”这个指标{did_you_mean(name, [target.indicator for target in targets])}")


def _agrees(unit: str, target: Target) -> bool:
    try:
        convert(Decimal(1), unit, target.unit)
    except ValueError:
        return False
    return True


def _bare(name: str) -> str:
    return re.sub(r"[\s\"'“”‘’《》<>()]", "", straight(name))


def _short(said: str, name: str) -> bool:
    """Whether one is the other with characters left out: 规上企业 for 规模以上工业企业."""
    brief, full = sorted((said, name), key=len)
    rest = iter(full)
    return len(brief) > 1 and all(char in rest for char in brief)
