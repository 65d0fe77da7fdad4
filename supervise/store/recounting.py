"""Parts and pace held to the replay, and written anew from whole histories where they are missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import Column, Select, delete, insert, select
from sqlalchemy.orm import Session

from supervise.dates import FOREVER
from supervise.paces import Pace
from supervise.records import Task, replay
from supervise.store import loading
from supervise.store.counted import ROLES, enter_paces, enter_parts, pace_rows
from supervise.store.faults import told
from supervise.store.sheet import Sheet
from supervise.store.statements import chunks, connection, statements
from supervise.store.tables import of
from supervise.store.tasks import as_event

Standing = tuple[frozenset[Any], frozenset[Any], bool]
"""The parts of a task and its stretches of pace as they stand, and whether its days do not tell how it stood."""


class Measured(NamedTuple):
    """A task with all that boards ask of it: the stretches of pace after each event, and the day it was closed on.

    ``amended``: its days do not tell how it stood.
    """

    task: Task
    paces: Sequence[tuple[Pace, ...]]
    closed_on: date | None
    amended: bool


def right(task: Task, paces: Iterable[Pace], closed_on: date | None, amended: bool) -> Standing:
    """What must stand of a task."""
    parts = frozenset((role, unit, closed_on or FOREVER) for role in ROLES for unit in getattr(task, role))
    rows = (row for pace in paces for row in pace_rows("", pace, task.events[-1]))
    return parts, frozenset(tuple(row[name] for name in _SAID) for row in rows), amended


_SAID = ("ref", "day", "unit", "kind", "role", "ends", "judged", "nominal", "behind")


@told
def standing(session: Session, district: str, some: Sequence[str] | None = None) -> dict[str, Standing]:
    """What stands of every task, or of some, for which it has been written."""
    at = of(session)
    part, pace, task, waiting = at.part, at.pace, at.task, set(unmeasured(session, district))
    columns = ("task", "role", "unit", "closed_on"), ("task", *_SAID)
    queries = [select(*(table.c[name] for name in names)) for table, names in zip((part, pace), columns, strict=True)]
    stands = part.c.until_seq.is_(None), pace.c.until_day == FOREVER
    mine = at.task.c.district == district, at.amended.c.district == district
    found: dict[str, tuple[set[Any], set[Any]]] = {}
    amended: set[str] = set()
    for chunk in [None] if some is None else chunks(some):
        codes = _among(session, select(task.c.code).where(mine[0]), task.c.code, chunk)
        found |= {code: (set(), set()) for (code,) in codes if code not in waiting}
        changed = _among(session, select(at.amended.c.task).where(mine[1]), at.amended.c.task, chunk)
        amended |= {code for (code,) in changed}
        for place, (table, query) in enumerate(zip((part, pace), queries, strict=True)):
            rows = query.where(table.c.district == district, stands[place])
            for code, *said in _among(session, rows, table.c.task, chunk):
                if code in found:
                    found[code][place].add(tuple(said))
    return {code: (frozenset(held), frozenset(paced), code in amended) for code, (held, paced) in found.items()}


def _among(session: Session, query: Select[Any], column: Column[Any], codes: Sequence[str] | None) -> Iterable[Any]:
    return session.execute(query if codes is None else query.where(column.in_(codes)))


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
    found: Iterable[Measured],
) -> None:
    """Write parts and pace of tasks anew from their whole histories.

    Args:
        session: the caller's.
        district: whose tasks.
        codes: all that are done with then, also those that are no more.
        found: the tasks that are.
    """
    sheet, at, on = Sheet(district), of(session), connection(session)
    for task, paces, closed_on, amended in found:
        enter_parts(sheet, district, None, task.events, (None, closed_on))
        stages = zip(task.events, pairwise([(), *paces]), strict=True)
        enter_paces(sheet, district, [(event, before, after) for event, (before, after) in stages])
        if amended:
            sheet.amended.append({"district": district, "task": task.code})
    for table in (at.part, at.pace, at.amended, at.unmeasured):
        for chunk in chunks(codes):
            session.execute(delete(table).where(table.c.district == district, table.c.task.in_(chunk)))
    for table, rows in ((at.part, sheet.parts), (at.pace, sheet.paces), (at.amended, sheet.amended)):
        loading.add(on, table, rows)
