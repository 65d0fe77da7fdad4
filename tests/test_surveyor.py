"""Boards and years are asked of stored facts; the fold of every history gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Office
from supervise.dates import parse_period
from supervise.hall.judge import canonical
from supervise.intake.breakdown import Breakdown, Draft
from supervise.rules.moved import lines_of
from supervise.rules.ruleset import BoardRules
from supervise.site.folder import read_folder
from supervise.store import counting, recounting
from supervise.store.tables import of
from tests import surveying
from tests.histories import END, FOLDER, OPENED, _steps, placed, steps
from tests.laws import renamed
from tests.servers import KINDS, in_memory
from tests.surveying import Folding, Lived, everything, named

PERIODS = ("2025-03", "2025-06", "2025-11", "2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2025")
Body = dict[str, Any]
lives = st.lists(steps, min_size=1, max_size=4)
SIDEWAYS = {"undo", "suspend", "split", "reopen", "delegate", "carry"}
CHIEF = Actor("主任", "督查室", frozenset({"office"}))


def a_cut(made: Lived, data: st.DataObject) -> Cut:
    """Now, as it was known at a moment, or a day as known earlier or later."""
    known = data.draw(st.sampled_from([made.moment, *(cut.known for cut in made.cuts)]))
    days = st.integers(0, (END - OPENED).days + 60).map(lambda n: OPENED + timedelta(days=n))
    return Cut(data.draw(st.sampled_from([END, *(cut.as_of for cut in made.cuts)]) | days), known)


def boards_agree(made: Lived, data: st.DataObject) -> None:
    """The board and every receipt at a cut, both ways."""
    period, cut = data.draw(st.sampled_from(PERIODS)), a_cut(made, data)
    rules = everything(parse_period(period).kind, made.newer is not None)
    with made.sessions() as session:
        asked = made.office.board(session, "red-black", period, cut, rules)
        folded = made.folding.board(session, "red-black", period, cut, rules)
        for row, other in zip(asked["standings"], folded["standings"], strict=True):
            for line, right in zip(row["score"]["lines"], other["score"]["lines"], strict=True):
                assert line == right, (period, cut, row["unit"])
            assert row == other
        assert canonical(asked) == canonical(folded)
        figures_agree(made, session, period, cut, rules, asked)
        for row in folded["standings"]:
            assert made.office.why(asked, row["unit"]) == made.folding.why(folded, row["unit"])


def figures_agree(made: Lived, session: Session, period: str, cut: Cut, rules: BoardRules, whole: Body) -> None:
    """The same board without receipts, without the number of tasks, and with the receipts of one unit.

    So with fewer lines: where every phrase names its duties letters are not told apart from work.
    """
    for office in (made.office, made.folding):
        for units in ((), tuple(row["unit"] for row in whole["standings"][-1:])):
            told = office.board(session, "red-black", period, cut, rules, cited=units)
            assert told == uncited(whole, units)
        told = office.board(session, "red-black", period, cut, rules, cited=(), tasks=False)
        assert told == uncounted(uncited(whole, ()))
    asked, folded = (
        office.board(session, "red-black", period, cut, named(rules), cited=(), tasks=False)
        for office in (made.office, made.folding)
    )
    assert asked == folded


def uncited(body: Body, units: Sequence[str]) -> Body:
    """A board or a year as it is without the receipts of all but some units."""
    left: Body = deepcopy(body)
    for row in left["standings"]:
        for line in lines_of(row) if row["unit"] not in units else ():
            del line["because"]
    return left | {"cited": list(units)}


def uncounted(body: Body) -> Body:
    """The same without how many tasks each unit has."""
    for row in body["standings"]:
        del row["tasks"]
    return body


def years_agree(made: Lived, data: st.DataObject) -> None:
    """The year's assessment from published boards, marks and the year itself, both ways."""
    with made.sessions.begin() as session:
        made.office.tick(session, END)
        for quarter in data.draw(st.lists(st.sampled_from(["2025Q1", "2025Q2", "2025Q3"]), unique=True)):
            made.office.publish(session, made.office.board(session, "red-black", quarter), CHIEF)
        made.office.mark(session, "区科技局", "leader", date(2025, 12, 30), 90, CHIEF)
    with made.sessions() as session:
        for cut in (Cut(END, made.moment), a_cut(made, data)):
            asked, folded = (office.assess(session, "annual", "2025", cut) for office in (made.office, made.folding))
            assert canonical(asked) == canonical(folded), cut
            for office in (made.office, made.folding):
                assert office.assess(session, "annual", "2025", cut, cited=()) == uncited(asked, ())


@settings(max_examples=3, deadline=None)
@given(lives, st.integers(0, 6), st.booleans(), st.data())
def test_what_is_asked_of_stored_facts_is_what_all_histories_give(
    chosen: list[list[tuple[int, int, int]]], gap: int, moving: bool, data: st.DataObject
) -> None:
    """Boards and the year at any cut, with whatever phrases, clock or no clock, units taken over or not: same bytes."""
    made = Lived(chosen, gap, moving=moving)
    for _ in range(4):
        boards_agree(made, data)
    years_agree(made, data)


@settings(max_examples=2, deadline=None)
@given(lives, st.integers(0, 6), st.data())
def test_tasks_that_change_their_law_count_on_a_board_as_in_their_histories(
    chosen: list[list[tuple[int, int, int]]], gap: int, data: st.DataObject
) -> None:
    """Some tasks under one law, some under the next, some there and back: whatever rules call it, the same bytes."""
    law, names = renamed()
    made = Lived(chosen, gap, newer=(law, names["actions"]))
    for _ in range(3):
        boards_agree(made, data)
    with made.sessions() as session:
        assert made.office.replay(session).tasks >= len(chosen)


@settings(max_examples=2, deadline=None)
@given(lives, st.integers(0, 6), st.booleans(), st.data())
def test_boards_of_periods_that_follow_are_those_of_each_alone(
    chosen: list[list[tuple[int, int, int]]], gap: int, moving: bool, data: st.DataObject
) -> None:
    """What several boards share is counted once, and each is told as if it had been asked for by itself."""
    made = Lived(chosen, gap, moving=moving)
    rules, cut = everything("quarter"), a_cut(made, data)
    periods = ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1"]
    periods = periods[slice(*sorted(data.draw(st.lists(st.integers(0, 5), min_size=2, max_size=2))))]
    with made.sessions() as session:
        for cited in ((), None):
            together = list(made.office.boards(session, "red-black", periods, cut, rules, cited=cited))
            alone = [made.office.board(session, "red-black", p, cut, rules, cited=cited) for p in periods]
            assert [canonical(body) for body in together] == [canonical(body) for body in alone]


def test_who_gets_a_first_task_in_between_is_on_the_boards_from_then_on() -> None:
    """Boards of several months ask who has tasks on few days, and tell it as each month by itself does."""
    moment = datetime(2025, 12, 31, tzinfo=UTC)
    office, sessions = Office(FOLDER, now=lambda: moment, today=lambda: END), sessionmaker(in_memory())
    begun = {"区工信局": date(2025, 1, 6), "区科技局": date(2025, 4, 7), "区商务局": date(2025, 8, 4)}
    with sessions.begin() as session:
        for unit, day in begun.items():
            draft = Draft(code=unit, text="事", lead=(unit,), due=END)
            office.assign(session, Breakdown(workflow="key-work", tasks=(draft,)), CHIEF, day)
        office.tick(session, moment.date())
    with sessions() as session:
        months = [f"2025-{n:02d}" for n in range(1, 13)]
        rules, cut = everything("month"), Cut(moment.date(), moment)
        bodies = office.boards(session, "red-black", months, cut, rules, cited=(), tasks=False)
        found = [{row["unit"] for row in body["standings"]} for body in bodies]
    assert found == [{u for u, day in begun.items() if day.month <= n} for n in range(1, 13)]


def test_random_histories_take_back_pause_split_and_open_again() -> None:
    """Whatever the law test says of such acts, it has seen them."""
    seen = set[str]()
    for seed in range(60):
        made = Lived([_steps(seed)], 2)
        with made.sessions() as session:
            seen |= set(session.scalars(select(of(session).event.c.action).distinct()))
        if seen >= SIDEWAYS:
            return
    raise AssertionError(SIDEWAYS - seen)


@pytest.mark.parametrize("kind", KINDS[1:], indirect=True)
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=lives, gap=st.integers(0, 6), moving=st.booleans(), data=st.data())
def test_servers_answer_as_the_fold_does(
    engine: Engine, chosen: list[list[tuple[int, int, int]]], gap: int, moving: bool, data: st.DataObject
) -> None:
    """On PostgreSQL and MariaDB too boards and years asked of stored facts are those of all histories."""
    made = Lived(chosen, gap, engine, moving)
    for _ in range(4):
        boards_agree(made, data)
    years_agree(made, data)


@settings(max_examples=2, deadline=None)
@given(lives, st.integers(0, 6), st.data())
def test_what_is_written_anew_is_what_was_written_with_the_acts(
    chosen: list[list[tuple[int, int, int]]], gap: int, data: st.DataObject
) -> None:
    """Parts and pace lost, as after an upgrade: boards stay right, and ``measure`` gives the same rows again."""
    made = Lived(chosen, gap)
    with made.sessions.begin() as session:
        before = _kept(made, session)
        for table in (of(session).part, of(session).pace):
            session.execute(table.delete())
        codes = session.scalars(select(of(session).task.c.code)).all()
        waiting = [{"district": made.district, "task": code} for code in codes]
        session.execute(of(session).unmeasured.insert(), waiting)
    boards_agree(made, data)
    with made.sessions.begin() as session:
        assert made.office.measure(session) == len(codes)
        assert _kept(made, session) == before
        assert (made.office.measure(session), recounting.unmeasured(session, made.district)) == (0, [])


def _kept(made: Lived, session: object) -> list[object]:
    at = of(session)  # type: ignore[arg-type]
    found = []
    for table in (at.part, at.pace):
        query = select(table).where(table.c.district == made.district).order_by(*table.primary_key)
        found.append(session.execute(query).all())  # type: ignore[attr-defined]
    return found


def test_only_tasks_of_which_the_dates_do_not_tell_are_folded() -> None:
    """With the clock run a board folds no task; with one act known later or taken back, that task alone."""
    made = Lived([[(3, 0, 40), (4, 0, 50), (20, 0, 60)], [(30, 0, 10)]], 1, sideways=False)
    day = date(2025, 4, 30)
    with made.sessions.begin() as session:
        made.office.tick(session, day)
    with made.sessions() as session:
        now, before = Cut(day, made.moment), Cut(day, made.cuts[1].known)
        assert counting.unsettled(session, made.district, now) == set()
        assert counting.unsettled(session, made.district, before) == {"T0", "T1"}
        asked = _folds(made, session, "2025-03", now)
        assert asked == []
    with made.sessions.begin() as session:
        made.office.advance(session, "T1", "propose", CHIEF, day, reason="(略)")
        made.office.advance(session, "T1", "undo", CHIEF, day)
    with made.sessions() as session:
        assert counting.unsettled(session, made.district, Cut(day, made.moment)) == {"T1"}


def _folds(made: Lived, session: object, period: str, cut: Cut) -> list[str]:
    """The tasks that a board by the shipped rules folds."""
    found: list[str] = []
    before = made.office.situations

    def heard(session: object, cut: Cut, codes: object = None, since: object = None) -> object:
        made_ = before(session, cut, codes, since)  # type: ignore[arg-type]
        found.extend(s.task.code for s in made_)
        return made_

    made.office.situations = heard  # type: ignore[assignment, method-assign]
    rules = everything("month")
    plain = [line for line in rules.score.lines if line.label in ("plan on time", "finish on pace", "rework", "missed")]
    score = rules.score.model_copy(update={"lines": tuple(plain)})
    made.office.board(session, "red-black", period, cut, rules.model_copy(update={"score": score}))  # type: ignore[arg-type]
    made.office.situations = before  # type: ignore[method-assign]
    return found


def shares(made: Lived, session: Session, rules: BoardRules, **asked: Any) -> dict[str, list[Body]]:
    """What every unit has in a board of the half year."""
    body = made.office.board(session, "red-black", "2025H1", Cut(END, made.moment), rules, **asked)
    return {row["unit"]: row["score"]["lines"] for row in body["standings"]}


def test_what_two_leads_owe_together_is_one_duty_to_who_helps_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures count it once for the helper, as the receipt does."""
    leads = ("区科技局", "区工信局")
    monkeypatch.setattr(surveying, "PARTIES", ((leads, ("区商务局",)), (leads[:1], ("区商务局",))))
    made = Lived([[], []], 0, sideways=False)
    with made.sessions.begin() as session:
        made.office.tick(session, END)
    rules = everything("half")
    lines = tuple(line for line in rules.score.lines if line.label == "plan missed")
    rules = rules.model_copy(update={"score": rules.score.model_copy(update={"lines": lines})})
    with made.sessions() as session:
        whole, figures = shares(made, session, rules), shares(made, session, rules, cited=(), tasks=False)
    told = {unit: [(line["quantity"], line["points"]) for line in lines] for unit, lines in figures.items()}
    assert told == {unit: [(line["quantity"], line["points"]) for line in lines] for unit, lines in whole.items()}
    quantities = {unit: lines[1]["quantity"] for unit, lines in figures.items()}
    assert quantities == {"区工信局": "牵头 1 × 1", "区科技局": "牵头 2 × 1", "区商务局": "协办 2 × 2"}
    cited = {unit: len(lines[1]["because"]) for unit, lines in whole.items()}
    assert cited == {"区工信局": 1, "区科技局": 2, "区商务局": 2}


def test_what_was_missed_counts_whether_it_is_open_or_was_waived_since(monkeypatch: pytest.MonkeyPatch) -> None:
    """At an earlier cut figures add up a unit's duties that were missed, one of them waived after the cut."""
    monkeypatch.setattr(surveying, "PARTIES", ((("区科技局",), ()),))
    made = Lived([[], []], 0, sideways=False)
    with made.sessions.begin() as session:
        made.office.tick(session, END)
        made.office.advance(session, "T0", "waive", CHIEF, END + timedelta(days=1), duty="plan:1", reason="(略)")
    with made.sessions() as session:
        figures = shares(made, session, named(everything("half")), cited=(), tasks=False)
    told = [line["quantity"] for line in figures["区科技局"] if line["label"] == "plan missed"]
    assert told == ["牵头 2 × 1"]


def test_boards_of_two_workflows_in_one_district_do_not_mix(tmp_path: Path) -> None:
    """Tasks under other laws count in no board of a workflow, whose kinds of duty may bear the same names."""
    law = (Path(__file__).parents[1] / "definitions" / "key-work.yaml").read_text("utf-8")
    for name in ("units.yaml", "censure.yaml", "rules/red-black.yaml"):
        text = (Path(__file__).parents[1] / "definitions" / name).read_text("utf-8")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "key-work.yaml").write_text(law, "utf-8")
    (tmp_path / "side.yaml").write_text(law.replace("workflow: key-work", "workflow: side"), "utf-8")
    folder = read_folder(tmp_path).sound()
    engine = in_memory()
    moment = datetime(2025, 6, 1, tzinfo=UTC)
    offices = [kind(folder, now=lambda: moment, today=lambda: END) for kind in (Office, Folding)]
    sessions = sessionmaker(engine)
    with sessions.begin() as session:
        for workflow in ("key-work", "side"):
            drafts = tuple(
                Draft(code=f"{workflow}-{n}", text="事", lead=("区工信局",), co=("区商务局",)) for n in range(3)
            )
            offices[0].assign(session, Breakdown(workflow=workflow, due=placed().due, tasks=drafts), CHIEF, OPENED)
        offices[0].tick(session, date(2025, 12, 31))
    with sessions() as session:
        cut = Cut(date(2025, 12, 31), moment)
        for period in ("2025-02", "2025-06", "2025-11"):
            asked, folded = (office.board(session, "red-black", period, cut, everything("month")) for office in offices)
            assert canonical(asked) == canonical(folded)
            assert list(asked["definitions"]) == ["key-work@2"]
            assert {row["tasks"] for row in asked["standings"]} == {3}
