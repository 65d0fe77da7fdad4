"""Letters: what somebody must hear, left there by acts in their own transaction, or written by anybody else.

An act only adds a row to ``outbox``, which stays short because whoever delivers takes the rows away. Everything else
(reminders, summaries) comes in through ``add`` and is a letter at once. A letter is never written twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, select

from supervise.store import loading
from supervise.store.faults import told
from supervise.store.statements import Work, chunks, connection
from supervise.store.tables import of

ACT = "act"
"""The kind of letters that acts leave; others are named by who writes them, such as ``remind``."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody must hear.

    Args:
        task: code of the task; empty for what is about none.
        ref: its name among the letters of the task, for ever, such as ``remind:finish:7``; of an act its number.
        kind: ``act``, ``notice``, ``remind``, ``summary``.
        action: what happened, a name of the definition or a word of the writer's.
        day: the day it fell due.
        to: units, roles by their label, persons, by name.
        text: one line in Chinese.
        recorded_at: the moment of writing, UTC.
        grave: whether it may be sent at night and on holidays.
    """

    task: str
    ref: str
    kind: str
    action: str
    day: date
    to: tuple[str, ...]
    text: str
    recorded_at: datetime
    grave: bool = False

    @property
    def seq(self) -> int:
        """The number of the act that left it, 0 if none did."""
        return int(self.ref) if self.kind == ACT else 0


@told
def add(work: Work, district: str, letters: Sequence[Letter]) -> list[Letter]:
    """Write letters in the caller's transaction; those whose ``ref`` was written before are left as they are.

    Two who write the same letter at once: the second is told to try again (S01), and then finds it written.

    Args:
        work: the caller's session, or a connection of our own; flushed, never committed.
        district: whose.
        letters: with a ``ref`` that is more than a number, for numbers are those of acts.

    Returns:
        the ones that were new.

    Raises:
        Stale: S01.
    """
    fresh: dict[tuple[str, str], Letter] = {}
    for letter in letters:
        if letter.ref.isdecimal() or not letter.ref:
            raise ValueError(f"the ref {letter.ref!r} is that of an act")
        fresh.setdefault((letter.task, letter.ref), letter)
    on, table = connection(work), of(work).letter
    for chunk in chunks(list(fresh)):
        known = select(table.c.task, table.c.ref).where(table.c.district == district)
        for found in on.execute(known.where(either(table.c.task, table.c.ref, chunk))).all():
            fresh.pop((found.task, found.ref), None)
    put(work, district, fresh.values())
    return list(fresh.values())


def either(first: Column[Any], second: Column[Any], keys: Iterable[tuple[Any, Any]]) -> ColumnElement[bool]:
    """The rows with these pairs of values, and a few more; not every database knows pairs."""
    ones, others = zip(*keys, strict=True)
    return and_(first.in_(sorted(set(ones))), second.in_(sorted(set(others))))


def put(work: Work, district: str, letters: Iterable[Letter]) -> None:
    """Write letters that are known to be new."""
    on = connection(work)
    loading.add(on, of(work).letter, [_row(district, letter) for letter in letters])


def _row(district: str, letter: Letter) -> dict[str, Any]:
    return {
        "district": district, "task": letter.task, "ref": letter.ref, "kind": letter.kind, "action": letter.action,
        "day": letter.day, "recorded_at": letter.recorded_at, "hearers": list(letter.to), "text": letter.text,
        "grave": int(letter.grave), "place": letter.seq, "addressed": 0,
    }  # fmt: skip


@told
def written(work: Work, district: str, first: date, last: date) -> Iterator[Letter]:
    """Every letter that fell due from ``first`` to ``last``, sent or not, those that still lie in the outbox included.

    Args:
        work: the caller's session, or a connection of our own.
        district: whose.
        first, last: days, both counted.
    """
    tables, on = of(work), connection(work)
    letter, outbox = tables.letter, tables.outbox
    for row in on.execute(select(letter).where(letter.c.district == district, letter.c.day.between(first, last))):
        yield as_letter(row)
    for row in on.execute(select(outbox).where(outbox.c.district == district, outbox.c.day.between(first, last))):
        yield of_act(row)


def as_letter(row: Any) -> Letter:
    """A letter out of its row."""
    return Letter(
        row.task, row.ref, row.kind, row.action, row.day, tuple(row.hearers), row.text, row.recorded_at, bool(row.grave)
    )


def of_act(row: Any, grave: bool = False) -> Letter:
    """A letter out of a row that an act left."""
    hearers = tuple(row.hearers)
    return Letter(row.task, str(row.seq), ACT, row.action, row.day, hearers, row.text, row.recorded_at, grave)
