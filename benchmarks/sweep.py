"""B3: a night of our clock, for ``b3_sweep.py --extra``: D of N open tasks have run out, each gets event and letter.

The N tasks stand in a database of ours beside the peers', filled once for each size and copied for each run; the clock
runs over duties, ladder and seal as on any night. What it committed is shown to the peers' check when the process
ends, which is not timed. ``supervise_tick_service`` leaves the transactions to the service, ``supervise_tick_each``
sends every task through the machine by itself, and ``same_rows`` is the limit for what we write, see there.
With ``SUPERVISE_SWEEP=plain`` no task has a report waiting to be verified, so that a lapse changes no other duty.
"""

from __future__ import annotations

import atexit
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import filling, same_rows, world
from benchmarks.filling import History, Order
from supervise.store.engines import open_engine

NIGHT = date(2026, 6, 30)
STATES = ("assigned", "planned", "in_progress", "reported")
AHEAD = tuple(range(30, 300, 15))
PLAIN = os.environ.get("SUPERVISE_SWEEP") == "plain"
NAME = "sweep_plain" if PLAIN else "sweep_ours"


def histories() -> list[History]:
    """Open tasks in four states: those that run out tonight first, then those that have time."""
    dues = [NIGHT - timedelta(days=1), *(NIGHT + timedelta(days=n) for n in AHEAD)]
    return [History(world.OPENED, due, world.life(world.OPENED, steps)) for due in dues for steps in range(len(STATES))]


def orders(number: int, due: int, dialect: str) -> Iterator[Order]:
    """N tasks of which D run out tonight, in an order that has nothing to do with the code."""
    made = filling.moulds(histories(), NIGHT - timedelta(days=1), dialect)
    late = set(random.Random(number + due).sample(range(1, number + 1), due))
    for i in range(1, number + 1):
        row = 0 if i in late else 1 + i % len(AHEAD)
        yield Order(made[4 * row + i % (3 if PLAIN else 4)], i, world.lead_of(i), world.co_of(i))


def fill(url: str, number: int, due: int) -> None:
    """Make our tables and put the tasks in."""
    filling.fill(url, orders(number, due, "sqlite" if url.startswith("sqlite") else "postgresql"))


def copied(backend: str, target: str, number: int, due: int) -> str:
    """The address of a fresh copy of our filled database for this size."""
    if backend == "sqlite":
        folder = Path(target).parent
        model, copy = folder / f"{NAME}_{number}_{due}.db", folder / "sweep_ours.db"
        if not model.exists():
            part = model.with_suffix(".part")
            part.unlink(missing_ok=True)
            fill(f"sqlite:///{part}", number, due)
            part.rename(model)
        for end in ("", "-wal", "-shm"):
            Path(f"{copy}{end}").unlink(missing_ok=True)
        shutil.copyfile(model, copy)
        return f"sqlite:///{copy}"
    return _copied_on_server(target, number, due)


def _copied_on_server(target: str, number: int, due: int) -> str:
    import psycopg

    base = target.rsplit("/", 1)[0]
    model, part, copy = f"{NAME}_{number}_{due}", "sweep_ours_part", "sweep_ours"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [model]).fetchone():
            connection.execute(f"DROP DATABASE IF EXISTS {part} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {part}")
            fill(world.url_of("postgres", f"{base}/{part}"), number, due)
            connection.execute(f"ALTER DATABASE {part} RENAME TO {model}")
        connection.execute(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {copy} TEMPLATE {model} STRATEGY FILE_COPY")
        connection.execute("CHECKPOINT")
    return world.url_of("postgres", f"{base}/{copy}")


def sizes(backend: str, target: str) -> tuple[int, int]:
    """How many tasks the peers' table has, and how many of them are overdue."""
    from b3_sweep import NOW
    from sqlalchemy import text

    engine = open_engine(world.url_of(backend, target))
    with engine.connect() as connection:
        query = text("SELECT count(*), sum(CASE WHEN due_at <= :now THEN 1 ELSE 0 END) FROM task")
        number, due = connection.execute(query, {"now": str(NOW)}).one()
    engine.dispose()
    return int(number), int(due or 0)


def tick(backend: str, target: str) -> Callable[[], int]:
    """``office.tick`` in the caller's session, committed by the caller."""
    url = copied(backend, target, *sizes(backend, target))
    sessions, office = world.sessions(url), world.office(NIGHT)
    office.folder.definition("bench-life")
    sessions().connection().close()

    def run() -> int:
        with sessions.begin() as session:
            report = office.tick(session, NIGHT)
        return report.looked_at

    atexit.register(_show, backend, url, target)
    return run


def service(backend: str, target: str, alike: bool = True) -> Callable[[], int]:
    """The service's tick, piece by piece, each committed."""
    url = copied(backend, target, *sizes(backend, target))
    office = world.office(NIGHT)
    office.folder.definition("bench-life")
    made = office.serve(url)
    made.transact(lambda session: session.connection())
    if not alike:
        sweep = type(office).sweep
        type(office).sweep = lambda *given: _each(sweep(*given))  # type: ignore[method-assign]
    atexit.register(_show, backend, url, target)
    return lambda: made.tick(NIGHT).looked_at


def _each(sweep: Any) -> Any:
    sweep.alike = False
    return sweep


def each(backend: str, target: str) -> Callable[[], int]:
    """The same with every task through the machine by itself."""
    return service(backend, target, alike=False)


def _show(backend: str, url: str, target: str) -> None:
    """Copy tonight's events, letters and versions from our database to the peers'."""
    from sqlalchemy import text

    night = {"night": str(NIGHT)}
    ours = open_engine(url)
    with ours.connect() as connection:
        of = "SELECT * FROM {} WHERE day = :night ORDER BY task, seq"
        events = connection.execute(text(of.format("sv_event")), night).mappings().all()
        letters = connection.execute(text(of.format("sv_outbox")), night).mappings().all()
        states: dict[str, Any] = dict(
            connection.execute(
                text("SELECT t.code, t.state FROM sv_task t JOIN sv_event e ON e.task = t.code WHERE e.day = :night "
                     "AND e.seq = t.version"), night,
            ).tuples().all()
        )  # fmt: skip
    theirs = open_engine(world.url_of(backend, target))
    with theirs.begin() as connection:
        _write(connection, events, letters, states)
    ours.dispose()
    theirs.dispose()


def _write(connection: Any, events: Any, letters: Any, states: dict[str, Any]) -> None:
    from sqlalchemy import text

    number = {row["task"]: int(row["task"][1:]) for row in (*events, *letters)}
    if events:
        insert = (
            'INSERT INTO event(task_id, from_state, to_state, "trigger", actor, at, payload) '
            "VALUES (:id, :source, :target, :action, :actor, :recorded_at, '{}')"
        )
        connection.execute(text(insert), [dict(row) | {"id": number[row["task"]]} for row in events])
    if letters:
        insert = "INSERT INTO outbox(task_id, topic, payload, created_at) VALUES (:id, :action, :text, :recorded_at)"
        connection.execute(text(insert), [dict(row) | {"id": number[row["task"]]} for row in letters])
    if states:
        update = "UPDATE task SET state = :state, version = version + 1 WHERE id = :id"
        connection.execute(text(update), [{"id": int(c[1:]), "state": s} for c, s in states.items()])


CONTENDERS = {
    "same_rows": same_rows.writer, "supervise_tick": tick, "supervise_tick_service": service,
    "supervise_tick_each": each,
}  # fmt: skip
