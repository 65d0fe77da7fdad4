"""A notice as a tree: segments between two cuts, and in each of them marked lines with what stands below them."""

from __future__ import annotations

from dataclasses import dataclass, field

from supervise.intake.fields import Clause, Field
from supervise.intake.lines import Line

LOST = -1  # number of a node whose marker is lost in print


@dataclass(slots=True)
class Node:
    """A marked line with what stands below it.

    Args:
        kind: key of ``RANK``.
        number: value of its marker; ``LOST`` if that is lost in print.
        printed: its marker as printed.
        line: the line it begins on.
        start: offset of its first character behind the marker.
        end: offset behind its last character, continuation lines included, clause excluded.
        clause: the unit clause, if one is printed.
        children: nodes of inner kinds.
        restored: whether its marker is lost in print and was worked out.
        apart: whether its clause stands on a line of its own.
        more: further clauses, each on a line of its own.
        goals: spans outside its text that say what is to be reached.
        body: offset of the first line below its own that was taken as its text; 0 if there is none.
        doubt: what is odd about the row of a table it was read from.
        maybe: a closing bracket that holds names of units and nothing else.
        card: whether its words stand behind labels of their own.
        shared: whether its clause was said once for several entries.
        stops: whether its first line is a sentence before its clause; a heading is none.
        borrowed: whether its clause, or a part of it, stands in the row above.
        figure: spans of a figure to be reached and of its unit of measure.
    """

    kind: str
    number: int
    printed: str
    line: int
    start: int
    end: int
    clause: Clause | None = None
    children: list[Node] = field(default_factory=list)
    restored: bool = False
    apart: bool = False
    more: list[Clause] = field(default_factory=list)
    goals: tuple[tuple[int, int], ...] = ()
    doubt: str = ""
    body: int = 0
    maybe: Clause | None = None
    card: bool = False
    shared: bool = False
    borrowed: bool = False
    stops: bool = False
    figure: tuple[tuple[int, int], tuple[int, int]] | None = None

    @property
    def clauses(self) -> list[Clause]:
        """All clauses of the node, in printed order."""
        return [self.clause, *self.more] if self.clause else []

    @property
    def whole(self) -> Clause | None:
        """All clauses of the node as one, from the first to the last."""
        if self.clause is None or not self.more:
            return self.clause
        every = self.clauses
        fields = tuple(f for clause in every for f in clause.fields)
        return Clause(self.clause.start, every[-1].end, fields, all(clause.closed for clause in every))

    @property
    def bears(self) -> bool:
        """Whether it or anything below it carries a unit clause."""
        return self.clause is not None or any_bears(self.children)

    def lengthen(self, end: int) -> None:
        """Let its last clause reach to an offset."""
        if self.more:
            self.more[-1] = self.more[-1].longer(end)
        elif self.clause:
            self.clause = self.clause.longer(end)

    def walk(self) -> list[Node]:
        """This node and all below it, in printed order."""
        found = [self]
        if self.children:
            _gather(self.children, found)
        return found


@dataclass(slots=True)
class Segment:
    """A stretch of a notice between two cuts: the cover, an attachment.

    Args:
        lines: its lines, page furniture left out.
        roots: its outermost nodes.
        heading: lines before its first marker.
        loose: sentences that belong to no node.
        ahead: clauses on their own lines before the first node.
    """

    lines: list[Line]
    roots: list[Node] = field(default_factory=list)
    heading: list[Line] = field(default_factory=list)
    loose: list[Line] = field(default_factory=list)
    ahead: list[Clause] = field(default_factory=list)

    @property
    def nodes(self) -> list[Node]:
        """All its nodes in printed order."""
        found: list[Node] = []
        _gather(self.roots, found)
        return found

    @property
    def bearing(self) -> bool:
        """Whether any of its nodes carries a unit clause."""
        return any_bears(self.roots)


def leader(start: int, end: int) -> Clause:
    """The clause of words that are the name of a leader."""
    return Clause(start, end, (Field("leader", "", start, end),))


def headed(clause: Clause, line: int) -> Node:
    """A heading that is nothing but the name of a leader."""
    return Node("chapter", 0, "", line, clause.fields[0].start, clause.end, clause)


def _gather(nodes: list[Node], found: list[Node]) -> None:
    for node in nodes:
        found.append(node)
        if node.children:
            _gather(node.children, found)


def any_bears(nodes: list[Node]) -> bool:
    """Whether any of the nodes, or anything below them, carries a unit clause."""
    return any(node.clause is not None or (node.children and any_bears(node.children)) for node in nodes)
