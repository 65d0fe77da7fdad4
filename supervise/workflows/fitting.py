"""Whether the parts of a definition fit each other: kinds of fields, the clock, four eyes, idle words (D31–D41).

Every name is taken for granted here; what is unknown is said in ``checking``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from supervise.errors import Problem
from supervise.phrases import NAME, Expired, OnDates, UntilOf
from supervise.reading import Document, Path
from supervise.records import PARTIES
from supervise.workflows.definition import CLOCK, PARENT, Action, Definition, DutyKind

_TEXT = ("text", "choice")
HELD_BY: Mapping[str, tuple[str, ...]] = {
    "due": ("date",), "category": ("choice",), "stages": ("stages",), "parent": ("task",), "merged": ("task",),
    "text": _TEXT, "title": _TEXT, "document": _TEXT, "lines": _TEXT, "path": ("list",), "targets": ("targets",),
    **dict.fromkeys(PARTIES, ("units", "list")),
}  # fmt: skip
"""Property of a task → the kinds of field that can hold it."""
_NOT_FOR_THE_CLOCK = ("needs", "within", "at_most", "other_than", "stops", "undoes")


def misfits(document: Document, definition: Definition) -> Iterator[Problem]:
    """Everything that does not fit, each at its place.

    Args:
        document: the parsed file, for places.
        definition: what it says.
    """
    yield from _named(document, definition)
    yield from _twice(document, definition)
    for name, action in definition.actions.items():
        at = ("actions", name)
        yield from _kinds(document, definition, at, action)
        yield from _by_clock(document, at, action)
        yield from _four_eyes(document, definition, at, action)
        yield from _idle(document, definition, at, action)
        yield from _unfillable(document, definition, at, action)
    for name, duty in definition.duties.items():
        yield from _idle_duty(document, ("duties", name), duty)
    timeless = [name for name, action in definition.actions.items() if CLOCK in action.by and not action.when]
    pressing = [name for name in timeless if definition.actions[name].by != (CLOCK,)]
    for name in pressing[1:]:
        text = f"由系统发督查单的动作只能有一个,已有“{pressing[0]}”;这一个要写明 when(什么时候办)"
        yield document.problem("D34", ("actions", name), text)


def leftovers(document: Document, definition: Definition) -> Iterator[Problem]:
    """What does no harm and no good: worth a look, not a mistake.

    Args:
        document: the parsed file, for places.
        definition: what it says.
    """
    used = {role for action in definition.actions.values() for role in (*action.by, *action.tell, *action.lends)}
    used |= {duty.role for duty in definition.duties.values()}
    for role in definition.roles:
        if role not in used:
            text = f"角色“{role}”不办事、不欠应办,也没有什么要告诉它,可以删去"
            yield document.problem("D43", ("roles", role), text)
    told = {category for duty in definition.duties.values() for category in duty.due}
    for category in definition.categories:
        if category not in told:
            text = f"类别“{category}”没有自己的期限,可以删去,或在 duties 的 due 里写上"
            yield document.problem("D43", ("categories", category), text)
    for name, action in definition.actions.items():
        for other in action.other_than:
            spec = definition.actions.get(other)
            if spec is not None and not set(spec.by) & set(action.by):
                text = f"“{name}”和“{other}”本来就由不同的角色办,other_than 用不上"
                yield document.problem("D43", ("actions", name, "other_than"), text, word=other)


def _named(document: Document, definition: Definition) -> Iterator[Problem]:
    """Names that no phrase could use, and roles and states that a person could not tell apart."""
    for key in ("roles", "states", "categories", "fields", "actions", "duties"):
        for name in getattr(definition, key):
            if not re.fullmatch(NAME, name):
                text = f"名字“{name}”只能用小写字母、数字和下划线,以字母开头;中文写在后面的名称里"
                yield document.problem("D32", (key, name), text)
    for key, name in (("roles", CLOCK), ("duties", "parts")):
        if name in getattr(definition, key):
            yield document.problem("D32", (key, name), f"“{name}”另有所指,请换一个名字")
    for key in ("roles", "states"):
        labels: dict[str, str] = {}
        for name, label in getattr(definition, key).items():
            if label in labels:
                text = f"“{labels[label]}”和“{name}”都叫“{label}”,分不清,请改一个"
                yield document.problem("D31", (key, name), text)
            labels.setdefault(label, name)


def _twice(document: Document, definition: Definition) -> Iterator[Problem]:
    """The same word twice in one list."""
    lists: list[tuple[Path, Iterable[Any]]] = [(("ends",), definition.ends)]
    for name, action in definition.actions.items():
        keys = ("by", "needs", "when", "other_than", "stops", "gathers", "tell")
        lists += [(("actions", name, key), getattr(action, key)) for key in keys]
        lists += [(("actions", name, "from"), action.from_)]
        lists += [(("actions", name, "at_most"), [(bound.unit, bound.after) for bound in action.at_most])]
    for name, duty in definition.duties.items():
        lists += [(("duties", name, key), getattr(duty, key)) for key in ("met_by", "dated", "waits")]
        lists += [(("duties", name, "due"), due.dates) for due in duty.due.values() if isinstance(due, OnDates)]
        lists += [(("duties", name, "due"), duty.triggers)]
    for path, words in lists:
        for word, count in Counter(words).items():
            if count > 1:
                said = f"“{word}”" if isinstance(word, str) else "同一件事"
                yield document.problem("D41", path, f"{said}写了 {count} 次,留一个就行")


def _kinds(document: Document, definition: Definition, at: Path, action: Action) -> Iterator[Problem]:
    """Fields of a kind that cannot hold what is asked of them."""
    wanted: list[tuple[str, str, tuple[str, ...]]] = []
    wanted += [("voids", action.voids, ("duty",))] if action.voids else []
    wanted += [("pauses", action.pauses, ("date",))] if action.pauses else []
    wanted += [("carries", action.carries, ("date",))] if action.carries else []
    wanted += [("lends", name, ("units",)) for name in action.lends.values()]
    wanted += [("also", name, ("task",)) for name in action.also if name != PARENT]
    wanted += [("sets", value.field, HELD_BY[prop]) for prop, value in action.sets.items() if prop in HELD_BY]
    for key, name, kinds in wanted:
        spec = definition.fields.get(name)
        if spec is not None and spec.kind not in kinds:
            text = f"字段“{name}”的 kind 是 {spec.kind},这里要用 {'、'.join(kinds)} 类的字段"
            yield document.problem("D33", (*at, key), text, word=name)
    value = action.sets.get("category")
    options = definition.fields[value.field].options if value is not None and value.field in definition.fields else {}
    for option in options:
        if option not in definition.categories:
            text = f"可选的“{option}”不是类别,请补进 categories"
            yield document.problem("D13", (*at, "sets"), text, word=value.field if value else "")
    dates = [name for name in action.needs if name in definition.fields and definition.fields[name].kind == "date"]
    if len(dates) > 1 and (action.lends or _dated(definition, at[-1])):
        text = f"{'、'.join(dates)} 都是日期,分不清以哪个为准;请只留一个 date,过去的日子用 kind: day"
        yield document.problem("D33", (*at, "needs"), text)


def _dated(definition: Definition, name: str | int) -> bool:
    """Whether a limit or a condition counts on the one date of an action."""
    limits = (due for duty in definition.duties.values() for due in duty.due.values())
    conditions = (condition for action in definition.actions.values() for condition in action.when)
    return any(isinstance(due, UntilOf) and name in due.actions for due in limits) or any(
        isinstance(condition, Expired) and condition.action == name for condition in conditions
    )


def _by_clock(document: Document, at: Path, action: Action) -> Iterator[Problem]:
    """The clock fills nothing in, and has to be able to act whenever its condition holds."""
    if CLOCK not in action.by or not action.when:
        return
    for key in _NOT_FOR_THE_CLOCK:
        if getattr(action, key):
            text = (
                f"有 when 又由系统办理的动作不能写 {key}:系统不会填写,到点必须办得成;请把人办的和系统办的分成两个动作"
            )
            yield document.problem("D34", (*at, key), text)


def _four_eyes(document: Document, definition: Definition, at: Path, action: Action) -> Iterator[Problem]:
    """A second person that there never is: the clock, or the one unit that leads."""
    for name in action.other_than:
        other = definition.actions.get(name)
        if other is not None and len(set(action.by)) == 1 and set(action.by) == set(other.by):
            role = action.by[0]
            if role in PARTIES or role == CLOCK:
                who = "系统" if role == CLOCK else definition.roles.get(role, role)
                text = f"“{name}”也只由{who}办,没有第二人可换;请加上另一个角色,或去掉 other_than"
                yield document.problem("D40", (*at, "other_than"), text, word=name)


def _idle(document: Document, definition: Definition, at: Path, action: Action) -> Iterator[Problem]:
    """What is written and does nothing."""
    for bound in action.at_most:
        if bound.unit != "times" and "due" not in action.sets and not action.pauses:
            text = "at_most 写了天数或最晚哪天,但这个动作不改 due(完成时限);请写 sets: {due: …},或改成几次"
            yield document.problem("D39", (*at, "at_most"), text)
            break
    if action.undoes is not None and action.to:
        text = "撤回总是回到上一步之前的状态,不看 to;请删去 to"
        yield document.problem("D39", (*at, "to"), text)
    for name in action.stops:
        other = definition.actions.get(name)
        if other is not None and not other.pauses and not other.lends:
            text = f"“{name}”既不停钟(pauses)也不委托(lends),没有什么可提前结束"
            yield document.problem("D39", (*at, "stops"), text, word=name)


def _unfillable(document: Document, definition: Definition, at: Path, action: Action) -> Iterator[Problem]:
    """A field that nobody who does the act may fill in."""
    for name in action.needs:
        spec = definition.fields.get(name)
        if spec is not None and spec.by and not set(spec.by) & set(action.by):
            text = f"字段“{name}”只能由 {'、'.join(spec.by)} 填,而这个动作由 {'、'.join(action.by)} 办,永远办不成"
            yield document.problem("D35", (*at, "needs"), text, word=name)


def _idle_duty(document: Document, at: Path, duty: DutyKind) -> Iterator[Problem]:
    if duty.grace.count and not duty.waits:
        text = "没有写 waits(球在督查室手里的状态),grace 不起作用;请补上 waits,或删去 grace"
        yield document.problem("D39", (*at, "grace"), text)
    if duty.notice.count and not duty.fixed:
        text = "notice 只对固定日期、每月每季、阶段目标的应办起作用,请删去"
        yield document.problem("D39", (*at, "notice"), text)
