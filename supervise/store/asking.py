"""How boards ask: as of the end of which day, of the tasks under which laws, and in pieces that any database takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Select, Table, select
from sqlalchemy.orm import Session

from supervise.dates import ONE_DAY
from supervise.store.statements import chunks
from supervise.store.tables import Tables

AT_ONCE = 2000
"""So many rows are taken from the database at a time: one by one costs as much again, all at once takes the room."""


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


def asked(
    session: Session,
    query: Select[Any] | CompoundSelect[Any],
    among: ColumnElement[Any] | None = None,
    values: Sequence[str] | None = None,
) -> Iterator[Any]:
    """The rows of a query, only those with one of some values in a column if they are given."""
    for chunk in [None] if among is None or values is None else chunks(values):
        some = query
        if chunk is not None and among is not None and isinstance(query, Select):
            some = query.where(among.in_(chunk))
        for rows in session.execute(some).partitions(AT_ONCE):
            yield from rows
