"""Reported figures in the life of a task: put under its goals, turned into its percentage, never falling in silence."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervise import Office, Refused
from supervise.goals import Target, goal, numeric
from supervise.intake.breakdown import Breakdown, Draft
from supervise.phrases import parse_condition
from supervise.reading import parse
from supervise.records import Task, replay
from supervise.store.database import open_database
from supervise.workflows import checking, entries, figures
from supervise.workflows.definition import load
from tests.workflows.builders import KEY_WORK, LAW, OFFICE, A, C, Case, actor, law, on

FIRMS, TOTAL = "新增规模以上工业企业 >= 18 家(增量)", "总数 >= 146 家(基数 128)"
MONEY, BRIDGE, RATE = "年度投资 >= 112 亿元", "跨河大桥通车 = 1(节点)", "零售总额增长 = 7 %(增幅)"
DAY = "2021-06-21"


def reporting(*targets: str, **more: Any) -> Case:
    """A task with these goals, ready for its first report."""
    return Case(targets=targets, **more).started()


def again(case: Case, report: str, **data: Any) -> Case:
    """Verify, carry on and report again."""
    return case.do(report, OFFICE, "verify").do(report, OFFICE, "resume").do(report, A, "report", **data)


def said(value: Any, *targets: str) -> list[dict[str, str]]:
    """Figures as they are put on record."""
    made = [target for line in targets for target in [goal(line)] if isinstance(target, Target)]
    return entries.read(value, made, "2021-06-25")


ONE = {"indicator": "新增规模以上工业企业", "value": "9", "unit": "家", "period": "2021-06-25"}


@pytest.mark.parametrize(
    ("value", "more"),
    [
        ("新增规模以上工业企业 9家", {}),
        ("新增规模以上工业企业=9", {}),
        ("规上企业:9 家;", {}),
        ("规上企业 9家(统计局月报)", {"source": "统计局月报"}),
        ("规上企业 9家(2021-05\uff0c统计局,县报)", {"period": "2021-05", "source": "统计局,县报"}),
        ("规上企业\uff19家\uff082021Q2\uff09", {"period": "2021Q2"}),
        ("规上企业 9家(2021-5-31)", {"period": "2021-05-31"}),
        ("规上企业 9家(2021年报)", {"source": "2021年报"}),
        ("规上企业 0.0009万家", {"said": "0.0009万家"}),
        ([{"indicator": "规上企业", "value": 9, "source": " 月报 "}], {"source": "月报"}),
        ({"indicator": "规上企业", "value": Decimal("9.0"), "unit": "家", "period": "2021H1"}, {"period": "2021H1"}),
        (["规上企业 9家"], {}),
    ],
)
def test_a_figure_is_stored_with_unit_period_and_source(value: Any, more: dict[str, str]) -> None:
    """Typed in one line or handed over by a host, it is the same plain JSON under the full name of its goal."""
    made = said(value, FIRMS, TOTAL)
    assert made == [ONE | more]
    assert json.loads(json.dumps(made)) == made


def test_thousands_milestones_and_numbers_in_names_are_understood() -> None:
    """1,200 is a number, 已完成 is one for a milestone, and 5G is a name."""
    found = said("5G基站 1,200座\uff1b大桥通车 已完成", "5G基站 >= 3000 座", BRIDGE)
    assert [figure["value"] for figure in found] == ["1200", "1"]
    assert [f["value"] for f in said([{"indicator": "大桥通车", "value": False}], BRIDGE)] == ["0"]
    assert [f["value"] for f in said("大桥通车 未完成", BRIDGE)] == ["0"]
    assert [f["indicator"] for f in said("30亿元", FIRMS, MONEY)] == ["年度投资"]
    assert [f["value"] for f in said("增长 -1.5%", RATE)] == ["-1.5"]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("个体户 9家", "没有“个体户”这个指标"),
        ("新增规模以上商业企业 9家", "是不是 新增规模以上工业企业"),
        ("规上企业 9户", "“新增规模以上工业企业”单位应是“家”,不是“户”"),
        ("规上企业 -3家", "不能是负数"),
        ("规上企业 很多", "看不懂"),
        ("规上企业 已完成", "应报数"),
        ("规上企业 9家;新增企业 8家", "写了两次"),
        ("9家", "请写明是哪个指标的数:新增规模以上工业企业(家)、总数(家)"),
        (";", "不能是空的,应报"),
        ({"indicator": "规上企业", "vale": 9}, "没有“vale”这一栏,是不是 value?"),
        ({"indicator": "规上企业"}, "没有写数"),
        ({"indicator": "规上企业", "value": 9, "period": "上半年"}, "“上半年”不是期间"),
        ({"indicator": "规上企业", "value": "NaN"}, "不是数"),
        (9, "不是数,应写作"),
    ],
)
def test_a_figure_that_fits_no_goal_is_refused(value: Any, says: str) -> None:
    """Unknown names get the nearest one, wrong units the right one, and nothing is guessed between two goals."""
    with pytest.raises(ValueError) as caught:
        said(value, FIRMS, TOTAL)
    assert says in str(caught.value)


def test_a_short_name_that_fits_two_goals_is_refused() -> None:
    """What is short for two indicators means neither, unless the unit decides."""
    both = ("工业企业数 >= 10 家", "工业企业产值 >= 5 亿元")
    assert said("工业企业 3亿元", *both)[0]["indicator"] == "工业企业产值"
    with pytest.raises(ValueError, match="分不清是哪个指标:工业企业数"):
        said("工业企业 3", *both)


def test_progress_is_computed_and_put_on_record() -> None:
    """The act carries every figure with its share, and the mean as its percentage; a host sees it in the event."""
    case = reporting(FIRMS, TOTAL).do(DAY, A, "report", figures="规上企业 11家(统计局月报);总数 137家")
    data = case.task.events[-1].data
    assert data["progress"] == "55.6"
    assert [figure["share"] for figure in data["figures"]] == ["61.1", "50"]
    assert [figure["period"] for figure in data["figures"]] == ["2021-06-25"] * 2
    assert "新增规模以上工业企业 11 家,61.1%(2021-06-25,统计局月报)" in LAW.wording.filled(data, {})
    assert case.situation.checkpoints == ((on(DAY), Decimal("55.6")),)


def test_a_typed_percentage_is_refused_where_goals_have_numbers() -> None:
    """The refusal says why, and how to report instead; nothing changes."""
    (problem,) = reporting(FIRMS, TOTAL).refused(DAY, A, "report", progress=90, figures="规上企业 9家")
    assert (problem.code, problem.path) == ("A20", "progress")
    assert "由“指标完成数”算出" in problem.text
    assert "--" not in problem.text and "新增规模以上工业企业(家)、总数(家)" in problem.help


def test_figures_are_asked_for_where_there_are_goals_and_the_percentage_where_there_are_none() -> None:
    """The form, the guard and the definition agree on which of the two to fill in."""
    for case, asked, spared in ((reporting(FIRMS), "figures", "progress"), (Case().started(), "progress", "figures")):
        button = next(b for b in LAW.allowed(case.task, actor(A), on(DAY)) if b.action == "report")
        assert asked in {name for name, *_ in button.fields} and spared not in {name for name, *_ in button.fields}
        (problem,) = case.refused(DAY, A, "report", progress="", figures="")
        assert (problem.code, problem.path) == ("A03", asked)
    (problem,) = Case().started().refused(DAY, A, "report", figures="规上企业 9家")
    assert (problem.code, "没有数字目标" in problem.text) == ("A04", True)


def test_words_without_a_number_leave_the_percentage_to_people() -> None:
    """A task that promises only words reports as ever."""
    case = Case(targets=("实现全覆盖",)).started().do(DAY, A, "report", progress=40)
    assert case.task.events[-1].data["progress"] == "40"


def test_what_is_not_reported_again_stands_as_it_was() -> None:
    """A goal keeps its last figure until a new one comes; one never reported counts as nothing."""
    case = reporting(FIRMS, MONEY).do(DAY, A, "report", figures="规上企业 9家")
    assert case.task.events[-1].data["progress"] == "25"
    again(case, "2021-07-05", figures="投资 560000万元")
    assert case.task.events[-1].data["progress"] == "50"
    stood = figures.standings(LAW.definition, case.task)
    assert [(one.target.indicator, one.figure["value"], one.share) for one in stood] == [
        ("新增规模以上工业企业", "9", 50), ("年度投资", "56", 50),
    ]  # fmt: skip
    assert stood[1].figure["said"] == "560000万元"


def test_a_fall_is_refused_unless_it_is_explained_in_the_same_act() -> None:
    """The refusal names both numbers and where to explain; the explanation stays on record and is shown."""
    case = reporting(FIRMS, RATE).do(DAY, A, "report", figures="规上企业 11家;零售增长 6%")
    case.do("2021-06-23", OFFICE, "rework", reason="名单有重复")
    (problem,) = case.refused("2021-06-25", A, "report", figures="规上企业 8家")
    assert (problem.code, problem.text) == ("A21", "累计数不能减少:“新增规模以上工业企业”由 11 减为 8 家")
    assert "“理由”(reason)" in problem.help
    case.do("2021-06-25", A, "report", figures="规上企业 8家;零售增长 5%", reason="三家重复统计")
    first, second = figures.standings(LAW.definition, case.task)
    assert (first.figure["fell"], first.why) == ("11", "三家重复统计")
    assert "fell" not in second.figure  # a rate may fall
    assert "上次 11" in LAW.wording.filled(case.task.events[-1].data, {})


def test_everything_wrong_with_a_report_is_said_at_once() -> None:
    """A fall and a missing field come in one refusal."""
    case = reporting(FIRMS).do(DAY, A, "report", figures="规上企业 9家")
    case.do("2021-06-23", OFFICE, "rework")
    found = case.refused("2021-06-25", A, "report", figures="规上企业 8家", summary="")
    assert {problem.code for problem in found} == {"A03", "A21"}


def test_figures_beside_another_act_do_not_count_as_a_report() -> None:
    """What a co-unit says of its own part neither moves the task's percentage nor counts as a fall."""
    case = reporting(FIRMS, co=(C,)).do("2021-06-10", C, "contribute", figures="规上企业 4家")
    assert "progress" not in case.task.events[-1].data
    case.do(DAY, A, "report", figures="规上企业 9家").do("2021-06-22", C, "contribute", figures="规上企业 5家")
    assert [one.share for one in figures.standings(LAW.definition, case.task)] == [50]


def test_a_growth_goal_is_behind_from_the_first_report_a_level_only_with_time() -> None:
    """At mid-year half of a level keeps pace; half of a growth rate lies 50 points behind."""
    level = reporting(FIRMS).do(DAY, A, "report", figures="规上企业 9家")
    rate = reporting(RATE).do(DAY, A, "report", figures="零售增长 3.5%")
    node = reporting(BRIDGE).do(DAY, A, "report", figures="大桥通车 未完成")
    behind = parse_condition("finish behind 20%")
    assert [case.situation.holds(behind, on("2021-07-01")) for case in (level, rate, node)] == [False, True, False]
    assert [c.situation.on_pace(c.duty("finish"), on("2021-07-01")) for c in (level, rate, node)] == [True, False, True]


def test_a_rate_may_fall_and_so_may_what_should_be_small() -> None:
    """Only what adds up over the year cannot shrink: a coverage, a stock to run down and a range may."""
    lines = ("覆盖率 >= 98 %", "存量 <= 100 户", "物价 = 2..3 %", "遗留 = 0 件")
    case = reporting(*lines).do(DAY, A, "report", figures="覆盖率 90;存量 300;物价 4;遗留 5")
    again(case, "2021-07-05", figures="覆盖率 85;存量 200;物价 2.5;遗留 0")
    assert not any("fell" in figure for figure in case.task.events[-1].data["figures"])


def test_every_goal_on_record_can_be_named() -> None:
    """Two goals that a notice prints alike are told apart when the task is placed."""
    case = reporting("项目 = 2 个", "项目 = 5 个").do(DAY, A, "report", figures="项目 2个;项目(2) 1个")
    assert [one.share for one in figures.standings(LAW.definition, case.task)] == [100, 20]


def test_where_percentages_are_typed_goals_do_not_bend_the_schedule() -> None:
    """Under a law that computes nothing a growth goal is only read; half at mid-year keeps pace."""
    text = KEY_WORK.replace("kind: percent, from: figures", "kind: percent", 1).replace("summary, figures,", "summary,")
    case = Case(law(text), targets=(RATE,)).started().do(DAY, A, "report", progress=50)
    assert case.situation.on_pace(case.duty("finish"), on("2021-07-01")) is True


def test_a_later_limit_is_not_held_to_the_stages_of_the_old_plan() -> None:
    """What was given a new limit after a lapse runs on one line of its own."""
    case = Case(targets=(FIRMS,), due="2021-10-31").do("2021-04-01", A, "plan", milestones="2021-10-01 开工 10%")
    case.do("2021-04-02", OFFICE, "start").settle("2021-11-02")
    case.do("2021-11-02", OFFICE, "revive", until="2021-12-31").do("2021-12-01", A, "report", figures="规上企业 4家")
    assert case.situation.on_pace(case.duty("recovery"), on("2021-12-02")) is False


def test_the_stages_of_the_plan_bend_the_schedule_of_the_task() -> None:
    """A plan that does most in autumn is held to its own stages; without stages the same report lags."""
    made = []
    for plan in ("2021-06-30 完成招标 10%", "2021-06-30 完成招标"):
        case = Case(targets=(FIRMS,)).do("2021-04-01", A, "plan", milestones=plan).do("2021-04-02", OFFICE, "start")
        case.do(DAY, A, "report", figures="规上企业 2家")
        made.append(case.situation.on_pace(case.duty("finish"), on("2021-07-01")))
    assert made == [True, False]


def test_old_records_with_words_for_targets_replay_and_go_on() -> None:
    """An opening event from before goals had numbers folds to the same words, and its task reports percentages."""
    case = Case()
    opening = case.task.events[0]
    old = Task("T1", targets=("新增企业 = 18 家",))
    changes = {**opening.changes, "targets": list(old.targets)}
    case.task = replay(
        [type(opening)(*(changes if n == "changes" else getattr(opening, n) for n in opening.__slots__))]
    )
    assert case.task.targets == old.targets and numeric(case.task.targets) == ()
    assert case.started().do(DAY, A, "report", progress=45).task.events[-1].data["progress"] == "45"


def test_goals_can_be_amended_by_request_and_approval() -> None:
    """New goals take effect when approved; figures of an indicator that stays keep counting, words stay words."""
    case = reporting(FIRMS).do(DAY, A, "report", figures="规上企业 9家")
    (problem,) = case.refused("2021-07-01", A, "propose", goals="新增企业 >= 1O 家")
    assert (problem.code, "看不懂目标" in problem.text) == ("A04", True)
    case.do("2021-07-01", A, "propose", goals=f"新增规模以上工业企业 >= 12 家(增量)\uff1b{RATE};实现全覆盖")
    assert [str(target) for target in case.task.targets] == [FIRMS]
    case.do("2021-07-02", OFFICE, "amend")
    assert [str(target) for target in case.task.targets][1:] == [RATE, "实现全覆盖"]
    assert replay(case.task.events) == case.task
    assert [one.share for one in figures.standings(LAW.definition, case.task)] == [75, 0]


def test_a_report_that_was_taken_back_leaves_no_figure() -> None:
    """What was entered by mistake and undone neither counts nor makes the right figure a fall."""
    case = reporting(FIRMS).do(DAY, A, "report", figures="规上企业 90家").do(DAY, A, "undo")
    assert [one.share for one in figures.standings(LAW.definition, case.task)] == [0]
    case.do(DAY, A, "report", figures="规上企业 9家")
    assert case.task.events[-1].data["progress"] == "50"
    assert "fell" not in case.task.events[-1].data["figures"][0]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("kind: percent, from: figures", "kind: percent, from: figure", "D04"),
        ("kind: figures, explain: reason", "kind: figures, explain: reasn", "D04"),
        ("kind: percent, from: figures", "kind: text, from: figures", "D20"),
        ("{label: 进展情况,         kind: text}", "{label: 进展情况, kind: text, explain: reason}", "D20"),
        ("needs: [summary, figures, progress", "needs: [summary, progress", "D20"),
    ],
)
def test_a_definition_that_cannot_compute_is_found_at_its_line(old: str, new: str, code: str) -> None:
    """What is computed from nothing, or explained nowhere, is said when the file is read."""
    assert old in KEY_WORK
    text = KEY_WORK.replace(old, new, 1)
    changed = next(
        n for n, pair in enumerate(zip(KEY_WORK.split("\n"), text.split("\n"), strict=True), 1) if len({*pair}) > 1
    )
    document = parse(text, "key-work.yaml")
    assert (code, changed) in {(p.code, p.line) for p in checking.check(document, load(document))}


reports = st.lists(
    st.tuples(st.integers(0, 25), st.integers(-5, 20), st.booleans(), st.sampled_from(["report", "both", "only"])),
    min_size=1, max_size=10,
)  # fmt: skip


@settings(max_examples=25)
@given(reports)
def test_no_cumulative_figure_falls_without_an_explanation(chosen: list[tuple[int, int, bool, str]]) -> None:
    """Whatever is reported in whatever order, each fall on record has its reason, and each refusal a fall."""
    case = reporting(FIRMS, RATE)
    for firms, rate, explained, what in chosen:
        value = {"report": f"规上企业 {firms}家", "both": f"规上企业 {firms}家;增长 {rate}%", "only": f"增长 {rate}%"}[
            what
        ]
        before = figures.latest(LAW.definition, case.task.events).get(("新增规模以上工业企业", "家"))
        falls = what != "only" and before is not None and firms < int(before[0]["value"])
        data = {"figures": value} | ({"reason": "核减"} if explained else {})
        if falls and not explained:
            assert [p.code for p in case.refused(DAY, A, "report", **data)] == ["A21"]
            continue
        case.do(DAY, A, "report", **data).do(DAY, OFFICE, "rework", reason="再核")
        for figure in case.events("report")[-1].data["figures"]:
            assert ("fell" in figure) == (falls and figure["unit"] == "家")
    told = [event for event in case.events("report")]
    firms_told = [int(f["value"]) for e in told for f in e.data["figures"] if f["unit"] == "家"]
    silent = [f for e in told if "reason" not in e.data for f in e.data["figures"] if "fell" in f]
    assert silent == []
    falls_told = sum("fell" in f for e in told for f in e.data["figures"])
    assert falls_told == sum(b < a for a, b in pairwise(firms_told))


@settings(max_examples=15, deadline=None)
@given(reports)
def test_rows_equal_the_replay_with_figures_on_record(chosen: list[tuple[int, int, bool, str]]) -> None:
    """Goals and figures come back from the database as they went in, and the record folds to what is stored."""
    office, sessions = Office(today=lambda: on("2021-03-25")), open_database("sqlite://", create=True)
    draft = Draft(code="T1", text="新增企业", lead=(A,), targets=(FIRMS, RATE, "实现全覆盖"))
    clerk, lead = actor(OFFICE), actor(A)
    with sessions.begin() as session:
        office.assign(session, Breakdown(due=on("2021-12-31"), tasks=(draft,)), clerk, on("2021-03-25"))
        office.advance(session, "T1", "plan", lead, on("2021-04-01"), milestones="2021-12-31 完成", contact="某人")
        office.advance(session, "T1", "start", clerk, on("2021-04-02"))
    for firms, rate, explained, _ in chosen:
        given = [{"indicator": "规上企业", "value": firms, "source": "月报"}, f"增长 {rate}%"]
        more = {"reason": "核减"} if explained else {}
        with sessions() as session:
            try:
                office.advance(
                    session, "T1", "report", lead, on(DAY), summary="略", evidence=["a"], figures=given, **more
                )
                office.advance(session, "T1", "rework", clerk, on(DAY), reason="再核")
                session.commit()
            except Refused:
                session.rollback()
    with sessions() as session:
        assert office.replay(session).tasks == 1
        task = office.load(session, "T1")
    assert task.targets == (goal(FIRMS), goal(RATE), "实现全覆盖")
    assert replay(task.events) == task
    for event in task.events:
        if "figures" in event.data:
            assert 0 <= Decimal(event.data["progress"]) <= 100
