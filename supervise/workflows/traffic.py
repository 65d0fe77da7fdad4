"""How many tasks are where, which way they went, and how many working days that took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from typing import Any, NamedTuple

from supervise.dates import ONE_DAY, Calendar
from supervise.records import Task


class Way(NamedTuple):
    """An action that led from one state to another, or left it."""

    action: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """The numbers of a picture.

    Args:
        tasks: state → tasks in it.
        standing: state → working days that each of those tasks has been there.
        ways: way → working days that each task had been in its source before it went.
    """

    tasks: Mapping[str, int]
    standing: Mapping[str, Sequence[int]] = field(default_factory=dict)
    ways: Mapping[Way, Sequence[int]] = field(default_factory=dict)

    def here(self, state: str) -> tuple[str, ...]:
        """How long the tasks in a state have been there."""
        days = self.standing.get(state, ())
        return (f"中位已 {shown(days)} 天",) if days else ()

    def told(self, action: str, sources: Iterable[str], target: str) -> str:
        """How often an action was done along an arrow, and how long it took; from anywhere if there are no sources."""
        starts = set(sources)
        along = [way for way in self.ways if way.action == action and way.target == target]
        days = [n for way in along if not starts or way.source in starts for n in self.ways[way]]
        return f"{len(days)} 次" + (f" · 中位 {shown(days)} 天" if days else "")

    def often(self, action: str, several: bool = False) -> str:
        """How often an action was done, for the legend; empty if never, and a sum where several roles may do it."""
        number = sum(len(days) for way, days in self.ways.items() if way.action == action)
        return f" {'共 ' * several}{number} 次" if number else ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data, in a fixed order."""
        return {
            "tasks": dict(self.tasks),
            "standing": {state: shown(days) for state, days in sorted(self.standing.items()) if days},
            "ways": [
                {**way._asdict(), "times": len(days), "median": shown(days)} for way, days in sorted(self.ways.items())
            ],
        }


def shown(days: Sequence[int]) -> str:
    """The median of working days, exactly, without a useless zero."""
    ordered = sorted(days)
    twice = ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]
    return f"{twice // 2}.5" if twice % 2 else f"{twice // 2}"


def traffic(states: Iterable[str], tasks: Iterable[Task], calendar: Calendar, day: date) -> Traffic:
    """The numbers of some tasks on a day.

    Args:
        states: those of the definition; others are counted where tasks are in them.
        tasks: as they stood on that day.
        calendar: the district's working days.
        day: up to which those that stand still are counted.
    """
    known, standing = list(tasks), {state: list[int]() for state in states}
    ways: dict[Way, list[int]] = defaultdict(list)
    worked = _worked(min((task.opened for task in known), default=day), day, calendar)
    for task in known:
        since = task.opened
        for event in task.events[1:]:
            ways[Way(event.action, event.source, event.target)].append(worked[event.day] - worked[since])
            since = event.day if event.source != event.target else since
        standing.setdefault(task.state, []).append(worked[day] - worked[since])
    return Traffic(
        {state: len(days) for state, days in standing.items()},
        {state: tuple(sorted(days)) for state, days in standing.items()},
        {way: tuple(sorted(days)) for way, days in sorted(ways.items())},
    )


def _worked(first: date, last: date, calendar: Calendar) -> dict[date, int]:
    """Every day of a stretch → working days from its first day up to it; differences are asked for by the million."""
    days = [first + n * ONE_DAY for n in range((last - first).days + 1)]
    return dict(zip(days, accumulate(calendar.is_workday(day) for day in days), strict=True))
