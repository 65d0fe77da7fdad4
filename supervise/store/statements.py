"""Statements whose text and types are worked out once for each dialect, for what every act does.

SQLAlchemy writes them and names their types; at run time only the text and the values travel, through the connection's
own ``exec_driver_sql``, so that a host's hooks, logs and translated errors stay what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Table, and_, bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Update
from sqlalchemy.sql.expression import Executable
from sqlalchemy.sql.selectable import Select

from supervise.store.tables import Tables, of

Values = Mapping[str, Any]
Work = Session | Connection
_Turn = Callable[[Any], Any] | None


def connection(work: Work) -> Connection:
    """The connection that a session works through, or the one given."""
    return work.connection() if isinstance(work, Session) else work


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement in one dialect: its text, its values by name, and how values travel there and back."""

    text: str
    names: tuple[tuple[str, _Turn], ...]
    positional: bool
    back: tuple[tuple[int, Callable[[Any], Any]], ...]


class Statement:
    """One statement, made ready for each dialect that asks.

    Args:
        made: with a ``bindparam`` for every value.
    """

    def __init__(self, made: Executable) -> None:
        self._made = made
        self._ready: WeakKeyDictionary[Dialect, _Ready] = WeakKeyDictionary()

    def run(self, on: Connection, rows: Sequence[Values]) -> int:
        """Run it once for each of ``rows`` and give how many rows it touched; -1 where a driver cannot say."""
        if not rows:
            return 0
        ready = self._for(on.dialect)
        given = [_given(ready, row) for row in rows]
        return on.exec_driver_sql(ready.text, given[0] if len(given) == 1 else given).rowcount

    def rows(self, on: Connection, **values: Any) -> list[list[Any]]:
        """The rows that it finds."""
        ready = self._for(on.dialect)
        found = [list(row) for row in on.exec_driver_sql(ready.text, _given(ready, values)).fetchall()]
        for row in found:
            for place, turn in ready.back:
                row[place] = turn(row[place])
        return found

    def _for(self, dialect: Dialect) -> _Ready:
        ready = self._ready.get(dialect)
        if ready is None:
            ready = self._ready[dialect] = _prepare(self._made, dialect)
        return ready


def _given(ready: _Ready, row: Values) -> Any:
    if ready.positional:
        return tuple([turn(row[name]) if turn is not None else row[name] for name, turn in ready.names])
    return {name: turn(row[name]) if turn is not None else row[name] for name, turn in ready.names}


def _prepare(made: Any, dialect: Dialect) -> _Ready:
    compiled = made.compile(dialect=dialect)
    order = compiled.positiontup if compiled.positional else list(compiled.params)
    names = tuple((name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in order)
    columns = made.selected_columns if isinstance(made, Select) else ()
    turns = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    back = tuple((place, turn) for place, turn in enumerate(turns) if turn is not None)
    return _Ready(str(compiled), names, bool(compiled.positional), back)


class Statements:
    """What an act reads and writes, on one set of tables."""

    def __init__(self, tables: Tables) -> None:
        self.add_task, self.add_event = Statement(insert(tables.task)), Statement(insert(tables.event))
        self.add_party, self.add_duty = Statement(insert(tables.party)), Statement(insert(tables.duty))
        self.add_news = Statement(insert(tables.outbox))
        self.claim = Statement(_claim(tables.task))
        self.end_duty = Statement(_end_duty(tables.duty))
        event = tables.event
        mine = event.c.district == bindparam("district", type_=event.c.district.type)
        task = event.c.task == bindparam("task", type_=event.c.task.type)
        key = event.c.idem == bindparam("idem", type_=event.c.idem.type)
        self.history = Statement(select(event).where(mine, task).order_by(event.c.seq))
        self.by_key = Statement(select(event).where(mine, key))


def _claim(task: Table) -> Update:
    """The new state of a task, if it still stands at the version and head that were seen."""
    seen = {name: bindparam(f"was_{name}", type_=task.c[name].type) for name in ("version", "head")}
    mine = and_(
        task.c.district == bindparam("b_district", type_=task.c.district.type),
        task.c.code == bindparam("b_code", type_=task.c.code.type),
        task.c.version == seen["version"], task.c.head == seen["head"],
    )  # fmt: skip
    changing = [column.name for column in task.c if column.name not in ("district", "code")]
    return update(task).where(mine).values({name: bindparam(name) for name in changing})


def _end_duty(duty: Table) -> Update:
    """Say until when a duty stood as it did."""
    mine = and_(  # not ``until_day``: MariaDB would take its index and wait for what other tasks owe
        duty.c.district == bindparam("b_district", type_=duty.c.district.type),
        duty.c.task == bindparam("b_task", type_=duty.c.task.type),
        duty.c.ref == bindparam("b_ref", type_=duty.c.ref.type), duty.c.until_known.is_(None),
    )  # fmt: skip
    return update(duty).where(mine).values(until_day=bindparam("until_day"), until_known=bindparam("until_known"))


@cache
def _of(tables: Tables) -> Statements:
    return Statements(tables)


def statements(work: Work) -> Statements:
    """The statements on the tables that a session or connection was told to use."""
    return _of(of(work))
