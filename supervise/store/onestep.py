"""PostgreSQL: everything an act changes in one statement, so that it costs one round trip.

The rows travel as one JSON list of each kind and are taken apart by the server. The claims come first; unless every
task still stood as it was claimed, nothing else is written, and a lone claim that failed has changed nothing either.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table
from sqlalchemy.dialects import postgresql

from supervise.store.lines import Line
from supervise.store.sheet import Sheet
from supervise.store.tables import Tables, of


def write(on: Connection | Line, sheet: Sheet) -> bool:
    """Write a sheet; ``False`` if some task no longer stood as it was claimed."""
    lists = {name: _ENCODER.encode(rows) if (rows := getattr(sheet, name)) else None for name in Sheet.__slots__}
    return bool(on.exec_driver_sql(_text(of(on)), lists).fetchall()[0][0])


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a row")


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_plain)
_DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


@cache
def _text(tables: Tables) -> str:
    """The statement for one set of tables."""
    return f"""
WITH {_claimed(tables.task)},
go AS MATERIALIZED (
  SELECT (SELECT count(*) FROM claimed) = coalesce(json_array_length(%(claims)s::json), 0) AS clear),
{_ended(tables.duty)},
{_moved(tables.party)},
{_added("tasks", tables.task)},
{_added("events", tables.event)},
{_added("duties", tables.duty)},
{_added("news", tables.outbox)}
SELECT clear FROM go"""


def _claimed(task: Table) -> str:
    changing = [column for column in task.c if column.name not in ("district", "code")]
    seen = {"b_district": task.c.district, "b_code": task.c.code}
    seen |= {f"was_{name}": task.c[name] for name in ("version", "head")}
    rows = _rows("claims", seen | {column.name: column for column in changing})
    return f"""claimed AS (
  UPDATE {_name(task)} AS t SET {", ".join(f"{c.name} = r.{c.name}" for c in changing)}
  FROM {rows}
  WHERE t.district = r.b_district AND t.code = r.b_code AND t.version = r.was_version AND t.head = r.was_head
  RETURNING 1)"""


def _ended(duty: Table) -> str:
    ends = {"b_district": duty.c.district, "b_task": duty.c.task, "b_ref": duty.c.ref}
    ends |= {name: duty.c[name] for name in ("until_day", "until_known")}
    return f"""ended AS (
  UPDATE {_name(duty)} AS d SET until_day = r.until_day, until_known = r.until_known
  FROM go, {_rows("ended", ends)}
  WHERE go.clear AND d.district = r.b_district AND d.task = r.b_task AND d.ref = r.b_ref
    AND d.until_known IS NULL)"""


def _moved(party: Table) -> str:
    """Parties written anew: who left, who changed places, who came; no row is touched twice."""
    name, columns = _name(party), {column.name: column for column in party.c}
    rows, key = _rows("parties", columns), " AND ".join(f"p.{n} = r.{n}" for n in columns if n != "place")
    moved = _rows("moved", {"b_district": party.c.district, "b_task": party.c.task}, "m")
    return f"""left_ AS (
  DELETE FROM {name} AS p USING go, {moved}
  WHERE go.clear AND p.district = m.b_district AND p.task = m.b_task
    AND NOT EXISTS (SELECT 1 FROM {rows} WHERE {key})),
placed AS (
  UPDATE {name} AS p SET place = r.place FROM go, {rows} WHERE go.clear AND {key} AND p.place <> r.place),
{_added("parties", party, f" AND NOT EXISTS (SELECT 1 FROM {name} AS p WHERE {key})")}"""


def _added(rows: str, table: Table, only: str = "") -> str:
    columns = {column.name: column for column in table.c}
    names, values = ", ".join(_quoted(n) for n in columns), ", ".join(f"r.{_quoted(n)}" for n in columns)
    return f"""{rows}_added AS (
  INSERT INTO {_name(table)} ({names})
  SELECT {values} FROM go, {_rows(rows, columns)} WHERE go.clear{only})"""


def _rows(name: str, columns: dict[str, Column[Any]], alias: str = "r") -> str:
    """The rows of one kind, out of their list."""
    types = ", ".join(f"{_quoted(n)} {c.type.compile(_DIALECT)}" for n, c in columns.items())
    return f"json_to_recordset(%({name})s::json) AS {alias}({types})"


def _name(table: Table) -> str:
    return _DIALECT.identifier_preparer.format_table(table)


def _quoted(name: str) -> str:
    return _DIALECT.identifier_preparer.quote(name)
