"""Tasks by the hundred thousand: a few histories lived through the public API, then cast again under other codes.

A *mould* is one task with everything the API wrote for it. A cast is the same rows with the code and the parties
exchanged and the hash chain computed anew, so a filled table holds the very rows the API would have written;
``check`` lets the product itself say so on a sample.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Dialect, Engine, Table, create_engine, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from benchmarks import world
from supervise import Office, chain
from supervise.intake.breakdown import Breakdown, Draft
from supervise.site.folder import Folder, read_folder
from supervise.store import upgrades
from supervise.store.database import Sessions, sessions_on
from supervise.store.tables import of

DISTRICT = "default"
BATCH = 20_000
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class History:
    """One life to be lived: when it began, what it must reach by when, and the steps with their days."""

    opened: date
    due: date
    steps: Sequence[tuple[str, date]] = ()


class Mould:
    """All rows of one task, ready to be cast under another code.

    Args:
        session: on the database in which the task lived.
        code: its code.
        dialect: of the database that the casts are for.
    """

    def __init__(self, session: Session, code: str, dialect: Dialect) -> None:
        self.tokens = (code, world.LEAD, world.CO)
        events = _office(world.DAY).log(session, code).task.events
        self._texts = [chain.canonical(chain.event_record(DISTRICT, e)) for e in events]
        self._hashes = {e.hash: i for i, e in enumerate(events)}
        self.version = len(events)
        self._rows = [
            (table.name, *self._row(table, row, dialect))
            for table in _tables(session)
            for row in session.execute(select(table).where(table.c["code" if "code" in table.c else "task"] == code))
        ]

    def _row(self, table: Table, row: Any, dialect: Dialect) -> tuple[list[Any], list[tuple[int, Any]]]:
        """The cells of a row, and which of them change: by a number of a hash, or by exchanging tokens."""
        cells = [_bound(column, value, dialect) for column, value in zip(table.c, row, strict=True)]
        moving: list[tuple[int, Any]] = []
        for i, cell in enumerate(cells):
            if isinstance(cell, str) and cell in self._hashes:
                moving.append((i, self._hashes[cell]))
            elif isinstance(cell, str) and any(token in cell for token in self.tokens):
                moving.append((i, cell))
            if table.c[i].name == "unsealed":
                cells[i] = 1
        return cells, moving

    def cast(self, rows: Rows, code: str, lead: int, co: int) -> None:
        """Add the rows of one more task like it."""
        old = self.tokens
        new = (code, f"U{lead:04d}", f"U{co:04d}")
        hashes: list[str] = []
        previous = chain.genesis(DISTRICT, code)
        for text in self._texts:
            previous = chain.digest(chain.DEFAULT, previous, _swapped(text, old, new))
            hashes.append(previous)
        for name, cells, moving in self._rows:
            fresh = list(cells)
            for i, what in moving:
                fresh[i] = hashes[what] if isinstance(what, int) else _swapped(what, old, new)
            rows.setdefault(name, []).append(tuple(fresh))


def _swapped(text: str, old: Sequence[str], new: Sequence[str]) -> str:
    for a, b in zip(old, new, strict=True):
        text = text.replace(a, b)
    return text


def _tables(session: Session | Engine) -> Iterator[Table]:
    """The tables that hold something of a task, its row first; what seals say is left to the seal of the filled."""
    at = of(session)
    for table in (at.task, *(t for t in at.metadata.tables.values() if "task" in t.c)):
        if table is not at.sealed:
            yield table


def _bound(column: Any, value: Any, dialect: Dialect) -> Any:
    """A value as the driver wants it."""
    if value is None:
        return None
    if isinstance(column.type, JSON):
        return json.dumps(value)
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    return process(value) if process else value


def _office(day: date) -> Office:
    """An office whose clock stands at the evening of a day."""
    moment = datetime.combine(day, time(10), UTC)
    return Office(_folder(), directory=world.directory(), today=lambda: day, now=lambda: moment)


@cache
def _folder() -> Folder:
    """The definitions, read once for all the days that are lived through."""
    return read_folder(world.DEFINITIONS)


def moulds(histories: Sequence[History], until: date, dialect: str) -> list[Mould]:
    """Live histories through the public API up to the night of a day, and take a mould of each."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    upgrades.upgrade(engine)
    codes = [f"M{i:09d}" for i in range(len(histories))]
    with sessions_on(engine).begin() as session:
        day = min(h.opened for h in histories)
        while day <= until:
            _live(session, _office(day), day, list(zip(codes, histories, strict=True)))
            day += timedelta(days=1)
        kind = postgresql.dialect() if dialect == "postgresql" else sqlite.dialect()  # type: ignore[no-untyped-call]
        return [Mould(session, code, kind) for code in codes]


def _live(session: Session, office: Office, day: date, lives: Sequence[tuple[str, History]]) -> None:
    """One day of all lives: what is placed, what is done, and the clock at night."""
    drafts = tuple(
        Draft(code=code, text=world.TITLE % code, lead=(world.unit_name(world.LEAD),),
              co=(world.unit_name(world.CO),), leader=(world.LEADER,), due=life.due)
        for code, life in lives if life.opened == day
    )  # fmt: skip
    if drafts:
        office.assign(session, Breakdown(workflow="bench-life", tasks=drafts), world.SUPERVISOR, day)
    for code, life in lives:
        for action, on in life.steps:
            if on == day:
                by = world.clerk_of(world.LEAD) if action in ("plan", "start", "report") else world.SUPERVISOR
                office.advance(session, code, action, by, day, **world.given(action))
    office.tick(session, day)


@dataclass(frozen=True, slots=True)
class Order:
    """One task to be cast."""

    mould: Mould
    number: int
    lead: int
    co: int


def pour(url: str, orders: Iterable[Order]) -> int:
    """Write the rows of all orders into a database that has our tables; how many tasks were written."""
    rest, number = iter(orders), 0
    while batch := list(islice(rest, BATCH)):
        rows: Rows = {}
        for order in batch:
            order.mould.cast(rows, world.code(order.number), order.lead, order.co)
        pour_rows(url, rows)
        number += len(batch)
    return number


def pour_rows(url: str, rows: Rows) -> None:
    """Write rows by table, as the driver takes them."""
    (_pour_sqlite if url.startswith("sqlite") else _pour_postgres)(url, rows)


def _pour_sqlite(url: str, rows: Rows) -> None:
    with closing(sqlite3.connect(make_url(url).database or "", timeout=120, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -262144")
        connection.execute("BEGIN IMMEDIATE")
        for name, found in rows.items():
            connection.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * len(found[0]))})", found)
        connection.execute("COMMIT")


def _pour_postgres(url: str, rows: Rows) -> None:
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection, connection.cursor() as cursor:
        for name, found in rows.items():
            with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                copy.write("".join(map(_line, found)))


def _line(row: Sequence[Any]) -> str:
    """A row as COPY reads it."""
    return "\t".join(["\\N" if cell is None else str(cell).translate(_ESCAPES) for cell in row]) + "\n"


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@contextmanager
def unindexed(engine: Engine) -> Iterator[None]:
    """Within the block our tables of tasks have no indexes but their keys: made afterwards they cost a fraction."""
    indexes = [index for table in _tables(engine) for index in table.indexes]
    for index in indexes:
        index.drop(engine)
    engine.dispose()
    yield
    for index in indexes:
        index.create(engine)
    engine.dispose()


def begin(sessions: Sessions) -> None:
    """Put the law on record, as the first task placed would."""
    office = world.office()
    with sessions.begin() as session:
        office.register(session, "workflow", office.folder.definition("bench-life"))


def seal(sessions: Sessions) -> None:
    """Seal everything poured so far, as the night's clock would have."""
    with sessions.begin() as session:
        world.office().seal(session)


def fill(url: str, orders: Iterable[Order]) -> None:
    """Make our tables in a database, put all orders in, seal and settle; no connection is left open."""
    made = world.sessions(url)
    begin(made)
    with unindexed(made.kw["bind"]):
        pour(url, orders)
    seal(made)
    made.kw["bind"].dispose()
    settle(url)


def settle(url: str) -> None:
    """Leave neither a long WAL nor stale statistics behind."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(make_url(url).database or "", timeout=120, isolation_level=None)) as connection:
            connection.execute("ANALYZE")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def check(made: Sequence[Mould]) -> str:
    """Cast every mould into an empty database and let ``replay`` and ``audit`` look at it; what they say."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    upgrades.upgrade(engine)
    rows: Rows = {}
    for number, mould in enumerate(made):
        mould.cast(rows, world.code(number), number % world.UNITS, (number + 1) % world.UNITS)
    with engine.begin() as connection:
        for name, found in rows.items():
            marks = ",".join("?" * len(found[0]))
            connection.exec_driver_sql(f"INSERT INTO {name} VALUES ({marks})", found)
    begin(sessions_on(engine))
    seal(sessions_on(engine))
    with sessions_on(engine)() as session:
        replayed = world.office().replay(session)
        breaks = world.office().audit(session).breaks
    if breaks:
        raise RuntimeError(f"a cast is not what the API would have written: {breaks[0].text}")
    return f"{replayed.tasks} tasks, {replayed.events} events: rows, duties and hashes as replayed"
