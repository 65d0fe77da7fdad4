"""The closed vocabulary in which definitions and rules are written, parsed once into small frozen trees.

    due          10 workdays after assign | 5 workdays after report or catch_up | [06-25, 12-25] | until of order
                 task | 20 days before task | stages
                 5 days after each month | end of each quarter | day 25 of each month
                 day 2 of each week or 2 workdays after a day off
    condition    finish missed | decision open | red in effect | 7 days before finish | 15 workdays after finish
                 finish behind 20% | finish behind over 30% | blue unanswered | delegate expired | parts closed
    bound        2 times | 60 days | 6 months after assign
    value        wording | wording of propose
    measure      a condition or an action, counted: plan on time | missed | rework | order red | finish on pace
    comparison   a measure or a name, compared: score >= 90 | finish missed >= 3 | black = 0

Nothing here is evaluated as code, and no name is checked here: ``workflows.checking`` and ``rules.checking`` know
which duties, actions and rungs exist.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from supervise.dates import PERIOD_WORDS

OPENING = "assign"
"""The one action every workflow has without listing it: the office places the task."""

MIGRATE, REVERT = "migrate", "revert"
"""What brings a task under another law, and what takes that back; no workflow lists them either."""

CALENDAR = "calendar"
"""What lays another calendar on a task, and the name under which an act says so among its changes."""
REMIND = "remind"
"""Somebody is reminded by hand of what he owes (催办); who may do it and how often is said in a rule file."""

OUTCOMES = ("open", "on time", "late", "missed", "void")
NAME = r"[a-z][a-z0-9_]*"
_SPAN = re.compile(rf"^(\d{{1,4}}) (workdays?|days?|months?) (before|after) ({NAME}(?: or {NAME})*)$")
_PERIOD = f"({'|'.join(PERIOD_WORDS)})(?:-year)?"
_EACH = re.compile(rf"^(\d{{1,3}}) (workdays?|days?) after each {_PERIOD}$")
_DAY_OF = re.compile(rf"^(?:day (\d{{1,2}})|end) of each {_PERIOD}(?: or (\d{{1,2}}) workdays? after a day off)?$")
_BEHIND = re.compile(rf"^({NAME}) behind (over )?(\d+(?:\.\d+)?)%$")
_PARTS = re.compile(r"^parts (?:(open)|(?:(100|[1-9]\d?)% )?closed)$")
_BOUND = re.compile(rf"^(\d{{1,4}}) (times?|days?)$|^(\d{{1,4}}) (workdays?|days?|months?) after ({NAME})$")
_COMPARISON = re.compile(r"^(.+?) *(>=|<=|!=|=|>|<) *(-?\d+(?:\.\d+)?)$")
_OPERATORS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": operator.ge, "<=": operator.le, "=": operator.eq, "!=": operator.ne, ">": operator.gt, "<": operator.lt,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time, such as ``5 workdays``."""

    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class AfterAction:
    """A limit counted from each time one of ``actions`` is done."""

    count: int
    unit: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnDates:
    """A limit on fixed dates of every year, as (month, day)."""

    dates: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class EachPeriod:
    """A limit for every week, month, quarter, half-year or year.

    Args:
        period: ``week``, ``month``, ``quarter``, ``half`` or ``year``.
        count: ``unit`` after its last day; 0 for the last day itself.
        unit: ``workdays`` or ``days``.
        day: instead, this day of its last month (of the week, from Monday).
        off: where that day is off, so many working days after it; 0 to leave it there.
    """

    period: str
    count: int = 0
    unit: str = "days"
    day: int = 0
    off: int = 0


@dataclass(frozen=True, slots=True)
class Stages:
    """A limit on the date of each stage of the approved plan."""


@dataclass(frozen=True, slots=True)
class UntilOf:
    """The limit given in the data of each of ``actions``."""

    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaskDue:
    """The task's own due date, or so much before it."""

    count: int = 0
    unit: str = "days"


Due = AfterAction | OnDates | EachPeriod | Stages | UntilOf | TaskDue
Fixed = OnDates | EachPeriod | Stages
"""Limits on dates that are known beforehand."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Duties of kind ``duty`` (any kind if empty) that stand at ``outcome``."""

    outcome: str
    duty: str = ""


@dataclass(frozen=True, slots=True)
class Distance:
    """``count`` ``unit`` before or after a duty's due date, or after an action."""

    count: int
    unit: str
    before: bool
    of: str


@dataclass(frozen=True, slots=True)
class Behind:
    """Reported progress lies at least ``points`` percentage points behind the schedule of ``duty``, or more."""

    duty: str
    points: Decimal
    over: bool = False


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An order of rung ``rung`` has passed its limit without a reply and the matter is still open."""

    rung: str


@dataclass(frozen=True, slots=True)
class InEffect:
    """What an order of rung ``rung`` entails, such as a bar from honours, has begun and is not yet over."""

    rung: str


@dataclass(frozen=True, slots=True)
class Expired:
    """The date that an ``action`` gave is over."""

    action: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts the task was split into have ended, or some are still open.

    Args:
        closed: whether they must have ended.
        percent: the share of their weight that must have ended.
    """

    closed: bool
    percent: Decimal = Decimal(100)


Condition = Outcome | Distance | Behind | Unanswered | InEffect | Expired | Parts


@dataclass(frozen=True, slots=True)
class Bound:
    """How far an action may go in all: so many ``times``, so many ``days`` it may put the limit off, or a last day.

    Args:
        count: of ``unit``.
        unit: ``times``, ``days``, ``workdays`` or ``months``.
        after: the action from which the last day is counted; empty for a total.
    """

    count: int
    unit: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """What was filled into ``field``, in this act or in the latest act ``of`` that name."""

    field: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class OnPace:
    """Tasks whose ``duty`` is not behind schedule at the end of the period."""

    duty: str


@dataclass(frozen=True, slots=True)
class Done:
    """Times that ``action`` was done; with ``rung``, only orders of that rung."""

    action: str
    rung: str = ""


Measure = Condition | OnPace | Done


@dataclass(frozen=True, slots=True)
class Comparison:
    """A number, named or measured, compared with a constant."""

    subject: str
    measure: Measure
    sign: str
    value: Decimal

    def holds(self, number: Decimal) -> bool:
        """Whether ``number`` satisfies the comparison."""
        return _OPERATORS[self.sign](number, self.value)

    def __str__(self) -> str:
        return f"{self.subject} {self.sign} {self.value}"


def parse_due(value: object) -> Due:
    """What a duty's ``due`` says.

    Raises:
        ValueError: in Chinese, when it is none of the forms.
    """
    if isinstance(value, list | tuple):
        if not value:
            raise ValueError("期限至少要写一个月日,如 [06-25, 12-25]")
        return OnDates(tuple(_month_day(text) for text in value))
    words = _words(value)
    if words in ("task", "stages"):
        return TaskDue() if words == "task" else Stages()
    if words.startswith("until of "):
        return UntilOf(tuple(words.removeprefix("until of ").strip().split(" or ")))
    if match := _SPAN.fullmatch(words):
        count, unit = int(match[1]), _unit(match[2])
        if match[3] == "after":
            return AfterAction(count, unit, tuple(match[4].split(" or ")))
        if match[4] == "task":
            return TaskDue(count, unit)
    if match := _EACH.fullmatch(words):
        return EachPeriod(match[3], int(match[1]), _unit(match[2]))
    if match := _DAY_OF.fullmatch(words):
        return EachPeriod(match[2], day=_day_of(match[1], match[2]), off=int(match[3] or 0))
    raise ValueError(
        f"看不懂期限“{value}”,可写:10 workdays after assign、[06-25, 12-25]、5 days after each month、"
        "day 25 of each month、end of each quarter、day 2 of each week or 2 workdays after a day off、"
        "until of order、task、20 days before task、stages"
    )


def _words(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"应是文字,不能是“{value}”")
    return value.strip()


def _day_of(said: str | None, period: str) -> int:
    if said is None:
        return 0
    day = int(said)
    if not 1 <= day <= (7 if period == "week" else 31):
        raise ValueError(f"{PERIOD_WORDS[period]}里没有第 {day} 天")
    return day


def parse_length(text: object) -> Length:
    """A length of time.

    Raises:
        ValueError: in Chinese, when it is none.
    """
    match = re.fullmatch(r"(\d{1,4}) (workdays?|days?|months?)", str(text))
    if match is None:
        raise ValueError(f"看不懂时长“{text}”,应写作 5 workdays 或 3 days")
    return Length(int(match[1]), _unit(match[2]))


def _month_day(text: object) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{2})-(\d{2})", str(text))
    longest = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not match or not 1 <= int(match[1]) <= 12 or not 1 <= int(match[2]) <= longest[int(match[1]) - 1]:
        raise ValueError(f"“{text}”不是月日,应写作 06-25")
    return int(match[1]), int(match[2])


def _unit(word: str) -> str:
    return word if word.endswith("s") else word + "s"


def parse_condition(text: object) -> Condition:
    """A phrase that holds on some days of a task.

    Raises:
        ValueError: in Chinese, when it is no condition.
    """
    found = _condition(_words(text))
    if found is None:
        raise ValueError(
            f"看不懂条件“{text}”,可写:finish missed、7 days before finish、finish behind 20%、blue unanswered、"
            "delegate expired、parts closed"
        )
    return found


def _condition(words: str) -> Condition | None:
    if match := _PARTS.fullmatch(words):
        return Parts(match[1] is None, Decimal(match[2] or 100))
    for outcome in OUTCOMES:
        if words == outcome:
            return Outcome(outcome)
        if words.endswith(" " + outcome) and re.fullmatch(NAME, words[: -len(outcome) - 1]):
            return Outcome(outcome, words[: -len(outcome) - 1])
    if match := _SPAN.match(words):
        return Distance(int(match[1]), _unit(match[2]), match[3] == "before", match[4])
    if match := _BEHIND.match(words):
        return Behind(match[1], Decimal(match[3]), match[2] is not None)
    if match := re.fullmatch(rf"({NAME}) unanswered", words):
        return Unanswered(match[1])
    if match := re.fullmatch(rf"({NAME}) in effect", words):
        return InEffect(match[1])
    if match := re.fullmatch(rf"({NAME}) expired", words):
        return Expired(match[1])
    return None


def parse_bound(text: object) -> Bound:
    """How far an action may go.

    Raises:
        ValueError: in Chinese, when it is none.
    """
    match = _BOUND.fullmatch(str(text).strip())
    if match is None:
        raise ValueError(f"看不懂限度“{text}”,可写:2 times、60 days、6 months after assign")
    return Bound(int(match[1] or match[3]), _unit(match[2] or match[4]), match[5] or "")


def parse_value(text: object) -> Value:
    """Where a value comes from.

    Raises:
        ValueError: in Chinese, when it is none.
    """
    match = re.fullmatch(rf"({NAME})(?: of ({NAME}))?", str(text).strip())
    if match is None:
        raise ValueError(f"看不懂“{text}”,应写字段名,或:字段 of 动作")
    return Value(match[1], match[2] or "")


def parse_measure(text: object) -> Measure:
    """A phrase that can be counted over a period.

    Raises:
        ValueError: in Chinese, when it is none.
    """
    words = _words(text)
    if found := _condition(words):
        return found
    if match := re.fullmatch(rf"({NAME}) on pace", words):
        return OnPace(match[1])
    if match := re.fullmatch(rf"({NAME})(?: ({NAME}))?", words):
        return Done(match[1], match[2] or "")
    raise ValueError(f"看不懂“{text}”,可写:plan on time、finish on pace、rework、order red")


def parse_comparison(text: object) -> Comparison:
    """A measure or a name compared with a number, such as ``score >= 90``.

    Raises:
        ValueError: in Chinese, when it is none.
    """
    match = _COMPARISON.match(_words(text))
    if match is None:
        raise ValueError(f"看不懂条件“{text}”,可写:score >= 90、finish missed >= 3、black = 0")
    return Comparison(match[1], parse_measure(match[1]), match[2], Decimal(match[3]))
