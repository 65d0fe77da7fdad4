"""Nested lines of a scheme become points with their working; whatever the bounds do, the lines add up exactly."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from supervise.goals import plain
from supervise.reading import Path
from supervise.rules.arithmetic import Node
from supervise.rules.behind import behind
from supervise.rules.facts import Entry
from supervise.rules.functions import Asker, Quantity, number, truth
from supervise.rules.measures import Ref
from supervise.rules.scheme import Formula, SchemeLine, Value
from supervise.rules.windows import Window

ZERO = Fraction(0)
PARTS = {"": "total", "raw": "raw", "added": "added", "deducted": "deducted"}
"""What may stand behind the name of a line: its points before its bounds, what was added, what was taken."""


@dataclass(frozen=True, slots=True)
class PointLine:
    """One line of a receipt.

    Args:
        section: the sections it stands in, outermost first.
        label: what it is for.
        clause: of the scheme's source.
        quantity: how the points came about.
        points: rounded; all lines together are the total.
        because: the facts behind it.
    """

    section: tuple[str, ...]
    label: str
    clause: str
    quantity: str
    points: Decimal
    because: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """The points of a line or section.

    Args:
        total: after its bounds; exact where the scheme rounds only the total.
        raw: before its bounds.
        added, deducted: what its lines gave and took, both as positive numbers; bounds and base are neither.
        lines: its receipt.
        out: whether it does not count at all, so that the others are scaled up.
    """

    total: Fraction
    raw: Fraction
    added: Fraction = ZERO
    deducted: Fraction = ZERO
    lines: tuple[PointLine, ...] = ()
    out: bool = False


class Judged(Asker, Protocol):
    """The sheet, as far as lines ask for it."""

    @property
    def groups(self) -> Mapping[str, str]:
        """Unit → group."""

    def worth(self, node: Node, unit: str, item: str | None = None) -> Quantity:
        """What a formula comes to."""

    def told(self, formula: Formula, unit: str) -> str:
        """A formula with what its names stand for."""

    def shown(self, found: Quantity) -> str:
        """A value as a person reads it."""

    def banded(self, spec: Value | SchemeLine, found: Quantity, unit: str, item: str | None = None) -> Quantity:
        """The result of the band in which a number lies."""

    def at(self, unit: str, path: Path) -> AbstractContextManager[None]:
        """Where things go wrong within a block."""


class Reckoner:
    """The lines of all scores of a scheme, each worked out once for each unit."""

    def __init__(self, sheet: Judged) -> None:
        self.sheet = sheet
        self.specs: dict[Path, SchemeLine] = {}
        self.paths: dict[str, Path] = {}
        for name, spec in sheet.scheme.scores.items():
            self._index(("scores", name), spec)
            self.paths[name] = ("scores", name)
        self._made: dict[tuple[str, Path], Made] = {}
        self._dropped: dict[tuple[str, Path], frozenset[tuple[Path, int]]] = {}

    def _index(self, path: Path, spec: SchemeLine) -> None:
        self.specs[path] = spec
        if spec.name:
            self.paths[spec.name] = path
        for i, line in enumerate(spec.lines):
            self._index((*path, "lines", i), line)

    def made(self, unit: str, path: Path) -> Made:
        """The points of a line for a unit."""
        if (unit, path) not in self._made:
            with self.sheet.at(unit, path):
                spec = self.specs[path]
                found = self._section(unit, path, spec) if spec.lines else self._leaf(unit, path, spec)
            self._made[unit, path] = self._closed(found) if len(path) == 2 else found
        return self._made[unit, path]

    def _closed(self, made: Made) -> Made:
        """A whole score: at the scheme's places, the lines adding up to it."""
        total = self.sheet.rounded(made.total, self.sheet.scheme.places)
        rest = total - sum((line.points for line in made.lines), Decimal(0))
        lines = (*made.lines, PointLine((), "取舍差额", "", "总分取舍后的差额", rest)) if rest else made.lines
        return Made(Fraction(total), made.raw, made.added, made.deducted, lines, made.out)

    def _points(self, exact: Fraction) -> Decimal:
        return self.sheet.rounded(exact, self.sheet.scheme.places)

    def _kept(self, exact: Fraction) -> Fraction:
        """The number that goes on: rounded, unless only the total is."""
        return exact if self.sheet.scheme.round == "total" else Fraction(self._points(exact))

    def _sections(self, path: Path) -> tuple[str, ...]:
        steps = (path[:n] for n in range(4, len(path), 2))
        return tuple(self.specs[step].label or self.specs[step].name for step in steps)

    def _line(
        self, path: Path, quantity: str, exact: Fraction, because: Sequence[Ref] = (), label: str = ""
    ) -> PointLine:
        spec = self.specs[path]
        section = (*self._sections(path), spec.label or spec.name) if label and len(path) > 2 else self._sections(path)
        return PointLine(
            section, label or spec.label or spec.name, spec.clause, quantity, self._points(exact), tuple(because)
        )

    # ── sections ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _section(self, unit: str, path: Path, spec: SchemeLine) -> Made:
        if (early := self._unusual(unit, path, spec)) is not None:
            return early
        start = Fraction(spec.start)
        lines = [self._line(path, "", start, label="基础分")] if start else []
        inner = [(line, self.made(unit, (*path, "lines", i))) for i, line in enumerate(spec.lines)]
        lines += [line for _, made in inner for line in made.lines]
        raw = start + sum((made.total for _, made in inner), ZERO)
        if (more := self._scaled(inner)) is not None:
            lines.append(self._line(path, more[0], more[1], label="折算"))
            raw += self._kept(more[1])
        if spec.times is not None:
            times = number(self.sheet, self.sheet.worth(spec.times.node, unit))
            lines.append(self._line(path, f"× {self.sheet.shown(times)}", raw * (times - 1), label="系数"))
            raw += self._kept(raw * (times - 1))
        total = raw
        for label, bound, beyond in (("封顶", spec.max, raw.__gt__), ("保底", spec.min, raw.__lt__)):
            if bound is not None and beyond(Fraction(bound)):
                lines.append(self._line(path, plain(bound), Fraction(bound) - raw, label=label))
                total = Fraction(bound)
        added, deducted = (sum((getattr(made, part) for _, made in inner), ZERO) for part in ("added", "deducted"))
        counted = [made for _, made in inner if not made.out]
        return Made(total, raw, added, deducted, tuple(lines), bool(inner) and not counted)

    def _scaled(self, inner: Sequence[tuple[SchemeLine, Made]]) -> tuple[str, Fraction] | None:
        """What the lines that count gain because others are left out."""
        if not any(made.out for _, made in inner) or all(made.out for _, made in inner):
            return None
        whole = sum((Fraction(line.full) for line, _ in inner if line.full is not None), ZERO)
        there = [(Fraction(line.full), made) for line, made in inner if line.full is not None and not made.out]
        full = sum((worth for worth, _ in there), ZERO)
        if not full:
            return None
        got = sum((made.total for _, made in there), ZERO)
        return f"有不计的项,其余按 {self.sheet.shown(whole)}/{self.sheet.shown(full)} 折算", got * (whole / full - 1)

    def _unusual(self, unit: str, path: Path, spec: SchemeLine) -> Made | None:
        """A line that is not worked out: its condition does not hold, or there is nothing to judge."""
        if spec.when is not None and not truth(self.sheet.worth(spec.when.node, unit)):
            quantity = f"不计:条件不成立,{self.sheet.told(spec.when, unit)}"
            return Made(ZERO, ZERO, lines=(self._line(path, quantity, ZERO),))
        if spec.none_when is not None and truth(self.sheet.worth(spec.none_when.node, unit)):
            return self._nothing(path, spec, self.sheet.told(spec.none_when, unit))
        return None

    def _nothing(self, path: Path, spec: SchemeLine, why: str) -> Made:
        if spec.none == "out":
            return Made(ZERO, ZERO, lines=(self._line(path, f"无此项,不计:{why}", ZERO),), out=True)
        worth = Fraction(spec.full or 0) if spec.none in ("full", None) else Fraction(spec.none)
        said = "按满分" if spec.none in ("full", None) else f"按 {plain(Decimal(spec.none))} 分"
        return Made(self._kept(worth), worth, lines=(self._line(path, f"无此项,{said}:{why}", worth),))

    # ── single lines ────────────────────────────────────────────────────────────────────────────────────────────────

    def _leaf(self, unit: str, path: Path, spec: SchemeLine) -> Made:
        if (early := self._unusual(unit, path, spec)) is not None:
            return early
        if spec.count or spec.sum:
            return self._counted(unit, path, spec)
        because: Sequence[Ref] = ()
        if spec.rate:
            owed, good, because = self.sheet.facts.owed(unit, spec.rate, spec.within, self._spared(path))
            if not owed:
                return self._nothing(path, spec, "没有应办")
            worth = spec.worth or Decimal(0)
            return self._bounded(
                unit, path, spec, Fraction(worth) * good / owed, f"{good}/{owed} × {plain(worth)}", because
            )
        formula = spec.points if spec.points is not None else spec.of
        if formula is None:
            return Made(ZERO, ZERO)
        found = self.sheet.worth(formula.node, unit)
        if found is None:
            if spec.none is None:
                raise self.sheet.wrong("J10", f"没有数可算 {self.sheet.told(formula, unit)};没有时怎么算,请写 none")
            return self._nothing(path, spec, self.sheet.told(formula, unit))
        quantity = self.sheet.told(formula, unit)
        if spec.of is not None:
            found = self.sheet.banded(spec, found, unit)
        if found is None:
            raise self.sheet.wrong("J10", f"没有数可算 {quantity}")
        because = behind(self.sheet, formula.node, unit)
        return self._bounded(unit, path, spec, number(self.sheet, found), quantity, because)

    def _spared(self, path: Path) -> tuple[tuple[str, str], ...]:
        """Whose part counts for nothing in a line, whether it gives or takes."""
        outer = (self.specs[path[:n]].spare for n in range(2, len(path) + 1, 2))
        return tuple((s.group, s.role) for spare in outer for s in spare if not s.sign)

    def _bounded(
        self, unit: str, path: Path, spec: SchemeLine, exact: Fraction, quantity: str, because: Sequence[Ref] = (),
        signs: tuple[Fraction, Fraction] | None = None,
    ) -> Made:  # fmt: skip
        """A single line times its factor and within its own bounds."""
        if spec.times is not None:
            times = number(self.sheet, self.sheet.worth(spec.times.node, unit))
            exact, quantity = exact * times, f"{quantity} × {self.sheet.shown(times)}"
            signs = (signs[0] * times, signs[1] * times) if signs is not None else None
        raw = exact
        low = Fraction(spec.min) if spec.min is not None else None
        high = Fraction(spec.max) if spec.max is not None else None
        if spec.at_most is not None:
            most = Fraction(spec.at_most)
            low, high = max(-most, low if low is not None else -most), min(most, high if high is not None else most)
        if high is not None and exact > high:
            exact, quantity = high, f"{quantity},至多 {self.sheet.shown(high)}"
        if low is not None and exact < low:
            exact, quantity = low, f"{quantity},至少 {self.sheet.shown(low)}"
        kept = self._kept(exact)
        if signs is None or exact != raw:
            signs = (max(kept, ZERO), max(-kept, ZERO))
        return Made(kept, raw, signs[0], signs[1], (self._line(path, quantity, exact, because),))

    def _counted(self, unit: str, path: Path, spec: SchemeLine) -> Made:
        dropped = self._dropped_of(unit, path)
        pairs = list(enumerate(self._worth(unit, spec)))
        kept = [(entry, points) for i, (entry, points) in pairs if (path, i) not in dropped]
        if not pairs:
            return Made(ZERO, ZERO)
        less = len(pairs) - len(kept)
        quantity = self._told(spec, kept) + (f";同一事项不重复计,另有 {less} 件" if less else "")
        exact = sum((points for _, points in kept), ZERO)
        signs = (sum((p for _, p in kept if p > 0), ZERO), -sum((p for _, p in kept if p < 0), ZERO))
        return self._bounded(unit, path, spec, exact, quantity.lstrip(";"), [e.ref for e, _ in kept], signs)

    def _told(self, spec: SchemeLine, kept: Sequence[tuple[Entry, Fraction]]) -> str:
        """How many, in which part, at how much each."""
        if spec.sum:
            return "、".join(plain(e.value) + self._step(spec, e, points) for e, points in kept)
        parts = []
        for role, label in (("lead", "牵头 "), ("co", "协办 "), ("", "")):
            worths = Counter(points for entry, points in kept if entry.role == role)
            parts += [f"{label}{times} × {self.sheet.shown(worth)}" for worth, times in worths.items()]
        return ",".join(parts)

    def _step(self, spec: SchemeLine, entry: Entry, points: Fraction) -> str:
        """What an amount was multiplied by, where the second one counts differently."""
        return f" × {self.sheet.shown(points / Fraction(entry.value))}" if spec.stepped and entry.value else ""

    def _worth(self, unit: str, spec: SchemeLine) -> Iterator[tuple[Entry, Fraction]]:
        """What each thing of a line is worth, those left out that are worth nothing in their part."""
        nth = self._nth(unit, spec)
        for source in spec.count or spec.sum:
            for entry in self.sheet.facts.entries(unit, source, spec.within, bool(spec.co)):
                each = _each(spec, entry.role)
                if each:
                    worth = each[min(nth.get(entry, 1), len(each)) - 1]
                    yield entry, Fraction(worth) * (Fraction(entry.value) if spec.sum else 1)

    def _nth(self, unit: str, spec: SchemeLine) -> dict[Entry, int]:
        """The how-manieth each thing of a line is, in the order of days, where that makes a difference."""
        if not spec.stepped:
            return {}
        window = spec.nth_since or (Window("ever") if spec.nth_within is not None else spec.within)
        words = spec.count or spec.sum
        every = [e for word in words for e in self.sheet.facts.entries(unit, word, window, bool(spec.co))]
        before: dict[str, list[date]] = {}
        found: dict[Entry, int] = {}
        for entry in sorted((e for e in every if _each(spec, e.role)), key=lambda e: e.day):
            days = before.setdefault(entry.matter if spec.nth == "matter" else "", [])
            days.append(entry.day)
            found[entry] = len(days) - bisect_left(days, self._since(spec, entry.day))
        return found

    def _since(self, spec: SchemeLine, day: date) -> date:
        """The first day of those on which a thing counts among what came before it."""
        if spec.nth_within is None:
            return date.min
        return self.sheet.facts.calendar.add(day, -spec.nth_within.count, spec.nth_within.unit)

    def _dropped_of(self, unit: str, path: Path) -> frozenset[tuple[Path, int]]:
        """What a line must not count: spared parts, and what its sections count once in a matter only."""
        found: frozenset[tuple[Path, int]] = frozenset()
        for n in range(2, len(path) + 1, 2):
            spec = self.specs[path[:n]]
            if spec.per_matter != "all" or spec.spare:
                found |= self._dropped_in(unit, path[:n])
        return found

    def _dropped_in(self, unit: str, path: Path) -> frozenset[tuple[Path, int]]:
        if (unit, path) not in self._dropped:
            spec = self.specs[path]
            gone: set[tuple[Path, int]] = set()
            best: dict[tuple[str, bool], tuple[Fraction, tuple[Path, int]]] = {}
            for place, line in self.specs.items():
                if place[: len(path)] != path or not (line.count or line.sum):
                    continue
                outer = [self.specs[place[:n]].spare for n in range(2, len(place) + 1, 2)]
                spares = [s for spare in outer for s in spare if s.group == self.sheet.groups[unit]]
                for i, (entry, points) in enumerate(self._worth(unit, line)):
                    if any(s.role == entry.role and _matches(s.sign, points) for s in spares):
                        gone.add((place, i))
                    elif entry.matter and spec.per_matter != "all":
                        key = (entry.matter, points < 0 if spec.per_matter == "apart" else False)
                        now, before = (abs(points), (place, i)), best.get(key)
                        if before is not None:
                            gone.add(before[1] if now[0] > before[0] else now[1])
                        if before is None or now[0] > before[0]:
                            best[key] = now
            self._dropped[unit, path] = frozenset(gone)
        return self._dropped[unit, path]


def _each(spec: SchemeLine, role: str) -> tuple[Decimal, ...]:
    """What things are worth in a part: ``lead``, ``co``, or no part, which counts as the lead's; empty for nothing."""
    each = spec.each or ((Decimal(1),) if spec.sum and not (spec.lead or spec.co) else ())
    return (spec.co if role == "co" else spec.lead) or each


def _matches(sign: str, points: Fraction) -> bool:
    return not sign or (points < 0) == (sign == "minus")
