"""The annual assessment: parts with weights, adjustments, grades with quotas, caps and bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from supervise.people import Directory
from supervise.phrases import Comparison
from supervise.records import Mark
from supervise.rules.compared import Criteria, Tested
from supervise.rules.measures import Ref
from supervise.rules.noted import Noted, amount, cited, noted, stands
from supervise.rules.ruleset import Adjustment, AssessmentRules, Circumstance, Part, Quota
from supervise.rules.scheme import ROUNDINGS
from supervise.rules.scoring import ZERO, Score, ScoreLine, Tally, plain, rounded

C = TypeVar("C", bound=Circumstance)
Notes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What the assessment needs of one published board: its number, scores and lists by unit."""

    number: str
    board: str
    period: str
    scores: Mapping[str, Decimal]
    lists: Mapping[str, Sequence[str]]
    as_of: date = date.min


@dataclass(frozen=True, slots=True)
class Filed:
    """Scores out of a file: its name, its hash, and what it says of each unit."""

    file: str
    fingerprint: str
    scores: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a year is judged by.

    Args:
        boards: published boards of the year, oldest first.
        years: name of a board's rules → unit → score over the whole year.
        marks: marks known at the cut.
        tally: facts of the year, for limits and bars.
        files: name in the rules → scores out of a file.
        criteria: how conditions are said.
        noted: what was marked of the kinds that the assessment declares; ``assess`` puts it there.
    """

    boards: Sequence[Published]
    years: Mapping[str, Mapping[str, Score]]
    marks: Sequence[Mark]
    tally: Tally
    files: Mapping[str, Filed] = field(default_factory=dict)
    criteria: Criteria = field(default_factory=Criteria)
    noted: Noted = field(default_factory=dict)


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
        missing: parts that had nothing to go by.
        apart: whether it is listed apart, outside the quotas.
        tested: the conditions of the grade, with the numbers they were held against.
    """

    group: str
    unit: str
    lines: tuple[ScoreLine, ...]
    carried: Decimal = ZERO
    grade: str = ""
    why: tuple[str, ...] = ()
    bars: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    apart: bool = False
    tested: tuple[Tested, ...] = ()

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
    tally = evidence.tally
    marked = noted(rules.marks, evidence.marks, tally.period, lambda unit: directory.heir(unit, tally.last))
    judged = _Year(rules, replace(evidence, noted=marked))
    scored = {unit for board in evidence.boards for unit in board.scores}
    scored |= {unit for year in evidence.years.values() for unit in year}
    scored |= {unit for filed in evidence.files.values() for unit in filed.scores}
    rows = [judged.row(unit.group, unit.name) for unit in directory.units(evidence.tally.last) if unit.name in scored]
    groups = dict.fromkeys(row.group for row in rows)
    graded = [row for group in groups for row in judged.graded([r for r in rows if r.group == group])]
    numbers = tuple(board.number for board in evidence.boards)
    return Assessment(rules.name, rules.title, evidence.tally.period.name, rules.carries, tuple(graded), numbers)


class _Year:
    """A year at work: every unit by its parts, then the units of a group graded against each other.

    Args:
        rules: as for ``assess``.
        evidence: with what was marked put there.
    """

    def __init__(self, rules: AssessmentRules, evidence: Evidence) -> None:
        self.rules, self.evidence = rules, evidence

    def row(self, group: str, unit: str) -> Assessed:
        """A unit by its parts and adjustments, not graded yet."""
        values = [(part, *self._value(part, unit)) for part in self.rules.parts]
        present = sum((part.weight for part, value, *_ in values if value is not None), ZERO)
        lines = [_part_line(part, value, how, refs, present, self.rules.places) for part, value, how, refs in values]
        lines += filter(None, (self._adjusted(adjust, unit) for adjust in self.rules.adjust))
        total = sum((line.points for line in lines), ZERO)
        if self.rules.max is not None and total > self.rules.max:
            lines.append(ScoreLine("封顶", plain(self.rules.max), self.rules.max - total))
        missing = tuple(part.label for part, value, *_ in values if value is None)
        row = Assessed(group, unit, tuple(lines), missing=missing, apart=not {group, unit}.isdisjoint(self.rules.apart))
        carried = min(rounded(row.score * self.rules.carries / 100, self.rules.places), self.rules.carries)
        return replace(row, carried=carried)

    def _adjusted(self, adjust: Adjustment, unit: str) -> ScoreLine | None:
        """Points for each time on a list, or for what was marked; nothing where there is none of it."""
        kind = self.rules.marks.get(adjust.count)
        if kind is not None:
            marks = self.evidence.noted.get(unit, {}).get(adjust.count, ())
            number, told, refs = amount(kind, marks), "", tuple(cited(kind, mark) for mark in marks)
        else:
            listed = [board for board in self.evidence.boards if adjust.count in board.lists.get(unit, ())]
            number, told = Decimal(len(listed)), f"({'、'.join(board.number for board in listed)})"
            refs = tuple(Ref("", board.number, board.as_of) for board in listed)
        points = number * adjust.points
        if not refs:
            return None
        if adjust.at_most is not None and abs(points) > adjust.at_most:
            points = adjust.at_most.copy_sign(points)
            # of boards it was never said: years published stay as they are
            told = told or f",至多 {plain(adjust.at_most)}"
        return ScoreLine(
            adjust.label, f"{plain(number)} × {plain(adjust.points)}{told}", rounded(points, self.rules.places), refs
        )

    def _value(self, part: Part, unit: str) -> tuple[Decimal | None, str, tuple[Ref, ...]]:
        """What a part is worth, how that came about, and what it rests on; no value where there is nothing to go by."""
        source = part.from_
        if source.kind == "score":
            year = self.evidence.years.get(source.name, {}).get(unit)
            if year is None:
                return None, "全年没有应办", ()
            return year.total, f"全年 {plain(year.total)}", tuple(ref for line in year.lines for ref in line.because)
        if source.kind == "board":
            boards = [b for b in self.evidence.boards if b.board == source.name and unit in b.scores]
            refs = tuple(Ref("", f"{b.number} {plain(b.scores[unit])} 分", b.as_of) for b in boards)
            return (*_taken(part.take, [b.scores[unit] for b in boards], "没有已公布的榜单"), refs)
        if source.kind == "file":
            filed = self.evidence.files.get(source.name)
            found = filed.scores.get(unit) if filed is not None else None
            if filed is None or found is None:
                return None, "没有给出分数表" if filed is None else "分数表里没有", ()
            ref = Ref("", f"{filed.file}({filed.fingerprint[:8]}) {plain(found)} 分", self.evidence.tally.last)
            return found, plain(found), (ref,)
        marks = sorted((m for m in self.evidence.marks if (m.unit, m.kind) == (unit, source.name)), key=_in_order)
        refs = tuple(Ref("", f"{m.by or '评分'} {plain(m.value)} 分 {m.note}".strip(), m.day, key=m.id) for m in marks)
        if part.take == "latest":  # who marks on one day counts alike, in whatever order it was entered
            marks = [m for m in marks if m.day == marks[-1].day]
            if len(marks) > 1:
                value, how = _taken("mean", [m.value for m in marks], "")
                return value, f"最近一次 {how}", refs
        return (*_taken(part.take, [m.value for m in marks], "没有评分记录"), refs)

    def graded(self, rows: Sequence[Assessed]) -> list[Assessed]:
        """Grade one group; who is lowered leaves the place it would have had to the next."""
        names = [grade.grade for grade in self.rules.grades]
        caps = {row.unit: self._caps(row, names) for row in rows}
        given = self._given(rows, caps)
        lowered = {row.unit: hit for row in rows if (hit := self._hit(self.rules.lower, row))}
        for unit, hit in lowered.items():
            index = min(given[unit][0] + sum(one.by for one in hit), len(names) - 1)
            notes = tuple(f"{one.label}:由{names[given[unit][0]]}降{one.by}等" for one in hit)
            caps[unit] = (max(index, caps[unit][0]), (*caps[unit][1], *notes))
        given = self._given(rows, caps) if lowered else given
        ordered = sorted(rows, key=lambda row: (self._merit(row), -given[row.unit][0]), reverse=True)
        return [self._with_grade(row, *given[row.unit]) for row in ordered]

    def _given(self, rows: Sequence[Assessed], caps: Mapping[str, tuple[int, Notes]]) -> dict[str, tuple[int, Notes]]:
        """Unit → its grade, from the best score down; equal units stand or fall together."""
        size = sum(not row.apart for row in rows)
        given: dict[str, int] = {grade.grade: 0 for grade in self.rules.grades}
        full: set[str] = set()
        done: dict[str, tuple[int, Notes]] = {}
        equal: dict[tuple[Decimal, ...], list[Assessed]] = {}
        for row in rows:
            equal.setdefault(self._merit(row), []).append(row)
        for merit in sorted(equal, reverse=True):
            left = {row.unit: (row, *caps[row.unit]) for row in equal[merit]}
            for index, grade in enumerate(self.rules.grades):
                fit = [(r, notes) for r, cap, notes in left.values() if cap <= index and self._meets(r, grade.when)]
                within = [row for row, _ in fit if not row.apart]
                quota = self._places(grade.quota, within[0].group, size) if within else None
                if quota is not None and self._is_over(len(within), given[grade.grade], quota):
                    full.add(grade.grade)  # nobody with less may pass those who found no place
                for row, notes in fit:
                    if grade.grade in full and not row.apart:
                        left[row.unit] = (row, index, (*notes, f"“{grade.grade}”名额已满"))
                    else:
                        done[row.unit] = (index, notes)
                        given[grade.grade] += not row.apart
                        del left[row.unit]
        return done

    def _merit(self, row: Assessed) -> tuple[Decimal, ...]:
        """What units are graded by: the score, and where the rules say so the parts that tell equal scores apart."""
        points = {line.label: line.points for line in row.lines}
        return row.score, *(points.get(label, ZERO) for label in self.rules.then)

    def _is_over(self, fit: int, given: int, quota: int) -> bool:
        return given >= quota if self.rules.ties == "include" else fit > quota - given

    def _places(self, quotas: Mapping[str, Quota], group: str, size: int) -> int | None:
        """How many places a group has; ``None`` for as many as there are units."""
        quota = quotas.get(group, quotas.get(""))
        if quota is None or quota.share is None:
            return None if quota is None else quota.count
        return int((quota.share * size).quantize(Decimal(1), ROUNDINGS[self.rules.rounding]))

    def _numbers(self, row: Assessed) -> dict[str, Decimal]:
        """Numbers that have a name of their own; a figure that nobody entered is not among them."""
        lists = [board.lists.get(row.unit, ()) for board in self.evidence.boards]
        times = {name: Decimal(sum(name in on for on in lists)) for name in ("red", "black")}
        own = self.evidence.noted.get(row.unit, {})
        marked = {name: stands(kind, own.get(name, ())) for name, kind in self.rules.marks.items()}
        return {"score": row.score, **times, **{name: number for name, number in marked.items() if number is not None}}

    def _meets(self, row: Assessed, when: Sequence[Comparison]) -> bool:
        known = self._numbers(row)
        there = all(comparison.subject in known or comparison.subject not in self.rules.marks for comparison in when)
        return there and all(self.evidence.tally.holds(row.unit, comparison, known) for comparison in when)

    def _hit(self, circumstances: Sequence[C], row: Assessed) -> list[C]:
        return [
            one for one in circumstances if row.group in (one.groups or (row.group,)) and self._meets(row, one.when)
        ]

    def _caps(self, row: Assessed, names: Sequence[str]) -> tuple[int, Notes]:
        hit = self._hit(self.rules.limits, row)
        index = max((names.index(limit.at_most) for limit in hit), default=0)
        return index, tuple(f"{limit.label}:至多{limit.at_most}" for limit in hit)

    def _with_grade(self, row: Assessed, index: int, notes: Notes) -> Assessed:
        known, spec = self._numbers(row), self.rules.grades[index]
        tested = tuple(self.evidence.tally.tested(row.unit, c, known) for c in spec.when)
        shown = [
            self.evidence.criteria.said(t, c.measure, self.rules.marks.get(t.subject))
            for t, c in zip(tested, spec.when, strict=True)
        ]
        bars = tuple(bar.label for bar in self._hit(self.rules.bars, row))
        apart = ("单列,不占名额",) if row.apart else ()
        return replace(row, grade=spec.grade, why=(*shown, *notes, *apart), bars=bars, tested=tested)


def _part_line(
    part: Part, value: Decimal | None, how: str, refs: tuple[Ref, ...], present: Decimal, places: int
) -> ScoreLine:
    if value is None:
        return ScoreLine(part.label, f"{how},不计,其余各项按比例折算", ZERO)
    scale = "" if part.full == 100 else f" × 100/{plain(part.full)}"
    quantity = f"{how}{scale} × {plain(part.weight)}/{plain(present)}"
    points = value * part.weight / present if part.full == 100 else value * 100 * part.weight / (part.full * present)
    return ScoreLine(part.label, quantity, rounded(points, places), refs)


def _in_order(mark: Mark) -> tuple[date, Decimal, str, str]:
    """By day, and within a day by what it says and never by when it was entered."""
    return mark.day, mark.value, mark.by, mark.note


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
