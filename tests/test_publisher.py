"""Boards and years published by steps: served, contested line by line, signed, published, corrected."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Office, Refused, Unknown
from supervise.hall.judge import canonical
from supervise.intake.breakdown import Breakdown, Draft
from supervise.rules.assessment import Filed
from supervise.rules.moved import told
from supervise.site.folder import read_folder, shipped
from supervise.store import library
from supervise.store.tables import of
from tests.servers import installed

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
appeals: 5 workdays
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


YEAR = """assessment: yearly
version: 1
title: 年度考核
effective: 2020-01-01
for: key-work
closes: 2 workdays
notice: 3 workdays
sign: signer
appeals: 5 workdays
carries: 15
parts:
  - {label: 满意度, from: file survey, take: latest, weight: 60}
  - {label: 领导评价, from: mark leader, take: latest, weight: 40}
grades: [{grade: 优秀, when: score >= 90}, {grade: 合格}]
"""
SURVEY = {"survey": Filed("满意度.csv", "1" * 64, {unit: Decimal(80) for unit in ("区工信局", "区商务局")})}


@dataclass(frozen=True)
class Case:
    """Something that is published by steps, and the days on which that is early, served, last contested, and due."""

    name: str
    period: str
    line: str
    early: tuple[tuple[date, str], ...]
    served: date
    last: date
    after: date

    @property
    def files(self) -> dict[str, Filed]:
        """The tables that it rests on."""
        return {} if self.name == NAME else SURVEY

    def made(self, office: Office, session: Session, day: date) -> dict[str, Any]:
        """It as of a day."""
        if self.name == NAME:
            return office.board(session, NAME, self.period, Cut(day))
        return office.assess(session, self.name, self.period, Cut(day), files=SURVEY)

    def signed(self, office: Office, session: Session, day: date) -> dict[str, Any]:
        """It as signed."""
        found = office.signed(session, self.name, self.period, day, self.files)
        assert found is not None
        return found


EARLY = ((date(2025, 6, 20), "P02"), (date(2025, 7, 1), "P04"), (SERVED, "P05"))
BOARD = Case(NAME, JUNE, "迟办", EARLY, SERVED, LAST, AFTER)
JANUARY = [date(2025, 1, n) for n in range(1, 32)]
YEARLY = Case(
    "yearly", "2024", "领导评价", ((date(2024, 12, 20), "P02"), (JANUARY[1], "P04"), (JANUARY[2], "P05")),
    JANUARY[2], JANUARY[7], JANUARY[8],
)  # fmt: skip
"""A year over on a Tuesday: two working days end on Friday the 3rd, three more on Wednesday."""
CASES = pytest.mark.parametrize("case", [BOARD, YEARLY], ids=["board", "year"])


def defined(made: Path) -> Path:
    """The shipped definitions with a scheme and a year that are published by steps."""
    shutil.copytree(shipped(), made)
    (made / "rules" / "monthly.yaml").write_text(SCHEME, "utf-8")
    (made / "rules" / "yearly.yaml").write_text(YEAR, "utf-8")
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Definitions of one's own."""
    return defined(tmp_path / "definitions")


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
    """Three late matters of two bureaus, and what their leader thought of them in the year before."""
    office.mark(session, "区工信局", "late", date(2025, 6, 3), 1, OFFICE, "一", matter="GZ-1", role="lead")
    office.mark(session, "区工信局", "late", date(2025, 6, 9), 1, OFFICE, "二", matter="GZ-2", role="lead")
    office.mark(session, "区商务局", "late", date(2025, 6, 9), 1, OFFICE, "二", matter="GZ-2", role="co")
    office.mark(session, "区科技局", "praise", date(2025, 6, 9), 1, OFFICE)
    for unit, points in (("区工信局", 70), ("区商务局", 95)):
        office.mark(session, unit, "leader", date(2024, 12, 20), points, OFFICE)


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


EVERYBODY = (OFFICE, CHIEF, Actor("委员会", "考核委员会", frozenset({"committee"})), GXJ, SWJ)


def code_of(office: Office, session: Session, case: Case, day: date, by: Actor) -> str:
    """Why somebody cannot publish on a day: what was signed and whatever he brings himself are refused alike."""
    codes = set()
    for body in (None, case.made(office, session, day)):
        with pytest.raises(Refused) as error:
            office.publish(session, body or case.signed(office, session, day), by, day, over="按期")
        codes.add(error.value.problems[0].code)
    (code,) = codes
    return code


@CASES
def test_publishing_early_is_refused_for_every_role_and_says_the_earliest_day(
    office: Office, session: Session, case: Case
) -> None:
    """Period not over, closing day not come, not served, window open, undecided, unsigned: nobody publishes."""
    marked(office, session)
    name, period, files = case.name, case.period, case.files
    for by in EVERYBODY:
        assert [code_of(office, session, case, day, by) for day, _ in case.early] == [code for _, code in case.early]
    office.consult(session, case.made(office, session, case.served), OFFICE, case.served)
    one = office.contest(session, "区工信局", name, period, GXJ, "征地未批", case.line, case.last)
    for by in EVERYBODY:
        assert code_of(office, session, case, case.last, by) == "P06"
        assert code_of(office, session, case, case.after, by) == "P07"
    with pytest.raises(Refused, match=f"最早 {case.after}"):
        case.signed(office, session, case.last)
    with pytest.raises(Refused, match=one.code):
        office.sign(session, name, period, CHIEF, case.after, files)
    office.advance(session, one.code, "dismiss", OFFICE, case.after, opinion="批复已下")
    with pytest.raises(Refused, match="应由签发人签发"):
        office.sign(session, name, period, EVERYBODY[2], case.after, files)
    for by in EVERYBODY:
        assert code_of(office, session, case, case.after, by) == "P08"
    office.sign(session, name, period, CHIEF, case.after, files)
    for by in EVERYBODY[1:]:
        with pytest.raises(Refused) as error:
            office.publish(session, case.signed(office, session, case.after), by, case.after)
        assert error.value.problems[0].code == "A02"
    assert office.published(session, name, period) is None


STEPS = st.sampled_from(
    [
        "serve",
        "contest",
        "uphold",
        "dismiss",
        "sign",
        "sign by hand",
        "send back",
        "publish",
        "put right",
        "next day",
        "next week",
    ]
)


@CASES
@settings(max_examples=20)
@given(steps=st.lists(STEPS, max_size=14), random=st.randoms(use_true_random=False))
def test_in_no_order_of_steps_is_anything_published_early(
    started: tuple[Office, Engine], case: Case, steps: list[str], random: Random
) -> None:
    """Whatever anybody tries, what is published was served, waited for, decided upon and signed."""
    office, engine = started
    with Session(engine) as session:
        marked(office, session)
        office.consult(session, case.made(office, session, case.served), OFFICE, case.served)
        day = case.served
        for step in [*steps, "next week", "dismiss", "sign", "publish"]:
            by = random.choice(EVERYBODY) if step != "contest" else random.choice(EVERYBODY[3:])
            by = random.choice((by, CHIEF if "sign" in step else OFFICE))
            day += timedelta({"next day": 1, "next week": 7}.get(step, 0))
            with suppress(Refused, Unknown):
                tried(office, session, case, step, by, day)
        _proper(office, session, case)


def tried(office: Office, session: Session, case: Case, step: str, by: Actor, day: date) -> None:
    """One step, as somebody takes it."""
    code = f"{case.period}-{case.name}"
    if step == "serve":
        office.consult(session, case.made(office, session, day), by, day)
    elif step == "contest":
        line = case.line if by is GXJ else ""  # one unit contests a line, the other its whole receipt
        office.contest(session, by.unit, case.name, case.period, by, "不对", line, day)
    elif step in ("uphold", "dismiss"):
        for one in office.objections(session, case.name, case.period):
            if step == "dismiss":
                office.advance(session, one.code, step, by, day, opinion="查过")
            elif one.undecided:
                office.uphold(session, one.code, by, "属实", [i for i in one.basis if i][:1], day)
    elif step == "sign":
        office.sign(session, case.name, case.period, by, day, case.files)
    elif step == "sign by hand":
        office.advance(session, code, "sign", by, day, as_of=str(day), known="2025-07-01", print="没有算过")
    elif step == "publish":
        office.publish(session, case.signed(office, session, day), by, day, over="按期")
    elif step in ("send back", "put right"):
        office.advance(session, code, step.replace(" ", "_"), by, day, reason="重核")


def _proper(office: Office, session: Session, case: Case) -> None:
    """Every publication of the record was served, waited for, decided upon and signed, in this order."""
    matter = office.matter(session, case.name, case.period)
    rulings = [(one.day, one.decided) for one in office.objections(session, case.name, case.period)]
    served, until, signed = None, date.max, None
    for event in matter.events:
        if event.action == "consult":
            served, until, signed = event, date.fromisoformat(event.data["until"]), None
        elif event.action == "sign":
            assert (event.unit, event.day > until) == ("签发人", True)
            assert all(
                decided is not None and decided <= event.day for raised, decided in rulings if raised < event.day
            )
            signed = event
        elif event.action == "announce":
            assert served is not None
            assert signed is not None
            frozen = office.frozen(session, event.data["number"])
            assert signed.data["print"] == print_of(frozen.body)
            signed = None
        elif event.action in ("send_back", "put_right", "draw_again"):
            signed = None


def print_of(body: str) -> str:
    """The fingerprint of what anyone can compute again."""
    said = {key: value for key, value in json.loads(body).items() if key not in ("over", "supplement")}
    return library.fingerprint(canonical(said))


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Engine]]:
    """An office and an empty database in memory, for many short lives."""
    made = defined(tmp_path_factory.mktemp("steps") / "definitions")
    moments = iter(range(10_000_000))
    now = lambda: datetime.fromtimestamp(1_752_000_000 + next(moments), UTC)  # noqa: E731
    with installed("sqlite", tmp_path_factory.mktemp("db")) as engine:
        yield Office(made, today=lambda: SERVED, now=now), engine


def test_a_correction_is_a_successor_that_names_the_difference(office: Office, session: Session) -> None:
    """An appeal after publication is upheld: the first number stands, the second says which units moved and how."""
    served(office, session)
    office.sign(session, NAME, JUNE, CHIEF, AFTER)
    first = published(office, session)
    old = office.frozen(session, first).body
    appealed = date(2025, 7, 16)
    one = office.contest(session, "区商务局", NAME, JUNE, SWJ, "不是我局配合", "迟办", appealed)
    office.uphold(session, one.code, OFFICE, "属实", one.basis, appealed)
    code = f"{JUNE}-{NAME}"
    office.advance(session, code, "put_right", OFFICE, appealed, reason=one.code)
    office.sign(session, NAME, JUNE, CHIEF, appealed)
    second = published(office, session, appealed)
    against, moved = office.correction(session, second)
    assert (second, against, office.frozen(session, first).body) == ("2025-06-monthly-2", first, old)
    told_ = {one.unit: told(one) for one in moved}
    assert told_["区商务局"].startswith("区商务局 77.50→80.00 分")
    assert "迟办 -2.50→0.00" in told_["区商务局"] or "迟办 -2.50→无" in told_["区商务局"]
    assert "区科技局" not in told_
    with pytest.raises(Refused, match="截止"):
        office.contest(session, "区工信局", NAME, JUNE, GXJ, "迟了", day=date(2025, 8, 1))
    office.advance(session, code, "put_right", OFFICE, appealed, reason="再核")
    office.sign(session, NAME, JUNE, CHIEF, appealed)
    with pytest.raises(Refused, match="等公布以后再提"):
        office.contest(session, "区工信局", NAME, JUNE, GXJ, "签发以后", day=appealed)


def test_a_year_is_served_contested_and_signed_line_by_line(office: Office, session: Session) -> None:
    """A mark that an objection proves wrong is taken back, and only that unit's year is another than was served.

    What is left to do stands in the list of what the year lacks, until it is done.
    """
    marked(office, session)
    case, name, period = YEARLY, YEARLY.name, YEARLY.period
    body = case.made(office, session, case.served)

    def lacking() -> list[str]:
        return [gap.kind for gap in office.completeness(session, body)]

    assert lacking() == ["step"]
    office.consult(session, body, OFFICE, case.served)
    letters = [row for row in session.execute(select(of(session).letter)) if row.kind == "notice"]
    assert ["76 分,合格" in row.text for row in letters if row.hearers == ["区工信局"]] == [True]
    one = office.contest(session, "区工信局", name, period, GXJ, "打错了", "2", case.last)
    assert (one.label, len(one.basis), lacking()) == ("领导评价", 1, ["objection", "step"])
    office.mark(session, "区工信局", "leader", date(2024, 12, 20), 90, OFFICE, "更正")
    office.uphold(session, one.code, OFFICE, "属实", one.basis, case.after)
    signed = office.sign(session, name, period, CHIEF, case.after, case.files)
    assert [told(moved) for moved in signed["moved"]] == ["区工信局 76.00→84.00 分,领导评价 28.00→36.00"]
    assert lacking() == []
    with pytest.raises(Refused, match="分数表"):
        office.signed(session, name, period, case.after, {"survey": Filed("别的.csv", "2" * 64, {})})
    number = office.publish(session, case.signed(office, session, case.after), OFFICE, case.after).number
    shown = office.shown(session, name, period)
    assert shown is not None and (number, shown["number"]) == ("2024-yearly-1", number)


def test_a_year_put_right_by_steps_is_a_supplement_with_the_reason_of_who_put_it_right(
    office: Office, session: Session
) -> None:
    """The first number stays; the second says why, and which units are another than in the first."""
    marked(office, session)
    case, name, period = YEARLY, YEARLY.name, YEARLY.period
    office.consult(session, case.made(office, session, case.served), OFFICE, case.served)
    office.sign(session, name, period, CHIEF, case.after, case.files)
    office.publish(session, case.signed(office, session, case.after), OFFICE, case.after)
    office.mark(session, "区商务局", "leader", date(2024, 12, 31), 60, OFFICE, "补登")
    office.advance(session, f"{period}-{name}", "put_right", OFFICE, case.after, reason="漏登一张评分")
    office.sign(session, name, period, CHIEF, case.after, case.files)
    made = office.publish(session, case.signed(office, session, case.after), OFFICE, case.after)
    supplement = json.loads(made.body)["supplement"]
    assert (made.number, supplement["to"], supplement["reason"]) == ("2024-yearly-2", "2024-yearly-1", "漏登一张评分")
    assert [one["unit"] for one in supplement["differences"]] == ["区商务局"]


def test_what_changed_since_it_was_served_is_named(folder: Path, office: Office, session: Session) -> None:
    """A board that cannot be made again as served is not signed, and the reason is said: here the organisation."""
    served(office, session)
    units = folder / "units.yaml"
    units.write_text(units.read_text("utf-8").replace("name: 区科技局", "name: 区科学技术局", 1), "utf-8")
    other = Office(folder, today=office.today, now=office.now)
    with pytest.raises(Refused, match="单位目录变了") as error:
        other.sign(session, NAME, JUNE, CHIEF, AFTER)
    assert error.value.problems[0].code == "P09"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [("notice: 3 workdays\n", "", "R34"), ("sign: signer\n", "", "R34"), ("sign: signer", "sign: singer", "R04")],
)
def test_half_a_procedure_is_found_in_the_file(folder: Path, old: str, new: str, code: str) -> None:
    """Who signs needs a time to contest, an appeal needs a signature, and the role is one of the lifecycle."""
    (folder / "rules" / "monthly.yaml").write_text(SCHEME.replace(old, new), "utf-8")
    assert [problem.code for problem in read_folder(folder).problems] == [code]


def test_a_board_of_duties_is_served_contested_and_excused(folder: Path, office: Office, session: Session) -> None:
    """The shipped board with a signature: a duty that a line rests on is excused by the act of its own lifecycle.

    It was excused after the day of the board, and counts on it: what others did in those days still does not.
    """
    rules = folder / "rules" / "red-black.yaml"
    rules.write_text(
        rules.read_text("utf-8").replace("notice: 5 workdays", "sign: signer\nnotice: 5 workdays"), "utf-8"
    )
    office = Office(folder, today=office.today, now=office.now)
    draft = Draft(code="T1", text="修路", lead=("区工信局",))
    office.assign(session, Breakdown(due=date(2025, 6, 20), tasks=(draft,)), OFFICE, date(2025, 3, 3))
    day = date(2025, 7, 14)
    office.consult(session, office.board(session, "red-black", "2025Q2", Cut(day)), OFFICE, day)
    one = office.contest(session, "区工信局", "red-black", "2025Q2", GXJ, "不可抗力", "逾期未完成", day)
    (item,) = one.basis
    office.uphold(session, one.code, OFFICE, "属实", [item], date(2025, 7, 17))
    body = office.sign(session, "red-black", "2025Q2", CHIEF, date(2025, 7, 22))
    (moved,) = body["moved"]
    assert [line.label for line in moved.lines] == ["序时进度率", "逾期未完成"]
    assert (body["cut"]["as_of"], body["cut"]["beside"]) == ("2025-07-14", ["T1#3"])
    signed = office.signed(session, "red-black", "2025Q2", date(2025, 7, 22))
    assert signed is not None
    assert office.publish(session, signed, OFFICE, date(2025, 7, 22)).number == "2025Q2-red-black-1"


def test_what_was_excused_stands_on_the_receipt_without_points(office: Office, session: Session) -> None:
    """The shipped board tells every unit what was waived for it, and how often; no point comes of it."""
    draft = Draft(code="T1", text="修路", lead=("区工信局",))
    office.assign(session, Breakdown(due=date(2025, 6, 20), tasks=(draft,)), OFFICE, date(2025, 3, 3))
    office.advance(session, "T1", "waive", OFFICE, date(2025, 6, 25), duty="finish", reason="受灾")
    body = office.board(session, "red-black", "2025Q2", Cut(date(2025, 7, 14)))
    lines = office.why(body, "区工信局")["standing"]["score"]["lines"]
    (told_,) = (line for line in lines if line["label"].startswith("免责"))
    assert (Decimal(told_["points"]), told_["quantity"]) == (0, "牵头 1 × 0")
    assert [ref["task"] for ref in told_["because"]] == ["T1"]
