"""The record as plain data, as it is hashed, exported and checked; and such data put back as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Row, Select, Table, delete, func, select, union, update
from sqlalchemy.orm import Session

from supervise import chain
from supervise.records import Event
from supervise.store import library, loading, seals, tasks
from supervise.store.faults import told
from supervise.store.statements import connection
from supervise.store.tables import Tables, of
from supervise.store.types import UtcDateTime

Record = chain.Record


@told
def codes(session: Session, district: str) -> list[str]:
    """Every task that a row, an event or a seal speaks of, in order."""
    at = of(session)
    columns = (at.task.c.code, at.event.c.task, at.sealed.c.task)
    found = union(*(select(c.label("code")).where(c.table.c.district == district) for c in columns))
    return sorted(session.scalars(found))


@told
def events(session: Session, district: str, chunk: Sequence[str], since: int = 0) -> dict[str, list[Record]]:
    """The events of some tasks in order, each with its hash; from the last that seal ``since`` had seen on."""
    event, sealed = of(session).event, of(session).sealed
    query = select(event).where(event.c.district == district, event.c.task.in_(chunk))
    if since:
        seen = select(sealed.c.task, func.max(sealed.c.version).label("version")).where(
            sealed.c.district == district, sealed.c.seq <= since, sealed.c.task.in_(chunk)
        )
        base = seen.group_by(sealed.c.task).subquery()
        query = query.outerjoin(base, base.c.task == event.c.task).where(
            event.c.seq >= func.coalesce(base.c.version, 0)
        )
    keys = query.with_only_columns(event.c.task, event.c.seq).order_by(event.c.task, event.c.seq)
    found: dict[str, list[Record]] = {}
    for record in _readable(session, query, keys, lambda row: _event(district, row)):
        found.setdefault(record["task"], []).append(record)
    return found


def _event(district: str, row: Row[Any]) -> Record:
    return chain.event_record(district, tasks.as_event(row)) | {"hash": row.hash}


def _readable(
    session: Session, query: Select[Any], keys: Select[Any], record: Callable[[Row[Any]], Record]
) -> list[Record]:
    """The records of a query; a row that somebody made unreadable is its key and nothing else, which no hash fits."""
    columns = list(keys.selected_columns)
    try:
        return [record(row) for row in session.execute(query.order_by(*columns))]
    except (ValueError, TypeError):
        found = []
        for key in session.execute(keys):
            one = query.where(*(column == value for column, value in zip(columns, key, strict=True)))
            try:
                found += [record(row) for row in session.execute(one)]
            except (ValueError, TypeError):
                found.append(_BLANK | dict(key._mapping))
        return found


_BLANK: Record = {
    "number": 0, "seq": 0, "serial": "", "previous": "", "root": "", "tasks": 0, "events": 0, "body": "",
    "fingerprint": "", "seal": 0, "seal_hash": "", "hash": "",
}  # fmt: skip


@told
def heads(session: Session, district: str, chunk: Sequence[str]) -> dict[str, Record]:
    """What the rows of some tasks say of their chains."""
    task = of(session).task
    query = select(task.c.code, task.c.version, task.c.head).where(task.c.district == district, task.c.code.in_(chunk))
    return {
        row.code: {"district": district, "task": row.code, "version": _whole(row.version), "head": row.head}
        for row in session.execute(query)
    }


@told
def named(session: Session, district: str, chunk: Sequence[str]) -> dict[str, list[Record]]:
    """What seals say of some tasks, oldest first."""
    sealed = of(session).sealed
    query = select(sealed).where(sealed.c.district == district, sealed.c.task.in_(chunk))
    found: dict[str, list[Record]] = {}
    for row in session.execute(query.order_by(sealed.c.task, sealed.c.seq)):
        found.setdefault(row.task, []).append(_head(district, row))
    return found


@told
def of_seal(session: Session, district: str, number: int) -> list[Record]:
    """The heads that one seal names, by task."""
    sealed = of(session).sealed
    query = select(sealed).where(sealed.c.district == district, sealed.c.seq == number).order_by(sealed.c.task)
    return [_head(district, row) for row in session.execute(query)]


@told
def versions_at(session: Session, district: str, number: int) -> dict[str, int]:
    """The version of every task that the seals up to one have seen."""
    sealed = of(session).sealed
    query = select(sealed.c.task, func.max(sealed.c.version)).where(
        sealed.c.district == district, sealed.c.seq <= number
    )
    return {code: version for code, version in session.execute(query.group_by(sealed.c.task))}


@told
def highest(session: Session, district: str) -> int:
    """The greatest number of a seal that a head or a publication speaks of."""
    at = of(session)
    columns = (at.sealed.c.seq, at.publication.c.seal)
    found = (session.execute(select(func.max(c)).where(c.table.c.district == district)).scalar() for c in columns)
    return max(number or 0 for number in found)


def _head(district: str, row: Row[Any]) -> Record:
    return {"district": district, "task": row.task, "number": row.seq, "version": _whole(row.version), "head": row.head}


def _whole(value: Any) -> int:
    """A number; SQLite keeps a word where somebody wrote one."""
    return value if isinstance(value, int) else -1


@told
def all_seals(session: Session, district: str, after: int = 0) -> list[Record]:
    """Seals in order."""
    seal = of(session).seal
    query = select(seal).where(seal.c.district == district, seal.c.seq > after)
    keys = query.with_only_columns(seal.c.seq).order_by(seal.c.seq)
    found = _readable(session, query, keys, lambda row: seals.record(district, seals.as_seal(row)))
    return [row if row["number"] else row | {"number": row["seq"]} for row in found]


@told
def publications(session: Session, district: str) -> list[Record]:
    """Publications in the order of their seals."""
    publication = of(session).publication
    query = select(publication).where(publication.c.district == district)
    keys = query.with_only_columns(publication.c.seal, publication.c.serial)
    keys = keys.order_by(publication.c.seal, publication.c.serial)
    return _readable(
        session, query, keys, lambda row: library.publication_record(district, library.as_publication(row))
    )


@told
def others(session: Session, district: str, name: str) -> Iterator[Record]:
    """Marks, registered texts or messages, whole; nobody is sending what is read here."""
    table = _table(of(session), name)
    for row in session.execute(select(table).where(table.c.district == district).order_by(*table.primary_key)):
        yield {key: _plain(value) for key, value in row._mapping.items()} | dict.fromkeys(_LEASE & row._mapping.keys())


_LEASE = {"lease", "leased_until"}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return chain.moment(value)
    return value.isoformat() if isinstance(value, date) else value


# ── back into rows ──────────────────────────────────────────────────────────────────────────────────────────────────

_NAMES = {
    "marks": "mark", "library": "library", "publications": "publication", "seals": "seal", "sealed": "sealed",
    "outbox": "outbox", "letters": "letter", "deliveries": "delivery", "parcels": "parcel",
}  # fmt: skip


def _table(at: Tables, name: str) -> Table:
    """The table of an exported file."""
    found: Table = getattr(at, _NAMES[name])
    return found


@told
def empty(session: Session, district: str) -> bool:
    """Whether nothing of a district is on record."""
    at = of(session)
    tables: Iterable[Table] = (at.task, at.event, *(_table(at, name) for name in _NAMES))
    return not any(
        session.execute(select(t.c.district).where(t.c.district == district).limit(1)).first() for t in tables
    )


@told
def clear(session: Session, district: str, name: str) -> None:
    """Take out every row of an exported file."""
    table = _table(of(session), name)
    session.execute(delete(table).where(table.c.district == district))


@told
def put(session: Session, name: str, records: Sequence[Record]) -> None:
    """Put marks, registered texts, publications, seals, sealed heads or messages back as they were."""
    table = _table(of(session), name)
    rows = [_row(table, {"seq" if k == "number" else k: v for k, v in record.items()}) for record in records]
    loading.add(connection(session), table, rows)


def _row(table: Table, record: Record) -> Record:
    return dict.fromkeys(table.c.keys()) | {key: _typed(table, key, value) for key, value in record.items()}


def _typed(table: Table, key: str, value: Any) -> Any:
    kind = table.c[key].type
    if value is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def as_event(record: Record) -> Event:
    """An event out of plain data."""
    return Event(
        task=record["task"], seq=record["seq"], action=record["action"], source=record["source"],
        target=record["target"], day=date.fromisoformat(record["day"]), actor=record["actor"], unit=record["unit"],
        definition=record["definition"], data=record["data"], changes=record["changes"], to=tuple(record["hearers"]),
        key=record["key"], recorded_at=datetime.fromisoformat(record["recorded_at"]), hash=record["hash"],
    )  # fmt: skip


@told
def mark_sealed(session: Session, district: str) -> None:
    """Say of every task whose head a seal has named that it is sealed."""
    task, sealed = of(session).task, of(session).sealed
    seen = (
        select(sealed.c.task)
        .where(sealed.c.district == district, sealed.c.task == task.c.code, sealed.c.version == task.c.version)
        .exists()
    )
    session.connection().execute(update(task).where(task.c.district == district, seen).values(unsealed=0))
