"""Boards published by steps: served, contested line by line, signed, published, corrected."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Invalid, Office, Refused, Unknown
from supervise.folder import read_folder, shipped
from supervise.judge import canonical
from supervise.store.tables import of

OFFICE = Actor("张督查", "督查室", frozenset({"office"}))
CHIEF = Actor("李主任", "签发人", frozenset({"signer"}))
GXJ, SWJ = Actor("王某", "区工信局"), Actor("陈某", "区商务局")
JUNE, NAME = "2025-06", "monthly"
SERVED, LAST, AFTER = date(2025, 7, 3), date(2025, 7, 8), date(2025, 7, 9)
"""Served on a Thursday: three working days run to Tuesday."""
SCHEME = """scheme: monthly
version: 1
title: 月度通报
effective: 2020-01-01
period: month
closes: 2 workdays
notice: 3 workdays
sign: signer
appeal: 5 workdays
groups: {bureaus: 区直部门, towns: 乡镇}
marks:
  late: {label: 迟办, role: [lead, co], matter: true}
  praise: {label: 通报表扬, by: office}
scores:
  score:
    base: 80
    lines:
      - {label: 迟办, count: late, lead: -5, co: -2.5}
      - {label: 表扬, count: praise, each: 1}
boards:
  main:
    by: score
    lists: {red: {top: 1}, black: {bottom: 1, when: score < 80}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped definitions with a scheme that is published by steps."""
    made = tmp_path / "definitions"
    shutil.copytree(shipped(), made)
    (made / "rules" / "monthly.yaml").write_text(SCHEME, "utf-8")
    return made


@pytest.fixture
def office(folder: Path) -> Office:
    """An office in July; a moment passes with every entry."""
    moments = iter(range(100_000))
    return Office(
        folder,
        today=lambda: SERVED,
        now=lambda: datetime.fromtimestamp(1_752_000_000 + next(moments), UTC),
    )


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A host's session, rolled back at the end."""
    with sessionmaker(engine)() as opened:
        yield opened


def marked(office: Office, session: Session) -> None:
    """Three late matters of two bureaus."""
    office.mark(session, "区工信局", "late", date(2025, 6, 3), 1, OFFICE, "一", matter="GZ-1", role="lead")
    office.mark(session, "区工信局", "late", date(2025, 6, 9), 1, OFFICE, "二", matter="GZ-2", role="lead")
    office.mark(session, "区商务局", "late", date(2025, 6, 9), 1, OFFICE, "二", matter="GZ-2", role="co")
    office.mark(session, "区科技局", "praise", date(2025, 6, 9), 1, OFFICE)


def served(office: Office, session: Session) -> None:
    """The board of June, on its units."""
    marked(office, session)
    office.consult(session, office.board(session, NAME, JUNE), OFFICE)


def published(office: Office, session: Session, day: date = AFTER) -> str:
    """The number under which what was signed goes out."""
    body = office.signed(session, NAME, JUNE, day)
    assert body is not None
    return office.publish(session, body, OFFICE, day).number


def acts(office: Office, session: Session) -> list[str]:
    """What was done to publish the board."""
    return [event.action for event in office.matter(session, NAME, JUNE).events]


def test_every_unit_on_the_board_gets_its_own_receipt(office: Office, session: Session) -> None:
    """One letter a unit, with its total, place, numbered lines, and the last day of three working days."""
    served(office, session)
    letters = [row for row in session.execute(select(of(session).letter)) if row.kind == "notice"]
    body = office.shown(session, NAME, JUNE)
    assert body is not None
    assert sorted(row.hearers for row in letters) == sorted([row["unit"]] for row in body["standings"])
    (told,) = (row.text for row in letters if row.hearers == ["区工信局"])
    assert "区工信局 70 分" in told
    assert "2 迟办 -10" in told
    assert str(LAST) in told


def test_a_board_that_nobody_contests_is_published_as_it_was_served(office: Office, session: Session) -> None:
    """Byte for byte, though a mark was entered meanwhile: what was not served is not published."""
    served(office, session)
    office.mark(session, "区工信局", "praise", date(2025, 6, 20), 1, OFFICE, "补登")
    office.sign(session, NAME, JUNE, CHIEF, AFTER)
    number = published(office, session)
    preview = office.frozen(session, "2025-06-preview:monthly-1")
    assert (number, office.frozen(session, number).body) == ("2025-06-monthly-1", preview.body)
    assert acts(office, session) == ["assign", "consult", "elapse", "sign", "announce"]
    office.replay(session)
    assert office.audit(session).breaks == ()


def test_only_the_contested_line_changes(office: Office, session: Session) -> None:
    """The mark it rests on is taken back with the decision; every other line of every unit is what was served."""
    served(office, session)
    one = office.contest(session, "区工信局", NAME, JUNE, GXJ, "征地未批", "迟办", LAST)
    assert (one.line, one.label, one.undecided, len(one.basis)) == (2, "迟办", True, 2)
    freed = office.marks(session, "区工信局", "late", "GZ-1")[0].mark.id
    office.uphold(session, one.code, OFFICE, "情况属实", [freed], AFTER)
    body = office.sign(session, NAME, JUNE, CHIEF, AFTER)
    changed = {moved.unit: [(line.label, line.before, line.after) for line in moved.lines] for moved in body["moved"]}
    assert {unit: lines for unit, lines in changed.items() if lines} == {"区工信局": [("迟办", "-10.00", "-5.00")]}
    frozen = office.shown(session, NAME, JUNE)
    assert frozen is not None
    published(office, session)
    now = office.published(session, NAME, JUNE)
    assert now is not None
    assert office.why(now, "区工信局")["standing"]["score"]["total"] == "75.00"


def test_an_objection_upheld_without_effect_is_not_signed(office: Office, session: Session) -> None:
    """Found right and nothing put right: the chief is told so, and what to do."""
    served(office, session)
    one = office.contest(session, "区工信局", NAME, JUNE, GXJ, "征地未批", "2", SERVED)
    office.uphold(session, one.code, OFFICE, "情况属实", day=AFTER)
    with pytest.raises(Refused, match="没有变") as error:
        office.sign(session, NAME, JUNE, CHIEF, AFTER)
    assert error.value.problems[0].code == "P10"


REFUSED: dict[str, object] = {}
