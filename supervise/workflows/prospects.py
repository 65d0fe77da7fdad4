"""What can never come to pass: states without a way in or out, acts that are never possible, duties nobody can meet.

The graph alone comes first (D11, D12); then the course of a task with its conditions (D35–D37).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from supervise.errors import Problem
from supervise.phrases import Condition, Distance, Outcome
from supervise.reading import Document
from supervise.workflows.course import Course, several
from supervise.workflows.definition import CLOCK, Action, Definition, targets
from supervise.workflows.wording import Wording


def dead_ends(document: Document, definition: Definition) -> Iterator[Problem]:
    """Everything that can never come to pass, each at its place.

    Args:
        document: the parsed file, for places.
        definition: what it says.
    """
    if definition.initial in definition.ends:
        text = f"起点“{definition.states[definition.initial]}”不能是终点:任务一交办就算办结"
        yield document.problem("D42", ("ends",), text, word=definition.initial)
    if not definition.finals:
        yield document.problem("D12", ("states",), "没有终点:每个状态都还有去向,任务永远办不结")
    drawn = _drawn(definition)
    reached = _from({definition.initial}, drawn)
    misspelt = any(to not in definition.states for action in definition.actions.values() for to in targets(action))
    if misspelt:
        reached = frozenset(definition.states)  # it may mean the one that seems to have no way in
    for state, label in definition.states.items():
        if state not in reached:
            yield document.problem("D11", ("states", state), f"从起点走不到“{label}”")
    lost = reached - _back(definition.finals, drawn) if definition.finals else frozenset()
    for state in (s for s in definition.states if s in lost):
        yield document.problem("D12", ("states", state), f"从“{definition.states[state]}”走不到终点,任务会卡住")
    yield from _never(document, definition, Course(definition), frozenset() if misspelt else reached - lost)
    yield from _rivals(document, definition)


def _drawn(definition: Definition) -> dict[str, frozenset[str]]:
    """State → where some action leads from it, whatever its conditions."""
    actions = definition.actions.values()
    return {
        source: frozenset(definition.target(a, source) for a in actions if source in definition.sources(a))
        for source in definition.states
    }


def _from(start: Iterable[str], arrows: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Everything that can be reached from ``start``."""
    found, queue = set(start), list(start)
    while queue:
        for state in arrows.get(queue.pop(), frozenset()) - found:
            found.add(state)
            queue.append(state)
    return frozenset(found)


def _back(ends: Iterable[str], arrows: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Everything from which one of ``ends`` can be reached."""
    back: dict[str, set[str]] = {}
    for source, led in arrows.items():
        for target in led:
            back.setdefault(target, set()).add(source)
    return _from(ends, {state: frozenset(sources) for state, sources in back.items()})


def _never(document: Document, definition: Definition, course: Course, drawn: frozenset[str]) -> Iterator[Problem]:
    """What the conditions forbid for ever; of a chain of consequences only the first is told."""
    wording, dead = Wording(definition), set()
    for name, action in definition.actions.items():
        sources = [state for state in definition.sources(action) if state in course.states]
        if sources and action.undoes is None and name not in course.done:
            dead.add(name)
            where = "、".join(f"“{definition.states[state]}”" for state in sources)
            if action.within is not None and action.within.after not in course.done:
                key, why = "within", f"“{wording.action(action.within.after)}”不会先办"
            else:
                key, why = "when", f"须{wording.any_of(action.when)}的条件不会成立"
            yield document.problem("D35", ("actions", name, key), f"永远办不成:处于{where}时,{why}")
    if not dead:
        yield from _cut_off(document, definition, course, drawn)
    for name, duty in definition.duties.items():
        known = [word for word in duty.met_by if word in definition.actions]
        if not any(stand for _, stand in course.spots[name]):
            continue
        if len(known) == len(duty.met_by) and not dead.intersection(known) and not course.meets(name):
            text = f"完成不了:“{duty.label}”还欠着的时候,走不到能办 {'、'.join(known)} 的状态"
            yield document.problem("D36", ("duties", name, "met_by"), text)
        else:
            yield from _helpless(document, definition, course, name)


def _cut_off(document: Document, definition: Definition, course: Course, drawn: frozenset[str]) -> Iterator[Problem]:
    """States that the arrows reach and leave, but never under the conditions written on them."""
    arrows = {
        state: frozenset(arrow.target for arrow in course.arrows[state] if course.may(arrow)) for state in course.states
    }
    ending = _back(definition.finals, arrows)
    for state, label in definition.states.items():
        if state in drawn and state not in course.states:
            yield document.problem("D11", ("states", state), f"走不到“{label}”:通向它的动作,条件在那里不会成立")
        elif state in drawn and definition.finals and state not in ending:
            text = f"从“{label}”走不到终点:离开它的动作,条件在这里不会成立"
            yield document.problem("D12", ("states", state), text)


def _helpless(document: Document, definition: Definition, course: Course, name: str) -> Iterator[Problem]:
    """A duty of someone who can do nothing at all while it stands."""
    duty = definition.duties[name]
    at_hand = (arrow for state, stand in course.spots[name] if stand for arrow in course.arrows[state])
    if duty.role in definition.roles and not duty.each and not any(duty.role in arrow.action.by for arrow in at_hand):
        who = definition.roles[duty.role]
        text = f"“{duty.label}”由{who}承担,但欠着的时候没有一个动作是{who}能办的"
        yield document.problem("D09", ("duties", name, "of"), text)


def _rivals(document: Document, definition: Definition) -> Iterator[Problem]:
    """Two acts of the clock that would move a task from one state to different ones on the same day."""
    clocked = [(name, action) for name, action in definition.actions.items() if CLOCK in action.by and action.when]
    for (name, action), (other, rival) in combinations(clocked, 2):
        state = _contested(definition, action, rival)
        if state and any(not _apart(definition, a, b) for a in action.when for b in rival.when):
            text = (
                f"“{name}”和“{other}”都由系统从“{definition.states[state]}”办,条件可能同一天成立,去向却不同;"
                "请让条件不同时成立,或改成同一去向"
            )
            yield document.problem("D37", ("actions", other, "when"), text)


def _contested(definition: Definition, action: Action, rival: Action) -> str:
    """A state from which both lead away, to different ones."""
    for state in definition.sources(action):
        if state in definition.sources(rival):
            leads = {definition.target(action, state), definition.target(rival, state), state}
            if len(leads) == 3:
                return state
    return ""


def _apart(definition: Definition, one: Condition, other: Condition) -> bool:
    """Whether two conditions never hold on the same day: the same single duty within its limit and beyond it."""
    sides = [_side(condition) for condition in (one, other)]
    if sides[0] is None or sides[1] is None or sides[0][0] != sides[1][0] or sides[0][1] == sides[1][1]:
        return False
    duty = definition.duties.get(sides[0][0])
    return duty is not None and not several(duty)


def _side(condition: Condition) -> tuple[str, str] | None:
    """The duty that a condition is about, and on which side of its limit it holds."""
    if isinstance(condition, Outcome) and condition.duty:
        return condition.duty, condition.outcome
    if isinstance(condition, Distance) and " or " not in condition.of:
        return condition.of, "open" if condition.before else "missed"
    return None
