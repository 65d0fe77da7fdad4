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

from supervise import Cut, Refused
from supervise.intake.breakdown import Breakdown, Draft
from supervise.reminder import Pick
from supervise.rules.reminders import Chase
from supervise.store import outbox
from tests import histories
from tests.acting import OFFICE, OPENED, PLAN, Office, an_office
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


@settings(max_examples=12)
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
