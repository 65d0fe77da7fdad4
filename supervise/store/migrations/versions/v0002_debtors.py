"""Layout 2: a row for each unit that owes a duty, so that one unit's list is a short walk on an index."""

from __future__ import annotations

from alembic.operations import Operations
from sqlalchemy import Column

from supervise.store.migrations.versions.v0001_layout import columns
from supervise.store.rebuilding import Remade, index, remake
from supervise.store.tables import Tables
from supervise.store.types import Name

revision, down_revision = "0002", "0001"
branch_labels = depends_on = None

KEY = ("district", "task", "ref", "from_seq")
EACH = {
    "sqlite": "json_each(old.units) AS one",
    "postgresql": "json_array_elements_text(old.units) AS one(value)",
    "mysql": "JSON_TABLE(old.units, '$[*]' COLUMNS(value VARCHAR(128) PATH '$')) AS one",
}


def upgrade(op: Operations, at: Tables) -> None:
    """Write every row once for each of its units, under a key that tells them apart; once if there is none."""
    place = len(KEY)
    made = columns("duty")
    made.insert(place, Column("unit", Name(128), primary_key=True))
    with remake(op, at, "duty", made, by_key=True) as duty:
        each = EACH.get(duty.kind, EACH["postgresql"])
        owing = _into(duty, "unit", "coalesce(one.value, '')")
        op.execute(f"{owing} FROM {duty.old} AS old LEFT JOIN {each} ON 1 = 1")
    index(op, at, "duty", ("district", "unit", "task"), "until_day IS NULL AND met IS NULL AND void IS NULL")
    index(op, at, "duty", ("district", "until_day"), "until_day IS NOT NULL")


def downgrade(op: Operations, at: Tables) -> None:
    """Keep one row of those that several units share."""
    with remake(op, at, "duty", columns("duty"), (("district", "until_day", "due"),)) as duty:
        mine = " AND ".join(f"one.{name} = old.{name}" for name in duty.quoted(KEY))
        first = f"SELECT min(one.unit) FROM {duty.old} AS one WHERE {mine}"
        op.execute(f"{_into(duty)} FROM {duty.old} AS old WHERE old.unit = ({first})")


def _into(duty: Remade, *more: str) -> str:
    """The beginning of the copy: all the old columns, and one more under the name and with the value given."""
    names = duty.quoted([column.name for column in columns("duty")])
    into, values = [*names, *more[:1]], [*(f"old.{name}" for name in names), *more[1:]]
    return f"INSERT INTO {duty.new} ({', '.join(into)}) SELECT {', '.join(values)}"
