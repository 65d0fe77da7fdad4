"""Two years of a small district: some tasks closed in the first, some in the second, one still open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Cut, Office
from supervise.hall.judge import canonical
from supervise.intake.breakdown import Breakdown, Draft
from supervise.store import ledger
from tests.histories import FOLDER

OFFICE = Actor("张督查", "督查室", frozenset({"office"}))
GXJ = Actor("李联络", "区工信局")
TODAY = date(2026, 7, 20)
CLOSED = ("A1", "A2", "A3")
"""What was closed in 2025."""

REPORT = {"summary": "已完成", "progress": 100, "evidence": ["报告.pdf"]}
PLAN = {"milestones": ["2025-12-10 过半", "2025-12-20 完成"], "contact": "李某"}


class Clock:
    """A clock that goes on by a second whenever it is read, on the day that is played."""

    def __init__(self) -> None:
        self.day, self.beats = date(2025, 2, 10), 0

    def __call__(self) -> datetime:
        self.beats += 1
        return datetime.fromisoformat(f"{self.day}T01:00:00.000001+00:00") + timedelta(seconds=self.beats)


def an_office(district: str = "default", clock: Clock | None = None, today: date = TODAY) -> Office:
    """An office under the shipped definitions, on a day in 2026."""
    return Office(FOLDER, district=district, now=clock or Clock(), today=lambda: today)


def breakdown(due: date, *codes: str) -> Breakdown:
    """Tasks with the same parties."""
    return Breakdown(
        due=due,
        tasks=tuple(Draft(code=c, text=f"任务“{c}”", lead=("区工信局",), co=("区商务局",)) for c in codes),
    )


def lived(sessions: sessionmaker[Session], district: str = "default", prefix: str = "") -> Office:
    """The office after it played two years and published what was due."""
    clock = Clock()
    office = an_office(district, clock)
    names = {code: f"{prefix}{code}" for code in (*CLOSED, "B1", "B2", "C1")}
    for day, act in script(office, names):
        clock.day = day
        with sessions.begin() as session:
            office.tick(session, day)
            act(session, day)
    clock.day = TODAY
    return office


def script(office: Office, names: dict[str, str]) -> Iterator[tuple[date, object]]:
    """Days and what happens on them."""

    def assign(due: date, *codes: str) -> object:
        return lambda s, d: office.assign(s, breakdown(due, *(names[c] for c in codes)), OFFICE, d)

    def do(code: str, action: str, by: Actor = OFFICE, **data: object) -> object:
        return lambda s, d: office.advance(s, names[code], action, by, d, f"{names[code]}:{action}:{d}", **data)

    def publish(period: str) -> object:
        return lambda s, d: office.publish(s, office.board(s, "red-black", period, Cut(d)), OFFICE)

    yield date(2025, 2, 11), assign(date(2025, 12, 31), "A1", "A2", "B1")
    yield date(2025, 2, 12), assign(date(2025, 4, 30), "A3")
    for code in ("A1", "B1"):
        yield date(2025, 2, 20), do(code, "plan", GXJ, **PLAN)
        yield date(2025, 2, 24), do(code, "start")
    yield date(2025, 4, 1), publish("2025Q1")
    yield date(2025, 5, 20), do("A2", "withdraw", reason="上级调整")
    yield date(2025, 6, 20), do("A1", "report", GXJ, **REPORT)
    yield date(2025, 6, 24), do("A1", "verify", opinion="属实")
    yield date(2025, 6, 25), do("A1", "complete", opinion="同意")
    yield date(2025, 7, 14), publish("2025Q2")
    yield date(2025, 8, 4), do("A3", "withdraw", reason="逾期无法完成")
    yield date(2025, 10, 20), publish("2025Q3")
    yield date(2025, 12, 20), do("B1", "report", GXJ, **(REPORT | {"progress": 60}))
    yield date(2026, 1, 6), do("B1", "verify", opinion="属实")
    yield date(2026, 1, 20), publish("2025Q4")
    yield date(2026, 1, 21), lambda s, d: office.mark(s, "区工信局", "leader", date(2025, 12, 30), "88", OFFICE)
    yield (
        date(2026, 1, 26),
        lambda s, d: office.publish(s, office.assess(s, "annual", "2025", Cut(d)), OFFICE, over="到期汇总"),
    )
    yield date(2026, 2, 2), assign(date(2026, 12, 31), "B2", "C1")
    yield date(2026, 2, 10), do("B1", "withdraw", reason="转入新一年任务")
    yield date(2026, 3, 2), do("B2", "withdraw", reason="上级调整")
    yield date(2026, 3, 9), do("C1", "plan", GXJ, **(PLAN | {"milestones": "2026-06-30 过半"}))
    yield date(2026, 4, 15), publish("2026Q1")
    yield date(2026, 7, 15), publish("2026Q2")


DAYS = ("2025-02-28", "2025-05-19", "2025-05-20", "2025-06-30", "2025-12-31", "2026-01-26", "2026-03-31", "2026-07-20")
PERIODS = ("2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2")


def answers(office: Office, session: Session, prefix: str = "") -> dict[str, str]:
    """Everything that a user can ask, at many cuts, as text."""
    known = datetime.fromisoformat("2026-07-20T12:00:00+00:00")
    early = datetime.fromisoformat("2025-06-01T00:00:00+00:00")
    found: dict[str, str] = {}
    for code in (f"{prefix}{c}" for c in (*CLOSED, "B1", "C1")):
        view = office.log(session, code)
        found[f"log {code}"] = repr((view.task, view.duties))
        view = office.show(session, code)
        found[f"show {code}"] = repr((view.task, view.duties))
    for text in DAYS:
        for moment in (known, early):
            cut = Cut(date.fromisoformat(text), moment)
            found[f"list {cut}"] = repr([(v.task, v.duties) for v in office.list(session, cut=cut)])
            found[f"counts {cut}"] = repr(office.counts(session, "key-work", cut))
        found[f"owed {text}"] = repr(office.owed(session, cut=Cut(date.fromisoformat(text))))
    for period in PERIODS:
        for moment in (known, early):
            body = office.board(session, "red-black", period, Cut(TODAY, moment))
            found[f"board {period} {moment}"] = canonical(body)
            for row in body["standings"]:
                found[f"why {period} {moment} {row['unit']}"] = canonical(office.why(body, row["unit"]))
    for year in ("2025", "2026"):
        found[f"assess {year} {known}"] = canonical(office.assess(session, "annual", year, Cut(TODAY, known)))
    for row in ledger.publications(session, office.district):
        if row["kind"] in ("board", "assessment"):
            cut = json.loads(row["body"])["cut"]
            again = Cut(date.fromisoformat(cut["as_of"]), datetime.fromisoformat(cut["known"]))
            make = office.board if row["kind"] == "board" else office.assess
            frozen = json.loads(row["body"])
            frozen.pop("over", None)  # said when it was published, and in no computation
            assert canonical(make(session, row["name"], row["period"], again)) == canonical(frozen)
    return found
