"""Parts and pace held to the replay, and written anew from whole histories where they are missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from supervise.dates import FOREVER
from supervise.records import Pace, Task, replay
from supervise.store.counted import ROLES, enter_paces, enter_parts, pace_rows
from supervise.store.faults import told
from supervise.store.sheet import Sheet
from supervise.store.statements import chunks, connection, statements
from supervise.store.tables import of
from supervise.store.tasks import as_event

Standing = tuple[frozenset[Any], frozenset[Any]]
"""The parts of a task and its stretches of pace as they stand."""


def right(task: Task, paces: Iterable[Pace], closed_on: date | None) -> Standing:
    """What must stand of a task."""
    parts = frozenset((role, unit, closed_on or FOREVER) for role in ROLES for unit in getattr(task, role))
    rows = (row for pace in paces for row in pace_rows("", pace, task.events[-1]))
    return parts, frozenset(tuple(row[name] for name in _SAID) for row in rows)


_SAID = ("ref", "day", "unit", "kind", "role", "ends", "judged", "nominal", "behind")


@told
def standing(session: Session, district: str) -> dict[str, Standing]:
    """What stands of every task for which it has been written."""
    part, pace, task = of(session).part, of(session).pace, of(session).task
    waiting = set(unmeasured(session, district))
    codes = session.scalars(select(task.c.code).where(task.c.district == district))
    found: dict[str, tuple[set[Any], set[Any]]] = {code: (set(), set()) for code in codes if code not in waiting}
    parts = select(part.c.task, part.c.role, part.c.unit, part.c.closed_on)
    paces = select(pace.c.task, *(pace.c[name] for name in _SAID))
    queries = (
        parts.where(part.c.district == district, part.c.until_seq.is_(None)),
        paces.where(pace.c.district == district, pace.c.until_day == FOREVER),
    )
    for place, query in enumerate(queries):
        for code, *said in session.execute(query):
            if code in found:
                found[code][place].add(tuple(said))
    return {code: (frozenset(held), frozenset(judged)) for code, (held, judged) in found.items()}


@told
def unmeasured(session: Session, district: str) -> list[str]:
    """Codes of the tasks whose parts and pace are still to be written, in order."""
    table = of(session).unmeasured
    return list(session.scalars(select(table.c.task).where(table.c.district == district).order_by(table.c.task)))


@told
def districts(session: Session) -> list[str]:
    """The districts that have such tasks and are at work here; an archive is asked for no board."""
    waiting, library = of(session).unmeasured, of(session).library
    at_work = select(library.c.name).where(library.c.district == waiting.c.district).exists()
    return sorted(session.scalars(select(waiting.c.district).where(at_work).distinct()))


@told
def miss(session: Session, district: str, codes: Sequence[str]) -> None:
    """Note that parts and pace of some tasks are still to be written."""
    rows = [{"district": district, "task": code} for code in codes]
    if rows:
        session.execute(insert(of(session).unmeasured), rows)


@told
def held(session: Session, district: str, codes: Sequence[str]) -> list[Task]:
    """Whole histories of some tasks on which nobody else acts until the transaction ends."""
    task, history = of(session).task, statements(session).history
    mine = (task.c.district == district) & task.c.code.in_(codes)
    session.execute(select(task.c.code).where(mine).with_for_update()).all()
    found = ((history.rows(connection(session), district=district, task=code)) for code in codes)
    return [replay([as_event(row) for row in rows]) for rows in found if rows]


@told
def fill(
    session: Session,
    district: str,
    codes: Sequence[str],
    found: Iterable[tuple[Task, Sequence[tuple[Pace, ...]], date | None]],
) -> None:
    """Write parts and pace of tasks anew from their whole histories.

    Args:
        session: the caller's.
        district: whose tasks.
        codes: all that are done with then, also those that are no more.
        found: tasks, with the stretches of pace after each event, and the days they were closed on.
    """
    sheet, at, on = Sheet(), of(session), connection(session)
    for task, paces, closed_on in found:
        enter_parts(sheet, district, None, task.events, (None, closed_on))
        stages = zip(task.events, pairwise([(), *paces]), strict=True)
        enter_paces(sheet, district, [(event, before, after) for event, (before, after) in stages])
    for table in (at.part, at.pace, at.unmeasured):
        for chunk in chunks(codes):
            session.execute(delete(table).where(table.c.district == district, table.c.task.in_(chunk)))
    statements(session).add_part.run(on, sheet.parts)
    statements(session).add_pace.run(on, sheet.paces)
