"""Records of several random histories, and an office that judges them by folding every one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from supervise import Cut, Office, Refused
from supervise.dates import Period
from supervise.hall.judge import Odd
from supervise.hall.versions import Change
from supervise.intake.breakdown import Breakdown, Draft
from supervise.people import UnitList
from supervise.rules.measures import Ground
from supervise.rules.ruleset import BoardRules, Line
from supervise.rules.scoring import Tally
from supervise.workflows.definition import Definition
from tests.histories import END, FOLDER, LAW, OFFICE, OPENED, Act, fields, placed, script
from tests.laws import folder
from tests.servers import in_memory

RED_BLACK = FOLDER.rule(BoardRules, "red-black").value
COUNTS = (
    "plan on time", "plan missed", "progress late", "progress missed", "contribution missed", "on time", "late",
    "missed", "finish void", "void", "plan open", "finish on pace", "progress on pace", "rework", "report", "reassign",
    "withdraw", "order", "order blue", "15 workdays after finish", "3 days after plan or progress",
    "30 days after withdraw", "2 months after report", "5 workdays before finish", "40 days before progress",
    "finish behind 10%", "finish behind 33.33335%", "progress behind 5%", "blue unanswered", "assign",
    "delegate expired", "parts closed", "parts 50% closed", "parts open", "undo", "reopen", "suspend", "split",
    "recovery on time", "recovery missed", "finish behind over 10%", "blue in effect",
)  # fmt: skip
LATER = (
    "plan_b on time", "progress_b late", "finish_b missed", "plan_b open", "finish_b void", "finish_b on pace",
    "finish_b behind 10%", "3 days after plan_b or progress_b", "5 workdays before finish_b", "rework_b", "migrate",
)  # fmt: skip
RATES = (
    ("plan on time", "progress on time"), ("finish on pace",), ("on time",), ("finish on time", "finish on pace"),
    ("finish missed",), ("finish void",), ("progress on pace",), ("missed", "late"),
)  # fmt: skip


def everything(period: str, later: bool = False) -> BoardRules:
    """Rules with a line for every kind of phrase, also in the words of the later law if they are wanted."""
    counts = [*COUNTS, *(LATER if later else ())]
    lines = [Line(label=text, count=[text], lead=1, co=2) for text in counts]  # type: ignore[arg-type]
    lines += [Line(label=f"只计牵头 {text}", count=[text], lead=1) for text in counts]  # type: ignore[arg-type]
    lines += [Line(label="、".join(texts), rate=list(texts), points=10) for texts in RATES]  # type: ignore[arg-type]
    score = RED_BLACK.score.model_copy(update={"lines": tuple(lines), "max": None, "min": None})
    return RED_BLACK.model_copy(update={"score": score, "period": period, "at_least": 1})


def named(rules: BoardRules) -> BoardRules:
    """The same with those lines alone whose phrases name a kind of duty, and lists that ask for no other."""
    phrases = {line: (*(line.count or ()), *(line.rate or ())) for line in rules.score.lines}
    some = tuple(line for line, said in phrases.items() if all(getattr(one, "duty", "") for one in said))
    lists = {name: getattr(rules, name).model_copy(update={"when": ()}) for name in ("red", "black")}
    return rules.model_copy(update={"score": rules.score.model_copy(update={"lines": some}), **lists})


def units_in_motion() -> UnitList:
    """The shipped organisation, but one unit is taken over by another of its own tasks, one by a third."""
    ends = {"区工信局": ("区科技局", date(2025, 8, 31)), "区财政局": ("区商务局", date(2025, 12, 31))}
    units = tuple(
        replace(unit, until=ends[unit.name][1], becomes=ends[unit.name][0]) if unit.name in ends else unit
        for unit in FOLDER.units.all
    )
    return UnitList(units, FOLDER.units.sets, FOLDER.units.groups)


class Folding(Office):
    """An office that folds every history to judge by it."""

    def _tally(
        self, session: Session, odd: Odd, rules: BoardRules | None, span: Period, cut: Cut, cited: bool = True
    ) -> tuple[Tally, dict[str, str]]:
        workflow = rules.for_ if rules is not None else ""
        found = [s for s in self.situations(session, cut) if workflow in ("", s.definition.workflow)]
        seen = {
            name: self._print(session, name) for name in sorted({e.definition for s in found for e in s.task.events})
        }
        ground = Ground(found, cut.as_of, self.directory)
        return Tally(ground, span, self.directory, rules.score.spare if isinstance(rules, BoardRules) else ()), seen


_numbers = count()
PARTIES = (
    (("区工信局", "区科技局"), ("区商务局",)),
    (("区工信局",), ("区科技局", "区财政局")),
    (("区商务局",), ("区商务局", "区工信局")),
)


class Lived:
    """Several histories in one record, with the cuts that were seen on the way.

    Args:
        seeds: choices for each task.
        gap: how many acts between two runs of the clock; 0 for never.
        engine: where; a database in memory if not given.
        moving: whether units are taken over by others.
        newer: a later law with what it calls the actions, under which tasks come on the way, some back again.
        sideways: whether acts are taken back and tasks suspended, more often than by chance.
    """

    def __init__(
        self,
        seeds: Sequence[list[tuple[int, int, int]]],
        gap: int,
        engine: Engine | None = None,
        moving: bool = False,
        newer: tuple[Definition, Mapping[str, str]] | None = None,
        sideways: bool = True,
    ) -> None:
        if engine is None:
            engine = in_memory()
        self.sessions = sessionmaker(engine)
        self.moment = datetime(2025, 2, 10, 1, tzinfo=UTC)
        units = units_in_motion() if moving else FOLDER.units
        self.district = f"县{next(_numbers)}"
        laws = folder(newer[0]) if newer else FOLDER
        self.office, self.folding = (
            kind(laws, district=self.district, directory=units, now=self._now, today=lambda: END)
            for kind in (Office, Folding)
        )
        self.cuts = [Cut(OPENED, self.moment)]
        codes = [f"T{n}" for n in range(len(seeds))]
        with self.sessions.begin() as session:
            drafts = [
                Draft(code=code, text="建成厂房", lead=lead, co=co)
                for code, (lead, co) in zip(codes, PARTIES * 3, strict=False)
            ]
            self.newer, self.under = newer, set(codes[2:3] if newer else ())
            for draft in drafts:
                law = newer[0].name if newer and draft.code in self.under else LAW.name
                self.office.assign(session, Breakdown(workflow=law, due=placed().due, tasks=(draft,)), OFFICE, OPENED)
        dice = Random(str(seeds))
        acts = [(act.day, code, act) for code, seed in zip(codes, seeds, strict=True) for act in script(seed)]
        for number, (day, code, act) in enumerate(sorted(acts, key=lambda one: one[:2])):
            if day < END:
                into = {"into": codes[(codes.index(code) + 1) % len(codes)]} if "into" in act.data else {}
                self._do(code, replace(act, data=act.data | into))
                if sideways and dice.random() < 0.1:
                    self._do(code, Act(min(day + timedelta(days=dice.randint(0, 1)), END), act.actor, "undo"))
                if sideways and dice.random() < 0.05:
                    self._do(code, Act(day, OFFICE, "suspend", fields("suspend", dice.randint(0, 40), day)))
                if newer and dice.random() < 0.1:
                    self._change(code, day)
                if gap and number % gap == 0:
                    with self.sessions.begin() as session:
                        self.office.tick(session, day)
                self.cuts.append(Cut(day, self.moment))

    def _now(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment

    def _do(self, code: str, act: Act) -> None:
        names = self.newer[1] if self.newer and code in self.under else {}
        with self.sessions() as session:
            try:
                self.office.advance(session, code, names.get(act.action, act.action), act.actor, act.day, **act.data)
                session.commit()
            except Refused:
                session.rollback()

    def _change(self, code: str, day: date) -> None:
        """Bring a task under the later law, or back."""
        assert self.newer is not None
        with self.sessions() as session:
            try:
                change = Change(LAW.name, self.newer[0].name, back=code in self.under)
                self.office.migrate(session, code, change, OFFICE, day)
                session.commit()
                self.under ^= {code}
            except Refused:
                session.rollback()
