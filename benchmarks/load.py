"""Large loads in one transaction: a breakdown placed, an export restored, a year brought back, beside the limit.

    python benchmarks/load.py [--backend sqlite|postgres] --dir DIR [--dsn DSN] [--sizes 10000,100000] [--out FILE]

The limit is the driver alone putting the very rows that the load left into the same empty tables: COPY on PostgreSQL,
``executemany`` on SQLite. Both take turns within a round; what counts is rows a second, committed.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import select
from sqlalchemy.engine import make_url

from benchmarks import filling, mirror, world
from benchmarks.filling import History, Order
from benchmarks.lines import Lines, summary
from supervise.intake.breakdown import Breakdown, Draft
from supervise.store.database import Sessions
from supervise.store.tables import DEFAULT

DATABASE = "wtb_load"
LIFE = ("plan", "start", "report", "verify", "close")
WORKED, LATER = date(2026, 3, 2), date(2027, 1, 5)
TABLES = [table for table in DEFAULT.metadata.sorted_tables if table is not DEFAULT.library]
Rows = dict[str, list[tuple[Any, ...]]]


class Place:
    """Where one backend keeps the database of a load.

    Args:
        options: the command line.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.dir = options, Path(options.dir, "load").resolve()
        self.sqlite = options.backend == "sqlite"
        target = str(self.dir / "load.db") if self.sqlite else options.dsn.rsplit("/", 1)[0] + f"/{DATABASE}"
        self.url = world.url_of(options.backend, target)

    @contextmanager
    def empty(self) -> Iterator[Sessions]:
        """Sessions on an empty database that has our tables, gone afterwards."""
        self.clear()
        if not self.sqlite:
            self._server(f"CREATE DATABASE {DATABASE}")
        sessions = world.sessions(self.url)
        try:
            yield sessions
        finally:
            sessions.kw["bind"].dispose()

    def clear(self) -> None:
        """Nothing of a load is left."""
        for end in ("", "-wal", "-shm"):
            (self.dir / f"load.db{end}").unlink(missing_ok=True)
        if not self.sqlite:
            self._server(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")

    def _server(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.options.dsn, autocommit=True) as connection:
            connection.execute(statement)

    def file(self, name: str) -> Path:
        """A path beside it at which nothing is."""
        path = self.dir / name
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)
        return path


def spent(body: Callable[[], Any]) -> float:
    """Seconds of a call."""
    start = time.perf_counter()
    body()
    return time.perf_counter() - start


def everything(sessions: Sessions) -> Rows:
    """What a load left, as the driver wants it."""
    dialect = sessions.kw["bind"].dialect
    with sessions() as session:
        return {
            table.name: [
                tuple(filling._bound(c, v, dialect) for c, v in zip(table.c, row, strict=True))
                for row in session.execute(select(table))
            ]
            for table in TABLES
        }


def limit(place: Place, rows: Rows) -> float:
    """Seconds of the driver alone, for the same rows into the same tables."""
    with place.empty() as sessions:
        sessions.kw["bind"].dispose()
        filled = {name: found for name, found in rows.items() if found}
        return spent(lambda: (_executed if place.sqlite else filling._pour_postgres)(place.url, filled))


def _executed(url: str, rows: Rows) -> None:
    """One transaction as durable as ours."""
    with closing(sqlite3.connect(make_url(url).database or "", isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        for name, found in rows.items():
            connection.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * len(found[0]))})", found)
        connection.execute("COMMIT")


# ── the loads ───────────────────────────────────────────────────────────────────────────────────────────────────────


def assign(place: Place, number: int) -> tuple[float, Rows]:
    """A breakdown of so many tasks placed."""
    drafts = (
        Draft(code=world.code(i), text=world.TITLE % world.code(i), lead=(world.unit_name(world.lead_of(i)),),
              co=(world.unit_name(world.co_of(i)),), leader=(world.LEADER,), due=mirror.DUE)
        for i in range(number)
    )  # fmt: skip
    breakdown = Breakdown(workflow="bench-life", tasks=tuple(drafts))
    with place.empty() as sessions:

        def body() -> None:
            with sessions.begin() as session:
                world.office(world.OPENED).assign(session, breakdown, world.SUPERVISOR, world.OPENED)

        return spent(body), everything(sessions)


def restore(place: Place, number: int) -> tuple[float, Rows]:
    """An export of so many closed tasks put back into an empty database, and proved."""
    folder = place.file("export")
    with closed(place, number) as sessions, sessions() as session:
        world.office(LATER).export(session, folder)
    with place.empty() as sessions:

        def body() -> None:
            with sessions.begin() as session:
                world.office(LATER).restore(session, folder)

        return spent(body), everything(sessions)


def back(place: Place, number: int) -> tuple[float, Rows]:
    """A year of so many closed tasks brought back from an archive, and proved."""
    archive, office = place.file("2026.db"), world.office(LATER)
    with closed(place, number) as sessions:
        with sessions.begin() as session:
            office.retire(session, "2026", str(archive), world.SUPERVISOR)

        def body() -> None:
            with sessions.begin() as session:
                office.bring_back(session, "2026")

        return spent(body), everything(sessions)


@contextmanager
def closed(place: Place, number: int) -> Iterator[Sessions]:
    """A database of tasks that were lived to their end in 2026."""
    steps = [(action, date(2026, 3 + i, 9)) for i, action in enumerate(LIFE)]
    mould = filling.moulds([History(WORKED, mirror.DUE, steps)], steps[-1][1], _dialect(place))[0]
    with place.empty() as sessions:
        orders = (Order(mould, i, world.lead_of(i), world.co_of(i)) for i in range(number))
        filling.fill(place.url, orders)
        yield sessions


def _dialect(place: Place) -> str:
    return "sqlite" if place.sqlite else "postgresql"


LOADS = {"assign": assign, "restore": restore, "back": back}


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--dir", default="out/bench/tmp")
    parser.add_argument("--dsn", help=f"postgresql://…; a database {DATABASE} is made beside it and dropped")
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--loads", default=",".join(LOADS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out")
    options = parser.parse_args()
    out, place = Lines("load", options.out), Place(options)
    place.dir.mkdir(parents=True, exist_ok=True)
    for number in (int(word) for word in options.sizes.split(",")):
        for name in options.loads.split(","):
            rates: dict[str, list[float]] = {"raw_load": [], f"supervise_{name}": []}
            for _ in range(options.repeats):
                seconds, rows = LOADS[name](place, number)
                count = sum(len(found) for found in rows.values())
                rates[f"supervise_{name}"].append(count / seconds)
                rates["raw_load"].append(count / limit(place, rows))
            for who, found in rates.items():
                ratio = [a / b for a, b in zip(rates["raw_load"], found, strict=True)]
                out.emit(kind="result", backend=options.backend, load=name, name=who, n=number, rows=count,
                         rate=summary(found), ratio_to_limit=summary(ratio), rows_check=["ok"])  # fmt: skip
    place.clear()
    shutil.rmtree(place.dir, ignore_errors=True)


if __name__ == "__main__":
    main()
