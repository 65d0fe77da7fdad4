"""Who answers in lists that print no label: closing brackets and headings that hold nothing but names of units."""

from __future__ import annotations

import re

from supervise.intake import clauses
from supervise.intake.clauses import Clause
from supervise.intake.lines import RANK
from supervise.intake.nodes import Segment


def name_brackets(parts: list[Segment], folded: str) -> None:
    """In a list without labels, closing brackets that hold nothing but names of units say who is responsible.

    They count where at least three entries, and half of all, end so or with a bracket that says who does what; a single
    such bracket is a remark.
    """
    nodes = [node for part in parts for node in part.nodes if RANK[node.kind] >= RANK["section"]]
    open_ = [node for node in nodes if node.clause is None]
    found = [(node, node.maybe) for node in open_ if node.maybe is not None]
    kinds = {node.kind for node, _ in found}
    said = sum(node.clause is not None and folded[node.clause.start] == "(" for node in nodes if node.kind in kinds)
    if len(found) + said >= 3 and 2 * (len(found) + said) >= sum(node.kind in kinds for node in nodes):
        for node, clause in found:
            node.clause = clause
            node.end = node.start + len(folded[node.start : clause.start].rstrip())


def name_titles(parts: list[Segment], folded: str) -> None:
    """In a list whose headings are names of units and nothing else, these units answer for what stands below."""
    nodes = [n for part in parts for n in part.nodes if RANK[n.kind] < RANK["item"] and n.children]
    if any(part.bearing for part in parts):
        return
    found = []
    for node in nodes:
        title = re.sub(r"\(?共?\d{0,3}[项件条]?\)?:?$", "", folded[node.start : min(node.end, node.start + 80)])
        if "\n" not in title and clauses.only_units(title, True):
            found.append((node, node.start + len(title)))
    if len(found) >= 2 and 2 * len(found) >= len(nodes):
        for node, end in found:
            node.clause = Clause(node.start, end, (clauses.Field("unit", "", node.start, end),))
