"""The tables: one MetaData, every table begins with the district, plain types only.

Names begin with ``sv_`` so that they stand beside an OA's own. ``event`` is the truth; the rows of ``task`` and
``duty`` are copies written in the same transaction by the same pure functions. The core decides every date found
here; the database compares.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql

SCHEMA_VERSION = 1
PREFIX = "sv_"


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored as UTC without zone and given back with it, alike on every database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Microseconds everywhere; MySQL and MariaDB would round to seconds unasked."""
        precise = mysql.DATETIME(fsp=6) if dialect.name in ("mysql", "mariadb") else DateTime()
        return dialect.type_descriptor(precise)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Zone-aware in; naive UTC stored."""
        return value.astimezone(UTC).replace(tzinfo=None) if value is not None else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Naive UTC stored; zone-aware out."""
        return value.replace(tzinfo=UTC) if value is not None else None


metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)


def _table(name: str, *items: Any) -> Table:
    return Table(PREFIX + name, metadata, Column("district", String(64), primary_key=True), *items)


meta = Table(
    PREFIX + "meta",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", String(255), nullable=False),
)

task = _table(
    "task",
    Column("code", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String(64), nullable=False),
    Column("definition", String(128), nullable=False),
    Column("text", Text, nullable=False),
    Column("due", Date, nullable=False),
    Column("wake_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("head", String(80), nullable=False),
    Column("unsealed", Integer, nullable=False),
    Index(None, "district", "wake_on"),
    Index(None, "district", "state"),
    Index(None, "district", "unsealed"),
)

party = _table(
    "party",
    Column("task", String(64), primary_key=True),
    Column("role", String(16), primary_key=True),
    Column("unit", String(128), primary_key=True),
    Column("place", Integer, nullable=False),
    Index(None, "district", "unit"),
)

event = _table(
    "event",
    Column("task", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("action", String(64), nullable=False),
    Column("source", String(64), nullable=False),
    Column("target", String(64), nullable=False),
    Column("day", Date, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("unit", String(128), nullable=False),
    Column("definition", String(128), nullable=False),
    Column("data", JSON, nullable=False),
    Column("changes", JSON, nullable=False),
    Column("hearers", JSON, nullable=False),
    Column("idem", String(255)),
    Column("hash", String(80), nullable=False),
    UniqueConstraint("district", "idem"),
    Index(None, "district", "day"),
)

duty = _table(
    "duty",
    Column("task", String(64), primary_key=True),
    Column("ref", String(191), primary_key=True),
    Column("from_seq", Integer, primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("units", JSON, nullable=False),
    Column("born", Date, nullable=False),
    Column("due", Date, nullable=False),
    Column("nominal", Date, nullable=False),
    Column("missed_from", Date, nullable=False),
    Column("met", Date),
    Column("void", Date),
    Column("about", String(191), nullable=False),
    Column("opened_by", Integer, nullable=False),
    Column("since_day", Date, nullable=False),
    Column("since_known", UtcDateTime, nullable=False),
    Column("until_day", Date),
    Column("until_known", UtcDateTime),
    Index(None, "district", "until_day", "due"),
)

outbox = _table(
    "outbox",
    Column("task", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("day", Date, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("action", String(64), nullable=False),
    Column("hearers", JSON, nullable=False),
    Column("text", Text, nullable=False),
)

library = _table(
    "library",
    Column("name", String(128), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("registered_at", UtcDateTime, nullable=False),
)

publication = _table(
    "publication",
    Column("serial", String(128), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(128), nullable=False),
    Column("period", String(16), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("published_by", String(128), nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("seal", Integer, nullable=False),
    Column("seal_hash", String(80), nullable=False),
    Index(None, "district", "name", "period"),
)

mark = _table(
    "mark",
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("unit", String(128), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("day", Date, nullable=False),
    Column("value", String(32), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("note", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index(None, "district", "unit", "kind"),
)

# The district's chain: a seal for every tick that found something new and for every publication …
seal = _table(
    "seal",
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("sealed_at", UtcDateTime, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("tasks", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    Column("serial", String(128), nullable=False),
    Column("paper", String(80), nullable=False),
    Column("root", String(80), nullable=False),
    Column("previous", String(80), nullable=False),
    Column("hash", String(80), nullable=False),
)

# … and the heads of the tasks that changed since the seal before it.
sealed = _table(
    "sealed",
    Column("task", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("head", String(80), nullable=False),
    Index(None, "district", "seq"),
)
