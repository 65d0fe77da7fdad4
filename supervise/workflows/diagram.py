"""A definition as a picture: what is drawn, before anyone draws it.

The picture has one straight main line, arrows named after actions and coloured after roles, and a legend for what can
be done anywhere. Everything is worked out from the definition; ``drawing`` turns it into an image.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from supervise.workflows import views
from supervise.workflows.definition import CLOCK, Definition
from supervise.workflows.moves import Course, arrange, course, everywhere, moves, named, only_way
from supervise.workflows.picture import Edge, Node, Note, Picture, Role, palette
from supervise.workflows.traffic import Traffic
from supervise.workflows.views import View

FULL = View()


def picture(
    definition: Definition,
    traffic: Traffic | None = None,
    as_of: date | None = None,
    view: View = FULL,
    fingerprint: str = "",
) -> Picture:
    """The picture of a definition.

    Args:
        definition: any that could be read.
        traffic: how many tasks are where, and went which way how fast.
        as_of: the day the numbers are from.
        view: which arrows are shown.
        fingerprint: hash of the file.
    """
    known = views.with_limits(definition, moves(definition), 9 if view.name == "time" else 1)
    along = course(tuple(definition.states), definition.finals, known)
    known += everywhere(definition) if view.name == "exceptions" else only_way(definition, known)
    edges, over = views.few(arrange(views.selected(view, known, along), along))
    if traffic is not None:
        edges = [told(edge, traffic) for edge in edges]
    title = f"{definition.title} {definition.name}"
    return Picture(
        definition.name,
        " · ".join([title, *numbers(definition, traffic, as_of)]),
        subtitle(definition, fingerprint, view.label(definition)),
        tuple(_nodes(definition, traffic, along, edges, view)),
        tuple(edges),
        legend(definition, edges, view.role, traffic),
        "应办与时限" if view.name == "time" else "没有画出的箭头" if over else "",
        tuple(_notes(definition, view, over)),
    )


def subtitle(definition: Definition, fingerprint: str, what: str) -> str:
    """The line under the title: version, hash, the day it came into force, and what kind of picture it is."""
    parts = [f"第 {definition.version} 版", f"指纹 {fingerprint[:12]}" if fingerprint else ""]
    return " · ".join(part for part in (*parts, f"{definition.effective} 起施行", what) if part)


def numbers(definition: Definition, traffic: Traffic | None, as_of: date | None) -> Iterator[str]:
    """What a title says of the numbers in the picture."""
    if as_of is not None:
        yield as_of.isoformat()
    if traffic is not None:
        yield f"{sum(traffic.tasks.values())} 项"
        if strange := sum(n for state, n in traffic.tasks.items() if state not in definition.states):
            yield f"其中 {strange} 项的状态本流程没有"


def told(edge: Edge, traffic: Traffic) -> Edge:
    """The arrow with how often each of its actions was done along it, and how long that took."""
    deeds = (replace(d, notes=(*d.notes, traffic.told(d.action, edge.sources, edge.target))) for d in edge.deeds)
    return replace(edge, deeds=tuple(deeds))


def lifecycle_nodes(definition: Definition, along: Course, edges: Iterable[Edge]) -> Iterator[Node]:
    """Every state of a definition, with what it is in the life of a task."""
    known = moves(definition)
    reached = {move.target for move in known}
    by_people = {move.target for move in known if move.roles != (CLOCK,)}
    by_people |= {edge.target for edge in edges if edge.roles != (CLOCK,)}
    for name, label in definition.states.items():
        yield Node(
            name,
            label,
            initial=name == definition.initial,
            final=name in definition.finals,
            late=name in reached - by_people - {definition.initial},
            main=name in along.line,
        )


def _nodes(
    definition: Definition, traffic: Traffic | None, along: Course, edges: Sequence[Edge], view: View
) -> Iterator[Node]:
    touched = {*along.line, *(name for edge in edges for name in (*edge.sources, edge.target))}
    for node in lifecycle_nodes(definition, along, edges):
        if view.name != "full" and node.name not in touched:
            continue
        if traffic is not None:
            node = replace(node, count=traffic.tasks.get(node.name, 0), notes=traffic.here(node.name))
        yield node


def legend(
    definition: Definition, edges: Iterable[Edge], only: str = "", traffic: Traffic | None = None
) -> tuple[Role, ...]:
    """The roles in the order of the file and the clock last; those that never act are left out.

    Args:
        definition: what they can do.
        edges: what is drawn, and so need not be told.
        only: a role that the picture is about; the others are told by their arrows alone.
        traffic: how often it was done.
    """
    drawn = list(edges)
    on = {role for edge in drawn if edge.tone != "pale" for role in edge.roles}
    anywhere = {
        role: tuple(_anywhere(definition, drawn, role, traffic)) if only in ("", role) else ()
        for role in views.acting(definition)
        if not only or role == only or role in on
    }
    return palette(views.acting(definition), definition.roles, anywhere)


def _anywhere(definition: Definition, edges: Sequence[Edge], role: str, traffic: Traffic | None) -> Iterator[str]:
    told_already = {name for edge in edges if not edge.sources for name in edge.actions}
    for name, action in definition.actions.items():
        if role not in action.by or name in told_already:
            continue
        states = named(definition, action)
        often = traffic.often(name, len(action.by) > 1) if traffic is not None else ""
        if not action.from_ and (not states or isinstance(action.to, Mapping)):
            target = definition.states.get(action.to, action.to) if isinstance(action.to, str) else ""
            yield f"{action.label} → {target}{often}" if target else f"{action.label}{often}"
        elif still := [s for s in states if definition.target(action, s) == s]:
            yield f"{action.label}({'、'.join(definition.states.get(s, s) for s in still)}){often}"


def _notes(definition: Definition, view: View, over: Sequence[Edge]) -> Iterator[Note]:
    if view.name == "time":
        yield from (Note(label, text) for label, text in views.duties_told(definition))
    for edge in over:
        sources = "、".join(definition.states.get(s, s) for s in edge.sources)
        yield Note("、".join(edge.labels), f"{sources} → {definition.states.get(edge.target, edge.target)}")
