"""Running tasks come under a new law one by one and can go back; approvals are on record and can be demanded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, update
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Invalid, Office, Refused
from supervise.dates import FOREVER
from supervise.hall.judge import canonical
from supervise.hall.versions import Change, Map
from supervise.intake.breakdown import Breakdown, Draft
from supervise.records import Duty
from supervise.rules.ruleset import Reminders
from supervise.site.approvals import shown
from supervise.site.folder import Folder
from supervise.store import duties as duty_store
from supervise.store import tasks
from supervise.store.database import open_database
from supervise.store.tables import of
from supervise.workflows.definition import Definition, Migrates
from tests.acting import LEADS, OFFICE, record, sound
from tests.histories import FOLDER, LADDER, script, steps
from tests.laws import OLD, document, folder, rename, renamed, second
from tests.retiring import Clock
from tests.servers import in_memory
from tests.workflows.test_eras import other_laws

NAMED, NAMES = renamed()
GXJ = Actor("李联络", "区工信局")
OPENED, CHANGED = date(2025, 2, 10), date(2025, 7, 1)
PLAN = {"milestones": "2025-06-30 过半;2025-12-20 完成", "contact": "李某"}
REPORT = {"summary": "过半", "progress": 60, "evidence": ["a.pdf"]}
FORTH, BACK = Change(OLD.name, NAMED.name), Change(OLD.name, NAMED.name, back=True)


def an_office(where: Folder, clock: Clock | None = None, **settings: Any) -> Office:
    """An office under a folder of laws, its clock going on by a second at each look."""
    clock = clock or Clock()
    return Office(where, now=clock, today=lambda: clock.day, **settings)


def place(office: Office, session: Session, *codes: str, law: str = OLD.name) -> None:
    """Tasks under a law."""
    drafts = tuple(Draft(code=c, text="新增规上企业40家", lead=LEADS[:2], co=("区商务局",)) for c in codes)
    made = Breakdown(workflow=law, due=date(2025, 12, 31), tasks=drafts)
    office.assign(session, made, OFFICE, OPENED)


def half_year(office: Office, session: Session, clock: Clock) -> None:
    """Three tasks until the end of June: reported, waiting for consent, left alone."""
    place(office, session, "T1", "T2", "T3")
    for day, code, action, by, data in (
        ("02-20", "T1", "plan", GXJ, PLAN), ("02-24", "T1", "start", OFFICE, {}),
        ("06-20", "T1", "report", GXJ, REPORT), ("06-26", "T2", "plan", GXJ, PLAN),
    ):  # fmt: skip
        clock.day = date.fromisoformat(f"2025-{day}")
        office.tick(session, clock.day)
        office.advance(session, code, action, by, **data)
    clock.day = CHANGED
    office.tick(session)


def standing(session: Session, office: Office) -> tuple[dict[str, Any], list[Duty]]:
    """The rows of the tasks, and every duty as it stands.

    Without the length of their logs, and the day of the next look: after any act the clock looks once more at a task
    on which a limit is near; ``sound`` holds that day to a replay.
    """
    rows = tasks.rows(session, office.district)
    plain = {c: {k: v for k, v in row.items() if k not in ("version", "wake_on")} for c, row in rows.items()}
    return plain, duty_store.at(session, office.district, Cut(FOREVER))


def test_tasks_come_under_a_new_law_and_the_year_goes_on(engine: Engine, tmp_path: Path) -> None:
    """Plans, letters, chains, replays, boards and an export all hold for tasks that changed their law half-way."""
    clock, sessions = Clock(), sessionmaker(engine)
    office = an_office(folder(NAMED), clock)
    with sessions.begin() as session:
        half_year(office, session, clock)
        plans = office.migration(session, FORTH, OFFICE)
        assert [(p.task.code, p.old, p.new, p.problems) for p in plans] == [
            ("T1", "reported", "reported_b", ()), ("T2", "planned", "planned_b", ()),
            ("T3", "overdue", "overdue_b", ()) if plans[2].old == "overdue" else ("T3", "assigned", "assigned_b", ()),
        ]  # fmt: skip
        assert {fate.what for plan in plans for fate in plan.fates} == {"moved"}
    for code in ("T1", "T2"):
        with sessions.begin() as session:
            office.migrate(session, code, FORTH, OFFICE)
    with sessions.begin() as session:
        [left] = office.migration(session, FORTH, OFFICE)
        assert left.task.code == "T3"
        clock.day = date(2025, 7, 3)
        office.advance(session, "T1", "verify_b", OFFICE, opinion="属实")
        office.advance(session, "T2", "start_b", OFFICE)
        clock.day = date(2025, 7, 20)
        office.tick(session)
    sound(office, engine)
    _restored(office, engine, tmp_path)
    with sessions() as session:
        assert ("T1", "全面完成") in {(o.duty.task, o.label) for o in office.owed(session, "区工信局")}
        view = office.log(session, "T1")
        words = [view.lifecycle.wording.action(event.action) for event in view.task.events]
        assert words == ["交办", "报送落实方案", "审定方案", "报告进展", "改用新版流程", "核实"]


def _restored(office: Office, engine: Engine, tmp_path: Path) -> None:
    """An export is restored into the same rows, task by task."""
    with sessionmaker(engine)() as session:
        office.export(session, tmp_path / "out")
        before = standing(session, office)
    again = create_engine(f"sqlite:///{tmp_path / 'again.db'}")
    open_database(str(again.url), create=True)
    with sessionmaker(again).begin() as session:
        assert office.restore(session, tmp_path / "out").breaks == ()
        assert standing(session, office) == before


REMINDERS = FOLDER.of_kind(Reminders)[0]
SAME = second()


def test_boards_do_not_care_under_which_number_a_task_lives() -> None:
    """Points are those of the same year without the change, where the new law says the same."""
    made = []
    for change in (True, False):
        clock, engine = Clock(), in_memory()
        office = an_office(folder(SAME), clock)
        with sessionmaker(engine).begin() as session:
            half_year(office, session, clock)
            for code in ("T1", "T2", "T3") if change else ():
                office.migrate(session, code, Change(OLD.name, SAME.name), OFFICE)
            clock.day = date(2025, 7, 3)
            office.advance(session, "T1", "verify", OFFICE, opinion="属实")
            clock.day = date(2025, 10, 30)
            office.tick(session)
            boards = [office.board(session, "red-black", f"2025Q{n}") for n in (2, 3)]
        made.append([[(row["unit"], row["score"], row["list"]) for row in body["standings"]] for body in boards])
    assert plain(made[0]) == plain(made[1])


def plain(value: Any) -> str:
    """A board without the numbers of events, which the change of law moves on by one."""
    return re.sub(r'"(?:seq|key)":(?:"[^"]*"|\d+|null),?', "", canonical(value))


@settings(max_examples=12)
@given(steps, other_laws(), st.data())
def test_there_and_back_again_restores_identical_rows(
    drawn: Any, law: tuple[Definition, Migrates], data: st.DataObject
) -> None:
    """Whatever had happened and whatever the new law says: after the way back every row says what it said before."""
    new, map_ = law
    clock, engine = Clock(), in_memory()
    sessions = sessionmaker(engine)
    office = an_office(folder(new), clock)
    acts = script(drawn)
    with sessions.begin() as session:
        place(office, session, "T1")
    for act in acts[: data.draw(st.integers(0, len(acts)))]:
        clock.day = act.day
        with sessions() as session:
            try:
                office.advance(session, "T1", act.action, act.actor, act.day, **act.data)
                session.commit()
            except Refused:
                session.rollback()
    there = Change(OLD.name, new.name, Map(map_, document(map_.model_dump(by_alias=True))))
    with sessions.begin() as session:
        office.tick(session, clock.day)
        before = standing(session, office)
        plans = office.migration(session, there, OFFICE)
        assert [plan.problems == () for plan in plans] == [plan.step is not None for plan in plans]
        if not plans or plans[0].step is None:
            return
    with sessions.begin() as session:
        office.migrate(session, "T1", there, OFFICE)
        assert tasks.rows(session, office.district)["T1"]["definition"] == new.name
    sound(office, engine)
    clock.day += timedelta(days=data.draw(st.integers(0, 2)))
    with sessions.begin() as session:
        office.migrate(session, "T1", Change(OLD.name, new.name, back=True), OFFICE)
    with sessions() as session:
        assert standing(session, office) == before
    sound(office, engine)


def open_tables(engine: Engine) -> None:
    """Our tables in an empty database."""
    of(engine).metadata.create_all(engine)


# ── what is refused ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def sessions() -> Iterator[sessionmaker[Session]]:
    """Sessions on an empty database."""
    engine = in_memory()
    yield sessionmaker(engine)
    engine.dispose()


def test_a_plan_writes_nothing_and_a_stopped_task_stays(sessions: sessionmaker[Session]) -> None:
    """Looking changes no row; a task whose state has no counterpart is refused with what to write."""

    def gone(data: dict[str, Any]) -> None:
        rename(data, "states", {"planned": "drafted"})

    clock, new = Clock(), second(gone)
    office = an_office(folder(new), clock)
    change = Change(OLD.name, new.name)
    with sessions.begin() as session:
        half_year(office, session, clock)
    engine = sessions.kw["bind"]
    before = record(engine)
    with sessions.begin() as session:
        plans = {plan.task.code: plan for plan in office.migration(session, change, OFFICE)}
    assert record(engine) == before
    assert [p.code for p in plans["T2"].problems] == ["N01"]
    with sessions() as session, pytest.raises(Refused) as caught:
        office.migrate(session, "T2", change, OFFICE)
    assert "states: {planned: …}" in caught.value.problems[0].help
    map_ = Map(Migrates(**{"from": OLD.name, "states": {"planned": "drafted"}}), document({"from": OLD.name}))
    with sessions.begin() as session:
        office.migrate(session, "T2", Change(OLD.name, new.name, map_), OFFICE)
        assert office.load(session, "T2").state == "drafted"


@pytest.mark.parametrize(
    ("map_", "code", "path"),
    [
        ({"from": "other@1"}, "N06", "from"),
        ({"from": OLD.name, "states": {"planed": "planned"}}, "N06", "states.planed"),
        ({"from": OLD.name, "duties": {"plans": "plan"}}, "N06", "duties.plans"),
        ({"from": OLD.name, "states": {"planned": "draft"}}, "D03", "states"),
        ({"from": OLD.name, "duties": {"approval": "aproval"}}, "D10", "duties"),
        ({"from": OLD.name, "states": {"planned": "closed"}}, "D16", "states.planned"),
        ({"from": OLD.name, "duties": {"approval": "review"}}, "D16", "duties.approval"),
        ({"from": SAME.name}, "D16", "from"),
    ],
)
def test_a_map_that_speaks_of_what_is_not_there_is_refused(
    sessions: sessionmaker[Session], map_: dict[str, Any], code: str, path: str
) -> None:
    """Every name in a map is held against both laws, with its place in the file."""
    office = an_office(folder(SAME))
    written = document(map_)
    change = Change(OLD.name, SAME.name, Map(Migrates(**map_), written))
    with sessions() as session, pytest.raises(Invalid) as caught:
        office.migration(session, change, OFFICE)
    assert (code, path) in {(problem.code, problem.path) for problem in caught.value.problems}
    assert all(problem.line for problem in caught.value.problems)


def test_what_does_not_live_under_the_old_law_is_not_moved(sessions: sessionmaker[Session]) -> None:
    """A closed task, and one that has already moved, are refused by name."""
    clock = Clock()
    office = an_office(folder(NAMED), clock)
    with sessions.begin() as session:
        half_year(office, session, clock)
        office.advance(session, "T3", "withdraw", OFFICE, reason="上级调整")
        assert [plan.task.code for plan in office.migration(session, FORTH, OFFICE)] == ["T1", "T2"]
        office.migrate(session, "T1", FORTH, OFFICE)
        for code in ("T1", "T3"):
            with pytest.raises(Refused, match="N05"):
                office.migrate(session, code, FORTH, OFFICE)
        office.advance(session, "T1", "verify_b", OFFICE, opinion="属实")
        with pytest.raises(Refused, match="N05"):
            office.migrate(session, "T1", BACK, OFFICE)


# ── approval ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_office_that_wants_approval_runs_nothing_without(sessions: sessionmaker[Session]) -> None:
    """Placing, acting, pressing and moving are refused until somebody has approved the text, and then go on."""
    clock = Clock()
    office = an_office(folder(SAME), clock, approved_only=True)
    change = Change(OLD.name, SAME.name)
    with sessions.begin() as session:
        with pytest.raises(Refused, match="N07"):
            place(office, session, "T1")
        office.approve(session, OLD.name, OFFICE)
        place(office, session, "T1")
        clock.day = date(2025, 4, 15)
        with pytest.raises(Refused, match=LADDER.name):
            office.tick(session)
        office.approve(session, LADDER.name, OFFICE)
        with pytest.raises(Refused, match=REMINDERS.name):
            office.tick(session)
        office.approve(session, REMINDERS.name, OFFICE)
        assert office.tick(session).events
        with pytest.raises(Refused, match=SAME.name):
            office.migrate(session, "T1", change, OFFICE)
        made = office.approve(session, SAME.name, OFFICE)
        assert (made.against, made.difference["entries"]) == (OLD.name, [])
        office.migrate(session, "T1", change, OFFICE)
        clock.day = date(2025, 10, 15)
        body = office.board(session, "red-black", "2025Q3")
        with pytest.raises(Refused, match="red-black@1"):
            office.publish(session, body, OFFICE)
    sound(office, sessions.kw["bind"])


def test_the_same_approval_is_on_record_once(sessions: sessionmaker[Session]) -> None:
    """Whoever approves again gets what stands, on whatever day; another person's approval is another one."""
    office = an_office(folder(SAME), Clock())
    with sessions.begin() as session:
        made = office.approve(session, SAME.name, OFFICE, date(2025, 3, 3))
        assert office.approve(session, SAME.name, OFFICE, date(2025, 3, 4)) == made
        other = office.approve(session, SAME.name, replace(OFFICE, id="第二人"), date(2025, 3, 5))
        assert office.approvals(session, SAME.name) == (made, other)


def test_an_approval_is_of_one_text(sessions: sessionmaker[Session]) -> None:
    """A file that was changed after it was approved, under the same number, needs approval again."""

    def shorter(data: dict[str, Any]) -> None:
        data["duties"]["review"]["due"] = "2 workdays after report or catch_up"

    with sessions.begin() as session:
        an_office(folder(SAME)).approve(session, SAME.name, OFFICE)
        office = an_office(folder(second(shorter)), approved_only=True)
        with pytest.raises(Refused, match="N07"):
            place(office, session, "T1", law=SAME.name)
        made = office.approve(session, SAME.name, OFFICE)
        place(office, session, "T1", law=SAME.name)
        assert [one.number for one in office.approvals(session, SAME.name)][1:] == [made.number]


def test_who_approves_what_he_was_not_shown_is_stopped(sessions: sessionmaker[Session]) -> None:
    """The hash of the difference that was shown must be that of what is approved; both are on record, sealed."""
    office = an_office(folder(NAMED))
    with sessions.begin() as session:
        seen = shown(office.compare(session, OLD.name, NAMED.name))
        with pytest.raises(Refused, match="N08"):
            office.approve(session, NAMED.name, OFFICE, shown="0" * 8)
        made = office.approve(session, NAMED.name, OFFICE, shown=seen[:12])
        assert made == office.approvals(session, NAMED.name)[0]
        assert (made.shown, made.by) == (seen, OFFICE.id)
    with sessions.begin() as session:
        publication = of(session).publication
        session.execute(update(publication).values(body=publication.c.body + " "))
        assert [broken.code for broken in office.audit(session).breaks] == ["G06"]
