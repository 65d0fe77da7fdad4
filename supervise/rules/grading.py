"""Grades of a scheme: from the best down, by range or condition, within quotas that equal units share or miss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from supervise.reading import Path
from supervise.rules.functions import number, rounded, truth
from supervise.rules.scheme import Formula, Grading, SchemeLowering
from supervise.rules.sheet import Sheet

AT: Path = ("grading",)
Merit = tuple[Fraction, ...]
"""What units are graded by: the value, then what tells equal ones apart."""
Cap = tuple[int, tuple[str, ...]]
"""A grade by its place, and the notes that go with it."""


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade and what decided it."""

    grade: str
    why: tuple[str, ...] = ()


def grade(sheet: Sheet, spec: Grading, units: Sequence[str]) -> dict[str, Graded]:
    """The grades of one group; who is lowered leaves the place it would have had to the next.

    Args:
        sheet: the scheme at work.
        spec: its grades, from the best down.
        units: those of the group.

    Raises:
        Invalid: J09 when a unit fits no grade.
    """
    values = {unit: value for unit in units if (value := _value(sheet, spec, unit)) is not None}
    merits = {unit: (value, *_then(sheet, spec, unit)) for unit, value in values.items()}
    caps = {unit: _caps(sheet, spec, unit) for unit in values}
    given = _given(sheet, spec, merits, caps)
    lowered = {unit: hit for unit in values if (hit := _lowerings(sheet, spec, unit))}
    for unit, hit in lowered.items():
        was = given[unit][0]
        index = min(was + sum(one.by for one in hit), len(spec.grades) - 1)
        notes = tuple(f"{one.label}:由{spec.grades[was].grade}降{one.by}等" for one in hit)
        caps[unit] = (max(index, caps[unit][0]), (*caps[unit][1], *notes))
    given = _given(sheet, spec, merits, caps) if lowered else given
    return {unit: Graded(spec.grades[index].grade, notes) for unit, (index, notes) in given.items()}


def _given(sheet: Sheet, spec: Grading, merits: Mapping[str, Merit], caps: Mapping[str, Cap]) -> dict[str, Cap]:
    """Unit → its grade, from the best down; equal units stand or fall together."""
    given = [0] * len(spec.grades)
    full: set[int] = set()
    done: dict[str, Cap] = {}
    for merit in sorted(set(merits.values()), reverse=True):
        left = {unit: caps[unit] for unit in merits if merits[unit] == merit}
        for index in range(len(spec.grades)):
            fit = [u for u, (cap, _) in left.items() if cap <= index and _fits(sheet, spec, index, u, merit[0])]
            places = _places(sheet, spec, index, given, fit[0]) if fit else None
            if places is not None and (places <= 0 if spec.ties == "include" else len(fit) > places):
                full.add(index)  # nobody with less may pass those who found no place
            for unit in fit:
                cap, notes = left[unit]
                if index in full:
                    left[unit] = (cap, (*notes, f"“{spec.grades[index].grade}”名额已满"))
                else:
                    done[unit] = (index, notes)
                    given[index] += 1
                    del left[unit]
        for unit in left:
            with sheet.at(unit, (*AT, "grades")):
                raise sheet.wrong("J09", f"{sheet.shown(merit[0])} 定不了等次,请补上这一段,或让最后一个等次不带条件")
    return done


def _places(sheet: Sheet, spec: Grading, index: int, given: Sequence[int], unit: str) -> int | None:
    """How many places are left in a grade: of its own, and of it and all better ones together."""
    row = spec.grades[index]
    own, whole = (_quota(sheet, spec, quota, unit) for quota in (row.quota, row.together))
    left = [own - given[index]] if own is not None else []
    left += [whole - sum(given[: index + 1])] if whole is not None else []
    return min(left, default=None)


def _then(sheet: Sheet, spec: Grading, unit: str) -> tuple[Fraction, ...]:
    """What tells equal units apart, the larger the better; what is missing comes last."""
    with sheet.at(unit, (*AT, "then")):
        found = [(sheet.worth(key.formula.node, unit), key.best) for key in spec.then]
        there = [(value is not None, Fraction(0) if value is None else number(sheet, value), b) for value, b in found]
    return tuple(part for has, value, best in there for part in (Fraction(has), value if best == "desc" else -value))


def _lowerings(sheet: Sheet, spec: Grading, unit: str) -> list[SchemeLowering]:
    return [one for i, one in enumerate(spec.lower) if _holds(sheet, one.when, unit, (*AT, "lower", i, "when"))]


def _value(sheet: Sheet, spec: Grading, unit: str) -> Fraction | None:
    with sheet.at(unit, (*AT, "of")):
        found = sheet.worth(spec.of.node, unit)
        exact = None if found is None else number(sheet, found)
    return Fraction(sheet.rounded(exact, 0)) if spec.whole and exact is not None else exact


def _fits(sheet: Sheet, spec: Grading, index: int, unit: str, value: Fraction) -> bool:
    """Whether a grade is open to a unit: its range has the value, or that of a better one has that was missed."""
    row = spec.grades[index]
    if row.range is not None:
        ranges = [better.range for better in spec.grades[: index + 1]]
        if not any(band is not None and band.has(value) for band in ranges):
            return False
    return row.when is None or _holds(sheet, row.when, unit, (*AT, "grades", index, "when"))


def _caps(sheet: Sheet, spec: Grading, unit: str) -> tuple[int, tuple[str, ...]]:
    names = [row.grade for row in spec.grades]
    hit = [limit for i, limit in enumerate(spec.limits) if _holds(sheet, limit.when, unit, (*AT, "limits", i, "when"))]
    index = max((names.index(limit.at_most) for limit in hit), default=0)
    return index, tuple(f"{limit.label}:至多{limit.at_most}" for limit in hit)


def _quota(sheet: Sheet, spec: Grading, quota: Mapping[str, Formula], unit: str) -> int | None:
    formula = quota.get(sheet.groups[unit], quota.get(""))
    found = sheet.worth(formula.node, unit) if formula is not None else None
    return None if found is None else int(rounded(number(sheet, found), 0, spec.rounding))


def _holds(sheet: Sheet, formula: Formula, unit: str, path: Path) -> bool:
    with sheet.at(unit, path):
        return truth(sheet.worth(formula.node, unit))
