"""Red, yellow and green by unit over the months of a year; a shape and a word go with every colour."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from supervise.charts.engine import FAINT, MONTHS, WIDE, Chart, axis, room
from supervise.dates import Calendar
from supervise.records import Duty

TOP, BOTTOM, ROW = 84, 60, 28
LIGHTS: Mapping[str, tuple[str, str, str]] = {
    "green": ("#15803d", "circle", "绿"), "yellow": ("#b45309", "triangle", "黄"), "red": ("#b91c1c", "rect", "红"),
}  # fmt: skip
SOON = 5
"""Working days before a limit from which a light is yellow."""
RULES = f"■ 红:月末有逾期未办的   ▲ 黄:当月有迟办的,或 {SOON} 个工作日内到期还没办的   ● 绿:其余   空白:没有应办"


def lights(found: Mapping[str, Sequence[str]], title: str, foot: str = "") -> Chart:
    """The lights of units as a chart.

    Args:
        found: unit → light of each month, empty where nothing was owed.
        title: the line above.
        foot: the days it is seen on.
    """
    names, series = list(found), []
    for name, (colour, symbol, word) in LIGHTS.items():
        lit = [
            [month, unit] for unit, row in found.items()
            for month, light in zip(MONTHS, row, strict=False) if light == name
        ]  # fmt: skip
        down = 3 if symbol == "triangle" else 0
        told = {"show": True, "formatter": word, "color": "#ffffff", "fontSize": 10, "offset": [0, down]}
        series.append({
            "type": "scatter", "symbol": symbol, "symbolSize": 22, "data": lit, "label": told,
            "itemStyle": {"color": colour, "opacity": 1},
        })  # fmt: skip
    lines = {"show": True, "lineStyle": {"color": FAINT}}
    option = {
        "grid": {"left": room(names), "right": 24, "top": TOP, "bottom": BOTTOM},
        "xAxis": axis(type="category", data=MONTHS, position="top"),
        "yAxis": axis(type="category", inverse=True, data=names, splitLine=lines),
        "series": series,
    }
    return Chart(title, option, WIDE, TOP + BOTTOM + ROW * max(len(names), 1), f"{RULES}\n{foot}".strip())


def lit(owed: Iterable[Duty], calendar: Calendar, of: int, until: date) -> dict[str, list[str]]:
    """The light of each unit at the end of each month of a year, as far as the days have come.

    Args:
        owed: duties of any units.
        calendar: the district's working days.
        of: the year.
        until: the last day that is known.
    """
    by_unit: dict[str, list[Duty]] = {}
    for duty in owed:
        for unit in duty.units:
            by_unit.setdefault(unit, []).append(duty)
    firsts = [date(of, month, 1) for month in range(1, 13)]
    days = [min(first.replace(day=monthrange(of, first.month)[1]), until) for first in firsts if first <= until]
    return {unit: [light(mine, calendar, day) for day in days] for unit, mine in sorted(by_unit.items())}


def light(owed: Sequence[Duty], calendar: Calendar, day: date) -> str:
    """The light of one unit on a day: ``red``, ``yellow``, ``green``, or empty where nothing was owed in the month.

    Args:
        owed: its duties.
        calendar: the district's working days.
        day: seen on this day.
    """
    soon, outcomes = calendar.add_workdays(day, SOON), [(d, d.outcome(day)) for d in owed if d.born <= day]
    month = day.replace(day=1)
    if any(outcome == "missed" for _, outcome in outcomes):
        return "red"
    recent = {outcome for d, outcome in outcomes if d.met is not None and month <= d.met <= day}
    waiting = [d for d, outcome in outcomes if outcome == "open"]
    if "late" in recent or any(d.due <= soon for d in waiting):
        return "yellow"
    return "green" if waiting or "on time" in recent else ""
