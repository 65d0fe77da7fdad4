"""PostgreSQL: everything an act changes in one statement, so that it costs one round trip.

The rows travel as one JSON document and are taken apart by the server. The claims come first; unless every task still
stood as it was claimed, nothing else is written, and a lone claim that failed has changed nothing either.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table
from sqlalchemy.dialects import postgresql

from supervise.store.sheet import Sheet
from supervise.store.tables import Tables, of


def write(on: Connection, sheet: Sheet) -> bool:
    """Write a sheet; ``False`` if some task no longer stood as it was claimed."""
    document = {
        "claims": sheet.claims, "tasks": sheet.tasks, "events": sheet.events, "parties": sheet.parties,
        "ended": sheet.ended, "duties": sheet.duties, "news": sheet.news,
    }  # fmt: skip
    text = _ENCODER.encode({name: rows for name, rows in document.items() if rows})
    return bool(on.exec_driver_sql(_text(of(on)), {"sheet": text}).scalar())


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
    task, duty = tables.task, tables.duty
    changing = [c.name for c in task.c if c.name not in ("district", "code")]
    seen = {
        "b_district": task.c.district,
        "b_code": task.c.code,
        "was_version": task.c.version,
        "was_head": task.c.head,
    }
    ends = {"b_district": duty.c.district, "b_task": duty.c.task, "b_ref": duty.c.ref}
    ends |= {name: duty.c[name] for name in ("until_day", "until_known")}
    claims = _rows("claims", seen | {name: task.c[name] for name in changing})
    added = {
        "tasks": task, "events": tables.event, "parties": tables.party, "duties": duty, "news": tables.outbox,
    }  # fmt: skip
    return f"""
WITH given AS MATERIALIZED (SELECT %(sheet)s::json AS sheet),
claimed AS (
  UPDATE {_name(task)} AS t SET {", ".join(f"{n} = r.{n}" for n in changing)}
  FROM given, {claims}
  WHERE t.district = r.b_district AND t.code = r.b_code AND t.version = r.was_version AND t.head = r.was_head
  RETURNING 1),
go AS MATERIALIZED (
  SELECT sheet, (SELECT count(*) FROM claimed) = coalesce(json_array_length(sheet -> 'claims'), 0) AS clear FROM given),
ended AS (
  UPDATE {_name(duty)} AS d SET until_day = r.until_day, until_known = r.until_known
  FROM go AS given, {_rows("ended", ends)}
  WHERE given.clear AND d.district = r.b_district AND d.task = r.b_task AND d.ref = r.b_ref AND d.until_known IS NULL),
{", ".join(_adding(name, table) for name, table in added.items())}
SELECT clear FROM go"""


def _adding(name: str, table: Table) -> str:
    columns = {column.name: column for column in table.c}
    names, values = ", ".join(_quoted(n) for n in columns), ", ".join(f"r.{_quoted(n)}" for n in columns)
    return (
        f"{name}_added AS (INSERT INTO {_name(table)} ({names})\n"
        f"  SELECT {values} FROM go AS given, {_rows(name, columns)} WHERE given.clear)"
    )


def _rows(name: str, columns: dict[str, Column[Any]]) -> str:
    types = ", ".join(f"{_quoted(n)} {c.type.compile(_DIALECT)}" for n, c in columns.items())
    return f"json_to_recordset(given.sheet -> '{name}') AS r({types})"


def _name(table: Table) -> str:
    return _DIALECT.identifier_preparer.format_table(table)


def _quoted(name: str) -> str:
    return _DIALECT.identifier_preparer.quote(name)
