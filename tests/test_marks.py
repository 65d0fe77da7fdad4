"""Marks on record: entered one by one or by table, taken back, judged by a scheme; and boards of tasks by a scheme."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Invalid, Office, Refused, Unknown
from supervise.hall.judge import canonical
from supervise.hall.rehearsal import DISTRICT, END, YEAR, Rehearsal
from supervise.site.folder import shipped
from supervise.store import upgrades
from supervise.store.database import sessions_on
from supervise.store.engines import open_engine
from tests.rules.schemes import EXAMPLES

OFFICE = Actor("张督查", "督查室", frozenset({"office"}))
DAY = date(2025, 6, 12)
SCHEME = """scheme: monthly
version: 1
title: 月度通报
effective: 2020-01-01
period: month
groups: {bureaus: 区直部门, towns: 乡镇}
marks:
  late: {label: 迟办, role: [lead, co], matter: true}
  praise: {label: 通报表扬, by: office}
  rate: {label: 满意率, value: number, range: 0 .. 100}
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
# The shipped board, line by line, as a scheme.
RED_BLACK = """scheme: same
version: 1
title: 同一榜
effective: 2020-01-01
for: key-work
period: quarter
closes: 10 workdays
places: 1
groups: {towns: 乡镇, bureaus: 部门, companies: 国企, parks: 园区}
scores:
  score:
    base: 60
    min: 0
    max: 100
    spare: [towns as co]
    lines:
      - {label: 报送按期率, rate: [plan on time, progress on time, contribution on time], worth: 20}
      - {label: 序时进度率, rate: finish on pace, worth: 20}
      - {label: 按期完成, count: finish on time, lead: 2, co: 1, at_most: 10}
      - {label: 逾期完成, count: finish late, lead: -2, co: -1}
      - {label: 逾期未完成, count: finish missed, lead: -5, co: -2.5}
      - {label: 漏报, count: [plan missed, progress missed], lead: -3}
      - {label: 协办漏报, count: contribution missed, co: -1}
      - {label: 退回重报, count: rework, lead: -1, at_most: 5}
      - {label: 久拖未办, count: 15 workdays after finish, lead: -3}
boards:
  main: {by: score}
"""


@pytest.fixture
def definitions(tmp_path: Path) -> Path:
    """The shipped definitions with two schemes."""
    folder = tmp_path / "definitions"
    shutil.copytree(shipped(), folder)
    (folder / "rules" / "monthly.yaml").write_text(SCHEME, "utf-8")
    (folder / "rules" / "same.yaml").write_text(RED_BLACK, "utf-8")
    return folder


@pytest.fixture
def office(definitions: Path) -> Office:
    """An office on a day in July; a moment passes with every entry."""
    moments = iter(range(10_000))
    return Office(
        definitions,
        today=lambda: date(2025, 7, 20),
        now=lambda: datetime.fromtimestamp(1_752_000_000 + next(moments), UTC),
    )


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A host's session, rolled back at the end."""
    with sessionmaker(engine)() as opened:
        yield opened


TABLE = """单位,登记项,日期,事项,角色,数值
区工信局,迟办,2025-06-03,GZ-1,牵头,
区商务局,迟办,2025-06-03,GZ-1,协办,
区工信局,满意率,2025-06-30,,,96.5
"""


def sheet(text: str) -> bytes:
    """A CSV as a workbook, numbers and days as such."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet("登记")
    for i, line in enumerate(text.splitlines()):
        for j, cell in enumerate(line.split(",")):
            if i and cell[:4].isdigit() and "-" in cell:
                page.write_datetime(i, j, datetime.fromisoformat(cell))
            elif i and cell.replace(".", "").isdigit():
                page.write_number(i, j, float(cell))
            else:
                page.write(i, j, cell)
    book.close()
    return buffer.getvalue()


FORMS: dict[str, Callable[[str], bytes]] = {
    "六月.csv": lambda text: text.encode("gb18030"),
    "六月.xlsx": sheet,
    "六月.json": lambda text: json.dumps(
        [dict(zip(text.splitlines()[0].split(","), line.split(","), strict=True)) for line in text.splitlines()[1:]]
    ).encode(),
}


def totals(office: Office, session: Session, cut: Cut | None = None) -> dict[str, Decimal]:
    """Unit → points on June's board, of those that have not just the base."""
    body = office.board(session, "monthly", "2025-06", cut)
    found = {row["unit"]: Decimal(row["score"]["total"]) for row in body["standings"]}
    return {unit: total for unit, total in found.items() if total != 80}


@pytest.mark.parametrize("file", FORMS)
def test_a_table_loads_once(office: Office, session: Session, file: str) -> None:
    """CSV, workbook and JSON say the same; loading a table again changes nothing, and its board neither."""
    data = FORMS[file](TABLE)
    first = office.load_marks(session, data, file, OFFICE)
    before = office.board(session, "monthly", "2025-06")
    again = office.load_marks(session, data, file, OFFICE)
    assert (len(first.new), first.known, len(again.new), again.known) == (3, 0, 0, 3)
    assert totals(office, session) == {"区工信局": Decimal(75), "区商务局": Decimal("77.5")}
    after = office.board(session, "monthly", "2025-06", Cut(date.fromisoformat(before["cut"]["as_of"]), None))
    assert {**after, "cut": before["cut"]} == before


def test_a_table_with_faults_loads_nothing_and_names_every_cell(office: Office, session: Session) -> None:
    """Unit, kind, day, part, matter and range: each fault is told with its row and column, all at once."""
    table = (
        "单位,登记项,日期,事项,角色,数值\n区工信局,迟办,2025-06-03,GZ-1,牵头,\n区工业局,迟办,2025-06-31,GZ-1,牵头,\n"
        "区工信局,迟班,2025-06-03,GZ-1,牵头,\n区工信局,迟办,2025-06-03,,主管,\n区工信局,满意率,2025-06-03,,,多\n"
    )
    with pytest.raises(Invalid) as caught:
        office.load_marks(session, table.encode(), "六月.csv", OFFICE)
    found = [(p.code, p.line, p.path) for p in caught.value.problems]
    assert found == [
        ("M08", 3, "C3(日期)"), ("M02", 4, "B4(登记项)"), ("M03", 5, "E5(角色)"), ("M01", 6, "F6(数值)"),
    ]  # fmt: skip
    table = "单位,登记项,事项,角色,数值\n区工业局,迟办,GZ-1,牵头,\n区工信局,迟办,,,\n区工信局,满意率,,,101\n"
    with pytest.raises(Invalid) as caught:
        office.load_marks(session, table.encode(), "六月.csv", OFFICE)
    found = [(p.code, p.line, p.path) for p in caught.value.problems]
    assert found == [
        ("U04", 2, "A2(单位)"), ("M03", 3, "D3(角色)"), ("M06", 3, "C3(事项)"), ("M04", 4, "E4(数值)"),
    ]  # fmt: skip
    assert office.marks(session) == []


def test_an_upheld_appeal_leaves_no_trace_in_the_next_board_and_full_trace_on_record(
    office: Office, session: Session
) -> None:
    """Taken back, it is as if it had never been; the board as known before has the same bytes, the list shows both."""
    empty = office.board(session, "monthly", "2025-06", Cut(date(2025, 7, 1), None))
    made = office.mark(session, "区工信局", "迟办", DAY, 1, OFFICE, "第4期通报", matter="GZ-1", role="lead")
    known = Cut(date(2025, 7, 1), office.now())
    then = canonical(office.board(session, "monthly", "2025-06", known))
    office.unmark(session, made.id[:6], OFFICE, "申诉成立")
    now = office.board(session, "monthly", "2025-06", Cut(date(2025, 7, 1), None))
    assert {**now, "cut": empty["cut"]} == empty
    assert canonical(office.board(session, "monthly", "2025-06", known)) == then
    [kept] = office.marks(session, "区工信局", "迟办", "GZ-1")
    assert kept.mark.note == "第4期通报" and kept.voided is not None
    assert (kept.voided.by, kept.voided.note) == ("张督查", "申诉成立")
    with pytest.raises(Refused, match=r"\[M10\]"):
        office.unmark(session, made.id, OFFICE, "再来")
    with pytest.raises(Unknown, match=r"\[M09\]"):
        office.unmark(session, "ffffffffff", OFFICE, "没有")


def test_a_table_that_says_revoked_takes_back(office: Office, session: Session) -> None:
    """The same row with the status of a revoked one voids what it said before, once."""
    table = "单位,登记项,日期,事项,角色,状态\n区工信局,迟办,2025-06-03,GZ-1,牵头,{}\n"
    office.load_marks(session, table.format("").encode(), "六月.csv", OFFICE)
    assert totals(office, session) == {"区工信局": Decimal(75)}
    made = [office.load_marks(session, table.format("revoked").encode(), "六月.csv", OFFICE) for _ in range(2)]
    assert [(len(m.new), len(m.voided), m.known) for m in made] == [(0, 1, 0), (0, 0, 1)]
    assert totals(office, session) == {}


def test_who_may_enter_is_who_may_take_back(office: Office, session: Session) -> None:
    """A kind that only the office enters is refused to a unit, by hand, by table and when it is taken back (M05)."""
    unit = Actor("李联络", "区工信局")
    made = office.mark(session, "区工信局", "praise", DAY, 1, OFFICE)
    table = "单位,登记项,日期\n区工信局,通报表扬,2025-06-03\n".encode()
    for act in (
        lambda: office.mark(session, "区工信局", "praise", DAY, 1, unit),
        lambda: office.load_marks(session, table, "六月.csv", unit),
        lambda: office.unmark(session, made.id, unit, "不想要"),
    ):
        with pytest.raises(Refused, match=r"\[M05\]"):
            act()


def test_a_kind_that_no_rule_asks_for_is_not_taken(office: Office, session: Session) -> None:
    """A slip of the pen is no new kind: it is refused with the nearest name (M02), and nothing is on record."""
    with pytest.raises(Invalid, match=r"“prase”.*praise.*\[M02\]"):
        office.mark(session, "区工信局", "prase", DAY, 1, OFFICE)
    assert office.marks(session, "区工信局") == []


@pytest.mark.parametrize(("value", "by", "code"), [("920", OFFICE, "M04"), ("92", Actor("李联络", "区工信局"), "M05")])
def test_an_assessment_says_what_its_marks_may_be_and_whose_they_are(
    session: Session, value: str, by: Actor, code: str
) -> None:
    """The shipped year takes a leader's mark from 0 to 100, entered by the office."""
    year = Office(shipped(), today=lambda: date(2025, 12, 31))
    with pytest.raises((Invalid, Refused), match=code):
        year.mark(session, "区工信局", "区领导评价", date(2025, 12, 30), value, by)
    assert year.mark(session, "区工信局", "区领导评价", date(2025, 12, 30), "92", OFFICE).kind == "leader"


def test_a_scheme_counts_tasks_as_the_shipped_board_does(definitions: Path) -> None:
    """The lines of the shipped board written as a scheme give each unit the same points for the same facts."""
    made = open_engine("sqlite://")
    upgrades.upgrade(made)
    year = Rehearsal(sessions_on(made))
    assert len(list(year.drawn())) > 50
    office = Office(definitions, district=DISTRICT, now=year.office.now, today=lambda: END)
    told = 0
    with sessionmaker(made)() as session:
        for quarter in range(1, 5):
            bodies = [
                office.board(session, name, f"{YEAR}Q{quarter}", Cut(END, year.moment))
                for name in ("red-black", "same")
            ]
            right, ours = ({row["unit"]: row["score"]["lines"] for row in body["standings"]} for body in bodies)
            for unit, lines in right.items():
                assert bare(ours[unit]) == bare(lines), (quarter, unit)
                told += sum(len(line["because"]) for line in lines)
    assert told > 20


def bare(lines: list[dict[str, Any]]) -> list[tuple[str, Decimal, Any]]:
    """What lines are for, what they give, and what they rest on."""
    return [(line["label"], Decimal(line["points"]), line["because"]) for line in lines]


def test_a_scheme_is_published_and_explained_like_any_board(office: Office, session: Session) -> None:
    """Frozen with its hashes, explained out of what was frozen, and the next period counts from it."""
    office.mark(session, "区工信局", "late", DAY, 1, OFFICE, matter="GZ-1", role="lead")
    body = office.board(session, "monthly", "2025-06")
    office.publish(session, body, OFFICE)
    frozen = office.published(session, "monthly", "2025-06")
    assert frozen is not None and frozen["standings"] == json.loads(canonical(body))["standings"]
    assert office.why(frozen, "区工信局")["standing"]["lists"] == ["black"]
    after = office.why(office.board(session, "monthly", "2025-07"), "区工信局")["standing"]["movement"]
    assert (after["period"], after["total"], after["change"], after["by"]) == (
        "2025-06",
        "75.00",
        "5.00",
        [{"label": "迟办", "points": "5.00"}],
    )


def test_one_record_and_files_alone_give_one_board(office: Office, session: Session, tmp_path: Path) -> None:
    """The table judged without a database, and the same table loaded into one: the same standings."""
    from tests.cli_help import run

    text = (
        (EXAMPLES / "lead-co-points.marks.csv")
        .read_text("utf-8")
        .replace("甲局", "区工信局")
        .replace("乙局", "区商务局")
    )
    rules = (EXAMPLES / "lead-co-points.yaml").read_text("utf-8").replace("department: 县直部门", "bureaus: 区直部门")
    text = "\n".join(line for line in text.splitlines() if "镇" not in line) + "\n"
    (tmp_path / "m.csv").write_text(text, "utf-8")
    (tmp_path / "r.yaml").write_text(rules.replace("township: 乡镇, ", ""), "utf-8")
    shutil.copy(tmp_path / "r.yaml", tmp_path / "definitions" / "rules" / "points.yaml")
    other = Office(tmp_path / "definitions", today=office.today, now=office.now)
    other.load_marks(session, text.encode(), "m.csv", OFFICE, scheme="lead-co-points")
    kept = other.board(session, "lead-co-points", "2025-06")
    made = run("board", tmp_path / "r.yaml", "2025-06", "--marks", tmp_path / "m.csv", "--json").data["boards"][0]
    assert (made["standings"], made["marks"]) == (json.loads(canonical(kept))["standings"], kept["marks"])


def test_a_trial_says_what_it_cannot_do(tmp_path: Path) -> None:
    """Files alone: nothing is published, tasks cannot be counted, another kind of rule file is not judged so."""
    from tests.cli_help import DEFINITIONS, run

    points, tasks = EXAMPLES / "lead-co-points.yaml", tmp_path / "r.yaml"
    tasks.write_text(RED_BLACK, "utf-8")
    assert run("board", points, "2025-06", "--publish").code == 2
    assert run("board", "red-black", "2025Q2", "--marks", "m.csv").code == 2
    found = {
        name: run("board", *words, "--json").codes
        for name, words in {
            "period": (points, "2025Q2"),
            "tasks": (tasks, "2025Q2"),
            "ladder": (DEFINITIONS / "rules" / "red-black.yaml", "2025Q2"),
            "no table": (points, "2025-06", "--marks", tmp_path / "没有.csv"),
            "no units": (points, "2025-06", "--units", EXAMPLES / "lead-co-points.marks.csv"),
            "earlier": (points, "2025-06", "--earlier", points),
        }.items()
    }
    assert found == {
        "period": ["P01"], "tasks": ["J05"], "ladder": ["F04"], "no table": ["F01"], "no units": ["M07"],
        "earlier": ["F03"],
    }  # fmt: skip


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """Of two columns of one name nobody knows which was meant; a word that says revoked in another spelling is none."""
    from tests.cli_help import run

    head, row = "单位,种类,日期,角色,事项,状态", "甲局,专项事项逾期,2025-06-03,牵头,M1"
    (tmp_path / "u.csv").write_text("单位,分组\n甲局,department\n", "utf-8")
    found = []
    for text in (f"{head},状态\n{row},,撤销\n", f"{head}\n{row},已撤消\n", f"{head}\n{row},\n"):
        (tmp_path / "m.csv").write_text(text, "utf-8")
        files = ("--marks", tmp_path / "m.csv", "--units", tmp_path / "u.csv")
        answer = run("board", EXAMPLES / "lead-co-points.yaml", "2025-06", *files, "--json")
        rows = [] if answer.code else answer.data["boards"][0]["standings"]
        found.append([row["score"]["total"] for row in rows] or answer.codes)
    assert found == [["M07"], ["80.00"], ["75.00"]]
