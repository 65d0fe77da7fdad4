"""One at a time: a lock of the database itself around everything that changes our tables' shape.

It belongs to the connection, so that a process that dies gives it back. Without it two upgrades at once would both
find the old layout and the second would fail half-way.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql.base import PGDialect

from supervise.store.faults import stale
from supervise.store.tables import Tables, of
from supervise.store.types import MYSQL

WAIT = 60
"""Seconds that one waits for another."""

_here = threading.RLock()


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Nobody else changes the shape of these tables within the block; on other databases, nobody in this process.

    Raises:
        Stale: S01 when somebody else is at it for too long.
    """
    name = _name(of(connection))
    if connection.dialect.name in MYSQL:
        with _mysql(connection, name):
            yield
    elif isinstance(connection.dialect, PGDialect):
        # given back at the end of the transaction, whose steps are seen by others only then
        connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT}s'"))
        connection.execute(select(func.pg_advisory_xact_lock(int(name[:15], 16))))
        yield
    elif connection.dialect.name == "sqlite":
        if not connection.connection.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
    else:
        with _here:
            yield


def _name(tables: Tables) -> str:
    return hashlib.sha256(f"supervise {tables.schema} {tables.prefix}".encode()).hexdigest()


@contextmanager
def _mysql(connection: Connection, name: str) -> Iterator[None]:
    # the lock is the server's, not the database's
    key = func.concat(name[:30], func.md5(func.database()))
    if connection.execute(select(func.get_lock(key, WAIT))).scalar() != 1:
        raise stale(f"另有一个程序正在升级这个数据库,等了 {WAIT} 秒")
    try:
        yield
    finally:
        connection.execute(select(func.release_lock(key)))
