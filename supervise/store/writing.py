"""One sheet of rows for everything that acts change, and how it gets into the database.

Everywhere a handful of statements, each run once for all its rows. On PostgreSQL the whole sheet travels in one
statement, a list for each kind of rows: a single round trip, which alone and without a transaction around it is still
all or nothing. Where many rows are new they are copied, and only the changes travel so.
"""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql.base import PGDialect

from supervise.store import loading, onestep
from supervise.store.lines import Line
from supervise.store.sheet import Sheet
from supervise.store.statements import statements
from supervise.store.tables import of

MANY = 300
"""Events and duties from which on copying them, table by table, is quicker than one statement for all."""


def write(on: Connection | Line, sheet: Sheet) -> bool:
    """Write everything; ``False`` if some task no longer stood as it was claimed, and nothing may then be kept."""
    todo, at = statements(on), of(on)
    if isinstance(on.dialect, PGDialect):
        if len(sheet.events) + len(sheet.duties) < MANY or not loading.copies(on):
            return onestep.write(on, sheet)
        if not onestep.write(on, _ends(sheet)):
            return False
    else:
        if sheet.claims and todo.claim.run(on, sheet.claims) != len(sheet.claims):
            return False
        todo.stir.run(on, sheet.claims)
        for statement, rows in (
            (todo.end_duty, sheet.ended), (todo.end_part, sheet.parted), (todo.end_pace, sheet.paced),
        ):  # fmt: skip
            if rows:
                statement.run(on, rows)
    if sheet.moved:
        todo.drop_parties.run(on, sheet.moved)
    for table, new in (
        (at.task, sheet.tasks), (at.event, sheet.events), (at.party, sheet.parties), (at.duty, sheet.duties),
        (at.outbox, sheet.news), (at.part, sheet.parts), (at.pace, sheet.paces), (at.amended, sheet.amended),
    ):  # fmt: skip
        if new:
            loading.add(on, table, new)
    return True


def _ends(sheet: Sheet) -> Sheet:
    """What changes rows that are there."""
    return Sheet(sheet.district, claims=sheet.claims, ended=sheet.ended, parted=sheet.parted, paced=sheet.paced)
