"""Opening a database when no host brings a session: a URL in, a session factory out.

A database that holds other people's tables and none of ours is never touched without being asked.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event, insert, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from supervise.errors import Invalid, Problem, Unknown
from supervise.store.tables import SCHEMA_VERSION, meta, metadata

Work = Session
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
    engine = _engine(url)
    try:
        names = set(inspect(engine).get_table_names())
        if meta.name not in names:
            if not create:
                raise Unknown(Problem("B01", f"数据库里还没有 supervise 的表:{_shown(url)}", help=_INIT))
            if names and not beside:
                shown = "、".join(sorted(names)[:3])
                raise Invalid(
                    Problem("B02", f"这个数据库不是 supervise 的,里面有别的表({shown}…):{_shown(url)}", help=_BESIDE)
                )
            _create(engine)
        _same_layout(engine, url)
    except DatabaseError as error:
        raise Invalid(
            Problem("B02", f"打不开数据库 {_shown(url)}:{error.orig}", help="请核对 --db 指的是不是数据库")
        ) from None
    return sessionmaker(engine, expire_on_commit=False)


_INIT = "请先运行 supervise init,或核对 --db(环境变量 SUPERVISE_DB)"
_BESIDE = "确要在其中另建 supervise 的表,请运行 supervise init --beside"


_EXTRAS = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql"}


# By default these lock the gaps between rows, and acts on different tasks would wait for each other.
_SETTINGS: dict[str, dict[str, Any]] = {name: {"isolation_level": "READ COMMITTED"} for name in ("mysql", "mariadb")}


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        engine = create_engine(parsed, **_SETTINGS.get(parsed.get_backend_name(), {}))
    except ArgumentError:
        raise Invalid(
            Problem("B02", f"看不懂数据库地址“{url}”", help="应写作 sqlite:///文件.db 或 postgresql+psycopg://…")
        ) from None
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        extra = _EXTRAS.get(url.partition(":")[0].partition("+")[0])
        help = f'请安装:pip install "supervise[{extra}]"' if extra else "请先装上这种数据库的驱动"
        raise Invalid(Problem("B02", f"缺少数据库驱动:{error}", help=help)) from None
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _sqlite_settings)
    return engine


def _sqlite_settings(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 10000")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _create(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")  # stays with the file; readers never wait
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(insert(meta).values(name="layout", value=str(SCHEMA_VERSION)))


def _same_layout(engine: Engine, url: str) -> None:
    with engine.connect() as connection:
        layout = connection.execute(select(meta.c.value).where(meta.c.name == "layout")).scalar()
    if layout != str(SCHEMA_VERSION):
        text = f"数据库版式是 {layout},本程序要的是 {SCHEMA_VERSION}:{_shown(url)}"
        raise Invalid(Problem("B02", text, help="请用同一版本的 supervise 打开"))


def _shown(url: str) -> str:
    """A URL without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except SQLAlchemyError:
        return url
