"""What a sending file says, and what follows: when messages go out, to whom in a unit, how often, and when to give up.

Pure like all rules: moments and days are arguments, in the district's own time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Annotated, Any, Literal

from pydantic import Field

from supervise.dates import ONE_DAY, Calendar
from supervise.errors import Problem
from supervise.people import POSTS
from supervise.phrases import Length, parse_length
from supervise.reading import Day, Document, Path, ReadBy, Strict
from supervise.workflows.checking import unknown
from supervise.workflows.definition import Words, listed

_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
LONGEST = 200
"""Steps after which one stops looking for a day that is worked: a calendar that has none holds no message for ever."""
PARTS = {"digest": "摘要", "summary": "积压摘要", "single": "单条", "nobody": "无人可收"}
"""Kind of parcel → what it is called."""


def parse_wait(text: Any) -> timedelta:
    """How long to wait, written ``5 minutes``, ``2 hours`` or ``1 day``.

    Raises:
        ValueError: in Chinese, when it is none of these.
    """
    match = re.fullmatch(r"(\d{1,4}) (minute|hour|day)s?", str(text))
    if match is None or not int(match[1]):
        raise ValueError(f"看不懂间隔“{text}”,应写作 5 minutes、2 hours 或 1 day")
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])


def parse_quiet(text: Any) -> tuple[time, time]:
    """The hours in which nothing is sent, ``20:00..08:00``; they may pass midnight.

    Raises:
        ValueError: in Chinese, when they are written otherwise or would last all day.
    """
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)\.\.([01]\d|2[0-3]):([0-5]\d)", str(text))
    if match is None:
        raise ValueError(f"看不懂免打扰时段“{text}”,应写作 20:00..08:00")
    begin, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if begin == end:
        raise ValueError(f"免打扰时段“{text}”的头尾一样,就没有时候可发了")
    return begin, end


def parse_zone(text: Any) -> tzinfo:
    """How far the district's time is from UTC, ``+08:00``.

    Raises:
        ValueError: in Chinese, when it is written otherwise.
    """
    match = re.fullmatch(r"([+-])(0\d|1[0-4]):([0-5]\d)", str(text))
    if match is None:
        raise ValueError(f"看不懂时区“{text}”,应写作 +08:00(加引号)")
    away = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(away if match[1] == "+" else -away)


class Sending(Strict):
    """发送办法: when messages may go out, who in a unit gets them, and what is done with what does not arrive."""

    sending: str
    version: int
    title: str
    source: str = ""
    effective: Day
    zone: Annotated[tzinfo, ReadBy(parse_zone)] | None = None
    quiet: Annotated[tuple[time, time], ReadBy(parse_quiet)] | None = None
    days: Literal["workdays", "every day"] = "every day"
    digest: bool = True
    at_most: int | None = Field(default=None, ge=1)
    grave: Words = ()
    who: Words = ("liaison",)
    grave_who: Words = ()
    vacant: Words = ("deputy", "unit_head")
    channels: dict[str, Words] = {}
    stale: Annotated[Length, ReadBy(parse_length)] = Length(10, "days")
    retry: Annotated[tuple[timedelta, ...], ReadBy(lambda v: tuple(parse_wait(t) for t in listed(v)))] = (
        timedelta(minutes=5),
    )
    attempts: int = Field(default=8, ge=1)

    @property
    def name(self) -> str:
        """``messages@1``."""
        return f"{self.sending}@{self.version}"

    @property
    def for_(self) -> str:
        """Nothing: it holds for the tasks of every workflow."""
        return ""

    def midnight(self, day: date) -> datetime:
        """The moment at which a day begins in the district."""
        start = datetime.combine(day, time(), self.zone)
        return start if self.zone is not None else start.astimezone()

    def opening(self, calendar: Calendar, moment: datetime) -> datetime:
        """The first moment from ``moment`` on at which ordinary messages may go; ``moment`` itself if it may now."""
        found = moment
        for _ in range(LONGEST):
            later = self._after_quiet(found)
            if later == found and self._worked(calendar, found.date()):
                break
            # the end of the quiet hours, or else the next midnight, for tomorrow may be worked
            found = later if later > found else datetime.combine(found.date() + ONE_DAY, time(), found.tzinfo)
        return found

    def _worked(self, calendar: Calendar, day: date) -> bool:
        return self.days == "every day" or calendar.is_workday(day)

    def _after_quiet(self, moment: datetime) -> datetime:
        """The end of the quiet hours that ``moment`` lies in, or ``moment``."""
        if self.quiet is None:
            return moment
        (begin, end), now = self.quiet, moment.time()
        if begin < end:
            return datetime.combine(moment.date(), end, moment.tzinfo) if begin <= now < end else moment
        if now >= begin:
            return datetime.combine(moment.date() + ONE_DAY, end, moment.tzinfo)
        return datetime.combine(moment.date(), end, moment.tzinfo) if now < end else moment

    def wait(self, attempts: int) -> timedelta | None:
        """How long to wait after so many attempts that failed; ``None`` to give up."""
        if attempts >= self.attempts:
            return None
        return self.retry[min(attempts, len(self.retry)) - 1]

    def is_stale(self, calendar: Calendar, day: date, today: date) -> bool:
        """Whether what fell due on ``day`` is only worth a summary by ``today``."""
        return calendar.add(day, self.stale.count, self.stale.unit) < today


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that waits for one address.

    Args:
        task: code of the task.
        ref: its name among the letters of the task.
        place: its place among the letters of the task.
        day: the day it fell due.
        grave: whether it may go at any time.
    """

    task: str
    ref: str
    place: int
    day: date
    grave: bool


@dataclass(frozen=True, slots=True)
class Packing:
    """What goes together, in order, and as what: ``digest``, ``summary`` or ``single``."""

    kind: str
    items: tuple[Waiting, ...]


def pack(
    rules: Sending, calendar: Calendar, waiting: Iterable[Waiting], moment: datetime, sent: int
) -> tuple[Packing, ...]:
    """What one address gets now of what waits for it; the rest waits on.

    Within a task nothing overtakes: what a grave letter comes after goes with it.

    Args:
        rules: the sending file.
        calendar: of the district.
        waiting: everything that waits for the address.
        moment: now, in the district's time.
        sent: parcels that the address got today.
    """
    items = sorted(waiting, key=lambda item: (item.task, item.place, item.ref))
    full = rules.at_most is not None and sent >= rules.at_most
    if full or rules.opening(calendar, moment) > moment:
        last = {item.task: item.place for item in items if item.grave}
        items = [item for item in items if item.place <= last.get(item.task, -1)]
    if not items:
        return ()
    old = [item for item in items if rules.is_stale(calendar, item.day, moment.date())]
    if rules.digest:
        return (Packing("summary" if len(old) == len(items) else "digest", tuple(items)),)
    oldest = {item.task: item.place for item in old}  # what comes before something old in its task goes with it
    folded = tuple(item for item in items if item.place <= oldest.get(item.task, -1))
    singles = [Packing("single", (item,)) for item in items if item.place > oldest.get(item.task, -1)]
    return (*([Packing("summary", folded)] if folded else []), *singles)


def check(document: Document, rules: Sending, words: Sequence[str]) -> Iterator[Problem]:
    """Everything wrong with a sending file, each at its line (R30 to R32).

    Args:
        document: the parsed file, for places.
        rules: what it says.
        words: the rungs of every ladder and the actions of every workflow, which alone can be grave.
    """
    yield from unknown(document, "R30", ("grave",), "督查单级别或动作", rules.grave, words)
    for key in ("who", "grave_who", "vacant"):
        yield from unknown(document, "R31", (key,), "职务", getattr(rules, key), POSTS)
    yield from unknown(document, "R31", ("channels",), "职务", rules.channels, POSTS)
    if not rules.who:
        yield document.problem("R31", ("who",), "who 没有写由谁收,就没有人收得到")
    at: Path = ("retry",)
    if not rules.retry:
        yield document.problem("R32", at, "retry 没有写隔多久再发")
    elif list(rules.retry) != sorted(set(rules.retry)):
        yield document.problem("R32", at, "重发的间隔须越来越长", "如 [1 minute, 10 minutes, 1 hour]")
    if rules.attempts <= len(rules.retry):
        text = f"attempts 是一共发几次:写了 {len(rules.retry)} 个间隔,至少要 {len(rules.retry) + 1} 次才用得完"
        yield document.problem("R32", ("attempts",), text)
