"""Layout 5: what boards ask for, so that none folds every history: the day a duty settles, parts in time, pace."""

from __future__ import annotations

from typing import Any

from alembic.operations import Operations
from sqlalchemy import Column, Date, Integer

from supervise.store.migrations.versions.v0001_layout import columns
from supervise.store.rebuilding import Remade, copy, index, kind_of, remake
from supervise.store.tables import DONE, ENDED, HELD, MYSQL_SETTINGS, OWED, Tables
from supervise.store.types import Name

revision, down_revision = "0005", "0004"
branch_labels = depends_on = None

SETTLES = "CASE WHEN {0}met IS NULL OR {0}nominal <= {0}met THEN {0}nominal ELSE {0}met END"
DAYS = ("district", "day", "recorded_at", "action")
NARROW = ((("district", "unit", "task"), OWED), (("district", "until_day"), ENDED))
"""The indexes on duties that were there, and those that hold all that counting asks."""
_SAID = ("role", "missed_from", "since_day", "due", "born", "about")
OWING = ("district", "unit", "task", "kind", "settles", *_SAID)
DOING = ("district", "kind", "settles", "unit", "met", "void", *_SAID)
ENDING = ("district", "until_day", "kind", "settles", "unit", "met", "void", *_SAID)
"""As they were: the first two up to layout 8, the last up to layout 5."""
WIDER = (("owed", OWING, OWED), ("done", DOING, DONE), ("ended", ENDING, ENDED))
TABLES = ("part", "pace", "amended", "unmeasured")


def upgrade(op: Operations, at: Tables) -> None:
    """Make what is missing; parts and pace of the tasks that are there wait for the core, which alone can tell them."""
    for name in TABLES:
        made = [Column("district", Name(64), primary_key=True), *_columns(name)]
        op.create_table(
            at.prefix + name, *made, schema=at.schema, if_not_exists=True, **MYSQL_SETTINGS, sqlite_with_rowid=False
        )
    op.create_index(f"ix_{at.prefix}part_counted", f"{at.prefix}part", list(HELD), schema=at.schema)
    _settling(op, at)
    for name, columns_, rows in WIDER:
        index(op, at, "duty", columns_, rows, name=name)
    index(op, at, "event", DAYS)
    whole = f"{at.schema}." if at.schema else ""
    op.execute(
        f"INSERT INTO {whole}{at.prefix}unmeasured (district, task) SELECT district, code FROM {whole}{at.prefix}task"
    )


def downgrade(op: Operations, at: Tables) -> None:
    """Take it away; all of it follows from the events."""
    op.drop_index(f"ix_{at.prefix}event_{'_'.join(DAYS)}", f"{at.prefix}event", schema=at.schema)
    for name, _, _ in WIDER:
        op.drop_index(f"ix_{at.prefix}duty_{name}", f"{at.prefix}duty", schema=at.schema)
    if kind_of(op) == "sqlite":
        with remake(op, at, "duty", _duty(), by_key=True) as duty:
            copy(op, duty, _duty())
    else:
        op.drop_column(f"{at.prefix}duty", "settles", schema=at.schema)
    for names, rows in NARROW:
        index(op, at, "duty", names, rows)
    for name in reversed(TABLES):
        op.drop_table(at.prefix + name, schema=at.schema, if_exists=True)


def _settling(op: Operations, at: Tables) -> None:
    """The day that decides the period of a duty, on every row."""
    settles = Column("settles", Date, nullable=False)
    if kind_of(op) == "sqlite":
        with remake(op, at, "duty", [*_duty(), settles], by_key=True) as duty:
            op.execute(_filled(duty))
        return
    for names, _ in NARROW:
        op.drop_index(f"ix_{at.prefix}duty_{'_'.join(names)}", f"{at.prefix}duty", schema=at.schema)
    table, whole = f"{at.prefix}duty", f"{at.schema}." if at.schema else ""
    op.add_column(table, Column("settles", Date), schema=at.schema)
    op.execute(f"UPDATE {whole}{table} SET settles = {SETTLES.format('')}")
    op.alter_column(table, "settles", existing_type=Date(), nullable=False, schema=at.schema)


def _filled(duty: Remade) -> str:
    names = ", ".join(duty.quoted([column.name for column in _duty()]))
    return f"INSERT INTO {duty.new} ({names}, settles) SELECT {names}, {SETTLES.format('')} FROM {duty.old}"


def _duty() -> list[Column[Any]]:
    """The columns of a duty up to layout 4."""
    made = columns("duty")
    made.insert(4, Column("unit", Name(128), primary_key=True))
    return made


def _columns(name: str) -> list[Column[Any]]:
    task: Column[Any] = Column("task", Name(64), primary_key=True)
    if name == "part":
        return [
            task,
            Column("role", Name(16), primary_key=True),
            Column("unit", Name(128), primary_key=True),
            Column("from_seq", Integer, primary_key=True, autoincrement=False),
            Column("since_day", Date, nullable=False),
            Column("until_seq", Integer),
            Column("until_day", Date),
            Column("closed_on", Date, nullable=False),
        ]
    if name == "pace":
        return [
            task,
            Column("ref", Name(191), primary_key=True),
            Column("day", Date, primary_key=True),
            Column("unit", Name(128), primary_key=True),
            Column("from_seq", Integer, primary_key=True, autoincrement=False),
            Column("kind", Name(64), nullable=False),
            Column("role", Name(16), nullable=False),
            *(Column(day, Date, nullable=False) for day in ("ends", "judged", "nominal")),
            Column("behind", Integer, nullable=False),
            *(Column(day, Date, nullable=False) for day in ("since_day", "until_day")),
        ]
    return [task]
