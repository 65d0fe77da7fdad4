"""Layout 9: what is owed stands by unit, kind and day, and what counting asks of duties is in the indexes whole."""

from __future__ import annotations

from collections.abc import Sequence

from alembic.operations import Operations

from supervise.store.migrations.versions import v0005_counted
from supervise.store.rebuilding import index
from supervise.store.tables import DOING, DONE, OWED, OWING, Tables

revision, down_revision = "0009", "0008"
branch_labels = depends_on = None


def upgrade(op: Operations, at: Tables) -> None:
    """A month of a kind is found without all that is open; the days that make a row open or done stand beside it."""
    _remade(op, at, OWING, DOING)


def downgrade(op: Operations, at: Tables) -> None:
    """As it was."""
    _remade(op, at, v0005_counted.OWING, v0005_counted.DOING)


def _remade(op: Operations, at: Tables, owed: Sequence[str], done: Sequence[str]) -> None:
    for name, columns, rows in (("owed", owed, OWED), ("done", done, DONE)):
        op.drop_index(f"ix_{at.prefix}duty_{name}", f"{at.prefix}duty", schema=at.schema)
        index(op, at, "duty", columns, rows, name=name)
