"""Many rows at once into one table: by COPY where there are many and the database has it, else by one statement.

COPY is a part of the caller's transaction like everything else, and goes straight to the driver: a host's hooks see
nothing of it, its errors come out as ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Form:
    """A row for a statement, of which some values are left open: thousands of rows that differ in little.

    Args:
        ready: the statement.
        values: as the driver takes them; what stands in the open places counts for nothing.
        places: the open ones.
        line: the row as COPY takes it, with ``%s`` in the open places.
    """

    ready: Ready
    values: Sequence[Any]
    places: tuple[int, ...]
    line: str

    def filled(self, given: Sequence[Any]) -> Any:
        """The row with its open places filled, as the driver takes it."""
        fresh = list(self.values)
        for place, value in zip(self.places, given, strict=True):
            fresh[place] = value
        return tuple(fresh) if self.ready.positional else dict(zip(self.ready.names, fresh, strict=True))


def form(ready: Ready, row: Values, *left: str) -> Form:
    """A row for a statement whose columns ``left``, in the order of the statement, are filled in for each row."""
    values, places = ready.values(row), tuple(map(ready.names.index, left))
    cells = [str(_copied(value)).replace("%", "%%") for value in values]
    assert list(places) == sorted(places)
    for place in places:
        cells[place] = "%s"
    return Form(ready, values, places, "\t".join(cells) + "\n")


Filled = tuple[Form, tuple[Any, ...]]


def fill(on: Connection | Line, table: Table, rows: Sequence[Filled]) -> None:
    """Put rows into a table: forms of ``inserted``, each with the texts and numbers that it leaves open."""
    if len(rows) >= MANY and copies(on):
        said = "".join([cell for _, given in rows for cell in given if isinstance(cell, str)])
        if any(mark in said for mark in _SPECIAL):
            rows = [(one, tuple(map(_copied, given))) for one, given in rows]
        _copy(on, table, "".join([one.line % given for one, given in rows]))
    elif rows:
        on.exec_driver_sql(rows[0][0].ready.text, [one.filled(given) for one, given in rows])


def _copied(value: Any) -> Any:
    """A value in the text that COPY reads."""
    if isinstance(value, str):
        for mark, said in _SPECIAL.items():
            value = value.replace(mark, said)
        return value
    return "\\N" if value is None else value


_SPECIAL = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def inserted(on: Connection | Line, table: Table) -> Ready:
    """How a row gets into a table: the columns in order, and how their values travel."""
    return _inserted(table).ready(on.dialect)


def copies(on: Connection | Line) -> bool:
    """Whether rows can be copied within the transaction that a connection is in."""
    if not isinstance(on.dialect, PGDialect) or on.dialect.driver != "psycopg":
        return False
    driver: Any = on.connection.driver_connection
    return not driver.autocommit or driver.info.transaction_status.name == "INTRANS"


def _copy(on: Connection | Line, table: Table, rows: str | Iterable[Sequence[Any]]) -> None:
    """Copy rows, or the text that says them."""
    driver: Any = on.connection.driver_connection
    ready = inserted(on, table)
    preparer = on.dialect.identifier_preparer
    columns = ", ".join(preparer.quote(name) for name in ready.names)
    text = f"COPY {preparer.format_table(table)} ({columns}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(text) as copy:
            if isinstance(rows, str):
                copy.write(rows)
            else:
                for row in rows:
                    copy.write_row(row)
    except on.dialect.loaded_dbapi.Error as error:
        raise faults.raised(on, error, text) from error


@cache
def _inserted(table: Table) -> Statement:
    return Statement(insert(table))
