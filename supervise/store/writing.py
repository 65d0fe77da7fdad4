"""One sheet of rows for everything that acts change, and how it gets into the database.

Everywhere a handful of statements, each run once for all its rows. On PostgreSQL the whole sheet travels in one
statement, a list for each kind of rows: a single round trip, which alone and without a transaction around it is still
all or nothing.
"""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql.base import PGDialect

from supervise.store import onestep
from supervise.store.lines import Line
from supervise.store.sheet import Sheet
from supervise.store.statements import statements


def write(on: Connection | Line, sheet: Sheet) -> bool:
    """Write everything; ``False`` if some task no longer stood as it was claimed, and nothing may then be kept."""
    if isinstance(on.dialect, PGDialect):
        return onestep.write(on, sheet)
    todo = statements(on)
    if sheet.claims and todo.claim.run(on, sheet.claims) != len(sheet.claims):
        return False
    todo.unseal.run(on, sheet.claims)
    todo.add_task.run(on, sheet.tasks)
    todo.add_event.run(on, sheet.events)
    todo.drop_parties.run(on, sheet.moved)
    todo.add_party.run(on, sheet.parties)
    todo.end_duty.run(on, sheet.ended)
    todo.add_duty.run(on, sheet.duties)
    todo.add_news.run(on, sheet.news)
    todo.end_part.run(on, sheet.parted)
    todo.add_part.run(on, sheet.parts)
    todo.end_pace.run(on, sheet.paced)
    todo.add_pace.run(on, sheet.paces)
    return True
