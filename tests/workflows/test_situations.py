"""A condition is the days on which it holds: one function for the guard, the clock and the score."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.phrases import parse_condition
from supervise.records import Duty
from tests.histories import END, LADDER, LAW, OPENED, placed, script, steps, ticked, tried
from tests.workflows.builders import OFFICE, A, C, Case, D, on


def spans(case: Case, phrase: str) -> list[tuple[str, str]]:
    """First day, and first day no more, of each stretch on which a condition holds."""
    return [(str(h.span.start), str(h.span.end)) for h in case.situation.holdings(parse_condition(phrase))]


def holds(case: Case, phrase: str, day: str) -> bool:
    """Whether a condition holds on a day."""
    return case.situation.holds(parse_condition(phrase), on(day))


FOREVER = "9999-12-31"

PHRASES = (
    "finish open", "finish missed", "progress missed", "missed", "plan late", "on time", "void", "decision open",
    "7 days before finish", "15 workdays after finish", "3 days after report", "2 workdays before progress",
    "finish behind 20%", "finish behind 0%", "blue unanswered", "orange unanswered", "1 months after assign",
)  # fmt: skip


@settings(max_examples=20)
@given(steps, st.sampled_from(PHRASES), st.booleans())
def test_a_condition_holds_exactly_on_the_days_of_its_spans(
    chosen: list[tuple[int, int, int]], phrase: str, letters: bool
) -> None:
    """In every history and for every kind of condition, a guard holds on a day iff a stretch contains that day."""
    task = placed()
    for act in script(chosen):
        task = tried(ticked(task, act.day) if letters else task, act)[0]
    situation, condition = LAW.situation(task), parse_condition(phrase)
    holdings = situation.holdings(condition)
    assert list(holdings) == sorted(holdings, key=lambda h: (h.span.start, h.key))
    assert len({h.key for h in holdings}) == len(holdings)
    day = OPENED - timedelta(days=3)
    while day < END:
        assert situation.holds(condition, day) == any(h.span.start <= day < h.span.end for h in holdings)
        day += timedelta(days=1)
    assert LADDER.rungs


def test_before_a_limit_is_a_stretch_that_ends_with_the_limit() -> None:
    """Seven days before the due date up to the due date itself; not after, and not once the work is done."""
    assert spans(Case(), "7 days before finish") == [("2021-12-24", "2022-01-01")]
    assert spans(Case(), "5 workdays before plan") == [("2021-04-01", "2021-04-10")]
    assert spans(Case().do("2021-04-06", A, "plan"), "5 workdays before plan") == [("2021-04-01", "2021-04-06")]
    assert spans(Case().do("2021-03-29", A, "plan"), "5 workdays before plan") == []


def test_a_warning_never_starts_before_the_duty_itself() -> None:
    """A limit shorter than the warning warns from the first day."""
    assert spans(Case(opened="2021-03-25"), "60 days before plan")[0][0] == "2021-03-25"


def test_nobody_is_warned_while_the_office_has_the_ball() -> None:
    """Reported on the 20th and not yet verified on the 24th: the warning waits until the report comes back."""
    case = Case().started().cycle("2021-06-20", "2021-06-22").do("2021-12-20", A, "report", progress=100)
    assert spans(case, "7 days before finish") == []
    case.do("2021-12-28", OFFICE, "rework")
    assert spans(case, "7 days before finish") == [("2021-12-28", "2022-01-01")]


def test_after_a_limit_counts_from_the_day_lateness_began() -> None:
    """Fifteen working days after the due date, or after the day the office gave a punctual report back."""
    assert spans(Case(), "15 workdays after finish") == [("2022-01-24", FOREVER)]
    case = Case().started().cycle("2021-06-20", "2021-06-22").do("2021-12-30", A, "report")
    assert spans(case, "15 workdays after finish") == []
    case.do("2022-02-10", OFFICE, "rework")
    assert spans(case, "15 workdays after finish") == [("2022-03-10", FOREVER)]


def test_after_an_action_counts_from_each_time_it_was_done() -> None:
    """Days after a report run from every report and are never over."""
    case = Case().started().cycle("2021-06-20", "2021-06-22").do("2021-07-01", A, "report")
    assert spans(case, "3 days after report") == [("2021-06-23", FOREVER), ("2021-07-04", FOREVER)]
    assert spans(case, "1 months after assign") == [("2021-04-25", FOREVER)]


def test_missed_ends_when_it_is_done_and_open_ends_when_it_is_missed() -> None:
    """Outcomes follow each other without a gap or an overlap."""
    case = Case().do("2021-05-06", A, "plan")
    assert spans(case, "plan open") == [("2021-03-25", "2021-04-10")]
    assert spans(case, "plan missed") == [("2021-04-10", "2021-05-06")]
    assert spans(case, "plan late") == [("2021-05-06", FOREVER)]
    assert spans(case, "plan on time") == [] and spans(case, "plan void") == []


# --- pace -----------------------------------------------------------------------------------------------------


def behind(progress: int) -> Case:
    """A year's task that reports this much at about half time: 42.7 % of the days are gone."""
    return Case(opened="2021-01-04", due="2021-12-31").started("2021-01-12", "2021-01-13").do(
        "2021-06-07", A, "report", progress=progress
    )  # fmt: skip


def test_behind_holds_from_the_report_that_shows_it_and_at_the_very_points() -> None:
    """42.7 % expected: 22 % reported is 20 points behind, 23 % is not; nothing reported yet is not judged."""
    assert spans(behind(22), "finish behind 20%")[0][0] == "2021-06-07"
    assert all(start > "2021-06-07" for start, _ in spans(behind(23), "finish behind 20%"))
    assert not holds(behind(22), "finish behind 20%", "2021-06-06")


def test_pace_is_judged_at_reports_and_never_by_the_passing_of_time() -> None:
    """Half done at half time stays on pace through the autumn, until the next report is missed."""
    case = behind(45).do("2021-06-08", OFFICE, "verify").do("2021-06-08", OFFICE, "resume")
    assert all(
        case.situation.on_pace(case.duty("finish"), on(day)) for day in ("2021-06-07", "2021-09-30", "2021-12-26")
    )
    assert not holds(case, "finish behind 20%", "2021-12-27")
    assert holds(case, "finish behind 20%", "2021-12-28")
    assert case.situation.on_pace(case.duty("finish"), on("2021-12-28")) is False


def test_exactly_on_schedule_is_on_pace() -> None:
    """Half of the work after half of the days is not behind; one point less is."""
    for progress, pace in ((50, True), (49, False)):
        case = Case(due="2021-07-03").started().do("2021-05-14", A, "report", progress=progress)
        assert case.situation.on_pace(case.duty("finish"), on("2021-05-20")) is pace


def test_a_missed_report_counts_with_the_last_figure_or_with_nothing() -> None:
    """Silence is held against the schedule on the day the report was missed: 0 % if there never was one."""
    silent = Case().started()
    assert silent.situation.checkpoints[0] == (on("2021-06-26"), Decimal(0))
    assert silent.situation.on_pace(silent.duty("finish"), on("2021-06-25")) is None
    assert silent.situation.on_pace(silent.duty("finish"), on("2021-06-26")) is False
    once = Case().started().cycle("2021-06-20", "2021-06-22", 60)
    assert once.situation.checkpoints == ((on("2021-06-20"), Decimal(60)), (on("2021-12-28"), Decimal(60)))


def test_an_excused_silence_says_nothing_about_pace() -> None:
    """A report that was waived is no checkpoint any more."""
    case = Case().started().do("2021-07-05", OFFICE, "waive", duty="progress:2021-06-25")
    assert case.situation.on_pace(case.duty("finish"), on("2021-07-06")) is None
    assert not holds(case, "finish behind 20%", "2021-07-06")


def test_only_the_reports_that_ask_for_a_figure_count() -> None:
    """A number that a co-unit adds to its own contribution says nothing about the lead's pace."""
    case = Case(co=[C]).started().do("2021-06-07", C, "contribute", progress=1)
    assert [day for day, _ in case.situation.checkpoints] == [on("2021-06-26"), on("2021-12-28")]


def test_a_better_report_ends_lagging_and_the_end_of_the_duty_ends_it_too() -> None:
    """Behind is a stretch: up to the next checkpoint, or until the work is done."""
    case = behind(10).do("2021-06-08", OFFICE, "verify").do("2021-06-08", OFFICE, "resume")
    case.do("2021-06-28", A, "report", progress=80)
    assert spans(case, "finish behind 20%") == [("2021-06-07", "2021-06-28")]
    done = behind(10).do("2021-06-08", OFFICE, "verify").do("2021-06-09", OFFICE, "complete")
    assert spans(done, "finish behind 20%") == []


def test_a_settled_duty_keeps_its_pace_by_how_it_came_out() -> None:
    """Done in time is on pace, missed and late are not, and void is not judged."""
    done = behind(10).do("2021-06-08", OFFICE, "verify").do("2021-06-09", OFFICE, "complete")
    assert done.situation.on_pace(done.duty("finish"), on("2021-06-09")) is True
    missed = behind(100).do("2021-06-08", OFFICE, "verify").do("2021-06-08", OFFICE, "resume")
    assert missed.situation.on_pace(missed.duty("finish"), on("2022-01-01")) is False
    void = Case().started().do("2021-06-01", OFFICE, "withdraw")
    assert void.situation.on_pace(void.duty("finish"), on("2021-06-01")) is None


# --- letters --------------------------------------------------------------------------------------------------


def test_unanswered_holds_from_the_day_after_the_limit_until_the_matter_is_done() -> None:
    """A blue letter until the 16th is unanswered on the 17th and no more once the plan is in; it is about the plan."""
    case = Case().do("2021-04-12", OFFICE, "order", level="blue", duty="plan", until="2021-04-16")
    (held,) = case.situation.holdings(parse_condition("blue unanswered"))
    assert held.span.start == on("2021-04-17") and held.duty is not None and held.duty.key == "plan:1"
    assert spans(case, "orange unanswered") == []
    case.do("2021-04-20", A, "plan")
    assert spans(case, "blue unanswered") == [("2021-04-17", "2021-04-20")]


def test_an_answered_letter_is_never_unanswered() -> None:
    """A reply within the limit ends the matter of the letter, though not the matter itself."""
    case = Case().do("2021-04-12", OFFICE, "order", level="blue", duty="plan", until="2021-04-16")
    case.do("2021-04-16", A, "reply")
    assert spans(case, "blue unanswered") == [] and holds(case, "plan missed", "2021-04-20")


def letter(case: Case, day: str, about: str, until: str) -> Duty:
    """Send an order by hand and give the duty to answer it."""
    case.do(day, OFFICE, "order", level="blue", duty=about, until=until)
    return case.duty(f"reply:{case.task.events[-1].seq}")


def test_replying_and_doing_the_pressed_thing_both_answer_an_order() -> None:
    """A letter about a plan is answered by a letter or by the plan."""
    replied, done, silent = Case(), Case(), Case()
    for case in (replied, done, silent):
        letter(case, "2021-04-12", "plan", "2021-04-16")
    replied.do("2021-04-14", A, "reply")
    done.do("2021-04-14", A, "plan")
    assert [c.outcome("reply", "2021-04-17") for c in (replied, done, silent)] == ["on time", "on time", "missed"]
    assert replied.outcome("plan:1", "2021-04-17") == "missed"


def test_doing_something_else_does_not_answer_an_order() -> None:
    """A plan does not answer a letter about the June report."""
    case = Case()
    letter(case, "2021-04-12", "progress:2021-06-25", "2021-04-16")
    assert case.do("2021-04-14", A, "plan").outcome("reply", "2021-04-17") == "missed"


def test_a_letter_leaves_what_an_act_cannot_have_touched_as_it_was() -> None:
    """After a reply the answers to letters are worked out anew; all else is taken over as it stood."""
    case = Case()
    letter(case, "2021-04-12", "plan", "2021-04-16")
    sent = case.situation.fold.kinds
    replied = case.do("2021-04-14", A, "reply").situation.fold.kinds
    assert {kind for kind in sent if replied[kind] is not sent[kind]} == {"reply"}


def test_a_letter_about_a_waived_duty_needs_no_answer() -> None:
    """Once the matter counts no more, nobody is late with a letter about it."""
    case = Case()
    letter(case, "2021-04-12", "plan", "2021-04-16")
    case.do("2021-04-14", OFFICE, "waive", duty="plan:1")
    assert case.outcome("reply", "2021-04-20") == "void"


def test_a_letter_to_the_old_lead_is_not_the_new_ones_to_answer() -> None:
    """Reassignment ends a letter that is still within its limit."""
    case = Case()
    letter(case, "2021-04-12", "plan", "2021-04-16")
    case.do("2021-04-13", OFFICE, "reassign", units=[D])
    assert case.outcome("reply", "2021-04-30") == "void"
    late = Case()
    letter(late, "2021-04-12", "plan", "2021-04-16")
    late.do("2021-04-20", OFFICE, "reassign", units=[D])
    assert late.duty("reply").units == (A,) and late.outcome("reply", "2021-04-30") == "missed"
