"""What boards ask of parts in tasks: who had which when, and in how many tasks a unit had any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, func, literal, select
from sqlalchemy.orm import Session

from supervise.dates import FOREVER
from supervise.records import PARTIES
from supervise.store.asking import Span, View, asked, lawful, some
from supervise.store.faults import told
from supervise.store.tables import Tables, of

CO = PARTIES[1]


@told
def parts(session: Session, district: str, codes: Sequence[str]) -> Iterator[Any]:
    """Who had which part in some tasks, and from which act and day to which."""
    part = of(session).part
    columns = ("task", "role", "unit", "from_seq", "since_day", "until_seq", "until_day")
    query = select(*(part.c[name] for name in columns))
    return some(session, query.where(part.c.district == district), part.c.task, codes)


@told
def helpers(session: Session, district: str, codes: Sequence[str]) -> Iterator[Any]:
    """Who helped in some tasks: task, unit, and from which act and day to which day."""
    part = of(session).part
    query = select(part.c.task, part.c.unit, part.c.from_seq, part.c.since_day, part.c.until_day)
    return some(session, query.where(part.c.district == district, part.c.role == CO), part.c.task, codes)


@told
def handled(
    session: Session, view: View, span: Span, roles: Sequence[str] = (), units: Sequence[str] | None = None
) -> Iterator[Any]:
    """Numbers of the tasks in which a unit held a part up to now or their end: unit, tasks, in each of some roles.

    The index gives units and tasks in order: one walk, and nothing is sorted.
    """
    at, part = of(session), of(session).part
    each = [func.count(case((part.c.role == role, literal(1)))) for role in roles]
    for over in _ended(part, view, span):
        query = select(part.c.unit, func.count(part.c.task.distinct()), *each)
        query = query.where(*_held(at, view, span.last), over).group_by(part.c.unit)
        yield from some(session, query, part.c.unit, units)


@told
def running(session: Session, view: View, last: date, role: str = "") -> set[str]:
    """The units that hold a part, or one role, in a task that runs, begun by a day: one step of the index for each."""
    at, part = of(session), of(session).part
    held = (*_held(at, view, last), part.c.closed_on == FOREVER, *((part.c.role == role,) if role else ()))
    one = select(func.min(part.c.unit).label("unit")).where(*held).cte("held", recursive=True)
    after = select(func.min(part.c.unit)).where(*held, part.c.unit > one.c.unit).scalar_subquery()
    one = one.union_all(select(after).where(one.c.unit.is_not(None)))
    return set(session.scalars(select(one.c.unit).where(one.c.unit.is_not(None))).all())


@told
def ended(session: Session, view: View, span: Span) -> Iterator[Any]:
    """Each unit that held a part to its end in a task that ended since a span began, with its role; they are walked."""
    at, part = of(session), of(session).part
    query = select(part.c.unit, part.c.role).where(*_held(at, view, span.last), _ended(part, view, span)[1])
    return asked(session, query.distinct())


def _ended(part: Table, view: View, span: Span) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The parts in tasks that run, and in those that ended since a span began."""
    since = min(span.first, view.after)
    return part.c.closed_on == FOREVER, and_(part.c.closed_on >= since, part.c.closed_on < FOREVER)


def _held(at: Tables, view: View, last: date) -> tuple[ColumnElement[bool], ...]:
    """The parts begun by a day and never given up."""
    part = at.part
    mine = part.c.district == view.district, part.c.since_day <= last, part.c.until_day.is_(None)
    return (*mine, *lawful(at, view, part))


@told
def handed_on(session: Session, view: View, span: Span) -> set[str]:
    """Tasks in which a part was given up on a day of the span or later."""
    part = of(session).part
    since = min(span.first, view.after)
    mine = part.c.district == view.district, part.c.closed_on >= since, part.c.closed_on < FOREVER
    return set(session.scalars(select(part.c.task).where(*mine, part.c.until_day.is_not(None)).distinct()))


@told
def handled_rows(
    session: Session, view: View, span: Span, units: Sequence[str] | None = None, codes: Sequence[str] | None = None
) -> Iterator[Any]:
    """Each part that was held on any day of a span, by some units or in some tasks: unit, role, task, until when."""
    part = of(session).part
    query = select(part.c.unit, part.c.role, part.c.task, part.c.until_day)
    query = query.where(
        part.c.district == view.district, part.c.closed_on >= min(span.first, view.after),
        part.c.since_day <= span.last, *lawful(of(session), view, part),
    )  # fmt: skip
    if codes is not None:
        return some(session, query, part.c.task, codes)
    return some(session, query, part.c.unit, units)
