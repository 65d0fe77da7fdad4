"""Who was on a list too often is proposed for a talk; people take it up, and nothing happens by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from supervise import Actor, Cut, Office
from supervise.site.folder import Folder, read_beside
from tests.histories import FOLDER

OFFICE = Actor("张督查", "督查室", frozenset({"office"}))
SCHEME = """scheme: monthly
version: 1
title: 月度通报
effective: 2020-01-01
period: month
groups: {bureaus: 区直部门}
marks: {late: {label: 迟办}}
scores: {score: {base: 80, lines: [{label: 迟办, count: late, each: -5}]}}
boards:
  main:
    by: score
    lists: {black: {bottom: 1, when: score < 80}}
    streaks: [{label: 约谈, list: black, in_a_row: 2, opens: censure, within: 5 workdays}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """The shipped definitions with a monthly scheme."""
    (tmp_path / "monthly.yaml").write_text(SCHEME, "utf-8")
    made = read_beside(tmp_path / "monthly.yaml", FOLDER).sound().rules["monthly@1"]
    return replace(FOLDER, rules={**FOLDER.rules, "monthly@1": made})


def test_a_streak_waits_for_people_and_becomes_a_task_once(folder: Folder, session: Session) -> None:
    """After one black list nothing, after two in a row a proposal; once opened, it is a task and waits no more."""
    office = Office(folder, today=lambda: date(2025, 7, 1))
    for month in (5, 6):
        assert office.pending(session, Cut(date(2025, 7, 1))).matters == ()
        office.mark(session, "区工信局", "late", date(2025, month, 9), 1, OFFICE)
        office.publish(session, office.board(session, "monthly", f"2025-0{month}"), OFFICE)
    ((proposal, rule),) = office.pending(session, Cut(date(2025, 7, 1))).matters
    assert (proposal.unit, proposal.label, rule) == ("区工信局", "约谈", "连续 2 次列黑榜")
    assert [ref.what for ref in proposal.because] == ["2025-06-monthly-1"]
    (task,) = office.open_matters(session, OFFICE, date(2025, 7, 2))
    assert (task.lead, task.due, task.definition) == (("区工信局",), date(2025, 7, 9), "censure@1")
    assert office.pending(session, Cut(date(2025, 7, 2))).matters == ()


def test_a_board_may_ask_who_was_on_another_of_its_scheme(tmp_path: Path, session: Session) -> None:
    """Who was on the black list of one board last month is on the second board this month, as published."""
    second = "  second:\n    by: score\n    lists: {again: {when: \"in_a_row('main.black') >= 1\"}}\n"
    (tmp_path / "monthly.yaml").write_text(SCHEME + second, "utf-8")
    made = read_beside(tmp_path / "monthly.yaml", FOLDER).sound().rules["monthly@1"]
    office = Office(replace(FOLDER, rules={**FOLDER.rules, "monthly@1": made}), today=lambda: date(2025, 7, 1))
    office.mark(session, "区工信局", "late", date(2025, 5, 9), 1, OFFICE)
    office.publish(session, office.board(session, "monthly.main", "2025-05"), OFFICE)
    rows = office.board(session, "monthly.second", "2025-06")["standings"]
    assert [row["unit"] for row in rows if row["lists"] == ["again"]] == ["区工信局"]


def test_a_proposal_into_nowhere_is_found_in_the_file(tmp_path: Path) -> None:
    """The workflow must be there."""
    (tmp_path / "monthly.yaml").write_text(SCHEME.replace("opens: censure", "opens: censor"), "utf-8")
    assert [problem.code for problem in read_beside(tmp_path / "monthly.yaml", FOLDER).problems] == ["R01"]
