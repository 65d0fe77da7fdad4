"""Supervision orders: which letters go out today, and when to look again.

An order is an act: it carries the day it went out and its limit runs from there, for nobody can answer a letter not
yet sent. So a missed night means letters leave later; it changes no state and settles no duty of the work itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from supervise.dates import FOREVER, ONE_DAY, Span
from supervise.phrases import Length
from supervise.records import PARTIES, Duty, Event, Task
from supervise.rules import effects
from supervise.rules.ladder import Ladder, Rung
from supervise.rules.reasons import reasons
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
    tell: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pressed:
    """What pressing a task gives: the letters sent, as a step, and those that people must confirm."""

    step: Step
    proposals: tuple[Proposal, ...] = ()


def press(ladder: Ladder, lifecycle: Lifecycle, task: Task, day: date) -> Pressed:
    """Send the orders that are due on ``day``: for each duty only the gravest rung that holds and was not sent yet.

    A rung that people must confirm is only proposed; it neither goes out nor holds back what the clock may send. Where
    the ladder presses the task as one matter, one order at a time goes out for all of it.

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
    found = list(_gravest(ladder, situation, day))
    for rung, holding in found:
        if not rung.confirm:
            sent = sent.then(_send(lifecycle, sent.task, rung, holding, day))
    return Pressed(sent, _waiting(task, found))


def proposed(ladder: Ladder, situation: Situation, day: date) -> tuple[Proposal, ...]:
    """The orders that wait for people's word on ``day``: for each duty the gravest, until it is sent or set aside.

    Args:
        ladder: the rungs.
        situation: of a task settled up to ``day``.
        day: on which one looks.
    """
    return _waiting(situation.task, _gravest(ladder, situation, day))


def _waiting(task: Task, found: Iterable[tuple[Rung, Holding]]) -> tuple[Proposal, ...]:
    return tuple(
        Proposal(task.code, rung.order, rung.label, holding.duty.key, rung.confirm, holding.span.start, rung.tell)
        for rung, holding in found if rung.confirm and holding.duty is not None
    )  # fmt: skip


def wake(ladder: Ladder, lifecycle: Lifecycle, task: Task, day: date) -> date:
    """The next day an order may go out; ``FOREVER`` if none is in sight.

    A reason that already holds counts from its start, so that a night that was missed is made up for; one that waits
    for people's word is said once, on the day it begins; one that an accepted reason holds back, on the day after.
    """
    situation, ahead = lifecycle.situation(task), []
    stops = _suspended(ladder, situation)
    for rung, holding in _candidates(ladder, situation):
        span, duty = holding.span, holding.duty
        start = _resumed(stops, duty, span.start) if duty is not None else span.start
        if start <= day:
            start = _resumed(stops, duty, day) if duty is not None else start
            start = span.start if start == day else start
        if start < span.end and (start > day or (span.end > day and not rung.confirm)):
            ahead.append(start)
    return min(ahead, default=FOREVER)


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
    event = step.task.events[-1]
    effect = effects.of_order(rung, holding.duty, day, lifecycle.calendar_of(task))
    return effects.marked(step, replace(event, to=rung.tell, changes={**event.changes, **effect}))


def _gravest(ladder: Ladder, situation: Situation, day: date) -> Iterator[tuple[Rung, Holding]]:
    best: dict[tuple[str, bool], tuple[Rung, Holding]] = {}
    stops = _suspended(ladder, situation)
    for rung, holding in _candidates(ladder, situation):
        duty = holding.duty
        if holding.span.holds(day) and duty is not None and _resumed(stops, duty, day) == day:
            best["" if ladder.per == "task" else duty.key, bool(rung.confirm)] = (rung, holding)
    yield from best.values()


def _candidates(ladder: Ladder, situation: Situation) -> tuple[tuple[Rung, Holding], ...]:
    """Rungs, mildest first, with reasons that no order of the same or a graver rung has taken up since they began.

    Nobody is pressed for what a former holder left undone: the duty is on his record, the work on the new one's.
    """
    return situation.once("candidates", ladder, _found)


def _found(ladder: Ladder, situation: Situation) -> tuple[tuple[Rung, Holding], ...]:
    return tuple(_reasoned(ladder, situation))


def _reasoned(ladder: Ladder, situation: Situation) -> Iterator[tuple[Rung, Holding]]:
    if situation.task.state in situation.definition.finals:
        return
    sent = _orders(ladder, situation)
    for grade, rung in enumerate(ladder.rungs):
        for holding in reasons(ladder, situation, rung):
            duty = holding.duty
            if duty is None or not _holds_still(situation.task, duty) or ladder.spares(duty.units, duty.role):
                continue
            if not _taken(ladder, grade, holding, duty, sent):
                yield rung, holding


def _holds_still(task: Task, duty: Duty) -> bool:
    return duty.role not in PARTIES or bool(set(duty.units) & set(getattr(task, duty.role)))


@dataclass(frozen=True, slots=True)
class _Order:
    """An order that was sent, or a proposal that was set aside."""

    grade: int
    duty: str
    until: date
    aside: bool


def _taken(ladder: Ladder, grade: int, holding: Holding, duty: Duty, sent: list[_Order]) -> bool:
    """A reason is taken up by an order sent since it began, or still running when it began."""
    return any(
        (one.grade == grade if one.aside else one.grade >= grade)
        and (one.duty == duty.key or (ladder.per == "task" and not one.aside))
        and one.until >= holding.span.start
        for one in sent
    )


def _orders(ladder: Ladder, situation: Situation) -> list[_Order]:
    found, definition = [], situation.definition
    aside = {one.action for one in ladder.suspends}
    for event in situation.task.acts:
        about = definition.field_of("duty", event.data) if event.data else ""
        grade = max([ladder.grade(str(value)) for value in event.data.values()], default=-1) if about else -1
        if grade >= 0:
            limit = date.fromisoformat(event.data[definition.field_of("date", event.data)])
            until = max(event.day, limit)
            found.append(_Order(grade, event.data[about], until, event.action in aside))
    return found


def _suspended(ladder: Ladder, situation: Situation) -> list[tuple[Span, str]]:
    """The days on which an accepted reason stops the ladder, and the duty it is about, all of them if empty."""
    found, task, definition = [], situation.task, situation.definition
    for event in task.acts if ladder.suspends else ():
        for one in ladder.suspends:
            if one.action == event.action:
                end = _accepted(situation, event, one.length)
                about = definition.field_of("duty", event.data)
                found.append((Span(event.day, end + ONE_DAY), event.data[about] if about else ""))
    return sorted(found)


def _accepted(situation: Situation, event: Event, length: Length | None) -> date:
    """The last day of an accepted reason: as the act says, and no longer than the pause it made has lasted."""
    pause = next((pause for pause in situation.task.pauses if pause.seq == event.seq), None)
    if pause is not None:
        return pause.end
    if length is not None:
        return situation.calendar.add(event.day, length.count, length.unit)
    until = situation.definition.field_of("date", event.data)
    return date.fromisoformat(event.data[until]) if until else event.day


def _resumed(stops: list[tuple[Span, str]], duty: Duty, day: date) -> date:
    """The first day from ``day`` on that no accepted reason covers."""
    for span, about in stops:
        if span.holds(day) and about in ("", duty.key):
            day = span.end
    return day
