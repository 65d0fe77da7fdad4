"""What is wrong with a definition is found when the file is read, at its line, with the nearest name."""

from __future__ import annotations

import pytest

from supervise.errors import Problem
from supervise.reading import parse
from supervise.workflows import checking
from supervise.workflows.definition import load
from tests.workflows.builders import KEY_WORK


def problems(text: str) -> tuple[Problem, ...]:
    """Everything wrong with a definition."""
    document = parse(text, "key-work.yaml")
    return checking.check(document, load(document))


def test_the_shipped_definition_is_sound() -> None:
    """Nothing is wrong with what we ship."""
    assert problems(KEY_WORK) == ()


MISSPELT = [
    ("met_by: contribute,", "met_by: contribut,", "D07", "contribute"),
    ("due: 10 workdays after assign or reassign", "due: 10 workdays after asign or reassign", "D07", "assign"),
    ("due: until of order", "due: until of ordre", "D07", "order"),
    ("dated: [report, catch_up], waits: [planned, ",
     "dated: [reprot, catch_up], waits: [planned, ", "D07", "report"),
    ("from: planned,     to: in_progress", "from: planed,     to: in_progress", "D03", "planned"),
    ("from: planned,     to: in_progress", "from: planned,     to: in_progres", "D03", "in_progress"),
    ("to: {overdue: in_progress}", "to: {overdu: in_progress}", "D03", "overdue"),
    ("waits: [reported, verified], grace", "waits: [reportd, verified], grace", "D03", "reported"),
    ("by: co,     needs: [summary]", "by: coo,     needs: [summary]", "D02", "co"),
    ("also: {parent: told_part}, tell: [lead, co]}   # 子", "also: {parent: told_part}, tell: [lead, cos]}   # 子",
     "D02", "co"),
    ("of: each co", "of: each lea", "D02", "lead"),
    ("needs: [milestones, contact]", "needs: [milestone, contact]", "D04", "milestones"),
    ("sets: {due: until}, at", "sets: {due: untill}, at", "D04", "until"),
    ("sets: {due: until}, at", "sets: {dues: until}, at", "D05", "due"),
    ("voids: duty", "voids: dutty", "D04", "duty"),
    ("when: plan open", "when: plann open", "D10", "plan"),
    ("when: [finish missed, recovery missed]", "when: [finish missed, recover missed]", "D10", "recovery"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "meant"), MISSPELT)
def test_a_misspelt_name_is_found_at_its_line_with_the_nearest_name(old: str, new: str, code: str, meant: str) -> None:
    """Action, state, role, field, duty or property: file, line, and what was probably meant."""
    assert old in KEY_WORK
    text = KEY_WORK.replace(old, new, 1)
    changed = next(
        i for i, (a, b) in enumerate(zip(KEY_WORK.splitlines(), text.splitlines(), strict=True), 1) if a != b
    )
    found = [p for p in problems(text) if p.code == code]
    assert found, [str(p) for p in problems(text)]
    assert (found[0].file, found[0].line) == ("key-work.yaml", changed)
    assert f"是不是 {meant}?" in found[0].text


def test_all_misspelt_names_of_a_file_are_found_in_one_reading() -> None:
    """Three slips give three problems, each at its own line."""
    text = KEY_WORK
    for old, new, _, _ in (MISSPELT[0], MISSPELT[4], MISSPELT[11]):
        text = text.replace(old, new, 1)
    found = [p for p in problems(text) if p.code in ("D03", "D04", "D07")]
    assert len(found) == 3 and len({p.line for p in found}) == 3


HEAD = "workflow: w\nversion: 1\ntitle: 题\neffective: 2020-01-01\nroles: {office: 督查室, lead: 牵头, co: 协办}\n"
FIELDS = "fields: {d: {label: 应办, kind: duty}, u: {label: 时限, kind: date}}\n"


def codes(body: str) -> list[tuple[str, int | None, str]]:
    """Code, line and text of everything wrong with a small definition."""
    return [(p.code, p.line, p.text) for p in problems(HEAD + FIELDS + body)]


def test_a_state_nobody_can_reach_is_named() -> None:
    """A state without a way in is a mistake of the file, told by its label and line."""
    body = "states:\n  a: 在办\n  b: 孤岛\n  z: 办完\nactions:\n  end: {label: 完, by: lead, from: [a, b], to: z}\n"
    assert codes(body) == [("D11", 9, "从起点走不到“孤岛”")]


def test_a_state_without_a_way_to_an_end_is_named() -> None:
    """A trap is found even though it has arrows: none of them ever leads to an end."""
    body = (
        "states:\n  a: 在办\n  b: 打转\n  c: 再转\n  z: 办完\nactions:\n"
        "  end: {label: 完, by: lead, from: a, to: z}\n  in: {label: 入, by: lead, from: a, to: b}\n"
        "  round: {label: 转, by: lead, from: b, to: c}\n  back: {label: 回, by: lead, from: c, to: b}\n"
    )
    assert [(code, line) for code, line, _ in codes(body)] == [("D12", 9), ("D12", 10)]


def test_a_lifecycle_without_an_end_is_refused() -> None:
    """If every state can be left, no task is ever finished."""
    body = (
        "states:\n  a: 在办\n  b: 再办\nactions:\n  go: {label: 去, by: lead, from: a, to: b}\n"
        "  back: {label: 回, by: lead, from: b, to: a}\n"
    )
    assert [code for code, _, _ in codes(body)] == ["D12"]


STATES = "states: {a: 在办, z: 办完}\nactions:\n  end: {label: 完, by: lead, from: a, to: z}\n"


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        ("  tick: {label: 到点, by: clock, from: a, to: z}\n", "D06", "when"),
        ("  assign: {label: 交办, by: office}\n", "D01", "交办"),
        ("  say: {label: 说, by: lead}\nduties:\n  t: {label: 复, of: lead, due: until of say, met_by: end}\n",
         "D08", "日期"),
        ("duties:\n  t: {label: 各报, of: each co, due: [06-15], met_by: end}\n", "D09", "各自"),
        ("duties:\n  t: {label: 各审, of: each office, due: [06-15], met_by: end}\n", "D02", "each"),
        ("  x: {label: 看, by: lead, when: blue unanswered}\n", "D10", "until of"),
        ("  x: {label: 看, by: lead, when: 3 days before end}\nduties:\n"
         "  w: {label: 办, of: lead, due: task, met_by: end}\n", "D10", "应办"),
        ("  x: {label: 看, by: lead, when: w behind 20%}\n", "D10", "应办"),
    ],
)  # fmt: skip
def test_a_rule_that_could_never_work_is_refused(more: str, code: str, says: str) -> None:
    """A clock without a time, a limit without a date, a duty nobody can meet: each has its code and its line."""
    found = codes(STATES + more)
    assert code in [c for c, _, _ in found], found
    assert any(says in text for c, _, text in found if c == code)
    assert all(line is not None and line >= 8 for _, line, _ in found)


def test_a_distance_after_may_be_counted_from_an_action_or_a_duty() -> None:
    """Days after something: after a duty's limit, an action, or the opening itself."""
    for of in ("w", "end", "assign", "w or end"):
        more = (
            f"  x: {{label: 看, by: lead, when: 3 days after {of}}}\nduties:\n"
            "  w: {label: 办, of: lead, due: task, met_by: end}\n"
        )
        assert codes(STATES + more) == []
