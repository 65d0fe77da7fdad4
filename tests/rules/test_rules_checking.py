"""What is wrong with a rule set is found when the file is read, at its line, with the nearest name."""

from __future__ import annotations

import pytest

from supervise.errors import Invalid, Problem
from supervise.reading import parse
from supervise.rules import checking, ruleset
from tests.workflows.builders import FOLDER, KEY_WORK
from tests.workflows.builders import law as lifecycle

TEXTS = {name.split("@")[0]: source.text for name, source in FOLDER.rules.items()}


def problems(text: str, boards: tuple[str, ...] = ("red-black",)) -> tuple[Problem, ...]:
    """Everything wrong with the text of a rule set."""
    document = parse(text, "rules.yaml")
    return checking.check(
        document, ruleset.load(document), FOLDER.newest, boards, ["blue", "orange", "red", "interview"]
    )


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_shipped_rules_are_sound(name: str) -> None:
    """Nothing is wrong with what we ship."""
    assert problems(TEXTS[name]) == ()


L, B, Y, N = "three-colour-orders", "red-black", "annual", "reminders"
CASES = [
    ("R01", L, "for: key-work", "for: key-wrok", "是不是 key-work?"),
    ("R02", L, "order: orange", "order: blue", "写了两次"),
    ("R03", L, "when: [blue unanswered, ", "when: [blu unanswered, ", "是不是 blue?"),
    ("R04", L, "tell: [lead, leader, office]", "tell: [lead, leadr, office]", "是不是 lead"),
    ("R04", L, "confirm: office", "confirm: offise", "是不是 office?"),
    ("R04", B, "spare: [towns as co]", "spare: [towns as coo]", "是不是 co?"),
    ("R04", B, "tell: [leader]", "tell: [leeder]", "是不是 leader?"),
    ("R06", B, "rank: {towns: top 5,", "rank: {townes: top 5,", "是不是 towns?"),
    ("R06", B, "spare: [towns as co]", "spare: [town as co]", "是不是 towns?"),
    ("R07", B, "rate: finish on pace,       points: 20", "rate: finish on pace", "points"),
    ("R07", B, "rate: finish on pace,", "rate: 15 workdays after finish,", "算不成比率"),
    ("R07", B, "count: rework,              lead: -1,", "count: rework,", "lead 或 co"),
    ("R07", B, "count: rework,              lead: -1,", "rate: plan on time, points: 5, count: rework,", "其中一项"),
    ("R08", B, "count: rework,", "count: rewrok,", "是不是 rework?"),
    ("D10", B, "count: finish late,", "count: finsh late,", "是不是 finish?"),
    ("D10", B, "finish on pace,", "finnish on pace,", "是不是 finish?"),
    ("R08", B, "when: [score >= 90", "when: [scores >= 90", "没有“scores”"),
    ("R09", Y, "weight: 60}", "weight: 50}", "90"),
    ("R10", Y, "from: board red-black", "from: board red-blak", "是不是 red-black?"),
    ("R11", Y, "- {grade: 不合格}", "- {grade: 不合格, when: [score < 60]}", "最后一个等次"),
    ("R12", Y, "[finish missed >= 3], at_most: 合格", "[finish missed >= 3], at_most: 合挌", "合格"),
    ("R37", Y, "limits:\n", "then: [区领导评分]\n\nlimits:\n", "是不是 区领导评价?"),
    ("R08", Y, "bars:\n", "lower: [{label: 降等, when: blak >= 1}]\n\nbars:\n", "没有“blak”"),
    ("R13", L, "    reply: 3 workdays\n", "", "reply"),
    ("R13", L, "    reply: 3 workdays\n", "    reply: 0 workdays\n", "发出当天就逾期未复"),
    ("R40", B, "bureaus: bottom 3", "bureaus: top 3", "黑榜写的是前几名(top 3)"),
    ("R40", B, "  base: 60", "  base: 160", "起始分 160 在保底、封顶之外"),
    ("R14", L, "7 days before finish", "7 days after assign", "针对一项应办"),
    ("D10", L, "7 days before finish", "7 days before finsh", "是不是 finish?"),
    ("D10", L, "finish behind 20%", "finsh behind 20%", "是不是 finish?"),
    ("R08", Y, "when: [black >= 3]", "when: [blak >= 3]", "没有“blak”"),
    ("D10", N, "duty: [plan, progress,", "duty: [plan, progres,", "是不是 progress?"),
    ("R04", N, "tell: [leader]", "tell: [leeder]", "是不是 leader?"),
    ("R04", N, "by: office", "by: offise", "是不是 office?"),
    ("H01", N, "[30 workdays, 7 workdays, ", "[7 workdays, 7 workdays, ", "写了两次"),
    ("H01", N, "[30 workdays, 7 workdays, ", "[30 workdays, 0 workdays, ", "不能写 0"),
    ("H01", N, "before: [30 workdays, 7 workdays, 3 workdays, 1 workday]", "before: []", "没有写"),
    ("D07", N, "inspections: inspect", "inspections: inspct", "是不是 inspect?"),
]


OPENS = {"R09": 1, "R11": 4, "R13": 3}
"""Problems of a whole list or rung stand at its first line, so many lines above the change at most."""


@pytest.mark.parametrize(("code", "name", "old", "new", "says"), CASES)
def test_a_wrong_name_or_number_is_found_at_its_line(code: str, name: str, old: str, new: str, says: str) -> None:
    """Every mistake has its code, its file and line, and where a name is meant the nearest one."""
    text = TEXTS[name].replace(old, new, 1)
    assert text != TEXTS[name]
    found = [p for p in problems(text) if p.code == code]
    assert found and says in found[0].text, [str(p) for p in problems(text)]
    assert found[0].file == "rules.yaml" and found[0].line is not None
    pairs = zip(TEXTS[name].splitlines(), text.splitlines(), strict=False)
    changed = next(number for number, (before, after) in enumerate(pairs, 1) if before != after)
    assert 0 <= changed - found[0].line <= OPENS.get(code, 0)


def test_a_workflow_without_a_pressing_action_cannot_have_a_ladder() -> None:
    """A ladder needs an action by which the clock sends letters, with a duty and a limit."""
    text = KEY_WORK.replace(
        "by: [office, clock], needs: [level, duty, until]", "by: office, needs: [level, duty, until]"
    )
    other = lifecycle(text.replace("workflow: key-work", "workflow: other")).definition
    document = parse(TEXTS[L].replace("for: key-work", "for: other"), "rules.yaml")
    (problem,) = checking.check(document, ruleset.load(document), {"other": other})
    assert (problem.code, problem.line) == ("R05", document.line(("for",)))


def test_every_rule_code_is_covered_here() -> None:
    """R01 to R14 each have a case."""
    assert {f"R{n:02d}" for n in range(1, 15)} <= {case[0] for case in CASES} | {"R05"}


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        (L, "reply: 5 workdays", "reply: 5 weeks", "看不懂时长"),
        (L, "finish behind 20%", "finish behind two", "看不懂条件"),
        (B, "top 5", "first 5", "看不懂名次"),
        (B, "at_least: 3 tasks", "at_least: three", "3 tasks"),
        (B, "spare: [towns as co]", "spare: [towns]", "towns as co"),
        (B, "score >= 90", "score at least 90", "看不懂条件"),
        (B, "period: quarter", "period: quater", "是不是 quarter?"),
        (Y, "quota: 30%", "quota: 130%", "看不懂比例"),
        (Y, "from: mark leader", "from: leader", "看不懂来源"),
        (Y, "weight: 60}", "wieght: 60}", "是不是 weight?"),
    ],
)
def test_a_phrase_outside_the_vocabulary_is_refused_at_its_line(name: str, old: str, new: str, says: str) -> None:
    """What cannot be read is said at its line, with an example of what can."""
    text = TEXTS[name].replace(old, new, 1)
    with pytest.raises(Invalid) as caught:
        ruleset.load(parse(text, "rules.yaml"))
    found = [p for p in caught.value.problems if says in p.text]
    assert found and found[0].line is not None
    near = text.splitlines()[found[0].line - 1 : found[0].line + 4]
    assert new.split(":")[0] in "\n".join(near)


def test_all_mistakes_of_a_file_are_found_in_one_reading() -> None:
    """Three slips give three problems."""
    text = TEXTS[B]
    for code, name, old, new, _ in CASES:
        if name == B and code in ("R06", "R08", "R04") and old in text:
            text = text.replace(old, new, 1)
    assert len({p.line for p in problems(text)}) >= 3


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (B, "at_most: 10}", "at_most: -10}", "应不小于 0"),
        (Y, "at_most: 3}", "at_most: -3}", "应不小于 0"),
        (Y, "carries: 15", "carries: 0", "应大于 0"),
        (L, "version: 1", "version: 1.5", "应是整数"),
        (L, "when: [red unanswered]", "when: false", "不能是“false”"),
    ],
)
def test_numbers_that_cannot_be_are_refused_in_chinese(name: str, old: str, new: str, told: str) -> None:
    """A cap below zero would turn points round, a year worth nothing carries nothing."""
    assert old in TEXTS[name]
    with pytest.raises(Invalid, match=told):
        problems(TEXTS[name].replace(old, new, 1))
