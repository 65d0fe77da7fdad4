"""B4: a month's board of ours on the peers' data and by the peers' rule, for ``b4_board.py --extra``.

    python benchmarks/board.py DIR        make our record of the data in DIR, before the run

Each kind of deduction is a duty that falls due on its day and is missed (``definitions/bench-marks.yaml``), so that the
result agrees with the peers' by digest, and every point of ours has its receipt besides. The record is lived through
the API step by step, hence small. The year's grades weigh quarter ends twice, which our rules do not say: no year.
"""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import filling, world
from supervise import Cut, Office, Unit, UnitList
from supervise.intake.breakdown import Breakdown, Draft
from supervise.rules.ruleset import BoardRules, Listing, Place

YEAR, MONTH = 2026, 6
CLOSED = Cut(date(YEAR, MONTH, 30))
COMMIT = 1000


def office(folder: Path) -> Office:
    """An office with the data's units in their groups."""
    units = tuple(
        Unit(_unit(number), str(number), group=f"g{group}")
        for number, group in _rows(folder, "SELECT id, grp FROM unit ORDER BY id")
    )
    groups = {f"g{n}": f"第{n}组" for n in range(1, 6)}
    return Office(world.DEFINITIONS, directory=UnitList(units, {}, groups), today=lambda: CLOSED.as_of)


def rules(hall: Office) -> BoardRules:
    """The board's rules, with a tenth of each group on either list."""
    made = hall.folder.rule(BoardRules, "bench-marks-board", CLOSED.as_of).value
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


def _url(folder: Path) -> str:
    return f"sqlite:///{folder.resolve() / 'ours.db'}?supervise_sync=off"


def make(folder: Path) -> None:
    """Place the data's tasks and do everything that happened to them, in order."""
    hall, sessions = office(folder), world.sessions(_url(folder))
    helpers: dict[int, list[str]] = {}
    for task, unit in _rows(folder, "SELECT task_id, unit_id FROM task_co ORDER BY task_id, unit_id"):
        helpers.setdefault(task, []).append(_unit(unit))
    drafts = (
        Draft(code=world.code(task), text=world.TITLE % task, lead=(_unit(lead),), co=tuple(helpers.get(task, ())),
              due=date(YEAR, 12, 31))
        for task, lead in _rows(folder, "SELECT id, lead_unit FROM task ORDER BY id")
    )  # fmt: skip
    while batch := tuple(islice(drafts, COMMIT)):
        with sessions.begin() as session:
            breakdown = Breakdown(workflow="bench-marks", tasks=batch)
            hall.assign(session, breakdown, world.SUPERVISOR, date(YEAR, 1, 1))
    _happen(hall, sessions, folder)
    filling.settle(_url(folder))


def _happen(hall: Office, sessions: Any, folder: Path) -> None:
    from b4_board import KINDS

    names = {number: name for number, name, _ in KINDS}
    query = "SELECT task_id, kind, substr(at, 1, 10) FROM event ORDER BY at, id"
    marks = ((world.code(t), names[kind], date.fromisoformat(day)) for t, kind, day in _rows(folder, query))
    costly = {name for _, name, points in KINDS if points}
    while batch := list(islice(marks, COMMIT)):
        with sessions.begin() as session:
            _do(hall, session, [(c, n, d, {"until": d} if n in costly else {}) for c, n, d in batch])


def _do(hall: Office, session: Any, acts: list[tuple[str, str, date, dict[str, Any]]]) -> None:
    for code, action, day, data in acts:
        hall.advance(session, code, action, world.SUPERVISOR, day, **data)


def board(folder: str, dsn: str) -> Callable[[str], tuple[list[Any], list[Any]]]:
    """The board through ``office.board``, in the form that the peers' digest is taken of."""
    hall = office(Path(folder))
    made, sessions = rules(hall), world.sessions(_url(Path(folder)))
    flags = {"red": "R", "black": "B", "": ""}

    def run(span: str) -> tuple[list[Any], list[Any]]:
        if span != "month":
            raise NotImplementedError("quarter ends count twice in the peers' year: our rules do not say that")
        with sessions() as session:
            body = hall.board(session, "bench-marks-board", f"{YEAR}-{MONTH:02d}", CLOSED, made)
        return [(MONTH, *_standing(row), flags[row["list"]]) for row in body["standings"]], []

    return run


def _standing(row: dict[str, Any]) -> tuple[int, int, int]:
    """Unit, score in two-hundredths, rank."""
    return int(row["unit"][2:]), int(200 * Decimal(row["score"]["total"])), row["rank"]


CONTENDERS = {"supervise_board": board}

if __name__ == "__main__":
    sys.path.insert(0, str(world.PEERS))
    make(Path(sys.argv[1]))
