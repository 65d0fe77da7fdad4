"""The queries people wait for are answered from an index, not by reading a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Date,
    Integer,
    String,
    case,
    cast,
    column,
    event,
    literal,
    null,
    select,
    text,
    true,
    update,
    values,
)
from sqlalchemy.orm import Session

from supervise import Act, Cut, Office
from supervise.dates import FOREVER
from supervise.hall import clockwork
from supervise.store import counting, duties, library, onestep, partaking, retired, seals, tasks
from supervise.store.asking import View
from supervise.store.counting import Settling
from supervise.store.database import open_database
from supervise.store.tables import of, tables
from tests.histories import FOLDER
from tests.plans import WORDS, plans
from tests.retiring import OFFICE, lived
from tests.servers import database, in_memory

DAY = date(2026, 7, 20)
MANY = 4000
FIRST = 10000
"""The number of the first copy, so that all have five figures."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A session on a database of thousands of tasks, whose statistics are up to date."""
    folder: Path = tmp_path_factory.mktemp("plans")
    with database(request.param, folder) as url:
        sessions = open_database(url, create=True)
        lived(sessions)
        with sessions.begin() as session:
            for name in retired.TABLES:
                _multiplied(session, name)
            session.execute(text("analyze"))
        with sessions() as session:
            yield session
        sessions.kw["bind"].dispose()


def _multiplied(session: Session, name: str) -> None:
    """Rows of two tasks a thousand times over, spread over days and units; the database writes them by itself."""
    table = getattr(of(session), name)
    code = retired.key(name)
    number = select(literal(0).label("n")).cte("number", recursive=True)
    number = number.union_all(select(number.c.n + 1).where(number.c.n < MANY // 2 - 1))
    n = number.c.n
    days = [(n, DAY + timedelta(days=n - 3)) for n in range(400)]
    later = values(column("n", Integer), column("day", Date)).data(days).cte("later")
    unit = literal("单位") + cast(n % 200, String)
    own: dict[str, dict[str, Any]] = {
        "event": {"idem": null()}, "party": {"unit": unit}, "duty": {"due": later.c.day, "unit": unit},
        "task": {"wake_on": later.c.day, "unsealed": case((n % 50 == 0, 1), else_=0)},
    }  # fmt: skip
    told = own[name] | {code: table.c[code] + "-" + cast(FIRST + n, String)}
    rows = select(*(told.get(c.name, c) for c in table.c)).select_from(table)
    rows = rows.join(number, true()).join(later, later.c.n == n % 400).where(table.c[code].in_(("B1", "C1")))
    session.execute(table.insert().from_select([c.name for c in table.c], rows))


def _parties(session: Session) -> object:
    party = of(session).party
    query = select(party.c.task).where(party.c.district == "default", party.c.unit == "单位7")
    return session.execute(query).all()


def _missed(session: Session) -> object:
    view, june = View("default", DAY), Settling(date(2026, 6, 1), date(2026, 6, 30), ("plan",))
    return list(counting.settled_rows(session, view, june, counting.owing(session, "default"), [("plan", "missed")]))


def _numbers(session: Session, units: int = 0) -> object:
    view, june = View("default", DAY), Settling(date(2026, 6, 1), date(2026, 6, 30), ("plan",))
    owing = [*counting.owing(session, "default"), *(f"另{n}" for n in range(units))]
    return list(counting.settled(session, view, june, owing, {("plan", "missed")}))


CUT, WHOLE = Cut(DAY), Cut(FOREVER)
QUERIES: dict[str, tuple[Callable[[Session], object], str, tuple[str, ...]]] = {
    "whom the clock wakes": (lambda s: tasks.waking(s, "default", DAY - timedelta(days=2)), "task", ("wake_on",)),
    "what changed since the last seal": (lambda s: seals.unsealed(s, "default"), "task", ("unsealed",)),
    "one task's history": (lambda s: tasks.histories(s, "default", WHOLE, ["C1"]), "event", ("task",)),
    "histories at a cut": (lambda s: tasks.histories(s, "default", CUT, ["C1", "B1"]), "event", ("task",)),
    "duties of some tasks at a cut": (lambda s: duties.at(s, "default", CUT, ["C1", "B1"]), "duty", ("task",)),
    "by idempotency key": (lambda s: tasks.by_key(s, "default", "C1:plan:2026-03-09"), "event", ("idem",)),
    "tasks of a unit": (_parties, "party", ("unit",)),
    "what a unit owes": (lambda s: duties.unmet(s, "default", CUT, ["单位7"]), "duty", ("unit", "until_day")),
    "what was missed in a month": (_missed, "duty", ("unit", "kind", "settles")),
    "how much was missed in a month, and with whose help": (_numbers, "duty", ("unit", "kind", "settles")),
    "publications of a period": (
        lambda s: library.publications(s, "default", "red-black", "2025Q2"), "publication", ("name", "period"),
    ),
    "where a task in an archive stands": (lambda s: retired.pointers(s, "default", ["A1"]), "retired", ("task",)),
}  # fmt: skip
SMALL = {"publication", "retired"}
"""Tables that PostgreSQL rightly reads whole, for they have a few rows here."""


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_people_wait_for_uses_an_index(name: str, session: Session) -> None:
    """The plan searches an index by the district and what was asked for, and reads no table from end to end."""
    act, table, columns = QUERIES[name]
    postgres = session.connection().dialect.name == "postgresql"
    if postgres:
        session.execute(text(f"set local enable_seqscan = {'off' if table in SMALL else 'on'}"))
    plan = "\n".join(plans(session, lambda: act(session)))
    whole = rf"Seq Scan on sv_{table}\b" if postgres else rf"SCAN (TABLE )?sv_{table}\b"
    assert not re.search(whole, plan), plan
    held = " ".join(re.findall(r"(?:Index Cond|Recheck Cond): (.*)" if postgres else r"\((.*)\)", plan))
    assert all(re.search(rf"\b{column}\b", held) for column in ("district", *columns)), plan


@pytest.mark.parametrize("session", ["sqlite"], indirect=True)
def test_what_a_board_reads_of_duties_stands_in_an_index_whole(session: Session) -> None:
    """No row of a duty is looked up for a receipt: the index holds all that is asked, its own condition included."""
    found = "\n".join(plans(session, lambda: _missed(session)))
    assert set(re.findall(r"(\w+ INDEX) ix_sv_duty_(?:owed|done)", found)) == {"COVERING INDEX"}, found


@pytest.mark.parametrize("session", ["sqlite"], indirect=True)
@pytest.mark.parametrize("empty", [False, True], ids=["analysed", "analysed when empty"])
def test_the_figures_of_a_board_look_up_no_row(session: Session, empty: bool) -> None:
    """What settled is counted out of an index, who helped by the task's key; who has tasks is a step for each unit."""
    if empty:
        _analysed_when_empty(session)
    found = "\n".join(plans(session, lambda: _numbers(session)))
    held = plans(session, lambda: partaking.running(session, View("default", DAY), DAY))
    session.rollback()
    assert set(re.findall(r"(\w+ INDEX) ix_sv_duty_(?:owed|done)", found)) == {"COVERING INDEX"}, found
    assert set(re.findall(r"(SCAN|SEARCH) sv_part(?:_\d)?\b (.*)", found)) == {
        ("SEARCH", "USING PRIMARY KEY (district=? AND task=? AND role=?)")
    }, found
    assert re.findall(r"sv_part USING (.*)", held[0]) == [
        "COVERING INDEX ix_sv_part_counted (district=? AND closed_on=?)",
        "COVERING INDEX ix_sv_part_counted (district=? AND closed_on=? AND unit>?)",
    ], held


def test_many_duties_of_many_units_are_searched_by_unit() -> None:
    """SQLite does not read all duties of a large record to have them in the order of their key."""
    large = {"ix_sv_duty_owed": "420000 420000 140 25" + " 1" * 11, "sv_duty": "420000 420000 2 1 1 1"}
    kinds, owing = tuple("abcdef"), [f"单位{n}" for n in range(3000)]
    june = Settling(date(2026, 6, 1), date(2026, 6, 30), kinds)
    with Session(in_memory()) as session:
        session.execute(text("ANALYZE"))
        for name, said in large.items():
            insert = text("INSERT INTO sqlite_stat1 VALUES ('sv_duty', :name, :said)")
            session.execute(insert, {"name": name, "said": said})
        session.execute(text("ANALYZE sqlite_schema"))
        asked = counting.settled(session, View("default", DAY), june, owing, [(kind, "missed") for kind in kinds])
        open_, *_ = plans(session, lambda: list(asked))
    assert "ix_sv_duty_owed (district=? AND unit=? AND kind=? AND settles>? AND settles<?)" in open_


def test_a_plan_without_an_index_is_told(session: Session) -> None:
    """The check itself tells a search from reading a whole table."""
    task = of(session).task
    (plan,) = plans(session, lambda: session.execute(select(task.c.code).where(task.c.text == "x")).all())
    assert re.search(r"Seq Scan on sv_task\b|SCAN (TABLE )?sv_task\b", plan), plan


def written(session: Session, *acts: Act) -> str:
    """The plan of the statement by which acts are written; whatever it writes is taken back."""
    found: list[str] = []

    def heard(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if "claimed AS (" in statement and "EXPLAIN" not in statement:
            cursor.execute("EXPLAIN " + statement, parameters)
            found.append("\n".join(row[0] for row in cursor.fetchall()))

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", heard)
    try:
        Office(FOLDER, today=lambda: DAY).advance_many(session, acts)
    finally:
        event.remove(engine, "before_cursor_execute", heard)
        session.rollback()
    (plan,) = found
    return plan


@pytest.mark.parametrize("session", ["postgresql"], indirect=True)
def test_the_one_statement_of_an_act_reads_no_table_whole(session: Session) -> None:
    """An act that ends duties and moves parties, alone and in a batch, finds every row that it changes by its key."""
    data = {"units": "区财政局、区工信局", "reason": "分工调整"}
    acts = [Act(code, "reassign", OFFICE, data, DAY) for code in ("C1", "C1")]
    for plan in (written(session, acts[0]), written(session, *acts)):
        assert not re.search(r"Seq Scan on sv_(task|duty|party|event)\b", plan), plan
        assert re.search(r"Index Scan using sv_task_pkey", plan) and re.search(r"Update on sv_duty", plan), plan


def _analysed_when_empty(session: Session) -> None:
    """Leave the statistics that an ANALYZE of tables without rows leaves."""
    if session.connection().dialect.name == "sqlite":
        session.execute(text("DELETE FROM sqlite_stat1"))
        session.execute(text("ANALYZE sqlite_schema"))
        return
    ours = "relname LIKE 'sv\\_%' OR relname LIKE 'ix\\_sv\\_%'"
    session.execute(text(f"DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE {ours})"))
    session.execute(text(f"UPDATE pg_class SET reltuples = 0, relpages = 0 WHERE {ours}"))


@pytest.mark.parametrize(
    "said", [FOREVER, DAY - timedelta(days=9), None], ids=["nothing due", "all due", "nothing there"]
)
def test_the_clock_goes_by_its_keys_whatever_the_statistics_say(
    said: date | None, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred tasks among thousands are found, asked about, written and sealed by key after any last ANALYZE."""
    monkeypatch.setattr(clockwork, "CHUNK", 100)
    task = of(session).task
    if said is None:
        _analysed_when_empty(session)
    else:
        session.execute(update(task).values(wake_on=said))
        session.execute(text("analyze"))
    due = [f"B1-{FIRST + n}" for n in range(100)]
    session.execute(update(task).values(wake_on=FOREVER))
    session.execute(update(task).where(task.c.code.in_(due)).values(wake_on=DAY - timedelta(days=2)))
    heard: list[tuple[str, Any]] = []

    def hear(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if not many and statement.lstrip().startswith(("SELECT", "UPDATE")):
            heard.append((statement, parameters))

    connection = session.connection()
    event.listen(connection.engine, "before_cursor_execute", hear)
    piece = Office(FOLDER, today=lambda: DAY).sweep(DAY).go(session)
    event.remove(connection.engine, "before_cursor_execute", hear)
    assert piece is not None and piece.looked_at == len(due)
    word = WORDS[connection.dialect.name]
    plan = "\n".join(
        str(row[-1]) for statement, given in heard for row in connection.exec_driver_sql(word + statement, given)
    )
    session.rollback()
    assert not re.search(r"(Seq Scan on|SCAN|SCAN TABLE) sv_(task|event|duty)\b", plan), plan  # the others are short
    by_wake = re.findall(
        r"Index Scan using ix_sv_task_district_wake_on|USING .*INDEX ix_sv_task_district_wake_on", plan
    )
    assert len(by_wake) == 1, plan  # once for a page, never for a piece of it


USUAL = [("claims", "events", "ended", "duties", "news"), ("claims", "events", "ended", "duties")]


@pytest.mark.parametrize("kinds", USUAL, ids=" ".join)
def test_the_one_statement_of_a_usual_act_is_short(kinds: tuple[str, ...]) -> None:
    """Under any prefix and schema it has less than 4096 bytes: psycopg keeps what it parsed only of such texts."""
    assert len(onestep._text(tables("sixteen_letters_", "x" * 63), kinds).encode()) < 4096
