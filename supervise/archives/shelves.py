"""The archives of closed years, as the office looks into them: found by their place, opened when asked for.

A place is a database file, a folder of Parquet files, or the URL of a database. It is written down without a password,
and a file or folder that lies beside the SQLite record, or below it, by its name from there, so that both can move.
What an archive gives is held against the head that was written down and sealed here before anybody sees it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from supervise.archives import checker
from supervise.archives.parquet import ParquetShelf
from supervise.chain import Record
from supervise.dates import FOREVER
from supervise.errors import Diverged, Invalid, Problem, Unknown
from supervise.records import Cut, Event, Task, replay
from supervise.store import ledger, retired
from supervise.store.database import in_one_file, open_database, reading, writing
from supervise.store.engines import bare, file_of
from supervise.store.ledger import as_event
from supervise.store.retired import Retired, Rows
from supervise.store.statements import chunks

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PARQUET = ".parquet"


class Shelf(Protocol):
    """One archive."""

    def put(self, district: str, name: str, batches: Callable[[], Iterator[Rows]]) -> None:
        """Put whole rows in, so that they stay whatever happens next; what is there already is left alone.

        Args:
            district: whose tasks.
            name: of what is put in together; the same rows always come under the same name.
            batches: gives the rows, task by task, as often as it is asked.
        """

    def take(self, district: str, heads: Mapping[str, str]) -> Rows:
        """All rows of the tasks whose histories end with these heads; the archive stays as it is."""

    def events(self, district: str, heads: Mapping[str, str]) -> dict[str, list[Record]]:
        """Their events as plain data with their hashes, by task; what nobody can read comes as what no hash fits."""


class DatabaseShelf:
    """An archive that is a database with our tables.

    Args:
        url: its address.
        create: make it if it is not there.
    """

    def __init__(self, url: str, create: bool = False) -> None:
        self._file = file_of(url)
        if not create:
            self._found()
        self._sessions = open_database(url, create)

    def _found(self) -> None:
        """See that the file is there, for looking must not make one."""
        if self._file and not os.path.isfile(self._file):
            raise Unknown(Problem("T07", f"没有文件 {self._file}"))

    def put(self, district: str, name: str, batches: Callable[[], Iterator[Rows]]) -> None:
        """Put whole rows in."""
        with writing(self._sessions) as session:
            for rows in batches():
                retired.shelve(session, district, rows)
        in_one_file(self._sessions)

    def take(self, district: str, heads: Mapping[str, str]) -> Rows:
        """All rows of some tasks."""
        self._found()
        with reading(self._sessions) as session:
            return retired.lift(session, district, list(heads))

    def events(self, district: str, heads: Mapping[str, str]) -> dict[str, list[Record]]:
        """Their events."""
        self._found()
        with reading(self._sessions) as session:
            parts = [ledger.events(session, district, chunk) for chunk in chunks(list(heads))]
        return {code: records for part in parts for code, records in part.items()}


class Shelves:
    """Every archive that an office has looked into.

    Args:
        district: whose tasks.
        addresses: full addresses of archives whose passwords are not written down.
    """

    def __init__(self, district: str, addresses: Iterable[str] = ()) -> None:
        self.district = district
        self._addresses = {bare(address): address for address in addresses}
        self._open: dict[str, Shelf] = {}

    # ── places ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def place(self, session: Session, given: str) -> str:
        """A place as it is written down."""
        if "://" in given and not file_of(given):
            return bare(given)
        if "?" in given:  # an SQLite file with settings of ours stays as it was given
            return given
        folder = given.endswith(("/", os.sep))
        path, home = Path(file_of(given) or given).resolve(), _home(session)
        text = path.relative_to(home).as_posix() if home and path.is_relative_to(home) else str(path)
        return f"{text}{PARQUET}" if folder and not text.endswith(PARQUET) else text

    def open(self, session: Session, place: str, given: str = "", create: bool = False) -> Shelf:
        """The archive at a place.

        Args:
            session: on the record, beside which files are looked for.
            place: as written down.
            given: the same with a password, if somebody just gave it.
            create: make it if it is not there.

        Raises:
            Unknown: T07 when it cannot be reached.
            Invalid: W02 when it is of Parquet files and there is no library to read them.
        """
        url = given if "://" in given else self._addresses.get(place, place)
        if "://" not in url:
            url = str((_home(session) or Path.cwd()) / place)
        if url not in self._open:
            with nullcontext() if create else self._reaching(place):
                self._open[url] = self._opened(url, create)
        return self._open[url]

    def _opened(self, url: str, create: bool) -> Shelf:
        if url.endswith(PARQUET):
            return ParquetShelf(Path(url), create)
        return DatabaseShelf(url if "://" in url else f"sqlite:///{url}", create)

    # ── what stands there ───────────────────────────────────────────────────────────────────────────────────────────

    def rows(self, session: Session, tasks: Iterable[Retired]) -> Iterator[Rows]:
        """All rows of tasks, archive by archive.

        Raises:
            Unknown: T07 when one cannot be reached.
            Diverged: G14 when there is something in it that nobody can read.
        """
        for place, heads in _by_place(tasks):
            with self._reaching(place):
                try:
                    yield self.open(session, place).take(self.district, heads)
                except (ValueError, TypeError) as error:
                    raise Diverged(Problem("G14", f"归档 {place} 里有读不懂的内容:{error}")) from None

    def records(self, session: Session, tasks: Iterable[Retired]) -> dict[str, list[Record]]:
        """Events as plain data with their hashes, by task, exactly as the archives have them.

        Raises:
            Unknown: T07 when an archive cannot be reached.
        """
        found: dict[str, list[Record]] = {}
        for place, heads in _by_place(tasks):
            with self._reaching(place):
                found |= self.open(session, place).events(self.district, heads)
        return found

    @contextmanager
    def _reaching(self, place: str) -> Iterator[None]:
        try:
            yield
        except (Invalid, Unknown) as error:
            if error.problems[0].code in ("W02", "T07") and error.problems[0].help:
                raise
            first = error.problems[0]
            raise unreachable(
                place, first.text, f"{first.help},--db 写这个归档" if first.code == "B02" else ""
            ) from None

    def histories(self, session: Session, tasks: Sequence[Retired], cut: Cut) -> list[Task]:
        """Tasks as a cut shows them, by code, each held against its head.

        Raises:
            Unknown: T07 when an archive cannot be reached.
            Diverged: G14 when what it gives is not what was put there.
        """
        records = self.records(session, tasks)
        found = []
        for one in sorted(tasks, key=lambda one: one.task):
            events = self.sound(one, records.get(one.task, []))
            seen = [event for event in events if cut.sees(event)]
            if seen:
                found.append(replay(seen))
        return found

    def hold(self, shelf: Shelf, place: str, tasks: Sequence[Retired]) -> None:
        """See that an archive has these tasks, whole.

        Raises:
            Diverged: G14 when it has not.
        """
        records = shelf.events(self.district, {one.task: one.head for one in tasks})
        for one in tasks:
            self.sound(replace(one, place=place), records.get(one.task, []))

    def sound(self, one: Retired, records: Sequence[Record]) -> list[Event]:
        """A whole history, once every hash in it holds and the last is the head that was written down.

        Raises:
            Diverged: G14 when it is not.
        """
        stored = {"version": one.version, "head": one.head}
        broken = checker.check_task(self.district, one.task, records, stored)
        if broken is not None:
            help_ = "supervise audit 逐条核对;归档有备份的,用备份换下它"
            raise Diverged(Problem("G14", f"归档 {one.place} 里的记录不对:{broken.text}", task=one.task, help=help_))
        return [as_event(record) for record in records]


def unreachable(place: str, reason: str, help: str = "") -> Unknown:
    """What is raised when an archive cannot be reached; ``help`` where it is there and something else must be done."""
    help_ = (
        help or "请接上或找回它;换了地方的:supervise retire 年份 --to 新位置 --moved;要口令的写在 SUPERVISE_ARCHIVES"
    )
    return Unknown(Problem("T07", f"要看的任务在归档 {place},现在打不开:{reason}", help=help_))


WHOLE = Cut(FOREVER)


def _home(session: Session) -> Path | None:
    """The folder of an SQLite record."""
    file = file_of(str(session.get_bind().engine.url))
    return Path(file).resolve().parent if file else None


def _by_place(tasks: Iterable[Retired]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each place with the heads of the tasks that stand there."""
    for place, group in groupby(sorted(tasks, key=lambda one: (one.place, one.task)), lambda one: one.place):
        yield place, {one.task: one.head for one in group}
