"""What a number rests on: the marks and tasks that a formula went by, through every value it names."""

from __future__ import annotations

from collections.abc import Iterator

from supervise.rules.arithmetic import FUNCTIONS, Call, Name, Node, Word, inner, source_of
from supervise.rules.functions import Asker, parted
from supervise.rules.measures import Ref
from supervise.rules.scheme import Scheme
from supervise.rules.windows import Window

_LAST = ("number", "day")


def behind(sheet: Asker, node: Node, unit: str) -> tuple[Ref, ...]:
    """The facts of a unit behind a formula, each once; what other units did is not among them.

    Args:
        sheet: the scheme at work.
        node: the formula.
        unit: whose number it is.
    """
    return tuple(dict.fromkeys(_refs(sheet, node, unit, frozenset())))


def _refs(sheet: Asker, node: Node, unit: str, seen: frozenset[str], items: bool = False) -> Iterator[Ref]:
    """What a formula went by; ``items`` if it was worked out for every matter of the unit."""
    if isinstance(node, Name):
        yield from _named(sheet, node.name, unit, seen, items)
    elif isinstance(node, Call) and FUNCTIONS[node.name].kind == "record":
        if node.name in ("rate", "owed"):
            words = [a.text for a in node.arguments if isinstance(a, Word)]
            yield from sheet.facts.owed(unit, words, Window())[2]
        elif source_of(node):
            yield from (entry.ref for entry in sheet.entries(node, unit, None))
    elif not (isinstance(node, Call) and FUNCTIONS[node.name].kind == "past"):
        items = items or (isinstance(node, Call) and FUNCTIONS[node.name].kind == "items")
        for part in inner(node):
            yield from _refs(sheet, part, unit, seen, items)


def _named(sheet: Asker, name: str, unit: str, seen: frozenset[str], items: bool) -> Iterator[Ref]:
    scheme: Scheme = sheet.scheme
    first, part = parted(name)
    if first in seen:
        return
    if first in scheme.marks:
        entries = [e for e in sheet.facts.entries(unit, first, Window()) if not part or e.role == part]
        last = list({e.matter: e for e in entries}.values()) if items else entries[-1:]
        yield from (e.ref for e in (last if scheme.marks[first].value in _LAST else entries))
    elif items and scheme.items is not None and first in scheme.items.values:
        yield from _refs(sheet, scheme.items.values[first].of.node, unit, seen | {first}, True)
    elif first in scheme.values:
        yield from _refs(sheet, scheme.values[first].of.node, unit, seen | {first})
