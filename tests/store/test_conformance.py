"""The conformance run: it passes on what we support, finds what a database cannot, and leaves nothing behind."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from supervise.hall.conformance import conform, right
from supervise.store import types
from supervise.store.engines import open_engine
from supervise.store.shapes import catalogue
from tests.cli_help import run


@pytest.fixture
def other(url: str) -> Engine:
    """A database with a table of somebody else's."""
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("create table sv_task (id int)"))
    return engine


def test_every_supported_database_passes(url: str, other: Engine) -> None:
    """All checks pass, and the catalogue is the same before and after."""
    before = catalogue(other)
    made = run("db", "conform", url, "--json")
    assert made.code == 0 and made.data["passed"], made.out
    assert len(made.data["checks"]) >= 12 and all(check["passed"] for check in made.data["checks"])
    assert catalogue(other) == before
    other.dispose()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_database_that_rounds_moments_is_found_out(url: str, other: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the database is named, the other checks still run, and nothing is left behind."""

    def rounded(self: object, value: datetime | None, dialect: object) -> datetime | None:
        return value.replace(tzinfo=UTC, microsecond=0) if value is not None else None

    right()  # what is right was worked out on a database that does not round
    monkeypatch.setattr(types.UtcDateTime, "process_result_value", rounded)
    before = catalogue(other)
    checks = {check.name: check for check in conform(url)}
    assert not checks["时刻到微秒,日期到百年,分数一位不丢"].passed
    assert checks["大小写、尾空格各是各的"].passed
    assert checks["退回、删净,别的表没有动"].passed
    assert catalogue(other) == before
    other.dispose()


def test_a_file_that_was_not_there_is_not_there_afterwards(tmp_path: Path) -> None:
    """A run on a new SQLite file leaves no file; a table of results is shown, one line a check."""
    made = run("db", "conform", f"sqlite:///{tmp_path / 'new.db'}")
    assert made.code == 0 and made.out.splitlines()[-1] == "12/12 项通过"
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there_is_a_message() -> None:
    """Nothing to try on is said in one line."""
    made = run("db", "conform", "postgresql+psycopg://x:geheim@127.0.0.1:1/x")
    assert made.code == 4 and "B02" in made.err and "geheim" not in made.err
