"""The book of what was sent, what waits and what is parked, and the two ways to send something again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, update

from supervise.store.faults import told
from supervise.store.parcels import AGAIN, NOBODY, PARKED, RETRIED, SENT, WAITING, Parcel, as_parcel, at, one_of
from supervise.store.statements import Work, connection
from supervise.store.tables import of
from supervise.store.tray import anew


@dataclass(frozen=True, slots=True)
class Held:
    """What waits for an address without being packed.

    Args:
        channel, address: where.
        who: the person.
        items: how many letters.
    """

    channel: str
    address: str
    who: str
    items: int


@told
def untouched(work: Work, district: str) -> int:
    """How many letters no deliverer has looked at yet."""
    tables, on = of(work), connection(work)
    left, fresh = tables.outbox, tables.letter
    acts = on.execute(select(func.count()).select_from(left).where(left.c.district == district)).scalar_one()
    mine = (fresh.c.district == district) & (fresh.c.addressed == 0)
    return int(acts) + int(on.execute(select(func.count()).select_from(fresh).where(mine)).scalar_one())


@told
def held(work: Work, district: str) -> list[Held]:
    """What waits to be packed, by address."""
    table = of(work).delivery
    columns = (table.c.channel, table.c.address)
    query = select(*columns, func.max(table.c.who).label("who"), func.count().label("items"))
    mine = (table.c.district == district) & table.c.parcel.is_(None) & (table.c.channel != AGAIN)
    rows = connection(work).execute(query.where(mine).group_by(*columns)).all()
    return sorted((Held(row.channel, row.address, row.who, row.items) for row in rows), key=lambda h: h.address)


@told
def parcels(work: Work, district: str, *states: str, since: datetime | None = None) -> list[Parcel]:
    """Parcels in some states, those sent only from a moment on, by channel, address and number."""
    table = of(work).parcel
    query = select(table).where(table.c.district == district, table.c.state.in_(states))
    if since is not None:
        query = query.where(or_(table.c.state != SENT, table.c.sent_at >= since))
    rows = connection(work).execute(query.order_by(table.c.channel, table.c.address, table.c.seq)).all()
    return [as_parcel(row) for row in rows]


@told
def retry(work: Work, district: str, who: str = "") -> int:
    """Take parked parcels apart, so that their letters are addressed and packed anew; how many parcels there were.

    Args:
        work: a session or connection, in a transaction of its own.
        district: whose.
        who: only of this person, unit or address; all if empty.
    """
    tables, on = of(work), connection(work)
    table, parcel = tables.delivery, tables.parcel
    chosen = [one for one in parcels(work, district, PARKED) if who in ("", one.who, one.address)]
    for one in chosen:
        mine = at(table, district, (one.channel, one.address)) & (table.c.parcel == one.seq)
        keys = sorted({(row.task, row.ref) for row in on.execute(select(table).where(mine))})
        on.execute(update(table).where(mine).values(channel=AGAIN, parcel=None))
        anew(work, district, keys)
        on.execute(update(parcel).where(one_of(parcel, district, one)).values(state=RETRIED))
    return len(chosen)


@told
def replay(work: Work, district: str, since: datetime, now: datetime) -> int:
    """Send again, under the same keys, what was sent from a moment on; how many parcels that is."""
    parcel = of(work).parcel
    again = [one for one in parcels(work, district, SENT, since=since) if one.channel != NOBODY]
    for one in again:
        values = {"state": WAITING, "attempts": 0, "next_at": now, "error": ""}
        connection(work).execute(update(parcel).where(one_of(parcel, district, one)).values(values))
    return len(again)


@told
def remarks(work: Work, district: str) -> Iterator[tuple[str, str, str]]:
    """Who got letters in somebody's place, or who is missing: hearer, person, remark, each once."""
    table = of(work).delivery
    query = select(table.c.hearer, table.c.who, table.c.remark).where(table.c.district == district)
    for row in connection(work).execute(query.where(table.c.remark != "").distinct().order_by(table.c.hearer)):
        yield row.hearer, row.who, row.remark
