"""Boards of a scheme: every unit with its points, values, grade and lists, what moved it, what is proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from supervise.errors import Invalid, Problem
from supervise.rules.facts import Earlier
from supervise.rules.functions import Quantity, number, truth
from supervise.rules.grading import Graded, grade
from supervise.rules.listing import Listing, called
from supervise.rules.moved import Movement, movement
from supervise.rules.reckoning import PointLine
from supervise.rules.scheme import Scheme, SchemeBoard, column
from supervise.rules.sheet import Sheet
from supervise.rules.spoken import spoken


@dataclass(frozen=True, slots=True)
class Total:
    """Points with their working: the lines add up to the total."""

    total: Decimal
    lines: tuple[PointLine, ...]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One matter of a unit with its values, as text."""

    matter: str
    values: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class SchemeStanding:
    """A unit on a board of a scheme.

    Args:
        group, unit: who.
        rank: ``None`` where it is not ranked.
        tasks: matters, or tasks, that it has a part in.
        score: what it is ranked by, with its working.
        list: the first list it is on; ``lists`` are all of them, ``why`` says what decided.
        grade: with the notes that go with it.
        bars: honours it is barred from.
        values: every named value, as text; numbers without end at six places.
        items: its matters, where the scheme looks at them.
        lights: light → how many of its matters show it, for each value that the board counts.
        movement: since the last board, if there was one.
        spared: lists that it is kept off by an exception alone.
    """

    group: str
    unit: str
    rank: int | None
    tasks: int
    score: Total
    list: str = ""
    lists: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    grade: str = ""
    bars: tuple[str, ...] = ()
    values: Mapping[str, str | None] = field(default_factory=dict)
    items: tuple[ItemRow, ...] = ()
    lights: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    movement: Movement | None = None
    spared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A unit that was on a list so often that the scheme proposes a consequence; people decide."""

    unit: str
    label: str
    list: str
    in_a_row: int | None
    in_year: int | None


@dataclass(frozen=True, slots=True)
class Placed:
    """One board of a scheme, by group and place."""

    name: str
    label: str
    groups: Mapping[str, str]
    lists: Mapping[str, str]
    standings: tuple[SchemeStanding, ...]
    proposals: tuple[Proposal, ...]


def place(sheet: Sheet, name: str) -> Placed:
    """A board of a scheme.

    Args:
        sheet: the scheme at work on the record of the period.
        name: of the board.

    Raises:
        Invalid: J06–J10 when a value cannot be worked out, at its place in the file.
    """
    return _Placing(sheet, name).board()


class _Placing:
    """Ranks and lists the units of one board."""

    def __init__(self, sheet: Sheet, name: str) -> None:
        self.sheet, self.name = sheet, name
        self.scheme: Scheme = sheet.scheme
        self.spec: SchemeBoard = self.scheme.boards[name]
        groups = self.spec.groups or tuple(self.scheme.groups)
        self.groups = {group: self.scheme.groups[group] for group in groups}
        self.units = [unit for unit, group in sheet.groups.items() if group in self.groups]
        self.past = [e for e in sheet.facts.earlier if e.board == name]

    def board(self) -> Placed:
        self._totals()
        listing = Listing(self.sheet, self.name, self.units)
        graded = self._graded()
        rows = [self._row(unit, listing, graded.get(unit)) for unit in self.units]
        order = {group: n for n, group in enumerate(self.groups)}
        rows.sort(key=lambda row: (order[row.group], row.rank is None, row.rank or 0))
        labels = {listed: called(listed, spec) for listed, spec in self.spec.lists.items()}
        proposals = tuple(p for unit in self.units for p in self._proposals(unit, listing.on[unit]))
        label = self.spec.label or self.scheme.title
        return Placed(self.name, label, self.groups, labels, tuple(rows), proposals)

    def _totals(self) -> None:
        """Work out every unit's points first, so that everything that is missing is said at once."""
        problems: list[Problem] = []
        for unit in self.units:
            try:
                self._total(unit)
            except Invalid as error:
                problems += error.problems
        if problems:
            raise Invalid(dict.fromkeys(problems))

    def _of(self, group: str) -> list[str]:
        return [unit for unit in self.units if self.sheet.groups[unit] == group]

    # ── what else a row says ────────────────────────────────────────────────────────────────────────────────────────

    def _graded(self) -> dict[str, Graded]:
        if self.scheme.grading is None:
            return {}
        return {
            u: g for group in self.groups for u, g in grade(self.sheet, self.scheme.grading, self._of(group)).items()
        }

    def _row(self, unit: str, listing: Listing, graded: Graded | None) -> SchemeStanding:
        sheet, rank, lists = self.sheet, listing.ranks.get(unit), listing.on[unit]
        total = self._total(unit)
        bars = tuple(bar.label for name, bar in self.scheme.bars.items() if truth(sheet.value(unit, name)))
        items, lights = self._items(unit)
        why = (*listing.why(unit), *(graded.why if graded else ()))
        return SchemeStanding(
            sheet.groups[unit], unit, rank, sheet.facts.handled(unit), total, lists[0] if lists else "", lists, why,
            graded.grade if graded else "", bars, self._values(unit), items, lights, self._movement(unit, rank, total),
            listing.spared[unit],
        )  # fmt: skip

    def _total(self, unit: str) -> Total:
        """What the unit is ranked by, with its lines where it is a score; a plain value stands alone."""
        name = column(self.spec)
        if name in self.sheet.reckoner.paths:
            made = self.sheet.reckoner.made(unit, self.sheet.reckoner.paths[name])
            return Total(self.sheet.rounded(made.total, self.scheme.places), made.lines)
        if not self.spec.by:
            return Total(Decimal(0), ())
        key = self.spec.by[0].formula
        with self.sheet.at(unit, ("boards", self.name, "by")):
            value = self.sheet.worth(key.node, unit)
            exact = number(self.sheet, value) if value is not None else Fraction(0)
        points = self.sheet.rounded(exact, self.scheme.places)
        return Total(
            points, (PointLine((), spoken(key.node, self.sheet.labels), "", self.sheet.told(key, unit), points),)
        )

    def _values(self, unit: str) -> dict[str, str | None]:
        scheme, found = self.scheme, dict[str, Quantity]()
        for name in scheme.scores:
            parts = ("", ".raw", ".added", ".deducted")
            found |= {name + part: self.sheet.value(unit, name + part) for part in parts}
        named = [name for name in self.sheet.reckoner.paths if name not in scheme.scores]
        found |= {name: self.sheet.value(unit, name) for name in (*named, *scheme.values, *scheme.bars)}
        return {name: None if value is None else self.sheet.shown(value) for name, value in found.items()}

    def _items(self, unit: str) -> tuple[tuple[ItemRow, ...], dict[str, dict[str, int]]]:
        spec = self.scheme.items
        if spec is None:
            return (), {}
        rows = []
        for matter in self.sheet.facts.matters(unit, spec.of):
            values = {name: self.sheet.value(unit, name, matter) for name in spec.values}
            rows.append(ItemRow(matter, {n: None if v is None else self.sheet.shown(v) for n, v in values.items()}))
        lights: dict[str, dict[str, int]] = {}
        for name in self.spec.lights:
            words = [str(row.values[name]) for row in rows if row.values[name] is not None]
            lights[name] = {word: words.count(word) for word in dict.fromkeys(words)}
        return tuple(rows), lights

    def _movement(self, unit: str, rank: int | None, total: Total) -> Movement | None:
        """Against the last board, whatever it was; lines are told apart by section and label."""
        last: Earlier | None = self.past[-1] if self.past else None
        row = last.rows.get(unit) if last is not None else None
        if last is None or row is None or not self.spec.by:
            return None
        lines = (("·".join([*line.section, line.label]), line.points) for line in total.lines)
        with self.sheet.at(unit, ("boards", self.name, "by")):
            there = self.sheet.worth(self.spec.by[0].formula.node, unit) is not None
        return movement(last.period, row, rank, total.total if there else None, lines, column(self.spec))

    def _proposals(self, unit: str, lists: Sequence[str]) -> list[Proposal]:
        found = []
        year = self.sheet.facts.period.start.year
        for streak in self.spec.streaks:
            if streak.list not in lists:
                continue
            on = [(e.start, streak.list in e.rows.get(unit, {}).get("lists", ())) for e in self.past]  # type: ignore[operator]
            row = 1 + next((n for n, (_, hit) in enumerate(reversed(on)) if not hit), len(on))
            in_year = 1 + sum(hit for start, hit in on if start.year == year)
            if (streak.in_a_row and row >= streak.in_a_row) or (streak.in_year and in_year >= streak.in_year):
                found.append(Proposal(unit, streak.label, streak.list, row, in_year))
        return found
