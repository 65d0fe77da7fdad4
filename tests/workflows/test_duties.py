"""What is owed, by whom, by when, and when it was met: everything that has consequences follows from here."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.people import Actor
from supervise.records import Duty
from tests.histories import LAW as RANDOM_LAW
from tests.histories import placed, script, steps, tried
from tests.workflows.builders import OFFICE, A, B, C, Case, D, law, on


def dues(case: Case, kind: str) -> list[str]:
    """The last days of all duties of a kind."""
    return [str(d.due) for d in case.duties(kind)]


def outcomes(case: Case, kind: str, day: str) -> list[str]:
    """How all duties of a kind stand on a day."""
    return [d.outcome(on(day)) for d in case.duties(kind)]


# --- limits ---------------------------------------------------------------------------------------------------


def test_the_first_day_is_not_counted() -> None:
    """Ten working days from 25 March skip the day itself, three weekends and Qingming: the limit is 9 April."""
    case = Case(opened="2021-03-25")
    assert case.duty("plan").due == on("2021-04-09")
    assert case.outcome("plan", "2021-04-09") == "open" and case.outcome("plan", "2021-04-10") == "missed"


def test_a_last_day_off_moves_to_the_next_working_day() -> None:
    """25 December 2021 is a Saturday: the report is owed by the 27th, and still counts in the year's last quarter."""
    duty = Case().duty("progress:2021-12-25")
    assert (duty.nominal, duty.due) == (on("2021-12-25"), on("2021-12-27"))
    met = Case().started().cycle("2021-06-20", "2021-06-22").do("2021-12-27", A, "report")
    assert met.outcome("progress:2021-12-25", "2021-12-31") == "on time"


def test_a_law_may_keep_limits_as_written() -> None:
    """Without ``holidays: next workday`` a limit on a Saturday stays there."""
    case = Case(law(TOY.replace("{holidays}", "as written")), due="2021-12-25")
    assert case.duty("finish").due == on("2021-12-25")
    assert Case(law(TOY.replace("{holidays}", "next workday")), due="2021-12-25").duty("finish").due == on("2021-12-27")


TOY = """
workflow: toy
version: 1
title: 小
effective: 2020-01-01
holidays: {holidays}
roles: {lead: 牵头, office: 督查室}
states: {a: 在办, z: 办完}
actions:
  end: {label: 完, by: lead, to: z}
duties:
  finish: {label: 办完, of: lead, due: task, met_by: end}
"""


def test_dates_on_or_before_the_opening_and_after_the_due_date_are_not_owed() -> None:
    """A task owes the dates that lie within it, but not one that comes before it could have been worked on."""
    assert dues(Case(opened="2021-06-25", due="2021-12-01"), "progress") == []
    assert dues(Case(opened="2021-05-20", due="2021-12-25"), "progress") == ["2021-06-25", "2021-12-27"]
    assert dues(Case(opened="2021-06-01", due="2021-12-25"), "progress") == ["2021-12-27"]
    assert dues(Case(opened="2021-03-25", due="2022-12-24"), "progress") == ["2021-06-25", "2021-12-27", "2022-06-27"]


def test_an_extension_brings_the_dates_that_lie_in_the_added_time() -> None:
    """Who has until next summer owes next summer's report."""
    case = Case(due="2021-12-31").started().do("2021-12-20", A, "ask", until="2022-07-31")
    case.do("2021-12-22", OFFICE, "extend", until="2022-07-31")
    assert dues(case, "progress") == ["2021-06-25", "2021-12-27", "2022-06-27"]


# --- whose ----------------------------------------------------------------------------------------------------


def test_co_leads_share_one_duty_and_each_co_unit_owes_its_own() -> None:
    """One act by either lead meets the duty of both; a co-unit is freed only by itself."""
    case = Case(lead=[A, B], co=[C, D])
    assert case.duty("plan").units == (A, B)
    case.do("2021-04-01", B, "plan")
    assert case.outcome("plan", "2021-04-01") == "on time"
    case.do("2021-06-10", C, "contribute")
    assert case.outcome(f"contribution:2021-06-15:{C}", "2021-06-16") == "on time"
    assert case.outcome(f"contribution:2021-06-15:{D}", "2021-06-16") == "missed"
    assert case.duty(f"contribution:2021-06-15:{D}").units == (D,)


def test_a_missed_duty_stays_with_the_old_lead() -> None:
    """Reassignment hands on the work, not the blame; a limit not yet passed goes with the work."""
    case = Case(opened="2021-03-25").do("2021-05-06", OFFICE, "reassign", units=[D])
    first, second = case.duties("plan")
    assert (first.units, first.outcome(on("2021-05-06"))) == ((A,), "missed")
    assert (second.units, str(second.due)) == ((D,), "2021-05-19")
    assert case.duty("finish").units == (D,) and case.duty("progress:2021-06-25").units == (D,)
    case.do("2021-05-10", D, "plan")
    assert [d.units for d in case.duties("plan")] == [(A,), (D,)]
    assert outcomes(case, "plan", "2021-05-10") == ["late", "on time"]


def test_a_duty_that_falls_due_on_the_day_of_reassignment_is_the_old_leads() -> None:
    """Who gets a task in the course of a day does not owe what falls due that evening."""
    for day, debtor in (("2021-05-20", D), ("2021-06-25", A), ("2021-06-28", A)):
        case = Case().started().do(day, OFFICE, "reassign", units=[D])
        assert case.duty("progress:2021-06-25").units == (debtor,), day


def test_a_date_that_comes_at_once_does_not_bind_a_new_lead() -> None:
    """Reassigned the day before the half-year report: neither the old nor the new lead owes it."""
    case = Case().started().do("2021-06-24", OFFICE, "reassign", units=[D])
    assert case.outcome("progress:2021-06-25", "2021-06-26") == "void"
    assert case.duty("progress:2021-12-25").units == (D,)


def test_a_limit_set_for_the_old_lead_does_not_run_against_the_new_one() -> None:
    """What an act asked of one unit in so many days ends with the reassignment; the new one plans anew."""
    case = Case().started().do("2021-06-20", A, "report").do("2021-06-22", OFFICE, "rework")
    case.do("2021-06-23", OFFICE, "reassign", units=[D])
    assert case.outcome(f"rework:{case.events('rework')[0].seq}", "2021-07-30") == "void"
    back = Case().do("2021-04-01", A, "plan").do("2021-04-02", OFFICE, "revise")
    assert back.outcome("replan", "2021-04-30") == "missed"
    assert back.do("2021-04-06", OFFICE, "reassign", units=[D]).outcome("replan", "2021-04-30") == "void"
    assert back.outcome(f"plan:{back.task.events[-1].seq}", "2021-04-30") == "missed"


def test_a_limit_runs_on_while_one_of_its_debtors_stays() -> None:
    """A further co-lead does not end what the first one owes."""
    case = Case().started().do("2021-06-20", A, "report").do("2021-06-22", OFFICE, "rework")
    case.do("2021-06-23", OFFICE, "reassign", units=[A, D])
    assert case.outcome(f"rework:{case.events('rework')[0].seq}", "2021-07-30") == "missed"


# --- what meets it --------------------------------------------------------------------------------------------


def test_an_act_meets_the_earliest_date_still_unmet() -> None:
    """A report in July that was owed in June meets June, late; the next one meets December."""
    case = Case().started().cycle("2021-07-08", "2021-07-10")
    assert outcomes(case, "progress", "2021-12-31") == ["late", "missed"]
    case.do("2021-12-20", A, "report")
    assert outcomes(case, "progress", "2021-12-31") == ["late", "on time"]


@pytest.mark.parametrize("second", ["2021-06-11", "2021-06-15"])
def test_reporting_twice_does_not_free_from_the_next_date(second: str) -> None:
    """A co-unit that sends a supplement before the June date has passed still owes December."""
    case = Case(co=[C]).do("2021-06-10", C, "contribute").do(second, C, "contribute")
    assert outcomes(case, "contribution", "2021-12-16") == ["on time", "missed"]
    case = Case(co=[C]).do("2021-06-10", C, "contribute").do("2021-06-16", C, "contribute")
    assert outcomes(case, "contribution", "2021-12-16") == ["on time", "on time"]


def test_a_report_on_the_opening_day_counts_for_the_first_date() -> None:
    """The window of the first date begins with the task itself."""
    assert outcomes(Case(co=[C]).do("2021-03-25", C, "contribute"), "contribution", "2021-06-16")[0] == "on time"


def test_a_report_after_rework_does_not_count_ahead() -> None:
    """Doing the June report again on 29 June meets the rework and leaves December owed."""
    case = Case().started().do("2021-06-24", A, "report").do("2021-06-28", OFFICE, "rework")
    case.do("2021-06-29", A, "report").do("2021-07-01", OFFICE, "verify").do("2021-07-01", OFFICE, "resume")
    assert case.outcome(f"rework:{case.events('rework')[0].seq}", "2021-07-01") == "on time"
    assert outcomes(case, "progress", "2021-12-31") == ["on time", "missed"]
    assert case.duty("progress:2021-06-25").met == on("2021-06-24")
    case.do("2021-12-24", A, "report")
    assert outcomes(case, "progress", "2021-12-31") == ["on time", "on time"]


def test_a_limit_counted_anew_supersedes_the_open_one_and_not_the_missed_one() -> None:
    """A second rework replaces the first while it runs; one already missed stays on record."""
    case = Case().started().do("2021-05-06", A, "report").do("2021-05-07", OFFICE, "rework")
    case.do("2021-05-10", A, "report").do("2021-05-11", OFFICE, "rework")
    assert outcomes(case, "rework", "2021-05-11") == ["on time", "open"]
    asked = (
        Case().started().do("2021-05-06", A, "ask", until="2022-03-31").do("2021-05-07", A, "ask", until="2022-06-30")
    )
    assert outcomes(asked, "decision", "2021-05-20") == ["void", "missed"]
    late = (
        Case().started().do("2021-05-06", A, "ask", until="2022-03-31").do("2021-05-20", A, "ask", until="2022-06-30")
    )
    assert outcomes(late, "decision", "2021-05-20") == ["missed", "open"]


def test_what_the_office_owes_is_owed_by_the_office() -> None:
    """Approval, review and decision are duties of the office, with limits of their own."""
    case = Case().do("2021-04-01", A, "plan")
    assert case.duty("approval").units == (OFFICE,) and case.outcome("approval", "2021-04-30") == "missed"
    case.do("2021-05-06", OFFICE, "start").do("2021-06-01", A, "report")
    assert case.outcome("review", "2021-06-17") == "missed"
    case.do("2021-06-17", OFFICE, "rework")
    assert case.outcome("review", "2021-06-17") == "late"


# --- waits and dating -----------------------------------------------------------------------------------------


def finishing(report: str = "2021-12-30") -> Case:
    """A task whose last report is in and waits for the office."""
    return Case().started().cycle("2021-06-20", "2021-06-22").do(report, A, "report", progress=100)


def test_while_the_office_has_the_ball_nobody_is_late() -> None:
    """Reported before the due date and verified weeks after it: the duty stays open all the time."""
    case = finishing()
    assert case.outcome("finish", "2022-02-01") == "open"
    case.do("2022-02-10", OFFICE, "verify")
    assert case.outcome("finish", "2022-02-10") == "open" and case.settle("2022-02-20").task.state == "verified"


def test_a_report_in_time_that_is_verified_later_is_on_time() -> None:
    """The day of the report counts, not that of the office's approval."""
    case = finishing().do("2022-02-10", OFFICE, "verify").do("2022-02-11", OFFICE, "complete")
    finish = case.duty("finish")
    assert (finish.met, finish.outcome(on("2022-02-11"))) == (on("2021-12-30"), "on time")


def test_time_the_office_took_across_the_due_date_is_given_back() -> None:
    """Returned after the due date, the unit has the days it had left, and at least five working days."""
    for reported, last, late in (
        ("2021-12-20", "2022-02-07", "2022-02-08"),
        ("2021-12-30", "2022-01-27", "2022-01-28"),
    ):
        case = Case().started().cycle("2021-06-20", "2021-06-22").do(reported, A, "report", progress=100)
        case.do("2022-01-20", OFFICE, "rework")
        assert (case.outcome("finish", last), case.outcome("finish", late)) == ("open", "missed"), reported
        assert str(case.settle("2022-03-01").events("lapse")[0].day) == late


def test_a_plan_that_the_office_does_not_approve_costs_the_unit_nothing() -> None:
    """While the plan lies with the office, the unit can neither report nor be late with it."""
    case = Case().do("2021-03-29", A, "plan")
    assert case.outcome("progress:2021-06-25", "2021-09-01") == "open"
    assert case.settle("2022-01-05").task.state == "planned"


def test_paper_received_in_time_is_in_time_whenever_it_is_entered() -> None:
    """The office enters a report on the 28th that came on the 24th: on time; the unit itself cannot say so."""
    case = Case().started()
    assert case.refused("2021-06-28", A, "report", received="2021-06-24")[0].code == "A11"
    office = Actor("张督查", A, frozenset({"office"}))
    given = {"summary": "进展", "progress": 60, "evidence": ["a.pdf"], "received": "2021-06-24"}
    case.task = case.law.advance(case.task, "report", office, on("2021-06-28"), given).task
    assert case.duty("progress:2021-06-25").met == on("2021-06-24")
    assert case.outcome("progress:2021-06-25", "2021-06-28") == "on time"


def test_a_report_after_the_due_date_stops_no_lateness() -> None:
    """Only a ball that was with the office when the limit passed excuses."""
    for day in ("2022-01-01", "2022-01-05"):
        case = Case().started().do(day, A, "catch_up", progress=100)
        assert case.outcome("finish", "2022-01-06") == "missed"
    case.do("2022-01-07", OFFICE, "verify").do("2022-01-07", OFFICE, "complete")
    assert case.duty("finish").met == on("2022-01-05") and case.outcome("finish", "2022-01-07") == "late"


def test_a_duty_settles_when_it_is_met_or_falls_due_whichever_is_first() -> None:
    """Early work counts when it is done, late and missing work when it fell due."""
    early = Case().do("2021-03-29", A, "plan").duty("plan")
    late = Case().do("2021-05-06", A, "plan").duty("plan")
    assert (early.settles, late.settles, Case().duty("plan").settles) == (
        on("2021-03-29"), on("2021-04-09"), on("2021-04-09")
    )  # fmt: skip
    assert Case().duty("progress:2021-12-25").settles == on("2021-12-25")


TERM = """
workflow: term
version: 1
title: 限期
effective: 2020-01-01
roles: {lead: 牵头, office: 督查室}
states: {a: 在办, z: 办完}
fields: {until: {label: 时限, kind: date}}
actions:
  note: {label: 报告, by: lead}
  term: {label: 限期, by: office, needs: until}
  close: {label: 办结, by: office, to: z}
duties:
  work: {label: 限期办理, of: lead, due: until of term, met_by: close, dated: note}
"""


def test_a_report_from_before_a_term_was_set_does_not_date_the_work_done_within_it() -> None:
    """What is dated by a report is dated by one made since the duty began, else by the act that meets it."""
    before = Case(law(TERM)).do("2021-04-01", A, "note").do("2021-04-06", OFFICE, "term", until="2021-04-30")
    assert before.do("2021-04-20", OFFICE, "close").duty("work").met == on("2021-04-20")
    within = Case(law(TERM)).do("2021-04-06", OFFICE, "term", until="2021-04-30").do("2021-04-29", A, "note")
    assert within.do("2021-05-20", OFFICE, "close").outcome("work", "2021-05-20") == "on time"


# --- extension, revival ---------------------------------------------------------------------------------------


def test_an_extension_granted_after_the_due_date_but_asked_before_counts_as_on_time() -> None:
    """The office answers late; the unit that asked in time is not late for it."""
    case = Case().started().cycle("2021-06-20", "2021-06-22").do("2021-12-30", A, "ask", until="2022-03-31")
    assert case.outcome("finish", "2022-01-05") == "missed" and case.settle("2022-01-05").task.state == "overdue"
    case.do("2022-01-10", OFFICE, "extend", until="2022-03-31")
    assert (case.task.state, case.outcome("finish", "2022-01-10")) == ("in_progress", "open")
    assert case.outcome("decision", "2022-01-10") == "late"
    case.do("2022-03-30", A, "report", progress=100).do("2022-04-10", OFFICE, "verify")
    case.do("2022-04-11", OFFICE, "complete")
    assert case.outcome("finish", "2022-04-11") == "on time"


def test_a_request_does_not_stop_the_clock() -> None:
    """An extension that is refused leaves the limit where it was."""
    case = Case().started().do("2021-12-30", A, "ask", until="2022-03-31").do("2022-01-04", OFFICE, "refuse")
    assert case.duty("finish").due == on("2021-12-31") and case.outcome("finish", "2022-01-04") == "missed"


def test_revival_keeps_the_miss() -> None:
    """A new term after the lapse is a new duty; the old one was missed and is met late at best."""
    case = Case().started().settle("2022-01-05").do("2022-01-10", OFFICE, "revive", until="2022-02-28")
    assert case.outcome("finish", "2022-01-10") == "missed" and case.outcome("recovery", "2022-01-10") == "open"
    case.do("2022-02-20", A, "report", progress=100).do("2022-03-10", OFFICE, "verify")
    case.do("2022-03-11", OFFICE, "complete")
    assert (case.outcome("finish", "2022-03-11"), case.outcome("recovery", "2022-03-11")) == ("late", "on time")


# --- void -----------------------------------------------------------------------------------------------------


def test_a_waived_duty_is_void_from_that_day() -> None:
    """Force majeure: the miss stands until it is excused and then counts no more; its siblings stand."""
    case = Case().started().do("2021-07-05", OFFICE, "waive", duty="progress:2021-06-25")
    assert case.outcome("progress:2021-06-25", "2021-07-04") == "missed"
    assert case.outcome("progress:2021-06-25", "2021-07-05") == "void"
    assert case.outcome("progress:2021-12-25", "2021-12-31") == "missed"


def test_closing_ends_what_was_open_and_keeps_what_was_missed() -> None:
    """Withdrawing a task frees from what is still ahead and from nothing that was already missed."""
    case = Case(co=[C]).started().do("2021-07-05", OFFICE, "withdraw")
    assert case.outcome("finish", "2021-07-05") == "void"
    assert outcomes(case, "progress", "2022-01-31") == ["missed", "void"]
    assert outcomes(case, "contribution", "2022-01-31") == ["missed", "void"]
    assert case.outcome("plan", "2022-01-31") == "on time"


# --- laws -----------------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(steps)
def test_duties_are_well_formed_in_every_history(chosen: list[tuple[int, int, int]]) -> None:
    """Keys are unique; limits lie after the start; days of meeting do not lie before it; someone owes each duty."""
    task = placed()
    for act in script(chosen):
        task = tried(task, act)[0]
    duties = RANDOM_LAW.situation(task).duties
    assert len({d.key for d in duties}) == len(duties)
    for duty in duties:
        assert duty.units and duty.born <= duty.nominal <= duty.due < duty.missed_from
        assert duty.met is None or duty.met >= duty.born
        assert duty.settles <= duty.nominal


@settings(max_examples=20)
@given(steps)
def test_a_fixed_date_is_never_met_by_an_act_that_met_another(chosen: list[tuple[int, int, int]]) -> None:
    """Never more dates met than acts done."""
    task = placed()
    for act in script(chosen):
        task = tried(task, act)[0]
    duties = RANDOM_LAW.situation(task).duties
    reports = sum(e.action in ("report", "catch_up") for e in task.events)
    assert sum(d.kind == "progress" and d.met is not None for d in duties) <= reports


DAYS = st.integers(0, 60).map(lambda n: date(2021, 1, 1) + timedelta(days=n))


@given(
    DAYS,
    st.integers(0, 30),
    st.none() | DAYS,
    st.none() | DAYS,
    st.integers(0, 30),
)
def test_outcome_and_span_are_two_views_of_one_thing(
    born: date, length: int, met: date | None, void: date | None, slack: int
) -> None:
    """On every day from its birth exactly one outcome holds, and it is the one whose span holds that day."""
    due = born + timedelta(days=length)
    met = max(met, born) if met else None
    void = max(void, born) if void else None
    duty = Duty("k", "k", "T", "lead", (A,), born, due, due, due + timedelta(days=1 + slack), met, void)
    for n in range(120):
        day = born + timedelta(days=n)
        holding = [o for o in ("open", "on time", "late", "missed", "void") if duty.span(o).holds(day)]
        assert holding == [duty.outcome(day)]
