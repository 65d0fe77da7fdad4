"""Layout 7: what was said to whom, and what is still on its way."""

from __future__ import annotations

from alembic.operations import Operations
from sqlalchemy import Column

from supervise.store.outgoing import delivery, letter, parcel
from supervise.store.rebuilding import index
from supervise.store.tables import MYSQL_SETTINGS, Tables
from supervise.store.types import Name

revision, down_revision = "0007", "0006"
branch_labels = depends_on = None

MADE = {"letter": letter, "delivery": delivery, "parcel": parcel}
INDEXES = (
    ("letter", ("district", "addressed"), "addressed = 0"),
    ("delivery", ("district", "parcel", "channel", "address"), ""),
    ("parcel", ("district", "state", "next_at"), ""),
)


def upgrade(op: Operations, at: Tables) -> None:
    """Make the tables; what lies in ``outbox`` from before goes the new way with the next round."""
    for name, columns in MADE.items():
        op.create_table(
            at.prefix + name,
            Column("district", Name(64), primary_key=True),
            *columns(),
            schema=at.schema,
            if_not_exists=True,
            **MYSQL_SETTINGS,
            sqlite_with_rowid=name == "letter",
        )
    for name, columns_, rows in INDEXES:
        index(op, at, name, columns_, rows)


def downgrade(op: Operations, at: Tables) -> None:
    """Take them away; what was sent is then known only to those who got it."""
    for name in reversed(MADE):
        op.drop_table(at.prefix + name, schema=at.schema, if_exists=True)
