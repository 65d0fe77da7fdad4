"""Which numbers a formula, a line or a score can come to, as far as its file says it.

Rather too many than too few: what is said never to happen, never does. A name may be known more closely where it
stands, such as behind ``if(n >= 90, …)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from math import inf
from typing import NamedTuple

from supervise.rules.arithmetic import FUNCTIONS, Call, Comparison, Logic, Name, Negative, Node, Number, Operation
from supervise.rules.bands import Range
from supervise.rules.functions import parted, rounded
from supervise.rules.scheme import MarkKind, Scheme, SchemeLine, Value

End = Fraction | float
"""An end of a range; the only float is infinity."""
EVERY = Range()
COUNTS = Range(Fraction(0))
TRUTH = Range(Fraction(0), Fraction(1))
ZERO = Range(Fraction(0), Fraction(0))
_COUNTING = {"count", "items", "matters", "run", "owed", "times", "in_a_row"}
_PLACES = {"rank", "size"}
_WHOLE = {"floor", "ceil", "months_between", "days_between", "workdays_between"}
_LIKE = {
    "mean", "median", "average", "trimmed", "latest", "first", "highest", "lowest", "items_mean", "items_max",
    "items_min", "before",
}  # fmt: skip
"""Functions that come to no more than the largest and no less than the smallest of what stands in them."""
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "="}


class Known(NamedTuple):
    """What is known where a formula stands: closer ranges of parts of it, and the names that are being looked at."""

    closer: Mapping[Node, Range] = {}
    seen: frozenset[str] = frozenset()


NOTHING = Known()


def span_of(scheme: Scheme, node: Node, known: Known = NOTHING) -> tuple[Range, bool]:
    """The numbers a formula can come to, and whether they are all whole.

    Args:
        scheme: what its names stand for.
        node: the formula.
        known: what is known where it stands.
    """
    found, whole = _span(scheme, node, known)
    closer = known.closer.get(node)
    return (meet(found, closer) if closer is not None else found), whole


def _span(scheme: Scheme, node: Node, known: Known) -> tuple[Range, bool]:
    if isinstance(node, Number):
        return Range(node.value, node.value), node.value.denominator == 1
    if isinstance(node, Comparison | Logic):
        return TRUTH, True
    if isinstance(node, Negative):
        found, whole = span_of(scheme, node.of, known)
        return _negative(found), whole
    if isinstance(node, Operation):
        (left, whole), (right, other) = (span_of(scheme, part, known) for part in (node.left, node.right))
        return _operated(node.sign, left, right), whole and other and node.sign != "/"
    if isinstance(node, Call):
        return _called(scheme, node, known)
    return _named(scheme, node.name, known) if isinstance(node, Name) else (EVERY, False)


def _called(scheme: Scheme, node: Call, known: Known) -> tuple[Range, bool]:
    name, arguments = node.name, node.arguments
    if name in _COUNTING or name in _PLACES:
        return Range(Fraction(name in _PLACES)), True
    if name not in FUNCTIONS or not arguments:
        return EVERY, False
    if name == "if" and len(arguments) == 3:
        yes, no = (Known({**known.closer, **side}, known.seen) for side in _sides(arguments[0]))
        return _hull([span_of(scheme, arguments[1], yes), span_of(scheme, arguments[2], no)])
    every = [span_of(scheme, part, known) for part in arguments]
    first, whole = every[0]
    if name in ("min", "max") and len(every) > 1:
        pick = min if name == "min" else max
        ends = pick(r.low for r, _ in every), pick(r.high for r, _ in every)
        return Range(*ends), all(w for _, w in every)
    if name in _LIKE or name in ("min", "max"):
        return first, whole and name in ("min", "max", "highest", "lowest", "first", "latest")
    if name == "default":
        return _hull(every)
    if name == "along":
        return _hull(every[2::2])[0], False
    if name in ("total", "sum", "items_sum", "items_top") and first.low >= 0:
        return COUNTS, whole
    if name in ("rate", "given", "deviation"):
        return (TRUTH if name != "deviation" else COUNTS), name == "given"
    if name == "abs":
        return Range(Fraction(0), max(-first.low, first.high)), whole
    if name in ("round", "floor", "ceil"):
        return Range(first.low - 1, first.high + 1) if not whole else first, name in _WHOLE or whole
    return EVERY, name in _WHOLE


def _named(scheme: Scheme, name: str, known: Known) -> tuple[Range, bool]:
    first, part = parted(name)
    if first in scheme.marks:
        return _marked(scheme.marks[first])
    if first == "tasks":
        return COUNTS, True
    if first in scheme.bars:
        return TRUTH, True
    if first in known.seen or part:
        return (COUNTS if part in ("added", "deducted") else EVERY), False
    inner = Known(known.closer, known.seen | {first})
    if first in scheme.scores:
        return line_span(scheme, scheme.scores[first], inner), False
    items = scheme.items.values if scheme.items is not None else {}
    spec = scheme.values.get(first) or items.get(first)
    if spec is not None:
        return banded(scheme, spec, inner) if spec.bands else span_of(scheme, spec.of.node, inner)
    line = next((line for line in _lines(scheme.scores.values()) if line.name == first), None)
    return (line_span(scheme, line, inner) if line is not None else EVERY), False


def _lines(lines: Iterable[SchemeLine]) -> Iterable[SchemeLine]:
    for line in lines:
        yield line
        yield from _lines(line.lines)


def _marked(kind: MarkKind) -> tuple[Range, bool]:
    if kind.value == "number":
        return kind.range or EVERY, False
    return (TRUTH if kind.value == "flag" else COUNTS), True


# ── lines ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def line_span(scheme: Scheme, line: SchemeLine, known: Known = NOTHING) -> Range:
    """The points that a line can come to, its own bounds among them."""
    found = _section_span(scheme, line, known) if line.lines else _leaf_span(scheme, line, known)
    if line.times is not None:
        found = _operated("*", found, span_of(scheme, line.times.node, known)[0])
    if scheme.round == "lines":
        found = Range(_at(scheme, found.low), _at(scheme, found.high))
    found = _kept_within(found, line.min, line.max)
    if line.at_most is not None:
        found = _kept_within(found, -line.at_most, line.at_most)
    if line.when is not None or line.count or line.sum or line.none == "out":
        found = hull([found, ZERO])  # a line that does not apply, or that counted nothing, knows no bounds
    if line.none not in (None, "out", "full"):
        found = hull([found, _point(Decimal(line.none))])
    if line.none == "full" or (line.none is None and line.none_when is not None):
        found = hull([found, _point(line.full or Decimal(0))])
    return found


def _at(scheme: Scheme, end: Fraction | float) -> Fraction | float:
    """An end at the places of the scheme."""
    return end if isinstance(end, float) else Fraction(rounded(end, scheme.places, scheme.rounding))


def _kept_within(found: Range, bottom: Decimal | None, top: Decimal | None) -> Range:
    low, high = found.low, found.high
    if top is not None:
        low, high = min(low, Fraction(top)), min(high, Fraction(top))
    if bottom is not None:
        low, high = max(low, Fraction(bottom)), max(high, Fraction(bottom))
    return Range(low, high)


def _section_span(scheme: Scheme, line: SchemeLine, known: Known) -> Range:
    parts = [(part, line_span(scheme, part, known)) for part in line.lines]
    start: End = Fraction(line.start)
    low, high = (reduce(_plus, (getattr(s, end) for _, s in parts), start) for end in ("low", "high"))
    if any(part.none == "out" for part in line.lines):  # the others are scaled up to what is left out
        fine = all(part.full is not None and s.low >= 0 and s.high <= part.full for part, s in parts)
        return Range(start, high) if fine else EVERY
    return Range(low, high)


def _leaf_span(scheme: Scheme, line: SchemeLine, known: Known) -> Range:
    if line.rate:
        return hull([ZERO, _point(line.worth or Decimal(0))])
    if line.count or line.sum:
        each = [worth for some in (line.each or (Decimal(bool(line.sum)),), line.lead, line.co) for worth in some]
        unsigned = line.count or all(_marked(scheme.marks[k])[0].low >= 0 for k in line.sum if k in scheme.marks)
        low = -inf if min(each) < 0 or not unsigned else Fraction(0)
        return Range(low, inf if max(each) > 0 or not unsigned else Fraction(0))
    if line.points is not None:
        return span_of(scheme, line.points.node, known)[0]
    return banded(scheme, line, known)[0] if line.of is not None and line.bands else ZERO


def banded(scheme: Scheme, spec: Value | SchemeLine, known: Known = NOTHING) -> tuple[Range, bool]:
    """What the bands of a value or line give; in a band, what it looks at lies in its range."""
    assert spec.of is not None
    node = spec.of.node
    within = span_of(scheme, node, known)[0]
    found = []
    for _, band, result in spec.bands:
        here = meet(within, band)
        if not here.empty:
            closer = known if spec.whole else Known({**known.closer, node: here}, known.seen)
            found.append(span_of(scheme, result.node, closer))
    if spec.otherwise is not None:
        found.append(span_of(scheme, spec.otherwise.node, known))
    return _hull(found)


# ── conditions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def limits_of(node: Node) -> dict[Node, Range]:
    """Where a condition holds, the ranges of what it compares with numbers; of ``or`` and ``!=`` nothing is said."""
    if isinstance(node, Logic) and node.sign == "and":
        found: dict[Node, Range] = {}
        for part in node.parts:
            for of, span in limits_of(part).items():
                found[of] = meet(found.get(of, EVERY), span)
        return found
    if not isinstance(node, Comparison):
        return {}
    found = {}
    left = node.first
    for sign, right in node.rest:
        of, side, bound = (left, sign, right) if isinstance(right, Number) else (right, _FLIPPED.get(sign, ""), left)
        if isinstance(bound, Number) and not isinstance(of, Number) and side in _FLIPPED:
            found[of] = meet(found.get(of, EVERY), _side(side, bound.value))
        left = right
    return found


def against(node: Node) -> dict[Node, Range]:
    """Where a condition does not hold: of one plain comparison with a number the other side, else nothing is said."""
    if not isinstance(node, Comparison) or len(node.rest) != 1:
        return {}
    other = {"<": ">=", ">": "<=", "<=": ">", ">=": "<"}.get(node.rest[0][0])
    return limits_of(Comparison(node.first, ((other, node.rest[0][1]),))) if other else {}


def _sides(condition: Node) -> tuple[dict[Node, Range], dict[Node, Range]]:
    return limits_of(condition), against(condition)


def _side(sign: str, number: Fraction) -> Range:
    low = number if sign in (">", ">=", "=") else -inf
    high = number if sign in ("<", "<=", "=") else inf
    return Range(low, high, sign != ">", sign != "<")


# ── ranges ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def meet(one: Range, other: Range) -> Range:
    """What lies in both."""
    low, without = max((one.low, not one.with_low), (other.low, not other.with_low))
    high, with_high = min((one.high, one.with_high), (other.high, other.with_high))
    return Range(low, high, not without, with_high)


def hull(ranges: Iterable[Range]) -> Range:
    """The smallest range with all of these in it."""
    every = [one for one in ranges if not one.empty]
    if not every:
        return EVERY
    low, without = min((one.low, not one.with_low) for one in every)
    high, with_high = max((one.high, one.with_high) for one in every)
    return Range(low, high, not without, with_high)


def _hull(every: Iterable[tuple[Range, bool]]) -> tuple[Range, bool]:
    found = list(every)
    return hull(span for span, _ in found), bool(found) and all(whole for _, whole in found)


def _point(number: Decimal) -> Range:
    return Range(Fraction(number), Fraction(number))


def _negative(one: Range) -> Range:
    return Range(-one.high, -one.low, one.with_high, one.with_low)


def _plus(one: End, other: End) -> End:
    """Two ends together; a fraction is never made a float, which may be too small for it."""
    return one if isinstance(one, float) else other if isinstance(other, float) else one + other


def _times(one: End, other: End) -> End:
    if not one or not other:
        return Fraction(0)
    if isinstance(one, float) or isinstance(other, float):
        return inf if (one > 0) == (other > 0) else -inf
    return one * other


def _operated(sign: str, left: Range, right: Range) -> Range:
    if sign == "-":
        return _operated("+", left, _negative(right))
    if sign == "+":
        ends = left.with_low and right.with_low, left.with_high and right.with_high
        return Range(_plus(left.low, right.low), _plus(left.high, right.high), *ends)
    if sign == "/":
        if not (right.low > 0 or right.high < 0) or inf in (abs(right.low), abs(right.high)):
            return EVERY
        right = Range(1 / right.high, 1 / right.low)
    corners = [_times(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    return Range(min(corners), max(corners))
