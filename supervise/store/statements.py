"""Statements whose text and types are worked out once for each dialect, for what every act does.

SQLAlchemy writes them and names their types; at run time only the text and the values travel, through the connection's
own ``exec_driver_sql``, so that a host's hooks, logs and translated errors stay what they are. What SQLite would be
given the long way (days, moments, JSON) is written the short way, and read alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    Table,
    and_,
    bindparam,
    delete,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Update
from sqlalchemy.sql.expression import Executable
from sqlalchemy.sql.selectable import Select
from sqlalchemy.types import TypeEngine

from supervise.store.lines import Line
from supervise.store.tables import Tables, of
from supervise.store.types import UtcDateTime

T = TypeVar("T")
Values = Mapping[str, Any]
Work = Session | Connection | Line
_Turn = Callable[[Any], Any] | None


def connection(work: Work) -> Connection | Line:
    """The connection that a session works through, or the one given."""
    return work.connection() if isinstance(work, Session) else work


CHUNK = 500
"""Values bound at once: few enough for every database, and for rows to be held in memory."""


def chunks(items: Sequence[T], most: int = CHUNK) -> Iterator[Sequence[T]]:
    """Pieces of ``CHUNK``, or of some other size."""
    return (items[i : i + most] for i in range(0, len(items), most))


@dataclass(frozen=True, slots=True)
class Ready:
    """A statement in one dialect: its text, its values by name, and how values travel there and back."""

    text: str
    names: tuple[str, ...]
    taken: Callable[[Values], Any]
    there: tuple[tuple[int, Callable[[Any], Any]], ...]
    back: tuple[tuple[int, Callable[[Any], Any]], ...]
    positional: bool

    def given(self, row: Values) -> Any:
        """The values of one row as the driver wants them."""
        values = self.values(row)
        return tuple(values) if self.positional else dict(zip(self.names, values, strict=True))

    def values(self, row: Values) -> list[Any]:
        """The values of one row, in order."""
        values = list(self.taken(row))
        for place, turn in self.there:
            values[place] = turn(values[place])
        return values


class Statement:
    """One statement, made ready for each dialect that asks.

    Args:
        made: with a ``bindparam`` for every value.
    """

    def __init__(self, made: Executable) -> None:
        self._made = made
        self._ready: WeakKeyDictionary[Dialect, Ready] = WeakKeyDictionary()
        self._latest: tuple[Dialect | None, Ready | None] = None, None

    def run(self, on: Connection | Line, rows: Sequence[Values]) -> int:
        """Run it once for each of ``rows`` and give how many rows it touched; -1 where a driver cannot say."""
        if not rows:
            return 0
        ready = self.ready(on.dialect)
        given = [ready.given(row) for row in rows]
        touched: int = on.exec_driver_sql(ready.text, given[0] if len(given) == 1 else given).rowcount
        return touched

    def rows(self, on: Connection | Line, **values: Any) -> list[list[Any]]:
        """The rows that it finds."""
        ready = self.ready(on.dialect)
        found = [list(row) for row in on.exec_driver_sql(ready.text, ready.given(values)).fetchall()]
        for row in found:
            for place, turn in ready.back:
                row[place] = turn(row[place])
        return found

    def among(self, on: Connection | Line, codes: Sequence[str], **values: Any) -> list[list[Any]]:
        """The rows that it finds among many: ``codes`` travel as one value, where a database takes a list for one.

        Args:
            on: the caller's connection, or one of our own.
            codes: what the statement calls ``codes``, see ``listed``.
            values: the others.
        """
        found, back = list(map(list, self.raw(on, codes, **values))), self.ready(on.dialect).back
        for place, turn in back:
            for row in found:
                row[place] = turn(row[place])
        return found

    def raw(self, on: Connection | Line, codes: Sequence[str], **values: Any) -> list[tuple[Any, ...]]:
        """The same with rows as the driver gives them, for who has many and most of them alike; see ``turned``."""
        ready, kind = self.ready(on.dialect), on.dialect.name
        given = ready.given({**values, "codes": codes})
        if kind == "sqlite":
            text = ready.text.replace(_LIST, "SELECT value FROM json_each(?)")
            given = tuple(_DUMP(list(codes)) if one is codes else one for one in given)
        elif kind == "postgresql":
            # an array that is made once, of a length no planner knows: he goes by the key
            among = "= ANY(ARRAY(SELECT json_array_elements_text(%(codes)s::json)))"
            text, given = ready.text.replace(f"IN ({_LIST})", among), {**given, "codes": _DUMP(list(codes))}
        else:
            names = {f"codes_{n}": code for n, code in enumerate(codes)}
            text, given = ready.text.replace(_LIST, ",".join(f"%({name})s" for name in names)), {**given, **names}
        result: Any = on.exec_driver_sql(text, given)
        if isinstance(on, Line):  # whose one cursor stays open
            return list(result.fetchall())
        found = result.cursor.fetchall()
        result.close()
        return list(found)

    def turned(self, on: Connection | Line, row: Sequence[Any], first: int = 0) -> list[Any]:
        """The values of a raw row from its column ``first`` on, as the product knows them."""
        found = list(row)
        for place, turn in self.ready(on.dialect).back:
            if place >= first:
                found[place - first] = turn(found[place - first])
        return found

    def ready(self, dialect: Dialect) -> Ready:
        """It in one dialect; nearly always the one that asked before."""
        latest, ready = self._latest
        if latest is not dialect or ready is None:
            ready = self._ready.get(dialect)
            if ready is None:
                ready = self._ready[dialect] = _prepare(self._made, dialect)
            self._latest = dialect, ready
        return ready


def listed(column: Column[str]) -> ColumnElement[bool]:
    """That a column has one of the values that ``Statement.among`` is given as ``codes``."""
    return column.in_(bindparam("codes", expanding=True))


_LIST = "__[POSTCOMPILE_codes]"


def _prepare(made: Any, dialect: Dialect) -> Ready:
    compiled = made.compile(dialect=dialect)
    names = tuple(compiled.positiontup if compiled.positional else compiled.params)
    there = [_there(compiled.binds[name].type, dialect) for name in names]
    back = [_back(column.type, dialect) for column in made.selected_columns] if isinstance(made, Select) else []
    return Ready(str(compiled), names, _taker(names), _turns(there), _turns(back), bool(compiled.positional))


def _taker(names: Sequence[str]) -> Callable[[Values], Any]:
    """What takes the values of these names out of a row, in order."""
    return itemgetter(*names) if len(names) > 1 else lambda row: tuple(row[name] for name in names)


def _turns(turns: Sequence[_Turn]) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    return tuple((place, turn) for place, turn in enumerate(turns) if turn is not None)


def _there(kind: TypeEngine[Any], dialect: Dialect) -> _Turn:
    if isinstance(kind, JSON) and dialect.name in ("sqlite", "postgresql"):
        return dumped
    if dialect.name == "sqlite":
        if isinstance(kind, Date):
            return _day
        if isinstance(kind, UtcDateTime):
            return _moment
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _back(kind: TypeEngine[Any], dialect: Dialect) -> _Turn:
    if isinstance(kind, JSON) and dialect.name == "sqlite":
        return _loaded
    return kind.dialect_impl(dialect).result_processor(dialect, None)


_EMPTY: dict[str, Any] = {"{}": {}, "[]": []}
_DUMP, _LOAD = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode, json.JSONDecoder().raw_decode


def dumped(value: Any) -> str:
    """Chinese as it is: half the bytes of what SQLAlchemy would write, and read alike."""
    if not value:
        return "[]" if isinstance(value, list | tuple) else "{}"
    return _names(value) if isinstance(value, tuple) else _DUMP(value)


@lru_cache(4096)
def _names(value: tuple[str, ...]) -> str:
    """Of units and roles there are few, and they come again and again."""
    return _DUMP(value)


def _loaded(text: str) -> Any:
    return _EMPTY[text].copy() if text in _EMPTY else _LOAD(text)[0]


class _Days(dict[date | None, str | None]):
    """Days as they are written; an act writes dozens, mostly the same ones."""

    def __missing__(self, day: date | None) -> str | None:
        if len(self) > DAYS:
            self.clear()
        self[day] = day.isoformat() if day is not None else None
        return self[day]


DAYS = 40_000
_day = _Days().__getitem__


@lru_cache(64)  # one act writes one moment many times
def _moment(value: datetime | None) -> str | None:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds") if value is not None else None


class Statements:
    """What an act reads and writes, on one set of tables."""

    def __init__(self, tables: Tables) -> None:
        task, event, duty, party = tables.task, tables.event, tables.duty, tables.party
        self.history = Statement(select(event).where(_is(event, "district", "task")).order_by(event.c.seq))
        several = select(event).where(_is(event, "district"), listed(event.c.task))
        self.histories = Statement(several.order_by(event.c.task, event.c.seq))
        self.by_key = Statement(select(event).where(_is(event, "district", "idem")))
        self.drop_parties = Statement(delete(party).where(_is(party, "district", "task", named="b_")))
        self.claim, self.stir = Statement(_claim(task)), Statement(_stir(task))
        self.set_wake = Statement(
            update(task).where(_is(task, "district", "code", "version", named="b_")).values(wake_on=bindparam("b_day"))
        )
        as_seen = update(task).where(_is(task, "district", "code", "version", named="b_"))
        self.sealed = Statement(as_seen.values(unsealed=literal_column("0")))
        # not by ``until_day``: MariaDB would take its index and wait for what other tasks owe
        owed = _is(duty, "district", "task", "ref", named="b_"), duty.c.until_known.is_(None)
        ends: dict[str, Any] = {"until_day": bindparam("until_day"), "until_known": bindparam("until_known")}
        self.end_duty = Statement(update(duty).where(*owed).values(ends))
        part, pace = tables.part, tables.pace
        held = _is(part, "district", "task", "role", "unit", named="b_"), part.c.until_seq.is_(None)
        self.end_part = Statement(update(part).where(*held).values(_given(part, "until_seq", "until_day", "closed_on")))
        judged = _is(pace, "district", "task", "ref", "day", "until_day", named="b_")
        self.end_pace = Statement(update(pace).where(judged).values(_given(pace, "until_day")))


def _is(table: Table, *columns: str, named: str = "") -> ColumnElement[bool]:
    """The rows whose columns have the values given under their names, with ``named`` before them."""
    return and_(*(table.c[name] == bindparam(named + name, type_=table.c[name].type) for name in columns))


def _given(table: Table, *columns: str) -> dict[str, Any]:
    """New values of columns, given under their names."""
    return {name: bindparam(name, type_=table.c[name].type) for name in columns}


def _claim(task: Table) -> Update:
    """The new state of a task, if it still stands at the version and head that were seen."""
    mine = _is(task, "district", "code", named="b_"), _is(task, "version", "head", named="was_")
    apart = ("district", "code", "unsealed", "wake_on")
    changing = [column.name for column in task.c if column.name not in apart]
    return update(task).where(*mine).values({name: bindparam(name) for name in changing})


def _stir(task: Table) -> Update:
    """Say that a task changed since it was sealed, and when to look at it next; apart, for an index on either is
    written whenever it is said, and mostly it was said before."""
    news = or_(task.c.unsealed == literal_column("0"), task.c.wake_on != bindparam("wake_on", type_=Date()))
    mine = _is(task, "district", "code", named="b_"), news
    return update(task).where(*mine).values(unsealed=literal_column("1"), wake_on=bindparam("wake_on", type_=Date()))


@cache
def _of(tables: Tables) -> Statements:
    return Statements(tables)


def statements(work: Work) -> Statements:
    """The statements on the tables that a session or connection was told to use."""
    return _of(of(work))
