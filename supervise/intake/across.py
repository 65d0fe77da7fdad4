"""Rows of a table that are none of their own: a chapter printed across it, one more measure of the row above."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from supervise.intake import clauses
from supervise.intake.folding import trim
from supervise.intake.lines import Line, is_decimal
from supervise.intake.nodes import Node
from supervise.intake.rows import is_chapter
from supervise.intake.tables import Columns, cells_of, head, head_cells, role_of
from supervise.intake.verbs import UNTIL

_WORDS = re.compile(r"(?:牵头|主办|责任|承办|协同|配合|协办)(?:单位|部门|领导|人)(?=[、,; |\t]|$)")
# 4  建设标准厂房5万平方米    县工信局、各乡镇: a row without a head.
_PLAIN = re.compile(r"\d{1,3} +\S.*? {2,}(\S+)")


# 4 建设标准厂房5万平方米 县工信局、各乡镇 9月底前
_LIMITED = re.compile(r"\d{1,3} +\S.* (\S+) +(?:\S{0,12}(?:前|底|月|季度|日)|全年|长期|持续|常态化)")


def unread(above: Iterable[Line]) -> tuple[int, ...]:
    """Lines above a list without units that name columns for them all the same: a table nobody could make out."""
    return tuple(line.no for line in above if len(line.folded) < 80 and len(set(_WORDS.findall(line.folded))) > 1)


def counted(above: Node, number: int) -> str:
    """The number of a row that shares its own with the row above, as one cell over both: 3.2 below 3, now 3.1."""
    above.printed = above.printed if is_decimal(above.printed) else f"{number}.1"
    return f"{number}.{int(above.printed.rpartition('.')[2]) + 1}"


def repeated(above: str, line: Line, columns: Columns) -> tuple[tuple[int, int], ...]:
    """What a row adds that is the row above but for what is to be done: one of several measures; nothing if it is not.

    Where one cell reaches over several rows, files print its words in each of them.
    """
    before, own, at = above.split("\t"), line.folded.split("\t"), line.start
    if columns.bar != "\t" or not len(before) == len(own) == len(columns.roles):
        return ()
    found: list[tuple[int, int]] = []
    for role, old, new in zip(columns.roles, before, own, strict=True):
        if old.strip() != new.strip() and role == "text":
            found.append(trim(line.folded, at - line.start, at - line.start + len(new)))
        elif old.strip() != new.strip() and role not in ("other", "note"):
            return ()
        at += len(new) + 1
    return tuple((line.start + a, line.start + b) for a, b in found if a < b)


def lone(line: Line, columns: Columns) -> Line | None:
    """The only cell of a row that has words, or the only one beside 一: a chapter printed across the table."""
    if columns.bar[0] not in line.folded or columns.bar[0] == " ":
        return None
    words = [(a, b) for a, b in cells_of(line, columns.bar) if a < b]
    if not words or (len(words) > 1 and not is_chapter(line.folded, words)):
        return None
    (a, b), (c, d) = words[0], words[-1]
    mark = line.folded[a:b] + ("" if a == c or line.folded[b - 1] in ")、." else "、")
    return Line(line.no, line.start + a, line.start + d, mark.ljust(c - a) + line.folded[c:d] if a < c else mark)


def headless(found: Sequence[Line]) -> Columns | None:
    """The columns of a list whose rows are a number, a task and its units, parted by blanks, under no head."""
    numbered = [line for line in found if line.folded[0].isdigit() and len(line.folded) < 300]
    parted = [line for line in numbered if " " in line.folded]
    for pattern, roles, bar in ((_PLAIN, ("no", "text", "unit"), "  "), (_LIMITED, ("no", "text", "unit", "due"), " ")):
        rows = [ln for ln in parted if (row := pattern.fullmatch(ln.folded)) and clauses.only_units(row[1], True)]
        if len(rows) > 2 and not any(map(head, found)):
            return Columns(roles, ("",) * len(roles), bar)
    return _by_contents([line for line in numbered if "|" in line.folded or "\t" in line.folded], found)


def _by_contents(rows: Sequence[Line], found: Sequence[Line]) -> Columns | None:
    """The columns of rows that bars or tabs part under no head, or one that names no unit.

    What all cells of a column are tells what it holds.
    """
    bar = "|" if rows and "|" in rows[0].folded else "\t"
    cells = [[row.folded[a:b] for a, b in cells_of(row, bar)] for row in rows]
    if len(rows) < 3 or len({len(row) for row in cells}) > 1 or len(cells[0]) < 3 or any(map(head, found)):
        return None
    first = found.index(rows[0])
    heads = head_cells(found[first - 1], bar) if first else ()
    heads = heads if len(heads) == len(cells[0]) else ("",) * len(cells[0])
    kinds: list[str] = []
    for label, column in zip(heads, zip(*cells, strict=True), strict=True):
        unit = all(clauses.only_units(words, True) for words in column)
        said = role_of(label) if label else "text"
        kinds.append("unit" if unit else "due" if all(map(UNTIL.fullmatch, column)) else said)
    kinds[0] = "no"
    known = "text" in kinds and kinds.count("unit") == 1 and all(row[0].strip(".、").isdigit() for row in cells)
    return Columns(tuple(kinds), heads, bar) if known else None
