"""One notice, one scripted year, three databases: the same bytes."""

from __future__ import annotations

import importlib.util
import json
import sys
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import pytest

from supervise import Invalid, Office
from supervise.dates import periods_of
from supervise.hall.judge import canonical
from supervise.site.folder import shipped
from supervise.store.database import open_database
from tests.servers import KINDS, database

EXAMPLES = Path(__file__).parents[1] / "examples"


def example(name: str) -> ModuleType:
    """A module of the examples, as ``make demo`` runs it."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lived(url: str) -> dict[str, str]:
    """The sample notice and its whole year on a database: boards, assessment and receipts as canonical bytes."""
    year, demo = example("year"), example("demo")
    clock = year.Clock(date(2025, 2, 23))
    office = Office(shipped(), now=clock.now, today=clock.today)
    sessions = open_database(url, create=True)
    text = (EXAMPLES / "notice.txt").read_text("utf-8")
    _, made = office.intake(text, "notice.txt", "D2025")
    made = made.model_copy(update={"due": made.due or date(2025, 12, 31)})
    clock.day += timedelta(days=1)
    try:
        with sessions.begin() as session:
            office.assign(session, made, year.OFFICE, clock.day)
    except Invalid as error:
        made = demo.corrected(made, error, office)
    with sessions.begin() as session:
        placed = office.assign(session, made, year.OFFICE, clock.day)
    bodies: dict[str, Any] = {}
    closing = {office.calendar.add_workdays(q.end, 10): q.name for q in periods_of(2025, "quarter")}
    for day in year.Year(office, sessions, clock, placed).until(max(closing)):
        if day in closing:
            with sessions.begin() as session:
                bodies[closing[day]] = body = office.board(session, "red-black", closing[day])
                office.publish(session, body, year.OFFICE)
    with sessions.begin() as session:
        for unit in office.directory.units(date(2025, 12, 31)):
            if unit.group != "office":
                office.mark(session, unit.name, "leader", date(2025, 12, 30), 80 + len(unit.name), year.OFFICE)
        bodies["2025"] = office.assess(session, "annual", "2025")
        replayed = office.replay(session)
    receipts = {
        f"{name} {row['unit']}": office.why(body, row["unit"])
        for name, body in bodies.items()
        for row in body["standings"]
    }
    sessions.kw["bind"].dispose()
    return {name: canonical(body) for name, body in {**bodies, **receipts}.items()} | {"replay": repr(replayed)}


@cache
def on_sqlite() -> dict[str, str]:
    """The year on SQLite, lived once."""
    with TemporaryDirectory() as folder:
        return lived(f"sqlite:///{folder}/year.db?supervise_sync=normal")


@pytest.mark.parametrize("kind", KINDS[1:])
def test_the_same_year_gives_the_same_bytes_on_every_database(kind: str, tmp_path: Path) -> None:
    """Four boards, the assessment and every unit's receipts are byte-equal on SQLite and on the server."""
    with database(kind, tmp_path) as url:
        here = lived(url)
    right = on_sqlite()
    assert list(here) == list(right) and len(right) > 100
    assert [name for name in right if here[name] != right[name]] == []
    assert json.loads(right["2025Q2"])["standings"]
