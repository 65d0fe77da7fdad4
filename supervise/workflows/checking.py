"""What is wrong with a definition: unknown names, states without a way in or out, duties nobody can meet (D01–D12).

``transitions`` accepts unknown states without a word, so all of this is ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from supervise.errors import Problem, did_you_mean
from supervise.phrases import OPENING, AfterAction, Behind, Condition, Distance, Outcome, Unanswered, UntilOf
from supervise.reading import Document, Path
from supervise.records import CHANGEABLE, PARTIES
from supervise.workflows.definition import CLOCK, Action, Definition, DutyKind, Migrates, targets
from supervise.workflows.wording import RESERVED


def check(document: Document, definition: Definition) -> tuple[Problem, ...]:
    """Everything wrong with a definition, each at its line.

    Args:
        document: the parsed file, for places.
        definition: what it says.
    """
    return (*_names(document, definition), *_graph(document, definition), *_migrates(document, definition))


def unknown(
    document: Document, code: str, path: Path, what: str, words: Iterable[str], known: Iterable[str]
) -> Iterator[Problem]:
    """One problem for each of ``words`` that is not among ``known``, with the nearest name."""
    names = list(known)
    for word in words:
        if word not in names:
            yield document.problem(code, path, f"没有“{word}”这个{what}{did_you_mean(word, names)}")


def _names(document: Document, definition: Definition) -> Iterator[Problem]:
    for name, action in definition.actions.items():
        yield from _action(document, definition, name, action)
    for name, duty in definition.duties.items():
        yield from _duty(document, definition, name, duty)


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
    yield from unknown(document, "D04", (*at, "sets"), "必填字段", action.sets.values(), action.needs)
    if action.voids:
        yield from unknown(document, "D04", (*at, "voids"), "必填字段", [action.voids], action.needs)
    for condition in action.when:
        yield from condition_names(document, definition, (*at, "when"), condition)
    if action.by == (CLOCK,) and not action.when:
        yield document.problem("D06", at, "由系统办理的动作要写明 when(什么时候办)")


def _duty(document: Document, definition: Definition, name: str, duty: DutyKind) -> Iterator[Problem]:
    at = ("duties", name)
    yield from unknown(document, "D02", (*at, "of"), "角色", [duty.role], definition.roles)
    if duty.each and duty.role not in PARTIES:
        yield document.problem("D02", (*at, "of"), "each 只能用于事项的当事方(lead、co、leader)")
    actions = [OPENING, *definition.actions]
    if isinstance(duty.due, AfterAction):
        yield from unknown(document, "D07", (*at, "due"), "动作", duty.due.actions, actions)
    if isinstance(duty.due, UntilOf):
        yield from unknown(document, "D07", (*at, "due"), "动作", [duty.due.action], actions)
        pressed = definition.actions.get(duty.due.action)
        if pressed is not None and not definition.field_of("date", pressed.needs):
            yield document.problem("D08", (*at, "due"), f"动作“{duty.due.action}”没有日期类的必填字段,定不出期限")
    for key, words in (("met_by", duty.met_by), ("dated", duty.dated)):
        yield from unknown(document, "D07", (*at, key), "动作", words, definition.actions)
    yield from unknown(document, "D03", (*at, "waits"), "状态", duty.waits, definition.states)
    doers = {role for word in duty.met_by if word in definition.actions for role in definition.actions[word].by}
    if duty.each and doers and duty.role not in doers:
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
    if isinstance(condition, Unanswered) and not any(
        isinstance(duty.due, UntilOf) for duty in definition.duties.values()
    ):
        yield document.problem("D10", path, "流程里没有“until of …”的应办,谈不上逾期未复")


def _graph(document: Document, definition: Definition) -> Iterator[Problem]:
    arrows = {
        source: {definition.target(a, source) for a in definition.actions.values() if source in definition.sources(a)}
        for source in definition.states
    }
    reached, queue = {definition.initial}, [definition.initial]
    while queue:
        for state in arrows.get(queue.pop(), set()) - reached:
            reached.add(state)
            queue.append(state)
    for state in definition.states:
        if state not in reached:
            yield document.problem("D11", ("states", state), f"从起点走不到“{definition.states[state]}”")
    if not definition.finals:
        yield document.problem("D12", ("states",), "没有终点:每个状态都还有去向,任务永远办不结")
        return
    ends = set(definition.finals)
    while grown := {s for s, to in arrows.items() if to & ends} - ends:
        ends |= grown
    for state in definition.states:
        if state in reached and state not in ends:
            yield document.problem("D12", ("states", state), f"从“{definition.states[state]}”走不到终点,任务会卡住")


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
        yield document.problem("D13", (*at, "from"), f"{map_.from_} 就是这份流程自己,from 要写旧的那一版")
    yield from unknown(document, "D03", (*at, "states"), "状态", map_.states.values(), definition.states)
    for old, new in map_.states.items():
        if new in definition.finals:
            text = f"在办的任务不能因为换流程就到“{definition.states[new]}”"
            yield document.problem("D13", (*at, "states", old), text)
    kept = [new for new in map_.duties.values() if new is not None]
    yield from unknown(document, "D10", (*at, "duties"), "应办", kept, definition.duties)
    for old, other in map_.duties.items():
        if old in definition.duties and other != old:
            text = f"“{old}”在新旧流程里同名,就是同一件事,不能另指"
            yield document.problem("D13", (*at, "duties", old), text)
