"""Layout 3: an act writes fewer pages: no index that nobody asks, rows within their keys on SQLite."""

from __future__ import annotations

from alembic.operations import Operations
from sqlalchemy import UniqueConstraint

from supervise.store.migrations.versions.v0001_layout import columns
from supervise.store.rebuilding import copy, index, kind_of, remake
from supervise.store.tables import Tables

revision, down_revision = "0003", "0002"
branch_labels = depends_on = None

CLUSTERED = {
    "task": (("district", "wake_on"),),
    "party": (("district", "unit"),),
    "event": (),
    "outbox": (),
    "sealed": (("district", "seq"),),
}
"""Tables whose rows SQLite shall keep in their keys, with the indexes that cover every row."""


def upgrade(op: Operations, at: Tables) -> None:
    """Drop the indexes on state and day, and let those on keys and on what is unsealed cover only such rows."""
    task, event = f"{at.prefix}task", f"{at.prefix}event"
    if kind_of(op) == "sqlite":
        for name, indexes in CLUSTERED.items():
            with remake(op, at, name, columns(name), indexes, by_key=True) as table:
                copy(op, table, columns(name))
    else:
        for names in (("state",), ("unsealed",)):
            op.drop_index(f"ix_{task}_district_{names[0]}", task, schema=at.schema)
        op.drop_index(f"ix_{event}_district_day", event, schema=at.schema)
        op.drop_constraint(f"uq_{event}_district_idem", event, "unique", schema=at.schema)
    index(op, at, "task", ("district", "unsealed"), "unsealed = 1")
    index(op, at, "event", ("district", "idem"), "idem IS NOT NULL", unique=True)


def downgrade(op: Operations, at: Tables) -> None:
    """Put back what was there."""
    task, event = f"{at.prefix}task", f"{at.prefix}event"
    op.drop_index(f"ix_{task}_district_unsealed", task, schema=at.schema)
    op.drop_index(f"ix_{event}_district_idem", event, schema=at.schema)
    name_of_key = f"uq_{event}_district_idem"
    if kind_of(op) == "sqlite":
        for name, indexes in CLUSTERED.items():
            more = (UniqueConstraint("district", "idem", name=name_of_key),) if name == "event" else ()
            with remake(op, at, name, [*columns(name), *more], indexes) as table:
                copy(op, table, columns(name))
    else:
        op.create_unique_constraint(name_of_key, event, ["district", "idem"], schema=at.schema)
    for name, column in (("task", "state"), ("task", "unsealed"), ("event", "day")):
        index(op, at, name, ("district", column))
