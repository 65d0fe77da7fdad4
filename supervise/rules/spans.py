"""Which numbers a formula can come to, as far as its file says it: a rank is whole and no less than 1."""

from __future__ import annotations

from fractions import Fraction
from math import inf

from supervise.rules.arithmetic import Call, Name, Node
from supervise.rules.bands import Range
from supervise.rules.functions import parted
from supervise.rules.scheme import MarkKind, Scheme

EVERY = Range()
COUNTS = Range(Fraction(0))
_COUNTING = {"count", "items", "matters", "run", "owed", "times", "in_a_row"}
_PLACES = {"rank", "size"}
_WHOLE = {"floor", "ceil", "months_between", "days_between", "workdays_between"}


def span_of(scheme: Scheme, node: Node, seen: frozenset[str] = frozenset()) -> tuple[Range, bool]:
    """The numbers a formula can come to, and whether they are all whole.

    Args:
        scheme: what its names stand for.
        node: the formula.
        seen: names that are being looked at.
    """
    if isinstance(node, Call):
        if node.name in _COUNTING or node.name in _PLACES:
            return Range(Fraction(node.name in _PLACES)), True
        if node.name == "rate":
            return Range(Fraction(0), Fraction(1)), False
        return EVERY, node.name in _WHOLE
    if not isinstance(node, Name):
        return EVERY, False
    first, part = parted(node.name)
    items = scheme.items.values if scheme.items is not None else {}
    spec = scheme.values.get(first) or items.get(first)
    if first in scheme.marks:
        return _marked(scheme.marks[first])
    if first == "tasks" or first in scheme.bars:
        return COUNTS, True
    if first in scheme.scores and not part:
        low, high = scheme.scores[first].min, scheme.scores[first].max
        return Range(-inf if low is None else Fraction(low), inf if high is None else Fraction(high)), False
    if spec is not None and not spec.bands and first not in seen:
        return span_of(scheme, spec.of.node, seen | {first})
    return EVERY, False


def _marked(kind: MarkKind) -> tuple[Range, bool]:
    if kind.value == "number":
        return kind.range or EVERY, False
    return (Range(Fraction(0), Fraction(1)) if kind.value == "flag" else COUNTS), True
