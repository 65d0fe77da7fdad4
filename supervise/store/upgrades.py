"""The shape of our tables through the years: upgrade, check, downgrade, and the same as SQL for whoever may do it.

Alembic does the work, imported only when it is called. Its globals ``op`` and ``context`` are never touched, so that
threads, and hosts in the middle of a migration of their own, do not meet there: every step is handed its operations.
Only tables of ours are looked at, made or removed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, func, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import NoSuchModuleError

from supervise.errors import Invalid, Problem, Refused, Unknown
from supervise.store import locks
from supervise.store.faults import told
from supervise.store.partitions import without_wider_keys
from supervise.store.tables import ADDED, Tables, of, tables
from supervise.store.types import MYSQL

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

BASE = "base"


def current(bind: Engine | Connection) -> str | None:
    """The layout a database is of; ``base`` if none of our tables is there, ``None`` if nobody wrote it down."""
    with _connected(bind) as connection:
        return _current(connection)


@told
def upgrade(bind: Engine | Connection, to: str = "head") -> tuple[str, ...]:
    """Bring our tables to a layout, the newest if not told otherwise; what is there already is left alone.

    Args:
        bind: an engine, or a connection whose transaction is the caller's (MySQL commits all the same).
        to: a revision.

    Returns:
        The steps that were taken.

    Raises:
        Invalid: B02 when tables of ours are there that nobody wrote a layout down for, and that are not the newest.
        Stale: S01 when somebody else is at it for too long.
    """
    with working(bind) as connection:
        _adopt(connection)
        return _run(connection, to, up=True)


@told
def downgrade(bind: Engine | Connection, to: str, drop: bool = False) -> tuple[str, ...]:
    """Take our tables back to an older layout; ``base`` removes them.

    Args:
        bind: an engine, or a connection whose transaction is the caller's.
        to: a revision, or ``base``.
        drop: lose what only the newer layout can hold.

    Raises:
        Refused: B06 when there is anything to lose and ``drop`` was not said.
        Unknown: B07 when there is no such revision.
    """
    with working(bind) as connection:
        _known(to)
        held = _held(connection)
        if held and not drop:
            text = f"库里有 {held} 条记录,退到 {to} 会丢失数据"
            raise Refused(Problem("B06", text, help="请先备份;确要退回,请加 --yes"))
        if to == BASE:  # at once: nothing is kept, and a step back would want what somebody may have removed
            gone = [layout for layout in _newest_first() if layout <= (_current(connection) or "")]
            of(connection).metadata.drop_all(connection)
            of(connection).version.drop(connection, checkfirst=True)
            return tuple(gone)
        _adopt(connection)
        return _run(connection, to, up=False)


def differences(bind: Engine | Connection) -> tuple[str, ...]:
    """Where our tables differ from the newest layout, one line each; other tables are not looked at."""
    with _connected(bind) as connection:
        return tuple(line for difference in _compared(connection) for line in _said(difference))


def _compared(connection: Connection) -> list[Any]:
    from alembic.autogenerate import compare_metadata

    return without_wider_keys(connection, list(compare_metadata(_context(connection), of(connection).metadata)))


def sql(url: str, start: str = BASE, to: str = "head", at: Tables | None = None) -> str:
    """The statements of an upgrade for a kind of database, which is not opened.

    Args:
        url: its URL, of which only the kind matters.
        start: the layout it is of.
        to: the layout it shall be of.
        at: prefix and schema.
    """
    _known(start)
    _known(to)
    into, at = io.StringIO(), at or tables()
    opts = {"as_sql": True, "output_buffer": into, "starting_rev": start, "transactional_ddl": None}
    try:
        kind: Any = make_url(url).get_dialect()
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise Invalid(Problem("B02", f"缺少数据库驱动:{error}", help="请先装上这种数据库的驱动")) from None
    context = _configured(at, opts, dialect=kind(paramstyle="named"), destination=to)
    with context.begin_transaction():
        _migrate(context, at)
    return into.getvalue()


@contextmanager
def _connected(bind: Engine | Connection) -> Iterator[Connection]:
    if isinstance(bind, Connection):
        yield bind
        return
    with bind.connect() as connection:
        yield connection


@contextmanager
def working(bind: Engine | Connection) -> Iterator[Connection]:
    """A connection on which nobody else changes our tables' shape, in one transaction where the database can.

    Args:
        bind: an engine, or a connection whose transaction is the caller's.
    """
    if isinstance(bind, Connection):
        with locks.alone(bind):
            yield bind
        return
    with bind.connect() as connection, connection.begin(), locks.alone(connection):
        yield connection


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(__file__).with_name("migrations")))


def _known(revision: str) -> None:
    known = _newest_first()
    if revision not in (*known, BASE, "head"):
        text = f"没有“{revision}”这个版式,有的是:{'、'.join([BASE, *reversed(known)])}"
        raise Unknown(Problem("B07", text))


def _current(connection: Connection) -> str | None:
    at, look = of(connection), inspect(connection)
    if look.has_table(at.version.name, schema=at.schema):
        found: str | None = connection.execute(select(at.version.c.version_num)).scalar()
        if found is not None:
            return found
    return None if look.has_table(at.task.name, schema=at.schema) else BASE


def _adopt(connection: Connection) -> None:
    """Write down the layout of tables that a host made from our MetaData."""
    if _current(connection) is not None:
        return
    found = next((layout for layout in _newest_first() if _is_of(connection, layout)), None)
    if found is None:
        text = "库里有 supervise 的表,却没有版式记录,与哪一个版式都不一样"
        help_ = "supervise db check 列出不同之处;没有数据的可先 supervise db downgrade base"
        raise Invalid(Problem("B02", text, help=help_))
    _context(connection).stamp(_scripts(), found)
    _written_down(connection)


def _written_down(connection: Connection) -> None:
    """MySQL commits what changes tables, the caller's part with it; the note of the layout must not be lost then."""
    if connection.dialect.name in MYSQL:
        connection.exec_driver_sql("COMMIT")


def _newest_first() -> list[str]:
    return [script.revision for script in _scripts().walk_revisions()]


def _is_of(connection: Connection, layout: str) -> bool:
    """Whether tables are of a layout: nothing differs from the newest but what came later."""
    later = {name for since, names in ADDED.items() if since > layout for name in names}
    return {_missing(difference, of(connection).prefix, later) for difference in _compared(connection)} == later


def _missing(difference: Any, prefix: str, later: set[str]) -> str:
    """What is missing or otherwise, as ``ADDED`` names it, an index with its table; nothing for another difference."""
    kind, *rest = difference if isinstance(difference, tuple) else ("",)
    if kind == "add_table":
        return str(rest[0].name).removeprefix(prefix)
    if kind == "add_column":
        return f"{str(rest[1]).removeprefix(prefix)}.{rest[2].name}"
    if kind in ("add_index", "remove_index"):
        table = str(rest[0].table.name).removeprefix(prefix)
        return table if table in later else str(rest[0].name).removeprefix(f"ix_{prefix}")
    return ""


def _run(connection: Connection, to: str, up: bool) -> tuple[str, ...]:
    before = _current(connection)
    context = _configured(of(connection), {"up": up}, connection=connection, destination=to)
    _migrate(context, of(connection))
    after = _current(connection)
    between = _newest_first()[::-1]
    numbers = [BASE, *between]
    low, high = sorted((numbers.index(before or BASE), numbers.index(after or BASE)))
    steps = tuple(numbers[low + 1 : high + 1])
    return steps if up else steps[::-1]


def _migrate(context: MigrationContext, at: Tables) -> None:
    from alembic.operations import Operations

    context.run_migrations(op=Operations(context), at=at)


def _context(connection: Connection) -> MigrationContext:
    return _configured(of(connection), {}, connection=connection)


def _configured(at: Tables, opts: dict[str, Any], destination: str = "", **where: Any) -> MigrationContext:
    from alembic.runtime.migration import MigrationContext

    scripts, up = _scripts(), opts.pop("up", True)

    def steps(found: Any, context: MigrationContext) -> Any:
        path = scripts._upgrade_revs if up else scripts._downgrade_revs
        return path(destination, found)

    def ours(name: str | None, kind: str, parents: Any) -> bool:
        if kind == "schema":
            return name == at.schema
        return name in at.names if kind == "table" else True

    settings = {
        "fn": steps, "script": scripts, "version_table": at.version.name, "version_table_schema": at.schema,
        "target_metadata": at.metadata, "include_name": ours, "include_schemas": at.schema is not None,
        "compare_type": True, "on_version_apply": (_kept,), **opts,
    }  # fmt: skip
    return MigrationContext.configure(**where, opts=settings)


def _kept(ctx: MigrationContext, **_: Any) -> None:
    if ctx.connection is not None and not ctx.as_sql:
        _written_down(ctx.connection)


def _held(connection: Connection) -> int:
    """How many rows our tables hold."""
    look, at = inspect(connection), of(connection)
    there = [t for t in at.metadata.sorted_tables if look.has_table(t.name, schema=at.schema)]
    return sum(connection.execute(select(func.count()).select_from(t)).scalar_one() for t in there)


_WORDS = {
    "add_table": "缺表", "remove_table": "多表", "add_column": "缺列", "remove_column": "多列", "add_index": "缺索引",
    "remove_index": "多索引", "add_constraint": "缺约束", "remove_constraint": "多约束", "modify_type": "列的类型不同",
    "modify_nullable": "列可否为空不同", "modify_default": "列的缺省值不同", "modify_comment": "列的注释不同",
}  # fmt: skip


def _said(difference: Any) -> Iterator[str]:
    """A difference in a line; changes of one column come in a list."""
    if isinstance(difference, list):
        for one in difference:
            yield from _said(one)
        return
    kind, *rest = difference
    if kind.startswith("modify_"):
        named = f"{rest[1]}.{rest[2]}({rest[4]},应为 {rest[5]})"
    elif kind.endswith("_column"):
        named = f"{rest[1]}.{rest[2].name}"
    else:
        named = str(getattr(rest[0], "name", rest[0]))
    yield f"{_WORDS.get(kind, kind)}:{named}"
