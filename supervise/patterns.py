"""The closed phrases as patterns, for editors that complete and check while a person writes.

``phrases`` decides what is understood; here the same is said as regular expressions that any JSON Schema tool knows.
Whatever a pattern allows, the parser understands: a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from supervise.dates import PERIOD_WORDS
from supervise.phrases import NAME, OUTCOMES

_UNIT, _COUNT, _NUMBER = "(workdays?|days?|months?)", "[0-9]{1,4}", r"[0-9]{1,6}(\.[0-9]{1,4})?"
_SPAN, _NAMES = f"{_COUNT} {_UNIT}", f"{NAME}( or {NAME})*"
_PERIODS = f"({'|'.join(PERIOD_WORDS)})(-year)?"
_LONG = f"({'|'.join(word for word in PERIOD_WORDS if word != 'week')})(-year)?"
_DAY = "([1-9]|[12][0-9]|3[01])"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CONDITION = (
    f"(parts (open|((100|[1-9][0-9]?)% )?closed)|({NAME} )?({'|'.join(OUTCOMES)})|{_SPAN} (before|after) {_NAMES}"
    f"|{NAME} behind (over )?[0-9]{{1,3}}(\\.[0-9]{{1,4}})?%|{NAME} (unanswered|expired|in effect))"
)
_MEASURE = f"({_CONDITION}|{NAME} on pace|{NAME}( {NAME})?)"
_TIMES = r"([2-9]|[1-9][0-9]) times( in a row)?( in (a (month|quarter|half|half-year|year)|[1-9][0-9]? months))?"
_RUN = r"([2-9]|[1-9][0-9]) (weeks|months|quarters|halves|years) in a row"


class Pattern(NamedTuple):
    """A kind of phrase.

    Args:
        regex: what it looks like, without the ends.
        text: what it says, in Chinese.
        examples: some.
    """

    regex: str
    text: str
    examples: tuple[str, ...]


PATTERNS: Mapping[str, Pattern] = {
    "name": Pattern(NAME, "名字:小写字母、数字、下划线,以字母开头", ("first_step", "item_2")),
    "value": Pattern(f"{NAME}( of {NAME})?", "从哪个字段取:字段,或 字段 of 动作", ("until", "until of ask")),
    "length": Pattern(_SPAN, "时长", ("5 workdays", "3 days", "1 month")),
    "limit": Pattern(
        f"({_SPAN} after {_NAMES}|(task|stages)|{_SPAN} before task|until of {_NAMES}"
        f"|[0-9]{{1,3}} (workdays?|days?) after each {_PERIODS}"
        f"|(end of each {_PERIODS}|day [1-7] of each week|day {_DAY} of each {_LONG})"
        "( or [0-9]{1,2} workdays? after a day off)?)",
        "期限",
        (
            "10 workdays after assign",
            "until of order",
            "task",
            "20 days before task",
            "stages",
            "5 days after each month",
            "day 25 of each month",
            "end of each quarter",
            "day 2 of each week or 2 workdays after a day off",
        ),
    ),
    "month_day": Pattern(
        "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))",
        "月日",
        ("06-25", "12-25"),
    ),
    "condition": Pattern(
        _CONDITION,
        "条件",
        (
            "finish missed",
            "decision open",
            "7 days before finish",
            "15 workdays after finish",
            "finish behind 20%",
            "blue unanswered",
            "delegate expired",
            "parts closed",
            "red in effect",
        ),
    ),
    "entry": Pattern(
        f"({_CONDITION}|{_MEASURE} ({_TIMES}|{_RUN}))",
        "进入这一级的情形",
        (
            "finish missed",
            "yellow 2 times",
            "red 3 times in a row",
            "rework 2 times in a year",
            "red 3 times in 12 months",
            "finish missed 3 months in a row",
        ),
    ),
    "lit": Pattern(
        f"({_CONDITION}( {_RUN})?|{NAME} on pace)",
        "亮这种灯的情形",
        ("finish on pace", "finish behind 10%", "finish behind over 30%", "progress missed 3 months in a row"),
    ),
    "suspension": Pattern(
        f"{NAME}( for {_SPAN})?", "哪个动作暂停升级,停多久", ("reply for 10 workdays", "accept_reason")
    ),
    "reset": Pattern(
        "(closing|each (month|quarter|half|half-year|year)|[1-9][0-9]? (months|quarters|halves|years) without)",
        "何时重新计数",
        ("closing", "each year", "3 months without"),
    ),
    "bound": Pattern(
        f"({_COUNT} (times?|days?)|{_SPAN} after {NAME})",
        "限度:几次、累计几天、最晚到哪天",
        ("2 times", "60 days", "6 months after assign"),
    ),
    "window": Pattern(f"{_SPAN} after {NAME}", "从哪一步起多久以内", ("30 days after assign",)),
    "measure": Pattern(
        _MEASURE, "数什么:应办的结果、序时、动作的次数", ("plan on time", "finish on pace", "order red")
    ),
    "comparison": Pattern(
        f"{_MEASURE} *(>=|<=|!=|=|>|<) *-?{_NUMBER}", "比较", ("score >= 90", "finish missed >= 3", "black = 0")
    ),
    "place": Pattern("(top|bottom) [0-9]{1,4}", "名次", ("top 5", "bottom 3")),
    "source": Pattern(
        r"((score|mark|file) [A-Za-z0-9_-]+|board [A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)?)",
        "得分的来源",
        ("board red-black", "board two-boards.push", "mark leader", "file survey"),
    ),
    "percent": Pattern(r"(100|[1-9][0-9]?(\.[0-9]{1,4})?)%", "比例", ("30%",)),
    "tasks": Pattern("[0-9]{1,6} tasks?", "几项任务", ("3 tasks",)),
    "spared": Pattern("[A-Za-z0-9_]+ as [A-Za-z0-9_]+", "分组 as 角色", ("towns as co",)),
    "spared part": Pattern("[A-Za-z0-9_]+ as [A-Za-z0-9_]+( minus| plus)?", "分组 as 角色", ("towns as co minus",)),
    "reckoned": Pattern(
        "(period|year|ever|previous|year before|last [1-9][0-9]{0,2} (month|period)s?|(month|quarter) [1-9][0-9]?)",
        "哪些天的算",
        ("period", "year", "last 3 months", "previous", "year before", "month 2"),
    ),
    "range": Pattern(
        r"[0-9]{2}-[0-9]{2}(\.\.[0-9]{2}-[0-9]{2})?( +[^ ].*)?",
        "一天,或从哪天到哪天,后面可写名称",
        ("05-01", "02-15..02-23", "07-09 台风停工"),
    ),
    "wait": Pattern("[1-9][0-9]{0,3} (minutes?|hours?|days?)", "间隔", ("5 minutes", "2 hours", "1 day")),
    "quiet": Pattern(f"({_CLOCK})\\.\\.(?!\\1)({_CLOCK})", "从几点到几点", ("20:00..08:00",)),
    "zone": Pattern("[+-](0[0-9]|1[0-4]):[0-5][0-9]", "与 UTC 的差", ("+08:00",)),
    "days": Pattern(f"{_DATE}(\\.\\.{_DATE})?", "一天,或从哪天到哪天", ("2025-05-06", "2025-06-10..2025-06-20")),
}
"""Kind of phrase → what it looks like."""


def one(kind: str) -> dict[str, Any]:
    """The JSON Schema of one phrase of a kind."""
    pattern = PATTERNS[kind]
    return {
        "type": "string",
        "pattern": f"^{pattern.regex}$",
        "description": f"{pattern.text},如 {'、'.join(pattern.examples)}",
        "examples": list(pattern.examples),
    }


def many(kind: str) -> dict[str, Any]:
    """The JSON Schema of one phrase of a kind, or a list of them."""
    return either(one(kind), {"type": "array", "items": one(kind)})


def by_name(values: Mapping[str, Any], names: str = "") -> dict[str, Any]:
    """The JSON Schema of a mapping, with names of a kind if one is given."""
    schema: dict[str, Any] = {"type": "object", "additionalProperties": dict(values)}
    return schema | ({"propertyNames": one(names)} if names else {})


def either(*schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of what may be written in several ways."""
    return {"anyOf": [dict(schema) for schema in schemas]}
