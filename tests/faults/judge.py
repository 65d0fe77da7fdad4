"""Who kills the writers, opens the database after them, and holds the record against what was acknowledged."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from time import sleep
from typing import Any

from sqlalchemy import select

from supervise import Office
from supervise.store.database import open_database, reading
from supervise.store.tables import of
from tests.faults.writer import OFFICE, OPENED, Act, actor, draft

Line = dict[str, Any]


def trials(few: int) -> int:
    """How many times: a few, unless ``SUPERVISE_TRIALS`` says more."""
    return int(os.environ.get("SUPERVISE_TRIALS") or few)


def seed() -> int:
    """The seed of a trial, shown when it fails; ``SUPERVISE_SEED`` plays the same choices again."""
    made = int(os.environ.get("SUPERVISE_SEED") or SystemRandom().randrange(10**6))
    print(f"SUPERVISE_SEED={made}")
    return made


def install(url: str, *codes: str) -> None:
    """Our tables in a new database, and some tasks."""
    sessions = open_database(url, create=True)
    with sessions.begin() as session:
        Office().assign(session, draft(*codes), actor(OFFICE), OPENED)
    sessions.kw["bind"].dispose()


def begun(process: Any, book: Path) -> None:
    """Wait until a writer has opened the database, or has ended."""
    while process.is_alive() and not (book.exists() and book.stat().st_size):
        sleep(0.002)


def lines(book: Path) -> list[Line]:
    """What a writer wrote down; a last line that was cut off says nothing."""
    whole = book.read_bytes().rpartition(b"\n")[0] if book.exists() else b""
    return [json.loads(line) for line in whole.decode().splitlines()]


@dataclass
class Stored:
    """What the database holds: events by place and by key, hashes of seals, publications."""

    events: dict[tuple[str, int], tuple[str, str]]
    keys: dict[str, list[tuple[str, int]]]
    seals: dict[int, str]
    papers: dict[str, tuple[str, int, str]]


def opened(url: str) -> Stored:
    """Open a database anew: every hash holds, every row is what the log adds up to, and this is what it holds."""
    sessions, office = open_database(url), Office()
    try:
        with reading(sessions) as session:
            audited = office.audit(session)
            assert audited.breaks == (), audited.breaks
            office.replay(session)
            at = of(session)
            columns = (at.event.c.task, at.event.c.seq, at.event.c.action, at.event.c.idem, at.event.c.hash)
            rows = session.execute(select(*columns)).all()
            seals = session.execute(select(at.seal.c.seq, at.seal.c.hash)).all()
            papers = session.execute(select(at.publication)).all()
    finally:
        sessions.kw["bind"].dispose()
    keys: dict[str, list[tuple[str, int]]] = {}
    for row in rows:
        if row.idem:
            keys.setdefault(row.idem, []).append((row.task, row.seq))
    events = {(row.task, row.seq): (row.action, row.hash) for row in rows}
    assert len(events) == len(rows) == audited.events
    return Stored(
        events, keys, {row.seq: row.hash for row in seals},
        {row.serial: (row.fingerprint, row.seal, row.seal_hash) for row in papers},
    )  # fmt: skip


@dataclass
class Judge:
    """Everything that was tried and acknowledged, over all writers.

    Args:
        url: the database.
        tried, done: acts by key, and what was acknowledged of them.
        refused: keys that were answered with no.
        others: what else was acknowledged: ticks, assignments, publications, seals.
        cut: keys of acts that a kill cut off once, so that nobody knew whether they were done.
        said: how often each answer was given.
    """

    url: str
    tried: dict[str, Act] = field(default_factory=dict)
    done: dict[str, Line] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    others: list[Line] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)
    said: Counter[str] = field(default_factory=Counter)

    def read(self, book: Path) -> None:
        """Take in what one writer wrote down."""
        for line in lines(book):
            word, what = line["word"], line["what"]
            assert word != "fault", line["text"]
            self.said[" ".join(filter(None, (word, what, line.get("code", ""))))] += 1
            if word == "try":
                self.tried[line["act"]["key"]] = Act(**line["act"])
                self.refused.discard(line["act"]["key"])
            elif word == "no" and what == "act":
                self.refused.add(line["key"])
            elif word == "done" and what == "act":
                self.done[line["key"]] = line
            elif word == "done":
                self.others.append(line)
        self.cut |= self.open

    @property
    def open(self) -> set[str]:
        """Acts that were tried and never answered."""
        return set(self.tried) - set(self.done) - self.refused

    def again(self) -> tuple[Act, ...]:
        """What the next writer has to ask for once more."""
        return tuple(self.tried[key] for key in sorted(self.open))

    def hold(self) -> Stored:
        """Whatever was acknowledged is on record, once and as it was said; what was refused is not; nothing else is."""
        stored = opened(self.url)
        for key, line in self.done.items():
            act = self.tried[key]
            places = stored.keys.get(key, [])
            assert len(places) == 1, f"acknowledged, and {len(places)} times on record: {line}"
            (place,) = places
            assert place == (act.task, line["seq"] or place[1]) and stored.events[place][0] == act.action, line
            assert stored.events[act.task, line["version"]][1] == line["head"] or not line["head"], line
        for line in self.others:
            for task, seq, action in line.get("events", ()):
                assert stored.events[task, seq][0] == action, line
            if "seal" in line:
                assert stored.seals[line["seal"]] == line["hash"], line
            if "serial" in line:
                assert stored.papers[line["serial"]] == (line["fingerprint"], line["seal"], line["hash"]), line
        ours = {key for key in stored.keys if key.startswith("do-")}  # the clock's own letters have keys too
        unasked = ours - set(self.done) - self.cut
        assert not unasked, f"on record and never acknowledged: {sorted(unasked)}"
        return stored


def ended(processes: Iterable[Any]) -> None:
    """Wait until processes have ended by themselves."""
    for process in processes:
        process.join(300)
        assert process.exitcode == 0, process.exitcode
