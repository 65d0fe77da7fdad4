"""The calendar's side of the hall: what is known of which year, and a new arrangement for running tasks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from supervise.arrangements import FIRST, PREFIX
from supervise.dates import Calendar
from supervise.hall.desk import Desk
from supervise.people import Actor
from supervise.records import Cut, Duty
from supervise.store import library, tasks
from supervise.store.statements import chunks
from supervise.workflows import arranging
from supervise.workflows.arranging import Arranged
from supervise.workflows.deriving import Derivation, derive

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

KIND = "calendar"
"""What a finished change of calendar is published as."""


@dataclass(frozen=True, slots=True)
class InUse:
    """The calendars by which the dates of open tasks may have been worked out.

    Args:
        calendars: at least the one that new tasks get.
        behind: whether a change of calendar is not finished: some open tasks still go by an older one.
    """

    calendars: tuple[Calendar, ...]
    behind: bool

    def provisional(self, day: date) -> bool:
        """Whether a date may still move when the arrangement of its year is known to the task it belongs to."""
        return any(calendar.provisional(day) for calendar in self.calendars)


class Almanac(Desk):
    """Which calendar holds, and bringing open tasks under it."""

    def in_use(self, session: Session) -> InUse:
        """The calendars of the open tasks, as far as the register tells without asking every task.

        Args:
            session: the caller's; nothing is written.
        """
        names = library.names(session, self.district, PREFIX) if self.calendar.name else []
        others = [name for name in names if name != self.calendar.name]
        if not others or self._finished(session) == self.calendar.name:
            return InUse((self.calendar,), False)
        for name in others:
            if name not in self.calendars.known:
                self._arrangement(session, name)
        return InUse((self.calendar, *(self.calendars.known[name] for name in others)), True)

    def rearranged(self, session: Session) -> bool:
        """Whether tasks may go by several calendars: more than one is on record.

        Args:
            session: the caller's; nothing is written.
        """
        return bool(self.calendar.name) and len(library.names(session, self.district, PREFIX)) > 1

    def _finished(self, session: Session) -> str:
        """The calendar under which all open tasks were brought last."""
        made = library.publications(session, self.district, KIND)
        newest = max(made, key=lambda one: (one.published_at, one.number), default=None)
        return str(json.loads(newest.body)["calendar"]) if newest is not None else ""

    def derived(
        self, session: Session, duties: Iterable[Duty], cut: Cut | None = None
    ) -> dict[tuple[str, str], Derivation]:
        """How the dates of some duties came about, by task and key.

        Args:
            session: the caller's; nothing is written.
            duties: of any tasks.
            cut: the day; today if not given.
        """
        keys = {(duty.task, duty.key) for duty in duties}
        found = {}
        for chunk in chunks(sorted({task for task, _ in keys})):
            for situation in self.situations(session, cut or Cut(self.today()), chunk):
                law = self.law(session, situation.task)
                for duty in situation.duties:
                    if (duty.task, duty.key) in keys:
                        found[duty.task, duty.key] = derive(law, situation.task, duty)
        return found

    def begin_calendar(self, session: Session, calendar: Calendar, dry: bool = False) -> None:
        """Put on record by which calendar the tasks go that name none, if nothing is on record yet.

        Args:
            session: the caller's; flushed, never committed.
            calendar: what held so far.
            dry: only take it for that calendar, and write nothing.
        """
        if calendar.name and library.registered(session, self.district, FIRST) is None:
            if dry:
                self.calendars.begin(calendar)
                return
            self.keep_calendar(session, calendar)
        self._begin(session)

    def unarranged(self, session: Session) -> list[str]:
        """Codes of the open tasks, in order; ``arrange`` leaves out those that go by our calendar already."""
        return tasks.open_(session, self.district)

    def arrange(
        self, session: Session, codes: Sequence[str], by: Actor, day: date | None = None, dry: bool = False
    ) -> tuple[Arranged, ...]:
        """Bring some open tasks under our calendar; those that are already, and those that closed, are left alone.

        Args:
            session: the caller's; flushed, never committed.
            codes: which tasks.
            by: who does it.
            day: from when on the new arrangement holds; today if not given.
            dry: only look.

        Raises:
            Stale: when someone else changed one of them first.
        """
        if not self.calendar.name:
            return ()
        if not dry:
            self.keep_calendar(session)
        found = []
        for _, task in sorted(tasks.standing(session, self.district, list(codes)).items()):
            law = self.law(session, task)
            if law.closed_on(task) is None and self._last(task.calendar) != self.calendar.name:
                found.append(arranging.arrange(law, task, self.calendar, by, day or self.today()))
        if not dry:
            self.save(session, [one.step for one in found])
        return tuple(found)

    def _last(self, chain: Sequence[tuple[str, date]]) -> str:
        return chain[-1][0] if chain else self.calendars.first.name

    def arranged(self, session: Session, by: Actor, tasks_: int, moved: int, day: date | None = None) -> str:
        """Put on record that all open tasks go by our calendar now; sealed like a publication.

        Args:
            session: the caller's; flushed, never committed.
            by: who did it.
            tasks_: how many were brought under it.
            moved: how many dates moved.
            day: when; today if not given.

        Returns:
            its number.
        """
        day = day or self.today()
        body = {
            "calendar": self.calendar.name, "fingerprint": self.calendar.fingerprint, "day": day.isoformat(),
            "years": sorted(self.calendar.years), "tasks": tasks_, "moved": moved,
            "sources": {str(year): source for year, source in sorted(self.calendar.sources.items())},
        }  # fmt: skip
        text = json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True)
        made = library.publish(
            session, self.district, KIND, KIND, day.isoformat(), text, by.id, self.now(), self.algorithm, KIND
        )
        session.flush()
        return made.number
