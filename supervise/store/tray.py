"""From the tray to addresses: letters are made of what acts left in the outbox, and get their addresses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from supervise.store import loading, outbox
from supervise.store.faults import told
from supervise.store.outbox import Letter
from supervise.store.parcels import AGAIN, Target, all_of, many
from supervise.store.statements import CHUNK, Work, chunks, connection
from supervise.store.tables import of


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
        mine = (event.c.district == district) & outbox.either(event.c.task, event.c.seq, keys)
        forms = on.execute(select(event.c.task, event.c.seq, event.c.data).where(mine))
        said = {(row.task, row.seq): row.data for row in forms}
    letters = [outbox.of_act(row, _grave(row.action, said.get((row.task, row.seq), {}), grave)) for row in rows]
    outbox.put(work, district, letters)
    gone = [{"b_district": district, "b_task": row.task, "b_seq": row.seq} for row in rows]
    all_of(many(tables).untray.run(on, gone), len(gone))
    return len(keys)


def _grave(action: str, data: Mapping[str, Any], words: Collection[str]) -> bool:
    return action in words or any(isinstance(value, str) and value in words for value in data.values())


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
    before = _before(work, district, letters)
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
    old = [{f"b_{c.name}": getattr(row, c.name) for c in table.primary_key} for row in before if row.channel == AGAIN]
    many(tables).forget.run(on, old)
    loading.add(on, table, rows)
    return len(rows)


def _before(work: Work, district: str, letters: Sequence[Letter]) -> list[Any]:
    """The deliveries of those letters that are sent again: what arrived, and what is to be addressed anew."""
    table, on = of(work).delivery, connection(work)
    mine = (table.c.district == district) & table.c.parcel.is_(None) & (table.c.channel == AGAIN)
    keys = {(row.task, row.ref) for row in on.execute(select(table.c.task, table.c.ref).where(mine)).all()}
    keys &= {(one.task, one.ref) for one in letters}
    found: list[Any] = []
    for chunk in chunks(sorted(keys)):
        rows = on.execute(
            select(table).where(table.c.district == district, outbox.either(table.c.task, table.c.ref, chunk))
        ).all()
        found += [row for row in rows if (row.task, row.ref) in keys]
    return found


def _addressed(work: Work, district: str, letters: Sequence[Letter], places: Mapping[str, int]) -> None:
    """Say that letters are addressed; what is no act comes after the acts of its task that are known by now."""
    rows = [
        {"b_district": district, "b_task": one.task, "b_ref": one.ref, "place": one.seq or places.get(one.task, 0)}
        for one in letters
    ]  # fmt: skip
    all_of(many(of(work)).addressed.run(connection(work), rows), len(rows))


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


def anew(work: Work, district: str, keys: Iterable[tuple[str, str]]) -> None:
    """Say that letters are to be addressed again."""
    rows = [{"b_district": district, "b_task": task, "b_ref": ref} for task, ref in keys]
    many(of(work)).anew.run(connection(work), rows)
