"""Reported figures and what follows from them: how far each goal is reached, and how far it should be by a day.

By kind of goal:

* a *level* that is counted up has come as far as its share of the goal, from its baseline if one is known; where less
  is better, the share of the way down, or goal over figure if nobody knows where it began;
* a rate of *growth* is held against the rate promised, on every day of the year: it does not grow with the calendar;
* a *milestone* is reached or not, and owed on the last day only.

A task with several goals has come as far as their mean; a goal of which nothing was reported stands at 0. Percentages
are rounded half up to one place, here and nowhere else, and 100 is kept for what is reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from supervise.goals import Target, numeric, plain
from supervise.records import PARTIES, Event, Stage, Task
from supervise.workflows.definition import Action, Definition, FieldSpec

PLACES = Decimal("0.1")
ALL, ALMOST, NONE = Decimal(100), Decimal("99.9"), Decimal(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one goal stands.

    Args:
        target: the goal.
        share: percentage reached.
        figure: the last figure as it was put on record; empty if none was.
        why: why it is below the one before, if it is.
    """

    target: Target
    share: Decimal
    figure: Mapping[str, Any]
    why: str = ""


def reached(target: Target, figure: Decimal) -> bool:
    """Whether ``figure`` is what ``target`` promises."""
    if target.upper is not None:
        return target.value <= figure <= target.upper
    if target.comparator == ">":
        return figure > target.value
    if target.comparator == "<":
        return figure < target.value
    return figure <= target.value if target.falling else figure >= target.value


def share(target: Target, figure: Decimal) -> Decimal:
    """The percentage of ``target`` that ``figure`` stands for: 0 to 100, and 100 if and only if it is reached."""
    if reached(target, figure):
        return ALL
    if target.kind == "milestone":
        return NONE
    over = target.upper is not None and figure > target.upper
    part = _down(target, figure) if target.falling or over else _up(target, figure)
    return max(NONE, min(ALMOST, rounded(part)))


def _up(target: Target, figure: Decimal) -> Decimal:
    start = target.start or NONE
    if start >= target.value:
        start = NONE
    way = target.value - start
    return 100 * (figure - start) / way if way > 0 else NONE


def _down(target: Target, figure: Decimal) -> Decimal:
    bound = target.value if target.upper is None else target.upper
    if target.start is not None and target.start > bound:
        return 100 * (target.start - figure) / (target.start - bound)
    return 100 * bound / figure if figure > 0 and bound > 0 else NONE


def rounded(number: Decimal) -> Decimal:
    """A percentage at the places in which it is kept."""
    return number.quantize(PLACES, ROUND_HALF_UP)


def progress(shares: Sequence[Decimal]) -> Decimal:
    """The percentage reached of a task whose goals have come as far as ``shares``."""
    if all(part == ALL for part in shares):
        return ALL
    return min(ALMOST, rounded(sum(shares, NONE) / len(shares)))


def expected(stages: Sequence[Stage], born: date, nominal: date, day: date, start: Decimal = NONE) -> Decimal:
    """The percentage due by ``day``: on the line from stage to stage of the plan, or on one line if it names none.

    Args:
        stages: of the approved plan; those without a percentage bind no figure.
        born: the day it began.
        nominal: the day by which all must be done.
        day: the day asked about.
        start: the percentage that it had come to when it began, if it was carried on.
    """
    at = min(max(day, born), nominal)
    before, low = born, start
    for on, percent in _corners(stages, born, nominal, start):
        if at < on:
            return low + (percent - low) * (at - before).days / (on - before).days
        before, low = on, percent
    return low


def _corners(stages: Sequence[Stage], born: date, nominal: date, start: Decimal) -> Iterator[tuple[date, Decimal]]:
    """Where the line bends, in order: stages with a percentage on the way, then all of it on the last day."""
    low = start
    for on, percent in sorted((stage.day, stage.percent) for stage in stages if stage.percent is not None):
        low = min(ALL, max(low, percent))
        if born < on < nominal:
            yield on, low
    yield nominal, ALL


def scheduled(
    targets: Sequence[Target], stages: Sequence[Stage], born: date, nominal: date, day: date, start: Decimal = NONE
) -> Decimal:
    """The percentage that a task should have reached by ``day``, as ``progress`` counts it.

    Args:
        targets: the goals its percentage is computed from; none if it is typed.
        stages: of the approved plan.
        born: the day it began.
        nominal: the day by which all must be done.
        day: the day asked about.
        start: the percentage that it had come to when it began, if it was carried on.
    """
    line = expected(stages, born, nominal, day, start)
    if not targets:
        return line
    due = {"growth": ALL, "milestone": ALL if day >= nominal else NONE}
    return sum((due.get(target.kind, line) for target in targets), NONE) / len(targets)


def asked(spec: FieldSpec, task: Task) -> bool:
    """Whether a field is to be filled in for ``task``: figures if it has goals, else the percentage they stand for."""
    if spec.kind == "figures":
        return bool(numeric(task.targets))
    return not computed(spec, task)


def computed(spec: FieldSpec, task: Task) -> bool:
    """Whether a field follows from figures, so that nobody types it."""
    return bool(spec.from_) and bool(numeric(task.targets))


def latest(definition: Definition, events: Iterable[Event]) -> dict[tuple[str, str], tuple[Mapping[str, Any], Event]]:
    """The last figure of every indicator and unit, with the act that reported it."""
    name = definition.field_of("figures")
    told = [event for event in events if name in event.data and event.action in definition.figure_actions]
    return {_key(figure): (figure, event) for event in told for figure in event.data[name]}


def _key(figure: Mapping[str, Any]) -> tuple[str, str]:
    return figure["indicator"], figure.get("unit", "")


def standings(definition: Definition, task: Task, figures: Sequence[Mapping[str, Any]] = ()) -> tuple[Standing, ...]:
    """How every numeric goal of ``task`` stands.

    Args:
        definition: the law it lives under.
        task: with its history.
        figures: new ones, which no event holds yet.
    """
    name = definition.field_of("figures")
    last = latest(definition, task.acts)
    new = {_key(figure): figure for figure in figures}
    made = []
    for target in numeric(task.targets):
        key = target.indicator, target.unit
        figure, event = (new[key], None) if key in new else last.get(key, ({}, None))
        why = event.data.get(definition.fields[name].explain, "") if event is not None and "fell" in figure else ""
        made.append(Standing(target, share(target, Decimal(figure["value"])) if figure else NONE, figure, str(why)))
    return tuple(made)


def settled(
    definition: Definition, task: Task, action: Action, data: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What follows from the figures of an act.

    Args:
        definition: the law.
        task: before the act.
        action: which act; only one that asks for the percentage counts.
        data: what was filled in.

    Returns:
        the fields to put on record with it, and a sentence for each cumulative figure that fell.
    """
    percent = definition.field_of("percent", action.needs)
    name = definition.fields[percent].from_ if percent else ""
    if name not in data:
        return {}, ()
    last, stood = latest(definition, task.acts), standings(definition, task, data[name])
    of = {(one.target.indicator, one.target.unit): one for one in stood}
    made, falls = [], []
    for figure in data[name]:
        one, held = of[_key(figure)], {**figure, "share": plain(of[_key(figure)].share)}
        before = last[_key(figure)][0]["value"] if _key(figure) in last else ""
        if before and one.target.cumulative and Decimal(figure["value"]) < Decimal(before):
            held["fell"] = before
            falls.append(f"“{one.target.indicator}”由 {before} 减为 {figure['value']} {one.target.unit}".strip())
        made.append(held)
    return {name: made, percent: plain(progress([one.share for one in stood]))}, tuple(falls)


def verified(definition: Definition, reports: Sequence[Event], acts: Iterable[Event]) -> Event | None:
    """The last report that was found right: answered by who owes the answer, and not sent back to be reported again.

    Args:
        definition: the law.
        reports: those acts that reported.
        acts: all, in order.
    """
    again = {s for name in definition.figure_actions for s in definition.sources(definition.actions[name])}
    numbers, found = {event.seq for event in reports}, None
    waiting: Event | None = None
    for event in acts:
        if event.seq in numbers:
            waiting = event
        elif waiting is not None and event.action in _answers(definition, waiting.action):
            found = waiting if event.target not in again else found
            waiting = None
    return found


def _answers(definition: Definition, report: str) -> set[str]:
    """The acts by which an office answers a report."""
    duties = definition.duties.values()
    return {act for d in duties if report in d.triggers and d.role not in PARTIES for act in d.met_by}


def told(figure: Mapping[str, Any]) -> str:
    """A figure in one phrase: 新增企业 9 家,50%(2025-06-25,统计局月报)."""
    words = " ".join(part for part in (figure["indicator"], figure["value"], figure.get("unit", "")) if part)
    words += f",{figure['share']}%" if "share" in figure else ""
    words += f",上次 {figure['fell']}" if "fell" in figure else ""
    return f"{words}({','.join(filter(None, (figure.get('period', ''), figure.get('source', ''))))})"
