"""How a definition's names, conditions and limits read in Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Any

from supervise.dates import PERIOD_WORDS
from supervise.phrases import (
    CALENDAR,
    MIGRATE,
    OPENING,
    REMIND,
    REVERT,
    AfterAction,
    Behind,
    Bound,
    Condition,
    Distance,
    Due,
    EachPeriod,
    Expired,
    InEffect,
    Length,
    Measure,
    OnDates,
    Outcome,
    Parts,
    TaskDue,
    Unanswered,
    UntilOf,
)
from supervise.records import COMBINE, Event, Task
from supervise.workflows.definition import CLOCK, Definition
from supervise.workflows.figures import told

OUTCOME_WORDS = {"open": "待办", "on time": "按期", "late": "迟办", "missed": "逾期未办", "void": "不计"}
RESERVED = {
    OPENING: "交办",
    MIGRATE: "改用新版流程",
    REVERT: "退回原版流程",
    CALENDAR: "改用新的放假安排",
    REMIND: "催办",
    COMBINE: "合并报送",
}
"""Acts that every workflow has without listing them."""
UNIT_WORDS = {"workdays": "个工作日", "days": "天", "months": "个月"}


class Wording:
    """The Chinese of one definition."""

    def __init__(self, definition: Definition, laws: Mapping[str, Definition] = MappingProxyType({})) -> None:
        self.definition, self.laws = definition, laws

    def action(self, name: str) -> str:
        """Label of an action."""
        return RESERVED.get(name) or self._label("actions", name)

    def _known(self, part: str, name: str) -> Any:
        """What the law says of a part; where it has none of that name, another version, where a task came from."""
        known = getattr(self.definition, part).get(name)
        if known is None:
            others = sorted(list(self.laws.values()), key=lambda law: law.workflow != self.definition.workflow)
            known = next((getattr(law, part)[name] for law in others if name in getattr(law, part)), None)
        return known

    def _label(self, part: str, name: str) -> str:
        known = self._known(part, name)
        return name if known is None else known if isinstance(known, str) else str(known.label)

    def duty(self, name: str) -> str:
        """Label of a kind of duty."""
        return self._label("duties", name)

    def state(self, name: str) -> str:
        """Label of a state."""
        return self._label("states", name)

    def said(self, event: Event, words: Mapping[str, str]) -> str:
        """What an act says of itself: what was filled in, or which dates moved with another calendar."""
        if event.action != CALENDAR:
            return self.filled(event.data, words)
        moved = event.changes.get("dates", {})
        told = ((self.duty(key.partition(":")[0]), old, new) for key, (old, new) in moved.items())
        return ";".join(f"{label} {old or '无'} 改为 {new or '不再要求'}" for label, old, new in told)

    def filled(self, data: Mapping[str, Any], words: Mapping[str, str]) -> str:
        """What was filled in, field by field; ``words`` puts names of other files, such as rungs, into Chinese."""
        return ";".join(
            ("" if name in (REMIND, COMBINE) else f"{self._label('fields', name)}:") + self._value(name, value, words)
            for name, value in data.items()
        )

    def _value(self, name: str, value: Any, words: Mapping[str, str]) -> str:
        if name == REMIND and isinstance(value, Mapping) and "about" in value:
            return ",".join(filter(None, (f"{value['due']} 到期", value["how"], value["whom"], value["why"])))
        if name == COMBINE and isinstance(value, Mapping) and "about" in value:
            return self._combined(value)
        spec = self._known("fields", name)
        kind = spec.kind if spec is not None else ""
        if kind == "figures" and isinstance(value, Mapping):
            return told(value)
        if isinstance(value, Mapping):
            return _stage_words(value) if "text" in value else str(value.get("title") or value.get("uri"))
        if isinstance(value, list | tuple):
            return "、".join(self._value(name, part, words) for part in value)
        if kind == "duty":
            owed, _, rest = str(value).partition(":")
            return self.duty(owed) + (f"({rest})" if "-" in rest else "")
        if kind == "choice":
            return str(spec.options.get(str(value), value))
        return words.get(str(value), str(value))

    def _combined(self, value: Mapping[str, Any]) -> str:
        label, why = self.duty(value["about"].partition(":")[0]), value["why"]
        if value["to"] is None:
            return f"{label} 不再合并,仍于 {value['due']} 前报,{why}"
        beside = f"与 {'、'.join(value['beside'])} " if value["beside"] else ""
        return f"{label} {value['due']} 并到 {value['to']},{beside}一并报,{why}"

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
            return self._distance(phrase)
        if isinstance(phrase, Behind):
            return f"“{self.duty(phrase.duty)}”落后序时{'超过' if phrase.over else ''} {phrase.points} 个百分点"
        if isinstance(phrase, Unanswered):
            return f"{phrase.rung} 督查单逾期未复"
        if isinstance(phrase, InEffect):
            return f"{phrase.rung} 督查单的影响期内"
        if isinstance(phrase, Expired):
            return f"“{self.action(phrase.action)}”所定日期已过"
        if isinstance(phrase, Parts):
            share = "" if phrase.percent == 100 else f"(权重 {phrase.percent}% 以上)"
            return f"子任务{share}已办结" if phrase.closed else "有子任务未办结"
        return str(phrase)

    def _distance(self, phrase: Distance) -> str:
        """So long before or after: a limit is before or behind, an act is only ever behind, and may share its label."""
        of = []
        for owed, names in groupby(phrase.of.split(" or "), self.definition.duties.__contains__):
            side = "到期前" if phrase.before else "到期后" if owed else "之后"
            of.append(f"“{'或'.join(self.duty(n) if owed else self.action(n) for n in names)}”{side}")
        return f"{'或'.join(of)} {phrase.count} {UNIT_WORDS[phrase.unit]}"

    def bound(self, bound: Bound) -> str:
        """How far an act may go."""
        if bound.after:
            return f"不晚于“{self.action(bound.after)}”后 {bound.count} {UNIT_WORDS[bound.unit]}"
        return f"不超过 {bound.count} 次" if bound.unit == "times" else f"累计不超过 {bound.count} 天"

    def window(self, bound: Bound) -> str:
        """How long after another act this one is possible."""
        return f"只在“{self.action(bound.after)}”后 {bound.count} {UNIT_WORDS[bound.unit]}内"

    def limit(self, due: Due, short: bool = False) -> str:
        """A limit in Chinese."""
        if isinstance(due, AfterAction):
            begun = "" if short else f"“{'或'.join(self.action(name) for name in due.actions)}”后 "
            return f"{begun}{due.count} {UNIT_WORDS[due.unit]}内"
        if isinstance(due, OnDates):
            return "每年 " + "、".join(f"{month}月{day}日" for month, day in due.dates)
        if isinstance(due, EachPeriod):
            return _recurring(due)
        if isinstance(due, UntilOf):
            return f"“{'或'.join(self.action(name) for name in due.actions)}”所定的日期"
        if isinstance(due, TaskDue):
            return "任务的完成时限" + (f"前 {due.count} {UNIT_WORDS[due.unit]}" if due != TaskDue() else "")
        return "方案里每个阶段目标的日期"

    def any_of(self, conditions: Iterable[Condition]) -> str:
        """Several conditions of which one must hold."""
        return "或".join(self.condition(c) for c in conditions)


def length(said: Length) -> str:
    """A length of time in Chinese."""
    return f"{said.count} {UNIT_WORDS[said.unit]}"


def _recurring(due: EachPeriod) -> str:
    every = f"每{PERIOD_WORDS[due.period]}"
    off = f"(放假的,假后第 {due.off} 个工作日)" if due.off else ""
    if not due.day:
        return f"{every}终了" + (f"后 {due.count} {UNIT_WORDS[due.unit]}内" if due.count else f"前{off}")
    if due.period == "week":
        return every + "一二三四五六日"[due.day - 1] + off
    return (f"{every} {due.day} 日" if due.period == "month" else f"{every}末月 {due.day} 日") + off


def _stage_words(value: Mapping[str, Any]) -> str:
    """A stage of a plan, or a part of a task."""
    day, percent = value.get("day") or value.get("due"), value.get("percent")
    who = "、".join(value.get("lead", ()))
    code = f"{value['code']} " if "code" in value else ""
    return f"{code}{value['text']}" + (f"({'、'.join(filter(None, (who, day, f'{percent}%' if percent else '')))})")
