"""Large loads: the same rows and the same refusals as one by one, within the caller's transaction, all or none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, func, insert, select
from sqlalchemy.orm import Session, sessionmaker

from supervise import Act, Invalid, Office, Stale
from supervise.intake.breakdown import Breakdown, Draft
from supervise.store import database, writing
from supervise.store.engines import open_engine
from supervise.store.tables import of
from tests.acting import ACTED, GXJ, MOMENT, OFFICE, OPENED, PLAN, an_office, record, sound
from tests.servers import installed
from tests.test_service import end_waiting

CODES = tuple(f"L{n:04d}" for n in range(310))
AWKWARD = ("一\t二", "换\n行", "回\r车", "斜\\杠", "\\N", "\\.", "引“号\"'", "𠮷", "a" * 5000, "{}", "")
postgres = pytest.mark.parametrize("kind", ["postgresql"], indirect=True)


def breakdown(*codes: str) -> Breakdown:
    """Tasks whose words are hard to carry over."""
    drafts = (
        Draft(
            code=code, text=f"第{n}项{AWKWARD[n % len(AWKWARD)]}", path=(AWKWARD[n % 10],),
            lead=("区工信局", "区科技局"), co=("区商务局",), targets=(AWKWARD[-n % 10],),
        )
        for n, code in enumerate(codes)
    )  # fmt: skip
    return Breakdown(due=date(2025, 12, 31), tasks=tuple(drafts))


def lived(office: Office, engine: Engine, away: Path) -> None:
    """Hundreds of tasks placed in one go, acted on in one go, ticked, sealed, retired and brought back."""
    sessions = sessionmaker(engine)
    with sessions.begin() as session:
        office.assign(session, breakdown(*CODES), OFFICE, OPENED)
    acts = [Act(code, "plan", GXJ, PLAN | {"contact": AWKWARD[n % 10]}, ACTED, code) for n, code in enumerate(CODES)]
    acts += [Act(c, "revise", OFFICE, {"reason": "a\tb\\c"}, ACTED) for c in CODES[::2]]
    acts += [Act(c, "reassign", OFFICE, {"units": "区财政局、区工信局", "reason": "换"}, ACTED) for c in CODES[::2]]
    acts += [Act(c, "withdraw", OFFICE, {"reason": "上级调整"}, ACTED) for c in CODES[1::2]]
    with sessions.begin() as session:
        office.advance_many(session, acts)
    with sessions.begin() as session:
        office.tick(session, date(2025, 7, 20))
    later = an_office(date(2026, 1, 9))
    with sessions.begin() as session:
        assert len(later.retire(session, "2025", str(away), OFFICE).tasks) == 155
    with sessions.begin() as session:
        later.bring_back(session, "2025")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[dict[str, Any]]], Path]:
    """The rows that SQLite has of all that, and the export of it."""
    folder, office = tmp_path_factory.mktemp("plain"), an_office()
    with installed("sqlite", folder) as engine:
        lived(office, engine, folder / "away.db")
        with sessionmaker(engine)() as session:
            office.export(session, folder / "export")
        return record(engine), folder / "export"


@postgres
def test_a_large_load_leaves_the_rows_that_it_leaves_elsewhere(engine: Engine, plain: Any, tmp_path: Path) -> None:
    """What hundreds of tasks leave behind is the same as on SQLite, to every awkward letter, and proves itself."""
    lived(an_office(), engine, tmp_path / "away.db")
    assert record(engine) == plain[0]
    sound(an_office(), engine)


@postgres
def test_an_export_of_hundreds_of_tasks_comes_back_whole(engine: Engine, plain: Any) -> None:
    """Restored into an empty database, every row is what it was."""
    with sessionmaker(engine).begin() as session:
        an_office().restore(session, plain[1])
    assert record(engine) == plain[0]


def counted(engine: Engine) -> dict[str, int]:
    """How many rows every table has, seen by another connection."""
    with sessionmaker(engine)() as session:
        tables = of(engine).metadata.sorted_tables
        return {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


def stray(session: Session | Any, code: str) -> None:
    """The first event of a task, put there by somebody else."""
    row = {c.name: "x" for c in of(session).event.c} | {
        "district": "default", "task": code, "seq": 1, "day": OPENED, "recorded_at": MOMENT, "data": {},
        "changes": {}, "hearers": [], "idem": None,
    }  # fmt: skip
    session.execute(insert(of(session).event).values(row))


@pytest.mark.parametrize("isolation", ["", "AUTOCOMMIT"])
@postgres
def test_a_load_that_collides_is_told_and_leaves_nothing(isolation: str, engine: Engine) -> None:
    """One of hundreds is there already: S01, and not one row remains, not even where a host keeps no transaction."""
    with sessionmaker(engine).begin() as session:
        stray(session, CODES[300])
    before = counted(engine)
    host = engine.execution_options(isolation_level=isolation) if isolation else engine
    with sessionmaker(host)() as session, pytest.raises(Stale, match="S01"):
        an_office().assign(session, breakdown(*CODES), OFFICE, OPENED)
        session.commit()
    after = counted(engine)
    assert {name for name in after if after[name] != before[name]} <= ({"sv_library"} if isolation else set())


@postgres
def test_a_large_batch_through_the_service_is_all_or_none(engine: Engine) -> None:
    """On a connection of our own too: one letter that collides keeps hundreds from the record; without it all are."""
    office, sessions, at = an_office(), sessionmaker(engine), of(engine)
    with sessions.begin() as session:
        office.assign(session, breakdown(*CODES), OFFICE, OPENED)
        letter = {"district": "default", "task": CODES[300], "seq": 2, "day": OPENED, "recorded_at": MOMENT}
        session.execute(insert(at.outbox).values(letter | {"action": "x", "hearers": [], "text": ""}))
    acts = [Act(code, "plan", GXJ, PLAN, ACTED) for code in CODES]
    before = counted(engine)
    with office.serve(engine) as service:
        with pytest.raises(Stale, match="S01"):
            service.advance_many(acts)
        assert counted(engine) == before
        with sessions.begin() as session:
            session.execute(delete(at.outbox).where(at.outbox.c.seq == 2))
        assert {task.version for task in service.advance_many(acts)} == {2}
    sound(office, engine)


@postgres
def test_a_load_that_is_rolled_back_leaves_nothing(engine: Engine) -> None:
    """The host's transaction, or its savepoint, takes back what was copied with everything else."""
    office, sessions = an_office(), sessionmaker(engine)
    with sessions() as session:
        office.assign(session, breakdown(*CODES), OFFICE, OPENED)
        assert session.scalar(select(func.count()).select_from(of(session).event)) == len(CODES)
        session.rollback()
    assert not any(counted(engine).values())
    with sessions.begin() as session:
        office.assign(session, breakdown("A1"), OFFICE, OPENED)
        with session.begin_nested() as inner:
            office.assign(session, breakdown(*CODES), OFFICE, OPENED)
            inner.rollback()
    assert counted(engine)["sv_task"] == counted(engine)["sv_event"] == 1
    sound(office, engine)


@postgres
def test_a_connection_that_goes_during_a_load_is_told(url: str) -> None:
    """The server hangs up while rows are copied: B04, nothing remains, and the next load goes through."""
    own, office = open_engine(url), an_office()
    of(own).metadata.create_all(own)
    sessions = sessionmaker(own)

    def load() -> None:
        with database.writing(sessions) as session:
            office.assign(session, breakdown(*CODES), OFFICE, OPENED)

    with ThreadPoolExecutor(1) as pool, own.connect() as other:
        stray(other, CODES[300])
        asked = pool.submit(load)
        end_waiting(url)
        with pytest.raises(Invalid, match="B04"):
            asked.result(60)
        other.rollback()
    assert not any(counted(own).values())
    load()
    sound(office, own)
    own.dispose()


@postgres
def test_many_rows_are_copied_and_few_are_not(engine: Engine) -> None:
    """A load of hundreds sends no INSERT of its rows; a single task takes the one statement that it always took."""
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    with sessionmaker(engine).begin() as session:
        an_office().assign(session, breakdown(*CODES), OFFICE, OPENED)
    assert len(CODES) >= writing.MANY and not any("INSERT INTO sv_event" in text for text in said)
    said.clear()
    with sessionmaker(engine).begin() as session:
        an_office().assign(session, breakdown("A1"), OFFICE, OPENED)
    assert sum("INSERT INTO sv_event" in text for text in said) == 1
