"""Bringing a running task under another version of its law, and taking that back; nothing is lost without a word.

A plan says for one task where it will stand and what becomes of every duty: the same, under a new name, ended by the
map, no longer asked for, newly asked for. What has no counterpart stops the plan and says what the map must say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from supervise.errors import Problem, did_you_mean
from supervise.people import Actor
from supervise.phrases import MIGRATE, REVERT, Distance, Expired
from supervise.records import Duty, Event, Task, evolve
from supervise.workflows.definition import Definition, FieldKind, Migrates
from supervise.workflows.eras import DUTIES, FROM, UNDONE
from supervise.workflows.lifecycle import Lifecycle, Step

READ_LATER: tuple[FieldKind, ...] = ("percent", "figures", "targets", "day", "date", "duty")
"""Kinds of fields that are read again long after they were filled in, and so must keep their names."""


@dataclass(frozen=True, slots=True)
class Route:
    """A map worked out for every state and duty of the older law.

    Args:
        old, new: the two laws.
        states: state there → state here; what is missing has no counterpart.
        duties: duty there → duty here, ``None`` for one that ends; what is missing has no counterpart.
    """

    old: Definition
    new: Definition
    states: Mapping[str, str]
    duties: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one duty: it goes on (``moved``), ``ended``, is ``withdrawn``, or is ``new``."""

    what: str
    key: str
    old: str
    new: str
    units: tuple[str, ...]
    due: date


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change of law means for one task.

    Args:
        task: as it stands, settled.
        old, new: its state before and after; empty where there is none.
        fates: of the duties that are open or missed, before and after.
        problems: what stops it, with what to write in the map.
        step: what will be written, if nothing stops it.
    """

    task: Task
    old: str
    new: str
    fates: tuple[Fate, ...]
    problems: tuple[Problem, ...]
    step: Step | None


def route(old: Definition, new: Definition, map_: Migrates | None) -> Route:
    """The whole map between two laws: what is written, and for the rest each name to itself.

    Args:
        old: the law that tasks come from.
        new: the law they come to.
        map_: what is written, if anything is.
    """
    states = {name: name for name in old.states if name in new.states and name not in new.finals}
    duties: dict[str, str | None] = {name: name for name in old.duties if name in new.duties}
    written = map_ if map_ is not None else Migrates.model_validate({"from": old.name})
    return Route(old, new, states | dict(written.states), duties | dict(written.duties))


def wrong(old: Definition, map_: Migrates) -> Iterator[tuple[tuple[str, ...], str]]:
    """What a map says of the older law that is not so, with the place in the map."""
    if map_.from_ != old.name:
        yield ("from",), f"对照表是给 {map_.from_} 的,不是给 {old.name} 的"
    parts: tuple[tuple[str, str, Mapping[str, Any], Mapping[str, Any]], ...] = (
        ("states", "状态", map_.states, old.states),
        ("duties", "应办", map_.duties, old.duties),
    )
    for part, what, names, known in parts:
        for name in names:
            if name not in known:
                yield (part, name), f"{old.name} 没有“{name}”这个{what}{did_you_mean(name, known)}"


def plan(found: Route, old: Lifecycle, new: Lifecycle, task: Task, by: Actor, day: date) -> Plan:
    """What becomes of a task that comes under a new law on a day.

    Args:
        found: the map.
        old: the law it lives under.
        new: the law it will live under; the old one must be among its ``laws``.
        task: open, as it stands.
        by: who does it.
        day: from when on the new law holds.
    """
    settled = old.settle(task, day)
    task, before = settled.task, old.situation(settled.task).duties
    state = found.states.get(task.state, "")
    problems = [*_untimely(found, task, day), *_stateless(found, old, task), *_stranded(found, old, task, before)]
    problems += _unreadable(found, task)
    if problems:
        return Plan(task, task.state, state, (), tuple(problems), None)
    event = _event(MIGRATE, task, state, by, day, found.new.name, {FROM: task.definition, DUTIES: _kept(found)})
    moved = evolve(task, event)
    after = new.situation(moved).duties
    lost = tuple(_lost(task, before, after, day))
    step = None if lost else Step(settled.before, (*settled.path, moved))
    return Plan(task, task.state, state, tuple(_fates(before, after)), lost, step)


def back(old: Lifecycle, new: Lifecycle, task: Task, by: Actor, day: date) -> Plan:
    """What becomes of a task whose change of law is taken back: all is as it was.

    Args:
        old: the law it goes back to.
        new: the law it lives under.
        task: as it stands.
        by: who does it.
        day: when.
    """
    last = task.events[-1]
    if last.action != MIGRATE or last.changes.get(FROM) != old.name:
        since = [event for event in task.events if event.action == MIGRATE and event.changes.get(FROM) == old.name]
        text = f"已按 {task.definition} 办过事,不能退回 {old.name}"
        if not since:
            text = f"不是从 {old.name} 改来的"
        help_ = "确要改回,请出一个新的版本,在 migrates 里写明怎么改"
        return Plan(task, task.state, "", (), (Problem("N05", text, task=task.code, help=help_),), None)
    if day < last.day:
        return Plan(task, task.state, "", (), (_too_early(task, day),), None)
    event = _event(REVERT, task, last.source, by, day, old.name, {FROM: task.definition, UNDONE: last.seq})
    reverted = evolve(task, event)
    before, after = new.situation(task).duties, old.situation(reverted).duties
    return Plan(task, task.state, reverted.state, tuple(_fates(before, after)), (), Step(task, (reverted,)))


def _event(
    action: str, task: Task, state: str, by: Actor, day: date, definition: str, changes: Mapping[str, Any]
) -> Event:
    return Event(
        task.code, task.version + 1, action, task.state, state, day, by.id, by.unit, definition, changes=changes
    )


def _kept(found: Route) -> dict[str, str | None]:
    """The map as the event carries it: every duty of the old law, those without a counterpart as ended."""
    return {name: found.duties.get(name) for name in found.old.duties}


def _untimely(found: Route, task: Task, day: date) -> Iterator[Problem]:
    if day < task.events[-1].day:
        yield _too_early(task, day)
    if day < found.new.effective:
        text = f"{found.new.name} 自 {found.new.effective} 起施行,{day} 还不能用"
        yield Problem("N03", text, task=task.code, help=f"请用 --day {found.new.effective} 或以后的日期")


def _too_early(task: Task, day: date) -> Problem:
    last = task.events[-1].day
    text = f"{day} 早于最近一条办理记录({last}),不能倒着办"
    return Problem("A07", text, task=task.code, help=f"请用 {last} 或以后的日期")


def _stateless(found: Route, old: Lifecycle, task: Task) -> Iterator[Problem]:
    if task.state not in found.states:
        label = old.wording.state(task.state)
        help_ = f"请在 migrates 里写 states: {{{task.state}: …}},可写:{'、'.join(_open(found.new))}"
        yield Problem("N01", f"“{label}”({task.state})在 {found.new.name} 里没有对应的状态", task=task.code, help=help_)


def _open(definition: Definition) -> list[str]:
    return [state for state in definition.states if state not in definition.finals]


def _stranded(found: Route, old: Lifecycle, task: Task, before: Sequence[Duty]) -> Iterator[Problem]:
    """Duties that are still owed and have no counterpart, a problem for each kind."""
    for kind in dict.fromkeys(duty.kind for duty in before if _owed(duty)):
        if kind not in found.duties:
            keys = "、".join(duty.key for duty in before if duty.kind == kind and _owed(duty))
            text = f"“{old.wording.duty(kind)}”({keys})还没有了结,在 {found.new.name} 里没有对应的应办"
            names = "、".join(found.new.duties)
            help_ = f"请在 migrates 里写 duties: {{{kind}: …}},可写:{names};不再要求的写 null"
            yield Problem("N02", text, task=task.code, help=help_)


def _owed(duty: Duty) -> bool:
    return duty.met is None and duty.void is None


def _unreadable(found: Route, task: Task) -> Iterator[Problem]:
    """What is on record and will be looked at again, but the new law has no such field or action."""
    olds, news = found.old.fields, found.new.fields
    values = [value for action in found.old.actions.values() for value in action.sets.values() if value.of]
    again = {value.field for value in values}
    for name in sorted({name for event in task.acts for name in event.data}):
        kind = olds[name].kind if name in olds else None
        if (kind in READ_LATER or name in again) and (name not in news or news[name].kind != kind):
            text = f"已填的“{olds[name].label}”({name})在 {found.new.name} 里读不出来"
            yield Problem("N04", text, task=task.code, help=f"请在新流程的 fields 里照旧写 {name}(kind: {kind})")
    done = {event.action for event in task.acts} & looked_back(found.old)
    for name in sorted(done - found.new.actions.keys() | done & found.old.figure_actions - found.new.figure_actions):
        figures = ",并填进度" if name in found.old.figure_actions else ""
        text = f"办过的“{found.old.actions[name].label}”({name})在 {found.new.name} 里认不出来"
        yield Problem("N04", text, task=task.code, help=f"请在新流程里照旧写动作 {name}{figures}")


def looked_back(definition: Definition) -> frozenset[str]:
    """The actions that a law looks back at: what was reported, asked for, paused, gathered, or is bounded."""
    found = set(definition.figure_actions)
    for name, action in definition.actions.items():
        found |= {value.of for value in action.sets.values() if value.of}
        found |= {*action.other_than, *action.stops, *action.gathers, *((name,) if action.at_most else ())}
        found |= {phrase.action for phrase in action.when if isinstance(phrase, Expired)}
        found |= {word for c in action.when if isinstance(c, Distance) for word in c.of.split(" or ")}
    return frozenset(found & definition.actions.keys())


def _lost(task: Task, before: Sequence[Duty], after: Sequence[Duty], day: date) -> Iterator[Problem]:
    """A last look: what was owed is still there unless its day is yet to come, and no two duties share a key."""
    keys = [duty.key for duty in after]
    for duty in before:
        if _owed(duty) and duty.key not in keys and duty.nominal <= day:
            yield Problem("N02", f"应办 {duty.key} 会丢失", task=task.code, help="请报告给维护人员")
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Problem("N02", f"两项应办都会叫 {key}", task=task.code, help="请在新流程里给这类应办换一个名字")


def _fates(before: Sequence[Duty], after: Sequence[Duty]) -> Iterator[Fate]:
    stood, stands = {d.key: d for d in before if _owed(d)}, {d.key: d for d in after}
    for key, duty in stood.items():
        now = stands.get(key)
        what = "withdrawn" if now is None else "ended" if now.void is not None else "moved"
        yield Fate(what, key, duty.kind, now.kind if now is not None else "", duty.units, duty.due)
    known = {duty.key for duty in before}
    for key, duty in stands.items():
        if key not in known and _owed(duty):
            yield Fate("new", key, "", duty.kind, duty.units, duty.due)
