"""What databases say when something goes wrong, told in our words: someone was first, or the connection is gone.

Every driver has its own way of saying it. What may simply be tried again is ``Stale`` (S01), for a host as for our own
commands, and so is it told to both that tables of ours are not there, which names nothing a host would know; everything
else is left to the host as the driver raised it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import isgeneratorfunction
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, StatementError

from supervise.errors import Invalid, Problem, Stale, SuperviseError, Unknown

P = ParamSpec("P")
R = TypeVar("R")

_CLASH, _BUSY = "与别人的办理撞在一起,这一步已撤回", "数据库正被别人写入,没有等到"
_STATES = {"40001": _CLASH, "40P01": _CLASH, "55P03": _BUSY, "23505": "同一时刻有人办理了同一件事"}
_NUMBERS = {
    1213: _CLASH,
    1020: _CLASH,
    1205: _BUSY,
    3572: _BUSY,
    1684: _BUSY,
    1412: _BUSY,
    1062: _STATES["23505"],
}  # MySQL, MariaDB
_FULL = "磁盘满了,数据库写不进去"
_UNWRITABLE = "数据库文件写不进去:磁盘满了、超出限额,或者坏了"
_FULL_STATE, _FULL_NUMBERS = "53100", {1021, 1114}
_FULL_WORDS = ("No space left on device", "could not write init file")  # PostgreSQL when one connects: no state
_NO_TABLE_STATE, _NO_TABLE_NUMBER = "42P01", 1146
_NO_COLUMN_STATE, _NO_COLUMN_NUMBER = "42703", 1054
_NO_TABLE, _NO_COLUMN = "no such table", ("no such column", "has no column named")  # SQLite
_NAMED = re.compile(r"(?:no such table: |relation \"|Table ')([\w.]+)")
_LOST_NUMBERS = {2006, 2013, 2055, 4031, 1053, 1927}
_LOST_STATES = ("08", "57P")


def stale(text: str, task: str = "") -> Stale:
    """What is raised when someone else was first."""
    return Stale(Problem("S01", text, task=task, help="请重新打开这项任务再办" if task else "请重新打开,看过再办"))


def clash(error: DBAPIError) -> str:
    """What happened, if the same may be tried again; else nothing."""
    state, number = _state(error), _number(error)
    if state in _STATES:
        return _STATES[state]
    if number in _NUMBERS:
        return _NUMBERS[number]
    said = str(error.orig)
    if "database is locked" in said or "database table is locked" in said or "database schema is locked" in said:
        return _BUSY
    return _STATES["23505"] if "UNIQUE constraint failed" in said else ""


def lost(error: DBAPIError) -> bool:
    """Whether the connection is gone."""
    state = _state(error)
    return error.connection_invalidated or state.startswith(_LOST_STATES) or _number(error) in _LOST_NUMBERS


def busy(error: Exception) -> bool:
    """Whether SQLite's driver says that another holds the lock; asked often, so it looks at nothing else."""
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def disk(error: DBAPIError) -> Problem | None:
    """What to say when the disk takes no more, if that is what happened."""
    said, name = str(error.orig), str(getattr(error.orig, "sqlite_errorname", ""))
    full = _state(error) == _FULL_STATE or _number(error) in _FULL_NUMBERS or name == "SQLITE_FULL"
    if full or any(words in said for words in _FULL_WORDS):
        help_ = "这一步没有入库,先前办成的都在。请腾出空间,再办一次"
        return Problem("B05", f"{_FULL}:{short(error)}", help=help_)
    if name.startswith("SQLITE_READONLY"):
        help_ = "库或它所在的文件夹没有写的权限,只能看;要办理,请抄到能写的文件夹,或由有权限的人运行"
        return Problem("B05", "数据库是只读的,没有入库", help=help_)
    if not name.startswith("SQLITE_IOERR"):
        return None
    help_ = "请先腾出空间或换磁盘,再用 supervise show 看这一步在不在,再决定要不要重办;写了 --key 的可以直接重办"
    return Problem("B05", f"{_UNWRITABLE}:{short(error)}", help=help_)


def missing(error: DBAPIError) -> SuperviseError | None:
    """What to raise when a statement of ours finds no table, or no column, of ours."""
    said, state, number = str(error.orig), _state(error), _number(error)
    if state == _NO_TABLE_STATE or number == _NO_TABLE_NUMBER or _NO_TABLE in said:
        named = _NAMED.search(said)
        text = "这个数据库里没有 supervise 的表" + (f" {named[1].rpartition('.')[2]}" if named else "")
        help_ = (
            "还没有建表的:supervise init --beside,或 supervise.store.upgrades.upgrade(engine);"
            "建过的:supervise db check 看缺什么,版式旧的 supervise db upgrade;"
            "表有别的前缀、模式的:引擎写上 tables(前缀, 模式).option"
        )
        return Unknown(Problem("B01", text, help=help_))
    if state == _NO_COLUMN_STATE or number == _NO_COLUMN_NUMBER or any(words in said for words in _NO_COLUMN):
        text = f"supervise 的表不是这个版式:{short(error)}"
        return Invalid(Problem("B02", text, help="请先备份,再运行 supervise db upgrade;不同之处见 supervise db check"))
    return None


def told(function: Callable[P, R]) -> Callable[P, R]:
    """A function of the archive that raises ``Stale`` when the database says that someone was first.

    It raises ``Unknown`` (B01) when our tables are not there, and ``Invalid`` (B02) when they are of another layout.
    """
    if isgeneratorfunction(function):

        @wraps(function)
        def given(*args: P.args, **kwargs: P.kwargs) -> Any:
            try:
                yield from function(*args, **kwargs)
            except DBAPIError as error:
                if (words := _in_our_words(error)) is not None:
                    raise words from error
                raise

        return given

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except DBAPIError as error:
            if (words := _in_our_words(error)) is not None:
                raise words from error
            raise

    return wrapped


def _in_our_words(error: DBAPIError) -> SuperviseError | None:
    text = clash(error)
    return stale(text) if text else missing(error)


@contextmanager
def ours() -> Iterator[None]:
    """Around a transaction of our own: no error of a driver leaves it untold.

    Raises:
        Stale: S01 when it may be tried again.
        Invalid: B04 when the connection is gone, B05 when the disk is full or the database refuses.
    """
    try:
        yield
    except DBAPIError as error:
        text = clash(error)
        if text:
            raise stale(text) from error
        if lost(error) or isinstance(error, InterfaceError):
            help_ = "连上以后先用 supervise show 看这一步在不在,再决定要不要重办;写了 --key 的可以直接重办"
            why = "磁盘满了," if disk(error) else ""
            raise Invalid(Problem("B04", f"{why}与数据库的连接断了:{short(error)}", help=help_)) from error
        if problem := disk(error):
            raise Invalid(problem) from error
        if isinstance(error, DatabaseError):
            help_ = "这一步没有入库。请按原话处理:权限、磁盘、表结构(supervise db check)"
            raise Invalid(Problem("B05", f"数据库不肯:{short(error)}", help=help_)) from error
        raise


def raised(on: Any, error: Exception, text: str, given: Any = None) -> StatementError:
    """An error of a driver that was used directly, as SQLAlchemy would have raised it.

    Args:
        on: the connection, ours or the caller's; it is given up if the server hung up.
        error: what the driver raised.
        text, given: the statement and its values.
    """
    dialect = on.dialect
    lost = dialect.is_disconnect(error, on.connection.driver_connection, None)
    if lost:
        on.invalidate()
    return DBAPIError.instance(
        text, given, error, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
    )


def short(error: DBAPIError) -> str:
    """What the driver said, on one line."""
    orig = error.orig
    args: tuple[object, ...] = getattr(orig, "args", ())
    said = args[1] if len(args) > 1 and isinstance(args[0], int) else orig
    return " ".join(str(said).split())[:200]


def _state(error: DBAPIError) -> str:
    """The SQLSTATE, if the driver tells it."""
    for name in ("sqlstate", "pgcode"):
        found = getattr(error.orig, name, None)
        if found:
            return str(found)
    args = getattr(error.orig, "args", ())
    return str(args[0].get("C", "")) if args and isinstance(args[0], dict) else ""


def _number(error: DBAPIError) -> int:
    """The number of the error, if the driver tells one."""
    args = getattr(error.orig, "args", ())
    return args[0] if args and isinstance(args[0], int) else 0
