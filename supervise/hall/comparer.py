"""Two points in time laid side by side (对比式通报): tasks by what was planned, reported and verified; boards by unit.

A task is held against its own plan: what it should have come to by a day, what was reported by then, what of that was
verified, and the limit that held then beside the one first promised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from supervise.errors import Problem, Unknown
from supervise.hall.assessor import Assessor
from supervise.phrases import TaskDue
from supervise.records import Cut, Task, replay
from supervise.rules.moved import Moved, difference
from supervise.workflows import figures
from supervise.workflows.situations import Situation

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Point:
    """How a task stood on a day.

    Args:
        day: which.
        state, label: its state, and what that is called.
        due: the limit that held.
        planned: the percentage it should have come to; ``None`` where nothing says so.
        reported, verified: the last percentage told by then, and the last one that was found right.
    """

    day: date
    state: str
    label: str
    due: date
    planned: Decimal | None
    reported: Decimal | None
    verified: Decimal | None


@dataclass(frozen=True, slots=True)
class Beside:
    """A task at several points, ``None`` where it was not placed yet; ``first`` is as it was promised."""

    task: Task
    first: Task
    points: tuple[Point | None, ...]


class Comparer(Assessor):
    """Comparisons."""

    def contrast(self, session: Session, days: Sequence[date], unit: str = "") -> tuple[Beside, ...]:
        """Every task on some days, in the order of codes.

        Args:
            session: the caller's.
            days: in order.
            unit: only tasks which this unit leads on the last of them.
        """
        names = self._known_as(self._known_unit(unit, days[-1]), days[-1]) if unit else frozenset()
        seen = [{s.task.code: s for s in self.situations(session, Cut(day))} for day in days]
        return tuple(
            Beside(
                last.task, replay(last.task.events[:1]),
                tuple(self._point(at[code], day) if code in at else None for at, day in zip(seen, days, strict=True)),
            )
            for code, last in sorted(seen[-1].items())
            if not names or not names.isdisjoint(last.task.lead)
        )  # fmt: skip

    def _point(self, situation: Situation, day: date) -> Point:
        law, task = situation.definition, situation.task
        name = law.field_of("percent")
        told = [e for e in task.acts if e.action in law.figure_actions and name in e.data] if name else []
        right = figures.verified(law, told, task.acts)
        whole = [d for n in law.duties for d in situation.of_kind(n) if law.duties[n].form == TaskDue()]
        planned = situation.scheduled(whole[-1], day) if whole else None
        percents = [Decimal(str(e.data[name])) if e is not None else None for e in (*told[-1:], right)]
        reported, verified = percents if told else (None, None)
        rounded = figures.rounded(planned) if planned is not None else None
        return Point(day, task.state, law.states[task.state], task.due, rounded, reported, verified)

    def moved_between(
        self, session: Session, name: str, periods: Sequence[str]
    ) -> tuple[list[Body], tuple[Moved, ...]]:
        """Two periods of a board, or two years, as they were published or served, else as they come out now.

        Args:
            session: the caller's.
            name: of the board or the assessment.
            periods: two of them.

        Raises:
            Unknown: F02, no such board; U05 when they have no unit in common.
        """
        bodies = [self.shown(session, name, period) or self._made(session, name, period) for period in periods]
        units = [{row["unit"] for row in body["standings"]} for body in bodies]
        if units[0].isdisjoint(units[1]):
            raise Unknown(Problem("U05", f"{' 和 '.join(periods)} 没有共同的单位,比不了"))
        return bodies, difference(*bodies)

    def _made(self, session: Session, name: str, period: str) -> Body:
        return self.assess(session, name, period) if self._is_year(name) else self.board(session, name, period)
