"""A derivation in words: ``2021-04-09 = 2021-03-25 后第 10 个工作日,跳过 03-27、03-28(周末)、04-03..04-05(清明)``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from supervise.dates import FOREVER, ONE_DAY, Calendar
from supervise.workflows.deriving import Derivation, Link

WEEK = "一二三四五六日"


def said(made: Derivation) -> str:
    """How a date came about, in one line; empty if the law as it stands does not tell."""
    links = made.links
    if not links:
        return ""
    text, before = links[0].text, links[0]
    for link in links[1:]:
        if link.what == "count" and before is links[0]:
            text += link.text + _skips(link)
        else:
            arrow = f"得 {before.day}" if before is not links[0] or link.what != "count" else ""
            text += f",{arrow};{link.text}{_skips(link)}"
        before = link
    last = next(link for link in reversed(links) if link.what != "wait")
    end = f";最迟 {links[-1].day}" if links[-1] is not last else ""
    return f"{last.day if last.day < FOREVER else '没有期限'} = {text}{end}"


def _skips(link: Link) -> str:
    """What was passed over on the way, and the weekends that were worked."""
    if link.calendar is None or link.since is None or not link.unit:
        return ""
    parts = []
    if link.skipped and link.what != "move":
        parts.append(f",跳过 {runs(link.calendar, link.skipped)}")
    first, last = sorted((link.since, link.day))
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    worked = [day for day in days if day in link.calendar.work and day != link.since]
    if worked:
        parts.append(f",其中 {'、'.join(f'{d:%m-%d}(周{WEEK[d.weekday()]})' for d in worked)}上班")
    if link.what == "move":
        parts.append(f",{runs(link.calendar, link.skipped)}")
    return "".join(parts)


def runs(calendar: Calendar, days: Sequence[date]) -> str:
    """Days off, neighbours of one kind together, each with what it is off for."""
    found: list[list[date]] = []
    for day in sorted(days):
        if found and day - found[-1][-1] == ONE_DAY and _why(calendar, day) == _why(calendar, found[-1][0]):
            found[-1].append(day)
        else:
            found.append([day])
    years = {day.year for day in days}
    return "、".join(f"{_span(run, len(years) > 1)}({_why(calendar, run[0])})" for run in found)


def _why(calendar: Calendar, day: date) -> str:
    return calendar.names.get(day) or ("周末" if day.weekday() >= 5 else "放假")


def _span(run: Sequence[date], whole: bool) -> str:
    first, last = (f"{day}" if whole else f"{day:%m-%d}" for day in (run[0], run[-1]))
    return first if len(run) == 1 else f"{first}、{last}" if len(run) == 2 else f"{first}..{last}"
