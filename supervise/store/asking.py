"""How boards ask: as of the end of which day, of the tasks under which laws, and in pieces that any database takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from sqlite3 import sqlite_version_info
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Select, Table, bindparam, select
from sqlalchemy.orm import Session

from supervise.dates import ONE_DAY
from supervise.store.statements import CHUNK, chunks
from supervise.store.tables import Tables

AT_ONCE = 2000
"""So many rows are taken from the database at a time: one by one costs as much again, all at once takes the room."""

WIDE = 10_000 if sqlite_version_info >= (3, 32) else CHUNK
"""Values bound at once where pieces would be told apart in the numbers: each piece says again what the others did."""


@dataclass(frozen=True, slots=True)
class View:
    """What is asked of.

    Args:
        district: whose tasks.
        day: the last day seen, to its very end.
        laws: names of the definitions whose tasks count; all tasks if ``None``.
        law: the only one there is, if there is only one.
    """

    district: str
    day: date
    laws: tuple[str, ...] | None = None
    law: str = ""

    @property
    def after(self) -> date:
        """The morning after, when what was due on the last day and not done is missed."""
        return self.day + ONE_DAY


class Span(NamedTuple):
    """Days from ``first`` to ``last``, both counted."""

    first: date
    last: date


def lawful(at: Tables, view: View, table: Table) -> tuple[ColumnElement[bool], ...]:
    """Only tasks under the laws that are asked for."""
    if view.laws is None:
        return ()
    task = at.task
    mine = task.c.district == view.district, task.c.code == table.c.task, task.c.definition.in_(view.laws)
    return (select(task.c.code).where(*mine).exists(),)


def among(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Only those with one of the values that ``asked`` gives, so that a statement is made once for all pieces."""
    return column.in_(bindparam("among", expanding=True, type_=column.type))


def asked(
    session: Session, query: Select[Any] | CompoundSelect[Any], values: Sequence[str] | None = None, most: int = CHUNK
) -> Iterator[Any]:
    """The rows of a query; of one with ``among`` in it those with some values, so many of them at a time."""
    for chunk in [None] if values is None else chunks(values, most):
        for rows in session.execute(query, None if chunk is None else {"among": chunk}).partitions(AT_ONCE):
            yield from rows


def some(
    session: Session, query: Select[Any], column: ColumnElement[Any], values: Sequence[str] | None
) -> Iterator[Any]:
    """The rows of a query, only those with one of some values in a column if they are given."""
    return asked(session, query if values is None else query.where(among(column)), values)
