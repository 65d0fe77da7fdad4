"""Layout 8: what a mark is about, in which part, what became of it, and which mark a row takes back."""

from __future__ import annotations

from alembic.operations import Operations
from sqlalchemy import Column, Integer

from supervise.store.migrations.versions.v0001_layout import columns
from supervise.store.rebuilding import copy, kind_of, remake
from supervise.store.tables import Tables
from supervise.store.types import Name

revision, down_revision = "0008", "0007"
branch_labels = depends_on = None

NEW = (("matter", Name(64)), ("role", Name(16)), ("status", Name(32)), ("voids", Integer()))


def upgrade(op: Operations, at: Tables) -> None:
    """Add the columns, empty; every mark that is there says nothing of them."""
    for name, kind in NEW:
        op.add_column(f"{at.prefix}mark", Column(name, kind), schema=at.schema)


def downgrade(op: Operations, at: Tables) -> None:
    """Take them away; what was taken back goes with them, for without the column it would count again."""
    table = f"{at.schema}." if at.schema else ""
    table += f"{at.prefix}mark"
    taken = f"SELECT district, voids FROM {table} WHERE voids IS NOT NULL"
    gone = f"(SELECT m.district, m.seq FROM {table} m JOIN ({taken}) v ON v.district = m.district AND v.voids = m.seq)"
    op.execute(f"DELETE FROM {table} WHERE voids IS NULL AND (district, seq) IN (SELECT * FROM {gone} AS gone)")
    op.execute(f"DELETE FROM {table} WHERE voids IS NOT NULL")
    if kind_of(op) == "sqlite":
        made = columns("mark")
        with remake(op, at, "mark", made, (("district", "unit", "kind"),)) as mark:
            copy(op, mark, made)
    else:
        for name, _ in reversed(NEW):
            op.drop_column(f"{at.prefix}mark", name, schema=at.schema)
