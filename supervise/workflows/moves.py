"""How a lifecycle runs: its moves, its main line, and which of them lead back.

Everything is worked out from names and moves alone, so that a definition, the union of two, and the way of one task are
laid out alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from supervise.workflows.definition import CLOCK, Action, Definition
from supervise.workflows.picture import Deed, Edge


@dataclass(frozen=True, slots=True)
class Course:
    """The main line, and how far along each state is."""

    line: tuple[str, ...]
    place: Mapping[str, float]

    @property
    def steps(self) -> set[tuple[str, str]]:
        """The steps of the main line."""
        return set(pairwise(self.line))

    def back(self, source: str, target: str) -> bool:
        """Whether a move turns back."""
        return self.place[source] > self.place[target]


def moves(definition: Definition) -> list[Edge]:
    """One edge for each action and target it names, from all the states it names."""
    found = []
    for name, action in definition.actions.items():
        targets: dict[str, list[str]] = {}
        for source in named(definition, action):
            target = definition.target(action, source)
            if target != source:
                targets.setdefault(target, []).append(source)
        deed = (Deed(name, action.label),)
        found += [Edge(tuple(sources), target, deed, action.by) for target, sources in targets.items()]
    return found


def named(definition: Definition, action: Action) -> tuple[str, ...]:
    """The states an arrow starts from: named by ``from`` or ``to``, or the only open one there is."""
    moved = tuple(action.to) if isinstance(action.to, Mapping) else ()
    everywhere = definition.sources(action)
    return action.from_ or moved or (everywhere if len(everywhere) == 1 else ())


def everywhere(definition: Definition) -> list[Edge]:
    """One edge without sources for each action that leads out of every open state."""
    return [
        Edge((), action.to, (Deed(name, action.label),), action.by)
        for name, action in definition.actions.items()
        if isinstance(action.to, str) and action.to and not named(definition, action)
    ]


def only_way(definition: Definition, known: Iterable[Edge]) -> list[Edge]:
    """Actions open everywhere, where a state could not be reached without them."""
    reached = {move.target for move in known} | {definition.initial}
    return [edge for edge in everywhere(definition) if edge.target not in reached]


def main_line(definition: Definition) -> tuple[str, ...]:
    """The main line of a definition, see ``line``."""
    return line(tuple(definition.states), definition.finals, moves(definition))


def line(states: Sequence[str], finals: Collection[str], known: Iterable[Edge]) -> tuple[str, ...]:
    """The longest way from the first state to a final one that people can go without turning back.

    Forward means further down in the file. Where people alone reach no final state (a notice period has to run out
    first), the clock's moves count too; where none is reached even so, it is the longest way there is.
    """
    known = tuple(known)
    by_people = _ways(states, [move for move in known if move.roles != (CLOCK,)])
    for ways in (by_people, _ways(states, known)):
        if ending := [way for state, way in ways.items() if state in finals]:
            return max(ending, key=len)
    return max(by_people.values(), key=len)


def _ways(states: Sequence[str], known: Iterable[Edge]) -> dict[str, tuple[str, ...]]:
    """The longest way forward from the first state to each state that can be reached so."""
    steps = {(source, move.target) for move in known for source in move.sources}
    ways: dict[str, tuple[str, ...]] = {states[0]: (states[0],)}
    for n, state in enumerate(states[1:], 1):
        before = [ways[s] for s in states[:n] if s in ways and (s, state) in steps]
        if before:
            ways[state] = (*max(before, key=len), state)
    return ways


def course(states: Sequence[str], finals: Collection[str], known: Sequence[Edge]) -> Course:
    """The main line and the place of every state: its number on the line, else just behind what leads there."""
    main = line(states, finals, known)
    place: dict[str, float] = {state: float(n) for n, state in enumerate(main)}
    left = [state for state in states if state not in place]
    while left:
        sources = {state: [s for m in known if m.target == state for s in m.sources if s in place] for state in left}
        state = next((s for s in left if sources[s]), left[0])
        place[state] = max((place[s] for s in sources[state]), default=float(len(main))) + 0.5
        left.remove(state)
    return Course(main, place)


def arrange(known: Iterable[Edge], along: Course) -> list[Edge]:
    """The moves split into main line, forward and back, and those alike put together."""
    steps = along.steps
    alike: dict[tuple[object, ...], Edge] = {}
    for move in [part for whole in known for part in _split(whole, steps, along)]:
        key = (move.sources, move.target, move.roles, move.tone, move.change)
        seen = alike.get(key)
        alike[key] = move if seen is None else replace(seen, deeds=seen.deeds + move.deeds)
    found = []
    # Two arrows on one step of the line would bend it: the first one in the file is the line.
    for move in alike.values():
        step = (move.sources[0], move.target) if move.sources else ("", "")
        found.append(replace(move, main=move.main and step in steps))
        if move.main:
            steps.discard(step)
    return found


def _split(move: Edge, steps: set[tuple[str, str]], along: Course) -> Iterator[Edge]:
    if not move.sources:
        yield move
        return
    ahead: list[str] = []
    behind: list[str] = []
    for source in sorted(move.sources, key=lambda name: along.place[name]):
        if (source, move.target) in steps:
            yield replace(move, sources=(source,), main=True)
        else:
            (behind if along.back(source, move.target) else ahead).append(source)
    if ahead:
        yield replace(move, sources=tuple(ahead))
    if behind:
        yield replace(move, sources=tuple(reversed(behind)), back=True)
