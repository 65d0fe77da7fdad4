"""The office looks at what it asks of units, month by month, and what it could ask for at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from supervise.dates import ONE_DAY, Period, period_at
from supervise.errors import Problem, Refused
from supervise.hall.clerk import Clerk, Owed
from supervise.hall.judge import Judge
from supervise.hearing import unit_and_post
from supervise.people import Actor
from supervise.phrases import Length
from supervise.records import Cut
from supervise.rules.burden import Burden, Joint, burdens, reporting, together
from supervise.rules.combining import Asked, combine, original
from supervise.rules.ruleset import Reminders
from supervise.store import outbox, tasks
from supervise.workflows.lifecycle import Step

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Body = dict[str, Any]
Joined = tuple[Joint, tuple[Owed, ...]]


@dataclass(frozen=True, slots=True)
class Combined:
    """What putting reports together came to: what is asked for at once now, and why the rest is not."""

    done: tuple[Joined, ...]
    refused: tuple[Problem, ...]


class Burdens(Clerk, Judge):
    """What weighs on whom."""

    def burden(self, session: Session, period: str = "", unit: str = "", cut: Cut | None = None) -> Body:
        """What was asked of each unit in each month of a period: duties, reports, reminders, orders, visits, letters.

        Args:
            session: the caller's.
            period: a month, a quarter, a year; the month of the cut if not given.
            unit: only this one.
            cut: by default the last day of the period, or today if that is earlier, as known by now.

        Raises:
            Invalid: P01 when it is no period.
            Unknown: U04 when there is no such unit.
        """
        span = self._period(period) if period else period_at(cut.as_of if cut is not None else self.today(), "month")
        cut = self._cut(cut, span, Length(0, "days"))
        name = self._known_unit(unit, cut.as_of) if unit else ""
        odd = self._odd(session, cut, span.start)
        record = self._tally(session, odd, None, span, cut)[0].ground
        laws = odd.laws | {event.definition for s in odd.folded for event in s.task.events}
        pressing = {self.lifecycle(session, law).pressing for law in laws}
        ahead = [owed.duty for owed in self.owed(session, "", cut) if owed.outcome == "open"]
        months = _months(span)
        found = burdens(record, self.folder.of_kind(Reminders), pressing, ahead, months)
        for (month, to), number in self._letters(session, months, cut).items():
            found.setdefault((month, to), Burden()).messages = number
        rows = [
            {"month": month, "unit": who, **{part: getattr(row, part) for part in Burden.__slots__}}
            for (month, who), row in sorted(found.items(), key=lambda item: (item[0][0], -item[1].duties, item[0][1]))
            if name in ("", who)
        ]
        known = cut.known.isoformat() if cut.known is not None else None
        return {"period": span.name, "as_of": cut.as_of.isoformat(), "known": known, "rows": rows}

    def _letters(self, session: Session, months: list[Period], cut: Cut) -> Counter[tuple[str, str]]:
        """How many letters were written to each unit in each month."""
        found: Counter[tuple[str, str]] = Counter()
        last = min(months[-1].end, cut.as_of)
        for letter in outbox.written(session, self.district, months[0].start, last):
            if cut.known is None or letter.recorded_at <= cut.known:
                month = next(month.name for month in months if letter.day in month)
                found.update((month, self.directory.heir(unit_and_post(to)[0], last)) for to in letter.to)
        return found

    def joint(self, session: Session, period: str = "", unit: str = "", cut: Cut | None = None) -> list[Joined]:
        """Reports that could be asked for at once: owed by one unit in one week, with the day on which one serves all.

        Args: as for ``burden``; only what is open at the cut and falls due in the period.

        Raises: as for ``burden``.
        """
        span = self._period(period) if period else period_at(cut.as_of if cut is not None else self.today(), "month")
        cut = cut if cut is not None else Cut(self.today())
        owed = [o for o in self.owed(session, unit, cut) if o.outcome == "open" and o.duty.due in span]
        by_key = {(o.duty.task, o.duty.key): o for o in owed}
        names = self._known_as(self._known_unit(unit, cut.as_of), cut.as_of) if unit else frozenset()
        found = together((o.duty for o in owed), reporting(self.folder.of_kind(Reminders)))
        mine = (one for one in found if not names or one.unit in names)
        return [(one, tuple(by_key[duty.task, duty.key] for duty in one.duties)) for one in mine]

    def combine(
        self, session: Session, by: Actor, why: str, period: str = "", unit: str = "", day: date | None = None
    ) -> Combined:
        """Put together what ``joint`` lists: due on the last of the days, on record on every task, or not at all.

        Args:
            session: the caller's; flushed, never committed.
            by: who grants it.
            why: the reason.
            period, unit: as for ``joint``.
            day: today if not given.

        Raises:
            Refused: when nothing could be put together, with the reasons.
        """
        day = day or self.today()
        found = self.joint(session, period, unit, Cut(day))
        asked = [(one, Asked(by, why, day, one[0].day)) for one in found]
        return self._asked(session, asked, "还没到期的报送里,没有一个单位在同一周要报两件以上,没有可合并的")

    def part(
        self, session: Session, by: Actor, why: str, period: str = "", unit: str = "", day: date | None = None
    ) -> Combined:
        """Take apart what was put together and falls due in a period, where the limits of its own lie ahead still.

        Args, Raises: as for ``combine``.
        """
        day = day or self.today()
        span = self._period(period) if period else period_at(day, "month")
        owed = [o for o in self.owed(session, unit, Cut(day)) if o.outcome == "open" and o.duty.due in span]
        standing = tasks.standing(session, self.district, {o.duty.task for o in owed})
        mine = [o for o in owed if original(standing[o.duty.task], o.duty.key) is not None]
        found = [
            (Joint("、".join(o.duty.units), period_at(o.duty.due, "week").name, o.duty.due, (o.duty,)), (o,))
            for o in mine
        ]
        return self._asked(
            session, [(one, Asked(by, why, day, None)) for one in found], "没有合并过的报送,没有可拆开的"
        )

    def _asked(self, session: Session, wanted: Sequence[tuple[Joined, Asked]], nothing: str) -> Combined:
        """Do what is asked for, each whole or not at all."""
        codes = {o.duty.task for (_, owed), _ in wanted for o in owed}
        standing = tasks.standing(session, self.district, codes)
        steps: dict[str, Step] = {}
        done, refused = list[Joined](), list[Problem]()
        for (one, owed), asked in wanted:
            tried, names = dict(steps), [o.duty.task for o in owed]
            try:
                for o in owed:
                    code = o.duty.task
                    step = tried.get(code, Step(standing[code]))
                    law, beside = self.law(session, step.task), tuple(dict.fromkeys(n for n in names if n != code))
                    actor = self.acting(asked.by, step.task, asked.day)
                    given = replace(asked, by=actor, beside=beside)
                    rules = self.reminders(law.definition.workflow)
                    tried[code] = step.then(combine(rules, law, step.task, o.duty.key, given))
            except Refused as error:
                refused += error.problems
            else:
                steps, done = tried, [*done, (one, owed)]
        if not done:
            raise Refused(refused or [Problem("H14", nothing)])
        self.save(session, list(steps.values()))
        return Combined(tuple(done), tuple(refused))


def _months(span: Period) -> list[Period]:
    """The months of a period, in order."""
    found = [period_at(span.start, "month")]
    while found[-1].end < span.end:
        found.append(period_at(found[-1].end + ONE_DAY, "month"))
    return found
