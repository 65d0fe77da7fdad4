"""A year frozen once, over what it lacks only for a reason; handed over in foreign columns; rules tried before use."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Invalid, Office, Refused
from supervise.hall.assessor import filed
from supervise.hall.judge import canonical
from supervise.intake.breakdown import Breakdown, Draft
from supervise.papers.handover import load, written
from supervise.reading import parse
from supervise.rules import ruleset
from supervise.site.folder import Source, read_folder, shipped
from supervise.store.library import Publication
from tests.histories import FOLDER
from tests.servers import in_memory

OFFICE = Actor("张督查", "督查室", frozenset({"office"}))
CLOSED = Cut(date(2025, 7, 14))
TASKS = tuple(
    Draft(code=f"T{n}", text=f"第{n}件事", lead=("区工信局",), co=("区商务局",), due=date(2025, 5, n))
    for n in (1, 2, 3)
)
SCHEME = """scheme: praise
version: 1
title: 通报
effective: 2020-01-01
period: half
groups: {bureaus: 区直部门}
marks: {praise: {label: 表扬, value: number}}
scores: {score: {lines: [{label: 表扬, sum: praise, each: 1}]}}
boards:
  lead: {by: score, lists: {red: {top: 1}}}
  all: {by: score}
"""


def rules(text: str, name: str) -> Source[Any]:
    """A rule file that is not in the folder."""
    document = parse(text, f"{name}.yaml")
    return Source(name, text, document, ruleset.load(document))


def shipped_text(name: str) -> str:
    """The text of a shipped rule file."""
    return (Path(shipped()) / "rules" / f"{name}.yaml").read_text("utf-8")


@pytest.fixture
def office() -> Office:
    """An office in the spring of the year after."""
    return Office(replace(FOLDER, rules=dict(FOLDER.rules)), today=lambda: date(2026, 2, 1))


@pytest.fixture
def session(office: Office) -> Iterator[Session]:
    """Three tasks on which nothing was done, and the board of one quarter."""
    engine = in_memory()
    with sessionmaker(engine).begin() as session:
        office.assign(session, Breakdown(tasks=TASKS), OFFICE, date(2025, 3, 3))
        office.publish(session, office.board(session, "red-black", "2025Q2", CLOSED), OFFICE)
        yield session


def codes(error: Refused | Invalid) -> list[str]:
    """The codes of what is wrong, each once."""
    return list(dict.fromkeys(problem.code for problem in error.problems))


def test_a_year_is_frozen_over_its_gaps_only_for_a_reason_that_goes_into_it(office: Office, session: Session) -> None:
    """Boards not published, tasks without result and missing marks are refused one by one, and frozen if it must be."""
    body = office.assess(session, "annual", "2025")
    gaps = office.completeness(session, body)
    assert {gap.kind for gap in gaps} == {"board", "result", "part"}
    assert [gap.text for gap in gaps if gap.kind == "board"] == [
        f"2025年第{n}季度的 red-black 没有公布" for n in "一三四"
    ]  # fmt: skip
    assert [gap.task for gap in gaps if gap.kind == "result"] == ["T1", "T2", "T3"]
    with pytest.raises(Refused) as refused:
        office.publish(session, body, OFFICE)
    assert codes(refused.value) == ["P21"] and len(refused.value.problems) == 1 + len(gaps)
    frozen = json.loads(office.publish(session, body, OFFICE, over=" 按期汇总 ").body)
    assert frozen["over"]["reason"] == "按期汇总" and len(frozen["over"]["gaps"]) == len(gaps)
    assert canonical({key: value for key, value in frozen.items() if key != "over"}) == canonical(body)


def test_a_published_year_takes_nothing_but_a_numbered_supplement(office: Office, session: Session) -> None:
    """The second publication is refused, one that changes nothing too; a correction shows what it changed."""

    def publish(**said: str) -> Publication:
        return office.publish(session, office.assess(session, "annual", "2025"), OFFICE, over="按期汇总", **said)

    def refused(**said: str) -> list[str]:
        with pytest.raises(Refused) as refusal:
            publish(**said)
        return codes(refusal.value)

    assert refused(supplement="更正") == ["P22"]
    first = publish()
    assert refused() == ["P22"] and refused(supplement="更正") == ["P23"]
    office.mark(session, "区工信局", "leader", date(2025, 12, 30), 100, OFFICE)
    second = publish(supplement="补登评分")
    assert (first.number, second.number) == ("2025-annual-1", "2025-annual-2")
    told = json.loads(second.body)["supplement"]
    assert told["to"] == first.number and [one["unit"] for one in told["differences"]] == ["区工信局"]
    [change] = told["differences"]
    assert "区领导评价" in [line["label"] for line in change["lines"]]
    assert change["before"]["total"] != change["after"]["total"]


def test_what_is_entered_outside_the_tasks_counts_in_the_year(office: Office, session: Session) -> None:
    """An accident put on record vetoes the year it happened in; voided it is nothing, in the next year it is none."""
    text = shipped_text("annual").replace("parts:", "  accident: {label: 较大事故}\n\nparts:", 1)
    text = text.replace("limits:\n", "limits:\n  - {label: 一票否决, when: accident >= 1, at_most: 不合格}\n", 1)
    office.folder.rules["annual@1"] = rules(text, "annual@1")

    def why() -> list[str]:
        standings = office.assess(session, "annual", "2025")["standings"]
        return next(list(row["why"]) for row in standings if row["unit"] == "区工信局")

    office.mark(session, "区工信局", "accident", date(2026, 1, 9), 1, OFFICE)
    assert "一票否决:至多不合格" not in why()
    made = office.mark(session, "区工信局", "accident", date(2025, 8, 9), 1, OFFICE)
    assert "一票否决:至多不合格" in why()
    office.unmark(session, made.id, OFFICE, "不是责任事故", date(2026, 1, 10))
    assert "一票否决:至多不合格" not in why()


@pytest.fixture
def praised(tmp_path: Path) -> Iterator[tuple[Office, Session]]:
    """An office whose year rests on half-yearly praise by a scheme and on a survey out of twenty."""
    (tmp_path / "rules").mkdir()
    for name in ("key-work.yaml", "units.yaml"):
        (tmp_path / name).write_text((Path(shipped()) / name).read_text("utf-8"), "utf-8")
    (tmp_path / "rules" / "praise.yaml").write_text(SCHEME, "utf-8")
    head, _, tail = shipped_text("annual").partition("parts:")
    parts = (
        "parts:\n  - {label: 表扬, from: board praise.lead, take: sum, weight: 40}\n"
        "  - {label: 满意度, from: file survey, take: latest, weight: 60, full: 20}\n\n"
    )
    (tmp_path / "rules" / "annual.yaml").write_text(head + parts + tail[tail.index("adjust:") :], "utf-8")
    office = Office(read_folder(tmp_path), today=lambda: date(2026, 2, 1))
    engine = in_memory()
    with sessionmaker(engine).begin() as session:
        for day, points in ((date(2025, 3, 1), 30), (date(2025, 9, 1), 50)):
            office.mark(session, "区工信局", "praise", day, points, OFFICE)
        for half in ("2025H1", "2025H2"):
            office.publish(session, office.board(session, "praise.lead", half), OFFICE)
        yield office, session


def test_a_year_may_rest_on_boards_of_a_scheme_and_on_tables(praised: tuple[Office, Session]) -> None:
    """Eighty of praise and eighteen of twenty; the table's name and hash stand in the body, in any order of rows."""
    office, session = praised
    rows = ["区工信局,18", "区商务局,10"]
    tables_ = ["\n".join(["单位,数值", *some]).encode() for some in (rows, rows[::-1])]
    files = [filed(data, "满意度.csv", office.directory) for data in tables_]
    one, other = (office.assess(session, "annual", "2025", files={"survey": file}) for file in files)
    assert one["files"] == other["files"] and one["standings"] == other["standings"]
    row = next(row for row in one["standings"] if row["unit"] == "区工信局")
    assert [(line["label"], line["points"]) for line in row["lines"]] == [
        ("表扬", "32.00"), ("满意度", "54.00"), ("上红榜", "2.00"),
    ]  # fmt: skip
    with pytest.raises(Invalid) as wrong:
        office.assess(session, "annual", "2025", files={"surveys": files[0]})
    assert codes(wrong.value) == ["P25"]


def test_a_scheme_is_tried_board_by_board(praised: tuple[Office, Session]) -> None:
    """Praise counted twice moves the one unit that was praised, on both boards of the scheme."""
    office, session = praised
    draft = rules(SCHEME.replace("version: 1", "version: 2").replace("each: 1", "each: 2"), "draft")
    report = office.replay_rules(session, office.source(session, "praise"), draft)
    assert [board["board"] for board in report["boards"]] == ["lead", "all"]
    for board in report["boards"]:
        [change] = board["changes"]
        assert change["unit"] == "区工信局"
        assert (change["before"]["total"], change["after"]["total"]) == ("50.00", "100.00")


@pytest.mark.parametrize(("name", "period"), [("red-black", "2025Q2"), ("annual", "2025")])
def test_a_file_tried_against_itself_moves_nobody(office: Office, session: Session, name: str, period: str) -> None:
    """The same rules give the same score, rank, list and grade for every unit, and the same mark every time."""
    source = office.source(session, name)
    report = office.replay_rules(session, source, source, period)
    assert [board["changes"] for board in report["boards"]] == [[]] and report["boards"][0]["units"] > 1
    assert office.replay_rules(session, source, source, period)["mark"] == report["mark"]


def test_a_trial_names_whom_it_moves_and_by_which_line(office: Office, session: Session) -> None:
    """Who misses three tasks loses nine points more; what comes of the draft says so and cannot be published."""
    draft = rules(
        shipped_text("red-black").replace("version: 1", "version: 2").replace("lead: -5", "lead: -8"), "draft"
    )
    report = office.replay_rules(session, office.source(session, "red-black"), draft)
    assert (report["period"], report["as_of"]) == ("2025Q2", "2025-07-14")
    [board] = report["boards"]
    [change] = board["changes"]
    moved = {line["label"]: Decimal(line["after"]) - Decimal(line["before"]) for line in change["lines"]}
    assert (change["unit"], moved) == ("区工信局", {"逾期未完成": Decimal(-9)})
    body = office.board(session, "red-black", "2025Q2", CLOSED, draft)
    with pytest.raises(Refused) as refused:
        office.publish(session, body, OFFICE)
    assert codes(refused.value) == ["P24"]


def test_rules_after_published_ones_are_approved_only_with_the_report_of_their_trial(
    office: Office, session: Session
) -> None:
    """Without a mark, with a wrong one, or with one of a record that has moved since, nothing is approved."""
    text = shipped_text("red-black").replace("version: 1", "version: 2").replace("lead: -5", "lead: -8")
    office.folder.rules["red-black@2"] = replace(rules(text, "red-black@2"), name="red-black@2")
    old, new = (office.source(session, f"red-black@{n}") for n in (1, 2))
    mark = office.replay_rules(session, old, new)["mark"]
    wrong = (("", "N09"), (mark[:12], "N10"), (mark[:-4] + "zzzz", "N10"), (mark.replace("Q2", "Q1"), "N10"))
    for given, code in wrong:
        with pytest.raises(Refused) as refused:
            office.approve(session, "red-black@2", OFFICE, report=given)
        assert codes(refused.value) == [code]
    made = office.approve(session, "red-black@2", OFFICE, report=mark)
    assert made.trial == mark and office.approvals(session, "red-black@2")[0].trial == mark
    office.assign(session, Breakdown(tasks=(replace_code(TASKS[0], "T9"),)), OFFICE, date(2025, 3, 4))
    with pytest.raises(Refused) as refused:
        office.approve(session, "red-black@2", OFFICE, report=mark)
    assert codes(refused.value) == ["N10"]


def replace_code(draft: Draft, code: str) -> Draft:
    """The same task under another code."""
    return draft.model_copy(update={"code": code})


MAPPING = """title: "{year}年度得分表"
columns:
  - {head: 序号, of: number}
  - {head: 单位, of: unit}
  - {head: 得分, of: score, places: 1}
  - {head: 评价, of: line 区领导评价}
  - {head: 档次, of: grade, words: {不合格: D}}
  - {head: 来源, of: text 督查室}
"""


def test_a_year_is_handed_over_in_foreign_columns(office: Office, session: Session) -> None:
    """Heads, order, places and words are those of the mapping; the workbook has every receipt as an annex."""
    calamine = pytest.importorskip("python_calamine")
    body = office.assess(session, "annual", "2025")
    mapping, labels = load(MAPPING, "映射.yaml"), office.year_labels(body)
    lines = written(body, mapping, labels, [], "考核.csv").decode("utf-8-sig").split("\r\n")
    worst = min(body["standings"], key=lambda row: Decimal(row["score"]))
    assert lines[0] == "序号,单位,得分,评价,档次,来源" and len(lines) == 2 + len(body["standings"])
    assert lines[-2] == f"{len(body['standings'])},{worst['unit']},{Decimal(worst['score']):.1f},0,D,督查室"
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(written(body, mapping, labels, [], "考核.xlsx")))
    assert book.sheet_names == ["考核结果", "得分明细", "口径"]
    assert book.get_sheet_by_name("考核结果").to_python()[0][0] == "2025年度得分表"


@pytest.mark.parametrize(
    ("old", "new", "code"), [("of: unit", "of: units", "P26"), ("line 区领导评价", "line 领导评价", "P27")]
)
def test_a_column_of_what_there_is_not_is_told(office: Office, session: Session, old: str, new: str, code: str) -> None:
    """A slip in a mapping is found before anything is written, at its line."""
    body = office.assess(session, "annual", "2025")
    with pytest.raises(Invalid) as wrong:
        mapping = load(MAPPING.replace(old, new), "映射.yaml")
        written(body, mapping, office.year_labels(body), [], "考核.csv")
    assert codes(wrong.value) == [code] and wrong.value.problems[0].line
