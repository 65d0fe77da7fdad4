"""Lines of a score: numbers with their working, which add up to the total exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from supervise.dates import Period
from supervise.goals import plain as plain
from supervise.people import Directory
from supervise.phrases import Comparison, Measure
from supervise.rules.measures import Fact, Ground, Ref
from supervise.rules.ruleset import Line, ScoreRules

ZERO = Decimal(0)


def rounded(number: Decimal, places: int) -> Decimal:
    """``number`` rounded half up, as 四舍五入 does."""
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One line of a receipt: what was counted, what it is worth, and the facts behind it."""

    label: str
    quantity: str
    points: Decimal
    because: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """The points of a unit for a period, with its working."""

    unit: str
    period: str
    lines: tuple[ScoreLine, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the lines; nothing else is ever added."""
        return sum((line.points for line in self.lines), ZERO)


class Tally:
    """Facts of a period by unit, each measure counted once however often it is asked for.

    Args:
        ground: the record up to the cut.
        period: the days that count.
        directory: groups of units.
        spare: (group, role) pairs whose facts count for nothing.
    """

    def __init__(
        self, ground: Ground, period: Period, directory: Directory, spare: Sequence[tuple[str, str]] = ()
    ) -> None:
        self.ground, self.period, self.directory, self.spare = ground, period, directory, frozenset(spare)
        self._facts: dict[Measure, dict[str, list[Fact]]] = {}

    @property
    def last(self) -> date:
        """The last day of the period that is seen: who exists then is on the board."""
        return min(self.period.end, self.ground.as_of)

    def facts(self, unit: str, measures: Iterable[Measure]) -> list[Fact]:
        """All facts of ``unit`` that ``measures`` speak of, in the order of the tasks."""
        return [fact for measure in measures for fact in self._by_unit(measure).get(unit, [])]

    def _by_unit(self, measure: Measure) -> Mapping[str, list[Fact]]:
        if measure not in self._facts:
            found: dict[str, list[Fact]] = {}
            for fact in self.ground.facts(measure, self.period):
                known = self.directory.unit(fact.unit)
                if (known.group if known else "", fact.role) not in self.spare:
                    found.setdefault(fact.unit, []).append(fact)
            self._facts[measure] = found
        return self._facts[measure]

    def count(self, unit: str, measure: Measure) -> int:
        """How often what ``measure`` says is so for ``unit`` itself."""
        return sum(fact.good for fact in self.facts(unit, [measure]) if fact.own)

    def holds(self, unit: str, comparison: Comparison, known: Mapping[str, Decimal]) -> bool:
        """Whether a comparison holds; ``known`` gives numbers that have a name of their own, such as ``score``."""
        number = known.get(comparison.subject)
        return comparison.holds(Decimal(self.count(unit, comparison.measure)) if number is None else number)

    def shown(self, unit: str, comparison: Comparison, known: Mapping[str, Decimal]) -> str:
        """A comparison with the number it was held against, for explanations."""
        number = known.get(comparison.subject)
        have = plain(number) if number is not None else str(self.count(unit, comparison.measure))
        return f"{comparison}(实为 {have})"


def score(rules: ScoreRules, tally: Tally, unit: str) -> Score:
    """The score of ``unit`` with its working.

    Args:
        rules: base, lines and bounds.
        tally: facts of the period.
        unit: canonical name.
    """
    lines = [ScoreLine("基础分", "", rules.base)]
    for line in rules.lines:
        made = _rate(line, tally, unit, rules.places) if line.rate else _count(line, tally, unit, rules.places)
        if made is not None:
            lines.append(made)
    total = sum((line.points for line in lines), ZERO)
    bounds: tuple[tuple[str, Decimal | None, Callable[[Decimal, Decimal], bool]], ...] = (
        ("封顶", rules.max, Decimal.__gt__), ("保底", rules.min, Decimal.__lt__),
    )  # fmt: skip
    for label, bound, beyond in bounds:
        if bound is not None and beyond(total, bound):
            lines.append(ScoreLine(label, plain(bound), bound - total))
    return Score(unit, tally.period.name, tuple(lines))


def _rate(line: Line, tally: Tally, unit: str, places: int) -> ScoreLine:
    facts = [fact for fact in tally.facts(unit, line.rate or ()) if fact.own]
    worth = line.points or ZERO
    if not facts:
        return ScoreLine(line.label, "无应办,按满分", rounded(worth, places))
    # Two phrases of one line may speak of the same duty: it is owed once, and good if either phrase says so.
    owed: dict[tuple[str, str, int | None], Fact] = {}
    for fact in facts:
        key = (fact.ref.task, fact.ref.key, fact.ref.seq)
        if key not in owed or fact.good:
            owed[key] = fact
    good = sum(fact.good for fact in owed.values())
    points = rounded(worth * good / len(owed), places)
    lost = tuple(fact.ref for fact in owed.values() if not fact.good)
    return ScoreLine(line.label, f"{good}/{len(owed)} × {plain(worth)}", points, lost)


def _count(line: Line, tally: Tally, unit: str, places: int) -> ScoreLine | None:
    hits = [fact for fact in tally.facts(unit, line.count or ()) if fact.good]
    worth = {"lead": line.lead, "co": line.co}
    counted = [fact for fact in hits if worth.get(fact.role) is not None]
    if not counted:
        return None
    parts, points = [], ZERO
    for role, label in (("lead", "牵头"), ("co", "协办")):
        number, each = sum(fact.role == role for fact in counted), worth[role]
        if number and each is not None:
            parts.append(f"{label} {number} × {plain(each)}")
            points += number * each
    quantity = ",".join(parts)
    if line.at_most is not None and abs(points) > line.at_most:
        points = line.at_most.copy_sign(points)
        quantity += f",至多 {plain(line.at_most)}"
    return ScoreLine(line.label, quantity, rounded(points, places), tuple(fact.ref for fact in counted))
