"""What waits for people's word and what lights show is asked of the tasks that can matter; the fold of all agrees."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Office
from supervise.intake.breakdown import Breakdown, Draft
from supervise.rules.ladder import Lights
from supervise.rules.measures import Ground
from supervise.site.folder import Folder, read_folder, shipped
from supervise.store import library, pressed, tasks
from supervise.workflows.situations import Situation
from tests.cli_help import ROOT
from tests.histories import END
from tests.plans import plans
from tests.surveying import Lived
from tests.test_surveyor import a_cut, lives

STAFF = Actor("张督查", "督查室", frozenset({"office"}))
EVERY = ("cumulative", "three-in-a-row", "monthly-lights")
ASKING = """
ladder: asking
version: 1
title: 都要人批
effective: 2020-01-01
for: key-work
rungs:
  - {order: first, label: 一, when: [plan missed, progress missed 2 months in a row], confirm: office, reply: 3 workdays}
  - {order: second, label: 二, when: [10 days after finish or progress, first unanswered], confirm: office, reply: 3 workdays}
  - {order: third, label: 三, when: [missed 3 times, 5 days before finish, finish behind 30%], confirm: office, reply: 3 workdays}
"""  # noqa: E501


class Folding(Office):
    """An office that folds every history to see what waits and what burns."""

    def _pressed(self, session: Session, cut: Cut, ladders: Any) -> set[str]:
        return set(tasks.codes(session, self.district))

    def _shining(self, session: Session, rules: Lights, unit: str, cut: Cut) -> set[str]:
        return set(tasks.codes(session, self.district))

    def _surveyed(self, session: Session, odd: Any, workflow: str, cut: Cut, ahead: Any = None) -> Any:
        found = [s for s in self.situations(session, cut) if s.definition.workflow == workflow]
        return Ground(found, cut.as_of, self.directory), {}


@pytest.fixture(scope="module", params=["missed", "any"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The shipped definitions with ladders that people must confirm, that add up, and lights of a second kind."""
    made = tmp_path_factory.mktemp("pressed") / "definitions"
    shutil.copytree(shipped(), made, ignore=shutil.ignore_patterns("stories"))
    for name in EVERY:
        shutil.copy(ROOT / "examples" / "ladders" / "rules" / f"{name}.yaml", made / "rules")
    asking = ASKING if request.param == "any" else "".join(ASKING.splitlines(keepends=True)[:-1])
    (made / "rules" / "asking.yaml").write_text(asking, "utf-8")
    return read_folder(made).sound()


@settings(max_examples=4, deadline=None)
@given(chosen=lives, gap=st.integers(0, 6), moving=st.booleans(), data=st.data())
def test_what_waits_and_what_burns_is_what_all_histories_give(
    folder: Folder, chosen: list[list[tuple[int, int, int]]], gap: int, moving: bool, data: st.DataObject
) -> None:
    """Orders, proposals about units and lights on any day, known at any moment, clock or no clock."""
    made = Lived(chosen, gap, moving=moving)
    office, folding = (
        kind(folder, district=made.district, directory=made.office.directory, now=made.office.now, today=lambda: END)
        for kind in (Office, Folding)
    )
    with made.sessions() as session:
        for _ in range(6):
            cut = a_cut(made, data)
            assert office.pending(session, cut) == folding.pending(session, cut), cut
            for lights in ("progress-lights", "monthly-lights"):
                assert office.lights(session, lights, cut) == folding.lights(session, lights, cut), cut
                mine = office.lights(session, lights, cut, "区科技局")
                assert mine == folding.lights(session, lights, cut, "区科技局"), cut


class Noting(Office):
    """An office that notes which tasks it folds."""

    def situations(self, *given: Any, **named: Any) -> list[Situation]:
        """As the office gives them."""
        found = super().situations(*given, **named)
        self.seen = getattr(self, "seen", set()) | {one.task.code for one in found}
        return found


def closed(office: Office, session: Session, codes: Iterable[str], day: date) -> None:
    """Tasks that were placed and called off again on one day."""
    drafts = tuple(Draft(code=code, text="一件事", lead=("区工信局",)) for code in codes)
    office.assign(session, Breakdown(due=date(day.year, 12, 31), tasks=drafts), STAFF, day)
    for draft in drafts:
        office.advance(session, draft.code, "withdraw", STAFF, day, reason="调整")


def test_what_was_over_long_ago_is_not_folded(engine: Engine) -> None:
    """Of tasks called off in another year and one that is late, only the late one is looked at, for both lists."""
    office = Noting()
    with sessionmaker(engine).begin() as session:
        closed(office, session, [f"A{n}" for n in range(5)], date(2024, 3, 4))
        drafts = (Draft(code="B1", text="一件事", lead=("区工信局",)),)
        office.assign(session, Breakdown(due=date(2025, 12, 31), tasks=drafts), STAFF, date(2025, 3, 3))
        office.tick(session, date(2025, 7, 1))
        office.seen = set()
        office.pending(session, Cut(date(2025, 7, 1)))
        _, lit = office.lights(session, cut=Cut(date(2025, 7, 1)))
        assert [one.task for one in lit] == ["B1"]
        assert office.seen == {"B1"}


def test_of_publications_only_the_newest_is_read(engine: Engine) -> None:
    """However many boards were published, one body leaves the database: that of the last period over at the cut."""
    office = Office()
    with sessionmaker(engine).begin() as session:
        for number, period in enumerate(("2025Q1", "2025Q3", "2025Q2", "2026Q1")):
            body = f'{{"n": {number}}}'
            library.publish(session, office.district, "board", "red-black", period, body, "甲", office.now())
        asked = list[str]()
        heard = "before_cursor_execute", lambda *given: asked.append(given[2])
        event.listen(engine, *heard)
        found = library.newest(session, office.district, "red-black", Cut(date(2025, 12, 31)))
        event.remove(engine, *heard)
        assert found is not None and found.period == "2025Q3"
        (body,) = [statement for statement in asked if "body" in statement]
        assert "serial" in body.partition("WHERE")[2]
        assert library.newest(session, office.district, "red-black", Cut(date(2025, 3, 1))) is None


def test_what_may_be_pressed_is_found_without_statistics(session: Session) -> None:
    """A new SQLite file, of which nothing is known yet, goes through what is owed and not through every task."""
    asked = plans(session, lambda: pressed.missing(session, "default", date(2025, 7, 1), ["reply"], ["区工信局"]))
    assert len(asked) == 2 and all("USING COVERING INDEX ix_sv_duty_" in plan for plan in asked), asked
