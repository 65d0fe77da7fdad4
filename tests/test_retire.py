"""Tasks of closed years leave for an archive, are still answered for, and nothing about it can be forged or lost."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from supervise import Cut, Diverged, Invalid, Office, Refused, Stale, Unknown
from supervise.archives import checker
from supervise.hall.judge import canonical
from supervise.store import ledger, retired, upgrades
from supervise.store.database import Sessions, open_database, reading
from supervise.store.engines import open_engine
from supervise.store.tables import of
from tests.cli_help import run
from tests.forks import Command, killed_before
from tests.retiring import CLOSED, GXJ, OFFICE, TODAY, an_office, answers, breakdown, lived
from tests.servers import KINDS, database
from tests.test_chain import everything, exported

pytest.importorskip("pyarrow", reason='no Parquet to test with: pip install "supervise[parquet]"')


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite record of two years that nobody changes."""
    folder = tmp_path_factory.mktemp("played")
    sessions = open_database(f"sqlite:///{folder / 'x.db'}", create=True)
    lived(sessions)
    with sessions() as session:
        session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    sessions.kw["bind"].dispose()
    return folder / "x.db"


@pytest.fixture(scope="module")
def before(played: Path) -> dict[str, str]:
    """Everything that a user can ask of it, and what is answered before any task left."""
    sessions = open_database(f"sqlite:///{played}")
    with reading(sessions) as session:
        found = answers(an_office(), session)
    sessions.kw["bind"].dispose()
    return found


@pytest.fixture
def record(played: Path, tmp_path: Path) -> Iterator[Sessions]:
    """Sessions on a copy of it in a folder of its own."""
    shutil.copy(played, tmp_path / "x.db")
    made = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    yield made
    made.kw["bind"].dispose()


@pytest.fixture
def office() -> Office:
    """An office on a day in 2026."""
    return an_office()


LATE = "2026-07-20 12:00:00+00:00"
SHELVES = ("2025.db", "2025.parquet")


def away(office: Office, sessions: sessionmaker[Session], to: Path | str) -> Any:
    """2025 retired, and committed."""
    with sessions.begin() as session:
        return office.retire(session, "2025", str(to), OFFICE)


def count(session: Session, name: str) -> int:
    """How many rows a table holds."""
    return session.execute(select(func.count()).select_from(getattr(of(session), name))).scalar_one()


# ── nothing changes for who asks ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "shelf"), [*(("sqlite", one) for one in SHELVES), *zip(KINDS[1:], SHELVES, strict=True)]
)
def test_every_answer_is_the_same_to_the_byte(
    kind: str, shelf: str, played: Path, before: dict[str, str], tmp_path: Path
) -> None:
    """Lists, logs, boards, receipts and assessments at every cut are equal before, after, and after the way back."""
    with database(kind, tmp_path) as url:
        if kind == "sqlite":
            shutil.copy(played, tmp_path / "test.db")
        sessions = open_database(url, create=True)
        office = an_office() if kind == "sqlite" else lived(sessions)
        left = away(office, sessions, tmp_path / shelf)
        assert (left.tasks, left.serial, left.events) == (CLOSED, "2025-archive-1", 18)
        with reading(sessions) as session:
            assert [k for k, v in answers(an_office(), session).items() if v != before[k]] == []
            made = office.audit(session)
            assert (made.breaks, made.tasks, made.archived, made.out_of_reach) == ((), 6, 3, 0)
            assert office.replay(session).tasks == 3
            assert [count(session, name) for name in ("task", "retired")] == [3, 3]
            for name in ("event", "duty", "party"):
                assert not session.execute(text(f"select 1 from sv_{name} where task in ('A1', 'A2', 'A3')")).first()
        with sessions.begin() as session:
            assert office.bring_back(session, "2025") == CLOSED
        with reading(sessions) as session:
            assert answers(office, session) == before
            assert office.audit(session).breaks == () and count(session, "retired") == 0
        sessions.kw["bind"].dispose()


@pytest.mark.parametrize("archive", ["postgresql", "mariadb"])
def test_an_archive_may_be_a_database_of_another_kind(
    archive: str, record: Sessions, before: dict[str, str], office: Office, tmp_path: Path
) -> None:
    """An SQLite record retired to a server answers as before, from an address of which no password is written down."""
    with database(archive, tmp_path) as url:
        given = url.replace("@", ":geheim@", 1) if archive == "postgresql" else url  # who is trusted may say anything
        away(office, record, given)
        with reading(record) as later:
            place = office.archives(later)[0].place
            assert (place, "geheim" in repr(everything(later))) == (url, False)
            assert answers(an_office(), later) == before
        named = Office(office.folder, archives=[given], today=lambda: TODAY)
        with reading(record) as later:
            assert answers(named, later) == before
        for made in (office, named):
            for opened in made.shelves._open.values():
                opened._sessions.kw["bind"].dispose()  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_of_an_older_layout_is_named_and_read_once_it_is_upgraded(
    kind: str, record: Sessions, before: dict[str, str], office: Office, tmp_path: Path
) -> None:
    """Nobody upgrades it unasked: it is told what to run, and then every answer is as it was, on every database."""
    with database(kind, tmp_path) as url:
        away(office, record, url)
        archive = open_engine(url)
        upgrades.downgrade(archive, "0001", drop=True)
        with reading(record) as later, pytest.raises(Unknown, match=r"T07.*\n.*db upgrade.*--db") as caught:
            an_office().show(later, "A1")
        assert "0001" in str(caught.value)
        upgrades.upgrade(archive)
        again = an_office()
        with reading(record) as later:
            assert answers(again, later) == before
            assert again.audit(later).breaks == ()
        with record.begin() as session:
            assert again.bring_back(session, "2025") == CLOSED
        with reading(record) as later:
            assert answers(again, later) == before
        for made in (office, again):
            for opened in made.shelves._open.values():
                opened._sessions.kw["bind"].dispose()  # type: ignore[attr-defined]
        archive.dispose()


@pytest.mark.parametrize("shelf", SHELVES)
def test_only_what_needs_the_archive_asks_for_it(
    shelf: str, record: Sessions, before: dict[str, str], office: Office, tmp_path: Path
) -> None:
    """With the archive gone, boards of later periods are the same to the byte; what needs it says where it was."""
    away(office, record, tmp_path / shelf)
    (tmp_path / shelf).rename(tmp_path / "elsewhere")
    office = an_office()
    with reading(record) as session:
        for key, text_ in before.items():
            if key.startswith(("board 2026", "assess 2026")) and LATE in key:
                name, period = key.split()[:2]
                make = {"board": office.board, "assess": office.assess}[name]
                rules = {"board": "red-black", "assess": "annual"}[name]
                assert canonical(make(session, rules, period, Cut(TODAY, datetime.fromisoformat(LATE)))) == text_
        assert office.show(session, "B1").task.code == "B1" and office.owed(session)
        asks: tuple[Callable[[], Any], ...] = (
            lambda: office.show(session, "A1"), lambda: office.log(session, "A2"), lambda: office.list(session),
            lambda: office.board(session, "red-black", "2025Q2"), lambda: office.assess(session, "annual", "2025"),
            lambda: office.owed(session, cut=Cut(date(2025, 5, 1))), lambda: office.export(session, tmp_path / "out"),
        )  # fmt: skip
        for ask in asks:
            with pytest.raises(Unknown, match=r"T07.*\n.*--moved") as caught:
                ask()
            assert shelf in str(caught.value)
        assert not (tmp_path / "out").exists()
        made = office.audit(session)
        assert (made.breaks, made.tasks, made.archived, made.out_of_reach) == ((), 3, 3, 3)


def test_letters_stay_where_they_are(record: Sessions, office: Office, tmp_path: Path) -> None:
    """No letter leaves with its task, for nobody but its carrier knows whether it was delivered; none comes twice."""
    with reading(record) as session:
        before = everything(session)["sv_outbox"]
    away(office, record, tmp_path / "2025.db")
    with record.begin() as session:
        assert everything(session)["sv_outbox"] == before
        office.bring_back(session, "A1")
        assert everything(session)["sv_outbox"] == before


def test_what_is_exported_is_the_same_and_comes_back_whole(record: Sessions, office: Office, tmp_path: Path) -> None:
    """An export holds archived tasks like the others, its checker finds it sound, a restored record has them all."""
    with reading(record) as session:
        before = exported(office, session, tmp_path / "before")
    away(office, record, tmp_path / "2025.parquet")
    with reading(record) as session:
        after = exported(office, session, tmp_path / "after")
    for name in ("events.jsonl", "heads.jsonl", "marks.jsonl", "library.jsonl"):
        assert (after / name).read_bytes() == (before / name).read_bytes()
    assert checker.main([str(after)]) == 0
    new = open_database(f"sqlite:///{tmp_path / 'new.db'}", create=True)
    with new.begin() as session:
        made = office.restore(session, after)
        assert (made.breaks, made.tasks, made.archived) == ((), 6, 0)


# ── acting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_archived_task_is_acted_on_only_when_it_is_back(record: Sessions, office: Office, tmp_path: Path) -> None:
    """An act is refused with where the task is and what to do; its code stays taken; nothing is offered."""
    away(office, record, tmp_path / "2025.db")
    with record.begin() as session:
        with pytest.raises(Refused, match=r"A1 .*2025\.db.*T06.*\n.*supervise retire A1 --back"):
            office.advance(session, "A1", "contribute", GXJ, summary="补报")
        with pytest.raises(Refused, match="T02"):
            office.assign(session, breakdown(date(2026, 12, 31), "A2"), OFFICE, TODAY)
        with pytest.raises(Unknown, match=r"A9.*A[123]"):
            office.show(session, "A9")
        assert office.allowed(session, "A1", OFFICE) == ()
        assert office.bring_back(session, "A1") == ("A1",)
        with pytest.raises(Refused, match="A0"):
            office.advance(session, "A1", "contribute", GXJ, summary="补报")
    with reading(record) as session:
        assert office.audit(session).breaks == () and sorted(retired.pointers(session, "default")) == ["A2", "A3"]


def test_a_key_used_again_meanwhile_keeps_a_task_away(record: Sessions, office: Office, tmp_path: Path) -> None:
    """Bringing back a task whose idempotency key now belongs to another act is refused by name."""
    away(office, record, tmp_path / "2025.db")
    with record.begin() as session:
        office.advance(session, "C1", "inspect", OFFICE, TODAY, "A2:withdraw:2025-05-20", opinion="属实")
    with record.begin() as session, pytest.raises(Refused, match=r"A2:withdraw.*A10"):
        office.bring_back(session, "A2")


@pytest.mark.parametrize("shelf", SHELVES)
def test_who_comes_back_may_leave_again(
    shelf: str, record: Sessions, before: dict[str, str], office: Office, tmp_path: Path
) -> None:
    """A task retired a second time stands in the same archive once, under a new list, with the same answers."""
    away(office, record, tmp_path / shelf)
    with record.begin() as session:
        office.bring_back(session, "A1")
    left = away(office, record, tmp_path / shelf)
    assert (left.tasks, left.serial) == (("A1",), "2025-archive-2")
    again = away(office, record, tmp_path / shelf)
    assert (again.tasks, again.serial) == ((), "")
    with reading(record) as session:
        assert office.audit(session).breaks == ()
        assert answers(office, session) == before
        assert [one.serials for one in office.archives(session)] == [("2025-archive-1", "2025-archive-2")]


def test_what_cannot_be_retired_is_said(record: Sessions, office: Office, tmp_path: Path) -> None:
    """A year that is not over, what is no year, the record itself and an archive of other histories are refused."""
    with record.begin() as session:
        for year, code, kind in (("2026", "T08", Refused), ("2025Q1", "P01", Invalid), ("去年", "P01", Invalid)):
            with pytest.raises(kind, match=code):
                office.retire(session, year, str(tmp_path / "y.db"), OFFICE)
        with pytest.raises(Refused, match="B08"):
            office.retire(session, "2025", str(tmp_path / "x.db"), OFFICE)
        with pytest.raises(Unknown, match="T01"):
            office.bring_back(session, "A1")
    assert not (tmp_path / "y.db").exists()
    other = open_database(f"sqlite:///{tmp_path / 'other.db'}", create=True)
    away(lived(other, prefix=""), other, tmp_path / "z.db")
    with sqlite3.connect(tmp_path / "z.db") as connection:
        connection.execute("update sv_event set hash = 'sha256:0' where task = 'A2' and seq = 1")
    with pytest.raises(Refused, match=r"A2.*G13"):
        away(office, record, tmp_path / "z.db")
    with reading(record) as session:
        assert office.audit(session).archived == 0 and count(session, "task") == 6


def test_districts_do_not_meet_in_one_archive(tmp_path: Path) -> None:
    """Two districts with the same codes keep their closed years in one archive, each its own."""
    sessions = open_database(f"sqlite:///{tmp_path / 'x.db'}", create=True)
    offices = [lived(sessions, district) for district in ("甲区", "乙区")]
    for office in offices:
        with reading(sessions) as session:
            before = answers(office, session)
        away(office, sessions, tmp_path / "2025.parquet")
        with reading(sessions) as session:
            assert answers(office, session) == before and office.audit(session).breaks == ()


# ── moving is safe ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("shelf", SHELVES)
def test_a_rollback_of_the_host_leaves_the_record_whole(
    shelf: str, record: Sessions, office: Office, tmp_path: Path
) -> None:
    """After a rollback every row is as before, and the same again finishes with the copy that is there."""
    with reading(record) as session:
        before = everything(session)
    with record() as session:
        office.retire(session, "2025", str(tmp_path / shelf), OFFICE)
        assert count(session, "task") == 3
        session.rollback()
    with reading(record) as session:
        assert everything(session) == before
    assert away(office, record, tmp_path / shelf).tasks == CLOSED
    with reading(record) as session:
        assert office.audit(session).breaks == () and office.show(session, "A1").task.code == "A1"


@pytest.mark.parametrize("shelf", SHELVES)
def test_killed_at_any_moment_nothing_is_lost(
    shelf: str, record: Sessions, before: dict[str, str], tmp_path: Path
) -> None:
    """Killed before every eleventh statement, it leaves a sound record of six tasks, and at last finishes."""
    copied = 0
    for number in range(0, 1000, 11):
        retire = Command(
            tmp_path, "retire", "2025", "--to", shelf, "--db", "x.db", first=partial(killed_before, number)
        )
        done = retire.ended()
        copied += (tmp_path / shelf).exists()
        with reading(record) as session:
            made = an_office().audit(session)
            assert (made.breaks, made.tasks, made.out_of_reach) == ((), 6, 0), number
            left = count(session, "task")
        if done.code == 0:
            break
        assert (done.code, left) == (-signal.SIGKILL, 6), number
    assert left == 3 and number > 15 and copied > 2, (number, copied)
    with reading(record) as session:
        assert answers(an_office(), session) == before and count(session, "retired") == 3


def test_a_task_that_somebody_acts_on_meanwhile_stays(record: Sessions) -> None:
    """What is no longer as it was copied is not removed, and nothing else of the batch is."""
    with record() as session:
        row = ledger.heads(session, "default", ["A1"])["A1"]
        seen = {"A1": (row["version"], row["head"]), "A2": (99, "sha256:0")}
        with pytest.raises(Stale, match="A2"):
            retired.remove(session, "default", seen)
        session.rollback()
        assert count(session, "task") == 6


def test_of_two_who_retire_at_once_one_is_told_to_come_again(record: Sessions, office: Office, tmp_path: Path) -> None:
    """While one is at it the other gets S01 and leaves nothing; then there is nothing left to do."""
    with record() as first, record() as second:
        second.connection().exec_driver_sql("PRAGMA busy_timeout = 50")
        office.retire(first, "2025", str(tmp_path / "2025.db"), OFFICE)
        with pytest.raises(Stale, match="S01"):
            an_office().retire(second, "2025", str(tmp_path / "2025.db"), OFFICE)
        second.rollback()
        first.commit()
    assert away(an_office(), record, tmp_path / "2025.db").tasks == ()


def test_a_broken_history_does_not_leave(record: Sessions, office: Office, tmp_path: Path) -> None:
    """Who altered an event before is found before anything is copied."""
    with record.begin() as session:
        session.execute(text("update sv_event set actor = '某人' where task = 'A2' and seq = 1"))
    with pytest.raises(Invalid, match=r"A2.*G01"):
        away(office, record, tmp_path / "2025.db")
    with reading(record) as session:
        assert count(session, "task") == 6


# ── nothing is forged unseen ────────────────────────────────────────────────────────────────────────────────────────

FORGED = {
    "version": 5, "head": "sha256:" + "7" * 64, "definition": "别的@1", "opened": "2025-02-01",
    "closed_on": "2025-01-01", "last_day": "2024-01-01", "last_known": "2024-01-01 00:00:00.000000",
    "serial": "2024-archive-1",
}  # fmt: skip


@pytest.mark.parametrize("shelf", SHELVES)
def test_what_is_written_down_of_archived_tasks_cannot_be_forged(
    shelf: str, record: Sessions, office: Office, tmp_path: Path
) -> None:
    """Every field altered, a row dropped, a row added, a list dropped or rewritten is found by task or serial."""
    away(office, record, tmp_path / shelf)
    with record() as session:
        columns = {c.name for c in of(session).retired.columns} - {"district", "task", "place"}
        assert columns == set(FORGED)
        for column, value in FORGED.items():
            session.execute(text(f"update sv_retired set {column} = :v where task = 'A1'"), {"v": value})
            assert ("G12", "A1") in {(b.code, b.task) for b in office.audit(session).breaks}, column
            session.rollback()
        tampers = (
            ("delete from sv_retired where task = 'A2'", "A2"),
            ("update sv_retired set task = 'A9' where task = 'A3'", "A9"),
            ("update sv_retired set task = 'A9' where task = 'A3'", "A3"),
            ("insert into sv_retired select district, 'C1', version, head, definition, opened, closed_on, last_day, "
             "last_known, serial, place from sv_retired where task = 'A1'", "C1"),
        )  # fmt: skip
        for statement, task in tampers:
            session.execute(text(statement))
            assert ("G12", task) in {(b.code, b.task) for b in office.audit(session).breaks}, statement
            session.rollback()
        for statement in (
            "delete from sv_publication where kind = 'archive'",
            "update sv_publication set body = replace(body, 'A1', 'A7') where kind = 'archive'",
        ):
            session.execute(text(statement))
            assert ("G06", "2025-archive-1") in {(b.code, b.serial) for b in office.audit(session).breaks}
            session.rollback()
        assert office.audit(session).breaks == ()


def test_the_retirement_has_a_seal_of_its_own(record: Sessions, office: Office, tmp_path: Path) -> None:
    """The last seal is of the kind ``archive`` and bears the number of the list."""
    left = away(office, record, tmp_path / "2025.db")
    with reading(record) as session:
        last = ledger.all_seals(session, "default")[-1]
        assert (last["kind"], last["serial"]) == ("archive", left.serial)
        for since in range(1, last["number"] + 1):
            made = office.audit(session, since)
            assert made.breaks == () and made.seals == last["number"] - since


def test_an_archive_that_was_altered_is_found_and_not_believed(
    record: Sessions, office: Office, tmp_path: Path
) -> None:
    """An altered, dropped or added event in the archive is named by the audit, and nobody is shown it."""
    away(office, record, tmp_path / "2025.db")
    for statement, seq in (
        ("update sv_event set actor = '某人' where task = 'A1' and seq = 2", 2),
        ("delete from sv_event where task = 'A1' and seq = 3", 3),
        ("delete from sv_event where task = 'A1'", 1),
        ("update sv_event set hash = 'x' where task = 'A1' and seq = 1", 1),
        ("update sv_event set day = '昨天' where task = 'A1' and seq = 2", 2),
    ):
        shutil.copy(tmp_path / "2025.db", tmp_path / "kept.db")
        with sqlite3.connect(tmp_path / "2025.db") as connection:
            connection.execute(statement)
        connection.close()
        with reading(record) as session:
            found = [(b.task, b.seq) for b in office.audit(session).breaks]
            assert found == [("A1", seq)], statement
            for ask in (lambda: office.show(session, "A1"), lambda: office.board(session, "red-black", "2025Q2")):
                with pytest.raises(Diverged, match=r"A1.*G14"):
                    ask()
        with record.begin() as session, pytest.raises(Diverged, match="G14"):
            office.bring_back(session, "A1")
        with sqlite3.connect(tmp_path / "kept.db") as source, sqlite3.connect(tmp_path / "2025.db") as target:
            source.backup(target)
        source.close()
        target.close()


def test_a_difference_elsewhere_keeps_nobody_away(record: Sessions, office: Office, tmp_path: Path) -> None:
    """A task comes back on its own merits: what is wrong with a task at hand is the replay's to say."""
    away(office, record, tmp_path / "2025.db")
    with record.begin() as session:
        session.execute(text("update sv_task set wake_on = '2030-01-01' where code = 'C1'"))
        assert office.bring_back(session, "A1") == ("A1",)
        with pytest.raises(Diverged, match=r"C1.*wake_on.*X01"):
            office.replay(session)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("update sv_duty set due = '2030-01-01' where task = 'A1'", "X02"),
        ("update sv_party set unit = '区财政局' where task = 'A1' and role = 'lead'", "X01"),
        ("delete from sv_task where code = 'A1'", "G14"),
        ("update sv_task set head = 'sha256:0' where code = 'A1'", "G14"),
        ("update sv_task set wake_on = '2030-01-01' where code = 'A1'", "G14"),
    ],
)
def test_rows_that_were_altered_in_the_archive_do_not_come_back(
    statement: str, code: str, record: Sessions, office: Office, tmp_path: Path
) -> None:
    """What no hash covers, a duty, a party or the row of a task, is held against the events before it is kept."""
    away(office, record, tmp_path / "2025.db")
    with sqlite3.connect(tmp_path / "2025.db") as connection:
        connection.execute(statement)
    connection.close()
    with pytest.raises(Diverged, match=rf"A1.*{code}"), record.begin() as session:
        office.bring_back(session, "A1")
    with reading(record) as session:
        assert count(session, "retired") == 3 and office.audit(session).breaks == ()


# ── places ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("shelf", ["2025.db", "往年/2025.parquet"])
def test_record_and_archive_move_together(shelf: str, played: Path, office: Office, tmp_path: Path) -> None:
    """An archive beside the record, or below it, is written down by its name: the whole folder may go elsewhere."""
    (tmp_path / "here").mkdir()
    shutil.copy(played, tmp_path / "here" / "x.db")
    sessions = open_database(f"sqlite:///{tmp_path / 'here' / 'x.db'}")
    assert away(office, sessions, tmp_path / "here" / shelf).place == shelf
    sessions.kw["bind"].dispose()
    (tmp_path / "here").rename(tmp_path / "there")
    sessions = open_database(f"sqlite:///{tmp_path / 'there' / 'x.db'}")
    with reading(sessions) as session:
        assert an_office().show(session, "A1").task.code == "A1"
    sessions.kw["bind"].dispose()


@pytest.mark.parametrize("shelf", SHELVES)
def test_an_archive_that_moved_is_believed_once_it_was_read(
    shelf: str, record: Sessions, office: Office, tmp_path: Path
) -> None:
    """The new place is written down when everything is found there, and the old one stays when it is not."""
    away(office, record, tmp_path / shelf)
    new = tmp_path / "new" / shelf
    new.parent.mkdir()
    (tmp_path / shelf).rename(new)
    late = an_office()
    with record.begin() as session, pytest.raises(Unknown, match="T07"):
        late.rehouse(session, "2025", str(tmp_path / "nowhere.db"))
    with record.begin() as session:
        made = late.rehouse(session, "2025", str(new))
        assert (made.tasks, made.place) == (CLOSED, f"new/{shelf}")
    with reading(record) as session:
        assert late.show(session, "A1").task.code == "A1" and late.audit(session).breaks == ()
    empty = open_database(f"sqlite:///{tmp_path / 'empty.db'}", create=True)
    with record.begin() as session, pytest.raises(Diverged, match="G14"):
        late.rehouse(session, "2025", str(tmp_path / "empty.db"))
    empty.kw["bind"].dispose()


def test_parquet_files_are_read_by_others(record: Sessions, office: Office, tmp_path: Path) -> None:
    """Any reader of Parquet finds the events with days as days, moments with their zone and texts as they were."""
    import pyarrow.parquet as pq

    away(office, record, tmp_path / "2025.parquet")
    (part,) = (tmp_path / "2025.parquet").iterdir()
    assert sorted(file.name for file in part.iterdir()) == [f"{n}.parquet" for n in ("duty", "event", "party", "task")]
    events = pq.read_table(part / "event.parquet")
    assert events.num_rows == 18 and str(events.schema.field("day").type) == "date32[day]"
    assert str(events.schema.field("recorded_at").type) == "timestamp[us, tz=UTC]"
    assert "同意" in "".join(events.column("data").to_pylist())


def test_without_the_library_the_extra_is_named(record: Sessions, tmp_path: Path) -> None:
    """Where Parquet cannot be written the message names what to install, and nothing has changed."""
    code = "import sys; sys.modules['pyarrow'] = None; from supervise.cli.main import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "retire", "2025", "--to", "2025.parquet", "--db", "x.db"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 4 and 'pip install "supervise[parquet]"' in done.stderr and "W02" in done.stderr
    assert not (tmp_path / "2025.parquet").exists()


def test_the_library_is_loaded_only_for_parquet(record: Sessions, tmp_path: Path) -> None:
    """Retiring to a database file and every question afterwards never import pyarrow."""
    code = (
        "import sys; from supervise.cli.main import _run; "
        "print([_run([*words, '--db', 'x.db']) for words in (['retire', '2025', '--to', 'y.db'], ['show', 'A1'])], "
        "'pyarrow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "[0, 0] False", done.stdout + done.stderr


def test_a_forged_pointer_does_not_hide_a_task_at_hand(record: Sessions, office: Office, tmp_path: Path) -> None:
    """A task that is here is shown as it is here, whatever is written down about an archive."""
    away(office, record, tmp_path / "2025.db")
    with record() as session:
        one = retired.pointers(session, "default")["A1"]
        retired.point(session, "default", [replace(one, task="C1")])
        assert office.show(session, "C1").task.events[0].day == date(2026, 2, 2)


# ── the command ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_says_what_it_did_and_what_to_do(record: Sessions, tmp_path: Path) -> None:
    """Away, listed, refused to be acted on, shown, audited, moved and brought back, each in a line for a clerk."""
    db = ("--db", str(tmp_path / "x.db"))
    done = run("retire", "2025", "--to", tmp_path / "2025.db", *db)
    assert done.code == 0 and "已归档 3 项任务、18 条办理记录到 2025.db,清单 2025-archive-1 已封存" in done.out
    assert "2025.db  3 项  2025-archive-1" in run("retire", *db).out
    assert [path.name for path in tmp_path.glob("2025.db*")] == ["2025.db"]  # one file, to be moved or made read-only
    assert "没有要移的" in run("retire", "2025", "--to", tmp_path / "2025.db", *db).out
    assert "任务“A1”" in run("show", "A1", *db).out and "办结销号" in run("log", "A1", *db).out
    assert "A1" in run("list", *db).out
    refused = run("do", "A1", "inspect", "--as", "督查室", "--opinion", "略", *db)
    assert (refused.code, refused.out) == (3, "") and "supervise retire A1 --back" in refused.err
    assert "其中 3 项在归档里,一并核对了" in run("audit", *db).out
    (tmp_path / "2025.db").rename(tmp_path / "往年.db")
    gone = run("board", "red-black", "2025Q2", *db)
    assert gone.code == 5 and "T07" in gone.err and "2025.db" in gone.err
    told = run("audit", *db)
    assert told.code == 0 and "还有 3 项的归档打不开,没有核对" in told.out
    assert "打不开" in run("retire", *db).out
    assert "已改记到那里" in run("retire", "2025", "--to", tmp_path / "往年.db", "--moved", *db).out
    assert run("board", "red-black", "2025Q2", *db).code == 0
    assert "已取回 3 项任务:A1、A2、A3" in run("retire", "2025", "--back", *db).out
    assert run("replay", "--verify", *db).code == 0 and "还没有归档" in run("retire", *db).out


@pytest.mark.parametrize(
    "words", [("2025",), ("--back",), ("2025", "--to", "a.db", "--back"), ("2025", "--moved"), ("--to", "a.db")]
)
def test_a_command_that_says_too_little_or_too_much_is_a_mistake(words: tuple[str, ...], record: Sessions) -> None:
    """What cannot be meant is a usage error, and nothing is touched."""
    assert run("retire", *words).code == 2
