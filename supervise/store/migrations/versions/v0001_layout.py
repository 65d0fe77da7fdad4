"""Layout 1: tasks and their parties, the log, duties, letters, the register, publications, marks, seals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alembic.operations import Operations
from sqlalchemy import Column, Date, Integer, UniqueConstraint

from supervise.store.tables import MYSQL_SETTINGS, Tables
from supervise.store.types import Data, LongText, Name, UtcDateTime

revision, down_revision = "0001", None
branch_labels = depends_on = None


INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
    "task": (
        ("district", "wake_on"),
        ("district", "state"),
        ("district", "unsealed"),
    ),
    "party": (("district", "unit"),),
    "event": (("district", "day"),),
    "duty": (("district", "until_day", "due"),),
    "publication": (("district", "name", "period"),),
    "mark": (("district", "unit", "kind"),),
    "sealed": (("district", "seq"),),
}


def upgrade(op: Operations, at: Tables) -> None:
    """Make the tables."""
    for name in COLUMNS:
        table = at.prefix + name
        unique = [UniqueConstraint("district", "idem", name=f"uq_{table}_district_idem")] if name == "event" else []
        op.create_table(table, *columns(name), *unique, schema=at.schema, **MYSQL_SETTINGS)
        for names in INDEXES.get(name, ()):
            op.create_index(f"ix_{table}_{'_'.join(names)}", table, list(names), schema=at.schema)


def downgrade(op: Operations, at: Tables) -> None:
    """Remove the tables; half of them may be missing where a database cannot take a step back whole."""
    for name in reversed(COLUMNS):
        op.drop_table(at.prefix + name, schema=at.schema, if_exists=True)


def columns(name: str) -> list[Column[Any]]:
    """The columns of a table, made anew for whoever puts them into one."""
    district: Column[Any] = Column("district", Name(64), primary_key=True)
    return [district, *COLUMNS[name]()]


COLUMNS: dict[str, Callable[[], list[Column[Any]]]] = {
    "task": lambda: [
        Column("code", Name(64), primary_key=True),
        Column("version", Integer, nullable=False),
        Column("state", Name(64), nullable=False),
        Column("definition", Name(128), nullable=False),
        Column("text", LongText, nullable=False),
        Column("due", Date, nullable=False),
        Column("wake_on", Date, nullable=False),
        Column("closed_on", Date),
        Column("head", Name(80), nullable=False),
        Column("unsealed", Integer, nullable=False),
    ],
    "party": lambda: [
        Column("task", Name(64), primary_key=True),
        Column("role", Name(16), primary_key=True),
        Column("unit", Name(128), primary_key=True),
        Column("place", Integer, nullable=False),
    ],
    "event": lambda: [
        Column("task", Name(64), primary_key=True),
        Column("seq", Integer, primary_key=True),
        Column("action", Name(64), nullable=False),
        Column("source", Name(64), nullable=False),
        Column("target", Name(64), nullable=False),
        Column("day", Date, nullable=False),
        Column("recorded_at", UtcDateTime, nullable=False),
        Column("actor", Name(128), nullable=False),
        Column("unit", Name(128), nullable=False),
        Column("definition", Name(128), nullable=False),
        Column("data", Data, nullable=False),
        Column("changes", Data, nullable=False),
        Column("hearers", Data, nullable=False),
        Column("idem", Name(255)),
        Column("hash", Name(80), nullable=False),
    ],
    "duty": lambda: [
        Column("task", Name(64), primary_key=True),
        Column("ref", Name(191), primary_key=True),
        Column("from_seq", Integer, primary_key=True),
        Column("kind", Name(64), nullable=False),
        Column("role", Name(16), nullable=False),
        Column("units", Data, nullable=False),
        Column("born", Date, nullable=False),
        Column("due", Date, nullable=False),
        Column("nominal", Date, nullable=False),
        Column("missed_from", Date, nullable=False),
        Column("met", Date),
        Column("void", Date),
        Column("about", Name(191), nullable=False),
        Column("opened_by", Integer, nullable=False),
        Column("since_day", Date, nullable=False),
        Column("since_known", UtcDateTime, nullable=False),
        Column("until_day", Date),
        Column("until_known", UtcDateTime),
    ],
    "outbox": lambda: [
        Column("task", Name(64), primary_key=True),
        Column("seq", Integer, primary_key=True),
        Column("day", Date, nullable=False),
        Column("recorded_at", UtcDateTime, nullable=False),
        Column("action", Name(64), nullable=False),
        Column("hearers", Data, nullable=False),
        Column("text", LongText, nullable=False),
    ],
    "library": lambda: [
        Column("name", Name(128), primary_key=True),
        Column("kind", Name(16), nullable=False),
        Column("fingerprint", Name(64), nullable=False),
        Column("text", LongText, nullable=False),
        Column("registered_at", UtcDateTime, nullable=False),
    ],
    "publication": lambda: [
        Column("serial", Name(128), primary_key=True),
        Column("kind", Name(16), nullable=False),
        Column("name", Name(128), nullable=False),
        Column("period", Name(16), nullable=False),
        Column("fingerprint", Name(64), nullable=False),
        Column("body", LongText, nullable=False),
        Column("published_by", Name(128), nullable=False),
        Column("published_at", UtcDateTime, nullable=False),
        Column("seal", Integer, nullable=False),
        Column("seal_hash", Name(80), nullable=False),
    ],
    "mark": lambda: [
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("unit", Name(128), nullable=False),
        Column("kind", Name(64), nullable=False),
        Column("day", Date, nullable=False),
        Column("value", Name(32), nullable=False),
        Column("actor", Name(128), nullable=False),
        Column("note", LongText, nullable=False),
        Column("recorded_at", UtcDateTime, nullable=False),
    ],
    "seal": lambda: [
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("sealed_at", UtcDateTime, nullable=False),
        Column("kind", Name(16), nullable=False),
        Column("tasks", Integer, nullable=False),
        Column("events", Integer, nullable=False),
        Column("serial", Name(128), nullable=False),
        Column("paper", Name(80), nullable=False),
        Column("root", Name(80), nullable=False),
        Column("previous", Name(80), nullable=False),
        Column("hash", Name(80), nullable=False),
    ],
    "sealed": lambda: [
        Column("task", Name(64), primary_key=True),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("version", Integer, nullable=False),
        Column("head", Name(80), nullable=False),
    ],
}
