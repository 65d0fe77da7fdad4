"""A conformance run: whether a database that nobody here has seen keeps what we need kept.

Everything happens in tables under a prefix drawn by lot; they are removed whatever comes.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from threading import Barrier, Thread
from typing import Any

from supervise.dates import FOREVER
from supervise.errors import Stale, SuperviseError
from supervise.hall.rehearsal import CODES, DISTRICT, OPENED, Act, Rehearsal
from supervise.records import Cut, Mark
from supervise.store import library, marks, tasks, upgrades
from supervise.store.database import Sessions, opening, sessions_on
from supervise.store.engines import open_engine, parsed_url
from supervise.store.shapes import catalogue
from supervise.store.tables import of, tables

NOW = datetime(2025, 6, 30, 23, 59, 59, 999999, UTC)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried."""

    name: str
    passed: bool
    note: str

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


class Wrong(Exception):
    """A check did not come out; the text says how."""


def conform(url: str) -> list[Check]:
    """Try everything on the database at ``url``, and leave nothing behind.

    Raises:
        Invalid: B02 when it cannot be opened.
    """
    run = _Run(url)
    try:
        if run.tried("建表", run.install):
            run.tried("长文、生僻字、引号", run.texts)
            run.tried("大小写、尾空格各是各的", run.names)
            run.tried("时刻到微秒,日期到百年,分数一位不丢", run.values)
            if run.tried("演一年", run.year):
                run.tried("每个口径与内存对照一致", run.cuts)
                run.tried("红黑榜、考核逐字节一致", run.judged)
                run.tried("重放与现状一致", run.replayed)
                run.tried("编码顺序一致", run.order)
            run.tried("撤回不留痕迹", run.undone)
            run.tried("十轮两人抢办,每轮只成一个", run.race)
    finally:
        run.tried("退回、删净,别的表没有动", run.remove)
    return run.checks


class _Run:
    def __init__(self, url: str) -> None:
        self.checks: list[Check] = []
        self.at = tables(f"svc{secrets.token_hex(4)}_", parsed_url(url)[1].schema)
        self.engine = open_engine(url).execution_options(**self.at.option)
        with opening(url):
            self.before = catalogue(self.engine)
        self.sessions: Sessions = sessions_on(self.engine)

    def tried(self, name: str, check: Callable[[], str]) -> bool:
        """Whether a check came out; what it says is kept either way."""
        try:
            self.checks.append(Check(name, True, check()))
        except Exception as error:  # a driver nobody knows may raise anything; it is the finding
            kind = "" if isinstance(error, Wrong | SuperviseError) else f"{type(error).__name__}: "
            self.checks.append(Check(name, False, kind + " ".join(str(error).split())[:300]))
        return self.checks[-1].passed

    def install(self) -> str:
        steps = upgrades.upgrade(self.engine)
        again = upgrades.upgrade(self.engine)
        _same("再升级一次", again, ())
        _same("表结构", upgrades.differences(self.engine), ())
        return f"版式 {steps[-1]},{len(of(self.engine).names)} 张表"

    def texts(self) -> str:
        text = "督查“督办”'引号'\\反斜杠\n换行 𠮷㐂 é 尾空格 " * 5000
        with self.sessions.begin() as session:
            library.register(session, DISTRICT, "text", "long", text, NOW)
        with self.sessions() as session:
            _same("长文", library.registered(session, DISTRICT, "long") == text, True)
        return f"{len(text)} 字"

    def names(self) -> str:
        names = ("a@1", "A@1", "a@1 ", "区文旅局", "区文旅局 ", "é", "e")
        with self.sessions.begin() as session:
            for name in names:
                library.register(session, DISTRICT, "name", name, f"“{name}”", NOW)
        with self.sessions() as session:
            _same("名称", [library.registered(session, DISTRICT, name) for name in names], [f"“{n}”" for n in names])
            _same("没有的名称", library.registered(session, DISTRICT, "E"), None)
        return f"{len(names)} 个名称"

    def values(self) -> str:
        number = Decimal("-12345678901234567890.10")
        with self.sessions.begin() as session:
            for n, day in enumerate((date(1949, 10, 1), date(2099, 12, 31))):
                marks.add(session, DISTRICT, [Mark("区文旅局", "k", day, number, "x", "")], _later(n))
            made = library.publish(session, DISTRICT, "board", "b", "2025Q2", "{}", "x", NOW)
        with self.sessions() as session:
            _same("时刻", library.publications(session, DISTRICT, "b", known=NOW), [made])
            _same("早一微秒", library.publications(session, DISTRICT, "b", known=_later(-1)), [])
            found = marks.standing(session, DISTRICT, date(1949, 10, 1), FOREVER, NOW)
            _same(
                "日期和分数",
                [(m.day, m.value, str(m.value)) for m in found],
                [(date(1949, 10, 1), number, str(number))],
            )
        return f"{NOW.time()}"

    def year(self) -> str:
        acts, self.life = right().acts, Rehearsal(self.sessions)
        self.life.assign()
        for act in acts:
            self.life.play(act)
        return f"{len(CODES)} 项任务,{len(acts)} 步"

    def cuts(self) -> str:
        for cut, shown in right().seen:
            found = self.life.seen(cut)
            for name, value in shown.items():
                _same(f"{cut.as_of} 的{name}", found[name] == value, True)
        return f"{len(right().seen)} 个口径"

    def judged(self) -> str:
        found = self.life.judged()
        for name, body in right().judged.items():
            _same(name, found.get(name) == body, True)
        return f"{len(right().judged)} 份"

    def replayed(self) -> str:
        with self.sessions() as session:
            made = self.life.office.replay(session)
        return f"{made.events} 条记录,{made.duties} 件应办"

    def order(self) -> str:
        with self.sessions() as session:
            codes = tasks.codes(session, DISTRICT)
        _same("编码", codes, sorted({*CODES, *codes}))  # with those that were split off
        return "、".join(codes)

    def undone(self) -> str:
        with self.sessions() as session:
            library.register(session, DISTRICT, "text", "gone", "x", NOW)
            session.rollback()
        with self.sessions() as session:
            _same("撤回之后", library.registered(session, DISTRICT, "gone"), None)
        return ""

    def race(self) -> str:
        rounds, life = 10, Rehearsal(self.sessions)
        for n in range(rounds):
            _race(life, f"R{n}")
        return f"{rounds} 轮"

    def remove(self) -> str:
        try:
            upgrades.downgrade(self.engine, upgrades.BASE, drop=True)
        finally:
            with suppress(Exception):
                self.at.metadata.drop_all(self.engine)
                self.at.version.drop(self.engine, checkfirst=True)
        left = {name for name in catalogue(self.engine) if self.at.prefix in name}
        _same("留下的", sorted(left), [])
        _same("别的表", catalogue(self.engine), self.before)
        self.engine.dispose()
        return ""


@dataclass(frozen=True, slots=True)
class Right:
    """The year as it is played in memory: its acts, what each cut shows, what is judged by it."""

    acts: Sequence[Act]
    seen: Sequence[tuple[Cut, Mapping[str, Any]]]
    judged: Mapping[str, str]


@cache
def right() -> Right:
    """What every database must tell alike; played once, however many are tried."""
    engine = open_engine("sqlite://")
    upgrades.upgrade(engine)
    life = Rehearsal(sessions_on(engine))
    acts = tuple(life.drawn())
    return Right(acts, [(cut, life.seen(cut)) for cut in life.cuts], life.judged())


def _race(life: Rehearsal, code: str) -> None:
    """Two who saw the same version write at the same moment: one is on record, the other is told so."""
    life.assign_one(code)
    barrier, ended = Barrier(2, timeout=30), []

    def act() -> None:
        try:
            with life.sessions() as session:
                step = life.next_step(session, code)
                barrier.wait()
                life.office.save(session, [step], OPENED)
                session.commit()
            ended.append("成")
        except Stale:
            ended.append("晚")
        except Exception as error:
            ended.append(f"{type(error).__name__}: {error}")

    both = [Thread(target=act) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(120)
    _same(f"{code} 的两人", sorted(ended), ["成", "晚"])
    with life.sessions() as session:
        _same(f"{code} 的步数", life.office.load(session, code).version, 2)


def _later(microseconds: int) -> datetime:
    return NOW + timedelta(microseconds=microseconds)


def _same(what: str, found: object, right: object) -> None:
    if found != right:
        raise Wrong(f"{what}:得 {str(found)[:120]},应为 {str(right)[:120]}")
