"""A lifecycle as a numbered table: what is signed reads back as what is obeyed, and what cannot be read is refused."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.errors import Invalid
from supervise.reading import Strict, dump, parse
from supervise.workflows import checking
from supervise.workflows import tables as form
from supervise.workflows.definition import Action, Definition, DutyKind, FieldKind, FieldSpec, load
from supervise.workflows.markdown import grids, markdown
from supervise.workflows.tablereading import read
from supervise.workflows.tables import tables
from tests.workflows.builders import FOLDER

SHIPPED = sorted(FOLDER.definitions)
LAW = FOLDER.newest["key-work"]


def page(definition: Definition) -> str:
    """The Markdown of a lifecycle."""
    return markdown(tables(definition), definition.title)


def back(text: str) -> Definition:
    """What a page says, sound by the same checks as a file."""
    definition, sheet = read(grids(text), "表.md")
    assert checking.check(sheet, definition) == ()
    return definition


def wrong(text: str) -> list[tuple[str, str, str]]:
    """Code, place and text of everything that is wrong with a page."""
    with pytest.raises(Invalid) as caught:
        definition, sheet = read(grids(text), "表.md")
        raise Invalid(checking.check(sheet, definition))
    return [(p.code, f"{p.where} {p.path}", p.text) for p in caught.value.problems]


def line_of(text: str, words: str) -> int:
    """The line on which words stand."""
    return next(number for number, line in enumerate(text.split("\n"), start=1) if words in line)


def changed(old: str, new: str, law: Definition = LAW) -> tuple[str, int]:
    """The page with one thing written otherwise, and the line of it."""
    text = page(law)
    assert old in text
    return text.replace(old, new, 1), line_of(text, old)


# --- the same -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_lifecycle_reads_back_from_its_table(name: str) -> None:
    """Definition → table → definition → table is the identity, the order of everything included."""
    law = FOLDER.definitions[name].value
    again = back(page(law))
    assert again == law
    assert page(again) == page(law)
    for part in ("roles", "states", "categories", "fields", "actions", "duties"):
        assert list(getattr(again, part)) == list(getattr(law, part))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_file_made_of_a_table_means_the_same(name: str) -> None:
    """The YAML that is written from a table loads to the equal lifecycle and passes the checks."""
    law = FOLDER.definitions[name].value
    document = parse(dump(back(page(law)).written), "读回.yaml")
    again = load(document)
    assert again == law
    assert checking.check(document, again) == ()


def test_the_map_from_an_older_law_is_part_of_the_table() -> None:
    """Where running tasks come from reads back, a duty that ends with the old law included."""
    data = deepcopy(FOLDER.definitions[LAW.name].document.data)
    data["migrates"] = {
        "from": "key-work@1", "states": {"late": "overdue"}, "duties": {"old_plan": "plan", "weekly": None},
    }  # fmt: skip
    law = load(parse(dump(data), "a.yaml"))
    assert back(page(law)) == law


def test_every_key_of_the_language_has_its_cell() -> None:
    """What the models know stands in a column or a clause: a key added to the language is not lost on paper."""
    other = {"number", "code", "more"}
    heads = {name: {column.key for column in columns} - other for name, columns in form.FORM.items()}
    assert heads[form.FIELDS] == keys(FieldSpec)
    assert (heads[form.ACTS] - {"bounds"}) | {"at_most", "within"} | set(form.MORE) == keys(Action)
    assert heads[form.DUTIES] | set(form.DUTY_MORE) == keys(DutyKind)
    parts = {"ends", "migrates", "roles", "states", "categories", "fields", "actions", "duties"}
    assert set(form.ITEMS) | parts == keys(Definition)
    assert set(form.KINDS) == set(get_args(FieldKind))


def keys(model: type[Strict]) -> set[str]:
    """The keys a model has in a file."""
    return {held.alias or name for name, held in model.model_fields.items()}


# --- laws -----------------------------------------------------------------------------------------------------------

COUNTS = st.integers(1, 9999)
UNITS = st.sampled_from(("workdays", "days", "months"))
LONG = st.builds("{} {}".format, COUNTS, UNITS)
ACTS = st.lists(st.sampled_from(["assign", *LAW.actions]), min_size=1, max_size=3, unique=True).map(" or ".join)
DUTY = st.sampled_from(sorted(LAW.duties))
BARE_ACT = st.sampled_from([name for name in LAW.actions if name not in LAW.duties])
ONE_ACT = st.sampled_from(sorted(LAW.actions))
MANY_ACTS = st.lists(st.sampled_from(sorted(LAW.actions)), min_size=1, max_size=4, unique=True)
PERIODS = st.sampled_from(("week", "month", "quarter", "half-year", "year"))
DUES = st.one_of(
    st.builds("{} after {}".format, LONG, ACTS),
    st.builds("until of {}".format, ACTS),
    st.lists(st.builds("{:02d}-{:02d}".format, st.integers(1, 12), st.integers(1, 28)), min_size=1, max_size=4),
    st.builds("{} {} after each {}".format, st.integers(0, 999), st.sampled_from(("workdays", "days")), PERIODS),
    st.builds("day {} of each {}".format, st.integers(1, 7), PERIODS),
    st.builds("day {} of each {}".format, st.integers(8, 31), st.sampled_from(("month", "quarter", "half", "year"))),
    st.builds("end of each {}".format, PERIODS),
    st.builds("day {} of each week or {} workdays after a day off".format, st.integers(1, 7), st.integers(1, 99)),
    st.builds("end of each {} or {} workdays after a day off".format, PERIODS, st.integers(1, 99)),
    st.just("task"),
    st.builds("{} {} before task".format, st.integers(0, 9999), UNITS),
    st.just("stages"),
)
OUTCOMES = ("open", "on time", "late", "missed", "void")
CONDITIONS = st.one_of(
    st.builds("{} {}".format, DUTY, st.sampled_from(OUTCOMES)),
    st.sampled_from(OUTCOMES),
    st.builds("{} before {}".format, LONG, st.lists(DUTY, min_size=1, max_size=3).map(" or ".join)),
    st.builds("{} after {}".format, LONG, st.lists(DUTY | BARE_ACT, min_size=1, max_size=4).map(" or ".join)),
    st.builds("{} behind {}%".format, DUTY, st.decimals(0, 100, places=1)),
    st.sampled_from(("blue unanswered", "delegate expired", "parts open", "parts closed", "parts 60% closed")),
)
BOUNDS = st.one_of(
    st.builds("{} times".format, COUNTS),
    st.builds("{} days".format, COUNTS),
    st.builds("{} after {}".format, LONG, st.sampled_from(["assign", *LAW.actions])),
)
ROLES = st.lists(st.sampled_from([*LAW.roles, "clock"]), min_size=1, max_size=4, unique=True)
FIELDS = st.sampled_from(sorted(LAW.fields))
STATES = st.sampled_from(sorted(LAW.states))


@st.composite
def edits(draw: st.DrawFn) -> dict[str, Any]:
    """The shipped lifecycle with other roles, conditions, limits, effects and duties here and there."""
    data: dict[str, Any] = deepcopy(FOLDER.definitions[LAW.name].document.data)
    for name in draw(st.lists(st.sampled_from(sorted(data["actions"])), min_size=1, max_size=3, unique=True)):
        act = data["actions"][name]
        act["by"] = draw(ROLES)
        act["when"] = draw(st.lists(CONDITIONS, max_size=3))
        act["at_most"] = draw(st.lists(BOUNDS, max_size=2))
        act["to"] = draw(st.just("") | STATES | st.dictionaries(STATES, STATES, min_size=1, max_size=3))
        act["needs"] = draw(st.lists(FIELDS, max_size=3, unique=True))
        of = st.builds("{} of {}".format, FIELDS, ONE_ACT)
        changes = st.sampled_from(("lead", "due", "text", "merged", "parent", "stages", "targets", "path"))
        act["sets"] = draw(st.dictionaries(changes, FIELDS | of, max_size=3))
        act["other_than"] = draw(st.just([]) | MANY_ACTS)
        act["also"] = draw(
            st.dictionaries(FIELDS | st.just("parent"), st.sampled_from(sorted(LAW.actions)), max_size=2)
        )
        act["lends"] = draw(st.dictionaries(st.sampled_from(("lead", "co")), FIELDS, max_size=2))
        if draw(st.booleans()):
            act["within"] = draw(st.builds("{} after {}".format, LONG, BARE_ACT))
            act["undoes"] = draw(LONG)
    for name in draw(st.lists(DUTY, min_size=1, max_size=3, unique=True)):
        owed = data["duties"][name]
        owed["of"] = draw(st.sampled_from(("lead", "each co", "each lead", "office")))
        owed["due"] = draw(DUES | st.dictionaries(st.sampled_from(("", "urgent", "hard")), DUES, min_size=1))
        owed["met_by"] = draw(MANY_ACTS)
        owed |= {"dated": draw(st.just([]) | MANY_ACTS), "grace": draw(LONG), "notice": draw(LONG)}
    data["categories"] = {"urgent": "急件(一日)", "hard": "难件:三十日"}
    return data


@settings(max_examples=30, deadline=None)
@given(edits())
def test_every_edit_survives_the_table(data: dict[str, Any]) -> None:
    """Whatever roles, conditions, limits and effects a lifecycle has, its table says it and reads back."""
    law = load(parse(dump(data), "a.yaml"))
    again, _ = read(grids(page(law)), "表.md")
    assert again == law
    assert load(parse(dump(again.written), "b.yaml")) == law


LETTERS = "甲乙或、;:,→()|*\\<&“”取牵头单位应办交办系统状态不变凡未办结(各自)plan_lead；：，（）"
LABELS = st.text(LETTERS, min_size=1, max_size=8)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_labels_of_any_kind_lead_back(data: st.DataObject) -> None:
    """Labels that are the same, hold the marks of a list or look like another's name are told apart."""
    written: dict[str, Any] = deepcopy(FOLDER.definitions["instruction@1"].document.data)
    for part in ("roles", "states", "categories"):
        written[part] = {name: data.draw(LABELS) for name in written[part]}
    for part in ("fields", "actions", "duties"):
        for name in written[part]:
            written[part][name]["label"] = data.draw(LABELS)
    law = load(parse(dump(written), "a.yaml"))
    again, _ = read(grids(page(law)), "表.md")
    assert again == law


# --- corrected by hand ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "part", "name", "key", "value"),
    [
        ("“交办或改派”后 10 个工作日内", "“交办”后15个工作日内", "duties", "plan", "due", "15 workdays after assign"),
        ("每年 6月15日、12月15日", "每月终了后 5 天内", "duties", "contribution", "due", "5 days after each month"),
        ("| 报告进展 | 牵头单位 |", "| 报告进展 | 牵头单位，协办单位 |", "actions", "report", "by", ["lead", "co"]),
        ("不超过 2 次", "不超过 2 次;累计不超过60天", "actions", "extend", "at_most", ["2 times", "60 days"]),
        ("“报送方案”待办", "“报送方案”待办；或“全面完成”到期前 7 天", "actions", "decline", "when",
         ["plan open", "7 days before finish"]),
        ("| 已报方案 | 退回方案 |", "| 已报方案、推进中 | 退回方案 |", "actions", "revise", "from",
         ["planned", "in_progress"]),
        ("退回后至少还有:5 个工作日", "退回后至少还有：8 个工作日", "duties", "progress", "grace", "8 workdays"),
    ],
)  # fmt: skip
def test_a_correction_by_hand_is_the_corrected_lifecycle(
    old: str, new: str, part: str, name: str, key: str, value: Any
) -> None:
    """Days, roles, conditions and bounds changed on the table are changed in the lifecycle, and nothing else is."""
    data = deepcopy(FOLDER.definitions[LAW.name].document.data)
    data[part][name][key] = value
    text, _ = changed(old, new)
    again, _ = read(grids(text), "表.md")
    assert again == load(parse(dump(data), "a.yaml"))


def test_what_the_pen_writes_is_no_part_of_the_law() -> None:
    """Signatures and a column of remarks change nothing."""
    text, _ = changed("| 签发人 |  |", "| 签发人 | 李某 |")
    head = "| 序号 | 代号 | 名称 |\n| --- | --- | --- |"
    text = text.replace(head, head.replace("|\n", "| 备注 |\n") + " --- |", 1)
    for role in LAW.roles.values():
        text = text.replace(f" | {role} |\n", f" | {role} | 已核 |\n", 1)
    assert "已核" in text
    assert back(text) == LAW


def test_acts_and_duties_of_one_label_are_told_apart() -> None:
    """A limit after an act and one behind a duty's due date read differently, though both are called 公示."""
    law = FOLDER.newest["rectification"]
    assert "“公示”之后 7 个工作日" in page(law)
    data = deepcopy(FOLDER.definitions[law.name].document.data)
    data["actions"]["close_out"]["when"] = "7 workdays after posting"
    other = load(parse(dump(data), "a.yaml"))
    assert "“公示”到期后 7 个工作日" in page(other)
    assert read(grids(page(other)), "表.md")[0] == other


def test_several_conditions_say_that_one_suffices() -> None:
    """Who signs sees that conditions are alternatives; a list without 或 reads the same."""
    text = page(LAW)
    assert "“答复延期”待办;<br>或“答复延期”逾期未办" in text
    assert back(text.replace(";<br>或", ";")) == LAW


# --- refused --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("| 报告进展 | 牵头单位 |", "| 报告进展 | 牵头单伟 |", "办理(谁办)", "没有“牵头单伟”这个角色,是不是 牵头单位?"),
        ("“交办或改派”后 10 个工作日内", "交办后尽快", "应办(时限)", "看不懂时限 交办后尽快"),
        ("“交办或改派”后 10", "“交办或改排”后 10", "应办(时限)", "没有“改排”这个办理事项,是不是 改派?"),
        ("子任务已办结", "子任务快办完了", "办理(条件)", "看不懂条件 子任务快办完了"),
        ("不超过 2 次", "最多两次", "办理(限度)", "看不懂限度 最多两次"),
        ("免责:所指应办", "免则:所指应办", "办理(其他)", "看不懂 免则:所指应办,是不是 免责?"),
        ("| 版本 | 2 |", "| 版本 | 二 |", "流程(内容)", "“二”不是整数"),
        ("| 施行日期 | 2020-01-01 |", "| 施行日期 | 2020-02-30 |", "流程(内容)", "没有这个日期:2020-02-30"),
        ("| assigned | 已交办 | 起点 |", "| assigned | 已交办 |  |", "状态(起止)", "第一行是起点"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_is_refused_at_its_place(old: str, new: str, place: str, said: str) -> None:
    """Line, table and column, what is wrong, the nearest name, and what can be written."""
    text, line = changed(old, new)
    [(code, where, told)] = wrong(text)
    assert where == f"表.md:{line} {place}"
    assert told.startswith(said)
    assert code in ("D51", "Y06")


def test_what_does_not_fit_together_is_said_of_its_cell() -> None:
    """The checks of a definition speak of the table where the definition came from one."""
    text, line = changed("| 凡未办结 | 撤销立项 | 督查室 | 理由 |", "| 凡未办结 | 撤销立项 | 系统 | 理由 |")
    found = wrong(text)
    assert [code for code, _, _ in found][:1] == ["D06"]
    assert found[0][1] == f"表.md:{line} 办理(办理事项)"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("## 角色", "## 角 色", "没有“角 色”这种表,是不是 角色?"),
        ("| 谁办 |", "| 由谁办 |", "没有“由谁办”这一栏,是不是 谁办?"),
        ("| 谁办 |", "| 状态 |", "“状态”栏有两个"),
        ("| 1 | office | 督查室 |", "| 1 | office | 督查室 | 多了 |", "这一行有 4 格,表头有 3 格"),
        ("| 1 | office | 督查室 |", "1 office 督查室", "这一行有 1 格,表头有 3 格"),
    ],
)
def test_nothing_on_the_page_is_passed_over(old: str, new: str, said: str) -> None:
    """Tables, columns and lines that are not understood are refused, never left out in silence."""
    text, _ = changed(old, new)
    assert any(code == "D50" and told.startswith(said) for code, _, told in wrong(text))


def test_everything_wrong_is_said_at_once() -> None:
    """An official corrects a table in one go."""
    text = page(LAW).replace("后 10 个工作日内", "后 10 个工日内").replace("不超过 2 次", "两次")
    assert len(wrong(text)) == 3


def test_a_page_that_is_no_table_is_refused() -> None:
    """Any other Markdown is said to be no table of a lifecycle, with the way to one."""
    assert [code for code, _, _ in wrong("# 通知\n\n各单位:\n")] == ["D50"] * 4


PAGES = [page(FOLDER.definitions[name].value) for name in SHIPPED]


@settings(max_examples=75, deadline=None)
@given(st.sampled_from(PAGES), st.data())
def test_a_damaged_page_is_a_lifecycle_or_refused(text: str, data: st.DataObject) -> None:
    """Whatever a slip of the hand leaves on the page, it is refused with places or says a lifecycle that has a page."""
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        gone = data.draw(st.integers(0, 12))
        text = text[:at] + data.draw(st.text("|“”后、;:或→\n<br>#12天 已", max_size=4)) + text[at + gone :]
    try:
        law, sheet = read(grids(text), "表.md")
        checking.check(sheet, law)
    except Invalid as error:
        assert all(p.text and p.path and p.code in ("D50", "D51", "Y05", "Y06") for p in error.problems)
        return
    assert read(grids(page(law)), "表.md")[0] == law
