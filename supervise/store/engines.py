"""From a URL to an engine that is set as our tables need it, when no host brings one."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from supervise.errors import Invalid, Problem
from supervise.store.tables import PREFIX, Tables, tables

_EXTRAS = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql"}
# A server that was started anew is asked before it is worked with, so that nobody's act is lost on it.
_SERVER: dict[str, Any] = {"pool_size": 20, "pool_pre_ping": True}
# By default these lock the gaps between rows, and acts on different tasks would wait for each other.
_SETTINGS: dict[str, dict[str, Any]] = {
    **{name: {"isolation_level": "READ COMMITTED", **_SERVER} for name in ("mysql", "mariadb")},
    "postgresql": _SERVER,
}
WAIT = 10
"""Seconds for which others are waited for on SQLite."""
_DATABASE = "the-database"
_OURS = ("supervise_prefix", "supervise_schema", "supervise_sync")
_SYNC = ("full", "normal", "extra", "off")
# What it warns of when a statement fails is raised as well; where nobody set up a log it would go to the terminal.
logging.getLogger("psycopg").addHandler(logging.NullHandler())


def open_engine(url: str) -> Engine:
    """An engine for a URL, which may also say ``supervise_prefix``, ``supervise_schema`` and ``supervise_sync``.

    Raises:
        Invalid: B02 when it is no URL, or there is no driver.
    """
    parsed, at, sync = parsed_url(url)
    parsed = _kept(parsed)
    try:
        engine = create_engine(parsed, execution_options=at.option, **_SETTINGS.get(parsed.get_backend_name(), {}))
    except ArgumentError:
        raise _unreadable(url) from None
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        extra = _EXTRAS.get(url.partition(":")[0].partition("+")[0])
        help = f'请安装:pip install "supervise[{extra}]"' if extra else "请先装上这种数据库的驱动"
        raise Invalid(Problem("B02", f"缺少数据库驱动:{error}", help=help)) from None
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _sqlite_settings(sync))
    return engine


def parsed_url(url: str) -> tuple[URL, Tables, str]:
    """A URL without what is ours in it, the tables it names, and how SQLite shall write."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _unreadable(url) from None
    said = {name: str(parsed.query[name]) for name in _OURS if name in parsed.query}
    at = tables(said.get("supervise_prefix", PREFIX), said.get("supervise_schema"))
    sync = said.get("supervise_sync", "full").lower()
    if sync not in _SYNC:
        raise Invalid(Problem("B02", f"supervise_sync 不能写“{sync}”", help=f"可写 {'、'.join(_SYNC)}"))
    return parsed.difference_update_query(_OURS), at, sync


def _kept(parsed: URL) -> URL:
    """The URL under which an SQLite file is read that is kept where nobody may write, such as evidence on a disc.

    A file with a log beside it is somebody's at work, and to be read with that log or not at all.
    """
    file = parsed.database or ""
    if parsed.get_backend_name() != "sqlite" or not os.path.isfile(file) or os.path.exists(f"{file}-wal"):
        return parsed
    if os.access(os.path.dirname(os.path.abspath(file)), os.W_OK):
        return parsed
    return parsed.set(database=Path(file).resolve().as_uri()).update_query_dict(
        {"mode": "ro", "immutable": "1", "uri": "true"}
    )


def _unreadable(url: str) -> Invalid:
    help_ = "应写作 sqlite:///文件.db 或 postgresql+psycopg://…"
    return Invalid(Problem("B02", f"看不懂数据库地址“{url}”", help=help_))


def _sqlite_settings(sync: str) -> Any:
    """Wait for others, hold foreign keys, and write to the disk before saying that it is done."""

    def connected(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        for setting in (f"busy_timeout = {WAIT * 1000}", "foreign_keys = ON", f"synchronous = {sync}"):
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    return connected


def shown(url: str) -> str:
    """A URL without its password, the database by its name as people write it."""
    try:
        full = make_url(url)
        text = full.set(database=_DATABASE).render_as_string(hide_password=True)
        return text.replace(_DATABASE, full.database, 1) if full.database else full.render_as_string(hide_password=True)
    except SQLAlchemyError:
        return url


def bare(url: str) -> str:
    """A URL without its password, as it may be written down; what is no URL stays as it is."""
    try:
        full = make_url(url)
    except SQLAlchemyError:
        return url
    without = URL.create(full.drivername, full.username, None, full.host, full.port, full.database, full.query)
    return without.render_as_string(hide_password=False)


def file_of(url: str) -> str:
    """The file of an SQLite database; nothing for one in memory and for every other kind."""
    try:
        parsed = make_url(url)
    except SQLAlchemyError:
        return ""
    named = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    return str(parsed.database) if named else ""
