"""What the clock's night asks of the archive: the tasks that are due, and what is known of them without their history.

Every query goes to its tasks by their keys or along ``(district, wake_on)``; none joins more than it has tasks at hand,
so that no statistics of the tables can make a database read the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select
from sqlalchemy.orm import Session

from supervise.dates import FOREVER
from supervise.facts import Known, Owing, Pacing
from supervise.records import PARTIES
from supervise.store.faults import told
from supervise.store.statements import chunks
from supervise.store.tables import of


@told
def waking(session: Session, district: str, day: date, most: int, since: date) -> list[tuple[str, date]]:
    """Codes of tasks that the clock must look at by ``day``, with the day each waits for, the earliest first.

    Args:
        session: the caller's.
        district: whose tasks.
        day: up to which the clock looks.
        most: how many at once.
        since: the first day that is of interest.
    """
    task = of(session).task
    query = select(task.c.code, task.c.wake_on).where(task.c.district == district)
    query = query.where(task.c.wake_on >= since, task.c.wake_on <= day).order_by(task.c.wake_on).limit(most)
    return [(code, on) for code, on in session.execute(query)]


@told
def left(session: Session, district: str, day: date) -> int:
    """How many tasks the clock must look at by ``day``."""
    task = of(session).task
    query = select(func.count()).select_from(task).where(task.c.district == district, task.c.wake_on <= day)
    return int(session.scalar(query) or 0)


@told
def begin(session: Session) -> None:
    """Be the one who writes, where a database has room for one: what is read from now on stays so."""
    on = session.connection()
    if on.dialect.name == "sqlite" and not on.connection.in_transaction:
        on.exec_driver_sql("BEGIN IMMEDIATE")


@told
def known(session: Session, district: str, codes: Sequence[str], day: date, paced: bool) -> list[Known]:
    """What is known of tasks that the clock must still look at, and that nobody is just acting on; they are locked.

    Args:
        session: the caller's.
        district: whose tasks.
        codes: which.
        day: up to which the clock looks.
        paced: whether anybody asks how figures lie to schedules.
    """
    on, found = session.connection(), {}
    for some in chunks(codes):
        given = {"district": district, "codes": list(some), "day": day}
        for code, version, head, state, definition, unsealed, last, amended in on.execute(_rows(on), given):
            odd = amended is not None or last is None
            found[code] = Known(code, version, head, state, definition, last or day, bool(unsealed), odd)
        if found:
            _parties(on, given, found)
            _owing(on, given, found)
        if found and paced:
            _pacing(on, given, found)
    return list(found.values())


def _rows(on: Connection) -> Select[Any]:
    """The rows of the tasks that nobody is just acting on, with the day of the last event and whether they are odd."""
    at = of(on)
    task, event, amended = at.task, at.event, at.amended
    here = (event.c.district == task.c.district) & (event.c.task == task.c.code)
    last = select(event.c.day).where(here, event.c.seq == task.c.version).scalar_subquery()
    odd = select(amended.c.task).where(amended.c.district == task.c.district, amended.c.task == task.c.code)
    columns = (task.c.code, task.c.version, task.c.head, task.c.state, task.c.definition, task.c.unsealed)
    return (
        select(*columns, last, odd.scalar_subquery())
        .where(task.c.district == bindparam("district"), task.c.code.in_(bindparam("codes", expanding=True)))
        .where(task.c.wake_on <= bindparam("day"))
        .with_for_update(skip_locked=True)
    )


def _parties(on: Connection, given: dict[str, Any], found: dict[str, Known]) -> None:
    party = of(on).party
    query = select(party.c.task, party.c.role, party.c.unit, party.c.place)
    query = query.where(party.c.district == bindparam("district"), party.c.role.in_(PARTIES))
    query = query.where(party.c.task.in_(bindparam("codes", expanding=True)))
    held: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for task, role, unit, place in on.execute(query, given):
        held.setdefault((task, role), []).append((place, unit))
    for (task, role), units in held.items():
        if task in found:
            found[task].parties[role] = tuple(unit for _, unit in sorted(units))


def _owing(on: Connection, given: dict[str, Any], found: dict[str, Known]) -> None:
    """What stands and is owed, and whether anything was ever pressed."""
    duty = of(on).duty
    columns = (duty.c.task, duty.c.kind, duty.c.ref, duty.c.role, duty.c.born, duty.c.due, duty.c.missed_from)
    query = select(*columns, duty.c.unit, duty.c.about, duty.c.met, duty.c.void)
    query = query.where(duty.c.district == bindparam("district"), duty.c.until_day.is_(None))
    query = query.where(duty.c.task.in_(bindparam("codes", expanding=True)))
    places: dict[tuple[str, str], int] = {}
    for task, kind, ref, role, born, due, missed_from, unit, about, met, void in on.execute(query, given):
        one = found.get(task)
        if one is None:
            continue
        one.pressed |= bool(about)
        if missed_from == FOREVER and due != FOREVER:
            one.stopped.add(kind)
        if met is None and void is None:
            place = places.setdefault((task, ref), len(one.owing))
            if place < len(one.owing):  # several share it
                shared = one.owing[place]
                one.owing[place] = shared._replace(units=(*shared.units, unit))
            else:
                one.owing.append(Owing(kind, ref, role, born, due, missed_from, about, (unit,)))


def _pacing(on: Connection, given: dict[str, Any], found: dict[str, Known]) -> None:
    pace = of(on).pace
    query = select(pace.c.task, pace.c.kind, pace.c.ref, pace.c.day, pace.c.ends, pace.c.behind)
    query = query.where(pace.c.district == bindparam("district"), pace.c.until_day == FOREVER)
    query = query.where(pace.c.ends > bindparam("day"), pace.c.task.in_(bindparam("codes", expanding=True)))
    for task, *stretch in on.execute(query, given):
        if task in found:
            found[task].pacing.append(Pacing(*stretch))


@told
def letters(session: Session, district: str, known: Collection[Known], actions: Collection[str]) -> None:
    """Say of tasks which orders were sent.

    Args:
        session: the caller's.
        district: whose tasks.
        known: what is known of them.
        actions: by which orders are recorded.
    """
    event = of(session).event
    query = select(event.c.task, event.c.day, event.c.data).where(event.c.district == district)
    query = query.where(event.c.action.in_(sorted(actions))).order_by(event.c.task, event.c.seq)
    pressed = {one.code: one for one in known if one.pressed}
    for some in chunks(list(pressed)):
        for task, day, data in session.execute(query.where(event.c.task.in_(some))):
            pressed[task].letters.append((day, data))


@told
def recorded(session: Session, district: str, keys: Sequence[str]) -> set[str]:
    """Those of these idempotency keys under which something is on record."""
    event = of(session).event
    query = select(event.c.idem).where(event.c.district == district)
    return {key for some in chunks(keys) for key in session.scalars(query.where(event.c.idem.in_(some)))}


@told
def have_done(session: Session, district: str, codes: Sequence[str], actions: Collection[str]) -> set[str]:
    """Those of these tasks to which one of these actions was ever done."""
    event = of(session).event
    query = select(event.c.task).where(event.c.district == district, event.c.action.in_(sorted(actions)))
    return {code for some in chunks(codes) for code in session.scalars(query.where(event.c.task.in_(some)))}
