"""A task played in memory, night by night, with the clock and the ladders at work; for stories and rehearsals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from supervise.dates import ONE_DAY
from supervise.people import Actor
from supervise.phrases import REMIND
from supervise.records import Event, Task
from supervise.rules import effects, escalation, reminders
from supervise.rules.reminders import Chase, Notice
from supervise.rules.ruleset import Ladder, Reminders
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
        reminders: what is said ahead of limits, and how people may remind by hand.
        tonight: what the clock did on the last night.
        told: what it said of limits that are near on the last night.
    """

    lifecycle: Lifecycle
    ladders: Sequence[Ladder]
    task: Task
    day: date
    reminders: Sequence[Reminders] = ()
    tonight: list[Event] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)
    _said: set[str] = field(default_factory=set)

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
            near = reminders.notices(self.reminders, self.lifecycle.situation(self.task), self.day)
            self.told = [notice for notice in near if notice.key not in self._said]
            self._said |= {notice.key for notice in self.told}
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
        if action == REMIND:
            return self._remind(Actor(by or who, who, self._roles(who)), data)
        roles = self._roles(who)
        spec = definition.actions.get(action)
        given = {name: filler(definition, self.task, name) for name in (spec.needs if spec else ())} | dict(data)
        moved = self.lifecycle.advance(
            self.task, action, Actor(by or who, for_ or who, roles), self.day, {k: v for k, v in given.items() if v}
        )
        moved = effects.by_hand(self.ladders, self.lifecycle, moved)
        self.task = moved.task
        return moved

    def _roles(self, who: str) -> frozenset[str]:
        return frozenset(role for role, label in self.lifecycle.definition.roles.items() if label == who)

    def _remind(self, by: Actor, data: Mapping[str, Any]) -> Step:
        """Remind by hand of the duty that is named, by its key or its kind."""
        definition, task = self.lifecycle.definition, self.lifecycle.settle(self.task, self.day).task
        wanted = str(data.get(definition.field_of("duty", data), ""))
        owed = (d for d in self.lifecycle.situation(task).duties if d.outcome(self.day) in ("open", "missed"))
        key = next((duty.key for duty in owed if wanted in (duty.key, duty.kind)), wanted)
        why = Chase(str(data.get(definition.field_of("text", data), "(略)")))
        moved = reminders.remind(self.reminders, self.lifecycle, self.task, key, by, self.day, why, {})
        self.task = moved.task
        return moved


def filler(definition: Definition, task: Task, name: str) -> Any:
    """Something for a field that decides nothing; empty for percentages, dates and the like, which do."""
    spec = definition.fields[name]
    fill = {"text": "(略)", "list": ["(略)"], "files": ["(略)"], "choice": next(iter(spec.options), "")}
    return [{"day": task.due, "text": "(略)"}] if spec.kind == "stages" else fill.get(spec.kind, "")
