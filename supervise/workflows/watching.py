"""What the clock can see of a task without its history: which tasks it must decide alike.

A night brings thousands of tasks on which the same has become due. What the clock does on a task follows from its law,
its state, and what is still owed on it; so one of them is decided in full, by the machine, and the others are written
like it. That holds only while nothing else can have a say, so everything here errs on the side of looking: a phrase,
an action or a past that is not known to be harmless sends its tasks to be looked at one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from datetime import date

from supervise.dates import FOREVER
from supervise.facts import Owing, Standing
from supervise.paces import STEPS
from supervise.phrases import Behind, Condition, Distance, Outcome, Unanswered
from supervise.records import PARTIES
from supervise.workflows.definition import Action, Definition
from supervise.workflows.lifecycle import Lifecycle
from supervise.workflows.situations import overdue


class Watch:
    """What the clock looks at under one law and its ladders.

    Args:
        lifecycle: the law.
        rungs: every condition of every rung that presses tasks under it.
        told: whom the letters are for, by role.
        plain: whether the ladders say nothing else.
        noticed: the kinds of duty of whose limits is told ahead.
        aside: actions that leave what no fact tells: tasks to which one was done must be looked at.
    """

    def __init__(
        self, lifecycle: Lifecycle, rungs: Sequence[Condition], told: Collection[str] = (), plain: bool = True,
        noticed: Collection[str] = (), aside: Collection[str] = (),
    ) -> None:  # fmt: skip
        self.lifecycle, self.rungs = lifecycle, rungs
        self.definition = law = lifecycle.definition
        self.facts = tuple(
            (name, condition)
            for name in dict.fromkeys(name for names in lifecycle.clock_actions.values() for name in names)
            for condition in law.actions[name].when
        )
        conditions = [*(condition for _, condition in self.facts), *rungs]
        self.noticed = frozenset(noticed)
        self.kinds = self.noticed.union(*(_kinds(law, condition) for condition in conditions))
        self.replies = frozenset(law.given_duties if any(isinstance(c, Unanswered) for c in rungs) else ()) - self.kinds
        roles = {*told, *(role for name, _ in self.facts for role in law.actions[name].tell)}
        roles |= {law.duties[kind].role for kind in (*self.kinds, *law.given_duties) if kind in law.duties}
        self.roles = tuple(sorted(roles & frozenset(PARTIES)))
        self.levels = tuple((c.duty, 2 * c.points.scaleb(STEPS)) for c in rungs if isinstance(c, Behind))
        self.ahead = tuple(
            (kind, c.count, c.unit)
            for c in rungs if isinstance(c, Distance) and c.before
            for kind in _kinds(law, c) if kind in law.duties and law.duties[kind].waits
        )  # fmt: skip
        self.counted = self.noticed.union(
            *(_kinds(law, c) for c in conditions if isinstance(c, Outcome) and c.outcome == "open")
        )
        self.warned = tuple(c for c in conditions if isinstance(c, Distance) and c.before)
        moving = {name for name, action in law.actions.items() if action.pauses or action.carries}
        self.aside = frozenset(aside).union(moving if rungs or noticed else ())  # these move limits of letters
        alike = plain and self._facts_tell() and (not rungs or self._letters_tell())
        states = [state for state in law.states if state not in law.finals] if alike else []
        self.leaving = {state: self._leaving(state) for state in states}
        self.acting = {state: self._acting(state) for state in states}

    def _facts_tell(self) -> bool:
        """Whether what the clock settles follows from what is owed, and changes nothing that is owed."""
        law = self.definition
        told = all(
            (isinstance(c, Outcome) and c.outcome == "missed") or (isinstance(c, Distance) and not c.before)
            for _, c in self.facts
        ) and all(_known(law, c) for _, c in self.facts)  # fmt: skip
        return told and all(_inert(law, name) for name, _ in self.facts)

    def _leaving(self, state: str, seen: frozenset[str] = frozenset()) -> frozenset[str] | None:
        """The kinds for which the ball comes back when the clock acts in a state; ``None`` if it goes, or all ends."""
        law, found = self.definition, set[str]()
        for name in self.lifecycle.clock_actions[state] if state not in seen else ():
            target = law.target(law.actions[name], state)
            after = self._leaving(target, seen | {state}) if target != state else frozenset[str]()
            if after is None or target in law.finals:
                return None
            found |= after
            for kind, spec in law.duties.items():
                if target in spec.waits and state not in spec.waits:
                    return None
                if state in spec.waits and target not in spec.waits:
                    found.add(kind)
        return frozenset(found)

    def _acting(self, state: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        """What the clock may do to a task in a state, and then in those it comes to."""
        names = self.lifecycle.clock_actions[state] if state not in seen else ()
        law = self.definition
        after = (self._acting(law.target(law.actions[name], state), seen | {state}) for name in names)
        return frozenset(names).union(*after)

    def _letters_tell(self) -> bool:
        """Whether which letters are due follows from what is owed, and a letter begins nothing but its own answer."""
        law, name = self.definition, self.lifecycle.pressing
        if not name or not all(_known(law, c) for c in self.rungs):
            return False
        action = law.actions[name]
        stays = all(law.target(action, state) == state for state in law.sources(action))
        begun = [kind for kind in law.duties.values() if name in kind.triggers]
        plain = all(not kind.each and "" in kind.due for kind in begun)
        met = any(name in (*kind.met_by, *kind.dated) for kind in law.duties.values())
        return bool(begun) and stays and plain and not met and _bare(action) and name not in law.figure_actions

    def likeness(self, one: Standing, day: date) -> Hashable | None:
        """What tasks have in common on which the clock must do the same; ``None`` if each must be looked at.

        Args:
            one: what stands on record of some.
            day: up to which the clock looks.
        """
        leaving = self.leaving.get(one.state)
        if leaving is None or not leaving.isdisjoint(one.stopped) or one.odd or one.last > day:
            return None
        owing, begun = [], FOREVER
        for duty in one.owing:
            if duty.kind not in self.kinds and duty.kind not in self.replies:
                continue
            if self._unclear(duty, one):
                return None
            if duty.kind in self.kinds:
                begun = min(begun, duty.missed_from)
            key = duty.key if duty.kind in self.kinds else ""  # a reply is known by what it is about
            held = duty.role not in PARTIES or duty.held
            owing.append((duty.kind, key, duty.role, self._begun(duty), duty.due, duty.missed_from, duty.about, held))
        pacing = tuple(self._lagging(one)) if self.levels else ()
        last = one.last if one.last > begun else None
        owing.sort()
        parts = one.parts.intersection(self.roles)
        return one.definition, one.state, last, parts, tuple(owing), pacing, one.letters

    def _begun(self, duty: Owing) -> date:
        """The day on which a duty began, as far as anything depends on it: when tasks were placed tells few apart."""
        if duty.kind in self.counted or duty.kind not in self.kinds:
            return duty.born
        warned = (c for c in self.warned if duty.kind in _kinds(self.definition, c) and duty.due < FOREVER)
        days = [self.lifecycle.calendar.add(duty.due, -c.count, c.unit) for c in warned]
        return max(duty.born, min(days)) if days else date.min

    def _unclear(self, duty: Owing, one: Standing) -> bool:
        """Whether it depends on what is not known: when the ball lay with the office, or on a duty that was met."""
        for kind, count, unit in self.ahead:
            if kind == duty.kind and one.last <= duty.due < FOREVER:
                start = max(duty.born, self.lifecycle.calendar.add(duty.due, -count, unit))
                if start <= one.last:
                    return True
        return bool(duty.about) and all(duty.about != other.key for other in one.owing)

    def _lagging(self, one: Standing) -> Iterator[tuple[object, ...]]:
        for pace in sorted(set(one.pacing)):
            lags = tuple(pace.behind >= points for kind, points in self.levels if kind == pace.kind)
            if any(lags):
                yield pace.key, pace.day, pace.ends, lags

    def done(self, one: Standing, day: date) -> Iterator[str]:
        """What follows a task's code in the keys under which all that the clock would settle would be on record."""
        acting = self.acting[one.state]
        for name, condition in self.facts if acting else ():
            kinds = _kinds(self.definition, condition) if name in acting else ()
            for duty in one.owing:
                if duty.kind in kinds and duty.missed_from <= day:
                    start = duty.missed_from
                    if isinstance(condition, Distance):
                        start = overdue(start, FOREVER, condition, self.lifecycle.calendar).start
                    yield f":{name}:{duty.key}:{start}"


def _kinds(law: Definition, condition: Condition) -> tuple[str, ...]:
    """The kinds of duty that a condition asks about."""
    if isinstance(condition, Distance):
        return tuple(condition.of.split(" or "))
    if isinstance(condition, Outcome | Behind):
        return (condition.duty,) if condition.duty else tuple(law.duties)
    return ()


def _known(law: Definition, condition: Condition) -> bool:
    """Whether a condition can be answered from duties that are owed; without letters there is none to answer."""
    if isinstance(condition, Unanswered):
        return True
    if isinstance(condition, Outcome) and condition.outcome not in ("missed", "open"):
        return False
    if isinstance(condition, Behind):
        exact = condition.points.scaleb(STEPS) == int(condition.points.scaleb(STEPS))
        return condition.duty in law.paced and exact
    return isinstance(condition, Outcome | Distance) and all(kind in law.duties for kind in _kinds(law, condition))


def _bare(action: Action) -> bool:
    """Whether it does nothing to the task but what its states say."""
    return not (
        action.sets or action.voids or action.pauses or action.carries or action.lends or action.stops or action.also
        or action.undoes is not None
    )  # fmt: skip


def _inert(law: Definition, name: str) -> bool:
    """Whether an action neither begins nor meets a duty, nor changes anything but the state."""
    action = law.actions[name]
    if not _bare(action) or action.needs or name in law.figure_actions:
        return False
    return not any(name in kind.acts or name in kind.dated for kind in law.duties.values())
