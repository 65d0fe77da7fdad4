"""Conditions of a board or a year as an official reads them: 得分不低于 90 分(实为 100 分), 没有逾期未办."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from supervise.goals import plain
from supervise.phrases import Done, Measure, OnPace, Outcome, Unanswered
from supervise.rules.scheme import MarkKind
from supervise.workflows.wording import OUTCOME_WORDS, Wording

LISTED = {"red": "上红榜", "black": "上黑榜"}
_POINTS = {">=": "不低于", ">": "高于", "<=": "不高于", "<": "低于", "=": "正好"}
_TIMES = {">=": "不少于", ">": "多于", "<=": "不超过", "<": "少于", "=": "正好"}


@dataclass(frozen=True, slots=True)
class Tested:
    """A condition and the number it was held against.

    Args:
        subject: what was compared, as the rules write it.
        sign: how.
        value: with what.
        actual: what it came to.
    """

    subject: str
    sign: str
    value: Decimal
    actual: Decimal


class Criteria:
    """The Chinese of conditions.

    Args:
        wording: labels of the lifecycle that is counted; without it, its own names stand.
        rungs: level of an order → what it is called.
    """

    def __init__(self, wording: Wording | None = None, rungs: Mapping[str, str] = MappingProxyType({})) -> None:
        self.wording, self.rungs = wording, rungs

    def said(self, tested: Tested, measure: Measure, kind: MarkKind | None = None) -> str:
        """A condition with the number it was held against; ``kind`` if it is asked of marks."""
        value, actual = plain(tested.value), plain(tested.actual)
        if tested.subject == "score":
            return f"得分{_POINTS[tested.sign]} {value} 分(实为 {actual} 分)"
        if kind is not None and kind.value == "number":
            return f"{kind.label}{_POINTS[tested.sign]} {value}(实为 {actual})"
        label, unit = (kind.label, "次") if kind is not None else self._counted(tested.subject, measure)
        if (tested.sign, value) == ("=", "0"):
            return f"没有{label}" + (f"(实为 {actual} {unit})" if tested.actual else "")
        if (tested.sign, value) in ((">", "0"), (">=", "1")):
            return f"有{label}({actual} {unit})" if tested.actual else f"有{label}(实为 0 {unit})"
        return f"{label.strip()}{_TIMES[tested.sign]} {value} {unit}(实为 {actual} {unit})"

    def _counted(self, subject: str, measure: Measure) -> tuple[str, str]:
        """What is counted, and in what."""
        if subject in LISTED:
            return LISTED[subject], "次"
        if isinstance(measure, Outcome) and not measure.duty:
            return f"{OUTCOME_WORDS[measure.outcome]}的应办", "件"
        if isinstance(measure, OnPace):
            return f"{self._duty(measure.duty)}不落后序时的任务", "项"
        if isinstance(measure, Outcome):
            return f"{self._duty(measure.duty)}{OUTCOME_WORDS[measure.outcome]}", "件"
        if isinstance(measure, Done | Unanswered):
            rung, late = measure.rung, "逾期未复" if isinstance(measure, Unanswered) else ""
            return (self.rungs.get(rung, f" {rung} 督查单") if rung else self._action(measure)) + late, "次"
        return f"{self.wording.condition(measure) if self.wording is not None else subject}的情形", "次"

    def _duty(self, name: str) -> str:
        return f"“{self.wording.duty(name) if self.wording is not None else name}”"

    def _action(self, done: Done | Unanswered) -> str:
        name = done.action if isinstance(done, Done) else ""
        return f"“{self.wording.action(name) if self.wording is not None else name}”"
