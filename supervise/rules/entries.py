"""How a rung is entered, said in closed phrases: a condition, a count, a run of periods; and what stops or resets it.

entry        a condition | yellow 2 times | rework 2 times in a year | red 3 times in a row
             red 3 times in 12 months | finish missed 3 months in a row
lit          a condition | finish on pace | progress missed 3 months in a row
suspension   suspend | reply for 10 workdays
reset        closing | each year | 3 months without
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from supervise.dates import PERIOD_WORDS
from supervise.phrases import (
    NAME,
    Condition,
    Done,
    InEffect,
    Length,
    Measure,
    OnPace,
    Unanswered,
    parse_condition,
    parse_length,
    parse_measure,
)
from supervise.workflows.wording import Wording

_KIND = "month|quarter|half|year"
_TIMES = re.compile(rf"^(.+?) (\d{{1,2}}) times( in a row)?(?: in (?:a ({_KIND})(?:-year)?|(\d{{1,2}}) months))?$")
_RUN = re.compile(r"^(.+?) (\d{1,2}) (weeks|months|quarters|halves|years) in a row$")
_WITHOUT = re.compile(r"^(\d{1,2}) (months|quarters|halves|years) without$")
_SINGLE = {"weeks": "week", "months": "month", "quarters": "quarter", "halves": "half", "years": "year"}


@dataclass(frozen=True, slots=True)
class Times:
    """Something has happened so often.

    Args:
        what: a rung, an action or a condition that begins.
        count: how often.
        row: in a row, that is with nothing between that breaks the run.
        within: in one ``month``, ``quarter``, ``half`` or ``year``; ever, if empty.
        months: in so many months on end, whatever the calendar; 0 if that does not matter.
    """

    what: Measure
    count: int
    row: bool = False
    within: str = ""
    months: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Something is so at the end of ``count`` periods, one after the other; of a unit: has happened in each."""

    what: Measure
    count: int
    period: str


@dataclass(frozen=True, slots=True)
class Suspension:
    """An act by which the office accepts a reason: nothing rises until the date it gives, or for ``length``."""

    action: str
    length: Length | None = None


@dataclass(frozen=True, slots=True)
class Reset:
    """When counting begins anew: after ``closing``, with ``each`` period, or after so many periods ``without``.

    Args:
        how: ``closing``, ``each`` or ``without``.
        period: for the last two.
        count: of periods in which nothing was counted.
    """

    how: str
    period: str = ""
    count: int = 0


Entry = Condition | Times | Run
Lit = Condition | Run | OnPace


def parse_entry(text: object) -> Entry:
    """What leads onto a rung.

    Raises:
        ValueError: in Chinese, when it is none of the forms.
    """
    words = str(text).strip()
    if match := _TIMES.fullmatch(words):
        if match[5] and not int(match[5]):
            raise ValueError(f"“{words}”:几个月应是 1 以上")
        what, count = parse_measure(match[1]), _several(int(match[2]), words)
        return Times(what, count, match[3] is not None, match[4] or "", int(match[5] or 0))
    if match := _RUN.fullmatch(words):
        return Run(parse_measure(match[1]), _several(int(match[2]), words), _SINGLE[match[3]])
    try:
        return parse_condition(text)
    except ValueError as error:
        more = "yellow 2 times、red 3 times in a row、rework 2 times in a year、red 3 times in 12 months"
        raise ValueError(f"{error}、{more}、finish missed 3 months in a row") from None


def parse_lit(text: object) -> Lit:
    """What makes a light burn: a condition, a run of periods at whose ends it holds, or ``finish on pace``.

    Raises:
        ValueError: in Chinese, when it is none of the forms.
    """
    words = str(text).strip()
    if match := _RUN.fullmatch(words):
        return Run(parse_condition(match[1]), _several(int(match[2]), words), _SINGLE[match[3]])
    if match := re.fullmatch(rf"({NAME}) on pace", words):
        return OnPace(match[1])
    return parse_condition(text)


def parse_suspension(text: object) -> Suspension:
    """Which act stops a ladder, and for how long.

    Raises:
        ValueError: in Chinese, when it is none.
    """
    match = re.fullmatch(rf"({NAME})(?: for (.+))?", str(text).strip())
    if match is None:
        raise ValueError(f"看不懂“{text}”,应写动作的名字,如 suspend,或 reply for 10 workdays")
    return Suspension(match[1], parse_length(match[2]) if match[2] else None)


def parse_reset(text: object) -> Reset:
    """When counting begins anew.

    Raises:
        ValueError: in Chinese, when it is none.
    """
    words = str(text).strip()
    if words == "closing":
        return Reset("closing")
    if match := re.fullmatch(rf"each ({_KIND})(?:-year)?", words):
        return Reset("each", match[1])
    match = _WITHOUT.fullmatch(words)
    if match is None or match[1] == "0":
        raise ValueError(f"看不懂“{text}”,可写:closing、each year、3 months without")
    return Reset("without", _SINGLE[match[2]], int(match[1]))


def _several(count: int, words: str) -> int:
    if count < 2:
        raise ValueError(f"“{words}”:一次就算的,直接写条件;几次、几期应是 2 以上")
    return count


class Saying:
    """Entries in Chinese.

    Args:
        wording: of the definition that the rungs press.
        labels: rung → what it is called.
    """

    def __init__(self, wording: Wording, labels: Mapping[str, str]) -> None:
        self.wording, self.labels = wording, labels

    def entry(self, entry: Entry | Lit) -> str:
        """How a rung is entered, or why a light burns."""
        if isinstance(entry, Times):
            within = f"一{PERIOD_WORDS[entry.within]}内" if entry.within else ""
            within = f"{entry.months} 个月内" if entry.months else within
            return f"{within}{self.what(entry.what)}{'连续' if entry.row else '累计'} {entry.count} 次"
        if isinstance(entry, Run):
            each = "个月" if entry.period == "month" else PERIOD_WORDS[entry.period]
            return f"{self.what(entry.what)}连续 {entry.count} {each}"
        return self.what(entry)

    def what(self, measure: Measure) -> str:
        """What is counted: a rung by its label, else as the definition says it."""
        if isinstance(measure, Unanswered | InEffect):
            label = self.labels.get(measure.rung, measure.rung)
            return f"“{label}”{'逾期未复' if isinstance(measure, Unanswered) else '的影响期内'}"
        if isinstance(measure, Done):
            name = measure.rung or measure.action
            return f"“{self.labels.get(name) or self.wording.action(name)}”"
        if isinstance(measure, OnPace):
            return f"“{self.wording.duty(measure.duty)}”不落后序时"
        return self.wording.condition(measure)

    def any_of(self, entries: Iterable[Entry | Lit]) -> str:
        """Several of which one must hold."""
        return "、或".join(self.entry(entry) for entry in entries)
