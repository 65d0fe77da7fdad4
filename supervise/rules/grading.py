"""Grades of a scheme: from the best down, by range or condition, within quotas that equal units share or miss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from supervise.reading import Path
from supervise.rules.functions import number, truth
from supervise.rules.scheme import Formula, Grading, SchemeGrade
from supervise.rules.sheet import Sheet

AT: Path = ("grading",)


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade and what decided it."""

    grade: str
    why: tuple[str, ...] = ()


def grade(sheet: Sheet, spec: Grading, units: Sequence[str]) -> dict[str, Graded]:
    """The grades of one group.

    Args:
        sheet: the scheme at work.
        spec: its grades, from the best down.
        units: those of the group.

    Raises:
        Invalid: J09 when a unit fits no grade.
    """
    values = {unit: value for unit in units if (value := _value(sheet, spec, unit)) is not None}
    given = dict.fromkeys((g.grade for g in spec.grades), 0)
    full: set[str] = set()
    done: dict[str, Graded] = {}
    for value in sorted(set(values.values()), reverse=True):
        left = {unit: _caps(sheet, spec, unit) for unit in values if values[unit] == value}
        for index, row in enumerate(spec.grades):
            fit = [unit for unit, (cap, _) in left.items() if cap <= index and _fits(sheet, spec, index, unit, value)]
            quota = _quota(sheet, row, fit[0]) if fit else None
            if quota is not None and _over(spec, len(fit), given[row.grade], quota):
                full.add(row.grade)  # nobody with less may pass those who found no place
            for unit in fit:
                cap, notes = left[unit]
                if row.grade in full:
                    left[unit] = (cap, (*notes, f"“{row.grade}”名额已满"))
                else:
                    done[unit] = Graded(row.grade, notes)
                    given[row.grade] += 1
                    del left[unit]
        for unit in left:
            with sheet.at(unit, (*AT, "grades")):
                raise sheet.wrong("J09", f"{sheet.shown(value)} 定不了等次,请补上这一段,或让最后一个等次不带条件")
    return done


def _value(sheet: Sheet, spec: Grading, unit: str) -> Fraction | None:
    with sheet.at(unit, (*AT, "of")):
        found = sheet.worth(spec.of.node, unit)
        exact = None if found is None else number(sheet, found)
    return Fraction(sheet.rounded(exact, 0)) if spec.whole and exact is not None else exact


def _over(spec: Grading, fit: int, given: int, quota: int) -> bool:
    """Whether those who fit would go beyond the quota; where ties are included, only if it is used up already."""
    return given >= quota if spec.ties == "include" else fit > quota - given


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


def _quota(sheet: Sheet, row: SchemeGrade, unit: str) -> int | None:
    quota: Mapping[str, Formula] = row.quota
    formula = quota.get(sheet.groups[unit], quota.get(""))
    found = sheet.worth(formula.node, unit) if formula is not None else None
    return None if found is None else int(number(sheet, found))


def _holds(sheet: Sheet, formula: Formula, unit: str, path: Path) -> bool:
    with sheet.at(unit, path):
        return truth(sheet.worth(formula.node, unit))
