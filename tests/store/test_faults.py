"""What goes wrong between us and a database is told in our words, on every driver."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from threading import Thread

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from supervise import Invalid, Office, Stale
from supervise.store import faults
from supervise.store.database import open_database, reading, sessions_on, writing
from supervise.store.engines import open_engine
from tests.servers import KINDS
from tests.test_office import GXJ, OFFICE, OPENED, PLAN, one

servers = pytest.mark.parametrize("kind", KINDS[1:], indirect=True)


def placed(engine: Engine, *codes: str) -> Office:
    """An office that has placed some tasks."""
    office = Office(today=lambda: OPENED)
    with sessions_on(engine).begin() as session:
        for code in codes:
            office.assign(session, one(code), OFFICE, OPENED)
    return office


def plan(office: Office, session: Session, code: str) -> None:
    """One act."""
    office.advance(session, code, "plan", GXJ, date(2025, 3, 5), **PLAN)


@servers
def test_a_deadlock_is_stale(engine: Engine) -> None:
    """Two hosts that act on two tasks in opposite order: one is done, the other is told to look again."""
    office, sessions, ended = placed(engine, "T1", "T2"), sessions_on(engine), []
    first, second = sessions(), sessions()
    plan(office, first, "T1")
    plan(office, second, "T2")

    def other() -> None:
        with suppress(Stale):
            plan(office, second, "T1")
            second.commit()
            ended.append("second")
        second.close()

    thread = Thread(target=other)
    thread.start()
    try:
        plan(office, first, "T2")
        first.commit()
        ended.append("first")
    except Stale as stale:
        assert stale.problems[0].code == "S01" and "撤回" in str(stale)
    first.close()
    thread.join(60)
    assert len(ended) == 1
    with reading(sessions) as session:
        office.replay(session)


def test_who_waits_too_long_for_a_lock_is_stale(engine: Engine) -> None:
    """A writer that does not give way: the other is told that the record is busy, and nothing of its act remains."""
    office, sessions = placed(engine, "T1"), sessions_on(engine)
    patience = {
        "sqlite": "pragma busy_timeout = 100", "postgresql": "set lock_timeout = '200ms'",
        "mysql": "set innodb_lock_wait_timeout = 1",
    }[engine.dialect.name]  # fmt: skip
    with sessions() as slow, sessions() as other:
        plan(office, slow, "T1")
        other.execute(text(patience))
        with pytest.raises(Stale, match="正被别人写入"):
            plan(office, other, "T1")
        other.rollback()
        slow.commit()
    with engine.connect() as connection:  # a pooled connection keeps its patience
        connection.invalidate()
    engine.dispose()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_serialisation_failure_is_stale(engine: Engine) -> None:
    """A host that works at a stricter level gets the same answer as everybody."""
    office = placed(engine, "T1")
    strict = sessions_on(engine.execution_options(isolation_level="SERIALIZABLE"))
    with strict() as late, strict() as quick:
        office.load(late, "T1")
        plan(office, quick, "T1")
        quick.commit()
        with pytest.raises(Stale, match="S01"):
            plan(office, late, "T1")


@servers
def test_a_lost_connection_is_a_message(url: str) -> None:
    """A server that hangs up in the middle of a transaction: what to do now, and no traceback."""
    sessions = open_database(url, create=True)
    office = placed(sessions.kw["bind"], "T1")
    killer = open_engine(url)
    with pytest.raises(Invalid, match=r"连接断了.*B04") as caught, writing(sessions) as session:
        mine = "select pg_backend_pid()" if killer.dialect.name == "postgresql" else "select connection_id()"
        number = session.execute(text(mine)).scalar_one()
        kill = f"select pg_terminate_backend({number})" if killer.dialect.name == "postgresql" else f"kill {number}"
        with killer.connect() as connection:
            connection.execute(text(kill))
        plan(office, session, "T1")
    assert "--key" in caught.value.problems[0].help
    with reading(sessions) as session:
        assert office.load(session, "T1").version == 1
    killer.dispose()
    sessions.kw["bind"].dispose()


def test_what_a_database_refuses_is_told(engine: Engine) -> None:
    """Any other error reaches a host as the driver raised it, and our own commands as B05."""
    sessions = sessions_on(engine)
    with pytest.raises(Invalid, match="B05"), writing(sessions) as session:
        session.execute(text("select * from nowhere"))
    with pytest.raises(DBAPIError), sessions() as session:
        session.execute(text("select * from nowhere"))


def test_a_reader_sees_one_moment(engine: Engine) -> None:
    """What others write while somebody reads is not half seen: all statements of a reading show one moment."""
    office, sessions = placed(engine, "T1"), sessions_on(engine)
    with reading(sessions) as session:
        assert office.replay(session).events == 1
        with sessions.begin() as other:
            plan(office, other, "T1")
        assert office.replay(session).events == 1
    with reading(sessions) as session:
        assert office.replay(session).events == 2


@pytest.mark.parametrize(("said", "level"), [("", 2), ("?supervise_sync=normal", 1), ("?supervise_sync=EXTRA", 3)])
def test_sqlite_writes_through_unless_told_otherwise(tmp_path, said: str, level: int) -> None:  # type: ignore[no-untyped-def]
    """A new file is in WAL, holds foreign keys, waits ten seconds, and what was told done is on the disk."""
    sessions = open_database(f"sqlite:///{tmp_path / 'x.db'}{said}", create=True)
    with sessions() as session:
        values = [
            session.execute(text(f"pragma {name}")).scalar()
            for name in ("synchronous", "journal_mode", "foreign_keys", "busy_timeout")
        ]
    assert values == [level, "wal", 1, 10000]


def test_a_wrong_setting_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """A word that is no way of writing is refused with those there are."""
    with pytest.raises(Invalid, match=r"supervise_sync.*\n.*full、normal"):
        open_engine(f"sqlite:///{tmp_path / 'x.db'}?supervise_sync=maybe")


class Said(Exception):
    """An error as drivers raise them."""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args)
        self.__dict__.update(more)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Said("x", sqlstate="40001"), "撞在一起"),
        (Said("x", pgcode="40P01"), "撞在一起"),
        (Said({"C": "55P03"}), "正被别人写入"),
        (Said(1213, "Deadlock found"), "撞在一起"),
        (Said(1205, "Lock wait timeout exceeded"), "正被别人写入"),
        (Said(1062, "Duplicate entry", sqlstate="23000"), "同一时刻"),
        (Said("database is locked"), "正被别人写入"),
        (Said("UNIQUE constraint failed: sv_event.task"), "同一时刻"),
        (Said("no such table: x"), ""),
        (Said(), ""),
    ],
)
def test_each_driver_is_understood(error: Said, words: str) -> None:
    """Psycopg, psycopg2, pg8000, the MySQL drivers and sqlite3 say it differently."""
    found = faults.clash(DBAPIError("select 1", {}, error))
    assert words in found and bool(found) == bool(words)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Said("could not extend file", sqlstate="53100"), ("磁盘满了", "没有入库")),
        (Said(1114, "The table 'sv_event' is full"), ("磁盘满了", "没有入库")),
        (Said(1021, "Disk full"), ("磁盘满了", "没有入库")),
        (Said("database or disk is full", sqlite_errorname="SQLITE_FULL"), ("磁盘满了", "没有入库")),
        (Said("disk I/O error", sqlite_errorname="SQLITE_IOERR_FSYNC"), ("磁盘", "看这一步在不在")),
        (Said("no such table: x", sqlite_errorname="SQLITE_ERROR"), ()),
    ],
)
def test_a_full_disk_is_named_on_each_driver(error: Said, words: tuple[str, ...]) -> None:
    """What to do is said too; where a disk fails while it writes, nobody claims to know whether the act is there."""
    found = faults.disk(DBAPIError("insert", {}, error))
    assert bool(found) == bool(words) and all(word in str(found) for word in words)


def test_a_server_that_falls_over_a_full_disk_is_told_as_both() -> None:
    """PostgreSQL gives up when its own log finds no room: nobody knows about the act, and it is the disk."""
    said = Said('could not write to file "pg_wal/xlogtemp.1": No space left on device')
    with pytest.raises(Invalid, match=r"磁盘满了,与数据库的连接断了.*B04"), faults.ours():
        raise DBAPIError("insert", {}, said, connection_invalidated=True)
