"""What an act would do, before anything is written: state, duties, letters and points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from supervise.dates import Period, period_at
from supervise.hall.desk import Message
from supervise.hall.judge import Judge
from supervise.hall.liaison import Act, Liaison
from supervise.records import Cut, Duty, Event, Task
from supervise.rules import escalation
from supervise.rules.measures import Ground
from supervise.rules.reach import reach
from supervise.rules.ruleset import BoardRules
from supervise.rules.scoring import Score, Tally, scores
from supervise.workflows.lifecycle import Lifecycle
from supervise.workflows.situations import Situation

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Shift:
    """What a unit would have on a board: every line that changes, before and after, and the total.

    Args:
        board: of which board.
        period: of which period.
        unit: whose.
        lines: label of the line, points before, points after.
        before, after: the totals.
    """

    board: str
    period: str
    unit: str
    lines: tuple[tuple[str, Decimal, Decimal], ...]
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Preview:
    """What an act would do.

    Args:
        lifecycle: the law, for words.
        before: the task as it stands.
        after: as it would stand.
        events: what would be recorded, what the clock has to settle first included.
        born, met, gone: duties that would begin, be met, or count no more.
        letters: who would be told what.
        orders: what the clock would send at the end of the day.
        shifts: points that would change.
    """

    lifecycle: Lifecycle
    before: Task
    after: Task
    events: tuple[Event, ...]
    born: tuple[Duty, ...]
    met: tuple[Duty, ...]
    gone: tuple[Duty, ...]
    letters: tuple[Message, ...]
    orders: tuple[Event, ...]
    shifts: tuple[Shift, ...]


class Previewer(Liaison, Judge):
    """Looking ahead of an act."""

    def preview(self, session: Session, act: Act) -> Preview:
        """What an act would do; nothing is written.

        Args:
            session: the caller's.
            act: who would do what.

        Raises:
            Refused, Stale, Unknown: as ``advance``.
        """
        task = self.at_hand(session, act.code)
        step = self.decided(session, task, act)
        lifecycle, after = self.law(session, task), step.task
        day = after.events[-1].day
        letters = [self._message(self.law(session, then), then, then.events[-1]) for then in step.path]
        pressed = [escalation.press(ladder, lifecycle, after, day) for ladder in self.ladders(_workflow(lifecycle))]
        old, new = lifecycle.situation(task).duties, lifecycle.situation(after).duties
        stood = {duty.key: duty for duty in old}
        return Preview(
            lifecycle, task, after, step.events,
            tuple(duty for duty in new if duty.key not in stood and duty.void is None),
            tuple(d for d in new if d.met is not None and (d.key not in stood or stood[d.key].met is None)),
            tuple(d for d in new if d.void is not None and (d.key not in stood or stood[d.key].void is None)),
            tuple(letter for letter in letters if letter.to),
            tuple(event for one in pressed for event in one.step.events),
            tuple(self._shifts(session, lifecycle.situation(after), day)),
        )  # fmt: skip

    def _shifts(self, session: Session, after: Situation, day: date) -> Iterator[Shift]:
        """The boards of the period in which the act falls, with the record as it is and as it would be."""
        for rules in self.folder.of_kind(BoardRules, after.definition.workflow):
            span = _period(rules, day)
            cut = Cut(day, self.now())
            record = self.situations(session, cut, since=reach(span, self.calendar, rules))
            changed = [s if s.task.code != after.task.code else after for s in record]
            units = sorted({unit for duty in after.duties for unit in duty.units})
            before, then = (self._scores(rules, side, span, day, units) for side in (record, changed))
            for unit in units:
                lines = tuple(_changed(before[unit], then[unit]))
                if lines:
                    yield Shift(rules.board, span.name, unit, lines, before[unit].total, then[unit].total)

    def _scores(
        self, rules: BoardRules, record: Sequence[Situation], span: Period, day: date, units: Sequence[str]
    ) -> dict[str, Score]:
        mine = [one for one in record if one.definition.workflow == rules.for_]
        tally = Tally(Ground(mine, day, self.directory), span, self.directory, rules.score.spare)
        return scores(rules.score, tally, units)


def _workflow(lifecycle: Lifecycle) -> str:
    return lifecycle.definition.workflow


def _period(rules: BoardRules, day: date) -> Period:
    """The period of a board in which a day falls."""
    return period_at(day, rules.period)


def _changed(before: Score, after: Score) -> Iterator[tuple[str, Decimal, Decimal]]:
    olds, news = ({line.label: line.points for line in one.lines} for one in (before, after))
    for label in dict.fromkeys((*olds, *news)):
        old, new = olds.get(label, Decimal(0)), news.get(label, Decimal(0))
        if old != new:
            yield label, old, new
