"""The auditor's side of the hall: the proof that rows and log agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from supervise.dates import FOREVER
from supervise.errors import Diverged, Problem
from supervise.illustrator import Illustrator
from supervise.records import PARTIES, Cut, Task
from supervise.store import duties as duty_store
from supervise.store import tasks

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
        for duty in duty_store.at(session, self.district, Cut(FOREVER), codes):
            stored.setdefault(duty.task, []).append(duty)
        problems, owed = [], 0
        for task in folded if verify else ():
            duties = self.law(session, task).situation(task).duties
            owed += len(duties)
            problems += self._differences(session, task, rows.pop(task.code, {}))
            if tuple(stored.get(task.code, ())) != duties:
                problems.append(Problem("X02", "应办与重放不符", task=task.code))
        problems += [Problem("X01", "有任务而没有办理记录", task=code) for code in (rows if verify else ())]
        if problems:
            raise Diverged(problems)
        return Replayed(len(folded), sum(task.version for task in folded), owed)

    def _differences(self, session: Session, task: Task, row: dict[str, Any]) -> list[Problem]:
        lifecycle = self.law(session, task)
        right: dict[str, Any] = {
            "version": task.version, "state": task.state, "definition": task.definition, "text": task.text,
            "due": task.due, "closed_on": lifecycle.closed_on(task),
            "wake_on": self.woken(lifecycle, task, row.get("wake_on", date.min)),
            **{role: list(getattr(task, role)) for role in PARTIES},
        }  # fmt: skip
        for name, value in right.items():
            if row.get(name) != value:
                text = f"{name}:记录重放得 {value},现存 {row.get(name)}"
                return [Problem("X01", text, task=task.code)]
        return []
