"""Tasks that stand in an archive: what is still said of them here, and whole rows on their way out and back.

An archive that is a database has the same tables; only those of ``TABLES`` hold anything there. Letters stay
here: those that are not sent yet still go out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, Table, and_, delete, exists, select, text, update
from sqlalchemy.orm import Session

from supervise import chain
from supervise.dates import FOREVER
from supervise.errors import Problem, Refused
from supervise.records import Cut
from supervise.store import loading, tasks
from supervise.store.faults import stale, told
from supervise.store.statements import Work, chunks, connection
from supervise.store.tables import DEFAULT, OWED, of
from supervise.store.types import Data, UtcDateTime

TABLES = ("task", "party", "event", "duty")
COUNTED = ("part", "pace", "amended", "unmeasured")
"""What follows from those and does not leave with them."""
FOLLOWS = {"duty": ("settles",)}
"""Columns that follow from the others of their row, and are neither given away nor asked for."""
Row = dict[str, Any]
Rows = dict[str, list[Row]]
"""Table → its rows, in the order of their keys."""


@dataclass(frozen=True, slots=True)
class Retired:
    """What is known here of a task in an archive.

    Args:
        task: its code.
        version, head: how many events it has and the hash of the last; what the archive gives must fit them.
        definition: the law it ended under.
        opened, closed_on: its first day and the day it was closed.
        last_day: after it nothing on the task counts any more.
        last_known: when its last event was recorded.
        serial: the sealed list it left with.
        place: where it stands.
    """

    task: str
    version: int
    head: str
    definition: str
    opened: date
    closed_on: date
    last_day: date
    last_known: datetime
    serial: str = ""
    place: str = ""

    @property
    def entry(self) -> Row:
        """What the sealed list says of it: everything but the list itself and the place, which may change."""
        plain: Row = {k: v for k, v in asdict(self).items() if k not in ("serial", "place")}
        days = {k: plain[k].isoformat() for k in ("opened", "closed_on", "last_day")}
        return plain | days | {"last_known": chain.moment(self.last_known)}


@told
def pointers(
    work: Work,
    district: str,
    codes: Sequence[str] | None = None,
    cut: Cut | None = None,
    since: date | None = None,
) -> dict[str, Retired]:
    """What is known of the tasks in archives, by code.

    Args:
        work: the caller's session, or a connection of our own.
        district: whose tasks.
        codes: only these, all if ``None``.
        cut: only those of which it can show anything.
        since: with a cut, not those on which nothing counts from this day on.
    """
    table = of(work).retired
    query = select(table).where(table.c.district == district).order_by(table.c.task)
    if cut is not None:
        query = query.where(table.c.opened <= cut.as_of)
        query = query if since is None else query.where(~_before(table, cut, since))
    return _found(work, query, codes)


@told
def open_on(session: Session, district: str, day: date) -> dict[str, Retired]:
    """What is known of the tasks in archives that were open on a day."""
    table = of(session).retired
    query = select(table).where(table.c.district == district, table.c.opened <= day, table.c.closed_on > day)
    return _found(session, query, None)


@told
def laws(session: Session, district: str, cut: Cut, since: date) -> set[str]:
    """The laws of the tasks that ``pointers`` leaves out for being over before a day."""
    table = of(session).retired
    query = select(table.c.definition).where(table.c.district == district, table.c.opened <= cut.as_of)
    return set(session.scalars(query.where(_before(table, cut, since)).distinct()))


def _before(table: Table, cut: Cut, since: date) -> ColumnElement[bool]:
    """Whether a cut shows the whole of a task, and nothing of it counts from a day on."""
    whole = and_(table.c.last_day <= cut.as_of, table.c.last_day < since)
    return whole if cut.known is None else and_(whole, table.c.last_known <= cut.known)


def _found(work: Work, query: Select[Any], codes: Sequence[str] | None) -> dict[str, Retired]:
    task, on = of(work).retired.c.task, connection(work)
    parts = [query] if codes is None else [query.where(task.in_(chunk)) for chunk in chunks(codes)]
    found = (row for part in parts for row in on.execute(part))
    return {row.task: Retired(**{k: v for k, v in row._mapping.items() if k != "district"}) for row in found}


@told
def closed(session: Session, district: str, until: date) -> list[str]:
    """Codes of the tasks closed by a day that owe nothing more, such as a look back, in order."""
    task, duty = of(session).task, of(session).duty
    mine = (duty.c.district == task.c.district) & (duty.c.task == task.c.code)
    owed = exists().where(mine, duty.c.born >= task.c.closed_on, text(OWED)).correlate(task)
    query = select(task.c.code).where(task.c.district == district, task.c.closed_on <= until, ~owed)
    return list(session.scalars(query.where(task.c.wake_on == FOREVER).order_by(task.c.code)))


@told
def point(session: Session, district: str, retired: Iterable[Retired]) -> None:
    """Write down where tasks stand."""
    rows = [{"district": district, **asdict(one)} for one in retired]
    loading.add(connection(session), of(session).retired, rows)


@told
def forget(session: Session, district: str, codes: Sequence[str]) -> None:
    """Take back what was written down of tasks that are here again.

    Raises:
        Stale: S01 when somebody else brought them back.
    """
    table = of(session).retired
    for chunk in chunks(codes):
        gone = session.execute(delete(table).where(table.c.district == district, table.c.task.in_(chunk)))
        if gone.rowcount != len(chunk):  # type: ignore[attr-defined]
            raise stale("别人先取回了其中的任务")


@told
def moved(session: Session, district: str, codes: Sequence[str], place: str) -> None:
    """Write down another place."""
    table = of(session).retired
    for chunk in chunks(codes):
        mine = (table.c.district == district) & table.c.task.in_(chunk)
        session.execute(update(table).where(mine).values(place=place))


# ── whole rows ──────────────────────────────────────────────────────────────────────────────────────────────────────


def key(table: str) -> str:
    """The column that names the task."""
    return "code" if table == "task" else "task"


def _table(session: Session, name: str) -> Table:
    found: Table = getattr(of(session), name)
    return found


@told
def lift(session: Session, district: str, codes: Sequence[str]) -> Rows:
    """Every row of some tasks; what leaves is sealed as it leaves, and its row says so."""
    found: Rows = {}
    for name in TABLES:
        table = _table(session, name)
        query = select(table).where(table.c.district == district).order_by(*table.primary_key)
        found[name] = [
            _given(name, row) | ({"unsealed": 0} if name == "task" else {})
            for chunk in chunks(sorted(codes))
            for row in session.execute(query.where(table.c[key(name)].in_(chunk)))
        ]
    return found


def _given(name: str, row: Any) -> Row:
    return {column: value for column, value in row._mapping.items() if column not in FOLLOWS.get(name, ())}


@told
def lay(session: Session, rows: Rows) -> None:
    """Put whole rows in; what only counting asks for does not come with them."""
    settling = [row | {"settles": min(row["nominal"], row["met"] or FOREVER)} for row in rows["duty"]]
    for name in TABLES:
        loading.add(connection(session), _table(session, name), settling if name == "duty" else rows[name])


@told
def used(session: Session, district: str, keys: Sequence[str]) -> dict[str, str]:
    """Idempotency key → the task it was used for, of those that were."""
    event = of(session).event
    query = select(event.c.idem, event.c.task).where(event.c.district == district)
    found = (row for chunk in chunks(keys) for row in session.execute(query.where(event.c.idem.in_(chunk))))
    return {row.idem: row.task for row in found}


@told
def remove(session: Session, district: str, seen: Mapping[str, tuple[int, str]]) -> None:
    """Take tasks out, if they still are as they were seen.

    Args:
        session: the caller's.
        district: whose tasks.
        seen: code → version and head.

    Raises:
        Stale: S01 when somebody did something to one of them.
    """
    task = of(session).task
    for chunk in chunks(list(seen)):
        mine = (task.c.district == district) & task.c.code.in_(chunk)
        now = session.execute(select(task.c.code, task.c.version, task.c.head).where(mine).with_for_update())
        left = {row.code: (row.version, row.head) for row in now}
        for code in chunk:
            if left.get(code) != seen[code]:
                raise stale("归档的时候有人办理了这项任务,什么都没有移走", code)
        _delete(session, district, chunk)


def _delete(session: Session, district: str, codes: Sequence[str]) -> None:
    for name in (*COUNTED, *reversed(TABLES)):
        table = _table(session, name)
        session.execute(delete(table).where(table.c.district == district, table.c[key(name)].in_(codes)))


@told
def shelve(session: Session, district: str, rows: Rows) -> None:
    """Put whole rows into an archive; a copy that is there already stays, one that ends earlier is replaced.

    Raises:
        Refused: B08 when the database is the record of the district itself; G13 when another history stands there
            under the same code.
    """
    if _at_work(session, district):
        text = f"这个库里有“{district}”自己的登记、封存或公布,是在用的库,不能作归档库"
        raise Refused(Problem("B08", text, help="请换一个新库,或只放归档的库"))
    codes = [row["code"] for row in rows["task"]]
    there = by_task(lift(session, district, codes))
    new = by_task(rows)
    for code, old in there.items():
        hashes = [[event["hash"] for event in one["event"]] for one in (old, new[code])]
        if hashes[0] != hashes[1][: len(hashes[0])]:
            raise Refused(Problem("G13", f"归档库里已有另一份 {code}", task=code, help="请换一个归档库"))
    wanted = [code for code in codes if chain.canonical(there.get(code)) != chain.canonical(new[code])]
    for chunk in chunks(wanted):
        _delete(session, district, chunk)
    lay(session, {name: [row for code in wanted for row in new[code][name]] for name in TABLES})


def _at_work(session: Session, district: str) -> bool:
    """Whether anything is there that never goes into an archive; a record with tasks has at least its definition."""
    names = ("library", "seal", "sealed", "publication", "mark", "retired")
    tables = [_table(session, name) for name in names]
    return any(session.execute(select(t.c.district).where(t.c.district == district).limit(1)).first() for t in tables)


def by_task(rows: Rows) -> dict[str, Rows]:
    """The rows of each task."""
    found: dict[str, Rows] = {}
    for name, some in rows.items():
        for row in some:
            found.setdefault(row[key(name)], {table: [] for table in rows})[name].append(row)
    return found


def event_record(row: Row) -> chain.Record:
    """The row of an event as plain data, as it is hashed, with its hash."""
    return chain.event_record(row["district"], tasks.as_event([row[c.name] for c in DEFAULT.event.c])) | {
        "hash": row["hash"]
    }


def kinds(name: str) -> dict[str, str]:
    """Column → ``text``, ``number``, ``day``, ``moment`` or ``data``, for archives that are no databases."""
    table: Table = getattr(DEFAULT, name)
    words = ((Integer, "number"), (Date, "day"), (UtcDateTime, "moment"), (type(Data), "data"))
    given = [c for c in table.columns if c.name not in FOLLOWS.get(name, ())]
    return {c.name: next((word for kind, word in words if isinstance(c.type, kind)), "text") for c in given}
