"""What a phrase counts in a period: for whom, in which part, and on which day."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.dates import parse_period
from supervise.people import Unit, UnitList
from supervise.phrases import parse_measure
from supervise.rules import escalation
from supervise.rules.measures import Fact, Ground
from tests.histories import END, LADDER, LAW, OPENED, placed, script, steps, tried
from tests.workflows.builders import FOLDER, OFFICE, A, B, C, Case, D, ground, on


def facts(phrase: str, period: str, *cases: Case, as_of: str = "", own: bool = True) -> list[Fact]:
    """The facts of a phrase in a period, the co-units' shares left out unless asked for."""
    span = parse_period(period)
    found = ground(*cases, as_of=as_of or str(span.end)).facts(parse_measure(phrase), span)
    return [fact for fact in found if fact.own or not own]


def counted(phrase: str, period: str, *cases: Case, as_of: str = "") -> dict[str, int]:
    """Unit → how often the phrase is so."""
    found: dict[str, int] = {}
    for fact in facts(phrase, period, *cases, as_of=as_of):
        found[fact.unit] = found.get(fact.unit, 0) + fact.good
    return {unit: number for unit, number in found.items() if number}


def test_an_outcome_is_counted_among_all_settled_duties_of_its_kind() -> None:
    """“Plan on time” speaks of every plan that is settled: met in time, late or missed; each with its receipt."""
    case = Case().do("2021-05-06", A, "plan")
    (fact,) = facts("plan on time", "2021Q2", case)
    assert (fact.unit, fact.role, fact.good) == (A, "lead", False)
    assert (fact.ref.key, fact.ref.due, fact.ref.met) == ("plan:1", on("2021-04-09"), on("2021-05-06"))
    assert counted("plan late", "2021Q2", case) == {A: 1}
    assert facts("plan on time", "2021Q3", case) == []


def test_a_duty_counts_once_in_the_period_that_decides_it() -> None:
    """Owed on 9 April and done in March counts in the first quarter; missed and done in May, in the second."""
    early, late = Case().do("2021-03-29", A, "plan"), Case().do("2021-07-06", A, "plan")
    assert counted("plan on time", "2021Q1", early) == {A: 1} and facts("plan on time", "2021Q2", early) == []
    assert counted("plan missed", "2021Q2", late, as_of="2021-06-30") == {A: 1}
    assert counted("plan late", "2021Q2", late, as_of="2021-07-31") == {A: 1}
    assert facts("plan on time", "2021Q3", late) == []


def test_a_limit_moved_by_a_holiday_counts_where_it_was_set() -> None:
    """A due date on New Year's Eve is of the old year even where the last day moves into the new one."""
    case = Case(opened="2022-03-25", due="2022-12-31").started("2022-04-01", "2022-04-02")
    assert case.duty("finish").due == on("2023-01-03")
    assert counted("finish missed", "2022Q4", case, as_of="2023-01-31") == {A: 1}
    assert facts("finish missed", "2023Q1", case, as_of="2023-03-31") == []


def test_open_and_void_duties_are_out_of_every_rate() -> None:
    """What is still within its limit, was waived or ended with the task is neither good nor bad."""
    waived = Case().settle("2021-04-12").do("2021-04-12", OFFICE, "waive", duty="plan")
    assert facts("plan on time", "2021Q2", waived) == [] and facts("finish on time", "2021Q2", Case()) == []
    assert facts("finish on time", "2021Q4", Case().started().do("2021-06-01", OFFICE, "withdraw")) == []


def test_every_debtor_of_a_shared_duty_is_counted_and_each_co_unit_for_itself() -> None:
    """Co-leads miss together; co-units miss one by one."""
    case = Case(lead=[A, B], co=[C, D]).do("2021-06-10", C, "contribute")
    assert counted("plan missed", "2021Q2", case) == {A: 1, B: 1}
    assert counted("contribution missed", "2021Q2", case) == {D: 1}
    assert counted("contribution on time", "2021Q2", case) == {C: 1}


def test_a_co_unit_has_a_share_in_what_the_lead_achieved() -> None:
    """What the lead owed is also a fact of the co-units, marked as a share and not as their own."""
    case = Case(co=[C])
    (own, share) = facts("plan missed", "2021Q2", case, own=False)
    assert (own.unit, own.role, own.own) == (A, "lead", True)
    assert (share.unit, share.role, share.own, share.good) == (C, "co", False, True)
    assert [f.unit for f in facts("contribution missed", "2021Q2", case, own=False)] == [C]


def test_an_action_counts_on_its_day_for_the_lead_or_for_who_did_it() -> None:
    """A rework is charged to the lead, a contribution to the unit that made it."""
    case = Case(co=[C]).started().do("2021-06-20", A, "report").do("2021-07-05", OFFICE, "rework")
    case.do("2021-07-06", C, "contribute")
    assert counted("rework", "2021Q2", case) == {} and counted("rework", "2021Q3", case) == {A: 1}
    assert counted("contribute", "2021Q3", case) == {C: 1}
    assert counted("assign", "2021Q1", case) == {A: 1}


def test_an_order_is_charged_to_the_debtor_of_the_duty_it_names() -> None:
    """A red letter about the old lead's plan is not charged to the new lead."""
    case = Case().settle("2021-04-12").do("2021-04-12", OFFICE, "reassign", units=[D])
    case.do("2021-04-13", OFFICE, "order", level="red", duty="plan:1", until="2021-04-20")
    case.do("2021-04-13", OFFICE, "order", level="blue", duty="finish", until="2021-04-20")
    assert counted("order red", "2021Q2", case) == {A: 1}
    assert counted("order", "2021Q2", case) == {A: 1, D: 1}


def test_a_condition_counts_when_it_begins() -> None:
    """Fifteen working days after the due date fall in the next quarter and count there."""
    case = Case().started()
    assert counted("15 workdays after finish", "2021Q4", case) == {}
    assert counted("15 workdays after finish", "2022Q1", case) == {A: 1}


def test_nothing_after_the_cut_is_seen() -> None:
    """A report after the cut does not help, a limit after it does not hurt; the last day counts to its end."""
    case = Case()
    assert counted("plan missed", "2021Q2", case, as_of="2021-04-08") == {}
    assert counted("plan missed", "2021Q2", case, as_of="2021-04-09") == {A: 1}


def test_letters_are_no_owed_work() -> None:
    """A bare outcome counts the work itself; an unanswered letter is counted only where it is named."""
    case = Case().started().do("2021-05-06", OFFICE, "order", level="blue", duty="finish", until="2021-05-12")
    assert counted("missed", "2021Q2", case, as_of="2021-06-20") == {}
    assert counted("reply missed", "2021Q2", case, as_of="2021-06-20") == {A: 1}


@settings(max_examples=25)
@given(steps, st.integers(1, 30))
def test_what_lists_ask_does_not_depend_on_when_the_clock_ran(chosen: list[tuple[int, int, int]], gap: int) -> None:
    """“Anything missed?” has the same answer for every unit whether letters went out nightly, rarely or never."""
    answers = []
    for every in (0, 1, gap):
        task, day, queue = placed(), OPENED, [a for a in script(chosen) if a.day < END]
        while day < END:
            if every and (day - OPENED).days % every == 0:
                task = escalation.press(LADDER, LAW, LAW.settle(task, day).task, day).step.task
            while queue and queue[0].day == day:
                task = tried(task, queue.pop(0))[0]
            day += timedelta(days=1)
        record = Ground([LAW.situation(LAW.settle(task, END).task)], END, FOLDER.units)
        found = record.facts(parse_measure("missed"), parse_period("2025"))
        answers.append(sorted((f.unit, f.ref.what, f.ref.day) for f in found if f.good and f.own))
    assert answers[0] == answers[1] == answers[2]


# --- pace -----------------------------------------------------------------------------------------------------


def test_pace_is_judged_at_the_end_of_the_period() -> None:
    """On pace in June stays on pace in the June quarter, whatever became of the task later."""
    case = Case().started().cycle("2021-06-20", "2021-06-22", 60)
    assert counted("finish on pace", "2021Q2", case) == {A: 1}
    assert counted("finish on pace", "2021Q2", case, as_of="2022-01-31") == {A: 1}
    (later,) = facts("finish on pace", "2021Q4", case, as_of="2022-01-31")
    assert not later.good


def test_pace_is_not_judged_before_anything_can_be_known_nor_after_the_duty_was_settled() -> None:
    """No report and none missed: no judgement; settled in an earlier period: none any more."""
    assert facts("finish on pace", "2021Q1", Case()) == []
    done = Case().started().do("2021-06-20", A, "report", progress=100).do("2021-06-22", OFFICE, "verify")
    done.do("2021-06-22", OFFICE, "complete")
    assert counted("finish on pace", "2021Q2", done) == {A: 1} and facts("finish on pace", "2021Q3", done) == []


# --- who has a part -------------------------------------------------------------------------------------------


def parts(period: str, *cases: Case, as_of: str = "", spared: tuple[tuple[str, str], ...] = ()) -> dict[str, set[str]]:
    """Unit → tasks in a period."""
    span = parse_period(period)
    return ground(*cases, as_of=as_of or str(span.end)).tasks_of(span, spared)


def test_tasks_are_those_in_which_a_unit_had_a_part_during_the_period() -> None:
    """From the quarter a task is placed to the one it is closed in, for lead and co, without spared parts."""
    one, two = Case(co=["柳汀镇"]), Case(code="T2", opened="2021-07-05", co=[A], lead=[B])
    one.do("2021-07-20", OFFICE, "withdraw")
    assert parts("2021Q1", one, two) == {A: {"T1"}, "柳汀镇": {"T1"}}
    assert parts("2021Q3", one, two) == {A: {"T1", "T2"}, "柳汀镇": {"T1"}, B: {"T2"}}
    assert parts("2021Q4", one, two) == {B: {"T2"}, A: {"T2"}}
    assert "柳汀镇" not in parts("2021Q3", one, two, spared=(("towns", "co"),))


def test_a_unit_relieved_of_a_task_does_not_vanish_from_that_quarter() -> None:
    """The old lead stays on the board of the quarter in which it missed the plan, and leaves in the next."""
    case = Case().do("2021-05-06", OFFICE, "reassign", units=[D])
    assert parts("2021Q1", case) == {A: {"T1"}}
    assert parts("2021Q2", case) == {A: {"T1"}, D: {"T1"}}
    assert parts("2021Q3", case) == {D: {"T1"}}
    assert parts("2021Q1", case, as_of="2021-12-31") == {A: {"T1"}}


UNITS = UnitList(
    (
        Unit("甲局", id="a", group="bureaus", until=on("2021-06-30"), becomes="b"),
        Unit("乙局", id="b", group="bureaus", since=on("2021-07-01")),
    )
)


def test_after_a_reform_facts_and_tasks_go_to_the_heir_of_the_same_day() -> None:
    """Boards up to the reform name the old unit, later ones the heir; nothing falls between the two."""
    case = Case(lead=["甲局"])
    for period, as_of, unit in (
        ("2021Q2", "2021-06-30", "甲局"), ("2021Q2", "2021-07-05", "甲局"), ("2021", "2021-12-31", "乙局"),
    ):  # fmt: skip
        record, span = ground(case, as_of=as_of, units=UNITS), parse_period(period)
        assert {f.unit for f in record.facts(parse_measure("plan missed"), span)} == {unit}
        assert set(record.tasks_of(span)) == {unit}
