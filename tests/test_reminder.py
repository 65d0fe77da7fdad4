"""Notices and reminding by hand at the office: never twice, never lost, never a flood; batches within their bounds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Office, Refused, Stale
from supervise.dates import ONE_DAY
from supervise.hall.reminder import Pick
from supervise.intake.breakdown import Breakdown, Draft
from supervise.rules import reminders
from supervise.rules.reminders import Chase
from supervise.rules.ruleset import Reminders
from supervise.store import outbox
from tests import histories
from tests.acting import OFFICE, OPENED, PLAN, an_office

WHY = Chase("尚未报送")
GXJ = "区工信局"


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session of a host's, on each kind of database."""
    with sessionmaker(engine).begin() as made:
        yield made


def placed(office: Office, session: Session, *codes: str) -> None:
    """Tasks of one unit, due at the end of the year."""
    drafts = [Draft(code=code, text="新增规上企业40家", lead=(GXJ,), co=("区商务局",)) for code in codes]
    office.assign(session, Breakdown(due=date(2025, 12, 31), tasks=tuple(drafts)), OFFICE, OPENED)


def test_a_notice_is_sent_once_however_often_the_clock_runs(session: Session) -> None:
    """Two runs on a night, a night that was missed, a fortnight without any: each limit is told of once, or not."""
    office = an_office()
    placed(office, session, "T1")
    sent = {
        day: [f"{n.ref} {'、'.join(n.to)}" for n in office.tick(session, date(2025, 3, day)).notices]
        for day in (11, 13, 14)
    }
    assert sent == {11: [], 13: [f"plan:1:2025-03-17:3 workdays {GXJ}"], 14: [f"plan:1:2025-03-17:1 workdays {GXJ}"]}
    assert office.tick(session, date(2025, 3, 14)).notices == ()
    late = office.tick(session, date(2025, 6, 25)).notices  # all summer: only what is still ahead
    assert [n.ref.split(":")[0] for n in late] == ["progress"]
    assert len(list(outbox.written(session, "default", OPENED, date(2025, 6, 30)))) > 3
    office.replay(session)


def test_notices_cost_one_look_each(session: Session) -> None:
    """With nobody acting, the clock looks at a task once more for each notice, and on no other night."""
    looked = {}
    for district, rules in (("with", True), ("without", False)):
        office = Office(histories.FOLDER, district=district, today=lambda: OPENED)
        if not rules:
            office._reminders = {"key-work": ()}
        placed(office, session, "T1")
        told, day, nights = 0, OPENED, 0
        while day < date(2026, 2, 1):
            day += ONE_DAY
            report = office.tick(session, day)
            told, nights = told + len(report.notices), nights + report.looked_at
        looked[district] = nights, told
    assert looked["without"][1] == 0 < looked["with"][1]
    assert looked["with"][0] <= looked["without"][0] + looked["with"][1]


@settings(max_examples=40)
@given(histories.steps, st.sets(st.integers(0, 400), max_size=60))
def test_no_notice_is_lost_between_acts_and_nights(chosen: list[tuple[int, int, int]], nights: set[int]) -> None:
    """Whenever the clock runs and does not look at a task, there is nothing on it that was not told."""
    office, rules = Office(histories.FOLDER), histories.FOLDER.of_kind(Reminders)
    law, task, acts, sent = histories.LAW, histories.placed(), histories.script(chosen), set[str]()
    wake = office.wake(law, task, task.events[-1].day)
    for day in (histories.OPENED + timedelta(days=n) for n in range(420)):
        while acts and acts[0].day == day:
            before, (task, _) = task, histories.tried(task, acts.pop(0))
            wake = office.wake(law, task, day) if task is not before else wake
        if (day - histories.OPENED).days in nights:
            near = {n.key for n in reminders.notices(rules, law.situation(law.settle(task, day).task), day)}
            if wake <= day:
                sent, task = sent | near, histories.ticked(task, day)
                wake = office.wake(law, task, day, looked=True)
            assert near <= sent


def test_what_is_due_longest_comes_before_the_cap(session: Session) -> None:
    """Where a day has no room for all, the latest is reminded of first, whatever its code."""
    office = an_office()
    placed(office, session, "Z1")
    drafts = tuple(Draft(code=f"A{n}", text="另一件", lead=(GXJ,)) for n in range(3))
    office.assign(session, Breakdown(due=date(2025, 12, 31), tasks=drafts), OFFICE, date(2025, 3, 10))
    made = office.remind(session, Pick(unit=GXJ, kind="plan"), OFFICE, WHY, date(2025, 4, 1))
    assert [one.task.code for one in made.done] == ["Z1", "A0", "A1"]


def test_a_batch_keeps_the_bounds_and_says_who_must_wait(session: Session) -> None:
    """Three a day for one unit, a task whole or not at all; looked at first, nothing is written."""
    office, day = an_office(), date(2025, 3, 18)
    placed(office, session, "T1", "T2", "T3", "T4", "T5")
    pick = Pick(unit=GXJ, kind="plan")
    seen = office.reminding(session, pick, OFFICE, WHY, day)
    assert office.show(session, "T1").task.version == 1
    made = office.remind(session, pick, OFFICE, WHY, day)
    assert [one.task.code for one in made.done] == ["T1", "T2", "T3"] == [one.task.code for one in seen.done]
    assert [(p.code, p.task, p.help) for p in made.refused] == [
        ("H13", code, "下次最早 2025-03-19") for code in ("T4", "T5")
    ]
    assert [letter.to for letter in outbox.written(session, "default", day, day)] == [(GXJ,)] * 3
    rest = office.remind(session, pick, OFFICE, WHY, date(2025, 3, 19))
    assert [one.task.code for one in rest.done] == ["T4", "T5"]
    assert {p.code for p in rest.refused} == {"H12"} and len(rest.refused) == 3
    office.replay(session)


def test_a_service_reminds_and_what_it_remembers_stays_true(session: Session) -> None:
    """Reminded in a transaction of its own; whoever then acts on the task as he saw it before is told (S01)."""
    office = an_office()
    placed(office, session, "T1")
    session.commit()
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    service = office.serve(engine)
    made = service.remind(Pick(("T1",)), OFFICE, WHY, date(2025, 3, 18))
    assert [one.times for one in made.done] == [1]
    with pytest.raises(Stale):
        service.advance("T1", "plan", Actor("李联络", GXJ), date(2025, 3, 18), seen=1, **PLAN)
    assert service.advance("T1", "plan", Actor("李联络", GXJ), date(2025, 3, 18), seen=2, **PLAN).version == 3


def test_what_is_not_owed_is_not_pressed_for(session: Session) -> None:
    """Nothing missed, a report that waits for the office, somebody who may not: no act is written."""
    office = an_office()
    placed(office, session, "T1")
    for pick, by, says in (
        (Pick(unit=GXJ), OFFICE, "没有可催的"),
        (Pick(("T1",), kind="approval"), OFFICE, "没有符合条件"),
        (Pick(("T1",)), Actor("李联络", GXJ), "应由督查室办理"),
    ):
        with pytest.raises(Refused, match=says):
            office.remind(session, pick, by, WHY, date(2025, 3, 5))
    assert office.show(session, "T1").task.version == 1
