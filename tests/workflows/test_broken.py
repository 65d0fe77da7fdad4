"""A definition with one fault is refused with the right code at the right line and column; none makes us fall over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.dates import official_calendar
from supervise.errors import Invalid, Problem
from supervise.reading import dump, parse
from supervise.site.folder import shipped
from supervise.site.texts import read_text
from supervise.workflows import checking
from supervise.workflows.definition import load
from supervise.workflows.lifecycle import Lifecycle
from tests.workflows.wide import WIDE


def problems(text: str) -> tuple[Problem, ...]:
    """Everything wrong with a definition, however it is found."""
    try:
        document = parse(text, "w.yaml")
        definition = load(document)
    except Invalid as error:
        return error.problems
    found = checking.check(document, definition)
    if not found:
        Lifecycle(definition, official_calendar())
    return found


class Fault(NamedTuple):
    """One change of the sound definition.

    Args:
        old, new: what is written instead of what.
        code: with which it must be refused.
        spot: the words at which it must be said to stand: on or after the changed line, else before it.
    """

    old: str
    new: str
    code: str
    spot: str


WAKING = WIDE[WIDE.index("  wake: ") : WIDE.index("  lend: ")]
FAULTS = [
    # what is no file of ours
    Fault("workflow: wide\nversion: 2\ntitle: 样样都有", "workflow: &w wide\nversion: 2\ntitle: *w", "Y03", "&w"),
    Fault("title: 样样都有", "title: *all", "Y01", "*all"),
    Fault("title: 样样都有", "title: !!python/object/apply:os.system [ls]", "Y01", "!!python"),
    Fault("title: 样样都有", "title: !mine 样样都有", "Y01", "!mine"),
    Fault("version: 2", "version: !!str 2", "Y01", "!!str"),
    Fault("  office: 督查室", "  office: !!binary aGk=", "Y01", "!!binary"),
    Fault("ends: [closed, dropped]", "ends: !!set {closed, dropped}", "Y01", "!!set"),
    Fault("  office: 督查室", "  <<: {office: 督查室}", "Y06", "<<"),
    Fault("version: 2", "version: 2\nversion: 3", "Y02", "version: 3"),
    Fault("by: lead, from: placed", "by: lead, by: co, from: placed", "Y02", "by: co"),
    Fault("title: 样样都有", "title: 样样: 都有", "Y01", ": 都有"),
    Fault("  quick: 急件", "\tquick: 急件", "Y01", "\tquick"),
    Fault("title: 样样都有", "title: '样样都有", "Y01", "'样样"),
    Fault("title: 样样都有", "title: " + "[" * 45 + "]" * 45, "Y01", "[" * 5 + "]"),
    Fault("version: 2", "version: " + "1" * 60, "Y06", "1" * 60),
    # keys and values
    Fault("tell: office}", "tel: office}", "Y04", "tel:"),
    Fault("label: 签收, by: lead, from: placed", "by: lead, from: placed", "Y05", "sign:"),
    Fault("effective: 2020-01-01", "effective: 2020-02-30", "Y06", "effective"),
    Fault("effective: 2020-01-01", "effective: 20200101", "Y06", "effective"),
    Fault("kind: percent", "kind: percents", "Y06", "kind: percents"),
    Fault("due: 3 workdays after assign", "due: 3 workday after assign sharp", "Y06", "due: 3 workday"),
    Fault("due: 3 workdays after assign", "due: __import__('os').getcwd()", "Y06", "due: __import__"),
    Fault("when: finish missed, tell", "when: finish is missed, tell", "Y06", "when: finish is"),
    Fault("due: [06-15, 12-15]", "due: [06-15, 02-30]", "Y06", "due: [06-15, 02-30]"),
    Fault("due: 5 days after each month", "due: day 32 of each month", "Y06", "due: day 32"),
    Fault("12 months after assign]", "12 months before assign]", "Y06", "at_most"),
    Fault("within: 30 days after close", "within: 30 days", "Y06", "within"),
    Fault("undoes: 2 workdays", "undoes: a while", "Y06", "undoes"),
    Fault("sets: {category: sort}", "sets: [category]", "Y06", "sets"),
    Fault("due: {quick: 5 workdays after sign, plain: 15 workdays after sign}", "due: {}", "Y06", "due: {}"),
    # names
    Fault("  undo:     {label: 撤回", "  assign:   {label: 撤回", "D01", "assign:   {label"),
    Fault("tell: [office, leader]", "tell: [ofice, leader]", "D02", "ofice"),
    Fault("kind: day, by: office", "kind: day, by: offices", "D02", "offices"),
    Fault("lends: {lead: units}", "lends: {leads: units}", "D02", "leads: units"),
    Fault("of: each co", "of: each office", "D02", "of: each office"),
    Fault("from: [running, late], to: told", "from: [running, lat], to: told", "D03", "lat]"),
    Fault("to: {late: running}", "to: {late: runing}", "D03", "runing"),
    Fault("to: {late: running}", "to: {later: running}", "D03", "later"),
    Fault("ends: [closed, dropped]", "ends: [closed, droped]", "D03", "droped"),
    Fault("waits: told, grace: 3", "waits: tolled, grace: 3", "D03", "tolled"),
    Fault("needs: [text, stages]", "needs: [text, stage, stages]", "D04", "stage,"),
    Fault("pauses: until", "pauses: untill", "D04", "untill"),
    Fault("also: {other: heard}", "also: {others: heard}", "D04", "others: heard"),
    Fault("sets: {merged: other}", "sets: {merge: other}", "D05", "merge: other"),
    Fault("when: rest expired", "when: []", "D06", "awake:"),
    Fault("met_by: sign}", "met_by: signs}", "D07", "signs}"),
    Fault("due: until of order", "due: until of ordr", "D07", "ordr"),
    Fault("gathers: contribute", "gathers: contributes", "D07", "contributes"),
    Fault("other_than: check", "other_than: chek", "D07", "chek"),
    Fault("sets: {due: until of ask}", "sets: {due: until of asks}", "D07", "asks"),
    Fault("12 months after assign]", "12 months after assigns]", "D07", "assigns"),
    Fault("within: 30 days after close", "within: 30 days after closed", "D07", "closed}"),
    Fault("needs: [units, until], lends", "needs: [units], lends", "D08", "lends"),
    Fault("due: until of order", "due: until of waive", "D08", "due: until of waive"),
    Fault(", sets: {stages: stages of plan}", "", "D08", "due: stages"),
    Fault("of: each co, due: [06-15, 12-15], met_by: contribute",
          "of: each co, due: [06-15, 12-15], met_by: report", "D09", "met_by: report"),
    Fault("of: office, due: 3 workdays after ask", "of: leader, due: 3 workdays after ask", "D09", "of: leader"),
    Fault("when: [reply open, reply missed, blue", "when: [repli open, reply missed, blue", "D10", "repli open"),
    Fault("due: {quick: 5 workdays", "due: {quik: 5 workdays", "D13", "quik"),
    Fault("options: {quick: 急件,", "options: {speedy: 快件, quick: 急件,", "D13", "sort}}"),
    Fault("due: {quick: 5 workdays after sign,", "due: {quick: 5 workdays after assign,", "D14", "due: {quick"),
    Fault(", options: {quick: 急件, plain: 平件}", "", "D15", "sort:     {label: 类别, kind"),
    Fault("migrates: {from: wide@1,", "migrates: {from: wide@2,", "D16", "from: wide@2"),
    Fault("states: {old_running: running}", "states: {old_running: runing}", "D03", "runing"),
    Fault("duties: {old_report: monthly}", "duties: {old_report: monthy}", "D10", "monthy"),
    Fault("kind: percent, from: counts", "kind: percent, from: count", "D04", "count}"),
    Fault("needs: [text, counts, figure], gathers", "needs: [text, figure], gathers", "D20", "needs: [text, figure]"),
    # what cannot be
    Fault("  resting: 停钟", "  resting: 停钟\n  island: 孤岛", "D11", "island"),
    Fault("  resting: 停钟\n", "  resting: 停钟\n  cellar: 地窖\n", "D11", "cellar"),
    Fault("to: resting, needs: [text, until], pauses", "to: cell, needs: [text, until], pauses", "D03", "cell"),
    Fault(WAKING, WAKING.replace(", to: running", ""), "D12", "resting: 停钟"),
    Fault("  leader: 牵头领导", "  leader: 督查室", "D31", "leader: 督查室"),
    Fault("  late: 已逾期", "  late: 已报告", "D31", "late: 已报告"),
    Fault("  leader: 牵头领导", "  leader: 牵头领导\n  clock: 系统", "D32", "clock"),
    Fault("  warn:     {label: 预报", "  预报:     {label: 预报", "D32", "预报:"),
    Fault("  warn:     {label: 预报", "  parts:    {label: 预报", "D32", "parts:    {label: 预报"),
    Fault("voids: duty", "voids: text", "D33", "text}\n  appeal"),
    Fault("lends: {lead: units}", "lends: {lead: until}", "D33", "until}}"),
    Fault("sets: {merged: other}", "sets: {merged: other, due: other}", "D33", "other, due"),
    Fault("needs: [level, duty, until]", "needs: [level, duty, until, since]", "D04", "since"),
    Fault("to: late, when: finish missed,", "to: late, needs: text, when: finish missed,", "D34", "needs: text"),
    Fault("within: 30 days after close", "within: 30 days after undo", "D35", "within"),
    Fault("to: running, when: rest expired", "to: running, stops: rest, when: rest expired", "D34", "stops"),
    Fault("tell: [lead, office]}\n  ask", "tell: [lead, office], at_most: 1 times}\n  ask", "D34", "at_most"),
    Fault("counts, figure], gathers", "counts, figure, received], gathers", "D35", "received]"),
    Fault("label: 初核, by: office, from: told, needs: [text]",
          "label: 初核, by: office, from: told, needs: [text], when: sign open", "D35", "when: sign open"),
    Fault("label: 初核, by: office, from: told, needs: [text]",
          "label: 初核, by: office, from: told, needs: [text], when: 5 days after undo", "D35", "when: 5 days"),
    Fault("label: 签收, of: lead, due: 3 workdays after assign, met_by: sign",
          "label: 签收, of: lead, due: 3 workdays after plan, met_by: sign", "D36", "met_by: sign"),
    Fault("label: 报方案, of: lead, due: {quick: 5 workdays after sign, plain: 15 workdays after sign}, met_by: plan",
          "label: 报方案, of: lead, due: {quick: 5 workdays after drop, plain: 9 workdays after drop}, met_by: plan",
          "D36", "met_by: plan"),
    Fault("  ask:      {label",
          "  rot: {label: 搁, by: clock, from: running, to: dropped, when: 9 days after finish}\n  ask:      {label",
          "D37", "when: 9 days"),
    Fault("notice: 10 days", "notice: 40 days", "D38", "notice: 40"),
    Fault("grace: 3 days", "grace: 2 months", "D38", "grace: 2"),
    Fault("due: 5 days after each month", "due: 35 days after each month", "D38", "due: 35"),
    Fault("when: finish open", "when: [finish open, 5 workdays before decision]", "D38", "decision]"),
    Fault("when: finish open", "when: [finish open, finish behind 120%]", "D38", "finish behind"),
    Fault("pauses: until, at_most: 2 times", "pauses: until, at_most: 0 times", "D38", "0 times"),
    Fault("waits: told, grace: 3 days", "grace: 3 days", "D39", "grace: 3"),
    Fault("met_by: sign}", "met_by: sign, notice: 5 days}", "D39", "notice: 5"),
    Fault("gathers: contribute}", "gathers: contribute, at_most: 9 days}", "D39", "at_most"),
    Fault("by: [lead, office], undoes", "by: [lead, office], to: placed, undoes", "D39", "to: placed"),
    Fault("stops: lend", "stops: split", "D39", "split}"),
    Fault("label: 报告, by: lead, from: [running, late], to: told, needs: [text, counts, figure]",
          "label: 报告, by: lead, other_than: plan, from: [running, late], to: told, needs: [text, counts, figure]",
          "D40", "plan, from"),
    Fault("from: [placed, signed], needs", "from: [placed, signed, placed], needs", "D41", "from: [placed"),
    Fault("due: [06-15, 12-15]", "due: [06-15, 06-15]", "D41", "due: [06-15, 06-15]"),
    Fault("at_most: [2 times, 60", "at_most: [2 times, 3 times, 60", "D41", "at_most"),
    Fault("ends: [closed, dropped]", "ends: [closed, placed]", "D42", "placed]"),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.code} {fault.new[:40]}")
def test_one_fault_is_one_problem_at_its_place(fault: Fault) -> None:
    """The code, the line and the column are right, and nothing else is said."""
    assert WIDE.count(fault.old) == 1
    start = WIDE.index(fault.old)
    text = WIDE.replace(fault.old, fault.new)
    after = text.find(fault.spot, text.rfind("\n", 0, start) + 1)
    at = after if after >= 0 else text.index(fault.spot)
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    (problem,) = problems(text)
    assert (problem.code, problem.file, problem.line, problem.column) == (fault.code, "w.yaml", line, column)
    assert re.search("[\u4e00-\u9fff]", problem.text)


def test_the_faults_are_many_and_of_every_kind() -> None:
    """Each code of a definition and of a file has at least one fault that shows it."""
    assert len(FAULTS) >= 40
    assert len({(fault.old, fault.new) for fault in FAULTS}) == len(FAULTS)
    shown = {fault.code for fault in FAULTS}
    assert shown >= {f"D{n:02d}" for n in (*range(1, 17), 20, *range(31, 43))} | {f"Y{n:02d}" for n in range(1, 7)}


def test_the_definition_that_is_broken_here_is_sound() -> None:
    """Every fault is one of the change, none of the definition that is changed."""
    assert problems(WIDE) == ()


def test_all_faults_of_a_file_are_found_in_one_reading() -> None:
    """Six faults in six places are six problems, in the order of the file."""
    text, made = WIDE, []
    for code in ("D02", "D05", "D31", "D37", "D39", "D41"):
        fault = next(fault for fault in FAULTS if fault.code == code and text.count(fault.old) == 1)
        text = text.replace(fault.old, fault.new)
        made.append(code)
    found = problems(text)
    assert sorted(problem.code for problem in found) == made
    assert [problem.line for problem in found] == sorted(problem.line or 0 for problem in found)


BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in pairwise("abcdefghijkl"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BOMB, "Y03"),
        ("workflow: &w {a: *w}\n", "Y03"),
        (WIDE + "# " + "督" * (10_000_000 // 3), "Y07"),
        (WIDE + "x: " + "[" * 100_000, "Y01"),
        (WIDE + "x: " + "{a: " * 100_000, "Y01"),
        ("- " * 200_000, "Y01"),
        ("? " * 10_000, "Y01"),
        (WIDE + "x: '" + "a" * 1_000_000, "Y01"),
        (WIDE + "x: " + "9" * 1_000_000, "Y06"),
        (WIDE + "--- \n" + WIDE, "Y01"),
        ("%TAG ! tag:yaml.org,2002:python/\n---\nx: !object:os.system {}\n", "Y01"),
        ("x: !!python/name:os.system ''\n", "Y01"),
    ],
    ids=[
        "a bomb of aliases", "a circle", "ten megabytes", "deep lists", "deep keys", "deep items", "deep questions",
        "a text without end", "a number without end", "two files in one", "a tag under another name", "a Python name",
    ],
)  # fmt: skip
def test_what_is_meant_to_hurt_is_refused(text: str, code: str) -> None:
    """Bombs, floods, depths and tags are one problem each, and nothing in a file is ever run."""
    (problem,) = problems(text)
    assert problem.code == code


def test_a_file_beyond_reason_is_not_even_read(tmp_path: Path) -> None:
    """A file larger than anyone writes is refused by its size (F03)."""
    file = tmp_path / "a.yaml"
    with file.open("wb") as large:
        large.truncate(10_000_000_000)
    with pytest.raises(Invalid, match=r"\[F03\]"):
        read_text(file)


SHIPPED = sorted(
    file.read_text("utf-8") for file in shipped().glob("*.yaml") if "\nworkflow:" in file.read_text("utf-8")
)
TEXTS = (WIDE, *SHIPPED)
WORDS = (
    "",
    "x",
    "督",
    "closed",
    "finish",
    "finish missed",
    "5 workdays",
    "parts closed",
    "clock",
    0,
    None,
    True,
    [],
    {},
)


def paths(data: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything inside plain data."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in inner:
        yield (*at, step)
        yield from paths(value, (*at, step))


def inside(data: Any, path: tuple[Any, ...]) -> Any:
    """What stands at a path."""
    for step in path:
        data = data[step]
    return data


def edited(data: Any, draw: st.DataObject) -> Any:
    """Plain data after one slip of the hand: something deleted, renamed, replaced, or two things swapped."""
    known = list(paths(data))
    path = draw.draw(st.sampled_from(known))
    holder, step = inside(data, path[:-1]), path[-1]
    slip = draw.draw(st.sampled_from(["delete", "rename", "replace", "swap"]))
    if slip == "delete":
        del holder[step]
    elif slip == "replace":
        holder[step] = draw.draw(st.sampled_from(WORDS))
    elif slip == "rename" and isinstance(holder, dict):
        word = draw.draw(st.sampled_from([str(p[-1]) for p in known]) | st.text("abx_ -督", max_size=4))
        items = [(word if key == step else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(items)
    else:
        apart = [p for p in known if p[: len(path)] != path and path[: len(p)] != p]
        other = draw.draw(st.sampled_from(apart)) if apart else path
        there = inside(data, other[:-1])
        holder[step], there[other[-1]] = there[other[-1]], holder[step]
    return data


@given(st.sampled_from(TEXTS), st.data())
@settings(max_examples=60, deadline=None)
def test_one_slip_is_sound_or_located(text: str, draw: st.DataObject) -> None:
    """Whatever one thing is deleted, renamed, replaced or swapped: either still sound, or problems with places."""
    located(problems(dump(edited(parse(text).data, draw))))


@given(st.sampled_from(TEXTS), st.data())
@settings(max_examples=50, deadline=None)
def test_a_torn_or_scratched_file_is_sound_or_located(text: str, draw: st.DataObject) -> None:
    """A file cut off anywhere, or with a few characters lost or added, never makes us fall over."""
    start = draw.draw(st.integers(0, len(text)))
    end = draw.draw(st.just(len(text)) | st.integers(start, min(start + 5, len(text))))
    located(problems(text[:start] + draw.draw(st.text("[]{}:,'\"&*!|>- \n\t#a1督", max_size=3)) + text[end:]))


def located(found: tuple[Problem, ...]) -> None:
    """Every problem says where, in Chinese."""
    for problem in found:
        assert re.fullmatch("[DY][0-9]{2}", problem.code) and problem.file == "w.yaml"
        assert problem.code in ("Y01", "Y07") or (problem.line is not None and problem.column is not None)
