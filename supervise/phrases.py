"""The closed vocabulary in which definitions and rules are written, parsed once into small frozen trees.

    due          10 workdays after assign | 5 workdays after report or catch_up | [06-25, 12-25] | until of order
                 task
    condition    finish missed | decision open | 7 days before finish | 15 workdays after finish
                 finish behind 20% | blue unanswered
    measure      a condition or an action, counted: plan on time | missed | rework | order red | finish on pace
    comparison   a measure or a name, compared: score >= 90 | finish missed >= 3 | black = 0

Nothing here is evaluated as code, and no name is checked here: ``workflows.checking`` and ``rules.checking`` know
which duties, actions and rungs exist.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

OPENING = "assign"
"""The one action every workflow has without listing it: the office places the task."""

MIGRATE, REVERT = "migrate", "revert"
"""What brings a task under another law, and what takes that back; no workflow lists them either."""

OUTCOMES = ("open", "on time", "late", "missed", "void")
_NAME = r"[a-z][a-z0-9_]*"
_SPAN = re.compile(rf"^(\d{{1,4}}) (workdays?|days?|months?) (before|after) ({_NAME}(?: or {_NAME})*)$")
_BEHIND = re.compile(rf"^({_NAME}) behind (\d+(?:\.\d+)?)%$")
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
class UntilOf:
    """The limit given in the data of each ``action``."""

    action: str


@dataclass(frozen=True, slots=True)
class TaskDue:
    """The task's own due date."""


Due = AfterAction | OnDates | UntilOf | TaskDue


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
    """Reported progress lies at least ``points`` percentage points behind the schedule of ``duty``."""

    duty: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An order of rung ``rung`` has passed its limit without a reply and the matter is still open."""

    rung: str


Condition = Outcome | Distance | Behind | Unanswered


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


def parse_due(value: str | Sequence[str]) -> Due:
    """What a duty's ``due`` says.

    Raises:
        ValueError: in Chinese, when it is none of the four forms.
    """
    if not isinstance(value, str):
        if not value:
            raise ValueError("期限至少要写一个月日,如 [06-25, 12-25]")
        return OnDates(tuple(_month_day(text) for text in value))
    if value == "task":
        return TaskDue()
    if value.startswith("until of "):
        return UntilOf(value.removeprefix("until of ").strip())
    match = _SPAN.fullmatch(value.strip())
    if match and match[3] == "after":
        return AfterAction(int(match[1]), _unit(match[2]), tuple(match[4].split(" or ")))
    raise ValueError(f"看不懂期限“{value}”,可写:10 workdays after assign、[06-25, 12-25]、until of order、task")


def parse_length(text: object) -> Length:
    """A length of time.

    Raises:
        ValueError: in Chinese, when it is none.
    """
    match = re.fullmatch(r"(\d{1,4}) (workdays?|days?|months?)", str(text))
    if match is None:
        raise ValueError(f"看不懂时长“{text}”,应写作 5 workdays 或 3 days")
    return Length(int(match[1]), _unit(match[2]))


def _month_day(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{2})-(\d{2})", str(text))
    longest = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not match or not 1 <= int(match[1]) <= 12 or not 1 <= int(match[2]) <= longest[int(match[1]) - 1]:
        raise ValueError(f"“{text}”不是月日,应写作 06-25")
    return int(match[1]), int(match[2])


def _unit(word: str) -> str:
    return word if word.endswith("s") else word + "s"


def parse_condition(text: str) -> Condition:
    """A phrase that holds on some days of a task.

    Raises:
        ValueError: in Chinese, when it is no condition.
    """
    found = _condition(text)
    if found is None:
        raise ValueError(
            f"看不懂条件“{text}”,可写:finish missed、7 days before finish、finish behind 20%、blue unanswered"
        )
    return found


def _condition(text: str) -> Condition | None:
    words = text.strip()
    for outcome in OUTCOMES:
        if words == outcome:
            return Outcome(outcome)
        if words.endswith(" " + outcome) and re.fullmatch(_NAME, words[: -len(outcome) - 1]):
            return Outcome(outcome, words[: -len(outcome) - 1])
    if match := _SPAN.match(words):
        return Distance(int(match[1]), _unit(match[2]), match[3] == "before", match[4])
    if match := _BEHIND.match(words):
        return Behind(match[1], Decimal(match[2]))
    if match := re.fullmatch(rf"({_NAME}) unanswered", words):
        return Unanswered(match[1])
    return None


def parse_measure(text: str) -> Measure:
    """A phrase that can be counted over a period.

    Raises:
        ValueError: in Chinese, when it is none.
    """
    words = text.strip()
    if found := _condition(words):
        return found
    if match := re.fullmatch(rf"({_NAME}) on pace", words):
        return OnPace(match[1])
    if match := re.fullmatch(rf"({_NAME})(?: ({_NAME}))?", words):
        return Done(match[1], match[2] or "")
    raise ValueError(f"看不懂“{text}”,可写:plan on time、finish on pace、rework、order red")


def parse_comparison(text: str) -> Comparison:
    """A measure or a name compared with a number, such as ``score >= 90``.

    Raises:
        ValueError: in Chinese, when it is none.
    """
    match = _COMPARISON.match(text.strip())
    if match is None:
        raise ValueError(f"看不懂条件“{text}”,可写:score >= 90、finish missed >= 3、black = 0")
    return Comparison(match[1], parse_measure(match[1]), match[2], Decimal(match[3]))
