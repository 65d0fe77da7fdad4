"""Who acts and who owes: actors, units, and the directory that knows them.

Everywhere inside supervise a unit is named by its one canonical name (the one printed on documents). A directory
turns ids, short names and old names into that name at the edge, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting, as the host's login knows them; we never authenticate.

    Args:
        id: the person, as the log will name them.
        unit: the unit acted for: name, id or short name.
        roles: roles that do not follow from a task, e.g. ``office``; being lead or co follows from the task.
    """

    id: str
    unit: str
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that can owe something, for as long as it exists.

    Args:
        name: canonical name; the key everywhere.
        id: the host's identifier.
        also: other names found in documents.
        group: key of its assessment group.
        since: first day of its existence, ``None`` for always.
        until: last day of its existence, ``None`` for ever.
        becomes: id of the unit that took over its duties after ``until``.
    """

    name: str
    id: str = ""
    also: tuple[str, ...] = ()
    group: str = ""
    since: date | None = None
    until: date | None = None
    becomes: str = ""

    def exists(self, day: date | None) -> bool:
        """Whether the unit exists on ``day``; without a day, whether it ever did."""
        if day is None:
            return True
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Directory(Protocol):
    """What supervise asks of an organisation directory; an OA brings its own."""

    def unit(self, name: str, day: date | None = None) -> Unit | None:
        """The unit with this name, id or other name on ``day``; ``None`` if there is none."""

    def members(self, text: str, day: date | None = None) -> tuple[Unit, ...] | None:
        """The units a collective name such as 各乡镇(街道) stands for; ``None`` if it is no such name."""

    def units(self, day: date | None = None) -> tuple[Unit, ...]:
        """All units existing on ``day``, in a fixed order."""

    def heir(self, name: str, day: date) -> str:
        """Name of the unit that carries the duties of ``name`` on ``day``."""


@dataclass(frozen=True, slots=True)
class UnitList:
    """A directory held in memory, such as the one in ``definitions/units.yaml``.

    Args:
        all: every unit, dissolved ones included.
        sets: collective name → group key, or → names.
    """

    all: tuple[Unit, ...]
    sets: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    _index: dict[str, list[Unit]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for unit in self.all:
            for key in (unit.id, unit.name, *unit.also):
                if key:
                    self._index.setdefault(key, []).append(unit)

    def unit(self, name: str, day: date | None = None) -> Unit | None:
        """See ``Directory.unit``; a name several units bore resolves to the one existing on ``day``."""
        known = self._index.get(name, [])
        return next((unit for unit in known if unit.exists(day)), None)

    def members(self, text: str, day: date | None = None) -> tuple[Unit, ...] | None:
        """See ``Directory.members``."""
        meaning = self.sets.get(text)
        if meaning is None:
            return None
        if isinstance(meaning, str):
            return tuple(u for u in self.units(day) if u.group == meaning)
        found = (self.unit(name, day) for name in meaning)
        return tuple(u for u in found if u is not None)

    def units(self, day: date | None = None) -> tuple[Unit, ...]:
        """See ``Directory.units``."""
        return tuple(u for u in self.all if u.exists(day))

    def heir(self, name: str, day: date) -> str:
        """See ``Directory.heir``; follows ``becomes`` through any number of reforms."""
        unit, seen = self.unit(name), set[str]()
        while unit is not None and not unit.exists(day) and unit.becomes and unit.name not in seen:
            seen.add(unit.name)
            unit = self.unit(unit.becomes) or unit
        return unit.name if unit is not None else name


def names(units: Iterable[Unit]) -> tuple[str, ...]:
    """The canonical names of ``units``, in order."""
    return tuple(unit.name for unit in units)
