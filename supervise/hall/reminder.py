"""The office reminds by hand: one task, or everything that fits a filter, within the limits of the rule file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from supervise.errors import Problem, Refused
from supervise.hall.asked import key_called
from supervise.hall.clerk import Clerk, Dealt
from supervise.people import Actor
from supervise.phrases import REMIND
from supervise.records import Cut, Duty, Event, Task
from supervise.rules import reminders
from supervise.rules.reminders import Chase
from supervise.store import counting, tasks
from supervise.store.asking import Span, View
from supervise.store.statements import chunks
from supervise.workflows.lifecycle import Lifecycle, Step

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Pick:
    """Of which duties somebody is to be reminded: all that are owed and fit everything that is given.

    Without a kind and a day it is what was missed; where tasks are named and nothing was, it is what is due next.

    Args:
        codes: tasks; every task if there are none.
        unit: who owes it.
        kind: name of the kind of duty, or what it is called.
        due_before: its limit is before this day.
    """

    codes: tuple[str, ...] = ()
    unit: str = ""
    kind: str = ""
    due_before: date | None = None


@dataclass(frozen=True, slots=True)
class Reminding:
    """One duty that somebody is reminded of: how often now, and the act."""

    task: Task
    duty: Duty
    label: str
    times: int
    event: Event


@dataclass(slots=True)
class _Round:
    """A round while it is made."""

    by: Actor
    chase: Chase
    day: date
    today: Counter[str]
    steps: list[Step] = field(default_factory=list)
    done: list[Reminding] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)


class Reminder(Clerk):
    """Reminding by hand."""

    def remind(
        self, session: Session, pick: Pick, by: Actor, chase: Chase, day: date | None = None
    ) -> Dealt[Reminding]:
        """Remind of everything that fits; of a task all of it or nothing, and nobody more often than the rules allow.

        Args:
            session: the caller's; flushed, never committed.
            pick: of what.
            by: who reminds.
            chase: the reason, the person, the channel.
            day: today if not given.

        Raises:
            Refused: when nobody could be reminded of anything, with the reasons.
            Unknown: T01 when a task that is named is not there, U04 no such unit, H11 no such kind of duty.
        """
        made = self._round(session, pick, by, chase, day)
        self.save(session, made.steps)
        return Dealt(tuple(made.done), tuple(made.refused))

    def reminding(
        self, session: Session, pick: Pick, by: Actor, chase: Chase, day: date | None = None
    ) -> Dealt[Reminding]:
        """What ``remind`` would do; nothing is written.

        Args, Raises: as for ``remind``.
        """
        made = self._round(session, pick, by, chase, day)
        return Dealt(tuple(made.done), tuple(made.refused))

    def _round(self, session: Session, pick: Pick, by: Actor, chase: Chase, day: date | None) -> _Round:
        day, kinds = day or self.today(), self._kinds()
        pick = replace(pick, kind=next((key for key, label in kinds.items() if label == pick.kind), pick.kind))
        unit = self._known_unit(pick.unit, day) if pick.unit else ""
        names = self._known_as(unit, day) if unit else frozenset()
        made = _Round(by, chase, day, self._reminded_on(session, day))
        for chunk in chunks(sorted(set(pick.codes)) or self._owing(session, pick, unit, day)):
            standing = tasks.standing(session, self.district, chunk)
            for code in chunk:
                if code not in standing:
                    raise self.absent(session, code)
                self._chase(made, self.law(session, standing[code]), standing[code], pick, names)
        if not made.done:
            if pick.kind and not made.refused:
                key_called(pick.kind, kinds, "H11", "应办")
            raise Refused(made.refused or [Problem("H11", "没有符合条件的欠着的应办,没有可催的")])
        return made

    def _kinds(self) -> dict[str, str]:
        """Every kind of duty there is, by what it is called."""
        laws = [source.value for source in self.folder.definitions.values()]
        return {key: kind.label for law in laws for key, kind in law.duties.items()}

    def _owing(self, session: Session, pick: Pick, unit: str, day: date) -> list[str]:
        """The tasks on which something that fits is owed, what is due longest first: a day's cap cuts off the rest."""
        owed = self.owed(session, unit, Cut(day))
        return list(dict.fromkeys(o.duty.task for o in owed if _fits(pick, o.duty, frozenset())))

    def _reminded_on(self, session: Session, day: date) -> Counter[str]:
        """How often each unit was reminded on a day."""
        rows = counting.acts(session, View(self.district, day), Span(day, day), REMIND)
        return Counter(unit for row in rows for unit in row.data[REMIND]["units"])

    def _chase(self, made: _Round, lifecycle: Lifecycle, task: Task, pick: Pick, names: frozenset[str]) -> None:
        """Remind of what fits on one task, of all or of nothing."""
        rules, settled = self.reminders(lifecycle.definition.workflow), lifecycle.settle(task, made.day).task
        situation, step, done = lifecycle.situation(settled), Step(task), list[Reminding]()
        fitting = [duty for duty in situation.duties if _fits(pick, duty, names)]
        wanted = [duty for duty in fitting if not reminders.idle(rules, situation, duty, made.day)]
        before, actor = made.today.copy(), self.acting(made.by, task, made.day)
        try:
            for duty in _urgent(pick, wanted, made.day) or (fitting[:1] if pick.codes and not wanted else ()):
                step = step.then(
                    reminders.remind(rules, lifecycle, step.task, duty.key, actor, made.day, made.chase, made.today)
                )
                made.today.update(duty.units)
                times = len(reminders.reminded(step.task)[duty.key])
                label = lifecycle.wording.duty(duty.kind)
                done.append(Reminding(task, duty, label, times, step.task.events[-1]))
        except Refused as refused:
            made.today, made.refused = before, [*made.refused, *refused.problems]
            return
        if done:
            made.steps.append(step)
            made.done += done


def _urgent(pick: Pick, duties: Sequence[Duty], day: date) -> Sequence[Duty]:
    if pick.kind or pick.due_before:
        return duties
    missed = [duty for duty in duties if duty.outcome(day) == "missed"]
    return missed or (duties[:1] if pick.codes else ())


def _fits(pick: Pick, duty: Duty, names: frozenset[str]) -> bool:
    early = pick.due_before is None or duty.due < pick.due_before
    return early and pick.kind in ("", duty.kind) and (not names or not names.isdisjoint(duty.units))
