"""Which calendar holds when: one kept as text, one laid over another, and all that a district has known.

A new arrangement reaches running work as a layer: what fell on a day gone by stays, what falls later is worked out
anew, and nothing that was still ahead is put into the past. So a task's dates are told by the names of the calendars
that were laid on it and the days on which that happened, and come out the same whenever they are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Protocol

from supervise.dates import Calendar, V
from supervise.errors import Invalid, Problem

Chain = tuple[tuple[str, date], ...]
"""The calendars of a task by name, each with the day on which it was laid on it; the first one from the beginning."""

FIRST, PREFIX = "calendar", "calendar@"
"""Under which name the calendar is registered by which tasks go that name none, and how all names begin."""


class WorkingDays(Protocol):
    """What an OA's own calendar must answer."""

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is worked."""


class _Hosted(Calendar):
    """An OA's own working days under our arithmetic."""

    def __init__(self, host: WorkingDays) -> None:
        super().__init__()
        object.__setattr__(self, "host", host)
        object.__setattr__(self, "fingerprint", f"host:{type(host).__name__}")

    @property
    def name(self) -> str:
        """None: we cannot write down what the OA will answer, so what it says today holds for everything."""
        return ""

    def is_workday(self, day: date) -> bool:
        """Whether the OA says that ``day`` is worked."""
        host: WorkingDays = self.__dict__["host"]
        return host.is_workday(day)

    def add_workdays(self, day: date, count: int) -> date:
        """As the OA says now; its word may change, so nothing is kept."""
        return self._stepped(day, count)

    def provisional(self, day: date) -> bool:
        """Never: the OA's word is final."""
        return False


def hosted(given: Calendar | WorkingDays | None, own: Calendar) -> Calendar:
    """The calendar that an office works by.

    Args:
        given: the host's, if it has one.
        own: of the definitions folder.
    """
    if given is None:
        return own
    return given if isinstance(given, Calendar) else _Hosted(given)


class Layered(Calendar):
    """A calendar that took the place of another one day.

    Args:
        before: what held until then.
        now: what holds from then on.
        since: the day of the change; what fell on it or before it stays.
    """

    def __init__(self, before: Calendar, now: Calendar, since: date) -> None:
        super().__init__(now.off, now.work, now.years, now.names, now.sources)
        for name, value in (("before", before), ("now", now), ("since", since)):
            object.__setattr__(self, name, value)

    before: Calendar
    now: Calendar
    since: date

    def choose(self, made: Callable[[Calendar], V]) -> V:
        """The day worked out anew, unless it fell on a day gone by or only now would.

        Args:
            made: works the day out by one calendar.
        """
        told = self.before.choose(made)
        if told <= self.since:
            return told
        new = self.now.choose(made)
        return new if new > self.since else told

    def judge(self, made: Callable[[Calendar], V]) -> tuple[Calendar, V]:
        """As ``choose``, with the calendar that counted."""
        by, told = self.before.judge(made)
        new = self.now.choose(made)
        return (by, told) if told <= self.since or new <= self.since else (self.now, new)

    def next_workday(self, day: date) -> date:
        """As each calendar says it for its days."""
        return self.choose(lambda one: one.next_workday(day))

    def _stepped(self, day: date, count: int) -> date:
        return self.choose(lambda one: one.add_workdays(day, count))


class Calendars:
    """Every calendar that a district has known, by name.

    Args:
        own: what holds now, for tasks placed from now on.
    """

    def __init__(self, own: Calendar) -> None:
        self.own = self.first = own
        self.known: dict[str, Calendar] = {own.name: own} if own.name else {}
        self._made: dict[Chain, Calendar] = {}

    def begin(self, first: Calendar) -> None:
        """Take ``first`` for the calendar of tasks that name none: they were placed before calendars had names."""
        self.first = self.known.setdefault(first.name, first)
        self._made.clear()

    def missing(self, chain: Chain) -> list[str]:
        """The names in a chain that are not at hand."""
        return [name for name, _ in chain if name not in self.known] if self.own.name else []

    def of(self, chain: Chain) -> Calendar:
        """The calendar by which the dates of a task are worked out.

        Args:
            chain: see ``Chain``; empty for a task that names none. Where a host keeps the calendar, its word holds.

        Raises:
            Invalid: Q03 when one of them is not at hand.
        """
        found = self._made.get(chain)
        if found is None:
            if not chain or not self.own.name:
                return self.first
            if self.missing(chain):
                help_ = "放假安排随任务登记在库里;请核对数据库是否完整:supervise audit"
                raise Invalid(Problem("Q03", f"库里没有任务所用的放假安排 {self.missing(chain)[0]}", help=help_))
            found = self.known[chain[0][0]]
            for name, since in chain[1:]:
                found = Layered(found, self.known[name], since)
            self._made[chain] = found
        return found


def as_text(calendar: Calendar) -> str:
    """A calendar as it is registered: everything it says, one line for each year."""
    lines = [
        json.dumps(
            {
                "year": year, "known": year in calendar.years, "source": calendar.sources.get(year, ""),
                "off": _told(calendar, sorted(d for d in calendar.off if d.year == year)),
                "work": _told(calendar, sorted(d for d in calendar.work if d.year == year)),
            },
            ensure_ascii=False,
        )
        for year in sorted(calendar.years | {d.year for d in calendar.off | calendar.work})
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _told(calendar: Calendar, days: list[date]) -> dict[str, str]:
    return {f"{day:%m-%d}": calendar.names.get(day, "") for day in days}


def from_text(text: str) -> Calendar:
    """The calendar that was registered as ``text``."""
    rows = [json.loads(line) for line in text.splitlines()]
    off, work = (
        {date.fromisoformat(f"{r['year']}-{d}"): n for r in rows for d, n in r[k].items()} for k in ("off", "work")
    )
    names = {day: name for day, name in (off | work).items() if name}
    years = frozenset(row["year"] for row in rows if row["known"])
    sources = {row["year"]: row["source"] for row in rows if row["source"]}
    return Calendar(frozenset(off), frozenset(work), years, names, sources)


def stretches(calendar: Calendar, year: int) -> Iterator[tuple[date, date, str, tuple[date, ...]]]:
    """The days of a year on which nobody works beyond its weekends: first, last, what for, and the weekends worked.

    A stretch takes in the days off around it. What is worked for a stretch is told by its name; what is worked and
    named after none stands last, with no stretch.
    """
    days = [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    told, begun = set[date](), list[date]()
    for day in [*days, None]:
        if day is not None and not calendar.is_workday(day) and (day in calendar.off or _named(calendar, day)):
            begun.append(day)
        elif begun:
            name = next((calendar.names[d] for d in begun if calendar.names.get(d)), "")
            worked = tuple(d for d in days if name and d in calendar.work and calendar.names.get(d) == name)
            told.update(worked)
            yield begun[0], begun[-1], "、".join(_all_names(calendar, begun)), worked
            begun = []
    rest = tuple(day for day in days if day in calendar.work and day not in told)
    if rest:
        yield rest[0], rest[-1], "", rest


def _named(calendar: Calendar, day: date) -> bool:
    return bool(calendar.names.get(day)) and day not in calendar.work


def _all_names(calendar: Calendar, days: list[date]) -> list[str]:
    return list(dict.fromkeys(name for d in days if (name := calendar.names.get(d, ""))))


def differences(old: Calendar, new: Calendar) -> Mapping[int, tuple[date, ...]]:
    """Year → the days on which one calendar works and the other does not; a year that became known has none perhaps."""
    years = sorted(d.year for d in (old.off ^ new.off) | (old.work ^ new.work))
    changed = {day for day in (old.off ^ new.off) | (old.work ^ new.work) if old.is_workday(day) != new.is_workday(day)}
    found = {year: tuple(sorted(d for d in changed if d.year == year)) for year in dict.fromkeys(years)}
    return dict(sorted(({year: () for year in old.years ^ new.years} | found).items()))
