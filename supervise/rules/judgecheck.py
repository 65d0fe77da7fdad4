"""What a board or an annual assessment says and cannot mean: conditions that never hold, grades nobody gets.

Codes R40 and R41; what a scheme cannot mean is told by ``sensecheck``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import inf
from types import MappingProxyType

from supervise.errors import Problem
from supervise.phrases import Comparison
from supervise.reading import Document
from supervise.rules.bands import Range, holes, shown
from supervise.rules.ruleset import AssessmentRules, BoardRules
from supervise.rules.scheme import LABELS
from supervise.rules.spans import meet

_WAYS = {
    ">=": lambda n: Range(low=n), ">": lambda n: Range(low=n, with_low=False), "=": lambda n: Range(n, n),
    "<=": lambda n: Range(high=n), "<": lambda n: Range(high=n, with_high=False),
}  # fmt: skip
_FIX = "请改这个条件,或改封顶、保底"


def board_sense(document: Document, rules: BoardRules) -> Iterator[Problem]:
    """Faults of a board: a list that nobody can get on.

    Args:
        document: its file, for places.
        rules: what it says.
    """
    score = _bounds(rules.score.min, rules.score.max)
    if not score.has(Fraction(rules.score.base)):
        text = f"起始分 {rules.score.base} 在保底、封顶之外"
        yield document.problem("R40", ("score", "base"), text, "请改 base,或改 min、max")
    for name, listing in (("red", rules.red), ("black", rules.black)):
        if why := _never(listing.when, score):
            yield document.problem("R40", (name, "when"), why, _FIX)
        end, other = ("top", "bottom") if name == "red" else ("bottom", "top")
        for group, place in listing.rank.items():
            if place.end == other:
                text = f"{LABELS[name]}写的是{'末' if other == 'bottom' else '前'}几名({other} {place.count})"
                yield document.problem("R40", (name, "rank", group), text, f"请写 {end} {place.count}")


def year_sense(document: Document, rules: AssessmentRules) -> Iterator[Problem]:
    """Faults of an assessment: conditions that never hold, grades that nobody can have, quotas beyond the whole.

    Args:
        document: its file, for places.
        rules: what it says.
    """
    score = _bounds(None, rules.max)
    figures = {n: kind.range or Range() for n, kind in rules.marks.items() if kind.value == "number"}
    for key in ("grades", "limits", "lower", "bars"):
        for i, row in enumerate(getattr(rules, key)):
            if why := _never(row.when, score, figures):
                yield document.problem("R40", (key, i, "when"), why, _FIX)
    yield from _passed_over(document, rules, score)
    for group in dict.fromkeys(group for grade in rules.grades for group in grade.quota):
        total = Decimal(0)
        for i, grade in enumerate(rules.grades):
            quota = grade.quota.get(group)
            total += (quota.share if quota is not None else None) or Decimal(0)
            if quota is not None and quota.share is not None and total > 1:
                text = f"到“{grade.grade}”为止,各等名额合计 {shown(Fraction(total * 100))}%,超过 100%"
                yield document.problem("R41", ("grades", i, "quota"), text, "请改小名额")


def _bounds(low: Decimal | None, high: Decimal | None) -> Range:
    return Range(-inf if low is None else Fraction(low), inf if high is None else Fraction(high))


def _asked(when: Sequence[Comparison]) -> dict[str, Range]:
    """What the conditions ask of each number."""
    found: dict[str, Range] = {}
    for one in when:
        if one.sign in _WAYS:
            found[one.subject] = meet(found.get(one.subject, Range()), _WAYS[one.sign](Fraction(one.value)))
    return found


def _never(when: Sequence[Comparison], score: Range, figures: Mapping[str, Range] = MappingProxyType({})) -> str:
    """Why conditions can never hold together, in Chinese; empty if they may; ``figures`` are marks with a value."""
    measured = {"score": score, **figures}
    said = "、".join(str(one) for one in when)
    for subject, span in _asked(when).items():
        if span.empty:
            return f"“{said}”永远不成立:对 {subject} 的要求互相矛盾"
        possible = measured.get(subject, Range(Fraction(0)))
        both = meet(span, possible)
        if both.empty or (subject not in measured and not list(holes((), both, whole=True))):
            ends = f"不会高于 {shown(possible.high)}" if possible.high < inf and span.low >= possible.high else ""
            whole = "" if subject in measured else ",件数都是整数"
            return f"“{said}”永远不成立:{subject} {ends or f'不会低于 {shown(possible.low)}{whole}'}"
    return ""


def _passed_over(document: Document, rules: AssessmentRules, score: Range) -> Iterator[Problem]:
    """Grades that nobody can have, as whoever fits them fits a better one that has no quota."""
    taken: list[Range] = []
    given = {limit.at_most for limit in rules.limits} | {g.grade for g in rules.grades if rules.lower}
    for i, grade in enumerate(rules.grades):
        asked = _asked(grade.when)
        own = meet(asked.get("score", Range()), score)
        if grade.grade in (better.grade for better in rules.grades[:i]):
            yield document.problem("R41", ("grades", i, "grade"), f"“{grade.grade}”写了两次", "请合成一等,或改名")
        elif taken and not own.empty and grade.grade not in given and not list(holes(taken, own)):
            text = f"“{grade.grade}”永远定不到:合这一等的,都先合了上面的等次"
            yield document.problem("R41", ("grades", i), text, "等次从高到低写,请调整次序或条件")
        if set(asked) <= {"score"} and len(asked) == len({one.subject for one in grade.when}) and not grade.quota:
            taken.append(asked.get("score", Range()))
