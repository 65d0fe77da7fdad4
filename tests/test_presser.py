"""The pressing side of the hall: proposals about units become tasks, once, and lights can be seen on any day."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Office, Refused, Unknown
from supervise.dates import parse_period
from supervise.intake.breakdown import Breakdown, Draft
from supervise.site.folder import shipped
from supervise.store import outbox
from tests.cli_help import run
from tests.workflows.builders import board

STAFF = Actor("张督查", "督查室", frozenset({"office"}))
UNIT, OTHER = "区工信局", "区商务局"
RULES = """
ladder: counts
version: 1
title: 累计问责
effective: 2020-01-01
for: key-work
spare: [towns as lead]
rungs:
  - {order: sheet, label: 督办单, when: finish missed, direct: 领导批示, reply: 3 workdays, lasts: 6 months after order, tell: [unit_head of lead, office]}
  - {order: summons, label: 约谈通知, when: sheet unanswered, confirm: office, tell: [unit_head of lead, leader]}
units:
  - {matter: talk, label: 约谈, when: plan missed 2 times in a month, opens: censure, within: 20 workdays, counted: deliver, lasts: 6 months after deliver}
  - {matter: visit, label: 专项督查, when: talk 2 times in a year, opens: special-inspection, within: 40 workdays}
"""  # noqa: E501


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped definitions, with a ladder that counts in place of the shipped one."""
    made = tmp_path / "definitions"
    shutil.copytree(shipped(), made)
    for name in ("three-colour-orders.yaml", "sending.yaml"):  # its grave letters are that ladder's
        (made / "rules" / name).unlink()
    for story in (made / "stories").glob("*.yaml"):
        story.unlink()
    (made / "rules" / "counts.yaml").write_text(RULES, "utf-8")
    return made


def placed(office: Office, session: Session, day: date, **leads: str) -> None:
    """Place tasks that nobody files a plan for: code → lead."""
    drafts = tuple(Draft(code=code, text="一件事", lead=(lead,)) for code, lead in leads.items())
    office.assign(session, Breakdown(due=date(2026, 12, 31), tasks=drafts), STAFF, day)


def waiting(office: Office, session: Session, day: date) -> list[tuple[str, str, str]]:
    """Rung, unit and day of every proposal about a unit."""
    found = office.pending(session, Cut(day)).matters
    return [(one.matter, one.unit, str(one.day)) for one, _ in found]


def delivered(office: Office, session: Session, code: str, day: date, until: date) -> None:
    """Grant a proposal and talk to the unit, on one day."""
    office.advance(session, code, "grant", STAFF, day, opinion="同意")
    office.advance(session, code, "deliver", STAFF, day, summary="已约谈", until=until)


def test_a_proposal_about_a_unit_is_a_task_that_people_decide(engine: Engine, folder: Path) -> None:
    """Two misses in a month propose a talk, once; talked to, it has an effect; two talks in a year propose a visit."""
    office = Office(folder)
    with sessionmaker(engine).begin() as session:
        placed(office, session, date(2025, 3, 3), T1=UNIT, T2=UNIT, T3=OTHER, T8="柳汀镇", T9="柳汀镇")
        placed(office, session, date(2025, 4, 1), T4=UNIT, T5=UNIT)
        assert waiting(office, session, date(2025, 3, 14)) == []
        first = ("talk", UNIT, "2025-03-17")
        assert waiting(office, session, date(2025, 3, 20)) == [first]
        (task,) = office.open_matters(session, STAFF, date(2025, 3, 20))
        assert (task.code, task.lead, task.events[0].to) == ("counts.talk.20250317." + UNIT, (UNIT,), ())
        assert "T1 报送方案" in task.text and "T2 报送方案" in task.text
        assert waiting(office, session, date(2025, 3, 20)) == []
        assert waiting(office, session, date(2025, 3, 19)) == [first]  # as it was known on that day
        assert office.open_matters(session, STAFF, date(2025, 3, 21)) == ()
        with pytest.raises(Unknown):
            office.open_matters(session, STAFF, date(2025, 3, 21), ["counts.talk.20250317.区科技局"])

        delivered(office, session, task.code, date(2025, 3, 24), date(2025, 4, 10))
        effect = office.load(session, task.code).events[-1].changes["effect"]
        assert effect == {"rung": "talk", "from": "2025-03-24", "until": "2025-09-24"}

        (second,) = office.open_matters(session, STAFF, date(2025, 4, 25))
        assert waiting(office, session, date(2025, 4, 25)) == []  # opened, not yet decided: it does not count
        delivered(office, session, second.code, date(2025, 4, 27), date(2025, 5, 10))
        assert waiting(office, session, date(2025, 4, 28)) == [("visit", UNIT, "2025-04-27")]
        (visit,) = office.open_matters(session, STAFF, date(2025, 4, 28))
        assert office.lifecycle(session, visit.definition).definition.workflow == "special-inspection"
        office.replay(session)


def test_what_was_set_aside_neither_comes_back_nor_counts(engine: Engine, folder: Path) -> None:
    """A proposal dismissed with its reason is on record, is not made again, and leads to nothing further."""
    office = Office(folder)
    with sessionmaker(engine).begin() as session:
        placed(office, session, date(2025, 3, 3), T1=UNIT, T2=UNIT, T3=UNIT)
        placed(office, session, date(2025, 4, 1), T4=UNIT, T5=UNIT)
        (task,) = office.open_matters(session, STAFF, date(2025, 3, 20))
        with pytest.raises(Refused):
            office.advance(session, task.code, "set_aside", Actor("李联络", UNIT), date(2025, 3, 21), reason="不认")
        office.advance(session, task.code, "set_aside", STAFF, date(2025, 3, 21), reason="审批单位原因")
        (second,) = office.open_matters(session, STAFF, date(2025, 4, 25))
        delivered(office, session, second.code, date(2025, 4, 27), date(2025, 5, 10))
        assert waiting(office, session, date(2025, 5, 10)) == []


def test_an_order_out_of_turn_needs_one_of_the_grounds(engine: Engine, folder: Path) -> None:
    """The office may send a sheet at once for a declared ground; who is told and what it entails stand in the event."""
    office, day = Office(folder), date(2025, 3, 5)
    with sessionmaker(engine).begin() as session:
        placed(office, session, date(2025, 3, 3), T1=UNIT)
        order = {"level": "sheet", "duty": "finish", "until": date(2025, 3, 20)}
        with pytest.raises(Refused) as refused:
            office.advance(session, "T1", "order", STAFF, day, **order)
        assert [p.code for p in refused.value.problems] == ["A22"]
        task = office.advance(session, "T1", "order", STAFF, day, **order, reason="领导批示(三月四日)")
        assert task.events[-1].changes["effect"] == {"rung": "sheet", "from": "2025-03-05", "until": "2025-09-05"}
        rules = board("{base: 60, lines: [{label: 重点督办, count: sheet in effect, lead: -5}]}")
        for period, total in (("2025Q1", 55), ("2025Q3", 55), ("2025Q4", 60)):  # as long as it lasts
            body = office.board(session, "red-black", period, Cut(parse_period(period).end), rules)
            (row,) = (row for row in body["standings"] if row["unit"] == UNIT)
            assert Decimal(row["score"]["total"]) == total


def test_proposals_and_lights_at_the_counter(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proposals are listed with their reasons and opened by one command; a light shows shape, word, rule and fact."""
    monkeypatch.setenv("SUPERVISE_DB", str(tmp_path / "a.db"))
    monkeypatch.setenv("SUPERVISE_DEFINITIONS", str(folder))
    breakdown = tmp_path / "分解.yaml"
    tasks = "".join(f"  - {{code: T{n}, text: 一件事, lead: [{UNIT}]}}\n" for n in (1, 2))
    breakdown.write_text(f"workflow: key-work\ndue: 2026-12-31\ntasks:\n{tasks}", "utf-8")
    assert run("assign", breakdown, "--day", "2025-03-03").code == 0
    shown = run("orders", "--as-of", "2025-03-20").out
    assert "一月内“报送方案”逾期未办累计 2 次" in shown and "T1(2025-03-17)" in shown and "约谈" in shown
    opened = run("orders", "--open", "--as-of", "2025-03-20", "--json").data
    assert [one["units"] for one in opened["opened"]] == [[UNIT]] and opened["matters"] == []
    code = opened["opened"][0]["code"]
    assert run("do", code, "grant", "--as", "督查室", "--day", "2025-03-21", "--opinion", "同意").code == 0
    lit = run("lights", "--as-of", "2025-03-20").out
    assert "▲ 黄灯(滞后)" in lit and "“报送方案”逾期未办" in lit and "报送方案(2025-03-17 到期)" in lit
    assert {t["light"] for t in run("lights", "--as-of", "2025-03-10", "--json").data["tasks"]} == {"green"}
    assert "F02" in run("lights", "--rules", "没有").err


def test_a_step_names_the_post_that_hears(engine: Engine, folder: Path) -> None:
    """The letter of a rung is for the head of each unit that leads; what waits for people's word says whom it tells."""
    office = Office(folder)
    with sessionmaker(engine).begin() as session:
        placed(office, session, date(2026, 11, 2), T1=UNIT, T2=UNIT, T3=OTHER)
        office.tick(session, date(2027, 1, 4))
        letters = outbox.written(session, "default", date(2027, 1, 4), date(2027, 1, 4))
        assert {(one.task, one.to) for one in letters if one.action == "order"} == {
            (code, (f"{unit}(主要负责人)", "督查室")) for code, unit in (("T1", UNIT), ("T2", UNIT), ("T3", OTHER))
        }
        (first, *_) = office.pending(session, Cut(date(2027, 2, 1))).orders
        assert (first.rung, first.tell) == ("summons", ("unit_head of lead", "leader"))
