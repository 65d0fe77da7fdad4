"""Acceptance cases that an official can read, change and sign; ``supervise check`` plays them.

A story gives one task, what people do on which day, and what must come of it. The clock runs every night in between.
Required fields that a step does not mention are filled with placeholders, except percentages and dates, which decide
things.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import Field

from supervise.dates import ONE_DAY, Period, parse_day, parse_period, periods_of
from supervise.errors import Problem, SuperviseError, did_you_mean
from supervise.folder import Folder
from supervise.people import Actor
from supervise.phrases import Done, parse_measure
from supervise.reading import Day, Document, Path, Strict, validate
from supervise.records import Event, Mark, Task, replay
from supervise.rules import escalation
from supervise.rules.assessment import Evidence, Published, assess
from supervise.rules.board import rank
from supervise.rules.measures import Ground
from supervise.rules.ruleset import AssessmentRules, BoardRules, Ladder
from supervise.rules.scoring import Tally, plain, score
from supervise.workflows.definition import Definition
from supervise.workflows.lifecycle import Lifecycle

EXPECTED = frozenset({"day", "owes", "clock", "until", "state", "refused", "for"})


class GivenTask(Strict):
    """The task of a story."""

    code: str
    text: str = "(故事)"
    due: Day
    lead: tuple[str, ...]
    co: tuple[str, ...] = ()
    leader: tuple[str, ...] = ()


class Given(Strict):
    """What is so before the first step."""

    task: GivenTask
    assigned: Day


class StoryMark(Strict):
    """A mark from outside the lifecycle that the assessment may need."""

    unit: str
    kind: str
    day: Day
    value: Decimal


class Finally(Strict):
    """What must be so at the end: numbers of facts, scores by unit, grades (or totals) by unit."""

    as_of: Day
    counts: dict[str, int] = {}
    score: dict[str, dict[str, Decimal]] = {}
    marks: tuple[StoryMark, ...] = ()
    assess: dict[str, dict[str, Decimal | str]] = {}


class Story(Strict):
    """One case: a lifecycle, the rules at work, what is given, what happens, what must come of it."""

    story: str
    workflow: str
    rules: tuple[str, ...] = ()
    given: Given
    then: tuple[dict[str, Any], ...]
    finally_: Finally | None = Field(default=None, alias="finally")


@dataclass
class _Play:
    """A story while it is played."""

    story: Story
    folder: Folder
    lifecycle: Lifecycle
    ladders: tuple[Ladder, ...]
    task: Task
    day: date
    tonight: list[Event] = field(default_factory=list)

    def until(self, day: date) -> None:
        """Let every night pass up to ``day``; what the clock did on the last one is kept in ``tonight``."""
        while self.day < day:
            self.day += ONE_DAY
            settled = self.lifecycle.settle(self.task, self.day)
            self.task, self.tonight = settled.task, list(settled.events)
            for ladder in self.ladders:
                pressed = escalation.press(ladder, self.lifecycle, self.task, self.day)
                self.task = pressed.step.task
                self.tonight += pressed.step.events


def play(folder: Folder) -> tuple[int, int, tuple[Problem, ...]]:
    """Play every story of a folder.

    Returns:
        how many stories and steps were played, and everything that did not come out as written.
    """
    stories, steps = 0, 0
    problems: list[Problem] = []
    for document in folder.stories:
        try:
            told = validate(document, tuple[Story, ...])
        except SuperviseError as error:
            problems += error.problems
            continue
        for i, story in enumerate(told):
            stories, steps = stories + 1, steps + len(story.then)
            try:
                problems += _play(document, (i,), story, folder)
            except SuperviseError as error:
                problems.append(document.problem("E01", (i,), f"演不下去:{error.problems[0].text}"))
            except ValueError as error:
                problems.append(document.problem("E01", (i,), f"看不懂:{error}"))
    return stories, steps, tuple(problems)


def _play(document: Document, at: Path, story: Story, folder: Folder) -> Iterator[Problem]:
    lifecycle = Lifecycle(folder.definition(story.workflow).value, folder.calendar)
    given, who = story.given.task, next(iter(lifecycle.definition.roles.values()))
    task = Task(given.code, given.text, lead=given.lead, co=given.co, leader=given.leader, due=given.due)
    ladders = tuple(folder.rule(Ladder, name).value for name in story.rules if _is_ladder(folder, name))
    opened = lifecycle.open(task, Actor(who, who), story.given.assigned).task
    on = _Play(story, folder, lifecycle, ladders, opened, story.given.assigned)
    for i, step in enumerate(story.then):
        place = (*at, "then", i)
        if "day" not in step:
            yield document.problem("E02", place, "这一步没有写 day")
            continue
        on.until(parse_day(str(step["day"])))
        yield from _step(document, place, on, step)
    if story.finally_ is not None:
        on.until(story.finally_.as_of)
        yield from _end(document, (*at, "finally"), on, story.finally_)


def _is_ladder(folder: Folder, name: str) -> bool:
    return any(isinstance(s.value, Ladder) and name in (n, n.split("@")[0]) for n, s in folder.rules.items())


def _step(document: Document, at: Path, on: _Play, step: Mapping[str, Any]) -> Iterator[Problem]:
    definition = on.lifecycle.definition
    if "owes" in step:
        yield from _owes(document, at, on, step["owes"])
    if "clock" in step:
        yield from _clock(document, at, on, step)
    doers = [key for key in step if key not in EXPECTED and key not in definition.fields]
    if len(doers) > 1:
        yield document.problem("E02", at, f"一步只能有一个人办一件事,这里写了 {'、'.join(doers)}")
    elif doers:
        yield from _act(document, at, on, doers[0], step)
    if "state" in step and step["state"] != on.task.state:
        now = on.lifecycle.wording.state(on.task.state)
        text = f"应处于 {step['state']},实际是 {on.task.state}({now})"
        if step["state"] not in definition.states:
            text = f"没有“{step['state']}”这个状态{did_you_mean(str(step['state']), definition.states)}"
        yield document.problem("E03", (*at, "state"), text)


def _owes(document: Document, at: Path, on: _Play, owes: Mapping[str, Any]) -> Iterator[Problem]:
    situation = on.lifecycle.situation(on.task)
    for unit, kinds in owes.items():
        open_ = {d.kind for d in situation.duties if unit in d.units and d.outcome(on.day) in ("open", "missed")}
        for kind in kinds:
            if kind not in open_:
                yield document.problem(
                    "E04", (*at, "owes"), f"{unit} 这天应欠 {kind},实际欠的是:{'、'.join(sorted(open_)) or '无'}"
                )


def _clock(document: Document, at: Path, on: _Play, step: Mapping[str, Any]) -> Iterator[Problem]:
    wanted = parse_measure(str(step["clock"]))
    assert isinstance(wanted, Done)
    hits = [e for e in on.tonight if e.action == wanted.action and (not wanted.rung or wanted.rung in e.data.values())]
    if not hits:
        did = "、".join(" ".join((e.action, *map(str, e.data.values()))) for e in on.tonight) or "什么也没做"
        yield document.problem("E05", (*at, "clock"), f"系统这天应办 {step['clock']},实际:{did}")
    elif "until" in step and str(step["until"]) not in hits[0].data.values():
        yield document.problem("E05", (*at, "until"), f"限期应到 {step['until']},实际:{dict(hits[0].data)}")


def _act(document: Document, at: Path, on: _Play, who: str, step: Mapping[str, Any]) -> Iterator[Problem]:
    definition, action = on.lifecycle.definition, str(step[who])
    roles = frozenset(role for role, label in definition.roles.items() if label == who)
    spec = definition.actions.get(action)
    data = {name: _filler(definition, name) for name in (spec.needs if spec else ())}
    data |= {name: step[name] for name in step if name in definition.fields}
    try:
        moved = on.lifecycle.advance(
            on.task, action, Actor(who, str(step.get("for", who)), roles), on.day, {k: v for k, v in data.items() if v}
        )
    except SuperviseError as error:
        said = ";".join(p.text for p in error.problems)
        if "refused" not in step:
            yield document.problem("E06", at, f"{who} 办不了 {action}:{said}")
        elif str(step["refused"]) not in said:
            yield document.problem("E06", (*at, "refused"), f"应因“{step['refused']}”办不了,实际:{said}")
        return
    if "refused" in step:
        yield document.problem("E06", (*at, "refused"), f"{who} 不该办得了 {action},却办成了")
    on.task = moved.task


def _filler(definition: Definition, name: str) -> Any:
    kind = definition.fields[name].kind
    return {"text": "(略)", "list": ["(略)"], "files": ["(略)"]}.get(kind, "")


def _end(document: Document, at: Path, on: _Play, end: Finally) -> Iterator[Problem]:
    ground = _ground(on, end.as_of)
    whole = Period("全程", "year", on.task.opened, end.as_of)
    for phrase, number in end.counts.items():
        facts = [f for f in ground.facts(parse_measure(phrase), whole) if f.good]
        found = len({(f.ref.key, f.ref.seq) for f in facts})
        if found != number:
            yield document.problem("E07", (*at, "counts", phrase), f"{phrase} 应为 {number},实际 {found}")
    for name, wanted in end.score.items():
        board, _, period = name.partition(" ")
        rules = on.folder.rule(BoardRules, board).value
        tally = Tally(ground, parse_period(period), on.folder.units, rules.score.spare)
        for unit, points in wanted.items():
            made = score(rules.score, tally, unit)
            if made.total != points:
                lines = ";".join(f"{line.label} {line.quantity} {plain(line.points)}".strip() for line in made.lines)
                text = f"{unit} 应得 {plain(points)},实际 {plain(made.total)}({lines})"
                yield document.problem("E08", (*at, "score", name, unit), text)
    for name, expected in end.assess.items():
        yield from _assessed(document, (*at, "assess", name), on, end, expected)


def _assessed(
    document: Document, at: Path, on: _Play, end: Finally, expected: Mapping[str, Decimal | str]
) -> Iterator[Problem]:
    name, _, year = str(at[-1]).partition(" ")
    rules, span = on.folder.rule(AssessmentRules, name).value, parse_period(year)
    made = assess(rules, _evidence(on, rules, span, end), on.folder.units)
    for unit, wanted in expected.items():
        row = made.of(unit)
        if row is None:
            yield document.problem("E09", (*at, unit), f"{unit} 不在 {year} 年的考核里")
        elif wanted not in (row.grade, row.score):
            lines = ";".join(f"{line.label} {line.quantity} {plain(line.points)}".strip() for line in row.lines)
            yield document.problem(
                "E09", (*at, unit), f"{unit} 应为 {wanted},实际 {plain(row.score)} {row.grade}({lines})"
            )


def _evidence(on: _Play, rules: AssessmentRules, year: Period, end: Finally) -> Evidence:
    """What the year is judged by, as if each period's board had been published on its last day."""
    boards, years, units = [], {}, on.folder.units
    tally = Tally(_ground(on, end.as_of), year, units)
    for name in dict.fromkeys(part.from_.name for part in rules.parts if part.from_.kind != "mark"):
        board = on.folder.rule(BoardRules, name).value
        tally = Tally(_ground(on, end.as_of), year, units, board.score.spare)
        handled = tally.ground.handled(year, board.score.spare)
        years[name] = {unit: score(board.score, tally, unit) for unit in handled}
        for period in periods_of(year.start.year, board.period):
            then = Tally(_ground(on, min(period.end, end.as_of)), period, units, board.score.spare)
            rows = rank(board, then, units).standings
            scores = {row.unit: row.score.total for row in rows if row.rank is not None}
            boards.append(Published(period.name, name, period.name, scores, {row.unit: row.list for row in rows}))
    marks = [Mark(mark.unit, mark.kind, mark.day, mark.value) for mark in end.marks]
    return Evidence(boards, years, marks, tally)


def _ground(on: _Play, day: date) -> Ground:
    """The record as it stood on a day."""
    past = [event for event in on.task.events if event.day <= day]
    situations = [on.lifecycle.situation(on.lifecycle.settle(replay(past), day).task)] if past else []
    return Ground(situations, day, on.folder.units)
