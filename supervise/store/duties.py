"""Duties as stored facts with two times: when it was so, and when it became known.

The core works them out after every event; here they are only compared with what stands and kept. A row is never
changed but to say until when it stood. So what was owed at any cut is a query, and never a fold of every history.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from supervise.records import Cut, Duty, Event
from supervise.store.faults import told
from supervise.store.sheet import Sheet
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
    fresh: dict[str, dict[str, Any]] = {}
    for event, before, after in stages:
        if before == after:
            continue
        stood, stands = {d.key: d for d in before}, {d.key: d for d in after}
        for key, duty in stood.items():
            if stands.get(key) != duty:
                end = {"until_day": event.day, "until_known": event.recorded_at}
                row = fresh.pop(key, None)
                if row is not None:
                    row.update(end)
                else:
                    sheet.ended.append({"b_district": district, "b_task": event.task, "b_ref": key, **end})
        for key, duty in stands.items():
            if stood.get(key) != duty:
                row = fresh[key] = _row(district, duty, event)
                sheet.duties.append(row)


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
    begun, over = table.c.since_day <= cut.as_of, table.c.until_day <= cut.as_of
    if cut.known is not None:
        begun = and_(begun, table.c.since_known <= cut.known)
        over = and_(over, table.c.until_known <= cut.known)
    query = select(table).where(table.c.district == district, begun, or_(table.c.until_day.is_(None), ~over))
    query = query.order_by(table.c.task, table.c.due, table.c.ref)
    if codes is None:
        return [_duty(row) for row in session.execute(query)]
    return [
        _duty(row)
        for i in range(0, len(codes), 500)
        for row in session.execute(query.where(table.c.task.in_(codes[i : i + 500])))
    ]


def _row(district: str, duty: Duty, event: Event) -> dict[str, Any]:
    return {
        "district": district, "task": duty.task, "ref": duty.key, "from_seq": event.seq, "kind": duty.kind,
        "role": duty.role, "units": list(duty.units), "born": duty.born, "due": duty.due, "nominal": duty.nominal,
        "missed_from": duty.missed_from, "met": duty.met, "void": duty.void, "about": duty.about,
        "opened_by": duty.after, "since_day": event.day, "since_known": event.recorded_at, "until_day": None,
        "until_known": None,
    }  # fmt: skip


def _duty(row: Row[Any]) -> Duty:
    return Duty(
        kind=row.kind, key=row.ref, task=row.task, role=row.role, units=tuple(row.units), born=row.born, due=row.due,
        nominal=row.nominal, missed_from=row.missed_from, met=row.met, void=row.void, about=row.about,
        after=row.opened_by,
    )  # fmt: skip
