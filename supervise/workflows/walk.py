"""One task's way through its lifecycle: the arrows it walked, where it stands, and where it may go from here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from supervise.records import PARTIES, Event, Task
from supervise.workflows.definition import CLOCK, Definition
from supervise.workflows.diagram import lifecycle_nodes, subtitle
from supervise.workflows.moves import Course, arrange, course, moves
from supervise.workflows.picture import Deed, Edge, Node, Note, Picture, palette
from supervise.workflows.views import acting
from supervise.workflows.wording import Wording

LISTED = 40
"""Lines beneath the picture, the latest of what happened without a step."""


@dataclass(frozen=True, slots=True)
class Next:
    """Something that may be done now: the action, where it leads, who may do it, by name where names are known."""

    action: str
    target: str
    roles: tuple[str, ...]
    who: str


def way(definition: Definition, task: Task, day: date, ahead: Sequence[Next] = (), fingerprint: str = "") -> Picture:
    """The picture of one task's way.

    Args:
        definition: the law it lives under now.
        task: with its events up to the day; each step is marked as it is on record, and no other.
        day: the day it is seen on.
        ahead: what may be done next.
        fingerprint: hash of the definition.
    """
    wording = Wording(definition)
    steps = [event for event in task.events if event.source and event.source != event.target]
    states = tuple(dict.fromkeys([*definition.states, *(s for e in steps for s in (e.source, e.target)), task.state]))
    along = course(states, definition.finals, moves(definition))
    walked = [_walked(definition, wording, task, event) for event in steps]
    possible = [_possible(wording, one, task.state) for one in ahead if one.target != task.state]
    edges = arrange([*_together(walked), *possible], along)
    edges += _background(definition, along, edges)
    return Picture(
        definition.name,
        f"{task.code} · {definition.title} {definition.name} · {day}",
        subtitle(definition, fingerprint, f"一项任务的来路,共 {len(task.events)} 条办理记录"),
        tuple(_nodes(definition, task, states, along, edges)),
        tuple(edges),
        palette(
            acting(definition),
            definition.roles,
            {role: () for edge in edges for role in edge.roles if edge.tone != "pale"},
        ),
        f"现处于“{wording.state(task.state)}”",
        tuple(_notes(definition, wording, task, ahead)),
    )


def walked(picture: Picture) -> list[tuple[int, str, str, str]]:
    """The steps that a picture marks as walked: number of the record, action, source and target, in order."""
    return sorted(
        (int(note.partition(" ")[0]), deed.action, edge.sources[0], edge.target)
        for edge in picture.edges if edge.tone == "walked" for deed in edge.deeds for note in deed.notes
    )  # fmt: skip


def _walked(definition: Definition, wording: Wording, task: Task, event: Event) -> Edge:
    known = definition.actions.get(event.action)
    roles = _who_did(task, event, known.by if known is not None else ())
    told = f"{event.seq} {event.day} {event.unit}".rstrip()
    deed = Deed(event.action, wording.action(event.action), notes=(told,))
    return Edge((event.source,), event.target, (deed,), roles, tone="walked")


def _who_did(task: Task, event: Event, roles: tuple[str, ...]) -> tuple[str, ...]:
    """Of several roles that might, the one that did: the system, a party of the task, or else the office."""
    if len(roles) < 2:
        return roles
    if not event.unit and CLOCK in roles:
        return (CLOCK,)
    held = tuple(role for role in roles if role in task.roles_of(event.unit, event.day))
    return held or tuple(role for role in roles if role not in (CLOCK, *PARTIES)) or roles


def _together(walked: Iterable[Edge]) -> Iterator[Edge]:
    """The same action along the same way once, with all its numbers."""
    seen: dict[tuple[object, ...], Edge] = {}
    for edge in walked:
        key = (edge.sources, edge.target, edge.actions, edge.roles)
        if key in seen:
            deed = seen[key].deeds[0]
            edge = replace(edge, deeds=(replace(deed, notes=deed.notes + edge.deeds[0].notes),))
        seen[key] = edge
    yield from seen.values()


def _possible(wording: Wording, one: Next, state: str) -> Edge:
    deed = Deed(one.action, f"可办:{wording.action(one.action)}", notes=(one.who,))
    return Edge((state,), one.target, (deed,), one.roles, tone="next")


def _background(definition: Definition, along: Course, edges: Sequence[Edge]) -> list[Edge]:
    """The steps of the main line that are not drawn yet, so that one sees where the way leads."""
    drawn = {(edge.sources[0], edge.target) for edge in edges}
    return [
        replace(edge, tone="pale")
        for edge in arrange(moves(definition), along)
        if edge.main and (edge.sources[0], edge.target) not in drawn
    ]


def _nodes(
    definition: Definition, task: Task, states: Iterable[str], along: Course, edges: Sequence[Edge]
) -> Iterator[Node]:
    known = {node.name: node for node in lifecycle_nodes(definition, along, ())}
    been = {event.target for event in task.events}
    touched = {*along.line, task.state, *(name for edge in edges for name in (*edge.sources, edge.target))}
    for name in states:
        node = known.get(name, Node(name, name))
        if name == task.state:
            yield replace(node, tone="here", notes=("现处于此",), late=False)
        elif name in touched:
            yield replace(node, tone="" if name in been else "pale")


def _notes(definition: Definition, wording: Wording, task: Task, ahead: Sequence[Next]) -> Iterator[Note]:
    possible: dict[str, list[str]] = {}
    for one in ahead:
        leads = "" if one.target == task.state else f" → {wording.state(one.target)}"
        possible.setdefault(one.who, []).append(wording.action(one.action) + leads)
    for who, acts in possible.items():
        yield Note("可办", f"{who}:{'、'.join(acts)}")
    if not ahead:
        yield Note("可办", "没有:任务已经终结" if task.state in definition.finals else "现在没有谁有可办的事")
    still = [event for event in task.events if not event.source or event.source == event.target]
    for event in still[-LISTED:]:
        yield Note(f"记录 {event.seq}", f"{event.day} {wording.action(event.action)}({event.unit or event.actor})")
    if len(still) > LISTED:
        yield Note("", f"此前还有 {len(still) - LISTED} 条不改变状态的记录,见 supervise log {task.code}")
