"""What the tests of acts share: an office whose moments stand still, a long history, and every row of a record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any, TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.orm import sessionmaker

from supervise import Actor, Office
from supervise.hall.liaison import Act
from supervise.intake.breakdown import Breakdown, Draft
from supervise.store.tables import of
from tests.histories import FOLDER

OFFICE = Actor("张督查", "督查室", frozenset({"office"}))
GXJ, KJJ, CZJ, SWJ = (Actor(f"{unit}联络人", unit) for unit in ("区工信局", "区科技局", "区财政局", "区商务局"))
OPENED, ACTED = date(2025, 3, 3), date(2025, 3, 5)
MOMENT = datetime(2025, 3, 5, 1, 2, 3, 456789, UTC)
PLAN = {"milestones": ["2025-12-10 过半", "2025-12-20 完成"], "contact": "李某"}
REPORT = {"summary": "进展“过半”", "progress": 60, "evidence": ["a.pdf"]}
LEADS = ("区工信局", "区科技局", "区发改局")
T = TypeVar("T")


def an_office(today: date = OPENED) -> Office:
    """An office under the shipped definitions that writes the same moment on everything: so hashes agree too."""
    return Office(FOLDER, now=lambda: MOMENT, today=lambda: today)


def placed(office: Office, engine: Engine, *codes: str) -> None:
    """Tasks with three leads and a co-unit."""
    drafts = [Draft(code=c, text="新增规上企业40家", lead=LEADS, co=("区商务局",)) for c in codes]
    with sessionmaker(engine).begin() as session:
        office.assign(session, Breakdown(due=date(2025, 12, 31), tasks=tuple(drafts)), OFFICE, OPENED)


def plan(code: str, **more: Any) -> Act:
    """The first act on a task."""
    return Act(code, "plan", GXJ, PLAN, ACTED, **more)


def inspect(code: str, opinion: str, **more: Any) -> Act:
    """An act that is possible at any time."""
    return Act(code, "inspect", OFFICE, {"opinion": opinion}, ACTED, **more)


def history() -> Iterator[Act]:
    """A long life of T1 and a short one of T2: letters, new parties and terms, back and forth, to the end."""

    def act(code: str, month: int, day: int, action: str, by: Actor = OFFICE, **data: Any) -> Act:
        return Act(code, action, by, data, date(2025, month, day), f"{code}:{action}:{month}-{day}")

    yield act("T1", 3, 5, "plan", KJJ, **PLAN)
    yield act("T1", 3, 6, "revise", reason="不具体")
    yield act("T1", 3, 7, "reassign", units=["区发改局", "区工信局", "区财政局"], reason="分工调整")
    yield act("T1", 3, 10, "plan", CZJ, **PLAN)
    yield act("T2", 3, 10, "reassign", units="区科技局、区工信局", reason="换一个顺序")
    yield act("T1", 3, 11, "start")
    yield act("T1", 4, 1, "order", level="blue", duty="progress:2025-06-25", until=date(2025, 4, 9))
    yield act("T1", 4, 7, "reply", GXJ, summary="正在办")
    yield act("T1", 4, 8, "contribute", SWJ, summary="已报")
    yield act("T1", 5, 6, "ask", GXJ, reason="征地", until=date(2026, 3, 31))
    yield act("T1", 5, 7, "extend", until=date(2026, 3, 31))
    yield act("T1", 6, 3, "report", GXJ, **REPORT)
    yield act("T1", 6, 4, "rework", reason="缺佐证")
    yield act("T2", 6, 4, "withdraw", reason="上级调整")
    yield act("T1", 6, 5, "reassign", units=["区财政局"], reason="只留一家")
    yield act("T1", 6, 6, "plan", CZJ, **PLAN)
    yield act("T1", 6, 9, "start")
    yield act("T1", 12, 1, "report", CZJ, **(REPORT | {"progress": 100}))
    yield act("T1", 12, 3, "verify", opinion="属实")
    yield act("T1", 12, 4, "complete", opinion="同意")
    yield Act("T3", "inspect", OFFICE, {"opinion": "早已逾期"}, date(2026, 1, 12))  # the clock has its say before


def record(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, in order."""
    found = {}
    with engine.connect() as connection:
        for name, table in sorted(vars(of(engine)).items()):
            if name not in ("metadata", "prefix", "schema", "version"):
                rows = [dict(row._mapping) for row in connection.execute(select(table))]
                found[name] = sorted(rows, key=lambda row: str([row[c.name] for c in table.primary_key]))
    return found


def sound(office: Office, engine: Engine) -> None:
    """Nothing is broken in the chains, and the rows are what the events say."""
    with sessionmaker(engine)() as session:
        office.replay(session)
        assert office.audit(session).breaks == ()


def at_once(asked: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Each in a thread of its own, all let go at the same moment; what each gave or raised."""
    barrier = Barrier(len(asked))

    def run(one: Callable[[], T]) -> T | Exception:
        barrier.wait(60)
        try:
            return one()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(run, asked))
