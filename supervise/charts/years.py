"""A year of a lifecycle's duties as strips: what falls due when, and from when on it is owed."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from supervise.charts.engine import FAINT, INK, MONTHS, WIDE, Chart, Option, axis, hidden, label, room
from supervise.dates import FOREVER, Calendar
from supervise.phrases import OPENING
from supervise.records import Duty, Event, Task
from supervise.workflows.definition import Definition
from supervise.workflows.duties import fold
from supervise.workflows.views import limit_of

TOP, BOTTOM, ROW, HIGH = 84, 64, 62, 18
ROOM = 0.7
"""Months that a date takes beneath its point."""
STRIPS, POINT = ("#cfdcec", "#e3ebf5"), "#1d4ed8"


def year(definition: Definition, calendar: Calendar, of: int, category: str = "") -> Chart:
    """The duties of a task that is placed on the first working day of a year and due on its last day.

    Args:
        definition: the lifecycle.
        calendar: the district's working days.
        of: the year.
        category: of the task, where categories have limits of their own.
    """
    owed = [d for d in owed_in(definition, calendar, of, category) if d.due.year == of]
    by_kind = {kind: [d for d in owed if d.kind == kind] for kind in definition.duties}
    shown = {definition.duties[kind].label: found for kind, found in by_kind.items() if found}
    names = list(shown)
    strips = [strip for n, found in enumerate(shown.values()) for strip in _strips(n, len(names), found, of)]
    points = [point for name, found in shown.items() for point in _points(name, found, calendar)]
    lines = {"lineStyle": {"color": FAINT}}
    option = {
        "grid": {"left": room(names), "right": 40, "top": TOP, "bottom": BOTTOM},
        "xAxis": [
            axis(type="value", min=0, max=12, interval=1, axisLabel={"show": False}, splitLine=lines),
            axis(type="category", data=MONTHS, position="top"),
        ],
        "yAxis": axis(type="category", inverse=True, data=names),
        "series": [*strips, {"type": "scatter", "symbol": "diamond", "symbolSize": 12, "data": points}],
    }
    others = [f"{k.label}({limit_of(definition, kind)})" for kind, k in definition.duties.items() if not by_kind[kind]]
    foot = (
        f"假定 {of} 年第一个工作日交办、年底到期。◆ 到期日(太密的只标一部分);遇节假日顺延的,下面是原日;* 放假安排未公布"
    )
    foot += f"\n遇事才有:{'、'.join(others)}" if others else ""
    title = f"{definition.title} {definition.name} · {of} 年应办日历"
    title += f" · {definition.categories.get(category, category)}" if category else ""
    return Chart(title, option, WIDE, TOP + BOTTOM + ROW * max(len(names), 1), foot)


def owed_in(definition: Definition, calendar: Calendar, of: int, category: str = "") -> tuple[Duty, ...]:
    """What a task owes that is placed on the first working day of a year and on which nothing is ever done."""
    first = calendar.next_workday(date(of, 1, 1))
    opening = Event("", 1, OPENING, "", definition.initial, first, "", "", definition.name)
    task = Task(
        "", lead=("牵头单位",), co=("协办单位",), leader=("牵头领导",), due=date(of, 12, 31), state=definition.initial,
        definition=definition.name, category=category, events=(opening,),
    )  # fmt: skip
    return fold(definition, task, calendar).all


def _at(day: date) -> float:
    """Where a day stands among twelve months of the same width."""
    return day.month - 1 + (day.day - 1) / monthrange(day.year, day.month)[1]


def _strips(row: int, rows: int, owed: Sequence[Duty], of: int) -> Iterator[Option]:
    """The stretches in which each duty of one kind is owed, one after the other."""
    before = date(of, 1, 1)
    stack = f"row{row}"
    for n, duty in enumerate(owed):
        start = max(before, duty.born)
        yield hidden(_only(row, rows, _at(start) - _at(before)), stack) | {"barGap": "-100%", "barWidth": HIGH}
        long = _only(row, rows, max(_at(duty.due) - _at(start), 0.0))
        colour = {"color": STRIPS[n % len(STRIPS)]}
        yield {"type": "bar", "stack": stack, "barWidth": HIGH, "data": long, "itemStyle": colour}
        before = max(start, duty.due)


def _only(row: int, rows: int, number: float) -> list[Any]:
    return [number if n == row else "-" for n in range(rows)]


def _points(name: str, owed: Sequence[Duty], calendar: Calendar) -> Iterator[Option]:
    """A point on each day, its date beneath unless the one before is too near."""
    written = -ROOM
    for duty in owed:
        at = _at(duty.due)
        moved = f"\n原 {duty.nominal:%m-%d}" if duty.nominal not in (duty.due, FOREVER) else ""
        told = f"{duty.due:%m-%d}{'*' if calendar.provisional(duty.due) else ''}{moved}"
        point = {"name": told.replace("\n", " "), "value": [at, name], "itemStyle": {"color": POINT, "opacity": 1}}
        if at - written >= ROOM:
            written = at
            point["label"] = label(told, INK, "bottom")
        yield point
