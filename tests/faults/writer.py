"""A clerk who is meant to be killed: acts on many tasks, and writes down what was acknowledged after the commit.

Everything goes into a book of one JSON line each: ``try`` before an act, ``done`` when the call that commits has
returned, ``no`` when it was refused or stale, ``fault`` when something happened that must not. A judge reads the book.
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from threading import Barrier, Thread
from typing import Any

from supervise import Actor, Cut, Office, Refused, Stale, Task
from supervise.intake.breakdown import Breakdown, Draft
from supervise.store import ledger, tasks
from supervise.store.database import Sessions, open_database, reading, writing

WAYS = ("session", "service")
THREADS = {"session": 1, "service": 4}
OPENED, QUARTER = date(2025, 3, 3), date(2025, 3, 31)
OFFICE, CO, LEADS = "督查室", "区商务局", ("区工信局", "区财政局", "区科技局")

REPORT = {"summary": "新增9家", "progress": 55, "evidence": ["a.pdf"]}
ONWARD: dict[str, tuple[str, str, dict[str, Any]]] = {
    "assigned": ("plan", "lead", {"milestones": ["2025-12-30 过半"], "contact": "李某"}),
    "planned": ("start", OFFICE, {}),
    "in_progress": ("report", "lead", REPORT),
    "reported": ("verify", OFFICE, {"opinion": "属实"}),
    "verified": ("resume", OFFICE, {}),
    "overdue": ("catch_up", "lead", REPORT),
}
ASIDE = (("contribute", CO, {"summary": "已协助"}), ("inspect", OFFICE, {"opinion": "实地看过"}))
MIX = {"act": 80, "tick": 8, "assign": 6, "publish": 3, "seal": 3}


@dataclass(frozen=True, slots=True)
class Act:
    """One advance, complete enough to be asked for again under the same key; ``seen`` is ``None`` if not said."""

    key: str
    task: str
    action: str
    unit: str
    day: str
    seen: int | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """What a writer is to do.

    Args:
        url: the database, which holds our tables.
        book: the file for its lines.
        name: begins every key and code it makes up.
        seed: of its choices.
        day: on which it acts.
        way: ``session`` or ``service``.
        again: acts that a writer before it may or may not have done.
        code: the only task it acts on; any if empty.
        first: what it does first.
        steps: how many things it does, each nine days after the last; without end on one day if 0.
    """

    url: str
    book: Path
    name: str
    seed: int
    day: date
    way: str = "session"
    again: tuple[Act, ...] = ()
    code: str = ""
    first: str = ""
    steps: int = 0


def draft(*codes: str) -> Breakdown:
    """A breakdown of tasks that differ in their codes."""
    made = (Draft(code=code, text="新增规上企业40家", lead=LEADS[:1], co=(CO,)) for code in codes)
    return Breakdown(due=date(2025, 12, 31), tasks=tuple(made))


def actor(unit: str) -> Actor:
    """Somebody of a unit."""
    return Actor("某人", unit, frozenset({"office"} if unit == OFFICE else ()))


class Desk:
    """What the threads of one writer share: the office, the database and the book."""

    def __init__(self, job: Job) -> None:
        self.job, self.office = job, Office()
        self.sessions: Sessions = open_database(job.url)
        self.service: Any = self.office.serve(job.url) if job.way == "service" else None  # type: ignore[attr-defined]
        self.file = os.open(job.book, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def note(self, word: str, what: str = "", **more: Any) -> None:
        """One line, written at once."""
        line = json.dumps({"word": word, "what": what, **more}, ensure_ascii=False) + "\n"
        os.write(self.file, line.encode())

    def advance(self, act: Act) -> tuple[Task, str]:
        """The task after an act that is committed, and the hash of its last event where it can be had."""
        given: Any = {"day": date.fromisoformat(act.day), "key": act.key, "seen": act.seen, **act.data}
        if self.service is not None:
            task: Task = self.service.advance(act.task, act.action, actor(act.unit), **given)
            return task, task.events[-1].hash
        with writing(self.sessions) as session:
            task = self.office.advance(session, act.task, act.action, actor(act.unit), **given)
            return task, ledger.heads(session, self.office.district, [act.task])[act.task]["head"]

    def close(self) -> None:
        """Leave the database."""
        if self.service is not None:
            self.service.close()
        self.sessions.kw["bind"].dispose()
        os.close(self.file)


class Hand:
    """One thread of a writer."""

    def __init__(self, desk: Desk, number: int, gate: Barrier | None) -> None:
        self.desk, self.gate, self.count = desk, gate, 0
        self.name = f"{desk.job.name}-{number}"
        self.dice = Random(f"{desk.job.seed} {self.name}")
        self.day = desk.job.day

    def run(self) -> None:
        """Do one thing after the other, and write down what nobody foresaw."""
        try:
            for act in self.desk.job.again if self.name.endswith("-0") else ():
                self.insist(act)
            while not self.desk.job.steps or self.count < self.desk.job.steps:
                self.step()
        except Exception:
            self.desk.note("fault", text=traceback.format_exc())
            if self.gate is not None:
                self.gate.abort()

    def step(self) -> None:
        """One thing, chosen at random; where there is a gate, at the same moment as everybody."""
        job = self.desk.job
        first = job.first if not self.count and self.name.endswith("-0") else ""
        what = first or self.dice.choices(list(MIX), list(MIX.values()))[0]
        self.count += 1
        if job.steps:
            self.day = job.day + timedelta(days=9 * self.count)
        act = self.choose() if what == "act" else None
        if self.gate is not None:
            self.gate.wait(120)
        if act is not None:
            self.act(act)
        else:
            self.tried(what, getattr(self, what))

    def choose(self) -> Act:
        """The next act on some task, from what can be seen now."""
        with reading(self.desk.sessions) as session:
            codes = tasks.codes(session, self.desk.office.district)
            code = self.desk.job.code or self.dice.choice(codes[-40:])
            task = self.desk.office.load(session, code)
        kind = self.dice.random()
        if kind < 0.7:
            action, unit, data = ONWARD[task.state]
        elif kind < 0.95:
            action, unit, data = self.dice.choice(ASIDE)
        else:
            action, unit, data = "reassign", OFFICE, {"units": [self.dice.choice(LEADS)], "reason": "调整"}
        unit = task.lead[0] if unit == "lead" else unit
        seen = task.version if self.dice.random() < 0.5 else None
        return Act(f"do-{self.name}-{self.count}", code, action, unit, self.day.isoformat(), seen, data)

    def act(self, act: Act) -> bool:
        """An act; whether it was not stale."""
        self.desk.note("try", "act", act=asdict(act))
        try:
            task, head = self.desk.advance(act)
        except (Stale, Refused) as error:
            self.desk.note("no", "act", key=act.key, code=error.problems[0].code)
            return not isinstance(error, Stale)
        seq = next((event.seq for event in task.events if event.key == act.key), 0)
        self.desk.note(
            "done", "act", key=act.key, task=act.task, seq=seq, version=task.version, head=head, seen=act.seen
        )
        return True

    def insist(self, act: Act) -> None:
        """Ask again for an act that was cut off, from what can be seen now if need be."""
        for _ in range(20):
            if self.act(act):
                return
            with reading(self.desk.sessions) as session:
                act = replace(act, seen=self.desk.office.load(session, act.task).version)

    def tried(self, what: str, function: Callable[[Any], dict[str, Any]]) -> None:
        """Something other than an advance, in a transaction of our own."""
        try:
            with writing(self.desk.sessions) as session:
                result = function(session)
        except (Stale, Refused) as error:
            self.desk.note("no", what, code=error.problems[0].code)
        else:
            self.desk.note("done", what, **result)

    def tick(self, session: Any) -> dict[str, Any]:
        """The clock."""
        report = self.desk.office.tick(session, self.day)
        return {"events": [[event.task, event.seq, event.action] for event in report.events]}

    def assign(self, session: Any) -> dict[str, Any]:
        """Two new tasks, in order of their making."""
        codes = [f"{self.name}-{self.count:04}-{letter}" for letter in "ab"]
        self.desk.office.assign(session, draft(*codes), actor(OFFICE), self.day)
        return {"events": [[code, 1, "assign"] for code in codes]}

    def publish(self, session: Any) -> dict[str, Any]:
        """The board of the first quarter, once more."""
        office = self.desk.office
        made = office.publish(session, office.board(session, "red-black", "2025Q1", Cut(QUARTER)), actor(OFFICE))
        return {"serial": made.number, "fingerprint": made.fingerprint, "seal": made.seal, "hash": made.seal_hash}

    def seal(self, session: Any) -> dict[str, Any]:
        """What changed since the last seal."""
        made = self.desk.office.seal(session)
        return {"seal": made.number, "hash": made.hash} if made is not None else {}


def work(job: Job, gate: Barrier | None = None) -> None:
    """Do a job, in as many threads as its way has."""
    desk = Desk(job)
    hands = [Hand(desk, number, gate) for number in range(THREADS[job.way])]
    desk.note("ready")
    threads = [Thread(target=hand.run) for hand in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.close()
