"""Opening a database when no host brings a session: a URL in, a session factory out, transactions of our own.

A database that holds other people's tables and none of ours is never touched without being asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep
from typing import TypeAlias

from sqlalchemy import Engine, inspect
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from supervise.errors import Invalid, Problem, Unknown
from supervise.store import faults, upgrades
from supervise.store.engines import file_of, open_engine, shown
from supervise.store.tables import LAYOUT, of

Work = Session
Server: TypeAlias = Engine
Sessions = sessionmaker[Session]


def open_database(url: str, create: bool = False, beside: bool = False) -> Sessions:
    """Sessions on the database at ``url``.

    Args:
        url: SQLAlchemy URL; SQLite, PostgreSQL, MySQL or MariaDB.
        create: make our tables in an empty or new database.
        beside: make them even beside other tables.

    Raises:
        Unknown: B01 when there is no database.
        Invalid: B02 when it is no database, not ours, or of another layout.
    """
    engine = open_engine(url)
    with opening(url):
        layout = _layout(engine)
        if layout == upgrades.BASE:
            if not create:
                raise nothing_there(url)
            _create(engine, url, beside)
        elif layout != LAYOUT:
            raise _other_layout(layout, url)
    return sessions_on(engine)


def sessions_on(engine: Engine) -> Sessions:
    """Sessions on an engine of our own."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def opening(url: str) -> Iterator[None]:
    """Around the first look at a database.

    Raises:
        Invalid: B02 when it cannot be opened, B05 when the disk is full.
        Stale: S01 when others kept it busy.
    """
    try:
        yield
    except DatabaseError as error:
        if text := faults.clash(error):
            raise faults.stale(text) from error
        if problem := faults.disk(error):
            raise Invalid(problem) from None
        text, there = f"打不开数据库 {shown(url)}:{faults.short(error)}", os.path.isfile(file_of(url))
        help_ = "请核对 --db 指的是不是数据库" if there or not file_of(url) else "请核对文件夹在不在、能不能写"
        raise Invalid(Problem("B02", text, help=help_)) from None


def nothing_there(url: str) -> Unknown:
    """What is raised when none of our tables is there."""
    help_ = "请先运行 supervise init,或核对 --db(环境变量 SUPERVISE_DB)"
    return Unknown(Problem("B01", f"数据库里还没有 supervise 的表:{shown(url)}", help=help_))


def _layout(engine: Engine) -> str | None:
    """The layout as written down, while nobody is at it; ``None`` if it was written down nowhere."""
    try:
        found = upgrades.current(engine)
    except DatabaseError as error:
        if not faults.clash(error):
            raise
        found = None
    if found not in (LAYOUT, upgrades.BASE):  # perhaps someone is just at it: wait, and look again
        with upgrades.working(engine) as connection:
            found = upgrades.current(connection)
    return found


def _other_layout(layout: str | None, url: str) -> Invalid:
    text = f"数据库版式是 {layout or '没有记录的旧版'},本程序要的是 {LAYOUT}:{shown(url)}"
    newer = layout is not None and layout > LAYOUT
    help_ = "请用更新的 supervise 打开" if newer else "请先备份,再运行 supervise db upgrade"
    return Invalid(Problem("B02", text, help=help_))


def _create(engine: Engine, url: str, beside: bool) -> None:
    if engine.dialect.name == "sqlite" and not inspect(engine).get_table_names():
        _wal(engine)
    with upgrades.working(engine) as connection:
        at = of(connection)
        others = set(inspect(connection).get_table_names(schema=at.schema)) - at.names - {at.version.name}
        if others and not beside:
            shown_ = "、".join(sorted(others)[:3])
            text = f"这个数据库不是 supervise 的,里面有别的表({shown_}…):{shown(url)}"
            raise Invalid(Problem("B02", text, help="确要在其中另建 supervise 的表,请运行 supervise init --beside"))
        upgrades.upgrade(connection)


def _wal(engine: Engine) -> None:
    """Readers never wait; it stays with the file. Of several who ask at once one is heard, and that is enough."""
    for _ in range(20):
        with engine.connect() as connection:
            try:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
                return
            except OperationalError as error:
                if not faults.clash(error):
                    raise
        sleep(0.05)


def in_one_file(sessions: Sessions) -> None:
    """See that an SQLite database that is rarely written is one file, which may be moved, copied or made read-only.

    If somebody else has it open it stays as it is until the next time.
    """
    engine: Engine = sessions.kw["bind"]
    if engine.dialect.name != "sqlite":
        return
    engine.dispose()
    with engine.connect() as connection:
        try:
            connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
        except OperationalError as error:
            if not faults.clash(error):
                raise


@contextmanager
def writing(sessions: Sessions) -> Iterator[Work]:
    """A transaction: all of it, or nothing; what the database says against it is told in our words."""
    with faults.ours(), sessions.begin() as session:
        yield session


@contextmanager
def reading(sessions: Sessions) -> Iterator[Work]:
    """A session that changes nothing and sees the record as it was at one moment, whoever writes meanwhile."""
    with faults.ours(), sessions() as session:
        dialect = session.get_bind().dialect
        if isinstance(dialect, PGDialect) or dialect.name in ("mysql", "mariadb"):
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        elif dialect.name == "sqlite":
            session.connection().exec_driver_sql("BEGIN")
        yield session
