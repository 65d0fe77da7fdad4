"""One machine per definition decides every step; a refusal says everything at once and what can be done instead."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transitions import Machine, MachineError

from supervise.errors import Refused
from supervise.people import Actor
from supervise.records import Task, replay
from supervise.workflows.guards import Move
from supervise.workflows.lifecycle import Lifecycle
from tests.histories import ACTORS, END, OPENED, fields, script, steps, tried
from tests.histories import LAW as HISTORIES
from tests.histories import placed as random_task
from tests.workflows.builders import FOLDER, LAW, OFFICE, A, B, C, Case, D, actor, law, on


class Carrier:
    """Something with a state that no machine has ever seen."""

    def __init__(self, state: str) -> None:
        self.state = state


def test_trigger_needs_no_registration() -> None:
    """``transitions`` moves a carrier it does not know, keeps nothing of it, and refuses a wrong source."""
    seen: list[object] = []
    machine = Machine(
        model=None, states=["a", "b"], initial="a", auto_transitions=False, send_event=True,
        transitions=[
            {"trigger": "go", "source": "a", "dest": "b", "conditions": lambda event: seen.append(event.model) or True},
            {"trigger": "stay", "source": "b", "dest": None},
            {"trigger": "never", "source": "b", "dest": "a", "conditions": lambda event: False},
        ],
    )  # fmt: skip
    one, other = Carrier("a"), Carrier("a")
    assert machine.events["go"].trigger(one) and one.state == "b" and other.state == "a"
    assert seen == [one] and list(machine.models) == []
    assert machine.events["stay"].trigger(one) and one.state == "b"
    assert not machine.events["never"].trigger(one) and one.state == "b"
    with pytest.raises(MachineError):
        machine.events["go"].trigger(one)
    assert one.state == "b" and "a" not in machine.events["stay"].transitions


def test_a_thousand_steps_leave_nothing_in_the_machine() -> None:
    """One machine serves every task of its version and keeps none of them."""
    machine = LAW.machine
    for number in range(50):
        Case(code=f"T{number}").started().cycle("2021-06-20", "2021-06-22")
    assert LAW.machine is machine and list(machine.models) == []


def test_one_definition_compiles_to_one_machine_with_every_arrow() -> None:
    """For each action and each state it is possible in there is exactly one arrow, leading where the file says."""
    definition = LAW.definition
    for name, action in definition.actions.items():
        arrows = LAW.machine.events[name].transitions
        assert tuple(arrows) == definition.sources(action)
        for source, found in arrows.items():
            target = definition.target(action, source)
            assert [t.dest for t in found] == [None if target == source else target]


@settings(max_examples=20)
@given(steps, st.integers(0, 40))
def test_a_step_leads_where_the_machine_leads_when_it_is_triggered(choices: list[tuple[int, int, int]], n: int) -> None:
    """Whatever anybody tries anywhere in a life: refused by both for the same reasons, or on to the same state."""
    task, day = random_task(), OPENED
    for act in script(choices):
        task, day = HISTORIES.settle(tried(task, act)[0], act.day).task, act.day
    for who in ACTORS:
        for name, action in HISTORIES.definition.actions.items():
            if action.undoes is None:
                data = fields(name, n, day)
                assert _led(task, who, name, day, data) == _triggered(task, who, name, day, data), (who, name)


def _led(task: Task, who: Actor, name: str, day: date, data: dict[str, Any]) -> Any:
    try:
        return HISTORIES.advance(task, name, who, day, data).task.state
    except Refused as error:
        return [p.code for p in error.problems if p.code not in ("A01", "A02")] or "refused"


def _triggered(task: Task, who: Actor, name: str, day: date, data: dict[str, Any]) -> Any:
    move = Move(task.state, task, who, day, data)
    if task.state not in HISTORIES.machine.events[name].transitions:
        return "refused"
    try:
        assert HISTORIES.machine.events[name].trigger(move)
    except Refused as error:
        return [p.code for p in error.problems if p.code not in ("A01", "A02")] or "refused"
    return move.state


def test_the_opening_carries_the_whole_task() -> None:
    """A task is the fold of its events: the first one alone gives parties, due date and state."""
    case = Case(lead=[A, B], co=[C], leader=["王副区长"])
    task = replay(case.task.events)
    assert task == case.task
    assert (task.lead, task.co, task.leader, task.due, task.state) == (
        (A, B), (C,), ("王副区长",), on("2021-12-31"), "assigned"
    )  # fmt: skip
    assert task.events[0].to == (A, B, C)


def test_history_is_replayed_without_the_law() -> None:
    """After extension, reassignment and closing the events alone still give the task."""
    case = Case(co=[C]).started().do("2021-05-06", A, "ask", until="2022-03-31")
    case.do("2021-05-08", OFFICE, "extend", until="2022-03-31").do("2021-05-10", OFFICE, "reassign", units=[D])
    case.do("2021-05-12", OFFICE, "withdraw")
    assert replay(case.task.events) == case.task
    assert (case.task.lead, case.task.due, case.task.state) == ((D,), on("2022-03-31"), "closed")
    assert [e.seq for e in case.task.events] == list(range(1, 8))


def test_all_problems_of_a_refusal_come_at_once() -> None:
    """Wrong person, wrong day, missing fields, wrong values, unknown fields and a closed window are told together."""
    case = Case().started()
    problems = case.refused(
        "2021-04-01", C, "ask", reason="", until="2021-03-01", progress="很多", sumary="x"
    )  # fmt: skip
    assert {p.code for p in problems} == {"A02", "A03", "A04", "A07", "A08"}
    assert sum(p.code == "A04" for p in problems) == 2
    assert all(p.task == "T1" for p in problems)
    assert {p.path for p in problems if p.path} == {"reason", "until", "progress", "sumary"}
    closed = case.settle("2022-01-10").refused("2022-01-10", C, "ask", reason="", until="2022-03-31")
    assert {p.code for p in closed} == {"A02", "A03", "A05"}


def test_a_refusal_says_in_chinese_what_the_actor_can_do_instead() -> None:
    """A clerk who may not report yet is told the state by its label and which buttons he has."""
    (problem,) = Case().refused("2021-03-26", A, "report")
    assert problem.code == "A01"
    assert problem.text == "不能“报告进展”:T1 现处于“已交办”"
    assert problem.help.startswith(f"{A}现在可以:报送落实方案(plan)、申请延期(ask)、申请改派(decline)、")
    state, person = Case().refused("2021-03-26", C, "report")
    assert (state.code, person.code) == ("A01", "A02")
    assert person.text == f"“报告进展”应由牵头单位({A})办理,{C}不能办"
    assert person.help == f"{C}现在对这项任务没有可办的事"


def test_a_closed_window_names_the_condition() -> None:
    """“Not now” is explained with the condition in words: a request after expiry meets the closed window."""
    case = Case().started().settle("2022-01-10")
    (problem,) = case.refused("2022-01-10", A, "ask", until="2022-03-31")
    assert problem.code == "A05" and problem.text == "现在不能“申请延期”:须“全面完成”待办"
    assert "逾期补报(catch_up)" in problem.help


def test_an_unknown_action_and_a_wrong_field_get_the_nearest_name() -> None:
    """A slip of the pen is answered with what was meant."""
    (problem,) = Case().refused("2021-03-26", A, "plann")
    assert problem.code == "A06" and "是不是 plan?" in problem.text
    (field,) = Case().refused("2021-03-26", A, "plan", contakt="张三")
    assert field.code == "A08" and "是不是 contact?" in field.text


def test_nothing_is_entered_before_the_last_thing_on_record() -> None:
    """The log runs forward: a day before the last entry is refused and the first possible day is named."""
    case = Case().do("2021-04-02", A, "plan")
    (problem,) = case.refused("2021-04-01", OFFICE, "start")
    assert problem.code == "A07" and "2021-04-02" in problem.help


def test_an_inner_step_changes_the_record_and_not_the_state() -> None:
    """An inspection is on record, and the task stays where it was."""
    case = Case().started().do("2021-05-06", OFFICE, "inspect")
    assert case.task.state == "in_progress" and case.task.events[-1].action == "inspect"
    assert case.task.events[-1].source == case.task.events[-1].target == "in_progress"


def test_a_closed_task_takes_nothing_more() -> None:
    """After the end nothing is possible but to open the task again, and for a day to take the closing back."""
    case = Case().started().do("2021-05-06", OFFICE, "withdraw")
    names = [name for name in LAW.definition.actions if name not in ("reopen", "undo")]
    assert {case.refused("2021-05-10", OFFICE, name)[0].code for name in names} == {"A01"}
    assert case.refused("2021-05-10", OFFICE, "undo")[0].code == "A13"
    assert [b.action for b in LAW.allowed(case.task, actor(OFFICE), on("2021-05-10"))] == ["reopen"]
    assert LAW.allowed(case.task, actor(A), on("2021-05-10")) == ()


def test_buttons_carry_the_fields_of_their_form() -> None:
    """``allowed`` gives what a form must ask for, with label and kind."""
    (plan,) = (b for b in LAW.allowed(Case().task, actor(A), on("2021-03-26")) if b.action == "plan")
    asked = [(box.name, box.label, box.kind) for box in plan.fields]
    assert asked == [("milestones", "阶段目标与时间表", "stages"), ("contact", "责任人与联系电话", "text")]


@settings(max_examples=20)
@given(steps, st.integers(0, 200))
def test_buttons_and_guards_never_disagree(chosen: list[tuple[int, int, int]], after: int) -> None:
    """An action is offered to somebody exactly when doing it, with every field filled in, is accepted."""
    task = random_task()
    for act in script(chosen):
        task = tried(task, act)[0]
    day = task.events[-1].day + timedelta(days=after)
    keys = [d.key for d in LAW.situation(task).duties]
    made = {
        "text": "(略)", "list": ["(略)"], "files": ["a"], "percent": 5, "units": [D], "duty": keys[0],
        "figures": "", "targets": "",
        "date": max(day, task.due) + timedelta(days=9), "day": day, "task": "T9",
        "stages": [{"day": task.due if task.due > day else day, "text": "完成"}],
        "parts": [{"text": "一段", "lead": [D], "due": task.due if task.due > day else day + timedelta(days=9)}],
    }  # fmt: skip
    fields = {
        name: next(iter(spec.options)) if spec.kind == "choice" else made[spec.kind]
        for name, spec in LAW.definition.fields.items()
    }
    for who in (A, C, OFFICE):
        offered = {b.action for b in LAW.allowed(task, actor(who), day)}
        for name, action in LAW.definition.actions.items():
            try:
                LAW.advance(task, name, actor(who), day, {f: fields[f] for f in action.needs})
                accepted = True
            except Refused:
                accepted = False
            assert (name in offered) == accepted, (name, who, day, task.state)


def test_a_lapse_is_dated_when_the_condition_began() -> None:
    """Daily, once or never before the next act: the lapse carries the first day past the limit."""
    daily, once, never = Case().started(), Case().started(), Case().started()
    day = on("2021-04-03")
    while day <= on("2022-02-10"):
        daily.settle(str(day))
        day += timedelta(days=1)
    once.settle("2022-02-10")
    never.do("2022-02-10", A, "catch_up")
    for case in (daily, once, never):
        (lapse,) = case.events("lapse")
        assert (lapse.day, lapse.source, lapse.target) == (on("2022-01-01"), "in_progress", "overdue")
    assert daily.task == once.task
    assert never.task.state == "reported" and [e.action for e in never.task.events[-2:]] == ["lapse", "catch_up"]


def test_a_lapse_is_recorded_once_and_again_only_for_a_new_reason() -> None:
    """Settling again writes nothing; a new limit that is missed is a new lapse."""
    case = Case().started().settle("2022-01-05").settle("2022-01-06")
    assert len(case.events("lapse")) == 1
    case.do("2022-01-10", OFFICE, "revive", until="2022-02-28").settle("2022-02-28")
    assert case.task.state == "in_progress"
    case.settle("2022-03-20")
    assert [str(e.day) for e in case.events("lapse")] == ["2022-01-01", "2022-03-01"]
    assert len({e.key for e in case.events("lapse")}) == 2


def test_wake_is_the_day_of_the_next_fact() -> None:
    """Nothing is due before ``wake``, and on that day something is; a closed task never wakes."""
    case = Case().started()
    assert LAW.wake(case.task) == on("2022-01-01")
    assert LAW.settle(case.task, on("2021-12-31")).events == ()
    assert len(LAW.settle(case.task, on("2022-01-01")).events) == 1
    assert LAW.wake(case.do("2021-05-06", OFFICE, "withdraw").task).year == 9999


@settings(max_examples=30)
@given(steps, st.integers(1, 60))
def test_how_often_the_clock_settles_leaves_no_trace(chosen: list[tuple[int, int, int]], gap: int) -> None:
    """Facts settled every ``gap`` days and facts settled only when somebody acts are the same events."""
    acts = [a for a in script(chosen) if a.day < END]
    lazy = eager = random_task()
    day = OPENED
    for act in acts:
        lazy = tried(lazy, act)[0]
        while day < act.day:
            eager = LAW.settle(eager, day).task
            day += timedelta(days=gap)
        eager = tried(eager, act)[0]
    assert LAW.settle(lazy, END).task == LAW.settle(eager, END).task


def test_only_parties_and_the_office_act_and_their_part_follows_from_the_task() -> None:
    """A co-lead may act as lead, a co-unit only as co, and an office's role is brought along by the actor."""
    case = Case(lead=[A, B], co=[C])
    assert case.refused("2021-03-26", C, "plan")[0].code == "A02"
    case.do("2021-03-26", B, "plan")
    assert case.refused("2021-03-27", B, "start")[0].code == "A02"
    case.do("2021-03-27", C, "contribute")
    assert case.refused("2021-03-27", A, "contribute")[0].code == "A02"


def test_two_definitions_live_side_by_side() -> None:
    """Each version has its own machine and its own vocabulary."""
    other = law(
        "workflow: other\nversion: 1\ntitle: 另\neffective: 2020-01-01\nroles: {lead: 牵头}\n"
        "states: {a: 在办, z: 办完}\nactions: {end: {label: 完, by: lead, to: z}}\n"
    )
    task = other.open(Task("T9", lead=(A,), due=on("2021-12-31")), actor(OFFICE), on("2021-03-25")).task
    done = other.advance(task, "end", actor(A), on("2021-03-26"), {}).task
    assert (done.state, done.definition, other.closed_on(done)) == ("z", "other@1", on("2021-03-26"))
    assert other.pressing == "" and LAW.pressing == "order"
    assert Lifecycle(LAW.definition, FOLDER.calendar).machine is not LAW.machine
