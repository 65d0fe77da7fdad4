"""What is wrong with a definition: unknown names here (D01–D15), what cannot be in the modules beside it.

``transitions`` accepts unknown states without a word, so all of this is ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from supervise.errors import Problem, did_you_mean
from supervise.phrases import (
    OPENING,
    Behind,
    Condition,
    Distance,
    Expired,
    Outcome,
    Parts,
    Stages,
    Unanswered,
    UntilOf,
    Value,
)
from supervise.reading import Document, Path
from supervise.records import CHANGEABLE, PARTIES
from supervise.workflows.definition import (
    CLOCK,
    PARENT,
    Action,
    Definition,
    DutyKind,
    FieldSpec,
    Migrates,
    targets,
)
from supervise.workflows.durations import unkept
from supervise.workflows.fitting import leftovers, misfits
from supervise.workflows.prospects import dead_ends
from supervise.workflows.wording import RESERVED


def check(document: Document, definition: Definition) -> tuple[Problem, ...]:
    """Everything wrong with a definition, each at its place, in the order of the file.

    Args:
        document: the parsed file, for places.
        definition: what it says.
    """
    found = [check(document, definition) for check in (_names, misfits, unkept, dead_ends, _migrates)]
    return tuple(sorted((p for problems in found for p in problems), key=lambda p: (p.line or 0, p.column or 0)))


def notes(document: Document, definition: Definition) -> tuple[Problem, ...]:
    """What is worth a look and no mistake.

    Args:
        document: the parsed file, for places.
        definition: what it says.
    """
    return tuple(leftovers(document, definition))


def unknown(
    document: Document, code: str, path: Path, what: str, words: Iterable[str], known: Iterable[str]
) -> Iterator[Problem]:
    """One problem for each of ``words`` that is not among ``known``, with the nearest name."""
    names = list(known)
    for word in words:
        if word not in names:
            yield document.problem(code, path, f"没有“{word}”这个{what}{did_you_mean(word, names)}", word=word)


def _names(document: Document, definition: Definition) -> Iterator[Problem]:
    for name, action in definition.actions.items():
        yield from _action(document, definition, name, action)
    for name, duty in definition.duties.items():
        yield from _duty(document, definition, name, duty)
    for name, spec in definition.fields.items():
        yield from unknown(document, "D02", ("fields", name, "by"), "角色", spec.by, definition.roles)
        if (spec.kind == "choice") != bool(spec.options):
            yield document.problem("D15", ("fields", name), "choice 要写 options(有哪些可选),别的字段不写")
        yield from _field(document, definition, name, spec)
    yield from unknown(document, "D03", ("ends",), "状态", definition.ends, definition.states)


def _field(document: Document, definition: Definition, name: str, spec: FieldSpec) -> Iterator[Problem]:
    """Whether what is computed from figures, and what explains them, is there."""
    asked = (("from", spec.from_, "percent", "figures"), ("explain", spec.explain, "figures", "text"))
    for key, word, on, kind in asked:
        fitting = [other for other, held in definition.fields.items() if held.kind == kind]
        if word:
            yield from unknown(document, "D04", ("fields", name, key), f"{kind} 类的字段", [word], fitting)
            if spec.kind != on:
                yield document.problem("D20", ("fields", name, key), f"{key} 只能写在 {on} 类的字段上")
    for act, action in definition.actions.items():
        if spec.from_ in definition.fields and name in action.needs and spec.from_ not in action.needs:
            text = f"“{name}”由“{spec.from_}”算出,needs 里也要有“{spec.from_}”"
            yield document.problem("D20", ("actions", act, "needs"), text)


def _action(document: Document, definition: Definition, name: str, action: Action) -> Iterator[Problem]:
    at = ("actions", name)
    if name in RESERVED:
        yield document.problem("D01", at, f"“{name}”是{RESERVED[name]}本身,不能再定义为动作")
    yield from unknown(document, "D02", (*at, "by"), "角色", action.by, [*definition.roles, CLOCK])
    yield from unknown(document, "D02", (*at, "tell"), "角色", action.tell, definition.roles)
    yield from unknown(document, "D03", (*at, "from"), "状态", action.from_, definition.states)
    reach = targets(action)
    yield from unknown(document, "D03", (*at, "to"), "状态", reach, definition.states)
    if isinstance(action.to, Mapping):
        yield from unknown(document, "D03", (*at, "to"), "出发状态", action.to, definition.sources(action))
    yield from unknown(document, "D04", (*at, "needs"), "字段", action.needs, definition.fields)
    yield from unknown(document, "D05", (*at, "sets"), "可改的事项", action.sets, sorted(CHANGEABLE))
    for prop, value in action.sets.items():
        yield from _value(document, definition, (*at, "sets", prop), action, value)
    for key, words in (("voids", action.voids), ("pauses", action.pauses), ("carries", action.carries)):
        yield from unknown(document, "D04", (*at, key), "必填字段", [words] if words else [], action.needs)
    yield from unknown(document, "D04", (*at, "lends"), "必填字段", action.lends.values(), action.needs)
    yield from unknown(document, "D02", (*at, "lends"), "当事方", action.lends, PARTIES)
    for key, names in (("other_than", action.other_than), ("stops", action.stops), ("gathers", action.gathers)):
        yield from unknown(document, "D07", (*at, key), "动作", names, definition.actions)
    yield from unknown(document, "D07", (*at, "also"), "动作", action.also.values(), definition.actions)
    yield from unknown(document, "D04", (*at, "also"), "必填字段", action.also, [*action.needs, PARENT])
    known = [OPENING, *definition.actions]
    opens = [action.within.after] if action.within is not None else []
    for key, after in (("at_most", [bound.after for bound in action.at_most if bound.after]), ("within", opens)):
        yield from unknown(document, "D07", (*at, key), "动作", after, known)
    if action.lends and not definition.field_of("date", action.needs):
        yield document.problem("D08", (*at, "lends"), "委托要有日期类的必填字段,写明到哪天为止")
    for condition in action.when:
        yield from condition_names(document, definition, (*at, "when"), condition)
    if action.by == (CLOCK,) and not action.when:
        yield document.problem("D06", at, "由系统办理的动作要写明 when(什么时候办)")


def _value(document: Document, definition: Definition, path: Path, action: Action, value: Value) -> Iterator[Problem]:
    """Problems with a value taken from a field of this act or of another."""
    if not value.of:
        yield from unknown(document, "D04", path, "必填字段", [value.field], action.needs)
        return
    yield from unknown(document, "D04", path, "字段", [value.field], definition.fields)
    yield from unknown(document, "D07", path, "动作", [value.of], definition.actions)


def _duty(document: Document, definition: Definition, name: str, duty: DutyKind) -> Iterator[Problem]:
    at = ("duties", name)
    yield from unknown(document, "D02", (*at, "of"), "角色", [duty.role], definition.roles)
    if duty.each and duty.role in definition.roles and duty.role not in PARTIES:
        yield document.problem("D02", (*at, "of"), "each 只能用于事项的当事方(lead、co、leader)")
    actions = [OPENING, *definition.actions]
    yield from unknown(document, "D07", (*at, "due"), "动作", duty.triggers, actions)
    if isinstance(duty.form, UntilOf):
        for action in duty.triggers:
            pressed = definition.actions.get(action)
            if pressed is not None and not definition.field_of("date", pressed.needs):
                yield document.problem("D08", (*at, "due"), f"动作“{action}”没有日期类的必填字段,定不出期限")
    categories = [name for name in duty.due if name]
    yield from unknown(document, "D13", (*at, "due"), "类别", categories, definition.categories)
    if len({(type(due), getattr(due, "actions", ())) for due in duty.due.values()}) > 1:
        yield document.problem("D14", (*at, "due"), "各类别的期限要用同一种写法、从同一个动作算起")
    if isinstance(duty.form, Stages) and not any("stages" in action.sets for action in definition.actions.values()):
        yield document.problem("D08", (*at, "due"), "没有一个动作用 sets 定下 stages(阶段目标),定不出期限")
    for key, words in (("met_by", duty.met_by), ("dated", duty.dated)):
        yield from unknown(document, "D07", (*at, key), "动作", words, definition.actions)
    yield from unknown(document, "D03", (*at, "waits"), "状态", duty.waits, definition.states)
    doers = {role for word in duty.met_by if word in definition.actions for role in definition.actions[word].by}
    if duty.each and duty.role in PARTIES and doers and duty.role not in doers:
        yield document.problem("D09", (*at, "met_by"), f"这项应办由“{duty.role}”各自完成,但没有一个动作是他们能办的")


def condition_names(document: Document, definition: Definition, path: Path, condition: Condition) -> Iterator[Problem]:
    """Problems with the names inside a condition."""
    if isinstance(condition, Outcome) and condition.duty:
        yield from unknown(document, "D10", path, "应办", [condition.duty], definition.duties)
    if isinstance(condition, Behind):
        yield from unknown(document, "D10", path, "应办", [condition.duty], definition.duties)
    if isinstance(condition, Distance):
        known = definition.duties if condition.before else [*definition.duties, OPENING, *definition.actions]
        yield from unknown(document, "D10", path, "应办", condition.of.split(" or "), known)
    if isinstance(condition, Expired):
        yield from unknown(document, "D07", path, "动作", [condition.action], definition.actions)
        given = definition.actions.get(condition.action)
        if given is not None and not definition.field_of("date", given.needs):
            yield document.problem("D08", path, f"动作“{condition.action}”没有日期类的必填字段,谈不上到期")
    if isinstance(condition, Parts) and not definition.field_of("parts"):
        yield document.problem("D04", path, "没有 parts 类的字段(拆成哪些子任务),谈不上子任务办结", word="parts")
    if isinstance(condition, Unanswered) and not any(
        isinstance(duty.form, UntilOf) for duty in definition.duties.values()
    ):
        yield document.problem("D10", path, "流程里没有“until of …”的应办,谈不上逾期未复")


def _migrates(document: Document, definition: Definition) -> Iterator[Problem]:
    """Problems with the map by which running tasks come here; what it says of the older law is checked beside that."""
    if definition.migrates is not None:
        yield from map_names(document, definition, definition.migrates, ("migrates",))


def map_names(document: Document, definition: Definition, map_: Migrates, at: Path) -> Iterator[Problem]:
    """Problems with the names of the newer law in a map.

    Args:
        document: where the map is written, for places.
        definition: the newer law.
        map_: what is written.
        at: where in the document it stands.
    """
    if map_.from_ == definition.name:
        yield document.problem("D16", (*at, "from"), f"{map_.from_} 就是这份流程自己,from 要写旧的那一版")
    yield from unknown(document, "D03", (*at, "states"), "状态", map_.states.values(), definition.states)
    for old, new in map_.states.items():
        if new in definition.finals:
            text = f"在办的任务不能因为换流程就到“{definition.states[new]}”"
            yield document.problem("D16", (*at, "states", old), text)
    kept = [new for new in map_.duties.values() if new is not None]
    yield from unknown(document, "D10", (*at, "duties"), "应办", kept, definition.duties)
    for old, other in map_.duties.items():
        if old in definition.duties and other != old:
            text = f"“{old}”在新旧流程里同名,就是同一件事,不能另指"
            yield document.problem("D16", (*at, "duties", old), text)
