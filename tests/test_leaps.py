"""Leaps of the clock: a day that lies a year after all that is on record is walked to only by who says so."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from supervise import Office, Refused
from supervise.hall.clockwork import QUIET
from supervise.hall.service import Service
from supervise.intake.breakdown import Breakdown, Draft
from tests.acting import OFFICE, OPENED, an_office, placed, record
from tests.cli_help import Result, run
from tests.servers import in_memory
from tests.workflows.test_definition import SMALL

FAR = OPENED + QUIET
LATE = "actions:\n  late: {label: 记逾期, by: clock, from: todo, to: done, when: work missed}\n"
BREAKDOWN = "due: 2025-12-31\ntasks:\n  - {code: T1, text: 新增规上企业, lead: [区工信局]}\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("SUPERVISE_DB", "SUPERVISE_DEFINITIONS", "SUPERVISE_DISTRICT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def engine() -> Engine:
    """A record with one task, placed on the day of opening."""
    made = in_memory()
    placed(an_office(), made, "T1")
    return made


def refused(work: Session, office: Office, *given: date, **how: bool) -> str:
    """What a run of the clock is refused with."""
    with pytest.raises(Refused, match="T13") as caught:
        office.tick(work, *given, **how)
    return str(caught.value)


def test_a_machine_whose_clock_is_years_ahead_marks_nothing(engine: Engine) -> None:
    """Nobody named the day: it is refused with what is on record, every row stays, and so it is piece by piece."""
    before, office = record(engine), an_office(date(2099, 1, 1))
    with sessionmaker(engine).begin() as work:
        told = refused(work, office)
    assert "最近一条记录是 2025-03-03" in told and "1 项任务" in told and "--ahead" in told
    with pytest.raises(Refused, match="T13"):
        Service(office, engine).tick()
    assert record(engine) == before


def test_a_leap_begins_a_year_after_what_is_on_record(engine: Engine) -> None:
    """The same day of the next year is one, the day before is none; a named day is the caller's word."""
    with sessionmaker(engine)() as work:
        refused(work, an_office(FAR))
        assert an_office(FAR - timedelta(days=1)).tick(work).did
        work.rollback()
        assert an_office().tick(work, FAR).did
        work.rollback()
        refused(work, an_office(), FAR, far=False)
        assert an_office(FAR).tick(work, far=True).did


def test_a_quiet_year_is_no_leap(tmp_path: Path) -> None:
    """Where nothing is due for years and the clock runs, no night is refused; what waits for weeks tells it did not."""
    (tmp_path / "small.yaml").write_text(SMALL.replace("actions:\n", LATE), "utf-8")
    (tmp_path / "units.yaml").write_text("units: [{name: 区工信局}]\n", "utf-8")
    engine, office = in_memory(), Office(tmp_path, today=lambda: OPENED)
    draft = Draft(code="T1", text="新增规上企业", lead=("区工信局",), due=date(2028, 12, 31))
    with sessionmaker(engine).begin() as work:
        office.assign(work, Breakdown(workflow="small", tasks=(draft,)), OFFICE, OPENED)
    for day in (date(2026, 9, 1), date(2028, 12, 31), date(2029, 1, 20)):
        with sessionmaker(engine)() as work:
            assert Office(tmp_path, today=lambda day=day: day).tick(work).left == 0
    with sessionmaker(engine)() as work:
        refused(work, Office(tmp_path, today=lambda: date(2029, 3, 1)))


def test_an_empty_record_and_one_where_all_is_closed_have_no_leaps(session: Session) -> None:
    """Nothing can be marked, so any day will do."""
    assert an_office(date(2099, 1, 1)).tick(session).looked_at == 0


@pytest.mark.parametrize("slip", ["2099-01-01", "2026-03-26"])
def test_a_slip_in_the_year_is_answered_and_a_rehearsal_says_so(slip: str) -> None:
    """The command exits 3 and leaves the record; with --ahead it goes there, and to nearer days it goes as before."""
    with open("b.yaml", "w", encoding="utf-8") as file:
        file.write(BREAKDOWN)
    assert run("assign", "b.yaml", "--day", "2025-03-03").code == 0
    told: Result = run("tick", slip)
    assert told.code == 3 and "[T13]" in told.err and "--ahead" in told.err
    assert "逾期未办" not in run("log", "T1").out
    assert run("tick", "2025-06-26").code == 0
    assert run("tick", slip, "--ahead").code == 0


def test_a_day_that_has_not_come_is_told_as_such() -> None:
    """Whoever names a day to come, near or far, reads beside it which day it is."""
    with open("b.yaml", "w", encoding="utf-8") as file:
        file.write(BREAKDOWN.replace("2025", "2098"))
    run("assign", "b.yaml", "--day", "2098-03-03")
    assert "这一天还没有到" in run("tick", "2098-03-20").out
    assert "还没有到" not in run("tick", "2025-03-20").out
