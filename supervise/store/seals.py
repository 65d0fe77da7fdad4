"""Seals: the heads of the tasks that changed, tied into one chain of the district.

An advance touches only its own task and marks it ``unsealed``; a tick or a publication gathers what is marked. So
nobody queues on a common row but two who seal at once, and the cost of a seal is what changed since the last.
A seal says "task T, version V, has head H", which stays true for ever; what is advanced meanwhile stays marked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from supervise import chain
from supervise.store import loading
from supervise.store.faults import stale, told
from supervise.store.statements import connection, statements
from supervise.store.tables import of


@dataclass(frozen=True, slots=True)
class Seal:
    """One link of the district's chain.

    Args:
        number: 1, 2, 3 … within the district.
        kind: ``tick``, ``publication``, ``audit`` or ``archive``.
        sealed_at: when, UTC.
        tasks, events: how many tasks and events all seals up to this one cover.
        serial, paper: the publication or list of retired tasks it was made for, and the hash of that record.
        root: hash over the heads it names.
        previous, hash: the seal before it, and itself.
    """

    number: int
    kind: str
    sealed_at: datetime
    tasks: int
    events: int
    serial: str
    paper: str
    root: str
    previous: str
    hash: str = ""


@told
def make(
    session: Session,
    district: str,
    kind: str,
    now: datetime,
    algorithm: str,
    serial: str = "",
    paper: str = "",
    most: int | None = None,
) -> Seal | None:
    """Seal what changed since the last seal; ``None`` if nothing did and there is no publication.

    Args:
        session: the caller's; flushed, never committed.
        district: whose record.
        kind: of the seal.
        now: the moment.
        algorithm: of the hashes.
        serial, paper: a publication it is made for, and the hash of that record.
        most: how many tasks at once; all if not given.

    Raises:
        Stale: S01 when somebody else sealed at the same moment; nothing of the transaction may then be kept.
    """
    _turn(session, district)
    heads = unsealed(session, district, most)
    if not heads and not serial:
        return None
    seen = versions(session, district, [code for code, _, _ in heads])
    made = add(session, district, Seal(0, kind, now, 0, 0, serial, paper, "", ""), heads, seen, algorithm)
    _mark(session, district, heads)
    return made


@told
def name(
    session: Session,
    district: str,
    kind: str,
    now: datetime,
    algorithm: str,
    heads: Sequence[tuple[str, int, str]],
    seen: Mapping[str, int],
    most: int,
) -> bool:
    """Seal the heads of tasks that were written as sealed, and with them some of what else changed.

    Args:
        session: the caller's, who has taken his turn, see ``mine``.
        district, kind, now, algorithm: as for ``make``.
        heads: code, version and head of those tasks.
        seen: the version that seals have seen of each, if any has.
        most: how many others at once.

    Returns:
        whether that was everything.
    """
    others = unsealed(session, district, most)
    seen = {**seen, **versions(session, district, [code for code, _, _ in others])}
    add(session, district, Seal(0, kind, now, 0, 0, "", "", "", ""), [*heads, *others], seen, algorithm)
    _mark(session, district, others)
    return len(others) < most


@told
def mine(session: Session, district: str) -> bool:
    """Whether nobody else is just sealing; then nobody else does until the end of the transaction."""
    return _turn(session, district, wait=False) or newest(session, district) is None


@told
def begin(session: Session) -> None:
    """Be the one who writes, where a database has room for one: what is read from now on stays so."""
    on = session.connection()
    if on.dialect.name == "sqlite" and not on.connection.in_transaction:
        on.exec_driver_sql("BEGIN IMMEDIATE")


def _turn(session: Session, district: str, wait: bool = True) -> bool:
    """Take one's turn: lock the newest seal, if there is one and it is free or worth waiting for."""
    if session.get_bind().dialect.name == "sqlite":
        begin(session)  # else another might seal between our look at the heads and our seal
        return True
    seal = of(session).seal
    query = select(seal.c.seq).where(seal.c.district == district).order_by(seal.c.seq.desc()).limit(1)
    return session.execute(query.with_for_update(skip_locked=not wait)).first() is not None


@told
def add(
    session: Session,
    district: str,
    bare: Seal,
    heads: Sequence[tuple[str, int, str]],
    seen: Mapping[str, int],
    algorithm: str,
) -> Seal:
    """Add a link for some heads; the rows of their tasks are left to the caller.

    Args:
        session: the caller's, who has taken his turn.
        district: whose record.
        bare: the seal, without what follows from the one before.
        heads: code, version and head of the tasks that it names.
        seen: the version that seals have seen of each, if any has.
        algorithm: of the hashes.

    Raises:
        Stale: S01 when somebody else sealed at the same moment.
    """
    last = newest(session, district)
    tasks = (last.tasks if last else 0) + len(heads) - len(seen)
    events = (last.events if last else 0) + sum(version - seen.get(code, 0) for code, version, _ in heads)
    made = replace(
        bare, number=(last.number if last else 0) + 1, tasks=tasks, events=events, root=chain.root(heads, algorithm),
        previous=last.hash if last else "",
    )  # fmt: skip
    made = replace(made, hash=chain.seal_hash(district, record(district, made), algorithm))
    tables = of(session)
    try:
        # first, so that of two who seal at once the second stops before it touches a task
        session.execute(insert(tables.seal).values(row(district, made)))
    except IntegrityError as error:
        raise stale(f"同一时刻有人走时钟或公布({type(error.orig).__name__}),什么都没有入库") from error
    on = connection(session)
    named = {"district": district, "task": "", "seq": made.number, "version": 0, "head": ""}
    line = loading.form(loading.inserted(on, tables.sealed), named, "task", "version", "head")
    loading.fill(on, tables.sealed, [(line, head) for head in heads])
    return made


@told
def unsealed(session: Session, district: str, most: int | None = None) -> list[tuple[str, int, str]]:
    """Code, version and head of every task that changed since the last seal; or of so many that nobody is acting on."""
    task_table = of(session).task
    mine = (task_table.c.district == district) & (task_table.c.unsealed == 1)
    query = select(task_table.c.code, task_table.c.version, task_table.c.head).where(mine)
    if most is not None:
        query = query.limit(most).with_for_update(skip_locked=True)
    found = session.execute(query)
    return sorted((row.code, row.version, row.head) for row in found)


@told
def newest(session: Session, district: str) -> Seal | None:
    """The last link of the district's chain."""
    seal_table = of(session).seal
    query = select(seal_table).where(seal_table.c.district == district).order_by(seal_table.c.seq.desc()).limit(1)
    row = session.execute(query).first()
    return as_seal(row) if row is not None else None


@told
def numbered(session: Session, district: str, number: int) -> Seal | None:
    """The seal of a number."""
    seal_table = of(session).seal
    query = select(seal_table).where(seal_table.c.district == district, seal_table.c.seq == number)
    row = session.execute(query).first()
    return as_seal(row) if row is not None else None


@told
def versions(session: Session, district: str, codes: Sequence[str]) -> dict[str, int]:
    """The version that seals have seen of each task, if any has."""
    found: dict[str, int] = {}
    sealed = of(session).sealed
    for i in range(0, len(codes), 500):
        query = select(sealed.c.task, func.max(sealed.c.version)).where(
            sealed.c.district == district, sealed.c.task.in_(codes[i : i + 500])
        )
        found.update((code, version) for code, version in session.execute(query.group_by(sealed.c.task)))
    return found


def _mark(session: Session, district: str, heads: Sequence[tuple[str, int, str]]) -> None:
    """Say of tasks that they are sealed, unless they changed meanwhile."""
    if not heads:
        return
    # Row by row along the key: a range would lock its gaps on MySQL, and who is advanced meanwhile stays unsealed.
    given = [{"b_district": district, "b_code": code, "b_version": version} for code, version, _ in heads]
    statements(session).sealed.run(connection(session), given)


def record(district: str, seal: Seal) -> chain.Record:
    """A seal as plain data, as it is hashed and exported."""
    return {
        "district": district, "number": seal.number, "kind": seal.kind, "sealed_at": chain.moment(seal.sealed_at),
        "tasks": seal.tasks, "events": seal.events, "serial": seal.serial, "paper": seal.paper, "root": seal.root,
        "previous": seal.previous, "hash": seal.hash,
    }  # fmt: skip


def row(district: str, seal: Seal) -> dict[str, Any]:
    """A seal as a row of its table."""
    return {
        "district": district, "seq": seal.number, "kind": seal.kind, "sealed_at": seal.sealed_at, "tasks": seal.tasks,
        "events": seal.events, "serial": seal.serial, "paper": seal.paper, "root": seal.root,
        "previous": seal.previous, "hash": seal.hash,
    }  # fmt: skip


def as_seal(row: Row[Any]) -> Seal:
    """A seal out of its row."""
    return Seal(
        row.seq, row.kind, row.sealed_at, row.tasks, row.events, row.serial, row.paper, row.root, row.previous, row.hash
    )
