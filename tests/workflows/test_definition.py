"""What a workflow file says, and what it may leave unsaid."""

from __future__ import annotations

import pytest

from supervise.errors import Invalid
from supervise.phrases import AfterAction, OnDates, Outcome, TaskDue, UntilOf
from supervise.reading import parse
from supervise.workflows.definition import Definition, load
from tests.workflows.builders import KEY_WORK, LAW

SMALL = """
workflow: small
version: 3
title: 小流程
effective: 2020-01-01
roles: {office: 督查室, lead: 牵头单位}
states: {todo: 在办, paused: 暂停, done: 办结, dropped: 撤销}
fields: {until: {label: 时限, kind: date}, reason: {label: 理由, kind: text}}
actions:
  finish: {label: 办结, by: lead, from: todo, to: done}
  pause: {label: 暂停, by: office, from: todo, to: paused}
  wake: {label: 恢复, by: office, from: [todo, paused], to: {paused: todo}}
  drop: {label: 撤销, by: [office, lead], to: dropped, needs: reason}
  note: {label: 记一笔, by: lead, when: work open}
duties:
  work: {label: 办理, of: lead, due: task, met_by: finish}
"""


def small() -> Definition:
    """A lifecycle of four states."""
    return load(parse(SMALL, "small.yaml"))


def test_the_first_state_is_the_start_and_states_nobody_leaves_are_ends() -> None:
    """The order of the file gives the start; an end is a state that is reached and that no action leaves by name."""
    assert small().initial == "todo"
    assert small().finals == {"done", "dropped"}
    assert LAW.definition.initial == "assigned" and LAW.definition.finals == {"closed", "joined"}


def test_an_action_without_from_is_possible_in_every_open_state_and_in_no_final_one() -> None:
    """Leaving ``from`` out means: wherever the task is not over."""
    definition = small()
    assert definition.sources(definition.actions["drop"]) == ("todo", "paused")
    assert definition.sources(definition.actions["finish"]) == ("todo",)


def test_an_action_without_to_stays_and_a_mapping_moves_only_the_states_it_names() -> None:
    """``to`` is a state, nothing, or a state for some of the states."""
    definition = small()
    assert definition.target(definition.actions["note"], "paused") == "paused"
    assert definition.target(definition.actions["wake"], "paused") == "todo"
    assert definition.target(definition.actions["wake"], "todo") == "todo"
    assert definition.target(definition.actions["drop"], "paused") == "dropped"


def test_one_word_stands_for_a_list_of_one() -> None:
    """``by: lead`` and ``by: [lead]`` are the same, and so for every list of words."""
    definition = small()
    assert definition.actions["finish"].by == ("lead",)
    assert definition.actions["drop"].needs == ("reason",)
    assert definition.duties["work"].met_by == ("finish",)
    assert definition.actions["note"].when == (Outcome("open", "work"),)


def test_the_four_kinds_of_limit_are_read_once() -> None:
    """A limit is days after an action, fixed dates, a date in an action's data, or the task's own."""
    duties = LAW.definition.duties
    assert duties["plan"].form == AfterAction(10, "workdays", ("assign", "reassign"))
    assert duties["progress"].form == OnDates(((6, 25), (12, 25)))
    assert duties["reply"].form == UntilOf(("order",))
    assert duties["finish"].form == TaskDue()
    assert duties["contribution"].each and duties["contribution"].role == "co"
    assert not duties["finish"].each


def test_duties_that_report_a_figure_are_known_by_what_meets_them() -> None:
    """Progress is judged where a report with a percentage is owed on a fixed date, and nowhere else."""
    assert LAW.definition.figure_duties == {"progress"}
    assert small().figure_duties == frozenset()


def test_a_field_is_found_by_its_kind_among_those_an_act_carries() -> None:
    """The core finds the date, the duty or the figure of an act by kind, never by name."""
    definition = LAW.definition
    assert definition.field_of("date", ("level", "duty", "until")) == "until"
    assert definition.field_of("percent") == "progress"
    assert definition.field_of("date", ("summary",)) == ""
    assert small().field_of("percent") == ""


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("label: 办结,", "lable: 办结,", "Y04", "label"),
        ("version: 3", "version: drei", "Y06", "整数"),
        ("effective: 2020-01-01", "effective: 2020-02-30", "Y06", "日期"),
        ("kind: date", "kind: dates", "Y06", "date"),
        ("due: task", "due: 10 workday before assign", "Y06", "看不懂期限"),
        ("due: task", "due: [06-31]", "Y06", "月日"),
        ("when: work open", "when: work is open", "Y06", "看不懂条件"),
        ("title: 小流程\n", "", "Y05", "title"),
        ("states: {todo: 在办, paused: 暂停, done: 办结, dropped: 撤销}", "states: {}", "Y06", "起点"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_at_its_line(old: str, new: str, code: str, says: str) -> None:
    """A word out of place is refused with file, line and what could stand there."""
    text = SMALL.replace(old, new, 1)
    with pytest.raises(Invalid) as caught:
        load(parse(text, "small.yaml"))
    (problem,) = caught.value.problems
    assert problem.code == code and says in problem.text
    assert problem.file == "small.yaml" and problem.line is not None
    if new and code != "Y05" and new != "states: {}":
        assert new in text.splitlines()[problem.line - 1]


def test_everything_unreadable_is_said_at_once() -> None:
    """A file is read to the end; its author gets the whole list, not the first fault."""
    text = (
        SMALL.replace("version: 3", "version: drei").replace("kind: date", "kind: dates").replace("due: task", "due: x")
    )
    with pytest.raises(Invalid) as caught:
        load(parse(text, "small.yaml"))
    assert len(caught.value.problems) == 3


def test_the_shipped_file_fits_one_screen_of_actions_and_every_word_has_a_label() -> None:
    """Each state, field, action and duty of the shipped lifecycle has a Chinese label a meeting can read."""
    definition = LAW.definition
    labels = [
        *definition.roles.values(), *definition.states.values(), *(f.label for f in definition.fields.values()),
        *(a.label for a in definition.actions.values()), *(d.label for d in definition.duties.values()),
    ]  # fmt: skip
    assert all(any("\u4e00" <= char <= "\u9fff" for char in label) for label in labels)
    assert max(len(line) for line in KEY_WORK.splitlines()) < 200
