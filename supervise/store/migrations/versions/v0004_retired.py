"""Layout 4: the tasks of closed years that stand in an archive."""

from __future__ import annotations

from alembic.operations import Operations
from sqlalchemy import Column, Date, Integer

from supervise.store.tables import MYSQL_SETTINGS, Tables
from supervise.store.types import LongText, Name, UtcDateTime

revision, down_revision = "0004", "0003"
branch_labels = depends_on = None


def upgrade(op: Operations, at: Tables) -> None:
    """Make the table; it may be there already where a database stopped between making it and writing that down."""
    op.create_table(
        at.prefix + "retired",
        Column("district", Name(64), primary_key=True),
        Column("task", Name(64), primary_key=True),
        Column("version", Integer, nullable=False),
        Column("head", Name(80), nullable=False),
        Column("definition", Name(128), nullable=False),
        Column("opened", Date, nullable=False),
        Column("closed_on", Date, nullable=False),
        Column("last_day", Date, nullable=False),
        Column("last_known", UtcDateTime, nullable=False),
        Column("serial", Name(128), nullable=False),
        Column("place", LongText, nullable=False),
        schema=at.schema,
        if_not_exists=True,
        **MYSQL_SETTINGS,
    )


def downgrade(op: Operations, at: Tables) -> None:
    """Remove it; half-way it may be missing where a database cannot take a step back whole."""
    op.drop_table(at.prefix + "retired", schema=at.schema, if_exists=True)
