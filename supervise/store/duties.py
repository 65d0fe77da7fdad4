"""Duties as stored facts with two times: when it was so, and when it became known.

The core works them out after every event; here they are only compared with what stands and kept. A row is never
changed but to say until when it stood. So what was owed at any cut is a query, and never a fold of every history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, or_, select
from sqlalchemy.orm import Session

from supervise.records import Cut, Duty, Event
from supervise.store.faults import told
from supervise.store.sheet import Sheet
from supervise.store.statements import chunks
from supervise.store.tables import of

Stage = tuple[Event, tuple[Duty, ...], tuple[Duty, ...]]
"""An event with all duties of its task before and after it."""


def enter(sheet: Sheet, district: str, stages: Sequence[Stage]) -> None:
    """Put the duties as they stand after each recorded event on the sheet; only what an event changed is written.

    Args:
        sheet: what will be written.
        district: whose tasks.
        stages: of one task, in order.
    """
    fresh: dict[str, list[dict[str, Any]]] = {}
    for event, before, after in stages:
        if before is after:
            continue
        same = {id(duty) for duty in before} & {id(duty) for duty in after}  # most are carried on as they are
        stood = {d.key: d for d in before if id(d) not in same}
        stands = {d.key: d for d in after if id(d) not in same}
        for key, duty in stood.items():
            if stands.get(key) != duty:
                end = {"until_day": event.day, "until_known": event.recorded_at}
                made = fresh.pop(key, None)
                for row in made or ():
                    row.update(end)
                if made is None:
                    sheet.ended.append({"b_district": district, "b_task": event.task, "b_ref": key, **end})
        for key, duty in stands.items():
            if stood.get(key) != duty:
                fresh[key] = _rows(district, duty, event)
                sheet.duties += fresh[key]


@told
def at(session: Session, district: str, cut: Cut, codes: Sequence[str] | None = None) -> list[Duty]:
    """Every duty as a cut shows it, by task and due date.

    Args:
        session: the caller's.
        district: whose tasks.
        cut: what had happened and was known.
        codes: only these tasks, all if ``None``.
    """
    table = of(session).duty
    query = select(table).where(table.c.district == district, *_seen(table, cut))
    query = query.order_by(table.c.task, table.c.due, table.c.ref)
    if codes is None:
        return _duties(session.execute(query))
    return [duty for chunk in chunks(codes) for duty in _duties(session.execute(query.where(table.c.task.in_(chunk))))]


@told
def unmet(session: Session, district: str, cut: Cut, units: Sequence[str] = ()) -> list[Duty]:
    """The duties that may still be owed as a cut shows them: all that were neither met nor void, and maybe others.

    Args:
        session: the caller's.
        district: whose tasks.
        cut: what had happened and was known.
        units: only what one of these owes; everybody's if there are none.
    """
    table = of(session).duty
    query = select(table).where(table.c.district == district, *_seen(table, cut))
    if units:
        query = query.where(table.c.unit.in_(units))
    if cut.known is not None:
        return _duties(session.execute(query))
    standing = query.where(table.c.until_day.is_(None), table.c.met.is_(None), table.c.void.is_(None))
    ended = query.where(table.c.until_day > cut.as_of)
    return _duties((*session.execute(standing), *session.execute(ended)))


def _seen(table: Table, cut: Cut) -> tuple[ColumnElement[bool], ...]:
    """The rows that stood at a cut."""
    begun, over = table.c.since_day <= cut.as_of, table.c.until_day <= cut.as_of
    if cut.known is not None:
        begun = and_(begun, table.c.since_known <= cut.known)
        over = and_(over, table.c.until_known <= cut.known)
    return begun, or_(table.c.until_day.is_(None), ~over)


def _duties(rows: Iterable[Row[Any]]) -> list[Duty]:
    """Duties out of their rows; one row of several units who share a duty is enough."""
    return list(dict.fromkeys(_duty(row) for row in rows))


def _rows(district: str, duty: Duty, event: Event) -> list[dict[str, Any]]:
    """One row for each unit that owes it, all alike but for the unit."""
    row = {
        "district": district, "task": duty.task, "ref": duty.key, "from_seq": event.seq, "kind": duty.kind,
        "role": duty.role, "units": duty.units, "born": duty.born, "due": duty.due, "nominal": duty.nominal,
        "missed_from": duty.missed_from, "met": duty.met, "void": duty.void, "about": duty.about,
        "opened_by": duty.after, "since_day": event.day, "since_known": event.recorded_at, "until_day": None,
        "until_known": None, "settles": duty.settles,
    }  # fmt: skip
    rows = [row, *[row.copy() for _ in duty.units[1:]]]
    for one, unit in zip(rows, duty.units or ("",), strict=True):
        one["unit"] = unit
    return rows


def _duty(row: Row[Any]) -> Duty:
    return Duty(
        kind=row.kind, key=row.ref, task=row.task, role=row.role, units=tuple(row.units), born=row.born, due=row.due,
        nominal=row.nominal, missed_from=row.missed_from, met=row.met, void=row.void, about=row.about,
        after=row.opened_by,
    )  # fmt: skip
