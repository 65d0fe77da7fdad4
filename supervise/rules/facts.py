"""What a scheme counts: marks, and duties and acts of tasks, of one unit, within some days, up to the cut."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from supervise.dates import ONE_DAY, Calendar, Period, period_at
from supervise.goals import plain
from supervise.people import Directory
from supervise.phrases import parse_measure
from supervise.records import Mark
from supervise.rules.measures import Ref
from supervise.rules.reported import figure
from supervise.rules.scheme import Scheme
from supervise.rules.scoring import Tally
from supervise.rules.windows import Window, stretch

Spare = tuple[tuple[str, str], ...]
"""(group, role) pairs whose facts count for nothing."""
Tallies = Callable[[Period, Spare], Tally]


class Entry(NamedTuple):
    """One thing that counts: in which part, in which matter, what it is worth by itself, and what it rests on."""

    role: str
    matter: str
    day: date
    value: Decimal
    ref: Ref


@dataclass(frozen=True)
class Earlier:
    """What is needed of an earlier board: places, lists and values by unit.

    Args:
        board: name of the board within the scheme.
        period: its name.
        start: first day of its period.
        rows: unit → its standing, as plain data.
    """

    board: str
    period: str
    start: date
    rows: Mapping[str, Mapping[str, object]]


def identified(marks: Iterable[Mark]) -> list[Mark]:
    """The same marks with their ids: the same record has the same id, in whatever order it was entered.

    Args:
        marks: oldest first; of several that are alike, the first keeps the id it had alone.
    """
    seen: Counter[tuple[object, ...]] = Counter()
    found = []
    for mark in marks:
        told = content(mark)
        seen[told] += 1
        text = "\x1f".join(str(part) for part in (*told, seen[told]))
        found.append(replace(mark, id=hashlib.sha256(text.encode()).hexdigest()[:10]))
    return found


def content(mark: Mark) -> tuple[str, ...]:
    """What a mark says, apart from who entered it: two marks of one content are told apart by their number only."""
    value = f"{mark.value.normalize():f}"
    return (mark.unit, mark.kind, mark.day.isoformat(), mark.matter, mark.role, value, mark.status, mark.note)


class Facts:
    """The record as a scheme asks for it.

    Args:
        scheme: kinds of marks, and the statuses that do not count.
        marks: those known at the cut and not voided, with ids.
        period: the board's.
        as_of: the last day seen.
        directory: who took over from whom.
        calendar: working days, for formulas.
        tally: facts of tasks in a stretch of days; ``None`` where there is no record of tasks.
        earlier: earlier boards, oldest first.
    """

    def __init__(
        self, scheme: Scheme, marks: Iterable[Mark], period: Period, as_of: date, directory: Directory,
        calendar: Calendar, tally: Tallies | None = None, earlier: Sequence[Earlier] = (),
    ) -> None:  # fmt: skip
        self.scheme, self.period, self.calendar, self.earlier = scheme, period, calendar, tuple(earlier)
        self.last = min(period.end, as_of)
        self._tally, self._tallies = tally, dict[tuple[Period, Spare], Tally]()
        self._marks: dict[tuple[str, str], list[Mark]] = {}
        for mark in sorted(marks, key=lambda m: (m.day, m.matter, m.role, m.value, m.note, m.id)):
            if mark.status not in scheme.ignore:
                unit = directory.heir(mark.unit, self.last)
                self._marks.setdefault((unit, mark.kind), []).append(mark)
        self._entries: dict[tuple[str, str, Window, bool], tuple[Entry, ...]] = {}

    @property
    def just_before(self) -> tuple[Earlier, ...]:
        """The boards of the period before this one; none if it was not published, however many are older."""
        start = period_at(self.period.start - ONE_DAY, self.period.kind).start
        return tuple(one for one in self.earlier if one.start == start)

    def days(self, window: Window) -> tuple[date, date]:
        """First and last day of a window."""
        first, end = stretch(window, self.period, self.last)
        return first, min(end, self.last)

    def entries(self, unit: str, source: str, window: Window, shared: bool = False) -> tuple[Entry, ...]:
        """Everything that counts under ``source``, in the order of days and matters.

        Args:
            unit: canonical name.
            source: a kind of mark, or a phrase about tasks.
            window: the days.
            shared: whether a co-unit's share in what the lead owed counts too.
        """
        key = (unit, source, window, shared)
        if key not in self._entries:
            found = self._from_marks if source in self.scheme.marks else self._from_tasks
            self._entries[key] = tuple(found(unit, source, window, shared))
        return self._entries[key]

    def _from_marks(self, unit: str, kind: str, window: Window, shared: bool) -> Iterable[Entry]:
        spec = self.scheme.marks[kind]
        first, last = self.days(Window("ever") if spec.standing and window == Window() else window)
        if spec.standing and spec.value == "day":
            last = date.max  # a planned day is known before it comes
        for mark in self._marks.get((unit, kind), ()):
            if first <= mark.day <= last:
                yield Entry(mark.role, mark.matter, mark.day, mark.value, _ref(mark, spec.label, spec.value))

    def _from_tasks(self, unit: str, phrase: str, window: Window, shared: bool) -> Iterable[Entry]:
        if (wanted := figure(phrase)) is not None:
            told = self.tally(window).figures(unit, wanted)
            found = (Entry("lead", one.ref.task, one.ref.day, one.value, one.ref) for one in told)
            return sorted(found, key=lambda entry: (entry.day, entry.matter))
        hits = self.tally(window).hits(unit, (parse_measure(phrase),), shared)
        return [Entry(hit.role, hit.ref.task, hit.ref.day, Decimal(1), hit.ref) for hit in hits]

    def tally(self, window: Window, spare: Spare = ()) -> Tally:
        """Facts of tasks in a window, without what is spared."""
        assert self._tally is not None, "checked when the scheme is read: phrases need a record of tasks"
        first, end = stretch(window, self.period, self.last)
        span = self.period if window == Window() else Period(f"{first}..{end}", "span", first, end)
        if (span, spare) not in self._tallies:
            self._tallies[span, spare] = self._tally(span, spare)
        return self._tallies[span, spare]

    def owed(
        self, unit: str, phrases: Sequence[str], window: Window, spare: Spare = ()
    ) -> tuple[int, int, tuple[Ref, ...]]:
        """How much was owed, how much of it was as the phrases say, and what was not."""
        return self.tally(window, spare).owed(unit, [parse_measure(phrase) for phrase in phrases])

    def run(self, unit: str, source: str, roles: Sequence[str]) -> int:
        """In how many periods in a row, this one the last, something counts under ``source``."""
        days = [e.day for e in self.entries(unit, source, Window("ever")) if not roles or e.role in roles]
        had = {period_at(day, self.period.kind).start for day in days}
        number, start = 0, self.period.start
        while start in had:
            number += 1
            start = period_at(start - ONE_DAY, self.period.kind).start
        return number

    def matters(self, unit: str, kinds: Sequence[str]) -> tuple[str, ...]:
        """The matters that a unit has marks of, in order."""
        found = {
            entry.matter for kind in kinds or self.scheme.marks for entry in self.entries(unit, kind, Window())
        }  # fmt: skip
        return tuple(sorted(found - {""}))

    def handled(self, unit: str) -> int:
        """How many tasks a unit had a part in; without a record of tasks, how many matters it has marks of."""
        if self._tally is None:
            return len(self.matters(unit, ()))
        return self.tally(Window()).ground.handled(self.period).get(unit, 0)


def _ref(mark: Mark, label: str, kind: str) -> Ref:
    shown = f" {plain(mark.value)}" if kind == "number" else ""
    role = {"lead": "(牵头)", "co": "(协办)"}.get(mark.role, "")
    return Ref(mark.matter, f"{label}{role}{shown} {mark.note}".strip(), mark.day, key=mark.id)
