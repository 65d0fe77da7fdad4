"""Letters on their way: packed for each address, claimed for a time, sent or parked.

Any number of deliverers may work at once. Nothing is locked in advance: every step says which rows it takes, and finds
out by their number, or by their keys, that somebody else took them first (S01); then it is simply done again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from supervise.store import loading, outbox
from supervise.store.faults import stale, told
from supervise.store.outbox import Letter
from supervise.store.statements import Statement, Work, connection
from supervise.store.tables import Tables, of

NOBODY, AGAIN = "-", "?"
"""The channel of what nobody can get, and of what is to be addressed anew."""
WAITING, SENT, PARKED, RETRIED = "waiting", "sent", "parked", "retried"
Address = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a letter goes for one of its hearers.

    Args:
        hearer: whom the letter names.
        channel: by which way; ``NOBODY`` if there is no way.
        address: on it.
        who: the person, as people call him.
        remark: why he gets it in somebody's place, or why nobody does.
    """

    hearer: str
    channel: str
    address: str
    who: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter for one address.

    Args:
        letter: what it says.
        target: to whom, and by which way.
        place: its place among the letters of its task.
    """

    letter: Letter
    target: Target
    place: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one address gets at one time, and how far it has come.

    Args:
        channel, address, seq: which; parcels of an address go out in order.
        kind: ``digest``, ``summary``, ``single`` or ``nobody``.
        who: the person.
        items: how many letters it holds.
        state: ``waiting``, ``sent``, ``parked``, or ``retried`` when its letters went another way.
        made_at, next_at, sent_at: moments, UTC.
        attempts: how often it was tried.
        error: what went wrong the last time.
    """

    channel: str
    address: str
    seq: int
    kind: str
    who: str
    items: int
    state: str
    made_at: datetime
    attempts: int
    next_at: datetime
    sent_at: datetime | None
    error: str


class Many:
    """What is done once for each of many rows."""

    def __init__(self, tables: Tables) -> None:
        tray, letter, delivery = tables.outbox, tables.letter, tables.delivery
        self.untray = Statement(delete(tray).where(_is(tray, "district", "task", "seq")))
        new = {"addressed": literal_column("1"), "place": bindparam("place", type_=letter.c.place.type)}
        # below 1, not 0: PostgreSQL would take the index of those, and read all that wait for each
        fresh = _is(letter, "district", "task", "ref") & (letter.c.addressed < literal_column("1"))
        self.addressed = Statement(update(letter).where(fresh).values(new))
        mine = _is(delivery, *(column.name for column in delivery.primary_key))
        self.forget = Statement(delete(delivery).where(mine))
        free = mine & delivery.c.parcel.is_(None)
        self.packed = Statement(update(delivery).where(free).values(parcel=bindparam("parcel", type_=Integer())))
        self.anew = Statement(
            update(letter).where(_is(letter, "district", "task", "ref")).values(addressed=literal_column("0"))
        )


def _is(table: Table, *columns: str) -> ColumnElement[bool]:
    return and_(*(table.c[name] == bindparam(f"b_{name}", type_=table.c[name].type) for name in columns))


@cache
def many(tables: Tables) -> Many:
    """The statements on one set of tables."""
    return Many(tables)


def all_of(touched: int, wanted: int) -> None:
    """See that one had all the rows that one meant to take.

    Raises:
        Stale: S01 when somebody else had some of them first.
    """
    if touched != wanted:
        raise stale("另一个发送程序先取走了")


@told
def unpacked(work: Work, district: str) -> list[Address]:
    """The addresses that something waits for and that have no parcel under way: one at a time, so in order."""
    tables = of(work)
    table, parcel = tables.delivery, tables.parcel
    under_way = exists().where(
        parcel.c.district == district, parcel.c.channel == table.c.channel, parcel.c.address == table.c.address,
        parcel.c.state == WAITING,
    )  # fmt: skip
    query = select(table.c.channel, table.c.address).where(table.c.district == district, table.c.parcel.is_(None))
    query = query.where(table.c.channel != AGAIN)
    rows = connection(work).execute(query.where(~under_way).distinct()).all()
    return sorted((row.channel, row.address) for row in rows)


@told
def deliveries(work: Work, district: str, to: Address, parcel: int | None) -> list[Delivery]:
    """What is in a parcel of an address, or with ``None`` what waits for it, in order."""
    tables = of(work)
    table, letter = tables.delivery, tables.letter
    same = and_(letter.c.district == table.c.district, letter.c.task == table.c.task, letter.c.ref == table.c.ref)
    mine = at(table, district, to) & (table.c.parcel.is_(None) if parcel is None else table.c.parcel == parcel)
    query = select(letter, table.c.hearer, table.c.who, table.c.remark, table.c.place.label("nth"))
    rows = connection(work).execute(query.select_from(table).join(letter, same).where(mine)).all()
    found = [
        Delivery(outbox.as_letter(row), Target(row.hearer, *to, row.who, row.remark), row.nth) for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.letter.task, one.place, one.letter.ref, one.target.hearer))


def at(table: Table, district: str, to: Address) -> ColumnElement[bool]:
    """The rows of an address."""
    return and_(table.c.district == district, table.c.channel == to[0], table.c.address == to[1])


@told
def made_since(work: Work, district: str, to: Address, moment: datetime) -> int:
    """How many parcels were made for an address from a moment on."""
    table = of(work).parcel
    query = select(func.count()).select_from(table).where(at(table, district, to), table.c.made_at >= moment)
    return int(connection(work).execute(query).scalar_one())


@told
def pack(
    work: Work, district: str, to: Address, packed: Sequence[tuple[str, Sequence[Delivery]]], now: datetime
) -> int:
    """Make parcels for an address, in order; how many.

    Args:
        work: a session or connection, in a transaction of its own.
        district: whose.
        to: channel and address; what goes to ``NOBODY`` is parked at once.
        packed: kind and contents of each.
        now: the moment, UTC.
    """
    tables, on = of(work), connection(work)
    parcel = tables.parcel
    last = on.execute(select(func.max(parcel.c.seq)).where(at(parcel, district, to))).scalar() or 0
    for seq, (kind, items) in enumerate(packed, last + 1):
        lost = to[0] == NOBODY
        row = {
            "district": district, "channel": to[0], "address": to[1], "seq": seq, "kind": kind,
            "who": items[0].target.who, "items": len({(o.letter.task, o.letter.ref) for o in items}),
            "state": PARKED if lost else WAITING, "made_at": now, "attempts": 0, "next_at": now, "lease": None,
            "leased_until": None, "sent_at": None, "error": items[0].target.remark if lost else "",
        }  # fmt: skip
        loading.add(on, parcel, [row])
        rows = [
            {"b_district": district, "b_task": one.letter.task, "b_ref": one.letter.ref,
             "b_hearer": one.target.hearer, "b_address": to[1], "parcel": seq}
            for one in items
        ]  # fmt: skip
        all_of(many(tables).packed.run(on, rows), len(rows))
    return len(packed)


@told
def claim(
    work: Work, district: str, lease: str, now: datetime, until: datetime, channels: Iterable[str]
) -> Parcel | None:
    """Take one parcel that is due, for a time: nobody else sends it until then.

    Args:
        work: a session or connection, in a transaction of its own.
        district: whose.
        lease: whose it is then.
        now, until: moments, UTC.
        channels: only those.
    """
    table, on = of(work).parcel, connection(work)
    due = _due(table, district, now) & table.c.channel.in_(sorted(channels))
    before = table.alias("before")
    first = ~exists().where(
        before.c.district == district, before.c.channel == table.c.channel, before.c.address == table.c.address,
        before.c.state == WAITING, before.c.seq < table.c.seq,
    )  # fmt: skip
    query = select(table).where(due, first).order_by(table.c.next_at, table.c.channel, table.c.address).limit(20)
    for row in on.execute(query).all():
        mine = one_of(table, district, row) & _due(table, district, now)
        if on.execute(update(table).where(mine).values(lease=lease, leased_until=until)).rowcount == 1:
            return as_parcel(row)
    return None


def _due(table: Table, district: str, now: datetime) -> ColumnElement[bool]:
    free = or_(table.c.lease.is_(None), table.c.leased_until <= now)
    return and_(table.c.district == district, table.c.state == WAITING, table.c.next_at <= now, free)


def one_of(table: Table, district: str, which: Any) -> ColumnElement[bool]:
    """The row of a parcel."""
    return and_(at(table, district, (which.channel, which.address)), table.c.seq == which.seq)


def as_parcel(row: Any) -> Parcel:
    """A parcel out of its row."""
    return Parcel(
        row.channel, row.address, row.seq, row.kind, row.who, row.items, row.state, row.made_at, row.attempts,
        row.next_at, row.sent_at, row.error,
    )  # fmt: skip


@told
def settle(work: Work, district: str, parcel: Parcel, lease: str) -> bool:
    """Write down how far a claimed parcel has come; ``False`` if the lease ran out and somebody else has it now."""
    table = of(work).parcel
    values = {
        "state": parcel.state, "attempts": parcel.attempts, "next_at": parcel.next_at, "sent_at": parcel.sent_at,
        "error": parcel.error, "lease": None, "leased_until": None,
    }  # fmt: skip
    mine = one_of(table, district, parcel) & (table.c.lease == lease)
    return connection(work).execute(update(table).where(mine).values(values)).rowcount == 1
