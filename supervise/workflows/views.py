"""Views of a lifecycle: which arrows one of them shows, and the limits that stand on arrows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from supervise.errors import Problem, Unknown, did_you_mean
from supervise.workflows.definition import CLOCK, Definition, DutyKind
from supervise.workflows.moves import Course
from supervise.workflows.picture import Deed, Edge
from supervise.workflows.wording import Wording

VIEWS = {"full": "全图", "main": "主线", "time": "时限", "exceptions": "例外"}
"""Name of a view → what people call it; beside them there is one for each role."""
MOST = 25
"""Arrows that one picture may have; what is over stands in lines beneath."""


@dataclass(frozen=True, slots=True)
class View:
    """A selection of arrows with a name; ``role`` if it is that of a role."""

    name: str = "full"
    role: str = ""

    def label(self, definition: Definition) -> str:
        """What people call it."""
        who = "系统" if self.role == CLOCK else definition.roles.get(self.role, self.role)
        return f"{who}办的事" if self.role else VIEWS[self.name]


def view(definition: Definition, text: str) -> View:
    """The view that ``text`` names: ``main``, ``主线``, ``role lead``, ``role 牵头单位``.

    Raises:
        Unknown: V04 with the nearest name.
    """
    words = {**{name: name for name in VIEWS}, **{label: name for name, label in VIEWS.items()}}
    if text in words:
        return View(words[text])
    kind, _, who = text.replace(":", " ").replace("=", " ").partition(" ")
    roles = {**{name: name for name in acting(definition)}, **{v: k for k, v in definition.roles.items()}}
    if kind in ("role", "角色") and who.strip() in roles:
        return View("role", roles[who.strip()])
    known = [*VIEWS, *(f"role {role}" for role in acting(definition))]
    told = f"可写:{'、'.join(known)}"
    raise Unknown(Problem("V04", f"没有“{text}”这个视图{did_you_mean(text, known)}", help=told))


def acting(definition: Definition) -> tuple[str, ...]:
    """Every role that can do something, those of the file first, the clock last."""
    doers = dict.fromkeys(role for action in definition.actions.values() for role in action.by)
    people = dict.fromkeys([*definition.roles, *doers])
    return (*(role for role in people if role != CLOCK and role in doers), *((CLOCK,) if CLOCK in doers else ()))


def selected(shown: View, moves: Iterable[Edge], along: Course) -> list[Edge]:
    """The moves of a view; of the others only the main line is left, as background.

    Args:
        shown: which view.
        moves: all there are, with their limits.
        along: the main line.
    """
    fits = _fits(shown, along)
    found: list[Edge] = []
    for move in moves:
        if not move.sources:
            found += [move] if shown.name in ("full", "exceptions") or shown.role in move.roles else []
            continue
        mine = tuple(s for s in move.sources if fits(move, s))
        rest = tuple(s for s in move.sources if s not in mine and (s, move.target) in along.steps)
        found += [replace(move, sources=mine)] if mine else []
        if rest:
            deeds = tuple(replace(deed, limit="") for deed in move.deeds)
            found.append(replace(move, sources=rest, deeds=deeds, tone="pale"))
    loud = {(s, move.target) for move in found if move.tone != "pale" for s in move.sources}
    return [move for move in found if move.tone != "pale" or (move.sources[0], move.target) not in loud]


def _fits(shown: View, along: Course) -> Callable[[Edge, str], bool]:
    """Whether a view shows a move from one of its sources."""
    on = set(along.line)
    if shown.role:
        return lambda move, source: shown.role in move.roles
    if shown.name == "main":
        return lambda move, source: (
            {source, move.target} <= on and (move.roles != (CLOCK,) or (source, move.target) in along.steps)
        )
    if shown.name == "time":
        return lambda move, source: move.clock or any(deed.limit for deed in move.deeds)
    if shown.name == "exceptions":
        return lambda move, source: (source, move.target) not in along.steps or move.roles == (CLOCK,)
    return lambda move, source: True


def few(edges: list[Edge], first: Callable[[Edge], bool] = lambda _: False) -> tuple[list[Edge], list[Edge]]:
    """At most ``MOST`` of the arrows, the main line before the clock's and those before the rest, and what is over.

    Args:
        edges: all there are.
        first: which ones come before any other; they and the main line are drawn even if they are more.
    """
    order = sorted(range(len(edges)), key=lambda n: _last(edges[n], first, n))
    kept = set(order[: max(MOST, sum(first(edge) or edge.main for edge in edges))])
    return [e for n, e in enumerate(edges) if n in kept], [e for n, e in enumerate(edges) if n not in kept]


def _last(edge: Edge, first: Callable[[Edge], bool], n: int) -> tuple[bool, bool, bool, bool, int]:
    return not first(edge), not edge.main, not edge.clock, edge.back, n


def with_limits(definition: Definition, moves: Iterable[Edge], most: int = 1) -> list[Edge]:
    """The moves with the limits within which they must be made, those of other limits apart.

    Args:
        definition: what they are moves of.
        moves: of one action each.
        most: limits that are written on one arrow.
    """
    found = []
    for move in moves:
        apart: dict[tuple[tuple[str, bool], ...], list[str]] = {}
        for source in move.sources:
            apart.setdefault(_owed(definition, move.deeds[0], source), []).append(source)
        if not apart:
            found.append(move)
        for owed, sources in apart.items():
            limit = ";".join(limit_of(definition, name, short) for name, short in owed[:most])
            deed = replace(move.deeds[0], limit=limit, duties=tuple(name for name, _ in owed))
            found.append(replace(move, sources=tuple(sources), deeds=(deed,)))
    return found


def limit_of(definition: Definition, duty: str, short: bool = False) -> str:
    """By when a duty is owed; ``short`` leaves out what it begins with, where the place in the picture says it."""
    wording, told = Wording(definition), []
    for category, due in definition.duties[duty].due.items():
        label = f"{definition.categories.get(category, category)}:" if category else ""
        told.append(f"{label}{wording.limit(due, short)}")
    return "、".join(told)


def _owed(definition: Definition, deed: Deed, source: str) -> tuple[tuple[str, bool], ...]:
    """The duties that an action meets where it starts: those that began with a step to this state, or with the task.

    What the usual way here begins comes first, and need not say with what it began; a step back must.
    """
    found = []
    for name, kind in definition.duties.items():
        steps = _steps(definition, kind, source) if kind.triggers else {kind.met_by[0] == deed.action or None}
        if deed.action in kind.met_by and steps != {None}:
            found.append((name, True in steps))
    return tuple(sorted(found, key=lambda one: not one[1]))


def _steps(definition: Definition, kind: DutyKind, source: str) -> set[bool | None]:
    """How the acts that a duty begins with lead to a state: forward, back (``False``), or not at all (``None``)."""
    order, found = list(definition.states), set[bool | None]()
    for name in kind.triggers:
        act = definition.actions.get(name)
        if act is None:
            found.add(source == definition.initial or None)
            continue
        moved = [s for s in definition.sources(act) if definition.target(act, s) == source != s]
        found.add(any(order.index(s) < order.index(source) for s in moved) if moved else None)
    return found


def duties_told(definition: Definition) -> list[tuple[str, str]]:
    """Every duty in a sentence: its label, and who owes it by when and what meets it."""
    wording, told = Wording(definition), []
    for name, kind in definition.duties.items():
        who = definition.roles.get(kind.role, kind.role)
        acts = "、".join(dict.fromkeys(wording.action(act) for act in kind.met_by))
        told.append((kind.label, f"{'每个' if kind.each else ''}{who},{limit_of(definition, name)};“{acts}”即为办到"))
    return told
