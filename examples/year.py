"""A scripted year: units that report in time, some that are late, some that never do, and an office that answers.

Nothing is random: how a unit behaves follows from its name, so that the same notice always lives the same year.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from supervise import Actor, Event, Office, Refused, Target, Task

OFFICE = Actor("督查专员", "督查室", frozenset({"office"}))
ONE_DAY = timedelta(days=1)


class Clock:
    """The simulated day: what the office takes for today, and the moment it writes into the log."""

    def __init__(self, day: date) -> None:
        self.day, self.beats = day, 0

    def today(self) -> date:
        """The simulated day."""
        return self.day

    def now(self) -> datetime:
        """Nine in the morning of the simulated day, a second later each time it is asked."""
        self.beats += 1
        return datetime.combine(self.day, time(1), UTC) + timedelta(seconds=self.beats)


def number(text: str, below: int) -> int:
    """A number from 0 to ``below`` - 1 that depends on ``text`` alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) % below


def habit(unit: str, code: str) -> str:
    """How a unit treats a task: most are prompt, some late, a few silent; nobody is the same on every task."""
    nature = (number(unit, 100) * 3 + number(unit + code, 100)) / 4
    return "prompt" if nature < 58 else "late" if nature < 76 else "silent"


@dataclass(order=True)
class Plan:
    """Something somebody means to do on a day."""

    day: date
    order: int
    act: Callable[[Session, date], None] = field(compare=False)


def _said(task: Task, progress: int, rate: int) -> dict[str, Any]:
    """What a lead reports: figures where the task has numeric goals (``rate`` for growth), else the percentage."""
    figures = []
    for goal in task.targets:
        if isinstance(goal, Target):
            whole = goal.unit != "%" and goal.value == int(goal.value)
            share = rate if goal.kind == "growth" else progress
            value = (goal.value * share / 100).quantize(Decimal(1) if whole else Decimal("0.01"), ROUND_DOWN)
            figures.append({"indicator": goal.indicator, "value": value, "unit": goal.unit, "source": "统计月报"})
    return {"figures": figures} if figures else {"progress": progress}


class Year:
    """Plays a year on tasks that were just placed.

    Args:
        office: with the simulated clock.
        sessions: where the record is kept.
        clock: moved forward day by day.
        tasks: as placed.
    """

    def __init__(self, office: Office, sessions: sessionmaker[Session], clock: Clock, tasks: tuple[Task, ...]) -> None:
        self.office, self.sessions, self.clock = office, sessions, clock
        self.plans: list[Plan] = []
        self.done: Counter[str] = Counter()
        self.letters: Counter[str] = Counter()
        self.refused: list[Refused] = []
        self._leads: dict[str, str] = {}
        self._dues: dict[str, date] = {}
        for task in tasks:
            self._open(task)

    def until(self, end: date) -> Iterator[date]:
        """Let days pass up to ``end``: people act, the clock runs every night; yields each day."""
        while self.clock.day < end:
            self.clock.day += ONE_DAY
            day = self.clock.day
            with self.sessions.begin() as session:
                for event in self.office.tick(session, day).events:
                    self._letter(event)
                while self.plans and self.plans[0].day <= day:
                    heapq.heappop(self.plans).act(session, day)
            yield day

    def _later(self, day: date, act: Callable[[Session, date], None]) -> None:
        heapq.heappush(
            self.plans, Plan(self.office.calendar.next_workday(day), len(self.plans) + sum(self.done.values()), act)
        )

    def _letter(self, event: Event) -> None:
        self.letters[str(event.data.get("level", event.action))] += 1
        unit = self._lead(event.task)
        if event.action == "order" and habit(unit, event.task + event.data["duty"]) == "prompt":
            day = event.day + timedelta(days=2 + number(unit + event.task, 3))
            self._later(day, lambda s, d: self._do(s, d, event.task, "reply", unit, summary="已部署整改,附进度安排"))

    def _lead(self, code: str) -> str:
        return self.leads[code]

    @property
    def leads(self) -> dict[str, str]:
        """Code → first-named lead unit."""
        return self._leads

    def _open(self, task: Task) -> None:
        self._leads[task.code] = unit = task.lead[0]
        self._dues[task.code] = task.due
        way = habit(unit, task.code)
        wait = {"prompt": 2 + number(unit, 7), "late": 12 + number(task.code, 20), "silent": 200}[way]
        self._later(
            self.office.calendar.add_workdays(task.opened, wait),
            lambda s, d: self._plan(s, d, task.code),
        )
        for half, day in enumerate(((6, 15), (12, 15))):
            for co in task.co:
                slip = {"prompt": -number(co + task.code, 10), "late": 3 + number(co, 6), "silent": 400}[
                    habit(co, task.code)
                ]
                on = date(task.opened.year, *day) + timedelta(days=slip)
                if on > task.opened and on <= task.due:
                    said = ("半年", "全年")[half]
                    self._later(
                        on,
                        lambda s, d, u=co, t=said: self._do(s, d, task.code, "contribute", u, summary=f"{t}协办情况"),
                    )  # type: ignore[misc]

    def _plan(self, session: Session, day: date, code: str) -> None:
        unit = self._lead(code)
        given = {"milestones": self._stages(day, code, "过半", "完成"), "contact": "责任科室负责人"}
        if self._do(session, day, code, "plan", unit, **given):
            back = number(code, 17) == 0
            self._later(day + timedelta(days=3), lambda s, d: self._judge_plan(s, d, code, back))

    def _stages(self, day: date, code: str, half: str, whole: str) -> list[dict[str, Any]]:
        """A goal for half the way, if there is time for one, and one for the end."""
        due = self._dues[code]
        middle = date(day.year, 6, 30)
        first = [{"day": middle, "text": half, "percent": 50}] if day < middle < due else []
        return [*first, {"day": max(day, due), "text": whole, "percent": 100}]

    def _judge_plan(self, session: Session, day: date, code: str, back: bool) -> None:
        if back and self._do(session, day, code, "revise", "", reason="阶段目标不具体,请重报"):
            self._later(day + timedelta(days=6), lambda s, d: self._plan_again(s, d, code))
        elif not back and self._do(session, day, code, "start", ""):
            self._next_report(code, day)

    def _plan_again(self, session: Session, day: date, code: str) -> None:
        given = {"milestones": self._stages(day, code, "完成六成", "全面完成"), "contact": "分管负责人"}
        if self._do(session, day, code, "plan", self._lead(code), **given):
            self._later(day + timedelta(days=2), lambda s, d: self._judge_plan(s, d, code, False))

    def _next_report(self, code: str, day: date) -> None:
        unit, year = self._lead(code), day.year
        way = habit(unit, code + str(day.month > 6))
        limit = date(year, 6, 25) if day < date(year, 6, 20) else date(year, 12, 25)
        slip = {"prompt": -1 - number(code, 9), "late": 4 + number(unit, 8), "silent": 26 + number(code, 60)}[way]
        self._later(max(day + ONE_DAY, limit + timedelta(days=slip)), lambda s, d: self._report(s, d, code, way))
        if way == "late" and number(code, 3) == 0:
            until = date(year + 1, 1, 20)
            self._later(date(year, 12, 10), lambda s, d: self._extension(s, d, code, until))

    def _report(self, session: Session, day: date, code: str, way: str) -> None:
        task = self.office.load(session, code)
        share = 100 * (day - task.opened).days // max(1, (task.due - task.opened).days)
        lag = {"prompt": -8, "late": 12, "silent": 35}[way]
        progress = 100 if day.month in (1, 2, 12) and way != "silent" else max(5, min(95, share - lag))
        evidence = [{"title": "进展报告.pdf", "uri": f"oa://{code}/{day}"}]
        said = _said(task, progress, 100 - max(0, lag))
        given: dict[str, Any] = {"summary": f"已完成{progress}%", "evidence": evidence, **said}
        action = "catch_up" if task.state == "overdue" else "report"
        if self._do(session, day, code, action, self._lead(code), **given):
            self._later(day + timedelta(days=4), lambda s, d: self._judge_report(s, d, code, progress))

    def _judge_report(self, session: Session, day: date, code: str, progress: int) -> None:
        if number(code + str(progress), 11) == 0 and self._do(
            session, day, code, "rework", "", reason="佐证不足,请补充"
        ):
            self._later(day + timedelta(days=5), lambda s, d: self._report(s, d, code, "prompt"))
            return
        if self._do(session, day, code, "verify", "", opinion="现场核查属实"):
            if progress == 100:
                self._do(session, day, code, "complete", "", opinion="已达到目标,同意办结")
            elif self._do(session, day, code, "resume", ""):
                self._next_report(code, day)

    def _extension(self, session: Session, day: date, code: str, until: date) -> None:
        given = {"reason": "上级审批未完成", "until": until}
        if self._do(session, day, code, "ask", self._lead(code), **given):
            grant = number(code, 2) == 0
            act, fields = ("extend", {"until": until}) if grant else ("refuse", {"reason": "理由不充分"})
            self._later(day + timedelta(days=2), lambda s, d: bool(self._do(s, d, code, act, "", **fields)))  # type: ignore[arg-type]

    def _do(self, session: Session, day: date, code: str, action: str, unit: str, **data: Any) -> bool:
        by = Actor(f"{unit}联络员", unit) if unit else OFFICE
        try:
            self.office.advance(session, code, action, by, day, **data)
        except Refused as refused:
            self.refused.append(refused)
            return False
        self.done[action] += 1
        return True
