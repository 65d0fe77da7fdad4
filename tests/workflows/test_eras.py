"""A task that changes its law: duties are judged by the law in force when they were born, and none is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.errors import Refused
from supervise.people import Actor
from supervise.phrases import MIGRATE, REVERT
from supervise.records import Duty, Task
from supervise.workflows import checking
from supervise.workflows.definition import Definition, Migrates, load
from supervise.workflows.lifecycle import Lifecycle
from supervise.workflows.migration import Plan, back, plan, route
from tests.histories import END, FOLDER, LAW, OFFICE, OPENED, Act, placed, script, steps, tried
from tests.laws import OLD, OPTIONAL, document, rename, renamed, second


def laws(new: Definition) -> tuple[Lifecycle, Lifecycle]:
    """The old lifecycle and a new one, each knowing both laws."""
    both = {OLD.name: OLD, new.name: new}
    return Lifecycle(OLD, FOLDER.calendar, both), Lifecycle(new, FOLDER.calendar, both)


def moved(new: Definition, task: Task, day: date, map_: Migrates | None = None) -> Plan:
    """The plan for a task on a day."""
    old_law, new_law = laws(new)
    return plan(route(OLD, new, map_ or new.migrates), old_law, new_law, task, OFFICE, day)


def lived(acts: list[Act], upto: int) -> tuple[Task, date]:
    """A task after the first acts, and the day of the last of them."""
    task = placed()
    for act in acts[:upto]:
        task = tried(task, act)[0]
    return task, acts[upto - 1].day if upto else OPENED


def goes_on(law: Lifecycle, task: Task, acts: list[Act], names: Mapping[str, str], duties: Mapping[str, str]) -> Task:
    """The task after more acts under a law that calls actions and duties by other names, settled at the end."""
    for act in acts:
        data = {name: duties.get(value, value) if name == "duty" else value for name, value in act.data.items()}
        try:
            task = law.advance(task, names.get(act.action, act.action), act.actor, act.day, data).task
        except Refused:
            continue
    return law.settle(task, END).task


def plainly(duty: Duty, seq: int, kinds: Mapping[str, str]) -> Duty:
    """A duty under the names and numbers it would have if event ``seq`` had not been."""

    def key(text: str) -> str:
        kind, _, rest = text.partition(":")
        number = int(rest) - 1 if rest.isdigit() and int(rest) > seq else rest
        return f"{kinds.get(kind, kind)}:{number}" if rest else kinds.get(kind, kind)

    after = duty.after - 1 if duty.after > seq else duty.after
    return replace(duty, kind=key(duty.kind), key=key(duty.key), about=key(duty.about), after=after)


def by_key(duties: tuple[Duty, ...]) -> list[Duty]:
    """Duties in an order that does not depend on names."""
    return sorted(duties, key=lambda d: (d.due, d.key))


def changed_alike(new: Definition, drawn: Any, names: Mapping[str, Mapping[str, str]], data: st.DataObject) -> None:
    """Changing to a law that says the same, at any moment of any history, changes no duty."""
    acts = script(drawn)
    upto = data.draw(st.integers(0, len(acts)))
    task, day = lived(acts, upto)
    day = LAW.settle(task, day).task.events[-1].day
    made = moved(new, task, day)
    if LAW.closed_on(made.task) is not None:
        return
    assert made.problems == ()
    assert made.step is not None
    _, new_law = laws(new)
    seq = made.step.task.version
    later = [act for act in acts[upto:] if OLD.actions[act.action].undoes is None]  # what came before the change stays
    after = goes_on(new_law, made.step.task, later, names["actions"], names["duties"])
    reference = goes_on(LAW, made.task, later, {}, {})
    kinds = {new: old for old, new in names["duties"].items()}
    assert by_key(tuple(plainly(d, seq, kinds) for d in new_law.situation(after).duties)) == by_key(
        LAW.situation(reference).duties
    )
    states = {new: old for old, new in names["states"].items()}
    assert states.get(after.state, after.state) == reference.state
    assert new_law.wake(after) == LAW.wake(reference)


SAME = second()
NAMED, NAMES = renamed()


@settings(max_examples=20)
@given(steps, st.data())
def test_a_law_that_says_the_same_changes_no_duty(drawn: Any, data: st.DataObject) -> None:
    """A new number on the same text may come at any moment of any history; every duty stays what it was."""
    changed_alike(SAME, drawn, {"states": {}, "actions": {}, "duties": {}}, data)


@settings(max_examples=20)
@given(steps, st.data())
def test_a_law_that_renames_everything_changes_no_duty(drawn: Any, data: st.DataObject) -> None:
    """What is called otherwise is met, waited for, excused and closed under the new names as under the old ones."""
    changed_alike(NAMED, drawn, NAMES, data)


# ── laws that say something else ────────────────────────────────────────────────────────────────────────────────────


@st.composite
def other_laws(draw: st.DrawFn) -> tuple[Definition, Migrates]:
    """A version with other limits, some duties renamed, some left out, states renamed; and a map that may be short."""
    limits = draw(st.lists(st.integers(1, 40), min_size=8, max_size=8))
    out = draw(st.sets(st.sampled_from(OPTIONAL), max_size=2))
    called = {name: f"{name}_b" for name in draw(st.sets(st.sampled_from([n for n in OLD.duties if n not in out])))}
    states = {name: f"{name}_b" for name in draw(st.sets(st.sampled_from([s for s in OLD.states])))}
    dates = draw(st.sampled_from((["06-25", "12-25"], ["03-25", "06-25", "09-25", "12-25"], ["05-10"])))

    def change(data: dict[str, Any]) -> None:
        for name in out:
            del data["duties"][name]
        counts = iter(limits)
        for duty in data["duties"].values():
            if isinstance(duty["due"], str) and duty["due"][0].isdigit():
                duty["due"] = f"{next(counts)} days {duty['due'].partition(' ')[2].partition(' ')[2]}"
        data["duties"]["progress"]["due"] = dates
        rename(data, "duties", called)
        rename(data, "states", states)

    missing = draw(st.sets(st.sampled_from([*called, *out] or [""]), max_size=1)) if draw(st.booleans()) else set()
    duties = {name: new for name, new in {**called, **dict.fromkeys(out)}.items() if name not in missing}
    states = {name: new for name, new in states.items() if name not in OLD.finals}
    return second(change), Migrates(**{"from": OLD.name, "states": states, "duties": duties})


@settings(max_examples=20)
@given(steps, other_laws(), st.data())
def test_no_change_of_law_loses_a_duty_in_silence(
    drawn: Any, law: tuple[Definition, Migrates], data: st.DataObject
) -> None:
    """Whatever the law and the map say: what is owed goes on under its old limit, or the plan names it, or stops."""
    new, map_ = law
    acts = script(drawn)
    upto = data.draw(st.integers(0, len(acts)))
    task, day = lived(acts, upto)
    day = LAW.settle(task, day).task.events[-1].day
    task = LAW.settle(task, day).task
    if LAW.closed_on(task) is not None:
        return
    made = moved(new, task, day, map_)
    owed = {d.key: d for d in LAW.situation(task).duties if d.met is None and d.void is None}
    if made.step is None:
        assert made.problems
        kinds = {d.kind for d in owed.values()}
        assert any(p.code == "N02" for p in made.problems) == (not kinds <= route(OLD, new, map_).duties.keys())
        return
    told = {fate.key: fate for fate in made.fates if fate.what != "new"}
    assert told.keys() == owed.keys()
    law_, moment = laws(new)[1], made.step.task
    at_change = {d.key: d for d in law_.situation(moment).duties}
    for key, fate in told.items():
        if fate.what == "withdrawn":
            assert owed[key].nominal > day
        else:
            same = replace(at_change[key], kind=owed[key].kind, void=None)
            assert fate.what == "ended" or _limits(same) == _limits(owed[key])
            assert (fate.what == "ended") == (at_change[key].void is not None)
    after = goes_on(law_, moment, acts[upto:], {}, {})
    assert at_change.keys() <= {d.key for d in law_.situation(after).duties} | _beyond(after, at_change)


def _limits(duty: Duty) -> tuple[Any, ...]:
    return duty.kind, duty.key, duty.role, duty.born, duty.due, duty.nominal, duty.met


def _beyond(task: Task, duties: Mapping[str, Duty]) -> set[str]:
    """Fixed dates that a new term or a new party of the task has done away with, under any law."""
    terms = [e for e in task.events if {"due", "lead", "co"} & e.changes.keys()][1:]
    return {key for key, d in duties.items() if ":20" in key and terms and d.nominal > terms[0].day}


@settings(max_examples=20)
@given(steps, other_laws(), st.data())
def test_taking_a_change_of_law_back_leaves_no_trace_in_the_duties(
    drawn: Any, law: tuple[Definition, Migrates], data: st.DataObject
) -> None:
    """After the way back duties and state are those before, and so is all that follows."""
    new, map_ = law
    acts = script(drawn)
    upto = data.draw(st.integers(0, len(acts)))
    task, day = lived(acts, upto)
    made = moved(new, task, day, map_)
    if made.step is None or LAW.closed_on(made.task) is not None:
        return
    old_law, new_law = laws(new)
    again = back(old_law, new_law, made.step.task, OFFICE, day + timedelta(days=data.draw(st.integers(0, 3))))
    assert again.step is not None
    task, seq = again.step.task, made.task.version
    assert [event.action for event in task.events[seq:]] == [MIGRATE, REVERT]
    assert old_law.situation(task).duties == LAW.situation(made.task).duties
    assert (task.state, task.definition) == (made.task.state, OLD.name)
    later = [a for a in acts[upto:] if a.day >= task.events[-1].day and OLD.actions[a.action].undoes is None]
    after, reference = goes_on(old_law, task, later, {}, {}), goes_on(LAW, made.task, later, {}, {})
    twice = tuple(plainly(plainly(d, seq, {}), seq, {}) for d in old_law.situation(after).duties)
    assert by_key(twice) == by_key(LAW.situation(reference).duties)
    assert after.state == reference.state


# ── one history, told step by step ──────────────────────────────────────────────────────────────────────────────────

LEAD = "区工信局"
PLAN: dict[str, Any] = {"milestones": "2025-11-20 完成", "contact": "王某"}
REPORT: dict[str, Any] = {"summary": "过半", "progress": 60, "evidence": ["a.pdf"]}
UNDER_WAY = [("02-20", "plan", PLAN), ("02-24", "start", {}), ("06-20", "report", REPORT)]


def told(law: Lifecycle, task: Task, *said: tuple[str, str, dict[str, Any]]) -> Task:
    """The task after some acts of 2025, each by whoever may do it."""
    for day, action, data in said:
        actor = OFFICE if "office" in law.definition.actions[action].by else Actor("甲", LEAD)
        task = law.advance(task, action, actor, date.fromisoformat(f"2025-{day}"), data).task
    return task


def the(law: Lifecycle, task: Task, key: str) -> Duty:
    """One duty of a task."""
    return next(duty for duty in law.situation(task).duties if duty.key == key)


def changed(new: Definition, task: Task, day: str) -> tuple[Lifecycle, Task]:
    """The new lifecycle, and the task under it."""
    made = moved(new, task, date.fromisoformat(f"2025-{day}"))
    assert made.step is not None
    return laws(new)[1], made.step.task


def test_what_a_new_law_begins_again_ends_what_the_old_one_had_begun() -> None:
    """A second request under the new law replaces the first; the answer to it is owed once."""
    ask = {"reason": "雨季", "until": "2025-12-20"}
    law, task = changed(NAMED, told(LAW, placed(), *UNDER_WAY[:2], ("03-03", "ask", ask)), "03-04")
    task = told(law, task, ("03-05", "ask_b", ask))
    assert (the(law, task, "decision:4").void, the(law, task, "decision_b:6").due) == (
        date(2025, 3, 5),
        date(2025, 3, 10),
    )


def test_what_redid_a_returned_report_does_not_count_ahead_under_the_new_law() -> None:
    """A report that answered a return stays the answer to that return."""
    again = (("06-27", "rework", {"reason": "不实"}), ("07-01", "report", REPORT))
    long = LAW.open(replace(placed(), due=date(2026, 3, 31), events=()), OFFICE, OPENED).task
    law, task = changed(NAMED, told(LAW, long, *UNDER_WAY, *again), "07-05")
    assert the(law, task, "rework:5").met == date(2025, 7, 1)
    assert the(law, task, "progress:2025-12-25").met is None


def test_a_limit_is_that_of_the_law_it_was_born_under() -> None:
    """Shorter limits of a new law bind what begins under it, not what had begun."""

    def shorter(data: dict[str, Any]) -> None:
        data["duties"]["review"]["due"] = "2 workdays after report or catch_up"

    law, task = changed(second(shorter), told(LAW, placed(), *UNDER_WAY), "06-23")
    assert the(law, task, "review:4").due == date(2025, 7, 4)
    task = told(law, task, ("06-30", "rework", {"reason": "不实"}), ("07-02", "report", REPORT))
    assert the(law, task, "review:7").due == date(2025, 7, 4)
    assert the(law, task, "review:4").met == date(2025, 6, 30)


def test_a_fixed_date_is_that_of_the_law_of_its_day() -> None:
    """From the change on the dates of the new law are owed, those before it stay as they were."""

    def quarterly(data: dict[str, Any]) -> None:
        data["duties"]["progress"]["due"] = ["03-25", "06-25", "09-25", "12-25"]

    task = told(LAW, placed(), *UNDER_WAY[:2])
    made = moved(second(quarterly), task, date(2025, 7, 1))
    assert made.step is not None
    assert [(fate.what, fate.key) for fate in made.fates if fate.old != fate.new] == [("new", "progress:2025-09-25")]
    law = laws(second(quarterly))[1]
    dates = [d.key for d in law.situation(made.step.task).duties if d.kind == "progress"]
    assert dates == ["progress:2025-06-25", "progress:2025-09-25"]


def test_a_duty_that_the_map_ends_is_owed_no_more_but_what_was_missed_stays() -> None:
    """``null`` in the map ends what is open on the day of the change, and washes nothing clean."""

    def without(data: dict[str, Any]) -> None:
        del data["duties"]["approval"], data["duties"]["review"]
        data["migrates"] = {"from": OLD.name, "duties": {"approval": None, "review": None}}

    task = told(LAW, placed(), ("02-20", "plan", PLAN))
    law, early = changed(second(without), task, "02-21")
    assert the(law, early, "approval:2").void == date(2025, 2, 21)
    law, late = changed(second(without), task, "04-01")
    assert the(law, late, "approval:2").outcome(date(2025, 4, 2)) == "missed"
    assert law.situation(late).spec(the(law, late, "approval:2")).label == "审定方案"


def test_what_stops_a_plan_says_what_to_write() -> None:
    """A state and a duty without a counterpart are named, with the line that is missing in the map."""

    def gone(data: dict[str, Any]) -> None:
        rename(data, "states", {"planned": "drafted"})
        rename(data, "duties", {"approval": "consent"})

    made = moved(second(gone), told(LAW, placed(), ("02-20", "plan", PLAN)), date(2025, 2, 21))
    assert (made.step, [problem.code for problem in made.problems]) == (None, ["N01", "N02"])
    assert "states: {planned: …}" in made.problems[0].help
    assert "duties: {approval: …}" in made.problems[1].help
    assert "consent" in made.problems[1].help


def test_a_law_that_cannot_read_old_figures_stops_the_plan() -> None:
    """Reported figures must stay readable, and a law does not hold before its day."""

    def other(data: dict[str, Any]) -> None:
        data["fields"]["rate"] = data["fields"].pop("progress")
        for name in OLD.figure_actions:
            needs = data["actions"][name]["needs"]
            needs[needs.index("progress")] = "rate"
        data["effective"] = "2025-12-01"

    made = moved(second(other), told(LAW, placed(), *UNDER_WAY), date(2025, 7, 1))
    assert [problem.code for problem in made.problems] == ["N03", "N04"]


def test_a_law_that_does_not_know_what_it_would_look_back_at_stops_the_plan() -> None:
    """An act that other acts refer to, such as the plan that is approved, must keep its name once it was done."""

    def other(data: dict[str, Any]) -> None:
        data["actions"]["start"]["sets"] = {"stages": "milestones of scheme"}
        rename(data, "actions", {"plan": "scheme"})

    assert moved(second(other), placed(), date(2025, 2, 21)).problems == ()
    [problem] = moved(second(other), told(LAW, placed(), *UNDER_WAY[:1]), date(2025, 2, 21)).problems
    assert problem.code == "N04"
    assert "照旧写动作 plan" in problem.help


def test_who_has_acted_since_cannot_go_back() -> None:
    """A change of law is taken back only while nothing was built on it."""
    law, task = changed(SAME, told(LAW, placed(), *UNDER_WAY[:1]), "02-21")
    task = told(law, task, UNDER_WAY[1])
    [problem] = back(laws(SAME)[0], law, task, OFFICE, date(2025, 3, 1)).problems
    assert problem.code == "N05"


@pytest.mark.parametrize(
    ("written", "code", "path"),
    [
        ({"from": "key-work@1", "states": {"planned": "draft"}}, "D03", "migrates.states"),
        ({"from": "key-work@1", "states": {"planned": "closed"}}, "D16", "migrates.states.planned"),
        ({"from": "key-work@1", "duties": {"consent": "agreement"}}, "D10", "migrates.duties"),
        ({"from": "key-work@1", "duties": {"approval": "review"}}, "D16", "migrates.duties.approval"),
        ({"from": f"key-work@{OLD.version + 1}"}, "D16", "migrates.from"),
    ],
)
def test_a_wrong_map_is_found_when_the_definition_is_read(written: dict[str, Any], code: str, path: str) -> None:
    """What a map says of its own law is checked like everything else in the file, at its line."""
    data = {**OLD.written, "version": OLD.version + 1, "migrates": written}
    made = document(data)
    [problem] = checking.check(made, load(made))
    assert (problem.code, problem.path) == (code, path)
    heading = made.line(("migrates",))
    assert heading is not None and problem.line in range(heading + 1, heading + 4)


@pytest.mark.parametrize("name", ["migrate", "revert"])
def test_what_every_law_has_cannot_be_defined_again(name: str) -> None:
    """Coming under a law, and taking that back, are no actions of a file."""
    data = dict(OLD.written)
    data["actions"] = {**data["actions"], name: {"label": "改版", "by": "office"}}
    made = document(data)
    assert [(problem.code, problem.path) for problem in checking.check(made, load(made))] == [
        ("D01", f"actions.{name}")
    ]


def test_a_third_law_takes_over_from_the_second() -> None:
    """A duty of the first law keeps its limit and its key through two changes, and is met under the third."""

    def again(data: dict[str, Any]) -> None:
        data["version"] = OLD.version + 2
        rename(data, "duties", {"approval": "consent"})
        data["migrates"] = {"from": f"key-work@{OLD.version + 1}", "duties": {"approval_b": "consent"}}

    def once(data: dict[str, Any]) -> None:
        rename(data, "duties", {"approval": "approval_b"})
        data["duties"]["approval_b"]["due"] = "1 workdays after plan"
        data["migrates"] = {"from": OLD.name, "duties": {"approval": "approval_b"}}

    middle, newest = second(once), second(again)
    both = {law.name: law for law in (OLD, middle, newest)}
    one, two, three = (Lifecycle(law, FOLDER.calendar, both) for law in (OLD, middle, newest))
    task = told(one, placed(), UNDER_WAY[0])
    first = the(one, task, "approval:2")
    for old, new in ((one, two), (two, three)):
        way = route(old.definition, new.definition, new.definition.migrates)
        step = plan(way, old, new, task, OFFICE, date(2025, 2, 21))
        assert step.step is not None
        task = step.step.task
    now = the(three, task, "approval:2")
    assert (now.kind, now.due, now.met) == ("consent", first.due, None)
    task = told(three, task, UNDER_WAY[1])
    assert the(three, task, "approval:2").met == date(2025, 2, 24)
    assert {event.definition for event in task.events} == set(both)
