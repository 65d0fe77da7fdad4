"""Who had a hand in tasks, and in how many: by the parts on record, those of odd tasks taken off and told anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from supervise.dates import Period
from supervise.people import Directory
from supervise.records import CO, LEAD
from supervise.rules.measures import Ground
from supervise.store import partaking
from supervise.store.asking import Span, View

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Spare = frozenset[tuple[str, str]]
Odd = tuple[Mapping[tuple[str, str], set[str]], Mapping[tuple[str, str], set[str]]]
"""Unit and task → its parts, by the record as it stands, and as they were on any day of a span."""


class Hands:
    """The parts in tasks, as boards ask for them.

    Args:
        session: the caller's.
        view: what is asked of.
        aside: codes of the tasks whose rows do not count.
        folded: those tasks as folded, and those in archives.
        directory: units and their groups.
        heir: unit and day → who stands for it then.
        raw: unit → those it took over from, as far as ``heir`` was asked.
    """

    def __init__(
        self, session: Session, view: View, aside: frozenset[str], folded: Ground, directory: Directory,
        heir: Callable[[str, date], str], raw: Mapping[str, set[str]],
    ) -> None:  # fmt: skip
        self.session, self.view, self.aside, self.folded = session, view, aside, folded
        self.directory, self.heir, self.raw = directory, heir, raw
        self._runs: dict[str, dict[date, set[str]]] = defaultdict(dict)

    def numbers(self, span: Span, period: Period, spared: Sequence[tuple[str, str]]) -> dict[str, int]:
        """See ``Record.handled``; every part on record is walked."""
        spare = frozenset(spared)
        found, old = self._counted(span, spare, self._odd(span)), self.folded.tasks_of(period, spared)
        for unit in {self.heir(unit, span.last) for unit in found} | old.keys():
            found[unit] = found.get(unit, 0) + len(old.get(unit, ()))
        return self._together(found, old, span, spare)

    def units(self, span: Span, period: Period, spared: Sequence[tuple[str, str]]) -> set[str]:
        """See ``Record.handling``; one step on the index for each unit, and a look at what ended since the span began.

        Of who had a hand in an odd task that does not tell it is counted in how many others.
        """
        spare, odd = frozenset(spared), self._odd(span)
        gone, ever = odd
        told = [(unit, roles) for (unit, _), roles in ever.items()]
        doubtful = {unit for unit, _ in gone}
        for role in (LEAD, CO) if spare else ("",):
            told += [(unit, {role}) for unit in self._running(role, span.last) - doubtful]
        over = partaking.ended(self.session, self.view, span)
        told += [(unit, {role if spare else ""}) for unit, role in over if unit not in doubtful]
        found = {unit for unit, roles in told if roles == {""} or self._is_counted(unit, span, roles, spare)}
        found |= {unit for unit, n in self._counted(span, spare, odd, sorted(doubtful - found)).items() if n}
        return {self.heir(unit, span.last) for unit in found} | self.folded.tasks_of(period, spared).keys()

    def _running(self, role: str, last: date) -> set[str]:
        """Who has a part, begun by a day, in a task that runs.

        What was begun by a day was begun by any later one: between two days that say the same nothing is asked.
        """
        days = self._runs[role]
        if days and self.view.day not in days:
            days[self.view.day] = partaking.running(self.session, self.view, self.view.day, role)
        before = max((units for day, units in days.items() if day <= last), key=len, default=None)
        later = min((units for day, units in days.items() if day >= last), key=len, default=None)
        if before is None or later is None or len(before) < len(later):
            before = partaking.running(self.session, self.view, last, role)
        days[last] = before
        return before

    def _counted(self, span: Span, spare: Spare, odd: Odd, units: Sequence[str] | None = None) -> dict[str, int]:
        """The number of tasks here by unit of then, of some units only if they are given."""
        found: dict[str, int] = defaultdict(int)
        roles = (LEAD, CO) if spare else ()
        for unit, tasks, *parts in partaking.handled(self.session, self.view, span, roles, units):
            fine = [self._is_counted(unit, span, (role,), spare) for role in roles]
            found[unit] += tasks if all(fine) else sum(n for n, is_ in zip(parts, fine, strict=True) if is_)
        for sign, held in zip((-1, 1), odd, strict=True):
            for (unit, _), some in held.items():
                if (units is None or unit in units) and self._is_counted(unit, span, some, spare):
                    found[unit] += sign
        return found

    def _odd(self, span: Span) -> Odd:
        """The parts that stand in tasks which are set aside or in which one was handed on, and what counts of those."""
        odd = partaking.handed_on(self.session, self.view, span) - self.aside
        rows = partaking.handled_rows(self.session, self.view, span, codes=sorted(self.aside | odd))
        standing, ever = defaultdict[tuple[str, str], set[str]](set), defaultdict[tuple[str, str], set[str]](set)
        for unit, role, task, until in rows:
            if until is None:
                standing[unit, task].add(role)
            if task in odd:
                ever[unit, task].add(role)
        return standing, ever

    def _together(
        self, found: dict[str, int], old: Mapping[str, set[str]], span: Span, spare: Spare
    ) -> dict[str, int]:  # fmt: skip
        """The same with what units took over, a task counted once for both."""
        for heir, names in self.raw.items():
            codes = set(old.get(heir, ()))
            for unit, role, task, _ in partaking.handled_rows(self.session, self.view, span, sorted({heir, *names})):
                if task not in self.aside and self._is_counted(unit, span, (role,), spare):
                    codes.add(task)
            for name in names:
                found.pop(name, None)
            found[heir] = len(codes)
        return {unit: number for unit, number in found.items() if number}

    def _is_counted(self, unit: str, span: Span, roles: Collection[str], spare: Spare) -> bool:
        """Whether some part that a unit has counts in the group it is in today."""
        known = self.directory.unit(self.heir(unit, span.last))
        group = known.group if known else ""
        return any((group, role) not in spare for role in roles)
