"""Figures that were reported on tasks, as schemes count them: by unit, over tasks, beside the best of the group."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from supervise import Actor, Cut, Office
from supervise.goals import goal
from supervise.hall.judge import canonical
from supervise.intake.breakdown import Breakdown, Draft
from supervise.reading import parse
from supervise.rules import ruleset
from supervise.rules.reported import Figure, figure
from supervise.site.folder import Folder, Source, read_beside
from supervise.site.stories import strange
from tests.histories import END, FOLDER, steps
from tests.surveying import Lived

OFFICE, CO = Actor("张督查", "督查室", frozenset({"office"})), Actor("丙", "区科技局")
UNITS = {"区工信局": Actor("甲", "区工信局"), "区商务局": Actor("乙", "区商务局")}
SCHEME = """scheme: figures
version: 1
title: 完成情况
effective: 2020-01-01
for: key-work
period: half
groups: {bureaus: 区直部门}
values:
  firms: "total('figure 规上企业 in 家', year)"
  progress: "average('figure progress', year)"
  newest: "latest('figure progress', ever)"
  told: "count('figure progress')"
scores:
  score:
    lines:
      - {label: 规上企业, points: 60 * firms / max(firms), none: 0}
      - {label: 完成进度, points: 0.4 * progress, none: 0}
boards: {main: {by: score}}
"""


def source(text: str) -> Source[Any]:
    """A scheme that is not in the folder."""
    document = parse(text, "figures.yaml")
    return Source("figures@1", text, document, ruleset.load(document))


@pytest.fixture
def office(session: Session) -> Office:
    """An office in July; 区工信局 came to 30 firms of 40 and to 0.5 of 1 亿元, 区商务局 to 20 of 20 firms."""
    office = Office(FOLDER, today=lambda: date(2025, 7, 14))
    promised = (
        ("T1", "区工信局", "规上企业 >= 40 家"),
        ("T2", "区工信局", "投资额 >= 1 亿元"),
        ("T3", "区商务局", "新增规上企业 >= 20 家"),
    )
    drafts = tuple(
        Draft(code=code, text="略", lead=(unit,), co=("区科技局",), targets=(goal(target),))
        for code, unit, target in promised
    )
    office.assign(session, Breakdown(due=date(2025, 12, 31), tasks=drafts), OFFICE, date(2025, 2, 10))
    plan = {"milestones": "2025-11-30 成", "contact": "略"}
    for code, unit, _ in promised:
        office.advance(session, code, "plan", UNITS[unit], date(2025, 2, 12), **plan)
        office.advance(session, code, "start", OFFICE, date(2025, 2, 13))
    told(office, session, "T1", "区工信局", date(2025, 3, 3), "规上企业 10家")
    told(office, session, "T1", "区工信局", date(2025, 6, 20), "规上企业 30家")
    told(office, session, "T2", "区工信局", date(2025, 6, 20), "投资额 5000万元")
    told(office, session, "T3", "区商务局", date(2025, 6, 20), "新增规上企业 20家")
    return office


def told(office: Office, session: Session, code: str, unit: str, day: date, figures: str) -> None:
    """A report, verified on the same day."""
    office.advance(session, code, "report", UNITS[unit], day, summary="略", evidence="a.pdf", figures=figures)
    office.advance(session, code, "verify", OFFICE, day, opinion="属实")
    office.advance(session, code, "resume", OFFICE, day)


def test_figures_count_for_who_leads_by_the_last_report_on_each_task(office: Office, session: Session) -> None:
    """30 firms beside the best of 30; progress is the mean of its tasks; money is no firms; who helps has no figure."""
    body = office.board(session, "figures", "2025H1", Cut(date(2025, 7, 14)), source(SCHEME))
    rows = {row["unit"]: row for row in body["standings"]}
    values = {unit: rows[unit]["values"] for unit in (*UNITS, "区科技局")}
    assert [values[unit]["firms"] for unit in values] == ["30", "20", "0"]
    assert [values[unit]["progress"] for unit in values] == ["62.5", "100", None]
    assert [values[unit]["told"] for unit in values] == ["2", "1", "0"]
    assert [Decimal(rows[unit]["score"]["total"]) for unit in values] == [Decimal(85), Decimal(80), Decimal(0)]
    (line, _) = rows["区工信局"]["score"]["lines"]
    assert [(ref["task"], ref["what"]) for ref in line["because"]] == [("T1", "规上企业 30 家")]


def test_a_figure_is_as_old_as_the_cut(office: Office, session: Session) -> None:
    """Before the June report the unit had told of 10 firms."""
    body = office.board(session, "figures", "2025H1", Cut(date(2025, 6, 1)), source(SCHEME))
    assert {row["unit"]: row["values"]["firms"] for row in body["standings"]}["区工信局"] == "10"


@settings(max_examples=4, deadline=None)
@given(st.lists(steps, min_size=2, max_size=2), st.data())
def test_figures_asked_of_stored_facts_are_those_of_all_histories(
    chosen: list[list[tuple[int, int, int]]], data: st.DataObject
) -> None:
    """Whatever was reported, taken back or handed over, at any cut: the same bytes."""
    text = SCHEME.replace("figure 规上企业 in 家", "figure progress").replace(" / max(firms)", " / 100")
    made, rules = Lived(chosen, 3, moving=True), source(text)
    with made.sessions() as session:
        for cut in (Cut(END, made.moment), data.draw(st.sampled_from(made.cuts))):
            for period in ("2025H1", "2025H2"):
                asked, folded = (
                    office.board(session, "figures", period, cut, rules) for office in (made.office, made.folding)
                )
                assert canonical(asked) == canonical(folded)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("figure progress", Figure("progress")),
        ("figure 规上企业 in 家", Figure("规上企业", "家")),
        ("figure", None),
        ("plan on time", None),
    ],
)
def test_a_phrase_asks_for_a_figure_or_for_something_else(text: str, found: Figure | None) -> None:
    """One name, and maybe a unit."""
    assert figure(text) == found


@pytest.mark.parametrize(("name", "noted"), [("规模以上工业企业总数", []), ("规模以土工业企业总数", ["R39"])])
def test_an_indicator_that_no_story_promises_is_noted_and_no_mistake(
    tmp_path: Any, name: str, noted: list[str]
) -> None:
    """A slip in a name is worth a look; nobody can know all names."""
    file = tmp_path / "figures.yaml"
    file.write_text(SCHEME.replace("规上企业", name), "utf-8")
    found: Folder = read_beside(file, FOLDER).sound()
    assert [note.code for note in strange(found, FOLDER.stories)] == noted
