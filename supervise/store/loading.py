"""Many rows at once into one table: by COPY where there are many and the database has it, else by one statement.

COPY is a part of the caller's transaction like everything else, and goes straight to the driver: a host's hooks see
nothing of it, its errors come out as ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.dialects.postgresql.base import PGDialect

from supervise.store import faults
from supervise.store.lines import Line
from supervise.store.statements import Ready, Statement, Values

MANY = 50
"""Rows from which on COPY is used; here it took half the time from 25 on, over a network it is a journey more."""


def add(on: Connection | Line, table: Table, rows: Sequence[Values]) -> None:
    """Put rows into a table.

    Args:
        on: the caller's connection, or one of our own.
        table: which.
        rows: with every column.
    """
    if len(rows) >= MANY and copies(on):
        ready = inserted(on, table)
        _copy(on, table, (ready.values(row) for row in rows))
    elif rows:
        _inserted(table).run(on, rows)


def put(on: Connection | Line, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """The same with rows whose values are already what the driver takes, in the order of ``inserted``."""
    if len(rows) >= MANY and copies(on):
        _copy(on, table, rows)
    elif rows:
        ready = inserted(on, table)
        given = [tuple(row) if ready.positional else dict(zip(ready.names, row, strict=True)) for row in rows]
        on.exec_driver_sql(ready.text, given)


def inserted(on: Connection | Line, table: Table) -> Ready:
    """How a row gets into a table: the columns in order, and how their values travel."""
    return _inserted(table).ready(on.dialect)


def copies(on: Connection | Line) -> bool:
    """Whether rows can be copied within the transaction that a connection is in."""
    if not isinstance(on.dialect, PGDialect) or on.dialect.driver != "psycopg":
        return False
    driver: Any = on.connection.driver_connection
    return not driver.autocommit or driver.info.transaction_status.name == "INTRANS"


def _copy(on: Connection | Line, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    driver: Any = on.connection.driver_connection
    ready = inserted(on, table)
    preparer = on.dialect.identifier_preparer
    columns = ", ".join(preparer.quote(name) for name in ready.names)
    text = f"COPY {preparer.format_table(table)} ({columns}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(text) as copy:
            for row in rows:
                copy.write_row(row)
    except on.dialect.loaded_dbapi.Error as error:
        raise faults.raised(on, error, text) from error


@cache
def _inserted(table: Table) -> Statement:
    return Statement(insert(table))
