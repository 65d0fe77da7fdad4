"""Who acts and who owes: actors, units, and the directory that knows them.

Everywhere inside supervise a unit is named by its one canonical name (the one printed on documents). A directory
turns ids, short names and old names into that name at the edge, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal, Protocol

from pydantic import Field, PlainValidator

from supervise.dates import parse_day
from supervise.errors import Invalid, Problem, did_you_mean
from supervise.reading import Day, Document, Strict


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting, as the host's login knows them; we never authenticate.

    Args:
        id: the person, as the log will name them.
        unit: the unit acted for: name, id or short name.
        roles: roles that do not follow from a task, e.g. ``office``, in any collection; being lead or co follows from
            the task.
    """

    id: str
    unit: str
    roles: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not isinstance(self.roles, frozenset):  # a host keeps them as it likes: a list, a tuple, one word
            object.__setattr__(self, "roles", frozenset([self.roles] if isinstance(self.roles, str) else self.roles))


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


POSTS = {"liaison": "联络员", "unit_head": "主要负责人", "deputy": "分管副职"}
"""Posts in a unit to which messages may go, and what they are called."""


LONGEST = 191
"""Characters of an address."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who gets messages, for as long as he holds a post.

    Args:
        name: as people call him.
        post: one of ``POSTS``.
        unit: canonical name of his unit.
        to: channel → address on it, in the order in which they are tried.
        id: the host's identifier; whoever holds several posts has one.
        since: first day in the post, ``None`` for always.
        until: last day, ``None`` for ever.
        away: first and last days on which somebody else must take it.
    """

    name: str
    post: str
    unit: str
    to: Mapping[str, str] = field(default_factory=dict)
    id: str = ""
    since: date | None = None
    until: date | None = None
    away: tuple[tuple[date, date], ...] = ()

    def holds(self, day: date) -> bool:
        """Whether the post is his on ``day``."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def present(self, day: date) -> bool:
        """Whether he is there on ``day`` to get anything."""
        return self.holds(day) and not any(first <= day <= last for first, last in self.away)


class Peopled(Protocol):
    """What a directory may know besides units; one that does not gets every message under the unit's own name."""

    def people(self, name: str, day: date) -> tuple[Person, ...] | None:
        """Those who hold a post on ``day`` in the unit called so, away or not, or the person himself.

        ``None`` where no people are kept at all; empty where there is nobody.
        """


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
        groups: group key → label.
        persons: who gets messages; empty if none are kept.
    """

    all: tuple[Unit, ...]
    sets: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    persons: tuple[Person, ...] = ()
    _index: dict[str, list[Unit]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for unit in self.all:
            for key in (unit.id, unit.name, *unit.also):
                if key:
                    self._index.setdefault(key, []).append(unit)

    def unit(self, name: str, day: date | None = None) -> Unit | None:
        """See ``Directory.unit``; a name several units bore resolves to the one existing on ``day``."""
        for unit in self._index.get(name, ()):
            if unit.exists(day):
                return unit
        return None

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

    def people(self, name: str, day: date) -> tuple[Person, ...] | None:
        """See ``Peopled.people``."""
        if not self.persons:
            return None
        unit = self.unit(self.heir(name, day), day)
        named = unit.name if unit is not None else ""
        return tuple(p for p in self.persons if p.holds(day) and (p.unit == named or (unit is None and p.name == name)))


@dataclass(frozen=True, slots=True)
class Aliased:
    """A directory that also knows the names clerks have taught it; its units and what they are called stay as they are.

    Args:
        inner: the directory.
        aliases: name → canonical name of a unit; a name the directory knows itself is the directory's.
    """

    inner: Directory
    aliases: Mapping[str, str]

    @property
    def groups(self) -> Mapping[str, str]:
        """Labels of the groups, where the directory has them."""
        found: Mapping[str, str] = getattr(self.inner, "groups", {})
        return found

    def unit(self, name: str, day: date | None = None) -> Unit | None:
        """See ``Directory.unit``."""
        found = self.inner.unit(name, day)
        if found is None and name in self.aliases and self.inner.unit(name) is None:
            return self.inner.unit(self.aliases[name], day)
        return found

    def members(self, text: str, day: date | None = None) -> tuple[Unit, ...] | None:
        """See ``Directory.members``."""
        return self.inner.members(text, day)

    def units(self, day: date | None = None) -> tuple[Unit, ...]:
        """See ``Directory.units``."""
        return self.inner.units(day)

    def heir(self, name: str, day: date) -> str:
        """See ``Directory.heir``."""
        return self.inner.heir(self.aliases.get(name, name) if self.inner.unit(name) is None else name, day)

    def people(self, name: str, day: date) -> tuple[Person, ...] | None:
        """See ``Peopled.people``."""
        known = self.inner.unit(name) is not None
        return people(self.inner, name if known else self.aliases.get(name, name), day)


def people(directory: Directory, name: str, day: date) -> tuple[Person, ...] | None:
    """Who holds a post in a unit, or the person called so; ``None`` where a directory keeps no people."""
    asked = getattr(directory, "people", None)
    found: tuple[Person, ...] | None = asked(name, day) if asked is not None else None
    return found


def names(units: Iterable[Unit]) -> tuple[str, ...]:
    """The canonical names of ``units``, in order."""
    return tuple(unit.name for unit in units)


def parse_days(text: object) -> tuple[date, date]:
    """First and last day of ``2025-06-10..2025-06-20``, or of a single day.

    Raises:
        ValueError: in Chinese, when it is no such thing.
    """
    first, dots, last = str(text).partition("..")
    begin = parse_day(first)
    end = parse_day(last) if dots else begin
    if end < begin:
        raise ValueError(f"“{text}”的头尾颠倒了")
    return begin, end


Stretch = Annotated[tuple[date, date], PlainValidator(parse_days)]


class PersonEntry(Strict):
    """One person in a units file."""

    id: str = ""
    name: str
    post: Literal["liaison", "unit_head", "deputy"]
    to: dict[str, str]
    since: Day | None = None
    until: Day | None = None
    away: tuple[Stretch, ...] = ()


class UnitEntry(Strict):
    """One unit in a units file."""

    id: str = ""
    name: str
    also: tuple[str, ...] = ()
    group: str = ""
    since: Day | None = None
    until: Day | None = None
    becomes: str = ""
    people: tuple[PersonEntry, ...] = ()


class AliasEntry(Strict):
    """One learned name: as notices print it, and the unit it stands for; ``from`` is the file it was learned from."""

    name: str
    unit: str
    from_: str = Field(default="", alias="from")


class AliasesFile(Strict):
    """What ``aliases.yaml`` says, the names that corrections have taught."""

    aliases: tuple[AliasEntry, ...] = ()


class UnitsFile(Strict):
    """What ``units.yaml`` says: groups with their labels, units, and collective names (``group towns`` or a list)."""

    groups: dict[str, str] = {}
    units: tuple[UnitEntry, ...]
    sets: dict[str, str | tuple[str, ...]] = {}


def unit_list(file: UnitsFile, document: Document) -> UnitList:
    """The directory that a units file describes.

    Raises:
        Invalid: U01 two units of one name at one time, U02 an unknown successor, U03 a set of an unknown group or unit,
            U06 an address that cannot be one, or a post that ends before it begins.
    """
    units = tuple(Unit(**entry.model_dump(exclude={"people"})) for entry in file.units)
    persons = tuple(Person(unit=entry.name, **one.model_dump()) for entry in file.units for one in entry.people)
    problems = [*_clashes(units, document), *_sets(file, units, document), *_persons(file, document)]
    if problems:
        raise Invalid(problems)
    sets = {name: m.removeprefix("group ") if isinstance(m, str) else m for name, m in file.sets.items()}
    return UnitList(units, sets, dict(file.groups), persons)


def alias_map(file: AliasesFile, document: Document) -> dict[str, str]:
    """The learned names of an aliases file; one of a unit that is gone names nobody, and is found when it is used.

    Raises:
        Invalid: U01 a name that stands for two units.
    """
    found: dict[str, str] = {}
    problems = []
    for i, entry in enumerate(file.aliases):
        if found.setdefault(entry.name, entry.unit) != entry.unit:
            text = f"“{entry.name}”既记作{found[entry.name]}又记作{entry.unit},分不清是谁"
            problems.append(document.problem("U01", ("aliases", i, "name"), text, "请删去一条"))
    if problems:
        raise Invalid(problems)
    return found


def _clashes(units: tuple[Unit, ...], document: Document) -> Iterator[Problem]:
    ids = {unit.id or unit.name for unit in units} | {unit.name for unit in units}
    for i, unit in enumerate(units):
        for other in units[:i]:
            shared = {unit.id, unit.name, *unit.also} & {other.id, other.name, *other.also} - {""}
            together = all(
                a.since is None or b.until is None or a.since <= b.until for a, b in ((unit, other), (other, unit))
            )
            if shared and together:
                word = sorted(shared)[0]
                yield document.problem("U01", ("units", i), f"“{word}”既是{unit.name}又是{other.name},分不清是谁")
        if unit.becomes and unit.becomes not in ids:
            yield document.problem(
                "U02", ("units", i, "becomes"), f"没有“{unit.becomes}”这个单位{did_you_mean(unit.becomes, ids)}"
            )


def _persons(file: UnitsFile, document: Document) -> Iterator[Problem]:
    for i, unit in enumerate(file.units):
        for k, one in enumerate(unit.people):
            at: tuple[str | int, ...] = ("units", i, "people", k)
            for channel, address in one.to.items():
                if not 0 < len(address.strip()) <= LONGEST:
                    text = f"{one.name}在 {channel} 的地址是空的,或超过 {LONGEST} 个字"
                    yield document.problem("U06", (*at, "to", channel), text)
            if one.since is not None and one.until is not None and one.until < one.since:
                yield document.problem("U06", (*at, "until"), f"{one.name}的任职到 {one.until} 止,早于 since 写的开始")


def _sets(file: UnitsFile, units: tuple[Unit, ...], document: Document) -> Iterator[Problem]:
    groups = {unit.group for unit in units}
    known = {word for unit in units for word in (unit.id, unit.name, *unit.also)}
    for name, meaning in file.sets.items():
        if isinstance(meaning, str):
            group = meaning.removeprefix("group ")
            if not meaning.startswith("group ") or group not in groups:
                text = f"“{name}”应写作 group 分组名,或列出单位{did_you_mean(group, groups)}"
                yield document.problem("U03", ("sets", name), text)
        else:
            for word in meaning:
                if word not in known:
                    yield document.problem("U03", ("sets", name), f"没有“{word}”这个单位{did_you_mean(word, known)}")
