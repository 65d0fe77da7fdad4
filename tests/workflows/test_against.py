"""Two versions in one picture: every entry of the difference has one mark, and nothing else is coloured."""

from __future__ import annotations

import re

import pytest

from supervise.site.folder import read_folder, shipped
from supervise.workflows import against, drawing
from supervise.workflows.definition import Definition
from supervise.workflows.difference import difference
from supervise.workflows.picture import Picture
from tests.workflows.test_diagram import HOSTILE, long_one, read

FOLDER = read_folder(shipped()).sound()
OLD = FOLDER.newest["key-work"]
TEXT = """
workflow: works
version: 1
title: 工程事项
effective: 2024-01-01
roles: {office: 督查室, lead: 牵头单位}
states: {assigned: 已交办, planned: 已报方案, reported: 已报告, verified: 已核实, closed: 已办结, overdue: 已逾期}
fields: {reason: {label: 理由, kind: text}}
actions:
  plan:     {label: 报方案, by: lead, from: assigned, to: planned}
  revise:   {label: 退方案, by: office, from: planned, to: assigned, needs: reason}
  report:   {label: 报告, by: lead, from: planned, to: reported}
  verify:   {label: 核实, by: office, from: reported, to: verified}
  resume:   {label: 转下期, by: office, from: verified, to: planned}
  complete: {label: 办结, by: office, from: verified, to: closed}
  lapse:    {label: 逾期, by: clock, from: [assigned, planned], to: overdue, when: finish missed}
  catch_up: {label: 补报, by: lead, from: overdue, to: reported}
  decline:  {label: 申请改派, by: lead, when: plan open}
duties:
  plan:   {label: 报送方案, of: lead, due: 10 workdays after assign, met_by: plan}
  finish: {label: 全面完成, of: lead, due: task, met_by: complete}
"""
WORKS = read(TEXT)
MARK = re.compile(r"(?:[+−]|改)\d+")


def compared(new: Definition, old: Definition | None = None) -> Picture:
    """The picture of a difference."""
    old = old or WORKS
    return against.compared(old, new, difference(old, new))


def edited(*changes: tuple[str, str]) -> Definition:
    """The lifecycle above with pieces of its text replaced."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return read(text)


def marks(made: Picture) -> list[str]:
    """Every mark in the picture itself: at states, on arrows and in the legend; the list beneath left out."""
    words = [node.mark for node in made.nodes]
    words += [deed.mark for edge in made.edges for deed in edge.deeds]
    words += [item for role in made.legend for item in role.anywhere]
    return [mark for word in words for mark in MARK.findall(word)]


@pytest.mark.parametrize("action", list(OLD.actions))
def test_editing_one_guard_changes_exactly_one_mark(action: str) -> None:
    """One condition more or less: one mark in the picture, one line in the list, nothing else coloured."""
    spec = OLD.actions[action]
    other = read("workflow: w\nversion: 1\ntitle: w\neffective: 2020-01-01\nroles: {u: 甲}\nstates: {a: 甲}\n"
                 "actions: {x: {label: 转, by: u, when: plan missed}}\n").actions["x"].when  # fmt: skip
    changed = spec.model_copy(update={"when": () if spec.when else other})
    new = OLD.model_copy(update={"actions": {**OLD.actions, action: changed}})
    made = compared(new, OLD)
    assert marks(made) == ["改1"]
    assert [note.change for note in made.notes] == ["changed"]
    coloured = {name for edge in made.edges if edge.change != "same" for name in edge.actions}
    assert coloured <= {action} and {node.change for node in made.nodes} == {"same"}


@pytest.mark.parametrize("duty", list(OLD.duties))
def test_editing_one_limit_changes_one_line_and_at_most_one_mark(duty: str) -> None:
    """A limit stands on the arrow that it is of, and only the first such arrow carries the number."""
    spec = OLD.duties[duty]
    new = OLD.model_copy(update={"duties": {**OLD.duties, duty: spec.model_copy(update={"met_by": ("inspect",)})}})
    made = compared(new, OLD)
    assert len(made.notes) == 1 and len(marks(made)) <= 1


def test_what_came_is_green_what_went_red_what_changed_amber() -> None:
    """Signs, colours and lines beneath agree; an arrow that leads elsewhere now is shown at both places."""
    made = compared(
        edited(
            ("overdue: 已逾期}", "overdue: 已逾期, archived: 已归档}"),
            ("duties:\n", "  archive: {label: 归档, by: office, from: closed, to: archived}\nduties:\n"),
            ("  resume:   {label: 转下期, by: office, from: verified, to: planned}\n", ""),
            ("from: reported, to: verified", "from: [reported, overdue], to: verified"),
        )
    )
    changes = {(edge.change, *edge.actions) for edge in made.edges if edge.change != "same"}
    assert changes == {("added", "archive"), ("removed", "resume"), ("changed", "verify")}
    assert [node.change for node in made.nodes if node.change != "same"] == ["added"]
    assert sorted(marks(made)) == sorted({note.mark.split()[0] for note in made.notes})
    source = drawing.dot(made)
    for change in ("added", "removed", "changed"):
        assert drawing.CHANGED[change] in source
    assert "dotted" in source


def test_an_arrow_that_leads_elsewhere_is_red_where_it_was() -> None:
    """The old way is red, the new one amber, and both are one entry."""
    made = compared(edited(("from: planned, to: assigned", "from: planned, to: overdue")))
    found = {(edge.change, edge.target) for edge in made.edges if "revise" in edge.actions}
    assert found == {("changed", "overdue"), ("removed", "assigned")}
    assert len(made.notes) == 1 and marks(made) == ["改1"]


def test_the_same_text_has_no_marks() -> None:
    """A new version number alone is no difference."""
    made = compared(edited(("version: 1\n", "version: 2\n")))
    assert marks(made) == [] and made.notes == () and made.heading == "两版没有不同"


def test_unrelated_lifecycles_are_called_unrelated() -> None:
    """Two files that share next to nothing are not shown as versions of one thing without a word."""
    assert "不相干" in compared(read(HOSTILE)).title
    assert "不相干" in compared(long_one()).title
    assert "不相干" not in compared(edited(("label: 核实", "label: 核验"))).title


def test_the_list_speaks_chinese() -> None:
    """Names of states, roles and actions are labels, limits and conditions are sentences."""
    made = compared(
        edited(
            ("from: reported, to: verified", "from: [reported, overdue], to: verified"),
            ("10 workdays after assign", "8 workdays after assign"),
            ("when: plan open", "when: [plan open, finish missed]"),
        )
    )
    told = {note.mark.split()[1]: note.text for note in made.notes}
    words = " ".join(note.text for note in made.notes)
    assert "从:已报告 ⇒ 已报告、已逾期" in words
    assert "“交办”后 10 个工作日内 ⇒ “交办”后 8 个工作日内" in told["应办"]
    assert "“全面完成”逾期未办" in words
    names = {*WORKS.actions, *WORKS.duties}
    assert not re.search(r"[a-z]{3,}", re.sub(r"\((\w+)\)", lambda m: "" if m[1] in names else m[0], words))
