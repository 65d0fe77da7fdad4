"""A definition as a picture: what is drawn, before anyone draws it.

The picture has one straight main line, arrows named after actions and coloured after roles, and a legend for what can
be done anywhere. Everything is worked out from the definition; ``drawing`` turns it into an image.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from supervise.workflows.definition import CLOCK, Action, Definition

# Each has a contrast of at least 4.5 to 1 on white; marks tell them apart where colours do not.
COLOURS = ("#166534", "#1d4ed8", "#7e22ce", "#92400e", "#0e7490", "#9d174d", "#3f6212", "#334155")
CLOCK_COLOUR = "#b91c1c"
# All of GB 2312, so that every Chinese font has them.
MARKS = ("●", "■", "▲", "◆", "★", "○", "□", "△", "◇", "☆")
CLOCK_MARK = "◎"


@dataclass(frozen=True, slots=True)
class Node:
    """A state: where it stands in the life of a task, and how many tasks are in it now."""

    name: str
    label: str
    count: int | None = None
    initial: bool = False
    final: bool = False
    late: bool = False
    """Only the clock leads here."""
    main: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """Actions of the same roles that lead from the same states to the same state.

    No ``sources`` means every open state, the last is the nearest to the target; ``back`` says that the target is an
    earlier place in the life of a task.
    """

    sources: tuple[str, ...]
    target: str
    actions: tuple[str, ...]
    labels: tuple[str, ...]
    roles: tuple[str, ...]
    back: bool = False
    main: bool = False

    @property
    def clock(self) -> bool:
        """Whether the clock may do it."""
        return CLOCK in self.roles


@dataclass(frozen=True, slots=True)
class Role:
    """Who acts: by colour and by mark, and what this role can do without an arrow."""

    name: str
    label: str
    colour: str
    mark: str
    anywhere: tuple[str, ...] = ()
    """Actions that leave every open state, or no state, as they read in the legend."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is to be seen."""

    name: str
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    legend: tuple[Role, ...]

    def role(self, name: str) -> Role:
        """The role of that name; one without colour if the definition does not list it."""
        return next((role for role in self.legend if role.name == name), Role(name, name, COLOURS[-1], ""))


def picture(definition: Definition, counts: Mapping[str, int] | None = None, as_of: date | None = None) -> Picture:
    """The picture of a definition.

    Args:
        definition: any that could be read.
        counts: state → tasks in it; states left out have none.
        as_of: the day the counts are from.
    """
    line = main_line(definition)
    edges = tuple(_edges(definition, line))
    return Picture(
        definition.name,
        _title(definition, counts, as_of),
        tuple(_nodes(definition, counts, line, edges)),
        edges,
        tuple(_legend(definition, edges)),
    )


def main_line(definition: Definition) -> tuple[str, ...]:
    """The longest way from the first state to a final one that people can go without turning back.

    Forward means further down in the file; where no final state can be reached so, the longest way there is.
    """
    order = list(definition.states)
    steps = {
        (source, move.target)
        for move in _moves(definition)
        if move.roles != (CLOCK,)
        for source in move.sources
    }  # fmt: skip
    ways: dict[str, tuple[str, ...]] = {order[0]: (order[0],)}
    for n, state in enumerate(order[1:], 1):
        before = [ways[s] for s in order[:n] if s in ways and (s, state) in steps]
        if before:
            ways[state] = (*max(before, key=len), state)
    ending = [way for state, way in ways.items() if state in definition.finals]
    return max(ending or ways.values(), key=len)


def _title(definition: Definition, counts: Mapping[str, int] | None, as_of: date | None) -> str:
    parts = [f"{definition.title} {definition.name}", as_of.isoformat() if as_of else ""]
    if counts is not None:
        parts.append(f"{sum(counts.values())} 项")
        if strange := sum(n for state, n in counts.items() if state not in definition.states):
            parts.append(f"其中 {strange} 项的状态本流程没有")
    return " · ".join(part for part in parts if part)


def _nodes(
    definition: Definition, counts: Mapping[str, int] | None, line: tuple[str, ...], edges: tuple[Edge, ...]
) -> Iterator[Node]:
    reached = {edge.target for edge in edges}
    by_people = {edge.target for edge in edges if edge.roles != (CLOCK,)}
    for name, label in definition.states.items():
        yield Node(
            name,
            label,
            None if counts is None else counts.get(name, 0),
            initial=name == definition.initial,
            final=name in definition.finals,
            late=name in reached - by_people - {definition.initial},
            main=name in line,
        )


def _moves(definition: Definition) -> Iterator[Edge]:
    """One edge for each action and target it names, from all the states it names."""
    for name, action in definition.actions.items():
        targets: dict[str, list[str]] = {}
        for source in _named(definition, action):
            target = definition.target(action, source)
            if target != source:
                targets.setdefault(target, []).append(source)
        for target, sources in targets.items():
            yield Edge(tuple(sources), target, (name,), (action.label,), action.by)


def _named(definition: Definition, action: Action) -> tuple[str, ...]:
    """The states an arrow starts from: named by ``from`` or ``to``, or the only open one there is."""
    moved = tuple(action.to) if isinstance(action.to, Mapping) else ()
    everywhere = definition.sources(action)
    return action.from_ or moved or (everywhere if len(everywhere) == 1 else ())


def _edges(definition: Definition, line: tuple[str, ...]) -> Iterator[Edge]:
    """The moves split into main line, forward and back, and those alike put together."""
    steps = set(pairwise(line))
    moves = list(_moves(definition))
    place = _places(definition, line, moves)
    alike: dict[tuple[object, ...], Edge] = {}
    parts = [part for move in moves for part in _split(move, steps, place)]
    for move in [*parts, *_only_way(definition, moves)]:
        key = (move.sources, move.target, move.roles)
        if key in alike:
            seen = alike[key]
            move = replace(seen, actions=seen.actions + move.actions, labels=seen.labels + move.labels)
        alike[key] = move
    # Two arrows on one step of the line would bend it: the first one in the file is the line.
    for move in alike.values():
        yield replace(move, main=move.main and (move.sources[0], move.target) in steps)
        if move.main:
            steps.discard((move.sources[0], move.target))


def _split(move: Edge, steps: set[tuple[str, str]], place: Mapping[str, float]) -> Iterator[Edge]:
    ahead: list[str] = []
    behind: list[str] = []
    for source in sorted(move.sources, key=lambda name: place[name]):
        if (source, move.target) in steps:
            yield replace(move, sources=(source,), main=True)
        else:
            (behind if place[source] > place[move.target] else ahead).append(source)
    if ahead:
        yield replace(move, sources=tuple(ahead))
    if behind:
        yield replace(move, sources=tuple(reversed(behind)), back=True)


def _only_way(definition: Definition, moves: list[Edge]) -> Iterator[Edge]:
    """Actions open everywhere, where a state could not be reached without them."""
    reached = {move.target for move in moves} | {definition.initial}
    for name, action in definition.actions.items():
        if isinstance(action.to, str) and action.to not in {"", *reached} and not action.from_:
            yield Edge((), action.to, (name,), (action.label,), action.by)


def _places(definition: Definition, line: tuple[str, ...], moves: list[Edge]) -> dict[str, float]:
    """How far along each state is: on the main line its number, beside it just behind the states that lead there."""
    place: dict[str, float] = {state: float(n) for n, state in enumerate(line)}
    left = [state for state in definition.states if state not in place]
    while left:
        sources = {state: [s for m in moves if m.target == state for s in m.sources if s in place] for state in left}
        state = next((s for s in left if sources[s]), left[0])
        place[state] = max((place[s] for s in sources[state]), default=float(len(line))) + 0.5
        left.remove(state)
    return place


def _legend(definition: Definition, edges: tuple[Edge, ...]) -> Iterator[Role]:
    """The roles in the order of the file and the clock last; those that never act are left out."""
    named = [role for role in definition.roles if role != CLOCK]
    acting = list(dict.fromkeys(role for action in definition.actions.values() for role in action.by))
    drawn = {role for edge in edges for role in edge.roles}
    for n, name in enumerate([*named, *(role for role in acting if role not in {*named, CLOCK})]):
        anywhere = tuple(_anywhere(definition, edges, name))
        if anywhere or name in drawn:
            mark = MARKS[n % len(MARKS)] + (str(n // len(MARKS) + 1) if n >= len(MARKS) else "")
            yield Role(name, definition.roles.get(name, name), COLOURS[n % len(COLOURS)], mark, anywhere)
    if CLOCK in acting:
        label = definition.roles.get(CLOCK, "系统")
        yield Role(CLOCK, label, CLOCK_COLOUR, CLOCK_MARK, tuple(_anywhere(definition, edges, CLOCK)))


def _anywhere(definition: Definition, edges: tuple[Edge, ...], role: str) -> Iterator[str]:
    everywhere = {name for edge in edges if not edge.sources for name in edge.actions}
    for name, action in definition.actions.items():
        if role not in action.by or name in everywhere:
            continue
        named = _named(definition, action)
        if not action.from_ and (not named or isinstance(action.to, Mapping)):
            target = definition.states.get(action.to, action.to) if isinstance(action.to, str) else ""
            yield f"{action.label} → {target}" if target else action.label
        elif still := [s for s in named if definition.target(action, s) == s]:
            yield f"{action.label}({'、'.join(definition.states.get(s, s) for s in still)})"
