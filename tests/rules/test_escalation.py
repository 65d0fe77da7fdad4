"""The ladder: which letters go out, to whom, how often, and what a missed night changes."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.rules import escalation
from supervise.rules.entries import parse_reset, parse_suspension
from supervise.rules.ruleset import Ladder
from tests.histories import END, LAW, OPENED, placed, script, steps, tried
from tests.workflows.builders import LADDER, OFFICE, A, Case, D, ladder, on


def letters(case: Case) -> list[tuple[str, str, str, str]]:
    """Day, rung, duty and limit of every letter."""
    return [(str(e.day), e.data["level"], e.data["duty"], e.data["until"]) for e in case.events("order")]


def nightly(case: Case, first: str, last: str, rules: Ladder = LADDER) -> list[escalation.Proposal]:
    """Let the clock run every night and gather what people are asked to confirm."""
    proposals, day = [], on(first)
    while day <= on(last):
        proposals += case.press(str(day), rules).proposals
        day += timedelta(days=1)
    return proposals


def test_the_two_worked_dates_of_the_late_plan() -> None:
    """Plan owed by 9 April: blue on the 10th until the 16th, orange on the 17th until the 21st."""
    case = Case()
    nightly(case, "2021-03-26", "2021-04-20")
    assert letters(case) == [
        ("2021-04-10", "blue", "plan:1", "2021-04-16"),
        ("2021-04-17", "orange", "plan:1", "2021-04-21"),
    ]


def test_the_ladder_stops_when_the_matter_is_done() -> None:
    """A plan that comes in after the blue letter ends the matter; no orange follows."""
    case = Case()
    nightly(case, "2021-03-26", "2021-04-12")
    case.do("2021-04-13", A, "plan").do("2021-04-14", OFFICE, "start")
    nightly(case, "2021-04-14", "2021-06-20")
    assert [rung for _, rung, _, _ in letters(case)] == ["blue"]


def test_a_reply_stops_the_climb_though_not_the_lateness() -> None:
    """Who answers the blue letter in time gets no orange one for it; the plan is still missed."""
    case = Case()
    nightly(case, "2021-03-26", "2021-04-12")
    case.do("2021-04-13", A, "reply")
    nightly(case, "2021-04-14", "2021-05-30")
    assert [rung for _, rung, _, _ in letters(case)] == ["blue"]
    assert case.outcome("plan", "2021-05-30") == "missed"


def test_one_order_per_duty_and_day_the_gravest_that_holds() -> None:
    """When several reasons hold at once only the gravest letter goes out, and the milder ones are taken up by it."""
    case = Case().started().cycle("2021-06-20", "2021-06-22").do("2021-12-20", A, "report", progress=60)
    case.do("2021-12-21", OFFICE, "verify").do("2021-12-21", OFFICE, "resume")
    case.press("2022-01-05")
    assert [(rung, duty) for _, rung, duty, _ in letters(case)] == [("orange", "finish")]
    assert case.press("2022-01-06").step.events == ()
    assert len(letters(case)) == 1


def test_each_duty_is_pressed_for_itself() -> None:
    """Two duties in arrears on one day give two letters, one about each."""
    case = Case()
    nightly(case, "2021-06-26", "2021-06-26")
    assert sorted(duty for _, _, duty, _ in letters(case)) == ["finish", "plan:1", "progress:2021-06-25"]


def test_a_letter_is_never_sent_twice_for_the_same_reason() -> None:
    """However often the clock runs, and on the same day again, the same reason gives one letter."""
    case = Case()
    for _ in range(3):
        nightly(case, "2021-04-10", "2021-04-16")
    assert len(letters(case)) == 1
    assert len({e.key for e in case.events("order")}) == 1 and case.events("order")[0].key


def test_a_new_reason_gives_a_new_letter() -> None:
    """Behind in June gives a blue letter; the coming due date gives another in December."""
    case = Case().started().do("2021-06-20", A, "report", progress=5).do("2021-06-22", OFFICE, "verify")
    nightly(case, "2021-06-22", "2021-06-24")
    case.do("2021-06-24", A, "reply").do("2021-06-24", OFFICE, "resume").do("2021-12-01", A, "report", progress=90)
    case.do("2021-12-02", OFFICE, "verify").do("2021-12-02", OFFICE, "resume")
    nightly(case, "2021-12-03", "2021-12-25")
    assert [(day, rung) for day, rung, duty, _ in letters(case) if duty == "finish"] == [
        ("2021-06-22", "blue"), ("2021-12-24", "blue")
    ]  # fmt: skip


def test_an_order_sent_by_the_office_counts_like_one_of_the_clocks() -> None:
    """Direct entry: after a red letter by hand the clock sends no blue one for what was already so."""
    case = Case().settle("2021-04-10")
    case.do("2021-04-10", OFFICE, "order", level="red", duty="plan", until="2021-04-30")
    nightly(case, "2021-04-10", "2021-04-30")
    assert [rung for _, rung, _, _ in letters(case)] == ["red"]


def test_limits_run_from_the_day_the_letter_is_sent() -> None:
    """A clock that slept for a week sends its letter a week later, with the full time to answer."""
    case = Case()
    case.press("2021-04-17")
    assert letters(case) == [("2021-04-17", "blue", "plan:1", "2021-04-23")]


def test_only_open_tasks_are_pressed() -> None:
    """A closed task gets no letter, whatever it left undone."""
    case = Case().do("2021-06-30", OFFICE, "withdraw")
    assert case.duty("plan").outcome(on("2021-07-01")) == "missed"
    assert case.press("2021-07-01").step.events == () and letters(case) == []
    assert escalation.wake(LADDER, LAW, case.task, on("2021-07-01")).year == 9999


def test_nothing_is_sent_into_the_past() -> None:
    """A clock set back behind the last entry sends nothing."""
    case = Case().do("2021-04-20", OFFICE, "inspect")
    assert escalation.press(LADDER, LAW, case.task, on("2021-04-15")).step.events == ()
    assert escalation.press(LADDER, LAW, case.task, on("2021-04-20")).step.events != ()


def test_a_rung_that_needs_confirmation_is_only_proposed() -> None:
    """An interview is never ordered by the clock: people are asked, with the day since when it is due."""
    case = Case()
    asked = nightly(case, "2021-03-26", "2021-05-07")
    assert [rung for _, rung, duty, _ in letters(case) if duty == "plan:1"] == ["blue", "orange", "red"]
    assert {(p.rung, p.duty, p.confirm) for p in asked} == {("interview", "plan:1", "office")}
    red = letters(case)[2]
    assert (red[0], red[3]) == ("2021-04-22", "2021-04-25") and {p.since for p in asked} == {on("2021-04-26")}
    case.do("2021-05-07", OFFICE, "order", level="interview", duty="plan", until="2021-05-14")
    assert case.press("2021-05-08").proposals == ()


MORE = """
  - {order: yellow, label: 黄, when: [progress missed, plan missed, finish behind 20%], reply: 5 workdays}
  - {order: twice, label: 函, when: [yellow 2 times, plan missed 2 months in a row], reply: 3 workdays}
  - {order: worse, label: 红, when: [missed 3 times in a year, twice unanswered, rework 2 times], reply: 2 days}
  - {order: talk, label: 谈, when: worse unanswered, confirm: office}
"""
RICH = ladder(MORE).model_copy(update={"suspends": (parse_suspension("suspend"), parse_suspension("excuse"))})
ONE = RICH.model_copy(update={"per": "task", "resets": (parse_reset("closing"),)})

RUNGS = """
  - {order: yellow, label: 黄, when: 3 workdays after plan, reply: 30 days}
  - {order: talk, label: 谈, when: plan missed, confirm: office}
"""


def test_a_proposal_nobody_answers_holds_no_letter_back() -> None:
    """While the office thinks about an interview the letters still go out, and the clock does not wake in vain."""
    case, rules = Case(), ladder(RUNGS)
    asked = nightly(case, "2021-04-10", "2021-04-20", rules)
    assert [(day, rung) for day, rung, _, _ in letters(case)] == [("2021-04-14", "yellow")]
    assert {p.rung for p in asked} == {"talk"}
    assert escalation.wake(rules, LAW, case.task, on("2021-04-20")).year == 9999


def test_a_new_lead_is_not_pressed_for_what_the_old_one_left_undone() -> None:
    """The miss stays on the old unit's record; letters go only to who still holds the task."""
    case = Case()
    nightly(case, "2021-03-26", "2021-04-12")
    case.do("2021-04-13", OFFICE, "reassign", units=[D])
    nightly(case, "2021-04-13", "2021-04-26")
    assert [rung for _, rung, _, _ in letters(case)] == ["blue"]
    nightly(case, "2021-04-27", "2021-04-28")
    late = Case().started().settle("2022-01-05").do("2022-01-10", OFFICE, "reassign", units=[D])
    assert late.press("2022-01-11").step.events == ()
    assert escalation.wake(LADDER, LAW, late.task, on("2022-01-11")) == on("2022-01-25")
    assert letters(case)[1:] == [("2021-04-27", "blue", "plan:3", "2021-05-07")]


def test_a_waived_matter_is_not_pressed_any_further() -> None:
    """Force majeure ends the ladder at once, letters still unanswered included."""
    case = Case()
    nightly(case, "2021-03-26", "2021-04-12")
    case.do("2021-04-13", OFFICE, "waive", duty="plan")
    nightly(case, "2021-04-13", "2021-06-20")
    assert [rung for _, rung, _, _ in letters(case)] == ["blue"]


def test_a_punctual_report_is_not_pressed_while_the_office_reads_it() -> None:
    """Reported before the reminder would go out, verified in January: the unit hears nothing."""
    case = Case().started().cycle("2021-06-20", "2021-06-22").do("2021-12-20", A, "report", progress=100)
    nightly(case, "2021-12-20", "2022-02-10")
    assert letters(case) == []
    case.do("2022-02-10", OFFICE, "rework")
    nightly(case, "2022-02-10", "2022-02-21")
    assert letters(case) == []  # the eleven days it had left in December are given back
    nightly(case, "2022-02-22", "2022-02-22")
    assert [(rung, duty) for _, rung, duty, _ in letters(case)] == [("orange", "finish")]


def test_letters_are_heard_by_those_the_rung_names() -> None:
    """Blue goes to the lead, orange to the leader as well."""
    case = Case(leader=["王副区长"])
    nightly(case, "2021-03-26", "2021-04-20")
    assert [e.to for e in case.events("order")] == [("lead",), ("lead", "leader")]


def test_pressing_without_settling_first_loses_nothing() -> None:
    """Facts that a letter brings to light are recorded before it, in order."""
    case = Case().started()
    pressed = escalation.press(LADDER, LAW, case.task, on("2022-01-05"))
    task = pressed.step.task
    assert [e.seq for e in task.events] == list(range(1, len(task.events) + 1))
    assert tuple(task.events[-len(pressed.step.events) :]) == pressed.step.events
    assert "lapse" in [e.action for e in pressed.step.events]


@settings(max_examples=30)
@given(steps, st.integers(0, 200), st.sampled_from([LADDER, RICH, ONE]))
def test_wake_says_exactly_when_there_is_something_to_send(
    chosen: list[tuple[int, int, int]], after: int, rules: Ladder
) -> None:
    """After the clock has run, nothing more goes out before the day that ``wake`` names, and something does on it."""
    task = placed()
    for act in script(chosen):
        task = tried(task, act)[0]
    day = max(task.events[-1].day, OPENED + timedelta(days=after))
    task = escalation.press(rules, LAW, LAW.settle(task, day).task, day).step.task
    again = escalation.press(rules, LAW, task, day)
    assert again.step.events == ()
    wake = escalation.wake(rules, LAW, task, day)
    assert wake > day
    probe = day
    while probe < min(wake, END):
        assert escalation.press(rules, LAW, task, probe).step.events == ()
        probe += timedelta(days=1)
    if wake < END:
        pressed = escalation.press(rules, LAW, LAW.settle(task, wake).task, wake)
        assert pressed.step.events or pressed.proposals or LAW.settle(task, wake).events
