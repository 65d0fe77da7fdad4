"""How the calendar and a change of it read, on a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from supervise.arrangements import stretches
from supervise.dates import Calendar
from supervise.widths import table

if TYPE_CHECKING:
    from supervise.workflows.arranging import Arranged, Moved

WEEK = "一二三四五六日"
MOST = 200
"""Dates that moved which are listed on a terminal; JSON has all of them."""


def on(day: date) -> str:
    """A day with its weekday."""
    return f"{day:%m-%d}(周{WEEK[day.weekday()]})"


def _months(calendar: Calendar, year: int) -> list[int]:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    return [sum(calendar.is_workday(day) for day in days if day.month == month) for month in range(1, 13)]


def year_data(calendar: Calendar, year: int, file: str) -> dict[str, Any]:
    """A year's arrangement."""
    found = [s for s in stretches(calendar, year) if s[2] or not s[3] or s[0] not in s[3]]
    extra = [d for s in stretches(calendar, year) if not s[2] and s[0] in s[3] for d in s[3]]
    return {
        "year": year, "provisional": year not in calendar.years, "file": file or None,
        "source": calendar.sources.get(year) or None,
        "off": [
            {
                "from": first.isoformat(), "until": last.isoformat(), "days": (last - first).days + 1, "name": name,
                "worked": [day.isoformat() for day in worked],
            }
            for first, last, name, worked in found
        ],
        "worked": [day.isoformat() for day in extra], "workdays": _months(calendar, year),
    }  # fmt: skip


def year(calendar: Calendar, of: int, file: str) -> str:
    """A year's arrangement on one page."""
    data = year_data(calendar, of, file)
    months = data["workdays"]
    head = f"{of} 年放假安排" + ("(暂定:尚未公布,只按周末计)" if data["provisional"] else "")
    rows = [
        (
            one["name"] or "放假",
            f"{on(date.fromisoformat(one['from']))} 至 {on(date.fromisoformat(one['until']))}"
            if one["days"] > 1
            else on(date.fromisoformat(one["from"])),
            f"{one['days']} 天",
            "、".join(on(date.fromisoformat(day)) for day in one["worked"]) or "-",
        )
        for one in data["off"]
    ]
    lines = [head, *([table(rows, header=("节日", "放假", "", "调休上班"))] if rows else [])]
    if data["worked"]:
        lines.append("  另有上班的周末:" + "、".join(on(date.fromisoformat(day)) for day in data["worked"]))
    lines.append("  各月工作日:" + "  ".join(f"{n}月 {count}" for n, count in enumerate(months, 1)))
    lines.append(f"  全年工作日 {sum(months)} 天")
    return "\n".join([*lines, f"  依据:{_source(calendar, of, file)}"])


def _source(calendar: Calendar, year: int, file: str) -> str:
    if year not in calendar.years:
        return "无"
    source = calendar.sources.get(year, "")
    where = f"{file}" if file else "自带(chinesecalendar)"
    return f"{source}({where})" if source else where


def check_data(calendar: Calendar, files: Mapping[int, str], today: date, behind: bool | None) -> dict[str, Any]:
    """Up to which year dates are certain."""
    return {
        "known_until": max(calendar.years, default=None), "years": sorted(calendar.years),
        "files": {str(year): file for year, file in sorted(files.items())}, "fingerprint": calendar.fingerprint,
        "provisional": [y for y in (today.year, today.year + 1) if y not in calendar.years], "behind": behind,
    }  # fmt: skip


def check(calendar: Calendar, files: Mapping[int, str], today: date, behind: bool | None) -> str:
    """Up to which year dates are certain, in words."""
    data = check_data(calendar, files, today, behind)
    until = f"{min(calendar.years)}–{data['known_until']} 年" if calendar.years else "没有一年"
    lines = [f"放假安排已知:{until}(印记 {calendar.fingerprint[:8]})"]
    lines += [f"  {year} 年按 {file}" for year, file in sorted(files.items())]
    for one in data["provisional"]:
        lines.append(f"{one} 年尚未公布:落在那一年的期限都标“*”,为暂定;公布后请 supervise calendar load {one}.yaml")
    if behind is not None:
        lines.append("还有在办任务按旧安排算:请 supervise calendar load" if behind else "在办任务都按现在的安排算")
    return "\n".join(lines)


def load_data(calendar: Calendar, found: Sequence[Arranged], dry: bool, number: str) -> dict[str, Any]:
    """What another calendar did to running tasks."""
    return {
        "dry_run": dry, "calendar": calendar.fingerprint, "known_until": max(calendar.years, default=None),
        "tasks": len(found), "number": number or None,
        "moved": [
            {
                "task": one.task.code, "duty": move.key, "label": move.label, "units": list(move.units),
                "old": move.old.isoformat() if move.old else None, "new": move.new.isoformat() if move.new else None,
                "provisional": move.new is not None and calendar.provisional(move.new),
                "because": [day.isoformat() for day in move.because],
            }
            for one in found
            for move in one.moved
        ],
    }  # fmt: skip


def load(calendar: Calendar, found: Sequence[Arranged], dry: bool, number: str) -> str:
    """What another calendar did to running tasks, as a list."""
    moved = [(one.task.code, move) for one in found for move in one.moved]
    rows = [
        (code, move.label, "、".join(move.units), move.old or "-", "→", _new(move, calendar), _because(move, calendar))
        for code, move in moved[:MOST]
    ]
    lines = [table(rows, header=("编码", "应办", "谁", "原期限", "", "新期限", "因为"), indent=0)] if rows else []
    if len(moved) > MOST:
        lines.append(f"…… 共 {len(moved)} 处,全部见 --json")
    if not found:
        return "在办任务都已按这份安排算,没有要改的"
    will = "会改按" if dry else "已改按"
    tail = "" if dry else f",记为 {number}" if number else ""
    lines.append(f"{len(found)} 项在办任务{will}新的放假安排,{len(moved)} 处期限{'会' if dry else ''}变动{tail}")
    return "\n".join(lines)


def _new(move: Moved, calendar: Calendar) -> str:
    if move.new is None:
        return "不再要求"
    return f"{move.new}{'*' if calendar.provisional(move.new) else ''}"


def _because(move: Moved, calendar: Calendar) -> str:
    """The days that changed, stretches of neighbours told by their ends."""
    runs: list[list[date]] = []
    for day in move.because:
        same = runs and (day - runs[-1][-1]).days == 1 and calendar.is_workday(day) == calendar.is_workday(runs[-1][0])
        if same:
            runs[-1].append(day)
        else:
            runs.append([day])
    words = []
    for run in runs:
        span = f"{run[0]:%m-%d}" + (f"至{run[-1]:%m-%d}" if len(run) > 1 else "")
        name = calendar.names.get(run[0], "")
        words.append(f"{span}{'上班' if calendar.is_workday(run[0]) else '放假'}" + (f"({name})" if name else ""))
    return "、".join(words)
