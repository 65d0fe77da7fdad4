"""Tasks in and out: append events, keep the rows beside them, and find what a cut shows.

Every function takes the caller's session and never commits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from supervise import chain
from supervise.errors import Stale
from supervise.paces import Pace
from supervise.records import PARTIES, Cut, Duty, Event, Task, replay
from supervise.store import counted, duties, writing
from supervise.store.faults import stale, told
from supervise.store.lines import Line
from supervise.store.sheet import Sheet
from supervise.store.statements import Work, chunks, connection, statements
from supervise.store.tables import of

LENT = "for:"
"""Before the role of a unit that acts for another."""
_PARTED = frozenset({*PARTIES, "lent", "stop", "undone"})
"""What changes who has a part in a task."""
FEW = 4
"""Histories that are read one by one rather than together, where asking costs no journey."""


@dataclass(frozen=True, slots=True)
class Saving:
    """A task as it will stand, the events that led there, and what its row says.

    Args:
        before: what was loaded, with its hashes; ``None`` for a task that was not there.
        task: after the events.
        events: new ones, following what is stored.
        wake_on: the next day the clock must look at it.
        closed_on: the day it reached a final state, if it has.
        labels: state → what people call it, for whoever comes too late.
        stages: the duties before the first and after each of the events.
        news: what the world must hear, by ``seq`` of the event.
        paces: how the figures were held against the schedules, at the same stages.
        was_closed: the day it had been closed on before, if it had.
        amended: whether the events made it one whose days do not tell how it stood.
    """

    before: Task | None
    task: Task
    events: tuple[Event, ...]
    wake_on: date
    closed_on: date | None
    labels: Mapping[str, str]
    stages: tuple[tuple[Duty, ...], ...] = ()
    news: tuple[News, ...] = ()
    paces: tuple[tuple[Pace, ...], ...] = ()
    was_closed: date | None = None
    amended: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """One message for the outbox."""

    seq: int
    to: tuple[str, ...]
    text: str


@told
def save(
    work: Work, district: str, savings: Sequence[Saving], recorded_at: datetime, algorithm: str = chain.DEFAULT
) -> list[Task]:
    """Append the events of ``savings``, each chained to the one before, and bring their rows up to date.

    Args:
        work: the caller's session, or a connection of our own.
        district: whose tasks.
        savings: at most one for each task.
        recorded_at: the moment of recording.
        algorithm: of the hashes.

    Returns:
        the tasks as they are on record.

    Raises:
        Stale: S01 when a task was changed since it was loaded; nothing of the batch may then be kept.
    """
    on = connection(work)
    kept, sheet = written(district, savings, recorded_at, algorithm)
    try:
        done = writing.write(on, sheet)
    except IntegrityError as error:
        name = type(error.orig).__name__
        raise stale(f"同一时刻有人办理了同一任务({name})", savings[0].task.code) from error
    if not done:
        raise _lost(on, district, savings, kept)
    return kept


def written(
    district: str, savings: Sequence[Saving], recorded_at: datetime, algorithm: str = chain.DEFAULT
) -> tuple[list[Task], Sheet]:
    """The tasks as they will be on record, and the rows that say so; nothing is written.

    Args: as for ``save``.
    """
    kept = [_linked(saving, district, recorded_at, algorithm) for saving in savings]
    sheet = Sheet(district)
    for saving, task in zip(savings, kept, strict=True):
        _enter(sheet, district, saving, task)
    return kept, sheet


def _linked(saving: Saving, district: str, recorded_at: datetime, algorithm: str) -> Task:
    """The task with moments and hashes on its new events."""
    past = saving.before.events if saving.before is not None else ()
    events = chain.follow(district, past[-1].hash if past else "", saving.events, recorded_at, algorithm)
    return saving.task.told_by((*past, *events))


def _enter(sheet: Sheet, district: str, saving: Saving, task: Task) -> None:
    """Put one saving on the sheet; ``task`` is how it will be on record."""
    row = _task_row(district, saving, task)
    events = task.events[-len(saving.events) :]
    if saving.before is None:
        sheet.tasks.append(row)
    else:
        past = saving.before.events[-1]
        seen = {"b_district": district, "b_code": saving.task.code, "was_version": past.seq, "was_head": past.hash}
        sheet.claims.append(row | seen)
    sheet.events += [_event_row(district, event) for event in events]
    if any(not event.changes.keys().isdisjoint(_PARTED) for event in events):
        sheet.parties += _party_rows(district, task)
        if saving.before is not None:
            sheet.moved.append({"b_district": district, "b_task": saving.task.code})
    stages = zip(events, pairwise(saving.stages), strict=True) if saving.stages else ()
    duties.enter(sheet, district, [(event, before, after) for event, (before, after) in stages])
    counted.enter_parts(sheet, district, saving.before, events, (saving.was_closed, saving.closed_on))
    paces = zip(events, pairwise(saving.paces), strict=True) if saving.paces else ()
    counted.enter_paces(sheet, district, [(event, before, after) for event, (before, after) in paces])
    if saving.amended:
        sheet.amended.append({"district": district, "task": saving.task.code})
    sheet.news += [_news_row(district, task.events[news.seq - 1], news) for news in saving.news]


def _lost(on: Connection | Line, district: str, savings: Sequence[Saving], kept: Sequence[Task]) -> Stale:
    """What to say when some task no longer stands as it was loaded."""
    task = of(on).task
    for saving, claimed in zip(savings, kept, strict=True):
        code = saving.task.code
        mine = (task.c.district == district) & (task.c.code == code)
        # locked, for MySQL would else show the row as it was when the transaction began
        now = on.execute(select(task.c.state, task.c.version, task.c.head).where(mine).with_for_update()).first()
        if now is None:
            return stale("任务已不在", code)
        fine = [(e.seq, e.hash) for t in (saving.before, claimed) if t is not None for e in t.events[-1:]]
        if (now.version, now.head) not in fine:  # neither as it was loaded nor as we claimed it just now
            state = saving.labels.get(now.state, now.state)
            return stale(f"别人先办了一步:{code} 现处于“{state}”(第 {now.version} 步)", code)
    return stale("别人先办了一步", savings[0].task.code)


def _task_row(district: str, saving: Saving, task: Task) -> dict[str, Any]:
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
        "changes": dict(event.changes), "hearers": event.to, "idem": event.key or None,
        "hash": event.hash,
    }  # fmt: skip


def _party_rows(district: str, task: Task) -> list[dict[str, Any]]:
    held = [(role, unit, place) for role in PARTIES for place, unit in enumerate(getattr(task, role))]
    lent = dict.fromkeys((LENT + loan.role, loan.unit, 0) for loan in task.loans)
    return [
        {"district": district, "task": task.code, "role": role, "unit": unit, "place": place}
        for role, unit, place in (*held, *lent)
    ]  # fmt: skip


def _news_row(district: str, event: Event, news: News) -> dict[str, Any]:
    return {
        "district": district, "task": event.task, "seq": event.seq, "day": event.day, "recorded_at": event.recorded_at,
        "action": event.action, "hearers": news.to, "text": news.text,
    }  # fmt: skip


@told
def standing(work: Work, district: str, codes: Collection[str]) -> dict[str, Task]:
    """Tasks as they stand, by code; what is not there is left out."""
    return {code: replay(events) for code, events in pasts(work, district, codes).items()}


@told
def pasts(work: Work, district: str, codes: Collection[str]) -> dict[str, list[Event]]:
    """The histories of tasks, by code; what is not there is left out.

    One is read on the shortest way, and so are a few where asking costs no journey; others together, hundreds by one
    statement.
    """
    on, asked = connection(work), statements(work)
    if len(codes) <= (FEW if on.dialect.name == "sqlite" else 1):
        rows = [row for code in sorted(codes) for row in asked.history.rows(on, district=district, task=code)]
    else:
        rows = [row for some in chunks(sorted(codes)) for row in asked.histories.among(on, some, district=district)]
    found: dict[str, list[Event]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(as_event(row))
    return found


@told
def histories(work: Work, district: str, cut: Cut, codes: Iterable[str] | None = None) -> list[Task]:
    """Every task as a cut shows it, by code.

    Args:
        work: the caller's session, or a connection of our own.
        district: whose tasks.
        cut: what had happened and was known.
        codes: only these, all if ``None``.
    """
    event, on = of(work).event, connection(work)
    query = select(event).where(event.c.district == district, event.c.day <= cut.as_of)
    if cut.known is not None:
        query = query.where(event.c.recorded_at <= cut.known)
    query = query.order_by(event.c.task, event.c.seq)
    rows: list[Row[Any]] = []
    if codes is None:
        rows += on.execute(query)
    else:
        for chunk in chunks(list(codes)):
            rows += on.execute(query.where(event.c.task.in_(chunk)))
    found: dict[str, list[Event]] = defaultdict(list)
    for row in rows:
        found[row.task].append(as_event(row))
    return [replay(events) for events in found.values()]


def as_event(row: Sequence[Any]) -> Event:
    """An event out of its row, all columns in the order of the table."""
    (_, task, seq, action, source, target, day, recorded_at, actor, unit, definition, data, changes, hearers, idem,
     hash) = row  # fmt: skip
    return Event(
        task, seq, action, source, target, day, actor, unit, definition, data, changes, tuple(hearers), idem or "",
        recorded_at, hash,
    )  # fmt: skip


@told
def waking(session: Session, district: str, day: date) -> list[str]:
    """Codes of the tasks the clock must look at on ``day``, in order: one range scan on an index."""
    task = of(session).task
    query = select(task.c.code).where(task.c.district == district, task.c.wake_on <= day)
    return sorted(session.scalars(query))  # asked for the order, SQLite would rather read every task along the key


@told
def codes(work: Work, district: str) -> list[str]:
    """All task codes, in order."""
    task = of(work).task
    return list(connection(work).scalars(select(task.c.code).where(task.c.district == district).order_by(task.c.code)))


@told
def under(work: Work, district: str, definition: str) -> list[str]:
    """Codes of the open tasks that live under a law, in order."""
    task = of(work).task
    open_ = (task.c.district == district) & (task.c.definition == definition) & task.c.closed_on.is_(None)
    return list(connection(work).scalars(select(task.c.code).where(open_).order_by(task.c.code)))


@told
def open_(work: Work, district: str) -> list[str]:
    """Codes of the open tasks, in order."""
    task = of(work).task
    mine = (task.c.district == district) & task.c.closed_on.is_(None)
    return list(connection(work).scalars(select(task.c.code).where(mine).order_by(task.c.code)))


@told
def by_key(work: Work, district: str, key: str) -> Event | None:
    """The event recorded under an idempotency key, if there is one."""
    found = statements(work).by_key.rows(connection(work), district=district, idem=key)
    return as_event(found[0]) if found else None


@told
def rows(session: Session, district: str, codes: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
    """The task rows as stored, with their parties, for comparison with a replay; only of ``codes`` if given."""
    tables = of(session)
    task, party = tables.task, tables.party
    found = {
        row.code: {
            "version": row.version, "state": row.state, "definition": row.definition, "text": row.text,
            "due": row.due, "wake_on": row.wake_on, "closed_on": row.closed_on, **{role: [] for role in PARTIES},
        }
        for mine in _pieces(task.c.code, codes)
        for row in session.execute(select(task).where(task.c.district == district, mine))
    }  # fmt: skip
    for mine in _pieces(party.c.task, codes):
        parts = select(party).where(party.c.district == district, mine, party.c.role.in_(PARTIES))
        for row in session.execute(parts.order_by(party.c.place)):
            found[row.task][row.role].append(row.unit)
    return found


def _pieces(column: Column[str], codes: Sequence[str] | None) -> list[ColumnElement[bool]]:
    """Conditions that together fit the rows of some tasks, of all if ``None``."""
    return [true()] if codes is None else [column.in_(chunk) for chunk in chunks(codes)]


@told
def briefs(session: Session, district: str, codes: Collection[str]) -> dict[str, tuple[str, str, date | None]]:
    """What a list says of each task: its definition, its text, the day it was closed."""
    task = of(session).task
    query = select(task.c.code, task.c.definition, task.c.text, task.c.closed_on).where(task.c.district == district)
    found = {}
    for chunk in chunks(sorted(codes)):
        for code, *brief in session.execute(query.where(task.c.code.in_(chunk))):
            found[code] = (brief[0], brief[1], brief[2])
    return found


@told
def lent(session: Session, district: str, units: Collection[str]) -> list[str]:
    """Codes of the tasks in which one of these units acts, or once acted, for another."""
    party = of(session).party
    roles = [LENT + role for role in PARTIES]
    query = select(party.c.task).where(party.c.district == district, party.c.unit.in_(sorted(units)))
    return list(session.scalars(query.where(party.c.role.in_(roles)).distinct()))


@told
def of_units(session: Session, district: str, units: Collection[str]) -> set[str]:
    """Codes of the tasks in which one of these units has, or once had, a part."""
    found = set[str]()
    for table in (of(session).party, of(session).part):  # whoever left is only in the second, leaders in the first
        query = select(table.c.task).where(table.c.district == district, table.c.unit.in_(sorted(units)))
        found |= set(session.scalars(query))
    return found


@told
def set_wake(session: Session, district: str, days: Mapping[str, tuple[int, date]]) -> None:
    """Say when the clock must look again at tasks it had nothing to do on; what was acted on meanwhile knows better.

    Args:
        session: the caller's.
        district: whose tasks.
        days: code → the version that was looked at, and the day.
    """
    given = [
        {"b_district": district, "b_code": code, "b_version": version, "b_day": day}
        for code, (version, day) in days.items()
    ]
    statements(session).set_wake.run(connection(session), given)
