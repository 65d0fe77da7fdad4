"""Tables that a DBA has partitioned on PostgreSQL: the same to us, but for unique keys that must be wider there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql.base import PGDialect

from supervise.store.tables import of


def without_wider_keys(connection: Connection, found: list[Any]) -> list[Any]:
    """The differences but those that partitioning brings: a unique key with our columns and the partition's.

    Args:
        connection: on the database that was looked at.
        found: what Alembic found to differ.
    """
    parted = _partitioned(connection)
    there = {d[1].name: d[1] for d in found if d[0] in _GONE and d[1].table.name in parted and _unique(d[1])}
    ours = {d[1].name: d[1] for d in found if d[0] in _WANTED}
    wider = {name for name in there.keys() & ours.keys() if set(_columns(ours[name])) < set(_columns(there[name]))}
    return [d for d in found if d[0] not in (*_GONE, *_WANTED) or d[1].name not in wider]


_GONE, _WANTED = ("remove_constraint", "remove_index"), ("add_constraint", "add_index")


def _unique(thing: Any) -> bool:
    return bool(getattr(thing, "unique", True))


def _partitioned(connection: Connection) -> set[str]:
    if not isinstance(connection.dialect, PGDialect):
        return set()
    query = text(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where c.relkind = 'p' and n.nspname = coalesce(:schema, current_schema())"
    )
    return set(connection.scalars(query, {"schema": of(connection).schema}))


def _columns(constraint: Any) -> list[str]:
    return [column.name for column in constraint.columns]
