"""Tables whose head names nobody: who answers stands above each of them, on lines of its own or as a heading."""

from __future__ import annotations

from collections.abc import Sequence

from supervise.intake import clauses, tables
from supervise.intake.fields import Clause, Field
from supervise.intake.lines import RANK, Line
from supervise.intake.nodes import Node

_FIRST = ("序", "编", "项", "|", "任", "事")


def heads(found: Sequence[Line]) -> dict[int, tables.Columns]:
    """The heads that name a number and a task and nobody who answers, by line; none where any head names somebody.

    Args:
        found: the lines of a segment.
    """
    asked = [line for line in found if line.folded.startswith(_FIRST) and ("\t" in line.folded or "|" in line.folded)]
    plain = {line.no: columns for line in asked if (columns := tables.head(line, named=False))}
    return {} if plain and any(map(tables.head, found)) else plain


def above(found: Sequence[Line], plain: dict[int, tables.Columns]) -> dict[int, Clause | None]:
    """Who is named on lines of their own right above such heads: the whole clause by its first line, else ``None``.

    Args:
        found: the lines of a segment.
        plain: the heads that name nobody.
    """
    out: dict[int, Clause | None] = {}
    for at in [i for i, line in enumerate(found) if line.no in plain]:
        first, fields = at, list[Field]()
        while first and (clauses.begins(found[first - 1].folded) or _goes_on(found[:first])):
            first -= 1
        for line in found[first:at]:
            if clause := clauses.find(line.folded, 0, len(line.folded)):
                fields += clause.moved(line.start).fields
            elif fields:  # the end of a name broken off
                fields[-1] = fields[-1]._replace(end=line.end)
        if fields:
            out |= dict.fromkeys([line.no for line in found[first:at]])
            out[found[first].no] = Clause(fields[0].start, fields[-1].end, tuple(fields))
    return out


def _goes_on(found: Sequence[Line]) -> bool:
    """Whether the last of some lines names nothing but units below a line that opens a clause."""
    return len(found) > 1 and clauses.only_units(found[-1].folded, True) and clauses.begins(found[-2].folded)


def head_of(clause: Clause, path: Sequence[Node], line: int) -> Node:
    """The heading that those named above a table are for its rows."""
    kind = "section" if path and path[0].kind == "chapter" and path[0].number else "chapter"
    return Node(kind, 0, "", line, clause.start, clause.end, clause)


def is_headed(path: Sequence[Node]) -> bool:
    """Whether a heading is open that has nothing below it yet; what is named below it is its own."""
    return bool(path) and RANK[path[-1].kind] < RANK["item"] and path[-1].clause is None and not path[-1].children
