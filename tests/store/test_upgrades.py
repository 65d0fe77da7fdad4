"""The shape of our tables: made, brought up to date, checked and removed, and nobody else's touched."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from supervise import Cut, Invalid, Office, Refused, Unknown
from supervise.store import library, upgrades
from supervise.store.database import open_database, sessions_on
from supervise.store.engines import open_engine
from supervise.store.shapes import catalogue
from supervise.store.tables import BY_KEY, LAYOUT, Tables, metadata, of, tables
from tests.acting import an_office, history, placed, record, sound
from tests.servers import KINDS
from tests.test_office import OFFICE, OPENED, one

FIXTURES = Path(__file__).parents[1] / "fixtures"
LAYOUTS = sorted(FIXTURES.glob("layout-*.sql"))

OA = (
    "create table oa_dept (id int not null primary key, name varchar(64) not null, up int references oa_dept(id))",
    "create table oa_user (id int not null primary key, dept int not null, login varchar(32) not null unique, "
    "constraint oa_user_dept foreign key (dept) references oa_dept (id))",
    "create index oa_user_by_dept on oa_user (dept)",
    "create table sv_users (id int not null primary key, note varchar(20) default 'x')",
    "create view oa_people as select oa_user.login, oa_dept.name from oa_user join oa_dept on oa_dept.id = dept",
    "insert into oa_dept values (1, '区工信局', null)",
    "insert into oa_user values (7, 1, 'li')",
)
"""An OA's own tables, one of which happens to begin like ours."""


@pytest.fixture
def empty(url: str) -> Iterator[Engine]:
    """An engine on a new and empty database of each kind."""
    engine = open_engine(url)
    yield engine
    engine.dispose()


def with_oa(engine: Engine) -> dict[str, str]:
    """Make an OA's tables; the catalogue with them."""
    with engine.begin() as connection:
        for statement in OA:
            connection.execute(text(statement))
    return catalogue(engine)


def test_the_newest_layout_is_the_last_revision() -> None:
    """The layout that commands ask for, without loading Alembic, is the head of the one line of revisions."""
    scripts = upgrades._scripts()
    assert scripts.get_heads() == [LAYOUT]
    assert [s.revision for s in scripts.walk_revisions()][::-1] == [f"{n + 1:04}" for n in range(int(LAYOUT))]


def test_install_upgrade_and_removal_touch_only_our_tables(empty: Engine) -> None:
    """An OA's tables, keys, index, view and rows are the same before, between and after, on every database."""
    before = with_oa(empty)
    upgrades.upgrade(empty)
    assert upgrades.differences(empty) == ()
    between = catalogue(empty)
    assert {name: shape for name, shape in between.items() if name in before} == before
    assert set(between) - set(before) == of(empty).names | {"sv_version"}
    upgrades.downgrade(empty, "base")
    assert catalogue(empty) == before
    with empty.connect() as connection:
        assert connection.execute(text("select login, name from oa_people")).all() == [("li", "区工信局")]


def test_every_step_goes_up_and_down_again(empty: Engine) -> None:
    """From nothing to the newest and back, one layout at a time; at the top nothing differs from the MetaData."""
    line = [*(f"{n + 1:04}" for n in range(int(LAYOUT)))]
    for layout in line:
        assert upgrades.upgrade(empty, layout) == (layout,)
        assert upgrades.current(empty) == layout
    assert upgrades.differences(empty) == ()
    assert upgrades.upgrade(empty) == ()
    for layout in [*line[:-1][::-1], "base"]:
        upgrades.downgrade(empty, layout)
        assert upgrades.current(empty) == layout
    assert upgrades.upgrade(empty) == tuple(line)


@pytest.mark.parametrize("dump", LAYOUTS, ids=lambda path: path.stem)
def test_a_database_of_every_layout_is_brought_up_to_date_with_its_data(dump: Path, tmp_path: Path) -> None:
    """A record kept by an older version is refused, upgraded, equal to its replay, and can be gone on with."""
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as connection:
        connection.executescript(dump.read_text("utf-8"))
    connection.close()
    url = f"sqlite:///{file}"
    with pytest.raises(Invalid, match=r"B02.*\n.*supervise db upgrade"):
        open_database(url)
    engine = open_engine(url)
    upgrades.upgrade(engine)
    assert (upgrades.current(engine), upgrades.differences(engine)) == (LAYOUT, ())
    office = Office(today=lambda: OPENED)
    with open_database(url).begin() as session:
        made = office.replay(session)
        assert (made.tasks, made.events) == (2, 9)
        assert [p.number for p in library.publications(session, "default", "red-black")] == ["2025Q2-red-black-1"]
        office.assign(session, one("T9"), OFFICE, OPENED)
        office.replay(session)


@pytest.mark.parametrize("kind", KINDS[1:], indirect=True)
def test_an_old_record_on_a_server_is_brought_up_to_date_with_its_data(empty: Engine, url: str) -> None:
    """As on SQLite: refused, upgraded, equal to its replay, and can be gone on with."""
    for dump in LAYOUTS:
        upgrades.upgrade(empty, dump.stem.removeprefix("layout-"))
        copied(dump, empty)
        with pytest.raises(Invalid, match=r"B02.*\n.*supervise db upgrade"):
            open_database(url)
        upgrades.upgrade(empty)
        assert (upgrades.current(empty), upgrades.differences(empty)) == (LAYOUT, ())
        office = Office(today=lambda: OPENED)
        with open_database(url).begin() as session:
            made = office.replay(session)
            assert (made.tasks, made.events) == (2, 9)
            assert [p.number for p in library.publications(session, "default", "red-black")] == ["2025Q2-red-black-1"]
            assert office.audit(session).breaks == ()
            assert office.measure(session) == 2
            office.assign(session, one("T9"), OFFICE, OPENED)
            office.replay(session)
        upgrades.downgrade(empty, "base", drop=True)


def copied(dump: Path, engine: Engine) -> None:
    """Put the rows of a dump into tables of the same layout, as plain text that the server takes for what it is."""
    with sqlite3.connect(":memory:") as old, engine.begin() as connection:
        old.executescript(dump.read_text("utf-8"))
        names = [name for (name,) in old.execute("select name from sqlite_master where type = 'table'")]
        for name in names:
            rows = old.execute(f"select * from {name}")
            columns = [column for column, *_ in rows.description]
            given = rows.fetchall()
            if given and name != "sv_version":
                said = f"insert into {name} ({', '.join(columns)}) values ({', '.join(['%s'] * len(columns))})"
                connection.exec_driver_sql(said, given)
    old.close()


def test_a_duty_that_two_units_share_is_on_both_lists_after_the_upgrade(tmp_path: Path) -> None:
    """Layout 1 kept one row for two leads; now each has its own, no other is lost, SQLite keeps all by key."""
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as connection:
        connection.executescript(LAYOUTS[0].read_text("utf-8"))
        old = connection.execute("select count(*) from sv_duty").fetchone()[0]
        connection.execute("update sv_duty set units = '[\"区工信局\", \"区科技局\"]' where ref = 'finish'")
        shared = connection.execute("select count(*) from sv_duty where ref = 'finish'").fetchone()[0]
        connection.execute("update sv_duty set units = '[]' where ref = 'plan:1' and task = 'T2' and from_seq = 1")
    connection.close()
    upgrades.upgrade(open_engine(f"sqlite:///{file}"))
    with open_database(f"sqlite:///{file}")() as session:
        rows = session.execute(text("select task, ref, from_seq, unit from sv_duty")).all()
        assert len(rows) == old + shared
        assert {unit for _, ref, _, unit in rows if ref == "finish"} == {"区工信局", "区科技局"}
        assert ("T2", "plan:1", 1, "") in rows
        office = Office(today=lambda: OPENED)
        for unit in ("区工信局", "区科技局"):
            owed = [o.duty for o in office.owed(session, unit, Cut(date(2025, 7, 8))) if o.duty.kind == "finish"]
            assert owed and all(duty.units == ("区工信局", "区科技局") for duty in owed)
        made = dict(session.execute(text("select name, sql from sqlite_master where type = 'table'")).all())
    for name in BY_KEY:
        assert made[f"sv_{name}"].rstrip().upper().endswith("WITHOUT ROWID"), name


def test_down_to_the_first_layout_and_up_again_keeps_every_row(empty: Engine) -> None:
    """What was kept under the newest layout is there again, row by row, after a way back to 0001."""
    upgrades.upgrade(empty)
    office = an_office()
    placed(office, empty, "T1", "T2", "T3")
    with sessions_on(empty).begin() as session:
        office.advance_many(session, list(history()))
        office.tick(session, date(2026, 1, 20))
    before = record(empty)
    upgrades.downgrade(empty, "0001", drop=True)
    assert upgrades.current(empty) == "0001"
    upgrades.upgrade(empty)
    assert upgrades.differences(empty) == ()
    with sessions_on(empty).begin() as session:
        assert office.measure(session) == 3  # what boards ask for follows from the events
    assert record(empty) == before
    sound(office, empty)


def test_four_threads_at_once_neither_hang_nor_fail(empty: Engine, url: str) -> None:
    """Four upgrades of one database in one process: one does the work, all find it done."""
    engines = [open_engine(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        steps = list(pool.map(upgrades.upgrade, engines, timeout=60))
    assert sorted(map(len, steps)) == [0, 0, 0, int(LAYOUT)]
    assert upgrades.differences(empty) == ()
    for engine in engines:
        engine.dispose()


def test_threads_on_databases_of_their_own_do_not_meet(tmp_path: Path) -> None:
    """Eight databases are made by eight threads at once; nothing of one lands in another."""
    engines = [create_engine(f"sqlite:///{tmp_path / f'{n}.db'}") for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(upgrades.upgrade, engines, timeout=60))
    assert all(upgrades.current(engine) == LAYOUT and not upgrades.differences(engine) for engine in engines)


def test_data_is_dropped_only_when_that_is_said(engine: Engine) -> None:
    """With a task on record a way back is refused with the number of rows, and nothing has changed."""
    with sessions_on(engine).begin() as session:
        Office(today=lambda: OPENED).assign(session, one(), OFFICE, OPENED)
    before = catalogue(engine)
    with pytest.raises(Refused, match=r"库里有 \d+ 条记录.*\n.*--yes.*"):
        upgrades.downgrade(engine, "base")
    assert catalogue(engine) == before
    with pytest.raises(Unknown, match="B07"):
        upgrades.downgrade(engine, "9999", drop=True)


def test_what_somebody_changed_is_named(empty: Engine) -> None:
    """A dropped index, a new column and a missing table are each a line; a table of others is none."""
    with_oa(empty)
    upgrades.upgrade(empty)
    of_table = " on sv_task" if empty.dialect.name == "mysql" else ""
    with empty.begin() as connection:
        for statement in (
            f"drop index ix_sv_task_district_wake_on{of_table}",
            "alter table sv_event add column extra varchar(8)",
            "drop table sv_outbox",
        ):
            connection.execute(text(statement))
    told = upgrades.differences(empty)
    assert set(told) == {"缺索引:ix_sv_task_district_wake_on", "多列:sv_event.extra", "缺表:sv_outbox"}


def test_tables_made_from_the_metadata_are_taken_over(empty: Engine) -> None:
    """A host that made our tables by its own means gets their layout written down by the first upgrade."""
    metadata.create_all(empty)
    assert upgrades.current(empty) is None
    assert upgrades.upgrade(empty) == ()
    assert upgrades.current(empty) == LAYOUT


def test_half_made_tables_are_no_riddle(empty: Engine) -> None:
    """Where a database stopped half-way, upgrade says so, and ``base`` clears the rest."""
    of(empty).task.create(empty)
    with pytest.raises(Invalid, match="没有版式记录"):
        upgrades.upgrade(empty)
    upgrades.downgrade(empty, "base")
    assert catalogue(empty) == {}
    upgrades.upgrade(empty)


def test_a_host_may_upgrade_within_its_own_transaction(empty: Engine) -> None:
    """On a connection of the host's, a rollback takes the tables back (MySQL commits as it goes)."""
    with empty.connect() as connection:
        upgrades.upgrade(connection)
        connection.rollback()
    left = upgrades.current(empty)
    assert left == ("base" if empty.dialect.name != "mysql" else LAYOUT)


def test_two_prefixes_live_in_one_database(empty: Engine) -> None:
    """Each engine sees the tasks under its prefix; removing one leaves the other."""
    other = empty.execution_options(**tables("dc_").option)
    for engine in (empty, other):
        upgrades.upgrade(engine)
    office = Office(today=lambda: OPENED)
    with sessions_on(other).begin() as session:
        office.assign(session, one("DC1"), OFFICE, OPENED)
        assert office.replay(session).tasks == 1
    with sessions_on(empty).begin() as session:
        assert office.replay(session).tasks == 0
    upgrades.downgrade(empty, "base")
    assert upgrades.current(other) == LAYOUT and upgrades.differences(other) == ()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_schema_of_our_own_beside_a_hosts_tables(empty: Engine, url: str) -> None:
    """In a schema nothing seems to differ, and tables of the same names in the host's schema are not ours."""
    with_oa(empty)
    with empty.begin() as connection:
        connection.execute(text("create schema duban"))
        connection.execute(text("create table sv_task (id int)"))
    before = catalogue(empty)
    inside = f"{url}?supervise_schema=duban&supervise_prefix=dc_"
    with open_database(inside, create=True).begin() as session:
        Office(today=lambda: OPENED).assign(session, one(), OFFICE, OPENED)
    engine = open_engine(inside)
    assert upgrades.differences(engine) == ()
    assert inspect(engine).get_table_names("duban").__len__() == len(of(engine).names) + 1
    assert catalogue(empty) == before
    upgrades.downgrade(engine, "base", drop=True)
    assert inspect(empty).get_table_names("duban") == []
    engine.dispose()


@pytest.mark.parametrize("kind", KINDS[1:], indirect=True)
def test_the_offline_sql_makes_the_same_tables(empty: Engine, url: str) -> None:
    """What a DBA runs by hand leaves nothing to upgrade and nothing that differs."""
    address = url.replace("mysql+", "mariadb+")
    made = upgrades.sql(address)
    with empty.begin() as connection:
        for statement in re.sub(r"^--.*$", "", made, flags=re.MULTILINE).split(";"):
            if statement.strip() not in ("", "BEGIN", "COMMIT"):
                connection.exec_driver_sql(statement)
    assert (upgrades.current(empty), upgrades.differences(empty), upgrades.upgrade(empty)) == (LAYOUT, (), ())


@pytest.mark.parametrize("name", ["", "SV_", "1_", "a b", "x" * 17, "sv;"])
def test_a_prefix_is_a_plain_word(name: str) -> None:
    """What could be anything but the beginning of a name is refused."""
    with pytest.raises(Invalid, match="B02"):
        Tables(name)


def test_no_column_needs_quotes() -> None:
    """No name of ours is a reserved word of the databases we support; ``role`` it quotes on MySQL in vain."""
    from sqlalchemy.dialects import mysql, postgresql, sqlite

    for kind in (sqlite, postgresql, mysql):
        preparer = kind.dialect().identifier_preparer
        for table in metadata.sorted_tables:
            for name in (table.name, *(column.name for column in table.columns)):
                assert name == "role" or preparer.quote(name) == name, (kind.__name__, name)
