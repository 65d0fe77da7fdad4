"""Marks: dated facts from outside the lifecycles, append-only; a voided one stays, with who took it back and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.orm import Session

from supervise.records import Mark
from supervise.store import loading
from supervise.store.faults import told
from supervise.store.statements import connection
from supervise.store.tables import of


@dataclass(frozen=True, slots=True)
class Voiding:
    """Who took a mark back, when, and why."""

    day: date
    by: str
    note: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A mark on record.

    Args:
        seq: its number in the district.
        mark: what it says.
        recorded_at: when it was entered.
        voided: set once it was taken back, as far as known.
    """

    seq: int
    mark: Mark
    recorded_at: datetime
    voided: Voiding | None = None


@told
def add(session: Session, district: str, marks: Sequence[Mark], now: datetime) -> None:
    """Put marks on record, in their order."""
    last = _last(session, district)
    rows = [_row(district, last + n, mark, now, None) for n, mark in enumerate(marks, start=1)]
    loading.add(connection(session), of(session).mark, rows)


@told
def void(session: Session, district: str, seq: int, by: str, day: date, note: str, now: datetime) -> None:
    """Take a mark back: a row of its own that names it."""
    mark = of(session).mark
    taken = Mark("", "", day, Decimal(0), by, note)
    session.execute(insert(mark).values(**_row(district, _last(session, district) + 1, taken, now, seq)))


def _last(session: Session, district: str) -> int:
    mark = of(session).mark
    found: int | None = session.execute(select(func.max(mark.c.seq)).where(mark.c.district == district)).scalar()
    return found or 0


def _row(district: str, seq: int, mark: Mark, now: datetime, voids: int | None) -> dict[str, Any]:
    return {
        "district": district, "seq": seq, "unit": mark.unit, "kind": mark.kind, "day": mark.day,
        "value": str(mark.value), "actor": mark.by, "note": mark.note, "recorded_at": now,
        "matter": mark.matter or None, "role": mark.role or None, "status": mark.status or None, "voids": voids,
    }  # fmt: skip


@told
def every(
    session: Session,
    district: str,
    known: datetime | None = None,
    kinds: Sequence[str] | None = None,
    days: tuple[date, date] | None = None,
) -> list[Kept]:
    """Marks in the order they were entered, voided ones with what voided them.

    Args:
        session: the caller's.
        district: whose.
        known: only what was recorded by this moment; a later voiding is not seen.
        kinds: only these kinds.
        days: only from one day to another.
    """
    mark = of(session).mark
    query = select(mark).where(mark.c.district == district)
    if known is not None:
        query = query.where(mark.c.recorded_at <= known)
    told_ = query.where(mark.c.voids.is_(None))
    if kinds is not None:
        told_ = told_.where(mark.c.kind.in_(list(kinds)))
    if days is not None:
        told_ = told_.where(mark.c.day >= days[0], mark.c.day <= days[1])
    voided = {row.voids: _voiding(row) for row in session.execute(query.where(mark.c.voids.is_not(None)))}
    rows = session.execute(told_.order_by(mark.c.seq))
    return [Kept(row.seq, _mark(row), row.recorded_at, voided.get(row.seq)) for row in rows]


def _mark(row: Row[Any]) -> Mark:
    return Mark(
        row.unit, row.kind, row.day, Decimal(row.value), row.actor, row.note, row.matter or "", row.role or "",
        row.status or "",
    )  # fmt: skip


def _voiding(row: Row[Any]) -> Voiding:
    return Voiding(row.day, row.actor, row.note, row.recorded_at)


def standing(session: Session, district: str, since: date, until: date, known: datetime | None) -> list[Mark]:
    """Marks dated within a stretch of days, as far as known and not taken back, in the order they were entered."""
    return [kept.mark for kept in every(session, district, known, days=(since, until)) if kept.voided is None]
