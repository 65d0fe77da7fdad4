"""One truth, many readers: the laws that hold over every history."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from supervise import Cut, Office, Refused
from supervise.dates import parse_period
from supervise.hall.judge import canonical
from supervise.intake.breakdown import Breakdown, Draft
from supervise.phrases import parse_measure
from supervise.records import PARTIES, Task, replay
from supervise.rules.measures import Ground
from supervise.rules.ruleset import BoardRules
from supervise.rules.scoring import Score, Tally, score
from supervise.store import duties as duty_store
from supervise.store import tasks
from supervise.workflows.duties import fold, waiting
from tests.histories import END, FOLDER, LAW, LETTERS, OFFICE, OPENED, Act, placed, played, script, steps, tried
from tests.servers import KINDS, in_memory

RULES = FOLDER.rule(BoardRules, "red-black").value


def outcomes(task: Task) -> Counter[tuple[object, ...]]:
    """How every duty of the work itself came out, without numbers that count letters."""
    return Counter(
        (d.kind, d.units, d.born, d.due, d.met, d.void, d.outcome(END))
        for d in LAW.situation(task).duties
        if d.kind not in LETTERS
    )


def scores(task: Task, period: str) -> dict[str, Score]:
    """The scores of everyone for a period, as of the end."""
    ground = Ground([LAW.situation(task)], END, FOLDER.units)
    tally = Tally(ground, parse_period(period), FOLDER.units, RULES.score.spare)
    return {unit: score(RULES.score, tally, unit) for unit in ("区工信局", "区科技局", "区财政局", "区商务局")}


def points(task: Task) -> dict[tuple[str, str], Decimal]:
    """Everyone's total in every period."""
    periods = ("2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2025")
    return {(period, unit): made.total for period in periods for unit, made in scores(task, period).items()}


@settings(max_examples=12)
@given(steps, st.integers(2, 45))
def test_when_the_clock_runs_changes_no_state_no_outcome_and_no_score(
    chosen: list[tuple[int, int, int]], gap: int
) -> None:
    """Daily, rarely, once or never: the same refusals, state, outcomes and points; only letters leave later."""
    acts = [a for a in script(chosen) if a.day < END]
    task, accepted = played(acts, lambda day: False)
    for ticks in (lambda d: True, lambda d: (d - OPENED).days % gap == 0, lambda d: d == END - timedelta(days=1)):
        other, also = played(acts, ticks)
        assert also == accepted
        assert other.state == task.state and other.due == task.due
        assert outcomes(other) == outcomes(task)
        assert points(other) == points(task)


@settings(max_examples=24)
@given(steps, st.integers(1, 40))
def test_duties_carried_on_from_event_to_event_are_those_of_the_whole_history(
    chosen: list[tuple[int, int, int]], gap: int
) -> None:
    """What one event cannot have touched is taken over, and comes out as if all had been worked out again."""
    task, _ = played(script(chosen), lambda day: (day - OPENED).days % gap == 0)
    before = None
    for number in range(1, task.version + 1):
        then = replay(task.events[:number])
        before = fold(LAW.definition, then, LAW.calendar, before)
        whole = fold(LAW.definition, then, LAW.calendar)
        assert (before.all, before.apart, before.redone) == (whole.all, whole.apart, whole.redone)


@settings(max_examples=18)
@given(steps)
def test_the_ball_lies_with_the_office_on_the_days_that_the_states_say(chosen: list[tuple[int, int, int]]) -> None:
    """A day is waited for exactly if the last thing done by then left a state that waits; no span touches the next."""
    task, _ = played(script(chosen), lambda day: False)
    for kind in LAW.definition.duties.values():
        spans = waiting(kind, task)
        assert all(a.end < b.start for a, b in pairwise(spans))
        for n in range((END - OPENED).days):
            day = OPENED + timedelta(days=n)
            left = [event.target for event in task.events if event.day <= day][-1]
            assert any(span.holds(day) for span in spans) == (left in kind.waits)


@settings(max_examples=18)
@given(steps)
def test_receipts_add_up(chosen: list[tuple[int, int, int]]) -> None:
    """The lines of every score add up to its total exactly, within the bounds the rules set."""
    task = LAW.settle(_after(script(chosen)), END).task
    for period in ("2025Q2", "2025Q4", "2025"):
        for made in scores(task, period).values():
            assert sum((line.points for line in made.lines), Decimal(0)) == made.total
            assert RULES.score.min is not None and RULES.score.max is not None
            assert RULES.score.min <= made.total <= RULES.score.max


def _after(acts: list[Act]) -> Task:
    task = placed()
    for act in acts:
        task = tried(task, act)[0]
    return task


@settings(max_examples=18)
@given(steps)
def test_quarters_add_up_to_the_whole(chosen: list[tuple[int, int, int]]) -> None:
    """Every settled duty counts once for each who owes it, over all quarters together: none twice, none lost."""
    task = LAW.settle(_after(script(chosen)), END).task
    situation = LAW.situation(task)
    ground = Ground([situation], END, FOLDER.units)
    names = [f"{year}Q{n}" for year in (2025, 2026, 2027, 2028) for n in (1, 2, 3, 4)]
    for outcome in ("on time", "late", "missed"):
        owed = Counter(
            (d.key, FOLDER.units.heir(unit, END))
            for d in situation.duties
            if d.outcome(END) == outcome and not d.about  # a letter presses owed work, it is none
            for unit in d.units
        )
        facts = [
            f for name in names for f in ground.facts(parse_measure(outcome), parse_period(name)) if f.good and f.own
        ]
        assert Counter((f.ref.key, f.unit) for f in facts) == owed


@settings(max_examples=18)
@given(steps, st.integers(0, 400))
def test_a_guard_holds_exactly_when_its_span_does(chosen: list[tuple[int, int, int]], after: int) -> None:
    """``outcome`` on a day and the span of that outcome are two views of one thing."""
    day = OPENED + timedelta(days=after)
    for duty in LAW.situation(_after(script(chosen))).duties:
        if day >= duty.born:
            assert [o for o in ("open", "on time", "late", "missed", "void") if duty.span(o).holds(day)] == [
                duty.outcome(day)
            ]


@settings(max_examples=12)
@given(steps, st.integers(0, 400))
def test_settling_is_done_once_it_is_done(chosen: list[tuple[int, int, int]], after: int) -> None:
    """Settling twice, or in two stages, is settling once; and nothing is due before ``wake`` says so."""
    task = _after(script(chosen))
    day = max(OPENED + timedelta(days=after), task.events[-1].day)
    once = LAW.settle(task, END)
    assert LAW.settle(LAW.settle(task, day).task, END).task == once.task
    assert bool(LAW.settle(task, day).events) == (LAW.wake(task) <= day)


_numbers = count()


class Played:
    """A history played through an office and its database."""

    def __init__(self, acts: list[Act], gap: int, engine: Engine | None = None) -> None:
        if engine is None:
            engine = in_memory()
        self.sessions = sessionmaker(engine)
        self.moment = datetime(2025, 2, 10, 1, tzinfo=UTC)
        self.district = f"区{next(_numbers)}"  # on a server, each history in a district of its own
        self.office = Office(FOLDER, district=self.district, now=self._now, today=lambda: END)
        self.cuts: list[Cut] = []
        with self.sessions.begin() as session:
            task = placed()
            draft = Draft(code="T1", text=task.text, lead=task.lead, co=task.co)
            self.office.assign(session, Breakdown(due=task.due, tasks=(draft,)), OFFICE, OPENED)
        for number, act in enumerate(acts):
            self._act(act)
            if number % gap == 0:
                with self.sessions.begin() as session:
                    self.office.tick(session, act.day)
            self.cuts.append(Cut(act.day, self.moment))

    def _now(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment

    def _act(self, act: Act) -> None:
        with self.sessions() as session:
            try:
                self.office.advance(session, "T1", act.action, act.actor, act.day, **act.data)
                session.commit()
            except Refused:
                session.rollback()


def folded(office: Office, session: Session, cut: Cut) -> list[object]:
    """The duties at a cut by folding the log, the slow way."""
    found = tasks.histories(session, office.district, cut)
    return [d for task in found for d in LAW.situation(replay(task.events)).duties]


@settings(max_examples=18, deadline=None)
@given(steps, st.integers(1, 6), st.data())
def test_rows_equal_the_replay_at_every_cut(chosen: list[tuple[int, int, int]], gap: int, data: st.DataObject) -> None:
    """Task rows equal the fold of the log, and so do the stored duties, now and at any cut."""
    rows_equal_the_replay(Played([a for a in script(chosen) if a.day < END], gap), data)


def rows_equal_the_replay(made: Played, data: st.DataObject) -> None:
    """The law of the test above, on whatever database the history was played."""
    with made.sessions() as session:
        assert made.office.replay(session).tasks >= 1  # more when it was split
        for cut in [Cut(END), *made.cuts]:
            assert duty_store.at(session, made.district, cut) == folded(made.office, session, cut)
        if made.cuts:
            as_of = data.draw(st.sampled_from(made.cuts)).as_of
            known = data.draw(st.sampled_from(made.cuts)).known
            cut = Cut(as_of, known)
            assert duty_store.at(session, made.district, cut) == folded(made.office, session, cut)


@settings(max_examples=15, deadline=None)
@given(steps, st.integers(1, 6), st.integers(0, 400))
def test_the_to_do_list_is_what_the_duties_say(chosen: list[tuple[int, int, int]], gap: int, after: int) -> None:
    """Owed on a day is what is open or missed then by its last limit, and a unit's tasks are those it has a part in."""
    the_list_is_what_the_duties_say(Played([a for a in script(chosen) if a.day < END], gap), after)


def the_list_is_what_the_duties_say(made: Played, after: int) -> None:
    """The law of the test above, on whatever database the history was played."""
    cut = Cut(OPENED + timedelta(days=after))
    with made.sessions() as session:
        view = made.office.show(session, "T1", cut)
        closed = LAW.closed_on(view.task) is not None
        right = {
            d.key
            for d in view.duties
            if d.outcome(cut.as_of) in ("open", "missed") and d.born <= cut.as_of and not closed and not d.carried
        }
        owed = made.office.owed(session, cut=cut)
        assert {o.duty.key for o in owed if o.duty.task == "T1"} == right
        for unit in ("区工信局", "区科技局", "区商务局", "区财政局", "区发改局"):
            mine = any(unit in getattr(view.task, role) for role in PARTIES)
            assert ("T1" in {one.task.code for one in made.office.list(session, unit, cut=cut)}) == mine


@settings(max_examples=12, deadline=None)
@given(steps, st.integers(1, 6), st.data())
def test_a_board_at_a_cut_is_the_same_bytes_for_ever(
    chosen: list[tuple[int, int, int]], gap: int, data: st.DataObject
) -> None:
    """Whatever happens after a cut, the board at that cut does not change by a byte."""
    acts = [a for a in script(chosen) if a.day < END]
    split = data.draw(st.integers(0, len(acts)))
    the_board_stays(Played(acts[:split], gap), acts[split:])


def the_board_stays(made: Played, later: list[Act]) -> None:
    """The law of the test above, on whatever database the history was played."""
    with made.sessions() as session:
        before = made.office.board(session, "red-black", "2025Q2", Cut(date(2025, 6, 30)))
    for act in later:
        made._act(act)
    with made.sessions.begin() as session:
        made.office.tick(session, END)
    cut = Cut(date(2025, 6, 30), datetime.fromisoformat(before["cut"]["known"]))
    with made.sessions() as session:
        assert canonical(made.office.board(session, "red-black", "2025Q2", cut)) == canonical(before)


on_servers = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("kind", KINDS[1:], indirect=True)
@on_servers
@given(chosen=steps, gap=st.integers(1, 6), after=st.integers(0, 400), data=st.data())
def test_the_same_laws_hold_on_servers(
    engine: Engine, chosen: list[tuple[int, int, int]], gap: int, after: int, data: st.DataObject
) -> None:
    """On PostgreSQL and MariaDB too: rows equal replay, the list equals the duties, a board at a cut stays."""
    acts = [a for a in script(chosen) if a.day < END]
    made = Played(acts[: len(acts) * 2 // 3], gap, engine)
    rows_equal_the_replay(made, data)
    the_list_is_what_the_duties_say(made, after)
    the_board_stays(made, acts[len(acts) * 2 // 3 :])
    rows_equal_the_replay(made, data)
