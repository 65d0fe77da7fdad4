"""The archivist's side of the hall: tasks of closed years leave for an archive, are still answered for, and come back.

Nothing is lost whatever is killed when: the copy is on the disk, read again and found equal before the host's
transaction removes anything; until that is committed the record is whole, and the same command does the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from supervise import chain
from supervise.archives import checker, retirement
from supervise.archives.parquet import batch
from supervise.archives.retirement import KIND
from supervise.archives.shelves import WHOLE, Shelf
from supervise.dates import FOREVER, PERIOD_WORDS, parse_period
from supervise.errors import Diverged, Invalid, Problem, Refused, Unknown, did_you_mean
from supervise.hall.letterbook import Letterbook
from supervise.people import Actor
from supervise.records import Task, replay
from supervise.rules.reach import last_day
from supervise.store import ledger, library, recounting, retired
from supervise.store.retired import Retired, Rows
from supervise.store.statements import chunks

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Left:
    """What left for an archive.

    Args:
        year: the last that was closed.
        place: where it stands, as written down.
        serial: number of the sealed list; empty if nothing left.
        tasks: their codes.
        events: how many events they have.
    """

    year: str
    place: str
    serial: str
    tasks: tuple[str, ...]
    events: int


@dataclass(frozen=True, slots=True)
class Shelved:
    """One archive: where it is, by which lists tasks came there, how many, and what keeps it from being read."""

    place: str
    serials: tuple[str, ...]
    tasks: int
    trouble: str


class Archivist(Letterbook):
    """Everything about tasks that stand elsewhere."""

    def retire(self, session: Session, year: str, to: str, by: Actor) -> Left:
        """Move every task that was closed by the end of a year into an archive.

        Args:
            session: the caller's; flushed, never committed. The archive is written in a transaction of its own.
            year: such as ``2021``; must be over.
            to: a database file, a folder of Parquet files ending in ``.parquet``, or the URL of a database.
            by: who does it, for the list.

        Raises:
            Invalid: P01 when it is no year, or everything that is wrong with histories that would leave (G01 …).
            Refused: T08 when the year is not over; B08 or G13 when the archive is none for these tasks.
            Stale: when somebody acted on one of the tasks meanwhile; nothing has then left.
            Diverged: G14 when the archive does not give back what was put there.
        """
        last, place = self._over(year), self.shelves.place(session, to)
        codes = retired.closed(session, self.district, last)
        if not codes:
            return Left(year, place, "", (), 0)
        parts = list(chunks(codes))
        away = [one for chunk in parts for one in self._leaving(session, chunk)]
        heads = {one.task: one.head for one in away}
        shelf = self.shelves.open(session, place, to, create=True)
        shelf.put(
            self.district, batch(self.district, year, heads),
            lambda: (retired.lift(session, self.district, chunk) for chunk in parts),
        )  # fmt: skip
        for chunk in parts:
            self._same(retired.lift(session, self.district, chunk), shelf, {c: heads[c] for c in chunk}, place)
        return self._gone(session, year, place, away, by)

    def _over(self, year: str) -> date:
        """The last day of a year that is over."""
        try:
            span = parse_period(year)
        except ValueError as error:
            raise Invalid(Problem("P01", str(error))) from None
        if span.kind != "year":
            raise Invalid(Problem("P01", f"归档按{PERIOD_WORDS['year']},不能写 {year}", help="写作 2021"))
        if span.end >= self.today():
            raise Refused(Problem("T08", f"{span.label}还没有过完,不能归档", help=f"请到 {span.end} 以后再办"))
        return span.end

    def _leaving(self, session: Session, chunk: Sequence[str]) -> Iterator[Retired]:
        """What will be written down of some tasks; each history is whole and sound before it leaves."""
        heads = ledger.heads(session, self.district, chunk)
        problems = []
        for code, records in ledger.events(session, self.district, chunk).items():
            broken = checker.check_task(self.district, code, records, heads.get(code))
            if broken is not None:
                problems.append(Problem(broken.code, broken.text, task=code, help="先查清再归档:supervise audit"))
            else:
                yield self._pointer(session, replay(ledger.as_event(record) for record in records))
        if problems:
            raise Invalid(problems)

    def _pointer(self, session: Session, task: Task) -> Retired:
        lifecycle = self.law(session, task)
        closed_on = lifecycle.closed_on(task)
        assert closed_on is not None
        moments = [event.recorded_at for event in task.events if event.recorded_at is not None]
        return Retired(
            task.code, task.version, task.events[-1].hash, task.definition, task.opened, closed_on,
            last_day(lifecycle.situation(task)), max(moments),
        )  # fmt: skip

    def _same(self, rows: Rows, shelf: Shelf, heads: Mapping[str, str], place: str) -> None:
        """The archive gives back what was put there."""
        there = retired.by_task(shelf.take(self.district, heads))
        for code, here in retired.by_task(rows).items():
            if chain.canonical(there.get(code)) != chain.canonical(here):
                text = f"归档 {place} 里的 {code} 与库里的不一致,什么都没有移走"
                raise Diverged(Problem("G14", text, task=code, help="请换一个位置再归档"))

    def _gone(self, session: Session, year: str, place: str, away: Sequence[Retired], by: Actor) -> Left:
        """Remove what has been copied, seal the list, and write down where everything is: all of it or nothing."""
        made = library.publish(
            session,
            self.district,
            KIND,
            KIND,
            year,
            retirement.body(year, away),
            by.id,
            self.now(),
            self.algorithm,
            KIND,
        )
        retired.remove(session, self.district, {one.task: (one.version, one.head) for one in away})
        retired.point(session, self.district, (replace(one, serial=made.number, place=place) for one in away))
        session.flush()
        return Left(year, place, made.number, tuple(one.task for one in away), sum(one.version for one in away))

    def bring_back(self, session: Session, what: str) -> tuple[str, ...]:
        """Bring a task, or all that left with a year, back from the archive; the copy there stays.

        Args:
            session: the caller's; flushed, never committed.
            what: the code of a task, or a year.

        Raises:
            Unknown: T01 when nothing of that name is in an archive; T07 when that cannot be reached.
            Refused: A10 when an idempotency key of it was used for something else meanwhile.
            Diverged: when the archive does not give what was put there; nothing may then be kept.
        """
        away = self._meant(session, what)
        self.shelves.histories(session, away, WHOLE)
        for rows in self.shelves.rows(session, away):
            self._unused(session, rows)
            self._as_they_left(rows, away)
            retired.lay(session, rows)
        codes = [one.task for one in away]
        retired.forget(session, self.district, codes)
        session.flush()
        recounting.miss(session, self.district, codes)
        self.measure(session)
        self.replay(session, codes=codes)
        return tuple(codes)

    def _as_they_left(self, rows: Rows, away: Sequence[Retired]) -> None:
        """What a row says beside what a replay says is what it said when it left."""
        left = {one.task: (one.version, one.head, FOREVER, 0) for one in away}
        there = {r["code"]: (r["version"], r["head"], r["wake_on"], r["unsealed"]) for r in rows["task"]}
        for code in sorted({row["task"] for row in rows["event"]} | there.keys()):
            if there.get(code) != left[code]:
                text = "归档里的任务登记与归档时的不同,没有取回"
                raise Diverged(Problem("G14", text, task=code, help="归档有备份的,用备份换下它"))

    def _unused(self, session: Session, rows: Rows) -> None:
        """No idempotency key was used a second time while its event was away."""
        keys = [event["idem"] for event in rows["event"] if event["idem"]]
        problems = [
            Problem("A10", f"幂等键“{key}”在归档以后已用于 {task} 的另一次办理,取不回来", task=task)
            for key, task in retired.used(session, self.district, keys).items()
        ]
        if problems:
            raise Refused(problems)

    def _meant(self, session: Session, what: str) -> list[Retired]:
        every = retired.pointers(session, self.district)
        if what in every:
            return [every[what]]
        found = [one for one in every.values() if one.serial.startswith(f"{what}-{KIND}-")]
        if not found:
            raise Unknown(
                Problem("T01", f"归档里没有“{what}”{did_you_mean(what, every)}", help="写任务编码,或归档的年份")
            )
        return found

    def rehouse(self, session: Session, year: str, to: str) -> Left:
        """Write down that what left with a year stands in another place now, once everything was found there.

        Raises:
            Unknown: T01 when nothing left with that year; T07 when the place cannot be reached.
            Diverged: G14 when what is there is not what left.
        """
        away, place = self._meant(session, year), self.shelves.place(session, to)
        shelf = self.shelves.open(session, place, to)
        for chunk in chunks([one.task for one in away]):
            self.shelves.hold(shelf, place, [one for one in away if one.task in set(chunk)])
        retired.moved(session, self.district, [one.task for one in away], place)
        session.flush()
        return Left(year, place, away[0].serial, tuple(one.task for one in away), sum(one.version for one in away))

    def archives(self, session: Session) -> tuple[Shelved, ...]:
        """Every archive that tasks of the district stand in."""
        every = sorted(retired.pointers(session, self.district).values(), key=lambda one: (one.place, one.serial))
        return tuple(self._shelved(session, place, list(group)) for place, group in groupby(every, lambda o: o.place))

    def _shelved(self, session: Session, place: str, group: Sequence[Retired]) -> Shelved:
        try:
            self.shelves.open(session, place)
            trouble = ""
        except (Invalid, Unknown) as error:
            trouble = error.problems[0].text
        return Shelved(place, tuple(Counter(one.serial for one in group)), len(group), trouble)
