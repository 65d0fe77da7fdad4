"""Facts that only counting asks for, beside the duties: who had a part when, and how figures lay to schedules.

They are written with the acts, and a row is never changed but to say until when it stood. A cut is told by days alone:
of a task that is not to be folded everything up to the day of the cut was known by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from supervise.dates import FOREVER
from supervise.paces import Pace
from supervise.records import PARTIES, Event, Task, evolve
from supervise.store.sheet import Sheet

ROLES = PARTIES[:2]
"""The parts that are counted."""
_MOVING = frozenset({*ROLES, "undone"})
"""What an event may change that moves parts."""
Row = dict[str, Any]


def enter_parts(
    sheet: Sheet,
    district: str,
    before: Task | None,
    events: Sequence[Event],
    closed: tuple[date | None, date | None] = (None, None),
) -> None:
    """Put on the sheet who came to have a part in a task, who ceased to, and that it was closed or is so no more.

    Args:
        sheet: what will be written.
        district: whose task.
        before: the task before the events, if it was there.
        events: as recorded.
        closed: the day it had been closed on before them, and the one after them.
    """
    if closed[0] == closed[1] and all(event.changes.keys().isdisjoint(_MOVING) for event in events):
        return
    task = before or Task(events[0].task)
    over = closed[1] or FOREVER
    standing: dict[tuple[str, str], Row | None] = dict.fromkeys(_parts(task))
    for event in events:
        task = evolve(task, event)
        now = _parts(task)
        for key in [key for key in standing if key not in now]:
            row, end = standing.pop(key), {"until_seq": event.seq, "until_day": event.day, "closed_on": event.day}
            if row is not None:
                row.update(end)
            else:
                sheet.parted.append(_of(district, event.task, key, "b_") | end)
        for key in [key for key in now if key not in standing]:
            standing[key] = _of(district, event.task, key) | {
                "from_seq": event.seq, "since_day": event.day, "until_seq": None, "until_day": None, "closed_on": over,
            }  # fmt: skip
            sheet.parts.append(standing[key] or {})
    if closed[0] != closed[1]:
        end = {"until_seq": None, "until_day": None, "closed_on": over}
        sheet.parted += [
            _of(district, events[-1].task, key, "b_") | end for key, row in standing.items() if row is None
        ]


def _parts(task: Task) -> dict[tuple[str, str], None]:
    return dict.fromkeys((role, unit) for role in ROLES for unit in getattr(task, role))


def _of(district: str, task: str, key: tuple[str, str], named: str = "") -> Row:
    return {f"{named}district": district, f"{named}task": task, f"{named}role": key[0], f"{named}unit": key[1]}


def enter_paces(
    sheet: Sheet, district: str, stages: Sequence[tuple[Event, tuple[Pace, ...], tuple[Pace, ...]]]
) -> None:
    """Put on the sheet which figures are held against which schedules from each recorded event on.

    Args:
        sheet: what will be written.
        district: whose tasks.
        stages: of one task, in order: an event, with the stretches before it and after it.
    """
    fresh: dict[tuple[str, date], list[Row]] = {}
    for event, before, after in stages:
        if before is after or before == after:
            continue
        stood, stands = ({(p.duty.key, p.day): _says(p) for p in paces} for paces in (before, after))
        for (ref, day), said in stood.items():
            if stands.get((ref, day)) == said:
                continue
            made = fresh.pop((ref, day), None)
            for row in made or ():
                row["until_day"] = event.day
            if made is None:
                mine = {"b_district": district, "b_task": event.task, "b_ref": ref, "b_day": day}
                sheet.paced.append(mine | {"b_until_day": FOREVER, "until_day": event.day})
        for pace in after:
            key = (pace.duty.key, pace.day)
            if stood.get(key) != stands[key]:
                fresh[key] = list(pace_rows(district, pace, event))
                sheet.paces += fresh[key]


def _says(pace: Pace) -> tuple[Any, ...]:
    duty = pace.duty
    return duty.units, duty.kind, duty.role, pace.ends, pace.judged, duty.nominal, pace.behind


def pace_rows(district: str, pace: Pace, event: Event) -> Iterator[Row]:
    """One row for each unit that owes what is paced, all alike but for the unit."""
    duty = pace.duty
    for unit in duty.units or ("",):
        yield {
            "district": district, "task": duty.task, "ref": duty.key, "day": pace.day, "unit": unit,
            "from_seq": event.seq, "kind": duty.kind, "role": duty.role, "ends": pace.ends, "judged": pace.judged,
            "nominal": duty.nominal, "behind": pace.behind, "since_day": event.day,
            "until_day": FOREVER,
        }  # fmt: skip
