"""Parties said once for several entries: below them (以上三项由县水利局牵头) or above them (牵头单位:… 1. 2.)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from supervise.intake import clauses, verbs
from supervise.intake.fields import Clause
from supervise.intake.folding import NUMERAL, number, pieces
from supervise.intake.lines import RANK, Line

if TYPE_CHECKING:
    from supervise.intake.nodes import Node

_N = rf"(?:\d{{1,3}}|[{NUMERAL}两]{{1,3}})"
_ABOVE = re.compile(
    rf"\(?(?:以上|上述)(?:第? ?(?P<first>{_N}) ?[项条]? ?[至到~—–-]{{1,2}} ?第?(?P<last>{_N})|(?P<count>{_N}))? ?"
    r"[项条个件]?(?:重点|主要)?(?:任务|工作|事项|内容|项目)?(?:均|全部|都)?[,:]? *(?:由|为)?"
)


# 任务1、2由县公安局牵头: which entries are meant is said by their numbers.
_NUMBERED = re.compile(
    rf"(?:以上|上述|其中)?,? ?(?:任务|事项|第|目标|项目) ?(?P<list>{_N}(?: ?[、,和及至到~—–-] ?第?{_N})*) ?[项条]?"
    r"(?:任务|工作|事项)?(?:均|都)?由"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A line that speaks of entries above it.

    Args:
        start: offset of its parties in the line.
        end: offset behind them.
        count: how many entries it speaks of; 0 if it does not say.
        first: number of the first of them; 0 if it does not say.
        last: number of the last of them.
    """

    start: int
    end: int
    count: int = 0
    first: int = 0
    last: int = 0


def said(line: str) -> Said | None:
    """What a folded line says of the entries above it, if it begins so."""
    match = _ABOVE.match(line)
    if match is None:
        return None
    end = len(line.rstrip("。;)" if line.startswith("(") else "。;"))
    value = {key: number(match[key]) or 0 if match[key] else 0 for key in ("count", "first", "last")}
    return Said(match.end(), end, value["count"], value["first"], value["last"])


def numbered(line: str) -> list[tuple[frozenset[int], int, int]]:
    """The entries a folded line names by number, and where it says who takes them; nothing if it says anything else.

    任务1、2由县公安局牵头;任务3由县民政局牵头,各乡镇配合。
    """
    found: list[tuple[frozenset[int], int, int]] = []
    if not _NUMBERED.match(line):
        return found
    for a, b in pieces(line, 0, len(line.rstrip("。;)")), ";。"):
        match = _NUMBERED.match(line, a, b)
        if match is None:
            return []
        values: list[int] = []
        for sign, printed in re.findall(rf"([、,和及至到~—–-]?) ?第?({_N})", match["list"]):
            value = number(printed) or 0
            values += range(values[-1] + 1, value + 1) if values and sign in "至到~—–-" and sign else [value]
        found.append((frozenset(values), match.end(), b))
    return found


def give(above: Sequence[Node], clause: Clause, how: Said, path: Sequence[Node]) -> None:
    """Hand the clause to the entries it speaks of, those that name parties themselves left out.

    Args:
        above: entries before the line, in printed order.
        clause: the parties.
        how: which entries are meant.
        path: the open headings; without a number, what stands below the innermost one is meant.
    """
    if how.first:
        meant = [node for node in above if how.first <= node.number <= how.last]
    elif how.count:
        meant = list(above[-how.count :])
    else:
        head = next((n for n in reversed(path) if RANK[n.kind] < RANK["item"]), None)
        inside = {id(n) for n in head.walk()} if head else {id(n) for n in above}
        meant = [node for node in above if id(node) in inside]
    for node in meant:
        if node.clause is None:
            node.clause, node.shared = clause, True


def below(node: Node, line: Line) -> bool:
    """Take a line that is a bracket with nothing but names of units as that of the entry above; whether it is one.

    Args:
        node: the entry above.
        line: the line.
    """
    named = node.clause is not None or node.maybe is not None
    bare = None if named else clauses.bare(line.folded, 0, len(line.folded))
    if bare is not None:
        node.maybe = bare.moved(line.start)
    return bare is not None


def deal(nodes: Sequence[Node], numbers: Sequence[tuple[frozenset[int], int, int]], line: Line) -> bool:
    """Hand the entries above a line their parties by their numbers (任务1、2由县水利局牵头); whether all was read.

    Args:
        nodes: what stands above the line.
        numbers: what ``numbered`` found in it.
        line: the line.
    """
    entries = [n for n in nodes if RANK[n.kind] >= RANK["item"] and not n.children]
    read = True
    for which, start, end in numbers:
        found = verbs.spoken(line.folded, start, end)
        meant = [node for node in entries if node.number in which and node.clause is None]
        for node in meant if found else ():
            node.clause, node.shared = found.moved(line.start) if found else None, True
        read = read and found is not None and bool(meant)
    return read


def _together(ahead: Sequence[Clause]) -> Clause:
    """The last of the clauses above a list with those above it that say something else: 责任单位:…, 协办单位:…."""
    whole = ahead[-1]
    for clause in reversed(ahead[:-1]):
        if {f.role for f in clause.fields} & {f.role for f in whole.fields}:
            break
        whole = Clause(clause.start, whole.end, (*clause.fields, *whole.fields), clause.closed and whole.closed)
    return whole


def hand_down(nodes: Sequence[Node], ahead: Sequence[Clause]) -> None:
    """Where a clause on its own line stands before the first entry, such lines speak of what follows them.

    They do so only if nothing follows the last entry; else the first one is for all entries that name nobody.
    """
    items = [node for node in nodes if RANK[node.kind] >= RANK["item"] and not node.children]
    items = items or [node for node in nodes if node.kind == "section" and not node.children]
    if not ahead or not items:
        return
    current, last = _together(ahead), items[-1].clause
    said = {field.role for field in current.fields}
    if (
        last
        and items[-1].apart
        and not any(node.clause for node in items[:-1])
        and said.isdisjoint(f.role for f in last.fields)
    ):
        current = current._replace(fields=(*current.fields, *last.fields))  # 责任单位 above them all, 协办单位 below
        items[-1].clause = None
    follows = items[-1].clause is None
    for node in items:
        own = node.clause
        if own is None or (follows and node.apart):
            node.clause, node.apart, node.shared = current, True, True
            current = own or current
