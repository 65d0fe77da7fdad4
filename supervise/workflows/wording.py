"""How a definition's names, conditions and limits read in Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from supervise.phrases import (
    OPENING,
    AfterAction,
    Behind,
    Condition,
    Distance,
    Due,
    Measure,
    OnDates,
    Outcome,
    TaskDue,
    Unanswered,
    UntilOf,
)
from supervise.records import Task
from supervise.workflows.definition import CLOCK, Definition, DutyKind

OUTCOME_WORDS = {"open": "待办", "on time": "按期", "late": "迟办", "missed": "逾期未办", "void": "不计"}
UNIT_WORDS = {"workdays": "个工作日", "days": "天", "months": "个月"}


class Wording:
    """The Chinese of one definition."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    def action(self, name: str) -> str:
        """Label of an action."""
        if name == OPENING:
            return "交办"
        known = self.definition.actions.get(name)
        return known.label if known else name

    def duty(self, name: str) -> str:
        """Label of a kind of duty."""
        known = self.definition.duties.get(name)
        return known.label if known else name

    def state(self, name: str) -> str:
        """Label of a state."""
        return self.definition.states.get(name, name)

    def filled(self, data: Mapping[str, Any], words: Mapping[str, str]) -> str:
        """What was filled in, field by field; ``words`` puts names of other files, such as rungs, into Chinese."""
        return ";".join(
            f"{self.definition.fields[name].label}:{self._value(name, value, words)}" for name, value in data.items()
        )

    def _value(self, name: str, value: Any, words: Mapping[str, str]) -> str:
        if isinstance(value, Mapping):
            return str(value.get("title") or value.get("uri"))
        if isinstance(value, list | tuple):
            return "、".join(self._value(name, part, words) for part in value)
        if self.definition.fields[name].kind == "duty":
            kind, _, rest = str(value).partition(":")
            return self.duty(kind) + (f"({rest})" if "-" in rest else "")
        return words.get(str(value), str(value))

    def doers(self, task: Task, roles: Iterable[str]) -> str:
        """Who may act, by role and by name."""
        parts = []
        for role in roles:
            if role == CLOCK:
                parts.append("系统")
                continue
            names = "、".join(getattr(task, role, ()))
            label = self.definition.roles.get(role, role)
            parts.append(f"{label}({names})" if names else label)
        return "或".join(parts)

    def condition(self, phrase: Condition | Measure) -> str:
        """A condition in Chinese."""
        if isinstance(phrase, Outcome):
            return f"“{self.duty(phrase.duty) if phrase.duty else '应办'}”{OUTCOME_WORDS[phrase.outcome]}"
        if isinstance(phrase, Distance):
            of = "或".join(
                self.duty(n) if n in self.definition.duties else self.action(n) for n in phrase.of.split(" or ")
            )
            return f"“{of}”{'到期前' if phrase.before else '之后'} {phrase.count} {UNIT_WORDS[phrase.unit]}"
        if isinstance(phrase, Behind):
            return f"“{self.duty(phrase.duty)}”落后序时 {phrase.points} 个百分点"
        if isinstance(phrase, Unanswered):
            return f"{phrase.rung} 督查单逾期未复"
        return str(phrase)

    def limit(self, kind: DutyKind, short: bool = False) -> str:
        """By when a kind of duty is owed; ``short`` leaves out what it begins with, where the place says it."""
        return self._due(kind.due, short)

    def _due(self, due: Due, short: bool) -> str:
        if isinstance(due, AfterAction):
            begun = "" if short else f"{'或'.join(self.action(name) for name in due.actions)}后 "
            return f"{begun}{due.count} {UNIT_WORDS[due.unit]}内"
        if isinstance(due, OnDates):
            return f"{'、'.join(f'{month}月{day}日' for month, day in due.dates)}前"
        if isinstance(due, UntilOf):
            return f"“{self.action(due.action)}”所定时限内"
        return "办结时限前" if isinstance(due, TaskDue) else str(due)

    def any_of(self, conditions: Iterable[Condition]) -> str:
        """Several conditions of which one must hold."""
        return "或".join(self.condition(c) for c in conditions)
