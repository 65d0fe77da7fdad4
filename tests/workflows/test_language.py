"""What a lifecycle can say beyond the main line: periods, plans, bounds, pauses, loans, slips, relapses."""

from __future__ import annotations

from datetime import date

import pytest

from supervise.people import Actor
from supervise.records import Task, replay
from supervise.workflows.guards import Companion
from tests.workflows.builders import OFFICE, A, B, C, Case, law, on

FULL = """
workflow: full
version: 1
title: 全
effective: 2020-01-01
roles: {office: 督查室, lead: 牵头, co: 协办}
states: {work: 在办, told: 已报, done: 已办结, filed: 已归档, merged: 已并案}
ends: [done, merged]
categories: {urgent: 急件, plain: 平件}
fields:
  goals:   {label: 阶段目标, kind: stages}
  summary: {label: 情况, kind: text}
  reason:  {label: 理由, kind: text}
  until:   {label: 时限, kind: date}
  ground:  {label: 事由, kind: choice, options: {flood: 汛期抢险, law: 诉讼}}
  wording: {label: 新的内容, kind: text}
  units:   {label: 单位, kind: units}
  other:   {label: 另一任务, kind: task}
  pieces:  {label: 子任务, kind: parts}
actions:
  plan:    {label: 报方案, by: lead, needs: goals}
  approve: {label: 审定, by: office, sets: {stages: goals of plan}}
  tell:    {label: 报告, by: lead, from: work, to: told, needs: summary, gathers: help}
  help:    {label: 协办报送, by: co, needs: summary}
  accept:  {label: 核实, by: [office, lead], from: told, to: work, other_than: tell}
  ask:     {label: 申请变更, by: [lead, office], needs: reason}
  change:  {label: 批准变更, by: office, sets: {text: wording of ask, due: until of ask}, other_than: ask}
  extend:  {label: 延期, by: office, needs: until, sets: {due: until},
            at_most: [2 times, 60 days, 11 months after assign]}
  pause:   {label: 暂停计时, by: office, needs: [ground, until], pauses: until}
  resume:  {label: 恢复计时, by: office, stops: pause}
  lend:    {label: 委托, by: lead, needs: [units, until], lends: {lead: units}}
  recall:  {label: 收回委托, by: lead, stops: lend}
  split:   {label: 分解, by: office, needs: pieces}
  part:    {label: 子任务报结, by: office}
  merge:   {label: 并案, by: office, to: merged, needs: other, sets: {merged: other}, also: {other: absorb}}
  absorb:  {label: 并入, by: office, needs: other}
  finish:  {label: 办结, by: office, from: work, to: done, when: parts closed, also: {parent: part}}
  reopen:  {label: 重新立项, by: office, from: done, to: work, needs: [reason, until], also: {parent: part}}
  look:    {label: 回头看, by: office, from: done, to: filed}
  undo:    {label: 撤回, by: [lead, office, co], undoes: 1 days}
duties:
  plan:    {label: 报方案, of: lead, met_by: plan,
            due: {urgent: 1 workdays after assign, plain: 10 workdays after assign}}
  stage:   {label: 阶段目标, of: lead, due: stages, met_by: tell}
  monthly: {label: 月报, of: lead, due: 5 days after each month, met_by: tell, notice: 20 days}
  opinion: {label: 协办意见, of: each co, due: 20 days before task, met_by: help}
  finish:  {label: 办结, of: lead, due: task, met_by: finish}
  repair:  {label: 限期整改, of: lead, due: until of reopen, met_by: finish}
  look:    {label: 回头看, of: office, due: 6 months after finish, met_by: look}
"""
LAW = law(FULL)
GOALS = "2021-06-30 过半 50%;2021-11-30 完工"


def full(**parties: object) -> Case:
    """A task under the law above, opened on 25 March, to be done by the year's end."""
    return Case(LAW, **parties)  # type: ignore[arg-type]


def placed(category: str) -> Task:
    """The same task, of a category."""
    task = Task("T1", "一件事", lead=(A,), due=date(2021, 12, 31), category=category)
    return LAW.open(task, Actor("王", OFFICE), on("2021-03-25")).task


def act(case: Case, day: str, who: str, unit: str, action: str, **data: object) -> None:
    """Let a named person of a unit act."""
    roles = frozenset({"office"}) if unit == OFFICE else frozenset()
    case.task = LAW.advance(case.task, action, Actor(who, unit, roles), on(day), data).task


def codes(case: Case, day: str, unit: str, action: str, **data: object) -> list[str]:
    """The codes of the problems with which an act is refused."""
    return [problem.code for problem in case.refused(day, unit, action, **data)]


# --- limits -----------------------------------------------------------------------------------------------------------


def test_a_report_for_each_month_is_owed_in_the_next_one() -> None:
    """Five days after each month: held since 25 March, the first is April's, the last November's."""
    found = full().duties("monthly")
    assert [d.key for d in found] == [f"monthly:2021-{month:02d}" for month in range(4, 12)]
    assert [str(d.due) for d in found[:2]] == ["2021-05-05", "2021-06-05"]


def test_one_report_left_out_does_not_make_all_that_follow_late() -> None:
    """Between two dates a report counts for the nearer one; after both it makes up for the earliest still unmet."""
    case = full().do("2021-06-03", A, "tell").do("2021-06-04", OFFICE, "accept")
    told = {d.key[8:]: d.outcome(on("2021-06-30")) for d in case.duties("monthly")}
    assert (told["2021-04"], told["2021-05"]) == ("missed", "on time")
    case = full().do("2021-05-10", A, "tell").do("2021-05-11", OFFICE, "accept")
    assert case.outcome("monthly:2021-04", "2021-06-01") == "late"  # five days late for one, not a month early
    case = full().do("2021-08-20", A, "tell").do("2021-08-20", OFFICE, "accept").do("2021-08-21", A, "tell")
    told = {d.key[8:]: d.outcome(on("2021-08-31")) for d in case.duties("monthly")}
    assert (told["2021-04"], told["2021-05"], told["2021-06"]) == ("late", "late", "missed")


@pytest.mark.parametrize(
    ("due", "first", "number"),
    [
        ("5 days after each month", "2021-04-05", 9),
        ("10 workdays after each quarter", "2021-04-15", 3),
        ("end of each quarter", "2021-03-31", 4),
        ("day 25 of each month", "2021-04-25", 9),
        ("day 28 of each quarter", "2021-03-28", 4),
        ("day 31 of each month", "2021-03-31", 10),
        ("end of each half-year", "2021-06-30", 2),
        ("end of each year", "2021-12-31", 1),
        ("day 2 of each week", "2021-03-30", 40),
        ("end of each week", "2021-03-28", 40),
    ],
)
def test_a_limit_may_come_again_with_each_period(due: str, first: str, number: int) -> None:
    """Weeks, months, quarters, half-years and years, by their end, some days after it, or a day within."""
    text = FULL.replace("due: 5 days after each month, met_by: tell, notice: 20 days", f"due: {due}, met_by: tell")
    found = Case(law(text)).duties("monthly")
    assert (str(found[0].due), len(found)) == (first, number)


def test_a_weekly_limit_on_a_day_off_falls_so_many_workdays_after_it() -> None:
    """Tuesdays; where the Tuesday is a holiday, the second working day after it, as the housing ministry asks."""
    due = "day 2 of each week or 2 workdays after a day off"
    text = FULL.replace("due: 5 days after each month, met_by: tell, notice: 20 days", f"due: {due}, met_by: tell")
    found = {d.key[8:]: str(d.due) for d in Case(law(text)).duties("monthly")}
    assert [found[f"2021-W{n}"] for n in (17, 18, 19)] == ["2021-04-27", "2021-05-07", "2021-05-11"]


def test_each_category_has_its_own_limit() -> None:
    """An urgent paper is due after one working day, a plain one after ten; one of no category owes none."""
    dues = {}
    for category in ("urgent", "plain", ""):
        dues[category] = [str(d.due) for d in LAW.situation(placed(category)).of_kind("plan")]
    assert dues == {"urgent": ["2021-03-26"], "plain": ["2021-04-09"], "": []}


def test_a_limit_may_lie_before_the_tasks_own() -> None:
    """Each co-unit owes its opinion twenty days before the task is due, and later if that is put off."""
    case = full(co=[B])
    assert str(case.duty("opinion").due) == "2021-12-11"
    assert str(case.do("2021-06-01", OFFICE, "extend", until="2022-01-30").duty("opinion").due) == "2022-01-10"


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_the_approved_plan_is_frozen_and_its_stages_are_owed() -> None:
    """What was filed binds nobody until it is approved; then each stage is owed by its date."""
    case = full().do("2021-04-01", A, "plan", goals=GOALS)
    assert case.task.stages == () and case.duties("stage") == []
    case.do("2021-04-02", OFFICE, "approve")
    assert [(str(s.day), s.text, s.percent) for s in case.task.stages] == [
        ("2021-06-30", "过半", 50), ("2021-11-30", "完工", None),
    ]  # fmt: skip
    assert [str(d.due) for d in case.duties("stage")] == ["2021-06-30", "2021-11-30"]
    case.do("2021-06-30", A, "tell")
    assert [d.outcome(on("2021-12-01")) for d in case.duties("stage")] == ["on time", "missed"]


def test_a_new_plan_takes_the_place_of_what_is_open_and_leaves_what_was_missed() -> None:
    """A stage missed under the old plan stays missed; one still open then counts no more."""
    case = full().do("2021-04-01", A, "plan", goals=GOALS).do("2021-04-02", OFFICE, "approve")
    case.do("2021-07-05", A, "plan", goals="2021-08-31 过半;2021-12-20 完工").do("2021-07-06", OFFICE, "approve")
    told = {d.key.split(":", 2)[2]: d.outcome(on("2021-09-01")) for d in case.duties("stage")}
    assert told == {"2021-06-30": "missed", "2021-11-30": "void", "2021-08-31": "missed", "2021-12-20": "open"}


@pytest.mark.parametrize(
    ("goals", "says"),
    [
        ("上半年完成一半", "没有写明日期"),
        ("2021-03-30 开工", "早于办理之日"),
        ("2022-03-30 完工", "晚于完成时限"),
        ("2021-06-31 过半", "没有 2021年6月31日"),
        ([{"day": "2021-06-30", "text": " "}], "没有写目标"),
        ("2021-06-30 过半 150%", "0 到 100"),
    ],
)
def test_a_stage_must_have_a_day_within_the_task(goals: object, says: str) -> None:
    """A stage without a date, before today, after the task's limit, or without a goal is refused."""
    (problem,) = full().refused("2021-04-01", A, "plan", goals=goals)
    assert problem.code == "A04" and says in problem.text


# --- who --------------------------------------------------------------------------------------------------------------


def test_four_eyes_need_another_person_and_another_party() -> None:
    """A report is not verified by who wrote it, nor by anybody of the unit that reported."""
    case = full()
    act(case, "2021-04-10", "甲", A, "tell", summary="好")
    for who, unit in (("甲", A), ("乙", A)):
        with pytest.raises(Exception, match="须换人办"):
            act(case, "2021-04-12", who, unit, "accept")
    act(case, "2021-04-12", "丙", OFFICE, "accept")
    assert case.task.state == "work"


def test_within_the_office_another_person_is_enough() -> None:
    """What one clerk asks another clerk may grant, but not he himself."""
    case = full()
    act(case, "2021-04-10", "甲", OFFICE, "ask", reason="政策调整", wording="新增50家")
    with pytest.raises(Exception, match="须换人办"):
        act(case, "2021-04-12", "甲", OFFICE, "change")
    act(case, "2021-04-12", "乙", OFFICE, "change")
    assert case.task.text == "新增50家"


def test_a_part_is_lent_for_a_time_and_comes_back_by_itself() -> None:
    """A unit acts for the lead up to the date it was asked to; the duty stays the lead's, met by either."""
    case = full().do("2021-04-01", A, "lend", units=[C], until="2021-04-30")
    assert case.task.roles_of(C, on("2021-04-30")) == {"lead"}
    assert case.task.roles_of(C, on("2021-05-01")) == frozenset()
    case.do("2021-04-20", C, "tell")
    assert case.duty("monthly:2021-04").units == (A,)
    assert codes(case.do("2021-04-21", OFFICE, "accept"), "2021-05-03", C, "tell") == ["A02"]


def test_a_loan_ends_early_when_it_is_called_back() -> None:
    """From the day of the recall on the deputy can do nothing more."""
    case = full().do("2021-04-01", A, "lend", units=[C], until="2021-12-30").do("2021-05-10", A, "recall")
    assert codes(case, "2021-05-11", C, "tell") == ["A02"]
    assert codes(case, "2021-05-12", A, "recall") == ["A05"]


def test_what_a_deputy_sends_counts_for_the_co_unit_that_asked_him() -> None:
    """Each co-unit owes its own; the act of who stands in for it meets it, and nobody else's."""
    text = FULL.replace(
        "委托, by: lead, needs: [units, until], lends: {lead:", "委托, by: co, needs: [units, until], lends: {co:"
    )
    case = Case(law(text), co=[B]).do("2021-04-01", B, "lend", units=[C], until="2021-12-30")
    case.do("2021-06-01", C, "help")
    assert case.duty("opinion").met == on("2021-06-01")


# --- changes ----------------------------------------------------------------------------------------------------------


def test_a_change_is_asked_for_and_granted_and_the_first_promise_stays() -> None:
    """Text and limit change by what was asked; what was first promised is on record for ever."""
    case = full()
    act(case, "2021-05-10", "甲", A, "ask", reason="规划调整", wording="新增30家", until="2021-11-30")
    act(case, "2021-05-12", "乙", OFFICE, "change")
    assert (case.task.text, str(case.task.due)) == ("新增30家", "2021-11-30")
    first = replay(case.task.events[:1])
    assert (first.text, str(first.due)) == ("一件事", "2021-12-31")


def test_a_grant_of_nothing_is_refused() -> None:
    """Who asked for no change in particular is granted none."""
    case = full()
    act(case, "2021-05-10", "甲", A, "ask", reason="难")
    assert codes(case, "2021-05-12", OFFICE, "change") == ["A03"]


def test_extensions_are_bounded_in_number_in_days_and_by_a_last_day() -> None:
    """Twice, sixty days in all, and not beyond eleven months after the task was placed."""
    case = full()
    assert codes(case, "2021-06-01", OFFICE, "extend", until="2022-03-02") == ["A14", "A14"]
    case.do("2021-06-01", OFFICE, "extend", until="2022-01-30")  # 30 days
    assert codes(case, "2021-06-02", OFFICE, "extend", until="2022-03-02") == ["A14", "A14"]
    assert codes(case, "2021-06-02", OFFICE, "extend", until="2022-02-26") == ["A14"]  # the last day is 25 February
    case.do("2021-06-02", OFFICE, "extend", until="2022-02-25")
    assert codes(case, "2021-06-03", OFFICE, "extend", until="2022-02-26") == ["A14"]


def test_a_report_shows_what_the_co_units_sent_since_the_last_one() -> None:
    """The lead's report comes with the co-units' own, each once."""
    case = full(co=[B, C]).do("2021-04-10", B, "help", summary="甲").do("2021-04-11", C, "help", summary="乙")
    case.do("2021-04-20", A, "tell").do("2021-04-21", OFFICE, "accept").do("2021-05-10", B, "help", summary="丙")
    first = next(event.seq for event in case.task.events if event.action == "tell")
    assert [event.data["summary"] for event in LAW.gathered(case.task, "tell", first)] == ["甲", "乙"]
    assert [event.data["summary"] for event in LAW.gathered(case.task, "tell")] == ["丙"]


# --- the clock stands still -------------------------------------------------------------------------------------------


def paused(until: str = "2021-04-20") -> Case:
    """A plain task whose clock stands still from 1 April on; five of its ten working days for the plan were left."""
    case = full()
    case.task = placed("plain")
    return case.do("2021-04-01", OFFICE, "pause", ground="汛期抢险", until=until)


def test_working_days_of_a_pause_are_given_back_exactly() -> None:
    """Five of ten days were left on 1 April; they run again after the 20th, with the Sunday worked for Labour Day."""
    case = paused()
    assert case.task.events[-1].data["ground"] == "flood"
    assert case.duty("plan").due == on("2021-04-26")
    assert str(case.task.due) == "2022-01-19"


def test_a_pause_that_ends_early_gives_back_what_was_paused_and_no_more() -> None:
    """Resumed on 6 April, the five working days left run from there; the task's limit moves by five days alone."""
    case = paused().do("2021-04-06", OFFICE, "resume")
    assert case.duty("plan").due == on("2021-04-13")
    assert str(case.task.due) == "2022-01-05"
    assert codes(case, "2021-04-07", OFFICE, "resume") == ["A05"]


def test_a_report_due_while_the_clock_stands_still_is_not_owed() -> None:
    """A monthly report that falls into the pause counts no more; the next one does."""
    case = paused(until="2021-05-20")
    assert case.outcome("monthly:2021-04", "2021-06-30") == "void"
    assert case.outcome("monthly:2021-05", "2021-06-30") == "missed"


def test_a_choice_is_one_of_its_options() -> None:
    """A ground that is not on the list is refused, with the list."""
    (problem,) = full().refused("2021-04-01", OFFICE, "pause", ground="太忙", until="2021-05-01")
    assert problem.code == "A04" and "汛期抢险" in problem.text


# --- slips ------------------------------------------------------------------------------------------------------------


def test_a_slip_is_taken_back_as_if_it_had_not_been() -> None:
    """The last act is undone by who did it: state, limits and duties are as before, and both acts stay in the log."""
    case = full()
    before, owed = case.task, case.situation.duties
    case.do("2021-06-01", OFFICE, "extend", until="2022-01-30").do("2021-06-02", OFFICE, "undo")
    assert (case.task.due, case.task.state) == (before.due, before.state)
    assert case.situation.duties == owed
    assert [event.action for event in case.task.events] == ["assign", "extend", "undo"]
    assert [event.action for event in case.task.acts] == ["assign"]
    case.do("2021-06-03", OFFICE, "extend", until="2022-02-20")  # what was taken back uses up no bound


def test_a_report_taken_back_meets_nothing() -> None:
    """A duty that only the undone act had met is open again."""
    case = full().do("2021-04-28", A, "tell").do("2021-04-28", A, "undo")
    assert case.task.state == "work"
    assert case.outcome("monthly:2021-04", "2021-05-10") == "missed"


def test_only_the_last_act_is_undone_by_who_did_it_and_soon() -> None:
    """Not another's, not an old one, not twice, not the opening."""
    assert codes(full(), "2021-03-26", OFFICE, "undo") == ["A13"]
    case = full().do("2021-04-01", A, "tell")
    assert codes(case, "2021-04-01", OFFICE, "undo") == ["A13"]
    assert codes(case, "2021-04-03", A, "undo") == ["A13"]
    assert codes(case.do("2021-04-02", A, "undo"), "2021-04-02", A, "undo") == ["A13"]


def test_closing_by_mistake_can_be_taken_back() -> None:
    """A task closed by a slip is open again, with all its duties."""
    case = Case(law(FULL.replace(", also: {parent: part}}\n  reopen", "}\n  reopen")))
    owed = case.situation.duties
    case.do("2021-06-01", OFFICE, "finish")
    assert case.law.closed_on(case.task) == on("2021-06-01")
    case.do("2021-06-01", OFFICE, "undo")
    assert case.law.closed_on(case.task) is None and case.situation.duties == owed


# --- the end and after ------------------------------------------------------------------------------------------------


def test_a_closed_task_owes_the_look_back_and_nothing_else() -> None:
    """What was open ends on the day of closing; the office owes a look back half a year later."""
    case = full().do("2021-06-10", OFFICE, "finish")
    assert LAW.closed_on(case.task) == on("2021-06-10")
    standing = [
        d.kind for d in case.duties() if d.outcome(on("2021-12-01")) in ("open", "missed") and d.born > on("2021-06-01")
    ]
    assert standing == ["look"]
    assert case.duty("finish").outcome(on("2022-02-01")) == "on time"
    case.do("2021-12-09", OFFICE, "look")
    assert case.outcome("look", "2022-01-01") == "on time"
    assert LAW.closed_on(case.task) == on("2021-06-10")


def test_a_relapse_opens_the_task_again_and_forgives_nothing() -> None:
    """Reports between closing and relapse are not owed, those after it are; the new limit is a duty of its own."""
    case = full().do("2021-06-10", OFFICE, "finish").do("2021-09-01", OFFICE, "reopen", until="2021-10-15")
    assert LAW.closed_on(case.task) is None
    told = {d.key[8:]: d.outcome(on("2021-11-10")) for d in case.duties("monthly")}
    assert told["2021-04"] == "missed" and told["2021-06"] == told["2021-07"] == "void" and told["2021-09"] == "missed"
    assert str(case.duty("repair").due) == "2021-10-15"
    case.do("2021-10-15", OFFICE, "finish")
    assert case.outcome("repair", "2021-12-01") == "on time" and LAW.closed_on(case.task) == on("2021-10-15")


def test_an_act_reaches_the_tasks_it_names() -> None:
    """Merging says which task must hear of it; closing a part tells the whole, and so does its relapse."""
    case = full().do("2021-06-10", OFFICE, "merge", other="T9")
    (found,) = LAW.companions(case.task.events[-1], case.task)
    assert (found.code, found.action, found.part) == ("T9", "absorb", {}) and case.task.merged == "T9"
    assert codes(full(), "2021-06-10", OFFICE, "merge", other="T1") == ["A04"]


def test_a_whole_closes_when_its_parts_have() -> None:
    """Split in two, it is closed only when both have ended, and not after one of them relapsed."""
    case = full().do("2021-04-01", OFFICE, "split", pieces="甲段|区工信局|2021-09-30;乙段|区科技局||2")
    assert [part["code"] for part in case.task.events[-1].changes["parts"]] == ["T1.1", "T1.2"]
    assert codes(case, "2021-10-01", OFFICE, "finish") == ["A05"]
    assert codes(case, "2021-10-01", OFFICE, "part") == ["A02"]  # said by the parts alone

    def report(code: str, day: str, over: bool) -> None:
        clerk = Actor("王", OFFICE, frozenset({"office"}))
        case.task = LAW.advance(case.task, "part", clerk, on(day), {}, via=Companion("T1", "part", {code: over})).task

    report("T1.1", "2021-10-02", True)
    assert codes(case, "2021-10-03", OFFICE, "finish") == ["A05"]
    report("T1.2", "2021-10-04", True)
    report("T1.1", "2021-10-05", False)
    assert codes(case, "2021-10-06", OFFICE, "finish") == ["A05"]
    report("T1.1", "2021-10-07", True)
    assert case.do("2021-10-08", OFFICE, "finish").task.state == "done"


@pytest.mark.parametrize(("percent", "ended", "fine"), [(60, "T1.1", False), (60, "T1.2", True), (30, "T1.1", True)])
def test_parts_roll_up_by_weight(percent: int, ended: str, fine: bool) -> None:
    """With weights of one and two, the second alone makes sixty percent of the whole."""
    rule = law(FULL.replace("when: parts closed", f"when: parts {percent}% closed"))
    case = Case(rule).do("2021-04-01", OFFICE, "split", pieces="甲段|区工信局;乙段|区科技局||2")
    clerk = Actor("王", OFFICE, frozenset({"office"}))
    case.task = rule.advance(
        case.task, "part", clerk, on("2021-05-01"), {}, via=Companion("T1", "part", {ended: True})
    ).task
    if fine:
        case.do("2021-05-02", OFFICE, "finish")
    else:
        assert codes(case, "2021-05-02", OFFICE, "finish") == ["A05"]
