"""Tasks in and out: append events, keep the rows beside them, and find what a cut shows.

Every function takes the caller's session and never commits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from supervise import chain
from supervise.records import PARTIES, Cut, Duty, Event, Task, replay
from supervise.store import duties
from supervise.store.faults import stale, told
from supervise.store.tables import Tables, of


@dataclass(frozen=True, slots=True)
class Saving:
    """A task as it will stand, the events that led there, and what its row says.

    Args:
        task: after the events.
        events: new ones, following what is stored.
        wake_on: the next day the clock must look at it.
        closed_on: the day it reached a final state, if it has.
        labels: state → what people call it, for whoever comes too late.
        stages: the duties before the first and after each of the events.
        news: what the world must hear, by ``seq`` of the event.
    """

    task: Task
    events: tuple[Event, ...]
    wake_on: date
    closed_on: date | None
    labels: Mapping[str, str]
    stages: tuple[tuple[Duty, ...], ...] = ()
    news: tuple[News, ...] = ()

    @property
    def before(self) -> int:
        """The version that must be stored now."""
        return self.task.version - len(self.events)


@dataclass(frozen=True, slots=True)
class News:
    """One message for the outbox."""

    seq: int
    to: tuple[str, ...]
    text: str


@told
def save(
    session: Session, district: str, savings: Sequence[Saving], recorded_at: datetime, algorithm: str = chain.DEFAULT
) -> None:
    """Append the events of ``savings``, each chained to the one before, and bring their rows up to date.

    Raises:
        Stale: S01 when a task was changed since it was loaded; nothing of the batch may then be kept.
    """
    tables = of(session)
    savings = [_chained(session, district, s, recorded_at, algorithm) for s in savings if s.events]
    try:
        for saving in savings:
            _claim(session, tables, district, saving)
        new = [row for s in savings if not s.before for row in [_task_row(district, s)]]
        if new:
            session.execute(insert(tables.task), new)
        rows = [_event_row(district, e) for s in savings for e in s.events]
        if rows:
            session.execute(insert(tables.event), rows)
        _save_parties(session, tables, district, savings)
        stages = [
            (event, before, after)
            for s in savings
            for event, (before, after) in zip(s.events, pairwise(s.stages), strict=True)
        ]
        duties.save(session, district, stages)
        letters = [_news_row(district, s, n) for s in savings for n in s.news]
        if letters:
            session.execute(insert(tables.outbox), letters)
    except IntegrityError as error:
        raise stale(f"同一时刻有人办理了同一任务({type(error.orig).__name__})", savings[0].task.code) from error


def _chained(session: Session, district: str, saving: Saving, recorded_at: datetime, algorithm: str) -> Saving:
    """The same with moments and hashes on its new events, and on the task's history."""
    past = saving.task.events[: saving.before]
    previous = past[-1].hash if past else ""
    if past and not previous:  # a task that was carried on from an earlier act without being loaded again
        event = of(session).event
        mine = (event.c.district == district) & (event.c.task == saving.task.code)
        previous = session.execute(select(event.c.hash).where(mine, event.c.seq == saving.before)).scalar() or ""
    events = chain.follow(district, previous, saving.events, recorded_at, algorithm)
    return replace(saving, task=replace(saving.task, events=(*past, *events)), events=events)


def _claim(session: Session, tables: Tables, district: str, saving: Saving) -> None:
    if not saving.before:
        return
    task, code = tables.task, saving.task.code
    mine = (task.c.district == district) & (task.c.code == code)
    changed = session.execute(
        update(task).where(mine, task.c.version == saving.before).values(_task_row(district, saving))
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        # locked, for MySQL would else show the row as it was when the transaction began
        now = session.execute(select(task.c.state, task.c.version).where(mine).with_for_update()).first()
        if now is None:
            raise stale("任务已不在", code)
        state = saving.labels.get(now.state, now.state)
        raise stale(f"别人先办了一步:{code} 现处于“{state}”(第 {now.version} 步)", code)


def _task_row(district: str, saving: Saving) -> dict[str, Any]:
    task = saving.task
    return {
        "district": district, "code": task.code, "version": task.version, "state": task.state,
        "definition": task.definition, "text": task.text, "due": task.due, "wake_on": saving.wake_on,
        "closed_on": saving.closed_on, "head": task.events[-1].hash, "unsealed": 1,
    }  # fmt: skip


def _event_row(district: str, event: Event) -> dict[str, Any]:
    return {
        "district": district, "task": event.task, "seq": event.seq, "action": event.action, "source": event.source,
        "target": event.target, "day": event.day, "recorded_at": event.recorded_at, "actor": event.actor,
        "unit": event.unit, "definition": event.definition, "data": dict(event.data),
        "changes": dict(event.changes), "hearers": list(event.to), "idem": event.key or None,
        "hash": event.hash,
    }  # fmt: skip


def _news_row(district: str, saving: Saving, news: News) -> dict[str, Any]:
    event = saving.task.events[news.seq - 1]
    return {
        "district": district, "task": event.task, "seq": event.seq, "day": event.day, "recorded_at": event.recorded_at,
        "action": event.action, "hearers": list(news.to), "text": news.text,
    }  # fmt: skip


def _save_parties(session: Session, tables: Tables, district: str, savings: Sequence[Saving]) -> None:
    party = tables.party
    moved = [s.task for s in savings if any(set(PARTIES) & set(e.changes) for e in s.events)]
    if not moved:
        return
    known = [s.task.code for s in savings if s.before and s.task in moved]
    for chunk in _chunks(known):
        session.execute(delete(party).where(party.c.district == district, party.c.task.in_(chunk)))
    rows = [
        {"district": district, "task": task.code, "role": role, "unit": unit, "place": place}
        for task in moved for role in PARTIES for place, unit in enumerate(getattr(task, role))
    ]  # fmt: skip
    if rows:
        session.execute(insert(party), rows)


@told
def histories(session: Session, district: str, cut: Cut, codes: Iterable[str] | None = None) -> list[Task]:
    """Every task as a cut shows it, by code.

    Args:
        session: the caller's.
        district: whose tasks.
        cut: what had happened and was known.
        codes: only these, all if ``None``.
    """
    event = of(session).event
    query = select(event).where(event.c.district == district, event.c.day <= cut.as_of)
    if cut.known is not None:
        query = query.where(event.c.recorded_at <= cut.known)
    query = query.order_by(event.c.task, event.c.seq)
    rows: list[Row[Any]] = []
    if codes is None:
        rows += session.execute(query)
    else:
        for chunk in _chunks(list(codes)):
            rows += session.execute(query.where(event.c.task.in_(chunk)))
    found: dict[str, list[Event]] = defaultdict(list)
    for row in rows:
        found[row.task].append(as_event(row))
    return [replay(events) for events in found.values()]


def as_event(row: Any) -> Event:
    """An event out of its row."""
    return Event(
        task=row.task, seq=row.seq, action=row.action, source=row.source, target=row.target, day=row.day,
        actor=row.actor, unit=row.unit, definition=row.definition, data=row.data, changes=row.changes,
        to=tuple(row.hearers), key=row.idem or "", recorded_at=row.recorded_at, hash=row.hash,
    )  # fmt: skip


@told
def waking(session: Session, district: str, day: date) -> list[str]:
    """Codes of the tasks the clock must look at on ``day``, in order: one range scan on an index."""
    task = of(session).task
    query = select(task.c.code).where(task.c.district == district, task.c.wake_on <= day)
    return sorted(session.scalars(query))  # asked for the order, SQLite would rather read every task along the key


@told
def codes(session: Session, district: str) -> list[str]:
    """All task codes, in order."""
    task = of(session).task
    return list(session.scalars(select(task.c.code).where(task.c.district == district).order_by(task.c.code)))


@told
def by_key(session: Session, district: str, key: str) -> Event | None:
    """The event recorded under an idempotency key, if there is one."""
    event = of(session).event
    query = select(event).where(event.c.district == district, event.c.idem == key)
    row = session.execute(query).first()
    return as_event(row) if row is not None else None


@told
def rows(session: Session, district: str) -> dict[str, dict[str, Any]]:
    """The task rows as stored, with their parties, for comparison with a replay."""
    tables = of(session)
    task, party = tables.task, tables.party
    found = {
        row.code: {
            "version": row.version, "state": row.state, "definition": row.definition, "text": row.text,
            "due": row.due, "wake_on": row.wake_on, "closed_on": row.closed_on, **{role: [] for role in PARTIES},
        }
        for row in session.execute(select(task).where(task.c.district == district))
    }  # fmt: skip
    query = select(party).where(party.c.district == district).order_by(party.c.place)
    for row in session.execute(query):
        found[row.task][row.role].append(row.unit)
    return found


def _chunks(items: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    """Pieces small enough for every database's limit on bound values."""
    return (items[i : i + size] for i in range(0, len(items), size))


@told
def set_wake(session: Session, district: str, days: Mapping[str, date]) -> None:
    """Say when the clock must look again at tasks it had nothing to do on."""
    if days:
        task = of(session).task
        mine = and_(task.c.district == bindparam("b_district"), task.c.code == bindparam("b_code"))
        session.connection().execute(
            update(task).where(mine).values(wake_on=bindparam("b_day")),
            [{"b_district": district, "b_code": code, "b_day": day} for code, day in days.items()],
        )
