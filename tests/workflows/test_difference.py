"""Two versions of a file are compared by what they mean and shown by what they say."""

from __future__ import annotations

import pytest

from supervise.reading import parse
from supervise.rules import ruleset
from supervise.workflows.definition import load
from supervise.workflows.difference import Change, Difference, Entry, difference
from tests.workflows.builders import FOLDER, KEY_WORK

BOARD = FOLDER.rules["red-black@1"].text


def changed(*edits: tuple[str, str]) -> Difference:
    """What is different after some edits of the shipped lifecycle."""
    text = KEY_WORK
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return difference(load(parse(KEY_WORK)), load(parse(text)))


def test_a_file_does_not_differ_from_itself() -> None:
    """The same text says nothing new, and a new number alone is no difference."""
    assert changed().entries == ()
    assert changed(("version: 2\n", "version: 3\n")) == Difference("key-work@2", "key-work@3", (), False)


def test_another_way_of_writing_the_same_is_no_difference() -> None:
    """One word stands for a list of one."""
    assert changed(("by: lead,   from: assigned,", "by: [lead], from: [assigned],")).entries == ()


@pytest.mark.parametrize(
    ("old", "new", "part", "name", "change"),
    [
        ("planned: 已报方案", "planned: 方案已报", "state", "planned", Change("label", "已报方案", "方案已报")),
        ("met_by: plan}\n  replan", "met_by: plan, grace: 3 days}\n  replan", "duty", "plan",
         Change("grace", "", "3 days")),
        ("due: 5 workdays after plan,", "due: 7 workdays after plan,", "duty", "approval",
         Change("due", "5 workdays after plan", "7 workdays after plan")),
        ("when: finish open,", "when: [finish open, finish missed],", "action", "ask",
         Change("when", "finish open", "[finish open, finish missed]")),
        ("sets: {lead: units},", "sets: {co: units},", "action", "reassign",
         Change("sets", "{lead: units}", "{co: units}")),
        ("kind: day, by: office}", "kind: day}", "field", "received", Change("by", "office", "")),
        ("co: 协办单位", "co: 配合单位", "role", "co", Change("label", "协办单位", "配合单位")),
        ("holidays: next workday", "holidays: as written", "head", "",
         Change("holidays", "next workday", "as written")),
    ],
)  # fmt: skip
def test_a_change_is_shown_as_both_files_say_it(old: str, new: str, part: str, name: str, change: Change) -> None:
    """Part, name and key, with the words of the old file and of the new one."""
    [entry] = changed((old, new)).entries
    assert (entry.part, entry.name, entry.kind, entry.changes) == (part, name, "changed", (change,))


def test_another_beginning_is_a_change_of_the_whole() -> None:
    """Every task begins in the first state, so its place in the file matters."""
    [entry] = changed(
        ("  assigned: 已交办\n  planned: 已报方案\n", "  planned: 已报方案\n  assigned: 已交办\n")
    ).entries
    assert entry.changes == (Change("initial", "assigned", "planned"),)


def test_what_came_and_what_went_is_told_whole() -> None:
    """A renamed action is one that came and one that went, each with all its keys."""
    came, went = changed(("  inspect: ", "  examine: ")).entries
    keys = (("label", "实地督查"), ("by", "office"), ("needs", "[opinion]"))
    assert came == Entry("action", "examine", "added", "实地督查", tuple(Change(k, "", v) for k, v in keys))
    assert went == Entry("action", "inspect", "removed", "实地督查", tuple(Change(k, v, "") for k, v in keys))


def test_points_and_weights_of_rules_are_compared() -> None:
    """A line goes by its label, what stands alone by its key."""
    text = BOARD.replace("报送按期率, rate", "报送按期率, at_most: 3, rate").replace("base: 60", "base: 50")
    head, line = difference(ruleset.load(parse(BOARD)), ruleset.load(parse(text))).entries
    assert (head.part, head.changes) == ("head", (Change("score.base", "60", "50"),))
    assert (line.part, line.name, line.changes) == ("line", "报送按期率", (Change("at_most", "", "3"),))


OTHER = """
workflow: petition
version: 1
title: 信访
effective: 2025-01-01
roles: {office: 督查室, lead: 牵头单位}
states: {received: 已收, answered: 已答}
actions:
  answer: {label: 答复, by: lead, from: received, to: answered}
duties:
  answer: {label: 答复, of: lead, due: 5 days after assign, met_by: answer}
"""


def test_two_things_that_share_nothing_are_unrelated() -> None:
    """Comparing a lifecycle with another one says little, and says so; so with files of different kinds."""
    key_work, other = load(parse(KEY_WORK)), load(parse(OTHER))
    assert difference(key_work, other).unrelated
    assert difference(key_work, ruleset.load(parse(BOARD))).unrelated
    assert not changed(("planned: 已报方案", "planned: 方案已报")).unrelated
