"""Acceptance cases that an official can read, change and sign; ``supervise check`` plays them.

A story gives one task, what people do on which day, and what must come of it. The clock runs every night in between.
Required fields that a step does not mention are filled with placeholders, except percentages and dates, which decide
things.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator

from supervise.dates import Period, parse_day, parse_period, periods_of
from supervise.errors import Problem, SuperviseError, did_you_mean
from supervise.goals import Target, goal, numeric
from supervise.people import Actor
from supervise.phrases import Done, parse_measure
from supervise.reading import Day, Document, Path, Strict, validate
from supervise.records import Mark, Task, replay
from supervise.rules.anatomy import phrases
from supervise.rules.assessment import Evidence, Published, assess
from supervise.rules.board import rank
from supervise.rules.measures import Ground
from supervise.rules.reported import PROGRESS, figure
from supervise.rules.ruleset import AssessmentRules, BoardRules, Ladder, Reminders, RuleSet
from supervise.rules.scheme import Scheme
from supervise.rules.scoring import Tally, plain, score, scores
from supervise.site import storychecks
from supervise.site.folder import Folder
from supervise.site.playing import Play
from supervise.workflows.lifecycle import Lifecycle

EXPECTED = frozenset(
    {"day", "owes", "clock", "notice", "until", "state", "refused", "for", "by", "gives", "light", "asks"}
)


def _shaped(step: dict[str, Any]) -> dict[str, Any]:
    """A step in which what is expected has the shape in which it is asked for."""
    owes = step.get("owes", {})
    if not isinstance(owes, dict) or not all(isinstance(kinds, list) for kinds in owes.values()):
        raise ValueError("owes 应写作 {单位: [应办]}")
    if not isinstance(step.get("notice", []), list):
        raise ValueError("notice 应写作 [应办],一件也不提醒的写 []")
    if "clock" in step and not isinstance(parse_measure(step["clock"]), Done):
        raise ValueError(f"clock 应写系统办的动作,如 order red,不能是“{step['clock']}”")
    if not isinstance(step.get("asks", []), list):
        raise ValueError("asks 应写成列表,如 [interview],没有的写 []")
    return step


class GivenTask(Strict):
    """The task of a story."""

    code: str
    text: str = "(故事)"
    due: Day
    category: str = ""
    lead: tuple[str, ...]
    co: tuple[str, ...] = ()
    leader: tuple[str, ...] = ()
    targets: tuple[Annotated[Target | str, PlainValidator(goal)], ...] = ()


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
    then: tuple[Annotated[dict[str, Any], AfterValidator(_shaped)], ...]
    finally_: Finally | None = Field(default=None, alias="finally")


@dataclass
class Stage:
    """A story while it is played."""

    story: Story
    folder: Folder
    play: Play

    @property
    def lifecycle(self) -> Lifecycle:
        """The law of the story."""
        return self.play.lifecycle

    @property
    def task(self) -> Task:
        """The task as it stands."""
        return self.play.task

    @property
    def day(self) -> date:
        """The day of the story."""
        return self.play.day


def stage(story: Story, folder: Folder) -> Stage:
    """A story on the day its task is placed.

    Raises:
        Unknown: F02 when there is no such lifecycle or ladder.
    """
    laws = {name: source.value for name, source in folder.definitions.items()}
    lifecycle = Lifecycle(folder.definition(story.workflow).value, folder.calendar, laws)
    given, who = story.given.task, next(iter(lifecycle.definition.roles.values()))
    task = Task(
        given.code, given.text, lead=given.lead, co=given.co, leader=given.leader, due=given.due,
        category=given.category, targets=given.targets,
    )  # fmt: skip
    ladders = tuple(
        folder.rule(Ladder, name).value.sparing(folder.units) for name in story.rules if _is(Ladder, folder, name)
    )
    reminders = tuple(folder.rule(Reminders, name).value for name in story.rules if _is(Reminders, folder, name))
    opened = lifecycle.open(task, Actor(who, who), story.given.assigned).task
    return Stage(story, folder, Play(lifecycle, ladders, opened, story.given.assigned, reminders))


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
        at_home = folder.at_home(document.file)
        for i, story in enumerate(told):
            stories, steps = stories + 1, steps + len(story.then)
            try:
                problems += _play(document, (i,), story, at_home)
            except SuperviseError as error:
                problems.append(document.problem("E01", (i,), f"演不下去:{error.problems[0].text}"))
            except ValueError as error:
                problems.append(document.problem("E01", (i,), f"看不懂:{error}"))
    return stories, steps, tuple(problems)


def strange(folder: Folder, stories: Iterable[Document]) -> Iterator[Problem]:
    """Notes on indicators that a scheme counts and that no task of a story promises: maybe it is called otherwise.

    Args:
        folder: with the schemes.
        stories: parsed.
    """
    known = {goal.indicator for d in stories for story in _told(d) for goal in numeric(story.given.task.targets)}
    for source in folder.rules.values():
        for path, phrase in phrases(source.value) if isinstance(source.value, Scheme) else ():
            wanted = figure(phrase)
            if wanted is not None and wanted.of != PROGRESS and not any(wanted.of in name for name in known):
                text = f"没有一个故事的任务有“{wanted.of}”这个指标"
                yield source.document.problem("R39", path, text, "请核对指标的名称", word=phrase)


def _told(document: Document) -> tuple[Story, ...]:
    try:
        return validate(document, tuple[Story, ...])
    except SuperviseError:
        return ()  # ``play`` says what is wrong


def _play(document: Document, at: Path, story: Story, folder: Folder) -> Iterator[Problem]:
    on = stage(story, folder)
    for i, step in enumerate(story.then):
        place = (*at, "then", i)
        if "day" not in step:
            yield document.problem("E02", place, "这一步没有写 day")
            continue
        on.play.until(parse_day(str(step["day"])))
        yield from played(document, place, on, step)
    if story.finally_ is not None:
        on.play.until(story.finally_.as_of)
        yield from _end(document, (*at, "finally"), on, story.finally_)


def _is(kind: type[RuleSet], folder: Folder, name: str) -> bool:
    return any(isinstance(s.value, kind) and name in (n, n.split("@")[0]) for n, s in folder.rules.items())


def played(document: Document, at: Path, on: Stage, step: Mapping[str, Any]) -> Iterator[Problem]:
    """Play one step of a story on its day, and say what did not come out as written.

    Args:
        document: the parsed file, for places.
        at: where the step stands in it.
        on: the story; its nights up to the day have passed.
        step: as written.
    """
    definition = on.lifecycle.definition
    if "owes" in step:
        yield from _owes(document, at, on, step["owes"])
    if "clock" in step:
        yield from _clock(document, at, on, step)
    if "notice" in step and (told := sorted(one.duty.kind for one in on.play.told)) != sorted(step["notice"]):
        text = f"这天应提醒 {'、'.join(step['notice']) or '无'},实际提醒的是:{'、'.join(told) or '无'}"
        yield document.problem("E23", (*at, "notice"), text)
    doers = [key for key in step if key not in EXPECTED and key not in definition.fields]
    if len(doers) > 1:
        yield document.problem("E02", at, f"一步只能有一个人办一件事,这里写了 {'、'.join(doers)}")
    elif doers:
        yield from _act(document, at, on, doers[0], step)
    if "asks" in step:
        yield from storychecks.asked(document, at, on.play, on.folder, [str(name) for name in step["asks"]])
    if "light" in step:
        yield from storychecks.lit(document, at, on.play, on.folder, on.story.rules, str(step["light"]))
    if "state" in step and step["state"] != on.task.state:
        now = on.lifecycle.wording.state(on.task.state)
        text = f"应处于 {step['state']},实际是 {on.task.state}({now})"
        if step["state"] not in definition.states:
            text = f"没有“{step['state']}”这个状态{did_you_mean(str(step['state']), definition.states)}"
        yield document.problem("E03", (*at, "state"), text)


def _owes(document: Document, at: Path, on: Stage, owes: Mapping[str, Any]) -> Iterator[Problem]:
    situation = on.lifecycle.situation(on.task)
    for unit, kinds in owes.items():
        open_ = {d.kind for d in situation.duties if unit in d.units and d.outcome(on.day) in ("open", "missed")}
        for kind in kinds:
            if kind not in open_:
                yield document.problem(
                    "E04", (*at, "owes"), f"{unit} 这天应欠 {kind},实际欠的是:{'、'.join(sorted(open_)) or '无'}"
                )


def _clock(document: Document, at: Path, on: Stage, step: Mapping[str, Any]) -> Iterator[Problem]:
    wanted = parse_measure(str(step["clock"]))
    assert isinstance(wanted, Done)
    hits = [
        e for e in on.play.tonight if e.action == wanted.action and (not wanted.rung or wanted.rung in e.data.values())
    ]
    if not hits:
        did = "、".join(" ".join((e.action, *map(str, e.data.values()))) for e in on.play.tonight) or "什么也没做"
        yield document.problem("E05", (*at, "clock"), f"系统这天应办 {step['clock']},实际:{did}")
    elif "until" in step and str(step["until"]) not in hits[0].data.values():
        yield document.problem("E05", (*at, "until"), f"限期应到 {step['until']},实际:{dict(hits[0].data)}")


def _act(document: Document, at: Path, on: Stage, who: str, step: Mapping[str, Any]) -> Iterator[Problem]:
    action = str(step[who])
    data = {name: step[name] for name in step if name in on.lifecycle.definition.fields}
    before = on.play.task
    try:
        on.play.act(who, action, data, str(step.get("for", "")), str(step.get("by", "")))
    except SuperviseError as error:
        said = ";".join(p.text for p in error.problems)
        if "refused" not in step:
            yield document.problem("E06", at, f"{who} 办不了 {action}:{said}")
        elif str(step["refused"]) not in said:
            yield document.problem("E06", (*at, "refused"), f"应因“{step['refused']}”办不了,实际:{said}")
        return
    if "refused" in step:
        on.play.task = before
        yield document.problem("E06", (*at, "refused"), f"{who} 不该办得了 {action},却办成了")
        return
    recorded = on.task.events[-1].data
    for name, wanted in step.get("gives", {}).items():
        if str(recorded.get(name)) != str(wanted):
            yield document.problem("E20", (*at, "gives", name), f"{name} 应为 {wanted},实际 {recorded.get(name)}")


def _end(document: Document, at: Path, on: Stage, end: Finally) -> Iterator[Problem]:
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
    document: Document, at: Path, on: Stage, end: Finally, expected: Mapping[str, Decimal | str]
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


def _evidence(on: Stage, rules: AssessmentRules, year: Period, end: Finally) -> Evidence:
    """What the year is judged by, as if each period's board had been published on its last day."""
    boards, years, units = [], {}, on.folder.units
    tally = Tally(_ground(on, end.as_of), year, units)
    for name in dict.fromkeys(part.from_.name for part in rules.parts if part.from_.kind != "mark"):
        board = on.folder.rule(BoardRules, name).value
        tally = Tally(_ground(on, end.as_of), year, units, board.score.spare)
        handled = tally.ground.handled(year, board.score.spare)
        years[name] = scores(board.score, tally, handled)
        for period in periods_of(year.start.year, board.period):
            then = Tally(_ground(on, min(period.end, end.as_of)), period, units, board.score.spare)
            rows = rank(board, then, units).standings
            totals = {row.unit: row.score.total for row in rows if row.rank is not None}
            boards.append(Published(period.name, name, period.name, totals, {row.unit: (row.list,) for row in rows}))
    marks = [Mark(mark.unit, mark.kind, mark.day, mark.value) for mark in end.marks]
    return Evidence(boards, years, marks, tally)


def _ground(on: Stage, day: date) -> Ground:
    """The record as it stood on a day."""
    past = [event for event in on.task.events if event.day <= day]
    situations = [on.lifecycle.situation(on.lifecycle.settle(replay(past), day).task)] if past else []
    return Ground(situations, day, on.folder.units)
