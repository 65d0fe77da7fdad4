"""Many tasks on which the clock does the same: one is decided and written out in full, the others are cast from it.

A mould is what a step leaves of one task: its events, what they open, whom they tell. A cast is the same under another
code, at another version, with other parties, chained to that task's own head. Rows go to the driver as it takes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.dialects.postgresql.base import PGDialect

from supervise import chain
from supervise.facts import Known
from supervise.hearing import hearers
from supervise.records import PARTIES, Event
from supervise.store import loading, onestep, writing
from supervise.store.faults import stale
from supervise.store.sheet import Sheet
from supervise.store.statements import Statement
from supervise.store.tables import Tables, of
from supervise.store.tasks import Saving

Head = tuple[str, int, str]
"""Code, version and hash of a task's last event."""
_CODE, _SEQ = "\uffff", 10**9 + 7
"""What stands in a mould for the code of a task and the number of an event."""
_PLAIN = ("moved", "parties", "parted", "parts", "amended", "tasks")
"""Kinds of rows that no cast has."""
_OLDER = ("ended", "paced", "paces")
"""Kinds of rows about what stood before, which only tasks with the same past have in common."""
_ENTAILED = frozenset({"effect"})
"""What an event may change in a cast: what names nobody."""


@dataclass(frozen=True, slots=True)
class Mould:
    """What was done to one task, ready to be done to others.

    Args:
        district: whose tasks.
        saving: what was done, as it is on record.
        sheet: the rows that say so.
        roles: what people call those that no party has.
        algorithm: of the hashes.
    """

    district: str
    saving: Saving
    sheet: Sheet
    roles: Mapping[str, str]
    algorithm: str

    @property
    def begun(self) -> int:
        """The version of the task before it."""
        return self.saving.task.version - len(self.saving.events)

    @property
    def sound(self) -> bool:
        """Whether nothing was written but what can be cast: events, what they open, whom they tell."""
        seqs = {event.seq for event in self.saving.events}
        return (
            self._plain
            and not any(getattr(self.sheet, kind) for kind in _OLDER)
            and not any(event.changes for event in self.saving.events)
            and all(row["ref"] == f"{row['kind']}:{row['opened_by']}" for row in self.sheet.duties)
            and all(row["opened_by"] in seqs and row["until_day"] is None for row in self.sheet.duties)
        )

    def fits(self, names: Collection[str]) -> bool:
        """Whether it can be cast for tasks with the same past, in which others stand in the place of these names."""
        parties, sheet = self.saving.task, self.sheet
        said = [event.key for event in self.saving.events]
        said += [str(value) for event in self.saving.events for value in event.data.values()]
        said += [row["b_ref"] for row in (*sheet.ended, *sheet.paced)]
        said += [row["ref"] for row in (*sheet.duties, *sheet.paces)]
        owing = [(row["role"], row["units"]) for row in sheet.duties]
        owing += [(rows[0]["role"], tuple(row["unit"] for row in rows)) for rows in _by_stretch(sheet.paces)]
        return (
            self._plain
            and all(event.changes.keys() <= _ENTAILED for event in self.saving.events)
            and not any(name in text for text in said for name in names)
            and all(role not in PARTIES or units == getattr(parties, role) for role, units in owing)
        )

    @property
    def _plain(self) -> bool:
        code = self.saving.task.code
        return (
            not any(getattr(self.sheet, kind) for kind in _PLAIN)
            and all(event.key.startswith(f"{code}:") for event in self.saving.events)
            and all(row["text"].startswith(code) for row in self.sheet.news)
        )


class Casts:
    """Rows of many tasks, gathered mould by mould and written together.

    Args:
        on: the caller's connection.
        district: whose tasks.
    """

    def __init__(self, on: Connection, district: str) -> None:
        self.on, self.at, self.district = on, of(on), district
        self.claims: dict[tuple[str, date], onestep.Claims] = {}
        self.events: list[loading.Filled] = []
        self.duties: list[loading.Filled] = []
        self.news: list[loading.Filled] = []
        self.paces: list[loading.Filled] = []
        self.ends = Sheet(district)
        self.heads: list[Head] = []

    def cast(self, mould: Mould, tasks: Iterable[Known], sealed: bool) -> None:
        """Do to each of ``tasks`` what the mould says.

        Args:
            mould: a sound one.
            tasks: as they were read and locked.
            sealed: whether a seal will name their new heads at once.
        """
        events = [_event_caster(self, mould, event) for event in mould.saving.events]
        duties = [_duty_caster(self, mould, rows) for rows in _by_duty(mould.sheet.duties)]
        news = [_news_caster(self, mould, event) for event in mould.saving.events if event.to]
        paces = [_pace_caster(self, mould, rows) for rows in _by_stretch(mould.sheet.paces)]
        ends = [*_end_casters(self.ends.ended, mould.sheet.ended), *_end_casters(self.ends.paced, mould.sheet.paced)]
        to = mould.saving.task.state, mould.saving.wake_on
        claims = self.claims.setdefault(to, onestep.Claims(*to, unsealed=not sealed))
        for task in tasks:
            code, seq, head = task.code, task.version, task.head
            for caster in events:
                seq += 1
                head = caster(code, seq, head)
            for caster_ in (*duties, *news, *paces, *ends):
                caster_(task)
            claims.rows.append((seq, head, code, task.version, task.head))
            self.heads.append((code, seq, head))

    def write(self) -> None:
        """Write everything.

        Raises:
            Stale: S01 when a task no longer stands as it was read; nothing may then be kept.
        """
        for claims in self.claims.values():
            if claim(self.on, self.district, claims) != len(claims.rows):
                raise stale("别人先办了一步", claims.rows[0][2])
        writing.write(self.on, self.ends)
        loading.fill(self.on, self.at.event, self.events)
        loading.fill(self.on, self.at.duty, self.duties)
        loading.fill(self.on, self.at.outbox, self.news)
        loading.fill(self.on, self.at.pace, self.paces)


def _by_duty(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row of each duty, each time that it is told."""
    return list({(row["ref"], row["from_seq"]): row for row in rows}.values())


def _by_stretch(rows: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The rows of each stretch of pace: one for each unit that owes what is paced."""
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["ref"], row["day"], row["from_seq"]), []).append(row)
    return list(found.values())


def _end_casters(ended: list[dict[str, Any]], rows: Sequence[dict[str, Any]]) -> list[Callable[[Known], None]]:
    """Say for a task what a mould ends of what stood."""
    return [lambda known, row=row: ended.append({**row, "b_task": known.code}) for row in rows]  # type: ignore[misc]


def _event_caster(casts: Casts, mould: Mould, event: Event) -> Callable[[str, int, str], str]:
    """Adds the row of one event of a mould for a task, and gives its hash."""
    rest = event.key[len(event.task) :]
    stands = replace(event, task=_CODE, seq=_SEQ, key=_CODE + rest)
    text = chain.canonical(chain.event_record(mould.district, stands))
    row = next(row for row in mould.sheet.events if row["seq"] == event.seq)
    line = loading.form(loading.inserted(casts.on, casts.at.event), row, "task", "seq", "idem", "hash")
    number, district, algorithm, add = f'"seq":{_SEQ}', mould.district, mould.algorithm, casts.events.append

    def cast(code: str, version: int, previous: str) -> str:
        written = text.replace(_CODE, _escaped(code)).replace(number, f'"seq":{version}', 1)
        made = chain.digest(algorithm, previous or chain.genesis(district, code), written)
        add((line, (code, version, code + rest, made)))
        return made

    return cast


def _duty_caster(casts: Casts, mould: Mould, row: dict[str, Any]) -> Callable[[Known], None]:
    """Adds the rows of one duty as it stands from an event of a mould on: one for each unit that owes it."""
    ready, kind = loading.inserted(casts.on, casts.at.duty), row["kind"]
    line = loading.form(ready, row, "task", "ref", "from_seq", "unit", "units", "opened_by")
    turn = dict(ready.there).get(ready.names.index("units"), tuple)
    after, since = row["opened_by"] - mould.begun, row["from_seq"] - mould.begun
    ref, named, add = row["ref"], _named(row["role"], tuple(row["units"])), casts.duties.append
    numbered = ref == f"{kind}:{row['opened_by']}"

    def cast(known: Known) -> None:
        number, names = known.version + after, named(known)
        units, key = turn(names), f"{kind}:{number}" if numbered else ref
        for name in names or ("",):
            add((line, (known.code, key, known.version + since, name, units, number)))

    return cast


def _pace_caster(casts: Casts, mould: Mould, rows: Sequence[dict[str, Any]]) -> Callable[[Known], None]:
    """Adds the rows of one stretch of pace as it stands from an event of a mould on."""
    line = loading.form(loading.inserted(casts.on, casts.at.pace), rows[0], "task", "unit", "from_seq")
    named = _named(rows[0]["role"], tuple(row["unit"] for row in rows))
    since, add = rows[0]["from_seq"] - mould.begun, casts.paces.append

    def cast(known: Known) -> None:
        for name in named(known) or ("",):
            add((line, (known.code, name, known.version + since)))

    return cast


def _named(role: str, standing: tuple[str, ...]) -> Callable[[Known], tuple[str, ...]]:
    """Who owes something in a task: those who have the part, or whoever it is in every task."""
    return (lambda known: known.held(role)) if role in PARTIES else (lambda known: standing)


def _news_caster(casts: Casts, mould: Mould, event: Event) -> Callable[[Known], None]:
    """Adds the letter about one event of a mould, if there is anybody to be told."""
    said = next((row for row in mould.sheet.news if row["seq"] == event.seq), None)
    ready, named = loading.inserted(casts.on, casts.at.outbox), hearers(event.to, mould.roles)
    after = event.seq - mould.begun
    turn = dict(ready.there).get(ready.names.index("hearers"), tuple)
    line = loading.form(ready, said, "task", "seq", "hearers", "text") if said is not None else None
    rest, add = said["text"][len(event.task) :] if said is not None else "", casts.news.append
    after = event.seq - mould.begun

    def cast(known: Known) -> None:
        names = named(known.held)
        if names and line is not None:
            add((line, (known.code, known.version + after, turn(names), known.code + rest)))

    return cast


@lru_cache(4)
def _escaped(code: str) -> str:
    """A code as it stands within a JSON text."""
    return _JSON.encode(code)[1:-1]


_JSON = json.JSONEncoder(ensure_ascii=False)


def claim(on: Connection, district: str, claims: onestep.Claims) -> int:
    """Give tasks their new state if they still stand as they were read; how many did."""
    if isinstance(on.dialect, PGDialect):
        return onestep.claimed(on, district, claims)
    ready = _claim(of(on)).ready(on.dialect)
    given = {"b_district": district, "state": claims.state, "wake_on": claims.wake_on, "unsealed": int(claims.unsealed)}
    line = loading.form(ready, {**dict.fromkeys(_OPEN, ""), **given}, *_OPEN)
    touched: int = on.exec_driver_sql(ready.text, [line.filled(row) for row in claims.rows]).rowcount
    return touched


_OPEN = ("version", "head", "b_code", "was_version", "was_head")


@cache
def _claim(at: Tables) -> Statement:
    task = at.task
    named = {"district": "b_district", "code": "b_code", "version": "was_version", "head": "was_head"}
    stood = (task.c[name] == bindparam(said, type_=task.c[name].type) for name, said in named.items())
    changing = ("version", "state", "wake_on", "head", "unsealed")
    return Statement(update(task).where(*stood).values({name: bindparam(name) for name in changing}))
