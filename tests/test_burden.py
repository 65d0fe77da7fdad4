"""The burden report: counted by hand over a small history, and equal to the fold over random ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Refused
from supervise.hall.reminder import Pick
from supervise.intake.breakdown import Breakdown, Draft
from supervise.rules.combining import Asked, combine
from supervise.rules.reminders import Chase
from supervise.store import outbox
from supervise.workflows import derived
from supervise.workflows.deriving import derive
from tests import histories
from tests.acting import OFFICE, OPENED, PLAN, REPORT, Office, an_office
from tests.histories import END
from tests.surveying import Lived
from tests.workflows.builders import actor

GXJ, SWJ = "区工信局", "区商务局"


@pytest.fixture
def lived(engine: Engine) -> Iterator[tuple[Office, Session]]:
    """Two tasks of one unit up to the end of June: a late plan, an order, an inspection, two reminders."""
    office = an_office()
    with sessionmaker(engine).begin() as session:
        drafts = [Draft(code=code, text="新增规上企业40家", lead=(GXJ,), co=(SWJ,)) for code in ("T1", "T2")]
        office.assign(session, Breakdown(due=date(2025, 12, 31), tasks=tuple(drafts)), OFFICE, OPENED)
        for code, day in (("T1", date(2025, 3, 10)), ("T2", date(2025, 3, 24))):
            if code == "T2":
                office.tick(session, date(2025, 3, 20))  # the plan of T2 is late: a blue letter
                office.remind(session, Pick(("T2",)), OFFICE, Chase("方案未报"), date(2025, 3, 20))
            office.advance(session, code, "plan", actor(GXJ), day, **PLAN)
            office.advance(session, code, "start", OFFICE, day)
        office.advance(session, "T1", "inspect", OFFICE, date(2025, 5, 8), opinion="属实")
        office.advance(session, "T1", "contribute", actor(SWJ), date(2025, 5, 30), summary="已报")
        office.remind(session, Pick(kind="progress"), OFFICE, Chase("半年进展"), date(2025, 6, 20))
        yield office, session


def test_the_numbers_are_those_of_a_count_by_hand(lived: tuple[Office, Session]) -> None:
    """Every act and duty of the two tasks stands in its month, once, under the unit it was asked of."""
    office, session = lived
    body = office.burden(session, "2025", cut=Cut(date(2025, 6, 30)))
    told = {(row["month"][5:], row["unit"]): tuple(row.values())[2:7] for row in body["rows"]}
    assert {key: row for key, row in told.items() if key[1] in (GXJ, SWJ) and any(row)} == {
        ("03", GXJ): (2, 0, 1, 1, 0),
        ("05", GXJ): (0, 0, 0, 0, 1),
        ("05", SWJ): (1, 1, 0, 0, 0),
        ("06", GXJ): (2, 2, 2, 0, 0),
        ("06", SWJ): (1, 1, 0, 0, 0),
        ("12", GXJ): (4, 2, 0, 0, 0),
        ("12", SWJ): (2, 2, 0, 0, 0),
    }
    march = next(row for row in body["rows"] if (row["month"], row["unit"]) == ("2025-03", GXJ))
    letters = list(outbox.written(session, "default", date(2025, 3, 1), date(2025, 3, 31)))
    assert march["messages"] == sum(GXJ in letter.to for letter in letters) > 4
    before = office.burden(session, "2025-06", GXJ, Cut(date(2025, 6, 19)))["rows"]
    assert [(row["duties"], row["reminders"]) for row in before] == [(2, 0)]


def test_reports_of_one_week_are_put_together_on_their_last_day(lived: tuple[Office, Session]) -> None:
    """The two halves-year reports of one unit could be one; the co-unit owes one only, for it gave the other."""
    office, session = lived
    found = office.joint(session, "2025-06", cut=Cut(date(2025, 6, 2)))
    assert [(one.unit, one.week, one.day, [o.duty.task for o in owed]) for one, owed in found] == [
        (GXJ, "2025-W26", date(2025, 6, 25), ["T1", "T2"])
    ]


@pytest.fixture
def near(lived: tuple[Office, Session]) -> tuple[Office, Session]:
    """The same with a report of T2 returned, to be redone on the day before T1 has to report."""
    office, session = lived
    office.advance(session, "T2", "report", actor(GXJ), date(2025, 6, 16), **REPORT)
    office.advance(session, "T2", "rework", OFFICE, date(2025, 6, 17), reason="请补佐证")
    return office, session


def limits(office: Office, session: Session, day: date) -> dict[tuple[str, str], date]:
    """Task and kind of every report that the unit owes → its limit."""
    owed = office.owed(session, GXJ, Cut(day))
    return {(o.duty.task, o.duty.kind): o.duty.due for o in owed if o.duty.due < date(2025, 7, 1)}


def test_reports_of_one_week_are_put_together_on_record(near: tuple[Office, Session]) -> None:
    """The earlier one waits for the later, nobody is asked for anything sooner; both tasks say so, with the reason."""
    office, session = near
    day, before = date(2025, 6, 20), limits(office, session, date(2025, 6, 20))
    first, last = before["T2", "rework"], before["T1", "progress"]
    assert (first, last) == (date(2025, 6, 24), date(2025, 6, 25))
    made = office.combine(session, OFFICE, "为基层减负", "2025-W26", GXJ, day)
    assert [o.duty.task for _, owed in made.done for o in owed] == ["T2", "T1"] and not made.refused
    assert limits(office, session, day) == {("T2", "rework"): last, ("T1", "progress"): last}
    view = office.show(session, "T2", Cut(day))
    said = view.lifecycle.wording.said(view.task.events[-1], {})
    assert said == "退回重报 2025-06-24 并到 2025-06-25,与 T1 一并报,为基层减负"
    (duty,) = (d for d in view.duties if d.kind == "rework")
    assert derived.said(derive(view.lifecycle, view.task, duty)).endswith("“合并报送”,几件一并报")
    office.tick(session, last)
    assert [d.outcome(last) for d in office.show(session, "T2", Cut(last)).duties if d.kind == "rework"] == ["open"]
    office.replay(session)
    assert office.audit(session).breaks == ()


def test_what_was_put_together_is_taken_apart_while_its_own_limit_lies_ahead(near: tuple[Office, Session]) -> None:
    """The law's own limit holds again; once it has gone by the agreed day stays, for the unit relied on it."""
    office, session = near
    before = limits(office, session, date(2025, 6, 20))
    office.combine(session, OFFICE, "为基层减负", "2025-W26", GXJ, date(2025, 6, 20))
    office.part(session, OFFICE, "领导要先看", "2025-W26", GXJ, date(2025, 6, 23))
    assert limits(office, session, date(2025, 6, 23)) == before
    office.combine(session, OFFICE, "为基层减负", "2025-W26", GXJ, date(2025, 6, 24))
    late = office.part(session, OFFICE, "领导要先看", "2025-W26", GXJ, date(2025, 6, 25))
    assert [(p.code, p.task) for p in late.refused] == [("H14", "T2")]
    assert limits(office, session, date(2025, 6, 25))["T2", "rework"] == date(2025, 6, 25)


def test_only_the_office_puts_reports_together_with_a_reason_and_within_the_task(near: tuple[Office, Session]) -> None:
    """A unit, an act without a reason, a second time, and a day after the task's own limit are refused, by code."""
    office, session = near
    day = date(2025, 6, 20)

    def refused(by: Actor, why: str) -> set[str]:
        with pytest.raises(Refused) as caught:
            office.combine(session, by, why, "2025-W26", GXJ, day)
        return {problem.code for problem in caught.value.problems}

    assert refused(actor(GXJ), "太忙") == {"A02"} and refused(OFFICE, " ") == {"A03"}
    view = office.show(session, "T2", Cut(day))
    rules = office.reminders("key-work")
    key = next(d.key for d in view.duties if d.kind == "rework")
    with pytest.raises(Refused, match="这项任务 2025-12-31 就要办结"):
        combine(rules, view.lifecycle, view.task, key, Asked(OFFICE, "减负", day, date(2026, 1, 5)))
    office.combine(session, OFFICE, "为基层减负", "2025-W26", GXJ, day)
    assert refused(OFFICE, "为基层减负") == {"H14"}


@settings(max_examples=3)
@given(st.lists(histories.steps, min_size=2, max_size=4), st.integers(0, 6), st.booleans())
def test_the_report_is_what_the_fold_gives(seeds: list[list[tuple[int, int, int]]], gap: int, moving: bool) -> None:
    """Over random histories, at any cut, the stored facts and the fold of every history give one report."""
    lived = Lived(seeds, gap, moving=moving)
    with lived.sessions.begin() as session:
        for day in (date(2026, 2, 2), END):
            with suppress(Refused):
                lived.office.remind(session, Pick(due_before=END), OFFICE, Chase("请办"), day)
        for cut in (*lived.cuts[:: max(1, len(lived.cuts) // 3)], Cut(END, lived.moment)):
            fast, slow = (office.burden(session, "2025", cut=cut) for office in (lived.office, lived.folding))
            assert fast == slow
        fast, slow = (office.burden(session, "2026Q1", cut=Cut(END)) for office in (lived.office, lived.folding))
        assert fast["rows"] == slow["rows"]
