"""A guest on a host's database: where our tables are not, the host is told so, and what to do."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from supervise import Actor, Cut, Invalid, Office, Unknown
from supervise.errors import SuperviseError
from supervise.hall.liaison import Act
from supervise.hall.reminder import Pick
from supervise.hall.versions import Change
from supervise.intake.breakdown import Breakdown, Draft
from supervise.rules.reminders import Chase
from supervise.store import upgrades
from supervise.store.engines import open_engine
from supervise.store.tables import tables

OFFICE, DAY = Actor("张督查", "督查室", frozenset({"office"})), date(2025, 3, 3)
DRAFT = Draft(code="T1", text="修路", lead=("区工信局",), due=date(2026, 12, 31))
GIVEN: dict[str, Any] = {
    "by": OFFICE, "code": "T1", "codes": ["T1"], "action": "plan", "acts": [Act("T1", "plan", OFFICE)],
    "act": Act("T1", "plan", OFFICE), "day": DAY, "days": [DAY], "breakdown": Breakdown(tasks=(DRAFT,)),
    "cut": Cut(DAY), "since": "2025", "to": "2026", "basis": "会议", "old": "2025Q1", "new": "2025Q2", "why": "会议",
    "reason": "受灾", "opinion": "属实", "unit": "区工信局", "kind": "leader", "value": 1, "names": {"区工信局"},
    "number": "2025Q2-red-black-1", "matter": "T1", "ident": "ab", "note": "错", "what": "2025",
    "tasks_": 1, "moved": 0,
    "pick": Pick(), "chase": Chase("逾期"), "change": Change("key-work@2", "key-work@2"), "data": b"",
    "file": "a.csv",
}  # fmt: skip
OF: dict[str, dict[str, Any]] = {
    "assess": {"name": "annual", "year": "2025"}, "board": {"name": "red-black", "period": "2025Q2"},
    "boards": {"name": "red-black", "periods": ["2025Q2"]}, "counts": {"name": "key-work"},
    "exemptions": {"period": "2025Q2"}, "lifecycle": {"name": "key-work@2"}, "lights_chart": {"year": "2025"},
    "traffic": {"name": "key-work"}, "published": {"name": "red-black", "period": "2025Q2"},
    "shown": {"name": "red-black", "period": "2025Q2"}, "approvals": {"name": "key-work@2"},
    "approve": {"name": "key-work@2"}, "retire": {"year": "2025", "to": "alt.db"}, "excusing": {"acts": ["waive"]},
}  # fmt: skip


@pytest.fixture
def host(url: str) -> Iterator[Engine]:
    """A host's database with a table of its own and none of ours."""
    engine = open_engine(url)
    with engine.begin() as work:
        work.execute(text("create table oa_users (id integer primary key)"))
    yield engine
    engine.dispose()


def asked(method: str, folder: Path) -> dict[str, Any] | None:
    """What a method of the office is called with; nothing if it wants what only a record can give."""
    given = GIVEN | {"folder": folder / "导出"} | OF.get(method, {})
    if method == "retire_messages":
        given |= {"to": folder / "消息.jsonl"}
    wanted = list(inspect.signature(getattr(Office, method)).parameters.values())[2:]
    names = [one.name for one in wanted if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
    return {name: given[name] for name in names} if given.keys() >= set(names) else None


def test_every_method_tells_that_the_tables_are_not_there(host: Engine, tmp_path: Path) -> None:
    """No error of a driver reaches the host; nearly all say B01 with the table and what to do."""
    office, told, silent = Office(today=lambda: date(2026, 6, 1)), dict[str, str](), []
    methods = [
        name for name, made in inspect.getmembers(Office, inspect.isfunction)
        if {"session", "work"}.intersection(list(inspect.signature(made).parameters)[1:2]) and name[0] != "_"
        and name != "replay_rules"  # wants two texts
    ]  # fmt: skip
    for method in methods:
        arguments = asked(method, tmp_path)
        if arguments is None:
            continue
        with Session(host) as session:
            try:
                made = getattr(office, method)(session, **arguments)
                tuple(made if isinstance(made, Iterator) else ())
            except SuperviseError as error:
                told[method] = str(error)
            else:
                silent.append(method)
    right = {method for method, words in told.items() if "[B01]" in words and " sv_" in words and "init" in words}
    assert len(right) >= 60 and {"assign", "advance", "tick", "list", "show", "owed", "board", "audit"} - right == set()
    assert {name: told[name] for name in told.keys() - right - {"load_marks", "restore", "compare", "part"}} == {}
    assert set(silent) <= {"must_be_approved", "left_out", "touching"}


def test_tables_under_another_name_are_missed_by_name(host: Engine) -> None:
    """Who forgot the prefix reads which table was looked for, and how an engine is told of it."""
    upgrades.upgrade(host.execution_options(**tables("dc_").option))
    with Session(host) as session, pytest.raises(Unknown) as caught:
        Office(today=lambda: DAY).owed(session)
    assert "sv_task" in str(caught.value) and "tables(前缀, 模式).option" in str(caught.value)


def test_tables_of_an_older_layout_are_told_as_such(host: Engine) -> None:
    """A column that came later is missed with the way to bring it, not with a statement of ours."""
    upgrades.upgrade(host)
    with host.begin() as work:
        work.execute(text("alter table sv_mark drop column matter"))
    with Session(host) as session, pytest.raises(Invalid, match=r"B02.*\n.*db upgrade"):
        Office(today=lambda: DAY).marks(session)


def test_a_fault_in_a_statement_of_the_hosts_stays_the_hosts(host: Engine) -> None:
    """A listener that asks for a table which the host has not made gets what the driver says."""
    upgrades.upgrade(host)
    office = Office(today=lambda: DAY)

    @office.listen("assign")
    def remind(session: Session, message: object) -> None:
        session.execute(text("select * from oa_inbox"))

    with Session(host) as session, pytest.raises(Exception, match="oa_inbox") as caught:
        office.assign(session, Breakdown(tasks=(DRAFT,)), OFFICE, DAY)
    assert not isinstance(caught.value, SuperviseError)
