"""Lines of a score: numbers with their working, which add up to the total exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import repeat
from typing import NamedTuple

from supervise.dates import Period
from supervise.goals import plain as plain
from supervise.people import Directory
from supervise.phrases import Comparison, Measure, OnPace, Outcome
from supervise.rules.compared import Tested
from supervise.rules.measures import Fact, Record, Ref, Times, Told, added
from supervise.rules.reported import Figure
from supervise.rules.ruleset import Line, ScoreRules

ZERO = Decimal(0)


def rounded(number: Decimal, places: int) -> Decimal:
    """``number`` rounded half up, as 四舍五入 does."""
    return number.quantize(_step(places), ROUND_HALF_UP)


@cache
def _step(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One line of a receipt: what was counted, what it is worth, and the facts behind it."""

    label: str
    quantity: str
    points: Decimal
    because: tuple[Ref, ...] = ()


class Working(NamedTuple):
    """Lines and their sum, to which nothing else is ever added."""

    lines: tuple[ScoreLine, ...]
    total: Decimal

    @classmethod
    def of(cls, lines: Iterable[ScoreLine]) -> Working:
        """Lines added up."""
        lines = tuple(lines)
        return cls(lines, sum([line.points for line in lines], ZERO))


class Score(NamedTuple):
    """The points of a unit for a period, with its working."""

    unit: str
    period: str
    working: Working

    @property
    def lines(self) -> tuple[ScoreLine, ...]:
        """What the points come from."""
        return self.working.lines

    @property
    def total(self) -> Decimal:
        """The sum of the lines."""
        return self.working.total


class Tally:
    """Facts of a period by unit, each measure counted once however often it is asked for.

    Args:
        ground: the record up to the cut.
        period: the days that count.
        directory: groups of units.
        spare: (group, role) pairs whose facts count for nothing.
    """

    def __init__(
        self, ground: Record, period: Period, directory: Directory, spare: Sequence[tuple[str, str]] = ()
    ) -> None:
        self.ground, self.period, self.directory, self.spare = ground, period, directory, frozenset(spare)
        self._facts: dict[tuple[str, Measure], dict[str, list[Fact]]] = {}
        self._times: dict[tuple[bool, Measure], Times] = {}
        self._sums: dict[Measure, dict[str, tuple[int, int]]] = {}
        self._counts: dict[tuple[str, str], bool] = {}
        self._figures: dict[Figure, dict[str, list[Told]]] = {}

    @property
    def last(self) -> date:
        """The last day of the period that is seen: who exists then is on the board."""
        return min(self.period.end, self.ground.as_of)

    def hits(self, unit: str, measures: Iterable[Measure], shared: bool = True) -> list[Fact]:
        """What is as ``measures`` say for ``unit``, maybe its shares in what others owed with it, by task."""
        return [fact for found in self.told(measures, shared) for fact in found.get(unit, ())]

    def told(self, measures: Iterable[Measure], shared: bool = True) -> list[Mapping[str, list[Fact]]]:
        """The same of every unit, for each of the measures."""
        return [self._by_unit("shared" if shared else "hits", measure) for measure in measures]

    def times(self, measures: Iterable[Measure], shared: bool = True) -> Times:
        """How many hits every unit has in each part, all of the measures together; nothing is looked at for it."""
        return added(self._spared(measure, shared) for measure in measures)

    def _spared(self, measure: Measure, shared: bool) -> Times:
        """The same of one measure, without what the rules spare."""
        if (shared, measure) not in self._times:
            found = self.ground.times(measure, self.period, shared)
            if self.spare:
                found = {r: {u: n for u, n in of.items() if self._is_counted(u, r)} for r, of in found.items()}
            self._times[shared, measure] = found
        return self._times[shared, measure]

    def figures(self, unit: str, wanted: Figure) -> list[Told]:
        """What ``unit`` reported on the tasks it leads, by task."""
        if wanted not in self._figures:
            found: dict[str, list[Told]] = {}
            for told in self.ground.figures(wanted, self.period):
                if self._is_counted(told.unit, "lead"):
                    found.setdefault(told.unit, []).append(told)
            self._figures[wanted] = found
        return self._figures[wanted].get(unit, [])

    def owed(self, unit: str, measures: Sequence[Measure], cited: bool = True) -> tuple[int, int, tuple[Ref, ...]]:
        """Of what ``unit`` owed itself: how much, how much of it as one of ``measures`` says, and what was not.

        Args:
            unit: canonical name.
            measures: phrases.
            cited: whether what was not is wanted, or numbers alone.
        """
        numbers = [self._numbers(measure).get(unit, (0, 0)) for measure in measures]
        if _distinct(measures) and self.ground.apart(unit):
            good, bad = (sum(number[place] for number in numbers) for place in (0, 1))
            lost = [fact.ref for m in measures if bad and cited for fact in self._by_unit("lost", m).get(unit, [])]
            return good + bad, good, tuple(lost)
        # Two phrases of one line may speak of the same duty: it is owed once, and good if either phrase says so.
        owed: dict[tuple[str, str, int | None], Fact] = {}
        which = "some" if _distinct(measures) else "facts"
        for fact in (f for measure in measures for f in self._by_unit(which, measure).get(unit, []) if f.own):
            key = (fact.ref.task, fact.ref.key, fact.ref.seq)
            if key not in owed or fact.good:
                owed[key] = fact
        good = sum(fact.good for fact in owed.values())
        return len(owed), good, tuple(fact.ref for fact in owed.values() if not fact.good)

    def _by_unit(self, which: str, measure: Measure) -> Mapping[str, list[Fact]]:
        if (which, measure) not in self._facts:
            found: dict[str, list[Fact]] = {}
            for fact in self._asked(which, measure):
                if self._is_counted(fact.unit, fact.role):
                    found.setdefault(fact.unit, []).append(fact)
            self._facts[which, measure] = found
        return self._facts[which, measure]

    def _asked(self, which: str, measure: Measure) -> Iterable[Fact]:
        if which in ("hits", "shared"):
            return self.ground.hits(measure, self.period, which == "shared")
        if which == "lost":
            return self.ground.lost(measure, self.period)
        some = frozenset(unit for unit in self._numbers(measure) if not self.ground.apart(unit))
        return self.ground.facts(measure, self.period, some if which == "some" else None)

    def _numbers(self, measure: Measure) -> Mapping[str, tuple[int, int]]:
        if measure not in self._sums:
            found: dict[str, tuple[int, int]] = {}
            for unit, role, good, bad in self.ground.sums(measure, self.period):
                if self._is_counted(unit, role):
                    before = found.get(unit, (0, 0))
                    found[unit] = (before[0] + good, before[1] + bad)
            self._sums[measure] = found
        return self._sums[measure]

    def _is_counted(self, unit: str, role: str) -> bool:
        counted = self._counts.get((unit, role))
        if counted is None:
            known = self.directory.unit(unit)
            counted = self._counts[unit, role] = (known.group if known else "", role) not in self.spare
        return counted

    def count(self, unit: str, measure: Measure) -> int:
        """How often what ``measure`` says is so for ``unit`` itself."""
        return self._numbers(measure).get(unit, (0, 0))[0]

    def holds(self, unit: str, comparison: Comparison, known: Mapping[str, Decimal]) -> bool:
        """Whether a comparison holds; ``known`` gives numbers that have a name of their own, such as ``score``."""
        number = known.get(comparison.subject)
        return comparison.holds(Decimal(self.count(unit, comparison.measure)) if number is None else number)

    def tested(self, unit: str, comparison: Comparison, known: Mapping[str, Decimal]) -> Tested:
        """A comparison with the number it was held against, for explanations."""
        number = known.get(comparison.subject)
        actual = number if number is not None else Decimal(self.count(unit, comparison.measure))
        return Tested(comparison.subject, comparison.sign, comparison.value, actual)


def _distinct(measures: Sequence[Measure]) -> bool:
    """Whether no two of them can speak of the same duty: each of one kind, and no kind twice."""
    kinds = [m.duty if isinstance(m, Outcome | OnPace) else "" for m in measures]
    return len(kinds) == 1 or ("" not in kinds and len(set(kinds)) == len(kinds))


Made = Callable[[str], ScoreLine | None]
"""What a line comes to for a unit, nothing where it does not count anything."""


def scores(rules: ScoreRules, tally: Tally, units: Iterable[str], cited: bool = True) -> dict[str, Score]:
    """The scores of some units with their working.

    Args:
        rules: base, lines and bounds.
        tally: facts of the period.
        units: canonical names.
        cited: whether each line says what it rests on, or numbers alone are wanted.
    """
    base, places, period = ScoreLine("基础分", "", rules.base), rules.places, tally.period.name
    made = [(_rated if line.rate else _counted)(line, tally, places, cited) for line in rules.lines]
    units = list(units)
    told = zip(repeat(base, len(units)), *(map(make, units) for make in made), strict=True)
    workings = (_bounded(rules, Working.of(filter(None, lines))) for lines in told)
    return {unit: Score(unit, period, working) for unit, working in zip(units, workings, strict=True)}


def score(rules: ScoreRules, tally: Tally, unit: str) -> Score:
    """The score of one unit with its working, see ``scores``."""
    return scores(rules, tally, (unit,))[unit]


def _bounded(rules: ScoreRules, working: Working) -> Working:
    """With what the bounds give or take."""
    lines, total = working
    if rules.max is not None and total > rules.max:
        return Working.of((*lines, ScoreLine("封顶", plain(rules.max), rules.max - total)))
    if rules.min is not None and total < rules.min:
        return Working.of((*lines, ScoreLine("保底", plain(rules.min), rules.min - total)))
    return working


def _rated(line: Line, tally: Tally, places: int, cited: bool) -> Made:
    measures, worth = line.rate or (), line.points or ZERO
    nothing = ScoreLine(line.label, "无应办,按满分", rounded(worth, places))

    @cache
    def share(good: int, owed: int) -> ScoreLine:
        """The line without what was not done; many units have the same few numbers."""
        return ScoreLine(line.label, f"{good}/{owed} × {plain(worth)}", rounded(worth * good / owed, places))

    def made(unit: str) -> ScoreLine:
        owed, good, lost = tally.owed(unit, measures, cited)
        found = share(good, owed) if owed else nothing
        return replace(found, because=lost) if lost else found

    return made


def _counted(line: Line, tally: Tally, places: int, cited: bool) -> Made:
    measures, shared = line.count or (), line.co is not None
    parts = [(role, f"{label} %d × {plain(each)}", each) for role, label, each in
             (("lead", "牵头", line.lead), ("co", "协办", line.co)) if each is not None]  # fmt: skip
    counted = {role for role, *_ in parts}

    @cache
    def worth(numbers: tuple[int, ...]) -> ScoreLine | None:
        """The line without what it rests on; many units have the same few numbers."""
        there = [(number, text, each) for number, (_, text, each) in zip(numbers, parts, strict=True) if number]
        quantity, points = [text % number for number, text, _ in there], sum((n * each for n, _, each in there), ZERO)
        if line.at_most is not None and abs(points) > line.at_most:
            points = line.at_most.copy_sign(points)
            quantity[-1] += f",至多 {plain(line.at_most)}"
        return ScoreLine(line.label, ",".join(quantity), rounded(points, places)) if quantity else None

    if not cited:
        times = tally.times(measures, shared)
        numbers = [times.get(role, {}) for role, *_ in parts]
        units = list(set().union(*numbers))
        each_of = zip(*(map(found.get, units, repeat(0)) for found in numbers), strict=True)
        return dict(zip(units, map(worth, each_of), strict=True)).get  # without a step of Python for each unit
    told = tally.told(measures, shared)

    def made(unit: str) -> ScoreLine | None:
        hits = [fact for found in told for fact in found.get(unit, ())]
        roles = [fact.role for fact in hits]
        found = worth(tuple([roles.count(role) for role, *_ in parts]))
        because = tuple([fact.ref for fact in hits if fact.role in counted])
        return found and replace(found, because=because)

    return made
