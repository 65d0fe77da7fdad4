"""A year's unfinished tasks are carried on to the next: each stays the task it was, with its history and its lateness.

What an act of carrying on means stands in the lifecycle (``carries``); here it is done to all that a year left undone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from supervise.dates import ONE_DAY
from supervise.errors import Invalid, Problem, Refused, SuperviseError
from supervise.hall.clerk import Clerk, Dealt
from supervise.hall.judge import Judge
from supervise.hall.liaison import Act
from supervise.people import Actor
from supervise.phrases import TaskDue
from supervise.records import Cut, Task
from supervise.store import tasks
from supervise.workflows.definition import Definition

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Carried:
    """A task that was carried on.

    Args:
        before: as it stood.
        after: as it stands, with its new limit.
        late: days since the limit it was not done by, the older of both.
        age: days since it was placed.
    """

    before: Task
    after: Task
    late: int
    age: int


class Carrier(Clerk, Judge):
    """Carrying on what a year left undone."""

    def carry(
        self, session: Session, since: str, to: str, by: Actor, basis: str, until: date | None = None,
        skip: Collection[str] = (), day: date | None = None, dry_run: bool = False,
    ) -> Dealt[Carried]:  # fmt: skip
        """Carry on every task whose limit lay in a period or before and was missed, as its lifecycle allows.

        Args:
            session: the caller's; flushed, never committed.
            since: the period that is over, such as ``2025``.
            to: the period to which they are carried on.
            by: who does it.
            basis: the document, meeting or reason it rests on.
            until: the new limit; the last day of ``to`` if not given.
            skip: codes that are left alone.
            day: on which; today if not given.
            dry_run: write nothing.

        Raises:
            Invalid: P01 when these are no periods, or not one after the other.
            Refused: P02 when the period is not over, T12 when nothing is to be carried on.
        """
        day, old, new = day or self.today(), self._period(since), self._period(to)
        if new.start <= old.end:
            raise Invalid(Problem("P01", f"{to} 不在 {since} 之后,不能结转", help="写作 supervise carry 2025 2026"))
        if day <= old.end:
            raise Refused(Problem("P02", f"{old.label}还没有过完,不能结转", help=f"最早 {old.end + ONE_DAY}"))
        found = [
            (task, _act(law, task, by, until or new.end, basis, day))
            for task, law in self._unfinished(session, day)
            if task.due <= old.end and task.code not in skip and _carrying(law)
        ]
        if not found:
            help_ = "到期没有办成、流程里写了 carries(结转)的才结转"
            raise Refused(Problem("T12", f"{old.label}没有要结转的任务", help=help_))
        return self._done(session, found, day, dry_run)

    def take_back(self, session: Session, since: str, by: Actor, day: date | None = None) -> Dealt[Carried]:
        """Take back what was carried on from a period, as far as the lifecycle allows: one's own, soon, the last act.

        Args:
            session: the caller's; flushed, never committed.
            since: the period it was carried on from.
            by: who carried it on.
            day: on which; today if not given.

        Raises:
            Refused: T12 when there is nothing to take back.
        """
        day, old = day or self.today(), self._period(since)
        found = []
        for task, law in self._unfinished(session, day):
            was, undo = task.events[-1].changes.get("carried", ""), _undoing(law)
            if was and undo and date.fromisoformat(was) <= old.end:
                found.append((task, Act(task.code, undo, by, {}, day)))
        if not found:
            raise Refused(Problem("T12", f"没有从{old.label}结转、还能撤回的任务"))
        return self._done(session, found, day, False)

    def _done(self, session: Session, found: list[tuple[Task, Act]], day: date, dry_run: bool) -> Dealt[Carried]:
        if dry_run:
            made = [self._tried(session, task, act) for task, act in found]
        else:
            made = self.attempt(session, [act for _, act in found])
        done = tuple(
            Carried(task, after, (day - min(task.due, after.due)).days, (day - task.opened).days)
            for (task, _), after in zip(found, made, strict=True)
            if isinstance(after, Task)
        )
        refused = [problem for one in made if isinstance(one, SuperviseError) for problem in one.problems]
        return Dealt(done, tuple(refused))

    def _tried(self, session: Session, task: Task, act: Act) -> Task | SuperviseError:
        try:
            return self.decided(session, task, act).task
        except SuperviseError as error:
            return error

    def _unfinished(self, session: Session, day: date) -> Iterable[tuple[Task, Definition]]:
        """The tasks that owe what runs to their own limit, each with its law."""
        owed: dict[str, set[str]] = {}
        for one in self.owed(session, cut=Cut(day)):
            owed.setdefault(one.duty.task, set()).add(one.duty.kind)
        for code, task in sorted(tasks.standing(session, self.district, owed).items()):
            law = self.law(session, task).definition
            if any(isinstance(law.duties[kind].form, TaskDue) for kind in owed[code] if kind in law.duties):
                yield task, law


def _carrying(law: Definition) -> str:
    """The action by which a task is carried on; empty if the law has none."""
    return next((name for name, action in law.actions.items() if action.carries), "")


def _undoing(law: Definition) -> str:
    return next((name for name, action in law.actions.items() if action.undoes is not None), "")


def _act(law: Definition, task: Task, by: Actor, until: date, basis: str, day: date) -> Act:
    """The act, with its basis in every field of words that it asks for."""
    name = _carrying(law)
    action = law.actions.get(name)
    words = [field for field in action.needs if law.fields[field].kind == "text"] if action is not None else []
    data = {field: basis for field in words} | ({action.carries: until} if action is not None else {})
    return Act(task.code, name, by, data, day)
