"""PostgreSQL: everything an act changes in one statement, so that it costs one round trip.

The rows travel as one JSON list of each kind and are taken apart by the server; a lone claim, event or letter, which
every act has, travels value by value, for taking a list apart costs the server as much as writing a row. The claims
come first; unless every task still stood as it was claimed, nothing else is written, and a lone claim that failed has
changed nothing either.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Date, Dialect, Integer, Table
from sqlalchemy.dialects import postgresql

from supervise.store.lines import Line
from supervise.store.sheet import KINDS, Sheet
from supervise.store.statements import dumped
from supervise.store.tables import Tables, of
from supervise.store.types import Data, Name, UtcDateTime


def write(on: Connection | Line, sheet: Sheet) -> bool:
    """Write a sheet; ``False`` if some task no longer stood as it was claimed."""
    given: dict[str, Any] = {}
    kinds = []
    for name in KINDS:
        rows = getattr(sheet, name)
        if len(rows) == 1 and name in _LONE:
            kinds.append(name + ONE)
            letter = name[0]
            for column, value in rows[0].items():
                given[f"{letter}_{column}"] = value if isinstance(value, str) else _said(value)
        elif rows:
            kinds.append(name)
            given[name] = _ENCODER.encode(rows)
    if not kinds:
        return True
    text = _text(of(on), tuple(kinds))
    given["district"] = sheet.district
    return bool(on.exec_driver_sql(text, given).fetchall()[0][0])


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a row")


def _said(value: Any) -> str | None:
    """A value as text that the server reads as what its column is."""
    if value is None or isinstance(value, int):
        return None if value is None else str(value)
    return dumped(value) if isinstance(value, Mapping | tuple) else _plain(value)


_LONE = frozenset({"claims", "events", "news"})
ONE = "_one"
"""After the name of a kind of which there is one row."""
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_plain)
_DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


@cache
def _text(tables: Tables, kinds: tuple[str, ...]) -> str:
    """The statement for one set of tables and the kinds of rows that there are."""
    parts = {
        "events_one": _one("events", tables.event), "news_one": _one("news", tables.outbox),
        "ended": _ended(tables.duty), "moved": _left(tables.party),
        "parties": _came(tables.party) if "moved" in kinds else _added("parties", tables.party),
        "tasks": _added("tasks", tables.task), "events": _added("events", tables.event),
        "duties": _added("duties", tables.duty), "news": _added("news", tables.outbox),
        "parted": _parted(tables.part), "parts": _added("parts", tables.part),
        "paced": _paced(tables.pace), "paces": _added("paces", tables.pace),
        "amended": _added("amended", tables.amended),
    }  # fmt: skip
    claimed = ["go AS (SELECT true AS clear)"]
    if "claims" in kinds:
        claimed = [_claimed(tables.task), _GO]
    elif "claims_one" in kinds:
        claimed = [_claimed_one(tables.task), _GO_ONE]
    return f"WITH {','.join([*claimed, *(parts[kind] for kind in kinds if kind in parts)])} SELECT clear FROM go"


_GO = """
go AS MATERIALIZED (SELECT (SELECT count(*) FROM claimed) = json_array_length(%(claims)s::json) AS clear)"""

_GO_ONE = """
go AS MATERIALIZED (SELECT EXISTS (SELECT FROM claimed) AS clear)"""


def _claimed_one(task: Table) -> str:
    changing = ", ".join(f"{c.name} = %(c_{c.name})s" for c in task.c if c.name not in ("district", "code"))
    return f"""
claimed AS (
  UPDATE {_name(task)} SET {changing}
  WHERE district = %(district)s AND code = %(c_b_code)s AND version = %(c_was_version)s AND head = %(c_was_head)s
  RETURNING 1)"""


def _one(kind: str, table: Table) -> str:
    names = [column.name for column in table.c]
    given = ", ".join("%(district)s" if name == "district" else f"%({kind[0]}_{name})s" for name in names)
    return f"""
{kind}_added AS (
  INSERT INTO {_name(table)} ({", ".join(_quoted(n) for n in names)}) SELECT {given} FROM go WHERE clear)"""


def _claimed(task: Table) -> str:
    changing = [column for column in task.c if column.name not in ("district", "code")]
    seen = {"b_district": task.c.district, "b_code": task.c.code}
    seen |= {f"was_{name}": task.c[name] for name in ("version", "head")}
    rows = _rows("claims", seen | {column.name: column for column in changing})
    return f"""
claimed AS (
  UPDATE {_name(task)} AS t SET {", ".join(f"{c.name} = r.{c.name}" for c in changing)}
  FROM {rows}
  WHERE t.district = %(district)s AND t.code = r.b_code AND t.version = r.was_version AND t.head = r.was_head
  RETURNING 1)"""


def _ended(duty: Table) -> str:
    ends = {"b_district": duty.c.district, "b_task": duty.c.task, "b_ref": duty.c.ref}
    ends |= {name: duty.c[name] for name in ("until_day", "until_known")}
    return f"""
ended AS (
  UPDATE {_name(duty)} AS d SET until_day = r.until_day, until_known = r.until_known
  FROM go, {_rows("ended", ends)}
  WHERE go.clear AND d.district = %(district)s AND d.task = r.b_task AND d.ref = r.b_ref AND d.until_known IS NULL)"""


def _parted(part: Table) -> str:
    ends = {f"b_{name}": part.c[name] for name in ("district", "task", "role", "unit")}
    ends |= {name: part.c[name] for name in ("until_seq", "until_day", "closed_on")}
    return f"""
parted AS (
  UPDATE {_name(part)} AS p SET until_seq = r.until_seq, until_day = r.until_day, closed_on = r.closed_on
  FROM go, {_rows("parted", ends)}
  WHERE go.clear AND p.district = %(district)s AND p.task = r.b_task AND p.role = r.b_role AND p.unit = r.b_unit
    AND p.until_seq IS NULL)"""


def _paced(pace: Table) -> str:
    ends = {f"b_{name}": pace.c[name] for name in ("district", "task", "ref", "day", "until_day")}
    ends |= {"until_day": pace.c.until_day}
    return f"""
paced AS (
  UPDATE {_name(pace)} AS p SET until_day = r.until_day
  FROM go, {_rows("paced", ends)}
  WHERE go.clear AND p.district = %(district)s AND p.task = r.b_task AND p.ref = r.b_ref AND p.day = r.b_day
    AND p.until_day = r.b_until_day)"""


def _left(party: Table) -> str:
    """The parties that a task had and has no longer; no row is touched twice."""
    moved = _rows("moved", {"b_district": party.c.district, "b_task": party.c.task}, "m")
    still = _rows("parties", {column.name: column for column in party.c})
    return f"""
left_ AS (
  DELETE FROM {_name(party)} AS p USING go, {moved}
  WHERE go.clear AND p.district = %(district)s AND p.task = m.b_task
    AND NOT EXISTS (SELECT 1 FROM {still} WHERE {_same(party)}))"""


def _came(party: Table) -> str:
    """The parties that changed places, and those that are new."""
    name, rows = _name(party), _rows("parties", {column.name: column for column in party.c})
    new = _added("parties", party, f" AND NOT EXISTS (SELECT 1 FROM {name} AS p WHERE {_same(party)})")
    return f"""
placed AS (
  UPDATE {name} AS p SET place = r.place FROM go, {rows} WHERE go.clear AND {_same(party)} AND p.place <> r.place),
{new}"""


def _same(party: Table) -> str:
    return " AND ".join(f"p.{column.name} = r.{column.name}" for column in party.primary_key)


def _added(rows: str, table: Table, only: str = "") -> str:
    columns = {column.name: column for column in table.c}
    return f"""
{rows}_added AS (
  INSERT INTO {_name(table)} ({", ".join(_quoted(n) for n in columns)})
  SELECT r.* FROM go, {_rows(rows, columns)} WHERE go.clear{only})"""


def _rows(name: str, columns: dict[str, Column[Any]], alias: str = "r") -> str:
    """The rows of one kind, out of their list.

    The condition says nothing new; it is for the planner, who takes any list for a hundred rows and would rather read
    a whole table than look that many up, and any condition for one that few fulfil.
    """
    types = ", ".join(f"{_quoted(n)} {_type(c)}" for n, c in columns.items())
    rows = f"json_to_recordset(%({name})s::json) AS one({types})"
    return f"(SELECT * FROM {rows} WHERE {next(iter(columns))} = %(district)s) AS {alias}"


def _type(column: Column[Any]) -> str:
    """In few letters: a driver keeps what it made of a statement only while that is not too long."""
    if isinstance(column.type, Name):
        return 'text COLLATE "C"' if column.primary_key or column.name == "head" else "text"
    return _SHORT.get(type(column.type), "text")


_SHORT: dict[type, str] = {Integer: "int", Date: "date", UtcDateTime: "timestamp", type(Data): "json"}


def _name(table: Table) -> str:
    return _DIALECT.identifier_preparer.format_table(table)


def _quoted(name: str) -> str:
    return _DIALECT.identifier_preparer.quote(name)


@dataclass(frozen=True, slots=True)
class Claims:
    """Tasks that get the same new state together.

    Args:
        state, wake_on, unsealed: the new values that they share.
        rows: of each the version and head that it gets, its code, and the version and head that were seen.
    """

    state: str
    wake_on: date
    unsealed: bool
    rows: list[tuple[int, str, str, int, str]] = field(default_factory=list)


def claimed(on: Connection | Line, district: str, claims: Claims) -> int:
    """Give tasks new values if they still stand as they were read, and nothing else; how many did."""
    columns = (_array(column) for column in zip(*claims.rows, strict=True))
    given = dict(zip(("versions", "heads", "codes", "was_versions", "was_heads"), columns, strict=True))
    shared = {"district": district, "state": claims.state, "wake_on": claims.wake_on, "unsealed": int(claims.unsealed)}
    return int(on.exec_driver_sql(_some_claimed(of(on)), {**given, **shared}).rowcount)


def _array(values: Sequence[object]) -> str:
    """Values as the server reads an array: one text, of which a driver makes nothing."""
    said = [str(value) for value in values]
    whole = "".join(said)
    if "\\" in whole or '"' in whole:
        said = [one.replace("\\", "\\\\").replace('"', '\\"') for one in said]
    return '{"' + '","'.join(said) + '"}'


@cache
def _some_claimed(tables: Tables) -> str:
    """The condition on no letters of a code says nothing new; it is for the planner, as in ``_rows``."""
    return f"""
UPDATE {_name(tables.task)} AS t
SET version = r.version, state = %(state)s, wake_on = %(wake_on)s, head = r.head, unsealed = %(unsealed)s
FROM (
  SELECT * FROM unnest(
    %(versions)s::int[], %(heads)s::text[], %(codes)s::text[], %(was_versions)s::int[], %(was_heads)s::text[]
  ) AS one(version, head, code, was_version, was_head) WHERE left(code, 0) = ''
) AS r
WHERE t.district = %(district)s AND t.code = r.code AND t.version = r.was_version AND t.head = r.was_head"""
