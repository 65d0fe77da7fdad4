"""What can ever come to pass under a definition: states reached, actions done, duties left standing.

Everything is walked at once, one duty at a time: a place is a state together with how that duty stands. What is found
impossible here is impossible; not everything that is found possible needs to happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from supervise.phrases import (
    OPENING,
    Behind,
    Condition,
    Distance,
    Expired,
    InEffect,
    Outcome,
    Parts,
    Stages,
    Unanswered,
    UntilOf,
)
from supervise.records import PARTIES
from supervise.workflows.definition import Action, Definition, DutyKind

STANDS = NONE, OPEN, MISSED = 0, 1, 2
"""How a duty stands: not, within its limit, beyond it."""
SIDES = {"open": OPEN, "missed": MISSED}
Spot = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Arrow:
    """An action as it can be done from one state.

    Args:
        name: of the action.
        action: what the definition says.
        source, target: where it leads from and to.
        plain: whether nothing must have happened before, and no duty ends with it that it does not meet.
    """

    name: str
    action: Action
    source: str
    target: str
    plain: bool


@dataclass
class Course:
    """The possible course of a task.

    Args:
        definition: whose names are known; unknown ones are taken to be possible.
    """

    definition: Definition
    states: set[str] = field(init=False)
    done: set[str] = field(init=False)
    spots: dict[str, set[Spot]] = field(init=False)
    _held: set[tuple[int, str]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.states, self.done = {self.definition.initial}, {OPENING}
        self.spots = {name: set() for name in self.definition.duties}
        walks = [_Walk(self, name, duty) for name, duty in self.definition.duties.items()]
        before = -1
        while before != (before := self._size()):
            self._walk()
            for walk in walks:
                walk.on()

    def _size(self) -> int:
        return len(self.states) + len(self.done) + sum(len(spots) for spots in self.spots.values())

    @cached_property
    def arrows(self) -> Mapping[str, tuple[Arrow, ...]]:
        """State → what can be done there by name; to take an act back only leads where one has been."""
        definition = self.definition
        found: dict[str, list[Arrow]] = {state: [] for state in definition.states}
        for name, action in definition.actions.items():
            for source in definition.sources(action) if action.undoes is None else ():
                if source in found:
                    plain = not (action.when or action.within or action.voids or set(PARTIES) & action.sets.keys())
                    found[source].append(Arrow(name, action, source, definition.target(action, source), plain))
        return {state: tuple(arrows) for state, arrows in found.items()}

    def _walk(self) -> None:
        queue = list(self.states)
        while queue:
            for arrow in self.arrows[queue.pop()]:
                if self.may(arrow):
                    self.done.add(arrow.name)
                    if arrow.target in self.arrows and arrow.target not in self.states:
                        self.states.add(arrow.target)
                        queue.append(arrow.target)

    def may(self, arrow: Arrow) -> bool:
        """Whether the conditions of an action can ever hold in that state."""
        when = arrow.action.when
        return self._within(arrow) and (not when or any(self.holds(condition, arrow.source) for condition in when))

    def _within(self, arrow: Arrow) -> bool:
        """Whether the act that opens its window, if it has one, is ever done."""
        return arrow.action.within is None or self._done(arrow.action.within.after)

    def holds(self, condition: Condition, state: str) -> bool:
        """Whether a condition can ever hold in a state; what was possible once stays possible."""
        key = (id(condition), state)
        if key not in self._held and self._holds(condition, state):
            self._held.add(key)
        return key in self._held

    def _holds(self, condition: Condition, state: str) -> bool:
        if isinstance(condition, Outcome):
            return any(self._outcome(name, condition.outcome, state) for name in self._kinds(condition.duty))
        if isinstance(condition, Distance):
            wanted = OPEN if condition.before else MISSED
            return any(
                (state, wanted) in self.spots[name] if name in self.spots else self._done(name)
                for name in condition.of.split(" or ")
            )
        if isinstance(condition, Behind):
            told = self.definition.figure_actions & self.done
            return bool(told) and any(self._at(name, state, OPEN, MISSED) for name in self._kinds(condition.duty))
        if isinstance(condition, InEffect):
            return True
        if isinstance(condition, Unanswered):
            return any((state, MISSED) in self.spots[name] for name in self.definition.given_duties)
        if isinstance(condition, Expired):
            return self._done(condition.action)
        assert isinstance(condition, Parts)
        return condition.closed or bool(self.definition.field_of("parts"))

    def _kinds(self, name: str) -> Iterable[str]:
        return self.spots if not name else (name,)

    def _done(self, action: str) -> bool:
        return action in self.done or action not in self.definition.actions

    def _at(self, duty: str, state: str, *stands: int) -> bool:
        return duty not in self.spots or any((state, stand) in self.spots[duty] for stand in stands)

    def _outcome(self, duty: str, outcome: str, state: str) -> bool:
        if outcome in SIDES:
            return self._at(duty, state, SIDES[outcome])
        if duty not in self.spots:
            return True
        begun = any(stand for _, stand in self.spots[duty])
        met = any(self._done(name) for name in self.definition.duties[duty].met_by)
        return begun and (met or outcome == "void")

    def can(self, arrow: Arrow, name: str, stand: int) -> bool:
        """Whether an action is possible where the duty ``name`` stands so.

        Args:
            arrow: the action in its state.
            name: of the duty.
            stand: ``NONE``, ``OPEN`` or ``MISSED``.
        """
        when = arrow.action.when
        if not self._within(arrow):
            return False
        return not when or any(self._holds_at(condition, arrow.source, name, stand) for condition in when)

    def _holds_at(self, condition: Condition, state: str, name: str, stand: int) -> bool:
        side = SIDES.get(condition.outcome) if isinstance(condition, Outcome) and condition.duty == name else None
        if side is not None and not several(self.definition.duties[name]):
            return stand == side
        return self.holds(condition, state)

    def meets(self, name: str) -> bool:
        """Whether some action can meet the duty in a state in which it stands."""
        met_by = self.definition.duties[name].met_by
        return any(
            arrow.name in met_by and self.can(arrow, name, stand)
            for state, stand in self.spots[name] if stand
            for arrow in self.arrows[state]
        )  # fmt: skip


class _Walk:
    """One duty walked through the states."""

    def __init__(self, course: Course, name: str, duty: DutyKind) -> None:
        self.course, self.name, self.duty = course, name, duty
        actions, self.finals = course.definition.actions, course.definition.finals
        known = all(name in actions or name == OPENING for name in duty.triggers)
        self.begins = frozenset(duty.triggers if known else ())
        if isinstance(duty.form, Stages):
            self.begins = frozenset(n for n, a in actions.items() if "stages" in a.sets) or frozenset({""})
        self.own = self.begins.union(duty.met_by)
        self.spots = course.spots[name]
        self.ways: dict[Spot, list[tuple[Arrow, Spot]]] = {}
        self.after = {n: [frozenset(self._stands(n, a, stand)) for stand in STANDS] for n, a in actions.items()}

    def on(self) -> None:
        """Walk on from where it has been, as far as is possible by what is known now."""
        first = OPEN if OPENING in self.begins or not self.begins else NONE
        queue = [*self.spots] or [(self.course.definition.initial, first)]
        self.spots.update(queue)
        while queue:
            spot = queue.pop()
            for after in self._next(spot):
                if after not in self.spots:
                    self.spots.add(after)
                    queue.append(after)

    def _next(self, spot: Spot) -> Iterator[Spot]:
        state, stand = spot
        if stand == OPEN:
            yield state, MISSED
        ways = self.ways.get(spot)
        if ways is None:
            ways = [(arrow, (arrow.target, to)) for arrow in self._telling(state) for to in self._leads(arrow, stand)]
        left = self.ways[spot] = []  # what was possible once need not be walked again
        for arrow, after in ways:
            if after in self.spots:
                continue
            if self.course.can(arrow, self.name, stand):
                yield after
            else:
                left.append((arrow, after))

    def _telling(self, state: str) -> tuple[Arrow, ...]:
        """What can be done in a state, of all that is the same to this duty only one to each target."""
        arrows = [arrow for arrow in self.course.arrows[state] if arrow.target in self.course.arrows]
        plain = {arrow.target: arrow for arrow in arrows if arrow.plain and arrow.name not in self.own}
        return (*plain.values(), *(arrow for arrow in arrows if not arrow.plain or arrow.name in self.own))

    def _leads(self, arrow: Arrow, stand: int) -> frozenset[int]:
        """How the duty can stand after an action, with what the end of a task and a relapse do to it."""
        stands = self.after[arrow.name][stand]
        if arrow.source not in self.finals and arrow.target in self.finals and arrow.name not in self.begins:
            return frozenset(NONE if after == OPEN else after for after in stands)
        relapse = arrow.source in self.finals and arrow.target not in self.finals
        return stands | {OPEN} if relapse and not self.begins else stands

    def _stands(self, name: str, action: Action, stand: int) -> Iterator[int]:
        """How the duty can stand after an action by what the action is to it."""
        more, meets = several(self.duty), name in self.duty.met_by
        if name in self.begins:
            yield OPEN
            if not more:
                return
        if stand == NONE or meets or action.voids or not action.sets.keys().isdisjoint(PARTIES):
            yield NONE
        if stand != NONE and (more or not meets):
            yield stand
            if more:
                yield OPEN


def several(duty: DutyKind) -> bool:
    """Whether one task can owe several of a kind at the same time."""
    return duty.each or duty.fixed or isinstance(duty.form, UntilOf)
