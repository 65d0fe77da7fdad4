"""The annual assessment: parts with weights, adjustments, grades with quotas, caps and bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from supervise.people import Directory
from supervise.phrases import Comparison
from supervise.records import Mark
from supervise.rules.measures import Ref
from supervise.rules.ruleset import AssessmentRules, Part
from supervise.rules.scoring import ZERO, Score, ScoreLine, Tally, plain, rounded


@dataclass(frozen=True, slots=True)
class Published:
    """What the assessment needs of one published board: its number, scores and lists by unit."""

    number: str
    board: str
    period: str
    scores: Mapping[str, Decimal]
    lists: Mapping[str, str]
    as_of: date = date.min


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a year is judged by.

    Args:
        boards: published boards of the year, oldest first.
        years: name of a board's rules → unit → score over the whole year.
        marks: marks known at the cut.
        tally: facts of the year, for limits and bars.
    """

    boards: Sequence[Published]
    years: Mapping[str, Mapping[str, Score]]
    marks: Sequence[Mark]
    tally: Tally


@dataclass(frozen=True, slots=True)
class Assessed:
    """A unit's year.

    Args:
        group, unit: who.
        lines: parts and adjustments; they add up to ``score``.
        score: out of 100 before adjustment.
        carried: what the score is worth in the whole assessment.
        grade: the grade, and ``why`` it is that one.
        bars: honours it is barred from.
    """

    group: str
    unit: str
    lines: tuple[ScoreLine, ...]
    carried: Decimal = ZERO
    grade: str = ""
    why: tuple[str, ...] = ()
    bars: tuple[str, ...] = ()

    @property
    def score(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.points for line in self.lines), ZERO)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A graded year, by group and score."""

    name: str
    title: str
    year: str
    carries: Decimal
    units: tuple[Assessed, ...]
    boards: tuple[str, ...] = field(default=())

    def of(self, unit: str) -> Assessed | None:
        """The year of ``unit``, if it was assessed."""
        return next((a for a in self.units if a.unit == unit), None)


def assess(rules: AssessmentRules, evidence: Evidence, directory: Directory) -> Assessment:
    """Weigh, adjust and grade every unit that was scored in the year.

    Args:
        rules: parts, grades and limits.
        evidence: boards, scores, marks and facts of the year.
        directory: units and groups as of the cut.
    """
    scored = {unit for board in evidence.boards for unit in board.scores}
    scored |= {unit for year in evidence.years.values() for unit in year}
    rows = [
        _row(rules, evidence, unit.group, unit.name)
        for unit in directory.units(evidence.tally.last)
        if unit.name in scored
    ]
    groups = dict.fromkeys(row.group for row in rows)
    graded = [row for group in groups for row in _graded(rules, evidence, [r for r in rows if r.group == group])]
    numbers = tuple(board.number for board in evidence.boards)
    return Assessment(rules.name, rules.title, evidence.tally.period.name, rules.carries, tuple(graded), numbers)


def _row(rules: AssessmentRules, evidence: Evidence, group: str, unit: str) -> Assessed:
    values = [(part, *_value(part, evidence, unit)) for part in rules.parts]
    present = sum((part.weight for part, value, *_ in values if value is not None), ZERO)
    lines = [_part_line(part, value, how, refs, present, rules.places) for part, value, how, refs in values]
    for adjust in rules.adjust:
        listed = [board for board in evidence.boards if board.lists.get(unit) == adjust.count]
        on = [board.number for board in listed]
        points = len(on) * adjust.points
        if adjust.at_most is not None and abs(points) > adjust.at_most:
            points = adjust.at_most.copy_sign(points)
        if on:
            quantity = f"{len(on)} × {plain(adjust.points)}({'、'.join(on)})"
            refs = tuple(Ref("", board.number, board.as_of) for board in listed)
            lines.append(ScoreLine(adjust.label, quantity, rounded(points, rules.places), refs))
    total = sum((line.points for line in lines), ZERO)
    if rules.max is not None and total > rules.max:
        lines.append(ScoreLine("封顶", plain(rules.max), rules.max - total))
    row = Assessed(group, unit, tuple(lines))
    carried = min(rounded(row.score * rules.carries / 100, rules.places), rules.carries)
    return replace(row, carried=carried)


def _part_line(
    part: Part, value: Decimal | None, how: str, refs: tuple[Ref, ...], present: Decimal, places: int
) -> ScoreLine:
    if value is None:
        return ScoreLine(part.label, f"{how},不计,其余各项按比例折算", ZERO)
    quantity = f"{how} × {plain(part.weight)}/{plain(present)}"
    return ScoreLine(part.label, quantity, rounded(value * part.weight / present, places), refs)


def _value(part: Part, evidence: Evidence, unit: str) -> tuple[Decimal | None, str, tuple[Ref, ...]]:
    """What a part is worth, how that came about, and what it rests on; no value where there is nothing to go by."""
    source = part.from_
    if source.kind == "score":
        year = evidence.years.get(source.name, {}).get(unit)
        if year is None:
            return None, "全年没有应办", ()
        return year.total, f"全年 {plain(year.total)}", tuple(ref for line in year.lines for ref in line.because)
    if source.kind == "board":
        boards = [b for b in evidence.boards if b.board == source.name and unit in b.scores]
        refs = tuple(Ref("", f"{b.number} {plain(b.scores[unit])} 分", b.as_of) for b in boards)
        return (*_taken(part.take, [b.scores[unit] for b in boards], "没有已公布的榜单"), refs)
    marks = sorted((m for m in evidence.marks if (m.unit, m.kind) == (unit, source.name)), key=lambda m: m.day)
    refs = tuple(Ref("", f"{m.by or '评分'} {plain(m.value)} 分 {m.note}".strip(), m.day) for m in marks)
    return (*_taken(part.take, [m.value for m in marks], "没有评分记录"), refs)


def _taken(take: str, numbers: Sequence[Decimal], nothing: str) -> tuple[Decimal | None, str]:
    if not numbers:
        return None, nothing
    shown = "、".join(plain(number) for number in numbers)
    if take == "latest":
        return numbers[-1], f"最近一次 {plain(numbers[-1])}"
    total = sum(numbers, ZERO)
    if take == "sum":
        return total, f"合计({shown})"
    return total / len(numbers), f"平均({shown})"


def _graded(rules: AssessmentRules, evidence: Evidence, rows: Sequence[Assessed]) -> list[Assessed]:
    """Grade one group from the best score down; a quota is never exceeded, equal scores stand or fall together."""
    names = [grade.grade for grade in rules.grades]
    ordered = sorted(rows, key=lambda r: -r.score)
    given: dict[str, int] = dict.fromkeys(names, 0)
    full: set[str] = set()
    done: list[Assessed] = []
    for total in dict.fromkeys(row.score for row in ordered):
        left = {row.unit: (row, *_caps(rules, evidence, row, names)) for row in ordered if row.score == total}
        for index, grade in enumerate(rules.grades):
            fit = [(r, notes) for r, cap, notes in left.values() if cap <= index and _meets(evidence, r, grade.when)]
            if grade.quota is not None and len(fit) > int(grade.quota * len(rows)) - given[grade.grade]:
                full.add(grade.grade)  # nobody with less may pass those who found no place
            for row, notes in fit:
                if grade.grade in full:
                    left[row.unit] = (row, index, (*notes, f"“{grade.grade}”名额已满"))
                else:
                    done.append(_with_grade(rules, evidence, row, grade.grade, notes))
                    given[grade.grade] += 1
                    del left[row.unit]
    return done


def _numbers(evidence: Evidence, row: Assessed) -> dict[str, Decimal]:
    lists = [board.lists.get(row.unit, "") for board in evidence.boards]
    return {"score": row.score, "red": Decimal(lists.count("red")), "black": Decimal(lists.count("black"))}


def _meets(evidence: Evidence, row: Assessed, when: Sequence[Comparison]) -> bool:
    known = _numbers(evidence, row)
    return all(evidence.tally.holds(row.unit, comparison, known) for comparison in when)


def _caps(
    rules: AssessmentRules, evidence: Evidence, row: Assessed, names: Sequence[str]
) -> tuple[int, tuple[str, ...]]:
    hit = [limit for limit in rules.limits if _meets(evidence, row, limit.when)]
    index = max((names.index(limit.at_most) for limit in hit), default=0)
    return index, tuple(f"{limit.label}:至多{limit.at_most}" for limit in hit)


def _with_grade(
    rules: AssessmentRules, evidence: Evidence, row: Assessed, grade: str, notes: tuple[str, ...]
) -> Assessed:
    known = _numbers(evidence, row)
    spec = next(g for g in rules.grades if g.grade == grade)
    shown = tuple(evidence.tally.shown(row.unit, c, known) for c in spec.when)
    bars = tuple(bar.label for bar in rules.bars if _meets(evidence, row, bar.when))
    return replace(row, grade=grade, why=(*shown, *notes), bars=bars)
