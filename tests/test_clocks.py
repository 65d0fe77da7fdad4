"""Clocks in several processes, clocks that are killed, and clocks that must leave somebody alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Office, Refused
from supervise.dates import ONE_DAY
from supervise.hall import clockwork
from supervise.intake.breakdown import Breakdown, Draft
from supervise.people import Unit, UnitList
from supervise.store.engines import open_engine
from supervise.store.tables import of
from tests.acting import OFFICE, an_office, record, sound
from tests.forks import started
from tests.histories import FOLDER, LETTERS
from tests.servers import in_memory, installed

OPENED, NIGHT = date(2025, 3, 3), date(2025, 3, 20)
CODES = tuple(f"N{n:04d}" for n in range(400))


def filled(engine: Engine) -> Office:
    """Hundreds of tasks whose plan is owed and will be missed, some with other parties."""
    office = an_office()
    drafts = (
        Draft(code=code, text="新增规上企业", lead=("区工信局", "区科技局")[: 1 + n % 2], co=("区商务局",)[: n % 3])
        for n, code in enumerate(CODES)
    )
    with sessionmaker(engine).begin() as session:
        office.assign(session, Breakdown(due=date(2025, 12, 31), tasks=tuple(drafts)), OFFICE, OPENED)
    return office


@cache
def undisturbed() -> dict[str, list[dict[str, Any]]]:
    """The record after one whole tick, alone in memory."""
    engine = in_memory()
    office = filled(engine)
    with sessionmaker(engine).begin() as session:
        assert office.tick(session, NIGHT).looked_at == len(CODES)
    return without_seals(record(engine))


def without_seals(found: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What is on record, but for how many seals it took."""
    rows = {name: found[name] for name in found if name not in ("seal", "sealed")}
    return rows | {"task": [{k: v for k, v in row.items() if k != "unsealed"} for row in rows["task"]]}


def clock(url: str, said: Path) -> None:
    """Twenty tasks at a time, in a process of its own; how many it looked at is written down."""
    clockwork.CHUNK = 20
    with an_office().serve(url) as service:
        said.write_text(str(service.tick(NIGHT).looked_at))


def letters(engine: Engine) -> int:
    """How many orders went out."""
    with engine.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(of(engine).outbox)) or 0)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_clocks_of_which_one_is_killed_leave_what_one_undisturbed_would(kind: str, tmp_path: Path) -> None:
    """No order goes out twice and none is lost, whatever piece the killed one was at; one more tick makes it whole."""
    with installed(kind, tmp_path) as engine:
        url = engine.url.render_as_string(hide_password=False)
        office, placed = filled(engine), letters(engine)
        said = tmp_path / "said"
        first, second = started(clock, url, tmp_path / "never"), started(clock, url, said)
        while letters(engine) == placed and first.is_alive():
            sleep(0.005)
        first.kill()
        for process in (first, second):
            process.join(300)
        assert second.exitcode == 0 and int(said.read_text()) <= len(CODES)
        with office.serve(open_engine(url)) as service:
            report = service.tick(NIGHT)
        assert report.left == 0 and not report.proposals
        assert without_seals(record(engine)) == undisturbed()
        sound(office, engine)


def test_what_is_undone_was_never_sent(engine: Engine) -> None:
    """A host that takes its transaction back takes every row back; the next tick does it all."""
    office, sessions = filled(engine), sessionmaker(engine)
    before = record(engine)
    with sessions() as session:
        assert office.tick(session, NIGHT).looked_at == len(CODES)
        session.rollback()
    assert record(engine) == before
    with sessions.begin() as session:
        assert sum(done.count for done in office.tick(session, NIGHT).did) == len(CODES)


def test_a_night_looks_once_for_who_waits_and_once_for_what_is_unsealed(engine: Engine) -> None:
    """Where all that waited has been looked at in one piece, and sealed with it, nothing can be left to ask for."""
    office, asked = filled(engine), list[str]()
    event.listen(engine, "before_cursor_execute", lambda on, cursor, text, *rest: asked.append(text))
    with sessionmaker(engine).begin() as session:
        report = office.tick(session, NIGHT)
    assert (report.looked_at, report.left) == (len(CODES), 0)
    assert sum("wake_on >=" in text for text in asked) == 1
    assert sum("unsealed = " in text for text in asked if text.startswith("SELECT")) == 1


def test_a_clock_that_is_stopped_says_what_is_left_and_goes_on_later(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No time at all does nothing; two pieces of a night stand; the rest comes later, and nothing twice."""
    monkeypatch.setattr(clockwork, "CHUNK", 150)
    office = filled(engine)
    with office.serve(engine) as service:
        assert service.tick(NIGHT, within=0).left == len(CODES)
        sweep = office.sweep(NIGHT)
        for _ in range(2):
            piece = service.transact(sweep.go)
            assert piece is not None
            sweep.keep(piece)
        report = service.transact(sweep.report)
        assert (report.looked_at, report.left, report.held) == (300, 100, 0)
        rest = service.tick(NIGHT)
        assert (rest.looked_at, rest.left) == (100, 0)
        assert service.tick(NIGHT).did == ()
    assert without_seals(record(engine)) == undisturbed()


@contextmanager
def acting_on(engine: Engine, code: str) -> Iterator[Session]:
    """Somebody in the middle of an act on a task."""
    with sessionmaker(engine)() as session:
        task = of(engine).task
        session.execute(select(task.c.code).where(task.c.district == "default", task.c.code == code).with_for_update())
        yield session


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"], indirect=True)
def test_the_clock_waits_for_nobody(engine: Engine) -> None:
    """A task that somebody is just acting on is left alone, said so, and looked at the next time."""
    office = filled(engine)
    with office.serve(engine) as service:
        with acting_on(engine, CODES[7]):
            report = service.tick(NIGHT)
            assert (report.looked_at, report.held, report.left) == (len(CODES) - 1, 1, 1)
        report = service.tick(NIGHT)
        assert (report.looked_at, report.held, report.left) == (1, 0, 0)
    assert without_seals(record(engine)) == undisturbed()


def test_a_year_of_a_real_notice_is_the_same_ticked_every_day_and_once(shared: Path) -> None:
    """States, limits and the outcome of every duty of 109 items agree; only letters leave later."""
    text = next((shared / "seeds").glob("003*.txt")).read_text("utf-8")
    daily, once = year(text, lambda day: True), year(text, lambda day: False)
    assert len(daily) == 109 and daily == once
    assert {outcome for _, _, duties in daily.values() for *_, outcome in duties} >= {"missed", "on time", "late"}


def year(text: str, ticks: Callable[[date], bool]) -> dict[str, Any]:
    """State, limit and duties of every task of a notice after a year in which units do a bit less than they should."""
    day = date(2021, 2, 1)
    _, read = Office(FOLDER).intake(text, "notice.txt", "S")
    names = sorted({name for draft in read.tasks for name in (*draft.lead, *draft.co)})
    units = UnitList(tuple(Unit(name, str(n)) for n, name in enumerate(names)), {}, {})
    engine = in_memory()
    office, end = Office(FOLDER, directory=units, today=lambda: day), date(2022, 2, 28)
    office.now = an_office().now
    drafts = tuple(
        Draft(code=f"S{n:03}", text=draft.text, lead=draft.lead or (names[0],), co=draft.co)
        for n, draft in enumerate(read.tasks)
    )
    acts = {(n, on): what for n in range(len(drafts)) if n % 5 for what, on in _life(n)}
    with sessionmaker(engine)() as session:
        office.assign(session, Breakdown(due=date(2021, 11, 30), tasks=drafts), OFFICE, day)
        while day <= end:
            if ticks(day) or day == end:
                office.tick(session, day)
            for n, draft in enumerate(drafts):
                if (n, day) in acts:
                    _act(office, session, draft, acts[n, day], day)
            day += ONE_DAY
        day = end
        return {
            s.task.code: (
                s.task.state, s.task.due,
                [(d.kind, d.units, d.due, d.met, d.void, d.outcome(end)) for d in s.duties if d.kind not in LETTERS],
            )
            for s in office.situations(session, Cut(end))
        }  # fmt: skip


def _life(n: int) -> Iterator[tuple[str, date]]:
    """When who does what on the task of a number: some in time, some late, some stop half-way."""
    late = timedelta(days=(n % 4) * 9)
    yield "plan", date(2021, 2, 8) + late
    yield "start", date(2021, 2, 11) + late
    for action, on in (("report", date(2021, 6, 18)), ("verify", date(2021, 6, 25)), ("resume", date(2021, 6, 28))):
        yield action, on + late
    if n % 3:
        yield ("report" if n % 4 else "catch_up"), date(2021, 11, 8) + late
        yield "verify", date(2021, 11, 15) + late
        yield "complete", date(2021, 11, 17) + late


def _act(office: Office, session: Session, draft: Draft, action: str, day: date) -> None:
    by = OFFICE if action in ("start", "verify", "resume", "complete") else Actor("联络人", draft.lead[0])
    given: dict[str, Any] = {
        "plan": {"milestones": ["2021-06-30 过半"], "contact": "李某"}, "verify": {"opinion": "属实"},
        "report": {"summary": "(略)", "progress": 60, "evidence": ["a.pdf"]}, "complete": {"opinion": "同意"},
    }  # fmt: skip
    with suppress(Refused):
        office.advance(
            session, draft.code, action, by, day, **given.get(action, given["report"] if "_" in action else {})
        )
