"""A small year, played on any database in the same way: whoever plays it twice must find the same record.

Who does what is drawn once, with fixed dice, from what the lifecycle allows; no word of a definition stands here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from supervise.errors import Refused
from supervise.hall.judge import canonical
from supervise.intake.breakdown import Breakdown, Draft
from supervise.office import Office
from supervise.people import Actor
from supervise.records import PARTIES, Cut
from supervise.rules.ruleset import AssessmentRules, BoardRules
from supervise.store import duties, tasks
from supervise.workflows.definition import Definition

if TYPE_CHECKING:
    from supervise.store.database import Sessions, Work
    from supervise.workflows.lifecycle import Step

YEAR, OPENED, END = 2025, date(2025, 2, 10), date(2026, 1, 23)
CODES = ("GZ-1", "GZ-2", "GZ-10", "gz-1", "任务甲")
DISTRICT = "试跑"


@dataclass(frozen=True)
class Act:
    """What somebody does on a day; nobody: the clock runs."""

    day: date
    code: str = ""
    action: str = ""
    by: Actor | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class Rehearsal:
    """The year on one database.

    Args:
        sessions: where the record is kept.
    """

    def __init__(self, sessions: Sessions) -> None:
        self.sessions, self.moment, self.day = sessions, datetime(YEAR, 2, 10, 1, 2, 3, 456789, UTC), OPENED
        self.office = Office(district=DISTRICT, now=self._now, today=lambda: self.day)
        judged = {
            source.value.for_ for source in self.office.folder.rules.values() if isinstance(source.value, BoardRules)
        }
        law = next(law for name, law in self.office.folder.newest.items() if name in judged)
        self.workflow = law.workflow
        roles = [role for role in law.roles if role not in PARTIES]
        self.clerk = Actor("张督查", law.roles[roles[0]], frozenset(roles))
        self.units = [u.name for u in self.office.directory.units(OPENED)][1:6]
        self.cuts: list[Cut] = []

    def _now(self) -> datetime:
        self.moment += timedelta(seconds=1, microseconds=1)
        return self.moment

    def assign(self) -> None:
        """Place the tasks."""
        goals = (("厂房 >= 12 万平方米",), ())
        drafts = tuple(
            Draft(
                code=code,
                text=f"第{n}项“试跑”",
                lead=(self.units[n],),
                co=(self.units[n - 1],),
                targets=goals[n % 2],
            )
            for n, code in enumerate(CODES)
        )
        made = Breakdown(workflow=self.workflow, due=date(YEAR, 11, 28), tasks=drafts)
        with self.sessions.begin() as session:
            self.office.assign(session, made, self.clerk, OPENED)

    def assign_one(self, code: str) -> None:
        """Place one more task."""
        draft = Draft(code=code, text="抢办", lead=(self.units[0],))
        made = Breakdown(workflow=self.workflow, due=date(YEAR, 11, 28), tasks=(draft,))
        with self.sessions.begin() as session:
            self.office.assign(session, made, self.clerk, OPENED)

    def next_step(self, session: Work, code: str) -> Step:
        """The first thing anybody may do to a task, decided but not saved."""
        task = self.office.load(session, code)
        lifecycle = self.office.lifecycle(session, task.definition)
        by = Actor("联络员", self.units[0])
        button = lifecycle.allowed(task, by, OPENED)[0]
        self.day, dice = OPENED, Random(1)
        data = {name: self._value(lifecycle.definition, name, dice) for name, *_ in button.fields}
        return lifecycle.advance(task, button.action, by, OPENED, data)

    def drawn(self, seed: int = 7) -> Iterator[Act]:
        """Play the year and tell each act; what comes next depends on what is allowed by then."""
        dice = Random(seed)
        self.assign()
        while self.day < END:
            self.day += timedelta(days=dice.randint(1, 5))
            act = self._choice(dice) if dice.random() < 0.75 else Act(self.day)
            if act is not None:
                yield act
                self.play(act)

    def _choice(self, dice: Random) -> Act | None:
        code = dice.choice(CODES)
        with self.sessions() as session:
            actors = [self.clerk, *(Actor(f"{unit}联络员", unit) for unit in self.units)]
            buttons = [(a, b) for a in actors for b in self.office.allowed(session, code, a, self.day)]
            law = self.office.lifecycle(session, self.office.load(session, code).definition).definition
        if not buttons:
            return None
        state_changing = [(a, b) for a, b in buttons if law.actions[b.action].to]
        by, button = dice.choice(state_changing if state_changing and dice.random() < 0.8 else buttons)
        data = {name: self._value(law, name, dice) for name, *_ in button.fields}
        return Act(self.day, code, button.action, by, data)

    def _value(self, law: Definition, name: str, dice: Random) -> Any:
        ahead = self.day + timedelta(days=dice.randint(1, 60))
        values: dict[str, Any] = {
            "text": "“引号”、\\反斜杠、'单引号'、𠮷", "list": ["六月前", "年底前"], "percent": dice.randint(0, 100),
            "files": [{"title": "佐证.pdf", "uri": "oa://1", "sha256": "0" * 64}], "date": ahead,
            "units": [dice.choice(self.units)], "duty": dice.choice(list(law.duties)), "day": self.day,
            "stages": [{"day": self.day + timedelta(days=dice.randint(1, 9)), "text": "一段", "percent": 50}],
            "task": dice.choice(CODES), "choice": next(iter(law.fields[name].options), ""),
            "parts": [{"text": "一段", "lead": [dice.choice(self.units)]}],
            "figures": f"{dice.randint(0, 13)}万平方米(“月报”)", "targets": "厂房 >= 12 万平方米",
        }  # fmt: skip
        return values[law.fields[name].kind]

    def play(self, act: Act) -> None:
        """One act; what is refused is refused everywhere."""
        self.day = act.day
        with self.sessions() as session:
            try:
                if act.by is None:
                    self.office.tick(session, act.day)
                else:
                    self.office.advance(session, act.code, act.action, act.by, act.day, **act.data)
                session.commit()
            except Refused:
                session.rollback()
        self.cuts.append(Cut(act.day, self.moment))

    def seen(self, cut: Cut) -> dict[str, Any]:
        """Everything a cut shows: histories, duties, and who owes what."""
        with self.sessions() as session:
            return {
                "办理记录": tasks.histories(session, DISTRICT, cut),
                "应办": duties.at(session, DISTRICT, cut),
                "待办清单": self.office.owed(session, cut=cut),
            }

    def judged(self) -> dict[str, str]:
        """Every board of the year, published one after the other, and the assessment, as canonical bytes."""
        rules = [source.value for source in self.office.folder.rules.values()]
        made: dict[str, str] = {}
        self.day = END
        with self.sessions.begin() as session:
            for rule in rules:
                if isinstance(rule, BoardRules):
                    for quarter in range(1, 5):
                        body = self.office.board(session, rule.board, f"{YEAR}Q{quarter}")
                        made[f"{rule.board} {YEAR}Q{quarter}"] = canonical(body)
                        self.office.publish(session, body, self.clerk)
            for rule in rules:
                if isinstance(rule, AssessmentRules):
                    made[f"{rule.assessment} {YEAR}"] = canonical(
                        self.office.assess(session, rule.assessment, str(YEAR))
                    )
        return made
