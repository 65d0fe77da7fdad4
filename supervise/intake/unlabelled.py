"""Who answers in lists that print no label: signs in a table, closing brackets and headings that hold only units."""

from __future__ import annotations

import re
from collections.abc import Iterator

from supervise.intake import clauses, matrix
from supervise.intake.fields import Clause, Field
from supervise.intake.folding import brackets
from supervise.intake.lines import RANK
from supervise.intake.nodes import Node, Segment


def name(parts: list[Segment], folded: str) -> None:
    """Find who answers by signs, in closing brackets, in front of the entries, and in the headings.

    Args:
        parts: the segments of the notice.
        folded: its folded text.
    """
    matrix.settle(parts, folded)
    _brackets(parts, folded)
    _fronts(parts, folded)
    _persons(parts, folded)
    _titles(parts, folded)


def _brackets(parts: list[Segment], folded: str) -> None:
    """In a list without labels, closing brackets that hold nothing but names of units say who is responsible.

    They count where at least three entries, and half of all, end so or with a bracket that says who does what; a single
    such bracket is a remark.
    """
    nodes = [node for part in parts for node in part.nodes if RANK[node.kind] >= RANK["section"] or not node.children]
    open_ = [node for node in nodes if node.clause is None]
    found = [(node, node.maybe) for node in open_ if node.maybe is not None]
    kinds = {node.kind for node, _ in found}
    said = [node for node in nodes if node.clause is not None and folded[node.clause.start] in "(—"]
    alike = len(found) + sum(node.kind in kinds for node in said)
    if len(found) + len(said) >= 3 and 2 * alike >= sum(node.kind in kinds for node in nodes):
        for node, clause in found:
            pairs = sorted(brackets(folded, node.start, clause.start).items())
            inner = [field for a, b in pairs for field in _inside(folded, node.start, a, b)]
            node.clause = clause._replace(fields=(*inner, *clause.fields))
            node.end = node.start + len(folded[node.start : clause.start].rstrip())


def _inside(folded: str, start: int, opening: int, closing: int) -> tuple[Field, ...]:
    """Who a bracket within a text names, if it holds nothing but units: 技改50项(县工信局),培育10家(县科技局)."""
    own = clauses.bare(folded, start, closing + 1)
    return own.fields if own and own.start == opening else ()


def _fronts(parts: list[Segment], folded: str) -> None:
    """In a list without labels, entries that begin with units and a colon (一、县水利局:完成…) are theirs."""
    if any(part.bearing for part in parts):
        return
    nodes = [node for part in parts for node in part.nodes if not node.children]
    for kind in dict.fromkeys(node.kind for node in nodes):
        alike = [node for node in nodes if node.kind == kind]
        found = [(node, clause) for node in alike if (clause := clauses.fronted(folded, node.start, node.end, True))]
        if len(found) >= 2 and 2 * len(found) >= len(alike):
            for node, clause in found:
                node.clause, node.start = clause, clause.end + (folded[clause.end] == " ")


def _persons(parts: list[Segment], folded: str) -> None:
    """Entries that begin with a leader's post and name (县长 高山,包联…) are his, where half of all begin so."""
    near = [node for part in parts for node in part.roots[:4]]
    near += [child for node in near for child in node.children[:2]]
    near += [child for node in near for child in node.children[:2]]
    if not any([clauses.led(folded, node.start, node.end) for node in near]):
        return
    nodes = [node for part in parts for node in part.nodes if not node.children]
    found = [(node, end) for node in nodes if (end := clauses.led(folded, node.start, node.end))]
    if len(found) < 2 or 2 * len(found) < len(nodes):
        return
    for node, end in found:
        leads = Field("leader", "", node.start, end)
        own = node.clause or Clause(node.start, end + 1, ())
        node.clause, node.start = own._replace(fields=(leads, *own.fields)), end + 1


def _titles(parts: list[Segment], folded: str) -> None:
    """Headings that are names of units, or of leaders, and nothing else: these answer for what stands below.

    Units do so only in a list that prints no unit clause.
    """
    heads = [n for part in parts for n in part.nodes if RANK[n.kind] < RANK["item"] and n.children]
    led = [(node, end) for node in heads for end in _leader(node, folded)]
    if not any(_says_who(node) for part in parts for node in part.nodes):
        _answer(heads, [(node, end) for node in heads for end in _units(node, folded)], "unit")
    _answer([node for node in heads if node.clause is None], led, "leader")


def _says_who(node: Node) -> bool:
    """Whether a clause of its own names units, and not only a leader or a limit."""
    return any([f.role not in ("due", "leader", "other") for clause in node.clauses for f in clause.fields])


def _leader(node: Node, folded: str) -> Iterator[int]:
    title = folded[node.start : min(node.end, node.start + 80)].rstrip()
    if clauses.is_leader(title):
        yield node.start + len(clauses.without_deed(title))


def _units(node: Node, folded: str) -> Iterator[int]:
    title = re.sub(r"\(?共?\d{0,3}[项件条]?\)?:?$", "", folded[node.start : min(node.end, node.start + 80)])
    if "\n" not in title and clauses.only_units(title, True):
        yield node.start + len(title)


def _answer(heads: list[Node], found: list[tuple[Node, int]], role: str) -> None:
    """Give headings their own names as parties, where at least half of all are such names."""
    if len(found) >= 2 and 2 * len(found) >= len(heads):
        for node, end in found:
            node.clause = Clause(node.start, end, (Field(role, "", node.start, end),))
