"""Whether a mark is as its kind wants it: part, range, matter, and who may enter it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from supervise.goals import plain
from supervise.people import Actor
from supervise.records import PARTIES, Mark
from supervise.rules.bands import shown
from supervise.rules.scheme import MarkKind

SELF = "self"
"""In ``by``: the unit that the mark is about."""


def faults(kind: MarkKind, mark: Mark) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a mark: code, field and text.

    Args:
        kind: what the scheme says of it.
        mark: as it was entered, with the canonical name of its unit.
    """
    parts = {"lead": "牵头", "co": "协办"}
    if mark.role and mark.role not in PARTIES[:2]:
        yield "M03", "role", f"看不懂“{mark.role}”,应写 牵头 或 协办"
    elif kind.role and mark.role and mark.role not in kind.role:
        allowed = "、".join(parts.get(role, role) for role in kind.role)
        yield "M03", "role", f"“{kind.label}”只记{allowed},不记{parts[mark.role]}"
    elif len(kind.role) > 1 and not mark.role:
        yield "M03", "role", f"“{kind.label}”要写明牵头还是协办"
    if kind.range is not None and kind.value == "number" and not kind.range.has(Fraction(mark.value)):
        low, high = shown(kind.range.low), shown(kind.range.high)
        yield "M04", "value", f"{plain(mark.value)} 超出“{kind.label}”的范围 {low} 到 {high}"
    if kind.matter and not mark.matter:
        yield "M06", "matter", f"“{kind.label}”要写明是哪个事项"


def may_enter(kind: MarkKind, mark: Mark, by: Actor) -> bool:
    """Whether somebody may enter a mark of a kind: by role, by unit, as the unit it is about; none excuses itself."""
    if kind.exempts and by.unit and by.unit == mark.unit:
        return False
    return (
        not kind.by or bool(by.roles & set(kind.by)) or by.unit in kind.by or (SELF in kind.by and by.unit == mark.unit)
    )
