"""Supervision orders: which letters go out today, and when to look again.

An order is an act: it carries the day it went out and its limit runs from there, for nobody can answer a letter not
yet sent. So a missed night means letters leave later; it changes no state and settles no duty of the work itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from supervise.dates import FOREVER
from supervise.records import PARTIES, Duty, Task
from supervise.rules.ruleset import Ladder, Rung
from supervise.workflows.lifecycle import CLOCK_ACTOR, Lifecycle, Step
from supervise.workflows.situations import Holding, Situation


@dataclass(frozen=True, slots=True)
class Proposal:
    """An order that may go out only once ``confirm`` says so."""

    task: str
    rung: str
    label: str
    duty: str
    confirm: str
    since: date


@dataclass(frozen=True, slots=True)
class Pressed:
    """What pressing a task gives: the letters sent, as a step, and those that people must confirm."""

    step: Step
    proposals: tuple[Proposal, ...] = ()


def press(ladder: Ladder, lifecycle: Lifecycle, task: Task, day: date) -> Pressed:
    """Send the orders that are due on ``day``: for each duty only the gravest rung that holds and was not sent yet.

    A rung that people must confirm is only proposed; it neither goes out nor holds back what the clock may send.

    Args:
        ladder: the rungs.
        lifecycle: the law of the task; its pressing action is how an order is recorded.
        task: settled up to ``day``.
        day: today; limits run from it.
    """
    if task.events[-1].day > day:
        return Pressed(Step(task))  # a clock set back sends no letters into the past
    sent = Step(task)
    situation = lifecycle.situation(task)
    proposals = []
    for rung, holding in _gravest(ladder, situation, day):
        assert holding.duty is not None
        if rung.confirm:
            proposals.append(
                Proposal(task.code, rung.order, rung.label, holding.duty.key, rung.confirm, holding.span.start)
            )
            continue
        sent = sent.then(_send(lifecycle, sent.task, rung, holding, day))
    return Pressed(sent, tuple(proposals))


def wake(ladder: Ladder, lifecycle: Lifecycle, task: Task, day: date) -> date:
    """The next day an order may go out; ``FOREVER`` if none is in sight.

    A reason that already holds counts from its start, so that a night that was missed is made up for; one that waits
    for people's word is said once, on the day it begins.
    """
    situation = lifecycle.situation(task)
    starts = [
        h.span.start
        for rung, h in _candidates(ladder, situation)
        if h.span.start > day or (h.span.end > day and not rung.confirm)
    ]
    return min(starts, default=FOREVER)


def _send(lifecycle: Lifecycle, task: Task, rung: Rung, holding: Holding, day: date) -> Step:
    definition, name = lifecycle.definition, lifecycle.pressing
    needs = definition.actions[name].needs
    about, until = definition.field_of("duty", needs), definition.field_of("date", needs)
    level = definition.field_of("text", needs)
    assert holding.duty is not None and rung.reply is not None
    limit = lifecycle.calendar_of(task).add(day, rung.reply.count, rung.reply.unit)
    data = {about: holding.duty.key, until: limit, level: rung.order}
    key = f"{task.code}:{name}:{rung.order}:{holding.key}"
    step = lifecycle.advance(task, name, CLOCK_ACTOR, day, data, key)
    order = replace(step.task.events[-1], to=rung.tell)
    return Step(task, (*step.path[:-1], replace(step.task, events=(*step.task.events[:-1], order))))


def _gravest(ladder: Ladder, situation: Situation, day: date) -> Iterator[tuple[Rung, Holding]]:
    best: dict[tuple[str, bool], tuple[Rung, Holding]] = {}
    for rung, holding in _candidates(ladder, situation):
        if holding.span.holds(day) and holding.duty is not None:
            best[holding.duty.key, bool(rung.confirm)] = (rung, holding)
    yield from best.values()


def _candidates(ladder: Ladder, situation: Situation) -> Iterator[tuple[Rung, Holding]]:
    """Rungs, mildest first, with reasons that no order of the same or a graver rung has taken up since they began.

    Nobody is pressed for what a former holder left undone: the duty is on his record, the work on the new one's.
    """
    if situation.task.state in situation.definition.finals:
        return
    sent = _orders(ladder, situation)
    for grade, rung in enumerate(ladder.rungs):
        for condition in rung.when:
            for holding in situation.holdings(condition):
                duty = holding.duty
                if duty is None or not _holds_still(situation.task, duty):
                    continue
                if not _taken(grade, holding, duty, sent):
                    yield rung, holding


def _holds_still(task: Task, duty: Duty) -> bool:
    return duty.role not in PARTIES or bool(set(duty.units) & set(getattr(task, duty.role)))


def _taken(grade: int, holding: Holding, duty: Duty, sent: list[tuple[int, str, date]]) -> bool:
    """A reason is taken up by an order sent since it began, or still running when it began."""
    return any(g >= grade and key == duty.key and until >= holding.span.start for g, key, until in sent)


def _orders(ladder: Ladder, situation: Situation) -> list[tuple[int, str, date]]:
    found, definition = [], situation.definition
    for event in situation.task.acts:
        about = definition.field_of("duty", event.data)
        grade = max([ladder.grade(str(value)) for value in event.data.values()], default=-1) if about else -1
        if grade >= 0:
            limit = date.fromisoformat(event.data[definition.field_of("date", event.data)])
            found.append((grade, event.data[about], max(event.day, limit)))
    return found
