"""How a definition's names, conditions and limits read in Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from supervise.phrases import MIGRATE, OPENING, REVERT, Behind, Condition, Distance, Measure, Outcome, Unanswered
from supervise.records import Task
from supervise.workflows.definition import CLOCK, Definition

OUTCOME_WORDS = {"open": "待办", "on time": "按期", "late": "迟办", "missed": "逾期未办", "void": "不计"}
RESERVED = {OPENING: "交办", MIGRATE: "改用新版流程", REVERT: "退回原版流程"}
"""Acts that every workflow has without listing them."""
UNIT_WORDS = {"workdays": "个工作日", "days": "天", "months": "个月"}


class Wording:
    """The Chinese of one definition."""

    def __init__(self, definition: Definition, laws: Mapping[str, Definition] = MappingProxyType({})) -> None:
        self.definition, self.laws = definition, laws

    def action(self, name: str) -> str:
        """Label of an action."""
        return RESERVED.get(name) or self._label("actions", name)

    def _label(self, part: str, name: str) -> str:
        """What the law calls a part of its own, or another one, where a task came from."""
        for law in (self.definition, *list(self.laws.values())):
            known = getattr(law, part).get(name)
            if known is not None:
                return known if isinstance(known, str) else str(known.label)
        return name

    def duty(self, name: str) -> str:
        """Label of a kind of duty."""
        return self._label("duties", name)

    def state(self, name: str) -> str:
        """Label of a state."""
        return self._label("states", name)

    def filled(self, data: Mapping[str, Any], words: Mapping[str, str]) -> str:
        """What was filled in, field by field; ``words`` puts names of other files, such as rungs, into Chinese."""
        return ";".join(
            f"{self._label('fields', name)}:{self._value(name, value, words)}" for name, value in data.items()
        )

    def _value(self, name: str, value: Any, words: Mapping[str, str]) -> str:
        if isinstance(value, Mapping):
            return str(value.get("title") or value.get("uri"))
        if isinstance(value, list | tuple):
            return "、".join(self._value(name, part, words) for part in value)
        if self.definition.field_of("duty", (name,)):
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

    def any_of(self, conditions: Iterable[Condition]) -> str:
        """Several conditions of which one must hold."""
        return "或".join(self.condition(c) for c in conditions)
