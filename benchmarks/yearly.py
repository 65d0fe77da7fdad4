"""A year of acts on a million tasks: the peers' data of B4 as rows of ours, cast act by act.

Histories differ here in every task, so there is no mould to cast them from; but each act of ``bench-marks`` leaves the
same few rows. The first tasks are lived through the API, and what is cast must be theirs cell by cell.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, select

from benchmarks import filling, world
from supervise import Office, chain
from supervise.intake.breakdown import Breakdown, Draft
from supervise.records import Event
from supervise.store.database import Sessions
from supervise.store.tables import of

LAW, STATE, NEVER = "bench-marks@1", "going", "9999-12-31"
LIVED, BATCH = 25, 5_000
TABLES = ("task", "party", "event", "duty", "part", "outbox")
Offices = Callable[[datetime], Office]
"""An office whose clock stands at a moment."""


class Act(NamedTuple):
    """What happened to a task."""

    action: str
    costly: bool
    at: datetime


class Life(NamedTuple):
    """A task with all that happened to it in a year."""

    number: int
    lead: str
    co: tuple[str, ...]
    acts: tuple[Act, ...]

    @property
    def code(self) -> str:
        """Its code."""
        return world.code(self.number)


def lives(folder: Path, unit: Callable[[int], str], named: Callable[[int], tuple[str, bool]]) -> Iterator[Life]:
    """The tasks of the data in a folder, in order."""
    with closing(sqlite3.connect(folder / "board.db")) as connection:
        acts = _by_task(connection, "SELECT task_id, kind, at FROM event ORDER BY task_id, at, id")
        helpers = _by_task(connection, "SELECT task_id, unit_id FROM task_co ORDER BY task_id, unit_id")
        happened, helped = next(acts, None), next(helpers, None)
        for number, lead in connection.execute("SELECT id, lead_unit FROM task ORDER BY id"):
            found: list[list[Any]] = [[], []]
            if happened is not None and happened[0] == number:
                found[0], happened = happened[1], next(acts, None)
            if helped is not None and helped[0] == number:
                found[1], helped = helped[1], next(helpers, None)
            done = tuple(Act(*named(kind), datetime.fromisoformat(f"{at}+00:00")) for _, kind, at in found[0])
            yield Life(number, unit(lead), tuple(unit(co) for _, co in found[1]), done)


def _by_task(connection: sqlite3.Connection, query: str) -> Iterator[tuple[int, list[Any]]]:
    for number, rows in groupby(connection.execute(query), key=itemgetter(0)):
        yield number, list(rows)


# ── through the API ─────────────────────────────────────────────────────────────────────────────────────────────────


def live(sessions: Sessions, offices: Offices, some: Sequence[Life], opened: datetime, due: date) -> None:
    """Place some tasks and do everything that happened to them."""
    drafts = tuple(
        Draft(code=life.code, text=world.TITLE % life.number, lead=(life.lead,), co=life.co, due=due) for life in some
    )
    with sessions.begin() as session:
        breakdown = Breakdown(workflow="bench-marks", tasks=drafts)
        offices(opened).assign(session, breakdown, world.SUPERVISOR, opened.date())
        for life in some:
            for act in life.acts:
                day = act.at.date()
                given = {"until": day} if act.costly else {}
                offices(act.at).advance(session, life.code, act.action, world.SUPERVISOR, day, **given)


# ── cast ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Caster:
    """Rows of whole tasks, as the driver takes them.

    Args:
        opened: when all were placed.
        due: by when all are due.
        calendar: the working days they were placed under, by name.
    """

    def __init__(self, opened: datetime, due: date, calendar: str) -> None:
        self.opened, self.due, self.calendar = opened, due, calendar
        self._texts: dict[tuple[str, bool], list[str]] = {}

    def cast(self, life: Life, rows: filling.Rows) -> None:
        """Add everything that is on record of a task."""
        code, hearers = life.code, chain.canonical([life.lead, *life.co])
        changes = {
            "lead": [life.lead], **({"co": list(life.co)} if life.co else {}), "text": world.TITLE % life.number,
            "due": self.due.isoformat(), "calendar": [self.calendar],
        }  # fmt: skip
        day, known = self.opened.date().isoformat(), _moment(self.opened)
        first = Event(
            code, 1, "assign", "", STATE, self.opened.date(), world.SUPERVISOR.id, world.SUPERVISOR.unit, LAW,
            changes=changes, to=(life.lead, *life.co), recorded_at=self.opened,
        )  # fmt: skip
        text = chain.canonical(chain.event_record(filling.DISTRICT, first))
        head = chain.digest(chain.DEFAULT, chain.genesis(filling.DISTRICT, code), text)
        add = {name: rows.setdefault(of_name(name), []).append for name in TABLES}
        plain = _json(changes)
        add["event"](self._event(code, 1, "assign", "", day, known, "{}", plain, hearers, head))
        for seq, act in enumerate(life.acts, start=2):
            head = self._act(life, seq, act, head, add["event"], add["duty"])
        add["task"]((
            filling.DISTRICT, code, 1 + len(life.acts), STATE, LAW, world.TITLE % life.number, self.due.isoformat(),
            NEVER, None, head, 1,
        ))  # fmt: skip
        for role, place, unit in (("lead", 0, life.lead), *(("co", n, co) for n, co in enumerate(life.co))):
            add["party"]((filling.DISTRICT, code, role, unit, place))
            add["part"]((filling.DISTRICT, code, role, unit, 1, day, None, None, NEVER))
        add["outbox"]((filling.DISTRICT, code, 1, day, known, "assign", hearers, f"{code} 交办"))

    def _act(
        self, life: Life, seq: int, act: Act, head: str, event: Callable[[Any], None], duty: Callable[[Any], None]
    ) -> str:
        """The rows of one act; the hash that follows from the one before."""
        day, known = act.at.date().isoformat(), _moment(act.at)
        pieces = self._texts.get(act[:2]) or self._texts.setdefault(act[:2], _pieces(act))
        values = (day, day, chain.moment(act.at), str(seq), life.code) if act.costly else (
            day, chain.moment(act.at), str(seq), life.code)  # fmt: skip
        text = "".join(piece + value for piece, value in zip(pieces, (*values, ""), strict=True))
        head = chain.digest(chain.DEFAULT, head, text)
        data = f'{{"until":"{day}"}}' if act.costly else "{}"
        event(self._event(life.code, seq, act.action, STATE, day, known, data, "{}", "[]", head))
        if act.costly:
            kind, missed = f"m_{act.action}", (act.at.date() + timedelta(days=1)).isoformat()
            duty((
                filling.DISTRICT, life.code, f"{kind}:{seq}", seq, life.lead, kind, "lead", f'["{life.lead}"]', day,
                day, day, missed, None, None, "", seq, day, known, None, None, day,
            ))  # fmt: skip
        return head

    def _event(self, code: str, seq: int, action: str, source: str, *rest: str) -> tuple[Any, ...]:
        day, known, data, changes, hearers, head = rest
        return (
            filling.DISTRICT, code, seq, action, source, STATE, day, known, world.SUPERVISOR.id, world.SUPERVISOR.unit,
            LAW, data, changes, hearers, None, head,
        )  # fmt: skip


def _pieces(act: Act) -> list[str]:
    """The text of an act that is hashed, without what differs from one to the next."""
    marks, at = ("@day", "@moment", 424242, "@task"), act.at
    event = Event(
        marks[3], marks[2], act.action, STATE, STATE, at.date(), world.SUPERVISOR.id, world.SUPERVISOR.unit, LAW,
        {"until": marks[0]} if act.costly else {}, recorded_at=at,
    )  # fmt: skip
    record = chain.event_record(filling.DISTRICT, event) | {"day": marks[0], "recorded_at": marks[1]}
    text = chain.canonical(record)
    for mark in marks:
        text = text.replace(str(mark), "\x00")
    return text.split("\x00")


def of_name(name: str) -> str:
    """The whole name of a table of ours."""
    return f"sv_{name}"


def _json(value: Any) -> str:
    """JSON as it is stored, its keys in the order they came."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"


# ── into a database ─────────────────────────────────────────────────────────────────────────────────────────────────


def check(engine: Engine, rows: filling.Rows) -> None:
    """Hold cast rows against those the API wrote of the same tasks.

    Raises:
        RuntimeError: when any cell differs.
    """
    at = of(engine)
    for name in TABLES:
        table = getattr(at, name)
        with engine.connect() as connection:
            lived = sorted(map(_told, connection.execute(select(table))))
        columns = [
            column.type.dialect_impl(engine.dialect).result_processor(engine.dialect, None) for column in table.c
        ]
        cast = [[p(v) if p and v is not None else v for p, v in zip(columns, row, strict=True)]
                for row in rows[table.name]]  # fmt: skip
        for one, other in zip(lived, sorted(map(_told, cast)), strict=True):
            if one != other:
                raise RuntimeError(f"a cast {name} is not what the API wrote:\n{other}\n{one}")


def _told(row: Iterable[Any]) -> list[str]:
    return [str(cell) for cell in row]


def pour(url: str, sessions: Sessions, found: Iterator[Life], caster: Caster) -> int:
    """Put all into a database, the indexes after the rows; how many tasks."""
    number = 0
    with filling.unindexed(sessions.kw["bind"]):
        while batch := list(islice(found, BATCH)):
            rows: filling.Rows = {}
            for life in batch:
                caster.cast(life, rows)
            filling.pour_rows(url, rows)
            number += len(batch)
    filling.settle(url)
    return number
