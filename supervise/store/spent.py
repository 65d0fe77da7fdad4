"""Messages that were delivered long ago: which they are, what they say, and how they leave the record.

What may be needed again stays: the last parcel of each address, for the next takes the number after it; every parcel
with a letter that somebody still waits for; and the letters that no act left, of tasks that are open, for by their
names they are never written twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from supervise import chain
from supervise.store import outbox
from supervise.store.faults import stale, told
from supervise.store.outbox import ACT
from supervise.store.parcels import PARKED, RETRIED, SENT, WAITING, Parcel, as_parcel, at, one_of
from supervise.store.statements import chunks
from supervise.store.tables import of

Key = tuple[str, str]
"""A letter: its task and its name there."""


@told
def parcels(session: Session, district: str, before: datetime) -> list[Parcel]:
    """The parcels that were delivered before a moment, or taken apart, and that nothing waits for; by address.

    Args:
        session: the caller's.
        district: whose.
        before: UTC.
    """
    table = of(session).parcel
    sent = and_(table.c.state == SENT, table.c.sent_at < before)
    apart = and_(table.c.state == RETRIED, table.c.next_at < before)
    place = table.c.channel, table.c.address
    mine = table.c.district == district
    query = select(table).where(mine, or_(sent, apart)).order_by(*place, table.c.seq)
    found = [as_parcel(row) for row in session.execute(query)]
    newest = session.execute(select(*place, func.max(table.c.seq)).where(mine).group_by(*place))
    kept = {(channel, address, seq) for channel, address, seq in newest} | _held(session, district)
    return [one for one in found if (one.channel, one.address, one.seq) not in kept]


def _held(session: Session, district: str) -> set[tuple[str, str, int]]:
    """The parcels with a letter that has not reached everybody yet."""
    delivery, parcel = of(session).delivery, of(session).parcel
    same = and_(*(parcel.c[name] == delivery.c[name] for name in ("district", "channel", "address")))
    joined = delivery.outerjoin(parcel, and_(same, parcel.c.seq == delivery.c.parcel))
    waits = or_(delivery.c.parcel.is_(None), parcel.c.state.in_((WAITING, PARKED)))
    keys = select(delivery.c.task, delivery.c.ref).select_from(joined).where(delivery.c.district == district, waits)
    found = set[tuple[str, str, int]]()
    for chunk in chunks(sorted({(row.task, row.ref) for row in session.execute(keys)})):
        some = select(delivery.c.channel, delivery.c.address, delivery.c.parcel).where(delivery.c.parcel.is_not(None))
        mine = (delivery.c.district == district) & outbox.either(delivery.c.task, delivery.c.ref, chunk)
        found |= {(row.channel, row.address, row.parcel) for row in session.execute(some.where(mine))}
    return found


@told
def told_by(session: Session, district: str, parcel: Parcel) -> dict[str, Any]:
    """A parcel and its letters as plain data."""
    delivery, letter = of(session).delivery, of(session).letter
    same = and_(*(letter.c[name] == delivery.c[name] for name in ("district", "task", "ref")))
    mine = at(delivery, district, (parcel.channel, parcel.address)) & (delivery.c.parcel == parcel.seq)
    columns = *(letter.c[n] for n in ("task", "ref", "kind", "action", "day", "recorded_at", "text")), delivery.c.hearer
    query = select(*columns, delivery.c.remark).select_from(delivery.join(letter, same)).where(mine)
    rows = session.execute(query.order_by(delivery.c.task, delivery.c.place, delivery.c.ref, delivery.c.hearer))
    moments = {"made_at": parcel.made_at, "sent_at": parcel.sent_at}
    return {
        "district": district, "channel": parcel.channel, "address": parcel.address, "seq": parcel.seq,
        "kind": parcel.kind, "who": parcel.who, "state": parcel.state, "attempts": parcel.attempts,
        **{name: chain.moment(moment) if moment else None for name, moment in moments.items()},
        "letters": [
            {**row._mapping, "day": row.day.isoformat(), "recorded_at": chain.moment(row.recorded_at)} for row in rows
        ],
    }  # fmt: skip


@told
def drop(session: Session, district: str, gone: Sequence[Parcel]) -> int:
    """Take parcels out of the record, and the letters that were in them and are in no other; how many letters.

    Raises:
        Stale: S01 when somebody lets one of them go again at this moment.
    """
    delivery, parcel = of(session).delivery, of(session).parcel
    keys = set[Key]()
    for one in gone:
        mine = at(delivery, district, (one.channel, one.address)) & (delivery.c.parcel == one.seq)
        keys |= {(row.task, row.ref) for row in session.execute(select(delivery.c.task, delivery.c.ref).where(mine))}
        session.execute(delete(delivery).where(mine))
        same = one_of(parcel, district, one) & (parcel.c.state == one.state)
        if session.execute(delete(parcel).where(same)).rowcount != 1:  # type: ignore[attr-defined]
            raise stale("这时有人要重发其中的消息,什么都没有移走")
    return sum(_letters(session, district, chunk) for chunk in chunks(sorted(keys)))


def _letters(session: Session, district: str, keys: Sequence[Key]) -> int:
    letter, delivery, task = of(session).letter, of(session).delivery, of(session).task
    mine = (delivery.c.district == district) & outbox.either(delivery.c.task, delivery.c.ref, keys)
    kept = {(row.task, row.ref) for row in session.execute(select(delivery.c.task, delivery.c.ref).where(mine))}
    some = sorted({code for code, _ in keys})
    still = (task.c.district == district) & task.c.code.in_(some) & task.c.closed_on.is_(None)
    open_ = {"", *session.scalars(select(task.c.code).where(still))}
    known = (letter.c.district == district) & outbox.either(letter.c.task, letter.c.ref, keys)
    rows = session.execute(select(letter.c.task, letter.c.ref, letter.c.kind).where(known)).all()
    over = {(row.task, row.ref) for row in rows if row.kind == ACT or row.task not in open_} & set(keys) - kept
    for code, ref in sorted(over):
        one = (letter.c.district == district) & (letter.c.task == code) & (letter.c.ref == ref)
        session.execute(delete(letter).where(one))
    return len(over)
