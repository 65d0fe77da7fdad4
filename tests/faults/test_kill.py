"""A writer that is killed at any moment leaves a sound record in which nothing acknowledged is missing.

A kill takes the process and leaves the machine: what the system was handed is written. Power loss is another matter,
which no test without the plug can show; see ``synchronous`` in docs/databases.md.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random
from time import sleep

import pytest
from sqlalchemy import create_engine, text

from supervise import Diverged
from tests.faults.judge import Judge, begun, install, seed, trials
from tests.faults.writer import Job, work
from tests.forks import started

KILLS = trials(6)
KINDS = ("sqlite", "postgresql", *(["mariadb"] if KILLS > 10 else []))
FIRST = date(2025, 4, 1)


@pytest.mark.parametrize("kind", KINDS, indirect=True)
def test_what_was_acknowledged_survives_every_kill(url: str, way: str, tmp_path: Path) -> None:
    """After each kill the record audits and replays, every acknowledged act is on it once, and work goes on by key."""
    number = seed()
    dice, judge, unheard = Random(number), Judge(url), set[str]()
    install(url, "T1", "T2", "T3")
    for turn in range(KILLS):
        book = tmp_path / f"book-{turn}.jsonl"
        day = FIRST + timedelta(days=min(turn, 240))
        process = started(work, Job(url, book, f"W{turn:03}", number, day, way, judge.again()))
        if dice.random() < 0.85:  # the others may die while they open the database
            begun(process, book)
        sleep(dice.random() * 0.3)
        process.kill()
        process.join()
        assert process.exitcode == -9, "the writer ended by itself"
        judge.read(book)
        unheard |= judge.open & set(judge.hold().keys)
    print(f"{KILLS} kills: {dict(judge.said)}; {len(judge.cut)} acts cut off, {len(unheard)} of them after the commit")


@pytest.mark.parametrize("harm", ("delete from sv_event where idem = :key", "update sv_event set idem = null"))
def test_the_judge_misses_what_is_missing(tmp_path: Path, harm: str) -> None:
    """An acknowledged act that somebody took away, or whose key is gone, is missed: the trials above mean something."""
    url, book = f"sqlite:///{tmp_path / 'test.db'}", tmp_path / "book.jsonl"
    install(url, "T1")
    work(Job(url, book, "W", 1, FIRST, code="T1", first="act", steps=3))
    judge = Judge(url)
    judge.read(book)
    judge.hold()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(harm), {"key": next(iter(judge.done))} if ":key" in harm else {})
    engine.dispose()
    with pytest.raises((AssertionError, Diverged)):
        judge.hold()
