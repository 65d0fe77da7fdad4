"""A new arrangement reaches running work: what is settled stays, nobody is late by it, and the record holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, delete
from sqlalchemy.orm import sessionmaker

from supervise import Cut, Office
from supervise.arrangements import Calendars
from supervise.dates import Calendar, YearFile, official_calendar
from supervise.intake.breakdown import Breakdown, Draft
from supervise.phrases import CALENDAR
from supervise.records import Task, replay
from supervise.store import duties as duty_store
from supervise.store import tables
from supervise.workflows.arranging import arrange
from supervise.workflows.lifecycle import Lifecycle, Step
from tests.acting import GXJ, OFFICE, PLAN
from tests.histories import END, FOLDER, LAW, OPENED, played, script, steps

OFFICIAL = official_calendar()
# Years as far from any notice as can be, with the weekdays of 2026 and 2027.
NEXT = YearFile(year=2083, off=("01-01..01-03 元旦", "02-05..02-11 春节"), work=("02-13 春节",), source="通知")
PLACED = date(2082, 12, 21)


def shaken(seed: int) -> Calendar:
    """The official calendar with some days off that were worked and some worked that were off, before and after."""
    dice, off, work = Random(seed), set(OFFICIAL.off), set(OFFICIAL.work)
    for day in (OPENED + timedelta(days=dice.randint(0, 420)) for _ in range(dice.randint(1, 40))):
        (work if not OFFICIAL.is_workday(day) else off).add(day)
    return Calendar(frozenset(off - work), frozenset(work), OFFICIAL.years)


def under(*known: Calendar) -> Lifecycle:
    """The shipped law with calendars at hand, the first for new tasks."""
    calendars = Calendars(known[0])
    calendars.known |= {one.name: one for one in known}
    return Lifecycle(LAW.definition, known[0], LAW.laws, calendars)


def fairly(law: Lifecycle, task: Task, new: Calendar, day: date) -> Task:
    """A task after a load, once no day gone by has moved, no outcome, and nobody is late by it.

    A limit that lies ahead is worked out anew although the duty was met before it: on time it stays, either way.
    """
    made = arrange(law, task, new, OFFICE, day)
    before = {d.key: d for d in law.situation(replay(made.step.task.events[:-1])).duties}
    now = {d.key: d for d in law.situation(made.step.task).duties}
    for key, duty in before.items():
        if duty.due <= day:
            assert now[key].due == duty.due
        elif key in now:
            assert now[key].due > day
        assert key not in now or now[key].outcome(day) == duty.outcome(day)
    assert all(now[key].missed_from > day for key in now.keys() - before.keys())
    assert {one.key for one in made.moved} == {
        key for key in before | now if key not in before or key not in now or before[key].due != now[key].due
    }
    return made.step.task


@settings(max_examples=30)
@given(steps, st.integers(1, 300), st.integers(0, 90), st.integers(0, 2**32))
def test_no_arrangement_makes_anybody_late_or_moves_what_is_settled(
    chosen: list[tuple[int, int, int]], after: int, gap: int, seed: int
) -> None:
    """Dates gone by stay, dates ahead stay ahead, every duty stands as it stood; and so again with a second change."""
    day, first, second = OPENED + timedelta(days=after), shaken(seed), shaken(seed + 1)
    task, _ = played([act for act in script(chosen) if act.day < day], lambda on: False)
    task = replay([event for event in task.events if event.day <= day])
    law = under(OFFICIAL, first, second)
    if law.closed_on(task) is None:
        fairly(law, fairly(law, task, first, day), second, day + timedelta(days=gap))


@settings(max_examples=20)
@given(steps, st.integers(1, 400), st.integers(0, 2**32))
def test_the_clock_does_nothing_twice_after_a_change(chosen: list[tuple[int, int, int]], after: int, seed: int) -> None:
    """Facts that were settled are not settled again under the new days, and the history folds to one end."""
    day, new = OPENED + timedelta(days=after), shaken(seed)
    task, _ = played([act for act in script(chosen) if act.day < day], lambda on: False)
    task = replay([event for event in task.events if event.day <= day])
    law = under(OFFICIAL, new)
    if law.closed_on(task) is not None:
        return
    end = law.settle(arrange(law, task, new, OFFICE, day).step.task, END).task
    keys = [event.key for event in end.events if event.key]
    assert len(keys) == len(set(keys))
    for event in end.events[task.version + 1 :]:
        assert event.day >= day
    fresh = under(new, OFFICIAL)  # another process, that has the new calendar for its own
    assert fresh.situation(replay(end.events)).duties == law.situation(end).duties


def offices() -> tuple[Office, Office]:
    """One that knows nothing of 2083, and one that does."""
    clock = iter(datetime(2082, 12, 21, tzinfo=UTC) + timedelta(minutes=n) for n in range(1000))
    made = [
        Office(FOLDER, calendar=calendar, now=lambda: next(clock), today=lambda: PLACED)
        for calendar in (OFFICIAL, OFFICIAL.with_year(NEXT))
    ]
    return made[0], made[1]


def test_loading_a_year_moves_open_tasks_once_and_the_record_replays(tmp_path: Path) -> None:
    """Dates move once and are told, a load broken off goes on, and rows, cuts and hashes hold for whoever looks."""
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    tables.metadata.create_all(engine)
    old, new = offices()
    drafts = tuple(Draft(code=c, text="新增规上企业40家", lead=("区工信局",)) for c in ("T1", "T2"))
    with sessionmaker(engine).begin() as session:
        old.assign(session, Breakdown(due=date(2083, 12, 31), tasks=drafts), OFFICE, PLACED)
    with sessionmaker(engine)() as session:
        new.replay(session)  # what was worked out under the old calendar is not judged by the new one
    with sessionmaker(engine).begin() as session:
        assert new.in_use(session).provisional(date(2083, 3, 1))
        [first] = new.arrange(session, ["T1"], OFFICE, PLACED)  # and here the power fails
        assert [one.new for one in first.moved] == [date(2083, 1, 5)]
    with sessionmaker(engine).begin() as session:
        assert new.in_use(session).behind
        [rest] = new.arrange(session, new.unarranged(session), OFFICE, PLACED)
        assert rest.task.code == "T2"
        new.arranged(session, OFFICE, 2, 2, PLACED)
    with sessionmaker(engine).begin() as session:
        assert new.arrange(session, new.unarranged(session), OFFICE, PLACED) == ()
        assert not new.in_use(session).provisional(date(2083, 3, 1))
        told = new.load(session, "T1").events[-1]
        assert (told.action, told.changes["dates"]) == (CALENDAR, {"plan:1": ["2083-01-04", "2083-01-05"]})
        assert told.to == ("区工信局",)
        assert told.recorded_at is not None
        for moment, due in ((told.recorded_at - timedelta(seconds=1), 4), (told.recorded_at, 5)):
            cut = Cut(PLACED, moment)
            stored = [d for d in duty_store.at(session, "default", cut, ["T1"]) if d.kind == "plan"]
            assert [d.due for d in stored] == [date(2083, 1, due)]
            assert [d for d in new.show(session, "T1", cut).duties if d.kind == "plan"] == stored
        new.advance(session, "T1", "plan", GXJ, date(2083, 1, 5), **(PLAN | {"milestones": ["2083-06-30 过半"]}))
    for office in (new, offices()[0]):  # also for who has not heard of the new year
        with sessionmaker(engine)() as session:
            office.replay(session)
            assert office.audit(session).breaks == ()
            seen = office.show(session, "T1", Cut(date(2083, 1, 5))).duties
            assert [d.in_time for d in seen if d.kind == "plan"] == [True]


def test_a_task_from_before_calendars_had_names_goes_by_the_first_that_was_kept(tmp_path: Path) -> None:
    """An old record names no calendar: it is held to the one that stood when the first was written down."""
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    tables.metadata.create_all(engine)
    old, new = offices()
    with sessionmaker(engine).begin() as session:
        source = old.folder.definition("key-work")
        old.register(session, "workflow", source)
        task = Task("T1", "略", lead=("区工信局",), due=date(2083, 12, 31))
        event = old.lifecycle(session, source.value.name).open(task, OFFICE, PLACED).task.events[0]
        bare = replace(event, changes={k: v for k, v in event.changes.items() if k != CALENDAR})
        old.save(session, [Step(None, (replay([bare]),))])
        kept = tables.DEFAULT.library
        session.execute(delete(kept).where(kept.c.kind == "calendar"))  # as a record of an older program
    with sessionmaker(engine)() as session:
        looking = offices()[1]
        looking.begin_calendar(session, OFFICIAL, dry=True)
        assert len(looking.arrange(session, ["T1"], OFFICE, PLACED, dry=True)[0].moved) == 1
    with sessionmaker(engine).begin() as session:
        new.begin_calendar(session, OFFICIAL)
        made = new.arrange(session, ["T1"], OFFICE, PLACED)
        assert [one.new for one in made[0].moved] == [date(2083, 1, 5)]
    with sessionmaker(engine)() as session:
        new.replay(session)
        offices()[0].replay(session)
