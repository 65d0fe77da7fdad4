"""What only the whole tree tells: lost numbers, and parties that stand below the last of several entries."""

from __future__ import annotations

from collections import Counter

from supervise.intake.lines import RANK
from supervise.intake.nodes import LOST, Node, Segment


def settle(segment: Segment) -> list[Node]:
    """Settle what the lines one by one could not tell; the nodes of the segment."""
    number_lost(segment.roots)
    found = segment.nodes
    lift(found)
    spread(found)
    restored = {node.line for node in found if node.restored}
    segment.loose = [line for line in segment.loose if line.no not in restored]
    return found


def number_lost(siblings: list[Node]) -> None:
    """Number the nodes whose marker is lost: exactly one number must be missing between their neighbours.

    A heading without such proof is no heading: its entries go back to the one before it.
    """
    for index in range(len(siblings) - 1, -1, -1):
        node = siblings[index]
        if node.children:
            number_lost(node.children)
        if node.number != LOST or not node.restored:
            continue
        before = siblings[index - 1].number if index else 0
        after = siblings[index + 1].number if index + 1 < len(siblings) else 0
        if before != LOST and after == before + 2:
            node.number = before + 1
        elif node.clause is None and index:
            siblings[index - 1].children.extend(node.children)
            del siblings[index]


def spread(nodes: list[Node]) -> None:
    """Where parties stand below the last entry of every heading and nowhere else, they are those of all its entries."""
    heads = [
        n
        for n in nodes
        if RANK[n.kind] < RANK["item"]
        and n.children
        and (RANK[n.children[0].kind] >= RANK["item"] or not any(child.children for child in n.children))
    ]
    groups = [head.children for head in heads]
    if len(groups) < 2 or all(len(group) == 1 for group in groups):
        return
    for group in groups:
        if not group[-1].apart or any(node.clause is not None for node in group[:-1]):
            return
    for group in groups:
        for node in group[:-1]:
            node.clause, node.more, node.shared = group[-1].clause, group[-1].more, True


def _completes(node: Node, last: Node) -> bool:
    """Whether the lines behind the last measure only say by when, or who leads, what the lines above leave out."""
    said = {field.role for clause in node.clauses for field in clause.fields}
    more = {field.role for clause in last.clauses for field in clause.fields}
    silent = all(child.clause is None for child in node.children[:-1])
    return node.apart and silent and more <= {"due", "leader"} - said


def lift(nodes: list[Node]) -> None:
    """A clause on its own line behind several sub-entries, none of which has one, belongs to the entry above."""
    found = [node for node in nodes if len(node.children) > 1 and node.children[-1].apart]
    counts = Counter([n.kind for n in nodes] if found else ())
    bearing = Counter([n.kind for n in nodes if n.clause is not None] if found else ())
    for node in found:
        last = node.children[-1]
        if node.clause is not None:
            if _completes(node, last):
                node.more, last.clause, last.more = [*node.more, *last.clauses], None, []
            continue
        if RANK[last.kind] <= RANK["item"] and not node.card:
            continue
        alone = all(child.clause is None for child in node.children[:-1])
        if alone and (node.card or bearing[last.kind] < 0.6 * counts[last.kind]):
            node.clause, node.more, node.apart, last.clause, last.more = last.clause, last.more, True, None, []
