"""PostgreSQL tables partitioned by district and year, by the very SQL that is documented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import sessionmaker

from supervise import Cut, Office
from supervise.store import duties, tasks, upgrades
from supervise.store.database import Sessions, open_database, reading
from supervise.store.engines import open_engine
from tests.plans import plans
from tests.retiring import OFFICE, an_office, answers, lived
from tests.servers import database

PAGE = Path(__file__).parents[2] / "docs" / "databases.md"
SECTION = PAGE.read_text("utf-8").partition("## 按区县、按年分区")[2].partition("\n## ")[0]
PARTITION, NEXT_YEAR, DETACH = re.findall(r"^```sql\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)
DISTRICT = "青禾区"


def run(engine: Engine, statements: str) -> None:
    """Statements as a DBA runs them, all at once."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            connection.exec_driver_sql(statements)
        except ProgrammingError:
            connection.exec_driver_sql("ROLLBACK")
            raise


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A new database on the server."""
    with database("postgresql", tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with two years on partitioned tables that nobody changes."""
    with database("postgresql", tmp_path_factory.mktemp("played")) as made:
        sessions = open_database(made, create=True)
        run(sessions.kw["bind"], PARTITION)
        lived(sessions, DISTRICT)
        sessions.kw["bind"].dispose()
        yield made


@pytest.fixture
def sessions(played: str, tmp_path: Path) -> Iterator[Sessions]:
    """Sessions on a copy of it."""
    with database("postgresql", tmp_path, played) as url:
        made = open_database(url)
        yield made
        made.kw["bind"].dispose()


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is answered of the same two years on plain tables of SQLite."""
    plain = open_database(f"sqlite:///{tmp_path_factory.mktemp('plain') / 'plain.db'}", create=True)
    lived(plain, DISTRICT)
    with reading(plain) as session:
        return answers(an_office(DISTRICT), session)


@pytest.fixture
def office() -> Office:
    """The office of the district, on a day in 2026."""
    return an_office(DISTRICT)


def rows(engine: Engine, table: str) -> dict[str, int]:
    """Partition → how many rows it holds."""
    with engine.connect() as connection:
        found = connection.execute(text(f"select tableoid::regclass::text, count(*) from {table} group by 1"))
        return {name: number for name, number in found}


def test_two_years_on_partitioned_tables_give_the_same_answers(
    sessions: Sessions, office: Office, right: dict[str, str]
) -> None:
    """Boards, lists, logs and assessments at every cut are byte-equal to those on plain tables of SQLite."""
    with reading(sessions) as session:
        assert answers(office, session) == right
        assert office.audit(session).breaks == () and office.replay(session).tasks == 6
    found = rows(sessions.kw["bind"], "sv_event")
    assert set(found) == {"sv_event_qinghe_2025", "sv_event_qinghe_2026"} and min(found.values()) > 5


def test_a_record_that_is_there_is_partitioned_with_its_data(url: str) -> None:
    """The documented SQL moves every row of a used database, districts without a partition too, and loses none."""
    made = open_database(url, create=True)
    engine = made.kw["bind"]
    for district in (DISTRICT, "乙区"):
        lived(made, district)
    with reading(made) as session:
        before = [answers(an_office(district), session) for district in (DISTRICT, "乙区")]
    run(engine, PARTITION)
    with reading(made) as session:
        assert [answers(an_office(district), session) for district in (DISTRICT, "乙区")] == before
    assert rows(engine, "sv_event")["sv_event_rest"] == rows(engine, "sv_event_rest")["sv_event_rest"] > 10
    engine.dispose()


def test_check_and_upgrade_know_partitioned_tables(url: str) -> None:
    """On a partitioned database nothing differs and nothing is left to do; what somebody changed is still named."""
    engine = open_engine(url)
    upgrades.upgrade(engine)
    run(engine, PARTITION)
    assert upgrades.upgrade(engine) == ()
    assert upgrades.differences(engine) == ()
    with engine.begin() as connection:
        connection.execute(text("drop index ix_sv_duty_ended"))
        connection.execute(text("drop index ix_sv_event_district_idem"))
    assert set(upgrades.differences(engine)) == {
        "缺索引:ix_sv_duty_ended", "缺索引:ix_sv_event_district_idem",
    }  # fmt: skip
    upgrades.downgrade(engine, "base")
    assert upgrades.current(engine) == "base"
    engine.dispose()


def test_a_query_touches_only_its_district_and_no_later_year(sessions: Sessions) -> None:
    """EXPLAIN of the program's own queries names partitions of the district alone, and with a day none after it."""
    run(sessions.kw["bind"], NEXT_YEAR)
    with sessions() as session:
        for load, table in ((tasks.histories, "event"), (duties.at, "duty")):
            for day, years in ((date(2025, 6, 30), {"2025"}), (date(2026, 6, 30), {"2025", "2026"})):
                for codes in (None, ["A1", "B1"]):
                    (plan,) = plans(session, lambda: load(session, DISTRICT, Cut(day), codes))  # noqa: B023
                    touched = set(re.findall(rf"on (sv_{table}\w*)", plan))
                    assert touched == {f"sv_{table}_qinghe_{year}" for year in (*years, "rest")}, plan
            (plan,) = plans(session, lambda: load(session, "乙区", Cut(date(2025, 6, 30)), None))  # noqa: B023
            assert set(re.findall(rf"on (sv_{table}\w*)", plan)) == {f"sv_{table}_rest"}, plan


def test_a_year_is_detached_once_everything_in_it_left(
    sessions: Sessions, right: dict[str, str], tmp_path: Path
) -> None:
    """With records left the documented SQL stops and changes nothing; after the retirement answers stay the same."""
    engine = sessions.kw["bind"]
    office = an_office(DISTRICT, today=date(2027, 1, 4))
    for year in ("2025", "2026"):
        with pytest.raises(ProgrammingError, match="还有没归档的记录"):
            run(engine, DETACH)  # after 2025 too: B1 was placed in 2025 and closed in 2026
        with sessions.begin() as session:
            office.retire(session, year, str(tmp_path / "往年.db"), OFFICE)
    run(engine, DETACH)
    with reading(sessions) as session:
        assert answers(an_office(DISTRICT), session) == right
        made = office.audit(session)
        assert (made.breaks, made.archived) == ((), 5)
    assert set(rows(engine, "sv_event")) == {"sv_event_qinghe_2026"}
    assert upgrades.differences(engine) == ()
    with sessions.begin() as session:
        office.bring_back(session, "A1")
        assert rows(engine, "sv_event").keys() == {"sv_event_qinghe_2026"}
        assert session.execute(text("select count(*) from sv_event_qinghe_rest")).scalar() == 6


def test_what_is_lost_is_what_the_page_says(sessions: Sessions, office: Office) -> None:
    """A number is unique within a day only; the version on the task's row still lets one of two win; audit finds it."""
    columns = "recorded_at, actor, unit, definition, data, changes, hearers, null, hash"
    copied = (
        "insert into sv_event select district, task, seq, action, source, target, {day}, "
        f"{columns} from sv_event where task = 'C1' and seq = 1"
    )
    with sessions() as session, pytest.raises(IntegrityError):
        session.execute(text(copied.format(day="day")))
    with sessions() as session:
        session.execute(text(copied.format(day="day + 1")))
        assert [(b.code, b.task) for b in office.audit(session).breaks] == [("G03", "C1")]


def test_of_two_acts_on_one_task_one_still_wins(sessions: Sessions, office: Office) -> None:
    """Two who act from the same version on different days cannot both be on record."""
    made = sessionmaker(sessions.kw["bind"])
    with made() as first, made() as second:
        second.connection().exec_driver_sql("set lock_timeout = '500ms'")
        office.advance(first, "C1", "inspect", OFFICE, date(2026, 7, 16), opinion="属实")
        with pytest.raises(Exception) as caught:
            an_office(DISTRICT).advance(second, "C1", "inspect", OFFICE, date(2026, 7, 17), opinion="属实")
        assert type(caught.value).__name__ == "Stale"
        second.rollback()
        first.commit()
    with reading(sessions) as session:
        assert office.audit(session).breaks == ()
