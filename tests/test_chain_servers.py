"""The chain on database servers: nobody queues, and hashes are the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import sessionmaker

from supervise import Stale
from supervise.store import tables
from supervise.store.database import Sessions, open_database
from tests.cli_help import Result
from tests.forks import Command
from tests.servers import KINDS, database
from tests.test_chain import GXJ, OFFICE, OPENED, PLAN, an_office, drafts, everything, exported, opened, play


@pytest.fixture(params=KINDS[1:])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database on a server, gone afterwards."""
    with database(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def sessions(url: str) -> Iterator[Sessions]:
    """Sessions on that database, with our tables."""
    made = open_database(url, create=True)
    yield made
    made.kw["bind"].dispose()


def run(folder: Path, url: str, *words: str) -> Result:
    """A command in a process of its own; one that waits for somebody else runs out of time."""
    return Command(folder, *words, "--db", url).ended(within=20)


def test_advances_of_different_tasks_do_not_wait_for_each_other(url: str, sessions: Sessions, tmp_path: Path) -> None:
    """While one process holds an act on T1 open another acts on T2, and while one seals both, on T3."""
    office = an_office()
    with sessions.begin() as session:
        office.assign(session, drafts("T1", "T2", "T3"), OFFICE, OPENED)
        office.seal(session)
    given = ("--as", "区工信局", "--day", "2025-03-05", "--milestones", "2025-06-30 过半", "--contact", "李某")
    with sessions.begin() as session:
        office.advance(session, "T1", "plan", GXJ, date(2025, 3, 5), **PLAN)
        done = run(tmp_path, url, "do", "T2", "plan", *given)
        assert done.code == 0, done.err
    with sessions.begin() as session:
        assert office.seal(session) is not None
        done = run(tmp_path, url, "do", "T3", "plan", *given)
        assert done.code == 0, done.err
    with sessions() as session:
        made = office.audit(session)
        assert made.breaks == () and (made.events, made.seals, made.unsealed) == (6, 2, 1)


def test_of_two_seals_at_once_one_is_told_to_come_again(url: str, sessions: Sessions) -> None:
    """A tick that seals while another seal is not yet committed exits 6 and leaves nothing, or follows it."""
    office = an_office()
    with sessions.begin() as session:
        office.assign(session, drafts("T1"), OFFICE, OPENED)
    with sessions() as first, sessions() as second:
        assert office.seal(first) is not None
        _hurry(second)
        with pytest.raises(Exception) as caught:
            office.seal(second)
        second.rollback()
        first.commit()
        assert isinstance(caught.value, Stale) or "timeout" in str(caught.value).lower()
    with sessions() as session:
        assert office.audit(session).seals == 1 and office.audit(session).breaks == ()


def _hurry(session: object) -> None:
    """Wait for a lock no longer than a second."""
    connection = session.connection()  # type: ignore[attr-defined]
    postgres = connection.dialect.name == "postgresql"
    connection.exec_driver_sql("set lock_timeout = '500ms'" if postgres else "set innodb_lock_wait_timeout = 1")


def test_hashes_are_the_same_on_every_database(sessions: Sessions, tmp_path: Path) -> None:
    """Exported from SQLite, restored to a server and exported again, no byte differs, and back again no row."""
    office, source, last = an_office(), opened(), opened()
    play(office, source)
    with source() as session, sessions.begin() as server, last.begin() as back:
        there = exported(office, session, tmp_path / "x")
        assert office.restore(server, there).breaks == ()
        away = exported(office, server, tmp_path / "y")
        office.restore(back, away)
        assert everything(back) == everything(session)
    for name in ("events", "heads", "seals", "sealed", "publications", "marks", "library"):
        assert (there / f"{name}.jsonl").read_bytes() == (away / f"{name}.jsonl").read_bytes()


def test_a_history_written_on_a_server_is_sound_there(sessions: Sessions) -> None:
    """What a server stored of moments, JSON and numbers gives the hashes that were computed before it was stored."""
    office = an_office("sm3")
    play(office, sessionmaker(sessions.kw["bind"]))
    with sessions() as session:
        assert office.audit(session).breaks == ()
        office.replay(session)
        assert len(everything(session)) == len(tables.metadata.sorted_tables)
