"""A table written anew beside the old one and put in its place, for what a database cannot change where it lies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Dialect, text
from sqlalchemy.sql.schema import SchemaItem

from supervise.store.tables import MYSQL_SETTINGS, Tables
from supervise.store.types import MYSQL

if TYPE_CHECKING:
    from alembic.operations import Operations


@dataclass(frozen=True, slots=True)
class Remade:
    """A table while it is written anew: the kind of database, and the full names of the old one and the new one."""

    kind: str
    old: str
    new: str
    dialect: Dialect

    def quoted(self, names: Iterable[str]) -> list[str]:
        """Names of columns as this database wants them written."""
        return [self.dialect.identifier_preparer.quote(name) for name in names]


def kind_of(op: Operations) -> str:
    """Which way of speaking a database has: ``mysql`` for MariaDB too."""
    name: str = op.get_context().dialect.name
    return "mysql" if name in MYSQL else name


@contextmanager
def remake(
    op: Operations,
    at: Tables,
    name: str,
    items: Sequence[SchemaItem],
    indexes: Sequence[tuple[str, ...]] = (),
    by_key: bool = False,
) -> Iterator[Remade]:
    """A new table under a name of ours; within the block the caller copies the rows from the old one.

    Args:
        op: the operations of the step.
        at: prefix and schema.
        name: without the prefix.
        items: columns and constraints.
        indexes: by columns.
        by_key: SQLite keeps the rows within their key.
    """
    table, made = f"{at.prefix}{name}", f"{at.prefix}{name}_new"
    dialect, kind = op.get_context().dialect, kind_of(op)
    op.create_table(made, *items, schema=at.schema, **MYSQL_SETTINGS, sqlite_with_rowid=not by_key)
    whole = f"{at.schema}." if at.schema else ""
    yield Remade(kind, whole + table, whole + made, dialect)
    op.drop_table(table, schema=at.schema)
    op.rename_table(made, table, schema=at.schema)
    if kind == "postgresql":
        op.execute(f"ALTER TABLE {whole}{table} RENAME CONSTRAINT {made}_pkey TO {table}_pkey")
    for columns in indexes:
        index(op, at, name, columns)


def index(
    op: Operations,
    at: Tables,
    of_: str,
    columns: Sequence[str],
    rows: str = "",
    unique: bool = False,
    name: str = "",
) -> None:
    """An index, of some rows alone where a database can; named by its columns unless it is given a name."""
    table, where = f"{at.prefix}{of_}", text(rows) if rows else None
    op.create_index(
        f"ix_{table}_{name or '_'.join(columns)}", table, list(columns), unique=unique, schema=at.schema,
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip


def copy(op: Operations, table: Remade, columns: Sequence[Column[Any]]) -> None:
    """Every row as it is."""
    names = ", ".join(table.quoted([column.name for column in columns]))
    op.execute(f"INSERT INTO {table.new} ({names}) SELECT {names} FROM {table.old}")
