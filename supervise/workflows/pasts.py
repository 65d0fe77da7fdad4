"""What of a history the clock can see: on tasks with the same past it must do the same, whoever they are about.

A history tells more than the clock asks for: texts, papers, persons, which unit it was. That is left out, and units are
only told apart. All else is kept as it stands: a kind of field or a change that is not known here makes fewer tasks
alike, never different ones.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from supervise.phrases import InEffect, Unanswered
from supervise.records import PARTIES, Event
from supervise.workflows.definition import CLOCK, Definition

_SILENT = frozenset({"text", "list", "files"})
"""Kinds of field that only people read; of a text the clock sees whether it is the name of a rung."""
_TOLD = frozenset({"text", "title", "document", "lines", "path"})
"""What an act may change that only people read."""


class Past(NamedTuple):
    """What the clock can see of a history.

    Args:
        seen: equal for tasks on which it must do the same.
        names: of the units and leaders that are told apart, as they come up.
    """

    seen: Hashable
    names: tuple[str, ...]


class Pasts:
    """How the clock sees histories.

    Args:
        laws: every law at hand, by name.
        rungs: the names of all rungs of ladders.
        trait: what tells a unit from others beside its part in the task, such as that nobody presses it.
    """

    def __init__(
        self, laws: Mapping[str, Definition], rungs: Collection[str], trait: Callable[[str], Hashable]
    ) -> None:
        self._laws, self._rungs, self._trait = laws, set(rungs), trait
        self._kinds: dict[str, dict[str, str]] = {}
        self._offices: set[str] = {""}
        self._asking: set[str] = set()

    def of(self, events: Sequence[Event]) -> Past | None:
        """What the clock can see of a task with these events; ``None`` if it asks which person did something."""
        names, start = dict[str, int](), f"{events[0].task}:"
        for law in {event.definition for event in events}.difference(self._kinds):
            self._learn(law, self._laws[law])
        if events[-1].definition in self._asking:
            return None
        keys = [event.key[len(start) :] if event.key.startswith(start) else "" for event in events]
        said = list(keys)
        seen = tuple([
            (
                event.action, event.source, event.target, event.day, event.definition, key,
                self._who(event.unit, names),
                tuple(self._data(event, names, said)) if event.data else (),
                tuple(self._changes(event, names, said)) if event.changes else (),
            )
            for event, key in zip(events, keys, strict=True)
        ])  # fmt: skip
        # a name within something else, such as the key of a duty that each unit owes, means this unit and no other
        written = "\n".join(said)
        same = tuple(names) if any(name in written for name in names) else ()
        return Past((seen, tuple(map(self._trait, names)), same), tuple(names))

    def _learn(self, name: str, law: Definition) -> None:
        self._kinds[name] = {field: spec.kind for field, spec in law.fields.items()}
        self._offices |= set(law.roles.values())
        conditions = (condition for action in law.actions.values() for condition in action.when)
        self._rungs |= {condition.rung for condition in conditions if isinstance(condition, Unanswered | InEffect)}
        if any(CLOCK in action.by and action.other_than for action in law.actions.values()):
            self._asking.add(name)

    def _who(self, name: str, names: dict[str, int]) -> str | int:
        """A name as one of those that come up; what a law calls its offices is no such name."""
        return name if name in self._offices else names.setdefault(name, len(names))

    def _data(self, event: Event, names: dict[str, int], said: list[str]) -> Iterator[tuple[str, Hashable]]:
        kinds = self._kinds[event.definition]
        for name, value in event.data.items():
            kind = kinds.get(name)
            if kind in _SILENT:
                yield name, value if isinstance(value, str) and value in self._rungs else None
            elif kind == "units":
                yield name, tuple([self._who(unit, names) for unit in value])
            else:
                yield name, _days(value) if kind == "stages" else _as_written(value, said)

    def _changes(self, event: Event, names: dict[str, int], said: list[str]) -> Iterator[tuple[str, Hashable]]:
        for name, value in event.changes.items():
            if name in PARTIES:
                yield name, tuple([self._who(unit, names) for unit in value])
            elif name == "targets":
                goals = [goal for goal in value if not isinstance(goal, str)]
                if goals or event.seq > 1:  # later on to have none may be something new
                    yield name, _as_written(goals, said)
            elif name not in _TOLD:
                yield name, _days(value) if name == "stages" else _as_written(value, said)


def _days(stages: Iterable[Mapping[str, Any]]) -> Hashable:
    """The days of stages and what is to be reached by them, without their words."""
    return tuple([(stage["day"], stage.get("percent")) for stage in stages])


def _as_written(value: Any, said: list[str]) -> Hashable:
    """A value as it stands; what is said in it is noted."""
    kept = repr(value) if isinstance(value, dict | list) else value
    if isinstance(kept, str):
        said.append(kept)
    return kept
