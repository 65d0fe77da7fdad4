"""Between the peers' tables and ours in one database: their fresh tasks placed with us, our work shown to their checks.

Neither is timed. What is copied back is what stands committed in our own tables, each count from the table that has
it, so that the peers' check of events, letters and versions is a check of ours.
"""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache

from sqlalchemy import Engine, text

from benchmarks import filling, world
from benchmarks.filling import History, Mould, Order
from supervise.store.engines import open_engine

DUE = date(2026, 12, 31)
MANY = 10_000
_ONE_AT_A_TIME = threading.Lock()
_NUMBER = "CAST(substr({table}.{column}, 2) AS INTEGER)"


@cache
def fresh_mould(dialect: str) -> Mould:
    """A task as it stands when it has just been placed."""
    return filling.moulds([History(world.OPENED, DUE)], world.OPENED, dialect)[0]


@contextmanager
def alone(url: str) -> Iterator[Engine]:
    """An engine, while no other client of the benchmark, thread or process, is at this at the same time."""
    engine = open_engine(url)
    try:
        with _ONE_AT_A_TIME, _lock(engine):
            yield engine
    finally:
        engine.dispose()


@contextmanager
def _lock(engine: Engine) -> Iterator[None]:
    if engine.dialect.name == "sqlite":
        with open(f"{engine.url.database}.lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(20260302)"))
        yield


def place(url: str) -> None:
    """Place with us every task of the peers' table that we do not have yet."""
    with alone(url) as engine:
        sessions = world.sessions(url)
        filling.begin(sessions)
        placed = _place(url, engine)
        if placed:
            filling.seal(sessions)
            _settle(url, placed)


def _place(url: str, engine: Engine) -> int:
    with engine.connect() as connection:
        last = connection.execute(text("SELECT max(code) FROM sv_task")).scalar()
        known = int(last[1:]) if last else 0
        query = text("SELECT id FROM task WHERE version = 1 AND id > :known ORDER BY id")
        wanted = [n for (n,) in connection.execute(query, {"known": known})]
    mould = fresh_mould(engine.dialect.name)
    return filling.pour(url, (Order(mould, n, world.lead_of(n), world.co_of(n)) for n in wanted))


def _settle(url: str, placed: int) -> None:
    """The peers' database was settled before us: do no worse."""
    if placed > MANY or url.startswith("sqlite"):
        filling.settle(url)


def show(url: str) -> None:
    """Copy to the peers' tables what stands in ours and not yet in theirs."""
    with alone(url) as engine:
        at_once = "SERIALIZABLE" if engine.dialect.name == "sqlite" else "REPEATABLE READ"  # others are still at it
        with engine.execution_options(isolation_level=at_once).begin() as connection:
            for statement in _statements():
                connection.execute(text(statement))


def _statements() -> Iterator[str]:
    """Events, letters and versions beyond those that the peers' row of the task speaks of."""
    of_event = _NUMBER.format(table="e", column="task")
    of_letter = _NUMBER.format(table="o", column="task")
    of_task = _NUMBER.format(table="s", column="code")
    ours = f"SELECT {of_task} AS id, s.state, s.version FROM sv_task s WHERE s.version > 1"
    yield (
        'INSERT INTO event(task_id, from_state, to_state, "trigger", actor, at, payload) '
        f"SELECT t.id, e.source, e.target, e.action, e.actor, e.recorded_at, '{{}}' FROM sv_event e "
        f"JOIN task t ON t.id = {of_event} WHERE e.seq > 1 AND e.seq > t.version"
    )
    yield (
        "INSERT INTO outbox(task_id, topic, payload, created_at) "
        f"SELECT t.id, o.action, o.text, o.recorded_at FROM sv_outbox o JOIN task t ON t.id = {of_letter} "
        "WHERE o.seq > 1 AND o.seq > t.version"
    )
    yield (
        f"WITH ours AS ({ours}) UPDATE task SET state = (SELECT o.state FROM ours o WHERE o.id = task.id), "
        "version = (SELECT o.version FROM ours o WHERE o.id = task.id) "
        "WHERE EXISTS (SELECT 1 FROM ours o WHERE o.id = task.id AND o.version > task.version)"
    )
