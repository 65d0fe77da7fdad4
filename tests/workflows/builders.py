"""A task played step by step in a test, and small files read from text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from supervise.dates import parse_period
from supervise.errors import Problem, Refused
from supervise.goals import goal
from supervise.people import Actor, Unit, UnitList
from supervise.reading import parse
from supervise.records import Duty, Event, Task
from supervise.rules import escalation, ruleset
from supervise.rules.escalation import Pressed
from supervise.rules.measures import Ground
from supervise.rules.ruleset import AssessmentRules, BoardRules, Ladder
from supervise.rules.scoring import Tally
from supervise.site.folder import Folder, read_folder, shipped
from supervise.workflows import checking, figures
from supervise.workflows.definition import load
from supervise.workflows.lifecycle import Lifecycle
from supervise.workflows.situations import Situation

FOLDER: Folder = read_folder(shipped()).sound()
LAW = Lifecycle(FOLDER.newest["key-work"], FOLDER.calendar)
LADDER = FOLDER.rule(Ladder, "three-colour-orders").value
BOARD = FOLDER.rule(BoardRules, "red-black").value
ANNUAL = FOLDER.rule(AssessmentRules, "annual").value
KEY_WORK = FOLDER.definitions["key-work@2"].text

OFFICE = "督查室"
A, B, C, D = "区工信局", "区科技局", "区商务局", "区财政局"
TOWN, TOWN2 = "柳汀镇", "石桐镇"


def on(day: str | date) -> date:
    """A day, from text such as ``2021-04-01``."""
    return date.fromisoformat(day) if isinstance(day, str) else day


def law(text: str) -> Lifecycle:
    """A lifecycle from the text of a definition that must be sound."""
    document = parse(text, "test.yaml")
    definition = load(document)
    found = checking.check(document, definition)
    assert found == (), "\n".join(map(str, found))
    return Lifecycle(definition, FOLDER.calendar)


def ladder(text: str) -> Ladder:
    """A ladder with these rungs."""
    head = "ladder: test\nversion: 1\ntitle: 阶梯\neffective: 2020-01-01\nfor: key-work\nrungs:\n"
    found = ruleset.load(parse(head + text, "ladder.yaml"))
    assert isinstance(found, Ladder)
    return found


def actor(name: str) -> Actor:
    """The person who acts for a unit; the office's own people have its role."""
    return Actor(f"{name}的人", name, frozenset({"office"}) if name == OFFICE else frozenset())


class Case:
    """One task, played day by day.

    Args:
        law: its lifecycle.
        opened, due: the day it was placed, the day it must be finished.
        lead, co, leader: its parties.
        code: its number.
        targets: what it promises, as lines of a file.
    """

    def __init__(
        self,
        law: Lifecycle = LAW,
        *,
        opened: str = "2021-03-25",
        due: str = "2021-12-31",
        lead: Sequence[str] = (A,),
        co: Sequence[str] = (),
        leader: Sequence[str] = (),
        code: str = "T1",
        targets: Sequence[str] = (),
    ) -> None:
        self.law = law
        parties = {"lead": tuple(lead), "co": tuple(co), "leader": tuple(leader)}
        goals = tuple(goal(line) for line in targets)
        placed = Task(code, "一件事", due=on(due), targets=goals, **parties)
        self.task = law.open(placed, actor(OFFICE), on(opened)).task

    def do(self, day: str, unit: str, action: str, **data: Any) -> Case:
        """Let a unit act; fields that decide nothing are filled in."""
        definition = self.law.definition
        fill = {"text": "(略)", "list": ["(略)"], "files": ["a.pdf"], "percent": 50, "units": [B]}
        fill["stages"] = [{"day": self.task.due, "text": "(略)"}]
        needs = definition.actions[action].needs if action in definition.actions else ()
        asked = {n: definition.fields[n] for n in needs if figures.asked(definition.fields[n], self.task)}
        given = {n: fill[spec.kind] for n, spec in asked.items() if spec.kind in fill}
        self.task = self.law.advance(self.task, action, actor(unit), on(day), given | data).task
        return self

    def refused(self, day: str, unit: str, action: str, **data: Any) -> tuple[Problem, ...]:
        """The problems with which an act is refused; the task must stay as it is."""
        before = self.task
        try:
            self.do(day, unit, action, **data)
        except Refused as refusal:
            assert self.task == before
            return refusal.problems
        raise AssertionError(f"{action} was not refused")

    def started(self, plan: str = "2021-04-01", start: str = "2021-04-02") -> Case:
        """File a plan in time and have it approved."""
        return self.do(plan, self.task.lead[0], "plan").do(start, OFFICE, "start")

    def cycle(self, report: str, verify: str, progress: int = 60) -> Case:
        """Report in time, have it verified, and carry on."""
        self.do(report, self.task.lead[0], "report", progress=progress)
        return self.do(verify, OFFICE, "verify").do(verify, OFFICE, "resume")

    def settle(self, day: str) -> Case:
        """Let the clock write down what became true by a day."""
        self.task = self.law.settle(self.task, on(day)).task
        return self

    def press(self, day: str, ladder: Ladder = LADDER) -> Pressed:
        """Let the clock run on a day: facts, then letters."""
        self.settle(day)
        pressed = escalation.press(ladder, self.law, self.task, on(day))
        self.task = pressed.step.task
        return pressed

    @property
    def situation(self) -> Situation:
        """What can be asked about the task."""
        return self.law.situation(self.task)

    def duties(self, kind: str = "") -> list[Duty]:
        """Its duties, of one kind if given."""
        return [d for d in self.situation.duties if kind in ("", d.kind)]

    def duty(self, name: str) -> Duty:
        """The duty with this key, or the only one of this kind."""
        found = [d for d in self.situation.duties if name in (d.key, d.kind)]
        assert len(found) == 1, [d.key for d in found]
        return found[0]

    def outcome(self, name: str, day: str) -> str:
        """How a duty stands on a day."""
        return self.duty(name).outcome(on(day))

    def events(self, action: str) -> list[Event]:
        """Everything of one action that happened."""
        return [e for e in self.task.events if e.action == action]


def ground(*cases: Case, as_of: str, units: UnitList = FOLDER.units) -> Ground:
    """The record of some tasks as of a day, the clock having run."""
    return Ground([case.settle(as_of).situation for case in cases], on(as_of), units)


def tally(
    *cases: Case,
    period: str,
    as_of: str = "",
    units: UnitList = FOLDER.units,
    spare: Sequence[tuple[str, str]] = BOARD.score.spare,
) -> Tally:
    """The facts of a period, seen at its end unless said otherwise."""
    span = parse_period(period)
    return Tally(ground(*cases, as_of=as_of or str(span.end), units=units), span, units, spare)


def bureaus(*names: str) -> UnitList:
    """A directory in which all units are of one group."""
    return UnitList(tuple(Unit(name, group="bureaus") for name in names), groups={"bureaus": "区直部门"})


BOARD_TEXT = """
board: test
version: 1
title: 榜
effective: 2020-01-01
for: key-work
period: quarter
groups: {bureaus: 区直部门, towns: 镇}
score: {score}
red: {red}
black: {black}
at_least: {at_least}
"""


def board(
    score: str = "{base: 60, lines: [{label: 漏报, count: plan missed, lead: -3}]}",
    red: str = "{rank: {bureaus: top 2}}",
    black: str = "{rank: {bureaus: bottom 2}}",
    at_least: str = "0 tasks",
    more: str = "",
) -> BoardRules:
    """Rules of a board for bureaus, from the pieces that a test is about."""
    text = BOARD_TEXT + more
    for name, value in (("score", score), ("red", red), ("black", black), ("at_least", at_least)):
        text = text.replace("{" + name + "}", value)
    found = ruleset.load(parse(text, "board.yaml"))
    assert isinstance(found, BoardRules)
    return found
