"""The auditor's side of the hall: the proof that rows and log agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from supervise.dates import FOREVER, ONE_DAY
from supervise.errors import Diverged, Problem
from supervise.hall.illustrator import Illustrator
from supervise.records import PARTIES, Cut, Task
from supervise.store import duties as duty_store
from supervise.store import recounting, tasks
from supervise.store.statements import chunks
from supervise.workflows.lifecycle import Lifecycle

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Replayed:
    """How much was folded again and found equal."""

    tasks: int
    events: int
    duties: int


class Designer(Illustrator):
    """Proofs."""

    def replay(self, session: Session, verify: bool = True, codes: Sequence[str] | None = None) -> Replayed:
        """Fold the whole log again and hold every row to it.

        Args:
            session: the caller's; nothing is written.
            verify: whether anything is compared.
            codes: only these tasks, all if ``None``.

        Raises:
            Diverged: with the first difference of each task that differs.
        """
        rows = tasks.rows(session, self.district, codes)
        folded = tasks.histories(session, self.district, Cut(FOREVER), codes)
        stored: dict[str, list[Any]] = {}
        counts = recounting.standing(session, self.district, codes) if verify else {}
        for duty in duty_store.at(session, self.district, Cut(FOREVER), codes):
            stored.setdefault(duty.task, []).append(duty)
        problems, owed = [], 0
        for task in folded if verify else ():
            duties = self.law(session, task).situation(task).duties
            owed += len(duties)
            problems += self._differences(session, task, rows.pop(task.code, {}))
            if tuple(stored.get(task.code, ())) != duties:
                problems.append(Problem("X02", "应办与重放不符", task=task.code))
            problems += self._miscounted(session, task, counts)
        problems += [Problem("X01", "有任务而没有办理记录", task=code) for code in (rows if verify else ())]
        if problems:
            raise Diverged(problems)
        return Replayed(len(folded), sum(task.version for task in folded), owed)

    def _miscounted(self, session: Session, task: Task, stored: Mapping[str, recounting.Standing]) -> list[Problem]:
        """What boards ask for beside the duties is what a replay gives, where it has been written."""
        law = self.law(session, task)
        right = recounting.right(task, law.situation(task).paces, law.closed_on(task), law.amended(task))
        if task.code in stored and stored[task.code] != right:
            return [Problem("X02", "承办单位或序时进度的存数与重放不符", task=task.code)]
        return []

    def measure(self, session: Session) -> int:
        """Write what boards ask for of every task for which it is missing: after an upgrade, or back from an archive.

        Boards are right without it; they fold these tasks.

        Returns:
            how many tasks it was written for.
        """
        waiting = recounting.unmeasured(session, self.district)
        for chunk in chunks(waiting):
            found = []
            for task in recounting.held(session, self.district, chunk):
                law = self.law(session, task)
                paces = [situation.paces for situation in law.lived(task)]
                found.append(recounting.Measured(task, paces, law.closed_on(task), law.amended(task)))
            recounting.fill(session, self.district, chunk, found)
        return len(waiting)

    def _differences(self, session: Session, task: Task, row: dict[str, Any]) -> list[Problem]:
        lifecycle = self.law(session, task)
        right: dict[str, Any] = {
            "version": task.version, "state": task.state, "definition": task.definition, "text": task.text,
            "due": task.due, "closed_on": lifecycle.closed_on(task),
            "wake_on": self._woken(lifecycle, task, row.get("wake_on", date.min)),
            **{role: list(getattr(task, role)) for role in PARTIES},
        }  # fmt: skip
        for name, value in right.items():
            if row.get(name) != value:
                text = f"{name}:记录重放得 {value},现存 {row.get(name)}"
                return [Problem("X01", text, task=task.code)]
        return []

    def _woken(self, lifecycle: Lifecycle, task: Task, stored: date) -> date:
        """What ``stored`` should be, the day on which the clock is to look at ``task`` next.

        How far it has looked is nowhere written down: at least to the last day on record, at most to the eve of the
        day it is to look next.
        """
        right = self.wake(lifecycle, task, task.events[-1].day)
        if stored in (right, date.min):
            return right
        return stored if self.wake(lifecycle, task, stored - ONE_DAY, looked=True) == stored else right
