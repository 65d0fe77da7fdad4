"""Which light a task shows on a day: of the lights that hold the gravest, with the rule and the facts behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from supervise.dates import ONE_DAY, Span, period_at
from supervise.phrases import OnPace
from supervise.records import Duty
from supervise.rules.entries import Lit, Run, Saying
from supervise.rules.ladder import Light, Lights
from supervise.rules.reasons import running
from supervise.workflows.situations import Holding, Situation
from supervise.workflows.wording import Wording


@dataclass(frozen=True, slots=True)
class Burning:
    """The light of a task.

    Args:
        task: code.
        units: who leads it.
        light: by name; empty if none burns.
        label, shape: its word and shape.
        rule: why it burns, in Chinese; all that holds of the gravest.
        facts: the duties it rests on.
        day: on which it was judged.
    """

    task: str
    units: tuple[str, ...]
    light: str
    label: str
    shape: str
    rule: str
    facts: tuple[Duty, ...]
    day: date


def judged_on(rules: Lights, day: date) -> date:
    """The day whose facts decide the lights of ``day``: the last on which a period of ``refresh`` was over.

    Args:
        rules: how often lights change.
        day: on which one looks.
    """
    if rules.refresh == "day":
        return day
    period = period_at(day, rules.refresh)
    return day if day == period.end else period.start - ONE_DAY


def light(rules: Lights, situation: Situation, day: date) -> Burning | None:
    """The light of a task, or ``None`` before there was anything to judge.

    Args:
        rules: the lights.
        situation: of the task, settled up to ``day``.
        day: on which one looks.
    """
    on, task = judged_on(rules, day), situation.task
    if task.opened > on:
        return None
    saying = Saying(Wording(situation.definition, situation.laws), {})
    for one in reversed(rules.rungs):
        held = [(entry, found) for entry in one.when if (found := tuple(_holding(situation, entry, on)))]
        if held:
            because = "、".join(saying.entry(entry) for entry, _ in held)
            facts = tuple(dict.fromkeys(h.duty for _, found in held for h in found if h.duty is not None))
            return _burning(situation, one, because, facts, on)
    last = next((one for one in rules.rungs if one.light == rules.otherwise), None)
    if last is None:
        return Burning(task.code, task.lead, "", "", "", "", (), on)
    return _burning(situation, last, "其余情形", (), on)


def _burning(situation: Situation, one: Light, rule: str, facts: tuple[Duty, ...], day: date) -> Burning:
    task = situation.task
    return Burning(task.code, task.lead, one.light, one.label, one.shape, rule, facts, day)


def _holding(situation: Situation, entry: Lit, day: date) -> Iterator[Holding]:
    if isinstance(entry, OnPace):
        for duty in situation.of_kind(entry.duty):
            if duty.born <= day and duty.outcome(day) == "open" and situation.on_pace(duty, day):
                yield Holding(Span(day), duty)
        return
    found = running(situation, entry) if isinstance(entry, Run) else situation.holdings(entry)
    yield from (holding for holding in found if holding.span.holds(day))
