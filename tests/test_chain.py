"""What is on record cannot be altered, dropped, added or swapped unseen."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Invalid, Office, Refused, Stale, Unknown, chain
from supervise.archives import checker
from supervise.hall.judge import canonical
from supervise.intake.breakdown import Breakdown, Draft
from supervise.store import ledger, tables
from tests.histories import FOLDER

OFFICE = Actor("张督查", "督查室", frozenset({"office"}))
GXJ = Actor("李联络", "区工信局")
OPENED = date(2025, 3, 3)
PLAN = {"milestones": ["2025-12-10 过半", "2025-12-20 完成"], "contact": "李某"}
Where = tuple[str, Any, Any]


def drafts(*codes: str) -> Breakdown:
    """A breakdown of tasks that differ in nothing but their codes."""
    made = (Draft(code=code, text="新增规上企业40家", lead=("区工信局",), co=("区商务局",)) for code in codes)
    return Breakdown(due=date(2025, 12, 31), tasks=tuple(made))


def opened(path: Path | None = None) -> sessionmaker[Session]:
    """Sessions on a new SQLite database with our tables."""
    engine = create_engine(f"sqlite:///{path}" if path else "sqlite://")
    tables.metadata.create_all(engine)
    return sessionmaker(engine)


class Clock:
    """A clock that goes on by a second and a bit whenever it is read."""

    def __init__(self) -> None:
        self.moment = datetime.fromisoformat("2025-03-03T01:00:00.000001+00:00")

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1, microseconds=17)
        return self.moment


def an_office(algorithm: str = "sha256") -> Office:
    """An office under the shipped definitions with a clock of its own."""
    return Office(FOLDER, now=Clock(), today=lambda: OPENED, algorithm=algorithm)


def play(office: Office, sessions: sessionmaker[Session], codes: tuple[str, ...] = ("T1", "T2", "T3")) -> None:
    """A short history: acts, two ticks, two publications, a mark, and an act after the last seal."""
    with sessions.begin() as session:
        office.assign(session, drafts(*codes), OFFICE, OPENED)
        office.advance(session, "T1", "plan", GXJ, date(2025, 3, 5), key="表单-1", **PLAN)
        office.advance(session, "T1", "start", OFFICE, date(2025, 3, 6))
        office.tick(session, date(2025, 3, 28))
    for period, day in (("2025Q1", date(2025, 3, 31)), ("2025Q2", date(2025, 6, 30))):
        with sessions.begin() as session:
            office.tick(session, day)
            office.publish(session, office.board(session, "red-black", period, Cut(day)), OFFICE)
    with sessions.begin() as session:
        office.mark(session, "区工信局", "leader", date(2025, 7, 1), "3.50", OFFICE, "主要领导批示")
        office.advance(session, "T2", "plan", GXJ, date(2025, 7, 2), **PLAN)


@pytest.fixture(scope="module")
def kept() -> tuple[Office, sessionmaker[Session]]:
    """A played history that every test leaves as it was."""
    office, sessions = an_office(), opened()
    play(office, sessions)
    return office, sessions


def places(breaks: Any) -> set[Where]:
    """Where something is broken: a task and the number of its event, a seal, or a publication."""
    return {
        ("event", b.task, b.seq) if b.task else ("publication", b.serial, "") if b.serial else ("seal", "", b.number)
        for b in breaks
    }


def exported(office: Office, session: Session, folder: Path) -> Path:
    """An export in a folder that is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    office.export(session, folder)
    return folder


# ── a thousand trials ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Target:
    """A table that somebody tampers with, and how a row of it is named."""

    name: str
    order: str
    flips: dict[str, Any]

    def where(self, row: Any) -> str:
        """The condition that finds a row."""
        if self.name == "event":
            return f"task = '{row.task}' and seq = {row.seq}"
        return f"seq = {row.seq}" if self.name == "seal" else f"serial = '{row.serial}'"

    def place(self, row: Any) -> Where:
        """Where a break in a row must be reported."""
        if self.name == "event":
            return ("event", row.task, row.seq)
        return ("seal", "", row.seq) if self.name == "seal" else ("publication", row.serial, "")


DAY, MOMENT, HASH = "2025-01-07", "2025-03-03 01:02:03.000005", "sha256:" + "7" * 64
EVENT = Target("event", "task, seq", {
    "task": "T9", "seq": 77, "action": "别的", "source": "别的", "target": "别的", "day": DAY, "recorded_at": MOMENT,
    "actor": "某人", "unit": "区财政局", "definition": "别的@1", "data": '{"summary":"改过"}',
    "changes": '{"due":"2027-01-01"}', "hearers": '["某人"]', "idem": "某键", "hash": HASH, "district": "别处",
})  # fmt: skip
SEAL = Target("seal", "seq", {
    "seq": 77, "sealed_at": MOMENT, "kind": "别的", "tasks": 9, "events": 99, "serial": "别的", "paper": HASH,
    "root": HASH, "previous": HASH, "hash": HASH, "district": "别处",
})  # fmt: skip
PUBLICATION = Target("publication", "serial", {
    "serial": "别的", "kind": "别的", "name": "别的", "period": "2024Q1", "fingerprint": "7" * 64, "body": "{}",
    "published_by": "某人", "published_at": MOMENT, "seal": 1, "seal_hash": HASH, "district": "别处",
})  # fmt: skip
GARBAGE = {
    "day": "昨天",
    "recorded_at": "刚才",
    "data": "{",
    "hearers": "null",
    "sealed_at": "刚才",
    "published_at": "刚才",
}


def rows(session: Session, target: Target) -> list[Any]:
    """The rows of a table in order."""
    return list(session.execute(text(f"select * from sv_{target.name} order by {target.order}")))


def flip(session: Session, target: Target, dice: Random) -> Where:
    """One field of one row gets another value, sometimes one that cannot even be read."""
    row = dice.choice(rows(session, target))
    column = dice.choice(list(target.flips))
    value = GARBAGE[column] if column in GARBAGE and dice.random() < 0.3 else target.flips[column]
    if str(getattr(row, column)) == str(value):
        value, column = HASH, "hash" if "hash" in target.flips else "seal_hash"
    session.execute(text(f"update sv_{target.name} set {column} = :v where {target.where(row)}"), {"v": value})
    return target.place(row)


def delete(session: Session, target: Target, dice: Random) -> Where:
    """One row is gone."""
    row = dice.choice(rows(session, target))
    session.execute(text(f"delete from sv_{target.name} where {target.where(row)}"))
    return target.place(row)


def insert(session: Session, target: Target, dice: Random) -> Where:
    """One row is added, at the end or, with the later ones moved up, in between."""
    every = rows(session, target)
    row = dice.choice(every)
    values = dict(row._mapping)
    if target is PUBLICATION:
        values["serial"] += "9"
        _put(session, target, values)
        return ("publication", values["serial"], "")
    mine = f"task = '{row.task}'" if target is EVENT else "1 = 1"
    later = [r for r in every if (target is SEAL or r.task == row.task) and r.seq > row.seq]
    for r in reversed(later):
        session.execute(text(f"update sv_{target.name} set seq = seq + 1 where {mine} and seq = {r.seq}"))
    values |= {"seq": row.seq + 1, "hash": HASH} | ({"idem": None, "actor": "某人"} if target is EVENT else {})
    _put(session, target, values)
    return ("event", row.task, row.seq + 1) if target is EVENT else ("seal", "", row.seq + 1)


def _put(session: Session, target: Target, values: dict[str, Any]) -> None:
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    session.execute(text(f"insert into sv_{target.name} ({names}) values ({marks})"), values)


def swap(session: Session, target: Target, dice: Random) -> Where:
    """Two rows change places."""
    every = rows(session, target)
    if target is EVENT:
        task = dice.choice(sorted({r.task for r in every if r.seq > 1}))
        every = [r for r in every if r.task == task]
    first, second = sorted(dice.sample(range(len(every)), 2))
    key = "serial" if target is PUBLICATION else "seq"
    one, two = every[first], every[second]
    mine = f"task = '{one.task}' and " if target is EVENT else ""
    for old, new in ((getattr(one, key), "-1"), (getattr(two, key), getattr(one, key)), ("-1", getattr(two, key))):
        statement = f"update sv_{target.name} set {key} = :new where {mine}{key} = :old"
        session.execute(text(statement), {"old": old, "new": new})
    return target.place(one)


TRIALS = int(os.environ.get("SUPERVISE_TRIALS") or 250)
WAYS: tuple[Callable[[Session, Target, Random], Where], ...] = (flip, delete, insert, swap)


def test_whatever_is_done_to_one_row_is_found_with_its_position(
    kept: tuple[Office, sessionmaker[Session]], tmp_path: Path
) -> None:
    """Trial after trial, audit and checker name what was flipped, deleted, inserted or swapped, and where."""
    office, sessions = kept
    missed = []
    for trial in range(TRIALS):
        dice = Random(trial)
        way, target = dice.choice(WAYS), dice.choice((EVENT, EVENT, SEAL, PUBLICATION))
        with sessions() as session:
            place = way(session, target, dice)
            by_audit = places(office.audit(session).breaks)
            office.export(session, tmp_path / str(trial))
            session.rollback()
        breaks, _ = checker.check_folder(str(tmp_path / str(trial)))
        shutil.rmtree(tmp_path / str(trial))
        if place not in by_audit or place not in places(breaks):
            missed.append((trial, way.__name__, target.name, place, by_audit, places(breaks)))
    assert not missed, "\n".join(map(str, missed[:10]))
    with sessions() as session:
        assert office.audit(session).breaks == ()


def test_files_of_an_export_are_found_altered_even_where_the_manifest_was_made_to_fit(
    kept: tuple[Office, sessionmaker[Session]], tmp_path: Path
) -> None:
    """A line of events dropped, doubled, moved or edited is found by its place, with and without a new manifest."""
    office, sessions = kept
    with sessions() as session:
        whole = exported(office, session, tmp_path / "whole")
    lines = (whole / "events.jsonl").read_bytes().splitlines(keepends=True)
    for trial in range(60):
        dice = Random(trial)
        n = dice.randrange(len(lines) - 1)
        changed = lines[:n] + [
            lines[n + 1 :], [lines[n], *lines[n:]], [lines[n + 1], lines[n], *lines[n + 2 :]],
            [lines[n].replace(b'"day":"2025', b'"day":"2024'), *lines[n + 1 :]],
        ][trial % 4]  # fmt: skip
        folder = Path(shutil.copytree(whole, tmp_path / str(trial)))
        (folder / "events.jsonl").write_bytes(b"".join(changed))
        assert checker.main([str(folder)]) == 1
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        fingerprint = hashlib.sha256(b"".join(changed)).hexdigest()
        manifest["files"]["events.jsonl"] = {"rows": len(changed), "sha256": fingerprint}
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        breaks, _ = checker.check_folder(str(folder))
        place, after = (json.loads(line) for line in lines[n : n + 2])
        wanted = {("event", row["task"], row["seq"]) for row in (place, after)}
        assert wanted & places(breaks), (trial, n, breaks)
        assert not any(b.file for b in breaks)


# ── who knows the arithmetic ────────────────────────────────────────────────────────────────────────────────────────


def forge(session: Session, task: str, seq: int, actor: str) -> None:
    """Alter an event and compute every hash after it anew, the task's head too, as the program would."""
    found = ledger.events(session, "default", [task])[task]
    previous = found[seq - 2]["hash"] if seq > 1 else chain.genesis("default", task)
    for row in found[seq - 1 :]:
        row["actor"] = actor if row["seq"] == seq else row["actor"]
        bare = {key: value for key, value in row.items() if key != "hash"}
        previous = chain.digest("sha256", previous, chain.canonical(bare))
        given = {"a": row["actor"], "h": previous, "t": task, "s": row["seq"]}
        session.execute(text("update sv_event set actor = :a, hash = :h where task = :t and seq = :s"), given)
    session.execute(text("update sv_task set head = :h where code = :t"), {"h": previous, "t": task})


def cut_off(session: Session, task: str, keep: int) -> None:
    """Drop the end of a history and make the task's row fit it."""
    head = ledger.events(session, "default", [task])[task][keep - 1]["hash"]
    session.execute(text("delete from sv_event where task = :t and seq > :k"), {"t": task, "k": keep})
    given = {"t": task, "k": keep, "h": head}
    session.execute(text("update sv_task set version = :k, head = :h where code = :t"), given)


def found(office: Office, session: Session, folder: Path, since: int = 0) -> set[Where]:
    """Where audit and checker find a break; they must agree."""
    by_audit = places(office.audit(session, since).breaks)
    breaks, _ = checker.check_folder(str(exported(office, session, folder)))
    assert places(breaks) == by_audit
    return by_audit


def test_a_history_computed_anew_after_a_seal_is_found(
    kept: tuple[Office, sessionmaker[Session]], tmp_path: Path
) -> None:
    """Who alters an event and every hash after it is found by the seal that saw the old ones."""
    office, sessions = kept
    with sessions() as session:
        forge(session, "T1", 2, "某人")
        assert found(office, session, tmp_path / "x") == {("event", "T1", 1)}
        session.rollback()


def test_a_history_cut_off_after_a_seal_is_found(kept: tuple[Office, sessionmaker[Session]], tmp_path: Path) -> None:
    """A task that a seal saw longer misses its next event, from any point the audit begins at; so does a whole task."""
    office, sessions = kept
    with sessions() as session:
        before = len(ledger.events(session, "default", ["T1"])["T1"])
        cut_off(session, "T1", before - 1)
        assert found(office, session, tmp_path / "x") == {("event", "T1", before)}
        session.rollback()
        for table, column in (("event", "task"), ("task", "code"), ("duty", "task"), ("party", "task")):
            session.execute(text(f"delete from sv_{table} where {column} = 'T3'"))
        assert found(office, session, tmp_path / "x") == {("event", "T3", 1)}
        assert places(office.audit(session, 1).breaks) == {("event", "T3", 1)}
        session.rollback()


def test_an_end_cut_off_before_any_seal_is_seen_only_by_the_row_of_the_task(
    kept: tuple[Office, sessionmaker[Session]], tmp_path: Path
) -> None:
    """Dropping an unsealed event is found by the task's row; with the row made to fit, nothing finds it any more."""
    office, sessions = kept
    with sessions() as session:
        last = len(ledger.events(session, "default", ["T2"])["T2"])
        session.execute(text("delete from sv_event where task = 'T2' and seq = :s"), {"s": last})
        assert found(office, session, tmp_path / "x") == {("event", "T2", last)}
        session.rollback()
        cut_off(session, "T2", last - 1)
        assert found(office, session, tmp_path / "x") == set()
        session.rollback()
        assert office.seal(session) is not None
        cut_off(session, "T2", last - 1)
        assert found(office, session, tmp_path / "x") == {("event", "T2", last)}
        session.rollback()


def test_a_chain_of_seals_cut_off_is_found_by_what_was_printed(kept: tuple[Office, sessionmaker[Session]]) -> None:
    """Who drops a publication with its seal and all that points to it is found by the seal printed on the paper."""
    office, sessions = kept
    with sessions() as session:
        body = office.published(session, "red-black", "2025Q2")
        assert body is not None
        printed = body["seal"]["hash"]
        assert office.audit(session, printed=printed).breaks == ()
        assert office.audit(session, printed=printed[7:19] + "…").breaks == ()
        last = body["seal"]["number"]
        for table, column in (("seal", "seq"), ("sealed", "seq"), ("publication", "seal")):
            session.execute(text(f"delete from sv_{table} where {column} = :n"), {"n": last})
        assert office.audit(session).breaks == ()
        assert [b.code for b in office.audit(session, printed=printed).breaks] == ["G05"]
        session.rollback()


def test_an_audit_may_begin_at_any_seal(kept: tuple[Office, sessionmaker[Session]]) -> None:
    """What lies before the seal is taken on trust, what comes after is found; an unknown seal is said to be none."""
    office, sessions = kept
    with sessions() as session:
        whole = office.audit(session)
        for since in range(1, whole.seals + 1):
            made = office.audit(session, since)
            assert made.breaks == () and made.seals == whole.seals - since
        assert made.events < whole.events
        seen = ledger.named(session, "default", ["T2"])["T2"][0]["version"]
        session.execute(text(f"update sv_event set actor = '某人' where task = 'T2' and seq in (1, {seen + 1})"))
        assert places(office.audit(session).breaks) == {("event", "T2", 1)}
        assert places(office.audit(session, 1).breaks) == {("event", "T2", seen + 1)}
        session.rollback()
        with pytest.raises(Unknown, match="G08"):
            office.audit(session, 99)


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_advance_touches_nothing_that_another_task_touches() -> None:
    """Between seals no common row is read or written, and chaining costs an advance no statement of its own."""
    office, sessions = an_office(), opened()
    with sessions.begin() as session:
        office.assign(session, drafts("T1", "T2"), OFFICE, OPENED)
    said: list[str] = []
    event.listen(sessions.kw["bind"], "before_cursor_execute", lambda c, cursor, sql, *rest: said.append(sql))
    with sessions.begin() as session:
        office.advance(session, "T1", "plan", GXJ, date(2025, 3, 5), **PLAN)
    assert said and not any("sv_seal" in sql for sql in said)
    assert sum("sv_event" in sql and sql.startswith("SELECT") for sql in said) == 1  # to load the task, as ever


def test_a_task_carried_on_without_being_loaded_again_stays_chained() -> None:
    """An act on the task that the last one gave back links to it."""
    office, sessions = an_office(), opened()
    with sessions.begin() as session:
        task = office.assign(session, drafts("T1"), OFFICE, OPENED)[0]
        lifecycle = office.lifecycle(session, task.definition)
        for action, actor, data in (("plan", GXJ, PLAN), ("start", OFFICE, {})):
            step = lifecycle.advance(task, action, actor, date(2025, 3, 5), data)
            [task] = office.save(session, [step], date(2025, 3, 5))
        assert office.audit(session).breaks == () and office.audit(session).events == 3


def test_a_seal_costs_what_changed_since_the_last_and_a_quiet_tick_none() -> None:
    """Of a hundred tasks only the changed ones are named again, in as many statements as ever."""
    office, sessions = an_office(), opened()
    codes = [f"T{n:03}" for n in range(100)]
    with sessions.begin() as session:
        office.assign(session, drafts(*codes), OFFICE, OPENED)
        office.tick(session, date(2025, 3, 4))
        office.tick(session, date(2025, 3, 4))
    said: list[str] = []
    with sessions.begin() as session:
        assert [s["number"] for s in ledger.all_seals(session, "default")] == [1]
        assert len(ledger.of_seal(session, "default", 1)) == 100
        office.advance(session, "T007", "plan", GXJ, date(2025, 3, 5), **PLAN)
        event.listen(sessions.kw["bind"], "before_cursor_execute", lambda c, cursor, sql, *rest: said.append(sql))
        made = office.seal(session)
        assert made is not None and (made.tasks, made.events) == (100, 101)
        assert [h["task"] for h in ledger.of_seal(session, "default", 2)] == ["T007"]
        assert len(said) <= 7


def test_two_who_seal_at_once_do_not_both_win(tmp_path: Path) -> None:
    """While one seals, the other is told to come again, and nothing of it stays."""
    office, sessions = an_office(), opened(tmp_path / "x.db")
    with sessions.begin() as session:
        office.assign(session, drafts("T1"), OFFICE, OPENED)
    with sessions() as first, sessions() as second:
        assert office.seal(first) is not None
        second.connection().exec_driver_sql("PRAGMA busy_timeout = 50")
        with pytest.raises(Stale, match="S01"):
            office.seal(second)
        second.rollback()
        first.commit()
    with sessions() as session:
        assert office.audit(session).seals == 1


def test_what_is_chained_with_sm3_and_with_sha256_stands_side_by_side(tmp_path: Path) -> None:
    """The setting counts for new records, old ones keep theirs, and the checker knows both, without OpenSSL too."""
    sessions, clock = opened(), Clock()
    office = an_office()
    office.now = clock
    play(office, sessions)
    national = an_office("sm3")
    national.now = clock
    with sessions.begin() as session:
        national.advance(session, "T3", "plan", GXJ, date(2025, 7, 3), **PLAN)
        national.tick(session, date(2025, 7, 31))
        names = {row["hash"].partition(":")[0] for row in ledger.events(session, "default", ["T3"])["T3"]}
        assert names == {"sha256", "sm3"}
        assert office.audit(session).breaks == ()
        folder = exported(office, session, tmp_path / "x")
    assert checker.main([str(folder)]) == 0
    assert checker.sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    for length in (0, 1, 55, 56, 63, 64, 65, 1000):
        data = Random(length).randbytes(length)
        assert checker.sm3(data) == hashlib.new("sm3", data).hexdigest()
    with pytest.raises(Invalid, match="G07"):
        an_office("md5")


# ── away and back ───────────────────────────────────────────────────────────────────────────────────────────────────


def everything(session: Session) -> dict[str, list[str]]:
    """Every row of every table, in no order."""
    return {t.name: sorted(map(repr, session.execute(t.select()).all())) for t in tables.metadata.sorted_tables}


def test_what_is_exported_and_restored_is_the_same_to_the_last_row(
    kept: tuple[Office, sessionmaker[Session]], tmp_path: Path
) -> None:
    """Rows, hashes, duties and letters come back equal, and every published board is computed again to the byte."""
    office, sessions = kept
    other = opened()
    with sessions() as session, other.begin() as empty:
        folder = exported(office, session, tmp_path / "x")
        made = office.restore(empty, folder)
        assert made.breaks == () and made.tasks == 3
        assert everything(empty) == everything(session)
        for row in ledger.publications(session, "default"):
            cut = json.loads(row["body"])["cut"]
            again = Cut(date.fromisoformat(cut["as_of"]), datetime.fromisoformat(cut["known"]))
            assert canonical(office.board(empty, row["name"], row["period"], again)) == row["body"]
        second = exported(office, empty, tmp_path / "y")
    for file in sorted(p.name for p in folder.iterdir() if p.name != "manifest.json"):
        assert (folder / file).read_bytes() == (second / file).read_bytes()
    with other.begin() as full, pytest.raises(Refused, match="G10"):
        office.restore(full, folder)


def test_an_export_that_is_not_sound_is_not_restored(
    kept: tuple[Office, sessionmaker[Session]], tmp_path: Path
) -> None:
    """What the checker finds keeps an export out; so does another district, and a folder that is none."""
    office, sessions = kept
    with sessions() as session:
        folder = exported(office, session, tmp_path / "x")
        with pytest.raises(Refused, match="F06"):
            office.export(session, folder)
    with opened()() as session:
        with pytest.raises(Unknown, match="F01"):
            office.restore(session, tmp_path)
        with pytest.raises(Invalid, match="--district default"):
            Office(FOLDER, district="别区").restore(session, folder)
        text_ = (folder / "events.jsonl").read_text("utf-8")
        (folder / "events.jsonl").write_text(text_.replace("区工信局", "区商务局", 1), "utf-8")
        with pytest.raises(Invalid, match="G01"):
            office.restore(session, folder)
        assert ledger.empty(session, "default")


def test_the_checker_stands_alone(kept: tuple[Office, sessionmaker[Session]], tmp_path: Path) -> None:
    """A bare Python runs the exported check.py, which imports the standard library only and is Python 3.8."""
    office, sessions = kept
    with sessions() as session:
        folder = exported(office, session, tmp_path / "x")
    source = (folder / "check.py").read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names
    for arguments in ([str(folder)], []):  # beside the data it needs no argument
        command = [sys.executable, "-I", "-S", str(folder / "check.py"), *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
        assert (done.returncode, done.stderr) == (0, "") and "都对得上" in done.stdout
    (folder / "marks.jsonl").write_text("", "utf-8")
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 1 and "marks.jsonl" in done.stdout and "G09" in done.stdout


def test_writer_and_checker_compute_the_same_without_sharing_a_line(kept: tuple[Office, sessionmaker[Session]]) -> None:
    """The arithmetic is written twice, and both give the same bytes for words, numbers and signs of every kind."""
    for value in ({"乙": [1, 1.5, None, True], "a": "“引号”\n\u2028\ud800", "A": {"z": {}, "b": "𠮷"}}, "", [], 0):
        assert chain.canonical(value) == checker.canonical(value)
        for algorithm in chain.ALGORITHMS:
            parts = ("前", chain.canonical(value))
            assert chain.digest(algorithm, *parts) == checker.digest(algorithm, *parts)
    assert chain.genesis("区", "T1") == checker.genesis("区", "T1") and chain.genesis("区") == checker.genesis("区")
    shared = {"chain", "archive", "desk"} & set(re.findall(r"import (\w+)", Path(checker.__file__).read_text("utf-8")))
    assert not shared


def test_canonical_text_is_fixed() -> None:
    """Keys sorted, no blanks, Chinese as it is, decimals as text, moments in UTC with six digits."""
    value = {"b": date(2025, 3, 3), "a": Decimal("1.50"), "时": datetime.fromisoformat("2025-03-03T09:00:00+08:00")}
    assert chain.canonical(value) == '{"a":"1.50","b":"2025-03-03","时":"2025-03-03T01:00:00.000000+00:00"}'
    with pytest.raises(ValueError):
        chain.canonical(float("nan"))
