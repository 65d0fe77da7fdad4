"""B4: boards and a year of ours on the peers' data and by the peers' rule, for ``b4_board.py --extra``.

    python benchmarks/board.py make DIR [--dsn DSN]             our record of the data in DIR, before the run
    python benchmarks/board.py assess DIR [--dsn DSN] [--out F]  the year's assessment, which has no equal there

Each kind of deduction is a duty that falls due on its day and is missed (``definitions/bench-marks.yaml``), so that a
month's board agrees with the peers' by digest. By itself it is figures alone, as theirs; ``_receipts`` has every point
with what it rests on and the number of tasks of each unit besides. The peers' year is twelve boards, weighted; by ours
that is ``office.boards`` of twelve months, and their arithmetic. ``office.assess`` judges the year as one period
instead. ``_past`` is the same as it stood, and was known, when the period ended.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from benchmarks import filling, world, yearly
from benchmarks.lines import Lines, summary
from benchmarks.measures import peak
from supervise import Cut, Office, Unit, UnitList
from supervise.dates import parse_period
from supervise.rules.ruleset import BoardRules, Listing, Place
from supervise.store import upgrades
from supervise.store.database import Sessions, sessions_on

YEAR, MONTH, ENDED = 2026, 6, 9
"""Of the data; the month the peers measure; the one at whose end the year is looked back at."""

OPENED = datetime(YEAR, 1, 1, tzinfo=UTC)
DATABASE = "board_ours"


class Clock:
    """An office's clock, set by whoever lives through a year."""

    at = datetime(YEAR + 1, 1, 2, tzinfo=UTC)


def office(folder: Path, clock: Clock | None = None) -> Office:
    """An office with the data's units in their groups, in the first days of the next year."""
    units = tuple(
        Unit(_unit(number), str(number), group=f"g{group}")
        for number, group in _rows(folder, "SELECT id, grp FROM unit ORDER BY id")
    )
    groups = {f"g{n}": f"第{n}组" for n in range(1, 6)}
    clock = clock or Clock()
    directory = UnitList(units, {}, groups)
    return Office(world.DEFINITIONS, directory=directory, today=lambda: clock.at.date(), now=lambda: clock.at)


def rules(hall: Office) -> BoardRules:
    """The board's rules, with a tenth of each group on either list."""
    made = hall.folder.rule(BoardRules, "bench-marks-board", OPENED.date()).value
    tenth = {g: -(-n // 10) for g, n in Counter(u.group for u in hall.directory.units()).items()}
    lists = {
        name: Listing.model_construct(rank={g: Place(end, n) for g, n in tenth.items()}, when=())
        for name, end in (("red", "top"), ("black", "bottom"))
    }
    return made.model_copy(update=lists)


def _unit(number: int) -> str:
    return f"单位{number:04d}"


def _rows(folder: Path, query: str) -> Iterator[Any]:
    with closing(sqlite3.connect(folder / "board.db")) as connection:
        yield from connection.execute(query)


def _url(folder: Path, dsn: str = "") -> str:
    if dsn:
        return world.url_of("postgres", f"{dsn.rsplit('/', 1)[0]}/{DATABASE}")
    return f"sqlite:///{folder.resolve() / 'ours.db'}?supervise_sync=off"


# ── the record ──────────────────────────────────────────────────────────────────────────────────────────────────────


def make(folder: Path, dsn: str = "") -> None:
    """Place the data's tasks and do everything that happened to them: a few through the API, the others cast."""
    from b4_board import KINDS

    kinds = {number: ({"remind": "prompt"}.get(name, name), points > 0) for number, name, points in KINDS}
    if dsn:
        _database(dsn)
    sessions, clock, due = world.sessions(_url(folder, dsn)), Clock(), date(YEAR, 12, 31)
    hall, found = office(folder, clock), yearly.lives(folder, _unit, kinds.__getitem__)

    def at(moment: datetime) -> Office:
        clock.at = moment
        return hall

    some = list(islice(found, yearly.LIVED))
    caster = yearly.Caster(OPENED, due, _checked(at, some, due))
    yearly.live(sessions, at, some, OPENED, due)
    print(f"{len(some) + yearly.pour(_url(folder, dsn), sessions, found, caster)} tasks in {_url(folder, dsn)}")


def _checked(at: yearly.Offices, some: list[yearly.Life], due: date) -> str:
    """Under which calendar tasks are placed, once what is cast is what the API writes."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    upgrades.upgrade(engine)
    sessions = sessions_on(engine)
    yearly.live(sessions, at, some, OPENED, due)
    with sessions() as session:
        [calendar] = at(OPENED).log(session, some[0].code).task.events[0].changes["calendar"]
    rows: filling.Rows = {}
    for life in some:
        yearly.Caster(OPENED, due, calendar).cast(life, rows)
    yearly.check(engine, rows)
    return str(calendar)


def _database(dsn: str) -> None:
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")


# ── the peers' board and year ───────────────────────────────────────────────────────────────────────────────────────


def now(period: str) -> Cut:
    """A period as it stands at the end of the year."""
    return Cut(date(YEAR, 12, 31), Clock.at)


def past(period: str) -> Cut:
    """A period as it stood, and was known, when it ended."""
    end = parse_period(period).end
    return Cut(end, datetime(end.year, end.month, end.day, 23, 59, 59, tzinfo=UTC))


def _setup(cut: Callable[[str], Cut], served: bool, receipts: bool, folder: str, dsn: str) -> Callable[[str], Any]:
    hall = office(Path(folder))
    made, sessions = rules(hall), world.sessions(_url(Path(folder), dsn if served else ""))

    def run(span: str) -> tuple[list[Any], list[Any]]:
        months = [f"{YEAR}-{month:02d}" for month in ((MONTH,) if span == "month" else range(1, 13))]
        cuts = {cut(month): [m for m in months if cut(m) == cut(month)] for month in months}
        found = [row for at, some in cuts.items() for row in _boards(hall, made, sessions, some, at, receipts)]
        return found, _graded(hall, found) if span == "year" else []

    return run


def _boards(
    hall: Office, made: BoardRules, sessions: Sessions, months: list[str], cut: Cut, receipts: bool
) -> Iterator[Any]:  # fmt: skip
    """Boards through the API, in the form that the peers' digest is taken of: figures alone, as theirs, or all."""
    flags = {"red": "R", "black": "B", "": ""}
    wanted: dict[str, Any] = {} if receipts else {"cited": (), "tasks": False}
    with sessions() as session:
        for body in hall.boards(session, "bench-marks-board", months, cut, made, **wanted):
            for row in body["standings"]:
                yield (
                    int(body["period"][5:]), int(row["unit"][2:]), int(200 * Decimal(row["score"]["total"])),
                    row["rank"], flags[row["list"]],
                )  # fmt: skip


def _graded(hall: Office, found: list[Any]) -> list[Any]:
    """The peers' grades out of twelve boards."""
    from b4_board import finish

    groups = {int(unit.id): unit.group for unit in hall.directory.units()}
    return finish(list(groups.items()), {(unit, month): 20_000 - score for month, unit, score, *_ in found})[1]  # type: ignore[no-any-return]


CONTENDERS = {
    f"supervise_{store}{said}{end}": partial(_setup, cut, served, receipts)
    for store, served in (("sqlite", False), ("postgres", True))
    for said, receipts in (("", False), ("_receipts", True))
    for end, cut in (("", now), ("_past", past))
}


# ── the year's assessment ───────────────────────────────────────────────────────────────────────────────────────────


def _assess(folder: Path, dsn: str, is_past: bool, receipts: bool) -> None:
    """One assessment, and what it took."""
    hall, sessions = office(folder), world.sessions(_url(folder, dsn))
    cut = past(f"{YEAR}-{ENDED:02d}") if is_past else now(str(YEAR))
    before, start = peak(), time.perf_counter()
    with sessions() as session:
        body = hall.assess(session, "bench-year", str(YEAR), cut, cited=None if receipts else ())
    spent = time.perf_counter() - start
    cited = sum(len(line.get("because", ())) for row in body["standings"] for line in row["lines"])
    rows = [len(body["standings"]), cited]
    print(json.dumps({"s": spent, "rss": peak(), "before": before, "rows": rows}))


def assess(folder: Path, dsn: str, repeats: int, out: Lines) -> None:
    """The year's assessment, each time in a process of its own; the first time only warms."""
    for name, where in (("sqlite", ""), *([("postgres", dsn)] if dsn else [])):
        for end in ("", "_past", "_receipts", "_receipts_past"):
            words = ["--dsn", where] if where else []
            command = [sys.executable, str(Path(__file__)), f"one{end}", str(folder), *words]
            done = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(repeats + 1)]
            found = [json.loads(one.stdout.splitlines()[-1]) for one in done][1:]
            row = {
                "s": summary([one["s"] for one in found]), "rss_mib": summary([one["rss"] for one in found]),
                "before_mib": summary([one["before"] for one in found]), "rows": found[0]["rows"],
            }  # fmt: skip
            out.emit(kind="result", span="year", name=f"supervise_assess_{name}{end}", **row)


def main() -> None:
    """Make the record, or measure the year."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "what", choices=["make", "assess", *(f"one{r}{p}" for r in ("", "_receipts") for p in ("", "_past"))]
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dsn", default="", help=f"a database {DATABASE} is made beside it")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--out")
    options = parser.parse_args()
    if options.what == "make":
        make(options.folder)
        if options.dsn:
            make(options.folder, options.dsn)
    elif options.what == "assess":
        assess(options.folder, options.dsn, options.repeats, Lines("board", options.out))
    else:
        _assess(options.folder, options.dsn, options.what.endswith("_past"), "_receipts" in options.what)


if __name__ == "__main__":
    sys.path.insert(0, str(world.PEERS))
    main()
