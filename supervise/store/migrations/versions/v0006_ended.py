"""Layout 6: what ended stands by day and task, so that the duties that one act ends are written to one page."""

from __future__ import annotations

from collections.abc import Sequence

from alembic.operations import Operations

from supervise.store.migrations.versions import v0005_counted
from supervise.store.rebuilding import index
from supervise.store.tables import ENDED, ENDING, Tables

revision, down_revision = "0006", "0005"
branch_labels = depends_on = None


def upgrade(op: Operations, at: Tables) -> None:
    """The same columns in another order, and the task among them."""
    _remade(op, at, ENDING)


def downgrade(op: Operations, at: Tables) -> None:
    """As it was."""
    _remade(op, at, v0005_counted.ENDING)


def _remade(op: Operations, at: Tables, columns: Sequence[str]) -> None:
    op.drop_index(f"ix_{at.prefix}duty_ended", f"{at.prefix}duty", schema=at.schema)
    index(op, at, "duty", columns, ENDED, name="ended")
