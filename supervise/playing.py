"""A task played in memory, night by night, with the clock and the ladders at work; for stories and rehearsals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from supervise.dates import ONE_DAY
from supervise.people import Actor
from supervise.records import Event, Task
from supervise.rules import effects, escalation
from supervise.rules.ruleset import Ladder
from supervise.workflows.definition import Definition
from supervise.workflows.lifecycle import Lifecycle, Step


@dataclass
class Play:
    """A task under a law and its ladders on a day.

    Args:
        lifecycle: the law.
        ladders: what presses.
        task: as it stands.
        day: today.
        tonight: what the clock did on the last night.
    """

    lifecycle: Lifecycle
    ladders: Sequence[Ladder]
    task: Task
    day: date
    tonight: list[Event] = field(default_factory=list)

    def until(self, day: date) -> list[Event]:
        """Let every night pass up to ``day`` and give what the clock did on the way."""
        done: list[Event] = []
        while self.day < day:
            self.day += ONE_DAY
            settled = self.lifecycle.settle(self.task, self.day)
            self.task, self.tonight = settled.task, list(settled.events)
            for ladder in self.ladders:
                pressed = escalation.press(ladder, self.lifecycle, self.task, self.day)
                self.task = pressed.step.task
                self.tonight += pressed.step.events
            done += self.tonight
        return done

    def act(self, who: str, action: str, data: Mapping[str, Any], for_: str = "", by: str = "") -> Step:
        """Let somebody do something today; what is not given is filled in.

        Args:
            who: a unit, or a role by its label.
            action: name in the definition.
            data: field → value.
            for_: another unit, in whose place.
            by: the person, if it matters who.

        Raises:
            Refused: when it cannot be done.
        """
        definition = self.lifecycle.definition
        roles = frozenset(role for role, label in definition.roles.items() if label == who)
        spec = definition.actions.get(action)
        given = {name: filler(definition, self.task, name) for name in (spec.needs if spec else ())} | dict(data)
        moved = self.lifecycle.advance(
            self.task, action, Actor(by or who, for_ or who, roles), self.day, {k: v for k, v in given.items() if v}
        )
        moved = effects.by_hand(self.ladders, self.lifecycle, moved)
        self.task = moved.task
        return moved


def filler(definition: Definition, task: Task, name: str) -> Any:
    """Something for a field that decides nothing; empty for percentages, dates and the like, which do."""
    spec = definition.fields[name]
    fill = {"text": "(略)", "list": ["(略)"], "files": ["(略)"], "choice": next(iter(spec.options), "")}
    return [{"day": task.due, "text": "(略)"}] if spec.kind == "stages" else fill.get(spec.kind, "")
