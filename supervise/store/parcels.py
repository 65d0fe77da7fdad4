"""Letters on their way: from the outbox to addresses, packed for each address, claimed for a time, sent or parked.

Any number of deliverers may work at once. Nothing is locked in advance: every step says which rows it takes, and finds
out by their number, or by their keys, that somebody else took them first (S01); then it is simply done again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, or_, select, update

from supervise.store import loading, outbox
from supervise.store.faults import stale, told
from supervise.store.outbox import Letter
from supervise.store.statements import CHUNK, Work, chunks, connection
from supervise.store.tables import of

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


@told
def collect(work: Work, district: str, grave: Collection[str]) -> int:
    """Make letters of what acts left in the outbox, a piece at a time; how many there were.

    Args:
        work: a session or connection, in a transaction of its own.
        district: whose.
        grave: actions and values of forms that make a letter grave.
    """
    tables, on = of(work), connection(work)
    table, event = tables.outbox, tables.event
    rows = on.execute(
        select(table).where(table.c.district == district).order_by(table.c.task, table.c.seq).limit(CHUNK)
    ).all()
    keys = [(row.task, row.seq) for row in rows]
    if not keys:
        return 0
    said: dict[tuple[str, int], Any] = {}
    if grave:
        mine = (event.c.district == district) & outbox.among(event.c.task, event.c.seq, keys)
        said = {(row.task, row.seq): row.data for row in on.execute(select(event).where(mine))}
    letters = [outbox.of_act(row, _grave(row.action, said.get((row.task, row.seq), {}), grave)) for row in rows]
    outbox.put(work, district, letters)
    gone = on.execute(delete(table).where(table.c.district == district, outbox.among(table.c.task, table.c.seq, keys)))
    _all(gone.rowcount, len(keys))
    return len(keys)


def _grave(action: str, data: Mapping[str, Any], words: Collection[str]) -> bool:
    return action in words or any(isinstance(value, str) and value in words for value in data.values())


def _all(touched: int, wanted: int) -> None:
    if touched != wanted:
        raise stale("另一个发送程序先取走了")


@told
def unaddressed(work: Work, district: str) -> list[Letter]:
    """Letters that nobody has looked up the addresses for, a piece at a time."""
    table, on = of(work).letter, connection(work)
    mine = (table.c.district == district) & (table.c.addressed == 0)
    found = [outbox.as_letter(row) for row in on.execute(select(table).where(mine).limit(CHUNK)).all()]
    return sorted(found, key=lambda one: (one.task, one.ref))  # that two who take the same do not block each other


@told
def address(work: Work, district: str, letters: Sequence[Letter], targets: Sequence[Sequence[Target]]) -> int:
    """Write down where letters go, of those that are sent again only what did not arrive; how many deliveries.

    Args:
        work: a session or connection, in a transaction of its own.
        district: whose.
        letters: as they were found.
        targets: where each goes.
    """
    tables, on = of(work), connection(work)
    table = tables.delivery
    these = outbox.among(table.c.task, table.c.ref, [(one.task, one.ref) for one in letters])
    before = on.execute(select(table).where(table.c.district == district, these)).all()
    again = {(row.task, row.ref, row.hearer) for row in before if row.channel == AGAIN}
    served = {(row.task, row.ref, row.hearer, row.address) for row in before if row.channel != AGAIN}
    told_before = {(row.task, row.ref) for row in before}
    places, rows = _places(work, district, {one.task for one in letters}), []
    _addressed(work, district, letters, places)
    for one, to in zip(letters, targets, strict=True):
        place = one.seq or places.get(one.task, 0)
        rows += [
            _delivery_row(district, one, target, place)
            for target in to
            if (one.task, one.ref) not in told_before or (one.task, one.ref, target.hearer) in again
            if (one.task, one.ref, target.hearer, target.address) not in served
        ]
    if again:
        on.execute(delete(table).where(table.c.district == district, table.c.channel == AGAIN, these))
    loading.add(on, table, rows)
    return len(rows)


def _addressed(work: Work, district: str, letters: Sequence[Letter], places: Mapping[str, int]) -> None:
    """Say that letters are addressed; what is no act comes after the acts of its task that are known by now."""
    letter, on = of(work).letter, connection(work)
    acts = [(one.task, one.ref) for one in letters if one.seq]
    others = [([(one.task, one.ref)], {"place": places.get(one.task, 0)}) for one in letters if not one.seq]
    for keys, values in ([(acts, {})] if acts else []) + others:
        mine = (letter.c.district == district) & (letter.c.addressed == 0)
        done = on.execute(
            update(letter).where(mine, outbox.among(letter.c.task, letter.c.ref, keys)).values(addressed=1, **values)
        )
        _all(done.rowcount, len(keys))


def _places(work: Work, district: str, tasks: Collection[str]) -> dict[str, int]:
    letter, found = of(work).letter, dict[str, int]()
    for chunk in chunks(sorted(tasks)):
        query = select(letter.c.task, func.max(letter.c.place)).where(letter.c.district == district)
        rows = connection(work).execute(query.where(letter.c.task.in_(chunk)).group_by(letter.c.task)).all()
        found.update({task: last for task, last in rows})
    return found


def _delivery_row(district: str, letter: Letter, target: Target, place: int) -> dict[str, Any]:
    return {
        "district": district, "task": letter.task, "ref": letter.ref, "hearer": target.hearer,
        "address": target.address, "channel": target.channel, "who": target.who, "remark": target.remark,
        "place": place, "grave": int(letter.grave), "parcel": None,
    }  # fmt: skip


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
    table, parcel = tables.delivery, tables.parcel
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
        whole = Counter((one.letter.task, one.letter.ref) for one in items)
        for chunk in chunks(list(whole)):
            free = at(table, district, to) & table.c.parcel.is_(None)
            mine = outbox.among(table.c.task, table.c.ref, chunk)
            done = on.execute(update(table).where(free, mine).values(parcel=seq))
            _all(done.rowcount, sum(whole[key] for key in chunk))
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
