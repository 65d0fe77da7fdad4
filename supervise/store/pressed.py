"""Which tasks a ladder or a light can have anything to say of on a day, so that no other is folded.

Days alone decide here, as in ``counting``: tasks of which that is not the whole truth are set apart by ``unsettled``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from supervise.store.faults import told
from supervise.store.statements import chunks
from supervise.store.tables import of


@told
def alive(session: Session, district: str, workflow: str, since: date, day: date) -> set[str]:
    """Codes of the tasks of a workflow that were open on a day, or on which something was done since another.

    Args:
        session: the caller's.
        district: whose tasks.
        workflow: of which lifecycle, whatever its version.
        since: the day from which on an act counts.
        day: on which one looks.
    """
    task, event = of(session).task, of(session).event
    mine = task.c.district == district, task.c.definition.startswith(f"{workflow}@", autoescape=True)
    open_ = or_(task.c.closed_on.is_(None), task.c.closed_on >= since)
    found = set(session.scalars(select(task.c.code).where(*mine, open_)))
    lately = event.c.district == district, event.c.day >= since, event.c.day <= day
    acted = select(event.c.task).where(*lately, event.c.definition.startswith(f"{workflow}@", autoescape=True))
    return found | set(session.scalars(acted.distinct()))


@told
def missing(session: Session, district: str, day: date, kinds: Sequence[str], owing: Sequence[str]) -> set[str]:
    """Codes of the tasks on which a duty was missed by a day, and neither met nor void then.

    Args:
        session: the caller's.
        district: whose tasks.
        day: on which one looks.
        kinds: of duties.
        owing: the units that owe anything, see ``counting.owing``; the index of what is owed begins with them.
    """
    duty = of(session).duty
    mine = duty.c.district == district, duty.c.kind.in_(kinds), duty.c.since_day <= day, duty.c.missed_from <= day
    standing = and_(duty.c.until_day.is_(None), duty.c.met.is_(None), duty.c.void.is_(None), duty.c.settles <= day)
    # Not distinct: SQLite would then go through all of the district in the order of the tasks.
    found = set(session.scalars(select(duty.c.task).where(*mine, duty.c.until_day > day)))
    for units in chunks(owing):
        query = select(duty.c.task).where(*mine, standing, duty.c.unit.in_(units))
        found |= set(session.scalars(query))
    return found


@told
def beginning(session: Session, district: str, head: str) -> set[str]:
    """Codes of the tasks, here and in archives, that begin with a word and a dot: one stretch of the key."""
    found, first, after = set[str](), f"{head}.", f"{head}/"  # the sign that follows a dot
    for column in (of(session).task.c.code, of(session).retired.c.task):
        mine = column.table.c.district == district, column >= first, column < after
        found |= set(session.scalars(select(column).where(*mine)))
    return found
