"""Places and lists of one board: who stands where, who is on which list, and what decided it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from supervise.reading import Path
from supervise.rules.functions import number, rounded, truth
from supervise.rules.moved import UNSCORED
from supervise.rules.scheme import LABELS, Formula, Key, SchemeBoard, SchemeList
from supervise.rules.sheet import Sheet
from supervise.rules.spoken import spoken

Keys = Mapping[str, tuple[Fraction, ...]]
"""Unit → what it is ranked by, the larger the better."""


def called(name: str, spec: SchemeList) -> str:
    """What a list is called."""
    return spec.label or LABELS.get(name, name)


class Listing:
    """Ranks the units of a board and puts them on its lists.

    Args:
        sheet: the scheme at work.
        name: of the board.
        units: those on the board, in the order of the directory.
    """

    def __init__(self, sheet: Sheet, name: str, units: Sequence[str]) -> None:
        self.sheet, self.name, self.units = sheet, name, units
        self.spec: SchemeBoard = sheet.scheme.boards[name]
        self.on: dict[str, tuple[str, ...]] = {unit: () for unit in units}
        self.spared: dict[str, tuple[str, ...]] = {unit: () for unit in units}
        self._told: dict[str, list[tuple[bool, str]]] = {unit: [] for unit in units}
        self.ranks: dict[str, int] = {}
        own = {unit: key for unit in units if (key := self._key(unit, self.spec.by, True)) is not None}
        for pool in self._pools(self.spec.over):
            self.ranks |= self._ranked({unit: own[unit] for unit in pool if unit in own})
        for listed, spec in self.spec.lists.items():
            keys = {u: k for u in own if (k := self._key(u, spec.by)) is not None} if spec.by else own
            for pool in self._pools(spec.among or self.spec.over):
                for unit in self._listed(listed, spec, pool, keys):
                    self.on[unit] = (*self.on[unit], listed)

    def why(self, unit: str) -> tuple[str, ...]:
        """What decided the lists of a unit: those it is on first."""
        told = sorted(self._told[unit], key=lambda pair: not pair[0])  # stable
        return tuple(dict.fromkeys(text for _, text in told))

    def _pools(self, over: str) -> list[list[str]]:
        groups = dict.fromkeys(self.sheet.groups[unit] for unit in self.units)
        every = [[unit for unit in self.units if self.sheet.groups[unit] == group] for group in groups]
        return [list(self.units)] if over == "all" else every

    # ── places ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _key(self, unit: str, by: Sequence[Key], told: bool = False) -> tuple[Fraction, ...] | None:
        """What a unit is ranked by; ``None`` if it is not ranked."""
        condition = self.spec.ranked_when
        if not by:
            return None
        with self.sheet.at(unit, ("boards", self.name, "by")):
            missing = next((key for key in by if self.sheet.worth(key.formula.node, unit) is None), None)
            if condition is not None and not truth(self.sheet.worth(condition.node, unit)):
                reason = f"不排名:条件不成立,{self.sheet.told(condition, unit)}"
            elif missing is not None:
                reason = f"{UNSCORED} {spoken(missing.formula.node, self.sheet.labels)}"
            else:
                found = ((self.sheet.worth(key.formula.node, unit), key.best) for key in by)
                return tuple(number(self.sheet, value) * (1 if best == "desc" else -1) for value, best in found)
        if told:
            self._told[unit].append((True, reason))
        return None

    def _ranked(self, keys: Keys, worst: bool = False) -> dict[str, int]:
        """Unit → place, equal ones sharing it; from the worst end if wanted."""
        ordered = sorted(keys.values(), reverse=not worst)
        if self.spec.ties == "dense":
            ordered = list(dict.fromkeys(ordered))
        first = {key: n for n, key in reversed(list(enumerate(ordered, start=1)))}
        return {unit: first[key] for unit, key in keys.items()}

    # ── lists ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _listed(self, name: str, spec: SchemeList, pool: Sequence[str], keys: Keys) -> list[str]:
        if not (spec.top or spec.bottom):
            found = [unit for unit in pool if self._fits(name, spec, unit)]
            for unit in found:
                self._told[unit].append((True, f"{called(name, spec)}:{';'.join(self._reasons(spec, unit))}"))
            return found
        fits = {unit: self._fits(name, spec, unit) for unit in pool if unit in keys}
        placed = self._within(spec, {unit: keys[unit] for unit, fit in fits.items() if spec.over == "group" or fit})
        for unit, place in placed.items():
            if self._excepted(spec, unit):
                self.spared[unit] = (*self.spared[unit], name)
            label = called(name, spec) if fits[unit] else f"未上{called(name, spec)}"
            self._told[unit].append((fits[unit], f"{label}:{';'.join([place, *self._reasons(spec, unit)])}"))
        return [unit for unit in pool if unit in placed and fits[unit]]

    def _fits(self, name: str, spec: SchemeList, unit: str) -> bool:
        at: Path = ("boards", self.name, "lists", name)
        with self.sheet.at(unit, at):
            fine = spec.when is None or truth(self.sheet.worth(spec.when.node, unit))
            return fine and not (spec.unless is not None and truth(self.sheet.worth(spec.unless.node, unit)))

    def _excepted(self, spec: SchemeList, unit: str) -> bool:
        """Whether only an exception keeps a unit off a list."""
        if spec.unless is None or not truth(self.sheet.worth(spec.unless.node, unit)):
            return False
        return spec.when is None or truth(self.sheet.worth(spec.when.node, unit))

    def _reasons(self, spec: SchemeList, unit: str) -> list[str]:
        told = [self.sheet.told(spec.when, unit)] if spec.when is not None else []
        if spec.unless is not None and truth(self.sheet.worth(spec.unless.node, unit)):
            told.append(f"除外:{self.sheet.told(spec.unless, unit)}")
        return told

    def _within(self, spec: SchemeList, keys: Keys) -> dict[str, str]:
        """The units whose place lies within the quota, each with what says so."""
        if spec.ties == "next":
            by = (*(spec.by or self.spec.by), *spec.then)
            keys = {unit: more for unit in keys if (more := self._key(unit, by)) is not None}
        found: dict[str, str] = {}
        tied = Counter(keys.values())
        for end, places in (("前", spec.top), ("后", spec.bottom)):
            for unit, rank in self._ranked(keys, end == "后").items():
                quota = self._quota(places, unit, spec.rounding)
                beyond = tied[keys[unit]] - 1 if spec.ties == "exclude" else 0
                if quota is not None and rank + beyond <= quota:
                    found[unit] = f"名次在{end} {quota} 名之内"
        return found

    def _quota(self, places: Mapping[str, Formula], unit: str, rounding: str) -> int | None:
        formula = places.get(self.sheet.groups[unit], places.get(""))
        if formula is None:
            return None
        with self.sheet.at(unit, ("boards", self.name, "lists")):
            value = self.sheet.worth(formula.node, unit)
            return None if value is None else int(rounded(number(self.sheet, value), 0, rounding))
